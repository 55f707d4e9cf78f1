//! The reviewer's queue: reports of every project in sight, with their warnings.

use diesel::prelude::*;

use super::conn::MultiBackend;
use super::reports::Row;
use super::schema::{monthly_reports as reports, project_units, projects};
use super::sql::anywhere;
use super::{Conn, Page, PageRequest, Result};
use crate::domain::access::Sight;
use crate::domain::id::{AreaId, IndustryId};
use crate::domain::month::Month;
use crate::domain::project::Visibility;
use crate::domain::report::{Report, ReportState};

/// Which reports are wanted; an empty list means any.
#[derive(Clone, Debug, Default)]
pub struct ReviewFilter {
    /// Of one of these months.
    pub months: Vec<Month>,
    /// In one of these states.
    pub states: Vec<ReportState>,
    /// With any warning, or with none.
    pub warned: Option<bool>,
    /// With this warning.
    pub warning: Option<String>,
    /// Of projects in one of these areas.
    pub areas: Option<Vec<AreaId>>,
    /// Of projects in one of these industry lines.
    pub industries: Option<Vec<IndustryId>>,
}

type Wanted<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::helper_types::InnerJoin<reports::table, projects::table>,
    MultiBackend,
>;

fn wanted(filter: &ReviewFilter, sight: Sight) -> Wanted<'_> {
    let mut query = reports::table.inner_join(projects::table).into_boxed();
    query = match sight {
        Sight::All => query,
        Sight::Open => query.filter(projects::visibility.eq(Visibility::Open.as_str())),
        Sight::Area(area) => query.filter(projects::area_id.eq(area.0)),
        Sight::Nothing => query.filter(projects::id.lt(0)),
        Sight::Unit(unit) => {
            let own = project_units::table.filter(project_units::unit_id.eq(unit.0));
            query.filter(projects::id.eq_any(own.select(project_units::project_id)))
        }
    };
    if !filter.months.is_empty() {
        query = query.filter(reports::month.eq_any(filter.months.iter().map(Month::to_string)));
    }
    if !filter.states.is_empty() {
        query = query.filter(reports::state.eq_any(filter.states.iter().map(|s| s.as_str())));
    }
    query = match filter.warned {
        Some(true) => query.filter(reports::warnings.ne("[]")),
        Some(false) => query.filter(reports::warnings.eq("[]")),
        None => query,
    };
    if let Some(code) = &filter.warning {
        let written = anywhere(&format!("\"code\":\"{code}\""));
        query = query.filter(reports::warnings.like(written).escape('\\'));
    }
    if let Some(areas) = &filter.areas {
        query = query.filter(projects::area_id.eq_any(areas.iter().map(|a| a.0)));
    }
    if let Some(industries) = &filter.industries {
        query = query.filter(projects::industry_id.eq_any(industries.iter().map(|i| i.0)));
    }
    query
}

/// The reports that `filter` admits with their projects' names, by id.
pub fn list(
    conn: &mut Conn,
    filter: &ReviewFilter,
    sight: Sight,
    page: &PageRequest,
) -> Result<Page<(Report, String)>> {
    let total = wanted(filter, sight).count().get_result(conn)?;
    let rows: Vec<(Row, String)> = wanted(filter, sight)
        .filter(reports::id.gt(page.after_id()?.unwrap_or(0)))
        .order(reports::id)
        .limit(page.rows_to_fetch())
        .select((Row::as_select(), projects::name))
        .load(conn)?;
    page.by_id(rows, total, |(row, _)| row.id, |(row, name)| Ok((row.try_into()?, name)))
}

//! Milestones of all visible projects.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::domain::account::access::Sight;
use crate::domain::milestone::{Milestone, MilestoneClass};
use crate::store::conn::MultiBackend;
use crate::store::milestones::Row;
use crate::store::projects::scope::{RecordScope, in_scope};
use crate::store::projects::selection::{Range, within};
use crate::store::schema::{milestones, projects};
use crate::store::{Conn, Page, PageRequest, Result};

/// Filter for milestones. Empty lists do not filter.
#[derive(Clone, Debug, Default)]
pub(crate) struct MilestoneFilter {
    /// Projects, ids and time of change.
    pub scope: RecordScope,
    /// Codes to include.
    pub codes: Vec<String>,
    /// Classes to include.
    pub classes: Vec<MilestoneClass>,
    /// `true` for milestones that were reached, `false` for the others.
    pub reached: Option<bool>,
    /// Baseline date.
    pub baseline: Range<NaiveDate>,
    /// Forecast date; a milestone without one is in no range.
    pub forecast: Range<NaiveDate>,
    /// Actual date; a milestone that was not reached is in no range.
    pub actual: Range<NaiveDate>,
}

/// Milestone with the name of its project.
#[derive(Clone, Debug)]
pub(crate) struct NamedMilestone {
    /// The milestone.
    pub milestone: Milestone,
    /// Name of its project.
    pub project: String,
}

type Wanted<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::helper_types::InnerJoin<milestones::table, projects::table>,
    MultiBackend,
>;

fn wanted(filter: &MilestoneFilter, sight: Sight) -> Wanted<'_> {
    let all = milestones::table.inner_join(projects::table).into_boxed();
    let mut query: Wanted<'_> = in_scope!(all, milestones, "milestone", &filter.scope, sight);
    if !filter.codes.is_empty() {
        query = query.filter(milestones::code.eq_any(&filter.codes));
    }
    if !filter.classes.is_empty() {
        query = query.filter(milestones::class.eq_any(filter.classes.iter().map(|c| c.as_str())));
    }
    within!(query, milestones::baseline_date, filter.baseline);
    within!(query, milestones::forecast_date, filter.forecast);
    within!(query, milestones::actual_date, filter.actual);
    match filter.reached {
        Some(true) => query.filter(milestones::actual_date.is_not_null()),
        Some(false) => query.filter(milestones::actual_date.is_null()),
        None => query,
    }
}

/// One page of visible milestones that match `filter`, ordered by id.
pub(crate) fn list(
    conn: &mut Conn,
    filter: &MilestoneFilter,
    sight: Sight,
    page: &PageRequest,
) -> Result<Page<NamedMilestone>> {
    let total = page.total(|| wanted(filter, sight).count().get_result(conn))?;
    let rows: Vec<(Row, String)> = wanted(filter, sight)
        .filter(milestones::id.gt(page.after_id()?.unwrap_or(0)))
        .order(milestones::id)
        .limit(page.rows_to_fetch())
        .select((Row::as_select(), projects::name))
        .load(conn)?;
    let read =
        |(row, project): (Row, String)| Ok(NamedMilestone { milestone: row.try_into()?, project });
    page.by_id(rows, total, |(row, _)| row.id, read)
}

//! Year plans of all visible projects, with all their versions.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::account::access::Sight;
use crate::domain::id::{ProjectId, YearPlanId};
use crate::domain::month::Year;
use crate::domain::plan::year_plan::{PlanVersion, YearPlan};
use crate::store::conn::MultiBackend;
use crate::store::plans::year_plans::versions_of;
use crate::store::projects::scope::{RecordScope, in_scope};
use crate::store::schema::{projects, year_plans};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

/// Filter for year plans. Empty lists do not filter.
#[derive(Clone, Debug, Default)]
pub(crate) struct YearPlanFilter {
    /// Projects, ids and time of change.
    pub scope: RecordScope,
    /// Years to include.
    pub years: Vec<Year>,
}

/// Year plan with the name of its project.
#[derive(Clone, Debug)]
pub(crate) struct NamedYearPlan {
    /// The plan with its versions.
    pub plan: YearPlan,
    /// Name of its project.
    pub project: String,
}

type Wanted<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::helper_types::InnerJoin<year_plans::table, projects::table>,
    MultiBackend,
>;

fn wanted(filter: &YearPlanFilter, sight: Sight) -> Wanted<'_> {
    let all = year_plans::table.inner_join(projects::table).into_boxed();
    let query: Wanted<'_> = in_scope!(all, year_plans, "year_plan", &filter.scope, sight);
    if filter.years.is_empty() {
        return query;
    }
    query.filter(year_plans::year.eq_any(filter.years.iter().map(|year| year.get())))
}

#[derive(Queryable)]
struct Row {
    id: i64,
    project_id: i64,
    year: i32,
    version: i64,
    project: String,
}

impl Row {
    fn named(self, versions: &mut BTreeMap<i64, Vec<PlanVersion>>) -> Result<NamedYearPlan> {
        let year = Year::new(self.year).ok_or_else(|| StoreError::broken("a year"))?;
        let plan = YearPlan {
            id: YearPlanId(self.id),
            project_id: ProjectId(self.project_id),
            year,
            versions: versions.remove(&self.id).unwrap_or_default(),
            version: self.version,
        };
        Ok(NamedYearPlan { plan, project: self.project })
    }
}

/// One page of visible year plans that match `filter`, ordered by id; two queries.
pub(crate) fn list(
    conn: &mut Conn,
    filter: &YearPlanFilter,
    sight: Sight,
    page: &PageRequest,
) -> Result<Page<NamedYearPlan>> {
    let total = page.total(|| wanted(filter, sight).count().get_result(conn))?;
    let columns = (
        year_plans::id,
        year_plans::project_id,
        year_plans::year,
        year_plans::version,
        projects::name,
    );
    let rows: Vec<Row> = wanted(filter, sight)
        .filter(year_plans::id.gt(page.after_id()?.unwrap_or(0)))
        .order(year_plans::id)
        .limit(page.rows_to_fetch())
        .select(columns)
        .load(conn)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut versions = versions_of(conn, &ids)?;
    page.by_id(rows, total, |row| row.id, |row| row.named(&mut versions))
}

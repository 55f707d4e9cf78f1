//! Review queue: reports of all visible projects, with their warnings.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::domain::account::access::Sight;
use crate::domain::id::ReportId;
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::plan::year_plan::MonthlyAmounts;
use crate::domain::report::{Report, ReportState};
use crate::store::conn::MultiBackend;
use crate::store::plans::year_plans::{MONTHS, Months, amounts};
use crate::store::projects::scope::{RecordScope, in_scope};
use crate::store::projects::selection::Range;
use crate::store::reports::Row;
use crate::store::schema::{
    monthly_reports as reports, projects, year_plan_versions as versions, year_plans,
};
use crate::store::search::literally;
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

/// Filter for the review queue. Empty lists do not filter.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReviewFilter {
    /// Months to include.
    pub months: Vec<Month>,
    /// States to include.
    pub states: Vec<ReportState>,
    /// `true` for reports with warnings, `false` for reports without.
    pub warned: Option<bool>,
    /// Warning code the report must have.
    pub warning: Option<String>,
    /// Invested in the month.
    pub completed: Range<Fen>,
    /// Newest first instead of oldest first.
    pub latest_first: bool,
    /// Projects, ids and time of change.
    pub scope: RecordScope,
}

type Wanted<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::helper_types::InnerJoin<reports::table, projects::table>,
    MultiBackend,
>;

fn wanted(filter: &ReviewFilter, sight: Sight) -> Wanted<'_> {
    let all = reports::table.inner_join(projects::table).into_boxed();
    let mut query: Wanted<'_> = in_scope!(all, reports, "report", &filter.scope, sight);
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
    if let Some(from) = filter.completed.from {
        query = query.filter(reports::completed_fen.ge(from.get()));
    }
    if let Some(to) = filter.completed.to {
        query = query.filter(reports::completed_fen.le(to.get()));
    }
    if let Some(code) = &filter.warning {
        let written = literally(&format!("\"code\":\"{code}\""));
        query = query.filter(reports::warnings.like(written).escape('\\'));
    }
    query
}

/// Figures shown next to a report under review, for comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Beside {
    /// Planned investment of the month, in the version in force.
    pub planned: Option<Fen>,
    /// Reported investment of the previous month, in any state.
    pub last_month: Option<Fen>,
}

/// Comparison figures of each of `reports`; two queries in total.
pub(crate) fn beside(conn: &mut Conn, reports: &[Report]) -> Result<BTreeMap<ReportId, Beside>> {
    let projects: BTreeSet<i64> = reports.iter().map(|r| r.project_id.0).collect();
    let before: BTreeSet<String> = reports.iter().map(|r| r.month.previous().to_string()).collect();
    let rows: Vec<(i64, String, i64)> = reports::table
        .filter(reports::project_id.eq_any(projects.iter().copied()))
        .filter(reports::month.eq_any(before))
        .select((reports::project_id, reports::month, reports::completed_fen))
        .load(conn)?;
    let last: BTreeMap<(i64, String), Fen> =
        rows.into_iter().map(|(project, month, fen)| ((project, month), Fen::new(fen))).collect();
    let years: BTreeSet<i32> = reports.iter().map(|r| r.month.year().get()).collect();
    let plans = versions_of(conn, &projects, &years)?;
    let one = |report: &Report| {
        let project = report.project_id.0;
        let month = report.month;
        let versions = plans.get(&(project, month.year().get()));
        let in_force = versions.and_then(|v| v.iter().rfind(|(from, _)| *from <= month));
        let planned = in_force.map(|(_, months)| months.of(month.number()));
        let last_month = last.get(&(project, month.previous().to_string())).copied();
        (report.id, Beside { planned, last_month })
    };
    Ok(reports.iter().map(one).collect())
}

/// Year plan versions by project and year: effective month and amounts.
type Versions = BTreeMap<(i64, i32), Vec<(Month, MonthlyAmounts)>>;

fn versions_of(
    conn: &mut Conn,
    projects: &BTreeSet<i64>,
    years: &BTreeSet<i32>,
) -> Result<Versions> {
    let rows: Vec<(i64, i32, String, Months)> = year_plans::table
        .inner_join(versions::table)
        .filter(year_plans::project_id.eq_any(projects.iter().copied()))
        .filter(year_plans::year.eq_any(years.iter().copied()))
        .order((year_plans::project_id, year_plans::year, versions::number))
        .select((year_plans::project_id, year_plans::year, versions::effective_month, MONTHS))
        .load(conn)?;
    let mut found = Versions::new();
    for (project, year, effective, months) in rows {
        let version = (StoreError::read_text(&effective)?, amounts(months));
        found.entry((project, year)).or_default().push(version);
    }
    Ok(found)
}

/// One page of reports that match `filter` with project names, ordered by id.
pub(crate) fn list(
    conn: &mut Conn,
    filter: &ReviewFilter,
    sight: Sight,
    page: &PageRequest,
) -> Result<Page<(Report, String)>> {
    let total = page.total(|| wanted(filter, sight).count().get_result(conn))?;
    let select = (Row::as_select(), projects::name);
    let mut query = wanted(filter, sight).limit(page.rows_to_fetch()).select(select);
    let order = if filter.latest_first { "latest" } else { "id" };
    let seen = page.after(order)?.and_then(|keys| keys.first().and_then(Value::as_i64));
    query = if filter.latest_first {
        let before = seen.unwrap_or(i64::MAX);
        query.filter(reports::id.lt(before)).order(reports::id.desc())
    } else {
        query.filter(reports::id.gt(seen.unwrap_or(0))).order(reports::id)
    };
    let rows: Vec<(Row, String)> = query.load(conn)?;
    let keys = |(row, _): &(Row, String)| vec![json!(row.id)];
    page.page(order, rows, total, keys, |(row, name)| Ok((row.try_into()?, name)))
}

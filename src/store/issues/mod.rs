//! Issues to be coordinated. A unit sees the issues of its projects and those assigned to it.

pub(crate) mod recorded;
pub(crate) mod selection;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::domain::account::access::Sight;
use crate::domain::id::{AreaId, IndustryId, IssueId, ProjectId, ReportId, UnitId};
use crate::domain::issue::{Issue, IssueCategory, IssueLevel, IssueState};
use crate::domain::project::Visibility;
use crate::store::conn::MultiBackend;
use crate::store::issues::selection::IssueSelection;
use crate::store::schema::{issue_units, issues, project_units, projects, report_issues, units};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

/// Filter for issue lists. Empty lists do not filter.
#[derive(Clone, Debug, Default)]
pub(crate) struct IssueFilter {
    /// Only issues of this project.
    pub project: Option<ProjectId>,
    /// States to include.
    pub states: Vec<IssueState>,
    /// Exclude cleared issues.
    pub not_cleared: bool,
    /// Categories to include.
    pub categories: Vec<IssueCategory>,
    /// Levels to include.
    pub levels: Vec<IssueLevel>,
    /// Assigned to one of these units.
    pub units: Vec<UnitId>,
    /// Project in one of these areas.
    pub areas: Option<Vec<AreaId>>,
    /// Project in one of these industry lines.
    pub industries: Option<Vec<IndustryId>>,
    /// Due date before this day.
    pub due_before: Option<NaiveDate>,
    /// Raised on or before this day.
    pub raised_by_day: Option<NaiveDate>,
    /// Raised on or after this day.
    pub raised_from_day: Option<NaiveDate>,
    /// Conditions that only the list has.
    pub selection: IssueSelection,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = issues)]
struct Row {
    id: i64,
    project_id: i64,
    title: String,
    category: String,
    level: String,
    asked: String,
    due_on: NaiveDate,
    state: String,
    raised_on: NaiveDate,
    raised_by: String,
    raised_by_unit: Option<i64>,
    cleared_on: Option<NaiveDate>,
    version: i64,
}

/// Issue with the names of its project and units.
#[derive(Clone, Debug)]
pub(crate) struct NamedIssue {
    /// The issue.
    pub issue: Issue,
    /// Name of its project.
    pub project: String,
    /// Names of its units, in the order of assignment.
    pub units: Vec<String>,
}

type Wanted<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::helper_types::InnerJoin<issues::table, projects::table>,
    MultiBackend,
>;

fn wanted(filter: &IssueFilter, sight: Sight) -> Wanted<'_> {
    let mut query = in_sight(issues::table.inner_join(projects::table).into_boxed(), sight);
    if let Some(project) = filter.project {
        query = query.filter(issues::project_id.eq(project.0));
    }
    if !filter.states.is_empty() {
        query = query.filter(issues::state.eq_any(filter.states.iter().map(|s| s.as_str())));
    }
    if filter.not_cleared {
        query = query.filter(issues::state.ne(IssueState::Cleared.as_str()));
    }
    if !filter.categories.is_empty() {
        let any = filter.categories.iter().map(|c| c.as_str());
        query = query.filter(issues::category.eq_any(any));
    }
    if !filter.levels.is_empty() {
        query = query.filter(issues::level.eq_any(filter.levels.iter().map(|l| l.as_str())));
    }
    if !filter.units.is_empty() {
        let any = issue_units::unit_id.eq_any(filter.units.iter().map(|u| u.0));
        let given = issue_units::table.filter(any).select(issue_units::issue_id);
        query = query.filter(issues::id.eq_any(given));
    }
    if let Some(areas) = &filter.areas {
        query = query.filter(projects::area_id.eq_any(areas.iter().map(|a| a.0)));
    }
    if let Some(industries) = &filter.industries {
        query = query.filter(projects::industry_id.eq_any(industries.iter().map(|i| i.0)));
    }
    if let Some(day) = filter.due_before {
        query = query.filter(issues::due_on.lt(day));
    }
    if let Some(day) = filter.raised_by_day {
        query = query.filter(issues::raised_on.le(day));
    }
    if let Some(day) = filter.raised_from_day {
        query = query.filter(issues::raised_on.ge(day));
    }
    filter.selection.apply(query)
}

fn in_sight(query: Wanted<'_>, sight: Sight) -> Wanted<'_> {
    match sight {
        Sight::All => query,
        Sight::Open => query.filter(projects::visibility.eq(Visibility::Open.as_str())),
        Sight::Area(area) => query.filter(projects::area_id.eq(area.0)),
        Sight::Nothing => query.filter(projects::id.lt(0)),
        Sight::Unit(unit) => {
            let own = project_units::table.filter(project_units::unit_id.eq(unit.0));
            let given = issue_units::table.filter(issue_units::unit_id.eq(unit.0));
            let of_own = issues::project_id.eq_any(own.select(project_units::project_id));
            query.filter(of_own.or(issues::id.eq_any(given.select(issue_units::issue_id))))
        }
    }
}

/// One page of visible issues that match `filter`, ordered by id.
pub(crate) fn list(
    conn: &mut Conn,
    filter: &IssueFilter,
    sight: Sight,
    page: &PageRequest,
) -> Result<Page<NamedIssue>> {
    let total = page.total(|| wanted(filter, sight).count().get_result(conn))?;
    let after = page.after_id()?.unwrap_or(0);
    let rows: Vec<(Row, String)> = wanted(filter, sight)
        .filter(issues::id.gt(after))
        .order(issues::id)
        .limit(page.rows_to_fetch())
        .select((Row::as_select(), projects::name))
        .load(conn)?;
    let found = named(conn, rows)?;
    page.by_id(found, total, |found| found.issue.id.0, Ok)
}

/// All visible issues that match `filter`, ordered by id.
pub(crate) fn all(conn: &mut Conn, filter: &IssueFilter, sight: Sight) -> Result<Vec<NamedIssue>> {
    let rows: Vec<(Row, String)> = wanted(filter, sight)
        .order(issues::id)
        .select((Row::as_select(), projects::name))
        .load(conn)?;
    named(conn, rows)
}

/// Loads an issue of a project; [`StoreError::NotFound`] if it does not exist or is not visible.
pub(crate) fn get(
    conn: &mut Conn,
    project: ProjectId,
    id: IssueId,
    sight: Sight,
) -> Result<NamedIssue> {
    let filter = IssueFilter { project: Some(project), ..IssueFilter::default() };
    let row: (Row, String) = wanted(&filter, sight)
        .filter(issues::id.eq(id.0))
        .select((Row::as_select(), projects::name))
        .first(conn)?;
    named(conn, vec![row])?.pop().ok_or(StoreError::NotFound)
}

fn named(conn: &mut Conn, rows: Vec<(Row, String)>) -> Result<Vec<NamedIssue>> {
    let mut given = given(conn, &rows.iter().map(|(row, _)| row.id).collect::<Vec<_>>())?;
    let read = |(row, project): (Row, String)| {
        let (ids, units) = given.remove(&row.id).unwrap_or_default().into_iter().unzip();
        Ok(NamedIssue { issue: issue(row, ids)?, project, units })
    };
    rows.into_iter().map(read).collect()
}

/// Maximum number of bind values per query; databases limit it.
const MOST_VALUES: usize = 10_000;

fn given(conn: &mut Conn, of: &[i64]) -> Result<BTreeMap<i64, Vec<(UnitId, String)>>> {
    let mut found: BTreeMap<i64, Vec<(UnitId, String)>> = BTreeMap::new();
    for some in of.chunks(MOST_VALUES) {
        let rows: Vec<(i64, i64, String)> = issue_units::table
            .inner_join(units::table)
            .filter(issue_units::issue_id.eq_any(some))
            .order((issue_units::issue_id, issue_units::position))
            .select((issue_units::issue_id, units::id, units::name))
            .load(conn)?;
        for (issue, unit, name) in rows {
            found.entry(issue).or_default().push((UnitId(unit), name));
        }
    }
    Ok(found)
}

fn issue(row: Row, units: Vec<UnitId>) -> Result<Issue> {
    Ok(Issue {
        id: IssueId(row.id),
        project_id: ProjectId(row.project_id),
        title: row.title,
        category: StoreError::read_text(&row.category)?,
        level: StoreError::read_text(&row.level)?,
        asked: row.asked,
        due_on: row.due_on,
        state: StoreError::read_text(&row.state)?,
        units,
        raised_on: row.raised_on,
        raised_by: row.raised_by,
        raised_by_unit: row.raised_by_unit.map(UnitId),
        cleared_on: row.cleared_on,
        version: row.version,
    })
}

/// Inserts an issue; the database assigns the id.
pub(crate) fn insert(conn: &mut Conn, new: &Issue) -> Result<IssueId> {
    let id = diesel::insert_into(issues::table)
        .values((
            issues::project_id.eq(new.project_id.0),
            issues::title.eq(&new.title),
            issues::category.eq(new.category.as_str()),
            issues::level.eq(new.level.as_str()),
            issues::asked.eq(&new.asked),
            issues::due_on.eq(new.due_on),
            issues::state.eq(new.state.as_str()),
            issues::raised_on.eq(new.raised_on),
            issues::raised_by.eq(&new.raised_by),
            issues::raised_by_unit.eq(new.raised_by_unit.map(|u| u.0)),
        ))
        .returning(issues::id)
        .get_result(conn)?;
    Ok(IssueId(id))
}

/// Updates `issue` and its units if its version is unchanged.
///
/// # Errors
/// [`StoreError::Stale`].
pub(crate) fn save(conn: &mut Conn, issue: &Issue) -> Result<()> {
    let mine = issues::table.find(issue.id.0).filter(issues::version.eq(issue.version));
    let changed = diesel::update(mine)
        .set((
            issues::title.eq(&issue.title),
            issues::category.eq(issue.category.as_str()),
            issues::level.eq(issue.level.as_str()),
            issues::asked.eq(&issue.asked),
            issues::due_on.eq(issue.due_on),
            issues::state.eq(issue.state.as_str()),
            issues::cleared_on.eq(issue.cleared_on),
            issues::version.eq(issues::version + 1),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Err(StoreError::Stale);
    }
    diesel::delete(issue_units::table.filter(issue_units::issue_id.eq(issue.id.0)))
        .execute(conn)?;
    for (position, unit) in (0_i32..).zip(&issue.units) {
        diesel::insert_into(issue_units::table)
            .values((
                issue_units::issue_id.eq(issue.id.0),
                issue_units::unit_id.eq(unit.0),
                issue_units::position.eq(position),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Issues mentioned by each report of a project.
pub(crate) fn mentioned(
    conn: &mut Conn,
    project: ProjectId,
) -> Result<BTreeMap<ReportId, Vec<IssueId>>> {
    let rows: Vec<(i64, i64)> = report_issues::table
        .inner_join(issues::table)
        .filter(issues::project_id.eq(project.0))
        .order((report_issues::report_id, report_issues::issue_id))
        .select((report_issues::report_id, report_issues::issue_id))
        .load(conn)?;
    let mut found: BTreeMap<ReportId, Vec<IssueId>> = BTreeMap::new();
    for (report, issue) in rows {
        found.entry(ReportId(report)).or_default().push(IssueId(issue));
    }
    Ok(found)
}

/// Issues mentioned by each of these reports.
pub(crate) fn mentioned_by(
    conn: &mut Conn,
    reports: &[ReportId],
) -> Result<BTreeMap<ReportId, Vec<IssueId>>> {
    let rows: Vec<(i64, i64)> = report_issues::table
        .filter(report_issues::report_id.eq_any(reports.iter().map(|r| r.0)))
        .order((report_issues::report_id, report_issues::issue_id))
        .select((report_issues::report_id, report_issues::issue_id))
        .load(conn)?;
    let mut found: BTreeMap<ReportId, Vec<IssueId>> = BTreeMap::new();
    for (report, issue) in rows {
        found.entry(ReportId(report)).or_default().push(IssueId(issue));
    }
    Ok(found)
}

/// Replaces the issues that a report mentions.
pub(crate) fn mention(conn: &mut Conn, report: ReportId, these: &[IssueId]) -> Result<()> {
    diesel::delete(report_issues::table.filter(report_issues::report_id.eq(report.0)))
        .execute(conn)?;
    for issue in these {
        diesel::insert_into(report_issues::table)
            .values((report_issues::report_id.eq(report.0), report_issues::issue_id.eq(issue.0)))
            .execute(conn)?;
    }
    Ok(())
}

/// `(project, report, issue)` of every issue that a report of these projects mentions.
pub(crate) fn mentioned_in(
    conn: &mut Conn,
    projects: &BTreeSet<ProjectId>,
) -> Result<Vec<(ProjectId, ReportId, IssueId)>> {
    let rows: Vec<(i64, i64, i64)> = report_issues::table
        .inner_join(issues::table)
        .filter(issues::project_id.eq_any(projects.iter().map(|p| p.0)))
        .order((report_issues::report_id, report_issues::issue_id))
        .select((issues::project_id, report_issues::report_id, report_issues::issue_id))
        .load(conn)?;
    let ids = |(project, report, issue)| (ProjectId(project), ReportId(report), IssueId(issue));
    Ok(rows.into_iter().map(ids).collect())
}

/// `(project, issue)` of the issues of these projects.
pub(crate) fn of_projects(
    conn: &mut Conn,
    projects: &BTreeSet<ProjectId>,
) -> Result<Vec<(ProjectId, IssueId)>> {
    let rows: Vec<(i64, i64)> = issues::table
        .filter(issues::project_id.eq_any(projects.iter().map(|p| p.0)))
        .order(issues::id)
        .select((issues::project_id, issues::id))
        .load(conn)?;
    Ok(rows.into_iter().map(|(project, issue)| (ProjectId(project), IssueId(issue))).collect())
}

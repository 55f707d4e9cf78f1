//! Number and age of open issues, by category, level, state or unit.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::id::{AreaId, IndustryId, ProjectId, UnitId};
use crate::domain::issue::{IssueCategory, IssueLevel, IssueState};
use crate::domain::month::{Month, Year};
use crate::store::bulletins;
use crate::store::bulletins::content::lists::{Issue, IssueUnit};
use crate::store::issues;
use crate::store::issues::{IssueFilter, NamedIssue};
use crate::store::projects::ProjectFilter;
use crate::usecases::ask::Ask;
use crate::usecases::figures::query::{AsOf, PeriodQuery};
use crate::usecases::figures::request::{SummaryRequest, not_published};
use crate::usecases::issues::filter::IssueQuery;
use crate::usecases::projects::filter::PlaceFilter;
use crate::usecases::refusal::Refusal;

/// Dimension by which open issues are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IssueDimension {
    /// Category of the issue.
    Category,
    /// Level that has to coordinate it.
    Level,
    /// State of the issue.
    State,
    /// Assigned unit. An issue with several units is in the row of each.
    Unit,
}

/// Grouping and source of the counts.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IssueBy {
    /// Dimension of the rows.
    #[serde(default = "category")]
    #[param(default = "category")]
    pub by: IssueDimension,
    /// Source of the counts: `live` counts the issues that are open now, `published` those that
    /// were open when the month `month` was closed, from its bulletin.
    #[serde(default = "live")]
    #[param(default = "live")]
    pub as_of: AsOf,
    /// A published month; only with `as_of=published`. Default: the last published one. 400
    /// (`not-published`) if it has no bulletin.
    #[param(nullable = false, example = "2021-05")]
    pub month: Option<Month>,
}

fn live() -> AsOf {
    AsOf::Live
}

/// An open issue, live or from a bulletin: what is counted or filtered by. A bulletin may lack a
/// value.
struct OpenIssue {
    project_id: ProjectId,
    state: Option<IssueState>,
    category: Option<IssueCategory>,
    level: Option<IssueLevel>,
    units: Vec<OpenIssueUnit>,
    raised_on: Option<NaiveDate>,
    age_days: i64,
    overdue: bool,
}

struct OpenIssueUnit {
    id: UnitId,
    name: String,
}

/// Industry line and area of a project.
#[derive(Clone, Copy)]
struct ProjectPlaces {
    industry: IndustryId,
    area: AreaId,
}

impl OpenIssue {
    fn live(found: &NamedIssue, today: NaiveDate) -> Self {
        let issue = &found.issue;
        let units = issue.units.iter().zip(&found.units);
        Self {
            project_id: issue.project_id,
            state: Some(issue.state),
            category: Some(issue.category),
            level: Some(issue.level),
            units: units.map(|(id, name)| OpenIssueUnit { id: *id, name: name.clone() }).collect(),
            raised_on: Some(issue.raised_on),
            age_days: issue.age_days(today),
            overdue: issue.is_overdue(today),
        }
    }

    /// Applies the store's filter to an issue read from a bulletin, which holds no cleared ones.
    fn is_admitted(&self, filter: &IssueFilter, places: ProjectPlaces) -> bool {
        let IssueFilter {
            project,
            states,
            not_cleared: _,
            categories,
            levels,
            units,
            areas,
            industries,
            due_before,
            raised_by_day,
            raised_from_day,
            // Only the list of the register has it.
            selection: _,
        } = filter;
        let raised = |is_in: &dyn Fn(NaiveDate) -> bool| self.raised_on.is_some_and(is_in);
        project.is_none_or(|project| project == self.project_id)
            && (states.is_empty() || self.state.is_some_and(|s| states.contains(&s)))
            && (categories.is_empty() || self.category.is_some_and(|c| categories.contains(&c)))
            && (levels.is_empty() || self.level.is_some_and(|l| levels.contains(&l)))
            && (units.is_empty() || self.units.iter().any(|unit| units.contains(&unit.id)))
            && industries.as_ref().is_none_or(|all| all.contains(&places.industry))
            && areas.as_ref().is_none_or(|all| all.contains(&places.area))
            && (due_before.is_none() || self.overdue)
            && raised_by_day.is_none_or(|last| raised(&|day| day <= last))
            && raised_from_day.is_none_or(|first| raised(&|day| first <= day))
    }
}

impl From<Issue> for OpenIssue {
    fn from(issue: Issue) -> Self {
        let unit = |unit: IssueUnit| OpenIssueUnit { id: unit.unit_id, name: unit.unit };
        Self {
            project_id: issue.project_id,
            state: issue.state,
            category: issue.category,
            level: issue.level,
            units: issue.units.into_iter().map(unit).collect(),
            raised_on: issue.raised_on,
            age_days: issue.age_days.unwrap_or(0),
            overdue: issue.overdue,
        }
    }
}

/// Open issues, and the day as of which they are open.
struct OpenIssues {
    issues: Vec<OpenIssue>,
    day: NaiveDate,
}

/// Issues open when a published month was closed, of the projects the caller may see now, as of the
/// last day of that month.
fn published(
    ask: &mut Ask<'_>,
    asked: &IssueQuery,
    places: &PlaceFilter,
    month: Option<Month>,
) -> Result<OpenIssues, Refusal> {
    let published = bulletins::months(ask.conn, None)?;
    let month = month.or(published.last().copied());
    let found = match month {
        Some(month) => bulletins::find(ask.conn, month)?,
        None => None,
    };
    let Some(bulletin) = found else {
        let year = month.map_or(Year::of(ask.now.today), Month::year);
        return Err(not_published(year, month, &published));
    };
    let day = bulletin.month.last_day();
    let filter = asked.known(ask.conn, places, day)?;
    let query = PeriodQuery::as_published(bulletin.month);
    let request = SummaryRequest::of_bulletin(query, ask.sight(), bulletin.frozen()?);
    let visible = request.years(ask.conn, &ProjectFilter::default())?;
    let open = bulletin.lists()?.issues.into_iter().filter_map(|issue| {
        let project = visible.iter().find(|p| p.id == issue.project_id)?;
        let places = ProjectPlaces { industry: project.industry, area: project.area };
        let open = OpenIssue::from(issue);
        open.is_admitted(&filter, places).then_some(open)
    });
    Ok(OpenIssues { issues: open.collect(), day })
}

fn category() -> IssueDimension {
    IssueDimension::Category
}

/// Number of open issues, by age.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub(crate) struct IssueCounts {
    /// Issues that are not cleared: the sum of the four age groups.
    pub open: i64,
    /// Open issues past their due date.
    pub overdue: i64,
    /// Raised at most 30 days ago.
    pub age_to_30: i64,
    /// Raised 31 to 60 days ago.
    pub age_31_to_60: i64,
    /// Raised 61 to 90 days ago.
    pub age_61_to_90: i64,
    /// Raised more than 90 days ago.
    pub age_over_90: i64,
}

impl IssueCounts {
    fn count(&mut self, found: &OpenIssue) {
        self.open += 1;
        self.overdue += i64::from(found.overdue);
        match found.age_days {
            ..=30 => self.age_to_30 += 1,
            31..=60 => self.age_31_to_60 += 1,
            61..=90 => self.age_61_to_90 += 1,
            _ => self.age_over_90 += 1,
        }
    }
}

/// Counts of one category, level, state or unit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct IssueRow {
    /// The category, level or state, or the name of the unit; empty for issues without unit.
    pub of: String,
    /// Counts of the row.
    #[serde(flatten)]
    pub counts: IssueCounts,
}

/// Number and age of open issues, grouped by one dimension.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct IssueSummary {
    /// Dimension of the rows.
    pub by: IssueDimension,
    /// Day as of which ages are computed: today, or the last day of the published month.
    pub day: NaiveDate,
    /// The rows, sorted by `of`.
    pub rows: Vec<IssueRow>,
    /// Totals, with each issue counted once.
    pub total: IssueCounts,
}

fn keys(found: &OpenIssue, by: IssueDimension) -> Vec<String> {
    let key = |value: Option<&'static str>| vec![value.unwrap_or_default().to_owned()];
    match by {
        IssueDimension::Category => key(found.category.map(IssueCategory::as_str)),
        IssueDimension::Level => key(found.level.map(IssueLevel::as_str)),
        IssueDimension::State => key(found.state.map(IssueState::as_str)),
        IssueDimension::Unit if found.units.is_empty() => vec![String::new()],
        IssueDimension::Unit => found.units.iter().map(|u| u.name.clone()).collect(),
    }
}

/// Number and age of the open issues that match the filters and are visible to the caller.
///
/// # Errors
/// 400 for an unknown code, or a month that was not published.
pub(crate) fn get(
    ask: &mut Ask<'_>,
    places: &PlaceFilter,
    asked: &IssueQuery,
    how: IssueBy,
) -> Result<IssueSummary, Refusal> {
    let OpenIssues { issues, day } = match how.as_of {
        AsOf::Published => published(ask, asked, places, how.month)?,
        AsOf::Live => live_issues(ask, asked, places)?,
    };
    let mut rows: BTreeMap<String, IssueCounts> = BTreeMap::new();
    let mut total = IssueCounts::default();
    for found in &issues {
        total.count(found);
        for key in keys(found, how.by) {
            rows.entry(key).or_default().count(found);
        }
    }
    let rows = rows.into_iter().map(|(of, counts)| IssueRow { of, counts }).collect();
    Ok(IssueSummary { by: how.by, day, rows, total })
}

/// Issues that are open now.
fn live_issues(
    ask: &mut Ask<'_>,
    asked: &IssueQuery,
    places: &PlaceFilter,
) -> Result<OpenIssues, Refusal> {
    let today = ask.now.today;
    let filter = asked.known(ask.conn, places, today)?;
    let filter = IssueFilter { not_cleared: true, ..filter };
    let found = issues::all(ask.conn, &filter, ask.sight())?;
    let issues = found.iter().map(|found| OpenIssue::live(found, today)).collect();
    Ok(OpenIssues { issues, day: today })
}

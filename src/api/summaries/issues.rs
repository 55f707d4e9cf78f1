//! Number and age of open issues, by category, level, state or unit.

use std::collections::BTreeMap;

use actix_web::web::Data;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::bulletins::figures::{BulletinIssue, as_published};
use crate::api::bulletins::handlers::listed;
use crate::api::figures::asked::{AsOf, Asking, not_published, thaw};
use crate::domain::account::access::Sight;
use crate::domain::id::{AreaId, IndustryId};
use crate::domain::month::{Month, Year};
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Both, Query};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::issues;
use crate::store::issues::{IssueFilter, NamedIssue};
use crate::store::projects::ProjectFilter;
use crate::store::{Conn, bulletins};
use crate::usecases::issues::filter::IssueQuery;
use crate::usecases::issues::view::{IssueFacts, IssueUnit};
use crate::usecases::permission::ReadSummaries;
use crate::usecases::projects::filter::PlaceFilter;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["issues"; get_issue_summary]
}

/// Dimension by which open issues are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IssueDimension {
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
pub struct IssueBy {
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

/// The parts of an open issue that are counted or filtered by.
struct Open {
    facts: IssueFacts,
    age_days: i64,
    overdue: bool,
}

impl Open {
    fn live(found: &NamedIssue, today: NaiveDate) -> Self {
        let (age_days, overdue) = (found.issue.age_days(today), found.issue.is_overdue(today));
        Self { facts: found.into(), age_days, overdue }
    }

    /// Applies the store's filter to an issue read from a bulletin.
    fn is_admitted(&self, filter: &IssueFilter, places: (IndustryId, AreaId)) -> bool {
        let facts = &self.facts;
        let any = |unit: &IssueUnit| filter.units.contains(&unit.unit_id);
        let old = |day: NaiveDate| facts.raised_on <= day;
        (filter.states.is_empty() || filter.states.contains(&facts.state))
            && (filter.categories.is_empty() || filter.categories.contains(&facts.category))
            && (filter.levels.is_empty() || filter.levels.contains(&facts.level))
            && (filter.units.is_empty() || facts.units.iter().any(any))
            && filter.industries.as_ref().is_none_or(|all| all.contains(&places.0))
            && filter.areas.as_ref().is_none_or(|all| all.contains(&places.1))
            && (filter.due_before.is_none() || self.overdue)
            && filter.raised_by_day.is_none_or(old)
            && filter.raised_from_day.is_none_or(|day| day <= facts.raised_on)
    }
}

/// Issues open when a published month was closed, of the projects the caller may see now; and the
/// last day of that month.
fn frozen(
    conn: &mut Conn,
    (asked, places): (&IssueQuery, &PlaceFilter),
    month: Option<Month>,
    (sight, today): (Sight, NaiveDate),
) -> Result<(Vec<Open>, NaiveDate), Problem> {
    let published = bulletins::months(conn, None)?;
    let month = month.or(published.last().copied());
    let found = match month {
        Some(month) => bulletins::find(conn, month)?,
        None => None,
    };
    let Some(bulletin) = found else {
        let year = month.map_or(Year::of(today), Month::year);
        return Err(not_published(year, month, &published));
    };
    let listed = listed(&bulletin)?;
    let day = bulletin.month.last_day();
    let filter = asked.known(conn, places, day)?;
    let asking = Asking::of_bulletin(as_published(bulletin.month), sight, thaw(&bulletin)?);
    let seen = asking.years(conn, &ProjectFilter::default())?;
    let open = listed.issues.into_iter().filter_map(|issue| {
        let project = seen.iter().find(|p| p.id == issue.facts.project_id)?;
        let BulletinIssue { facts, age_days, overdue, .. } = issue;
        let open = Open { facts, age_days, overdue };
        open.is_admitted(&filter, (project.industry, project.area)).then_some(open)
    });
    Ok((open.collect(), day))
}

fn category() -> IssueDimension {
    IssueDimension::Category
}

/// Number of open issues, by age.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct IssueCounts {
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
    fn count(&mut self, found: &Open) {
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
pub struct IssueRow {
    /// The category, level or state, or the name of the unit; empty for issues without unit.
    pub of: String,
    /// Counts of the row.
    #[serde(flatten)]
    pub counts: IssueCounts,
}

/// Number and age of open issues, grouped by one dimension.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IssueSummary {
    /// Dimension of the rows.
    pub by: IssueDimension,
    /// Day as of which ages are computed: today, or the last day of the published month.
    pub day: NaiveDate,
    /// The rows, sorted by `of`.
    pub rows: Vec<IssueRow>,
    /// Totals, with each issue counted once.
    pub total: IssueCounts,
}

fn keys(found: &Open, by: IssueDimension) -> Vec<String> {
    let facts = &found.facts;
    match by {
        IssueDimension::Category => vec![facts.category.to_string()],
        IssueDimension::Level => vec![facts.level.to_string()],
        IssueDimension::State => vec![facts.state.to_string()],
        IssueDimension::Unit if facts.units.is_empty() => vec![String::new()],
        IssueDimension::Unit => facts.units.iter().map(|u| u.unit.clone()).collect(),
    }
}

/// Count open issues
///
/// Number of open issues by category, level, state or unit, with their age and how many are
/// overdue. `GET /issues?open=true` with the same filters lists them.
#[utoipa::path(get, path = "/summaries/issues")]
pub async fn get_issue_summary(
    app: Data<App>,
    who: Permit<ReadSummaries>,
    query: Query<Both<PlaceFilter, Both<IssueQuery, IssueBy>>>,
) -> Result<Sheet<IssueSummary>, Problem> {
    let Query(Both(places, Both(asked, how))) = query;
    let (sight, today, by) = (who.sees(), app.calendar.today(), how.by);
    let (open, day) = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            if how.as_of == AsOf::Published {
                return frozen(conn, (&asked, &places), how.month, (sight, today));
            }
            let filter = asked.known(conn, &places, today)?;
            let filter = IssueFilter { not_cleared: true, ..filter };
            let found = issues::all(conn, &filter, sight)?;
            Ok((found.iter().map(|found| Open::live(found, today)).collect(), today))
        })
        .await?;
    let (mut rows, mut total) = (BTreeMap::<String, IssueCounts>::new(), IssueCounts::default());
    for found in &open {
        total.count(found);
        for key in keys(found, by) {
            rows.entry(key).or_default().count(found);
        }
    }
    let rows = rows.into_iter().map(|(of, counts)| IssueRow { of, counts }).collect();
    Ok(Sheet(IssueSummary { by, day, rows, total }))
}

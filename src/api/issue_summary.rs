//! Open issues by category, unit, level, state, area or industry, with their age.

use std::collections::BTreeMap;

use actix_web::web::Data;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::caller::{Permit, ReadSummaries};
use super::issues::IssueQuery;
use super::problem::Problem;
use super::project_filter::PlaceFilter;
use super::query::{Both, Query};
use super::reply::Json;
use super::routes::Routes;
use crate::routes;
use crate::store::issues::{self, IssueFilter, NamedIssue};

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["issues"; get_issue_summary]
}

/// What open issues can be counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IssueDimension {
    /// What it is about.
    Category,
    /// Who has to coordinate it.
    Level,
    /// Where it stands.
    State,
    /// Each unit it was given to; one shared by several stands in each row.
    Unit,
}

/// By what.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct IssueBy {
    /// What rows are of.
    #[serde(default = "category")]
    #[param(default = "category")]
    pub by: IssueDimension,
}

fn category() -> IssueDimension {
    IssueDimension::Category
}

/// How many issues are open, and for how long.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct IssueCounts {
    /// Not cleared: the sum of the four ages below.
    pub open: i64,
    /// Of them past the day they were due.
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
    fn count(&mut self, found: &NamedIssue, today: NaiveDate) {
        self.open += 1;
        self.overdue += i64::from(found.issue.is_overdue(today));
        match found.issue.age_days(today) {
            ..=30 => self.age_to_30 += 1,
            31..=60 => self.age_31_to_60 += 1,
            61..=90 => self.age_61_to_90 += 1,
            _ => self.age_over_90 += 1,
        }
    }
}

/// The open issues of one category, level, state or unit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IssueRow {
    /// The category, level or state, or the name of the unit; empty for issues no unit has.
    pub of: String,
    /// How many, and for how long.
    #[serde(flatten)]
    pub counts: IssueCounts,
}

/// Open issues, counted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IssueSummary {
    /// What rows are of.
    pub by: IssueDimension,
    /// The business day ages are counted to.
    pub today: NaiveDate,
    /// The rows.
    pub rows: Vec<IssueRow>,
    /// All open issues once, whatever the rows share.
    pub total: IssueCounts,
}

fn keys(found: &NamedIssue, by: IssueDimension) -> Vec<String> {
    match by {
        IssueDimension::Category => vec![found.issue.category.to_string()],
        IssueDimension::Level => vec![found.issue.level.to_string()],
        IssueDimension::State => vec![found.issue.state.to_string()],
        IssueDimension::Unit if found.units.is_empty() => vec![String::new()],
        IssueDimension::Unit => found.units.clone(),
    }
}

/// Count open issues
///
/// By category, level, state or unit, with their age and what is overdue: what `/issues?open=true`
/// lists.
#[utoipa::path(get, path = "/summaries/issues")]
async fn get_issue_summary(
    app: Data<App>,
    who: Permit<ReadSummaries>,
    query: Query<Both<PlaceFilter, Both<IssueQuery, IssueBy>>>,
) -> Result<Json<IssueSummary>, Problem> {
    let Query(Both(places, Both(asked, IssueBy { by }))) = query;
    let (sight, today) = (who.sees(), app.calendar.today());
    let open = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let filter = asked.known(conn, &places, today)?;
            let filter = IssueFilter { not_cleared: true, ..filter };
            Ok(issues::all(conn, &filter, sight)?)
        })
        .await?;
    let (mut rows, mut total) = (BTreeMap::<String, IssueCounts>::new(), IssueCounts::default());
    for found in &open {
        total.count(found, today);
        for key in keys(found, by) {
            rows.entry(key).or_default().count(found, today);
        }
    }
    let rows = rows.into_iter().map(|(of, counts)| IssueRow { of, counts }).collect();
    Ok(Json(IssueSummary { by, today, rows, total }))
}

//! Rules of lights: the thresholds of a year, in versions that never apply retroactively.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::clock::Timestamp;
use crate::domain::id::UserId;
use crate::domain::light::rules::{LightRules, LightThresholds, may_decide_from};
use crate::domain::month::{Month, Year};
use crate::domain::rate::Hundredths;
use crate::domain::text::Reason;
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Created, Tagged};
use crate::http::routes::Routes;
use crate::routes;
use crate::store::events;
use crate::store::events::{Event, changes};
use crate::store::{Conn, lights, reporting_months};
use crate::usecases::answer::Versioned;
use crate::usecases::ask::Now;
use crate::usecases::check::Check;
use crate::usecases::permission::{KeepRules, ReadSummaries};
use crate::usecases::reporting_months::gates::must_not_be_closed;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["lights"; get_rules, change_rules]
}

/// A version of the thresholds of a year.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = LightRules)]
pub struct LightRulesView {
    /// 0 for the default thresholds of the year, then 1, 2, ...
    pub number: i32,
    /// First month to which this version applies.
    pub effective_month: Month,
    /// Progress is green if the deviation is at least this many percentage points.
    pub green_from_points: Hundredths,
    /// Progress is yellow if the deviation is at least this many percentage points; red if below.
    pub yellow_from_points: Hundredths,
    /// A start is yellow if it is this many months or more after the planned month.
    pub start_yellow_months: i32,
    /// A start is red if it is this many months or more after the planned month.
    pub start_red_months: i32,
    /// A milestone is yellow if it slips by more than this many days.
    pub milestone_yellow_days: i32,
    /// A milestone is red if it slips by more than this many days.
    pub milestone_red_days: i32,
    /// Reporting is yellow if this many overdue reports or more are missing.
    pub reporting_yellow_missing: i32,
    /// Reporting is red if this many overdue reports or more are missing.
    pub reporting_red_missing: i32,
    /// Reason for the change; empty for version 0.
    pub reason: String,
    /// Time at which it was created; null for version 0.
    pub created_at: Option<Timestamp>,
}

impl From<LightRules> for LightRulesView {
    fn from(rules: LightRules) -> Self {
        let limits = rules.thresholds;
        Self {
            number: rules.number,
            effective_month: rules.effective_month,
            green_from_points: limits.green_from,
            yellow_from_points: limits.yellow_from,
            start_yellow_months: limits.start_yellow_months,
            start_red_months: limits.start_red_months,
            milestone_yellow_days: limits.milestone_yellow_days,
            milestone_red_days: limits.milestone_red_days,
            reporting_yellow_missing: limits.reporting_yellow_missing,
            reporting_red_missing: limits.reporting_red_missing,
            reason: rules.reason,
            created_at: rules.created_at,
        }
    }
}

/// All versions of a year's thresholds.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct YearRules {
    /// The calendar year.
    pub year: Year,
    /// All versions, oldest first. The last one whose `effective_month` has come applies to a
    /// month.
    pub versions: Vec<LightRulesView>,
    /// Number of versions, used as the ETag.
    pub version: i64,
}

impl Versioned for YearRules {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Path of a year's rules.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RulesPath {
    /// The calendar year.
    #[param(example = 2021)]
    pub year: Year,
}

/// Show the rules of lights
///
/// All versions of the thresholds of the year, oldest first. The field `rules` of a light names the
/// version that applied.
#[utoipa::path(get, path = "/rules/{year}")]
async fn get_rules(
    app: Data<App>,
    _who: Permit<ReadSummaries>,
    path: Path<RulesPath>,
) -> Result<Tagged<YearRules>, Problem> {
    let Path(RulesPath { year }) = path;
    Ok(Tagged(app.db.read(move |conn| shown(conn, year)).await?))
}

fn shown(conn: &mut Conn, year: Year) -> Result<YearRules, Problem> {
    let versions = lights::rules(conn, year)?;
    let version = i64::try_from(versions.len()).unwrap_or(i64::MAX);
    Ok(YearRules { year, versions: versions.into_iter().map(Into::into).collect(), version })
}

/// New thresholds.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct LightRulesInput {
    /// First month they apply to: a month of the year that has neither ended nor closed, and not
    /// before the previous version's.
    pub effective_month: Month,
    /// Progress is green if the deviation is at least this many percentage points.
    pub green_from_points: Hundredths,
    /// Progress is yellow if the deviation is at least this many percentage points; lower than
    /// green.
    pub yellow_from_points: Hundredths,
    /// A start is yellow if it is this many months or more after the planned month.
    pub start_yellow_months: i32,
    /// A start is red if it is this many months or more after the planned month; more than yellow.
    pub start_red_months: i32,
    /// A milestone is yellow if it slips by more than this many days.
    pub milestone_yellow_days: i32,
    /// A milestone is red if it slips by more than this many days; more than yellow.
    pub milestone_red_days: i32,
    /// Reporting is yellow if this many overdue reports or more are missing.
    pub reporting_yellow_missing: i32,
    /// Reporting is red if this many overdue reports or more are missing; more than yellow.
    pub reporting_red_missing: i32,
    /// Reason for the change.
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
}

impl LightRulesInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "effective_month": "2099-07", "green_from_points": "-3.00", "yellow_from_points": "-15.00",
            "start_yellow_months": 1, "start_red_months": 3, "milestone_yellow_days": 30,
            "milestone_red_days": 90, "reporting_yellow_missing": 1, "reporting_red_missing": 2,
            "reason": "下半年从严调度",
        })
    }

    fn parse(
        &self,
        year: Year,
        versions: &[LightRules],
        last_closed: Option<Month>,
        now: Now,
    ) -> Result<LightRules, Problem> {
        let mut check = Check::new();
        let last = versions.last().filter(|v| v.number > 0);
        let times = (Month::of(now.today), last_closed);
        let previous = last.map(|v| v.effective_month);
        let order = may_decide_from(self.effective_month, year, times, previous);
        check.all(order.map_err(|e| vec![e]));
        let thresholds = LightThresholds {
            green_from: self.green_from_points,
            yellow_from: self.yellow_from_points,
            start_yellow_months: self.start_yellow_months,
            start_red_months: self.start_red_months,
            milestone_yellow_days: self.milestone_yellow_days,
            milestone_red_days: self.milestone_red_days,
            reporting_yellow_missing: self.reporting_yellow_missing,
            reporting_red_missing: self.reporting_red_missing,
        };
        let thresholds = check.all(thresholds.check());
        let reason = check.field("/reason", Reason::parse(&self.reason));
        let (thresholds, reason) = check.done(thresholds.zip(reason))?;
        Ok(LightRules {
            number: last.map_or(0, |v| v.number) + 1,
            effective_month: self.effective_month,
            thresholds,
            reason: reason.into_string(),
            created_at: Some(now.instant),
        })
    }
}

/// Change the rules of lights
///
/// Adds a version of the thresholds that applies from a month that has neither ended nor closed.
/// Lights of earlier months do not change. Commission only.
#[utoipa::path(post, path = "/rules/{year}/versions")]
async fn change_rules(
    app: Data<App>,
    who: Permit<KeepRules>,
    path: Path<RulesPath>,
    body: Body<LightRulesInput>,
    once: Once,
) -> Result<Created<YearRules>, Problem> {
    let (Path(RulesPath { year }), author, now, input) = (path, who.author(), app.now(), body.0);
    let view = once
        .write(&app, move |conn| -> Result<_, Problem> {
            let versions = lights::rules(conn, year)?;
            let last_closed = reporting_months::last_closed(conn, year)?;
            let rules = input.parse(year, &versions, last_closed, now)?;
            must_not_be_closed(conn, rules.effective_month)?;
            let by: Option<UserId> = author.user_id();
            let id = lights::insert_rules(conn, year, &rules, by)?;
            let before = LightRules::in_force(&versions, rules.effective_month);
            let changed =
                changes(Some(&LightRulesView::from(before)), &LightRulesView::from(rules));
            let event = Event::of("light_rules.changed", "light_rules", id, changed);
            events::record(conn, &author, now.instant, &event)?;
            shown(conn, year)
        })
        .await?;
    Ok(Created { view, location: format!("/rules/{year}") })
}

//! Rules of lights: the thresholds of a year, in versions that never apply retroactively.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::light::rules::{LightRules, LightThresholds, RuleTimes, may_decide_from};
use crate::domain::month::{Month, Year};
use crate::domain::rate::Hundredths;
use crate::domain::text::Reason;
use crate::store::events::{self, Event, changes};
use crate::store::lights::recorded::RecordedLightRules;
use crate::store::{Conn, lights, reporting_months};
use crate::usecases::answer::Versioned;
use crate::usecases::ask::{Ask, Now, Stamp};
use crate::usecases::check::Check;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::gates::must_not_be_closed;

/// A version of the thresholds of a year.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LightRules)]
pub(crate) struct LightRulesView {
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
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct YearRules {
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

/// New thresholds.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct LightRulesInput {
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
        times: RuleTimes,
        now: Now,
    ) -> Result<LightRules, Refusal> {
        let mut check = Check::new();
        let last = versions.last().filter(|v| v.number > 0);
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

/// A version of the rules that was decided on and is to be saved.
pub(crate) struct LightRulesChange {
    year: Year,
    /// The version that applied to its first month before.
    before: LightRules,
    rules: LightRules,
    stamp: Stamp,
}

/// All versions of a year's thresholds.
///
/// # Errors
/// Database errors only.
pub(crate) fn get(ask: &mut Ask<'_>, year: Year) -> Result<YearRules, Refusal> {
    of_year(ask.conn, year)
}

fn of_year(conn: &mut Conn, year: Year) -> Result<YearRules, Refusal> {
    let versions = lights::rules(conn, year)?;
    let version = i64::try_from(versions.len()).unwrap_or(i64::MAX);
    Ok(YearRules { year, versions: versions.into_iter().map(Into::into).collect(), version })
}

/// Adds a version of the thresholds of a year.
///
/// # Errors
/// Invalid, with every wrong field; a conflict when its first month is closed.
pub(crate) fn decide_change(
    ask: &mut Ask<'_>,
    year: Year,
    input: &LightRulesInput,
) -> Result<LightRulesChange, Refusal> {
    let versions = lights::rules(ask.conn, year)?;
    let last_closed = reporting_months::last_closed(ask.conn, year)?;
    let times = RuleTimes { this_month: Month::of(ask.now.today), last_closed };
    let rules = input.parse(year, &versions, times, ask.now)?;
    must_not_be_closed(ask.conn, rules.effective_month)?;
    let before = LightRules::in_force(&versions, rules.effective_month);
    Ok(LightRulesChange { year, before, rules, stamp: ask.stamp() })
}

/// Saves a version of the rules and records the event.
///
/// # Errors
/// A conflict when another request added the same version.
pub(crate) fn save(conn: &mut Conn, change: LightRulesChange) -> Result<YearRules, Refusal> {
    let LightRulesChange { year, before, rules, stamp } = change;
    let id = lights::insert_rules(conn, year, &rules, stamp.author.user_id())?;
    let recorded = RecordedLightRules::from(&before);
    let changed = changes(Some(&recorded), &RecordedLightRules::from(&rules));
    let event = Event::of("light_rules.changed", "light_rules", id, changed);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    of_year(conn, year)
}

//! Light overrides and light rules in the changes of events: format 1, as release 0.1.0 wrote it.
//!
//! These types say what is stored. They do not follow the answers of the API. Nothing reads them
//! back field by field.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::id::LightOverrideId;
use crate::domain::light::Light;
use crate::domain::light::overrides::LightOverride;
use crate::domain::light::rules::LightRules;
use crate::domain::month::Month;
use crate::domain::rate::Hundredths;

/// A light override.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedLightOverride<'a> {
    id: LightOverrideId,
    light: Light,
    reason: &'a str,
    from_month: Month,
    expires_on: NaiveDate,
    created_at: Timestamp,
    created_by: &'a str,
    withdrawn_at: Option<Timestamp>,
    ends_after: Option<Month>,
}

impl<'a> From<&'a LightOverride> for RecordedLightOverride<'a> {
    fn from(entered: &'a LightOverride) -> Self {
        Self {
            id: entered.id,
            light: entered.light,
            reason: &entered.reason,
            from_month: entered.from_month,
            expires_on: entered.expires_on,
            created_at: entered.created_at,
            created_by: &entered.created_by,
            withdrawn_at: entered.withdrawn_at,
            ends_after: entered.ends_after,
        }
    }
}

/// A version of the light rules of a year.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedLightRules<'a> {
    number: i32,
    effective_month: Month,
    green_from_points: Hundredths,
    yellow_from_points: Hundredths,
    start_yellow_months: i32,
    start_red_months: i32,
    milestone_yellow_days: i32,
    milestone_red_days: i32,
    reporting_yellow_missing: i32,
    reporting_red_missing: i32,
    reason: &'a str,
    created_at: Option<Timestamp>,
}

impl<'a> From<&'a LightRules> for RecordedLightRules<'a> {
    fn from(rules: &'a LightRules) -> Self {
        let limits = &rules.thresholds;
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
            reason: &rules.reason,
            created_at: rules.created_at,
        }
    }
}

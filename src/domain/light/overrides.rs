//! Light overrides: a manual judgement that replaces the computed light and is shown as such.

use chrono::NaiveDate;

use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::figures::period::Period;
use crate::domain::id::{LightOverrideId, ProjectId};
use crate::domain::light::Light;
use crate::domain::month::Month;
use crate::domain::words::Words;

/// Manual judgement that replaces the computed light of a project for some months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LightOverride {
    /// Its id.
    pub id: LightOverrideId,
    /// The project.
    pub project_id: ProjectId,
    /// Light shown instead of the computed one.
    pub light: Light,
    /// Reason for the override.
    pub reason: String,
    /// First month covered.
    pub from_month: Month,
    /// Last day covered; the override then expires without further action.
    pub expires_on: NaiveDate,
    /// Instant at which it was entered.
    pub created_at: Timestamp,
    /// Username of the account that entered it.
    pub created_by: String,
    /// Instant at which it was withdrawn, if it was.
    pub withdrawn_at: Option<Timestamp>,
    /// Last month covered, set when it is withdrawn.
    pub ends_after: Option<Month>,
}

impl LightOverride {
    /// True if the override applies to the light of `period`.
    pub(crate) fn covers(&self, period: Period) -> bool {
        self.from_month <= period.through
            && period.evaluation_day <= self.expires_on
            && self.ends_after.is_none_or(|last| period.through <= last)
    }
}

/// Days that bound a new override.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OverrideTimes {
    /// The business day.
    pub today: NaiveDate,
    /// Last closed month of the year in which the override begins.
    pub last_closed: Option<Month>,
}

/// Validates a new override: it covers no closed month and has not expired yet.
///
/// # Errors
/// `month-closed` and `too-early` at `/from_month`; `in-past` and `before-start` at `/expires_on`;
/// `not-shown` at `/light` for grey and blue, which state facts, not judgements.
pub(crate) fn check_override(
    light: Light,
    from_month: Month,
    expires_on: NaiveDate,
    times: OverrideTimes,
) -> Result<(), Vec<FieldError>> {
    let OverrideTimes { today, last_closed } = times;
    let mut errors = Vec::new();
    if matches!(light, Light::Grey | Light::Blue) {
        let words = Words::new(
            "只能改为绿灯、黄灯或红灯。",
            "Only green, yellow or red can be set manually.",
        );
        errors.push(FieldError::new("/light", "not-shown", words));
    }
    if let Some(closed) = last_closed.filter(|closed| from_month <= *closed) {
        let words = Words::new(
            format!("{closed} 及以前的月份已关闭，最早可自 {} 起。", closed.next()),
            format!(
                "{closed} and earlier months are closed; the override can start in {} at the earliest.",
                closed.next()
            ),
        );
        errors.push(FieldError::new("/from_month", "month-closed", words));
    }
    if from_month.months_until(Month::of(today)) > 12 {
        let words = Words::new(
            "最多只能追溯十二个月。",
            "The override can start at most twelve months ago.",
        );
        errors.push(FieldError::new("/from_month", "too-early", words));
    }
    if expires_on < today {
        let words = Words::new(
            format!("{expires_on} 已经过去，请给出不早于今天（{today}）的日期。"),
            format!("{expires_on} is in the past; give today ({today}) or a later date."),
        );
        errors.push(FieldError::new("/expires_on", "in-past", words));
    }
    if expires_on < from_month.first_day() {
        let words = Words::new(
            format!("不能早于起始月份（{from_month}）。"),
            format!("Cannot be before the first month covered, {from_month}."),
        );
        errors.push(FieldError::new("/expires_on", "before-start", words));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::project::tests::day;

    #[test]
    fn a_person_s_word_covers_its_months_until_it_expires_or_is_withdrawn() {
        let mut word = LightOverride {
            id: LightOverrideId(1),
            project_id: ProjectId(1),
            light: Light::Yellow,
            reason: "设备已到货，七月集中入账".to_owned(),
            from_month: "2021-05".parse().unwrap(),
            expires_on: day("2021-07-31"),
            created_at: Timestamp::from_unix_seconds(1_625_000_000).unwrap(),
            created_by: "commission".to_owned(),
            withdrawn_at: None,
            ends_after: None,
        };
        let covers = |word: &LightOverride, through: &str| {
            word.covers(Period::new(through.parse().unwrap(), day("2022-01-01"), false))
        };

        let months = ["2021-04", "2021-05", "2021-07", "2021-08"];
        assert_eq!(months.map(|m| covers(&word, m)), [false, true, true, false]);
        word.ends_after = Some("2021-06".parse().unwrap());
        assert!(covers(&word, "2021-06") && !covers(&word, "2021-07"));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let check = |light, from: &str, expires: &str| {
            let last_closed = Some("2021-05".parse().unwrap());
            let times = OverrideTimes { today: day("2021-07-01"), last_closed };
            let checked = check_override(light, from.parse().unwrap(), day(expires), times);
            checked.unwrap_err().into_iter().map(|e| e.code).collect::<Vec<_>>()
        };

        assert_eq!(
            check(Light::Blue, "2021-05", "2021-06-30"),
            ["not-shown", "month-closed", "in-past"]
        );
        assert_eq!(check(Light::Red, "2021-09", "2021-08-30"), ["before-start"]);
        let old = check(Light::Red, "2020-06", "2021-08-30");
        assert_eq!(old, ["month-closed", "too-early"]);
    }
}

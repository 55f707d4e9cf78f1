//! The override: a person's word instead of the rules', in sight of everybody.

use chrono::NaiveDate;

use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::figures::summary::Period;
use crate::domain::id::{LightOverrideId, ProjectId};
use crate::domain::light::Light;
use crate::domain::month::Month;
use crate::domain::words::Words;

/// A person's word instead of the rules'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LightOverride {
    /// Its id.
    pub id: LightOverrideId,
    /// The project.
    pub project_id: ProjectId,
    /// The light shown instead.
    pub light: Light,
    /// Why.
    pub reason: String,
    /// The first month it covers.
    pub from_month: Month,
    /// The last day it covers; it ends by itself.
    pub expires_on: NaiveDate,
    /// When it was entered.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it was withdrawn, if it was.
    pub withdrawn_at: Option<Timestamp>,
    /// The last month it covers since it was withdrawn.
    pub ends_after: Option<Month>,
}

impl LightOverride {
    /// Whether it covers the light of a period.
    pub fn covers(&self, period: Period) -> bool {
        self.from_month <= period.through
            && period.evaluation_day <= self.expires_on
            && self.ends_after.is_none_or(|last| period.through <= last)
    }
}

/// Checks what an override covers: no month that is closed, and at least one day that has not
/// passed.
///
/// # Errors
/// `month-closed` and `too-early` at `/from_month`; `in-past` and `before-start` at `/expires_on`; `not-shown` at
/// `/light` for grey and blue, which say facts and no judgement.
pub fn check_override(
    light: Light,
    from_month: Month,
    expires_on: NaiveDate,
    (today, last_closed): (NaiveDate, Option<Month>),
) -> Result<(), Vec<FieldError>> {
    let mut errors = Vec::new();
    if matches!(light, Light::Grey | Light::Blue) {
        let words = Words::new(
            "只能改为绿灯、黄灯或红灯。",
            "Only green, yellow or red can be a person's judgement.",
        );
        errors.push(FieldError::new("/light", "not-shown", words));
    }
    if let Some(closed) = last_closed.filter(|closed| from_month <= *closed) {
        let words = Words::new(
            format!("{closed} 及以前的月份已关闭，最早可自 {} 起。", closed.next()),
            format!("{closed} is closed; it can cover {} and later.", closed.next()),
        );
        errors.push(FieldError::new("/from_month", "month-closed", words));
    }
    if from_month.months_until(Month::of(today)) > 12 {
        let words =
            Words::new("最多只能追溯十二个月。", "It can reach back twelve months at most.");
        errors.push(FieldError::new("/from_month", "too-early", words));
    }
    if expires_on < today {
        let words = Words::new(
            format!("{expires_on} 已经过去，请给出不早于今天（{today}）的日期。"),
            format!("{expires_on} has passed; give a day from today, {today}, on."),
        );
        errors.push(FieldError::new("/expires_on", "in-past", words));
    }
    if expires_on < from_month.first_day() {
        let words = Words::new(
            format!("不能早于起始月份（{from_month}）。"),
            format!("Cannot lie before {from_month}, the first month it covers."),
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
            let times = (day("2021-07-01"), Some("2021-05".parse().unwrap()));
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

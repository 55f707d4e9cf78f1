//! Milestones and their slippage.

use chrono::NaiveDate;

use crate::domain::error::RuleError;
use crate::domain::id::{MilestoneId, ProjectId};
use crate::domain::text::Reason;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// What sort of milestone it is.
    MilestoneClass {
        /// 前期手续
        Procedure = "procedure" "前期手续",
        /// 建设
        Construction = "construction" "建设",
    }
}

/// A milestone most projects have.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What sort it is.
    pub class: MilestoneClass,
}

/// The milestones most projects have, in the order they are passed.
pub const TEMPLATES: [Template; 12] = [
    template("project_approval", "立项", MilestoneClass::Procedure),
    template("land_use", "用地", MilestoneClass::Procedure),
    template("planning_permit", "规划许可", MilestoneClass::Procedure),
    template("environmental_review", "环评", MilestoneClass::Procedure),
    template("energy_review", "能评", MilestoneClass::Procedure),
    template(CONSTRUCTION_PERMIT, "施工许可", MilestoneClass::Procedure),
    template("tender", "招标", MilestoneClass::Procedure),
    template("start", "开工", MilestoneClass::Construction),
    template("main_structure", "主体完成", MilestoneClass::Construction),
    template("equipment_installation", "设备安装", MilestoneClass::Construction),
    template("completion_acceptance", "竣工验收", MilestoneClass::Construction),
    template("operation", "投产", MilestoneClass::Construction),
];

/// The code of the construction permit.
pub const CONSTRUCTION_PERMIT: &str = "construction_permit";

const fn template(code: &'static str, name: &'static str, class: MilestoneClass) -> Template {
    Template { code, name, class }
}

/// A milestone of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// Its id.
    pub id: MilestoneId,
    /// The project.
    pub project_id: ProjectId,
    /// A template's code, or one of the project's own.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What sort it is.
    pub class: MilestoneClass,
    /// Its place among the project's milestones.
    pub position: i32,
    /// The day it was promised for; never moves.
    pub baseline: NaiveDate,
    /// The day it is expected now, if that differs.
    pub forecast: Option<NaiveDate>,
    /// Why the forecast moved; empty unless it did.
    pub forecast_reason: String,
    /// The day it was reached.
    pub actual: Option<NaiveDate>,
    /// How much it weighs among the others.
    pub weight: i32,
    /// The document that proves it; may be empty.
    pub document_number: String,
    /// What else proves it; may be empty.
    pub evidence: String,
    /// For the ETag.
    pub version: i64,
}

impl Milestone {
    /// How many days it is late; negative when early.
    ///
    /// Measured from the baseline to the actual day, else to the forecast, else to today when it
    /// is overdue. `None` when nothing says it will not be on time.
    pub fn slippage_days(&self, today: NaiveDate) -> Option<i64> {
        let overdue = (today > self.baseline).then_some(today);
        // A forecast that has passed unreached is no better than none.
        let forecast = self.forecast.map(|day| if today > day { today } else { day });
        let reached = self.actual.or(forecast).or(overdue)?;
        Some((reached - self.baseline).num_days())
    }

    /// Expects it on another day.
    ///
    /// # Errors
    /// [`RuleError::MilestoneReached`] once it was reached.
    pub fn move_forecast(self, day: NaiveDate, reason: &Reason) -> Result<Self, RuleError> {
        if let Some(reached) = self.actual {
            Err(RuleError::MilestoneReached(reached))
        } else {
            let forecast_reason = reason.as_str().to_owned();
            Ok(Self { forecast: Some(day), forecast_reason, ..self })
        }
    }

    /// Reaches it; `None` takes a day back that was entered by mistake.
    ///
    /// # Errors
    /// [`RuleError::InFuture`].
    pub fn reach(self, day: Option<NaiveDate>, today: NaiveDate) -> Result<Self, RuleError> {
        match day {
            Some(day) if day > today => Err(RuleError::InFuture { day, today }),
            actual => Ok(Self { actual, ..self }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::project::tests::day;

    fn milestone() -> Milestone {
        Milestone {
            id: MilestoneId(1),
            project_id: ProjectId(1),
            code: "start".to_owned(),
            name: "开工".to_owned(),
            class: MilestoneClass::Construction,
            position: 8,
            baseline: day("2021-06-01"),
            forecast: None,
            forecast_reason: String::new(),
            actual: None,
            weight: 1,
            document_number: String::new(),
            evidence: String::new(),
            version: 1,
        }
    }

    #[test]
    fn slippage_is_measured_from_the_baseline() {
        let reason = Reason::parse("用地手续延后").unwrap();
        let moved = milestone().move_forecast(day("2021-07-15"), &reason).unwrap();

        assert_eq!(milestone().slippage_days(day("2021-05-31")), None);
        assert_eq!(milestone().slippage_days(day("2021-06-01")), None);
        assert_eq!(milestone().slippage_days(day("2021-06-11")), Some(10));
        assert_eq!(moved.slippage_days(day("2021-06-11")), Some(44));
        assert_eq!(
            moved.slippage_days(day("2021-07-20")),
            Some(49),
            "a forecast that passed counts on"
        );
        let reached = moved.reach(Some(day("2021-05-30")), day("2021-06-11")).unwrap();
        assert_eq!(reached.slippage_days(day("2022-01-01")), Some(-2));
    }

    #[test]
    fn a_reached_milestone_is_not_forecast_until_that_is_taken_back() {
        let reason = Reason::parse("用地手续延后").unwrap();
        let today = day("2021-06-11");
        let reached = milestone().reach(Some(day("2021-06-10")), today).unwrap();

        assert_eq!(
            reached.clone().move_forecast(day("2021-08-01"), &reason).unwrap_err().code(),
            "milestone-reached"
        );
        let again = reached.reach(None, today).unwrap();
        assert!(again.move_forecast(day("2021-08-01"), &reason).is_ok());
        assert_eq!(
            milestone().reach(Some(day("2021-06-12")), today).unwrap_err().code(),
            "in-future"
        );
    }

    #[test]
    fn template_codes_are_all_different() {
        let mut codes: Vec<_> = TEMPLATES.iter().map(|t| t.code).collect();
        codes.dedup();
        assert_eq!(codes.len(), 12);
    }
}

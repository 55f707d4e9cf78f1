//! Milestones of a project, their forecasts and slippage.

pub(crate) mod refusal;

use chrono::NaiveDate;

use crate::domain::date::DateRefusal;
use crate::domain::id::{MilestoneId, ProjectId};
use crate::domain::milestone::refusal::MilestoneRefusal;
use crate::domain::text::Reason;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// Class of a milestone.
    MilestoneClass {
        /// 前期手续: approvals before construction
        Procedure = "procedure" "前期手续",
        /// 建设: construction work
        Construction = "construction" "建设",
    }
}

/// Predefined milestone that most projects have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Template {
    /// Code, stable across projects.
    pub code: &'static str,
    /// Chinese name.
    pub name: &'static str,
    /// Class.
    pub class: MilestoneClass,
}

/// Predefined milestones, in the usual order.
pub(crate) const TEMPLATES: [Template; 12] = [
    template("project_approval", "立项", MilestoneClass::Procedure),
    template("land_use", "用地", MilestoneClass::Procedure),
    template("planning_permit", "规划许可", MilestoneClass::Procedure),
    template("environmental_review", "环评", MilestoneClass::Procedure),
    template("energy_review", "能评", MilestoneClass::Procedure),
    template(CONSTRUCTION_PERMIT, "施工许可", MilestoneClass::Procedure),
    template("tender", "招标", MilestoneClass::Procedure),
    template(START, "开工", MilestoneClass::Construction),
    template("main_structure", "主体完成", MilestoneClass::Construction),
    template("equipment_installation", "设备安装", MilestoneClass::Construction),
    template(COMPLETION, "竣工验收", MilestoneClass::Construction),
    template(OPERATION, "投产", MilestoneClass::Construction),
];

/// Code of the milestone 施工许可 (construction permit).
pub(crate) const CONSTRUCTION_PERMIT: &str = "construction_permit";

/// Code of the milestone 开工 (start of construction).
pub(crate) const START: &str = "start";

/// Code of the milestone 竣工验收 (acceptance at completion).
pub(crate) const COMPLETION: &str = "completion_acceptance";

/// Code of the milestone 投产 (start of operation).
pub(crate) const OPERATION: &str = "operation";

const fn template(code: &'static str, name: &'static str, class: MilestoneClass) -> Template {
    Template { code, name, class }
}

/// A milestone of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Milestone {
    /// Its id.
    pub id: MilestoneId,
    /// The project.
    pub project_id: ProjectId,
    /// Code of a template, or a code defined by the project.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Class.
    pub class: MilestoneClass,
    /// Position among the project's milestones.
    pub position: i32,
    /// Planned date; never changes.
    pub baseline: NaiveDate,
    /// Expected date, if it differs from the baseline.
    pub forecast: Option<NaiveDate>,
    /// Reason for the last change of the forecast; empty if it never changed.
    pub forecast_reason: String,
    /// Date on which it was reached.
    pub actual: Option<NaiveDate>,
    /// Relative weight among the project's milestones.
    pub weight: i32,
    /// Number of the document that proves it was reached; may be empty.
    pub document_number: String,
    /// Other evidence that it was reached; may be empty.
    pub evidence: String,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

impl Milestone {
    /// Slippage in days; negative if early.
    ///
    /// Baseline to actual date; if not reached, to the forecast; if there is none and the baseline
    /// has passed, to today. `None` if the milestone is neither reached, forecast nor overdue.
    pub(crate) fn slippage_days(&self, today: NaiveDate) -> Option<i64> {
        let overdue = (today > self.baseline).then_some(today);
        // A forecast date that has passed counts as today.
        let forecast = self.forecast.map(|day| if today > day { today } else { day });
        let reached = self.actual.or(forecast).or(overdue)?;
        Some((reached - self.baseline).num_days())
    }

    /// Changes the expected date.
    ///
    /// # Errors
    /// [`MilestoneRefusal::Reached`] if the milestone was already reached.
    pub(crate) fn move_forecast(
        self,
        day: NaiveDate,
        reason: &Reason,
    ) -> Result<Self, MilestoneRefusal> {
        if let Some(reached) = self.actual {
            Err(MilestoneRefusal::Reached(reached))
        } else {
            let forecast_reason = reason.as_str().to_owned();
            Ok(Self { forecast: Some(day), forecast_reason, ..self })
        }
    }

    /// Records the date it was reached; `None` clears a date entered by mistake.
    ///
    /// # Errors
    /// [`DateRefusal::InFuture`] if `day` is after today.
    pub(crate) fn reach(
        self,
        day: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Result<Self, MilestoneRefusal> {
        match day {
            Some(day) if day > today => Err(DateRefusal::InFuture { day, today }.into()),
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

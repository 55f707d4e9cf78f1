//! Issues to be coordinated (需协调事项): states, steps, and which party may take each step.

pub(crate) mod refusal;
mod state;

use chrono::NaiveDate;

use crate::domain::id::{IssueId, ProjectId, UnitId};
use crate::domain::issue::refusal::IssueRefusal;
pub(crate) use crate::domain::issue::state::{IssueCategory, IssueLevel, IssueState, IssueStep};

/// Roles of the caller with respect to an issue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the roles are independent of each other")]
pub(crate) struct IssueParty {
    /// Belongs to the commission.
    pub commission: bool,
    /// Belongs to the area in which the project is located.
    pub area: bool,
    /// Belongs to the unit that raised the issue, or to the project owner.
    pub raiser: bool,
    /// Belongs to the leading unit.
    pub lead: bool,
    /// Belongs to another assigned unit.
    pub helper: bool,
}

impl IssueParty {
    /// True if this party may take `step` of an issue in `state` at `level`.
    ///
    /// An area decides on issues up to county level. The leading unit proposes clearance; another
    /// party accepts it.
    pub(crate) fn may(self, step: IssueStep, state: IssueState, level: IssueLevel) -> bool {
        let decides = self.commission || self.area && level <= IssueLevel::County;
        match step {
            IssueStep::Raise => self.raiser || self.commission,
            IssueStep::Assign => decides,
            IssueStep::Work => self.lead || self.helper || self.commission,
            IssueStep::Escalate => self.lead || self.area || self.commission,
            IssueStep::Return => match state {
                IssueState::Assigned | IssueState::InProgress => self.lead || self.commission,
                IssueState::Raised
                | IssueState::Returned
                | IssueState::Proposed
                | IssueState::Cleared => decides,
            },
            IssueStep::Propose => self.lead || self.commission,
            IssueStep::Clear => decides && !self.lead,
        }
    }
}

/// Obstacle of a project that other parties have to solve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issue {
    /// Its id.
    pub id: IssueId,
    /// The project.
    pub project_id: ProjectId,
    /// Short title.
    pub title: String,
    /// Subject.
    pub category: IssueCategory,
    /// Level that coordinates it.
    pub level: IssueLevel,
    /// What is requested, and from which party.
    pub asked: String,
    /// Due date.
    pub due_on: NaiveDate,
    /// Current state.
    pub state: IssueState,
    /// Assigned units; the leading unit is first.
    pub units: Vec<UnitId>,
    /// Business day on which it was first raised.
    pub raised_on: NaiveDate,
    /// Username of the account that raised it.
    pub raised_by: String,
    /// Unit that raised it, if it was raised by a unit.
    pub raised_by_unit: Option<UnitId>,
    /// Business day on which it was cleared.
    pub cleared_on: Option<NaiveDate>,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

impl Issue {
    /// Takes `step` on behalf of `party`.
    ///
    /// # Errors
    /// [`IssueRefusal`] if the state or the party does not allow the step.
    pub(crate) fn take(
        self,
        step: IssueStep,
        party: IssueParty,
        today: NaiveDate,
    ) -> Result<Self, IssueRefusal> {
        let state = self.state;
        let next = state.after(step).ok_or(IssueRefusal::WrongState { state, step })?;
        if !party.may(step, state, self.level) {
            return Err(IssueRefusal::NotYours { step, state });
        }
        let level = match step {
            IssueStep::Escalate => self.level.above().ok_or(IssueRefusal::TopLevel)?,
            IssueStep::Raise
            | IssueStep::Assign
            | IssueStep::Work
            | IssueStep::Return
            | IssueStep::Propose
            | IssueStep::Clear => self.level,
        };
        let cleared_on = (next == IssueState::Cleared).then_some(today);
        Ok(Self { state: next, level, cleared_on, ..self })
    }

    /// Age in days: from the day it was raised to the day it was cleared, or to `today`.
    pub(crate) fn age_days(&self, today: NaiveDate) -> i64 {
        (self.cleared_on.unwrap_or(today) - self.raised_on).num_days().max(0)
    }

    /// True if the due date has passed and the issue is not cleared.
    pub(crate) fn is_overdue(&self, today: NaiveDate) -> bool {
        self.state != IssueState::Cleared && self.due_on < today
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::project::tests::day;

    fn raised() -> Issue {
        Issue {
            id: IssueId(1),
            project_id: ProjectId(1),
            title: "用地指标不足".to_owned(),
            category: IssueCategory::Land,
            level: IssueLevel::Unit,
            asked: "请市自然资源和规划局协调 35 亩用地指标".to_owned(),
            due_on: day("2021-07-31"),
            state: IssueState::Raised,
            units: Vec::new(),
            raised_on: day("2021-06-01"),
            raised_by: "owner".to_owned(),
            raised_by_unit: None,
            cleared_on: None,
            version: 1,
        }
    }

    const COMMISSION: IssueParty =
        IssueParty { commission: true, area: false, raiser: false, lead: false, helper: false };
    const LEAD: IssueParty = IssueParty { commission: false, lead: true, ..COMMISSION };

    #[test]
    fn an_issue_s_whole_life() {
        let today = day("2021-07-01");
        let steps = [
            (IssueStep::Return, COMMISSION, IssueState::Returned),
            (IssueStep::Raise, COMMISSION, IssueState::Raised),
            (IssueStep::Assign, COMMISSION, IssueState::Assigned),
            (IssueStep::Work, LEAD, IssueState::InProgress),
            (IssueStep::Escalate, LEAD, IssueState::Raised),
            (IssueStep::Assign, COMMISSION, IssueState::Assigned),
            (IssueStep::Work, LEAD, IssueState::InProgress),
            (IssueStep::Propose, LEAD, IssueState::Proposed),
            (IssueStep::Return, COMMISSION, IssueState::InProgress),
            (IssueStep::Propose, LEAD, IssueState::Proposed),
            (IssueStep::Clear, COMMISSION, IssueState::Cleared),
        ];
        let mut issue = raised();
        for (step, party, state) in steps {
            issue = issue.take(step, party, today).unwrap();
            assert_eq!(issue.state, state, "{step}");
        }
        assert_eq!((issue.level, issue.cleared_on), (IssueLevel::County, Some(today)));
        assert_eq!(
            (issue.age_days(day("2022-01-01")), issue.is_overdue(day("2022-01-01"))),
            (30, false)
        );
    }

    #[test]
    fn skipping_a_step_is_refused_with_the_way_forward() {
        let refusal = raised().take(IssueStep::Clear, COMMISSION, day("2021-07-01")).unwrap_err();

        assert_eq!(refusal.code(), "issue-state");
        assert_eq!(
            refusal.words().zh,
            "事项现为“已提出”，不能“销号”；接下来可以：交办（POST …/assignment）、提级（POST …/escalation）、退回（POST …/return）。"
        );
    }

    #[test]
    fn whoever_leads_does_not_accept_its_own_solution() {
        let proposed = Issue { state: IssueState::Proposed, ..raised() };
        let today = day("2021-07-01");
        let area_that_leads = IssueParty { area: true, ..LEAD };

        let refusal = proposed.clone().take(IssueStep::Clear, area_that_leads, today).unwrap_err();

        assert_eq!(refusal.code(), "issue-step-not-yours");
        let area = IssueParty { area: true, ..IssueParty::default() };
        assert!(proposed.clone().take(IssueStep::Clear, area, today).is_ok());
        let city = Issue { level: IssueLevel::City, ..proposed };
        assert!(city.take(IssueStep::Clear, area, today).is_err());
    }

    #[test]
    fn the_province_is_the_last_level() {
        let top = Issue { level: IssueLevel::Province, ..raised() };

        let refused = top.take(IssueStep::Escalate, COMMISSION, day("2021-07-01"));

        assert_eq!(refused.unwrap_err(), IssueRefusal::TopLevel);
    }

    proptest! {
        #[test]
        fn no_sequence_of_steps_clears_what_was_not_assigned_worked_on_and_proposed(
            steps in proptest::collection::vec(0_usize..7, 0..40),
        ) {
            let everybody = IssueParty { area: true, raiser: true, ..COMMISSION };
            let (mut issue, mut taken) = (raised(), Vec::new());
            for index in steps {
                let step = *IssueStep::ALL.get(index).unwrap();
                if let Ok(next) = issue.clone().take(step, everybody, day("2021-07-01")) {
                    taken.push(step);
                    issue = next;
                }
            }
            if issue.state == IssueState::Cleared {
                for needed in [IssueStep::Assign, IssueStep::Work, IssueStep::Propose] {
                    prop_assert!(taken.contains(&needed));
                }
                prop_assert_eq!(taken.last(), Some(&IssueStep::Clear));
            }
        }
    }
}

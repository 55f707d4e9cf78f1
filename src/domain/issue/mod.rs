//! Issues to be coordinated (需协调事项): states, steps, and which party may take each step.

pub mod refusal;

use chrono::NaiveDate;

use crate::domain::id::{IssueId, ProjectId, UnitId};
use crate::domain::issue::refusal::IssueRefusal;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// Subject of an issue.
    IssueCategory {
        /// Land use and acquisition.
        Land = "land" "用地",
        /// Planning permission.
        Planning = "planning" "规划",
        /// Environmental impact assessment.
        Environment = "environment" "环评",
        /// Energy assessment and energy quota.
        Energy = "energy" "能评用能",
        /// Funding.
        Funds = "funds" "资金",
        /// Tendering.
        Tender = "tender" "招投标",
        /// Design work.
        Design = "design" "设计",
        /// Contractor's performance or capacity.
        Contractor = "contractor" "施工单位",
        /// Equipment supply.
        Equipment = "equipment" "设备",
        /// Investor's decisions or capacity.
        Investor = "investor" "投资方",
        /// Weather conditions.
        Weather = "weather" "天气",
        /// Policy or regulation.
        Policy = "policy" "政策",
        /// Any other subject.
        Other = "other" "其他",
    }
}

text_enum! {
    /// Administrative level that coordinates an issue.
    IssueLevel {
        /// Responsible unit.
        Unit = "unit" "单位级",
        /// County or zone.
        County = "county" "县区级",
        /// City.
        City = "city" "市级",
        /// Province.
        Province = "province" "省级",
    }
}

text_enum! {
    /// State of an issue.
    IssueState {
        /// Raised, not yet assigned.
        Raised = "raised" "已提出",
        /// Returned to the party that raised it, with a reason.
        Returned = "returned" "已退回",
        /// Assigned to its units.
        Assigned = "assigned" "已交办",
        /// Being worked on.
        InProgress = "in_progress" "办理中",
        /// Proposed for clearance: the leading unit reports it as solved.
        Proposed = "proposed" "拟销号",
        /// Cleared: solved, and the solution accepted (销号).
        Cleared = "cleared" "已销号",
    }
}

text_enum! {
    /// Step that changes the state of an issue.
    IssueStep {
        /// Raise a returned issue again.
        Raise = "raise" "重新提出",
        /// Assign it to units; the first one leads.
        Assign = "assign" "交办",
        /// Report work on it.
        Work = "work" "办理",
        /// Escalate it one level, where it is assigned again.
        Escalate = "escalate" "提级",
        /// Return it to the previous state.
        Return = "return" "退回",
        /// Propose clearance: report it as solved.
        Propose = "propose" "申请销号",
        /// Clear it: accept the solution.
        Clear = "clear" "销号",
    }
}

/// Roles of the caller with respect to an issue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the roles are independent of each other")]
pub struct IssueParty {
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

impl IssueStep {
    /// Path segment of the API operation that takes this step, below the issue's path.
    pub fn path(self) -> &'static str {
        match self {
            Self::Raise => "raising",
            Self::Assign => "assignment",
            Self::Work => "work",
            Self::Escalate => "escalation",
            Self::Return => "return",
            Self::Propose => "proposal",
            Self::Clear => "clearance",
        }
    }

    /// Kind of the event recorded for this step.
    pub fn event(self) -> &'static str {
        match self {
            Self::Raise => "issue.raised_again",
            Self::Assign => "issue.assigned",
            Self::Work => "issue.worked_on",
            Self::Escalate => "issue.escalated",
            Self::Return => "issue.returned",
            Self::Propose => "issue.proposed",
            Self::Clear => "issue.cleared",
        }
    }
}

impl IssueState {
    /// State after `step`; `None` if the step is not allowed in this state.
    pub fn after(self, step: IssueStep) -> Option<Self> {
        use IssueState as S;
        use IssueStep as T;
        match (self, step) {
            (S::Returned, T::Raise)
            | (S::Raised | S::Assigned | S::InProgress, T::Escalate)
            | (S::Assigned | S::InProgress, T::Return) => Some(S::Raised),
            (S::Raised, T::Return) => Some(S::Returned),
            (S::Raised | S::Assigned | S::InProgress, T::Assign) => Some(S::Assigned),
            (S::Assigned | S::InProgress, T::Work) | (S::Proposed, T::Return) => {
                Some(S::InProgress)
            }
            (S::InProgress, T::Propose) => Some(S::Proposed),
            (S::Proposed, T::Clear) => Some(S::Cleared),
            _ => None,
        }
    }

    /// Steps allowed in this state.
    pub fn next(self) -> Vec<IssueStep> {
        IssueStep::ALL.iter().copied().filter(|step| self.after(*step).is_some()).collect()
    }
}

impl IssueLevel {
    /// Next higher level; `None` above the province.
    pub fn above(self) -> Option<Self> {
        match self {
            Self::Unit => Some(Self::County),
            Self::County => Some(Self::City),
            Self::City => Some(Self::Province),
            Self::Province => None,
        }
    }
}

impl IssueParty {
    /// True if this party may take `step` of an issue in `state` at `level`.
    ///
    /// An area decides on issues up to county level. The leading unit proposes clearance; another
    /// party accepts it.
    pub fn may(self, step: IssueStep, state: IssueState, level: IssueLevel) -> bool {
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
pub struct Issue {
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
    pub fn take(
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
    pub fn age_days(&self, today: NaiveDate) -> i64 {
        (self.cleared_on.unwrap_or(today) - self.raised_on).num_days().max(0)
    }

    /// True if the due date has passed and the issue is not cleared.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
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

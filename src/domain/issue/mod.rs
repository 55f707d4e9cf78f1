//! The issue to be coordinated (需协调事项): who takes which step, and what comes next.

pub mod refusal;

use chrono::NaiveDate;

use crate::domain::id::{IssueId, ProjectId, UnitId};
use crate::domain::issue::refusal::IssueRefusal;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// What an issue is about.
    IssueCategory {
        /// Land.
        Land = "land" "用地",
        /// Planning.
        Planning = "planning" "规划",
        /// Environment.
        Environment = "environment" "环评",
        /// Energy.
        Energy = "energy" "能评用能",
        /// Funds.
        Funds = "funds" "资金",
        /// Tenders.
        Tender = "tender" "招投标",
        /// Design.
        Design = "design" "设计",
        /// The contractor.
        Contractor = "contractor" "施工单位",
        /// Equipment.
        Equipment = "equipment" "设备",
        /// The investor.
        Investor = "investor" "投资方",
        /// Weather.
        Weather = "weather" "天气",
        /// Policy.
        Policy = "policy" "政策",
        /// Anything else.
        Other = "other" "其他",
    }
}

text_enum! {
    /// Who has to coordinate it.
    IssueLevel {
        /// The responsible unit.
        Unit = "unit" "单位级",
        /// The county or zone.
        County = "county" "县区级",
        /// The city.
        City = "city" "市级",
        /// The province.
        Province = "province" "省级",
    }
}

text_enum! {
    /// Where an issue stands.
    IssueState {
        /// Raised, and given to nobody yet.
        Raised = "raised" "已提出",
        /// Sent back to whoever raised it, with words.
        Returned = "returned" "已退回",
        /// Given to its units.
        Assigned = "assigned" "已交办",
        /// Being worked on.
        InProgress = "in_progress" "办理中",
        /// Said to be solved.
        Proposed = "proposed" "拟销号",
        /// Solved, and accepted as such (销号).
        Cleared = "cleared" "已销号",
    }
}

text_enum! {
    /// A step in an issue's life.
    IssueStep {
        /// Raises it again after it was returned.
        Raise = "raise" "重新提出",
        /// Gives it to units, one of which leads.
        Assign = "assign" "交办",
        /// Says what was done about it.
        Work = "work" "办理",
        /// Takes it one level up, to be assigned there.
        Escalate = "escalate" "提级",
        /// Sends it one step back.
        Return = "return" "退回",
        /// Says that it is solved.
        Propose = "propose" "申请销号",
        /// Accepts that.
        Clear = "clear" "销号",
    }
}

/// What somebody is to an issue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one can be any of them at once")]
pub struct IssueParty {
    /// The commission.
    pub commission: bool,
    /// The area the project lies in.
    pub area: bool,
    /// Whoever raised it, or the project's owner.
    pub raiser: bool,
    /// The unit that leads.
    pub lead: bool,
    /// Another unit it was given to.
    pub helper: bool,
}

impl IssueStep {
    /// The path that takes the step, below the issue's.
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

    /// What was done, as the events call it.
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
    /// Where `step` leads from here; `None` when it does not follow.
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

    /// The steps that follow from here.
    pub fn next(self) -> Vec<IssueStep> {
        IssueStep::ALL.iter().copied().filter(|step| self.after(*step).is_some()).collect()
    }
}

impl IssueLevel {
    /// The level above.
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
    /// Whether it may take `step` of an issue in `state` at `level`.
    ///
    /// An area decides what is coordinated up to its own level; whoever leads says that it is
    /// solved, and somebody else accepts it.
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

/// Something about a project that others have to solve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Its id.
    pub id: IssueId,
    /// The project.
    pub project_id: ProjectId,
    /// What it is, in a line.
    pub title: String,
    /// What it is about.
    pub category: IssueCategory,
    /// Who has to coordinate it.
    pub level: IssueLevel,
    /// What is asked of whom.
    pub asked: String,
    /// By when.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub state: IssueState,
    /// The units it was given to, the leading one first.
    pub units: Vec<UnitId>,
    /// The business day it was first raised on.
    pub raised_on: NaiveDate,
    /// Who raised it, by username.
    pub raised_by: String,
    /// The unit that raised it, if a unit did.
    pub raised_by_unit: Option<UnitId>,
    /// The business day it was cleared on.
    pub cleared_on: Option<NaiveDate>,
    /// For the ETag.
    pub version: i64,
}

impl Issue {
    /// Takes a step as `party`.
    ///
    /// # Errors
    /// [`IssueRefusal`], each with the way forward.
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

    /// Days since it was raised: until it was cleared, or `today`.
    pub fn age_days(&self, today: NaiveDate) -> i64 {
        (self.cleared_on.unwrap_or(today) - self.raised_on).num_days().max(0)
    }

    /// Whether it should have been cleared by `today` and is not.
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

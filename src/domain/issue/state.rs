//! Categories, levels, states and steps of an issue.

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
    pub(crate) fn above(self) -> Option<Self> {
        match self {
            Self::Unit => Some(Self::County),
            Self::County => Some(Self::City),
            Self::City => Some(Self::Province),
            Self::Province => None,
        }
    }
}

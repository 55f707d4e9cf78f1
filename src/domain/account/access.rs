//! Roles, what each may do, and which projects each may know of.

use crate::domain::id::{AreaId, UnitId};
use crate::domain::reference::unit::UnitRole;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// What an account is there for.
    Role {
        /// The development and reform commission: sees and does all business.
        Commission = "commission" "发展改革部门",
        /// A responsible unit or project owner: acts on projects where its unit has a role.
        Unit = "unit" "责任单位",
        /// A county or zone: acts on its area's projects.
        Area = "area" "属地",
        /// Reads.
        Viewer = "viewer" "查看",
        /// Reads who changed what.
        Auditor = "auditor" "审计",
        /// Keeps accounts and sees no business data.
        Admin = "admin" "管理员",
    }
}

/// Something one may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Look at projects and what belongs to them.
    ReadProjects,
    /// Register a project.
    CreateProjects,
    /// Change a project's facts.
    EditProjects,
    /// Move a project to another stage.
    MoveStages,
    /// Say which units answer for a project.
    AssignUnits,
    /// Give a project its year plan.
    PlanYears,
    /// Add milestones, move their forecast, reach them.
    EditMilestones,
    /// Draft and submit monthly reports.
    FileReports,
    /// Return a submitted report with a reason.
    ReturnReports,
    /// Confirm a submitted report.
    ConfirmReports,
    /// Restate a closed month.
    RestateReports,
    /// Open and close reporting months, let units file late.
    KeepMonths,
    /// Change the rules of lights.
    KeepRules,
    /// Show another light than the rules'.
    OverrideLights,
    /// Publish a closed month.
    PublishBulletins,
    /// Raise issues, and take their steps as far as one is party to them.
    HandleIssues,
    /// Ask for aggregates.
    ReadSummaries,
    /// See who changed what.
    ReadHistory,
    /// Look at industries, areas, units and plans.
    ReadReference,
    /// Change industries, areas, units and plans.
    EditReference,
    /// Keep webhooks, which carry the change feed.
    KeepWebhooks,
    /// Make, change and disable accounts.
    KeepAccounts,
}

impl Role {
    /// Whether this role may do `action` at all; which projects it may do it to is its [`Sight`].
    pub fn may(self, action: Action) -> bool {
        use Action as A;
        match self {
            Self::Commission => action != A::KeepAccounts,
            Self::Unit | Self::Area => matches!(
                action,
                A::ReadProjects
                    | A::EditProjects
                    | A::EditMilestones
                    | A::FileReports
                    | A::ReturnReports
                    | A::HandleIssues
                    | A::ReadSummaries
                    | A::ReadHistory
                    | A::KeepWebhooks
                    | A::ReadReference
            ),
            Self::Viewer => {
                matches!(action, A::ReadProjects | A::ReadSummaries | A::ReadReference)
            }
            Self::Auditor => {
                matches!(action, A::ReadHistory | A::KeepWebhooks | A::ReadReference)
            }
            Self::Admin => matches!(action, A::KeepAccounts | A::ReadReference),
        }
    }

    /// Whether the feed shows this role what was done to accounts, sessions and clients.
    pub fn sees_accounts(self) -> bool {
        matches!(self, Self::Auditor)
    }

    /// Whether this role may change a project's money, code and place, and not only describe it.
    pub fn may_change_facts(self) -> bool {
        matches!(self, Self::Commission)
    }
}

/// Whether a unit may return a report of a project in which it has these `roles`: whoever only
/// owns the project would be returning its own report.
pub fn may_return_report(roles: &[UnitRole]) -> bool {
    roles.iter().any(|r| matches!(r, UnitRole::Lead | UnitRole::Territory | UnitRole::Regulator))
}

/// Which projects one may know of. What is out of sight is in no list, sum or event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Every project.
    All,
    /// Every project that is not restricted.
    Open,
    /// The projects in which this unit has a role.
    Unit(UnitId),
    /// The projects of this area.
    Area(AreaId),
    /// None.
    Nothing,
}

impl Sight {
    /// What an account in this role, for this unit or area, sees.
    pub fn of(role: Role, unit: Option<UnitId>, area: Option<AreaId>) -> Self {
        match role {
            Role::Commission | Role::Auditor => Self::All,
            Role::Viewer => Self::Open,
            Role::Unit => unit.map_or(Self::Nothing, Self::Unit),
            Role::Area => area.map_or(Self::Nothing, Self::Area),
            Role::Admin => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_keeps_accounts_and_business_at_once() {
        for role in Role::ALL {
            assert!(!(role.may(Action::KeepAccounts) && role.may(Action::ReadProjects)), "{role}");
        }
    }

    #[test]
    fn who_keeps_webhooks_reads_the_feed() {
        for role in Role::ALL {
            assert_eq!(role.may(Action::KeepWebhooks), role.may(Action::ReadHistory), "{role}");
        }
    }

    #[test]
    fn a_unit_account_without_its_unit_sees_nothing() {
        assert_eq!(Sight::of(Role::Unit, None, Some(AreaId(1))), Sight::Nothing);
        assert_eq!(Sight::of(Role::Area, Some(UnitId(1)), None), Sight::Nothing);
        assert_eq!(Sight::of(Role::Unit, Some(UnitId(1)), None), Sight::Unit(UnitId(1)));
    }

    #[test]
    fn an_owner_cannot_return_its_own_report() {
        assert!(!may_return_report(&[UnitRole::Owner, UnitRole::Support]));
        assert!(may_return_report(&[UnitRole::Owner, UnitRole::Territory]));
    }
}

//! Account roles, the actions each role may take, and which projects each account can see.

use crate::domain::id::{AreaId, UnitId};
use crate::domain::reference::unit::UnitRole;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// Role of an account. It decides which actions the account may take and which projects it
    /// sees.
    Role {
        /// Development and reform commission: reads and manages all business data, but no accounts.
        Commission = "commission" "发展改革部门",
        /// Responsible unit or project owner: works on the projects in which its unit has a role.
        Unit = "unit" "责任单位",
        /// County or zone: works on the projects in its area.
        Area = "area" "属地",
        /// Reads unrestricted projects, summaries and reference data.
        Viewer = "viewer" "查看",
        /// Reads the change history, including changes to accounts.
        Auditor = "auditor" "审计",
        /// Manages accounts; sees no business data.
        Admin = "admin" "管理员",
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Action that a role may be permitted to take. Every API operation names the one it
        /// requires.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action { $($(#[$doc])* $name,)* }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}
actions! {
    /// Read projects and their sub-resources.
    ReadProjects,
    /// Register a project.
    CreateProjects,
    /// Edit a project's descriptive fields.
    EditProjects,
    /// Move a project to another stage.
    MoveStages,
    /// Assign responsible units to a project.
    AssignUnits,
    /// Create and adjust a project's year plans.
    PlanYears,
    /// Add milestones, change their forecast dates, and record that they were reached.
    EditMilestones,
    /// Draft and submit monthly reports.
    FileReports,
    /// Return a submitted report with a reason.
    ReturnReports,
    /// Confirm a submitted report.
    ConfirmReports,
    /// Restate a closed month.
    RestateReports,
    /// Open and close reporting months, and grant late filing.
    KeepMonths,
    /// Change the light rules.
    KeepRules,
    /// Override a project's computed light.
    OverrideLights,
    /// Publish the bulletin of a closed month.
    PublishBulletins,
    /// Raise issues and take the issue steps the account is a party to.
    HandleIssues,
    /// Read aggregates: summaries, rankings, trends.
    ReadSummaries,
    /// Read the change history (audit trail).
    ReadHistory,
    /// Read industries, areas, units and plans.
    ReadReference,
    /// Edit industries, areas, units and plans.
    EditReference,
    /// Manage webhooks, which deliver the change feed.
    KeepWebhooks,
    /// Create, change and disable accounts.
    KeepAccounts,
    /// Protect one's own log-in by a second factor.
    UseSecondFactor,
    /// Read the access log: failed log-ins, refused requests, downloads.
    ReadAccessLog,
}

impl Role {
    /// True if this role may take `action`. Which projects it may act on is decided by [`Sight`].
    pub fn may(self, action: Action) -> bool {
        use Action as A;
        match self {
            Self::Commission => !matches!(action, A::KeepAccounts | A::ReadAccessLog),
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
                matches!(
                    action,
                    A::ReadHistory
                        | A::ReadAccessLog
                        | A::KeepWebhooks
                        | A::ReadReference
                        | A::UseSecondFactor
                )
            }
            Self::Admin => {
                matches!(action, A::KeepAccounts | A::ReadReference | A::UseSecondFactor)
            }
        }
    }

    /// True if the change feed includes events about accounts, sessions and clients for this role.
    pub fn sees_accounts(self) -> bool {
        matches!(self, Self::Auditor)
    }

    /// True if a grant of this role waits for a second person.
    pub fn needs_second_person(self) -> bool {
        matches!(self, Self::Commission | Self::Auditor | Self::Admin)
    }

    /// True if events show this role the network addresses they came from.
    pub fn sees_origins(self) -> bool {
        matches!(self, Self::Auditor)
    }

    /// True if this role may change a project's money, code and location, beyond its description.
    pub fn may_change_facts(self) -> bool {
        matches!(self, Self::Commission)
    }
}

/// True if a unit with these `roles` in a project may return its reports.
///
/// An owner without another role may not, because it would return its own report.
pub(crate) fn may_return_report(roles: &[UnitRole]) -> bool {
    roles.iter().any(|r| matches!(r, UnitRole::Lead | UnitRole::Territory | UnitRole::Regulator))
}

/// Set of projects an account can see. Projects outside it are excluded from every list, sum and
/// event.
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
    /// Sight of an account with this role, unit and area.
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

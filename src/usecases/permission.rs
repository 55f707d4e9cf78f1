//! Permissions as types, so that a handler's signature says what its caller must be allowed to do.

use crate::domain::account::access::Action;

/// An action as a type, so that a signature says what its handler is permitted.
pub trait Permission: 'static {
    /// The actions of which the caller must be allowed one; none means any account that is logged in.
    const ACTIONS: &'static [Action];
}

macro_rules! permissions {
    ($($name:ident)*) => { $(
        #[doc = concat!("The permission for [`Action::", stringify!($name), "`].")]
        #[derive(Debug)]
        pub struct $name;
        impl Permission for $name {
            const ACTIONS: &'static [Action] = &[Action::$name];
        }
    )* };
}
permissions!(ReadProjects CreateProjects EditProjects MoveStages AssignUnits PlanYears EditMilestones FileReports
    ReturnReports ConfirmReports RestateReports KeepMonths KeepRules OverrideLights
    PublishBulletins HandleIssues ReadSummaries ReadHistory ReadReference EditReference KeepWebhooks
    KeepAccounts);

/// Permission of every account that is logged in.
#[derive(Debug)]
pub struct LoggedIn;
impl Permission for LoggedIn {
    const ACTIONS: &'static [Action] = &[];
}

/// The permission to send a file of some kind; what its rows do needs that action's own permit.
#[derive(Debug)]
pub struct ImportFiles;
impl Permission for ImportFiles {
    const ACTIONS: &'static [Action] =
        &[Action::CreateProjects, Action::PlanYears, Action::EditMilestones, Action::FileReports];
}

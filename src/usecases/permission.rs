//! Permissions as types, so that a handler's signature states the permission it requires.

use crate::domain::account::access::Action;

/// A permission, for the type parameter of a permit.
pub(crate) trait Permission: 'static {
    /// Actions of which the caller needs one; an empty list means every account that is logged in.
    const ACTIONS: &'static [Action];
}

macro_rules! permissions {
    ($($name:ident)*) => { $(
        #[doc = concat!("The permission for [`Action::", stringify!($name), "`].")]
        #[derive(Debug)]
        pub(crate) struct $name;
        impl Permission for $name {
            const ACTIONS: &'static [Action] = &[Action::$name];
        }
    )* };
}
permissions!(ReadProjects CreateProjects EditProjects MoveStages AssignUnits PlanYears EditMilestones FileReports
    ReturnReports ConfirmReports RestateReports KeepMonths KeepRules OverrideLights
    PublishBulletins HandleIssues ReadSummaries ReadHistory ReadReference EditReference KeepWebhooks
    KeepAccounts UseSecondFactor ReadAccessLog);

/// Permission of every account that is logged in.
#[derive(Debug)]
pub(crate) struct LoggedIn;
impl Permission for LoggedIn {
    const ACTIONS: &'static [Action] = &[];
}

/// Permission to read, make and decide proposals. Each kind needs its own action besides.
#[derive(Debug)]
pub(crate) struct HandleProposals;
impl Permission for HandleProposals {
    const ACTIONS: &'static [Action] = &[Action::KeepAccounts];
}

/// Permission to work on many reports at once; each row needs the permission of its steps.
#[derive(Debug)]
pub(crate) struct BatchReports;
impl Permission for BatchReports {
    const ACTIONS: &'static [Action] = &[Action::FileReports, Action::ConfirmReports];
}

/// Permission to work on many projects at once; each row needs that of its change.
#[derive(Debug)]
pub(crate) struct BatchProjects;
impl Permission for BatchProjects {
    const ACTIONS: &'static [Action] = &[Action::CreateProjects, Action::EditProjects];
}

/// Permission to import files; the rows of each kind of file need that kind's own permission.
#[derive(Debug)]
pub(crate) struct ImportFiles;
impl Permission for ImportFiles {
    const ACTIONS: &'static [Action] =
        &[Action::CreateProjects, Action::PlanYears, Action::EditMilestones, Action::FileReports];
}

//! OAuth scopes of machine clients. Each scope permits a set of actions.

use crate::domain::account::access::{Action, Role};
use crate::domain::text_enum::text_enum;

text_enum! {
    /// OAuth scope of a machine client.
    ClientScope {
        /// Read industries, areas, units and plans.
        ReferenceRead = "reference:read" "读取基础资料",
        /// Edit industries, areas, units and plans.
        ReferenceWrite = "reference:write" "维护基础资料",
        /// Read projects and their sub-resources.
        ProjectsRead = "projects:read" "读取项目",
        /// Register and edit projects, their units, year plans and milestones.
        ProjectsWrite = "projects:write" "登记和修改项目",
        /// Draft and submit monthly reports.
        ReportsWrite = "reports:write" "填报月报",
        /// Return and confirm monthly reports.
        ReportsReview = "reports:review" "审核月报",
        /// Raise issues and take issue steps.
        IssuesWrite = "issues:write" "办理需协调事项",
        /// Read aggregates and bulletins.
        SummariesRead = "summaries:read" "读取汇总",
        /// Read the change feed and histories.
        EventsRead = "events:read" "读取变更",
        /// Manage webhooks and receive the change feed through them.
        WebhooksWrite = "webhooks:write" "维护 webhook 并接收变更",
    }
}

impl ClientScope {
    /// Scope that permits `action`.
    ///
    /// `None` for actions reserved for people: closing and publishing months, restatements, light
    /// rules, overrides, accounts and the access log.
    pub(crate) fn of(action: Action) -> Option<Self> {
        use Action as A;
        match action {
            A::ReadReference => Some(Self::ReferenceRead),
            A::EditReference => Some(Self::ReferenceWrite),
            A::ReadProjects => Some(Self::ProjectsRead),
            A::CreateProjects
            | A::EditProjects
            | A::MoveStages
            | A::AssignUnits
            | A::PlanYears
            | A::EditMilestones => Some(Self::ProjectsWrite),
            A::FileReports => Some(Self::ReportsWrite),
            A::ReturnReports | A::ConfirmReports => Some(Self::ReportsReview),
            A::HandleIssues => Some(Self::IssuesWrite),
            A::ReadSummaries => Some(Self::SummariesRead),
            A::ReadHistory => Some(Self::EventsRead),
            A::KeepWebhooks => Some(Self::WebhooksWrite),
            A::RestateReports
            | A::KeepMonths
            | A::KeepRules
            | A::OverrideLights
            | A::PublishBulletins
            | A::KeepAccounts
            | A::UseSecondFactor
            | A::ReadAccessLog => None,
        }
    }

    /// True if `role` may take an action that this scope permits.
    ///
    /// A client's token may do what both its role and its scopes permit, so any other scope is of
    /// no use to the role.
    pub(crate) fn serves(self, role: Role) -> bool {
        Action::ALL.iter().any(|&action| Self::of(action) == Some(self) && role.may(action))
    }

    /// Joins scopes with spaces, as OAuth requires.
    pub(crate) fn join(scopes: &[Self]) -> String {
        scopes.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Parses a space-separated list of scopes; sorts it and removes duplicates.
    ///
    /// # Errors
    /// [`UnknownText`](crate::domain::text_enum::UnknownText) with the first unknown scope.
    pub(crate) fn split(text: &str) -> Result<Vec<Self>, crate::domain::text_enum::UnknownText> {
        let mut scopes: Vec<Self> =
            text.split_ascii_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        scopes.sort_unstable();
        scopes.dedup();
        Ok(scopes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_written_and_read_as_oauth_does() {
        let read = ClientScope::split("  summaries:read projects:read summaries:read ").unwrap();

        assert_eq!(ClientScope::join(&read), "projects:read summaries:read");
        assert!(ClientScope::split("projects:read everything").is_err());
    }

    #[test]
    fn a_scope_serves_the_roles_that_may_take_one_of_its_actions() {
        let roles = |scope: ClientScope| -> Vec<Role> {
            Role::ALL.iter().copied().filter(|&role| scope.serves(role)).collect()
        };

        assert_eq!(roles(ClientScope::ReportsReview), [Role::Commission, Role::Unit, Role::Area]);
        assert_eq!(roles(ClientScope::ReferenceWrite), [Role::Commission]);
        assert_eq!(
            roles(ClientScope::EventsRead),
            [Role::Commission, Role::Unit, Role::Area, Role::Auditor]
        );
    }

    #[test]
    fn no_scope_reaches_what_people_alone_do() {
        for action in [Action::KeepAccounts, Action::PublishBulletins, Action::RestateReports] {
            assert_eq!(ClientScope::of(action), None);
        }
    }
}

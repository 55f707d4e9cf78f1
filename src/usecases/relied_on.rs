//! What a decision relied on that is written later than its snapshot.

use std::collections::BTreeSet;

use crate::domain::id::ProjectId;
use crate::store::events::since::{ChangedSubject, changed_since};
use crate::store::{Conn, StoreError};

/// Kinds of records that no decision about projects reads.
const UNRELATED: [&str; 8] =
    ["session", "user", "client", "webhook", "delivery", "bulletin", "job", "access_day"];

/// The projects that a decision read, and the names and codes by which it looked for them.
///
/// Records that belong to no project, such as areas, units and reporting months, always count as
/// read.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReliedOn {
    projects: BTreeSet<ProjectId>,
    names: BTreeSet<String>,
    codes: BTreeSet<String>,
}

impl ReliedOn {
    /// Adds a project and the records that belong to it.
    pub(crate) fn add_project(&mut self, id: ProjectId) {
        self.projects.insert(id);
    }

    /// Adds the projects of this name, or that there is none.
    pub(crate) fn add_name(&mut self, name: &str) {
        self.names.insert(name.to_owned());
    }

    /// Adds the project of this national code, or that there is none.
    pub(crate) fn add_code(&mut self, code: &str) {
        self.codes.insert(code.to_owned());
    }

    /// What of this changed after the event with id `position`.
    ///
    /// # Errors
    /// Database errors only.
    pub(crate) fn changed_since(
        &self,
        conn: &mut Conn,
        position: i64,
    ) -> Result<Changed, StoreError> {
        Ok(self.changed_among(&changed_since(conn, position)?))
    }

    fn changed_among(&self, all: &[ChangedSubject]) -> Changed {
        let mut projects = BTreeSet::new();
        for changed in all {
            let project = changed.project.map(ProjectId);
            match project {
                Some(project) if self.projects.contains(&project) => {
                    projects.insert(project);
                }
                _ if self.includes(changed) => return Changed::Everything,
                _ => {}
            }
        }
        Changed::Projects(projects)
    }

    /// True if the change of a record outside the projects that were read matters.
    fn includes(&self, changed: &ChangedSubject) -> bool {
        if changed.project.is_none() {
            return !UNRELATED.contains(&changed.kind.as_str());
        }
        changed.name.as_ref().is_some_and(|name| self.names.contains(name))
            || changed.code.as_ref().is_some_and(|code| self.codes.contains(code))
    }
}

/// What changed since a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Changed {
    /// These of the projects that were read, or none.
    Projects(BTreeSet<ProjectId>),
    /// Something that any part of the decision may rely on.
    Everything,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(kind: &str, project: Option<i64>, name: &str) -> ChangedSubject {
        let name = project.map(|_| name.to_owned());
        ChangedSubject { kind: kind.to_owned(), project, name, code: None }
    }

    #[test]
    fn other_projects_and_log_ins_do_not_matter() {
        let mut relied = ReliedOn::default();
        relied.add_project(ProjectId(7));
        relied.add_name("示例");

        let only =
            |projects: &[i64]| Changed::Projects(projects.iter().copied().map(ProjectId).collect());
        let found = |subject| relied.changed_among(&[subject]);
        assert_eq!(found(changed("report", Some(7), "别的")), only(&[7]));
        assert_eq!(found(changed("project", Some(8), "示例")), Changed::Everything);
        assert_eq!(found(changed("reporting_month", None, "")), Changed::Everything);
        assert_eq!(found(changed("report", Some(8), "别的")), only(&[]));
        assert_eq!(found(changed("session", None, "")), only(&[]));
    }
}

//! Registering and changing projects.

use crate::domain::account::access::Sight;
use crate::domain::id::ProjectId;
use crate::domain::month::Year;
use crate::domain::project::Project;
use crate::domain::text::Reason;
use crate::store::events::{self, Event, FieldChange, changes};
use crate::store::projects::coded::{CodedProject, ReferenceCodes};
use crate::store::projects::recorded::RecordedProject;
use crate::store::{Conn, projects};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::patch::Patch;
use crate::usecases::precondition::Expected;
use crate::usecases::projects::view::{ProjectInput, ProjectView};
use crate::usecases::refusal::Refusal;

/// A project that was decided on and is to be saved.
pub struct ProjectChange {
    /// The kind of its event.
    pub(super) kind: &'static str,
    /// The project before; `None` when it is registered.
    pub(super) before: Option<CodedProject>,
    /// The project to save.
    pub(super) project: CodedProject,
    /// Reason of the change, if one was given.
    pub(super) reason: Option<Reason>,
    /// Who does it, and when.
    pub(super) stamp: Stamp,
}

/// Adds a project to the register.
///
/// # Errors
/// Invalid, with every wrong field.
pub fn decide_registration(
    ask: &mut Ask<'_>,
    input: &ProjectInput,
) -> Result<ProjectChange, Refusal> {
    let codes = ReferenceCodes::load(ask.conn)?;
    register(ask, &codes, input)
}

/// The same for one of many projects, with codes that were loaded once.
///
/// # Errors
/// As [`decide_registration`].
pub fn register(
    ask: &Ask<'_>,
    codes: &ReferenceCodes,
    input: &ProjectInput,
) -> Result<ProjectChange, Refusal> {
    let facts = input.facts(codes)?;
    let stamp = ask.stamp();
    let now = stamp.now;
    let year = input.registered_year.unwrap_or(Year::of(now.today));
    let project = Project::register(facts, input.stage, year, now.today, now.instant)
        .map_err(Refusal::invalid)?;
    let project = codes.of(project);
    Ok(ProjectChange { kind: "project.created", before: None, project, reason: None, stamp })
}

/// Changes fields of a project, which the caller read at `version`.
///
/// # Errors
/// Not found; forbidden for fields only the commission may change; invalid, with every wrong
/// field.
pub fn decide_update(
    ask: &mut Ask<'_>,
    id: ProjectId,
    version: impl Into<Expected>,
    patch: &Patch<ProjectInput>,
) -> Result<ProjectChange, Refusal> {
    let codes = ReferenceCodes::load(ask.conn)?;
    revise(ask, &codes, id, version, patch)
}

/// The same for one of many projects, with codes that were loaded once.
///
/// # Errors
/// As [`decide_update`].
pub fn revise(
    ask: &mut Ask<'_>,
    codes: &ReferenceCodes,
    id: ProjectId,
    version: impl Into<Expected>,
    patch: &Patch<ProjectInput>,
) -> Result<ProjectChange, Refusal> {
    let old = projects::get(ask.conn, id, ask.sight())?;
    let before = codes.of(old.clone());
    let current = ProjectInput::from(before.clone());
    if !ask.caller.user.role.may_change_facts() {
        patch.must_only_describe(&current)?;
    }
    let facts = patch.merged(&current)?.facts(codes)?;
    let stamp = ask.stamp();
    let version = version.into().of(old.version);
    let changed = old.revise(facts, stamp.now.today).map_err(Refusal::invalid)?;
    let project = Project { version, updated_at: stamp.now.instant, ..changed };
    let project = codes.of(project);
    let before = Some(before);
    Ok(ProjectChange { kind: "project.updated", before, project, reason: None, stamp })
}

/// Saves a project and records the event.
///
/// # Errors
/// A conflict when another project has the national code; stale when somebody else changed the
/// project.
pub fn save(conn: &mut Conn, change: ProjectChange) -> Result<ProjectView, Refusal> {
    let ProjectChange { kind, before, project: coded, reason, stamp } = change;
    let id = if before.is_some() {
        projects::save(conn, &coded.project)?;
        coded.project.id
    } else {
        projects::insert(conn, &coded.project)?
    };
    let project = projects::get(conn, id, Sight::All)?;
    let after = CodedProject { project, ..coded };
    let recorded = before.as_ref().map(RecordedProject::from);
    let mut changes = changes(recorded.as_ref(), &RecordedProject::from(&after));
    changes.extend(reason.iter().map(|r| FieldChange::said("reason", r.as_str())));
    let event = Event::of_project(kind, "project", id.0, id, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(after.into())
}

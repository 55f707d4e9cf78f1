//! Registering and changing projects.

use crate::domain::account::access::Sight;
use crate::domain::id::ProjectId;
use crate::domain::month::Year;
use crate::domain::project::Project;
use crate::domain::project::limits::InvestmentFloor;
use crate::domain::text::Reason;
use crate::domain::words::Language;
use crate::store::events::{self, Event, FieldChange, changes};
use crate::store::projects::coded::{CodedProject, ReferenceCodes};
use crate::store::projects::floor;
use crate::store::projects::recorded::RecordedProject;
use crate::store::{Conn, projects};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::check::Check;
use crate::usecases::patch::Patch;
use crate::usecases::precondition::Expected;
use crate::usecases::projects::date_warnings;
use crate::usecases::projects::input::ProjectInput;
use crate::usecases::projects::namesakes;
use crate::usecases::projects::view::ProjectView;
use crate::usecases::refusal::Refusal;
use crate::usecases::warning::WarningView;

/// A project that was decided on and is to be saved.
pub(crate) struct ProjectChange {
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
    /// The language of the answer.
    pub(super) language: Language,
    /// Projects of the same name.
    pub(super) warnings: Vec<WarningView>,
}

/// Adds a project to the register.
///
/// # Errors
/// Invalid, with every wrong field.
pub(crate) fn decide_registration(
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
pub(crate) fn register(
    ask: &mut Ask<'_>,
    codes: &ReferenceCodes,
    input: &ProjectInput,
) -> Result<ProjectChange, Refusal> {
    let mut check = Check::new();
    let facts = input.facts(codes, &mut check);
    let stamp = ask.stamp();
    let now = stamp.now;
    let year = input.registered_year.unwrap_or(Year::of(now.today));
    let registered = Project::register(facts, input.stage, year, now.today, now.instant);
    let registered = check.rules(registered);
    let project = check.done(registered)?;
    let warnings = namesakes::warnings(ask, &project)?;
    let project = codes.of(project);
    let kind = "project.created";
    let language = ask.language;
    Ok(ProjectChange { kind, before: None, project, reason: None, stamp, language, warnings })
}

/// Changes fields of a project, which the caller read at `version`.
///
/// # Errors
/// Not found; forbidden for fields only the commission may change; invalid, with every wrong
/// field.
pub(crate) fn decide_update(
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
pub(crate) fn revise(
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
    let mut check = Check::new();
    let facts = patch.merged_dates(&current)?.facts(codes, &mut check);
    let stamp = ask.stamp();
    let moves_money =
        facts.total != old.facts.total || facts.invested_before != old.facts.invested_before;
    let floor = if moves_money { floor::of(ask.conn, id)? } else { InvestmentFloor::default() };
    let changed = check.rules(old.revise(facts, &floor, stamp.now.today));
    let changed = check.done(changed)?;
    let version = version.into().of(before.project.version);
    let project = Project { version, updated_at: stamp.now.instant, ..changed };
    let names = |p: &Project| (p.facts.name.clone(), p.facts.area_id);
    let renamed = names(&project) != names(&before.project);
    let warnings = if renamed { namesakes::warnings(ask, &project)? } else { Vec::new() };
    let project = codes.of(project);
    let before = Some(before);
    let kind = "project.updated";
    let language = ask.language;
    Ok(ProjectChange { kind, before, project, reason: None, stamp, language, warnings })
}

/// Saves a project and records the event.
///
/// # Errors
/// A conflict when another project has the national code; stale when somebody else changed the
/// project.
pub(crate) fn save(conn: &mut Conn, change: ProjectChange) -> Result<ProjectView, Refusal> {
    let ProjectChange { kind, before, project: coded, reason, stamp, language, mut warnings } =
        change;
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
    warnings.extend(date_warnings::of(conn, &after.project, language)?);
    Ok(ProjectView { warnings: Some(warnings), ..after.into() })
}

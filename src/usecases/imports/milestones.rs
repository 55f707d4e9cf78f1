//! Milestones of an import.

use serde_json::json;

use crate::domain::id::MilestoneId;
use crate::domain::project::Project;
use crate::domain::words::Words;
use crate::store::{StoreError, milestones, projects};
use crate::usecases::ask::Ask;
use crate::usecases::imports::{RecordFields, fields_of, invalid, required};
use crate::usecases::milestones::view::{MilestoneEdit, MilestoneInput, MilestoneView};
use crate::usecases::milestones::{MilestoneKey, write};
use crate::usecases::patch::Patch;
use crate::usecases::refusal::Refusal;

/// A milestone to add, with what a request can only say of an existing one.
pub(crate) struct NewMilestone {
    /// What creates the milestone.
    pub input: MilestoneInput,
    /// Forecast and evidence, if given.
    pub edit: Option<Patch<MilestoneEdit>>,
}

/// The project of the milestone with this id.
///
/// # Errors
/// `unknown-milestone` unless the caller sees the project.
pub(crate) fn project_of(ask: &mut Ask<'_>, id: MilestoneId) -> Result<Project, Refusal> {
    let sight = ask.sight();
    let project = match milestones::project_of(ask.conn, id)? {
        Some(project) => projects::find(ask.conn, project, sight)?,
        None => None,
    };
    project.ok_or_else(unknown_milestone)
}

/// The milestone of `project` with this id, otherwise with this code, if there is one.
///
/// # Errors
/// `unknown-milestone` if an id is given and the project has no such milestone; `required` if
/// neither is given.
pub(crate) fn find(
    ask: &mut Ask<'_>,
    project: &Project,
    id: Option<MilestoneId>,
    code: Option<&str>,
) -> Result<Option<MilestoneView>, Refusal> {
    let found = match (id, code) {
        (Some(id), _) => match milestones::get(ask.conn, project.id, id) {
            Ok(milestone) => Some(milestone),
            Err(StoreError::NotFound) => return Err(unknown_milestone()),
            Err(other) => return Err(other.into()),
        },
        (None, Some(code)) => milestones::find_by_code(ask.conn, project.id, code)?,
        (None, None) => {
            return Err(Refusal::invalid(vec![required("code").compared_with(&["/id"])]));
        }
    };
    Ok(found.map(|milestone| MilestoneView::of(milestone, ask.now.today)))
}

fn unknown_milestone() -> Refusal {
    let words = Words::new(
        "没有这个节点，或您无权办理；新增的节点请将编号留空。",
        "The milestone does not exist or is not visible to you. Leave the id blank for a new milestone.",
    );
    invalid("/id", "unknown-milestone", words)
}

/// Fields of a milestone by column name.
///
/// # Errors
/// Broken.
pub(crate) fn fields(view: &MilestoneView, project: &Project) -> Result<RecordFields, Refusal> {
    let mut all = fields_of(view)?;
    all.insert("project".into(), json!(project.facts.name));
    Ok(all)
}

/// Adds a milestone to `project`.
///
/// # Errors
/// As [`write::decide_creation`], [`write::decide_update`] and [`write::save`].
pub(crate) fn create(
    ask: &mut Ask<'_>,
    project: &Project,
    new: &NewMilestone,
) -> Result<MilestoneView, Refusal> {
    let addition = write::decide_creation(ask, project.id, &new.input)?;
    let made = ask.save(|conn| write::save(conn, addition))?;
    match &new.edit {
        Some(edit) => change(ask, project, &made, edit),
        None => Ok(made),
    }
}

/// Changes a milestone of `project`, which is as in `before`.
///
/// # Errors
/// As [`write::decide_update`] and [`write::save`].
pub(crate) fn change(
    ask: &mut Ask<'_>,
    project: &Project,
    before: &MilestoneView,
    patch: &Patch<MilestoneEdit>,
) -> Result<MilestoneView, Refusal> {
    let key = MilestoneKey { project: project.id, milestone: before.id };
    let change = write::decide_update(ask, key, before.version, patch)?;
    ask.save(|conn| write::save(conn, change))
}

//! Adding and changing milestones.

use chrono::NaiveDate;

use crate::domain::date::DateRefusal;
use crate::domain::error::FieldError;
use crate::domain::id::{MilestoneId, ProjectId};
use crate::domain::milestone::{Milestone, TEMPLATES};
use crate::domain::project::Project;
use crate::domain::text::{Line, Name, Reason};
use crate::domain::words::{Language, Words};
use crate::store::events::{self, Event, changes};
use crate::store::milestones::recorded::RecordedMilestone;
use crate::store::{Conn, milestones, projects};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::check::Check;
use crate::usecases::milestones::MilestoneKey;
use crate::usecases::milestones::view::{MilestoneEdit, MilestoneInput, MilestoneView};
use crate::usecases::patch::Patch;
use crate::usecases::precondition::Expected;
use crate::usecases::projects::date_warnings;
use crate::usecases::refusal::Refusal;

/// A milestone that was decided on and is to be saved.
pub(crate) struct MilestoneChange {
    /// The milestone before; `None` when it is added.
    before: Option<Milestone>,
    milestone: Milestone,
    project: Project,
    stamp: Stamp,
    language: Language,
}

/// Adds a milestone to a project.
///
/// # Errors
/// Not found unless the caller sees the project; invalid, with every wrong field.
pub(crate) fn decide_creation(
    ask: &mut Ask<'_>,
    project: ProjectId,
    input: &MilestoneInput,
) -> Result<MilestoneChange, Refusal> {
    let project = projects::get(ask.conn, project, ask.sight())?;
    let milestone = parse(ask, project.id, input)?;
    let language = ask.language;
    Ok(MilestoneChange { before: None, milestone, project, stamp: ask.stamp(), language })
}

fn parse(
    ask: &mut Ask<'_>,
    project: ProjectId,
    input: &MilestoneInput,
) -> Result<Milestone, Refusal> {
    let mut check = Check::new();
    let template = TEMPLATES.iter().zip(1..).find(|(t, _)| t.code == input.code);
    let name = input.name.as_deref().or(template.map(|(t, _)| t.name));
    let class = input.class.or(template.map(|(t, _)| t.class));
    let name = required(&mut check, "/name", name);
    let name = name.and_then(|n| check.field("/name", Name::parse(n)));
    let class = required(&mut check, "/class", class);
    let document = check.field("/document_number", Line::parse(&input.document_number));
    must_be_past(&mut check, input.actual_date, ask.now.today);
    // Milestones without a template are placed after the standard ones.
    let position = if let Some((_, position)) = template {
        position
    } else {
        let last = milestones::list(ask.conn, project)?.iter().map(|m| m.position).max();
        last.unwrap_or(0).max(100) + 1
    };
    let parsed = name.zip(class).zip(document).map(|((name, class), document)| Milestone {
        id: MilestoneId(0),
        project_id: project,
        code: input.code.clone(),
        name: name.into_string(),
        class,
        position,
        baseline: input.baseline_date,
        forecast: None,
        forecast_reason: String::new(),
        actual: None,
        weight: input.weight,
        document_number: document.into_string(),
        evidence: String::new(),
        version: 1,
    });
    let milestone = check.done(parsed)?.reach(input.actual_date, ask.now.today);
    milestone.map_err(|e| Refusal::of_day("/actual_date", e))
}

fn must_be_past(check: &mut Check, actual: Option<NaiveDate>, today: NaiveDate) {
    if let Some(day) = actual.filter(|day| *day > today) {
        check.note("/actual_date", DateRefusal::InFuture { day, today });
    }
}

fn required<T>(check: &mut Check, pointer: &str, value: Option<T>) -> Option<T> {
    if value.is_none() {
        let words = Words::new("自定节点须填写。", "Required for a milestone without a template.");
        check.note(pointer, FieldError::new("", "required", words));
    }
    value
}

/// Changes a milestone, which the caller read at `version`.
///
/// # Errors
/// Not found; a conflict when the forecast of a reached milestone is changed; invalid, with every
/// wrong field.
pub(crate) fn decide_update(
    ask: &mut Ask<'_>,
    key: MilestoneKey,
    version: impl Into<Expected>,
    patch: &Patch<MilestoneEdit>,
) -> Result<MilestoneChange, Refusal> {
    let project = projects::get(ask.conn, key.project, ask.sight())?;
    let old = milestones::get(ask.conn, key.project, key.milestone)?;
    let before = Some(old.clone());
    let version = version.into().of(old.version);
    let milestone = changed(ask, Milestone { version, ..old }, patch)?;
    let language = ask.language;
    Ok(MilestoneChange { before, milestone, project, stamp: ask.stamp(), language })
}

fn changed(
    ask: &Ask<'_>,
    milestone: Milestone,
    patch: &Patch<MilestoneEdit>,
) -> Result<Milestone, Refusal> {
    let edit = patch.merged(&MilestoneEdit::from(&milestone))?;
    let mut check = Check::new();
    let reason = check.optional("/reason", edit.reason.as_deref().map(Reason::parse));
    let moves_forecast = patch.names("forecast_date");
    if moves_forecast && edit.reason.is_none() {
        let words =
            Words::new("调整预计日期须说明原因。", "A new forecast date requires a reason.");
        check.note("/reason", FieldError::new("", "required", words));
    }
    let document = check.field("/document_number", Line::parse(&edit.document_number));
    let evidence = check.field("/evidence", Line::parse(&edit.evidence));
    if patch.names("actual_date") {
        must_be_past(&mut check, edit.actual_date, ask.now.today);
    }
    let (document, evidence) = check.done(document.zip(evidence))?;
    let mut milestone = Milestone {
        document_number: document.into_string(),
        evidence: evidence.into_string(),
        ..milestone
    };
    if let Some((day, reason)) = edit.forecast_date.filter(|_| moves_forecast).zip(reason) {
        milestone = milestone.move_forecast(day, &reason)?;
    }
    if patch.names("actual_date") {
        milestone = milestone
            .reach(edit.actual_date, ask.now.today)
            .map_err(|e| Refusal::of_day("/actual_date", e))?;
    }
    Ok(milestone)
}

/// Saves a milestone and records the event.
///
/// # Errors
/// A conflict when the project has another milestone with the code; stale when somebody else
/// changed it.
pub(crate) fn save(conn: &mut Conn, change: MilestoneChange) -> Result<MilestoneView, Refusal> {
    let MilestoneChange { before, milestone, project, stamp, language } = change;
    let (kind, id) = if before.is_some() {
        milestones::save(conn, &milestone)?;
        ("milestone.changed", milestone.id)
    } else {
        ("milestone.added", milestones::insert(conn, &milestone)?)
    };
    let after = milestones::get(conn, project.id, id)?;
    let today = stamp.now.today;
    let recorded = before.as_ref().map(|before| RecordedMilestone::of(before, today));
    let changes = changes(recorded.as_ref(), &RecordedMilestone::of(&after, today));
    let event = Event::of_project(kind, "milestone", id.0, project.id, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    let warnings = date_warnings::of(conn, &project, language)?;
    Ok(MilestoneView { warnings: Some(warnings), ..MilestoneView::of(after, today) })
}

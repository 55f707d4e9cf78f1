//! Writing a report: its draft, and what is saved and recorded of every later change.

use crate::domain::id::{IssueId, ReportId};
use crate::domain::report::warning::warnings;
use crate::domain::report::{Report, ReportFigures, ReportState};
use crate::domain::words::Language;
use crate::store::events::{self, Event, FieldChange, changes};
use crate::store::reports::filed::{self, FiledReport};
use crate::store::reports::recorded::RecordedReport;
use crate::store::{Conn, issues, projects, reports};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::precondition::Precondition;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::gates::{Filing, must_be_fileable};
use crate::usecases::reports::ReportKey;
use crate::usecases::reports::context::compared_with;
use crate::usecases::reports::input::ReportInput;
use crate::usecases::reports::view::ReportView;

/// A report that was decided on and is to be saved.
pub struct ReportChange {
    /// The kind of its event.
    pub(super) kind: &'static str,
    /// The report before; `None` when it is created.
    pub(super) before: Option<FiledReport>,
    /// The report to save.
    pub(super) report: Report,
    /// The issues it mentions from now on; `None` leaves them.
    pub(super) mentions: Option<Vec<IssueId>>,
    /// Who does it, and when.
    pub(super) stamp: Stamp,
    /// The language of the answer.
    pub(super) language: Language,
}

/// Drafts the report of a month, or rewrites a draft or a returned report.
///
/// # Errors
/// Not found; a conflict when the report was submitted or its month does not take it; stale;
/// invalid.
pub fn decide(
    ask: &mut Ask<'_>,
    key: ReportKey,
    precondition: Precondition,
    input: &ReportInput,
) -> Result<ReportChange, Refusal> {
    let project = projects::get(ask.conn, key.project, ask.sight())?;
    let figures = input.figures(&issues::ids(ask.conn, project.id)?)?;
    let warned = warnings(&figures, &compared_with(ask.conn, &project, key.month, ask.now.today)?);
    let old = reports::find(ask.conn, key.project, key.month)?;
    let before = old.clone().map(|old| filed::of(ask.conn, old)).transpose()?;
    let state = old.as_ref().map(|r| r.state);
    must_be_fileable(ask, Filing { project: &project, month: key.month, state })?;
    let (kind, report) =
        match precondition.admits(old, |r| r.version, |old, version| Report { version, ..old })? {
            None => ("report.drafted", draft(key, figures)),
            Some(old) => ("report.rewritten", old.rewrite(figures)?),
        };
    Ok(ReportChange {
        kind,
        before,
        report: Report { warnings: warned, ..report },
        mentions: Some(input.distinct_issues()),
        stamp: ask.stamp(),
        language: ask.language,
    })
}

fn draft(key: ReportKey, figures: ReportFigures) -> Report {
    Report {
        id: ReportId(0),
        project_id: key.project,
        month: key.month,
        state: ReportState::Draft,
        figures,
        warnings: Vec::new(),
        return_reason: String::new(),
        submitted: None,
        first_submitted_on: None,
        confirmed: None,
        version: 1,
    }
}

/// Saves a change and records its event.
///
/// # Errors
/// Stale when somebody else changed the report.
pub fn save(conn: &mut Conn, change: ReportChange) -> Result<ReportView, Refusal> {
    let ReportChange { kind, before, report, mentions, stamp, language } = change;
    if before.is_some() {
        reports::save(conn, &report)?;
    } else {
        reports::insert(conn, &report)?;
    }
    let stored = reports::get(conn, report.project_id, report.month)?;
    if let Some(mentions) = mentions {
        issues::mention(conn, stored.id, &mentions)?;
    }
    let after = filed::of(conn, stored)?;
    let recorded = before.as_ref().map(RecordedReport::from);
    let event = event(kind, &after, changes(recorded.as_ref(), &RecordedReport::from(&after)));
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(ReportView::of(after, language))
}

/// The event of a report; it always names the month.
fn event(kind: &'static str, filed: &FiledReport, mut changes: Vec<FieldChange>) -> Event {
    let report = &filed.report;
    if !changes.iter().any(|c| c.field == "month") {
        changes.insert(0, FieldChange::said("month", &report.month.to_string()));
    }
    Event::of_project(kind, "report", report.id.0, report.project_id, changes)
}

//! Writing a report: its draft, and what is saved and recorded of every later change.

use std::collections::BTreeMap;

use crate::domain::id::{IssueId, ProjectId, ReportId};
use crate::domain::month::Month;
use crate::domain::report::warning::warnings;
use crate::domain::report::{Report, ReportFigures, ReportState};
use crate::domain::words::Language;
use crate::store::events::{self, Event, FieldChange, SubjectState, changes};
use crate::store::reports::filed::FiledReport;
use crate::store::reports::recorded::RecordedReport;
use crate::store::{Conn, issues, reports};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::precondition::Precondition;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::gates::Filing;
use crate::usecases::reports::ReportKey;
use crate::usecases::reports::facts::ReportFacts;
use crate::usecases::reports::input::ReportInput;
use crate::usecases::reports::view::ReportView;

/// A step of a report that was decided on and is to be saved.
pub(crate) struct ReportChange {
    /// The kind of its event.
    kind: &'static str,
    /// The report before; `None` when it is created.
    before: Option<FiledReport>,
    /// The report after. A new one has no id yet.
    pub(super) after: FiledReport,
    /// Who does it, and when.
    stamp: Stamp,
    /// The language of the answer.
    language: Language,
}

impl ReportChange {
    /// The step that leads to `report`, whose version is the one the caller read.
    ///
    /// # Errors
    /// Stale if it is not the version before.
    pub(super) fn new(
        ask: &Ask<'_>,
        kind: &'static str,
        before: FiledReport,
        report: Report,
        issue_ids: Vec<IssueId>,
    ) -> Result<Self, Refusal> {
        if report.version != before.report.version {
            return Err(Refusal::stale());
        }
        let report = Report { version: report.version + 1, ..report };
        let restatements = before.restatements.clone();
        let after = FiledReport { report, restatements, issue_ids };
        let stamp = ask.stamp();
        Ok(Self { kind, before: Some(before), after, stamp, language: ask.language })
    }

    /// True if the step creates the report.
    pub(super) fn creates(&self) -> bool {
        self.before.is_none()
    }

    /// The project and month.
    fn key(&self) -> (ProjectId, Month) {
        (self.after.report.project_id, self.after.report.month)
    }
}

/// Drafts the report of a month, or rewrites a draft or a returned report.
///
/// # Errors
/// Not found; a conflict when the report was submitted or its month does not take it; stale;
/// invalid.
pub(crate) fn decide(
    ask: &mut Ask<'_>,
    key: ReportKey,
    precondition: Precondition,
    input: &ReportInput,
) -> Result<ReportChange, Refusal> {
    let facts = ReportFacts::load(ask, &[key])?;
    let change = draft_or_rewrite(ask, &facts, key, precondition, input)?;
    facts.months.hold(ask.conn, key.month)?;
    Ok(change)
}

/// As [`decide`], from facts that are loaded; the month is still to be held open.
///
/// # Errors
/// As [`decide`].
pub(in crate::usecases) fn draft_or_rewrite(
    ask: &Ask<'_>,
    facts: &ReportFacts,
    key: ReportKey,
    precondition: Precondition,
    input: &ReportInput,
) -> Result<ReportChange, Refusal> {
    let of_project = facts.of(key.project)?;
    let project = &of_project.project;
    let figures = input.figures(&of_project.issues)?;
    let warned = warnings(&figures, &of_project.compared_with(key.month, ask.now.today));
    let before = of_project.filed(key.month);
    let state = before.as_ref().map(|filed| filed.report.state);
    let filing = Filing { project, month: key.month, state };
    facts.months.must_take(filing, &of_project.units, ask.caller, ask.now.today)?;
    let old = before.as_ref().map(|filed| filed.report.clone());
    let old = precondition.admits(old, |r| r.version, |old, version| Report { version, ..old })?;
    let issue_ids = input.distinct_issues();
    let Some((before, old)) = before.zip(old) else {
        let report = Report { warnings: warned, ..draft(key, figures) };
        let after = FiledReport { report, restatements: of_project.restated(key.month), issue_ids };
        let stamp = ask.stamp();
        let kind = "report.drafted";
        return Ok(ReportChange { kind, before: None, after, stamp, language: ask.language });
    };
    let report = Report { warnings: warned, ..old.rewrite(figures)? };
    ReportChange::new(ask, "report.rewritten", before, report, issue_ids)
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
pub(crate) fn save(conn: &mut Conn, change: ReportChange) -> Result<ReportView, Refusal> {
    let language = change.language;
    Ok(ReportView::of(save_one(conn, change)?, language))
}

/// Saves a change and records its event; returns the report as it is stored.
///
/// # Errors
/// Stale when somebody else changed the report.
pub(in crate::usecases) fn save_one(
    conn: &mut Conn,
    change: ReportChange,
) -> Result<FiledReport, Refusal> {
    let saved = save_all(conn, vec![change])?.pop();
    saved.ok_or_else(|| Refusal::broken("a change is not saved"))
}

/// Saves steps of any reports in their order and records the event of each; returns the report
/// after each step. Several steps of one report are one row to write.
///
/// # Errors
/// Stale when somebody else changed a report.
pub(super) fn save_all(
    conn: &mut Conn,
    mut changes: Vec<ReportChange>,
) -> Result<Vec<FiledReport>, Refusal> {
    let mut rows: BTreeMap<(ProjectId, Month), (Option<FiledReport>, FiledReport)> =
        BTreeMap::new();
    for change in &changes {
        let row = rows.entry(change.key());
        row.or_insert_with(|| (change.before.clone(), change.after.clone())).1 =
            change.after.clone();
    }
    let new = rows.values().filter(|(before, _)| before.is_none()).map(|(_, after)| &after.report);
    let new: Vec<&Report> = new.collect();
    let ids = reports::insert_all(conn, &new)?;
    let keys = new.iter().map(|report| (report.project_id, report.month));
    let ids: BTreeMap<(ProjectId, Month), ReportId> = keys.zip(ids).collect();
    for (key, (before, after)) in &rows {
        let id = ids.get(key).copied().unwrap_or(after.report.id);
        if let Some(before) = before {
            reports::save_from(conn, before.report.version, &after.report)?;
        }
        let mentioned = before.as_ref().map_or(&[][..], |before| &before.issue_ids);
        if mentioned != after.issue_ids {
            issues::mention(conn, id, &after.issue_ids)?;
        }
    }
    for change in &mut changes {
        if let Some(id) = ids.get(&change.key()) {
            change.after.report.id = *id;
            if let Some(before) = &mut change.before {
                before.report.id = *id;
            }
        }
    }
    record(conn, &changes)?;
    Ok(changes.into_iter().map(|change| change.after).collect())
}

/// Records the event of each change.
fn record(conn: &mut Conn, changes: &[ReportChange]) -> Result<(), Refusal> {
    let Some(ReportChange { stamp, .. }) = changes.first() else { return Ok(()) };
    let events: Vec<Event> = changes.iter().map(event).collect();
    let state = |change: &ReportChange| SubjectState {
        version: Some(change.after.report.version),
        key: Some(change.after.report.month.to_string()),
    };
    let all: Vec<_> = events.iter().zip(changes.iter().map(state)).collect();
    Ok(events::record_all(conn, &stamp.author, stamp.now.instant, &all)?)
}

/// The event of a change; it always names the month.
fn event(change: &ReportChange) -> Event {
    let recorded = change.before.as_ref().map(RecordedReport::from);
    let mut changes = changes(recorded.as_ref(), &RecordedReport::from(&change.after));
    let report = &change.after.report;
    if !changes.iter().any(|c| c.field == "month") {
        changes.insert(0, FieldChange::said("month", &report.month.to_string()));
    }
    Event::of_project(change.kind, "report", report.id.0, report.project_id, changes)
}

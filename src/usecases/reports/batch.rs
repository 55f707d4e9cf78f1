//! Many reports in one request: written, submitted, confirmed.

use std::collections::BTreeSet;

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::id::ProjectId;
use crate::domain::month::Month;
use crate::domain::words::Words;
use crate::store::reports::filed::FiledReport;
use crate::usecases::ask::Ask;
use crate::usecases::batch::{
    BatchRows, RowOutcomes, SavedRow, all_or_nothing, inside, needs, outcome,
};
use crate::usecases::permission::{ConfirmReports, FileReports, Permission};
use crate::usecases::precondition::{Expected, Precondition};
use crate::usecases::refusal::Refusal;
use crate::usecases::reports::ReportKey;
use crate::usecases::reports::facts::ReportFacts;
use crate::usecases::reports::input::ReportInput;
use crate::usecases::reports::step;
use crate::usecases::reports::write::{ReportChange, draft_or_rewrite, save_all};
use crate::usecases::warning::WarningView;

/// Rows that are loaded, judged and saved at once: bounds the memory for the history of their
/// projects.
const ROWS_AT_ONCE: usize = 500;

/// The report of one project and month in a batch, with the steps to take in this order: write,
/// submit, confirm. If one of them is refused, none is taken.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct ReportBatchItem {
    /// The project's id.
    pub project_id: ProjectId,
    /// The month.
    #[schema(example = "2021-06")]
    pub month: Month,
    /// The version that was read, in place of `If-Match`. Without it `report` creates the report,
    /// and is refused with 412 if there is one.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub version: Option<i64>,
    /// What to write; absent to leave the figures as they are.
    #[serde(default)]
    #[schema(nullable = false)]
    pub report: Option<ReportInput>,
    /// True to submit the report.
    #[serde(default)]
    #[schema(default = false)]
    pub submit: bool,
    /// True to confirm the report. Reviewers only.
    #[serde(default)]
    #[schema(default = false)]
    pub confirm: bool,
}

impl ReportBatchItem {
    /// An example.
    pub(crate) fn sample() -> serde_json::Value {
        serde_json::json!({
            "project_id": 7, "month": "2021-06", "submit": true,
            "report": {"completed_wan": "1250.00", "physical_percent": "42.50", "progress": "主体结构封顶"},
        })
    }

    fn key(&self) -> ReportKey {
        ReportKey { project: self.project_id, month: self.month }
    }

    /// Refuses a row without a step, or with one that the caller may not take.
    fn must_be_permitted(&self, ask: &Ask<'_>) -> Result<(), Refusal> {
        if self.report.is_none() && !self.submit && !self.confirm {
            let words = Words::new(
                "请说明要做什么：report（填报）、submit（提交）或 confirm（确认）。",
                "Say what to do: `report`, `submit` or `confirm`.",
            );
            return Err(needs("", "nothing-to-do", words));
        }
        if self.report.is_some() || self.submit {
            ask.caller.must_be_able_to(FileReports::ACTIONS)?;
        }
        if self.confirm {
            ask.caller.must_be_able_to(ConfirmReports::ACTIONS)?;
        }
        Ok(())
    }
}

/// Takes the steps of every row, each with the caller's rights and by the rules of the single
/// request. Later rows see what earlier ones saved.
///
/// # Errors
/// A failure that no row is to blame for; for an atomic batch, every error of every row.
pub(crate) fn save(
    ask: &mut Ask<'_>,
    batch: &BatchRows<ReportBatchItem>,
) -> Result<RowOutcomes, Refusal> {
    let mut outcomes = Vec::with_capacity(batch.rows.len());
    for part in batch.rows.chunks(ROWS_AT_ONCE) {
        outcomes.extend(save_part(ask, part)?);
    }
    all_or_nothing(batch.atomic, outcomes)
}

/// A row whose steps were decided: the number of its changes.
struct Decided {
    created: bool,
    steps: usize,
}

fn save_part(
    ask: &mut Ask<'_>,
    part: &[Result<ReportBatchItem, Refusal>],
) -> Result<RowOutcomes, Refusal> {
    let keys: Vec<ReportKey> = part.iter().flatten().map(ReportBatchItem::key).collect();
    let mut facts = ReportFacts::load(ask, &keys)?;
    let mut changes = Vec::new();
    let mut held = BTreeSet::new();
    let mut decided = Vec::with_capacity(part.len());
    for row in part {
        let steps = row.as_ref().map_err(Refusal::clone);
        let steps = outcome(steps.and_then(|row| decide_row(ask, &mut facts, row)))?;
        decided.push(steps.map(|steps| {
            held.extend(row.iter().map(|row| row.month));
            let created = steps.first().is_some_and(ReportChange::creates);
            let row = Decided { created, steps: steps.len() };
            changes.extend(steps);
            row
        }));
    }
    for month in held {
        facts.months.hold(ask.conn, month)?;
    }
    let mut saved = save_all(ask.conn, changes)?.into_iter();
    let mut last = |row: Decided| {
        let report = saved.by_ref().take(row.steps).last();
        let report = report.ok_or_else(|| Refusal::broken("a row without a step"))?;
        Ok(saved_row(ask, report, row.created))
    };
    decided
        .into_iter()
        .map(|row| row.map_or_else(|refusal| Ok(Err(refusal)), |row| last(row).map(Ok)))
        .collect()
}

/// The steps of a row; `facts` then show the report after them, or are as before.
fn decide_row(
    ask: &Ask<'_>,
    facts: &mut ReportFacts,
    row: &ReportBatchItem,
) -> Result<Vec<ReportChange>, Refusal> {
    row.must_be_permitted(ask)?;
    let before = facts.of(row.project_id)?.filed(row.month);
    let mut steps = Vec::new();
    let done = take_steps(ask, facts, row, &mut steps);
    if let Err(refusal) = done {
        facts.put_back(row.key(), before);
        return Err(refusal);
    }
    Ok(steps)
}

fn take_steps(
    ask: &Ask<'_>,
    facts: &mut ReportFacts,
    row: &ReportBatchItem,
    steps: &mut Vec<ReportChange>,
) -> Result<(), Refusal> {
    let key = row.key();
    let mut read = row.version.map_or(Expected::Any, Expected::from);
    if let Some(input) = &row.report {
        let precondition = row
            .version
            .map_or(Precondition::Absent, |version| Precondition::Version(version.into()));
        let change = draft_or_rewrite(ask, facts, key, precondition, input);
        let change = change.map_err(|refusal| inside("report", refusal))?;
        facts.add(&change.after);
        steps.push(change);
        read = Expected::Any;
    }
    if row.submit {
        let change = step::submission(ask, facts, key, read)?;
        facts.add(&change.after);
        steps.push(change);
        read = Expected::Any;
    }
    if row.confirm {
        let change = step::confirmation(ask, facts, key, read)?;
        facts.add(&change.after);
        steps.push(change);
    }
    Ok(())
}

fn saved_row(ask: &Ask<'_>, filed: FiledReport, created: bool) -> SavedRow {
    let report = filed.report;
    SavedRow {
        created,
        id: Some(report.id.0),
        version: report.version,
        path: format!("/projects/{}/reports/{}", report.project_id, report.month),
        state: Some(report.state.as_str()),
        warnings: WarningView::all(report.warnings, ask.language),
    }
}

//! Answers about roll-overs and their lines.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::roll_over::RollOverState;
use crate::store::roll_overs::NamedLine;
use crate::store::roll_overs::totals::RollOverTotals;
use crate::usecases::answer::Versioned;
use crate::usecases::figures::about::SummaryScope;

/// A roll-over of unfinished projects into a new year.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RollOver)]
pub(crate) struct RollOverView {
    /// The new year.
    pub year: Year,
    /// Last month of the old year; progress is measured up to and including it.
    pub through: Month,
    /// State of the roll-over.
    pub state: RollOverState,
    /// Projects the roll-over covers; always all.
    pub scope: SummaryScope,
    /// Months of the old year that are still open: reports in them can still change the remaining
    /// amounts.
    pub open_months: Vec<Month>,
    /// Number of unfinished projects.
    pub project_count: i64,
    /// Number of projects included in the roll-over.
    pub included_count: i64,
    /// Remaining investment of all unfinished projects, in 万元.
    pub remaining_wan: Fen,
    /// Uncompleted part of the old year's plans, in 万元.
    pub carried_wan: Fen,
    /// Planned investment in the new year of the included projects, in 万元.
    pub annual_investment_wan: Fen,
    /// Number of the document that approves the new plans; empty until confirmed.
    pub document_number: String,
    /// Time of the proposal.
    pub proposed_at: Timestamp,
    /// User name of the proposer.
    pub proposed_by: String,
    /// Time of the confirmation; null until confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// User name of the confirmer; null until confirmed.
    pub confirmed_by: Option<String>,
    /// Version number, also sent as the `ETag`.
    pub version: i64,
}

impl From<RollOverTotals> for RollOverView {
    fn from(totals: RollOverTotals) -> Self {
        let roll_over = totals.roll_over;
        Self {
            year: roll_over.year,
            through: roll_over.through,
            state: roll_over.state,
            scope: SummaryScope::All,
            open_months: totals.open_months,
            project_count: totals.project_count,
            included_count: totals.included_count,
            remaining_wan: totals.remaining,
            carried_wan: totals.carried,
            annual_investment_wan: totals.annual,
            document_number: roll_over.document_number,
            proposed_at: roll_over.proposed.at,
            proposed_by: roll_over.proposed.by,
            confirmed_at: roll_over.confirmed.as_ref().map(|step| step.at),
            confirmed_by: roll_over.confirmed.map(|step| step.by),
            version: roll_over.version,
        }
    }
}

impl Versioned for RollOverView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// One unfinished project in a roll-over.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RollOverLine)]
pub(crate) struct RollOverLineView {
    /// The project's id.
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    /// Total investment minus all completed investment, in 万元.
    pub remaining_wan: Fen,
    /// Uncompleted part of the old year's plan, in 万元.
    pub carried_wan: Fen,
    /// Planned investment in the new year, in 万元.
    pub annual_investment_wan: Fen,
    /// True if the project gets a plan for the new year.
    pub included: bool,
    /// Reason for a manual change; may be empty.
    pub note: String,
    /// Version number, also sent as the `ETag`.
    pub version: i64,
}

impl From<NamedLine> for RollOverLineView {
    fn from(named: NamedLine) -> Self {
        let NamedLine { line, project } = named;
        Self {
            project_id: line.project_id,
            project,
            remaining_wan: line.remaining,
            carried_wan: line.carried,
            annual_investment_wan: line.annual,
            included: line.included,
            note: line.note,
            version: line.version,
        }
    }
}

impl Versioned for RollOverLineView {
    fn version(&self) -> i64 {
        self.version
    }
}

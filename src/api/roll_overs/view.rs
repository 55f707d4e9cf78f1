//! API representation of roll-overs and their lines, and validation of changes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::roll_over::{RollOverLine, RollOverState};
use crate::domain::text::Line;
use crate::domain::words::Words;
use crate::usecases::answer::Versioned;
use crate::usecases::check::Check;
use crate::usecases::figures::about::Scope;
use crate::usecases::refusal::Refusal;

/// A roll-over of unfinished projects into a new year.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = RollOver)]
pub struct RollOverView {
    /// The new year.
    pub year: Year,
    /// Last month of the old year; progress is measured up to and including it.
    pub through: Month,
    /// State of the roll-over.
    pub state: RollOverState,
    /// Projects the roll-over covers; always all.
    pub scope: Scope,
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

impl Versioned for RollOverView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// One unfinished project in a roll-over.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RollOverLine)]
pub struct RollOverLineView {
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

impl From<(RollOverLine, String)> for RollOverLineView {
    fn from((line, project): (RollOverLine, String)) -> Self {
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

/// A partial update of a roll-over line; absent fields are left unchanged.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct RollOverLinePatch {
    /// Planned investment in the new year, in 万元; at most the project's total investment, and not
    /// zero if the project is included.
    #[serde(default)]
    #[schema(nullable = false)]
    pub annual_investment_wan: Option<Fen>,
    /// True if the project gets a plan for the new year.
    #[serde(default)]
    #[schema(nullable = false)]
    pub included: Option<bool>,
    /// Reason for the change.
    #[serde(default)]
    #[schema(nullable = false, max_length = 500)]
    pub note: Option<String>,
}

impl RollOverLinePatch {
    fn sample() -> serde_json::Value {
        serde_json::json!({"annual_investment_wan": "9600.00", "note": "按合同工期测算"})
    }

    /// `line` with these changes applied; `total` is the project's total investment.
    pub fn apply(&self, line: &RollOverLine, total: Fen) -> Result<RollOverLine, Refusal> {
        let mut check = Check::new();
        let pointer = "/annual_investment_wan";
        let annual = self.annual_investment_wan.map(|a| RollOverLine::check_annual(a, total));
        let annual = check.optional(pointer, annual).unwrap_or(line.annual);
        let note = check.optional("/note", self.note.as_deref().map(Line::parse));
        let note = note.map_or(line.note.clone(), Line::into_string);
        let included = self.included.unwrap_or(line.included);
        if included && annual.is_zero() {
            let words = Words::new(
                "列入结转的项目须有年度计划投资；否则请将 included 设为 false。",
                "An included project must have an annual investment; otherwise set `included` to false.",
            );
            check.note(pointer, FieldError::new("", "zero", words));
        }
        check.done(Some(RollOverLine { annual, included, note, ..line.clone() }))
    }
}

//! Roll-overs and their lines, as callers see and change them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::figures::asked::Scope;
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
use crate::usecases::refusal::Refusal;

/// What goes on into a year.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = RollOver)]
pub struct RollOverView {
    /// The year it goes into.
    pub year: Year,
    /// What is unfinished is measured through this month.
    pub through: Month,
    /// Where it stands.
    pub state: RollOverState,
    /// Which projects it covers: all of them.
    pub scope: Scope,
    /// Months of the old year that were opened and are not closed: what is reported in them still
    /// changes what remains.
    pub open_months: Vec<Month>,
    /// How many projects are unfinished.
    pub project_count: i64,
    /// Of them go on.
    pub included_count: i64,
    /// What remains of all of them, in 万元.
    pub remaining_wan: Fen,
    /// What the old year's plans have not completed, in 万元.
    pub carried_wan: Fen,
    /// What the new year is to invest in those that go on, in 万元.
    pub annual_investment_wan: Fen,
    /// The document that ordered the new plans; empty until confirmed.
    pub document_number: String,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// By whom, by username.
    pub proposed_by: String,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// By whom, by username.
    pub confirmed_by: Option<String>,
    /// The version, which is the ETag.
    pub version: i64,
}

impl Versioned for RollOverView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// One project that goes on, or is left out.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RollOverLine)]
pub struct RollOverLineView {
    /// The project's id.
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    /// Total investment less everything completed ever, in 万元.
    pub remaining_wan: Fen,
    /// What the old year's plan has not completed, in 万元.
    pub carried_wan: Fen,
    /// What the new year is to invest, in 万元.
    pub annual_investment_wan: Fen,
    /// Whether it goes on.
    pub included: bool,
    /// Why a person decided otherwise; may be empty.
    pub note: String,
    /// The version, which is the ETag.
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

/// A person's decision about a line; what is absent stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct RollOverLinePatch {
    /// What the new year is to invest, in 万元; at most the project's total.
    #[serde(default)]
    #[schema(nullable = false)]
    pub annual_investment_wan: Option<Fen>,
    /// Whether it goes on.
    #[serde(default)]
    #[schema(nullable = false)]
    pub included: Option<bool>,
    /// Why.
    #[serde(default)]
    #[schema(nullable = false, max_length = 500)]
    pub note: Option<String>,
}

impl RollOverLinePatch {
    fn sample() -> serde_json::Value {
        serde_json::json!({"annual_investment_wan": "9600.00", "note": "按合同工期测算"})
    }

    /// The line as it is to be, of a project of `total`.
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
                "A project that goes on needs an amount; else set `included` to false.",
            );
            check.note(pointer, FieldError::new("", "zero", words));
        }
        check.done(Some(RollOverLine { annual, included, note, ..line.clone() }))
    }
}

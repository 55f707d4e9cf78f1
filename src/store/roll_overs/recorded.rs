//! Roll-overs and their lines in the changes of events: format 1, as release 0.1.0 wrote it.
//!
//! These types say what is stored. They do not follow the answers of the API.

use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::roll_over::RollOverState;
use crate::store::roll_overs::NamedLine;
use crate::store::roll_overs::totals::RollOverTotals;

/// A roll-over.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedRollOver<'a> {
    year: Year,
    through: Month,
    state: RollOverState,
    /// A roll-over covers all projects.
    scope: &'static str,
    open_months: &'a [Month],
    project_count: i64,
    included_count: i64,
    remaining_wan: Fen,
    carried_wan: Fen,
    annual_investment_wan: Fen,
    document_number: &'a str,
    proposed_at: Timestamp,
    proposed_by: &'a str,
    confirmed_at: Option<Timestamp>,
    confirmed_by: Option<&'a str>,
    version: i64,
}

impl<'a> From<&'a RollOverTotals> for RecordedRollOver<'a> {
    fn from(totals: &'a RollOverTotals) -> Self {
        let roll_over = &totals.roll_over;
        let confirmed = roll_over.confirmed.as_ref();
        Self {
            year: roll_over.year,
            through: roll_over.through,
            state: roll_over.state,
            scope: "all",
            open_months: &totals.open_months,
            project_count: totals.project_count,
            included_count: totals.included_count,
            remaining_wan: totals.remaining,
            carried_wan: totals.carried,
            annual_investment_wan: totals.annual,
            document_number: &roll_over.document_number,
            proposed_at: roll_over.proposed.at,
            proposed_by: &roll_over.proposed.by,
            confirmed_at: confirmed.map(|step| step.at),
            confirmed_by: confirmed.map(|step| step.by.as_str()),
            version: roll_over.version,
        }
    }
}

/// A line of a roll-over.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedRollOverLine<'a> {
    project_id: ProjectId,
    project: &'a str,
    remaining_wan: Fen,
    carried_wan: Fen,
    annual_investment_wan: Fen,
    included: bool,
    note: &'a str,
    version: i64,
}

impl<'a> From<&'a NamedLine> for RecordedRollOverLine<'a> {
    fn from(named: &'a NamedLine) -> Self {
        let NamedLine { line, project } = named;
        Self {
            project_id: line.project_id,
            project,
            remaining_wan: line.remaining,
            carried_wan: line.carried,
            annual_investment_wan: line.annual,
            included: line.included,
            note: &line.note,
            version: line.version,
        }
    }
}

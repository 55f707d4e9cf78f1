//! Changes to one line of a proposed roll-over.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::roll_over::{RollOver, RollOverLine};
use crate::domain::text::Line;
use crate::domain::words::Words;
use crate::store::events::{self, Event, changes};
use crate::store::roll_overs::NamedLine;
use crate::store::roll_overs::recorded::RecordedRollOverLine;
use crate::store::{Conn, projects, roll_overs};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::check::Check;
use crate::usecases::patch::{Patch, Patchable};
use crate::usecases::precondition::Expected;
use crate::usecases::refusal::Refusal;
use crate::usecases::roll_overs::must_be_proposed;
use crate::usecases::roll_overs::view::RollOverLineView;

/// The part of a line that can be changed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollOverLineInput {
    /// Planned investment in the new year, in 万元; at most the project's total investment, and not
    /// zero if the project is included.
    pub annual_investment_wan: Fen,
    /// True if the project gets a plan for the new year.
    pub included: bool,
    /// Reason for the change.
    #[schema(max_length = 500)]
    pub note: String,
}

impl From<&RollOverLine> for RollOverLineInput {
    fn from(line: &RollOverLine) -> Self {
        Self {
            annual_investment_wan: line.annual,
            included: line.included,
            note: line.note.clone(),
        }
    }
}

impl Patchable for RollOverLineInput {
    const SCHEMA: &'static str = "RollOverLinePatch";
    const DESCRIPTION: &'static str =
        "A partial update of a roll-over line; absent fields are left unchanged.";
    const FIXED: &'static [&'static str] = &[];

    fn patch_sample() -> serde_json::Value {
        serde_json::json!({"annual_investment_wan": "9600.00", "note": "按合同工期测算"})
    }
}

/// Which line: the year of its roll-over and the project.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RollOverLineKey {
    /// The new year.
    pub year: Year,
    /// The project.
    pub project: ProjectId,
}

/// A line that was decided on and is to be saved.
pub(crate) struct RollOverLineChange {
    roll_over: RollOver,
    before: NamedLine,
    line: RollOverLine,
    stamp: Stamp,
}

/// Changes the amount of a line, excludes or includes its project.
///
/// # Errors
/// Not found; a conflict if the roll-over is confirmed; invalid, with every wrong field.
pub(crate) fn decide_update(
    ask: &mut Ask<'_>,
    key: RollOverLineKey,
    version: impl Into<Expected>,
    patch: &Patch<RollOverLineInput>,
) -> Result<RollOverLineChange, Refusal> {
    let roll_over = roll_overs::get(ask.conn, key.year)?;
    let before = roll_overs::line(ask.conn, roll_over.id, key.project)?;
    must_be_proposed(&roll_over)?;
    let project = projects::get(ask.conn, key.project, ask.sight())?;
    let changed = changed(&before.line, patch, project.facts.total)?;
    let version = version.into().of(before.line.version);
    let line = RollOverLine { version, ..changed };
    Ok(RollOverLineChange { roll_over, before, line, stamp: ask.stamp() })
}

/// `line` with the changes of `patch`; `total` is the project's total investment. An amount that
/// the patch does not name is not checked against it.
fn changed(
    line: &RollOverLine,
    patch: &Patch<RollOverLineInput>,
    total: Fen,
) -> Result<RollOverLine, Refusal> {
    let input = patch.merged(&RollOverLineInput::from(line))?;
    let mut check = Check::new();
    let pointer = "/annual_investment_wan";
    let given = patch
        .names("annual_investment_wan")
        .then(|| RollOverLine::check_annual(input.annual_investment_wan, total));
    let annual = check.optional(pointer, given).unwrap_or(line.annual);
    let note = check.field("/note", Line::parse(&input.note));
    if input.included && annual.is_zero() {
        let words = Words::new(
            "列入结转的项目须有年度计划投资；否则请将 included 设为 false。",
            "An included project must have an annual investment; otherwise set `included` to false.",
        );
        check.note(pointer, FieldError::new("", "zero", words));
    }
    let note = check.done(note)?.into_string();
    Ok(RollOverLine { annual, included: input.included, note, ..line.clone() })
}

/// Saves a line and records its event. The version of the roll-over moves too, so that a concurrent
/// confirmation fails instead of ignoring the change.
///
/// # Errors
/// Stale when somebody else changed the line or the roll-over.
pub(crate) fn save(
    conn: &mut Conn,
    change: RollOverLineChange,
) -> Result<RollOverLineView, Refusal> {
    let RollOverLineChange { roll_over, before, line, stamp } = change;
    roll_overs::save_line(conn, roll_over.id, &line)?;
    roll_overs::save(conn, &roll_over)?;
    let after = roll_overs::line(conn, roll_over.id, line.project_id)?;
    let recorded = RecordedRollOverLine::from(&before);
    let changes = changes(Some(&recorded), &RecordedRollOverLine::from(&after));
    let kind = "roll_over.line_changed";
    let event = Event::of_project(kind, "roll_over", roll_over.id.0, line.project_id, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(after.into())
}

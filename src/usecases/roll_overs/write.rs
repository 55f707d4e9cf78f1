//! Saving of a proposed or confirmed roll-over.

use crate::domain::roll_over::{RollOver, RollOverLine};
use crate::store::events::{self, Event, changes};
use crate::store::roll_overs::recorded::RecordedRollOver;
use crate::store::roll_overs::totals::{self, RollOverTotals};
use crate::store::{Conn, roll_overs};
use crate::usecases::ask::Stamp;
use crate::usecases::plans::year_plan::FirstVersion;
use crate::usecases::refusal::Refusal;
use crate::usecases::roll_overs::view::RollOverView;

/// A roll-over that was decided on and is to be saved.
pub(crate) struct RollOverChange {
    /// The kind of its event.
    pub(super) kind: &'static str,
    /// The roll-over before; `None` at the first proposal.
    pub(super) before: Option<RollOverTotals>,
    /// The roll-over to save.
    pub(super) roll_over: RollOver,
    /// What is written with it.
    pub(super) content: Content,
    /// Who does it, and when.
    pub(super) stamp: Stamp,
}

/// What is written with a roll-over.
pub(super) enum Content {
    /// The lines of a proposal.
    Lines(Vec<RollOverLine>),
    /// The year plans of a confirmation.
    Plans(Vec<FirstVersion>),
}

/// Saves a roll-over with its lines or year plans, and records its event.
///
/// # Errors
/// Stale when somebody else changed the roll-over or one of the projects.
pub(crate) fn save(conn: &mut Conn, change: RollOverChange) -> Result<RollOverView, Refusal> {
    let RollOverChange { kind, before, roll_over, content, stamp } = change;
    let id = if before.is_some() {
        roll_overs::save(conn, &roll_over)?;
        roll_over.id
    } else {
        roll_overs::insert(conn, &roll_over)?
    };
    match content {
        Content::Lines(lines) => roll_overs::replace_lines(conn, id, &lines)?,
        Content::Plans(plans) => {
            for plan in plans {
                plan.save(conn, &stamp)?;
            }
        }
    }
    let stored = roll_overs::get(conn, roll_over.year)?;
    let after = totals::of(conn, stored)?;
    let recorded = before.as_ref().map(RecordedRollOver::from);
    let changes = changes(recorded.as_ref(), &RecordedRollOver::from(&after));
    let event = Event::of(kind, "roll_over", id.0, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(after.into())
}

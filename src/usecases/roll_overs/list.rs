//! Roll-overs as they are now.

use crate::domain::month::Year;
use crate::store::PageRequest;
use crate::store::roll_overs::{self, totals};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;
use crate::usecases::roll_overs::view::{RollOverLineView, RollOverView};

/// The roll-over into a year, with the sums of its lines.
///
/// # Errors
/// Not found until it is proposed.
pub(crate) fn get(ask: &mut Ask<'_>, year: Year) -> Result<RollOverView, Refusal> {
    let roll_over = roll_overs::get(ask.conn, year)?;
    Ok(totals::of(ask.conn, roll_over)?.into())
}

/// The lines of a roll-over, by project id.
///
/// # Errors
/// Not found until it is proposed; a cursor of another list.
pub(crate) fn lines(
    ask: &mut Ask<'_>,
    year: Year,
    page: &PageRequest,
) -> Result<PageView<RollOverLineView>, Refusal> {
    let roll_over = roll_overs::get(ask.conn, year)?;
    let found = roll_overs::page(ask.conn, roll_over.id, page)?;
    Ok(PageView::of(found, RollOverLineView::from))
}

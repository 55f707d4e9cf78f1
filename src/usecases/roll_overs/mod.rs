//! Roll-overs of unfinished projects into a new year: propose, change line by line, confirm.

pub(crate) mod confirm;
pub(crate) mod line;
pub(crate) mod list;
pub(crate) mod propose;
pub(crate) mod view;
mod write;

pub(crate) use write::save;

use crate::domain::roll_over::{RollOver, RollOverState};
use crate::domain::words::Words;
use crate::usecases::refusal::Refusal;

/// Refuses a confirmed roll-over.
fn must_be_proposed(roll_over: &RollOver) -> Result<(), Refusal> {
    match roll_over.state {
        RollOverState::Proposed => Ok(()),
        RollOverState::Confirmed => {
            let year = roll_over.year;
            let words = Words::new(
                format!("{year} 年结转已确认，年度计划已生成；改动请用计划调整（adjustments）。"),
                format!(
                    "The roll-over into {year} is already confirmed; change the plans by adjustments."
                ),
            );
            Err(Refusal::conflict("roll-over-confirmed", words))
        }
    }
}

//! A roll-over with the sums of its lines.

use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::reporting_month::MonthState;
use crate::domain::roll_over::RollOver;
use crate::store::{Conn, Result, reporting_months, roll_overs};

/// A roll-over with the sums of its lines.
#[derive(Clone, Debug)]
pub(crate) struct RollOverTotals {
    /// The roll-over.
    pub roll_over: RollOver,
    /// Months of the old year that are still open.
    pub open_months: Vec<Month>,
    /// Number of lines.
    pub project_count: i64,
    /// Number of included lines.
    pub included_count: i64,
    /// Remaining investment of all lines.
    pub remaining: Fen,
    /// Uncompleted part of the old year's plans, of all lines.
    pub carried: Fen,
    /// Planned investment of the included lines in the new year.
    pub annual: Fen,
}

/// `roll_over` with the sums of its lines.
pub(crate) fn of(conn: &mut Conn, roll_over: RollOver) -> Result<RollOverTotals> {
    let lines = roll_overs::lines(conn, roll_over.id)?;
    let months = reporting_months::list(conn, Some(roll_over.through.year()))?;
    let open = months.iter().filter(|m| m.state == MonthState::Open).map(|m| m.month);
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let all = || lines.iter().map(|named| &named.line);
    let included = || all().filter(|line| line.included);
    Ok(RollOverTotals {
        open_months: open.collect(),
        project_count: count(lines.len()),
        included_count: count(included().count()),
        remaining: all().map(|line| line.remaining).sum(),
        carried: all().map(|line| line.carried).sum(),
        annual: included().map(|line| line.annual).sum(),
        roll_over,
    })
}

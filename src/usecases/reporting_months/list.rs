//! Reporting months as they are now.

use crate::domain::month::Year;
use crate::store::reporting_months;
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::view::ReportingMonthView;

/// The months of `year`, or of all years, that were ever opened; earliest first.
///
/// # Errors
/// Database errors only.
pub(crate) fn of_year(
    ask: &mut Ask<'_>,
    year: Option<Year>,
) -> Result<Vec<ReportingMonthView>, Refusal> {
    let all = reporting_months::list(ask.conn, year)?;
    Ok(all.into_iter().map(ReportingMonthView::from).collect())
}

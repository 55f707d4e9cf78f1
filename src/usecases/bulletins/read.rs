//! Reading bulletins.

use crate::domain::account::access::Sight;
use crate::domain::month::Month;
use crate::domain::reporting_month::MonthState;
use crate::store::{bulletins, reporting_months};
use crate::usecases::ask::Ask;
use crate::usecases::bulletins::figures::figures;
use crate::usecases::bulletins::view::{BulletinHead, BulletinView, NamedBulletin, PublishedNames};
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::view::ReportingMonthView;

/// All bulletins without their figures, in the order of publication.
///
/// # Errors
/// Database errors only.
pub(crate) fn list(ask: &mut Ask<'_>) -> Result<Vec<BulletinHead>, Refusal> {
    Ok(bulletins::heads(ask.conn)?.iter().map(BulletinHead::from).collect())
}

/// Closed months without a bulletin, earliest first.
///
/// # Errors
/// Database errors only.
pub(crate) fn list_publishable(ask: &mut Ask<'_>) -> Result<Vec<ReportingMonthView>, Refusal> {
    let months = reporting_months::list(ask.conn, None)?.into_iter();
    let closed = months.filter(|month| month.state == MonthState::Closed);
    Ok(closed.map(ReportingMonthView::from).collect())
}

/// The bulletin of a month, limited to the projects visible to the caller: the stored figures, or
/// the same formulas applied to the visible projects of the frozen data.
///
/// # Errors
/// Not found if the month is not published.
pub(crate) fn get(ask: &mut Ask<'_>, month: Month) -> Result<NamedBulletin, Refusal> {
    let bulletin = bulletins::get(ask.conn, month)?;
    let frozen = bulletin.frozen()?;
    let names = PublishedNames::from(&frozen);
    let figures = if ask.sight() == Sight::All {
        bulletin.figures_text()?
    } else {
        let request =
            SummaryRequest::of_bulletin(PeriodQuery::as_published(month), ask.sight(), frozen);
        figures(ask.conn, &request, bulletin.lists()?)?.to_text()?
    };
    let view = BulletinView { head: BulletinHead::from(&bulletin), figures };
    Ok(NamedBulletin { view, names })
}

/// The content text of a bulletin, over which its hash is computed.
///
/// # Errors
/// Not found if the month is not published.
pub(crate) fn content(ask: &mut Ask<'_>, month: Month) -> Result<String, Refusal> {
    Ok(bulletins::get(ask.conn, month)?.content)
}

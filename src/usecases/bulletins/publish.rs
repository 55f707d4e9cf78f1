//! Publishing a closed month.

use crate::domain::account::access::Sight;
use crate::domain::id::RestatementId;
use crate::domain::month::Month;
use crate::domain::reporting_month::ReportingMonth;
use crate::store::bulletins::content::{Content, LastEvent, Lists};
use crate::store::bulletins::frozen::Frozen;
use crate::store::bulletins::parts::Publication;
use crate::store::bulletins::{self, Bulletin};
use crate::store::events::{self, Event, FieldChange, changes, seal};
use crate::store::figures::source::Source;
use crate::store::reporting_months::recorded::RecordedReportingMonth;
use crate::store::reports::restatements;
use crate::store::{Conn, Result as StoreResult, plans, reporting_months};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::bulletins::figures::figures;
use crate::usecases::bulletins::open_issues;
use crate::usecases::bulletins::view::{BulletinHead, BulletinView, NamedRestatement, title};
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::refusal::Refusal;

/// Who publishes, and when.
#[derive(Clone, Debug)]
pub(crate) struct Publisher {
    /// User name shown in the bulletin.
    pub username: String,
    /// Author and time of the event.
    pub stamp: Stamp,
}

/// A month that is to be published, with its bulletin.
pub(crate) struct BulletinChange {
    /// The month as it is.
    before: ReportingMonth,
    /// The month, published.
    published: ReportingMonth,
    bulletin: Bulletin,
    stamp: Stamp,
}

/// Freezes a closed month. Locks the reporting months until the transaction ends.
///
/// # Errors
/// Not found; `month-not-closed`, `month-published`, `month-earlier-open`,
/// `month-later-published`.
pub(crate) fn decide(ask: &mut Ask<'_>, month: Month) -> Result<BulletinChange, Refusal> {
    reporting_months::lock(ask.conn)?;
    let username = ask.caller.user.username.clone();
    let publisher = Publisher { username, stamp: ask.stamp() };
    decide_by(ask.conn, month, publisher)
}

/// Freezes a closed month for a publisher who need not be a caller.
///
/// # Errors
/// As [`decide`].
pub(crate) fn decide_by(
    conn: &mut Conn,
    month: Month,
    publisher: Publisher,
) -> Result<BulletinChange, Refusal> {
    let before = reporting_months::get(conn, month)?;
    let others = reporting_months::list(conn, None)?;
    let published = before.clone().publish(&others)?;
    let bulletin = freeze(conn, &before, &publisher)?;
    Ok(BulletinChange { before, published, bulletin, stamp: publisher.stamp })
}

/// Saves the bulletin and its month, and records the event.
///
/// # Errors
/// Stale when somebody else changed the month.
pub(crate) fn save(conn: &mut Conn, change: BulletinChange) -> Result<BulletinView, Refusal> {
    let BulletinChange { before, published, bulletin, stamp } = change;
    reporting_months::save(conn, &published)?;
    let id = bulletins::insert(conn, &bulletin)?;
    let after = reporting_months::get(conn, bulletin.month)?;
    let recorded = RecordedReportingMonth::from(&before);
    let mut changed = changes(Some(&recorded), &RecordedReportingMonth::from(&after));
    changed.push(FieldChange::said("sha256", &bulletin.sha256));
    let event = Event::of("bulletin.published", "bulletin", id.0, changed);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    let figures = bulletin.figures_text()?;
    Ok(BulletinView { head: BulletinHead::from(&bulletin), figures })
}

/// The bulletin of a closed month: its figures, computed from its frozen data, and the data.
///
/// Seals all events first, so that the bulletin names the last one it includes.
fn freeze(
    conn: &mut Conn,
    month: &ReportingMonth,
    publisher: &Publisher,
) -> Result<Bulletin, Refusal> {
    seal::seal_all(conn)?;
    let through = month.month;
    let now = publisher.stamp.now;
    let publication = Publication {
        month: through,
        published_at: now.instant,
        published_on: now.today,
        last_event: seal::head(conn)?,
        synthetic: plans::find(conn, through.year())?.is_some_and(|plan| plan.synthetic),
    };
    let frozen = Frozen::of(publication, &Source::Live.parts(conn, through)?);
    let last = bulletins::last(conn)?;
    let lists = lists(conn, month, last.as_ref())?;
    let request =
        SummaryRequest::of_bulletin(PeriodQuery::as_published(through), Sight::All, frozen.clone());
    let anchor = seal::anchor(conn)?;
    let content = Content {
        month: through,
        title: title(through),
        previous_sha256: last.map(|last| last.sha256),
        published_at: now.instant,
        published_by: &publisher.username,
        events: LastEvent { sequence: anchor.sequence, hash: anchor.hash },
        figures: figures(conn, &request, lists)?,
        register: &frozen,
    };
    Ok(Bulletin::of(&content)?)
}

/// The restatements since the `last` bulletin, and the issues open when `month` was closed.
fn lists(conn: &mut Conn, month: &ReportingMonth, last: Option<&Bulletin>) -> StoreResult<Lists> {
    let included = match last {
        Some(last) => last.frozen()?.restatement_ids,
        None => Vec::new(),
    };
    let restatements = restated_since(conn, &included)?;
    Ok(Lists {
        restatements: restatements.into_iter().map(Into::into).collect(),
        issues: open_issues::list(conn, month)?,
    })
}

/// Restatements that are not in `included`, the ids that a bulletin included. Creation times cannot
/// be compared: a restatement created earlier may have been committed later.
pub(super) fn restated_since(
    conn: &mut Conn,
    included: &[RestatementId],
) -> StoreResult<Vec<NamedRestatement>> {
    let all = restatements::all(conn)?.into_iter();
    let new = all.filter(|(restatement, _)| !included.contains(&restatement.id));
    Ok(new.map(|(restatement, project)| NamedRestatement { restatement, project }).collect())
}

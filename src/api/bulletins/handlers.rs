//! Bulletins: publication of closed months, and reading what was published.

use std::collections::BTreeMap;

use actix_web::web::Data;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::to_value;
use utoipa::ToSchema;

use crate::api::bulletins::figures::{
    BulletinFigures, BulletinIssue, BulletinRestatement, Listed, as_published,
};
use crate::api::bulletins::reply::{Kept, RenderQuery, Rendered, Wanted};
use crate::api::bulletins::tables::Names;
use crate::api::figures::asked::{Asking, thaw};
use crate::api::reporting_months::handlers::MonthPath;
use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::id::{IssueId, RestatementId};
use crate::domain::issue::{IssueCategory, IssueLevel, IssueState};
use crate::domain::month::Month;
use crate::domain::report::restatement::Restatement;
use crate::domain::reporting_month::ReportingMonth;
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::Created;
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::bulletins;
use crate::store::bulletins::Bulletin;
use crate::store::bulletins::frozen::Frozen;
use crate::store::events;
use crate::store::events::seal;
use crate::store::events::seal::Anchor;
use crate::store::events::{Author, Change, Event, changes};
use crate::store::figures::source::Source;
use crate::store::issues::recorded::{IssueReplay, RecordedIssue, RecordedIssueUnit};
use crate::store::reports::restatements;
use crate::store::{Conn, StoreError, plans, reporting_months};
use crate::usecases::answer::{PageView, Versioned};
use crate::usecases::ask::Now;
use crate::usecases::issues::view::{IssueFacts, IssueUnit};
use crate::usecases::permission::{PublishBulletins, ReadSummaries};
use crate::usecases::reporting_months::view::ReportingMonthView;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["bulletins"; publish_month, list_bulletins, get_bulletin, get_bulletin_content]
}

/// Title, hashes and publication of a bulletin, without its figures.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BulletinHead {
    /// The published month.
    pub month: Month,
    /// Title of the bulletin.
    #[schema(example = "2021年6月重大项目调度通报")]
    pub title: String,
    /// SHA-256 of the frozen content, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// Hash of the previously published bulletin; null for the first one.
    #[schema(value_type = Option<String>, pattern = "^[0-9a-f]{64}$")]
    pub previous_sha256: Option<String>,
    /// Time of publication.
    pub published_at: Timestamp,
    /// User name of the publisher.
    pub published_by: String,
}

impl From<&Bulletin> for BulletinHead {
    fn from(bulletin: &Bulletin) -> Self {
        Self {
            month: bulletin.month,
            title: title(bulletin.month),
            sha256: bulletin.sha256.clone(),
            previous_sha256: bulletin.previous_sha256.clone(),
            published_at: bulletin.published_at,
            published_by: bulletin.published_by.clone(),
        }
    }
}

/// A bulletin: a published month with its figures.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Bulletin)]
pub struct BulletinView {
    /// Title, hashes and publication.
    #[serde(flatten)]
    pub head: BulletinHead,
    /// Figures of the projects visible to the caller; amounts in 万元.
    #[schema(value_type = BulletinFigures)]
    pub figures: Value,
}

impl Versioned for BulletinView {
    /// Always 1: bulletins never change.
    fn version(&self) -> i64 {
        1
    }
}

/// Title of a month's bulletin.
pub fn title(month: Month) -> String {
    format!("{}年{}月重大项目调度通报", month.year(), month.number())
}

/// Frozen content of a bulletin; the bulletin's hash is computed over its JSON text.
#[derive(Serialize)]
struct Content<'a> {
    month: Month,
    title: String,
    previous_sha256: Option<String>,
    published_at: Timestamp,
    published_by: &'a str,
    /// Last sealed event at the time of publication.
    events: Anchor,
    figures: Value,
    register: &'a Frozen,
}

/// Frozen content of a bulletin, over which its hash is computed.
#[derive(ToSchema)]
#[schema(as = BulletinContent)]
#[expect(dead_code, reason = "describes a text that is kept to the byte")]
pub struct ContentView {
    /// The published month.
    month: Month,
    /// Title of the bulletin.
    title: String,
    /// Hash of the previously published bulletin; null for the first one.
    #[schema(value_type = Option<String>)]
    previous_sha256: Option<String>,
    /// Time of publication.
    published_at: Timestamp,
    /// User name of the publisher.
    published_by: String,
    /// Last sealed event at the time of publication: its `sequence` and `hash`.
    #[schema(value_type = Object)]
    events: Anchor,
    /// Figures of all projects.
    figures: BulletinFigures,
    /// Snapshot of the input data of the figures: projects with plans, reports, restatements,
    /// milestones and units; plan envelopes, due dates and the rules of lights.
    #[schema(value_type = Object)]
    register: Value,
}

/// Parts of the frozen content that are read back.
#[derive(Deserialize)]
struct Shown {
    figures: Value,
}

/// Publish a month
///
/// Freezes the figures of a closed month together with the data they are computed from. The hash
/// covers both and the hash of the previous bulletin. Later changes never alter a bulletin.
#[utoipa::path(
    post, path = "/reporting-months/{month}/publication",
    responses((status = 409, description = "The month is open or already published, an earlier month is still open, or a later month is already published.")),
)]
pub async fn publish_month(
    app: Data<App>,
    who: Permit<PublishBulletins>,
    path: Path<MonthPath>,
    once: Once,
) -> Result<Created<BulletinView>, Problem> {
    let (Path(MonthPath { month }), caller, now) = (path, who.caller, app.now());
    let view = once
        .write(&app, move |conn| -> Result<_, Problem> {
            reporting_months::lock(conn)?;
            let bulletin = publish(conn, month, &caller.user.username, &caller.author, now)?;
            shown(conn, &bulletin, Sight::All)
        })
        .await?;
    Ok(Created { view, location: format!("/bulletins/{month}") })
}

/// Publishes a closed month; `by` is the publisher's user name.
pub fn publish(
    conn: &mut Conn,
    month: Month,
    by: &str,
    author: &Author,
    now: Now,
) -> Result<Bulletin, Problem> {
    let old = reporting_months::get(conn, month)?;
    let before = ReportingMonthView::from(old.clone());
    let others = reporting_months::list(conn, None)?;
    let published = old.clone().publish(&others)?;
    let bulletin = freeze(conn, &old, by, now)?;
    reporting_months::save(conn, &published)?;
    let id = bulletins::insert(conn, &bulletin)?;
    let after = ReportingMonthView::from(reporting_months::get(conn, month)?);
    let mut changed = changes(Some(&before), &after);
    changed.push(Change::said("sha256", &bulletin.sha256));
    let event = Event::of("bulletin.published", "bulletin", id.0, changed);
    events::record(conn, author, now.instant, &event)?;
    Ok(bulletin)
}

/// Computes the figures of a closed month and freezes them with their input data.
fn freeze(
    conn: &mut Conn,
    month: &ReportingMonth,
    published_by: &str,
    now: Now,
) -> Result<Bulletin, Problem> {
    let through = month.month;
    seal::seal_all(conn)?;
    let parts = Source::Live.parts(conn, through)?;
    let synthetic = plans::find(conn, through.year())?.is_some_and(|plan| plan.synthetic);
    let stated = (seal::head(conn)?, synthetic);
    let frozen = Frozen::of((through, now.today, now.instant), stated, &parts);
    let last = bulletins::last(conn)?;
    let known = match &last {
        Some(last) => thaw(last)?.restatement_ids,
        None => Vec::new(),
    };
    let restatements = restated_since(conn, &known)?;
    let listed = Listed { restatements, issues: open_issues(conn, month)? };
    let previous_sha256 = last.map(|last| last.sha256);
    let asking = Asking::of_bulletin(as_published(through), Sight::All, frozen.clone());
    let before = asking.month_before(conn)?;
    let figures = BulletinFigures::of(conn, &asking, before.as_ref(), listed)?;
    let content = Content {
        month: through,
        title: title(through),
        previous_sha256: previous_sha256.clone(),
        published_at: now.instant,
        published_by,
        events: seal::anchor(conn)?,
        figures: to_value(figures).map_err(Problem::broken)?,
        register: &frozen,
    };
    let content = serde_json::to_string(&content).map_err(Problem::broken)?;
    let by = (now.instant, published_by.to_owned());
    Ok(Bulletin::new(through, content, previous_sha256, by))
}

/// Restatements that are not in `known`, the ids the previous bulletin included. Creation times
/// cannot be compared: a restatement created earlier may have been committed later.
pub fn restated_since(
    conn: &mut Conn,
    known: &[RestatementId],
) -> Result<Vec<BulletinRestatement>, Problem> {
    let view = |(r, project): (Restatement, String)| BulletinRestatement {
        project_id: r.project_id,
        project,
        month: r.month,
        amount_wan: r.amount,
        reason: r.reason,
        approver: r.approver,
        created_at: r.created_at,
    };
    let all = restatements::all(conn)?.into_iter();
    Ok(all.filter(|(r, _)| !known.contains(&r.id)).map(view).collect())
}

/// Issues open when `month` was closed, in the state they had then, reconstructed from their
/// events.
fn open_issues(conn: &mut Conn, month: &ReportingMonth) -> Result<Vec<BulletinIssue>, Problem> {
    let Some(closed_at) = month.closed_at else {
        return Ok(Vec::new());
    };
    let mut replays: BTreeMap<i64, IssueReplay> = BTreeMap::new();
    for event in events::of_kind_until(conn, "issue", closed_at)? {
        replays.entry(event.subject_id).or_default().apply(&event);
    }
    let names = Source::Live.names(conn, replays.values().filter_map(IssueReplay::project))?;
    let day = month.month.last_day();
    let open = replays.iter().filter(|(_, replay)| replay.state() != IssueState::Cleared);
    let issue = |(id, replay): (&i64, &IssueReplay)| {
        let facts = facts(replay.issue(), day)?;
        Some(BulletinIssue {
            id: IssueId(*id),
            project: names.get(&facts.project_id).cloned().unwrap_or_default().0,
            age_days: (day - facts.raised_on).num_days().max(0),
            overdue: facts.due_on < day,
            facts,
        })
    };
    Ok(open.filter_map(issue).collect())
}

/// The recorded issue with a default in place of each field its events lack; `None` if it belongs
/// to no project.
fn facts(recorded: RecordedIssue, day: NaiveDate) -> Option<IssueFacts> {
    let unit = |unit: RecordedIssueUnit| {
        let RecordedIssueUnit { unit_id, unit, leads } = unit;
        unit_id.map(|unit_id| IssueUnit { unit_id, unit, leads })
    };
    Some(IssueFacts {
        project_id: recorded.project_id?,
        title: recorded.title.unwrap_or_default(),
        category: recorded.category.unwrap_or(IssueCategory::Other),
        level: recorded.level.unwrap_or(IssueLevel::Unit),
        asked: recorded.asked.unwrap_or_default(),
        due_on: recorded.due_on.unwrap_or(day),
        state: recorded.state.unwrap_or(IssueState::Raised),
        units: recorded.units.into_iter().filter_map(unit).collect(),
        raised_on: recorded.raised_on.unwrap_or(day),
        raised_by: recorded.raised_by.unwrap_or_default(),
        cleared_on: recorded.cleared_on,
    })
}

/// A bulletin limited to `sight`: the frozen figures, or the same formulas applied to the visible
/// projects of the frozen data.
pub fn shown(conn: &mut Conn, bulletin: &Bulletin, sight: Sight) -> Result<BulletinView, Problem> {
    let Shown { figures } = serde_json::from_str(&bulletin.content).map_err(Problem::broken)?;
    let head = BulletinHead::from(bulletin);
    if sight == Sight::All {
        return Ok(BulletinView { head, figures });
    }
    let listed = serde_json::from_value(figures).map_err(Problem::broken)?;
    let asking = Asking::of_bulletin(as_published(bulletin.month), sight, thaw(bulletin)?);
    let before = asking.month_before(conn)?;
    let figures = BulletinFigures::of(conn, &asking, before.as_ref(), listed)?;
    Ok(BulletinView { head, figures: to_value(figures).map_err(Problem::broken)? })
}

/// The lists of a bulletin that are not aggregated from project figures.
pub fn listed(bulletin: &Bulletin) -> Result<Listed, Problem> {
    let Shown { figures } = serde_json::from_str(&bulletin.content).map_err(Problem::broken)?;
    serde_json::from_value(figures).map_err(Problem::broken)
}

/// List bulletins
///
/// All published months with their hashes, in the order of publication.
#[utoipa::path(get, path = "/bulletins")]
pub async fn list_bulletins(
    app: Data<App>,
    _who: Permit<ReadSummaries>,
) -> Result<Sheet<PageView<BulletinHead>>, Problem> {
    let all = app.db.read(bulletins::heads).await?;
    Ok(Sheet(PageView::whole(all.iter().map(BulletinHead::from).collect())))
}

/// Show a bulletin
///
/// The month as it was published, limited to projects visible to the caller. `format` or `Accept`
/// selects JSON, an xlsx workbook, or an HTML page for printing on A4 landscape.
#[utoipa::path(get, path = "/bulletins/{month}")]
async fn get_bulletin(
    app: Data<App>,
    who: Permit<ReadSummaries>,
    path: Path<MonthPath>,
    query: Query<RenderQuery>,
    accepted: Wanted,
) -> Result<Rendered, Problem> {
    let (Path(at), Query(asked)) = (path, query);
    let (view, names) = read_bulletin(&app, &who, at.month).await?;
    Rendered::of(view, &names, asked.format.unwrap_or(accepted.0))
}

/// A bulletin limited to what the caller may see, with the names of areas and industries at the
/// time of publication.
///
/// # Errors
/// 404 if the month is not published.
pub async fn read_bulletin(
    app: &App,
    who: &Permit<ReadSummaries>,
    month: Month,
) -> Result<(BulletinView, Names), Problem> {
    let sight = who.sees();
    app.db
        .read(move |conn| -> Result<_, Problem> {
            let bulletin = bulletins::get(conn, month)?;
            let names = Names::of(&thaw(&bulletin)?);
            Ok((shown(conn, &bulletin, sight)?, names))
        })
        .await
}

/// Get the frozen content of a bulletin
///
/// The exact bytes over which the bulletin's SHA-256 is computed. They contain the hash of the
/// previous bulletin, so bulletins form a verifiable chain.
#[utoipa::path(get, path = "/bulletins/{month}/content")]
async fn get_bulletin_content(
    app: Data<App>,
    _who: Permit<PublishBulletins>,
    path: Path<MonthPath>,
) -> Result<Kept, Problem> {
    let Path(at) = path;
    let bulletin = app
        .db
        .read(move |conn| -> Result<_, StoreError> { bulletins::get(conn, at.month) })
        .await?;
    Ok(Kept(bulletin.content))
}

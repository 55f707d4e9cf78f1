//! Bulletins: publication of closed months, and reading what was published.

use crate::api::bulletins::reply::{AcceptedFormat, FormatQuery, RenderedBulletin, StoredText};
use crate::api::reporting_months::handlers::MonthPath;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::Created;
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::http::rows::{PartOfList, Rows};
use crate::http::stored::Stored;
use crate::routes;
use crate::usecases::answer::PageView;
use crate::usecases::bulletins::comparison::BulletinComparison;
use crate::usecases::bulletins::view::BulletinHead;
use crate::usecases::bulletins::view::BulletinView;
use crate::usecases::bulletins::{comparison, publish, read};
use crate::usecases::permission::{PublishBulletins, ReadSummaries};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes![
        "bulletins";
        publish_month, list_bulletins, get_bulletin, get_bulletin_content, get_bulletin_comparison,
    ]
}

/// Publish a month
///
/// Freezes the figures of a closed month together with the data they are computed from. The hash
/// covers both and the hash of the previous bulletin. Later changes never alter a bulletin.
#[utoipa::path(
    post, path = "/reporting-months/{month}/publication",
    responses((status = 409, description = "The month is open or already published, an earlier month is still open, or a later month is already published.")),
)]
async fn publish_month(
    who: Permit<PublishBulletins>,
    Path(at): Path<MonthPath>,
    once: Once,
) -> Result<Stored<Created<BulletinView>>, Problem> {
    once.change(&who, move |ask| publish::decide(ask, at.month), publish::save, created).await
}

fn created(view: BulletinView) -> Created<BulletinView> {
    Created { location: format!("/bulletins/{}", view.head.month), view }
}

/// List bulletins
///
/// All published months with their hashes, in the order of publication.
#[utoipa::path(get, path = "/bulletins")]
async fn list_bulletins(
    who: Permit<ReadSummaries>,
    Query(part): Query<PartOfList>,
) -> Result<Rows<PageView<BulletinHead>>, Problem> {
    let all = who.ask(read::list).await?;
    part.of(all, |bulletin| bulletin.month)
}

/// Show a bulletin
///
/// The month as it was published, limited to projects visible to the caller. `format` or `Accept`
/// selects JSON, an xlsx workbook, or an HTML page for printing on A4 landscape.
#[utoipa::path(get, path = "/bulletins/{month}")]
async fn get_bulletin(
    who: Permit<ReadSummaries>,
    Path(at): Path<MonthPath>,
    Query(query): Query<FormatQuery>,
    accepted: AcceptedFormat,
) -> Result<RenderedBulletin, Problem> {
    let bulletin = who.ask(move |ask| read::get(ask, at.month)).await?;
    RenderedBulletin::of(bulletin, query.format.unwrap_or(accepted.0))
}

/// Get the frozen content of a bulletin
///
/// The exact bytes over which the bulletin's SHA-256 is computed. They contain the hash of the
/// previous bulletin, so bulletins form a verifiable chain.
#[utoipa::path(get, path = "/bulletins/{month}/content")]
async fn get_bulletin_content(
    who: Permit<PublishBulletins>,
    Path(at): Path<MonthPath>,
) -> Result<StoredText, Problem> {
    who.ask(move |ask| read::content(ask, at.month)).await.map(StoredText)
}

/// Compare a bulletin with the current figures
///
/// Completed investment and year plans up to the month, as published and as of now, with the
/// restatements made since the publication.
#[utoipa::path(get, path = "/bulletins/{month}/comparison")]
async fn get_bulletin_comparison(
    who: Permit<ReadSummaries>,
    Path(at): Path<MonthPath>,
) -> Result<Json<BulletinComparison>, Problem> {
    who.ask(move |ask| comparison::get(ask, at.month)).await.map(Json)
}

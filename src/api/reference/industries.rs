//! The industry tree.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::{PartOfList, Rows};
use crate::http::stored::Stored;
use crate::routes;
use crate::usecases::answer::PageView;
use crate::usecases::patch::Patch;
use crate::usecases::permission::{EditReference, ReadReference};
use crate::usecases::reference::industries::{self, IndustryInput, IndustryView};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["industries"; list_industries, create_industry, get_industry, update_industry]
}

/// Path of an industry.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct IndustryPath {
    /// The industry's code.
    #[param(example = "next_gen_it")]
    pub industry: String,
}

/// List industries
///
/// The whole industry tree, in the order of the plan document.
#[utoipa::path(get, path = "/industries")]
async fn list_industries(
    who: Permit<ReadReference>,
    Query(part): Query<PartOfList>,
) -> Result<Rows<PageView<IndustryView>>, Problem> {
    part.of(who.ask(industries::list).await?, |industry| industry.id)
}

/// Show an industry
///
/// Returns the industry with this code.
#[utoipa::path(get, path = "/industries/{industry}")]
async fn get_industry(
    who: Permit<ReadReference>,
    Path(path): Path<IndustryPath>,
    _etag: Conditional,
) -> Result<Tagged<IndustryView>, Problem> {
    who.ask(move |ask| industries::get(ask, &path.industry)).await.map(Tagged)
}

/// Add an industry
///
/// Adds an industry to the tree, at the top level or below a parent. The parent must have no parent
/// itself, and no projects or envelopes. Commission only.
#[utoipa::path(
    post, path = "/industries",
    responses((status = 409, description = "Another industry has this code.")),
)]
async fn create_industry(
    who: Permit<EditReference>,
    Body(input): Body<IndustryInput>,
    once: Once,
) -> Result<Stored<Created<IndustryView>>, Problem> {
    once.change(
        &who,
        move |ask| industries::decide_creation(ask, &input),
        industries::save,
        created,
    )
    .await
}

fn created(view: IndustryView) -> Created<IndustryView> {
    Created { location: format!("/industries/{}", view.code), view }
}

/// Change an industry
///
/// Changes the given fields; absent fields stay as they are. Code and group cannot be changed.
/// Commission only.
#[utoipa::path(patch, path = "/industries/{industry}")]
async fn update_industry(
    who: Permit<EditReference>,
    Path(path): Path<IndustryPath>,
    IfMatch(version): IfMatch,
    Body(patch): Body<Patch<IndustryInput>>,
) -> Result<Tagged<IndustryView>, Problem> {
    who.change(
        move |ask| industries::decide_update(ask, &path.industry, version, &patch),
        industries::save,
    )
    .await
    .map(Tagged)
}

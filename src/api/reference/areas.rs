//! Reporting areas: counties and municipal zones.

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
use crate::usecases::reference::areas::{self, AreaInput, AreaView};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["areas"; list_areas, create_area, get_area, update_area]
}

/// Path of an area.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct AreaPath {
    /// The area's code.
    #[param(example = "dongying")]
    pub area: String,
}

/// List areas
///
/// All reporting areas, by position.
#[utoipa::path(get, path = "/areas")]
async fn list_areas(
    who: Permit<ReadReference>,
    Query(part): Query<PartOfList>,
) -> Result<Rows<PageView<AreaView>>, Problem> {
    part.of(who.ask(areas::list).await?, |area| area.id)
}

/// Show an area
///
/// Returns the area with this code.
#[utoipa::path(get, path = "/areas/{area}")]
async fn get_area(
    who: Permit<ReadReference>,
    Path(path): Path<AreaPath>,
    _etag: Conditional,
) -> Result<Tagged<AreaView>, Problem> {
    who.ask(move |ask| areas::get(ask, &path.area)).await.map(Tagged)
}

/// Add an area
///
/// Adds a reporting area. Commission only.
#[utoipa::path(
    post, path = "/areas",
    responses((status = 409, description = "Another area has this code.")),
)]
async fn create_area(
    who: Permit<EditReference>,
    Body(input): Body<AreaInput>,
    once: Once,
) -> Result<Stored<Created<AreaView>>, Problem> {
    once.change(&who, move |ask| areas::decide_creation(ask, &input), areas::save, created).await
}

fn created(view: AreaView) -> Created<AreaView> {
    Created { location: format!("/areas/{}", view.code), view }
}

/// Change an area
///
/// Changes the given fields; absent fields stay as they are. Code and kind cannot be changed.
/// Commission only.
#[utoipa::path(patch, path = "/areas/{area}")]
async fn update_area(
    who: Permit<EditReference>,
    Path(path): Path<AreaPath>,
    IfMatch(version): IfMatch,
    Body(patch): Body<Patch<AreaInput>>,
) -> Result<Tagged<AreaView>, Problem> {
    who.change(move |ask| areas::decide_update(ask, &path.area, version, &patch), areas::save)
        .await
        .map(Tagged)
}

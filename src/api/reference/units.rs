//! Responsible units: departments, zones, enterprises.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::id::UnitId;
use crate::domain::reference::unit::UnitKind;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::http::stored::Stored;
use crate::routes;
use crate::store::PageRequest;
use crate::store::reference::units::UnitFilter;
use crate::usecases::answer::PageView;
use crate::usecases::patch::Patch;
use crate::usecases::permission::{EditReference, ReadReference};
use crate::usecases::reference::units::{self, UnitInput, UnitView};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["units"; list_units, create_unit, get_unit, update_unit]
}

/// Path of a unit.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct UnitPath {
    /// The unit's id.
    pub unit_id: UnitId,
}

/// Filters and page of a list of units.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnitQuery {
    /// Only units of one of these kinds.
    #[serde(default)]
    pub kind: Vec<UnitKind>,
    /// Only units whose name or credit code contains this text; case, width and form of letters do
    /// not matter.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    pub q: Option<String>,
    /// Page size.
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
    /// `next_cursor` of the previous page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// List units
///
/// Responsible units by name, page by page.
#[utoipa::path(get, path = "/units")]
async fn list_units(
    who: Permit<ReadReference>,
    Query(query): Query<UnitQuery>,
) -> Result<Rows<PageView<UnitView>>, Problem> {
    let page = PageRequest::new(query.limit, query.cursor);
    let filter = UnitFilter { kinds: query.kind, q: query.q };
    who.rows(page, move |ask, page| units::list(ask, &filter, page)).await
}

/// Show a unit
///
/// Returns the unit with this id.
#[utoipa::path(get, path = "/units/{unit_id}")]
async fn get_unit(
    who: Permit<ReadReference>,
    Path(path): Path<UnitPath>,
    _etag: Conditional,
) -> Result<Tagged<UnitView>, Problem> {
    who.ask(move |ask| units::get(ask, path.unit_id)).await.map(Tagged)
}

/// Add a unit
///
/// Adds a responsible unit. A credit code with a wrong check digit requires `credit_code_reason`.
/// Commission only.
#[utoipa::path(
    post, path = "/units",
    responses((status = 409, description = "Another unit has this name or credit code.")),
)]
async fn create_unit(
    who: Permit<EditReference>,
    Body(input): Body<UnitInput>,
    once: Once,
) -> Result<Stored<Created<UnitView>>, Problem> {
    once.change(&who, move |ask| units::decide_creation(ask, &input), units::save, created).await
}

fn created(view: UnitView) -> Created<UnitView> {
    Created { location: format!("/units/{}", view.id), view }
}

/// Change a unit
///
/// Changes the given fields; absent fields stay as they are. Commission only.
#[utoipa::path(
    patch, path = "/units/{unit_id}",
    responses((status = 409, description = "Another unit has this name or credit code.")),
)]
async fn update_unit(
    who: Permit<EditReference>,
    Path(path): Path<UnitPath>,
    IfMatch(version): IfMatch,
    Body(patch): Body<Patch<UnitInput>>,
) -> Result<Tagged<UnitView>, Problem> {
    who.change(move |ask| units::decide_update(ask, path.unit_id, version, &patch), units::save)
        .await
        .map(Tagged)
}

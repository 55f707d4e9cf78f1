//! Reconciliation: digests per industry line and month, so that a mirror can find what differs.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::month::Year;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::routes;
use crate::usecases::events::digests::{self, Digests};
use crate::usecases::permission::ReadProjects;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["events"; get_digests]
}

/// Query parameters of the digests.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DigestQuery {
    /// Year whose months are returned.
    #[param(example = 2021)]
    year: Year,
}

/// Compare a mirror with the register
///
/// Count, sum and hash of the data visible to the caller, per industry line and month. A mirror
/// computes the same values and reloads only the groups that differ. Groups without data are
/// omitted. A report counts in the industry line its project belongs to now.
#[utoipa::path(get, path = "/digests")]
async fn get_digests(
    who: Permit<ReadProjects>,
    Query(query): Query<DigestQuery>,
) -> Result<Json<Digests>, Problem> {
    who.ask(move |ask| digests::get(ask, query.year)).await.map(Json)
}

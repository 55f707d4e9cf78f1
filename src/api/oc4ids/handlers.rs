//! Export of projects as a package of the Open Contracting for Infrastructure Data Standard
//! (OC4IDS).

use actix_web::HttpRequest;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::config::Config;
use crate::domain::month::Year;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Query, QueryPair};
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::routes;
use crate::usecases::oc4ids::view::Package;
use crate::usecases::oc4ids::{self, Publication};
use crate::usecases::permission::ReadProjects;
use crate::usecases::projects::filter::FilterQuery;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["projects"; get_oc4ids_package]
}

/// Query parameters of the package, besides the project filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PackageQuery {
    /// Only projects in the register in this year. Their data of all years is included.
    #[param(nullable = false, example = 2021)]
    pub year: Option<Year>,
}

/// Export projects as open data (OC4IDS)
///
/// The projects visible to the caller, filtered as in the project list, as an OC4IDS 0.9.5 project
/// package: status, type and sector in the standard's codes, amounts in 元 with two decimals,
/// planned and completed investment by month, physical progress, milestones, and the units with
/// their roles. The package is meant for publication: it never contains restricted projects,
/// persons, contacts or telephone numbers. At most 5,000 projects.
#[utoipa::path(
    get, path = "/exports/oc4ids",
    responses((status = 404, description = "No project with `visibility` `open` that the caller may see matches the filter; a package must contain at least one.")),
)]
async fn get_oc4ids_package(
    who: Permit<ReadProjects>,
    Query(QueryPair(filter, query)): Query<QueryPair<FilterQuery, PackageQuery>>,
    request: HttpRequest,
) -> Result<Json<Package>, Problem> {
    let publication = publication(&who.app.config, &request);
    who.ask(move |ask| oc4ids::package(ask, &filter, query.year, publication)).await.map(Json)
}

fn publication(config: &Config, request: &HttpRequest) -> Publication {
    let settings = config.oc4ids.clone();
    Publication {
        uri: uri(request, &config.listen.to_string()),
        prefix: settings.oc4ids_prefix,
        publisher: settings.oc4ids_publisher,
        license: settings.oc4ids_license,
    }
}

/// URI of the request, built only from validated or re-encoded parts; `instead` replaces an
/// unusable host.
fn uri(request: &HttpRequest, instead: &str) -> String {
    let connection = request.connection_info();
    let plain = |c: u8| c.is_ascii_alphanumeric() || b".-_:[]".contains(&c);
    let host = Some(connection.host()).filter(|h| !h.is_empty() && h.bytes().all(plain));
    let scheme = if connection.scheme() == "https" { "https" } else { "http" };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(form_urlencoded::parse(request.query_string().as_bytes()));
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{scheme}://{}{}{mark}{query}", host.unwrap_or(instead), request.path())
}

//! Export of projects as a package of the Open Contracting for Infrastructure Data Standard
//! (OC4IDS).

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::oc4ids::project::Names;
use crate::api::oc4ids::view::{Package, Publisher};
use crate::domain::error::FieldError;
use crate::domain::month::Year;
use crate::domain::oc4ids;
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Both, Query};
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::routes;
use crate::store::oc4ids as disclosures;
use crate::store::oc4ids::Disclosure;
use crate::store::reference::{areas, industries};
use crate::usecases::permission::ReadProjects;
use crate::usecases::projects::filter::FilterQuery;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["projects"; get_oc4ids_package]
}

/// Query parameters of the package, besides the project filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PackageQuery {
    /// Only projects in the register in this year. Their data of all years is included.
    #[param(nullable = false, example = 2021)]
    pub year: Option<Year>,
}

/// Maximum number of projects in one package; enough for a city. A province publishes one package
/// per area.
const MOST: i64 = 5_000;

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
    app: Data<App>,
    who: Permit<ReadProjects>,
    query: Query<Both<FilterQuery, PackageQuery>>,
    request: HttpRequest,
) -> Result<Json<Package>, Problem> {
    let Query(Both(filter, asked)) = query;
    let (sight, today, settings) = (who.sees(), app.calendar.today(), app.config.oc4ids.clone());
    let prefix = settings.oc4ids_prefix;
    let (found, names) = app
        .db
        .read(move |conn| -> Result<(Vec<Disclosure>, Names), Problem> {
            let filter = filter.known(conn, asked.year)?;
            let found = disclosures::list(conn, &filter, sight, MOST)?.ok_or_else(too_many)?;
            let industries = industries::all(conn)?.into_iter().map(|i| (i.id, i)).collect();
            let areas = areas::all(conn)?.into_iter().map(|a| (a.id, a)).collect();
            Ok((found, Names { prefix, industries, areas, today }))
        })
        .await?;
    let published_date = found.iter().map(|d| d.changed_at).max().ok_or_else(nothing)?;
    Ok(Json(Package {
        uri: uri(&request, &app.config.listen.to_string()),
        published_date,
        version: oc4ids::VERSION,
        publisher: Publisher { name: settings.oc4ids_publisher },
        license: settings.oc4ids_license,
        projects: found.into_iter().map(|disclosure| names.project(disclosure)).collect(),
    }))
}

fn too_many() -> Problem {
    let words = Words::new(
        format!("一个数据包最多 {MOST} 个项目，请按年份、区域或行业缩小范围。"),
        format!("A package can contain at most {MOST} projects; filter by year, area or industry."),
    );
    Problem::bad_parameters(vec![FieldError::new("?year".to_owned(), "too-many", words)])
}

fn nothing() -> Problem {
    let detail = Words::new(
        "所选范围内没有可公开的项目，数据包至少须有一个；请放宽筛选条件。",
        "No project with `visibility` `open` that you may see matches the filter, and a package must contain at least one; widen the filter.",
    );
    Problem::new(StatusCode::NOT_FOUND, "nothing-to-publish", detail)
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

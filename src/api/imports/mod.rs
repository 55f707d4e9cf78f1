//! Files in: projects, year plans, milestones and monthly reports, as workbooks and as CSV.
//!
//! A row is judged by the rules of the request it stands for: it becomes that request's body and
//! goes through its use case.

pub mod archive;
pub mod cell;
pub mod column;
pub mod csv_file;
pub mod desk;
pub mod file;
pub mod filled;
pub mod given;
pub mod guard;
pub mod heading;
pub mod kind;
pub mod limits;
pub mod lists;
pub mod milestone_columns;
pub mod milestone_rows;
pub mod parts;
pub mod project_columns;
pub mod project_rows;
pub mod raw;
pub mod report_columns;
pub mod report_rows;
pub mod run;
pub mod tally;
pub mod template;
pub mod workbook;
pub mod year_plan_columns;
pub mod year_plan_rows;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::projects::filter::FilterQuery;
use crate::domain::month::{Month, Year};
use crate::domain::words::Language;
use crate::http::app::App;
use crate::http::caller::{ImportFiles, Permit, ReadProjects};
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::{Both, Path, Query};
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::routes;
use file::FileBody;
use kind::ImportKind;
use run::Importer;
use tally::ImportView;
use template::{FileReply, Template};

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["imports"; create_import, get_import_template]
}

/// What a file is, and whether it is only tried.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// What its rows are.
    pub kind: ImportKind,
    /// Whether only to say what it would do, and change nothing.
    #[serde(default)]
    #[param(default = false)]
    pub dry_run: bool,
}

/// Import a file
///
/// Takes a workbook or a CSV file, whole or not at all. A row is judged as the request it stands for, and everything
/// wrong is named at once with its sheet, row and column. A row with an id, or that is found by its code, its
/// project and year, month or milestone, changes what is there; one that says what is there already is left alone;
/// any other makes something new. A row with the `version` of an export never overwrites what changed since.
/// At most 20,000 rows; the answer lists 1,000 of them.
#[utoipa::path(post, path = "/imports")]
async fn create_import(
    app: Data<App>,
    who: Permit<ImportFiles>,
    query: Query<ImportQuery>,
    file: FileBody,
    once: Once,
) -> Result<Json<ImportView>, Problem> {
    let Query(ImportQuery { kind, dry_run }) = query;
    let importer = Importer::of(who, kind)?;
    let file = file.read(&app).await?;
    Ok(Json(importer.take(&app, &once, dry_run, file).await?))
}

/// Which kind of file.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TemplatePath {
    /// What its rows are.
    pub kind: ImportKind,
}

/// As what a template goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateFormat {
    /// A workbook.
    #[default]
    Xlsx,
    /// CSV.
    Csv,
}

/// What a template holds.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TemplateQuery {
    /// Whether to fill it with what is there now and in sight, to be edited and imported again;
    /// up to 20,000 rows. Without it there is one example, to be overwritten.
    #[serde(default)]
    #[param(default = false)]
    pub filled: bool,
    /// As what.
    #[serde(default)]
    #[param(default = "xlsx")]
    pub format: TemplateFormat,
    /// Filled with the projects, plans or reports of this year.
    #[param(nullable = false)]
    pub year: Option<Year>,
    /// Filled with the reports of this month, and a row for each project under construction that
    /// has none; the last month that is over unless a month or a year is said.
    #[param(nullable = false, example = "2021-06")]
    pub month: Option<Month>,
}

/// Download an import template
///
/// A workbook to fill in: headings, codes as drop-down lists, a sheet that explains every column, one
/// example. Headings are in the caller's language. With `filled=true` it holds what is there now,
/// of the projects the filters admit.
#[utoipa::path(get, path = "/imports/templates/{kind}")]
async fn get_import_template(
    app: Data<App>,
    who: Permit<ReadProjects>,
    speaks: Language,
    path: Path<TemplatePath>,
    query: Query<Both<FilterQuery, TemplateQuery>>,
) -> Result<FileReply, Problem> {
    let (kind, Query(Both(filter, asked))) = (path.0.kind, query);
    let (sight, now) = (who.sees(), app.now());
    let template = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let rows = asked
                .filled
                .then(|| filled::rows(conn, kind, sight, &filter, (asked, now, speaks)));
            let rows = rows.transpose()?;
            Ok(Template { kind, speaks, lists: lists::Lists::load(conn)?, rows })
        })
        .await?;
    template.file(asked.format).await
}

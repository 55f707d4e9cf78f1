//! Import of projects, year plans, milestones and monthly reports from workbooks and CSV files.
//!
//! Each row is converted into the body of the corresponding API request and processed by the same
//! use case, so the same rules apply.

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

use crate::domain::month::{Month, Year};
use crate::domain::words::Language;
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::{Both, Path, Query};
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::usecases::permission::{ImportFiles, ReadProjects};
use crate::usecases::projects::filter::FilterQuery;
use crate::{parameter_types, routes};
use file::FileBody;
use kind::ImportKind;
use run::Importer;
use tally::ImportView;
use template::{FileReply, Template};

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["imports"; create_import, get_import_template]
        .with_types(parameter_types![ImportKind TemplateFormat])
}

/// Query parameters of an import.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// What each row of the file describes.
    pub kind: ImportKind,
    /// True to validate the file and report the result without saving anything.
    #[serde(default)]
    #[param(default = false)]
    pub dry_run: bool,
}

/// Import a file
///
/// Imports an .xlsx workbook or a CSV file in one transaction: if any row is invalid, nothing is
/// saved. Each row follows the rules of the corresponding API request; all errors are reported
/// together, with sheet, row and column.
///
/// A row updates an existing record if it contains the record's id, or if its code, its project and
/// year, its project and month, or its project and milestone code match. A row equal to the
/// existing record is left unchanged. Any other row creates a record. If a row contains the
/// `version` of an export and the record has changed since, the row is rejected.
///
/// A file can have at most 20,000 rows; the response lists up to 1,000 of them.
#[utoipa::path(post, path = "/imports")]
async fn create_import(
    app: Data<App>,
    who: Permit<ImportFiles>,
    query: Query<ImportQuery>,
    file: FileBody,
    once: Once,
) -> Result<Json<ImportView>, Problem> {
    let Query(ImportQuery { kind, dry_run }) = query;
    let importer = Importer::of(&who, kind)?;
    let file = file.read(&app).await?;
    Ok(Json(importer.take(&app, &once, dry_run, file).await?))
}

/// Path parameters of a template.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TemplatePath {
    /// What each row of the template describes.
    pub kind: ImportKind,
}

/// File format of a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateFormat {
    /// An xlsx workbook.
    #[default]
    Xlsx,
    /// A CSV file.
    Csv,
}

/// Query parameters of a template, besides the project filters.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TemplateQuery {
    /// True to fill the template with the current data visible to the caller, to be edited and
    /// imported again; at most 20,000 rows. False for a template with one example row.
    #[serde(default)]
    #[param(default = false)]
    pub filled: bool,
    /// File format.
    #[serde(default)]
    #[param(default = "xlsx")]
    pub format: TemplateFormat,
    /// With `filled`: the projects, plans or reports of this year.
    #[param(nullable = false)]
    pub year: Option<Year>,
    /// With `filled`: the reports of this month, and an empty row for each project under
    /// construction without a report. Default: the previous month, unless `year` is given.
    #[param(nullable = false, example = "2021-06")]
    pub month: Option<Month>,
}

/// Download an import template
///
/// A file to fill in and import. The workbook contains column headings in the caller's language,
/// drop-down lists of codes, a sheet that explains every column, and one example row. With
/// `filled=true` it contains the current data of the projects that match the filters.
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

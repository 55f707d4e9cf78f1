//! Import of projects, year plans, milestones and monthly reports from workbooks and CSV files.
//!
//! Each row is converted into the body of the corresponding API request and processed by the same
//! use case, so the same rules apply.

pub(crate) mod aliases;
pub(crate) mod amount;
pub(crate) mod amount_unit;
pub(crate) mod archive;
pub(crate) mod cell;
pub(crate) mod cell_error;
pub(crate) mod characters;
pub(crate) mod column;
pub(crate) mod column_roles;
pub(crate) mod compared;
pub(crate) mod content;
pub(crate) mod csv_file;
pub(crate) mod date;
pub(crate) mod date_words;
pub(crate) mod entered;
pub(crate) mod file;
pub(crate) mod groups;
pub(crate) mod guard;
pub(crate) mod heading;
pub(crate) mod heading_index;
pub(crate) mod heading_text;
mod judging;
pub(crate) mod kind;
pub(crate) mod known_words;
pub(crate) mod limits;
pub(crate) mod list_cells;
pub(crate) mod log;
pub(crate) mod milestone_columns;
pub(crate) mod milestone_rows;
pub(crate) mod number_cell;
pub(crate) mod number_format;
pub(crate) mod options;
pub(crate) mod period;
pub(crate) mod places;
pub(crate) mod project_beside;
pub(crate) mod project_columns;
pub(crate) mod project_list_columns;
pub(crate) mod project_rows;
pub(crate) mod questions;
pub(crate) mod report_columns;
pub(crate) mod report_rows;
pub(crate) mod row;
pub(crate) mod row_errors;
pub(crate) mod row_look;
pub(crate) mod run;
pub(crate) mod sheet_errors;
pub(crate) mod sheet_facts;
pub(crate) mod skipped;
pub(crate) mod table;
pub(crate) mod template;
pub(crate) mod template_sheets;
pub(crate) mod workbook;
pub(crate) mod year_plan_columns;
pub(crate) mod year_plan_rows;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::job::JobKind;
use crate::domain::month::{Month, Year};
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query, QueryPair};
use crate::http::reply::Json;
use crate::http::respond_async::{Accepted, DoneOrQueued, RespondAsync};
use crate::http::routes::Routes;
use crate::http::stored::Stored;
use crate::store::Conn;
use crate::store::jobs::Job;
use crate::usecases::ask::Ask;
use crate::usecases::imports::current::{self, CurrentRowsRequest};
use crate::usecases::imports::kind::ImportKind;
use crate::usecases::imports::lists::Lists;
use crate::usecases::jobs::queue;
use crate::usecases::jobs::view::QueuedJobView;
use crate::usecases::permission::{ImportFiles, ReadProjects};
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::refusal::Refusal;
use crate::{parameter_types, routes};
use amount_unit::AmountUnit;
use file::FileBody;
use log::ImportView;
use options::{PlanMonths, ReadOptions, RowLook};
use run::ImportRequest;
use template::{FileReply, Template};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["imports"; create_import, get_import_template]
        .with_types(parameter_types![AmountUnit ImportKind PlanMonths RowLook TemplateFormat])
}

/// Query parameters of an import.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// What each row of the file describes.
    pub kind: ImportKind,
    /// True to validate the file and report the result without saving anything.
    #[serde(default)]
    #[param(default = false)]
    pub dry_run: bool,
    /// With `kind=reports`: true to also submit each report of the file that is a draft or was
    /// returned, by the rules of `POST /projects/{id}/reports/{month}/submission`.
    #[serde(default)]
    #[param(default = false)]
    pub submit: bool,
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
/// A cell is what the spreadsheet program shows: `0.42` shown as `42%` is 42 per cent, and numbers
/// have 15 digits. A formula whose value is not in the file is an error. Spellings with one meaning
/// are taken, such as `5,000.00`, `5000万元`, `20210801` or full-width digits; `-`, `/` and `无` are
/// blank cells. An error names the others exactly.
///
/// Nothing is left out in silence. A column, a sheet or a row that cannot be imported is an error
/// that says where it belongs, and which parameter leaves it out (`ignore_column`, `ignore_sheet`,
/// `skip_row`). Amounts in another unit than 万元 are converted after `amount_unit` confirms it.
/// What was left out is listed in `skipped`.
///
/// A file of projects may also have their units with contacts (owner, lead and so on), their ids in
/// other systems, and the annual investment and goal of one year. Words that the register does not
/// know are asked for once, and answered by parameters: `industry_of` (also for category rows above
/// the projects), `area_of`, `nature_of`, `new_units`, `read_column`, `plan_year`, `plan_months`.
/// Nothing is guessed. Of several areas in one cell the first is the area, with a warning; all stay in
/// `location`. A month or a year in place of a day is stored with its precision.
///
/// A file can have at most 20,000 rows; the response lists up to 1,000 of them.
///
/// With `Prefer: respond-async` the answer is 202 with a job that imports the file. `GET
/// /jobs/{job_id}` shows its progress and then the result. Others can write while a file is
/// imported: its rows are judged beside the register and saved at once. What changes meanwhile is
/// judged again.
#[utoipa::path(post, path = "/imports")]
async fn create_import(
    who: Permit<ImportFiles>,
    Query(query): Query<QueryPair<ImportQuery, ReadOptions>>,
    file: FileBody,
    once: Once,
    RespondAsync(is_job): RespondAsync,
) -> Result<Stored<DoneOrQueued<Json<ImportView>, QueuedJobView>>, Problem> {
    run::must_be_permitted(&who.caller, query.0.kind)?;
    run::submit_must_suit(&query.0)?;
    let address = file.query();
    let file = file.read().await?;
    let QueryPair(query, options) = query;
    if !is_job {
        let request = ImportRequest { query, options };
        return Ok(run::import(&who, &once, request, file).await?.into_kind());
    }
    let decide = move |ask: &mut Ask<'_>| queue::decide(ask, JobKind::Import, &address);
    let save = move |conn: &mut Conn, job| queue::save(conn, &job, &file);
    let reply = |job: Job| Accepted { location: format!("/jobs/{}", job.id), view: job.into() };
    let queued: Stored<Accepted<QueuedJobView>> = once.change(&who, decide, save, reply).await?;
    who.app.jobs.wake();
    Ok(queued.into_kind())
}

/// Path parameters of a template.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct TemplatePath {
    /// What each row of the template describes.
    pub kind: ImportKind,
}

/// File format of a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TemplateFormat {
    /// An xlsx workbook.
    #[default]
    Xlsx,
    /// A CSV file.
    Csv,
}

/// Query parameters of a template, besides the project filters.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TemplateQuery {
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
    who: Permit<ReadProjects>,
    Path(TemplatePath { kind }): Path<TemplatePath>,
    Query(QueryPair(filter, query)): Query<QueryPair<FilterQuery, TemplateQuery>>,
) -> Result<FileReply, Problem> {
    let TemplateQuery { filled, format, year, month } = query;
    let read = move |ask: &mut Ask<'_>| -> Result<_, Refusal> {
        let request = CurrentRowsRequest { kind, year, month, filter };
        let rows = filled.then(|| current::rows(ask, &request)).transpose()?;
        Ok(Template { kind, speaks: ask.language, lists: Lists::load(ask)?, rows })
    };
    who.ask(read).await?.file(format).await
}

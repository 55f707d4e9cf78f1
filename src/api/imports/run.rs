//! Runs an import: parses the file on a blocking thread, then processes its rows in one
//! transaction.

use actix_web::web::Bytes;
use tokio::task::spawn_blocking;

use crate::api::imports::ImportQuery;
use crate::api::imports::column::Column;
use crate::api::imports::content::SheetContent;
use crate::api::imports::entered::{EnteredRow, column_of};
use crate::api::imports::file::sheets;
use crate::api::imports::heading::{Reading, tables};
use crate::api::imports::limits::broken_file;
use crate::api::imports::list_cells::ListReader;
use crate::api::imports::log::{ImportLog, ImportView};
use crate::api::imports::milestone_rows::MilestoneRow;
use crate::api::imports::options::ReadOptions;
use crate::api::imports::project_rows::ProjectRow;
use crate::api::imports::questions::Parameter;
use crate::api::imports::report_rows::ReportRow;
use crate::api::imports::row::{self, RowOutcome};
use crate::api::imports::table::Table;
use crate::api::imports::year_plan_rows::YearPlanRow;
use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::QueryPair;
use crate::http::reply::Json;
use crate::http::stored::Stored;
use crate::usecases::ask::Ask;
use crate::usecases::imports::context::ImportContext;
use crate::usecases::imports::kind::ImportKind;
use crate::usecases::imports::lists::Lists;
use crate::usecases::permission::{
    CreateProjects, EditMilestones, FileReports, ImportFiles, PlanYears,
};
use crate::usecases::refusal::Refusal;

/// Checks that the caller has the permission that the rows of this kind require.
///
/// # Errors
/// 403 if not permitted.
pub fn must_be_permitted(who: &Permit<ImportFiles>, kind: ImportKind) -> Result<(), Problem> {
    match kind {
        ImportKind::Projects => who.to::<CreateProjects>().map(drop),
        ImportKind::YearPlans => who.to::<PlanYears>().map(drop),
        ImportKind::Milestones => who.to::<EditMilestones>().map(drop),
        ImportKind::Reports => who.to::<FileReports>().map(drop),
    }
}

/// Imports `file` completely or not at all; with `dry_run` only reports the result.
///
/// # Errors
/// 400, 413 or 415 if the file cannot be read; 422 with all errors in its rows.
pub async fn import(
    who: &Permit<ImportFiles>,
    once: &Once,
    QueryPair(query, options): QueryPair<ImportQuery, ReadOptions>,
    file: Bytes,
) -> Result<Stored<Json<ImportView>>, Problem> {
    let ImportQuery { kind, dry_run } = query;
    let _slot = who.app.imports.acquire().await?;
    // A panic in the parser means that the file cannot be read.
    let read = spawn_blocking(move || sheets(&file, kind)).await;
    let sheets = read.unwrap_or_else(|_| Err(broken_file(&"?")))?;
    once.change(
        who,
        move |ask| {
            let reading = Reading { kind, options: &options };
            ask.attempt(|ask| rows(ask, reading, &sheets, dry_run), |_| !dry_run)
        },
        |_, result| Ok(result),
        Json,
    )
    .await
}

/// Validates and saves all rows of `sheets`.
///
/// # Errors
/// Invalid, with all errors and their places in the file.
fn rows(
    ask: &mut Ask<'_>,
    reading: Reading<'_>,
    sheets: &[SheetContent],
    dry_run: bool,
) -> Result<ImportView, Refusal> {
    let Reading { kind, .. } = reading;
    let columns = kind.columns();
    let lists = Lists::load(ask)?;
    let mut context = ImportContext::load(ask)?;
    let mut log = ImportLog::default();
    for table in tables(sheets, reading, &mut log) {
        for row in &table.rows {
            if log.is_full() {
                break;
            }
            let mut entered = EnteredRow::read(&table, row, columns, &lists, &mut log);
            if kind == ImportKind::Projects {
                let reader = ListReader { table: &table, lists: &lists, options: reading.options };
                entered.complete(reader, &mut log);
            }
            match row_of_kind(ask, &mut context, kind, &entered)? {
                RowOutcome::Done(mut done) => {
                    for warning in std::mem::take(&mut done.file_warnings) {
                        let column = column_of(columns, &warning.pointer).map_or("", |c| c.name);
                        log.warn(table.place(row.number, column), warning);
                    }
                    log.done(&table.sheet.name, row.number, done);
                }
                RowOutcome::Wrong(errors) => refuse(&table, &entered, errors, &mut log),
            }
        }
    }
    log.finish(kind, dry_run, ask.language)
}

/// Adds the errors of a rejected row to `log`, each at its cell.
fn refuse(table: &Table<'_>, entered: &EnteredRow, errors: Vec<FieldError>, log: &mut ImportLog) {
    let row = entered.number;
    for error in errors {
        let column = column_of(entered.columns, &error.pointer);
        if column.is_some_and(|c| entered.broken.contains(c.name)) {
            continue;
        }
        if let Some(parameter) = Parameter::that_answers(error.code) {
            let name = column.map_or("", |column| column.name);
            let suggestion =
                if parameter == Parameter::PlanReason { error.words.zh } else { String::new() };
            log.ask(parameter, table.place(row, name), suggestion, &[]);
            continue;
        }
        match column {
            Some(column) if error.code == "required" && !table.has(column.name) => {
                let place = table.place(table.heading, "");
                let pointer = format!("/headings/{}", column.name);
                log.note_once(place, &pointer, missing(column));
            }
            Some(column) => {
                let pointer = format!("/rows/{row}/{}", column.name);
                log.note(table.place(row, column.name), &pointer, error);
            }
            None => {
                let pointer = format!("/rows/{row}{}", error.pointer);
                log.note(table.place(row, ""), &pointer, error);
            }
        }
    }
}

fn missing(column: &Column) -> FieldError {
    let zh = column.zh;
    let en = column.name;
    let words = Words::new(
        format!("缺少“{zh}”（{en}）列，新增的行须填写。"),
        format!("The column {en:?} ({zh}) is missing; it is required for new rows."),
    );
    FieldError::new("", "missing-column", words)
}

fn row_of_kind(
    ask: &mut Ask<'_>,
    context: &mut ImportContext,
    kind: ImportKind,
    entered: &EnteredRow,
) -> Result<RowOutcome, Refusal> {
    match kind {
        ImportKind::Projects => row::import::<ProjectRow>(ask, context, entered),
        ImportKind::YearPlans => row::import::<YearPlanRow>(ask, context, entered),
        ImportKind::Milestones => row::import::<MilestoneRow>(ask, context, entered),
        ImportKind::Reports => row::import::<ReportRow>(ask, context, entered),
    }
}

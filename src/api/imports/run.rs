//! Runs an import: parses the file on a blocking thread, then processes its rows in one
//! transaction.

use actix_web::web::Bytes;
use tokio::task::spawn_blocking;

use crate::api::imports::ImportQuery;
use crate::api::imports::column::Column;
use crate::api::imports::content::SheetContent;
use crate::api::imports::context::RowContext;
use crate::api::imports::entered::{EnteredRow, column_of};
use crate::api::imports::file::sheets;
use crate::api::imports::heading::{Reading, tables};
use crate::api::imports::kind::ImportKind;
use crate::api::imports::limits::broken_file;
use crate::api::imports::lists::Lists;
use crate::api::imports::log::{ImportLog, ImportView, RowResult};
use crate::api::imports::options::ReadOptions;
use crate::api::imports::table::Table;
use crate::api::imports::{milestone_rows, project_rows, report_rows, year_plan_rows};
use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::QueryPair;
use crate::http::reply::Json;
use crate::http::stored::Stored;
use crate::store::Conn;
use crate::usecases::permission::{
    CreateProjects, EditMilestones, FileReports, ImportFiles, PlanYears,
};

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
            let caller = ask.caller;
            let now = ask.now;
            let work = |conn: &mut Conn| {
                let mut context = RowContext::load(conn, caller, now)?;
                let reading = Reading { kind, options: &options };
                rows(conn, &mut context, reading, &sheets, dry_run)
            };
            Ok(ask.save(|conn| conn.attempt(work, |_| !dry_run))?)
        },
        |_, result| Ok(result),
        Json,
    )
    .await
}

/// Validates and saves all rows of `sheets`.
///
/// # Errors
/// 422 with all errors and their places in the file.
fn rows(
    conn: &mut Conn,
    context: &mut RowContext<'_>,
    reading: Reading<'_>,
    sheets: &[SheetContent],
    dry_run: bool,
) -> Result<ImportView, Problem> {
    let kind = reading.kind;
    let columns = kind.columns();
    let lists = Lists::load(conn)?;
    let mut log = ImportLog::default();
    for table in tables(sheets, reading, &mut log) {
        for row in &table.rows {
            if log.is_full() {
                break;
            }
            let entered = EnteredRow::read(&table, row, columns, &lists, &mut log);
            match row_of_kind(conn, context, kind, &entered) {
                Ok(done) if entered.is_whole() => log.done(&table.sheet.name, row.number, done),
                Ok(_) => {}
                Err(problem) if problem.status.is_server_error() => return Err(problem),
                Err(problem) => refuse(&table, columns, &entered, problem, &mut log),
            }
        }
    }
    log.finish(kind, dry_run)
}

/// Adds the errors of a rejected row to `log`, each at its cell.
fn refuse(
    table: &Table<'_>,
    columns: &'static [Column],
    entered: &EnteredRow,
    problem: Problem,
    log: &mut ImportLog,
) {
    let row = entered.number;
    if problem.errors.is_empty() {
        let error = FieldError::new("", problem.code, problem.detail);
        log.note(table.place(row, ""), &format!("/rows/{row}"), error);
        return;
    }
    for error in problem.errors {
        let column = column_of(columns, &error.pointer);
        if column.is_some_and(|c| entered.broken.contains(c.name)) {
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
    conn: &mut Conn,
    context: &mut RowContext<'_>,
    kind: ImportKind,
    entered: &EnteredRow,
) -> Result<RowResult, Problem> {
    match kind {
        ImportKind::Projects => project_rows::row(conn, context, entered),
        ImportKind::YearPlans => year_plan_rows::row(conn, context, entered),
        ImportKind::Milestones => milestone_rows::row(conn, context, entered),
        ImportKind::Reports => report_rows::row(conn, context, entered),
    }
}

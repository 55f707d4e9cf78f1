//! Runs an import: parses the file on a blocking thread, judges its rows on a rehearsal, and saves
//! them in one transaction.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::web::Bytes;
use tokio::task::spawn_blocking;

use crate::api::imports::ImportQuery;
use crate::api::imports::column::Column;
use crate::api::imports::content::{SheetContent, SheetRow};
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
use crate::domain::id::ProjectId;
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::long_write::{LongCaller, LongWork};
use crate::http::once::{KeptReply, Once, sha256};
use crate::http::problem::Problem;
use crate::http::reply::Json;
use crate::http::stored::{Outcome, Stored, StoredReply};
use crate::store::Conn;
use crate::store::rehearsal::RehearsalPlan;
use crate::usecases::ask::Ask;
use crate::usecases::caller::Caller;
use crate::usecases::imports::context::ImportContext;
use crate::usecases::imports::kind::ImportKind;
use crate::usecases::imports::lists::Lists;
use crate::usecases::imports::progress::ImportProgress;
use crate::usecases::imports::recorded::SavedImport;
use crate::usecases::permission::{
    CreateProjects, EditMilestones, FileReports, ImportFiles, Permission, PlanYears,
};
use crate::usecases::refusal::Refusal;
use crate::usecases::relied_on::ReliedOn;

/// Checks that the caller has the permission that the rows of this kind require.
///
/// # Errors
/// Forbidden.
pub fn must_be_permitted(caller: &Caller, kind: ImportKind) -> Result<(), Refusal> {
    caller.must_be_able_to(match kind {
        ImportKind::Projects => CreateProjects::ACTIONS,
        ImportKind::YearPlans => PlanYears::ACTIONS,
        ImportKind::Milestones => EditMilestones::ACTIONS,
        ImportKind::Reports => FileReports::ACTIONS,
    })
}

/// Only reports can be submitted.
///
/// # Errors
/// 400 for `submit` with other rows than reports.
pub fn submit_must_suit(query: &ImportQuery) -> Result<(), Problem> {
    if !query.submit || query.kind == ImportKind::Reports {
        return Ok(());
    }
    let words = Words::new("只有月报可以提交。", "Only reports can be submitted.");
    Err(Problem::bad_parameters(vec![FieldError::new("?submit", "not-for-kind", words)]))
}

/// What an import is to do.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// Kind of file, and whether it is a dry run.
    pub query: ImportQuery,
    /// How the file is to be read.
    pub options: ReadOptions,
}

/// Stores the reply in the transaction that saves the rows.
pub type StoreReply = Arc<dyn Fn(&mut Conn, &StoredReply) -> Result<(), Refusal> + Send + Sync>;

/// Imports `file` completely or not at all; with `dry_run` only reports the result.
///
/// # Errors
/// 400, 413 or 415 if the file cannot be read; 422 with all errors in its rows.
pub async fn import(
    who: &Permit<ImportFiles>,
    once: &Once,
    request: ImportRequest,
    file: Bytes,
) -> Result<Stored<Json<ImportView>>, Problem> {
    let _slot = who.app.imports.acquire().await?;
    let caller = who.long();
    let work = async |reply: KeptReply| {
        let store = (!reply.is_unkeyed()).then(|| -> StoreReply {
            Arc::new(move |conn: &mut Conn, sent: &StoredReply| reply.store(conn, sent))
        });
        run(&who.app, &caller, request, file, Tracking { progress: Arc::default(), store }).await
    };
    once.run(&who.app, work).await
}

/// How an import is followed.
pub struct Tracking {
    /// How far it is.
    pub progress: Arc<ImportProgress>,
    /// What stores its reply.
    pub store: Option<StoreReply>,
}

/// Reads `file` and imports it.
///
/// # Errors
/// As [`import`].
pub async fn run(
    app: &App,
    caller: &LongCaller,
    request: ImportRequest,
    file: Bytes,
    Tracking { progress, store }: Tracking,
) -> Result<StoredReply, Problem> {
    let ImportRequest { query, options } = request;
    let ImportQuery { kind, dry_run, submit } = query;
    // A panic in the parser means that the file cannot be read.
    let read = spawn_blocking(move || Ok((sha256(&file), sheets(&file, kind)?))).await;
    let (sha256, sheets) = read.unwrap_or_else(|_| Err(broken_file(&"?")))?;
    let work = |store| {
        let parts = ImportParts { kind, dry_run, submit, options, sha256, sheets, progress, store };
        ImportWork(Arc::new(parts))
    };
    if !dry_run {
        return app.do_long(caller, &work(store)).await;
    }
    let reply = app.try_long(caller, &work(None)).await?;
    if let Some(store) = store {
        let kept = reply.clone();
        app.db.write(move |conn| store(conn, &kept)).await?;
    }
    Ok(reply)
}

/// The import of a file that was read.
#[derive(Clone)]
struct ImportWork(Arc<ImportParts>);

struct ImportParts {
    kind: ImportKind,
    dry_run: bool,
    /// Whether reports are submitted too.
    submit: bool,
    options: ReadOptions,
    /// SHA-256 of the file, in hexadecimal.
    sha256: String,
    sheets: Vec<SheetContent>,
    progress: Arc<ImportProgress>,
    store: Option<StoreReply>,
}

/// What was decided on the rows of a file.
struct Judged {
    log: ImportLog,
    context: ImportContext,
}

impl LongWork for ImportWork {
    type Decided = Judged;
    type Done = StoredReply;

    fn plan(&self) -> RehearsalPlan {
        let rows: usize = self.0.sheets.iter().map(|sheet| sheet.rows.len()).sum();
        RehearsalPlan { rows: i64::try_from(rows).unwrap_or(i64::MAX), ..self.0.kind.plan() }
    }

    fn decide(&self, ask: &mut Ask<'_>) -> Result<Judged, Refusal> {
        self.0.progress.begin();
        let mut context = ImportContext::load(ask)?;
        context.submits = self.0.submit;
        let mut judged = Judged { log: ImportLog::default(), context };
        self.0.judge(ask, &mut judged, None)?;
        judged.log.refuse_if_wrong()?;
        Ok(judged)
    }

    fn relied_on(judged: &Judged) -> &ReliedOn {
        &judged.context.relied_on
    }

    fn parts(judged: &Judged, projects: &BTreeSet<ProjectId>) -> usize {
        judged.context.rows_about(projects).len()
    }

    fn decide_again(
        &self,
        ask: &mut Ask<'_>,
        mut judged: Judged,
        projects: &BTreeSet<ProjectId>,
    ) -> Result<Judged, Refusal> {
        let rows = judged.context.rows_about(projects);
        self.0.judge(ask, &mut judged, Some(&rows))?;
        judged.log.refuse_if_wrong()?;
        Ok(judged)
    }

    fn finish(&self, ask: &mut Ask<'_>, judged: Judged) -> Result<StoredReply, Refusal> {
        let parts = &self.0;
        let view = judged.log.finish(parts.kind, parts.dry_run, ask.language)?;
        parts.record(ask, &view)?;
        let reply = Json(view).sent()?;
        if let Some(store) = &parts.store {
            ask.save(|conn| store(conn, &reply))?;
        }
        Ok(reply)
    }
}

impl ImportParts {
    /// Records the event of an import that changed something.
    fn record(&self, ask: &mut Ask<'_>, view: &ImportView) -> Result<(), Refusal> {
        let &ImportView { kind, created, changed, unchanged, .. } = view;
        if view.dry_run || created + changed == 0 {
            return Ok(());
        }
        let stamp = ask.stamp();
        let sha256 = self.sha256.clone();
        let saved = SavedImport { kind, sha256, created, changed, unchanged };
        ask.save(|conn| saved.record(conn, &stamp))
    }

    /// Validates and saves the rows, or those at the places `only`.
    ///
    /// # Errors
    /// Failures that the file is not to blame for.
    fn judge(
        &self,
        ask: &mut Ask<'_>,
        judged: &mut Judged,
        only: Option<&BTreeSet<usize>>,
    ) -> Result<(), Refusal> {
        let reading = Reading { kind: self.kind, options: &self.options };
        let lists = Lists::load(ask)?;
        let mut again = ImportLog::default();
        let head = if only.is_some() { &mut again } else { &mut judged.log };
        let tables: Vec<Table<'_>> = tables(&self.sheets, reading, head);
        let rows = tables.iter().flat_map(|table| table.rows.iter().map(move |row| (table, *row)));
        if only.is_none() {
            self.progress.read(u32::try_from(rows.clone().count()).unwrap_or(u32::MAX));
        }
        for (nth, (table, row)) in rows.enumerate() {
            if judged.log.is_full() {
                break;
            }
            if only.is_none_or(|only| only.contains(&nth)) {
                let place = RowPlace { nth, table, row };
                self.judge_row(ask, judged, &lists, place)?;
            }
        }
        Ok(())
    }

    fn judge_row(
        &self,
        ask: &mut Ask<'_>,
        Judged { log, context }: &mut Judged,
        lists: &Lists,
        RowPlace { nth, table, row }: RowPlace<'_>,
    ) -> Result<(), Refusal> {
        let columns = self.kind.columns();
        log.forget(nth, &table.sheet.name, row.number);
        let mut entered = EnteredRow::read(table, row, columns, lists, log);
        if self.kind == ImportKind::Projects {
            entered.complete(ListReader { table, lists, options: &self.options }, log);
        }
        entered.note_what_is_looked_for(&mut context.relied_on);
        match row_of_kind(ask, context, self.kind, &entered)? {
            RowOutcome::Done(mut done) => {
                if self.kind == ImportKind::Projects
                    && let Some(id) = done.id
                {
                    context.enter_project(ProjectId(id));
                }
                for warning in std::mem::take(&mut done.file_warnings) {
                    let column = column_of(columns, &warning.pointer).map_or("", |c| c.name);
                    log.warn(table.place(row.number, column), warning);
                }
                log.done(nth, &table.sheet.name, row.number, done);
            }
            RowOutcome::Wrong(errors) => refuse(table, &entered, errors, log),
        }
        context.end_row(nth);
        self.progress.judged_one()
    }
}

/// A row, with its place among all rows of the file.
#[derive(Clone, Copy)]
struct RowPlace<'a> {
    nth: usize,
    table: &'a Table<'a>,
    row: &'a SheetRow,
}

impl EnteredRow {
    /// Notes by what names and codes projects are looked for.
    fn note_what_is_looked_for(&self, relied_on: &mut ReliedOn) {
        if self.whole("id").or(self.whole("project_id")).is_none() {
            for name in [self.text("name"), self.text("project")].into_iter().flatten() {
                relied_on.add_name(name);
            }
        }
        for code in [self.text("code"), self.text("project_code")].into_iter().flatten() {
            relied_on.add_code(code);
        }
    }
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

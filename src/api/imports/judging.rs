//! Judges the rows of a file and saves those that are right.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::api::imports::column::Column;
use crate::api::imports::content::{SheetContent, SheetRow};
use crate::api::imports::entered::{EnteredRow, column_of};
use crate::api::imports::heading::{Reading, tables};
use crate::api::imports::list_cells::ListReader;
use crate::api::imports::log::ImportLog;
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
use crate::usecases::ask::Ask;
use crate::usecases::imports::context::ImportContext;
use crate::usecases::imports::kind::ImportKind;
use crate::usecases::imports::lists::Lists;
use crate::usecases::imports::progress::ImportProgress;
use crate::usecases::imports::reports::LoadedReports;
use crate::usecases::refusal::Refusal;
use crate::usecases::relied_on::ReliedOn;
use crate::usecases::reports::ReportKey;

/// Rows whose facts are loaded at once: bounds the memory for the history of their projects.
const ROWS_AT_ONCE: usize = 500;

/// What was decided on the rows of a file.
pub(super) struct Judged {
    /// The result of each row, and the errors.
    pub(super) log: ImportLog,
    /// What the rows share.
    pub(super) context: ImportContext,
}

/// The rows of a file, and how they are read.
pub(super) struct ImportRows {
    /// Kind of the rows.
    pub(super) kind: ImportKind,
    /// Whether reports are submitted too.
    pub(super) submit: bool,
    /// How the file is to be read.
    pub(super) options: ReadOptions,
    /// The sheets of the file.
    pub(super) sheets: Vec<SheetContent>,
    /// How far the rows are judged.
    pub(super) progress: Arc<ImportProgress>,
}

impl ImportRows {
    /// The number of rows.
    pub(super) fn count(&self) -> usize {
        self.sheets.iter().map(|sheet| sheet.rows.len()).sum()
    }

    /// Judges and saves every row.
    ///
    /// # Errors
    /// Invalid, with all errors; failures that the file is not to blame for.
    pub(super) fn judge_all(&self, ask: &mut Ask<'_>) -> Result<Judged, Refusal> {
        self.progress.begin();
        let mut context = ImportContext::load(ask)?;
        context.submits = self.submit;
        let mut judged = Judged { log: ImportLog::default(), context };
        self.judge(ask, &mut judged, None)?;
        judged.log.refuse_if_wrong()?;
        Ok(judged)
    }

    /// Judges and saves the rows about these projects again.
    ///
    /// # Errors
    /// As [`Self::judge_all`].
    pub(super) fn judge_again(
        &self,
        ask: &mut Ask<'_>,
        mut judged: Judged,
        projects: &BTreeSet<ProjectId>,
    ) -> Result<Judged, Refusal> {
        let rows = judged.context.rows_about(projects);
        self.judge(ask, &mut judged, Some(&rows))?;
        judged.log.refuse_if_wrong()?;
        Ok(judged)
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
        let places = rows.enumerate().map(|(nth, (table, row))| RowPlace { nth, table, row });
        let places: Vec<RowPlace<'_>> =
            places.filter(|place| only.is_none_or(|only| only.contains(&place.nth))).collect();
        for part in places.chunks(ROWS_AT_ONCE) {
            if self.kind == ImportKind::Reports {
                judged.context.reports = LoadedReports::load(ask, self.report_keys(part, &lists))?;
            }
            for place in part {
                if judged.log.is_full() {
                    return Ok(());
                }
                self.judge_row(ask, judged, &lists, *place)?;
            }
        }
        Ok(())
    }

    /// The reports that rows name by the id of their project.
    fn report_keys(&self, places: &[RowPlace<'_>], lists: &Lists) -> BTreeSet<ReportKey> {
        // Errors of cells are noted when the row is judged.
        let mut log = ImportLog::default();
        let keys = places.iter().filter_map(|RowPlace { table, row, .. }| {
            let entered = EnteredRow::read(table, row, self.kind.columns(), lists, &mut log);
            let project = entered.whole("project_id").map(ProjectId)?;
            Some(ReportKey { project, month: entered.text("month")?.parse().ok()? })
        });
        keys.collect()
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
        context.begin_row(nth, &table.sheet.name, row.number);
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
        context.end_row();
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

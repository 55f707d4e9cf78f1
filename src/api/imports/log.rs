//! Result of an import: counts, rows and errors.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::imports::questions::{Parameter, Questions};
use crate::api::imports::skipped::SkippedPart;
use crate::domain::error::{CellPlace, FieldError};
use crate::domain::text_enum::text_enum;
use crate::domain::words::{Language, Words};
use crate::usecases::events::view::ChangeView;
use crate::usecases::imports::kind::ImportKind;
use crate::usecases::refusal::Refusal;
use crate::usecases::warning::WarningView;

/// Maximum number of rows in the response.
pub(crate) const ROWS_SHOWN: usize = 1_000;
/// Maximum number of errors in the response; the import stops when it is reached.
pub(crate) const ERRORS_SHOWN: usize = 1_000;

text_enum! {
    /// Effect of a row.
    RowAction {
        /// Creates a record.
        Create = "create" "新增",
        /// Changes an existing record.
        Change = "change" "修改",
        /// Equals the existing record; nothing changes.
        Leave = "leave" "不变",
    }
}

/// Result of an import, or of a dry run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportResult)]
pub(crate) struct ImportView {
    /// What each row of the file describes.
    pub kind: ImportKind,
    /// True for a dry run: nothing was saved.
    pub dry_run: bool,
    /// Number of rows that created a record.
    pub created: u32,
    /// Number of rows that changed a record.
    pub changed: u32,
    /// Number of rows that changed nothing.
    pub unchanged: u32,
    /// Rows in file order, at most 1,000; rows with changes take precedence over unchanged ones.
    pub rows: Vec<ImportRow>,
    /// Number of rows not listed because of this limit.
    pub rows_left_out: u32,
    /// Parts of the file that were not read, such as ignored columns, rows of totals and hidden
    /// sheets; at most 1,000.
    pub skipped: Vec<SkippedPart>,
    /// Number of parts that were not read.
    pub skipped_count: u32,
    /// What is unusual about a row beside other rows of the file or the register, in file order, at most 1,000. Warnings never block.
    pub warnings: Vec<ImportWarning>,
    /// Number of warnings not listed because of this limit.
    pub warnings_left_out: u32,
}

/// Something unusual about a row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportWarning {
    /// Name of the sheet.
    pub sheet: String,
    /// Row number in the sheet, starting at 1.
    #[schema(minimum = 1)]
    pub row: u32,
    /// Letters of the column; absent when the warning is about the whole row.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "C")]
    pub column: Option<String>,
    /// Stable code to program against.
    #[schema(example = "same-name")]
    pub code: String,
    /// What is unusual, in the caller's language.
    pub detail: String,
}

/// Effect of one row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportRow {
    /// Name of the sheet.
    pub sheet: String,
    /// Row number in the sheet, starting at 1.
    #[schema(minimum = 1)]
    pub row: u32,
    /// Effect of the row.
    pub action: RowAction,
    /// Id of the record. Absent for year plans, which have no id, and for records that a dry run
    /// would create.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<i64>,
    /// Description of the record for people.
    pub label: String,
    /// Changed fields, before and after.
    pub changes: Vec<ChangeView>,
    /// Dates of the project that contradict each other after this row; they never block.
    pub warnings: Vec<WarningView>,
}

impl ImportWarning {
    fn of(warning: FieldError, language: Language) -> Option<Self> {
        let CellPlace { sheet, row, column } = *warning.place?;
        let detail = warning.words.say(language);
        Some(Self { sheet, row, column, code: warning.code.to_owned(), detail })
    }
}

/// Effect of a processed row.
#[derive(Debug)]
pub(crate) struct RowResult {
    /// Effect of the row.
    pub action: RowAction,
    /// Id of the record; `None` for year plans.
    pub id: Option<i64>,
    /// Description of the record for people.
    pub label: String,
    /// Changed fields.
    pub changes: Vec<ChangeView>,
    /// Warnings about the record.
    pub warnings: Vec<WarningView>,
    /// What is unusual about the record beside others, with the pointer of the field.
    pub file_warnings: Vec<FieldError>,
}

impl RowResult {
    /// A row that changes nothing.
    pub(crate) fn left(id: Option<i64>, label: String) -> Self {
        let action = RowAction::Leave;
        let changes = Vec::new();
        Self { action, id, label, changes, warnings: Vec::new(), file_warnings: Vec::new() }
    }
}

/// Collects results and errors of rows.
#[derive(Debug, Default)]
pub(crate) struct ImportLog {
    counts: [u32; 3],
    /// Effect of each row, by its place among all rows.
    actions: BTreeMap<usize, RowAction>,
    touched: Vec<(usize, ImportRow)>,
    left: Vec<(usize, ImportRow)>,
    errors: Vec<FieldError>,
    warnings: Vec<FieldError>,
    warnings_left_out: u32,
    said: BTreeSet<(String, String)>,
    skipped: Vec<SkippedPart>,
    skipped_count: u32,
    questions: Questions,
}

impl ImportLog {
    /// Removes the result of the row at place `nth`, which is processed again.
    pub(crate) fn forget(&mut self, nth: usize, sheet: &str, row: u32) {
        let Some(action) = self.actions.remove(&nth) else {
            return;
        };
        let (count, rows) = self.of_action(action);
        *count -= 1;
        rows.retain(|(place, _)| *place != nth);
        let is_it = |place: &CellPlace| place.sheet == sheet && place.row == row;
        self.warnings.retain(|warning| !warning.place.as_deref().is_some_and(is_it));
    }

    fn of_action(&mut self, action: RowAction) -> (&mut u32, &mut Vec<(usize, ImportRow)>) {
        let [created, changed, unchanged] = &mut self.counts;
        match action {
            RowAction::Create => (created, &mut self.touched),
            RowAction::Change => (changed, &mut self.touched),
            RowAction::Leave => (unchanged, &mut self.left),
        }
    }

    /// Adds the result of the row at place `nth` among all rows.
    pub(crate) fn done(&mut self, nth: usize, sheet: &str, row: u32, done: RowResult) {
        self.actions.insert(nth, done.action);
        let (count, rows) = self.of_action(done.action);
        *count += 1;
        if rows.len() < ROWS_SHOWN {
            let RowResult { action, id, label, changes, warnings, .. } = done;
            let sheet = sheet.to_owned();
            rows.push((nth, ImportRow { sheet, row, action, id, label, changes, warnings }));
        }
    }

    /// Adds a part of the file that is not read.
    pub(crate) fn skip(&mut self, part: SkippedPart) {
        self.skipped_count += 1;
        if self.skipped.len() < ROWS_SHOWN {
            self.skipped.push(part);
        }
    }

    /// Adds a warning at a place in the file.
    pub(crate) fn warn(&mut self, place: CellPlace, warning: FieldError) {
        if self.warnings.len() < ROWS_SHOWN {
            self.warnings.push(FieldError { place: Some(Box::new(place)), ..warning });
        } else {
            self.warnings_left_out += 1;
        }
    }

    /// Adds an error at a place in the file.
    pub(crate) fn note(&mut self, place: CellPlace, pointer: &str, error: FieldError) {
        if !self.is_full() {
            let pointer = pointer.to_owned();
            let place = Some(Box::new(place));
            self.errors.push(FieldError { pointer, place, ..error });
        }
    }

    /// Adds an error that applies to all rows of a sheet, only once per sheet and pointer.
    pub(crate) fn note_once(&mut self, place: CellPlace, pointer: &str, error: FieldError) {
        if self.said.insert((place.sheet.clone(), pointer.to_owned())) {
            self.note(place, pointer, error);
        }
    }

    /// Asks a question that one parameter answers for many rows.
    pub(crate) fn ask(
        &mut self,
        parameter: Parameter,
        place: CellPlace,
        suggestion: String,
        codes: &[(String, String)],
    ) {
        self.questions.ask(parameter, place, suggestion, codes);
    }

    /// True if the maximum number of errors is reached.
    pub(crate) fn is_full(&self) -> bool {
        self.errors.len() >= ERRORS_SHOWN
    }

    /// True if there are no errors so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// Refuses a file with errors.
    ///
    /// # Errors
    /// Invalid, with all errors.
    pub(crate) fn refuse_if_wrong(&mut self) -> Result<(), Refusal> {
        let mut errors = std::mem::take(&mut self.questions).errors();
        errors.append(&mut self.errors);
        if errors.is_empty() { Ok(()) } else { Err(wrong(errors)) }
    }

    /// The result of the import.
    ///
    /// # Errors
    /// Invalid, with all errors.
    pub(crate) fn finish(
        self,
        kind: ImportKind,
        dry_run: bool,
        language: Language,
    ) -> Result<ImportView, Refusal> {
        if !self.errors.is_empty() || !self.questions.is_empty() {
            let mut errors = self.questions.errors();
            errors.extend(self.errors);
            return Err(wrong(errors));
        }
        let [created, changed, unchanged] = self.counts;
        let mut rows = self.touched;
        let room = ROWS_SHOWN.saturating_sub(rows.len());
        rows.extend(self.left.into_iter().take(room));
        rows.sort_by_key(|(nth, _)| *nth);
        let shown = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let rows_left_out = (created + changed + unchanged).saturating_sub(shown);
        let mut rows: Vec<ImportRow> = rows.into_iter().map(|(_, row)| row).collect();
        // Records created by a dry run are rolled back, so their ids are meaningless.
        for row in rows.iter_mut().filter(|row| dry_run && row.action == RowAction::Create) {
            row.id = None;
        }
        let Self { skipped, skipped_count, .. } = self;
        let warnings = self.warnings.into_iter().filter_map(|w| ImportWarning::of(w, language));
        Ok(ImportView {
            kind,
            dry_run,
            created,
            changed,
            unchanged,
            rows,
            rows_left_out,
            skipped,
            skipped_count,
            warnings: warnings.collect(),
            warnings_left_out: self.warnings_left_out,
        })
    }
}

fn wrong(errors: Vec<FieldError>) -> Refusal {
    let count = errors.len();
    if count < ERRORS_SHOWN {
        return of_file(errors);
    }
    let words = Words::new(
        format!("文件至少有 {count} 处不符合要求，仅列出前 {count} 处；没有保存任何内容。"),
        format!(
            "The file has at least {count} errors; the first {count} are listed. Nothing was saved."
        ),
    );
    Refusal { words, ..of_file(errors) }
}

/// Invalid, with all errors: rows are no longer read when there are too many.
fn of_file(errors: Vec<FieldError>) -> Refusal {
    Refusal::invalid_up_to(errors, ERRORS_SHOWN)
}

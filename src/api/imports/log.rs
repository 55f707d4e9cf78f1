//! Result of an import: counts, rows and errors.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::imports::kind::ImportKind;
use crate::domain::error::{CellPlace, FieldError};
use crate::domain::text_enum::text_enum;
use crate::domain::words::Words;
use crate::http::problem::Problem;
use crate::usecases::events::view::ChangeView;
use crate::usecases::refusal::Refusal;

/// Maximum number of rows in the response.
pub const ROWS_SHOWN: usize = 1_000;
/// Maximum number of errors in the response; the import stops when it is reached.
pub const ERRORS_SHOWN: usize = 1_000;

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
pub struct ImportView {
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
}

/// Effect of one row.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportRow {
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
}

/// Effect of a processed row.
#[derive(Debug)]
pub struct RowResult {
    /// Effect of the row.
    pub action: RowAction,
    /// Id of the record; `None` for year plans.
    pub id: Option<i64>,
    /// Description of the record for people.
    pub label: String,
    /// Changed fields.
    pub changes: Vec<ChangeView>,
}

impl RowResult {
    /// A row that changes nothing.
    pub fn left(id: Option<i64>, label: String) -> Self {
        Self { action: RowAction::Leave, id, label, changes: Vec::new() }
    }
}

/// Collects results and errors of rows.
#[derive(Debug, Default)]
pub struct ImportLog {
    counts: [u32; 3],
    touched: Vec<(usize, ImportRow)>,
    left: Vec<(usize, ImportRow)>,
    errors: Vec<FieldError>,
    said: BTreeSet<(String, String)>,
}

impl ImportLog {
    /// Adds the result of a row.
    pub fn done(&mut self, sheet: &str, row: u32, done: RowResult) {
        let nth = self.counts.iter().map(|n| usize::try_from(*n).unwrap_or(0)).sum();
        let [created, changed, unchanged] = &mut self.counts;
        let (count, rows) = match done.action {
            RowAction::Create => (created, &mut self.touched),
            RowAction::Change => (changed, &mut self.touched),
            RowAction::Leave => (unchanged, &mut self.left),
        };
        *count += 1;
        if rows.len() < ROWS_SHOWN {
            let RowResult { action, id, label, changes } = done;
            let sheet = sheet.to_owned();
            rows.push((nth, ImportRow { sheet, row, action, id, label, changes }));
        }
    }

    /// Adds an error at a place in the file.
    pub fn note(&mut self, place: CellPlace, pointer: &str, error: FieldError) {
        if !self.is_full() {
            let pointer = pointer.to_owned();
            let place = Some(Box::new(place));
            self.errors.push(FieldError { pointer, place, ..error });
        }
    }

    /// Adds an error that applies to all rows of a sheet, only once per sheet and pointer.
    pub fn note_once(&mut self, place: CellPlace, pointer: &str, error: FieldError) {
        if self.said.insert((place.sheet.clone(), pointer.to_owned())) {
            self.note(place, pointer, error);
        }
    }

    /// True if the maximum number of errors is reached.
    pub fn is_full(&self) -> bool {
        self.errors.len() >= ERRORS_SHOWN
    }

    /// True if there are no errors so far.
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// The result of the import.
    ///
    /// # Errors
    /// 422 with all errors.
    pub fn finish(self, kind: ImportKind, dry_run: bool) -> Result<ImportView, Problem> {
        if !self.errors.is_empty() {
            return Err(wrong(self.errors));
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
        Ok(ImportView { kind, dry_run, created, changed, unchanged, rows, rows_left_out })
    }
}

fn wrong(errors: Vec<FieldError>) -> Problem {
    let count = errors.len();
    if count < ERRORS_SHOWN {
        return of_file(errors);
    }
    let detail = Words::new(
        format!("文件至少有 {count} 处不符合要求，仅列出前 {count} 处；没有保存任何内容。"),
        format!(
            "The file has at least {count} errors; the first {count} are listed. Nothing was saved."
        ),
    );
    Problem { detail, ..of_file(errors) }
}

/// 422 with all errors: rows are no longer read when there are too many.
fn of_file(errors: Vec<FieldError>) -> Problem {
    Refusal::invalid_up_to(errors, ERRORS_SHOWN).into()
}

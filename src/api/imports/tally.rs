//! What a file did, or would do, and everything that is wrong with it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::events::history::ChangeView;
use crate::api::imports::kind::ImportKind;
use crate::domain::error::{CellPlace, FieldError};
use crate::domain::text_enum::text_enum;
use crate::domain::words::Words;
use crate::http::problem::Problem;

/// Most rows that an answer lists.
pub const ROWS_SHOWN: usize = 1_000;
/// Most errors that are named; a file with as many is read no further.
pub const ERRORS_SHOWN: usize = 1_000;

text_enum! {
    /// What becomes of a row.
    RowAction {
        /// It makes something new.
        Create = "create" "新增",
        /// It changes something.
        Change = "change" "修改",
        /// It says what is there already.
        Leave = "leave" "不变",
    }
}

/// What a file did, or would do.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportResult)]
pub struct ImportView {
    /// What the rows of the file are.
    pub kind: ImportKind,
    /// Whether it was only tried: then nothing has changed.
    pub dry_run: bool,
    /// How many rows made something new.
    pub created: u32,
    /// How many rows changed something.
    pub changed: u32,
    /// How many rows said what was there already.
    pub unchanged: u32,
    /// The rows in their order, at most 1,000: those that changed something before the others.
    pub rows: Vec<ImportRow>,
    /// How many rows are not listed because there are more.
    pub rows_left_out: u32,
}

/// What became of a row, or would.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportRow {
    /// The sheet it stands in.
    pub sheet: String,
    /// Its number there, the first being 1.
    #[schema(minimum = 1)]
    pub row: u32,
    /// What became of it.
    pub action: RowAction,
    /// The id of what it is about; absent when it was only tried to make it, and for a year plan,
    /// which has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<i64>,
    /// What it is about, for people.
    pub label: String,
    /// The fields that changed, before and after.
    pub changes: Vec<ChangeView>,
}

/// What a row did.
#[derive(Debug)]
pub struct Done {
    /// What became of it.
    pub action: RowAction,
    /// The id of what it is about.
    pub id: Option<i64>,
    /// What it is about, for people.
    pub label: String,
    /// The fields that changed.
    pub changes: Vec<ChangeView>,
}

impl Done {
    /// A row that says what is there already.
    pub fn left(id: Option<i64>, label: String) -> Self {
        Self { action: RowAction::Leave, id, label, changes: Vec::new() }
    }
}

/// Counts rows and errors.
#[derive(Debug, Default)]
pub struct Tally {
    counts: [u32; 3],
    touched: Vec<(usize, ImportRow)>,
    left: Vec<(usize, ImportRow)>,
    errors: Vec<FieldError>,
    said: BTreeSet<(String, String)>,
}

impl Tally {
    /// Notes what became of a row.
    pub fn done(&mut self, sheet: &str, row: u32, done: Done) {
        let nth = self.counts.iter().map(|n| usize::try_from(*n).unwrap_or(0)).sum();
        let [created, changed, unchanged] = &mut self.counts;
        let (count, rows) = match done.action {
            RowAction::Create => (created, &mut self.touched),
            RowAction::Change => (changed, &mut self.touched),
            RowAction::Leave => (unchanged, &mut self.left),
        };
        *count += 1;
        if rows.len() < ROWS_SHOWN {
            let Done { action, id, label, changes } = done;
            let sheet = sheet.to_owned();
            rows.push((nth, ImportRow { sheet, row, action, id, label, changes }));
        }
    }

    /// Notes what is wrong at a place.
    pub fn note(&mut self, place: CellPlace, pointer: &str, error: FieldError) {
        if !self.is_full() {
            let (pointer, place) = (pointer.to_owned(), Some(Box::new(place)));
            self.errors.push(FieldError { pointer, place, ..error });
        }
    }

    /// Notes once for a sheet what is wrong with all its rows.
    pub fn note_once(&mut self, place: CellPlace, pointer: &str, error: FieldError) {
        if self.said.insert((place.sheet.clone(), pointer.to_owned())) {
            self.note(place, pointer, error);
        }
    }

    /// Whether no more is said about what is wrong.
    pub fn is_full(&self) -> bool {
        self.errors.len() >= ERRORS_SHOWN
    }

    /// Whether nothing was wrong so far.
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// What the file did, or everything that is wrong with it.
    ///
    /// # Errors
    /// 422.
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
        // What was only tried has no id.
        for row in rows.iter_mut().filter(|row| dry_run && row.action == RowAction::Create) {
            row.id = None;
        }
        Ok(ImportView { kind, dry_run, created, changed, unchanged, rows, rows_left_out })
    }
}

fn wrong(errors: Vec<FieldError>) -> Problem {
    let count = errors.len();
    if count < ERRORS_SHOWN {
        return Problem::invalid(errors);
    }
    let detail = Words::new(
        format!("文件至少有 {count} 处不符合要求，仅列出前 {count} 处；没有保存任何内容。"),
        format!(
            "At least {count} things are wrong; the first {count} are named. Nothing was saved."
        ),
    );
    Problem { detail, ..Problem::invalid(errors) }
}

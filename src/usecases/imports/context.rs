//! What the rows of a file share while they are processed.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::words::Words;
use crate::store::projects::coded::ReferenceCodes;
use crate::usecases::ask::Ask;
use crate::usecases::imports::reports::LoadedReports;
use crate::usecases::refusal::Refusal;
use crate::usecases::relied_on::ReliedOn;

/// A row of a file.
#[derive(Clone, Debug, Default)]
struct RowPlace {
    /// Its place among all rows of the file. Numbers are counted anew in each sheet.
    nth: usize,
    sheet: String,
    number: u32,
}

/// State while the rows of a file are processed.
pub(crate) struct ImportContext {
    /// Industries and areas, to convert between ids and codes.
    pub(super) codes: ReferenceCodes,
    /// True to submit the reports of the file.
    pub submits: bool,
    rows: BTreeMap<String, RowPlace>,
    /// The row that is processed.
    row: RowPlace,
    new: BTreeSet<String>,
    /// What the rows relied on so far.
    pub relied_on: ReliedOn,
    /// Reports of the rows that are processed.
    pub reports: LoadedReports,
    /// Project of the row that is processed.
    project: Option<ProjectId>,
    /// Places in the file of the rows of each project.
    rows_of: BTreeMap<ProjectId, BTreeSet<usize>>,
}

impl ImportContext {
    /// Loads what the rows need.
    ///
    /// # Errors
    /// Database errors only.
    pub(crate) fn load(ask: &mut Ask<'_>) -> Result<Self, Refusal> {
        Ok(Self {
            codes: ReferenceCodes::load(ask.conn)?,
            submits: false,
            rows: BTreeMap::new(),
            row: RowPlace::default(),
            new: BTreeSet::new(),
            relied_on: ReliedOn::default(),
            reports: LoadedReports::default(),
            project: None,
            rows_of: BTreeMap::new(),
        })
    }

    /// Notes the project that the row under way is about.
    pub(crate) fn enter_project(&mut self, project: ProjectId) {
        self.project = Some(project);
    }

    /// Begins the row that is the `nth` of all rows of the file.
    pub(crate) fn begin_row(&mut self, nth: usize, sheet: &str, number: u32) {
        self.row = RowPlace { nth, sheet: sheet.to_owned(), number };
    }

    /// Ends the row.
    pub(crate) fn end_row(&mut self) {
        let place = self.row.nth;
        if let Some(project) = self.project.take() {
            self.relied_on.add_project(project);
            self.rows_of.entry(project).or_default().insert(place);
        }
    }

    /// Places of the rows about these projects.
    pub(crate) fn rows_about(&self, projects: &BTreeSet<ProjectId>) -> BTreeSet<usize> {
        projects.iter().filter_map(|project| self.rows_of.get(project)).flatten().copied().collect()
    }

    /// Remembers a record that the row created.
    pub(crate) fn add_new(&mut self, record: String) {
        self.new.insert(record.clone());
        self.rows.insert(record, self.row.clone());
    }

    /// The number of the row that created a record; `None` if it existed before the file.
    pub(crate) fn row_of_new(&self, record: &str) -> Option<u32> {
        self.rows.get(record).map(|row| row.number).filter(|_| self.new.contains(record))
    }

    /// Rejects a second row for the same record.
    ///
    /// # Errors
    /// `duplicate-row`, without a pointer.
    pub(crate) fn once(&mut self, record: String) -> Result<(), FieldError> {
        let row = &self.row;
        match self.rows.insert(record, row.clone()) {
            Some(first) if first.nth != row.nth => {
                let RowPlace { sheet, number, .. } = first;
                let words = if sheet == row.sheet {
                    Words::new(
                        format!("与第 {number} 行重复；请只保留一行。"),
                        format!("Duplicate of row {number}; keep only one of them."),
                    )
                } else {
                    Words::new(
                        format!("与工作表“{sheet}”第 {number} 行重复；请只保留一行。"),
                        format!("Duplicate of row {number} of the sheet {sheet:?}; keep only one."),
                    )
                };
                Err(FieldError::new("", "duplicate-row", words))
            }
            Some(_) | None => Ok(()),
        }
    }
}

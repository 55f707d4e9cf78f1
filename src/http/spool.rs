//! The rows of a list on their way into a file: written to a temporary file as they are read, so
//! that neither memory nor the snapshot depends on the number of rows or on a slow client.

use std::io::{BufRead, BufReader, BufWriter, Seek, Write};

use serde::Serialize;
use tempfile::{SpooledTempFile, spooled_tempfile};
use utoipa::ToSchema;

use crate::domain::headings::heading;
use crate::domain::words::Language;
use crate::http::columns::{Columns, columns_of};
use crate::http::json_table::{Field, TableCell, cells_of};
use crate::usecases::refusal::Refusal;

/// Bytes that are kept in memory; more are kept in a temporary file without a name.
const IN_MEMORY: usize = 256 * 1024;

/// A file that is in memory while it is small.
pub(super) fn scratch_file() -> SpooledTempFile {
    spooled_tempfile(IN_MEMORY)
}

/// Takes rows, one JSON text a line.
pub(super) struct SpoolWriter {
    lines: BufWriter<SpooledTempFile>,
    columns: Columns,
    rows: u64,
}

/// All rows of a list, with their columns.
pub(super) struct Spool {
    lines: SpooledTempFile,
    columns: Columns,
    /// Headings in the order of the columns.
    headings: Vec<String>,
    rows: u64,
}

impl SpoolWriter {
    /// Without rows.
    pub(super) fn new() -> Self {
        Self { lines: BufWriter::new(scratch_file()), columns: Columns::default(), rows: 0 }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// A fault of ours, or of the disk.
    pub(super) fn add<T: Serialize>(&mut self, item: &T) -> Result<(), Refusal> {
        let line = serde_json::to_string(item).map_err(Refusal::broken)?;
        let cells = cells_of(&line).map_err(Refusal::broken)?;
        self.columns.learn(cells.iter().map(|cell| cell.name.as_str()));
        self.rows += 1;
        writeln!(self.lines, "{line}").map_err(Refusal::broken)
    }

    /// The rows, with every column that the schema of `T` has.
    ///
    /// # Errors
    /// A fault of the disk.
    pub(super) fn finish<T: ToSchema>(mut self) -> Result<Spool, Refusal> {
        let of_schema = columns_of::<T>();
        self.columns.learn(of_schema.iter().map(String::as_str));
        let lines = self.lines.into_inner().map_err(Refusal::broken)?;
        let headings = self.columns.names().to_vec();
        Ok(Spool { lines, columns: self.columns, headings, rows: self.rows })
    }
}

impl Spool {
    /// Headings in the order of the columns.
    pub(super) fn headings(&self) -> &[String] {
        &self.headings
    }

    /// Takes the headings of summaries in `language`.
    pub(super) fn say(&mut self, language: Language) {
        self.headings.iter_mut().for_each(|name| *name = heading(name, language));
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// True if the rows are in a temporary file.
    #[cfg(test)]
    pub(super) fn is_in_file(&self) -> bool {
        self.lines.is_rolled()
    }

    /// Hands each row to `take`, with a cell for each column.
    ///
    /// # Errors
    /// The error of `take`, or a fault of the disk.
    pub(super) fn each<E: From<std::io::Error>>(
        &mut self,
        mut take: impl FnMut(&[TableCell]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.lines.rewind()?;
        let places = self.columns.places();
        let mut row = vec![TableCell::Empty; places.len()];
        let mut line = String::new();
        let mut lines = BufReader::new(&mut self.lines);
        while lines.read_line(&mut line)? > 0 {
            row.fill(TableCell::Empty);
            for Field { name, cell } in cells_of(&line).map_err(std::io::Error::from)? {
                if let Some(place) = places.get(name.as_str()).and_then(|at| row.get_mut(*at)) {
                    *place = cell;
                }
            }
            take(&row)?;
            line.clear();
        }
        Ok(())
    }
}

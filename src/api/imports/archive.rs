//! A workbook as its reader sees it: an archive that counts what is unpacked from it.
//!
//! Readers go through a part as often as they like, and a workbook may name one part as many
//! sheets. The bytes unpacked, however often, measure the work and are the same on any machine.

use std::cell::Cell;
use std::io::{Cursor, Error, Read, Result, Seek, SeekFrom};
use std::ops::Range;
use std::rc::Rc;

use zip::ZipArchive;

use crate::api::imports::guard::Inspected;
use crate::api::imports::limits;
use crate::api::imports::limits::broken_file;
use crate::http::problem::Problem;

/// A part: where its packed bytes are, and how many bytes they unpack to.
struct Part {
    packed: Range<u64>,
    unpacked: u64,
}

/// An archive that is read up to [`limits::READ_BYTES`].
pub(crate) struct CountedArchive {
    inner: Cursor<Vec<u8>>,
    /// In the order they lie in.
    parts: Vec<Part>,
    spent: Spent,
}

/// How many bytes were unpacked so far.
#[derive(Clone, Default)]
pub(crate) struct Spent(Rc<Cell<u64>>);

impl Spent {
    /// Why reading failed: for the bound, or because of what the reader says.
    pub(crate) fn problem(&self, cause: &dyn std::fmt::Display) -> Problem {
        if self.is_over() { limits::too_full() } else { broken_file(cause) }
    }

    fn is_over(&self) -> bool {
        self.0.get() > limits::READ_BYTES
    }
}

impl CountedArchive {
    /// The archive of `workbook`, nothing of which was read yet.
    ///
    /// # Errors
    /// 400.
    pub(crate) fn new(workbook: Inspected) -> std::result::Result<Self, Problem> {
        let mut archive =
            ZipArchive::new(Cursor::new(&workbook.archive)).map_err(|e| broken_file(&e))?;
        let mut parts = Vec::with_capacity(workbook.unpacked.len());
        for (index, unpacked) in workbook.unpacked.into_iter().enumerate() {
            let entry = archive.by_index_raw(index).map_err(|e| broken_file(&e))?;
            let start = entry.data_start().ok_or_else(|| broken_file(&"?"))?;
            let packed = start..start.saturating_add(entry.compressed_size());
            parts.push(Part { packed, unpacked });
        }
        Ok(Self { inner: Cursor::new(workbook.archive), parts, spent: Spent::default() })
    }

    /// Its count, to be asked while a reader has the archive.
    pub(crate) fn spent(&self) -> Spent {
        self.spent.clone()
    }

    /// How many bytes `read` bytes at `position` unpack to.
    fn unpacked(&self, position: u64, read: u64) -> u64 {
        let next = self.parts.partition_point(|part| part.packed.start <= position);
        let part = next.checked_sub(1).and_then(|index| self.parts.get(index));
        let Some(part) = part.filter(|part| part.packed.contains(&position)) else {
            return read;
        };
        let packed = part.packed.end - part.packed.start;
        let unpacked = u128::from(read) * u128::from(part.unpacked) / u128::from(packed);
        u64::try_from(unpacked).unwrap_or(u64::MAX).max(read)
    }
}

impl Read for CountedArchive {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let position = self.inner.position();
        let read = self.inner.read(buffer)?;
        let unpacked = self.unpacked(position, u64::try_from(read).unwrap_or(u64::MAX));
        self.spent.0.set(self.spent.0.get().saturating_add(unpacked));
        if self.spent.is_over() { Err(Error::other("more than is read")) } else { Ok(read) }
    }
}

impl Seek for CountedArchive {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::write::SimpleFileOptions;
    use zip::{ZipArchive, ZipWriter};

    use super::CountedArchive;
    use crate::api::imports::guard::Inspected;
    use crate::api::imports::limits::READ_BYTES;
    use crate::api::imports::sheet_facts::WorkbookFacts;

    #[test]
    fn a_part_counts_as_often_as_it_is_read() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let mut unpacked = Vec::new();
        for (name, size) in [("small", 1_000), ("large", 8 << 20), ("none", 0)] {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(&vec![b' '; size]).unwrap();
            unpacked.push(size as u64);
        }
        let archive = zip.finish().unwrap().into_inner();
        let counted =
            CountedArchive::new(Inspected { archive, unpacked, facts: WorkbookFacts::default() })
                .unwrap();
        let spent = counted.spent();
        let mut zip = ZipArchive::new(counted).unwrap();
        let mut read = |name: &str| {
            let before = spent.0.get();
            std::io::copy(&mut zip.by_name(name)?, &mut std::io::sink())?;
            std::io::Result::Ok(spent.0.get() - before)
        };

        // What stands around a part counts as it is.
        for _ in 0..5 {
            assert!((1_000..1_500).contains(&read("small").unwrap()));
            assert!((8 << 20..(8 << 20) + 500).contains(&read("large").unwrap()));
            assert!(read("none").unwrap() < 500);
        }
        let times = READ_BYTES / (8 << 20);
        assert!((5..times).filter(|_| read("large").is_err()).count() <= 1);
        assert!(read("small").is_err());
    }
}

//! Checks a workbook before it is parsed: its real unpacked size, and content that is not accepted.
//!
//! Declared sizes are checked first, because that is cheap. Then every part is unpacked and
//! counted, because declared sizes can be false. Only checked parts are passed on.

use std::cell::Cell;
use std::io::{BufReader, Cursor, Read};
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::result::ZipError;
use zip::{ZipArchive, ZipWriter};

use crate::api::imports::limits;
use crate::api::imports::limits::{broken_file, not_taken, unreadable};
use crate::api::imports::sheet_facts::{WorkbookFacts, attribute};
use crate::http::problem::Problem;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// A workbook that was looked over.
pub(crate) struct Inspected {
    /// The workbook again, with nothing in it but XML that was looked at.
    pub archive: Vec<u8>,
    /// How many bytes each of its parts unpacks to, in their order.
    pub unpacked: Vec<u64>,
    /// What else its parts say of its sheets.
    pub facts: WorkbookFacts,
}

/// Looks `file` over.
///
/// # Errors
/// 400, 413, 415: what is wrong with it, and what to do.
pub(crate) fn inspected(file: &[u8]) -> Result<Inspected, Problem> {
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(|e| broken_file(&e))?;
    let parts = declared(&mut archive)?;
    let mut seen = Seen::default();
    let mut kept = ZipWriter::new(Cursor::new(Vec::with_capacity(file.len())));
    let mut unpacked = Vec::with_capacity(parts.len());
    for (index, name) in parts {
        let entry = archive.by_index(index).map_err(|e| broken_file(&e))?;
        unpacked.push(seen.part(entry, &name)?);
        let content = archive.by_index_raw(index).map_err(|e| broken_file(&e))?;
        kept.raw_copy_file(content).map_err(|e| broken_file(&e))?;
    }
    let archive = kept.finish().map_err(|e: ZipError| broken_file(&e))?.into_inner();
    Ok(Inspected { archive, unpacked, facts: seen.facts })
}

/// Indexes and names of the XML parts, after checking the declared names and sizes of all parts.
fn declared(archive: &mut Archive<'_>) -> Result<Vec<(usize, String)>, Problem> {
    if archive.len() > limits::PARTS {
        return Err(limits::too_full());
    }
    let mut parts = Vec::new();
    let mut bytes = 0_u64;
    let mut is_workbook = false;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|e| broken_file(&e))?;
        let name = entry.name().map_err(|e| broken_file(&e))?.replace('\\', "/");
        let lower = name.to_ascii_lowercase();
        if entry.encrypted() {
            return Err(encrypted());
        }
        allowed(&lower)?;
        is_workbook |= lower == "xl/workbook.xml" || lower == "[content_types].xml";
        if matches!(lower.rsplit_once('.'), Some((_, "xml" | "rels"))) {
            bytes = bytes.saturating_add(entry.size());
            parts.push((index, lower));
        }
    }
    if !is_workbook {
        return Err(not_a_workbook());
    }
    if bytes > limits::UNPACKED_BYTES { Err(unpacks_too_large()) } else { Ok(parts) }
}

fn allowed(name: &str) -> Result<(), Problem> {
    if name.ends_with("vbaproject.bin") || name.contains("/macrosheets/") {
        return Err(not_taken(
            "文件含有宏，不予接收。请另存为不含宏的 .xlsx 工作簿。",
            "The file contains macros, which are not accepted. Save it as an .xlsx workbook without macros.",
        ));
    }
    if name.contains("externallinks/") {
        return Err(not_taken(
            "文件链接到其他工作簿，不予接收。请在“数据 → 编辑链接”中断开链接后另存。",
            "The file links to other workbooks, which is not accepted. Break the links (Data, Edit Links) and save it again.",
        ));
    }
    if name == "xl/workbook.bin" || name == "mimetype" || name.starts_with("word/") {
        return Err(not_a_workbook());
    }
    Ok(())
}

/// 415: a different type of file.
pub(crate) fn not_a_workbook() -> Problem {
    not_taken(
        "只接收 .xlsx 工作簿或 .csv 文件。请用电子表格软件另存为 .xlsx。",
        "Only .xlsx workbooks and .csv files are accepted. Save the file as .xlsx in a spreadsheet program.",
    )
}

/// 415: an encrypted or old file.
pub(crate) fn encrypted() -> Problem {
    not_taken(
        "文件已加密，或是旧版 .xls。请去除密码，另存为 .xlsx。",
        "The file is encrypted or is an old .xls file. Remove the password and save it as .xlsx.",
    )
}

fn unpacks_too_large() -> Problem {
    let most = limits::UNPACKED_BYTES >> 20;
    limits::too_much(
        &format!("文件解压后超过 {most} MB"),
        &format!("The file unpacks to more than {most} MB"),
    )
}

fn external() -> Problem {
    unreadable(
        "文件含有 DTD 或实体声明，不予读取",
        "The file contains a DTD or entity declarations, which are not accepted",
    )
}

/// Counts over all parts so far.
#[derive(Default)]
struct Seen {
    bytes: u64,
    elements: u64,
    strings: u64,
    formats: u64,
    regions: u64,
    rows: u64,
    facts: WorkbookFacts,
}

/// Reader that counts bytes and fails when a limit is exceeded.
struct Counted<R> {
    inner: R,
    left: u64,
    piece: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let bytes = u64::try_from(read).unwrap_or(u64::MAX);
        let piece = self.piece.get().saturating_add(bytes);
        self.piece.set(piece);
        self.left = self.left.saturating_sub(bytes);
        if piece > limits::PIECE_BYTES || (self.left == 0 && read > 0) {
            return Err(std::io::Error::other(TOO_LARGE));
        }
        Ok(read)
    }
}

/// Error message with which [`Counted`] reports an exceeded limit.
const TOO_LARGE: &str = "more than is read";

impl Seen {
    /// Unpacks one part, counting; how many bytes it is.
    fn part<R: Read>(&mut self, entry: R, name: &str) -> Result<u64, Problem> {
        let most = match name.rsplit('/').next().unwrap_or(name) {
            "sharedstrings.xml" => limits::STRING_BYTES,
            "styles.xml" => limits::STYLE_BYTES,
            _ => limits::UNPACKED_BYTES,
        };
        let whole = limits::UNPACKED_BYTES.saturating_sub(self.bytes).min(most);
        let piece = Rc::new(Cell::new(0));
        let inner = Counted { inner: entry, left: whole + 1, piece: Rc::clone(&piece) };
        let mut xml = Reader::from_reader(BufReader::new(inner));
        let config = xml.config_mut();
        (config.check_end_names, config.expand_empty_elements) = (false, true);
        let mut buffer = Vec::with_capacity(1024);
        let mut depth = 0_u32;
        self.facts.begin();
        loop {
            buffer.clear();
            piece.set(0);
            match xml.read_event_into(&mut buffer) {
                Ok(Event::Start(tag)) => {
                    depth += 1;
                    if depth > limits::DEPTH {
                        return Err(limits::too_full());
                    }
                    self.element(&tag)?;
                    self.facts.start(name, &tag)?;
                }
                Ok(Event::End(tag)) => {
                    depth = depth.saturating_sub(1);
                    self.facts.end(name, tag.local_name().as_ref())?;
                }
                Ok(Event::Text(text)) => self.facts.text(&text),
                Ok(Event::DocType(_)) => return Err(external()),
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(e) if e.to_string().contains(TOO_LARGE) => return Err(unpacks_too_large()),
                Err(e) => return Err(broken_file(&e)),
            }
        }
        let bytes = xml.buffer_position();
        self.bytes = self.bytes.saturating_add(bytes);
        Ok(bytes)
    }

    fn element(&mut self, tag: &BytesStart<'_>) -> Result<(), Problem> {
        self.elements += 1;
        if self.elements > limits::ELEMENTS {
            return Err(limits::too_full());
        }
        let full = |count: &mut u64, most: u64| {
            *count += 1;
            if *count > most { Err(limits::too_full()) } else { Ok(()) }
        };
        let name = tag.local_name();
        match name.as_ref() {
            "name" | "numFmt" => short(tag, limits::FORMAT_BYTES)?,
            "Relationship" => short(tag, limits::REFERENCE_BYTES)?,
            _ => {}
        }
        match name.as_ref() {
            "si" => full(&mut self.strings, limits::STRINGS),
            "sst" => announced(tag),
            "xf" | "font" | "fill" | "border" | "numFmt" => full(&mut self.formats, limits::STYLES),
            "sheet" | "mergeCell" | "definedName" => full(&mut self.regions, limits::REGIONS),
            "row" => {
                self.rows += 1;
                if self.rows > 2 * u64::from(limits::LAST_ROW) {
                    return Err(limits::too_many_rows());
                }
                near(tag)
            }
            "c" => near(tag),
            _ => Ok(()),
        }
    }
}

/// Whether what readers copy many times is short.
fn short(tag: &BytesStart<'_>, most: usize) -> Result<(), Problem> {
    if tag.len() > most { Err(limits::too_full()) } else { Ok(()) }
}

/// The number of shared strings that is announced: readers make room for as many.
fn announced(tag: &BytesStart<'_>) -> Result<(), Problem> {
    match attribute(tag, "uniqueCount")?.map(|n| n.parse::<u64>()) {
        None => Ok(()),
        Some(Ok(count)) if count <= limits::STRINGS => Ok(()),
        Some(_) => Err(limits::too_full()),
    }
}

/// Checks that a row or cell is within the range that is read.
fn near(tag: &BytesStart<'_>) -> Result<(), Problem> {
    let Some(place) = attribute(tag, "r")? else {
        return Ok(());
    };
    let split = place.find(|c: char| c.is_ascii_digit()).unwrap_or(place.len());
    let (column, row) = place.split_at(split);
    let row: u32 = row.parse().map_err(|_| limits::too_far("?"))?;
    let number = |sum: u32, c: u8| sum * 26 + u32::from(c.to_ascii_uppercase().wrapping_sub(b'@'));
    let is_name = column.len() <= 3 && column.bytes().all(|b| b.is_ascii_alphabetic());
    if !is_name || column.bytes().fold(0, number) > limits::COLUMNS {
        return Err(limits::too_far(&place.chars().take(12).collect::<String>()));
    }
    match row {
        1..=limits::LAST_ROW => Ok(()),
        _ if column.is_empty() => Err(limits::too_many_rows()),
        _ => Err(limits::too_far(&place.chars().take(12).collect::<String>())),
    }
}

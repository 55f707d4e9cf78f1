//! Limits on the size and complexity of import files, and the errors for files that exceed them.

use actix_web::http::StatusCode;

use crate::domain::words::Words;
use crate::http::problem::Problem;
use crate::usecases::imports::ROWS;

/// Last row number that is read; leaves room for a title, headings and some blank rows.
pub(crate) const LAST_ROW: u32 = ROWS + 100;
/// Maximum number of columns.
pub(crate) const COLUMNS: u32 = 200;
/// Maximum number of non-blank cells.
pub(crate) const CELLS: usize = 700_000;
/// Maximum length of a cell's text in bytes; spreadsheet programs allow 32,767 characters.
pub(crate) const CELL_BYTES: usize = 131_072;
/// Maximum total length of all texts, in bytes.
pub(crate) const TEXT_BYTES: usize = 24 << 20;
/// Maximum unpacked size of a workbook, in bytes.
pub(crate) const UNPACKED_BYTES: u64 = 64 << 20;
/// Most bytes its parts unpack to while its cells are read, when a part is read more than once.
pub(crate) const READ_BYTES: u64 = 3 * UNPACKED_BYTES;
/// Most bytes its shared strings unpack to.
pub(crate) const STRING_BYTES: u64 = 24 << 20;
/// Maximum number of shared strings.
pub(crate) const STRINGS: u64 = 400_000;
/// Maximum unpacked size of the styles, in bytes.
pub(crate) const STYLE_BYTES: u64 = 4 << 20;
/// Maximum number of formats of each kind.
pub(crate) const STYLES: u64 = 10_000;
/// Longest name of a font, or number format, as a tag in bytes: each format of a cell has a copy.
pub(crate) const FORMAT_BYTES: usize = 2_048;
/// Longest reference to another part, as a tag in bytes: each sheet that uses it has a copy.
pub(crate) const REFERENCE_BYTES: usize = 8_192;
/// Most parts a workbook is made of.
pub(crate) const PARTS: usize = 2_000;
/// Maximum length of an XML tag, or of the text between two tags, in bytes.
pub(crate) const PIECE_BYTES: u64 = 512 << 10;
/// Maximum number of XML elements in all parts together.
pub(crate) const ELEMENTS: u64 = 3_000_000;
/// Maximum nesting depth of XML elements.
pub(crate) const DEPTH: u32 = 200;
/// Maximum number of visible sheets.
pub(crate) const SHEETS: usize = 50;
/// Most merged regions and sheets.
pub(crate) const REGIONS: u64 = 5_000;

/// 413: the file exceeds a limit.
pub(crate) fn too_much(zh: &str, en: &str) -> Problem {
    let words = Words::new(
        format!("{zh}。请删去多余的行、列和格式，或拆成几个文件。"),
        format!("{en}. Delete unneeded rows, columns and formats, or split the file."),
    );
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "file-too-large", words)
}

/// 413: too many rows.
pub(crate) fn too_many_rows() -> Problem {
    too_much(
        &format!("文件超过 {ROWS} 行（含空行和只有格式的行）"),
        &format!("The file has more than {ROWS} rows, including empty and formatted ones"),
    )
}

/// 413: a cell outside the range that is read.
pub(crate) fn too_far(cell: &str) -> Problem {
    too_much(
        &format!("单元格 {cell} 超出可读范围（{ROWS} 行、{COLUMNS} 列）"),
        &format!("Cell {cell} is outside the readable range of {ROWS} rows and {COLUMNS} columns"),
    )
}

/// 413: too many cells, or too much text.
pub(crate) fn too_full() -> Problem {
    too_much("文件内容过多", "The file contains too much data")
}

/// 400: the file is damaged or malicious.
pub(crate) fn unreadable(zh: &str, en: &str) -> Problem {
    let words = Words::new(
        format!("{zh}。请用电子表格软件打开后另存为 .xlsx 再试。"),
        format!("{en}. Open it in a spreadsheet program, save it as .xlsx and try again."),
    );
    Problem::unreadable("file-unreadable", words)
}

/// 400: the file cannot be parsed; `cause` is the parser's message.
pub(crate) fn broken_file(cause: &dyn std::fmt::Display) -> Problem {
    unreadable(&format!("文件无法读取：{cause}"), &format!("The file cannot be read: {cause}"))
}

/// 415: a file type that is not accepted.
pub(crate) fn not_taken(zh: &str, en: &str) -> Problem {
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Problem::new(status, "file-not-taken", Words::new(zh, en))
}

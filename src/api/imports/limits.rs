//! How much of a file is read, and what is said when there is more.

use actix_web::http::StatusCode;

use crate::domain::words::Words;
use crate::http::problem::Problem;

/// Most rows with anything in them, in all sheets together.
pub const ROWS: u32 = 20_000;
/// The last row that is looked at: a title and a heading above the others, and some blank ones.
pub const LAST_ROW: u32 = ROWS + 100;
/// Most columns.
pub const COLUMNS: u32 = 200;
/// Most cells with anything in them.
pub const CELLS: usize = 700_000;
/// Longest text of a cell, in bytes; a spreadsheet holds no more than 32,767 characters.
pub const CELL_BYTES: usize = 131_072;
/// Most text in all cells, in bytes.
pub const TEXT_BYTES: usize = 24 << 20;
/// Most bytes a workbook unpacks to.
pub const UNPACKED_BYTES: u64 = 64 << 20;
/// Most bytes its parts unpack to while its cells are read, when a part is read more than once.
pub const READ_BYTES: u64 = 3 * UNPACKED_BYTES;
/// Most bytes its shared strings unpack to.
pub const STRING_BYTES: u64 = 24 << 20;
/// Most shared strings.
pub const STRINGS: u64 = 400_000;
/// Most bytes its formats unpack to.
pub const STYLE_BYTES: u64 = 4 << 20;
/// Most formats of each sort.
pub const STYLES: u64 = 10_000;
/// Longest name of a font, or number format, as a tag in bytes: each format of a cell has a copy.
pub const FORMAT_BYTES: usize = 2_048;
/// Longest reference to another part, as a tag in bytes: each sheet that uses it has a copy.
pub const REFERENCE_BYTES: usize = 8_192;
/// Most parts a workbook is made of.
pub const PARTS: usize = 2_000;
/// Longest piece of XML between two tags, or tag, in bytes.
pub const PIECE_BYTES: u64 = 512 << 10;
/// Most elements of all parts.
pub const ELEMENTS: u64 = 3_000_000;
/// How deep elements nest at most.
pub const DEPTH: u32 = 200;
/// Most sheets that people see.
pub const SHEETS: usize = 50;
/// Most merged regions and sheets.
pub const REGIONS: u64 = 5_000;

/// 413: more than is read.
pub fn too_much(zh: &str, en: &str) -> Problem {
    let words = Words::new(
        format!("{zh}。请删去多余的行、列和格式，或拆成几个文件。"),
        format!("{en}. Delete what is not needed, empty rows and formats too, or split the file."),
    );
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "file-too-large", words)
}

/// 413: too many rows.
pub fn too_many_rows() -> Problem {
    too_much(
        &format!("文件超过 {ROWS} 行（含空行和只有格式的行）"),
        &format!("The file has more than {ROWS} rows, counting empty and merely formatted ones"),
    )
}

/// 413: a cell far off.
pub fn too_far(cell: &str) -> Problem {
    too_much(
        &format!("单元格 {cell} 超出可读范围（{ROWS} 行、{COLUMNS} 列）"),
        &format!("Cell {cell} lies beyond what is read: {ROWS} rows, {COLUMNS} columns"),
    )
}

/// 413: too many cells, or too much in them.
pub fn too_full() -> Problem {
    too_much("文件内容过多", "The file holds too much")
}

/// 400: broken, or made to break.
pub fn unreadable(zh: &str, en: &str) -> Problem {
    let words = Words::new(
        format!("{zh}。请用电子表格软件打开后另存为 .xlsx 再试。"),
        format!("{en}. Open it in a spreadsheet program, save it as .xlsx and try again."),
    );
    Problem::unreadable("file-unreadable", words)
}

/// 400: what a library says it cannot read.
pub fn broken_file(cause: &dyn std::fmt::Display) -> Problem {
    unreadable(&format!("文件无法读取：{cause}"), &format!("The file cannot be read: {cause}"))
}

/// 415: of a sort that is not taken.
pub fn not_taken(zh: &str, en: &str) -> Problem {
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Problem::new(status, "file-not-taken", Words::new(zh, en))
}

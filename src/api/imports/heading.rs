//! Finds the heading row of a sheet and identifies its columns.

use crate::api::imports::column::{Column, Part, letters};
use crate::api::imports::content::{CellContent, SheetContent, SheetRow};
use crate::api::imports::log::ImportLog;
use crate::domain::error::{CellPlace, FieldError};
use crate::domain::words::Words;

/// A sheet whose columns are identified.
#[derive(Debug)]
pub struct Table<'a> {
    /// The sheet.
    pub sheet: &'a SheetContent,
    /// Row number of the headings.
    pub heading: u32,
    /// Position and definition of each column.
    pub columns: Vec<(u16, &'static Column)>,
    /// Rows below the headings.
    pub rows: &'a [SheetRow],
}

/// Number of non-blank rows searched for headings; a title may precede them.
const DEEPEST: usize = 10;

/// Normalises a heading: removes spaces and asterisks, and uses full-width brackets.
pub fn plain(heading: &str) -> String {
    let plain = |c: char| match c {
        '(' => Some('（'),
        ')' => Some('）'),
        '*' | '＊' => None,
        c if c.is_whitespace() => None,
        c => Some(c),
    };
    heading.trim_start_matches('\u{feff}').chars().filter_map(plain).collect()
}

fn text(content: &CellContent) -> String {
    match content {
        CellContent::Text(text) => plain(text),
        CellContent::Number(_)
        | CellContent::Day(_)
        | CellContent::Flag(_)
        | CellContent::Rejected(_) => String::new(),
    }
}

fn find(columns: &'static [Column], heading: &str) -> Option<&'static Column> {
    let exact = columns.iter().find(|c| c.part != Part::Ignored && c.is_called(heading));
    exact.or_else(|| columns.iter().find(|c| c.is_called(heading)))
}

/// The sheets with headings of `columns`; heading errors are recorded in `log`.
pub fn tables<'a>(
    sheets: &'a [SheetContent],
    columns: &'static [Column],
    log: &mut ImportLog,
) -> Vec<Table<'a>> {
    let found: Vec<Table<'a>> =
        sheets.iter().filter_map(|sheet| table(sheet, columns, log)).collect();
    if found.is_empty() {
        let sheet = sheets.first().map_or_else(|| "CSV".to_owned(), |s| s.name.clone());
        let known = columns.iter().filter(|c| c.part == Part::Write);
        let (zh, en): (Vec<_>, Vec<_>) = known.map(|c| (c.zh, c.name)).take(6).unzip();
        let words = Words::new(
            format!("没有找到表头。首行应为列名，例如：{}；请下载模板填写。", zh.join("、")),
            format!(
                "No heading row was found. The first row must contain column names such as {}; or use the template.",
                en.join(", ")
            ),
        );
        log.note(at(&sheet, 1, None), "/headings", FieldError::new("", "no-headings", words));
    }
    found
}

fn table<'a>(
    sheet: &'a SheetContent,
    columns: &'static [Column],
    log: &mut ImportLog,
) -> Option<Table<'a>> {
    let names = |row: &SheetRow| {
        let known = row.cells.iter().filter_map(|(_, content)| find(columns, &text(content)));
        let mut names: Vec<&str> = known.map(|c| c.name).collect();
        names.sort_unstable();
        names.dedup();
        names.len()
    };
    // The row with the most headings; the first one of equals. A title row may contain one or two.
    let tops = sheet.rows.iter().take(DEEPEST).enumerate().map(|(at, row)| (names(row), at));
    let (count, place) = tops.fold((1, 0), |best, (n, at)| if n > best.0 { (n, at) } else { best });
    let headings = sheet.rows.get(place).filter(|_| count > 1)?;
    let rows = sheet.rows.get(place + 1..).unwrap_or_default();
    let columns = recognised(sheet, headings, columns, log);
    let table = Table { sheet, heading: headings.number, columns, rows };
    table.check_shape(headings, log);
    Some(table)
}

fn recognised(
    sheet: &SheetContent,
    headings: &SheetRow,
    columns: &'static [Column],
    log: &mut ImportLog,
) -> Vec<(u16, &'static Column)> {
    let mut found: Vec<(u16, &'static Column)> = Vec::new();
    for (place, content) in &headings.cells {
        let heading = text(content);
        let here = at(&sheet.name, headings.number, Some(*place));
        let Some(column) = find(columns, &heading) else {
            let error = unknown(&heading, columns);
            log.note(here, "/headings", error);
            continue;
        };
        if let Some((first, _)) = found.iter().find(|(_, c)| c.name == column.name)
            && column.part != Part::Ignored
        {
            let words = Words::new(
                format!("与 {} 列重复，请删去一列。", letters(*first)),
                format!("Duplicate of column {}; delete one of them.", letters(*first)),
            );
            log.note(here, "/headings", FieldError::new("", "repeated", words));
            continue;
        }
        found.push((*place, column));
    }
    found
}

/// Error for an unknown heading, suggesting the most similar column.
fn unknown(heading: &str, columns: &'static [Column]) -> FieldError {
    let near = |name: &str| strsim::normalized_damerau_levenshtein(heading, name);
    let likeness = |c: &Column| near(c.zh).max(near(c.name));
    let best = columns.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let shown: String = heading.chars().take(40).collect();
    let words = match best.filter(|c| likeness(c) > 0.4) {
        Some(c) => Words::new(
            format!("没有“{shown}”这一列；是否应为“{}”（{}）？", c.zh, c.name),
            format!("There is no column {shown:?}; did you mean {:?} ({})?", c.name, c.zh),
        ),
        None => Words::new(
            format!("没有“{shown}”这一列；请删去该列，或按模板改名。"),
            format!("There is no column {shown:?}. Delete it, or rename it as in the template."),
        ),
    };
    FieldError::new("", "unknown-column", words)
}

/// A place in a sheet; `column` counts from 0.
pub fn at(sheet: &str, row: u32, column: Option<u16>) -> CellPlace {
    CellPlace { sheet: sheet.to_owned(), row, column: column.map(letters) }
}

impl Table<'_> {
    /// Place of the column `name` in row `row`.
    pub fn place(&self, row: u32, name: &str) -> CellPlace {
        let column = self.columns.iter().find(|(_, c)| c.name == name).map(|(place, _)| *place);
        at(&self.sheet.name, row, column)
    }

    /// True if the sheet has the column `name`.
    pub fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|(_, c)| c.name == name)
    }

    /// Records errors for cells without heading and for merged cells, since their content would be
    /// lost.
    fn check_shape(&self, headings: &SheetRow, log: &mut ImportLog) {
        for row in self.rows {
            let headed = |place: u16| headings.cells.iter().any(|(p, _)| *p == place);
            let Some((place, _)) = row.cells.iter().find(|(place, _)| !headed(*place)) else {
                continue;
            };
            let words = Words::new(
                "这一列没有列名；请补上列名，或删去内容。",
                "This column has no heading. Add a heading or delete the content.",
            );
            let here = at(&self.sheet.name, row.number, Some(*place));
            let pointer = format!("/rows/{}", row.number);
            log.note(here, &pointer, FieldError::new("", "no-heading", words));
        }
        for (first, last, left, right) in &self.sheet.merged {
            if *last < self.heading || (first == last && left == right) {
                continue;
            }
            let words = Words::new(
                "合并单元格无法读取；请取消合并，逐格填写（标题行除外）。",
                "Merged cells cannot be read. Unmerge them and fill in each cell (except in the title row).",
            );
            let here = at(&self.sheet.name, *first, Some(*left));
            let pointer = format!("/rows/{first}");
            log.note(here, &pointer, FieldError::new("", "merged", words));
        }
    }
}

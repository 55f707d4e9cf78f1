//! Workbooks and CSV files as edited by users.

use calamine::{Data, DataRef, Reader, Xlsx};
use reqwest::Method;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use super::actor::{Actor, Answer};

/// Rows of cells; numbers keep their type.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid(pub Vec<Vec<Data>>);

/// A text cell.
pub fn text(text: &str) -> Data {
    Data::String(text.to_owned())
}

impl Grid {
    /// Rows of text cells.
    pub fn of(rows: &[&[&str]]) -> Self {
        Self(rows.iter().map(|row| row.iter().map(|cell| text(cell)).collect()).collect())
    }

    /// Reads the first sheet of a workbook.
    pub fn open(file: &[u8]) -> Self {
        Self::sheet(file, 0)
    }

    /// Reads a sheet of a workbook.
    pub fn sheet(file: &[u8], nth: usize) -> Self {
        let mut book = Xlsx::new(std::io::Cursor::new(file)).unwrap();
        let name = book.sheet_names()[nth].clone();
        let mut rows: Vec<Vec<Data>> = Vec::new();
        let mut reader = book.worksheet_cells_reader(&name).unwrap();
        while let Some(cell) = reader.next_cell().unwrap() {
            let (row, column) = cell.get_position();
            let (row, column) = (row as usize, column as usize);
            rows.resize(rows.len().max(row + 1), Vec::new());
            let cells: &mut Vec<Data> = &mut rows[row];
            cells.resize(cells.len().max(column + 1), Data::Empty);
            cells[column] = match cell.get_value() {
                DataRef::SharedString(text) => self::text(text),
                other => other.clone().into(),
            };
        }
        Self(rows)
    }

    /// Reads a CSV file.
    pub fn of_csv(file: &[u8]) -> Self {
        let file = file.strip_prefix("\u{feff}".as_bytes()).expect("a byte-order mark");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file);
        let cell = |cell: &str| if cell.is_empty() { Data::Empty } else { text(cell) };
        Self(reader.records().map(|r| r.unwrap().iter().map(cell).collect()).collect())
    }

    /// Writes a workbook.
    pub fn xlsx(&self) -> Vec<u8> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (row, cells) in self.0.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let (row, column) = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
                match cell {
                    Data::Empty => &mut *sheet,
                    Data::Float(number) => sheet.write_number(row, column, *number).unwrap(),
                    Data::Bool(flag) => sheet.write_boolean(row, column, *flag).unwrap(),
                    other => sheet.write_string(row, column, other.to_string()).unwrap(),
                };
            }
        }
        book.save_to_buffer().unwrap()
    }

    /// Writes a workbook, or CSV if a workbook cannot contain the text.
    pub fn xlsx_or_csv(&self) -> Vec<u8> {
        let hidden = |c: char| c.is_control() && c != '\n';
        let odd = |cell: &Data| cell.to_string().contains(hidden);
        if self.0.iter().flatten().any(odd) { self.csv() } else { self.xlsx() }
    }

    /// Writes CSV.
    pub fn csv(&self) -> Vec<u8> {
        let start = "\u{feff}".as_bytes().to_vec();
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(start);
        for row in &self.0 {
            writer.write_record(row.iter().map(ToString::to_string)).unwrap();
        }
        writer.into_inner().unwrap()
    }

    /// Index of the column with this heading.
    pub fn column(&self, heading: &str) -> usize {
        let found = self.0[0].iter().position(|cell| *cell == heading);
        found.unwrap_or_else(|| panic!("no {heading} in {:?}", self.0[0]))
    }

    /// True if there is a column with this heading.
    pub fn has(&self, heading: &str) -> bool {
        self.0[0].iter().any(|cell| *cell == heading)
    }

    /// Index of the row whose column `heading` contains `cell`.
    pub fn row(&self, heading: &str, cell: &str) -> usize {
        let column = self.column(heading);
        let says = |row: &Vec<Data>| row.get(column).is_some_and(|c| *c == cell);
        self.0.iter().position(says).unwrap_or_else(|| panic!("no {cell} in {heading}"))
    }

    /// Sets a cell.
    pub fn set(&mut self, row: usize, heading: &str, cell: Data) {
        let column = self.column(heading);
        self.0.resize(self.0.len().max(row + 1), Vec::new());
        let cells = &mut self.0[row];
        cells.resize(cells.len().max(column + 1), Data::Empty);
        cells[column] = cell;
    }
}

/// Every sheet of a workbook as rows of text, numbers and null, as `make.py` writes them.
pub fn sheets(file: &[u8]) -> Value {
    let names = Xlsx::new(std::io::Cursor::new(file)).unwrap().sheet_names();
    let cell = |cell: &Data| match cell {
        Data::Empty => Value::Null,
        Data::Float(number) => json!(number),
        other => json!(other.to_string()),
    };
    let sheet = |(nth, name): (usize, &String)| {
        let grid = Grid::sheet(file, nth);
        let row = |row: &Vec<Data>| {
            let mut row: Vec<Value> = row.iter().map(cell).collect();
            while row.last().is_some_and(Value::is_null) {
                row.pop();
            }
            row
        };
        let mut rows: Vec<Vec<Value>> = grid.0.iter().map(row).collect();
        while rows.last().is_some_and(Vec::is_empty) {
            rows.pop();
        }
        json!({"name": name, "rows": rows})
    };
    Value::Array(names.iter().enumerate().map(sheet).collect())
}

impl Actor {
    /// Sends an import file.
    pub async fn import(&self, query: &str, file: Vec<u8>) -> Answer {
        let request = self.request(Method::POST, &format!("/imports?{query}"));
        let kind = "application/octet-stream";
        self.send(request.header("Content-Type", kind).body(file)).await
    }

    /// Downloads a file.
    pub async fn download(&self, path: &str) -> Vec<u8> {
        let response = self.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{path}");
        response.bytes().await.unwrap().to_vec()
    }
}

impl Answer {
    /// Numbers of created, changed and unchanged rows.
    pub fn counts(&self) -> [i64; 3] {
        let count =
            |name: &str| self.json[name].as_i64().unwrap_or_else(|| panic!("{}", self.text));
        ["created", "changed", "unchanged"].map(count)
    }

    /// `(row, column, code)` of every error in a file.
    pub fn places(&self) -> Vec<(i64, String, String)> {
        let errors = self.json["errors"].as_array().cloned().unwrap_or_default();
        let text = |v: &Value| v.as_str().unwrap_or("").to_owned();
        let place =
            |e: &Value| (e["row"].as_i64().unwrap_or(0), text(&e["column"]), text(&e["code"]));
        errors.iter().map(place).collect()
    }
}

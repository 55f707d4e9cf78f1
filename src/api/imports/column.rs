//! Definition of a column: name, cell format, purpose and the meaning of blank cells.

use crate::domain::labels::FieldLabel;

/// A code and its Chinese name.
pub(crate) type Pair = (&'static str, &'static str);

/// Format of the cells in a column.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// Text.
    Text,
    /// An amount in 万元.
    Amount,
    /// A percentage with at most two decimals.
    Percent,
    /// Degrees with at most six decimals.
    Degrees,
    /// A day.
    Day,
    /// A day, or the month or year that is known of it.
    Date,
    /// From one day, month or year to another.
    Period,
    /// Construction nature, in one of its spellings.
    Nature(fn() -> Vec<Pair>),
    /// Names separated by `、` or semicolons.
    Names,
    /// A month.
    Month,
    /// A whole number.
    Whole,
    /// True or false.
    Flag,
    /// Ids separated by semicolons.
    Ids,
    /// One of these codes.
    Choice(fn() -> Vec<Pair>),
    /// One of these codes or any other text.
    Suggested(fn() -> Vec<Pair>),
    /// Code or name of an industry line.
    Industry,
    /// Code or name of an area.
    Area,
}

/// Purpose of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Identifies the record.
    Key,
    /// Can be written.
    Write,
    /// Can be set when the record is created, but not changed by an import.
    Fixed,
    /// Stored beside the record, as its units and its plan.
    Beside,
    /// Read into other columns.
    Source,
    /// Read-only.
    Shown,
    /// Derived data; not read. Matches every heading that begins with its name.
    Ignored,
}

/// Meaning of a blank cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blank {
    /// Error: the column is required.
    Refused,
    /// Keeps the current value; a new record gets the default.
    Kept,
    /// Sets null.
    None,
    /// Sets an empty text.
    Empty,
}

/// A column of an import file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Name of the field in the API; also accepted as heading.
    pub name: &'static str,
    /// Chinese heading.
    pub zh: &'static str,
    /// Format of the cells.
    pub form: Form,
    /// Purpose of the column.
    pub part: Part,
    /// Meaning of a blank cell.
    pub blank: Blank,
    /// Explanation in Chinese and in English.
    pub says: [&'static str; 2],
    /// Value in the example row of the template.
    pub example: &'static str,
}

/// Builds a column from its parts.
pub(crate) const fn column(
    label: FieldLabel,
    form: Form,
    (part, blank): (Part, Blank),
    says: [&'static str; 2],
    example: &'static str,
) -> Column {
    Column { name: label.field, zh: label.heading, form, part, blank, says, example }
}

impl Column {
    /// Codes to choose from, for columns with a fixed list.
    pub(crate) fn pairs(&self) -> Option<Vec<Pair>> {
        match self.form {
            Form::Choice(list) | Form::Suggested(list) | Form::Nature(list) => Some(list()),
            Form::Text
            | Form::Amount
            | Form::Percent
            | Form::Degrees
            | Form::Day
            | Form::Date
            | Form::Period
            | Form::Names
            | Form::Month
            | Form::Whole
            | Form::Flag
            | Form::Ids
            | Form::Industry
            | Form::Area => None,
        }
    }
}

/// The column with this name.
pub(crate) fn named(columns: &'static [Column], name: &str) -> Option<&'static Column> {
    columns.iter().find(|column| column.name == name)
}

/// Spreadsheet letters of a column: `A` for 0.
pub(crate) fn letters(column: u16) -> String {
    let mut letters = Vec::new();
    let mut rest = u32::from(column) + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.insert(0, char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn columns_have_letters() {
        let shown: Vec<String> = [0, 2, 25, 26, 701, 702, 16_383].map(letters).into();
        assert_eq!(shown, ["A", "C", "Z", "AA", "ZZ", "AAA", "XFD"]);
    }
}

//! What a column of a file is: how it is called, what stands in it, what it is for.

/// A code and its name in Chinese.
pub type Pair = (&'static str, &'static str);

/// How a cell is read.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Words.
    Text,
    /// An amount in 万元.
    Amount,
    /// Per cent with at most two decimals.
    Percent,
    /// Degrees with at most six decimals.
    Degrees,
    /// A day.
    Day,
    /// A month.
    Month,
    /// A whole number.
    Whole,
    /// Yes or no.
    Flag,
    /// Ids with a semicolon between them.
    Ids,
    /// One of these codes.
    Choice(fn() -> Vec<Pair>),
    /// One of these codes, or one of one's own.
    Suggested(fn() -> Vec<Pair>),
    /// The code of an industry line.
    Industry,
    /// The code of an area.
    Area,
}

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Says which thing the row is about.
    Key,
    /// May be written.
    Write,
    /// Is said when the thing is new; later it changes elsewhere, or never.
    Fixed,
    /// Is there to be read.
    Shown,
    /// Follows from the rest, and is not looked at. Stands for every column that begins so.
    Ignored,
}

/// What a blank cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    /// Nothing: the column must be filled in.
    Refused,
    /// Nothing: what is there stays, a new thing gets the usual.
    Kept,
    /// That there is none.
    None,
    /// That there are no words.
    Empty,
}

/// A column of a kind of file.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name in the API.
    pub name: &'static str,
    /// Its title in Chinese.
    pub zh: &'static str,
    /// How its cells are read.
    pub form: Form,
    /// What it is for.
    pub part: Part,
    /// What a blank cell says.
    pub blank: Blank,
    /// What stands in it, in Chinese and in English.
    pub says: [&'static str; 2],
    /// What the published example has there.
    pub example: &'static str,
}

/// A column, as its parts.
pub const fn column(
    (name, zh): (&'static str, &'static str),
    form: Form,
    (part, blank): (Part, Blank),
    says: [&'static str; 2],
    example: &'static str,
) -> Column {
    Column { name, zh, form, part, blank, says, example }
}

impl Column {
    /// Whether `heading` is its name or its title.
    pub fn is_called(&self, heading: &str) -> bool {
        if self.part == Part::Ignored && heading.starts_with(self.name) {
            return true;
        }
        heading.eq_ignore_ascii_case(self.name) || heading == self.zh
    }

    /// The codes to choose from, if it is one of a fixed list.
    pub fn pairs(&self) -> Option<Vec<Pair>> {
        match self.form {
            Form::Choice(list) | Form::Suggested(list) => Some(list()),
            Form::Text
            | Form::Amount
            | Form::Percent
            | Form::Degrees
            | Form::Day
            | Form::Month
            | Form::Whole
            | Form::Flag
            | Form::Ids
            | Form::Industry
            | Form::Area => None,
        }
    }
}

/// The column called `name`.
pub fn named(columns: &'static [Column], name: &str) -> Option<&'static Column> {
    columns.iter().find(|column| column.name == name)
}

/// The letters of a column, `A` for the first (0).
pub fn letters(column: u16) -> String {
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

//! What was really done in the year, kept by whoever did it: the raw facts the figures are
//! computed from a second time, without a line of the program's own formulas.

use std::collections::BTreeMap;

use chrono::NaiveDate;

/// 万元 in 10^-6, which is 分.
pub type Micro = i128;

/// A report, as it ended.
#[derive(Clone, Debug)]
pub struct Filed {
    pub amount: Micro,
    pub confirmed: bool,
    /// Handed over at all, and first when.
    pub first_submitted: Option<NaiveDate>,
}

/// A milestone, with every change and the publication it was known by.
#[derive(Clone, Debug)]
pub struct Promised {
    pub is_start: bool,
    pub baseline: NaiveDate,
    pub forecasts: Vec<(u32, NaiveDate)>,
    pub actual: Option<(u32, NaiveDate)>,
}

/// A project, with everything that happened to it.
#[derive(Clone, Debug)]
pub struct Built {
    pub id: i64,
    pub industry: String,
    pub area: String,
    pub unit: Option<String>,
    pub total: Micro,
    pub before: Micro,
    /// The first bulletin that knows of it.
    pub known_from: u32,
    pub planned_start: NaiveDate,
    pub actual_start: Option<(u32, NaiveDate)>,
    /// `(effective month, twelve months)`.
    pub versions: Vec<(u32, [Micro; 12])>,
    pub reports: BTreeMap<u32, Filed>,
    /// `(month, amount, first bulletin that knows of it)`.
    pub restated: Vec<(u32, Micro, u32)>,
    pub milestones: Vec<Promised>,
    /// `(first month, last day, light)`.
    pub word: Option<(u32, NaiveDate, &'static str)>,
}

/// An issue: raised before the closing of a month, cleared after some.
#[derive(Clone, Debug)]
pub struct Asked {
    pub id: i64,
    /// Months at whose closing it was open.
    pub open_at: Vec<u32>,
}

/// An industry of the tree.
#[derive(Clone, Debug)]
pub struct Line {
    pub code: String,
    pub group: String,
    /// The industry it is a part of; empty for none.
    pub parent: String,
    /// Projects, total and annual amount promised.
    pub promised: (i128, Micro, Micro),
}

/// The year.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub lines: Vec<Line>,
    pub projects: Vec<Built>,
    pub issues: Vec<Asked>,
    /// Due dates by month.
    pub due: BTreeMap<u32, NaiveDate>,
    /// The day each month was published on.
    pub published_on: BTreeMap<u32, NaiveDate>,
    /// By month, the month that was the last to be played when it was published.
    pub knows: BTreeMap<u32, u32>,
    /// `(first month, green from, yellow from)`, in hundredths of a point.
    pub rules: Vec<(u32, i128, i128)>,
}

/// The last day of a month of the year.
pub fn last_day(month: u32) -> NaiveDate {
    let next = if month == 12 { (YEAR + 1, 1) } else { (YEAR, month + 1) };
    NaiveDate::from_ymd_opt(next.0, next.1, 1).unwrap() - chrono::Days::new(1)
}

/// The year that is played.
pub const YEAR: i32 = 2023;

/// `12.50` of 10^-6.
pub fn wan(micro: Micro) -> String {
    let (sign, size) = if micro < 0 { ("-", -micro) } else { ("", micro) };
    let part = format!("{:06}", size % 1_000_000);
    let kept = part.trim_end_matches('0').len().max(2);
    format!("{sign}{}.{}", size / 1_000_000, &part[..kept])
}

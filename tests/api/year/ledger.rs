//! Facts of the played year, recorded by the player. The figures are recomputed from them without
//! the program's formulas.

use std::collections::BTreeMap;

use chrono::NaiveDate;

/// Amount in units of 10^-6 万元, that is in 分.
pub type Micro = i128;

/// Final state of a report.
#[derive(Clone, Debug)]
pub struct Filed {
    pub amount: Micro,
    pub confirmed: bool,
    /// Day of the first submission.
    pub first_submitted: Option<NaiveDate>,
}

/// A milestone with its changes, each with the first bulletin that includes it.
#[derive(Clone, Debug)]
pub struct Promised {
    pub is_start: bool,
    pub baseline: NaiveDate,
    pub forecasts: Vec<(u32, NaiveDate)>,
    pub actual: Option<(u32, NaiveDate)>,
}

/// A project with everything that happened to it.
#[derive(Clone, Debug)]
pub struct Built {
    pub id: i64,
    pub industry: String,
    pub area: String,
    pub unit: Option<String>,
    pub total: Micro,
    pub before: Micro,
    /// Number of the first bulletin that includes the project.
    pub known_from: u32,
    pub planned_start: NaiveDate,
    pub actual_start: Option<(u32, NaiveDate)>,
    /// Plan versions: `(effective month, twelve months)`.
    pub versions: Vec<(u32, [Micro; 12])>,
    pub reports: BTreeMap<u32, Filed>,
    /// Restatements: `(month, amount, number of the first bulletin that includes it)`.
    pub restated: Vec<(u32, Micro, u32)>,
    pub milestones: Vec<Promised>,
    /// Light override: `(first month, last day, light)`.
    pub word: Option<(u32, NaiveDate, &'static str)>,
}

/// An issue: raised before the closing of a month, cleared after some months.
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
    /// Code of the parent industry; empty for none.
    pub parent: String,
    /// Plan figures: number of projects, total and annual investment.
    pub promised: (i128, Micro, Micro),
}

/// All facts of the year.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub lines: Vec<Line>,
    pub projects: Vec<Built>,
    pub issues: Vec<Asked>,
    /// Due dates by month.
    pub due: BTreeMap<u32, NaiveDate>,
    /// Publication day by month.
    pub published_on: BTreeMap<u32, NaiveDate>,
    /// For each month, the last month that had been played when it was published.
    pub knows: BTreeMap<u32, u32>,
    /// Light rules: `(first month, green from, yellow from)`, in hundredths of a point.
    pub rules: Vec<(u32, i128, i128)>,
}

/// The last day of a month of the year.
pub fn last_day(month: u32) -> NaiveDate {
    let next = if month == 12 { (YEAR + 1, 1) } else { (YEAR, month + 1) };
    NaiveDate::from_ymd_opt(next.0, next.1, 1).unwrap() - chrono::Days::new(1)
}

/// The year that is played.
pub const YEAR: i32 = 2023;

/// An amount as text in 万元, such as `12.50`.
pub fn wan(micro: Micro) -> String {
    let (sign, size) = if micro < 0 { ("-", -micro) } else { ("", micro) };
    let part = format!("{:06}", size % 1_000_000);
    let kept = part.trim_end_matches('0').len().max(2);
    format!("{sign}{}.{}", size / 1_000_000, &part[..kept])
}

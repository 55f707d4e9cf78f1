//! Charts as SVG, laid out in whole numbers: amounts stay exact, and every bar is a link that says
//! its value.
//!
//! A library draws more kinds of charts, but takes amounts as floats, writes style sheets into the
//! page that our policy refuses, and cannot be walked through by keyboard.

pub mod months;
pub mod rows;
pub mod scale;
pub mod timeline;

pub use months::{MonthChart, MonthValues};
pub use rows::{RowChart, RowValues};
use scale::Unit;
pub use timeline::{Timeline, TimelineRow};

use crate::domain::money::Fen;
use crate::domain::words::Language;

/// One value of a chart, as it is drawn.
pub struct Mark {
    /// Left edge.
    pub x: i64,
    /// Upper edge.
    pub y: i64,
    /// Width.
    pub width: i64,
    /// Height.
    pub height: i64,
    /// Which series it is of: the number of its colour and pattern.
    pub series: usize,
    /// What it says on hover and focus.
    pub says: String,
    /// The list that makes it up.
    pub href: String,
}

/// A line of an axis.
pub struct Tick {
    /// Where.
    pub at: i64,
    /// What stands beside it.
    pub label: String,
}

/// One series of a chart, for its legend.
pub struct Series {
    /// Its number.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// Whether it is a line.
    pub is_line: bool,
    /// Where the legend has it.
    pub x: i64,
}

const LEFT: i64 = 64;
const RIGHT: i64 = 896;
const TOP: i64 = 48;
const BOTTOM: i64 = 300;

fn says(name: &str, of: &str, value: Fen, language: Language) -> String {
    let unit = Unit::Wan.name(language);
    format!("{of} {name} {} {unit}", value.to_wan_grouped())
}

fn legend(names: &[String], lines: &[bool]) -> Vec<Series> {
    let entry = |(number, (name, is_line)): (usize, (&String, &bool))| Series {
        number,
        name: name.clone(),
        is_line: *is_line,
        x: LEFT + i64::try_from(number).unwrap_or(0) * 200,
    };
    names.iter().zip(lines).enumerate().map(entry).collect()
}

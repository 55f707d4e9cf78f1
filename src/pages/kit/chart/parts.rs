//! Parts that several charts share: head, marks, ticks, legend.

use crate::domain::money::Fen;
use crate::domain::words::Language;
use crate::pages::kit::chart::scale::Unit;

/// Identification of a chart on its page.
pub(crate) struct ChartHead {
    /// Id of the figure in HTML; unique on the page.
    pub id: &'static str,
    /// Caption.
    pub title: String,
}

/// A bar or point of a chart.
pub(crate) struct Mark {
    /// Left edge, in SVG units.
    pub x: i64,
    /// Top edge.
    pub y: i64,
    /// Width.
    pub width: i64,
    /// Height.
    pub height: i64,
    /// Index of its series, which sets colour and pattern.
    pub series: usize,
    /// Text on hover and focus.
    pub says: String,
    /// Link to the list behind the value.
    pub href: String,
}

/// A grid line of an axis.
pub(crate) struct Tick {
    /// Position on the axis.
    pub at: i64,
    /// Label beside the line.
    pub label: String,
}

/// A legend entry.
pub(crate) struct Series {
    /// Index of the series.
    pub number: usize,
    /// Name of the series.
    pub name: String,
    /// True for a line, false for bars.
    pub is_line: bool,
    /// Horizontal position in the legend.
    pub x: i64,
}

pub(super) const LEFT: i64 = 64;
pub(super) const RIGHT: i64 = 896;
pub(super) const TOP: i64 = 48;
pub(super) const BOTTOM: i64 = 300;

pub(super) fn says(name: &str, of: &str, value: Fen, language: Language) -> String {
    let unit = Unit::Wan.name(language);
    format!("{of} {name} {} {unit}", value.to_wan_grouped())
}

pub(super) fn legend(names: &[String], lines: &[bool]) -> Vec<Series> {
    let entry = |(number, (name, is_line)): (usize, (&String, &bool))| Series {
        number,
        name: name.clone(),
        is_line: *is_line,
        x: LEFT + i64::try_from(number).unwrap_or(0) * 200,
    };
    names.iter().zip(lines).enumerate().map(entry).collect()
}

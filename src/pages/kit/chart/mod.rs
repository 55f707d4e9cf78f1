//! Charts as SVG with integer layout: amounts stay exact, and every bar is a link with its value.
//!
//! No library is used: those found take amounts as floats, insert inline styles that the content
//! security policy blocks, and give bars no keyboard focus.

pub(crate) mod months;
pub(crate) mod parts;
pub(crate) mod rows;
pub(crate) mod scale;
pub(crate) mod timeline;

pub(crate) use months::{MonthChart, MonthValues};
pub(crate) use parts::ChartHead;
pub(crate) use rows::{Bar, RowChart, RowValues};
pub(crate) use timeline::{Timeline, TimelineRow};

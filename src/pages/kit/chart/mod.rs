//! Charts as SVG with integer layout: amounts stay exact, and every bar is a link with its value.
//!
//! No library is used: those found take amounts as floats, insert inline styles that the content
//! security policy blocks, and give bars no keyboard focus.

pub mod months;
pub mod parts;
pub mod rows;
pub mod scale;
pub mod timeline;

pub use months::{MonthChart, MonthValues};
pub use parts::{ChartHead, Mark, Series, Tick};
pub use rows::{Bar, RowChart, RowValues};
pub use timeline::{Timeline, TimelineRow};

//! A cell of a bulletin's tables.

use crate::domain::light::Light;
use crate::domain::money::Fen;
use crate::domain::rate::Hundredths;

/// Content of a table cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Text.
    Text(String),
    /// A day or month; never wrapped.
    Day(String),
    /// A decimal number as text: an amount in 万元, a percentage or percentage points.
    Number(String),
    /// A count.
    Count(i64),
    /// A status light.
    Light(Light),
    /// A number that does not exist, such as a rate of nothing: shown as a dash.
    NoNumber,
    /// A day that does not exist, such as that of a report never submitted: shown empty.
    NoDay,
    /// A value that the bulletin should have and has not: shown as such, never empty.
    Missing,
}

/// Text of [`Cell::Missing`].
const MISSING: &str = "（缺）";

impl Cell {
    /// A text.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// A day or month.
    pub(crate) fn day(day: &impl ToString) -> Self {
        Self::Day(day.to_string())
    }

    /// A day that may not exist.
    pub(crate) fn optional_day(day: Option<impl ToString>) -> Self {
        day.map_or(Self::NoDay, |day| Self::day(&day))
    }

    /// An amount, in 万元.
    pub(crate) fn amount(amount: Fen) -> Self {
        Self::Number(amount.to_wan())
    }

    /// The total investment of projects, of which that of `unknown` is not known: a dash if that is
    /// all there is.
    pub(crate) fn total(amount: Fen, unknown: Option<i64>) -> Self {
        if amount.is_zero() && unknown.is_some() { Self::NoNumber } else { Self::amount(amount) }
    }

    /// A percentage or percentage points that may not exist.
    pub(crate) fn optional_rate(rate: Option<Hundredths>) -> Self {
        rate.map_or(Self::NoNumber, |rate| Self::Number(rate.to_string()))
    }

    /// A count that may not exist.
    pub(crate) fn optional_count(count: Option<i64>) -> Self {
        count.map_or(Self::NoNumber, Self::Count)
    }

    /// A value that every bulletin should have.
    pub(crate) fn recorded(cell: Option<Self>) -> Self {
        cell.unwrap_or(Self::Missing)
    }

    /// Text of the cell for people: thousands separators, and a dash for a number that does not
    /// exist.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Text(text) | Self::Day(text) => text.clone(),
            Self::Number(text) => grouped(text),
            Self::Count(count) => count.to_string(),
            Self::Light(light) => light.zh().to_owned(),
            Self::NoNumber => "—".to_owned(),
            Self::NoDay => String::new(),
            Self::Missing => MISSING.to_owned(),
        }
    }

    /// The status light in the cell, if it holds one.
    pub(crate) fn light(&self) -> Option<Light> {
        match self {
            Self::Light(light) => Some(*light),
            Self::Text(_)
            | Self::Day(_)
            | Self::Number(_)
            | Self::Count(_)
            | Self::NoNumber
            | Self::NoDay
            | Self::Missing => None,
        }
    }

    /// CSS class of the cell.
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Missing => "text",
            Self::Day(_) | Self::NoDay => "day",
            Self::Number(_) | Self::Count(_) | Self::NoNumber => "number",
            Self::Light(light) => light.as_str(),
        }
    }
}

/// Adds thousands separators to a decimal number.
fn grouped(text: &str) -> String {
    let sign = if text.starts_with('-') { "−" } else { "" };
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let length = whole.len();
    let mut shown = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (length - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if !part.is_empty() {
        shown.push('.');
        shown.push_str(part);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{Cell, grouped};

    #[test]
    fn numbers_for_people() {
        assert_eq!(grouped("-1234567.50"), "−1,234,567.50");
        assert_eq!(grouped("12.00"), "12.00");
    }

    #[test]
    fn a_value_that_is_missing_is_visible() {
        assert_eq!(Cell::recorded(None).shown(), "（缺）");
        assert_eq!(Cell::optional_count(None).shown(), "—");
    }
}

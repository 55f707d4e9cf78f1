//! Formats figures for pages. All are exact except 亿元, which is rounded to two decimals.

use crate::domain::money::Fen;
use crate::domain::rate::Hundredths;
use crate::usecases::figures::view::RateView;

/// Amount in 万元 with thousands separators.
pub(crate) fn wan(amount: &Fen) -> String {
    amount.to_wan_grouped()
}

/// Amount in 万元, or a dash for none.
pub(crate) fn wan_or_dash(amount: &Option<Fen>) -> String {
    amount.as_ref().map_or_else(dash, wan)
}

/// Amount in 亿元, rounded to two decimals; the exact amount is shown beside it.
pub(crate) fn yi(amount: &Fen) -> String {
    amount.to_yi_rounded()
}

/// Total investment in 万元, or a word if it is unknown. `None` for `unknown` means that it is known
/// of every project.
pub(crate) fn total(amount: &Fen, unknown: &Option<i64>, word: &str) -> String {
    if amount.is_zero() && unknown.is_some() { word.to_owned() } else { wan(amount) }
}

/// `12.34%`, or a dash for none.
pub(crate) fn percent(value: &Option<Hundredths>) -> String {
    value.map_or_else(dash, |v| format!("{v}%"))
}

/// Percentage of a rate.
pub(crate) fn rate(rate: &RateView) -> String {
    percent(&rate.percent)
}

/// Percentage points, always with a sign, such as `-9.52`.
pub(crate) fn points(value: &Option<Hundredths>) -> String {
    value.map_or_else(dash, |v| if v.get() > 0 { format!("+{v}") } else { v.to_string() })
}

/// Placeholder for a missing value.
pub(crate) fn dash() -> String {
    "—".to_owned()
}

/// A value, or a dash for none.
pub(crate) fn or_dash<T: std::fmt::Display>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(dash, ToString::to_string)
}

/// Beginning of a hash, for display; the full hash is shown elsewhere.
pub(crate) fn short(hash: &str) -> String {
    hash.chars().take(12).chain(['…']).collect()
}

//! Figures as people read them. Nothing is rounded here but 亿元, which says so by its unit.

use crate::api::figures::view::RateView;
use crate::domain::money::Fen;
use crate::domain::rate::Hundredths;

/// 万元, thousands apart.
pub fn wan(amount: &Fen) -> String {
    amount.to_wan_grouped()
}

/// 万元, or a dash where there is no amount.
pub fn wan_or_dash(amount: &Option<Fen>) -> String {
    amount.as_ref().map_or_else(dash, wan)
}

/// 亿元 with two decimals, for a glance; the exact amount stands beside it.
pub fn yi(amount: &Fen) -> String {
    amount.to_yi_rounded()
}

/// `12.34%`, or a dash where nothing can be said.
pub fn percent(value: &Option<Hundredths>) -> String {
    value.map_or_else(dash, |v| format!("{v}%"))
}

/// The per cent of a rate.
pub fn rate(rate: &RateView) -> String {
    percent(&rate.percent)
}

/// `-9.52`, with a sign in any case.
pub fn points(value: &Option<Hundredths>) -> String {
    value.map_or_else(dash, |v| if v.get() > 0 { format!("+{v}") } else { v.to_string() })
}

/// What stands where there is nothing to say.
pub fn dash() -> String {
    "—".to_owned()
}

/// A text, or a dash.
pub fn or_dash<T: std::fmt::Display>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(dash, ToString::to_string)
}

/// How a hash begins: enough to tell two apart; all of it stands elsewhere.
pub fn short(hash: &str) -> String {
    hash.chars().take(12).chain(['…']).collect()
}

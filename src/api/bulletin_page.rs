//! A bulletin as a page that prints on A4 landscape.

use askama::Template;

use super::bulletin_tables::{Cell, Names, Table};
use super::bulletins::BulletinHead;
use super::problem::Problem;

#[derive(Template)]
#[template(path = "bulletin.html")]
struct Page<'a> {
    head: &'a BulletinHead,
    published: String,
    synthetic: bool,
    tables: &'a [Table],
}

/// The page of `tables`.
pub fn page(head: &BulletinHead, names: &Names, tables: &[Table]) -> Result<String, Problem> {
    // People here read their own time; it has had no summer time since 1991.
    let local = head.published_at.plus_hours(8).naive().format("%Y-%m-%d %H:%M");
    let published = format!("{local}（北京时间）");
    let page = Page { head, published, synthetic: names.synthetic, tables };
    page.render().map_err(Problem::broken)
}

impl Cell {
    /// What stands in the cell, for people: thousands apart, a dash for nothing.
    fn shown(&self) -> String {
        match self {
            Self::Text(text) | Self::Day(text) => text.clone(),
            Self::Number(text) => grouped(text),
            Self::Count(count) => count.map_or_else(|| "—".to_owned(), |n| n.to_string()),
            Self::Light(light) => light.zh().to_owned(),
        }
    }

    /// The cell's class.
    fn class(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Day(_) => "day",
            Self::Number(_) | Self::Count(_) => "number",
            Self::Light(light) => light.as_str(),
        }
    }
}

/// A decimal number with its thousands apart; a dash when there is none.
fn grouped(text: &str) -> String {
    if text.is_empty() {
        return "—".to_owned();
    }
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |d| ("−", d));
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
    use super::grouped;

    #[test]
    fn numbers_for_people() {
        assert_eq!(grouped("-1234567.50"), "−1,234,567.50");
        assert_eq!([grouped(""), grouped("12.00")], ["—", "12.00"]);
    }
}

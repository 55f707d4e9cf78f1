//! A bulletin as an HTML page for printing on A4 landscape.

use std::sync::LazyLock;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::api::bulletins::handlers::BulletinHead;
use crate::api::bulletins::tables::{Cell, Names, Table};
use crate::domain::light::Light;
use crate::http::problem::Problem;

#[derive(Template)]
#[template(path = "bulletin.html")]
struct Page<'a> {
    head: &'a BulletinHead,
    published: String,
    synthetic: bool,
    tables: &'a [Table],
    style: &'static str,
}

/// The page's style sheet, embedded so that a saved page is complete.
const STYLE: &str = include_str!("../../../templates/bulletin.css");

/// Content security policy of the page: only its own style sheet is allowed.
pub fn policy() -> &'static str {
    static POLICY: LazyLock<String> = LazyLock::new(|| {
        let hash = STANDARD.encode(Sha256::digest(STYLE));
        format!(
            "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    });
    &POLICY
}

/// Renders the page of `tables`.
pub fn page(head: &BulletinHead, names: &Names, tables: &[Table]) -> Result<String, Problem> {
    let published = format!("{}（北京时间）", head.published_at.shown_in_shanghai());
    let page = Page { head, published, synthetic: names.synthetic, tables, style: STYLE };
    page.render().map_err(Problem::broken)
}

impl Cell {
    /// Text of the cell for people: thousands separators, and a dash for no value.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) | Self::Day(text) => text.clone(),
            Self::Number(text) => grouped(text),
            Self::Count(count) => count.map_or_else(|| "—".to_owned(), |n| n.to_string()),
            Self::Light(light) => light.zh().to_owned(),
        }
    }

    /// The status light in the cell, if it holds one.
    pub fn light(&self) -> Option<Light> {
        match self {
            Self::Light(light) => Some(*light),
            Self::Text(_) | Self::Day(_) | Self::Number(_) | Self::Count(_) => None,
        }
    }

    /// CSS class of the cell.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Day(_) => "day",
            Self::Number(_) | Self::Count(_) => "number",
            Self::Light(light) => light.as_str(),
        }
    }
}

/// Adds thousands separators to a decimal number; a dash if the text is empty.
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

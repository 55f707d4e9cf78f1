//! A bulletin as an HTML page for printing on A4 landscape.

use std::sync::LazyLock;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::api::bulletins::tables::Table;
use crate::http::problem::Problem;
use crate::usecases::bulletins::view::{BulletinHead, PublishedNames};

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
pub(crate) fn policy() -> &'static str {
    static POLICY: LazyLock<String> = LazyLock::new(|| {
        let hash = STANDARD.encode(Sha256::digest(STYLE));
        format!(
            "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    });
    &POLICY
}

/// Renders the page of `tables`.
pub(crate) fn page(
    head: &BulletinHead,
    names: &PublishedNames,
    tables: &[Table],
) -> Result<String, Problem> {
    let published = format!("{}（北京时间）", head.published_at.shown_in_shanghai());
    let page = Page { head, published, synthetic: names.synthetic, tables, style: STYLE };
    page.render().map_err(Problem::broken)
}

//! `openapi`: prints the OpenAPI document.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use crate::api;
use crate::http::documents::pretty;
use crate::http::{document, document30};

pub(super) fn run(v30: bool) {
    let document = document::document(&api::routes());
    let document = if v30 { document30::down_convert(&document) } else { document };
    print!("{}", pretty(&document));
}

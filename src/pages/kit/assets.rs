//! Embedded styles and scripts. Their names contain a content hash, so browsers can cache them for
//! ever.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{self, Path, ServiceConfig};
use actix_web::{HttpResponse, Responder, ResponseError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::RustEmbed;

use crate::http::problem::Problem;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// File name to hashed name: `app.css` is served as `/assets/app.<hash>.css`.
static NAMES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let hashed = |name: &str| {
        let hash = Files::get(name)?.metadata.sha256_hash();
        let short = URL_SAFE_NO_PAD.encode(hash.get(..9)?);
        let (stem, ending) = name.rsplit_once('.')?;
        Some(format!("{stem}.{short}.{ending}"))
    };
    Files::iter().filter_map(|name| Some((name.to_string(), hashed(&name)?))).collect()
});

/// Path of the asset `name`; returns `name` itself if there is none (a test checks this).
pub(crate) fn path(name: &str) -> String {
    format!("/assets/{}", NAMES.get(name).map_or(name, String::as_str))
}

/// Mounts the assets.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config.route("/assets/{name}", web::get().to(serve));
}

async fn serve(asked: Path<String>) -> impl Responder {
    let known = NAMES.iter().find(|(_, hashed)| **hashed == *asked);
    let Some((name, file)) = known.and_then(|(name, _)| Some((name, Files::get(name)?))) else {
        return Problem::not_found().error_response();
    };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml; charset=utf-8",
        Some(_) | None => "application/octet-stream",
    };
    HttpResponse::Ok()
        .content_type(kind)
        // The name changes with the content, so the response never expires.
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(file.data.into_owned())
}

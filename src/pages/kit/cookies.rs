//! The cookies of the pages: who is logged in, and in which language the pages speak.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::domain::words::Language;
use crate::http::app::App;

/// The cookie that carries the session, where the connection is not known to be TLS.
const SESSION: &str = "session";
/// The same behind TLS: a browser takes it from this host alone, by https alone.
const HOST_SESSION: &str = "__Host-session";
const LANGUAGE: &str = "language";

/// Whether the browser reaches us by TLS. A stranger who claims so only gets a stricter cookie.
fn is_secure(app: &App, request: &HttpRequest) -> bool {
    let forwarded = request.headers().get("x-forwarded-proto").and_then(|v| v.to_str().ok());
    app.config.behind_tls || forwarded == Some("https")
}

/// The session's token, if the browser sent one.
pub fn session(app: &App, request: &HttpRequest) -> Option<String> {
    let name = if is_secure(app, request) { HOST_SESSION } else { SESSION };
    request.cookie(name).map(|cookie| cookie.value().to_owned())
}

/// A cookie that logs in with `token`.
pub fn log_in(app: &App, request: &HttpRequest, token: String) -> Cookie<'static> {
    let secure = is_secure(app, request);
    let name = if secure { HOST_SESSION } else { SESSION };
    // A cookie without an end goes with the browser; the session itself ends earlier or later.
    plain(name, token, secure).finish()
}

/// A cookie that logs out.
pub fn log_out(app: &App, request: &HttpRequest) -> Cookie<'static> {
    let secure = is_secure(app, request);
    let name = if secure { HOST_SESSION } else { SESSION };
    plain(name, String::new(), secure).max_age(Duration::ZERO).finish()
}

/// The language chosen on the pages; Chinese unless one was.
pub fn language(request: &HttpRequest) -> Language {
    match request.cookie(LANGUAGE).as_ref().map(Cookie::value) {
        Some("en") => Language::English,
        Some(_) | None => Language::Chinese,
    }
}

/// A cookie that keeps the language for a year.
pub fn choose(app: &App, request: &HttpRequest, language: Language) -> Cookie<'static> {
    let code = match language {
        Language::Chinese => "zh",
        Language::English => "en",
    };
    plain(LANGUAGE, code.to_owned(), is_secure(app, request)).max_age(Duration::days(365)).finish()
}

fn plain(
    name: &'static str,
    value: String,
    secure: bool,
) -> actix_web::cookie::CookieBuilder<'static> {
    // Lax, not Strict: who follows a link from a message arrives logged in. Forms prove where they
    // come from by themselves.
    Cookie::build(name, value).path("/").http_only(true).same_site(SameSite::Lax).secure(secure)
}

//! Cookies of the pages: the session and the language.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::domain::words::Language;
use crate::http::app::App;

/// Name of the session cookie without TLS.
const SESSION: &str = "session";
/// Name of the session cookie behind TLS; the `__Host-` prefix makes browsers accept it from this
/// host over HTTPS only.
const HOST_SESSION: &str = "__Host-session";
const LANGUAGE: &str = "language";
/// Name of the language cookie behind TLS.
const HOST_LANGUAGE: &str = "__Host-language";

/// True if the browser connects over TLS. A client that forges the header only gets a stricter
/// cookie.
fn is_secure(app: &App, request: &HttpRequest) -> bool {
    let forwarded = request.headers().get("x-forwarded-proto").and_then(|v| v.to_str().ok());
    app.config.behind_tls || forwarded == Some("https")
}

/// The session token sent by the browser.
pub(crate) fn session(app: &App, request: &HttpRequest) -> Option<String> {
    let name = if is_secure(app, request) { HOST_SESSION } else { SESSION };
    request.cookie(name).map(|cookie| cookie.value().to_owned())
}

/// Session cookie for `token`.
pub(crate) fn log_in(app: &App, request: &HttpRequest, token: String) -> Cookie<'static> {
    let secure = is_secure(app, request);
    let name = if secure { HOST_SESSION } else { SESSION };
    // A session cookie without expiry; the server-side session has its own.
    plain(name, token, secure).finish()
}

/// Cookie that removes the session.
pub(crate) fn log_out(app: &App, request: &HttpRequest) -> Cookie<'static> {
    let secure = is_secure(app, request);
    let name = if secure { HOST_SESSION } else { SESSION };
    plain(name, String::new(), secure).max_age(Duration::ZERO).finish()
}

/// The chosen language; Chinese by default.
pub(crate) fn language(request: &HttpRequest) -> Language {
    let chosen = request.cookie(HOST_LANGUAGE).or_else(|| request.cookie(LANGUAGE));
    match chosen.as_ref().map(Cookie::value) {
        Some("en") => Language::English,
        Some(_) | None => Language::Chinese,
    }
}

/// Language cookie, valid for a year.
pub(crate) fn choose(app: &App, request: &HttpRequest, language: Language) -> Cookie<'static> {
    let code = match language {
        Language::Chinese => "zh",
        Language::English => "en",
    };
    let secure = is_secure(app, request);
    let name = if secure { HOST_LANGUAGE } else { LANGUAGE };
    plain(name, code.to_owned(), secure).max_age(Duration::days(365)).finish()
}

fn plain(
    name: &'static str,
    value: String,
    secure: bool,
) -> actix_web::cookie::CookieBuilder<'static> {
    // Lax, not Strict: following a link from another site keeps the visitor logged in. Forms carry
    // a CSRF token instead.
    Cookie::build(name, value).path("/").http_only(true).same_site(SameSite::Lax).secure(secure)
}

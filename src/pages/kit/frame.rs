//! Middleware around every page: authentication, language, security headers, and problems as HTML.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError};
use askama::Template;

use crate::domain::words::Language;
use crate::http::app::App;
use crate::http::caller;
use crate::http::middleware::HasOwnErrorBody;
use crate::http::plain_text::check_address;
use crate::http::problem::Problem;
use crate::http::request_id::RequestId;
use crate::pages::kit::cookies;
use crate::pages::kit::reply::see_other;
use crate::pages::kit::shell::Shell;

/// Content security policy: own origin only, no inline scripts or styles.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Middleware of every page.
pub(crate) async fn wrap<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let reads_pages = takes_html(request.request());
    let language = cookies::language(request.request());
    if reads_pages {
        request.extensions_mut().insert(language);
    }
    if let Some(app) = request.app_data::<Data<App>>().cloned()
        && let Some(token) = cookies::session(&app, request.request())
    {
        caller::authenticate_page(&app, &request, &token).await;
    }
    let mut answer = match check_address(&request) {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(problem) => request.into_response(problem.error_response()),
    };
    let problem = failure(&answer);
    if let Some(problem) = problem.filter(|_| reads_pages) {
        let shown = show(answer.request(), &problem, language);
        answer = answer.into_response(shown);
    }
    protect(answer.headers_mut());
    Ok(answer)
}

/// True if the client accepts HTML (a browser).
fn takes_html(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok());
    accepted.is_some_and(|kinds| kinds.contains("text/html"))
}

fn failure(answer: &ServiceResponse<BoxBody>) -> Option<Problem> {
    let status = answer.status();
    let answer = answer.response();
    let failed = status.is_client_error() || status.is_server_error();
    if !failed || answer.extensions().contains::<HasOwnErrorBody>() {
        return None;
    }
    let ours = answer.extensions().get::<Problem>().cloned();
    Some(ours.unwrap_or_else(|| Problem::of_status(status)))
}

fn show(asked: &HttpRequest, problem: &Problem, language: Language) -> HttpResponse {
    if problem.status == StatusCode::UNAUTHORIZED {
        return redirect_to_log_in(asked);
    }
    match problem.code {
        "password-change-required" => return see_other("/password"),
        "second-factor-required" => return see_other("/password#totp"),
        _ => {}
    }
    let id = asked.extensions().get::<RequestId>().map(|r| r.0.clone()).unwrap_or_default();
    let view = ProblemPage {
        shell: Shell::without_visit(asked, language),
        title: problem.title(language),
        detail: problem.detail.say(language),
        errors: problem.errors.iter().map(|e| (e.pointer.clone(), e.words.say(language))).collect(),
        status: problem.status.as_u16(),
        id,
    };
    let mut answer = HttpResponse::build(problem.status);
    let mut answer = match view.render() {
        Ok(html) => answer.insert_header(header::ContentType::html()).body(html),
        Err(error) => return Problem::broken(error).error_response(),
    };
    if let Some(seconds) = problem.retry_after_seconds {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    // The error cause, for the log.
    answer.extensions_mut().insert(problem.clone());
    answer.extensions_mut().insert(HasOwnErrorBody);
    answer
}

/// Redirects a visitor without a session to the log-in page, with the requested page as target.
fn redirect_to_log_in(asked: &HttpRequest) -> HttpResponse {
    let back = match (asked.method(), asked.uri().path_and_query()) {
        (&Method::GET, Some(path)) => path.as_str(),
        _ => "/",
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    let query = query.append_pair("next", back).finish();
    see_other(&format!("/log-in?{query}"))
}

fn protect(headers: &mut HeaderMap) {
    let mut set = |name: &'static str, value: &'static str| {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    };
    set("cross-origin-opener-policy", "same-origin");
    // Pages are not cached, so that nothing is readable after log-out.
    set("cache-control", "no-store");
    // A printable bulletin sets its own policy for its inline style.
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    }
}

/// Error page.
#[derive(Template)]
#[template(path = "pages/problem.html")]
struct ProblemPage {
    shell: Shell,
    title: String,
    detail: String,
    errors: Vec<(String, String)>,
    status: u16,
    id: String,
}

/// 404 for unknown addresses.
pub(crate) async fn not_found() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}

//! The outermost layer: gives each request an id, writes the body of a problem in the caller's
//! language, logs and counts the request.

use std::future::{Ready, ready};
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, AcceptLanguage, Header, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, ResponseError};
use tracing::{error, info, warn};

use crate::config::Config;
use crate::domain::words::Language;
use crate::http::access;
use crate::http::app::App;
use crate::http::attempts::{self, HeldBack};
use crate::http::caller::caller;
use crate::http::client_address::ClientAddress;
use crate::http::free_text;
use crate::http::once::Replayed;
use crate::http::problem::Problem;
use crate::http::request_id::{REQUEST_ID, RequestId};
use crate::http::signature::{Argument, Entry};

/// Response extension: the body already describes the failure, as an error page does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HasOwnErrorBody;

impl Argument for Language {
    fn describe(_: &mut Entry) {}
}

/// The language of the answer: Chinese unless `Accept-Language` prefers English.
impl FromRequest for Language {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request.extensions().get::<Self>().copied().unwrap_or(Self::Chinese)))
    }
}

/// Wraps every request of the server.
pub(crate) async fn wrap<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let request_id = RequestId::choose(&request);
    let id = request_id.0.clone();
    let language = language(&request);
    let trace = header_text(&request, "traceparent").map(str::to_owned);
    if let Some(app) = request.app_data::<Data<App>>() {
        let Config { trusted_proxies, forwarded_header, .. } = &*app.config;
        let address = ClientAddress::find(&request, trusted_proxies, *forwarded_header);
        request.extensions_mut().insert(address);
    }
    request.extensions_mut().insert(request_id);
    request.extensions_mut().insert(language);

    let mut response = match count(&request) {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(problem) => request.into_response(problem.error_response()),
    };

    hold_back(&response).await;
    if let Some(problem) = problem_of(&response) {
        if let Some(cause) = &problem.cause {
            error!(request_id = %id, "broken: {cause}");
        }
        if !response.response().extensions().contains::<HasOwnErrorBody>() {
            response = write_problem(response, &problem, language, &id);
        }
    }
    let mut response = free_text::warn(response, language);
    finish_headers(&mut response, &id);
    secure(&mut response);
    access::note_answer(&response, &id);
    log_and_count(&response, &id, trace.as_deref(), started);
    Ok(response)
}

/// Counts a request in the quota of its address.
fn count(request: &ServiceRequest) -> Result<(), Problem> {
    let app = request.app_data::<Data<App>>();
    app.map_or(Ok(()), |app| app.quotas.count_address(request))
}

/// Waits before a refused attempt to log in is answered.
async fn hold_back(response: &ServiceResponse<BoxBody>) {
    let held_back = {
        let extensions = response.response().extensions();
        extensions.contains::<HeldBack>()
            || extensions.get::<Problem>().is_some_and(attempts::is_held_back)
    };
    let app = response.request().app_data::<Data<App>>().filter(|_| held_back);
    if let Some(app) = app {
        tokio::time::sleep(Duration::from_millis(app.config.hold_back_millis)).await;
    }
}

fn header_text<'a>(request: &'a ServiceRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// Chinese unless the caller prefers English.
fn language(request: &ServiceRequest) -> Language {
    let preferred = AcceptLanguage::parse(request)
        .map(|accepted| accepted.ranked().into_iter().map(|p| p.to_string()).collect::<Vec<_>>())
        .unwrap_or_default();
    let known = preferred.iter().find_map(|tag| match tag.get(..2) {
        Some("zh") => Some(Language::Chinese),
        Some("en") => Some(Language::English),
        Some(_) | None => None,
    });
    known.unwrap_or(Language::Chinese)
}

/// The problem of an error response: a handler's, or one made from a bare status of the HTTP library.
fn problem_of(response: &ServiceResponse<BoxBody>) -> Option<Problem> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let ours = response.response().extensions().get::<Problem>().cloned();
    Some(ours.unwrap_or_else(|| Problem::of_status(status)))
}

fn write_problem(
    response: ServiceResponse<BoxBody>,
    problem: &Problem,
    language: Language,
    id: &str,
) -> ServiceResponse<BoxBody> {
    let body = serde_json::to_vec(&problem.body(language, id)).unwrap_or_default();
    let head_only = response.request().method() == Method::HEAD;
    let mut response =
        response.map_body(|_, _| BoxBody::new(if head_only { Vec::new() } else { body }));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(match language {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }),
    );
    if problem.status == StatusCode::UNAUTHORIZED {
        let scheme = if problem.code == "oauth-invalid-client" { "Basic" } else { "Bearer" };
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
    }
    if let Some(seconds) = problem.retry_after_seconds {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn finish_headers(response: &mut ServiceResponse<BoxBody>, id: &str) {
    let replayed = response.request().extensions().contains::<Replayed>();
    let mut quotas = HeaderMap::new();
    if let Some(app) = response.request().app_data::<Data<App>>() {
        app.quotas.write_headers(response.request(), &mut quotas);
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, value);
    }
    for (name, value) in quotas {
        headers.insert(name, value);
    }
    if replayed {
        headers.insert(
            HeaderName::from_static("idempotency-replayed"),
            HeaderValue::from_static("true"),
        );
    }
    name_character_set(headers);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        // Answers depend on the caller's rights: nothing may keep them, not on disk either.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Adds the character set to text that names none, as the files of the Swagger UI do not.
fn name_character_set(headers: &mut HeaderMap) {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let bare = kind.filter(|kind| kind.starts_with("text/") && !kind.contains("charset"));
    let named = bare.and_then(|kind| HeaderValue::from_str(&format!("{kind}; charset=utf-8")).ok());
    if let Some(named) = named {
        headers.insert(header::CONTENT_TYPE, named);
    }
}

/// How long browsers connect by https only, once they did: a year, to this host and the hosts below it.
const ONLY_HTTPS: &str = "max-age=31536000; includeSubDomains";

/// Content security policy of an answer that sets none: it loads nothing, and no frame shows it.
const DATA_POLICY: &str =
    "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Content security policy of the Swagger UI: its own files; it sets styles itself.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Adds the headers for browsers that hold for every answer.
fn secure(response: &mut ServiceResponse<BoxBody>) {
    let app = response.request().app_data::<Data<App>>();
    let behind_tls = app.is_some_and(|app| app.config.behind_tls);
    let docs = response.request().match_info().as_str().starts_with("/docs");
    let headers = response.headers_mut();
    if behind_tls {
        set(headers, header::STRICT_TRANSPORT_SECURITY, ONLY_HTTPS);
    }
    if docs {
        set(headers, header::CONTENT_SECURITY_POLICY, DOCS_POLICY);
        set(headers, header::CROSS_ORIGIN_OPENER_POLICY, "same-origin");
    } else if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        set(headers, header::CONTENT_SECURITY_POLICY, DATA_POLICY);
    }
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, header::REFERRER_POLICY, "same-origin");
    // Other sites embed no picture, script or file of this one.
    set(headers, header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

fn log_and_count(
    response: &ServiceResponse<BoxBody>,
    id: &str,
    trace: Option<&str>,
    started: Instant,
) {
    let request = response.request();
    let route = request.match_pattern().unwrap_or_else(|| "(none)".to_owned());
    let method = request.method().to_string();
    let counted = known_method(request.method());
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    let labels =
        [("method", counted.to_owned()), ("route", route.clone()), ("status", status.to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_seconds", &labels[..2]).record(elapsed);
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let path = request.path();
    let address = ClientAddress::of(request);
    let account = caller(request).map(|caller| caller.user.username);
    if response.status().is_server_error() {
        warn!(request_id = id, trace, address, account, status, elapsed_ms, %route, "{method} {path} {status} in {elapsed_ms} ms");
    } else {
        info!(request_id = id, trace, address, account, status, elapsed_ms, %route, "{method} {path} {status} in {elapsed_ms} ms");
    }
}

/// The method as the label of a count; a method that a client invents makes no count of its own.
fn known_method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

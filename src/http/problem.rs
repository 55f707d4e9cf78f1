//! Failures of requests, and the one place where a refusal gets its HTTP status.
//!
//! A [`Problem`] does not know its request. The outermost layer ([`crate::http::middleware`])
//! writes its body in the caller's language and with the request id.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use actix_web::{HttpResponse, ResponseError};

use crate::domain::date::OfDate;
use crate::domain::error::FieldError;
use crate::domain::words::{Language, Words};
use crate::http::problem_body::{FieldProblem, ProblemBody, title};
use crate::store::StoreError;
use crate::usecases::refusal::{Refusal, RefusalKind};

/// Why a request failed.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// Stable public code; `/problems/<code>` is the problem's type.
    pub code: &'static str,
    /// What went wrong here, and what to do about it.
    pub detail: Words,
    /// Wrong fields, for 400 and 422.
    pub errors: Vec<FieldError>,
    /// How many there are; `errors` may name the first of them only.
    pub error_count: usize,
    /// When to try again, in seconds, for 429 and 503.
    pub retry_after_seconds: Option<u64>,
    /// The cause of a 500, for the log alone.
    pub cause: Option<String>,
}

impl Problem {
    /// A problem with a status, a code and words.
    pub fn new(status: StatusCode, code: &'static str, detail: Words) -> Self {
        Self {
            status,
            code,
            detail,
            errors: Vec::new(),
            error_count: 0,
            retry_after_seconds: None,
            cause: None,
        }
    }

    /// 401: the caller must log in.
    pub fn unauthenticated(code: &'static str, detail: Words) -> Self {
        Refusal::unauthenticated(code, detail).into()
    }

    /// 403: the caller's role may not do this.
    pub fn forbidden() -> Self {
        Refusal::forbidden().into()
    }

    /// 404: it does not exist, or the caller may not see it.
    pub fn not_found() -> Self {
        Refusal::not_found().into()
    }

    /// 405, with the allowed methods.
    pub fn method_not_allowed(allow: &str) -> Self {
        let detail = Words::new(
            format!("此地址只接受这些方法：{allow}。"),
            format!("This address takes only these methods: {allow}."),
        );
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
    }

    /// 409: the current state forbids it.
    pub fn conflict(code: &'static str, detail: Words) -> Self {
        Refusal::conflict(code, detail).into()
    }

    /// 400: the request cannot be read.
    pub fn unreadable(code: &'static str, detail: Words) -> Self {
        Refusal::unreadable(code, detail).into()
    }

    /// 400: a header is malformed.
    pub fn bad_header(name: &HeaderName, code: &'static str, detail: Words) -> Self {
        let errors = vec![FieldError::new(name.as_str(), code, detail.clone())];
        Self { errors, ..Self::unreadable(code, detail) }
    }

    /// 422: readable, but invalid; with every wrong field.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Refusal::invalid(errors).into()
    }

    /// 400 for query parameters that are unknown or malformed; with every one of them.
    pub fn bad_parameters(errors: Vec<FieldError>) -> Self {
        Refusal::bad_parameters(errors).into()
    }

    /// 500: a fault of ours. The cause is logged and not sent.
    pub fn broken(cause: impl std::fmt::Display) -> Self {
        Refusal::broken(cause).into()
    }

    /// 503: too many requests at the moment.
    pub fn busy() -> Self {
        Refusal::busy().into()
    }

    /// The problem of a bare status, such as one the HTTP library answers itself.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            StatusCode::REQUEST_TIMEOUT => Self::too_slow(),
            _ => {
                let reason = status.canonical_reason().unwrap_or("error");
                let detail = Words::new(format!("请求未能处理：{reason}。"), format!("{reason}."));
                let code = if status.is_server_error() { "broken" } else { "bad-request" };
                Self::new(status, code, detail)
            }
        }
    }

    /// 400: the request is not HTTP.
    pub fn not_http() -> Self {
        let detail = Words::new(
            "请求行或请求头不符合 HTTP 规范：地址中的汉字、空格等须先按 UTF-8 作百分号编码，请求头不得含控制字符。",
            "The request line or a header is not HTTP. Percent-encode letters such as 汉 and spaces of the address as UTF-8; a header holds no control characters.",
        );
        Self::new(StatusCode::BAD_REQUEST, "not-http", detail)
    }

    /// 413: the body is too large.
    pub fn too_large() -> Self {
        let detail = Words::new("请求内容过大。", "The body is too large.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
    }

    /// 408: the body did not arrive in time.
    pub fn too_slow() -> Self {
        let detail =
            Words::new("请求内容没有在限定时间内传完。", "The body did not arrive in time.");
        Self::new(StatusCode::REQUEST_TIMEOUT, "too-slow", detail)
    }

    /// 412: it has changed since the caller read it.
    pub fn stale() -> Self {
        Refusal::stale().into()
    }

    /// The kind of problem in a few words.
    pub fn title(&self, language: Language) -> String {
        title(self.status).say(language)
    }

    /// 428: a precondition is required.
    pub fn precondition_required(header: &'static str) -> Self {
        let detail = Words::new(
            format!("请在 {header} 请求头中注明您所依据的版本（读取时返回的 ETag）。"),
            format!("Say in the {header} header which version you changed (the ETag you read)."),
        );
        Self::new(StatusCode::PRECONDITION_REQUIRED, "precondition-required", detail)
    }

    /// The body in `language`.
    pub fn body(&self, language: Language, request_id: &str) -> ProblemBody {
        ProblemBody {
            kind: format!("/problems/{}", self.code),
            title: title(self.status).say(language),
            status: self.status.as_u16(),
            detail: self.detail.say(language),
            code: self.code.to_owned(),
            request_id: request_id.to_owned(),
            error_count: Some(self.error_count).filter(|count| *count > 0),
            errors: self.errors.iter().map(|e| FieldProblem::new(e, language)).collect(),
            error: self.code.strip_prefix("oauth-").map(|code| code.replace('-', "_")),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.status.as_u16(), self.code, self.detail.en)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status);
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let Refusal { kind, code, words, errors, error_count, retry_after_seconds, cause } =
            refusal;
        let status = status_of(kind);
        Self { status, code, detail: words, errors, error_count, retry_after_seconds, cause }
    }
}

/// The HTTP status of a kind of refusal.
fn status_of(kind: RefusalKind) -> StatusCode {
    match kind {
        RefusalKind::Unreadable => StatusCode::BAD_REQUEST,
        RefusalKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        RefusalKind::Forbidden => StatusCode::FORBIDDEN,
        RefusalKind::NotFound => StatusCode::NOT_FOUND,
        RefusalKind::Gone => StatusCode::GONE,
        RefusalKind::Conflict => StatusCode::CONFLICT,
        RefusalKind::Stale => StatusCode::PRECONDITION_FAILED,
        RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        RefusalKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        RefusalKind::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
        RefusalKind::Broken => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Refusal::from(error).into()
    }
}

impl Problem {
    /// Converts a rule's refusal; a refusal of the date becomes an error of the field at `pointer`.
    pub fn of_day(pointer: &'static str, refusal: impl OfDate + Into<Refusal>) -> Self {
        Refusal::of_day(pointer, refusal).into()
    }
}

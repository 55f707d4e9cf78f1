//! RFC 9457 problems, and the one place where a failure becomes a status.
//!
//! A [`Problem`] is made without knowing the request. The outermost middleware
//! ([`crate::http::envelope`]) writes it down in the caller's language with the request id.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::error::{FieldError, RuleError};
use crate::domain::reporting_month::refusal::MonthRefusal;
use crate::domain::words::{Language, Words};
use crate::store::StoreError;
use crate::usecases::refusal::{Refusal, RefusalKind};

/// A failure on its way to the caller.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What the status line says.
    pub status: StatusCode,
    /// Stable public code; `/problems/<code>` is the problem's type.
    pub code: &'static str,
    /// What went wrong here, and what to do about it.
    pub detail: Words,
    /// Every wrong field, for 400 and 422.
    pub errors: Vec<FieldError>,
    /// When to try again, in seconds, for 429 and 503.
    pub retry_after_seconds: Option<u64>,
    /// The cause of a 500, for the log alone.
    pub cause: Option<String>,
}

impl Problem {
    /// A problem with a status, a code and words.
    pub fn new(status: StatusCode, code: &'static str, detail: Words) -> Self {
        let (errors, retry_after_seconds, cause) = (Vec::new(), None, None);
        Self { status, code, detail, errors, retry_after_seconds, cause }
    }

    /// 401: who are you?
    pub fn unauthenticated(code: &'static str, detail: Words) -> Self {
        Refusal::unauthenticated(code, detail).into()
    }

    /// 403: known, and not allowed.
    pub fn forbidden() -> Self {
        Refusal::forbidden().into()
    }

    /// 404: not there, or not yours to know of.
    pub fn not_found() -> Self {
        Refusal::not_found().into()
    }

    /// 405, with what would have been allowed.
    pub fn method_not_allowed(allow: &str) -> Self {
        let detail = Words::new(
            format!("此地址只接受这些方法：{allow}。"),
            format!("This address takes only these methods: {allow}."),
        );
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
    }

    /// 409: the state of things forbids it.
    pub fn conflict(code: &'static str, detail: Words) -> Self {
        Refusal::conflict(code, detail).into()
    }

    /// 400: what was asked cannot be read.
    pub fn unreadable(code: &'static str, detail: Words) -> Self {
        Refusal::unreadable(code, detail).into()
    }

    /// 422: readable, but wrong; with every wrong field.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Refusal::invalid(errors).into()
    }

    /// 400 for query parameters that are unknown or malformed; with every one of them.
    pub fn bad_parameters(errors: Vec<FieldError>) -> Self {
        Refusal::bad_parameters(errors).into()
    }

    /// 500: our fault. The cause goes to the log, never to the caller.
    pub fn broken(cause: impl std::fmt::Display) -> Self {
        Refusal::broken(cause).into()
    }

    /// 503: too busy now.
    pub fn busy() -> Self {
        Refusal::busy().into()
    }

    /// A problem for a bare status, such as the ones the HTTP library answers itself.
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

    /// 413: the body is larger than is taken.
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

    /// 412: somebody changed it in between.
    pub fn stale() -> Self {
        Refusal::stale().into()
    }

    /// What sort of problem it is, in a few words.
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

    /// The body as the caller reads it.
    pub fn body(&self, language: Language, request_id: &str) -> ProblemBody {
        ProblemBody {
            kind: format!("/problems/{}", self.code),
            title: title(self.status).say(language),
            status: self.status.as_u16(),
            detail: self.detail.say(language),
            code: self.code.to_owned(),
            request_id: request_id.to_owned(),
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
        let Refusal { kind, code, words, errors, retry_after_seconds, cause } = refusal;
        Self { status: status_of(kind), code, detail: words, errors, retry_after_seconds, cause }
    }
}

/// The one place where a refusal becomes a status.
fn status_of(kind: RefusalKind) -> StatusCode {
    match kind {
        RefusalKind::Unreadable => StatusCode::BAD_REQUEST,
        RefusalKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        RefusalKind::Forbidden => StatusCode::FORBIDDEN,
        RefusalKind::NotFound => StatusCode::NOT_FOUND,
        RefusalKind::Conflict => StatusCode::CONFLICT,
        RefusalKind::Stale => StatusCode::PRECONDITION_FAILED,
        RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        RefusalKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        RefusalKind::Broken => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Refusal::from(error).into()
    }
}

impl From<RuleError> for Problem {
    fn from(error: RuleError) -> Self {
        Refusal::from(error).into()
    }
}

impl From<MonthRefusal> for Problem {
    fn from(refusal: MonthRefusal) -> Self {
        Refusal::from(refusal).into()
    }
}

impl Problem {
    /// What a rule says about the day at `pointer` is wrong input; anything else is the state's.
    pub fn of_day(pointer: &'static str, error: RuleError) -> Self {
        Refusal::of_day(pointer, error).into()
    }
}

/// What went wrong, as RFC 9457 has it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A path that names the kind of problem: `/problems/<code>`.
    #[serde(rename = "type")]
    #[schema(example = "/problems/stale")]
    pub kind: String,
    /// The kind of problem in a few words.
    pub title: String,
    /// The HTTP status, repeated.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What went wrong this time and what to do next, in the caller's language.
    pub detail: String,
    /// Stable code to program against.
    #[schema(example = "stale")]
    pub code: String,
    /// The request's id, also in `X-Request-Id` and in the server's log.
    pub request_id: String,
    /// Every wrong field or parameter; only on 400 and 422.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldProblem>,
    /// The error's code as OAuth 2.0 names it; only from `/oauth/token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "invalid_client")]
    pub error: Option<String>,
}

/// One wrong field or parameter.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// A JSON pointer into the body (`/months/3`), or `?name` for a query parameter.
    #[schema(example = "/months/3")]
    pub pointer: String,
    /// Stable code to program against.
    #[schema(example = "wrong-type")]
    pub code: String,
    /// What is wrong and what would be right, in the caller's language; of a file with the place.
    pub detail: String,
    /// The sheet of a file; only where a file was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sheet: Option<String>,
    /// The row in it, the first being 1; only where a file was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub row: Option<u32>,
    /// The column in it by its letters; absent when the whole row is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "C")]
    pub column: Option<String>,
}

impl FieldProblem {
    fn new(error: &FieldError, language: Language) -> Self {
        let said = error.words.say(language);
        let place = error.place.as_deref();
        let detail = match (place, language) {
            (None, _) => said,
            (Some(at), Language::Chinese) => format!("{}：{said}", at.words().zh),
            (Some(at), Language::English) => format!("{}: {said}", at.words().en),
        };
        Self {
            pointer: error.pointer.clone(),
            code: error.code.to_owned(),
            detail,
            sheet: place.map(|at| at.sheet.clone()),
            row: place.map(|at| at.row),
            column: place.and_then(|at| at.column.clone()),
        }
    }
}

fn title(status: StatusCode) -> Words {
    let (zh, en) = match status.as_u16() {
        400 => ("请求无法读取", "The request cannot be read"),
        401 => ("请先登录", "Please log in"),
        403 => ("无权操作", "Not allowed"),
        404 => ("没有找到", "Not found"),
        405 => ("不支持该方法", "Method not allowed"),
        406 => ("没有所要求的格式", "No such format"),
        408 => ("请求超时", "The request took too long"),
        409 => ("当前状态不允许", "The state forbids it"),
        412 => ("版本已变化", "Changed in between"),
        413 => ("内容过大", "Too large"),
        415 => ("不支持的内容类型", "Unsupported media type"),
        422 => ("内容不符合要求", "Readable, but wrong"),
        428 => ("缺少版本条件", "A precondition is required"),
        429 => ("请求过于频繁", "Too many requests"),
        503 => ("暂时无法服务", "Unavailable for now"),
        500..=599 => ("系统内部错误", "Broken on our side"),
        _ => ("请求有误", "Bad request"),
    };
    Words::new(zh, en)
}

// Transition: nouns whose use cases still return problems. Goes with the last of them.
impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let kind = match problem.status.as_u16() {
            400 => RefusalKind::Unreadable,
            401 => RefusalKind::Unauthenticated,
            403 => RefusalKind::Forbidden,
            404 => RefusalKind::NotFound,
            409 => RefusalKind::Conflict,
            412 => RefusalKind::Stale,
            422 => RefusalKind::Invalid,
            429 => RefusalKind::TooMany,
            503 => RefusalKind::Busy,
            _ => RefusalKind::Broken,
        };
        let Problem { code, detail: words, errors, retry_after_seconds, cause, .. } = problem;
        Self { kind, code, words, errors, retry_after_seconds, cause }
    }
}

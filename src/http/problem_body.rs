//! The body of a failure, RFC 9457.

use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::error::FieldError;
use crate::domain::words::{Language, Words};

/// A failure, RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// The kind of problem: `/problems/<code>`.
    #[serde(rename = "type")]
    #[schema(example = "/problems/stale")]
    pub kind: String,
    /// The kind of problem in a few words.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is wrong and what to do next, in the caller's language.
    pub detail: String,
    /// Stable code for programs.
    #[schema(example = "stale")]
    pub code: String,
    /// The request's id, also in `X-Request-Id` and in the server's log.
    pub request_id: String,
    /// How many fields or parameters are wrong; only with 400 and 422. `errors` names the first 100
    /// of them, for a file the first 1,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub error_count: Option<usize>,
    /// The wrong fields or parameters, up to 100; only with 400 and 422.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldProblem>,
    /// The OAuth 2.0 error code; only from `/oauth/token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "invalid_client")]
    pub error: Option<String>,
}

/// One wrong field or parameter.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// A JSON pointer into the body (`/months/3`), `?name` for a query parameter, `{name}` for a
    /// parameter of the path, or the name of a header.
    #[schema(example = "/months/3")]
    pub pointer: String,
    /// Stable code for programs.
    #[schema(example = "wrong-type")]
    pub code: String,
    /// What is wrong and what is expected, in the caller's language; for a file it begins with the
    /// cell.
    pub detail: String,
    /// Sheet of the file; only for imports.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sheet: Option<String>,
    /// Row of the sheet, from 1; only for imports.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub row: Option<u32>,
    /// Letters of the column; absent when the error is about the whole row.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "C")]
    pub column: Option<String>,
}

impl FieldProblem {
    pub(super) fn new(error: &FieldError, language: Language) -> Self {
        let words = error.words.say(language);
        let place = error.place.as_deref();
        let detail = match (place, language) {
            (None, _) => words,
            (Some(at), Language::Chinese) => format!("{}：{words}", at.words().zh),
            (Some(at), Language::English) => format!("{}: {words}", at.words().en),
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

/// The kind of problem of a status, in a few words.
pub(super) fn title(status: StatusCode) -> Words {
    let (zh, en) = match status.as_u16() {
        400 => ("请求无法读取", "The request cannot be read"),
        401 => ("请先登录", "Please log in"),
        403 => ("无权操作", "Not allowed"),
        404 => ("没有找到", "Not found"),
        405 => ("不支持该方法", "Method not allowed"),
        406 => ("没有所要求的格式", "No such format"),
        408 => ("请求超时", "The request took too long"),
        409 => ("当前状态不允许", "The state forbids it"),
        410 => ("已不存在", "No longer there"),
        412 => ("版本已变化", "Changed in between"),
        413 => ("内容过大", "Too large"),
        415 => ("不支持的内容类型", "Unsupported media type"),
        422 => ("内容不符合要求", "Readable, but wrong"),
        428 => ("缺少版本条件", "A precondition is required"),
        431 => ("请求头过大", "Headers too large"),
        429 => ("请求过于频繁", "Too many requests"),
        503 => ("暂时无法服务", "Unavailable for now"),
        507 => ("存储空间不足", "No space left"),
        500..=599 => ("系统内部错误", "Broken on our side"),
        _ => ("请求有误", "Bad request"),
    };
    Words::new(zh, en)
}

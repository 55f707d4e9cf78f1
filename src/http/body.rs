//! The JSON body of a request: strict, bounded in size and time, and checked against its schema.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::{BytesMut, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::once::{BodyHash, KEY};
use crate::http::problem::Problem;
use crate::http::schema_check::SchemaCheck;
use crate::http::signature::{Argument, Entry};
use crate::http::strict_json;
use crate::usecases::refusal::Refusal;

/// A request body of type `T`.
pub struct Body<T>(pub T);

impl<T: ToSchema> Argument for Body<T> {
    fn describe(entry: &mut Entry) {
        entry.body::<T>();
        entry.fails(&[400, 408, 413, 415, 422]);
    }
}

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = check_media_type(request);
        let limits = request.app_data::<Data<App>>().map(|app| BodyLimits {
            bytes: app.config.body_limit_bytes,
            wait: Duration::from_secs(app.config.body_timeout_seconds),
        });
        let payload = payload.take();
        let request = request.clone();
        Box::pin(async move {
            media_type?;
            let limits = limits.ok_or_else(|| Problem::broken("no App is mounted"))?;
            let bytes = bytes(&request, payload, limits).await?;
            parse(&bytes).map(Self)
        })
    }
}

fn check_media_type(request: &HttpRequest) -> Result<(), Problem> {
    let given = request.content_type();
    let merge_patch = request.method() == Method::PATCH && given == "application/merge-patch+json";
    if given.eq_ignore_ascii_case("application/json") || merge_patch {
        return Ok(());
    }
    let detail = Words::new(
        "请求内容须为 JSON：请设置 Content-Type: application/json。",
        "The body must be JSON: send Content-Type: application/json.",
    );
    let status = actix_web::http::StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Err(Problem::new(status, "unsupported-media-type", detail))
}

/// Limits of a request body.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// Most bytes.
    pub bytes: usize,
    /// Longest wait for all of them.
    pub wait: Duration,
}

/// Reads a body within `limits`; with an `Idempotency-Key` also stores its hash for
/// [`crate::http::once`].
///
/// # Errors
/// 408, 413.
pub async fn bytes(
    request: &HttpRequest,
    payload: Payload,
    limits: BodyLimits,
) -> Result<BytesMut, Problem> {
    let bytes = tokio::time::timeout(limits.wait, read(payload, limits.bytes))
        .await
        .map_err(|_| Problem::too_slow())??;
    if request.headers().contains_key(KEY) {
        request.extensions_mut().insert(BodyHash::of(&bytes));
    }
    Ok(bytes)
}

async fn read(mut payload: Payload, limit: usize) -> Result<BytesMut, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|e| cut_off(&e))?;
        if bytes.len().saturating_add(chunk.len()) > limit {
            return Err(Problem::too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn parse<T: DeserializeOwned + ToSchema + 'static>(bytes: &[u8]) -> Result<T, Problem> {
    Ok(checked(strict_json::object(bytes).map_err(|e| not_json(&e))?)?)
}

/// Checks JSON against the schema of `T` and reads it as a `T`.
///
/// # Errors
/// Invalid, with every field that does not match the schema.
pub fn checked<T: DeserializeOwned + ToSchema + 'static>(value: Value) -> Result<T, Refusal> {
    let errors = SchemaCheck::of_body::<T>().map_err(Refusal::broken)?.errors(&value);
    if !errors.is_empty() {
        return Err(Refusal::invalid(errors));
    }
    serde_json::from_value(value).map_err(|e| {
        // Conditions that a schema cannot express; the message of the type names the field.
        let words = Words::new(format!("内容不符合要求：{e}。"), format!("{e}."));
        Refusal::invalid(vec![FieldError::new(String::new(), "wrong", words)])
    })
}

fn cut_off(error: &dyn std::fmt::Display) -> Problem {
    Problem::unreadable(
        "cut-off",
        Words::new(
            format!("请求内容没有完整到达：{error}。请重新发送。"),
            format!("The body did not arrive whole: {error}. Send it again."),
        ),
    )
}

fn not_json(error: &dyn std::fmt::Display) -> Problem {
    Problem::unreadable(
        "not-json",
        Words::new(
            format!("请求内容不是可读的 JSON 对象：{error}。"),
            format!("The body is not a JSON object that can be read: {error}."),
        ),
    )
}

/// Deserializes a field of a patch: `None` when absent (keeps the value), `Some(None)` when `null`
/// (clears it).
pub fn given<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}

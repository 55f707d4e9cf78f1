//! The JSON body of a request: strict, bounded in size and time, and checked against its schema.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{BytesMut, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use crate::config::Config;
use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::body_room::{BodyPlace, BodyRoom};
use crate::http::caller::caller;
use crate::http::free_text;
use crate::http::once::{BodyHash, KEY};
use crate::http::problem::Problem;
use crate::http::schema_check::SchemaCheck;
use crate::http::signature::{Argument, Entry};
use crate::http::strict_json;
use crate::usecases::refusal::Refusal;

/// A request body of type `T`.
pub(crate) struct Body<T>(pub T);

impl<T: ToSchema> Argument for Body<T> {
    fn describe(entry: &mut Entry) {
        entry.body::<T>();
        entry.fails(&[400, 408, 413, 415, 422, 507]);
    }
}

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = check_media_type(request);
        let limits = BodyLimits::of(request, |config| config.body_limit_bytes);
        let payload = payload.take();
        let request = request.clone();
        Box::pin(async move {
            media_type?;
            let bytes = bytes(&request, payload, limits?).await?;
            let sent = strict_json::object(&bytes).map_err(|e| not_json(&e))?;
            free_text::check(&request, &sent);
            Ok(checked(sent).map(Self)?)
        })
    }
}

pub(super) fn check_media_type(request: &HttpRequest) -> Result<(), Problem> {
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

/// Most bytes of a body that nobody has logged in for.
const OF_STRANGERS: usize = 16_384;

/// Limits of a request body.
#[derive(Clone, Debug)]
pub(crate) struct BodyLimits {
    /// Most bytes.
    bytes: usize,
    /// Longest wait for all of them.
    wait: Duration,
    /// Room for all bodies that are being received.
    room: BodyRoom,
}

impl BodyLimits {
    /// The limits of `request`: at most the bytes that `most` finds in the settings.
    ///
    /// # Errors
    /// A fault of ours: no settings.
    pub(crate) fn of(
        request: &HttpRequest,
        most: impl Fn(&Config) -> usize,
    ) -> Result<Self, Problem> {
        let app = request.app_data::<Data<App>>();
        let app = app.ok_or_else(|| Problem::broken("no App is mounted"))?;
        let most = most(&app.config);
        Ok(Self {
            bytes: if caller(request).is_some() { most } else { most.min(OF_STRANGERS) },
            wait: Duration::from_secs(app.config.body_timeout_seconds),
            room: app.body_room.clone(),
        })
    }
}

/// Reads a body within `limits`; with an `Idempotency-Key` also stores its hash for
/// [`crate::http::once`].
///
/// # Errors
/// 408; 413, without reading when `Content-Length` is above the limit; 503.
pub(crate) async fn bytes(
    request: &HttpRequest,
    payload: Payload,
    limits: BodyLimits,
) -> Result<BytesMut, Problem> {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok());
    let announced = announced.and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |n| n > limits.bytes)) {
        return Err(Problem::too_large());
    }
    let mut place = limits.room.place();
    let bytes = tokio::time::timeout(limits.wait, read(payload, limits.bytes, &mut place))
        .await
        .map_err(|_| Problem::too_slow())??;
    // Kept until the request is answered.
    request.extensions_mut().insert(place);
    if request.headers().contains_key(KEY) {
        request.extensions_mut().insert(BodyHash::of(&bytes));
    }
    Ok(bytes)
}

async fn read(
    mut payload: Payload,
    limit: usize,
    place: &mut BodyPlace,
) -> Result<BytesMut, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|e| cut_off(&e))?;
        if bytes.len().saturating_add(chunk.len()) > limit {
            return Err(Problem::too_large());
        }
        place.grow_to(bytes.len() + chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Checks JSON against the schema of `T` and reads it as a `T`.
///
/// # Errors
/// Invalid, with every field that does not match the schema.
pub(crate) fn checked<T: DeserializeOwned + ToSchema + 'static>(
    value: Value,
) -> Result<T, Refusal> {
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

pub(super) fn not_json(error: &dyn std::fmt::Display) -> Problem {
    Problem::unreadable(
        "not-json",
        Words::new(
            format!("请求内容不是可读的 JSON 对象：{error}。"),
            format!("The body is not a JSON object that can be read: {error}."),
        ),
    )
}

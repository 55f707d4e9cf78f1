//! Replies as bytes: stored under an `Idempotency-Key` and sent again unchanged.

use std::marker::PhantomData;

use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::precondition::etag;
use crate::http::reply::{Created, Json, NoContent, Tagged};
use crate::http::signature::{Entry, Reply};
use crate::usecases::answer::Versioned;
use crate::usecases::refusal::Refusal;

/// The format of stored replies. Format 1, of release 0.1.0, was the JSON of the answer alone.
const FORMAT: u8 = 2;

/// Status, headers and body of a reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredReply {
    format: u8,
    status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
    /// JSON text; absent when the reply has no body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

impl StoredReply {
    /// A reply with a JSON body.
    pub(super) fn with_body<T: Serialize>(status: u16, answer: &T) -> Result<Self, Refusal> {
        let body = serde_json::to_string(answer).map_err(Refusal::broken)?;
        Ok(Self { format: FORMAT, status, location: None, etag: None, body: Some(body) })
    }

    /// A reply with a body and the location of what it shows, a path below `/api/v1`.
    ///
    /// # Errors
    /// A fault of ours; none is known.
    pub(crate) fn located<T: Serialize>(
        status: u16,
        answer: &T,
        path: &str,
    ) -> Result<Self, Refusal> {
        let location = Some(format!("{}{path}", crate::http::PREFIX));
        Ok(Self { location, ..Self::with_body(status, answer)? })
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// The body, as JSON.
    pub(crate) fn body(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }

    /// The text that is stored.
    ///
    /// # Errors
    /// A fault of ours; none is known.
    pub(crate) fn to_text(&self) -> Result<String, Refusal> {
        serde_json::to_string(self).map_err(Refusal::broken)
    }

    /// Reads a stored text of either format; `path` is the path of the request.
    pub(crate) fn read<R: Outcome>(text: &str, path: &str, headers: HeadersOfFormat1) -> Self {
        match serde_json::from_str::<Self>(text) {
            Ok(stored) if stored.format == FORMAT => stored,
            Ok(_) | Err(_) => Self::read_format_1::<R>(text, path, headers),
        }
    }

    /// Format 1 had the answer's JSON alone: status and headers follow from the kind of reply.
    fn read_format_1<R: Outcome>(text: &str, path: &str, headers: HeadersOfFormat1) -> Self {
        let mut answer: Value = serde_json::from_str(text).unwrap_or(Value::Null);
        R::complete_format_1(&mut answer);
        let Format1Headers { location, version } = headers(&answer, path);
        let created = R::STATUS == StatusCode::CREATED.as_u16();
        let has_body = R::STATUS != StatusCode::NO_CONTENT.as_u16();
        Self {
            format: FORMAT,
            status: R::STATUS,
            location: location.filter(|_| created),
            etag: version.filter(|_| has_body).map(etag),
            body: has_body.then(|| answer.to_string()),
        }
    }
}

/// Finds the headers of a reply of release 0.1.0 from its stored answer and the path of its
/// request.
pub(crate) type HeadersOfFormat1 = fn(&Value, &str) -> Format1Headers;

/// What release 0.1.0 sent in the headers of a reply.
pub(crate) struct Format1Headers {
    /// Path of the new thing.
    pub location: Option<String>,
    /// Version of the answer.
    pub version: Option<i64>,
}

/// A reply that can be stored.
pub(crate) trait Outcome: Reply {
    /// The HTTP status.
    const STATUS: u16;

    /// The reply as it is sent.
    ///
    /// # Errors
    /// A fault of ours: an answer that is not JSON.
    fn sent(&self) -> Result<StoredReply, Refusal>;

    /// The reply as it is stored; differs where a secret is shown only once.
    ///
    /// # Errors
    /// As [`Outcome::sent`].
    fn kept(&self) -> Result<StoredReply, Refusal> {
        self.sent()
    }

    /// Adds fields that the stored JSON of release 0.1.0 lacks.
    fn complete_format_1(_answer: &mut Value) {}
}

impl<T: Serialize + utoipa::ToSchema> Outcome for Json<T> {
    const STATUS: u16 = 200;

    fn sent(&self) -> Result<StoredReply, Refusal> {
        StoredReply::with_body(Self::STATUS, &self.0)
    }
}

impl<T: Serialize + Versioned + utoipa::ToSchema> Outcome for Tagged<T> {
    const STATUS: u16 = 200;

    fn sent(&self) -> Result<StoredReply, Refusal> {
        let stored = StoredReply::with_body(Self::STATUS, &self.0)?;
        Ok(StoredReply { etag: Some(etag(self.0.version())), ..stored })
    }
}

impl<T: Serialize + Versioned + utoipa::ToSchema> Outcome for Created<T> {
    const STATUS: u16 = 201;

    fn sent(&self) -> Result<StoredReply, Refusal> {
        let stored = StoredReply::with_body(Self::STATUS, &self.view)?;
        let location = Some(format!("{}{}", crate::http::PREFIX, self.location));
        Ok(StoredReply { etag: Some(etag(self.view.version())), location, ..stored })
    }
}

impl Outcome for NoContent {
    const STATUS: u16 = 204;

    fn sent(&self) -> Result<StoredReply, Refusal> {
        let status = Self::STATUS;
        Ok(StoredReply { format: FORMAT, status, location: None, etag: None, body: None })
    }
}

/// A reply that shows a secret once; the stored reply, for repeated requests, has null in its place.
pub(crate) struct ShownOnce<R> {
    /// The reply with the secret.
    pub sent: R,
    /// The same reply with null in its place.
    pub kept: R,
}

impl<R: Reply> Reply for ShownOnce<R> {
    fn describe(entry: &mut Entry) {
        R::describe(entry);
    }
}

impl<R: Outcome> Outcome for ShownOnce<R> {
    const STATUS: u16 = R::STATUS;

    fn sent(&self) -> Result<StoredReply, Refusal> {
        self.sent.sent()
    }

    fn kept(&self) -> Result<StoredReply, Refusal> {
        self.kept.sent()
    }

    fn complete_format_1(answer: &mut Value) {
        if let Some(answer) = answer.as_object_mut() {
            answer
                .entry(if answer.contains_key("client_id") { "client_secret" } else { "secret" })
                .or_insert(Value::Null);
        }
    }
}

/// A reply of kind `R` as bytes, fresh or repeated.
pub(crate) struct Stored<R> {
    reply: StoredReply,
    kind: PhantomData<R>,
}

impl<R> Stored<R> {
    /// A reply of this kind.
    pub(crate) fn new(reply: StoredReply) -> Self {
        Self { reply, kind: PhantomData }
    }

    /// The same reply as one of several kinds.
    pub(crate) fn into_kind<S>(self) -> Stored<S> {
        Stored::new(self.reply)
    }
}

impl<R: Reply> Reply for Stored<R> {
    fn describe(entry: &mut Entry) {
        R::describe(entry);
    }
}

impl<R> Responder for Stored<R> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let StoredReply { status, location, etag, body, .. } = self.reply;
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = HttpResponse::build(status);
        if let Some(location) = location {
            answer.insert_header((header::LOCATION, location));
        }
        if let Some(etag) = etag {
            answer.insert_header((header::ETAG, etag));
        }
        match body {
            Some(body) => answer.content_type("application/json").body(body),
            None => answer.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Numbered(i64);

    impl Reply for Numbered {
        fn describe(_: &mut Entry) {}
    }

    impl Outcome for Numbered {
        const STATUS: u16 = 201;

        fn sent(&self) -> Result<StoredReply, Refusal> {
            StoredReply::with_body(Self::STATUS, &serde_json::json!({"format": 1, "id": self.0}))
        }
    }

    fn below(answer: &Value, path: &str) -> Format1Headers {
        let location = Some(format!("{path}/{}", answer["id"]));
        Format1Headers { location, version: answer["version"].as_i64() }
    }

    #[test]
    fn what_is_kept_is_read_back_to_the_byte() {
        let sent = Numbered(7).sent().unwrap();

        let read = StoredReply::read::<Numbered>(&sent.to_text().unwrap(), "/elsewhere", below);

        assert_eq!(read, sent);
    }

    #[test]
    fn an_outcome_of_the_first_release_gets_its_status_and_headers() {
        let read =
            StoredReply::read::<Numbered>(r#"{"id":7,"version":3}"#, "/api/v1/things", below);

        assert_eq!(read.status, 201);
        assert_eq!(read.location.as_deref(), Some("/api/v1/things/7"));
        assert_eq!(read.etag.as_deref(), Some("\"3\""));
        assert_eq!(read.body.as_deref(), Some(r#"{"id":7,"version":3}"#));
    }
}

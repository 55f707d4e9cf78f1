//! The id of a request: in its reply, in the log and in the events it records.

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::HeaderName;

use crate::http::tokens::random_text;

/// The header that carries a request's id both ways.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request at hand, as a request extension.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub String);

impl RequestId {
    /// The caller's own id if it is safe in a log line (1 to 64 letters, digits, `-`, `_`, `.`),
    /// else a new random one.
    pub(super) fn choose(request: &ServiceRequest) -> Self {
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
        match given {
            Some(given) if (1..=64).contains(&given.len()) && given.chars().all(safe) => {
                Self(given.to_owned())
            }
            Some(_) | None => Self(new_request_id()),
        }
    }

    /// The id given to `request`; empty before the outermost layer has run.
    pub(crate) fn of(request: &impl HttpMessage) -> String {
        request.extensions().get::<Self>().map(|id| id.0.clone()).unwrap_or_default()
    }
}

/// A new random id.
pub(super) fn new_request_id() -> String {
    random_text().unwrap_or_default().chars().take(22).collect()
}

//! `Prefer: respond-async` (RFC 7240): the work goes on after the answer, as a job.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::signature::{Argument, Entry, Reply, RequestHeader};
use crate::http::stored::{Outcome, StoredReply};
use crate::usecases::refusal::Refusal;

/// Whether the caller prefers an answer before the work is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RespondAsync(pub bool);

impl Argument for RespondAsync {
    fn describe(entry: &mut Entry) {
        entry.header(&RequestHeader {
            name: "Prefer",
            required: false,
            description: "`respond-async`: the answer is 202 with a job, which does the work. Other \
                preferences are ignored.",
            pattern: None,
            example: "respond-async",
        });
    }
}

impl FromRequest for RespondAsync {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(prefers(request.headers()))))
    }
}

fn prefers(headers: &HeaderMap) -> bool {
    let texts = headers.get_all("Prefer").filter_map(|value| value.to_str().ok());
    let names = texts.flat_map(|text| text.split(',')).map(|preference| {
        let name = preference.split([';', '=']).next().unwrap_or_default();
        name.trim().to_ascii_lowercase()
    });
    names.into_iter().any(|name| name == "respond-async")
}

/// 202 with what does the work, and its location.
pub(crate) struct Accepted<T> {
    /// What does the work.
    pub view: T,
    /// Its path below `/api/v1`.
    pub location: String,
}

impl<T: ToSchema> Reply for Accepted<T> {
    fn describe(entry: &mut Entry) {
        entry.answers::<T>(202, "Queued, with `Prefer: respond-async`.");
        entry.answer_header(202, "Location", "Path of the job.");
    }
}

impl<T: Serialize + ToSchema> Outcome for Accepted<T> {
    const STATUS: u16 = 202;

    fn sent(&self) -> Result<StoredReply, Refusal> {
        StoredReply::located(Self::STATUS, &self.view, &self.location)
    }
}

/// 200 with an `R`, or 202 with a `J` that makes it.
pub(crate) struct DoneOrQueued<R, J>(PhantomData<(R, J)>);

impl<R: Reply, J: ToSchema> Reply for DoneOrQueued<R, J> {
    fn describe(entry: &mut Entry) {
        R::describe(entry);
        Accepted::<J>::describe(entry);
        entry.fails(&[503]);
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn a_preference_is_found_among_others() {
        let prefer = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.append(HeaderName::from_static("prefer"), HeaderValue::from_static("wait=3"));
            headers.append(HeaderName::from_static("prefer"), HeaderValue::from_static(text));
            prefers(&headers)
        };

        assert!(prefer("respond-async"));
        assert!(prefer("handling=lenient, Respond-Async; x=1"));
        assert!(!prefer("return=minimal"));
    }
}

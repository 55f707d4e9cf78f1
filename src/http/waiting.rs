//! Replies of requests that may wait for a second person.

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::precondition::etag;
use crate::http::signature::{Entry, Reply};
use crate::http::stored::{Outcome, StoredReply};
use crate::usecases::answer::Versioned;
use crate::usecases::refusal::Refusal;

/// 202 with the resource that the request waits in.
pub(crate) struct Accepted<W> {
    /// The resource.
    pub view: W,
    /// Its path below `/api/v1`.
    pub location: String,
}

/// The reply of a request that was carried out, or 202 if it waits.
pub(crate) enum OrWaiting<R, W> {
    /// It was carried out.
    Done(R),
    /// It waits.
    Waits(Accepted<W>),
}

impl<R: Reply, W: ToSchema> Reply for OrWaiting<R, W> {
    fn describe(entry: &mut Entry) {
        R::describe(entry);
        entry.answers::<W>(202, "Nothing was changed: the request waits for a second person.");
        entry.answer_header(202, "Location", "Path of what it waits in.");
        entry.answer_header(202, "ETag", "Its version, to be sent back in `If-Match`.");
    }
}

impl<R: Responder, W: Serialize + Versioned> Responder for OrWaiting<R, W> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::Done(reply) => reply.respond_to(request).map_into_boxed_body(),
            Self::Waits(Accepted { view, location }) => HttpResponse::Accepted()
                .insert_header((header::LOCATION, format!("{}{location}", crate::http::PREFIX)))
                .insert_header((header::ETAG, etag(view.version())))
                .json(view),
        }
    }
}

impl<R: Outcome, W: Serialize + Versioned + ToSchema> Outcome for OrWaiting<R, W> {
    const STATUS: u16 = R::STATUS;

    fn sent(&self) -> Result<StoredReply, Refusal> {
        match self {
            Self::Done(reply) => reply.sent(),
            Self::Waits(Accepted { view, location }) => {
                let mut stored = StoredReply::with_body(202, view)?;
                stored.location = Some(format!("{}{location}", crate::http::PREFIX));
                stored.etag = Some(etag(view.version()));
                Ok(stored)
            }
        }
    }

    fn kept(&self) -> Result<StoredReply, Refusal> {
        match self {
            Self::Done(reply) => reply.kept(),
            Self::Waits(_) => self.sent(),
        }
    }

    fn complete_format_1(answer: &mut Value) {
        R::complete_format_1(answer);
    }
}

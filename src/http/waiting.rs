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

impl<W: ToSchema> Reply for Accepted<W> {
    fn describe(entry: &mut Entry) {
        entry.answers::<W>(202, "Nothing was changed: the request waits for a second person.");
        entry.answer_header(202, "Location", "Path of what it waits in.");
        entry.answer_header(202, "ETag", "Its version, to be sent back in `If-Match`.");
    }
}

impl<W: Serialize + Versioned> Responder for Accepted<W> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Accepted()
            .insert_header((header::LOCATION, format!("{}{}", crate::http::PREFIX, self.location)))
            .insert_header((header::ETAG, etag(self.view.version())))
            .json(self.view)
    }
}

impl<W: Serialize + Versioned + ToSchema> Outcome for Accepted<W> {
    const STATUS: u16 = 202;

    fn sent(&self) -> Result<StoredReply, Refusal> {
        let mut stored = StoredReply::with_body(Self::STATUS, &self.view)?;
        stored.location = Some(format!("{}{}", crate::http::PREFIX, self.location));
        stored.etag = Some(etag(self.view.version()));
        Ok(stored)
    }
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
        Accepted::<W>::describe(entry);
    }
}

impl<R: Responder, W: Serialize + Versioned> Responder for OrWaiting<R, W> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::Done(reply) => reply.respond_to(request).map_into_boxed_body(),
            Self::Waits(waits) => waits.respond_to(request),
        }
    }
}

impl<R: Outcome, W: Serialize + Versioned + ToSchema> Outcome for OrWaiting<R, W> {
    const STATUS: u16 = R::STATUS;

    fn sent(&self) -> Result<StoredReply, Refusal> {
        match self {
            Self::Done(reply) => reply.sent(),
            Self::Waits(waits) => waits.sent(),
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

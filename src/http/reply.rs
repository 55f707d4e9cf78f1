//! Replies of handlers; the type gives the status.

use actix_web::body::BoxBody;
use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::precondition::{etag, holds};
use crate::http::signature::{Argument, Entry, Reply, RequestHeader};
use crate::usecases::answer::Versioned;
use crate::usecases::precondition::Precondition;

/// 200 with a body.
pub(crate) struct Json<T>(pub T);

impl<T: ToSchema> Reply for Json<T> {
    fn describe(entry: &mut Entry) {
        entry.answers::<T>(200, "The requested data.");
    }
}

impl<T: Serialize> Responder for Json<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }
}

/// 200 with a body and its ETag; 304 on a read if the caller already has this version.
pub(crate) struct Tagged<T>(pub T);

impl<T: ToSchema> Reply for Tagged<T> {
    fn describe(entry: &mut Entry) {
        entry.answers::<T>(200, "The current version.");
        entry.answer_header(200, "ETag", "The version, to be sent back in `If-Match`.");
    }
}

impl<T: Serialize + Versioned> Responder for Tagged<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let version = self.0.version();
        let tag = (header::ETAG, etag(version));
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        if reads && holds(request.headers(), version) {
            return HttpResponse::NotModified().insert_header(tag).finish();
        }
        HttpResponse::Ok().insert_header(tag).json(self.0)
    }
}

/// Documents `If-None-Match` on a read.
pub(crate) struct Conditional;

impl Argument for Conditional {
    fn describe(entry: &mut Entry) {
        entry.header(&RequestHeader {
            name: "If-None-Match",
            required: false,
            description: "An ETag the caller has; the answer is 304 while it is the current version.",
            pattern: None,
            example: "\"3\"",
        });
        entry.answers_empty(304, "The caller already has this version.");
    }
}

impl actix_web::FromRequest for Conditional {
    type Error = actix_web::Error;
    type Future = std::future::Ready<Result<Self, Self::Error>>;

    fn from_request(_: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        std::future::ready(Ok(Self))
    }
}

/// 201 with the new resource, its ETag and its location.
pub(crate) struct Created<T> {
    /// The new resource.
    pub view: T,
    /// Its path below `/api/v1`.
    pub location: String,
}

impl<T: ToSchema> Reply for Created<T> {
    fn describe(entry: &mut Entry) {
        entry.answers::<T>(201, "Created.");
        entry.answer_header(201, "Location", "Path of the new resource.");
        entry.answer_header(201, "ETag", "Its version, to be sent back in `If-Match`.");
    }
}

impl<T: Serialize + Versioned> Responder for Created<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Created()
            .insert_header((header::LOCATION, format!("{}{}", crate::http::PREFIX, self.location)))
            .insert_header((header::ETAG, etag(self.view.version())))
            .json(self.view)
    }
}

/// 201 if a PUT created the resource, 200 if it changed it.
pub(crate) enum Put<T> {
    /// The resource is new.
    Created(Created<T>),
    /// The resource existed.
    Changed(Tagged<T>),
}

impl<T> Put<T> {
    /// The reply to a PUT with `precondition`.
    pub(crate) fn of(precondition: Precondition, view: T, location: String) -> Self {
        match precondition {
            Precondition::Absent => Self::Created(Created { view, location }),
            Precondition::Version(_) => Self::Changed(Tagged(view)),
        }
    }
}

impl<T: ToSchema> Reply for Put<T> {
    fn describe(entry: &mut Entry) {
        Tagged::<T>::describe(entry);
        Created::<T>::describe(entry);
    }
}

impl<T: Serialize + Versioned> Responder for Put<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::Created(created) => created.respond_to(request),
            Self::Changed(tagged) => tagged.respond_to(request),
        }
    }
}

/// 204, without a body.
pub(crate) struct NoContent;

impl Reply for NoContent {
    fn describe(entry: &mut Entry) {
        entry.answers_empty(204, "Done; no body.");
    }
}

impl Responder for NoContent {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}

//! Response of the change feed: JSON or a batch of CloudEvents 1.0.

use std::future::{Ready, ready};

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::header::{self, ACCEPT};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::http::PREFIX;
use crate::http::signature::{Argument, Entry, Reply};
use crate::usecases::events::view::{Feed, FeedEvent};

/// Media type of a batch of CloudEvents in JSON.
const BATCH: &str = "application/cloudevents-batch+json";

/// Response format of the change feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FeedFormat {
    /// JSON with `items`, `next_after` and `head`.
    Json,
    /// A batch of CloudEvents 1.0; the `Link` header contains the next `after`.
    Cloudevents,
}

/// Format requested by `Accept`: the first one named, otherwise JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AcceptedFormat(pub(crate) FeedFormat);

impl Argument for AcceptedFormat {
    fn describe(_: &mut Entry) {}
}

impl FromRequest for AcceptedFormat {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let accepted = request.headers().get(ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("");
        let named = accepted.split(',').find_map(|kind| match kind.split(';').next()?.trim() {
            "application/json" => Some(FeedFormat::Json),
            BATCH => Some(FeedFormat::Cloudevents),
            _ => None,
        });
        ready(Ok(Self(named.unwrap_or(FeedFormat::Json))))
    }
}

/// An event in the CloudEvents 1.0 format.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CloudEvent {
    /// CloudEvents version.
    #[schema(example = "1.0")]
    pub specversion: &'static str,
    /// Sequence number of the event; unique within `source`.
    #[schema(example = "4711")]
    pub id: String,
    /// Path of the feed the event comes from.
    #[schema(example = "/api/v1/events")]
    pub source: String,
    /// Kind of the event.
    #[serde(rename = "type")]
    #[schema(example = "report.confirmed")]
    pub kind: String,
    /// Type and id of the object that changed.
    #[schema(example = "report/42")]
    pub subject: String,
    /// Time of the event.
    pub time: Timestamp,
    /// Media type of `data`.
    #[schema(example = "application/json")]
    pub datacontenttype: &'static str,
    /// CloudEvents extension `sequence`: the sequence number padded to a fixed width, so that text
    /// order is event order.
    #[schema(example = "0000000000000004711")]
    pub sequence: String,
    /// The event as in the JSON format.
    pub data: FeedEvent,
}

impl From<FeedEvent> for CloudEvent {
    fn from(event: FeedEvent) -> Self {
        Self {
            specversion: "1.0",
            id: event.sequence.to_string(),
            source: format!("{PREFIX}/events"),
            kind: event.event.kind.clone(),
            subject: format!("{}/{}", event.event.subject_kind, event.event.subject_id),
            time: event.event.at,
            datacontenttype: "application/json",
            sequence: format!("{:019}", event.sequence),
            data: event,
        }
    }
}

/// A page of the feed in the requested format.
pub(crate) struct FeedReply {
    /// The page.
    pub(crate) feed: Feed,
    /// The requested format.
    pub(crate) format: FeedFormat,
}

impl Reply for FeedReply {
    fn describe(entry: &mut Entry) {
        entry.answers::<Feed>(200, "The events found; empty if there are none after the wait.");
        let item = entry.schema::<CloudEvent>();
        entry.answer_also(200, BATCH, &json!({"type": "array", "items": item}));
        entry.answer_header(200, "Link", "URL of the next request (`rel=\"next\"`): the same query with `after` set to `next_after`.");
    }
}

impl Responder for FeedReply {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let Self { feed, format } = self;
        let link = format!("<{}>; rel=\"next\"", next(request, feed.next_after));
        let mut answer = HttpResponse::Ok();
        answer.insert_header((header::LINK, link)).insert_header((header::VARY, "Accept"));
        match format {
            FeedFormat::Json => answer.json(feed),
            FeedFormat::Cloudevents => {
                let batch: Vec<CloudEvent> = feed.items.into_iter().map(Into::into).collect();
                answer.content_type(BATCH).json(batch)
            }
        }
    }
}

/// Path and query of the same request with another `after`.
fn next(request: &HttpRequest, after: i64) -> String {
    let others = request
        .query_string()
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some("after"));
    let query: Vec<String> = others.map(str::to_owned).chain([format!("after={after}")]).collect();
    format!("{}?{}", request.path(), query.join("&"))
}

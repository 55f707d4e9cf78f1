//! Recorded changes: the change feed `/events`, `/history` and `/digests`.

pub mod digests;
pub mod feed;
pub mod feed_reply;
pub mod history;

use crate::domain::event::kind::EventKind;
use crate::http::routes::Routes;
use crate::parameter_types;
use feed_reply::FeedFormat;

/// The operations of this folder.
pub fn routes() -> Routes {
    digests::routes()
        .and(feed::routes())
        .and(history::routes())
        .with_types(parameter_types![EventKind FeedFormat])
}

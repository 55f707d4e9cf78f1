//! Recorded changes: the change feed `/events`, `/history` and `/digests`.

pub(crate) mod digests;
pub(crate) mod feed;
pub(crate) mod feed_reply;
pub(crate) mod history;

use crate::domain::event::kind::EventKind;
use crate::http::routes::Routes;
use crate::parameter_types;
use feed_reply::FeedFormat;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    digests::routes()
        .and(feed::routes())
        .and(history::routes())
        .with_types(parameter_types![EventKind FeedFormat])
}

//! The change feed `/events`: sealed events, numbered without gaps.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::{Instant, sleep_until};
use utoipa::IntoParams;

use crate::api::events::feed_reply::{AcceptedFormat, FeedFormat, FeedReply};
use crate::domain::event::kind::EventKind;
use crate::domain::id::ProjectId;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::Routes;
use crate::routes;
use crate::usecases::events::feed::{self, FeedRequest};
use crate::usecases::permission::ReadHistory;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["events"; list_events]
}

/// Query parameters of the change feed.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FeedQuery {
    /// Return events after this sequence number: 0 for the first request, then `next_after` of the
    /// previous response.
    #[serde(default)]
    #[param(minimum = 0, default = 0)]
    after: i64,
    /// Maximum number of events returned.
    #[serde(default = "hundred")]
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: i64,
    /// Long polling: seconds to wait for an event if there is none yet; 0 returns immediately.
    #[serde(default)]
    #[param(minimum = 0, maximum = 30, default = 0)]
    wait: u64,
    /// Only events of one of these kinds.
    #[serde(default)]
    #[param(example = json!(["report.confirmed"]))]
    kind: Vec<EventKind>,
    /// `feed_id` of an earlier response. 410 (`feed-reset`) if the feed has another id now.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    feed: Option<String>,
    /// Only events of this project and of its reports, plans, milestones and other parts.
    #[param(nullable = false)]
    project: Option<ProjectId>,
    /// Response format; if absent, `Accept` decides.
    #[param(nullable = false)]
    format: Option<FeedFormat>,
}

fn hundred() -> i64 {
    100
}

impl From<&FeedQuery> for FeedRequest {
    fn from(query: &FeedQuery) -> Self {
        let FeedQuery { after, limit, wait: _, kind, feed, project, format: _ } = query;
        Self {
            after: *after,
            limit: *limit,
            kinds: kind.clone(),
            project: *project,
            feed: feed.clone(),
        }
    }
}

/// Polling interval while waiting, since another instance may have sealed events.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Follow the change feed
///
/// Committed events in a sequence without gaps, each with the changed fields before and after. Send
/// `next_after` as `after` in the next request to receive every event exactly once, also after
/// failures. With `wait`, the response is sent as soon as an event arrives. `format=cloudevents` or
/// `Accept: application/cloudevents-batch+json` returns a batch of CloudEvents 1.0.
///
/// After a backup was restored, the feed has another `feed_id`, and numbers are given a second time.
/// Send `feed` with the id you know: the answer is then 410 (`feed-reset`), as it is for `after`
/// beyond `head`. Start again from an empty copy with `after=0`.
#[utoipa::path(
    get, path = "/events",
    responses((status = 410, description = "The feed was reset: `feed` is not its id, or `after` is beyond its head.")),
)]
async fn list_events(
    who: Permit<ReadHistory>,
    Query(query): Query<FeedQuery>,
    accepted: AcceptedFormat,
) -> Result<FeedReply, Problem> {
    let format = query.format.unwrap_or(accepted.0);
    let deadline = Instant::now() + Duration::from_secs(query.wait);
    loop {
        // Register before reading, so that events sealed in between wake this request.
        let sealed = who.app.sealed.notified();
        let request = FeedRequest::from(&query);
        let feed = who.ask(move |ask| feed::next(ask, request)).await?;
        if !feed.items.is_empty() || Instant::now() >= deadline {
            return Ok(FeedReply { feed, format });
        }
        let next_poll = (Instant::now() + POLL_INTERVAL).min(deadline);
        tokio::select! {
            () = sealed => {}
            () = sleep_until(next_poll) => {}
        }
    }
}

//! The change feed `/events`: sealed events, numbered without gaps.

use std::time::Duration;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until};
use utoipa::{IntoParams, ToSchema};

use crate::api::events::feed_reply::{FeedFormat, Piece, Wanted};
use crate::api::events::history::EventView;
use crate::domain::id::ProjectId;
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::routes::Routes;
use crate::routes;
use crate::store::events;
use crate::store::events::seal;
use crate::store::events::{FeedFilter, Recorded};
use crate::usecases::permission::ReadHistory;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["events"; list_events]
}

/// Query parameters of the change feed.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FeedQuery {
    /// Return events after this sequence number: 0 for the first request, then `next_after` of the
    /// previous response.
    #[serde(default)]
    #[param(minimum = 0, default = 0)]
    pub after: i64,
    /// Maximum number of events returned.
    #[serde(default = "hundred")]
    #[param(minimum = 1, maximum = 1000, default = 100)]
    pub limit: i64,
    /// Long polling: seconds to wait for an event if there is none yet; 0 returns immediately.
    #[serde(default)]
    #[param(minimum = 0, maximum = 30, default = 0)]
    pub wait: u64,
    /// Only events of one of these kinds.
    #[serde(default)]
    #[param(example = json!(["report.confirmed"]))]
    pub kind: Vec<String>,
    /// Only events of this project and of its reports, plans, milestones and other parts.
    #[param(nullable = false)]
    pub project: Option<ProjectId>,
    /// Response format; if absent, `Accept` decides.
    #[param(nullable = false)]
    pub format: Option<FeedFormat>,
}

fn hundred() -> i64 {
    100
}

/// An event with its sequence number.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedEvent {
    /// Sequence number: consecutive, without gaps, never changed.
    pub sequence: i64,
    /// The event.
    #[serde(flatten)]
    pub event: EventView,
}

/// A page of the change feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Feed {
    /// Events in sequence, limited to those visible to the caller.
    pub items: Vec<FeedEvent>,
    /// Send this as `after` in the next request. All events up to this number were returned or are
    /// not visible to the caller.
    pub next_after: i64,
    /// Sequence number of the latest event.
    pub head: i64,
}

/// Polling interval while waiting, since another instance may have sealed events.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Follow the change feed
///
/// Committed events in a sequence without gaps, each with the changed fields before and after. Send
/// `next_after` as `after` in the next request to receive every event exactly once, also after
/// failures. With `wait`, the response is sent as soon as an event arrives. `format=cloudevents` or
/// `Accept: application/cloudevents-batch+json` returns a batch of CloudEvents 1.0.
#[utoipa::path(get, path = "/events")]
async fn list_events(
    app: Data<App>,
    who: Permit<ReadHistory>,
    query: Query<FeedQuery>,
    accepted: Wanted,
) -> Result<Piece, Problem> {
    let Query(asked) = query;
    let format = asked.format.unwrap_or(accepted.0);
    let filter = FeedFilter {
        after: asked.after,
        until: None,
        kinds: asked.kind,
        project: asked.project,
        sight: who.sees(),
        accounts: who.role().sees_accounts(),
    };
    let deadline = Instant::now() + Duration::from_secs(asked.wait);
    loop {
        // Register before looking, so that events sealed in between wake this request.
        let sealed = app.sealed.notified();
        let feed = look(&app, filter.clone(), asked.limit).await?;
        if !feed.items.is_empty() || Instant::now() >= deadline {
            return Ok(Piece(feed, format));
        }
        let again = (Instant::now() + LOOK_AGAIN).min(deadline);
        tokio::select! {
            () = sealed => {}
            () = sleep_until(again) => {}
        }
    }
}

async fn look(app: &App, filter: FeedFilter, limit: i64) -> Result<Feed, Problem> {
    app.db
        .read(move |conn| -> Result<Feed, Problem> {
            let head = seal::head(conn)?;
            let found = events::feed(conn, &filter, limit)?;
            let full = usize::try_from(limit).is_ok_and(|limit| found.len() >= limit);
            let last = found.last().map(|(sequence, _)| *sequence).filter(|_| full);
            let item = |(sequence, event): (i64, Recorded)| FeedEvent {
                sequence,
                event: EventView::from(event),
            };
            // Fewer events than the limit: the snapshot was searched up to its head.
            let next_after = last.unwrap_or(head.max(filter.after));
            Ok(Feed { items: found.into_iter().map(item).collect(), next_after, head })
        })
        .await
}

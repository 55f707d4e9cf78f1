//! The change feed: sealed events in a gap-free sequence.

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

/// Which events, and how long to wait for one.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FeedQuery {
    /// After this sequence: 0 from the beginning, then `next_after` of the answer before.
    #[serde(default)]
    #[param(minimum = 0, default = 0)]
    pub after: i64,
    /// How many events at most.
    #[serde(default = "hundred")]
    #[param(minimum = 1, maximum = 1000, default = 100)]
    pub limit: i64,
    /// How long to wait for an event when there is none yet, in seconds.
    #[serde(default)]
    #[param(minimum = 0, maximum = 30, default = 0)]
    pub wait: u64,
    /// Of one of these kinds.
    #[serde(default)]
    #[param(example = json!(["report.confirmed"]))]
    pub kind: Vec<String>,
    /// Of this project and what belongs to it.
    #[param(nullable = false)]
    pub project: Option<ProjectId>,
    /// As what; by `Accept` unless said.
    #[param(nullable = false)]
    pub format: Option<FeedFormat>,
}

fn hundred() -> i64 {
    100
}

/// An event in its place.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedEvent {
    /// Its place in the sequence: without gaps, and never changed.
    pub sequence: i64,
    /// What was done.
    #[serde(flatten)]
    pub event: EventView,
}

/// A piece of the feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Feed {
    /// The events in their sequence, as far as the caller may see them.
    pub items: Vec<FeedEvent>,
    /// To be sent as `after` next: everything up to here was given, or is not for the caller.
    pub next_after: i64,
    /// The last sequence there is.
    pub head: i64,
}

/// How often to look again while waiting: another instance may have sealed.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Follow the change feed
///
/// Committed events in a gap-free sequence, each with the fields changed, before and after. Send
/// `next_after` as `after` and nothing is missed or read twice, whatever fails in between; with
/// `wait` the answer comes as soon as there is something. As a batch of CloudEvents 1.0 by
/// `format=cloudevents` or `Accept: application/cloudevents-batch+json`.
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
        // Asked for before looking, so that what is sealed in between wakes us.
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
            // A short answer means that all up to the head was looked through, in one snapshot.
            let next_after = last.unwrap_or(head.max(filter.after));
            Ok(Feed { items: found.into_iter().map(item).collect(), next_after, head })
        })
        .await
}

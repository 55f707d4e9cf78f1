//! The change feed: sealed events in the order of their sequence.

use crate::domain::event::kind::EventKind;
use crate::domain::id::ProjectId;
use crate::domain::words::Words;
use crate::store::events::read::{self, FeedFilter};
use crate::store::events::{feed_id, seal};
use crate::usecases::ask::Ask;
use crate::usecases::events::view::{Feed, FeedEvent};
use crate::usecases::refusal::{Refusal, RefusalKind};

/// Which part of the feed.
#[derive(Clone, Debug)]
pub(crate) struct FeedRequest {
    /// Events after this sequence number.
    pub after: i64,
    /// Maximum number of events.
    pub limit: i64,
    /// Events of one of these kinds; empty for all.
    pub kinds: Vec<EventKind>,
    /// Events of this project and its parts.
    pub project: Option<ProjectId>,
    /// Id of the feed that the caller follows, if it says so.
    pub feed: Option<String>,
}

/// The next events of the feed that the caller sees.
///
/// # Errors
/// Gone if the caller follows another feed, or one with more events, which a restored backup lost.
pub(crate) fn next(ask: &mut Ask<'_>, request: FeedRequest) -> Result<Feed, Refusal> {
    let FeedRequest { after, limit, kinds, project, feed } = request;
    let feed_id = feed_id::get(ask.conn)?;
    let head = seal::head(ask.conn)?;
    if after > head || feed.is_some_and(|known| known != feed_id) {
        return Err(feed_reset(head));
    }
    let filter = FeedFilter {
        after,
        until: None,
        kinds: kinds.into_iter().map(|kind| kind.as_str().to_owned()).collect(),
        project,
        sight: ask.sight(),
        accounts: ask.caller.user.role.sees_accounts(),
    };
    let found = read::feed(ask.conn, &filter, limit)?;
    let is_full = usize::try_from(limit).is_ok_and(|limit| found.len() >= limit);
    let last = found.last().map(|sealed| sealed.sequence).filter(|_| is_full);
    // Fewer events than the limit: the snapshot was searched up to its head.
    let next_after = last.unwrap_or(head);
    let origins = ask.caller.user.role.sees_origins();
    let items = found.into_iter().map(|sealed| FeedEvent::of(sealed, origins)).collect();
    Ok(Feed { items, next_after, head, feed_id })
}

fn feed_reset(head: i64) -> Refusal {
    let words = Words::new(
        format!(
            "变更流已重置（可能恢复过备份），现有事件到 {head} 为止。请清空镜像，从 after=0 重新读取。"
        ),
        format!(
            "The feed was reset, as by restoring a backup; its last event is {head}. Empty your copy and read again from after=0."
        ),
    );
    Refusal::new(RefusalKind::Gone, "feed-reset", words)
}

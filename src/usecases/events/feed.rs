//! The change feed: sealed events in the order of their sequence.

use crate::domain::id::ProjectId;
use crate::store::events::read::{self, FeedFilter};
use crate::store::events::seal;
use crate::usecases::ask::Ask;
use crate::usecases::events::view::{Feed, FeedEvent};
use crate::usecases::refusal::Refusal;

/// Which part of the feed.
#[derive(Clone, Debug)]
pub struct FeedRequest {
    /// Events after this sequence number.
    pub after: i64,
    /// Maximum number of events.
    pub limit: i64,
    /// Events of one of these kinds; empty for all.
    pub kinds: Vec<String>,
    /// Events of this project and its parts.
    pub project: Option<ProjectId>,
}

/// The next events of the feed that the caller sees.
///
/// # Errors
/// Database errors only.
pub fn next(ask: &mut Ask<'_>, request: FeedRequest) -> Result<Feed, Refusal> {
    let FeedRequest { after, limit, kinds, project } = request;
    let filter = FeedFilter {
        after,
        until: None,
        kinds,
        project,
        sight: ask.sight(),
        accounts: ask.caller.user.role.sees_accounts(),
    };
    let head = seal::head(ask.conn)?;
    let found = read::feed(ask.conn, &filter, limit)?;
    let is_full = usize::try_from(limit).is_ok_and(|limit| found.len() >= limit);
    let last = found.last().map(|sealed| sealed.sequence).filter(|_| is_full);
    // Fewer events than the limit: the snapshot was searched up to its head.
    let next_after = last.unwrap_or(head.max(after));
    Ok(Feed { items: found.into_iter().map(FeedEvent::from).collect(), next_after, head })
}

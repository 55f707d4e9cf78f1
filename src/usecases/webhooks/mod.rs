//! Webhooks, their secrets and deliveries. Each account or machine client has its own.

pub(crate) mod deliveries;
pub(crate) mod input;
pub(crate) mod list;
pub(crate) mod message;
pub(crate) mod secret;
pub(crate) mod view;
pub(crate) mod write;

use crate::domain::clock::Timestamp;
use crate::domain::id::WebhookId;
use crate::store::events::{self, Author, Event, FieldChange};
use crate::store::{Conn, StoreError};
use crate::usecases::ask::Ask;

/// An event about a webhook that tells one detail.
struct WebhookDetail {
    kind: &'static str,
    id: WebhookId,
    change: FieldChange,
    author: Author,
    at: Timestamp,
}

impl WebhookDetail {
    fn new(ask: &Ask<'_>, kind: &'static str, id: WebhookId, change: FieldChange) -> Self {
        Self { kind, id, change, author: ask.caller.author.clone(), at: ask.now.instant }
    }

    fn record(self, conn: &mut Conn) -> Result<(), StoreError> {
        let Self { kind, id, change, author, at } = self;
        let event = Event::of(kind, "webhook", id.0, vec![change]);
        events::record(conn, &author, at, &event)
    }
}

//! Answers about recorded events.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::event::kind::EventKind;
use crate::domain::id::{EventId, ProjectId};
use crate::store::events::FieldChange;
use crate::store::events::read::{RecordedEvent, SealedEvent};
use crate::usecases::events::subject::SubjectView;

/// An event: a recorded change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventView {
    /// The event's id; increases with time.
    pub id: EventId,
    /// Time of the event.
    pub at: Timestamp,
    /// Kind of the event, as `noun.verb`.
    #[schema(value_type = EventKind)]
    pub kind: String,
    /// Type of the object that changed.
    #[schema(example = "report")]
    pub subject_kind: String,
    /// Id of the object that changed.
    pub subject_id: i64,
    /// The object that changed: its version, month and address.
    pub subject: SubjectView,
    /// Project the object belongs to; null if none.
    #[schema(value_type = Option<i64>)]
    pub project_id: Option<ProjectId>,
    /// Type of the actor: `user`, `client` or `system`.
    pub actor_kind: String,
    /// The actor's id; null for `system`.
    pub actor_id: Option<i64>,
    /// The actor's name at the time of the event.
    pub actor: String,
    /// Changed fields, before and after.
    pub changes: Vec<ChangeView>,
    /// Id of the request that made the change.
    pub request_id: String,
    /// Network address the request came from. Empty for everyone but the auditor.
    pub origin: String,
}

/// A changed field, before and after.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FieldChange)]
pub(crate) struct ChangeView {
    /// Name of the field in the API.
    pub field: String,
    /// Value before the change; null if there was none.
    pub before: Value,
    /// Value after the change.
    pub after: Value,
}

impl From<FieldChange> for ChangeView {
    fn from(change: FieldChange) -> Self {
        let FieldChange { field, before, after } = change;
        Self { field, before, after }
    }
}

impl EventView {
    /// The event as a reader sees it; `shows_origin` is of its role.
    pub(crate) fn of(event: RecordedEvent, shows_origin: bool) -> Self {
        Self {
            subject: SubjectView::of(&event),
            id: event.id,
            at: event.at,
            kind: event.kind,
            subject_kind: event.subject_kind,
            subject_id: event.subject_id,
            project_id: event.project_id,
            actor_kind: event.actor_kind,
            actor_id: event.actor_id,
            actor: event.actor_name,
            changes: event.changes.into_iter().map(ChangeView::from).collect(),
            request_id: event.request_id,
            origin: if shows_origin { event.origin } else { String::new() },
        }
    }
}

/// An event with its sequence number.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedEvent {
    /// Sequence number: consecutive, without gaps, never changed.
    pub sequence: i64,
    /// The event.
    #[serde(flatten)]
    pub event: EventView,
}

impl FeedEvent {
    /// The event as a reader sees it; `shows_origin` is of its role.
    pub(crate) fn of(sealed: SealedEvent, shows_origin: bool) -> Self {
        Self { sequence: sealed.sequence, event: EventView::of(sealed.event, shows_origin) }
    }
}

/// A page of the change feed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Feed {
    /// Events in sequence, limited to those visible to the caller.
    pub items: Vec<FeedEvent>,
    /// Send this as `after` in the next request. All events up to this number were returned or are
    /// not visible to the caller.
    pub next_after: i64,
    /// Sequence number of the latest event.
    pub head: i64,
    /// Id of the feed. It changes when a backup is restored: a mirror then starts again from an
    /// empty copy and `after=0`.
    #[schema(example = "3f9a1c0b7d5e4f6a8b9c0d1e2f3a4b5c")]
    pub feed_id: String,
}

//! Webhooks in the changes of events: format 1, as release 0.1.0 wrote it.
//!
//! These types say what is stored. They do not follow the answers of the API.

use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::id::{ProjectId, WebhookId, WebhookSecretId};
use crate::domain::webhook::DisabledBecause;
use crate::store::webhooks::Webhook;
use crate::store::webhooks::secrets::WebhookSecret;

/// A webhook with its secrets.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedWebhook<'a> {
    id: WebhookId,
    url: String,
    kinds: &'a [String],
    project_id: Option<ProjectId>,
    disabled_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_because: Option<DisabledBecause>,
    secrets: Vec<RecordedSecret<'a>>,
    created_at: Timestamp,
    version: i64,
}

/// A secret, without the secret itself.
#[derive(Debug, Serialize)]
struct RecordedSecret<'a> {
    id: WebhookSecretId,
    hint: &'a str,
    created_at: Timestamp,
    ends_at: Option<Timestamp>,
}

impl<'a> RecordedWebhook<'a> {
    /// What is recorded of a webhook.
    pub(crate) fn new(hook: &'a Webhook, secrets: &'a [WebhookSecret]) -> Self {
        let secret = |secret: &'a WebhookSecret| RecordedSecret {
            id: secret.id,
            hint: &secret.hint,
            created_at: secret.created_at,
            ends_at: secret.ends_at,
        };
        Self {
            id: hook.id,
            url: hook.url.to_string(),
            kinds: &hook.kinds,
            project_id: hook.project,
            disabled_at: hook.disabled.map(|disabled| disabled.at),
            disabled_because: hook.disabled.map(|disabled| disabled.because),
            secrets: secrets.iter().map(secret).collect(),
            created_at: hook.created_at,
            version: hook.version,
        }
    }
}

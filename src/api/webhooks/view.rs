//! API representation of webhooks, and validation of their input.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::id::{ProjectId, WebhookId, WebhookSecretId};
use crate::domain::webhook::DisabledBecause;
use crate::domain::webhook::url::{AllowedHosts, HookUrl};
use crate::domain::words::Words;
use crate::http::body::given;
use crate::http::problem::Problem;
use crate::store::webhooks::Webhook;
use crate::store::webhooks::secrets as webhook_secrets;
use crate::store::webhooks::secrets::WebhookSecret;
use crate::store::{Conn, StoreError, projects};
use crate::usecases::answer::Versioned;
use crate::usecases::check::Check;
use crate::usecases::refusal::Refusal;

/// A webhook: a URL to which events are posted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookView {
    /// The webhook's id.
    pub id: WebhookId,
    /// URL that messages are posted to.
    #[schema(example = "https://hooks.example.org/major-projects")]
    pub url: String,
    /// Kinds of events sent; empty for all kinds.
    pub kinds: Vec<String>,
    /// Project whose events are sent; null for all projects.
    #[schema(value_type = Option<i64>)]
    pub project_id: Option<ProjectId>,
    /// Time the webhook was disabled; null if it is enabled.
    pub disabled_at: Option<Timestamp>,
    /// Why the webhook is disabled; absent if it is enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub disabled_because: Option<DisabledBecause>,
    /// Secrets, newest first; two during a rotation.
    pub secrets: Vec<WebhookSecretView>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Version number, also sent as the `ETag`.
    pub version: i64,
}

/// A webhook's secret, without the secret itself.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = WebhookSecret)]
pub struct WebhookSecretView {
    /// The secret's id.
    pub id: WebhookSecretId,
    /// First characters of the secret, to recognise it by.
    #[schema(example = "whsec_Hc81")]
    pub hint: String,
    /// Creation time.
    pub created_at: Timestamp,
    /// Time from which the secret no longer signs; null if none is set.
    pub ends_at: Option<Timestamp>,
}

impl From<WebhookSecret> for WebhookSecretView {
    fn from(secret: WebhookSecret) -> Self {
        let WebhookSecret { id, hint, created_at, ends_at, .. } = secret;
        Self { id, hint, created_at, ends_at }
    }
}

impl Versioned for WebhookView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl WebhookView {
    /// Builds the view; loads the webhook's secrets.
    ///
    /// # Errors
    /// Those of the store.
    pub fn read(conn: &mut Conn, hook: Webhook) -> Result<Self, StoreError> {
        let secrets = webhook_secrets::list(conn, hook.id)?;
        Ok(Self {
            id: hook.id,
            url: hook.url.to_string(),
            kinds: hook.kinds,
            project_id: hook.project,
            disabled_at: hook.disabled.map(|(at, _)| at),
            disabled_because: hook.disabled.map(|(_, because)| because),
            secrets: secrets.into_iter().map(Into::into).collect(),
            created_at: hook.created_at,
            version: hook.version,
        })
    }
}

/// A webhook and its newly created secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookWithSecret {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: WebhookView,
    /// The signing secret, in the format that Standard Webhooks libraries expect. It is returned
    /// only once; null in a response replayed for the same `Idempotency-Key`.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: Option<String>,
}

impl Versioned for WebhookWithSecret {
    fn version(&self) -> i64 {
        self.webhook.version
    }
}

/// A webhook to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct WebhookInput {
    /// URL that messages are posted to: https, on a host that the operator allows.
    #[schema(min_length = 1, max_length = 2000)]
    pub url: String,
    /// Kinds of events to send, such as `report.confirmed`; empty for all kinds.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub kinds: Vec<String>,
    /// Project whose events are sent; absent for all projects.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub project_id: Option<ProjectId>,
}

impl WebhookInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "url": "https://hooks.example.org/major-projects",
            "kinds": ["report.confirmed", "project.updated"],
        })
    }
}

/// A partial update of a webhook; absent fields are left unchanged.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct WebhookPatch {
    /// New URL; also used for pending deliveries.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000, nullable = false)]
    pub url: Option<String>,
    /// Kinds of events to send from now on; empty for all kinds.
    #[serde(default)]
    #[schema(max_items = 100, nullable = false)]
    pub kinds: Option<Vec<String>>,
    /// Project whose events are sent from now on; null for all projects.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    pub project_id: Option<Option<ProjectId>>,
    /// True to disable the webhook, false to enable it. After enabling it continues where it
    /// stopped.
    #[serde(default)]
    #[schema(nullable = false)]
    pub disabled: Option<bool>,
}

impl WebhookPatch {
    fn sample() -> serde_json::Value {
        serde_json::json!({"kinds": ["report.confirmed"], "disabled": false})
    }
}

/// What the fields of a webhook are validated against.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// Hosts that the operator allows.
    pub hosts: AllowedHosts,
    /// Projects that the owner may see.
    pub sight: Sight,
}

/// Fields to validate; absent ones are `None`.
#[derive(Clone, Copy, Debug)]
struct Written<'a> {
    url: Option<&'a str>,
    kinds: Option<&'a [String]>,
    project: Option<ProjectId>,
}

impl Allowed {
    fn fields(
        &self,
        conn: &mut Conn,
        written: Written<'_>,
    ) -> Result<(Option<HookUrl>, Option<Vec<String>>), Refusal> {
        let mut check = Check::new();
        let url = written.url.map(|url| {
            let url = HookUrl::parse(url)?;
            self.hosts.check(&url).map(|()| url)
        });
        let url = check.optional("/url", url);
        if let Some(project) = written.project {
            match projects::get(conn, project, self.sight) {
                Err(StoreError::NotFound) => {
                    check.known("/project_id", None::<()>);
                }
                found => drop(found?),
            }
        }
        let kinds = written.kinds.map(|kinds| in_order(&mut check, kinds));
        check.done(Some((url, kinds)))
    }

    /// Builds the webhook of `input`; `hook` creates it from the validated URL.
    ///
    /// # Errors
    /// All invalid fields.
    pub fn fill(
        &self,
        conn: &mut Conn,
        input: &WebhookInput,
        hook: impl FnOnce(HookUrl) -> Webhook,
    ) -> Result<Webhook, Problem> {
        let (kinds, project) = (Some(input.kinds.as_slice()), input.project_id);
        let written = Written { url: Some(&input.url), kinds, project };
        let (url, kinds) = self.fields(conn, written)?;
        let url = url.ok_or_else(|| Problem::broken("a webhook without an address"))?;
        Ok(Webhook { kinds: kinds.unwrap_or_default(), project, ..hook(url) })
    }

    /// `hook` with the changes of `patch` applied.
    ///
    /// # Errors
    /// All invalid fields.
    pub fn apply(
        &self,
        conn: &mut Conn,
        patch: &WebhookPatch,
        mut hook: Webhook,
        now: Timestamp,
    ) -> Result<Webhook, Problem> {
        let (kinds, project) = (patch.kinds.as_deref(), patch.project_id.flatten());
        let written = Written { url: patch.url.as_deref(), kinds, project };
        let (url, kinds) = self.fields(conn, written)?;
        hook.url = url.unwrap_or(hook.url);
        hook.kinds = kinds.unwrap_or(hook.kinds);
        hook.project = patch.project_id.unwrap_or(hook.project);
        hook.disabled = match patch.disabled {
            Some(true) => hook.disabled.or(Some((now, DisabledBecause::Owner))),
            Some(false) => None,
            None => hook.disabled,
        };
        Ok(hook)
    }
}

/// Sorted kinds without duplicates. Notes an error for each that is not of the form `noun.verb`.
fn in_order(check: &mut Check, kinds: &[String]) -> Vec<String> {
    let plain =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    for (at, kind) in kinds.iter().enumerate() {
        let is_kind = kind.len() <= 100
            && kind.split_once('.').is_some_and(|(what, done)| plain(what) && plain(done));
        if !is_kind {
            let words = Words::new(
                "应为事件类型，例如 report.confirmed；参见 GET /events 的 kind。",
                "Must be an event kind such as report.confirmed; see `kind` in GET /events.",
            );
            check.note(&format!("/kinds/{at}"), FieldError::new("", "wrong-form", words));
        }
    }
    let mut kinds = kinds.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

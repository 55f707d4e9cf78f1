//! Inputs about webhooks, and their checks.

use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::domain::error::FieldError;
use crate::domain::event::kind::EventKind;
use crate::domain::id::ProjectId;
use crate::domain::webhook::allowed_hosts::AllowedHosts;
use crate::domain::webhook::url::HookUrl;
use crate::domain::words::Words;
use crate::store::{StoreError, projects};
use crate::usecases::ask::Ask;
use crate::usecases::check::Check;
use crate::usecases::refusal::Refusal;

/// A webhook to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct WebhookInput {
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
pub(crate) struct WebhookPatch {
    /// New URL; also used for pending deliveries.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000, nullable = false)]
    pub url: Option<String>,
    /// Kinds of events to send from now on; empty for all kinds.
    #[serde(default)]
    #[schema(max_items = 100, nullable = false)]
    pub kinds: Option<Vec<String>>,
    /// Project whose events are sent from now on; null for all projects.
    #[serde(default, deserialize_with = "absent_or_null")]
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

#[expect(clippy::option_option, reason = "absent, null and a value are three cases")]
/// `None` when the field is absent, `Some(None)` when it is null.
fn absent_or_null<'de, D>(deserializer: D) -> Result<Option<Option<ProjectId>>, D::Error>
where
    D: Deserializer<'de>,
{
    Deserialize::deserialize(deserializer).map(Some)
}

/// The fields of an input that are checked; absent ones are `None`.
#[derive(Clone, Copy, Debug)]
pub(super) struct WebhookFields<'a> {
    pub(super) url: Option<&'a str>,
    pub(super) kinds: Option<&'a [String]>,
    pub(super) project: Option<ProjectId>,
}

/// Checked fields; absent ones are `None`.
#[derive(Debug)]
pub(super) struct CheckedFields {
    pub(super) url: Option<HookUrl>,
    pub(super) kinds: Option<Vec<String>>,
}

impl WebhookFields<'_> {
    /// Checks the fields against the hosts the operator allows and the projects the caller sees.
    ///
    /// # Errors
    /// Invalid with every wrong field.
    pub(super) fn check(
        self,
        ask: &mut Ask<'_>,
        hosts: &AllowedHosts,
    ) -> Result<CheckedFields, Refusal> {
        let mut check = Check::new();
        let url = self.url.map(|url| {
            let url = HookUrl::parse(url)?;
            hosts.check(&url).map(|()| url)
        });
        let url = check.optional("/url", url);
        if let Some(project) = self.project {
            match projects::get(ask.conn, project, ask.sight()) {
                Err(StoreError::NotFound) => {
                    check.known("/project_id", None::<()>);
                }
                found => drop(found?),
            }
        }
        let kinds = self.kinds.map(|kinds| in_order(&mut check, kinds));
        check.done(Some(CheckedFields { url, kinds }))
    }
}

/// Sorted kinds without duplicates. Notes an error for each unknown one.
fn in_order(check: &mut Check, kinds: &[String]) -> Vec<String> {
    for (at, kind) in kinds.iter().enumerate() {
        if kind.parse::<EventKind>().is_err() {
            let words = Words::new(
                "没有这种事件；可用的类型见接口文档 EventKind。",
                "Unknown kind of event; see EventKind in the document.",
            );
            check.note(&format!("/kinds/{at}"), FieldError::new("", "unknown-code", words));
        }
    }
    let mut kinds = kinds.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

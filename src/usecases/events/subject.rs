//! The record that an event is about: its version, its month and its address.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::ProjectId;
use crate::domain::month::Month;
use crate::store::events::read::RecordedEvent;
use crate::usecases::answer::API;

/// The record that an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = EventSubject)]
pub(crate) struct SubjectView {
    /// Kind of the record.
    #[schema(example = "report")]
    pub kind: String,
    /// Id of the record.
    pub id: i64,
    /// Version the event left the record in: the one its ETag had then. Null for a record without
    /// versions, and in events recorded before this field existed.
    pub version: Option<i64>,
    /// Month of a report, a restatement, a reporting month or a bulletin; null for others.
    #[schema(value_type = Option<String>, example = "2021-06")]
    pub month: Option<Month>,
    /// Path to read the record at, or the list it is in; null if there is none. The reader's
    /// permission decides whether it is answered.
    #[schema(example = "/api/v1/projects/7/reports/2021-06")]
    pub href: Option<String>,
}

impl SubjectView {
    /// The subject of `event`.
    pub(crate) fn of(event: &RecordedEvent) -> Self {
        let kind = event.subject_kind.as_str();
        let key = event.subject_key.as_deref();
        let dated = matches!(kind, "report" | "restatement" | "reporting_month" | "bulletin");
        Self {
            kind: event.subject_kind.clone(),
            id: event.subject_id,
            version: event.subject_version,
            month: key.filter(|_| dated).and_then(|key| key.parse().ok()),
            href: path(kind, event.subject_id, event.project_id, key)
                .map(|path| format!("{API}{path}")),
        }
    }
}

/// Path below the API of a record; `key` is its month, year or code.
fn path(kind: &str, id: i64, project: Option<ProjectId>, key: Option<&str>) -> Option<String> {
    let list = match kind {
        "area" => "areas",
        "industry" => "industries",
        "plan" => "plans",
        "roll_over" => "roll-overs",
        "light_rules" => "rules",
        "reporting_month" => "reporting-months",
        "bulletin" => "bulletins",
        "unit" | "user" | "client" | "webhook" | "project" | "proposal" => {
            return Some(format!("/{kind}s/{id}"));
        }
        _ => return path_in_project(kind, id, project?, key),
    };
    key.map(|key| format!("/{list}/{key}"))
}

fn path_in_project(kind: &str, id: i64, project: ProjectId, key: Option<&str>) -> Option<String> {
    let below = match kind {
        "milestone" => format!("milestones/{id}"),
        "issue" => format!("issues/{id}"),
        "light_override" => "light-overrides".to_owned(),
        "report" => format!("reports/{}", key?),
        "restatement" => format!("reports/{}/restatements", key?),
        "year_plan" => format!("year-plans/{}", key?),
        _ => return None,
    };
    Some(format!("/projects/{project}/{below}"))
}

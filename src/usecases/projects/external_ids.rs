//! Ids of a project in other systems.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::account::access::Sight;
use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::project::Project;
use crate::domain::project::external_id::ExternalId;
use crate::domain::words::Words;
use crate::store::events::{self, Event, changes};
use crate::store::projects::external_ids;
use crate::store::{Conn, projects};
use crate::usecases::answer::Versioned;
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::check::Check;
use crate::usecases::precondition::Expected;
use crate::usecases::refusal::Refusal;

/// Most ids of a project.
const MOST_IDS: usize = 50;

/// Id of a project in another system.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExternalId)]
pub(crate) struct ExternalIdView {
    /// Name of the system, without a colon.
    #[schema(min_length = 1, max_length = 60, example = "provincial-platform")]
    pub system: String,
    /// The id that it gave; unique within the system.
    #[schema(min_length = 1, max_length = 200, example = "SD-2021-0017")]
    pub value: String,
}

impl From<ExternalId> for ExternalIdView {
    fn from(id: ExternalId) -> Self {
        Self { system: id.system, value: id.value }
    }
}

/// All ids of a project in other systems.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ExternalIds)]
pub(crate) struct ExternalIdsView {
    /// The ids, by system and value.
    pub items: Vec<ExternalIdView>,
    /// Number of ids.
    pub total: i64,
    /// Version number of the project, used as the ETag.
    pub version: i64,
}

impl ExternalIdsView {
    fn of(ids: Vec<ExternalId>, project: &Project) -> Self {
        let items: Vec<_> = ids.into_iter().map(ExternalIdView::from).collect();
        let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
        Self { items, total, version: project.version }
    }
}

impl Versioned for ExternalIdsView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// The new list of all ids in other systems.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct ExternalIdsInput {
    /// The ids. A system may give several.
    #[schema(max_items = 50)]
    pub items: Vec<ExternalIdView>,
}

impl ExternalIdsInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({"items": [{"system": "provincial-platform", "value": "SD-2021-0017"}]})
    }
}

/// A project's ids that were decided on and are to be saved.
pub(crate) struct ExternalIdsChange {
    project: Project,
    before: Vec<ExternalId>,
    ids: Vec<ExternalId>,
    stamp: Stamp,
}

/// The ids of a project.
///
/// # Errors
/// Not found unless the caller sees the project.
pub(crate) fn get(ask: &mut Ask<'_>, id: ProjectId) -> Result<ExternalIdsView, Refusal> {
    let project = projects::get(ask.conn, id, ask.sight())?;
    Ok(ExternalIdsView::of(external_ids::list(ask.conn, id)?, &project))
}

/// Replaces the ids of a project, which the caller read at `version`.
///
/// # Errors
/// Not found; invalid, with every wrong entry: `taken` if another project has the id.
pub(crate) fn decide_replacement(
    ask: &mut Ask<'_>,
    id: ProjectId,
    version: impl Into<Expected>,
    input: &ExternalIdsInput,
) -> Result<ExternalIdsChange, Refusal> {
    let project = projects::get(ask.conn, id, ask.sight())?;
    let ids = parse(ask.conn, id, input)?;
    let before = external_ids::list(ask.conn, id)?;
    let stamp = ask.stamp();
    let version = version.into().of(project.version);
    let project = Project { version, updated_at: stamp.now.instant, ..project };
    Ok(ExternalIdsChange { project, before, ids, stamp })
}

fn parse(
    conn: &mut Conn,
    project: ProjectId,
    input: &ExternalIdsInput,
) -> Result<Vec<ExternalId>, Refusal> {
    let mut check = Check::new();
    check.at_most("/items", input.items.len(), MOST_IDS);
    let mut parsed: Vec<ExternalId> = Vec::new();
    for (at, item) in input.items.iter().enumerate() {
        let id = match ExternalId::parse(&item.system, &item.value) {
            Ok(id) => id,
            Err(errors) => {
                for error in errors {
                    let pointer = format!("/items/{at}{}", error.pointer);
                    check.note(&pointer, error);
                }
                continue;
            }
        };
        if external_ids::holder(conn, &id)?.is_some_and(|other| other != project) {
            check.note(&format!("/items/{at}/value"), taken(&id));
        }
        if parsed.contains(&id) {
            let words = Words::new("同一编号只能列一次。", "The id is listed already.");
            check.note(&format!("/items/{at}"), FieldError::new("", "repeated", words));
        }
        parsed.push(id);
    }
    parsed.sort();
    check.done(Some(parsed))
}

fn taken(id: &ExternalId) -> FieldError {
    let words = Words::new(
        format!("{id} 已登记给另一个项目；一个编号只属于一个项目。"),
        format!("Another project has {id}; a system gives an id to one project."),
    );
    FieldError::new("", "taken", words)
}

/// Saves the ids of a project and records the event.
///
/// # Errors
/// Stale when somebody else changed the project; a conflict when another project got one of the ids
/// meanwhile.
pub(crate) fn save(conn: &mut Conn, change: ExternalIdsChange) -> Result<ExternalIdsView, Refusal> {
    let ExternalIdsChange { project, before, ids, stamp } = change;
    let id = project.id;
    projects::save(conn, &project)?;
    external_ids::replace(conn, id, &ids)?;
    let saved = projects::get(conn, id, Sight::All)?;
    let text = |ids: &[ExternalId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    let recorded = |ids| serde_json::json!({"external_ids": text(ids)});
    let changes = changes(Some(&recorded(&before)), &recorded(&ids));
    let event = Event::of_project("project.external_ids_changed", "project", id.0, id, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(ExternalIdsView::of(ids, &saved))
}

//! Industries: listed, added, changed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::error::FieldError;
use crate::domain::id::IndustryId;
use crate::domain::reference::industry::{Industry, IndustryGroup};
use crate::domain::text::{Line, Name};
use crate::domain::words::Words;
use crate::store::events::{self, Event, changes};
use crate::store::reference::industries;
use crate::store::reference::recorded::RecordedIndustry;
use crate::store::{Conn, StoreError};
use crate::usecases::answer::Versioned;
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::check::Check;
use crate::usecases::patch::{Patch, Patchable};
use crate::usecases::precondition::Expected;
use crate::usecases::refusal::Refusal;

/// An industry. Only leaves of the tree (industry lines) have envelopes and projects.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Industry)]
pub(crate) struct IndustryView {
    /// The industry's id.
    pub id: IndustryId,
    /// Code of the industry, used by projects and summaries.
    #[schema(example = "next_gen_it")]
    pub code: String,
    /// Name in Chinese.
    pub name: String,
    /// Name in English; may be empty.
    pub name_en: String,
    /// Industry group.
    pub group: IndustryGroup,
    /// The code of the parent industry; null at the top level.
    pub parent: Option<String>,
    /// Position in lists.
    pub position: i32,
    /// Version number, used as the ETag.
    pub version: i64,
}

impl Versioned for IndustryView {
    fn version(&self) -> i64 {
        self.version
    }
}

fn view(industry: &Industry, all: &[Industry]) -> IndustryView {
    let parent = all.iter().find(|i| Some(i.id) == industry.parent_id);
    IndustryView {
        id: industry.id,
        code: industry.code.clone(),
        name: industry.name.clone(),
        name_en: industry.name_en.clone(),
        group: industry.group,
        parent: parent.map(|p| p.code.clone()),
        position: industry.position,
        version: industry.version,
    }
}

/// An industry to add.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct IndustryInput {
    /// Code; cannot be changed later.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,39}$")]
    pub code: String,
    /// Name in Chinese.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Name in English.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub name_en: String,
    /// Industry group; that of the parent, if there is one. Cannot be changed later.
    pub group: IndustryGroup,
    /// The code of the parent industry; absent or null at the top level. A parent has no parent
    /// itself, and no projects or envelopes.
    #[serde(default)]
    pub parent: Option<String>,
    /// Position in lists.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub position: i32,
}

impl IndustryInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "code": "hydrogen", "name": "氢能", "name_en": "Hydrogen",
            "group": "emerging", "parent": "new_energy_materials", "position": 20,
        })
    }
}

impl IndustryInput {
    fn of(industry: &Industry, all: &[Industry]) -> Self {
        let parent = all.iter().find(|i| Some(i.id) == industry.parent_id);
        Self {
            code: industry.code.clone(),
            name: industry.name.clone(),
            name_en: industry.name_en.clone(),
            group: industry.group,
            parent: parent.map(|p| p.code.clone()),
            position: industry.position,
        }
    }
}

impl Patchable for IndustryInput {
    const SCHEMA: &'static str = "IndustryPatch";
    const DESCRIPTION: &'static str = "Changes to an industry; absent fields stay as they are, \
        null as `parent` moves it to the top level.";
    const FIXED: &'static [&'static str] = &["code", "group"];

    fn patch_sample() -> serde_json::Value {
        serde_json::json!({"name_en": "Hydrogen energy", "position": 21})
    }
}

/// An industry that was decided on and is to be saved.
pub(crate) struct IndustryChange {
    /// The industry before, and the tree it stood in; `None` when it is added.
    before: Option<Before>,
    industry: Industry,
    stamp: Stamp,
}

struct Before {
    industry: Industry,
    tree: Vec<Industry>,
}

/// The whole tree, in the order of the plan document.
///
/// # Errors
/// The database's.
pub(crate) fn list(ask: &mut Ask<'_>) -> Result<Vec<IndustryView>, Refusal> {
    let all = industries::all(ask.conn)?;
    Ok(all.iter().map(|i| view(i, &all)).collect())
}

/// The industry with this code.
///
/// # Errors
/// Not found.
pub(crate) fn get(ask: &mut Ask<'_>, code: &str) -> Result<IndustryView, Refusal> {
    let all = industries::all(ask.conn)?;
    all.iter().find(|i| i.code == code).map(|i| view(i, &all)).ok_or_else(Refusal::not_found)
}

/// Adds an industry to the tree.
///
/// # Errors
/// Invalid, with every wrong field.
pub(crate) fn decide_creation(
    ask: &mut Ask<'_>,
    input: &IndustryInput,
) -> Result<IndustryChange, Refusal> {
    let mut check = Check::new();
    let code = input.parent.as_deref();
    let parent = parent(ask.conn, &mut check, Place { code, own: None, group: input.group })?;
    let industry = parse(check, input, parent)?;
    Ok(IndustryChange { before: None, industry, stamp: ask.stamp() })
}

/// Changes the industry with this code, which the caller read at `version`.
///
/// # Errors
/// Not found; invalid, with every wrong field.
pub(crate) fn decide_update(
    ask: &mut Ask<'_>,
    code: &str,
    version: impl Into<Expected>,
    patch: &Patch<IndustryInput>,
) -> Result<IndustryChange, Refusal> {
    let old = industries::find_by_code(ask.conn, code)?.ok_or(StoreError::NotFound)?;
    let tree = industries::all(ask.conn)?;
    let input = patch.merged(&IndustryInput::of(&old, &tree))?;
    let mut check = Check::new();
    let parent_id = if patch.names("parent") {
        let place = Place { code: input.parent.as_deref(), own: Some(old.id), group: old.group };
        parent(ask.conn, &mut check, place)?
    } else {
        old.parent_id
    };
    let parsed = parse(check, &input, parent_id)?;
    let version = version.into().of(old.version);
    let industry = Industry { id: old.id, version, ..parsed };
    let before = Some(Before { industry: old, tree });
    Ok(IndustryChange { before, industry, stamp: ask.stamp() })
}

fn parse(
    mut check: Check,
    input: &IndustryInput,
    parent_id: Option<IndustryId>,
) -> Result<Industry, Refusal> {
    let name = check.field("/name", Name::parse(&input.name));
    let name_en = check.field("/name_en", Line::parse(&input.name_en));
    let parsed = name.zip(name_en).map(|(name, name_en)| Industry {
        id: IndustryId(0),
        code: input.code.clone(),
        name: name.into_string(),
        name_en: name_en.into_string(),
        group: input.group,
        parent_id,
        position: input.position,
        version: 1,
    });
    check.done(parsed)
}

/// Where an industry is to stand in the tree.
struct Place<'a> {
    /// The code of the parent; `None` at the top level.
    code: Option<&'a str>,
    /// The industry itself, unless it is new.
    own: Option<IndustryId>,
    /// Its group, which the parent must share.
    group: IndustryGroup,
}

/// Looks up the parent industry and checks that it may be one: same group, no parent itself, not
/// `own`, and without projects and envelopes.
fn parent(
    conn: &mut Conn,
    check: &mut Check,
    Place { code, own, group }: Place<'_>,
) -> Result<Option<IndustryId>, Refusal> {
    let Some(code) = code else { return Ok(None) };
    let all = industries::all(conn)?;
    let found = all.iter().find(|i| i.code == code);
    let Some(parent) = check.known("/parent", found) else {
        return Ok(None);
    };
    let is_parent = own.is_some_and(|own| all.iter().any(|i| i.parent_id == Some(own)));
    let fits = parent.group == group && parent.parent_id.is_none() && Some(parent.id) != own;
    if !fits || is_parent || industries::is_used(conn, parent.id)? {
        let words = Words::new(
            "不能作为上级产业：须属于同一类别、本身没有上级、且未直接列入项目和计划盘子。",
            "Cannot be a parent: it must be in the same group, have no parent itself, and have no projects or envelopes.",
        );
        check.note("/parent", FieldError::new("", "not-a-parent", words));
    }
    Ok(Some(parent.id))
}

/// Saves an industry and records the event.
///
/// # Errors
/// A conflict when another industry has the code; stale when somebody else changed it.
pub(crate) fn save(conn: &mut Conn, change: IndustryChange) -> Result<IndustryView, Refusal> {
    let IndustryChange { before, industry, stamp } = change;
    let kind = if before.is_some() {
        industries::save(conn, &industry)?;
        "industry.updated"
    } else {
        industries::insert(conn, &industry)?;
        "industry.created"
    };
    let all = industries::all(conn)?;
    let after = all.iter().find(|i| i.code == industry.code).ok_or_else(Refusal::not_found)?;
    let recorded = before.as_ref().map(|b| RecordedIndustry::of(&b.industry, &b.tree));
    let changes = changes(recorded.as_ref(), &RecordedIndustry::of(after, &all));
    let event = Event::of(kind, "industry", after.id.0, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(view(after, &all))
}

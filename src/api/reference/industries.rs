//! The industry tree.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::error::FieldError;
use crate::domain::id::IndustryId;
use crate::domain::reference::industry::{Industry, IndustryGroup};
use crate::domain::text::{Line, Name};
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::body::{Body, given};
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::events;
use crate::store::events::{Author, Event, changes};
use crate::store::reference::industries;
use crate::store::{Conn, StoreError};
use crate::usecases::answer::{PageView, Versioned};
use crate::usecases::check::Check;
use crate::usecases::permission::{EditReference, ReadReference};
use crate::usecases::refusal::Refusal;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["industries"; list_industries, create_industry, get_industry, update_industry]
}

/// An industry. Only leaves of the tree (industry lines) have envelopes and projects.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Industry)]
pub struct IndustryView {
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
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct IndustryInput {
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

/// Changes to an industry; absent fields stay as they are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct IndustryPatch {
    /// Name in Chinese.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    pub name: Option<String>,
    /// Name in English.
    #[serde(default)]
    #[schema(max_length = 500, nullable = false)]
    pub name_en: Option<String>,
    /// The code of the parent industry; null moves it to the top level.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub parent: Option<Option<String>>,
    /// Position in lists.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000, nullable = false)]
    pub position: Option<i32>,
}

impl IndustryPatch {
    fn sample() -> serde_json::Value {
        serde_json::json!({"name_en": "Hydrogen energy", "position": 21})
    }
}

/// Path of an industry.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct IndustryPath {
    /// The industry's code.
    #[param(example = "next_gen_it")]
    pub industry: String,
}

/// List industries
///
/// The whole industry tree, in the order of the plan document.
#[utoipa::path(get, path = "/industries")]
async fn list_industries(
    app: Data<App>,
    _who: Permit<ReadReference>,
) -> Result<Sheet<PageView<IndustryView>>, Problem> {
    let all = app.db.read(|conn| industries::all(conn).map_err(Problem::from)).await?;
    Ok(Sheet(PageView::whole(all.iter().map(|i| view(i, &all)).collect())))
}

/// Show an industry
///
/// Returns the industry with this code.
#[utoipa::path(get, path = "/industries/{industry}")]
async fn get_industry(
    app: Data<App>,
    _who: Permit<ReadReference>,
    path: Path<IndustryPath>,
    _held: Conditional,
) -> Result<Tagged<IndustryView>, Problem> {
    let code = path.0.industry;
    let found = app.db.read(move |conn| shown(conn, &code)).await?;
    Ok(Tagged(found))
}

/// Add an industry
///
/// Adds an industry to the tree, at the top level or below a parent. The parent must have no parent
/// itself, and no projects or envelopes. Commission only.
#[utoipa::path(
    post, path = "/industries",
    responses((status = 409, description = "Another industry has this code.")),
)]
async fn create_industry(
    app: Data<App>,
    who: Permit<EditReference>,
    body: Body<IndustryInput>,
    once: Once,
) -> Result<Created<IndustryView>, Problem> {
    let (author, now, input) = (who.author(), app.clock.now(), body.0);
    let view = once
        .write(&app, move |conn| -> Result<IndustryView, Problem> {
            let new = parse(conn, &input)?;
            industries::insert(conn, &new)?;
            let view = shown(conn, &new.code)?;
            let event = Event::of("industry.created", "industry", view.id.0, changes(None, &view));
            events::record(conn, &author, now, &event)?;
            Ok(view)
        })
        .await?;
    let location = format!("/industries/{}", view.code);
    Ok(Created { view, location })
}

/// Change an industry
///
/// Changes the given fields; absent fields stay as they are. Code and group cannot be changed.
/// Commission only.
#[utoipa::path(patch, path = "/industries/{industry}")]
async fn update_industry(
    app: Data<App>,
    who: Permit<EditReference>,
    path: Path<IndustryPath>,
    version: IfMatch,
    body: Body<IndustryPatch>,
) -> Result<Tagged<IndustryView>, Problem> {
    let (author, now, code, patch) = (who.author(), app.clock.now(), path.0.industry, body.0);
    let view = app
        .db
        .write(move |conn| -> Result<IndustryView, Problem> {
            let old = industries::find_by_code(conn, &code)?.ok_or(StoreError::NotFound)?;
            let before = shown(conn, &code)?;
            let changed = patch.apply(conn, Industry { version: version.0, ..old })?;
            industries::save(conn, &changed)?;
            record_update(conn, &author, now, &before)
        })
        .await?;
    Ok(Tagged(view))
}

fn record_update(
    conn: &mut Conn,
    author: &Author,
    now: crate::domain::clock::Timestamp,
    before: &IndustryView,
) -> Result<IndustryView, Problem> {
    let after = shown(conn, &before.code)?;
    let event =
        Event::of("industry.updated", "industry", after.id.0, changes(Some(before), &after));
    events::record(conn, author, now, &event)?;
    Ok(after)
}

fn shown(conn: &mut Conn, code: &str) -> Result<IndustryView, Problem> {
    let all = industries::all(conn)?;
    all.iter().find(|i| i.code == code).map(|i| view(i, &all)).ok_or_else(Problem::not_found)
}

fn parse(conn: &mut Conn, input: &IndustryInput) -> Result<Industry, Refusal> {
    let mut check = Check::new();
    let name = check.field("/name", Name::parse(&input.name));
    let name_en = check.field("/name_en", Line::parse(&input.name_en));
    let parent_id = parent(conn, &mut check, input.parent.as_deref(), None, input.group)?;
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

impl IndustryPatch {
    fn apply(&self, conn: &mut Conn, mut industry: Industry) -> Result<Industry, Refusal> {
        let mut check = Check::new();
        if let Some(name) = self.name.as_deref().and_then(|n| check.field("/name", Name::parse(n)))
        {
            industry.name = name.into_string();
        }
        let name_en = self.name_en.as_deref();
        if let Some(name) = name_en.and_then(|n| check.field("/name_en", Line::parse(n))) {
            industry.name_en = name.into_string();
        }
        if let Some(code) = &self.parent {
            let own = Some(industry.id);
            industry.parent_id = parent(conn, &mut check, code.as_deref(), own, industry.group)?;
        }
        industry.position = self.position.unwrap_or(industry.position);
        check.done(Some(industry))
    }
}

/// Looks up the parent industry and checks that it may be one: same group, no parent itself, not
/// `own`, and without projects and envelopes.
fn parent(
    conn: &mut Conn,
    check: &mut Check,
    code: Option<&str>,
    own: Option<IndustryId>,
    group: IndustryGroup,
) -> Result<Option<IndustryId>, Problem> {
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

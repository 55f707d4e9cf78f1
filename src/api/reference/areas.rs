//! Reporting areas: counties and municipal zones.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::id::AreaId;
use crate::domain::reference::area::{Area, AreaKind};
use crate::domain::text::{Line, Name};
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
use crate::store::Conn;
use crate::store::events;
use crate::store::events::{Event, changes};
use crate::store::reference::areas;
use crate::usecases::answer::{PageView, Versioned};
use crate::usecases::check::Check;
use crate::usecases::permission::{EditReference, ReadReference};
use crate::usecases::refusal::Refusal;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["areas"; list_areas, create_area, get_area, update_area]
}

/// A reporting area. Every project belongs to exactly one.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Area)]
pub struct AreaView {
    /// The area's id.
    pub id: AreaId,
    /// Local code of the area, used by projects and summaries.
    #[schema(example = "dongying")]
    pub code: String,
    /// Name of the area.
    pub name: String,
    /// Kind of area.
    pub kind: AreaKind,
    /// GB/T 2260 or statistics code; null if it has none.
    pub division_code: Option<String>,
    /// Remarks; may be empty.
    pub note: String,
    /// Position in lists.
    pub position: i32,
    /// Version number, used as the ETag.
    pub version: i64,
}

impl From<Area> for AreaView {
    fn from(area: Area) -> Self {
        Self {
            id: area.id,
            code: area.code,
            name: area.name,
            kind: area.kind,
            division_code: area.division_code,
            note: area.note,
            position: area.position,
            version: area.version,
        }
    }
}

impl Versioned for AreaView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A reporting area to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct AreaInput {
    /// Local code; cannot be changed later.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,39}$")]
    pub code: String,
    /// Name of the area.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Kind of area; cannot be changed later.
    pub kind: AreaKind,
    /// GB/T 2260 or statistics code.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{6,12}$")]
    pub division_code: Option<String>,
    /// Remarks.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: String,
    /// Position in lists.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub position: i32,
}

impl AreaInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "code": "riverside_zone", "name": "滨河开发区", "kind": "zone", "position": 20,
        })
    }
}

/// Changes to an area; absent fields stay as they are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct AreaPatch {
    /// Name of the area.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    pub name: Option<String>,
    /// GB/T 2260 or statistics code; null clears it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{6,12}$")]
    pub division_code: Option<Option<String>>,
    /// Remarks.
    #[serde(default)]
    #[schema(max_length = 500, nullable = false)]
    pub note: Option<String>,
    /// Position in lists.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000, nullable = false)]
    pub position: Option<i32>,
}

impl AreaPatch {
    fn sample() -> serde_json::Value {
        serde_json::json!({"note": "国家级", "position": 21})
    }

    fn apply(&self, mut area: Area) -> Result<Area, Refusal> {
        let mut check = Check::new();
        if let Some(name) = self.name.as_deref().and_then(|n| check.field("/name", Name::parse(n)))
        {
            area.name = name.into_string();
        }
        if let Some(note) = self.note.as_deref().and_then(|n| check.field("/note", Line::parse(n)))
        {
            area.note = note.into_string();
        }
        area.division_code = self.division_code.clone().unwrap_or(area.division_code);
        area.position = self.position.unwrap_or(area.position);
        check.done(Some(area))
    }
}

/// Path of an area.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AreaPath {
    /// The area's code.
    #[param(example = "dongying")]
    pub area: String,
}

/// List areas
///
/// All reporting areas, by position.
#[utoipa::path(get, path = "/areas")]
pub async fn list_areas(
    app: Data<App>,
    _who: Permit<ReadReference>,
) -> Result<Sheet<PageView<AreaView>>, Problem> {
    let all = app.db.read(|conn| areas::all(conn).map_err(Problem::from)).await?;
    Ok(Sheet(PageView::whole(all.into_iter().map(AreaView::from).collect())))
}

/// Show an area
///
/// Returns the area with this code.
#[utoipa::path(get, path = "/areas/{area}")]
async fn get_area(
    app: Data<App>,
    _who: Permit<ReadReference>,
    path: Path<AreaPath>,
    _held: Conditional,
) -> Result<Tagged<AreaView>, Problem> {
    let code = path.0.area;
    let area = app.db.read(move |conn| found(conn, &code)).await?;
    Ok(Tagged(area.into()))
}

fn found(conn: &mut Conn, code: &str) -> Result<Area, Problem> {
    areas::find_by_code(conn, code)?.ok_or_else(Problem::not_found)
}

/// Add an area
///
/// Adds a reporting area. Commission only.
#[utoipa::path(
    post, path = "/areas",
    responses((status = 409, description = "Another area has this code.")),
)]
async fn create_area(
    app: Data<App>,
    who: Permit<EditReference>,
    body: Body<AreaInput>,
    once: Once,
) -> Result<Created<AreaView>, Problem> {
    let (author, now, new) = (who.author(), app.clock.now(), parse(body.0)?);
    let view = once
        .write(&app, move |conn| -> Result<AreaView, Problem> {
            areas::insert(conn, &new)?;
            let view = AreaView::from(found(conn, &new.code)?);
            let event = Event::of("area.created", "area", view.id.0, changes(None, &view));
            events::record(conn, &author, now, &event)?;
            Ok(view)
        })
        .await?;
    let location = format!("/areas/{}", view.code);
    Ok(Created { view, location })
}

fn parse(input: AreaInput) -> Result<Area, Refusal> {
    let mut check = Check::new();
    let name = check.field("/name", Name::parse(&input.name));
    let note = check.field("/note", Line::parse(&input.note));
    let parsed = name.zip(note).map(|(name, note)| Area {
        id: AreaId(0),
        code: input.code,
        name: name.into_string(),
        kind: input.kind,
        division_code: input.division_code,
        note: note.into_string(),
        position: input.position,
        version: 1,
    });
    check.done(parsed)
}

/// Change an area
///
/// Changes the given fields; absent fields stay as they are. Code and kind cannot be changed.
/// Commission only.
#[utoipa::path(patch, path = "/areas/{area}")]
async fn update_area(
    app: Data<App>,
    who: Permit<EditReference>,
    path: Path<AreaPath>,
    version: IfMatch,
    body: Body<AreaPatch>,
) -> Result<Tagged<AreaView>, Problem> {
    let (author, now, code, patch) = (who.author(), app.clock.now(), path.0.area, body.0);
    let view = app
        .db
        .write(move |conn| -> Result<AreaView, Problem> {
            let old = found(conn, &code)?;
            let before = AreaView::from(old.clone());
            areas::save(conn, &patch.apply(Area { version: version.0, ..old })?)?;
            let after = AreaView::from(found(conn, &code)?);
            let event =
                Event::of("area.updated", "area", after.id.0, changes(Some(&before), &after));
            events::record(conn, &author, now, &event)?;
            Ok(after)
        })
        .await?;
    Ok(Tagged(view))
}

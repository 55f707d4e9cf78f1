//! Responsible units.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::code::{CreditCode, Override};
use crate::domain::id::{AreaId, UnitId};
use crate::domain::reference::unit::{Unit, UnitKind};
use crate::domain::text::{Line, Name};
use crate::http::app::App;
use crate::http::body::{Body, given};
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Created, Tagged};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::events;
use crate::store::events::{Event, changes};
use crate::store::reference::units::UnitFilter;
use crate::store::reference::{areas, units};
use crate::store::{Conn, PageRequest};
use crate::usecases::answer::{PageView, Versioned};
use crate::usecases::check::Check;
use crate::usecases::permission::{EditReference, ReadReference};
use crate::usecases::refusal::Refusal;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["units"; list_units, create_unit, get_unit, update_unit]
}

/// A responsible unit: department, zone, enterprise or institution.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Unit)]
pub struct UnitView {
    /// The unit's id.
    pub id: UnitId,
    /// Name of the unit; unique.
    pub name: String,
    /// Kind of unit.
    pub kind: UnitKind,
    /// Unified social credit code; null if unknown.
    pub credit_code: Option<String>,
    /// Reason why a code with a wrong check digit is correct; empty otherwise.
    pub credit_code_reason: String,
    /// The id of its area; null if it belongs to none.
    pub area_id: Option<AreaId>,
    /// Version number, used as the ETag.
    pub version: i64,
}

impl From<Unit> for UnitView {
    fn from(unit: Unit) -> Self {
        Self {
            id: unit.id,
            name: unit.name,
            kind: unit.kind,
            credit_code: unit.credit_code,
            credit_code_reason: unit.credit_code_reason,
            area_id: unit.area_id,
            version: unit.version,
        }
    }
}

impl Versioned for UnitView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A responsible unit to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct UnitInput {
    /// Name of the unit; unique.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Kind of unit.
    pub kind: UnitKind,
    /// Unified social credit code (GB 32100-2015), 18 characters.
    #[serde(default)]
    #[schema(min_length = 18, max_length = 18)]
    pub credit_code: Option<String>,
    /// Reason why a code with a wrong check digit is correct.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub credit_code_reason: String,
    /// The id of its area.
    #[serde(default)]
    pub area_id: Option<AreaId>,
}

impl UnitInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "name": "滨河新材料有限公司", "kind": "enterprise", "credit_code": "91350100M000100Y43",
        })
    }
}

/// Changes to a unit; absent fields stay as they are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct UnitPatch {
    /// Name of the unit; unique.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    pub name: Option<String>,
    /// Kind of unit.
    #[serde(default)]
    #[schema(nullable = false)]
    pub kind: Option<UnitKind>,
    /// Unified social credit code; null clears it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 18, max_length = 18)]
    pub credit_code: Option<Option<String>>,
    /// Reason why a code with a wrong check digit is correct.
    #[serde(default)]
    #[schema(max_length = 500, nullable = false)]
    pub credit_code_reason: Option<String>,
    /// The id of its area; null clears it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    pub area_id: Option<Option<AreaId>>,
}

impl UnitPatch {
    fn sample() -> serde_json::Value {
        serde_json::json!({"credit_code": "91110000101623741K"})
    }

    /// The unit's complete input after this change.
    fn merged(&self, unit: &Unit) -> UnitInput {
        let credit_code = self.credit_code.clone().unwrap_or_else(|| unit.credit_code.clone());
        let reason = self.credit_code_reason.clone();
        UnitInput {
            name: self.name.clone().unwrap_or_else(|| unit.name.clone()),
            kind: self.kind.unwrap_or(unit.kind),
            credit_code,
            credit_code_reason: reason.unwrap_or_else(|| unit.credit_code_reason.clone()),
            area_id: self.area_id.unwrap_or(unit.area_id),
        }
    }
}

/// Path of a unit.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct UnitPath {
    /// The unit's id.
    pub unit_id: UnitId,
}

/// Filters and page of a list of units.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UnitQuery {
    /// Only units of one of these kinds.
    #[serde(default)]
    pub kind: Vec<UnitKind>,
    /// Only units whose name contains this text.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    pub q: Option<String>,
    /// Page size.
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
    /// `next_cursor` of the previous page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// List units
///
/// Responsible units by name, page by page.
#[utoipa::path(get, path = "/units")]
pub async fn list_units(
    app: Data<App>,
    _who: Permit<ReadReference>,
    query: Query<UnitQuery>,
) -> Result<Sheet<PageView<UnitView>>, Problem> {
    let Query(query) = query;
    let page = PageRequest::new(query.limit, query.cursor);
    let filter = UnitFilter { kinds: query.kind, q: query.q };
    let found =
        app.db.read(move |conn| units::list(conn, &filter, &page).map_err(Problem::from)).await?;
    Ok(Sheet(PageView::of(found, UnitView::from)))
}

/// Show a unit
///
/// Returns the unit with this id.
#[utoipa::path(get, path = "/units/{unit_id}")]
pub async fn get_unit(
    app: Data<App>,
    _who: Permit<ReadReference>,
    path: Path<UnitPath>,
    _held: Conditional,
) -> Result<Tagged<UnitView>, Problem> {
    let id = path.0.unit_id;
    let unit = app.db.read(move |conn| units::get(conn, id).map_err(Problem::from)).await?;
    Ok(Tagged(unit.into()))
}

/// Add a unit
///
/// Adds a responsible unit. A credit code with a wrong check digit requires `credit_code_reason`.
/// Commission only.
#[utoipa::path(
    post, path = "/units",
    responses((status = 409, description = "Another unit has this name or credit code.")),
)]
async fn create_unit(
    app: Data<App>,
    who: Permit<EditReference>,
    body: Body<UnitInput>,
    once: Once,
) -> Result<Created<UnitView>, Problem> {
    let (author, now, input) = (who.author(), app.clock.now(), body.0);
    let view = once
        .write(&app, move |conn| -> Result<UnitView, Problem> {
            let new = parse(conn, &input)?;
            let view = UnitView::from(units::insert(conn, &new)?);
            let event = Event::of("unit.created", "unit", view.id.0, changes(None, &view));
            events::record(conn, &author, now, &event)?;
            Ok(view)
        })
        .await?;
    let location = format!("/units/{}", view.id);
    Ok(Created { view, location })
}

/// Change a unit
///
/// Changes the given fields; absent fields stay as they are. Commission only.
#[utoipa::path(
    patch, path = "/units/{unit_id}",
    responses((status = 409, description = "Another unit has this name or credit code.")),
)]
async fn update_unit(
    app: Data<App>,
    who: Permit<EditReference>,
    path: Path<UnitPath>,
    version: IfMatch,
    body: Body<UnitPatch>,
) -> Result<Tagged<UnitView>, Problem> {
    let (author, now, id, patch) = (who.author(), app.clock.now(), path.0.unit_id, body.0);
    let view = app
        .db
        .write(move |conn| -> Result<UnitView, Problem> {
            let old = units::get(conn, id)?;
            let changed = parse(conn, &patch.merged(&old))?;
            let after = units::save(conn, &Unit { id, version: version.0, ..changed })?;
            let (before, view) = (UnitView::from(old), UnitView::from(after));
            let event = Event::of("unit.updated", "unit", id.0, changes(Some(&before), &view));
            events::record(conn, &author, now, &event)?;
            Ok(view)
        })
        .await?;
    Ok(Tagged(view))
}

fn parse(conn: &mut Conn, input: &UnitInput) -> Result<Unit, Refusal> {
    let mut check = Check::new();
    let name = check.field("/name", Name::parse(&input.name));
    let reason = check.field("/credit_code_reason", Line::parse(&input.credit_code_reason));
    let given = reason.as_ref().is_some_and(|r| !r.as_str().is_empty());
    let accept = if given { Override::Reasoned } else { Override::None };
    let code = input.credit_code.as_deref().map(|code| CreditCode::parse(code, accept));
    let credit_code = check.optional("/credit_code", code).map(CreditCode::into_string);
    if let Some(area) = input.area_id {
        check.known("/area_id", areas::find(conn, area)?);
    }
    let parsed = name.zip(reason).map(|(name, reason)| Unit {
        id: UnitId(0),
        name: name.into_string(),
        kind: input.kind,
        credit_code,
        credit_code_reason: reason.into_string(),
        area_id: input.area_id,
        version: 1,
    });
    check.done(parsed)
}

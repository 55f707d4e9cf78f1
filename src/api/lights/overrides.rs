//! Manual overrides of lights, each with a reason and an expiry date.

use actix_web::web::Data;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::projects::handlers::ProjectPath;
use crate::domain::clock::Timestamp;
use crate::domain::id::{LightOverrideId, ProjectId};
use crate::domain::light::Light;
use crate::domain::light::overrides::{LightOverride, check_override};
use crate::domain::month::Month;
use crate::domain::text::Reason;
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Created, Tagged};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::events;
use crate::store::events::{Event, changes};
use crate::store::{Conn, StoreError, lights, projects, reporting_months};
use crate::usecases::answer::{PageView, Versioned};
use crate::usecases::check::Check;
use crate::usecases::permission::{OverrideLights, ReadSummaries};
use crate::usecases::reporting_months::gates::must_not_be_closed;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["lights"; list_light_overrides, create_light_override, withdraw_light_override]
}

/// A manual override of a project's light.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = LightOverride)]
pub struct LightOverrideView {
    /// The override's id.
    pub id: LightOverrideId,
    /// The light shown instead of the computed one.
    pub light: Light,
    /// Reason for the override.
    pub reason: String,
    /// The first month it covers.
    pub from_month: Month,
    /// Last day on which it applies.
    pub expires_on: NaiveDate,
    /// Time at which it was created.
    pub created_at: Timestamp,
    /// Username of the account that created it.
    pub created_by: String,
    /// Time at which it was withdrawn; null if it was not.
    pub withdrawn_at: Option<Timestamp>,
    /// Last month covered, if it was withdrawn; null if it was not. May lie before `from_month`:
    /// then it covers no month.
    #[schema(value_type = Option<String>)]
    pub ends_after: Option<Month>,
}

impl From<LightOverride> for LightOverrideView {
    fn from(word: LightOverride) -> Self {
        Self {
            id: word.id,
            light: word.light,
            reason: word.reason,
            from_month: word.from_month,
            expires_on: word.expires_on,
            created_at: word.created_at,
            created_by: word.created_by,
            withdrawn_at: word.withdrawn_at,
            ends_after: word.ends_after,
        }
    }
}

impl Versioned for LightOverrideView {
    fn version(&self) -> i64 {
        if self.withdrawn_at.is_none() { 1 } else { 2 }
    }
}

/// List a project's light overrides
///
/// All overrides of the project's light, oldest first, including expired and withdrawn ones. If
/// several cover a month, the newest applies.
#[utoipa::path(get, path = "/projects/{project_id}/light-overrides")]
pub async fn list_light_overrides(
    app: Data<App>,
    who: Permit<ReadSummaries>,
    path: Path<ProjectPath>,
) -> Result<Sheet<PageView<LightOverrideView>>, Problem> {
    let (Path(at), sight) = (path, who.sees());
    let all = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            projects::get(conn, at.project_id, sight)?;
            Ok(lights::overrides(conn, at.project_id)?)
        })
        .await?;
    Ok(Sheet(PageView::whole(all.into_iter().map(LightOverrideView::from).collect())))
}

/// A new manual override.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct LightOverrideInput {
    /// The light to show: green, yellow or red.
    pub light: Light,
    /// Reason why the computed light is misleading.
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
    /// First month covered; not closed, and at most twelve months ago.
    pub from_month: Month,
    /// Last day on which it applies; not in the past, and not before `from_month`.
    pub expires_on: NaiveDate,
}

impl LightOverrideInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "light": "yellow", "reason": "主设备已到货，七月集中结算入账",
            "from_month": "2099-06", "expires_on": "2099-07-31",
        })
    }
}

/// Override a project's light
///
/// Shows the given light instead of the one computed by the rules, from `from_month` until
/// `expires_on`. The computed light stays visible beside it. Commission only.
#[utoipa::path(post, path = "/projects/{project_id}/light-overrides")]
pub async fn create_light_override(
    app: Data<App>,
    who: Permit<OverrideLights>,
    path: Path<ProjectPath>,
    body: Body<LightOverrideInput>,
    once: Once,
) -> Result<Created<LightOverrideView>, Problem> {
    let (author, sight, now, input) = (who.author(), who.sees(), app.now(), body.0);
    let (Path(at), created_by) = (path, who.caller.user.username.clone());
    let view = once
        .write(&app, move |conn| -> Result<_, Problem> {
            projects::get(conn, at.project_id, sight)?;
            let month = input.from_month;
            let last_closed = reporting_months::last_closed(conn, month.year())?;
            let mut check = Check::new();
            let times = (now.today, last_closed);
            let checked = check_override(input.light, month, input.expires_on, times);
            let covered = check.all(checked);
            let reason = check.field("/reason", Reason::parse(&input.reason));
            let ((), reason) = check.done(covered.zip(reason))?;
            must_not_be_closed(conn, month)?;
            let word = LightOverride {
                id: LightOverrideId(0),
                project_id: at.project_id,
                light: input.light,
                reason: reason.into_string(),
                from_month: month,
                expires_on: input.expires_on,
                created_at: now.instant,
                created_by: created_by.clone(),
                withdrawn_at: None,
                ends_after: None,
            };
            let id = lights::insert_override(conn, &word)?;
            let view = LightOverrideView::from(LightOverride { id, ..word });
            let entered = changes(None, &view);
            let kind = "light.overridden";
            let event = Event::of_project(kind, "light_override", id.0, at.project_id, entered);
            events::record(conn, &author, now.instant, &event)?;
            Ok(view)
        })
        .await?;
    Ok(Created { view, location: format!("/projects/{}/light-overrides", at.project_id) })
}

/// Path of a light override.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct LightOverridePath {
    /// The project's id.
    pub project_id: ProjectId,
    /// The override's id.
    pub override_id: LightOverrideId,
}

/// Withdraw a light override
///
/// Ends the override after the last closed month: closed months keep the overridden light, later
/// ones show the computed light. Commission only.
#[utoipa::path(
    post, path = "/projects/{project_id}/light-overrides/{override_id}/withdrawal",
    responses((status = 409, description = "The override has already been withdrawn.")),
)]
pub async fn withdraw_light_override(
    app: Data<App>,
    who: Permit<OverrideLights>,
    path: Path<LightOverridePath>,
    once: Once,
) -> Result<Tagged<LightOverrideView>, Problem> {
    let (author, sight, now) = (who.author(), who.sees(), app.now());
    let Path(at) = path;
    let view = once
        .write(&app, move |conn| -> Result<_, Problem> {
            projects::get(conn, at.project_id, sight)?;
            let old = overridden(conn, at)?;
            if old.withdrawn_at.is_some() {
                let words =
                    Words::new("该人工认定已经撤回。", "The override has already been withdrawn.");
                return Err(Problem::conflict("already-withdrawn", words));
            }
            let closed = reporting_months::list(conn, None)?.into_iter();
            let closed = closed.filter(|m| m.must_be_closed().is_ok()).map(|m| m.month).max();
            let last = old.from_month.previous();
            let ends_after = closed.map_or(last, |closed| closed.max(last));
            lights::withdraw(conn, at.override_id, now.instant, ends_after)?;
            let view = LightOverrideView::from(overridden(conn, at)?);
            let changed = changes(Some(&LightOverrideView::from(old)), &view);
            let (kind, id) = ("light.override_withdrawn", at.override_id.0);
            let event = Event::of_project(kind, "light_override", id, at.project_id, changed);
            events::record(conn, &author, now.instant, &event)?;
            Ok(view)
        })
        .await?;
    Ok(Tagged(view))
}

fn overridden(conn: &mut Conn, at: LightOverridePath) -> Result<LightOverride, Problem> {
    let all = lights::overrides(conn, at.project_id)?;
    Ok(all.into_iter().find(|o| o.id == at.override_id).ok_or(StoreError::NotFound)?)
}

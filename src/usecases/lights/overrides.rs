//! Manual overrides of lights, each with a reason and an expiry date.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::id::{LightOverrideId, ProjectId};
use crate::domain::light::Light;
use crate::domain::light::overrides::{LightOverride, OverrideTimes, check_override};
use crate::domain::month::Month;
use crate::domain::text::Reason;
use crate::domain::words::Words;
use crate::store::events::{self, Event, FieldChange, changes};
use crate::store::lights::recorded::RecordedLightOverride;
use crate::store::{Conn, StoreError, lights, projects, reporting_months};
use crate::usecases::answer::Versioned;
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::check::Check;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::gates::must_not_be_closed;

/// Which override: a project and an override of its light.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LightOverrideKey {
    /// The project.
    pub project: ProjectId,
    /// The override.
    pub id: LightOverrideId,
}

/// A manual override of a project's light.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LightOverride)]
pub(crate) struct LightOverrideView {
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
    fn from(entered: LightOverride) -> Self {
        Self {
            id: entered.id,
            light: entered.light,
            reason: entered.reason,
            from_month: entered.from_month,
            expires_on: entered.expires_on,
            created_at: entered.created_at,
            created_by: entered.created_by,
            withdrawn_at: entered.withdrawn_at,
            ends_after: entered.ends_after,
        }
    }
}

impl Versioned for LightOverrideView {
    fn version(&self) -> i64 {
        if self.withdrawn_at.is_none() { 1 } else { 2 }
    }
}

/// A new manual override.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct LightOverrideInput {
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

/// Every override of a project's light, the oldest first.
///
/// # Errors
/// Not found unless the caller sees the project.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    project: ProjectId,
) -> Result<Vec<LightOverrideView>, Refusal> {
    projects::get(ask.conn, project, ask.sight())?;
    let all = lights::overrides(ask.conn, project)?;
    Ok(all.into_iter().map(LightOverrideView::from).collect())
}

/// An override that was decided on and is to be saved.
pub(crate) struct LightOverrideCreation {
    entered: LightOverride,
    stamp: Stamp,
}

/// Overrides a project's light.
///
/// # Errors
/// Not found; invalid, with every wrong field; a conflict when the first month is closed.
pub(crate) fn decide_creation(
    ask: &mut Ask<'_>,
    project: ProjectId,
    input: &LightOverrideInput,
) -> Result<LightOverrideCreation, Refusal> {
    projects::get(ask.conn, project, ask.sight())?;
    let month = input.from_month;
    let last_closed = reporting_months::last_closed(ask.conn, month.year())?;
    let times = OverrideTimes { today: ask.now.today, last_closed };
    let mut check = Check::new();
    let covered = check.all(check_override(input.light, month, input.expires_on, times));
    let reason = check.field("/reason", Reason::parse(&input.reason));
    let ((), reason) = check.done(covered.zip(reason))?;
    must_not_be_closed(ask.conn, month)?;
    let stamp = ask.stamp();
    let entered = LightOverride {
        id: LightOverrideId(0),
        project_id: project,
        light: input.light,
        reason: reason.into_string(),
        from_month: month,
        expires_on: input.expires_on,
        created_at: stamp.now.instant,
        created_by: ask.caller.user.username.clone(),
        withdrawn_at: None,
        ends_after: None,
    };
    Ok(LightOverrideCreation { entered, stamp })
}

/// Saves an override and records the event.
///
/// # Errors
/// Database errors only.
pub(crate) fn save(
    conn: &mut Conn,
    creation: LightOverrideCreation,
) -> Result<LightOverrideView, Refusal> {
    let LightOverrideCreation { entered, stamp } = creation;
    let id = lights::insert_override(conn, &entered)?;
    let entered = LightOverride { id, ..entered };
    let changed = changes(None, &RecordedLightOverride::from(&entered));
    record(conn, "light.overridden", &entered, changed, &stamp)?;
    Ok(entered.into())
}

/// A withdrawal that was decided on and is to be saved.
pub(crate) struct LightOverrideWithdrawal {
    before: LightOverride,
    /// Last month the override covers.
    ends_after: Month,
    stamp: Stamp,
}

/// Ends an override after the last closed month.
///
/// # Errors
/// Not found; a conflict when it has been withdrawn already.
pub(crate) fn decide_withdrawal(
    ask: &mut Ask<'_>,
    key: LightOverrideKey,
) -> Result<LightOverrideWithdrawal, Refusal> {
    projects::get(ask.conn, key.project, ask.sight())?;
    let before = get(ask.conn, key)?;
    if before.withdrawn_at.is_some() {
        let words = Words::new("该人工认定已经撤回。", "The override has already been withdrawn.");
        return Err(Refusal::conflict("already-withdrawn", words));
    }
    let closed = reporting_months::list(ask.conn, None)?.into_iter();
    let closed = closed.filter(|m| m.must_be_closed().is_ok()).map(|m| m.month).max();
    let last = before.from_month.previous();
    let ends_after = closed.map_or(last, |closed| closed.max(last));
    Ok(LightOverrideWithdrawal { before, ends_after, stamp: ask.stamp() })
}

/// Saves a withdrawal and records the event.
///
/// # Errors
/// Stale when somebody else withdrew the override.
pub(crate) fn save_withdrawal(
    conn: &mut Conn,
    withdrawal: LightOverrideWithdrawal,
) -> Result<LightOverrideView, Refusal> {
    let LightOverrideWithdrawal { before, ends_after, stamp } = withdrawal;
    lights::withdraw(conn, before.id, stamp.now.instant, ends_after)?;
    let key = LightOverrideKey { project: before.project_id, id: before.id };
    let after = get(conn, key)?;
    let recorded = RecordedLightOverride::from(&before);
    let changed = changes(Some(&recorded), &RecordedLightOverride::from(&after));
    record(conn, "light.override_withdrawn", &after, changed, &stamp)?;
    Ok(after.into())
}

fn get(conn: &mut Conn, key: LightOverrideKey) -> Result<LightOverride, Refusal> {
    let all = lights::overrides(conn, key.project)?;
    Ok(all.into_iter().find(|o| o.id == key.id).ok_or(StoreError::NotFound)?)
}

fn record(
    conn: &mut Conn,
    kind: &'static str,
    entered: &LightOverride,
    changed: Vec<FieldChange>,
    stamp: &Stamp,
) -> Result<(), Refusal> {
    let LightOverride { id, project_id, .. } = entered;
    let event = Event::of_project(kind, "light_override", id.0, *project_id, changed);
    Ok(events::record(conn, &stamp.author, stamp.now.instant, &event)?)
}

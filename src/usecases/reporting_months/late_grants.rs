//! Late grants: one unit may file after the due date.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::id::{LateGrantId, ReportingMonthId, UnitId};
use crate::domain::month::Month;
use crate::domain::reporting_month::LateGrant;
use crate::domain::reporting_month::refusal::MonthRefusal;
use crate::domain::text::Reason;
use crate::store::events::{self, Event, changes};
use crate::store::reference::units;
use crate::store::reporting_months::grants::{self, NamedGrant};
use crate::store::reporting_months::recorded::RecordedLateGrant;
use crate::store::{Conn, reporting_months};
use crate::usecases::answer::Versioned;
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::check::Check;
use crate::usecases::refusal::Refusal;

/// Permission for one unit to file after the due date.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LateGrant)]
pub(crate) struct LateGrantView {
    /// The grant's id.
    pub id: LateGrantId,
    /// The unit's id.
    pub unit_id: UnitId,
    /// The unit's name.
    pub unit: String,
    /// Time at which the grant expires.
    pub until: Timestamp,
    /// True if it has not expired.
    pub active: bool,
    /// Reason for the grant.
    pub reason: String,
    /// Time at which it was given.
    pub granted_at: Timestamp,
}

impl LateGrantView {
    fn of(named: NamedGrant, now: Timestamp) -> Self {
        let NamedGrant { grant, unit } = named;
        Self {
            id: grant.id,
            unit_id: grant.unit_id,
            unit,
            until: grant.until,
            active: grant.is_active(now),
            reason: grant.reason,
            granted_at: grant.granted_at,
        }
    }
}

impl Versioned for LateGrantView {
    /// Grants are never edited, so the version is constant.
    fn version(&self) -> i64 {
        1
    }
}

/// Unit, expiry and reason of a late grant.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct LateGrantInput {
    /// The unit's id.
    pub unit_id: UnitId,
    /// Time at which the grant expires; must be in the future.
    pub until: Timestamp,
    /// Reason why the unit could not file on time.
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
}

impl LateGrantInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "unit_id": 1, "until": "2099-07-10T10:00:00.000000Z", "reason": "经办人变更，申请延期至本周五",
        })
    }
}

/// A late grant that was decided on and is to be saved.
pub(crate) struct LateGrantChange {
    month: ReportingMonthId,
    named: NamedGrant,
    stamp: Stamp,
}

/// All late grants of a month, newest first, including expired ones.
///
/// # Errors
/// Not found if the month was never opened.
pub(crate) fn list(ask: &mut Ask<'_>, month: Month) -> Result<Vec<LateGrantView>, Refusal> {
    let month = reporting_months::get(ask.conn, month)?;
    let all = grants::list(ask.conn, month.id)?;
    Ok(all.into_iter().map(|named| LateGrantView::of(named, ask.now.instant)).collect())
}

/// Allows a unit to file reports of a month after the due date; keeps the month open until the
/// transaction ends.
///
/// # Errors
/// Not found if the month was never opened; invalid, with every wrong field; `month-closed`.
pub(crate) fn decide(
    ask: &mut Ask<'_>,
    month: Month,
    input: &LateGrantInput,
) -> Result<LateGrantChange, Refusal> {
    let month = reporting_months::get(ask.conn, month)?;
    let now = ask.now.instant;
    let mut check = Check::new();
    let unit = check.known("/unit_id", units::find(ask.conn, input.unit_id)?);
    let reason = check.field("/reason", Reason::parse(&input.reason));
    if input.until <= now {
        check.note("/until", MonthRefusal::GrantInPast { until: input.until, now });
    }
    let (unit, reason) = check.done(unit.zip(reason))?;
    month.must_not_be_closed()?;
    reporting_months::hold(ask.conn, &month)?;
    let stamp = ask.stamp();
    let grant = LateGrant {
        id: LateGrantId(0),
        unit_id: unit.id,
        until: input.until,
        reason: reason.into_string(),
        granted_at: now,
        granted_by: stamp.author.user_id(),
    };
    Ok(LateGrantChange { month: month.id, named: NamedGrant { grant, unit: unit.name }, stamp })
}

/// Saves a grant and records its event.
///
/// # Errors
/// Database errors only.
pub(crate) fn save(conn: &mut Conn, change: LateGrantChange) -> Result<LateGrantView, Refusal> {
    let LateGrantChange { month, named: NamedGrant { grant, unit }, stamp } = change;
    let id = grants::insert(conn, month, &grant)?;
    let named = NamedGrant { grant: LateGrant { id, ..grant }, unit };
    let changes = changes(None, &RecordedLateGrant::from(&named));
    let event = Event::of("reporting_month.late_granted", "reporting_month", month.0, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(LateGrantView::of(named, stamp.now.instant))
}

//! Late grants: let one unit file after the due date.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::reporting_months::handlers::MonthPath;
use crate::domain::clock::Timestamp;
use crate::domain::id::{LateGrantId, UnitId};
use crate::domain::reporting_month::LateGrant;
use crate::domain::reporting_month::refusal::MonthRefusal;
use crate::domain::text::Reason;
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::Created;
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::events;
use crate::store::events::{Event, changes};
use crate::store::reference::units;
use crate::store::reporting_months;
use crate::usecases::answer::{PageView, Versioned};
use crate::usecases::check::Check;
use crate::usecases::permission::{KeepMonths, ReadProjects};

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["reporting_months"; list_late_grants, create_late_grant]
}

/// Permission for one unit to file after the due date.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = LateGrant)]
pub struct LateGrantView {
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
    fn of((grant, unit): (LateGrant, String), now: Timestamp) -> Self {
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

/// List late grants
///
/// All late grants of the month, newest first, including expired ones.
#[utoipa::path(get, path = "/reporting-months/{month}/grants")]
pub async fn list_late_grants(
    app: Data<App>,
    _who: Permit<ReadProjects>,
    path: Path<MonthPath>,
) -> Result<Sheet<PageView<LateGrantView>>, Problem> {
    let (Path(at), now) = (path, app.clock.now());
    let all = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let month = reporting_months::get(conn, at.month)?;
            Ok(reporting_months::grants(conn, month.id)?)
        })
        .await?;
    Ok(Sheet(PageView::whole(all.into_iter().map(|g| LateGrantView::of(g, now)).collect())))
}

/// Unit, expiry and reason of a late grant.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct LateGrantInput {
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

/// Allow a unit to file late
///
/// Allows one unit to file the month's reports after the due date, until `until` or until the month
/// is closed. Commission only. A report that was returned can be resubmitted without a grant.
#[utoipa::path(
    post, path = "/reporting-months/{month}/grants",
    responses((status = 409, description = "The month is closed.")),
)]
pub async fn create_late_grant(
    app: Data<App>,
    who: Permit<KeepMonths>,
    path: Path<MonthPath>,
    body: Body<LateGrantInput>,
    once: Once,
) -> Result<Created<LateGrantView>, Problem> {
    let (Path(MonthPath { month }), author, now, input) = (path, who.author(), app.now(), body.0);
    let view = once
        .write(&app, move |conn| -> Result<_, Problem> {
            let month = reporting_months::get(conn, month)?;
            let mut check = Check::new();
            let unit = check.known("/unit_id", units::find(conn, input.unit_id)?);
            let reason = check.field("/reason", Reason::parse(&input.reason));
            let (until, now) = (input.until, now.instant);
            if until <= now {
                check.note("/until", MonthRefusal::GrantInPast { until, now });
            }
            let (unit, reason) = check.done(unit.zip(reason))?;
            month.must_not_be_closed()?;
            reporting_months::hold(conn, &month)?;
            let grant = LateGrant {
                id: LateGrantId(0),
                unit_id: unit.id,
                until,
                reason: reason.into_string(),
                granted_at: now,
                granted_by: author.user_id(),
            };
            let id = reporting_months::insert_grant(conn, month.id, &grant)?;
            let view = LateGrantView::of((LateGrant { id, ..grant }, unit.name), now);
            let event = Event::of(
                "reporting_month.late_granted",
                "reporting_month",
                month.id.0,
                changes(None, &view),
            );
            events::record(conn, &author, now, &event)?;
            Ok(view)
        })
        .await?;
    Ok(Created { view, location: format!("/reporting-months/{month}/grants") })
}

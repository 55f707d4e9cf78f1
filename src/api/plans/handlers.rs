//! Annual plan documents: list, read and enter.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::plans::input::PlanInput;
use crate::api::plans::view::{PlanDetailView, PlanView, detail};
use crate::domain::id::PlanId;
use crate::domain::month::Year;
use crate::domain::plan::Plan;
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Conditional, Created, Put, Tagged};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::events;
use crate::store::events::{Event, changes};
use crate::store::{Conn, StoreError, plans};
use crate::usecases::answer::PageView;
use crate::usecases::permission::{EditReference, ReadReference};
use crate::usecases::precondition::Precondition;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["plans"; list_plans, get_plan, put_plan]
}

/// Path of an annual plan.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PlanPath {
    /// The calendar year.
    #[param(example = 2021)]
    pub year: Year,
}

/// List annual plans
///
/// All annual plan documents, latest year first, without their envelopes and targets.
#[utoipa::path(get, path = "/plans")]
async fn list_plans(
    app: Data<App>,
    _who: Permit<ReadReference>,
) -> Result<Sheet<PageView<PlanView>>, Problem> {
    let all = app.db.read(|conn| plans::all(conn).map_err(Problem::from)).await?;
    Ok(Sheet(PageView::whole(all.into_iter().map(PlanView::from).collect())))
}

/// Show an annual plan
///
/// The plan document of a year with its envelopes (projects and investment per industry line),
/// targets and measures. The document itself contains no sums; `computed_total` is the sum of the
/// envelopes.
#[utoipa::path(get, path = "/plans/{year}")]
async fn get_plan(
    app: Data<App>,
    _who: Permit<ReadReference>,
    path: Path<PlanPath>,
    _held: Conditional,
) -> Result<Tagged<PlanDetailView>, Problem> {
    let year = path.0.year;
    let view = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let plan = plans::get(conn, year)?;
            detail(conn, plan)
        })
        .await?;
    Ok(Tagged(view))
}

/// The plan document of `year`, if one was entered.
///
/// # Errors
/// Database errors only.
pub fn find_plan(conn: &mut Conn, year: Year) -> Result<Option<PlanView>, Problem> {
    Ok(plans::find(conn, year)?.map(PlanView::from))
}

/// Create or change an annual plan
///
/// With `If-None-Match: *` creates the plan of the year; with `If-Match` replaces the document's
/// data, its envelopes and its value-added targets. Measures and quantified targets are seeded and
/// cannot be changed here. Commission only.
#[utoipa::path(put, path = "/plans/{year}")]
async fn put_plan(
    app: Data<App>,
    who: Permit<EditReference>,
    path: Path<PlanPath>,
    is: Precondition,
    body: Body<PlanInput>,
) -> Result<Put<PlanDetailView>, Problem> {
    let (author, now, year, input) = (who.author(), app.clock.now(), path.0.year, body.0);
    let view = app
        .db
        .write(move |conn| -> Result<PlanDetailView, Problem> {
            let parsed = input.parse(conn)?;
            let old = plans::find(conn, year)?;
            let before = old.clone().map(|plan| detail(conn, plan)).transpose()?;
            let id = match (is, old) {
                (Precondition::Absent, None) => {
                    plans::insert(conn, &parsed.plan(PlanId(0), year, 1))?
                }
                (Precondition::Absent, Some(_)) => return Err(Problem::stale()),
                (Precondition::Version(_), None) => return Err(StoreError::NotFound.into()),
                (Precondition::Version(version), Some(Plan { id, synthetic, .. })) => {
                    plans::save(conn, &Plan { synthetic, ..parsed.plan(id, year, version) })?;
                    id
                }
            };
            plans::replace_envelopes(conn, id, &parsed.envelopes)?;
            plans::replace_industry_targets(conn, id, &parsed.industry_targets)?;
            let plan = plans::get(conn, year)?;
            let view = detail(conn, plan)?;
            let kind = if before.is_some() { "plan.changed" } else { "plan.entered" };
            let event = Event::of(kind, "plan", id.0, changes(before.as_ref(), &view));
            events::record(conn, &author, now, &event)?;
            Ok(view)
        })
        .await?;
    Ok(match is {
        Precondition::Absent => Put::Created(Created { view, location: format!("/plans/{year}") }),
        Precondition::Version(_) => Put::Changed(Tagged(view)),
    })
}

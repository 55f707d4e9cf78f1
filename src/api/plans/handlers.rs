//! Annual plan documents: list, read and enter.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::month::Year;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Put, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::{PartOfList, Rows};
use crate::routes;
use crate::usecases::answer::PageView;
use crate::usecases::permission::{EditReference, ReadReference};
use crate::usecases::plans::document;
use crate::usecases::plans::input::PlanInput;
use crate::usecases::plans::view::{PlanDetailView, PlanView};
use crate::usecases::precondition::Precondition;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["plans"; list_plans, get_plan, put_plan]
}

/// Path of an annual plan.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct PlanPath {
    /// The calendar year.
    #[param(example = 2021)]
    pub year: Year,
}

/// List annual plans
///
/// All annual plan documents, latest year first, without their envelopes and targets.
#[utoipa::path(get, path = "/plans")]
async fn list_plans(
    who: Permit<ReadReference>,
    Query(part): Query<PartOfList>,
) -> Result<Rows<PageView<PlanView>>, Problem> {
    part.of(who.ask(document::list).await?, |plan| plan.year)
}

/// Show an annual plan
///
/// The plan document of a year with its envelopes (projects and investment per industry line),
/// targets and measures. The document itself contains no sums; `computed_total` is the sum of the
/// envelopes.
#[utoipa::path(get, path = "/plans/{year}")]
async fn get_plan(
    who: Permit<ReadReference>,
    Path(PlanPath { year }): Path<PlanPath>,
    _etag: Conditional,
) -> Result<Tagged<PlanDetailView>, Problem> {
    who.ask(move |ask| document::get(ask, year)).await.map(Tagged)
}

/// Create or change an annual plan
///
/// With `If-None-Match: *` creates the plan of the year; with `If-Match` replaces the document's
/// data, its envelopes and its value-added targets. Measures and quantified targets are seeded and
/// cannot be changed here. Commission only.
#[utoipa::path(put, path = "/plans/{year}")]
async fn put_plan(
    who: Permit<EditReference>,
    Path(PlanPath { year }): Path<PlanPath>,
    precondition: Precondition,
    Body(input): Body<PlanInput>,
) -> Result<Put<PlanDetailView>, Problem> {
    let view = who
        .change(move |ask| document::decide(ask, year, precondition, &input), document::save)
        .await?;
    Ok(Put::of(precondition, view, format!("/plans/{year}")))
}

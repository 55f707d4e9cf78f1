//! Roll-overs of unfinished projects into a new year: propose, change line by line, confirm.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::issues::handlers::IdPage;
use crate::domain::id::ProjectId;
use crate::domain::month::Year;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::Rows;
use crate::http::stored::Stored;
use crate::routes;
use crate::store::PageRequest;
use crate::usecases::answer::PageView;
use crate::usecases::patch::Patch;
use crate::usecases::permission::PlanYears;
use crate::usecases::roll_overs::confirm::{self, ConfirmationInput};
use crate::usecases::roll_overs::line::{self, RollOverLineInput, RollOverLineKey};
use crate::usecases::roll_overs::view::{RollOverLineView, RollOverView};
use crate::usecases::roll_overs::{list, propose, save};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes![
        "roll_overs";
        propose_roll_over, get_roll_over, list_roll_over_lines, update_roll_over_line,
        confirm_roll_over,
    ]
}

/// Path parameters of one roll-over.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct RollOverPath {
    /// The new year.
    #[param(example = 2022)]
    pub year: Year,
}

/// Path parameters of one line of a roll-over.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct RollOverLinePath {
    /// The new year.
    #[param(example = 2022)]
    pub year: Year,
    /// The project's id.
    pub project_id: ProjectId,
}

impl From<RollOverLinePath> for RollOverLineKey {
    fn from(path: RollOverLinePath) -> Self {
        Self { year: path.year, project: path.project_id }
    }
}

/// Propose a roll-over
///
/// Lists every unfinished project of the previous year that has no plan for this year, with its
/// remaining investment and the uncompleted part of its plan, and proposes an investment for the
/// new year. Repeating the request recalculates the proposal and discards manual changes, until the
/// roll-over is confirmed.
#[utoipa::path(
    post, path = "/roll-overs/{year}/proposal",
    responses((status = 409, description = "The roll-over is already confirmed, or there is no previous year.")),
)]
async fn propose_roll_over(
    who: Permit<PlanYears>,
    Path(RollOverPath { year }): Path<RollOverPath>,
    once: Once,
) -> Result<Stored<Tagged<RollOverView>>, Problem> {
    once.change(&who, move |ask| propose::decide(ask, year), save, Tagged).await
}

/// Show a roll-over
///
/// Returns the state of the roll-over and the totals of its lines.
#[utoipa::path(get, path = "/roll-overs/{year}")]
async fn get_roll_over(
    who: Permit<PlanYears>,
    Path(RollOverPath { year }): Path<RollOverPath>,
    _etag: Conditional,
) -> Result<Tagged<RollOverView>, Problem> {
    who.ask(move |ask| list::get(ask, year)).await.map(Tagged)
}

/// List the lines of a roll-over
///
/// All unfinished projects with their remaining, carried-over and proposed amounts, ordered by
/// project id.
#[utoipa::path(get, path = "/roll-overs/{year}/lines")]
async fn list_roll_over_lines(
    who: Permit<PlanYears>,
    Path(RollOverPath { year }): Path<RollOverPath>,
    Query(page): Query<IdPage>,
) -> Result<Rows<PageView<RollOverLineView>>, Problem> {
    let page = PageRequest::new(page.limit, page.cursor);
    who.rows(page, move |ask, page| list::lines(ask, year, page)).await
}

/// Change a line of a roll-over
///
/// Sets the planned investment of a project, or excludes or includes it. Requires a roll-over that
/// is not confirmed.
#[utoipa::path(
    patch, path = "/roll-overs/{year}/lines/{project_id}",
    responses((status = 409, description = "The roll-over is confirmed.")),
)]
async fn update_roll_over_line(
    who: Permit<PlanYears>,
    Path(at): Path<RollOverLinePath>,
    IfMatch(version): IfMatch,
    Body(patch): Body<Patch<RollOverLineInput>>,
) -> Result<Tagged<RollOverLineView>, Problem> {
    who.change(move |ask| line::decide_update(ask, at.into(), version, &patch), line::save)
        .await
        .map(Tagged)
}

/// Confirm a roll-over
///
/// Creates the new year's plan of every included project, in one transaction. Each plan spreads the
/// amount equally over the months from the planned start, if it is in the new year and construction
/// has not started, to the planned finish.
#[utoipa::path(
    post, path = "/roll-overs/{year}/confirmation",
    responses((status = 409, description = "The roll-over is already confirmed, or a project has ended or received a plan since the proposal.")),
)]
async fn confirm_roll_over(
    who: Permit<PlanYears>,
    Path(RollOverPath { year }): Path<RollOverPath>,
    IfMatch(version): IfMatch,
    Body(input): Body<ConfirmationInput>,
    once: Once,
) -> Result<Stored<Tagged<RollOverView>>, Problem> {
    once.change(&who, move |ask| confirm::decide(ask, year, version, &input), save, Tagged).await
}

//! Restatements of closed months.

use crate::api::reports::handlers::ReportPath;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::Created;
use crate::http::routes::Routes;
use crate::http::rows::{PartOfList, Rows};
use crate::http::stored::Stored;
use crate::routes;
use crate::usecases::answer::PageView;
use crate::usecases::permission::{ReadProjects, RestateReports};
use crate::usecases::reports::input::RestatementInput;
use crate::usecases::reports::view::RestatementView;
use crate::usecases::reports::{list, restate};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["reports"; list_restatements, create_restatement]
}

/// List restatements of a month
///
/// Every correction of the project's month after it closed, the earliest first. What its report
/// said stays as it was.
#[utoipa::path(get, path = "/projects/{project_id}/reports/{month}/restatements")]
pub(crate) async fn list_restatements(
    who: Permit<ReadProjects>,
    Path(at): Path<ReportPath>,
    Query(part): Query<PartOfList>,
) -> Result<Rows<PageView<RestatementView>>, Problem> {
    let all = who.ask(move |ask| list::restated(ask, at.into())).await?;
    part.of(all, |restatement| restatement.id)
}

/// Restate a closed month
///
/// Adds a visible correction to what the project completed in a closed month. Sums asked from now
/// on contain it and name the month; published bulletins stay as they are.
#[utoipa::path(
    post, path = "/projects/{project_id}/reports/{month}/restatements",
    responses((status = 409, description = "The month is not closed: return its report instead.")),
)]
pub(crate) async fn create_restatement(
    who: Permit<RestateReports>,
    Path(at): Path<ReportPath>,
    Body(input): Body<RestatementInput>,
    once: Once,
) -> Result<Stored<Created<RestatementView>>, Problem> {
    let location = format!("/projects/{}/reports/{}/restatements", at.project_id, at.month);
    let created = move |view| Created { view, location: location.clone() };
    once.change(&who, move |ask| restate::decide(ask, at.into(), &input), restate::save, created)
        .await
}

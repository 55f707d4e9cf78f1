//! Late grants: let one unit file after the due date.

use crate::api::reporting_months::handlers::MonthPath;
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
use crate::usecases::permission::{KeepMonths, ReadProjects};
use crate::usecases::reporting_months::late_grants::{self, LateGrantInput, LateGrantView};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes!["reporting_months"; list_late_grants, create_late_grant]
}

/// List late grants
///
/// All late grants of the month, newest first, including expired ones.
#[utoipa::path(get, path = "/reporting-months/{month}/grants")]
async fn list_late_grants(
    who: Permit<ReadProjects>,
    Path(at): Path<MonthPath>,
    Query(part): Query<PartOfList>,
) -> Result<Rows<PageView<LateGrantView>>, Problem> {
    let all = who.ask(move |ask| late_grants::list(ask, at.month)).await?;
    part.of(all, |grant| grant.id)
}

/// Allow a unit to file late
///
/// Allows one unit to file the month's reports after the due date, until `until` or until the month
/// is closed. Commission only. A report that was returned can be resubmitted without a grant.
#[utoipa::path(
    post, path = "/reporting-months/{month}/grants",
    responses((status = 409, description = "The month is closed.")),
)]
async fn create_late_grant(
    who: Permit<KeepMonths>,
    Path(MonthPath { month }): Path<MonthPath>,
    Body(input): Body<LateGrantInput>,
    once: Once,
) -> Result<Stored<Created<LateGrantView>>, Problem> {
    let location = format!("/reporting-months/{month}/grants");
    let created = move |view| Created { view, location: location.clone() };
    once.change(
        &who,
        move |ask| late_grants::decide(ask, month, &input),
        late_grants::save,
        created,
    )
    .await
}

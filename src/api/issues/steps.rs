//! Steps of an issue's life cycle. Each takes a comment.

use crate::api::issues::handlers::IssuePath;
use crate::domain::issue::IssueStep;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::Tagged;
use crate::http::routes::Routes;
use crate::http::stored::Stored;
use crate::routes;
use crate::usecases::issues::input::{AssignmentInput, StepInput};
use crate::usecases::issues::view::IssueView;
use crate::usecases::issues::{step, write};
use crate::usecases::permission::HandleIssues;

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes![
        "issues";
        raise_issue, assign_issue, work_on_issue, escalate_issue, return_issue, propose_clearance,
        clear_issue,
    ]
}

/// Resubmit a returned issue
///
/// Sends a returned issue in for assignment again: `returned` becomes `raised`. Allowed for the
/// account or unit that raised it, an owner of the project, and the commission.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/raising",
    responses((status = 409, description = "The issue is not in state `returned`.")),
)]
pub(crate) async fn raise_issue(
    who: Permit<HandleIssues>,
    Path(at): Path<IssuePath>,
    Body(input): Body<StepInput>,
    once: Once,
) -> Result<Stored<Tagged<IssueView>>, Problem> {
    let taken = IssueStep::Raise;
    once.change(&who, move |ask| step::decide(ask, at.into(), taken, &input), write::save, Tagged)
        .await
}

/// Assign an issue
///
/// Assigns the issue to a leading unit and any supporting units, and can change its due date. An
/// assigned issue can be reassigned. Allowed for the commission, and for area accounts up to level
/// `county`.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/assignment",
    responses((status = 409, description = "The issue is returned, proposed or cleared.")),
)]
pub(crate) async fn assign_issue(
    who: Permit<HandleIssues>,
    Path(at): Path<IssuePath>,
    Body(input): Body<AssignmentInput>,
    once: Once,
) -> Result<Stored<Tagged<IssueView>>, Problem> {
    let decide = step::decide_assignment;
    once.change(&who, move |ask| decide(ask, at.into(), &input), write::save, Tagged).await
}

/// Report work on an issue
///
/// Adds a progress note; the issue becomes `in_progress`. Allowed for its units and the commission.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/work",
    responses((status = 409, description = "The issue is neither assigned nor in progress.")),
)]
pub(crate) async fn work_on_issue(
    who: Permit<HandleIssues>,
    Path(at): Path<IssuePath>,
    Body(input): Body<StepInput>,
    once: Once,
) -> Result<Stored<Tagged<IssueView>>, Problem> {
    let taken = IssueStep::Work;
    once.change(&who, move |ask| step::decide(ask, at.into(), taken, &input), write::save, Tagged)
        .await
}

/// Escalate an issue
///
/// Raises the level by one: unit, county, city, province. The issue goes back to `raised`, to be
/// assigned at the new level. Allowed for the leading unit, the area and the commission.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/escalation",
    responses((status = 409, description = "The issue is returned, proposed or cleared, or already at level `province`.")),
)]
pub(crate) async fn escalate_issue(
    who: Permit<HandleIssues>,
    Path(at): Path<IssuePath>,
    Body(input): Body<StepInput>,
    once: Once,
) -> Result<Stored<Tagged<IssueView>>, Problem> {
    let taken = IssueStep::Escalate;
    once.change(&who, move |ask| step::decide(ask, at.into(), taken, &input), write::save, Tagged)
        .await
}

/// Return an issue
///
/// Sends the issue one step back: from `raised` to `returned`, from `assigned` or `in_progress` to
/// `raised`, from `proposed` to `in_progress`. An assigned issue is returned by its leading unit or
/// the commission; otherwise by the commission, or by the area up to level `county`.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/return",
    responses((status = 409, description = "The issue is returned already, or cleared.")),
)]
pub(crate) async fn return_issue(
    who: Permit<HandleIssues>,
    Path(at): Path<IssuePath>,
    Body(input): Body<StepInput>,
    once: Once,
) -> Result<Stored<Tagged<IssueView>>, Problem> {
    let taken = IssueStep::Return;
    once.change(&who, move |ask| step::decide(ask, at.into(), taken, &input), write::save, Tagged)
        .await
}

/// Propose to clear an issue
///
/// States that the issue is solved; the state becomes `proposed`. Allowed for the leading unit and
/// the commission.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/proposal",
    responses((status = 409, description = "The issue is not in progress.")),
)]
pub(crate) async fn propose_clearance(
    who: Permit<HandleIssues>,
    Path(at): Path<IssuePath>,
    Body(input): Body<StepInput>,
    once: Once,
) -> Result<Stored<Tagged<IssueView>>, Problem> {
    let taken = IssueStep::Propose;
    once.change(&who, move |ask| step::decide(ask, at.into(), taken, &input), write::save, Tagged)
        .await
}

/// Clear an issue
///
/// Accepts that the issue is solved (销号). Allowed for the commission, and for area accounts up to
/// level `county`; never for the leading unit.
#[utoipa::path(
    post, path = "/projects/{project_id}/issues/{issue_id}/clearance",
    responses((status = 409, description = "The issue is not in state `proposed`.")),
)]
pub(crate) async fn clear_issue(
    who: Permit<HandleIssues>,
    Path(at): Path<IssuePath>,
    Body(input): Body<StepInput>,
    once: Once,
) -> Result<Stored<Tagged<IssueView>>, Problem> {
    let taken = IssueStep::Clear;
    once.change(&who, move |ask| step::decide(ask, at.into(), taken, &input), write::save, Tagged)
        .await
}

//! One project's reports: read, written, submitted, returned, confirmed.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::projects::handlers::ProjectPath;
use crate::domain::id::ProjectId;
use crate::domain::month::Month;
use crate::http::body::Body;
use crate::http::caller::Permit;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::query::{Path, Query};
use crate::http::reply::{Conditional, Json, Put, Tagged};
use crate::http::routes::Routes;
use crate::http::rows::{PartOfList, Rows};
use crate::http::stored::Stored;
use crate::routes;
use crate::usecases::answer::PageView;
use crate::usecases::permission::{ConfirmReports, FileReports, ReadProjects, ReturnReports};
use crate::usecases::precondition::Precondition;
use crate::usecases::reports::context::ReportContextView;
use crate::usecases::reports::input::{ReportInput, ReportReturn};
use crate::usecases::reports::view::ReportView;
use crate::usecases::reports::{ReportKey, context, list, step, write};

/// The operations of this file.
pub(crate) fn routes() -> Routes {
    routes![
        "reports";
        list_reports, get_report, get_report_context, put_report, submit_report, return_report,
        confirm_report,
    ]
}

/// Which project and month.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ReportPath {
    /// The project's id.
    pub project_id: ProjectId,
    /// The month.
    #[param(example = "2021-06")]
    pub month: Month,
}

impl From<ReportPath> for ReportKey {
    fn from(path: ReportPath) -> Self {
        Self { project: path.project_id, month: path.month }
    }
}

/// List a project's reports
///
/// Every report of the project, the earliest month first.
#[utoipa::path(get, path = "/projects/{project_id}/reports")]
pub(crate) async fn list_reports(
    who: Permit<ReadProjects>,
    Path(project): Path<ProjectPath>,
    Query(part): Query<PartOfList>,
) -> Result<Rows<PageView<ReportView>>, Problem> {
    let all = who.ask(move |ask| list::of_project(ask, project.project_id)).await?;
    part.of(all, |report| report.month)
}

/// Show a report
///
/// The report of one month as it is now.
#[utoipa::path(get, path = "/projects/{project_id}/reports/{month}")]
pub(crate) async fn get_report(
    who: Permit<ReadProjects>,
    Path(at): Path<ReportPath>,
    _etag: Conditional,
) -> Result<Tagged<ReportView>, Problem> {
    who.ask(move |ask| list::get(ask, at.into())).await.map(Tagged)
}

/// Show the figures a report is compared with
///
/// The year plan, the months completed before, the report of the month before, and whether the
/// caller can write the report now: what stands beside the form.
#[utoipa::path(get, path = "/projects/{project_id}/reports/{month}/context")]
pub(crate) async fn get_report_context(
    who: Permit<ReadProjects>,
    Path(at): Path<ReportPath>,
) -> Result<Json<ReportContextView>, Problem> {
    who.ask(move |ask| context::get(ask, at.into())).await.map(Json)
}

/// Write a report
///
/// Creates the draft of a month with `If-None-Match: *`, or rewrites a draft or a returned report
/// with `If-Match`. Implausible figures come back as warnings; they never block.
#[utoipa::path(
    put, path = "/projects/{project_id}/reports/{month}",
    responses((status = 409, description = "The report was submitted already, the month is not open, overdue or closed, or the project had not started or had ended in the month (a terminated project needs a late grant).")),
)]
pub(crate) async fn put_report(
    who: Permit<FileReports>,
    Path(at): Path<ReportPath>,
    precondition: Precondition,
    Body(input): Body<ReportInput>,
) -> Result<Put<ReportView>, Problem> {
    let view = who
        .change(move |ask| write::decide(ask, at.into(), precondition, &input), write::save)
        .await?;
    let location = format!("/projects/{}/reports/{}", at.project_id, at.month);
    Ok(Put::of(precondition, view, location))
}

/// Submit a report
///
/// Hands a draft, or a returned report, over for review.
#[utoipa::path(
    post, path = "/projects/{project_id}/reports/{month}/submission",
    responses((status = 409, description = "It is not a draft, a month of zero does not say why, the month is not open, overdue or closed, or the project had not started or had ended in the month (a terminated project needs a late grant).")),
)]
pub(crate) async fn submit_report(
    who: Permit<FileReports>,
    Path(at): Path<ReportPath>,
    once: Once,
) -> Result<Stored<Tagged<ReportView>>, Problem> {
    once.change(&who, move |ask| step::decide_submission(ask, at.into()), write::save, Tagged).await
}

/// Return a report
///
/// Sends a submitted or confirmed report back to its owner, with a reason. A returned report does
/// not count.
#[utoipa::path(
    post, path = "/projects/{project_id}/reports/{month}/return",
    responses((status = 409, description = "It was not submitted, or the month is closed.")),
)]
pub(crate) async fn return_report(
    who: Permit<ReturnReports>,
    Path(at): Path<ReportPath>,
    Body(input): Body<ReportReturn>,
    once: Once,
) -> Result<Stored<Tagged<ReportView>>, Problem> {
    once.change(&who, move |ask| step::decide_return(ask, at.into(), &input), write::save, Tagged)
        .await
}

/// Confirm a report
///
/// Takes a submitted report into the figures.
#[utoipa::path(
    post, path = "/projects/{project_id}/reports/{month}/confirmation",
    responses((status = 409, description = "It was not submitted, the month is closed, or the project had not started or had ended in the month.")),
)]
pub(crate) async fn confirm_report(
    who: Permit<ConfirmReports>,
    Path(at): Path<ReportPath>,
    once: Once,
) -> Result<Stored<Tagged<ReportView>>, Problem> {
    once.change(&who, move |ask| step::decide_confirmation(ask, at.into()), write::save, Tagged)
        .await
}

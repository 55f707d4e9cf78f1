//! What a monthly report is compared with: what its owner wants beside the form.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::reporting_months::handlers::{ReportingMonthView, may_file};
use crate::api::reports::handlers::{ReportPath, context};
use crate::api::reports::view::ReportView;
use crate::domain::error::RuleError;
use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::project::{Project, Stage};
use crate::domain::report::restatement::standing;
use crate::domain::report::{Report, may_report};
use crate::domain::words::Language;
use crate::http::app::App;
use crate::http::caller::{Caller, FileReports, Now, Permit, ReadProjects};
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::routes;
use crate::store::plans::year_plans;
use crate::store::reports::restatements;
use crate::store::{Conn, projects, reporting_months, reports};

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["reports"; get_report_context]
}

/// What the report of a project and month is compared with.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportContext)]
pub struct ReportContextView {
    /// The project's id.
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    /// The stage it is in.
    pub stage: Stage,
    /// The month.
    pub month: Month,
    /// The reporting month; absent when it was never opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reporting_month: Option<ReportingMonthView>,
    /// What the year plan in force has for the year, in 万元; null without one.
    pub annual_plan_wan: Option<Fen>,
    /// What it has for the month, in 万元.
    pub planned_wan: Option<Fen>,
    /// Submitted and confirmed in the earlier months of the year, with restatements, in 万元.
    pub completed_before_wan: Fen,
    /// What is left of the year plan after those, in 万元; negative when more was completed.
    pub remaining_wan: Option<Fen>,
    /// What the month counts as now: its confirmed report and every restatement, in 万元.
    pub counted_wan: Fen,
    /// Invested since the start, before this month, in 万元.
    pub invested_before_wan: Fen,
    /// Total investment, in 万元.
    pub total_investment_wan: Fen,
    /// The report of the month before, in whatever state; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_month: Option<ReportView>,
    /// Why the caller cannot write this report now, and the way forward; absent when it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refusal: Option<Refusal>,
}

/// Why something cannot be done now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Refusal {
    /// The code of the problem that trying would be answered with.
    #[schema(example = "month-overdue")]
    pub code: String,
    /// Why, and what to do next, in the caller's language.
    pub detail: String,
}

/// Show what a report is compared with
///
/// The year plan, what was completed before, the report of the month before, and whether the
/// caller may write the report now: what stands beside the form it is filled in on.
#[utoipa::path(get, path = "/projects/{project_id}/reports/{month}/context")]
pub async fn get_report_context(
    app: Data<App>,
    who: Permit<ReadProjects>,
    speaks: Language,
    path: Path<ReportPath>,
) -> Result<Json<ReportContextView>, Problem> {
    let (Path(at), caller, now) = (path, who.caller, app.now());
    let view = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let project = projects::get(conn, at.project_id, caller.sees())?;
            let refused = refusal(conn, &caller, &project, at, now)?;
            let refusal = refused.map(|problem| Refusal {
                code: problem.code.to_owned(),
                detail: problem.detail.say(speaks),
            });
            compared(conn, project, at, (now, speaks), refusal)
        })
        .await?;
    Ok(Json(view))
}

fn compared(
    conn: &mut Conn,
    project: Project,
    ReportPath { project_id, month }: ReportPath,
    (now, speaks): (Now, Language),
    refusal: Option<Refusal>,
) -> Result<ReportContextView, Problem> {
    let compared = context(conn, &project, month, now.today)?;
    let plan = year_plans::find(conn, project_id, month.year())?;
    let planned = plan.and_then(|p| p.in_force(month).map(|v| v.months.of(month.number())));
    let last = reports::find(conn, project_id, month.previous())?;
    let report = reports::find(conn, project_id, month)?;
    let restated = restatements::list(conn, project_id, Some(month))?;
    let reporting_month = reporting_months::find(conn, month)?;
    Ok(ReportContextView {
        project_id,
        project: project.facts.name,
        stage: project.stage,
        month,
        reporting_month: reporting_month.map(Into::into),
        annual_plan_wan: compared.annual,
        planned_wan: planned,
        completed_before_wan: compared.other_months_of_year,
        remaining_wan: compared.annual.map(|annual| annual - compared.other_months_of_year),
        counted_wan: standing(report.as_ref(), &restated),
        invested_before_wan: compared.invested_before + compared.other_months_ever,
        total_investment_wan: compared.total,
        last_month: last.map(|report| ReportView::of(report, speaks)),
        refusal,
    })
}

/// What writing the report now would be answered with, other than success.
fn refusal(
    conn: &mut Conn,
    caller: &Caller,
    project: &Project,
    at: ReportPath,
    now: Now,
) -> Result<Option<Problem>, Problem> {
    let report = reports::find(conn, at.project_id, at.month)?;
    let tried = Permit::<FileReports>::of(caller)
        .and_then(|_| Ok(may_report(project, at.month, now.today)?))
        .and_then(|()| {
            let state = report.as_ref().map(|r| r.state);
            may_file(conn, caller, project.id, (at.month, state), now).map(|_| ())
        })
        .and_then(|()| Ok(report.map_or(Ok(()), still_written)?));
    match tried {
        Ok(()) => Ok(None),
        Err(problem) if is_refusal(problem.status) => Ok(Some(problem)),
        Err(problem) => Err(problem),
    }
}

fn still_written(report: Report) -> Result<(), RuleError> {
    let figures = report.figures.clone();
    report.rewrite(figures).map(|_| ())
}

fn is_refusal(status: StatusCode) -> bool {
    matches!(status, StatusCode::FORBIDDEN | StatusCode::CONFLICT)
}

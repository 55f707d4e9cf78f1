//! Monthly reports: drafted, submitted, returned, confirmed.

use std::collections::BTreeSet;

use actix_web::web::Data;
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::projects::handlers::ProjectPath;
use crate::api::reporting_months::handlers::{fileable, reviewable};
use crate::api::reports::view::{ReportInput, ReportView};
use crate::domain::account::access::{Role, may_return_report};
use crate::domain::id::{IssueId, ProjectId, ReportId};
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::project::Project;
use crate::domain::report::warning::{ReportContext, warnings};
use crate::domain::report::{Report, ReportFigures, ReportState, Step, may_report};
use crate::domain::text::Reason;
use crate::domain::words::Language;
use crate::http::app::App;
use crate::http::body::Body;
use crate::http::caller::{
    Caller, ConfirmReports, FileReports, Now, Permit, ReadProjects, ReturnReports,
};
use crate::http::check::Check;
use crate::http::once::Once;
use crate::http::precondition::Precondition;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::{Conditional, Created, PageView, Put, Tagged};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::events;
use crate::store::events::{Change, Event, changes};
use crate::store::plans::year_plans;
use crate::store::projects::units as project_units;
use crate::store::reports::restatements;
use crate::store::{Conn, StoreError, issues, milestones, projects, reports};

/// The operations of this file.
pub fn routes() -> Routes {
    routes![
        "reports";
        list_reports, get_report, put_report, submit_report, return_report, confirm_report,
    ]
}

/// Which project and month.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ReportPath {
    /// The project's id.
    pub project_id: ProjectId,
    /// The month.
    #[param(example = "2021-06")]
    pub month: Month,
}

/// List a project's reports
///
/// All of them, the earliest month first.
#[utoipa::path(get, path = "/projects/{project_id}/reports")]
pub async fn list_reports(
    app: Data<App>,
    who: Permit<ReadProjects>,
    speaks: Language,
    path: Path<ProjectPath>,
) -> Result<Sheet<PageView<ReportView>>, Problem> {
    let (id, sight) = (path.0.project_id, who.sees());
    let all = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            projects::get(conn, id, sight)?;
            let restated = restatements::list(conn, id, None)?;
            let mentioned = issues::mentioned(conn, id)?;
            let view = |r| ReportView::of(r, speaks).beside(&restated).mentioning(&mentioned);
            Ok(reports::list(conn, id)?.into_iter().map(view).collect())
        })
        .await?;
    Ok(Sheet(PageView::whole(all)))
}

/// Show a report
///
/// The report of one month as it is now.
#[utoipa::path(get, path = "/projects/{project_id}/reports/{month}")]
pub async fn get_report(
    app: Data<App>,
    who: Permit<ReadProjects>,
    speaks: Language,
    path: Path<ReportPath>,
    _held: Conditional,
) -> Result<Tagged<ReportView>, Problem> {
    let (Path(at), sight) = (path, who.sees());
    let report = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            projects::get(conn, at.project_id, sight)?;
            let report = reports::get(conn, at.project_id, at.month)?;
            Ok(shown(conn, report, speaks)?)
        })
        .await?;
    Ok(Tagged(report))
}

/// Write a report
///
/// Creates the draft of a month with `If-None-Match: *`, or rewrites a draft or a returned report
/// with `If-Match`. What looks odd comes back as warnings.
#[utoipa::path(
    put, path = "/projects/{project_id}/reports/{month}",
    responses((status = 409, description = "The report was submitted already, or the month is not open, overdue or closed.")),
)]
pub async fn put_report(
    app: Data<App>,
    who: Permit<FileReports>,
    speaks: Language,
    path: Path<ReportPath>,
    is: Precondition,
    body: Body<ReportInput>,
) -> Result<Put<ReportView>, Problem> {
    let (Path(at), caller, now, input) = (path, who.caller, app.now(), body.0);
    let view =
        app.db.write(move |conn| write(conn, &caller, (at, is), &input, now, speaks)).await?;
    Ok(match is {
        Precondition::Absent => {
            let location = format!("/projects/{}/reports/{}", at.project_id, at.month);
            Put::Created(Created { view, location })
        }
        Precondition::Version(_) => Put::Changed(Tagged(view)),
    })
}

/// Drafts or rewrites the report of a project in sight, and records it.
///
/// # Errors
/// 404; 409 when it was handed over, or its month does not take it; 412; 422.
pub fn write(
    conn: &mut Conn,
    caller: &Caller,
    (at, is): (ReportPath, Precondition),
    input: &ReportInput,
    now: Now,
    speaks: Language,
) -> Result<ReportView, Problem> {
    let project = projects::get(conn, at.project_id, caller.sees())?;
    let figures = input.figures(&issues::ids(conn, project.id)?)?;
    may_report(&project, at.month, now.today)?;
    let warned = warnings(&figures, &context(conn, &project, at.month, now.today)?);
    let old = reports::find(conn, at.project_id, at.month)?;
    let before = match &old {
        Some(old) => Some(shown(conn, old.clone(), Language::Chinese)?),
        None => None,
    };
    let state = old.as_ref().map(|r| r.state);
    fileable(conn, caller, at.project_id, (at.month, state), now)?;
    match is.admits(old, |old, version| Report { version, ..old })? {
        None => reports::insert(conn, &Report { warnings: warned, ..draft(at, figures) })?,
        Some(old) => {
            reports::save(conn, &Report { warnings: warned, ..old.rewrite(figures)? })?;
        }
    }
    let after = reports::get(conn, at.project_id, at.month)?;
    issues::mention(conn, after.id, &distinct(&input.issue_ids))?;
    let kind = if before.is_some() { "report.rewritten" } else { "report.drafted" };
    let view = shown(conn, after.clone(), Language::Chinese)?;
    let written = event(kind, &after, changes(before.as_ref(), &view));
    events::record(conn, &caller.author, now.instant, &written)?;
    Ok(shown(conn, after, speaks)?)
}

/// A report beside its restatements, with the issues it mentions.
pub fn shown(conn: &mut Conn, report: Report, speaks: Language) -> Result<ReportView, StoreError> {
    let restated = restatements::list(conn, report.project_id, Some(report.month))?;
    let mentioned = issues::mentioned(conn, report.project_id)?;
    Ok(ReportView::of(report, speaks).beside(&restated).mentioning(&mentioned))
}

fn distinct(ids: &[IssueId]) -> Vec<IssueId> {
    ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect()
}

fn draft(at: ReportPath, figures: ReportFigures) -> Report {
    Report {
        id: ReportId(0),
        project_id: at.project_id,
        month: at.month,
        state: ReportState::Draft,
        figures,
        warnings: Vec::new(),
        return_reason: String::new(),
        submitted: None,
        first_submitted_on: None,
        confirmed: None,
        version: 1,
    }
}

/// What the report of `month` is compared with.
pub fn context(
    conn: &mut Conn,
    project: &Project,
    month: Month,
    today: NaiveDate,
) -> Result<ReportContext, StoreError> {
    let mut earlier = reports::handed_over_before(conn, project.id, month)?;
    let restated = restatements::list(conn, project.id, None)?.into_iter();
    earlier.extend(restated.filter(|r| r.month < month).map(|r| (r.month, r.amount)));
    let of_year = earlier.iter().filter(|(m, _)| m.year() == month.year());
    let plan = year_plans::find(conn, project.id, month.year())?;
    let last = reports::find(conn, project.id, month.previous())?;
    Ok(ReportContext {
        stage: project.stage,
        total: project.facts.total,
        invested_before: project.facts.invested_before,
        actual_start: project.facts.actual_start,
        other_months_of_year: of_year.map(|(_, fen)| *fen).sum(),
        other_months_ever: earlier.iter().map(|(_, fen)| *fen).sum::<Fen>(),
        annual: plan.and_then(|p| p.in_force(month).map(|v| v.annual)),
        last_month: last.map(|r| r.figures),
        construction_permit: milestones::construction_permit(conn, project.id)?,
        today,
    })
}

fn event(kind: &'static str, report: &Report, changes: Vec<Change>) -> Event {
    let month = Change::said("month", &report.month.to_string());
    let has_month = changes.iter().any(|c| c.field == "month");
    let changes = if has_month { changes } else { std::iter::once(month).chain(changes).collect() };
    Event::of_project(kind, "report", report.id.0, report.project_id, changes)
}

/// A step of a report: loads it in sight, decides, saves, and records what happened.
async fn step<P>(
    (app, once): (&App, &Once),
    who: &Permit<P>,
    speaks: Language,
    at: ReportPath,
    kind: &'static str,
    decide: impl Fn(&mut Conn, &Project, Report, &Caller, Now) -> Result<Report, Problem>
    + Send
    + 'static,
) -> Result<Tagged<ReportView>, Problem> {
    let (caller, sight, now) = (who.caller.clone(), who.sees(), app.now());
    let view = once
        .write(app, move |conn| -> Result<ReportView, Problem> {
            let project = projects::get(conn, at.project_id, sight)?;
            let old = reports::get(conn, at.project_id, at.month)?;
            let before = shown(conn, old.clone(), Language::Chinese)?;
            let decided = decide(conn, &project, old, &caller, now)?;
            reports::save(conn, &decided)?;
            let after = reports::get(conn, at.project_id, at.month)?;
            let view = shown(conn, after.clone(), Language::Chinese)?;
            let taken = event(kind, &after, changes(Some(&before), &view));
            events::record(conn, &caller.author, now.instant, &taken)?;
            Ok(shown(conn, after, speaks)?)
        })
        .await?;
    Ok(Tagged(view))
}

fn by(caller: &Caller, now: Now) -> Step {
    Step { by: Some(caller.user.id), at: now.instant }
}

/// Submit a report
///
/// Hands the draft, or a returned report, over for review.
#[utoipa::path(
    post, path = "/projects/{project_id}/reports/{month}/submission",
    responses((status = 409, description = "It is not a draft, a month of zero does not say why, or the month is not open, overdue or closed.")),
)]
pub async fn submit_report(
    app: Data<App>,
    who: Permit<FileReports>,
    speaks: Language,
    path: Path<ReportPath>,
    once: Once,
) -> Result<Tagged<ReportView>, Problem> {
    step(
        (&app, &once),
        &who,
        speaks,
        path.0,
        "report.submitted",
        |conn, project, report, caller, now| {
            fileable(conn, caller, project.id, (report.month, Some(report.state)), now)?;
            let context = context(conn, project, report.month, now.today)?;
            let warnings = warnings(&report.figures, &context);
            let submitted = report.submit(project.stage, now.today, by(caller, now))?;
            Ok(Report { warnings, ..submitted })
        },
    )
    .await
}

/// Why a report goes back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct Return {
    /// What its owner has to change.
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
}

impl Return {
    fn sample() -> serde_json::Value {
        serde_json::json!({"reason": "本月完成投资与支付凭证不符，请核对"})
    }
}

/// Return a report
///
/// Sends a submitted or confirmed report back to its owner, with a reason. A returned report does
/// not count.
#[utoipa::path(
    post, path = "/projects/{project_id}/reports/{month}/return",
    responses((status = 409, description = "It was not submitted, or the month is closed.")),
)]
pub async fn return_report(
    app: Data<App>,
    who: Permit<ReturnReports>,
    speaks: Language,
    path: Path<ReportPath>,
    body: Body<Return>,
    once: Once,
) -> Result<Tagged<ReportView>, Problem> {
    let mut check = Check::new();
    let reason = check.field("/reason", Reason::parse(&body.0.reason));
    let reason = check.done(reason)?;
    step(
        (&app, &once),
        &who,
        speaks,
        path.0,
        "report.returned",
        move |conn, project, report, caller, _| {
            must_review(conn, project, &report, caller)?;
            reviewable(conn, report.month)?;
            Ok(report.send_back(&reason)?)
        },
    )
    .await
}

/// A unit reviews where it leads, regulates or is the territory, and not what it only owns; and
/// only the commission takes back what it has confirmed.
fn must_review(
    conn: &mut Conn,
    project: &Project,
    report: &Report,
    caller: &Caller,
) -> Result<(), Problem> {
    let may = match caller.user.role {
        Role::Commission => true,
        _ if report.state == ReportState::Confirmed => false,
        Role::Unit => match caller.user.unit_id {
            Some(unit) => may_return_report(&project_units::roles(conn, project.id, unit)?),
            None => false,
        },
        Role::Area => true,
        Role::Viewer | Role::Auditor | Role::Admin => false,
    };
    if may { Ok(()) } else { Err(Problem::forbidden()) }
}

/// Confirm a report
///
/// Takes a submitted report into the figures.
#[utoipa::path(
    post, path = "/projects/{project_id}/reports/{month}/confirmation",
    responses((status = 409, description = "It was not submitted, or the month is closed.")),
)]
pub async fn confirm_report(
    app: Data<App>,
    who: Permit<ConfirmReports>,
    speaks: Language,
    path: Path<ReportPath>,
    once: Once,
) -> Result<Tagged<ReportView>, Problem> {
    step((&app, &once), &who, speaks, path.0, "report.confirmed", |conn, _, report, caller, now| {
        reviewable(conn, report.month)?;
        Ok(report.confirm(by(caller, now))?)
    })
    .await
}

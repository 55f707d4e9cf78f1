//! Form of one monthly report: edit with last month's figures beside it, check, submit.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use serde_json::{Value, json};

use crate::api::reports::handlers::ReportPath;
use crate::domain::id::IssueId;
use crate::domain::issue::IssueState;
use crate::domain::report::ReportState;
use crate::domain::words::Words;
use crate::http::body::checked;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::pages::kit::form::{Fields, Form, FormErrors, with};
use crate::pages::kit::number;
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::pages::reports::fields as report_fields;
use crate::pages::reports::fields::{FieldView, Kind};
use crate::usecases::ask::Ask;
use crate::usecases::issues::list as issue_list;
use crate::usecases::issues::view::IssueView;
use crate::usecases::permission::{FileReports, ReadProjects};
use crate::usecases::precondition::Precondition;
use crate::usecases::reports::context::ReportContextView;
use crate::usecases::reports::input::ReportInput;
use crate::usecases::reports::view::ReportView;
use crate::usecases::reports::{context, list, step, write};

/// Mounts the page.
pub(crate) fn mount(config: &mut ServiceConfig) {
    let form = web::resource("/filing/{project_id}/{month}");
    config.service(form.route(web::get().to(show)).route(web::post().to(file)));
}

/// An issue of the project; `chosen` if the report mentions it.
struct Mention {
    issue: IssueView,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "pages/report_form.html")]
struct ReportPage {
    shell: Shell,
    at: ReportPath,
    context: ReportContextView,
    report: Option<ReportView>,
    fields: Vec<FieldView>,
    mentions: Vec<Mention>,
    errors: FormErrors,
    /// Version that saving replaces; `None` for a new report.
    version: Option<i64>,
    /// Codes of the warnings already shown to the visitor.
    seen: String,
    /// True if the form can be submitted, or holds input that must not be lost.
    writes: bool,
    /// True if another user changed the report in the meantime.
    stale: bool,
}

impl ReportPage {
    /// General errors and errors of fields that the page does not show.
    fn general(&self) -> Vec<String> {
        let mut shown: Vec<&str> = self.fields.iter().map(|field| field.name).collect();
        shown.push("issue_ids");
        self.errors.others(&shown)
    }
}

/// Data of the report form.
struct ReportData {
    context: ReportContextView,
    report: Option<ReportView>,
    issues: Vec<IssueView>,
}

async fn report_data(visit: &Visit<FileReports>, at: ReportPath) -> Result<ReportData, Problem> {
    let question = move |ask: &mut Ask<'_>| {
        let context = context::get(ask, at.into())?;
        let report = list::find(ask, at.into())?;
        let issues = issue_list::of_project(ask, at.project_id)?;
        Ok(ReportData { context, report, issues })
    };
    visit.permit::<ReadProjects>()?.ask(question).await
}

/// Those that are open, or mentioned already.
fn mentions(issues: Vec<IssueView>, chosen: impl Fn(IssueId) -> bool) -> Vec<Mention> {
    let mention = |issue: IssueView| Mention { chosen: chosen(issue.id), issue };
    let all = issues.into_iter().map(mention);
    all.filter(|m| m.chosen || m.issue.facts.state != IssueState::Cleared).collect()
}

fn codes(report: &ReportView) -> String {
    report.warnings.iter().map(|w| w.code.as_str()).collect::<Vec<_>>().join(" ")
}

async fn show(
    visit: Visit<FileReports>,
    path: Path<ReportPath>,
) -> Result<impl Responder, Problem> {
    let Path(at) = path;
    let ReportData { context, report, issues } = report_data(&visit, at).await?;
    let shell = Shell::for_visit(&visit, NavItem::FILING)?;
    let none = FormErrors::default();
    let fields = report_fields::stored(&shell, &context, report.as_ref());
    let mentioned = report.as_ref().map(|r| r.issue_ids.clone()).unwrap_or_default();
    Ok(Page::of(ReportPage {
        fields,
        mentions: mentions(issues, |id| mentioned.contains(&id)),
        errors: none,
        version: report.as_ref().map(|r| r.version),
        seen: report.as_ref().map(codes).unwrap_or_default(),
        writes: context.refusal.is_none(),
        stale: false,
        shell,
        at,
        context,
        report,
    }))
}

async fn file(
    request: HttpRequest,
    visit: Visit<FileReports>,
    path: Path<ReportPath>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let Path(at) = path;
    let Form(fields) = form;
    let here = |said: &str| {
        format!("/filing/{}/{}?{}&said={said}", at.project_id, at.month, visit.choice.to_query())
    };
    let saved = match save(&visit, at, &fields).await {
        Ok(saved) => saved,
        Err(problem) => {
            let came_with = fields.number("version");
            return redisplay(
                &request,
                &visit,
                at,
                SentReport { fields: &fields, version: came_with },
                problem,
            )
            .await;
        }
    };
    if fields.get("action") != Some("submit") {
        return Ok(see_other(&here("draft-saved")));
    }
    let seen: Vec<&str> = fields.get("seen").unwrap_or_default().split(' ').collect();
    if saved.warnings.iter().any(|w| !seen.contains(&w.code.as_str())) {
        return Ok(see_other(&here("check-warnings")));
    }
    let decide = move |ask: &mut Ask<'_>| step::decide_submission(ask, at.into());
    match visit.change(decide, write::save).await {
        Ok(_) => Ok(see_other(&format!("/filing?{}&said=submitted", visit.choice.to_query()))),
        Err(problem) => {
            redisplay(
                &request,
                &visit,
                at,
                SentReport { fields: &fields, version: Some(saved.version) },
                problem,
            )
            .await
        }
    }
}

async fn save(
    visit: &Visit<FileReports>,
    at: ReportPath,
    fields: &Fields,
) -> Result<ReportView, Problem> {
    let issues = fields.all("issue_ids").map(|id| id.parse::<i64>().map_or(json!(id), Value::from));
    let body = with(report_fields::body(fields), "issue_ids", issues.collect::<Value>());
    let input = checked::<ReportInput>(body)?;
    let is = fields
        .number("version")
        .map_or(Precondition::Absent, |version| Precondition::Version(version.into()));
    visit.change(move |ask| write::decide(ask, at.into(), is, &input), write::save).await
}

/// A form as it was sent, with the version its sender had seen.
#[derive(Clone, Copy)]
struct SentReport<'a> {
    fields: &'a Fields,
    version: Option<i64>,
}

/// Shows the rejected form with its input and errors. It keeps the version it was sent with, except
/// after a conflict, when the stored version is shown beside the input.
async fn redisplay(
    request: &HttpRequest,
    visit: &Visit<FileReports>,
    at: ReportPath,
    sent: SentReport<'_>,
    problem: Problem,
) -> Result<HttpResponse, Problem> {
    let SentReport { fields, version } = sent;
    let stale = problem.status.as_u16() == 412;
    let errors = errors(problem, visit)?;
    let ReportData { context, report, issues } = report_data(visit, at).await?;
    let shell = Shell::for_visit(visit, NavItem::FILING)?;
    let shown =
        report_fields::typed(&shell, &context, report.as_ref().filter(|_| stale), fields, &errors);
    let chosen: Vec<&str> = fields.all("issue_ids").collect();
    let view = ReportPage {
        fields: shown,
        mentions: mentions(issues, |id| chosen.contains(&id.to_string().as_str())),
        errors: errors.clone(),
        version: if stale { report.as_ref().map(|r| r.version) } else { version },
        seen: fields.get("seen").unwrap_or_default().to_owned(),
        writes: true,
        stale,
        shell,
        at,
        context,
        report,
    };
    Ok(Page::with_form(view, &errors).respond_to(request))
}

fn errors(problem: Problem, visit: &Visit<FileReports>) -> Result<FormErrors, Problem> {
    if problem.code != "zero-reason-required" {
        return FormErrors::from_problem(problem, visit.language);
    }
    let why = Words::new(
        "本月完成投资为零，请说明原因。",
        "Completed investment is zero: enter the reason.",
    );
    let kept =
        Words::new("草稿已保存，但没有提交。", "The draft is saved, but it was not submitted.");
    let mut errors = FormErrors::of_field("zero_reason", &why, visit.language);
    errors.general.push(kept.say(visit.language));
    Ok(errors)
}

//! 审核: the review queue and the months of the year.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use chrono::{Days, NaiveDate};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::reports::handlers::ReportPath;
use crate::domain::account::access::Action;
use crate::domain::month::{Month, Year};
use crate::domain::report::ReportState;
use crate::domain::report::warning;
use crate::domain::words::Words;
use crate::http::free_text::PARAMETER;
use crate::http::problem::Problem;
use crate::pages::kit::form::{Form, FormErrors};
use crate::pages::kit::number;
use crate::pages::kit::rejected_form::RejectedForm;
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::pages::reports::deciding::{
    RefusedReport, checkbox_value, decide_all, outcome, parse_checkbox_value,
};
use crate::store::PageRequest;
use crate::store::reports::review::ReviewFilter;
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::permission::{ReadProjects, ReturnReports};
use crate::usecases::projects::filter::PlaceFilter;
use crate::usecases::projects::records::RecordQuery;
use crate::usecases::reference::names::Names;
use crate::usecases::reporting_months::filings::{self, MonthFilings};
use crate::usecases::reports::review::{self, ReviewItem};

/// Mounts the page.
pub(crate) fn mount(config: &mut ServiceConfig) {
    let queue = web::resource("/review");
    config.service(queue.route(web::get().to(show)).route(web::post().to(decide)));
}

/// Filters of the review queue.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct QueueQuery {
    /// Month.
    #[param(nullable = false)]
    pub month: Option<Month>,
    /// State; default `submitted`.
    #[param(nullable = false)]
    pub state: Option<ReportState>,
    /// Area code of the project.
    #[param(nullable = false)]
    pub area: Option<String>,
    /// Industry code of the project.
    #[param(nullable = false)]
    pub industry: Option<String>,
    /// `any` warning, `none`, or a warning code.
    #[param(nullable = false, pattern = "^[a-z-]{1,40}$")]
    pub warning: Option<String>,
    /// Pagination cursor.
    #[param(nullable = false)]
    pub cursor: Option<String>,
    /// Number of reports decided by the last action, for the notice.
    #[param(nullable = false)]
    pub done: Option<i64>,
}

impl QueueQuery {
    fn state(&self) -> ReportState {
        self.state.unwrap_or(ReportState::Submitted)
    }

    /// Areas and industries of the projects.
    fn places(&self) -> PlaceFilter {
        let list = |one: &Option<String>| one.iter().cloned().collect();
        PlaceFilter { industry: list(&self.industry), area: list(&self.area) }
    }

    /// The reports of the queue.
    fn filter(&self) -> ReviewFilter {
        let warned = match self.warning.as_deref() {
            Some("any") => Some(true),
            Some("none") => Some(false),
            Some(_) | None => None,
        };
        ReviewFilter {
            months: self.month.into_iter().collect(),
            states: vec![self.state()],
            warned,
            warning: self.warning.clone().filter(|_| warned.is_none()),
            ..ReviewFilter::default()
        }
    }
}

/// Form that opens a month, with defaults.
struct Opening {
    /// Months that can be opened.
    months: Vec<Month>,
    /// Default month.
    next: Month,
    /// Default opening day.
    opens_on: NaiveDate,
    /// Default due date.
    due_on: NaiveDate,
}

impl Opening {
    /// The form, or `None` if all months of the year are opened. The default is the month after the
    /// latest opened one.
    fn next(year: Year, opened: &[MonthFilings]) -> Option<Self> {
        let known = |month: &Month| opened.iter().any(|row| row.month.month == *month);
        let months: Vec<Month> = year.months().filter(|m| !known(m)).collect();
        let last = opened.last().map(|row| row.month.month);
        let after = months.iter().find(|m| last.is_none_or(|last| **m > last));
        let next = *after.or(months.first())?;
        let opens_on = next.next().first_day();
        Some(Self { months, next, opens_on, due_on: opens_on + Days::new(4) })
    }
}

/// Reports on one page of the queue.
const QUEUE_LENGTH: i64 = 50;

/// States offered by the filter.
const STATES: [ReportState; 3] =
    [ReportState::Submitted, ReportState::Confirmed, ReportState::Returned];

#[derive(Template)]
#[template(path = "pages/review.html")]
struct ReviewPage {
    shell: Shell,
    asked: QueueQuery,
    queue: PageView<ReviewItem>,
    months: Vec<MonthFilings>,
    opening: Option<Opening>,
    names: Names,
    refused: Vec<RefusedReport>,
    rejected: RejectedForm,
    /// Query of the queue, for links and forms.
    queue_query: String,
}

impl ReviewPage {
    fn ticked(&self, item: &ReviewItem) -> bool {
        let at = ReportPath { project_id: item.report.project_id, month: item.report.month };
        self.rejected.ticked("decide", "report", &checkbox_value(at), false)
    }

    /// Codes and names of warnings in the page language.
    fn warning_kinds(&self) -> Vec<(&'static str, &'static str)> {
        let name = |(code, zh, en)| (code, self.shell.t(zh, en));
        warning::KINDS.into_iter().map(name).collect()
    }

    /// Month filter; empty for none.
    fn month(&self) -> String {
        self.asked.month.map(|month| month.to_string()).unwrap_or_default()
    }
}

async fn show(visit: Visit<ReturnReports>) -> Result<impl Responder, Problem> {
    Ok(Page::of(page(&visit, Vec::new(), RejectedForm::default()).await?))
}

async fn page(
    visit: &Visit<ReturnReports>,
    refused: Vec<RefusedReport>,
    rejected: RejectedForm,
) -> Result<ReviewPage, Problem> {
    let asked = visit.query_params::<QueueQuery>()?;
    let year = visit.choice.year;
    let places = asked.places();
    let filter = asked.filter();
    let page = PageRequest::new(QUEUE_LENGTH, asked.cursor.clone());
    let read = move |ask: &mut Ask<'_>| {
        let queue = review::list(ask, &places, &RecordQuery::default(), filter, &page)?;
        let months = filings::of_year(ask, year)?;
        Ok(QueueData { queue, months, names: Names::read(ask)? })
    };
    let shell = Shell::for_visit(visit, NavItem::REVIEW)?;
    let QueueData { queue, months, names } = visit.permit::<ReadProjects>()?.ask(read).await?;
    let opening = shell.may(Action::KeepMonths).then(|| Opening::next(year, &months)).flatten();
    let queue_query = queue_query(visit).finish();
    Ok(ReviewPage { shell, asked, queue, months, opening, names, refused, rejected, queue_query })
}

/// What the page reads in one snapshot.
struct QueueData {
    queue: PageView<ReviewItem>,
    months: Vec<MonthFilings>,
    names: Names,
}

/// Shows the page with the rejected form that opens a month.
pub(crate) async fn redisplay(
    request: &HttpRequest,
    visit: &Visit<ReturnReports>,
    rejected: RejectedForm,
) -> Result<HttpResponse, Problem> {
    let errors = rejected.errors().clone();
    let view = page(visit, Vec::new(), rejected).await?;
    Ok(Page::with_form(view, &errors).respond_to(request))
}

async fn decide(
    request: HttpRequest,
    visit: Visit<ReturnReports>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let Form(fields) = form;
    let chosen: Vec<ReportPath> = fields.all("report").filter_map(parse_checkbox_value).collect();
    let decided = if chosen.is_empty() {
        let words = Words::new(
            "请先勾选月报，再确认或退回。",
            "Select reports first, then confirm or return them.",
        );
        Err(FormErrors::of_form(&words, visit.language))
    } else {
        decide_all(&visit, &fields, &chosen).await?
    };
    let confirms = fields.get("action") == Some("confirm");
    let (errors, refused) = match decided {
        Ok((done, refused)) if refused.is_empty() => {
            return Ok(see_other(&queue_address(
                &visit,
                if confirms { "confirmed" } else { "returned" },
                done,
            )));
        }
        Ok((done, refused)) => {
            let said = outcome(confirms, done, refused.len());
            (FormErrors::of_form(&said, visit.language), refused)
        }
        Err(errors) => (errors, Vec::new()),
    };
    let rejected = RejectedForm::new("decide", errors.clone(), fields);
    let view = page(&visit, refused, rejected).await?;
    Ok(Page::with_form(view, &errors).respond_to(&request))
}

/// Query of the queue without notice parameters.
fn queue_query(visit: &Visit<ReturnReports>) -> form_urlencoded::Serializer<'static, String> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(visit.query.as_bytes()) {
        if !["said", PARAMETER, "done", "cursor"].contains(&name.as_ref()) && !value.is_empty() {
            query.append_pair(&name, &value);
        }
    }
    query
}

/// Address of the queue with the notice of the action.
fn queue_address(visit: &Visit<ReturnReports>, said: &str, done: usize) -> String {
    let mut query = queue_query(visit);
    query.append_pair("said", said).append_pair("done", &done.to_string());
    format!("/review?{}", query.finish())
}

//! 填报: reports to file, returned reports and submitted reports.

use actix_web::Responder;
use actix_web::web::{self, ServiceConfig};
use askama::Template;

use crate::api::issues::handlers::IdPage;
use crate::api::reporting_months::filings::{Filing, FilingQuery, list_filings};
use crate::api::reporting_months::handlers::{MonthPath, YearQuery, list_reporting_months};
use crate::api::reporting_months::late_grants::{LateGrantView, list_late_grants};
use crate::api::reports::review::{ReviewQuery, list_all_reports};
use crate::domain::account::access::Action;
use crate::domain::id::ProjectId;
use crate::domain::month::Month;
use crate::domain::reference::unit::UnitRole;
use crate::domain::report::ReportState;
use crate::domain::report::filings::FilingStatus;
use crate::domain::reporting_month::MonthState;
use crate::http::problem::Problem;
use crate::http::query::{Both, Path, Query, WHOLE};
use crate::pages::kit::number;
use crate::pages::kit::reply::Page;
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::permission::{FileReports, ReadProjects};
use crate::usecases::projects::filter::{FilterQuery, PlaceFilter};
use crate::usecases::reporting_months::view::ReportingMonthView;
use crate::usecases::reports::review::ReviewItem;

/// Mounts the page.
pub fn mount(config: &mut ServiceConfig) {
    config.service(web::resource("/filing").route(web::get().to(show)));
}

/// Maximum number of missing reports shown per month; a link leads to the rest.
const MAX_MISSING_SHOWN: usize = 50;

/// A report that is not submitted yet.
struct OwedReport {
    filing: Filing,
    reason: String,
}

/// An open month with its reports to file.
struct OwedMonth {
    month: ReportingMonthView,
    days_left: i64,
    due: usize,
    owed: usize,
    shown: Vec<OwedReport>,
    grants: Vec<LateGrantView>,
}

impl OwedMonth {
    fn days_late(&self) -> i64 {
        -self.days_left
    }
}

#[derive(Template)]
#[template(path = "pages/filing.html")]
struct FilingPage {
    shell: Shell,
    months: Vec<OwedMonth>,
    recent: Vec<ReviewItem>,
    /// True if the page lists only projects of the visitor's own unit.
    own: bool,
}

async fn show(visit: Visit<FileReports>) -> Result<impl Responder, Problem> {
    let shell = Shell::for_visit(&visit, NavItem::FILING).await?;
    let year = Query(YearQuery { year: None });
    let all = list_reporting_months(visit.app.clone(), visit.permit()?, year).await?.0;
    let (today, mut months) = (visit.now.today, Vec::new());
    for month in all.items {
        if month.state == MonthState::Open && month.opens_on <= today {
            months.push(owed_in(&visit, month).await?);
        }
    }
    let states = vec![ReportState::Submitted, ReportState::Confirmed];
    let recent = reports(&visit, Vec::new(), states, 20).await?;
    let own = visit.who.caller.user.unit_id.is_some();
    Ok(Page::of(FilingPage { shell, months, recent, own }))
}

/// A unit files the reports of projects it owns; other roles file for all projects visible to them.
fn filing_scope(visit: &Visit<FileReports>) -> FilterQuery {
    match visit.who.caller.user.unit_id {
        Some(unit) => {
            FilterQuery { unit: vec![unit], role: Some(UnitRole::Owner), ..FilterQuery::default() }
        }
        None => FilterQuery::default(),
    }
}

async fn owed_in(
    visit: &Visit<FileReports>,
    month: ReportingMonthView,
) -> Result<OwedMonth, Problem> {
    let at = MonthPath { month: month.month };
    let asked = FilingQuery { status: Vec::new(), late: None, limit: WHOLE, cursor: None };
    let asked = Query(Both(filing_scope(visit), asked));
    let who = visit.permit::<ReadProjects>()?;
    let all = list_filings(visit.app.clone(), who, Path(at), asked).await?.0.items;
    let (due, mut open) = (all.len(), all);
    open.retain(|f| matches!(f.status, FilingStatus::Returned | FilingStatus::Missing));
    // Returned reports first, then drafts.
    open.sort_by_key(|f| (f.status != FilingStatus::Returned, f.report.is_none()));
    let mut reasons = reasons(visit, month.month, &open).await?;
    let owed = open.len();
    let with_reason = |filing: Filing| {
        let reason = reasons.remove(&filing.project_id).unwrap_or_default();
        OwedReport { filing, reason }
    };
    let grants = grants(visit, at, &open).await?;
    let shown = open.into_iter().take(MAX_MISSING_SHOWN).map(with_reason).collect();
    let days_left = (month.due_on - visit.now.today).num_days();
    Ok(OwedMonth { month, days_left, due, owed, shown, grants })
}

/// Return reasons of the reports of a month, by project.
async fn reasons(
    visit: &Visit<FileReports>,
    month: Month,
    open: &[Filing],
) -> Result<std::collections::BTreeMap<ProjectId, String>, Problem> {
    if !open.iter().any(|f| f.status == FilingStatus::Returned) {
        return Ok(std::collections::BTreeMap::new());
    }
    let returned = reports(visit, vec![month], vec![ReportState::Returned], WHOLE).await?;
    Ok(returned.into_iter().map(|r| (r.report.project_id, r.report.return_reason)).collect())
}

/// Late-filing grants in force, of units with missing reports.
async fn grants(
    visit: &Visit<FileReports>,
    at: MonthPath,
    open: &[Filing],
) -> Result<Vec<LateGrantView>, Problem> {
    let mine = visit.who.caller.user.unit_id;
    let all = list_late_grants(visit.app.clone(), visit.permit()?, Path(at)).await?.0.items;
    let concerns = |grant: &LateGrantView| match mine {
        Some(unit) => grant.unit_id == unit,
        None => open.iter().any(|f| f.owners.contains(&grant.unit)),
    };
    Ok(all.into_iter().filter(|grant| grant.active && concerns(grant)).collect())
}

/// Latest reports of some months and states.
async fn reports(
    visit: &Visit<FileReports>,
    month: Vec<Month>,
    state: Vec<ReportState>,
    limit: i64,
) -> Result<Vec<ReviewItem>, Problem> {
    let places = PlaceFilter { industry: Vec::new(), area: Vec::new() };
    let asked = ReviewQuery { month, state, warned: None, warning: None, latest_first: true };
    let query = Query(Both(places, Both(asked, IdPage { limit, cursor: None })));
    let who = visit.permit::<ReadProjects>()?;
    Ok(list_all_reports(who, query).await?.0.items)
}

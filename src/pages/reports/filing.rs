//! 填报: reports to file, returned reports and submitted reports.

use actix_web::Responder;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use chrono::NaiveDate;

use crate::domain::account::access::Action;
use crate::domain::id::UnitId;
use crate::domain::reference::unit::UnitRole;
use crate::domain::report::ReportState;
use crate::domain::report::filings::FilingStatus;
use crate::http::problem::Problem;
use crate::pages::kit::number;
use crate::pages::kit::reply::Page;
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::store::PageRequest;
use crate::store::reports::review::ReviewFilter;
use crate::usecases::ask::Ask;
use crate::usecases::permission::{FileReports, ReadProjects};
use crate::usecases::projects::filter::{FilterQuery, PlaceFilter};
use crate::usecases::projects::records::RecordQuery;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::filings::FilingView;
use crate::usecases::reporting_months::late_grants::LateGrantView;
use crate::usecases::reporting_months::to_file::{self, OpenMonth};
use crate::usecases::reporting_months::view::ReportingMonthView;
use crate::usecases::reports::review::{self, ReviewItem};

/// Mounts the page.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config.service(web::resource("/filing").route(web::get().to(show)));
}

/// Maximum number of missing reports shown per month; a link leads to the rest.
const MAX_MISSING_SHOWN: usize = 50;

/// Number of submitted reports shown.
const RECENT_SHOWN: i64 = 20;

/// A report that is not submitted yet.
struct OwedReport {
    filing: FilingView,
    reason: String,
    /// True if its terminated project needs a late grant first.
    locked: bool,
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
    /// The reports of `open` that are not filed: returned ones first, then drafts. `unit` is the
    /// visitor's; without one, grants to all owners of these reports are shown.
    fn of(open: OpenMonth, today: NaiveDate, unit: Option<UnitId>) -> Self {
        let OpenMonth { month, filings, mut return_reasons, mut grants, locked } = open;
        let due = filings.len();
        let mut unfiled = filings;
        unfiled.retain(|f| !f.status.is_filed());
        unfiled.sort_by_key(|f| (f.status != FilingStatus::Returned, f.report.is_none()));
        let owed = unfiled.len();
        grants.retain(|grant| {
            let concerns = match unit {
                Some(unit) => grant.unit_id == unit,
                None => unfiled.iter().any(|f| f.owners.contains(&grant.unit)),
            };
            grant.active && concerns
        });
        let with_reason = |filing: FilingView| {
            let reason = return_reasons.remove(&filing.project_id).unwrap_or_default();
            OwedReport { locked: locked.contains(&filing.project_id), filing, reason }
        };
        let shown = unfiled.into_iter().take(MAX_MISSING_SHOWN).map(with_reason).collect();
        let days_left = (month.due_on - today).num_days();
        Self { month, days_left, due, owed, shown, grants }
    }

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

/// What the page reads in one snapshot.
struct FilingData {
    months: Vec<OpenMonth>,
    recent: Vec<ReviewItem>,
}

async fn show(visit: Visit<FileReports>) -> Result<impl Responder, Problem> {
    let unit = visit.who.caller.user.unit_id;
    let read = move |ask: &mut Ask<'_>| {
        let months = to_file::open_months(ask, &projects_of(unit))?;
        Ok(FilingData { months, recent: recent(ask)? })
    };
    let FilingData { months, recent } = visit.permit::<ReadProjects>()?.ask(read).await?;
    let shell = Shell::for_visit(&visit, NavItem::FILING)?;
    let today = visit.now.today;
    let months = months.into_iter().map(|open| OwedMonth::of(open, today, unit)).collect();
    Ok(Page::of(FilingPage { shell, months, recent, own: unit.is_some() }))
}

/// A unit files the reports of projects it owns; other roles file for all projects visible to them.
fn projects_of(unit: Option<UnitId>) -> FilterQuery {
    FilterQuery {
        unit: unit.into_iter().collect(),
        role: unit.map(|_| UnitRole::Owner),
        ..FilterQuery::default()
    }
}

/// The latest submitted and confirmed reports.
fn recent(ask: &mut Ask<'_>) -> Result<Vec<ReviewItem>, Refusal> {
    let everywhere = PlaceFilter { industry: Vec::new(), area: Vec::new() };
    let filter = ReviewFilter {
        states: vec![ReportState::Submitted, ReportState::Confirmed],
        latest_first: true,
        ..ReviewFilter::default()
    };
    let page = PageRequest::new(RECENT_SHOWN, None);
    Ok(review::list(ask, &everywhere, &RecordQuery::default(), filter, &page)?.items)
}

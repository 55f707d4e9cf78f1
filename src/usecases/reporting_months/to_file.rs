//! The open months with the reports that are to be filed in them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::domain::id::ProjectId;
use crate::domain::month::Year;
use crate::domain::project::Stage;
use crate::domain::report::filings::FilingStatus;
use crate::domain::report::{Report, ReportState, may_file_when_terminated};
use crate::domain::reporting_month::{MonthState, ReportingMonth};
use crate::store::reports::review::{self, ReviewFilter};
use crate::store::{PageRequest, projects, reporting_months};
use crate::usecases::ask::Ask;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::filings::{FilingView, FilingYear};
use crate::usecases::reporting_months::gates::is_granted;
use crate::usecases::reporting_months::late_grants::{self, LateGrantView};
use crate::usecases::reporting_months::view::ReportingMonthView;

/// An open month with its filings.
pub(crate) struct OpenMonth {
    /// The month.
    pub month: ReportingMonthView,
    /// Its filings, by project id.
    pub filings: Vec<FilingView>,
    /// Return reasons of its returned reports, by project.
    pub return_reasons: BTreeMap<ProjectId, String>,
    /// Its late grants, newest first.
    pub grants: Vec<LateGrantView>,
    /// Terminated projects whose unfiled report the caller could only file under a late grant.
    pub locked: BTreeSet<ProjectId>,
}

/// The months that accept reports today, earliest first, with the filings of the projects
/// that `filter` selects.
///
/// # Errors
/// 400 with every unknown code of `filter`.
pub(crate) fn open_months(
    ask: &mut Ask<'_>,
    filter: &FilterQuery,
) -> Result<Vec<OpenMonth>, Refusal> {
    let mut months = reporting_months::list(ask.conn, None)?;
    months.retain(|m| m.state == MonthState::Open && m.opens_on <= ask.now.today);
    let mut years: BTreeMap<Year, FilingYear> = BTreeMap::new();
    let mut open = Vec::new();
    for month in months {
        let year = month.month.year();
        let read = match years.entry(year) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let filter = filter.known(ask.conn, Some(year))?;
                place.insert(FilingYear::read(ask, year, &filter)?)
            }
        };
        let filings = read.views(ask, &month)?;
        open.push(OpenMonth {
            return_reasons: return_reasons(ask, &month, &filings)?,
            locked: locked(ask, &month, &filings)?,
            grants: late_grants::list(ask, month.month)?,
            month: month.into(),
            filings,
        });
    }
    Ok(open)
}

fn locked(
    ask: &mut Ask<'_>,
    month: &ReportingMonth,
    filings: &[FilingView],
) -> Result<BTreeSet<ProjectId>, Refusal> {
    let mut locked = BTreeSet::new();
    for filing in filings.iter().filter(|f| f.stage == Stage::Terminated && !f.status.is_filed()) {
        let sight = ask.sight();
        let project = projects::get(ask.conn, filing.project_id, sight)?;
        let granted = is_granted(ask, month, project.id)?;
        if may_file_when_terminated(&project, filing.report, granted).is_err() {
            locked.insert(project.id);
        }
    }
    Ok(locked)
}

fn return_reasons(
    ask: &mut Ask<'_>,
    month: &ReportingMonth,
    filings: &[FilingView],
) -> Result<BTreeMap<ProjectId, String>, Refusal> {
    if !filings.iter().any(|f| f.status == FilingStatus::Returned) {
        return Ok(BTreeMap::new());
    }
    let filter = ReviewFilter {
        months: vec![month.month],
        states: vec![ReportState::Returned],
        ..ReviewFilter::default()
    };
    let sight = ask.sight();
    let returned = review::list(ask.conn, &filter, sight, &PageRequest::whole())?;
    let reason = |(report, _): (Report, String)| (report.project_id, report.return_reason);
    Ok(returned.items.into_iter().map(reason).collect())
}

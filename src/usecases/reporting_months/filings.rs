//! Filings of reporting months: which reports count, and which are late or missing.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::figures::summary::ProjectYear;
use crate::domain::id::{AreaId, IndustryId, ProjectId, UnitId};
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::domain::project::Stage;
use crate::domain::report::ReportState;
use crate::domain::report::filings::{CountedReport, Deadline, FilingStatus, Filings};
use crate::domain::reporting_month::ReportingMonth;
use crate::store::projects::ProjectFilter;
use crate::store::reference::{areas, industries};
use crate::store::reporting_months::filings::{Owner, owners, project_names};
use crate::store::{PageRequest, figures, reporting_months};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::view::ReportingMonthView;

/// Number of reports that count in a month, by status.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Filings)]
pub(crate) struct FilingsView {
    /// Reports owed, plus reports filed without being owed: `confirmed` + `submitted` + `returned` +
    /// `missing`.
    pub due: i64,
    /// Confirmed reports.
    pub confirmed: i64,
    /// Submitted reports that await review.
    pub submitted: i64,
    /// Reports returned for correction and not resubmitted.
    pub returned: i64,
    /// Reports not begun, or begun as a draft and not submitted.
    pub missing: i64,
    /// Reports that were first submitted after the due date, or are overdue and were never
    /// submitted.
    pub late: i64,
}

impl From<Filings> for FilingsView {
    fn from(filings: Filings) -> Self {
        let Filings { due, confirmed, submitted, returned, missing, late } = filings;
        Self { due, confirmed, submitted, returned, missing, late }
    }
}

/// Filings of one area, industry line or owning unit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FilingsRow {
    /// Code of the area or industry line, or name of the unit.
    pub of: String,
    /// The unit's id; absent on rows of areas and industry lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub unit_id: Option<UnitId>,
    /// Counts of the row.
    #[serde(flatten)]
    pub filings: FilingsView,
}

/// A report that counts in a month, with its status.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Filing)]
pub(crate) struct FilingView {
    /// The project's id.
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    /// The code of the project's industry line.
    pub industry: String,
    /// The code of the project's area.
    pub area: String,
    /// The names of the project's owning units.
    pub owners: Vec<String>,
    /// The project's stage; absent in bulletins. A terminated project files the months up to its end
    /// under a late grant.
    #[schema(required = false)]
    pub stage: Stage,
    /// Status of the report.
    pub status: FilingStatus,
    /// State of the report; absent if none has been begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub report: Option<ReportState>,
    /// True if it was first submitted after the due date, or is overdue and was never submitted.
    pub late: bool,
    /// Business day on which it was first submitted; null if it never was. A return does not change
    /// it.
    pub first_submitted_on: Option<NaiveDate>,
}

/// A reporting month with what became of the reports owed in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReportingMonthStatus {
    /// Dates and state of the month.
    #[serde(flatten)]
    pub month: ReportingMonthView,
    /// Counts over all projects the caller may see.
    pub filings: FilingsView,
    /// Counts by area, in the order of the areas.
    pub by_area: Vec<FilingsRow>,
    /// Counts by industry line, in the order of the industry tree.
    pub by_industry: Vec<FilingsRow>,
    /// Counts by owning unit. A project with several owners is in the row of each, one without
    /// owner in none.
    pub by_unit: Vec<FilingsRow>,
}

/// A reporting month, with the number of reports owed in it by status.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct MonthFilings {
    /// Dates and state of the month.
    #[serde(flatten)]
    pub month: ReportingMonthView,
    /// Counts over the projects the caller may see.
    pub filings: FilingsView,
}

/// Which filings of a month to list.
#[derive(Clone, Debug, Default)]
pub(crate) struct FilingFilter {
    /// Filters of the projects.
    pub projects: FilterQuery,
    /// Only filings with one of these statuses; all if empty.
    pub status: Vec<FilingStatus>,
    /// If true, only late filings; if false, only those that are not late.
    pub late: Option<bool>,
}

/// Code of an area or industry line. Ordered by position.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct ListedCode {
    position: i32,
    code: String,
}

/// A counted report with what its row shows.
struct Filing {
    project: ProjectId,
    stage: Stage,
    area: ListedCode,
    industry: ListedCode,
    owners: Vec<Owner>,
    report: CountedReport,
}

impl Filing {
    fn view(self, project: String) -> FilingView {
        let CountedReport { status, state, first_submitted_on, late } = self.report;
        FilingView {
            project_id: self.project,
            project,
            industry: self.industry.code,
            area: self.area.code,
            owners: self.owners.into_iter().map(|owner| owner.name).collect(),
            stage: self.stage,
            status,
            report: state,
            late,
            first_submitted_on,
        }
    }
}

/// The projects of a year that the caller sees. The reports owed do not depend on the last month of
/// the period, so one read serves all months of the year.
pub(super) struct FilingYear {
    projects: Vec<ProjectYear>,
    today: NaiveDate,
}

impl FilingYear {
    /// Reads the projects that `filter` selects.
    pub(super) fn read(
        ask: &mut Ask<'_>,
        year: Year,
        filter: &ProjectFilter,
    ) -> Result<Self, Refusal> {
        let sight = ask.sight();
        let projects =
            figures::project_years(ask.conn, filter, sight, year.december(), Basis::Current)?;
        Ok(Self { projects, today: ask.now.today })
    }

    fn counts(&self, month: &ReportingMonth) -> FilingsView {
        let deadline = self.deadline(month);
        let mut filings = Filings::default();
        for project in &self.projects {
            if let Some(report) = project.counted_report(month.month, deadline) {
                filings.count(report);
            }
        }
        filings.into()
    }

    fn deadline(&self, month: &ReportingMonth) -> Deadline {
        Deadline { due_on: Some(month.due_on), today: self.today }
    }

    fn filings(&self, ask: &mut Ask<'_>, month: &ReportingMonth) -> Result<Vec<Filing>, Refusal> {
        let deadline = self.deadline(month);
        let mut owners = owners(ask.conn, self.projects.iter().map(|p| p.id))?;
        let areas: BTreeMap<AreaId, ListedCode> = areas::all(ask.conn)?
            .into_iter()
            .map(|a| (a.id, ListedCode { position: a.position, code: a.code }))
            .collect();
        let industries: BTreeMap<IndustryId, ListedCode> = industries::all(ask.conn)?
            .into_iter()
            .map(|i| (i.id, ListedCode { position: i.position, code: i.code }))
            .collect();
        let counted = self.projects.iter().filter_map(|project| {
            Some(Filing {
                report: project.counted_report(month.month, deadline)?,
                project: project.id,
                stage: project.stage,
                area: areas.get(&project.area).cloned().unwrap_or_default(),
                industry: industries.get(&project.industry).cloned().unwrap_or_default(),
                owners: owners.remove(&project.id).unwrap_or_default(),
            })
        });
        Ok(counted.collect())
    }

    /// The filings of `month`, by project id.
    pub(super) fn views(
        &self,
        ask: &mut Ask<'_>,
        month: &ReportingMonth,
    ) -> Result<Vec<FilingView>, Refusal> {
        let filings = self.filings(ask, month)?;
        let ids: Vec<ProjectId> = filings.iter().map(|f| f.project).collect();
        let mut names = project_names(ask.conn, &ids)?;
        let named = |f: Filing| {
            let name = names.remove(&f.project).unwrap_or_default();
            f.view(name)
        };
        Ok(filings.into_iter().map(named).collect())
    }
}

/// Dates and state of a month, with its filings in total, by area, industry line and owning unit.
///
/// # Errors
/// Not found if the month was never opened.
pub(crate) fn status(ask: &mut Ask<'_>, month: Month) -> Result<ReportingMonthStatus, Refusal> {
    let month = reporting_months::get(ask.conn, month)?;
    let year = FilingYear::read(ask, month.month.year(), &ProjectFilter::default())?;
    let filings = year.filings(ask, &month)?;
    let of_code = |listed: ListedCode| (listed.code, None);
    Ok(ReportingMonthStatus {
        filings: year.counts(&month),
        by_area: rows(&filings, |f| vec![f.area.clone()], of_code),
        by_industry: rows(&filings, |f| vec![f.industry.clone()], of_code),
        by_unit: rows(&filings, |f| f.owners.clone(), |owner| (owner.name, Some(owner.id))),
        month: month.into(),
    })
}

fn rows<K: Ord>(
    filings: &[Filing],
    keys: impl Fn(&Filing) -> Vec<K>,
    name: impl Fn(K) -> (String, Option<UnitId>),
) -> Vec<FilingsRow> {
    let mut rows: BTreeMap<K, Filings> = BTreeMap::new();
    for filing in filings {
        for key in keys(filing) {
            rows.entry(key).or_default().count(filing.report);
        }
    }
    let row = |(key, filings): (K, Filings)| {
        let (of, unit_id) = name(key);
        FilingsRow { of, unit_id, filings: filings.into() }
    };
    rows.into_iter().map(row).collect()
}

/// The reporting months of a year with their counts, earliest first.
///
/// # Errors
/// Database errors only.
pub(crate) fn of_year(ask: &mut Ask<'_>, year: Year) -> Result<Vec<MonthFilings>, Refusal> {
    let months = reporting_months::list(ask.conn, Some(year))?;
    let counted = FilingYear::read(ask, year, &ProjectFilter::default())?;
    let of_month = |month: ReportingMonth| MonthFilings {
        filings: counted.counts(&month),
        month: month.into(),
    };
    Ok(months.into_iter().map(of_month).collect())
}

/// The filings of a month, by project id.
///
/// # Errors
/// Not found if the month was never opened; an unknown code; a cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    month: Month,
    filter: &FilingFilter,
    page: &PageRequest,
) -> Result<PageView<FilingView>, Refusal> {
    let month = reporting_months::get(ask.conn, month)?;
    let projects = filter.projects.known(ask.conn, Some(month.month.year()))?;
    let mut rows = FilingYear::read(ask, month.month.year(), &projects)?.filings(ask, &month)?;
    rows.retain(|f| {
        (filter.status.is_empty() || filter.status.contains(&f.report.status))
            && filter.late.is_none_or(|late| late == f.report.late)
    });
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let after = page.after_id()?.unwrap_or(0);
    rows.retain(|f| f.project.0 > after);
    rows.truncate(usize::try_from(page.rows_to_fetch()).unwrap_or(usize::MAX));
    let ids: Vec<ProjectId> = rows.iter().map(|f| f.project).collect();
    let mut names = project_names(ask.conn, &ids)?;
    let view = |f: Filing| {
        let name = names.remove(&f.project).unwrap_or_default();
        Ok(f.view(name))
    };
    let page = page.by_id(rows, total, |f| f.project.0, view)?;
    Ok(PageView::of(page, |filing| filing))
}

//! Filings of a reporting month: which reports are owed, filed, late or missing.

use std::collections::BTreeMap;

use actix_web::web::Data;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::reporting_months::handlers::MonthPath;
use crate::domain::account::access::Sight;
use crate::domain::figures::summary::ProjectYear;
use crate::domain::id::{ProjectId, UnitId};
use crate::domain::plan::year_plan::Basis;
use crate::domain::report::ReportState;
use crate::domain::report::filings::{FilingStatus, Filings, is_late};
use crate::domain::reporting_month::ReportingMonth;
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Both, Path, Query};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::figures::source::Source;
use crate::store::projects::ProjectFilter;
use crate::store::{Conn, PageRequest, figures as summaries, reporting_months};
use crate::usecases::answer::PageView;
use crate::usecases::figures::key_names::KeyNames;
use crate::usecases::permission::ReadProjects;
use crate::usecases::projects::filter::FilterQuery;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["reporting_months"; list_filings]
}

/// Number of reports owed in a month, by status.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Filings)]
pub struct FilingsView {
    /// Reports owed: `confirmed` + `submitted` + `returned` + `missing`.
    pub due: i64,
    /// Confirmed reports.
    pub confirmed: i64,
    /// Submitted reports that await review.
    pub submitted: i64,
    /// Reports returned for correction and not resubmitted.
    pub returned: i64,
    /// Reports not begun, or begun as a draft and not submitted.
    pub missing: i64,
    /// Reports owed that were first submitted after the due date, or are overdue and were never
    /// submitted.
    pub late: i64,
}

impl From<Filings> for FilingsView {
    fn from(filings: Filings) -> Self {
        Self {
            due: filings.due,
            confirmed: filings.confirmed,
            submitted: filings.submitted,
            returned: filings.returned,
            missing: filings.missing,
            late: filings.late,
        }
    }
}

/// Filings of one area, industry line or owning unit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FilingsRow {
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

/// A report owed by a project, with its status.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Filing {
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

struct Owed {
    project: ProjectId,
    area: (i32, String),
    industry: (i32, String),
    owners: Vec<(String, UnitId)>,
    report: Option<ReportState>,
    late: bool,
    first_submitted_on: Option<NaiveDate>,
}

impl Owed {
    fn status(&self) -> FilingStatus {
        FilingStatus::of(self.report)
    }
}

/// The reports owed in a month.
pub struct AllOwed(Vec<Owed>);

impl AllOwed {
    /// Counts over all of them.
    pub fn all(&self) -> FilingsView {
        let mut filings = Filings::default();
        for owed in &self.0 {
            filings.count(owed.status(), owed.late);
        }
        filings.into()
    }

    fn by<K: Ord>(
        &self,
        keys: impl Fn(&Owed) -> Vec<K>,
        name: impl Fn(K) -> (String, Option<UnitId>),
    ) -> Vec<FilingsRow> {
        let mut rows: BTreeMap<K, Filings> = BTreeMap::new();
        for owed in &self.0 {
            for key in keys(owed) {
                rows.entry(key).or_default().count(owed.status(), owed.late);
            }
        }
        let row = |(key, filings): (K, Filings)| {
            let (of, unit_id) = name(key);
            FilingsRow { of, unit_id, filings: filings.into() }
        };
        rows.into_iter().map(row).collect()
    }

    /// Counts by area, in the order of the areas.
    pub fn by_area(&self) -> Vec<FilingsRow> {
        self.by(|o| vec![o.area.clone()], |(_, code)| (code, None))
    }

    /// Counts by industry line, in the order of the industry tree.
    pub fn by_industry(&self) -> Vec<FilingsRow> {
        self.by(|o| vec![o.industry.clone()], |(_, code)| (code, None))
    }

    /// Counts by owning unit, in the order of their names.
    pub fn by_unit(&self) -> Vec<FilingsRow> {
        self.by(|o| o.owners.clone(), |(name, id)| (name, Some(id)))
    }
}

/// Counts the reports `projects` owe in `month`, as of `today`.
pub fn count(projects: &[ProjectYear], month: &ReportingMonth, today: NaiveDate) -> FilingsView {
    let mut filings = Filings::default();
    for project in projects {
        let Some(status) = project.filing(month.month) else { continue };
        let report = project.reports.iter().find(|r| r.month == month.month);
        let first_submitted_on = report.and_then(|r| r.first_submitted_on);
        filings.count(status, is_late(month.due_on, first_submitted_on, today));
    }
    filings.into()
}

/// The reports owed in `month` by the projects in `sight`, as of `today`.
pub fn owed(
    conn: &mut Conn,
    month: &ReportingMonth,
    sight: Sight,
    today: NaiveDate,
) -> Result<AllOwed, Problem> {
    owed_by(conn, month, &ProjectFilter::default(), sight, today)
}

fn owed_by(
    conn: &mut Conn,
    month: &ReportingMonth,
    filter: &ProjectFilter,
    sight: Sight,
    today: NaiveDate,
) -> Result<AllOwed, Problem> {
    let projects = summaries::project_years(conn, filter, sight, month.month, Basis::Current)?;
    let keys = KeyNames::load(conn, &Source::Live, &projects, &ProjectFilter::default())?;
    let one = |project: &ProjectYear| {
        let report = project.reports.iter().find(|r| r.month == month.month);
        let first_submitted_on = report.and_then(|r| r.first_submitted_on);
        Owed {
            project: project.id,
            area: keys.area_position(project.area),
            industry: keys.industry_position(project.industry),
            owners: keys.named_units_of(project.id),
            report: report.map(|r| r.state),
            late: is_late(month.due_on, first_submitted_on, today),
            first_submitted_on,
        }
    };
    let counted = projects.iter().filter(|p| p.filing(month.month).is_some());
    Ok(AllOwed(counted.map(one).collect()))
}

/// Filters for filings.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilingQuery {
    /// Only filings with one of these statuses.
    #[serde(default)]
    pub status: Vec<FilingStatus>,
    /// If true, only late filings; if false, only those that are not late.
    #[param(nullable = false)]
    pub late: Option<bool>,
    /// Page size.
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
    /// `next_cursor` of the previous page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// List filings of a month
///
/// Every project that owes a report of the month and is visible to the caller, with the status of
/// its report, by project id. `late` is true if the report was first submitted after the due date,
/// or was never submitted and the due date has passed.
///
/// A project owes a report of a month if all of these hold:
///
/// - its construction started in the month or before it (`actual_start`);
/// - it was registered for that year or an earlier one (`registered_year`);
/// - it did not end before the month (`ended_on`: completed or terminated);
/// - its year plan, if it has one for that year, took effect in the month or before it. A project
///   added in mid-year therefore owes nothing for the months before its plan takes effect.
///
/// 404 if the month was never opened.
#[utoipa::path(get, path = "/reporting-months/{month}/filings")]
pub async fn list_filings(
    app: Data<App>,
    who: Permit<ReadProjects>,
    path: Path<MonthPath>,
    query: Query<Both<FilterQuery, FilingQuery>>,
) -> Result<Sheet<PageView<Filing>>, Problem> {
    let (Path(at), sight, today) = (path, who.sees(), app.now().today);
    let Query(Both(filter, asked)) = query;
    let page = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let month = reporting_months::get(conn, at.month)?;
            let known = filter.known(conn, Some(at.month.year()))?;
            let wanted = |o: &Owed| {
                (asked.status.is_empty() || asked.status.contains(&o.status()))
                    && asked.late.is_none_or(|late| late == o.late)
            };
            let AllOwed(mut rows) = owed_by(conn, &month, &known, sight, today)?;
            rows.retain(wanted);
            let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
            let request = PageRequest::new(asked.limit, asked.cursor);
            let after = request.after_id()?.unwrap_or(0);
            rows.retain(|o| o.project.0 > after);
            rows.truncate(usize::try_from(request.rows_to_fetch()).unwrap_or(usize::MAX));
            let ids: Vec<ProjectId> = rows.iter().map(|o| o.project).collect();
            let names = reporting_months::project_names(conn, &ids)?;
            Ok(request.by_id(
                rows,
                total,
                |o| o.project.0,
                |o| {
                    let status = o.status();
                    Ok(Filing {
                        project_id: o.project,
                        project: names.get(&o.project).cloned().unwrap_or_default(),
                        industry: o.industry.1,
                        area: o.area.1,
                        status,
                        report: o.report,
                        owners: o.owners.into_iter().map(|(name, _)| name).collect(),
                        late: o.late,
                        first_submitted_on: o.first_submitted_on,
                    })
                },
            )?)
        })
        .await?;
    Ok(Sheet(PageView::of(page, |filing| filing)))
}

//! Projects with their figures: the projects behind the numbers of the other summaries.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::error::FieldError;
use crate::domain::figures::ReportPart;
use crate::domain::figures::milestones::StartPart;
use crate::domain::light::Light;
use crate::domain::month::{Month, Year};
use crate::domain::words::{Language, Words};
use crate::store::page::{Page, USUAL};
use crate::store::projects::ProjectFilter;
use crate::store::{Conn, PageRequest};
use crate::usecases::answer::Listing;
use crate::usecases::ask::Ask;
use crate::usecases::figures::about::{About, Method};
use crate::usecases::figures::key_names::KeyNames;
use crate::usecases::figures::lights::{LightsOfProjects, LitProject};
use crate::usecases::figures::query::PeriodQuery;
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::refusal::Refusal;
use crate::usecases::summaries::project_row::{ProjectRow, ProjectSum, RowNames, RowSums, Shown};
use crate::usecases::summaries::project_sort::{RowOrder, SortValue, SortableRow, names};

/// Further filters, order and page.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RowQuery {
    /// Only projects that show one of these lights.
    #[serde(default)]
    pub light: Vec<Light>,
    /// Show planned and completed investment of this month only; must lie in `year`.
    #[param(nullable = false, example = "2021-05")]
    pub month: Option<Month>,
    /// Only projects that count as one of these in the start rates of `/summaries/milestones`.
    #[serde(default)]
    pub starts: Vec<StartPart>,
    /// Only projects with at least one report in one of these states, in the period or in `month`.
    #[serde(default)]
    pub reports: Vec<ReportPart>,
    /// Sort keys, separated by commas: `id`, `name`, `code`, `industry`, `area`, `stage`,
    /// `total_investment_wan`, `annual_investment_wan`, `through_wan`, `completed_wan`,
    /// `against_plan`, `total_completion`, `deviation_points`, `missing`, `light` (the most urgent
    /// last). A leading minus sorts in descending order. Default: `id`.
    #[serde(default)]
    #[param(max_length = 200, example = "-completed_wan,name")]
    pub sort: String,
    /// Page size.
    #[serde(default = "usual_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
    /// `next_cursor` of the previous page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

fn usual_limit() -> i64 {
    USUAL
}

/// Projects with their figures, and the sums over all of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectRows {
    /// Period, scope and snapshot.
    #[serde(flatten)]
    #[schema(inline)]
    pub about: About,
    /// The single month of planned and completed investment; absent if they cover the whole period.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "2021-05")]
    pub month: Option<Month>,
    /// How rates and expected progress are computed.
    #[serde(flatten)]
    #[schema(inline)]
    pub method: Method,
    /// The projects of this page.
    pub items: Vec<ProjectRow>,
    /// Number of projects on all pages.
    pub total: i64,
    /// Cursor of the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_cursor: Option<String>,
    /// Path and query of the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next: Option<String>,
    /// Sums over all projects on all pages.
    pub sum: ProjectSum,
}

impl Listing for ProjectRows {
    type Item = ProjectRow;

    fn items(&self) -> &[ProjectRow] {
        &self.items
    }

    fn total(&self) -> i64 {
        self.total
    }

    fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }

    fn set_next(&mut self, address: String) {
        self.next = Some(address);
    }
}

/// Projects that match both filters and are visible to the caller, one page of them, with the sums.
///
/// # Errors
/// 400 for an unknown code or sort key, a month of another year, or a month that was not published.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    filter: &FilterQuery,
    period: PeriodQuery,
    rows: &RowQuery,
) -> Result<ProjectRows, Refusal> {
    let filter = filter.known(ask.conn, Some(period.year))?;
    let request = SummaryRequest::of(ask, period)?;
    project_rows(ask.conn, &request, &filter, rows, ask.language)
}

/// Projects that match `filter` and `rows`, one page of them, with the sums.
fn project_rows(
    conn: &mut Conn,
    request: &SummaryRequest,
    filter: &ProjectFilter,
    rows: &RowQuery,
    language: Language,
) -> Result<ProjectRows, Refusal> {
    let lights = LightsOfProjects::compute(conn, request, filter)?;
    rows_of(conn, request, &lights, rows, language)
}

/// Projects that match `rows`, with lights that were already computed.
///
/// # Errors
/// 400 for an unknown sort key, or a month of another year.
pub(crate) fn rows_of(
    conn: &mut Conn,
    request: &SummaryRequest,
    lights: &LightsOfProjects,
    rows: &RowQuery,
    language: Language,
) -> Result<ProjectRows, Refusal> {
    let order = rows.checked(request.query.year)?;
    let shown = Shown { judge: &lights.judge, month: rows.month, language };
    let wanted: Vec<Match<'_>> = rows.matches(lights).collect();
    let sums = wanted.iter().fold(RowSums::default(), |sum, found| sum + found.sums);
    let all = sortable(conn, request, lights, &wanted, &shown)?;
    let page = page(all, &order, &PageRequest::new(rows.limit, rows.cursor.clone()))?;
    Ok(ProjectRows {
        about: request.about(wanted.iter().map(|found| &found.project.year)),
        month: rows.month,
        method: request.method(),
        items: page.items,
        total: page.total,
        next_cursor: page.next_cursor,
        next: None,
        sum: ProjectSum::of(&sums, &shown),
    })
}

/// A matching project, with its contribution to the sums.
struct Match<'a> {
    project: &'a LitProject,
    sums: RowSums,
}

impl RowQuery {
    /// No further filter; first page.
    pub(crate) fn all() -> Self {
        Self {
            light: Vec::new(),
            month: None,
            starts: Vec::new(),
            reports: Vec::new(),
            sort: String::new(),
            limit: usual_limit(),
            cursor: None,
        }
    }

    /// Checks sort keys and month; returns the order.
    fn checked(&self, year: Year) -> Result<RowOrder, Refusal> {
        let mut errors = Vec::new();
        let order = RowOrder::parse(&self.sort);
        if order.is_none() {
            let all: Vec<_> = names().collect();
            let words = Words::new(
                format!("只能按 {} 排序，各一次；降序加负号。", all.join("、")),
                format!(
                    "Sort by {}, each once; a leading minus sorts in descending order.",
                    all.join(", ")
                ),
            );
            errors.push(FieldError::new("?sort", "not-one-of", words));
        }
        if let Some(month) = self.month.filter(|month| month.year() != year) {
            let words = Words::new(
                format!("{month} 不在 {year} 年内。"),
                format!("{month} is not a month of {year}."),
            );
            errors.push(FieldError::new("?month", "out-of-range", words));
        }
        order.filter(|_| errors.is_empty()).ok_or_else(|| Refusal::bad_parameters(errors))
    }

    /// Projects that match the filters for light, starts and reports.
    fn matches<'a>(&self, lights: &'a LightsOfProjects) -> impl Iterator<Item = Match<'a>> {
        let found = |project: &'a LitProject| {
            let sums = RowSums::of(project, &lights.judge, self.month);
            Match { project, sums }
        };
        lights.projects.iter().map(found).filter(|found| self.wants(found))
    }

    fn wants(&self, found: &Match<'_>) -> bool {
        let starts = &found.sums.starts;
        let coverage = &found.sums.figures.coverage;
        (self.light.is_empty() || self.light.contains(&found.project.light.light))
            && (self.starts.is_empty() || self.starts.iter().any(|part| part.holds(starts)))
            && (self.reports.is_empty() || self.reports.iter().any(|part| part.of(coverage) > 0))
    }
}

/// Builds the rows of all matching projects, with the positions to sort by.
fn sortable(
    conn: &mut Conn,
    request: &SummaryRequest,
    lights: &LightsOfProjects,
    found: &[Match<'_>],
    shown: &Shown<'_>,
) -> Result<Vec<SortableRow>, Refusal> {
    let source = &request.source;
    let mut project_names = source.names(conn, found.iter().map(|f| f.project.year.id))?;
    // The filter restricts units by role, but rows always name the owners.
    let keys = KeyNames::load(conn, source, lights.years(), &ProjectFilter::default())?;
    let row = |found: &Match<'_>| {
        let year = &found.project.year;
        let (project, code) = project_names.remove(&year.id).unwrap_or_default();
        let names = RowNames {
            project,
            code,
            industry: keys.industry(year.industry).unwrap_or_default(),
            area: keys.area(year.area).unwrap_or_default(),
            owners: keys.units_of(year.id),
        };
        SortableRow {
            row: ProjectRow::of(found.project, &found.sums, names, shown),
            industry: keys.industry_position(year.industry).0,
            area: keys.area_position(year.area).0,
        }
    };
    Ok(found.iter().map(row).collect())
}

/// A row with its values of the sort keys.
struct SortedRow {
    values: Vec<SortValue>,
    row: ProjectRow,
}

/// Sorts the rows and cuts out the requested page.
fn page(
    all: Vec<SortableRow>,
    order: &RowOrder,
    request: &PageRequest,
) -> Result<Page<ProjectRow>, Refusal> {
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let after = request.after(&order.text())?.map(|keys| order.of_cursor(&keys)).transpose()?;
    let sorted = |row: SortableRow| SortedRow { values: order.values(&row), row: row.row };
    let mut rows: Vec<SortedRow> = all.into_iter().map(sorted).collect();
    if let Some(after) = after {
        rows.retain(|row| order.compare(&row.values, &after).is_gt());
    }
    rows.sort_by(|one, other| order.compare(&one.values, &other.values));
    rows.truncate(usize::try_from(request.rows_to_fetch()).unwrap_or(usize::MAX));
    let keys = |row: &SortedRow| row.values.iter().map(SortValue::to_cursor).collect();
    Ok(request.page(&order.text(), rows, total, keys, |row| Ok(row.row))?)
}

//! Projects with their figures: the projects behind the numbers of the other summaries.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::figures::asked::{Asking, Include, PeriodQuery, Scope};
use crate::api::figures::dimensions::Keys;
use crate::api::lights::handlers::Lights;
use crate::api::summaries::project_row::{ProjectRow, ProjectSum, RowNames, RowSums};
use crate::api::summaries::project_sort::{Placed, RowOrder, SortValue, names};
use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::figures::ReportPart;
use crate::domain::figures::milestones::{MilestoneFigures, StartFacts, StartPart};
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::figures::summary::ProjectYear;
use crate::domain::light::Light;
use crate::domain::light::judgement::ProjectLight;
use crate::domain::light::sums::LightFigures;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::domain::words::{Language, Words};
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::{Both, Query};
use crate::http::routes::Routes;
use crate::http::sheet::Sheet;
use crate::routes;
use crate::store::projects::ProjectFilter;
use crate::store::{Conn, PageRequest};
use crate::usecases::permission::ReadSummaries;
use crate::usecases::projects::filter::FilterQuery;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["summaries"; list_project_figures]
}

/// Further filters, order and page.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RowQuery {
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
    #[serde(default = "crate::http::query::default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
    /// `next_cursor` of the previous page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// Projects with their figures, and the sums over all of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectRows {
    /// The calendar year.
    pub year: Year,
    /// Last month of the period, which starts in January.
    pub through: Month,
    /// The single month of planned and completed investment; absent if they cover the whole period.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "2021-05")]
    pub month: Option<Month>,
    /// Version of the year plans used as the denominator of rates.
    pub basis: Basis,
    /// Method for computing expected progress.
    pub expected: ExpectedMode,
    /// Which reports count towards completed investment.
    pub include: Include,
    /// Which projects the sums cover.
    pub scope: Scope,
    /// True if the projects are synthetic (demonstration data).
    pub synthetic: bool,
    /// Time of the answer, or of publication.
    pub as_of: Timestamp,
    /// Sequence number of the last event included. To follow changes from here, send it as `after`
    /// to `/events`.
    pub last_event: i64,
    /// The projects of this page.
    pub items: Vec<ProjectRow>,
    /// Number of projects on all pages.
    pub total: i64,
    /// Cursor of the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_cursor: Option<String>,
    /// Sums over all projects on all pages.
    pub sum: ProjectSum,
}

/// List projects with their figures
///
/// The projects counted in `/summaries/investment`, `/commitments`, `/lights`, `/milestones` and
/// `/trend`, each with planned and completed investment, reports, start and light. `sum` contains
/// the sums over all projects that match the filters, and equals the numbers of those summaries.
#[utoipa::path(get, path = "/summaries/projects")]
async fn list_project_figures(
    app: Data<App>,
    who: Permit<ReadSummaries>,
    query: Query<Both<FilterQuery, Both<PeriodQuery, RowQuery>>>,
    language: Language,
) -> Result<Sheet<ProjectRows>, Problem> {
    let Query(Both(filter, Both(asked, rows))) = query;
    let (sight, now) = (who.sees(), app.now());
    let answer = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let known = filter.known(conn, Some(asked.year))?;
            let asking = Asking::open(conn, asked, sight, now)?;
            draw_up(conn, &asking, &known, &rows, language)
        })
        .await?;
    Ok(Sheet(answer))
}

/// Projects that match `filter` and `rows`, one page of them, with the sums.
///
/// # Errors
/// 400 for an unknown sort key, or a month of another year.
pub fn draw_up(
    conn: &mut Conn,
    asking: &Asking,
    filter: &ProjectFilter,
    rows: &RowQuery,
    language: Language,
) -> Result<ProjectRows, Problem> {
    let lights = Lights::find(conn, asking, filter)?;
    list(conn, asking, &lights, rows, language)
}

/// The same, for lights that were already computed.
///
/// # Errors
/// As for [`draw_up`].
pub fn list(
    conn: &mut Conn,
    asking: &Asking,
    lights: &Lights,
    rows: &RowQuery,
    language: Language,
) -> Result<ProjectRows, Problem> {
    let order = rows.checked(asking.query.year)?;
    let wanted: Vec<Found<'_>> = rows.wanted(lights).collect();
    let sums = wanted.iter().fold(RowSums::default(), |sum, found| sum + found.sums);
    let total = i64::try_from(wanted.len()).unwrap_or(i64::MAX);
    let all = placed(conn, asking, (lights, &wanted), rows.month, language)?;
    let page = page(all, total, &order, &PageRequest::new(rows.limit, rows.cursor.clone()))?;
    let (asked, stated) = (asking.query, asking.stated);
    Ok(ProjectRows {
        year: asked.year,
        through: asking.period.through,
        month: rows.month,
        basis: asked.basis,
        expected: asked.expected,
        include: asked.include,
        scope: stated.scope,
        synthetic: stated.synthetic,
        as_of: stated.as_of,
        last_event: stated.last_event,
        items: page.items,
        total: page.total,
        next_cursor: page.next_cursor,
        sum: ProjectSum::of(&sums, &lights.judge, rows.month.is_some()),
    })
}

/// A matching project, with its light and its contribution to the sums.
struct Found<'a> {
    year: &'a ProjectYear,
    light: &'a ProjectLight,
    sums: RowSums,
}

impl RowQuery {
    /// No further filter; first page.
    pub fn all() -> Self {
        Self {
            light: Vec::new(),
            month: None,
            starts: Vec::new(),
            reports: Vec::new(),
            sort: String::new(),
            limit: crate::http::query::default_limit(),
            cursor: None,
        }
    }

    /// Checks sort keys and month; returns the order.
    fn checked(&self, year: Year) -> Result<RowOrder, Problem> {
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
        order.filter(|_| errors.is_empty()).ok_or_else(|| Problem::bad_parameters(errors))
    }

    /// Projects that match the filters for light, starts and reports.
    fn wanted<'a>(&self, lights: &'a Lights) -> impl Iterator<Item = Found<'a>> {
        let found =
            |(year, progress, light): (&'a ProjectYear, &LightFigures, &'a ProjectLight)| {
                let own = lights.milestones(year.id);
                let start = StartFacts::of(year.starts, year.stage, own);
                let starts = MilestoneFigures::of(start, own, lights.judge.period);
                let of = (&lights.judge, self.month);
                Found { year, light, sums: RowSums::of(year, (progress, light.light), starts, of) }
            };
        lights.each().map(found).filter(|found| self.wants(found))
    }

    fn wants(&self, found: &Found<'_>) -> bool {
        let (starts, coverage) = (&found.sums.starts, &found.sums.figures.coverage);
        (self.light.is_empty() || self.light.contains(&found.light.light))
            && (self.starts.is_empty() || self.starts.iter().any(|part| part.holds(starts)))
            && (self.reports.is_empty() || self.reports.iter().any(|part| part.of(coverage) > 0))
    }
}

/// Builds the rows of all matching projects, with the positions to sort by.
fn placed(
    conn: &mut Conn,
    asking: &Asking,
    (lights, found): (&Lights, &[Found<'_>]),
    month: Option<Month>,
    language: Language,
) -> Result<Vec<Placed>, Problem> {
    let project_names = asking.source.names(conn, found.iter().map(|f| f.year.id))?;
    // The filter restricts units by role, but rows always name the owners.
    let keys = Keys::load(conn, asking, lights.years(), &ProjectFilter::default())?;
    let place = |found: &Found<'_>| {
        let project = found.year;
        let names = RowNames {
            project: project_names.get(&project.id).cloned().unwrap_or_default(),
            industry: keys.industry(project.industry).unwrap_or_default(),
            area: keys.area(project.area).unwrap_or_default(),
            owners: keys.units_of(project.id),
        };
        let places = (keys.industry_place(project.industry).0, keys.area_place(project.area).0);
        let how = (&lights.judge, month, language);
        Placed { row: ProjectRow::of(project, &found.sums, found.light, names, how), places }
    };
    Ok(found.iter().map(place).collect())
}

/// Sorts the rows and cuts out the requested page.
fn page(
    all: Vec<Placed>,
    total: i64,
    order: &RowOrder,
    request: &PageRequest,
) -> Result<crate::store::Page<ProjectRow>, Problem> {
    let after = request.after(&order.text())?.map(|keys| order.kept(&keys)).transpose()?;
    let mut rows: Vec<(Vec<SortValue>, Placed)> =
        all.into_iter().map(|placed| (order.values(&placed), placed)).collect();
    if let Some(after) = after {
        rows.retain(|(values, _)| order.compare(values, &after).is_gt());
    }
    rows.sort_by(|(one, _), (other, _)| order.compare(one, other));
    rows.truncate(usize::try_from(request.rows_to_fetch()).unwrap_or(usize::MAX));
    let keys =
        |(values, _): &(Vec<SortValue>, Placed)| values.iter().map(SortValue::keep).collect();
    Ok(request.page(&order.text(), rows, total, keys, |(_, placed)| Ok(placed.row))?)
}

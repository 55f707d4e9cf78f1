//! Current data as rows of a filled template.

use serde_json::json;

use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::month::{Month, Year};
use crate::domain::project::{Project, Stage};
use crate::domain::report::may_report;
use crate::domain::words::Words;
use crate::store::projects::beside as stored_beside;
use crate::store::projects::coded::ReferenceCodes;
use crate::store::projects::{Order, ProjectFilter};
use crate::store::reports::filed;
use crate::store::{PageRequest, milestones, projects, reports};
use crate::usecases::ask::Ask;
use crate::usecases::imports::kind::ImportKind;
use crate::usecases::imports::of_project::name_project;
use crate::usecases::imports::{self, ROWS, RecordFields, beside, year_plans};
use crate::usecases::milestones::view::MilestoneView;
use crate::usecases::plans::year_plan::YearPlanKey;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::projects::view::ProjectView;
use crate::usecases::refusal::Refusal;
use crate::usecases::reports::ReportKey;
use crate::usecases::reports::view::ReportView;

/// Which rows a filled template has.
pub(crate) struct CurrentRowsRequest {
    /// What each row describes.
    pub kind: ImportKind,
    /// Plans or reports of this year.
    pub year: Option<Year>,
    /// Reports of this month, with an empty row for each project that owes one.
    pub month: Option<Month>,
    /// Which projects.
    pub filter: FilterQuery,
}

/// The rows of the projects that match the filter.
///
/// # Errors
/// Unreadable for an unknown filter value, or if there are more rows than a file can have.
pub(crate) fn rows(
    ask: &mut Ask<'_>,
    request: &CurrentRowsRequest,
) -> Result<Vec<RecordFields>, Refusal> {
    let CurrentRowsRequest { kind, year, month, filter } = request;
    let year_of_filter = year.or(month.map(Month::year));
    let filter = filter.known(ask.conn, year_of_filter)?;
    let all = in_order(ask, &filter)?;
    let today = ask.now.today;
    let mut rows = CurrentRows { ask, rows: Vec::new() };
    match kind {
        ImportKind::Projects => {
            rows.add_projects(all, year_of_filter.unwrap_or(Year::of(today)))?;
        }
        ImportKind::YearPlans => {
            rows.add_plans(&all, year_of_filter.unwrap_or(Year::of(today)))?;
        }
        ImportKind::Milestones => rows.add_milestones(&all)?,
        ImportKind::Reports => match (month, year) {
            (None, Some(year)) => rows.add_reports_of_year(&all, *year)?,
            (month, _) => {
                rows.add_reports_of_month(&all, month.unwrap_or(Month::of(today).previous()))?;
            }
        },
    }
    Ok(rows.rows)
}

fn in_order(ask: &mut Ask<'_>, filter: &ProjectFilter) -> Result<Vec<Project>, Refusal> {
    let order = Order::parse("").ok_or_else(|| Refusal::broken("an order"))?;
    let sight = ask.sight();
    let page =
        projects::list(ask.conn, filter, sight, &order, &PageRequest::new(ROWS.into(), None))?;
    if page.next_cursor.is_some() { Err(too_many()) } else { Ok(page.items) }
}

fn too_many() -> Refusal {
    let words = Words::new(
        format!("超过 {ROWS} 行；请用行业、属地、年份等条件缩小范围，分几次导出。"),
        format!("More than {ROWS} rows. Filter by industry, area or year."),
    );
    Refusal::bad_parameters(vec![FieldError::new("?filled", "too-many", words)])
}

struct CurrentRows<'a, 'b> {
    ask: &'a mut Ask<'b>,
    rows: Vec<RecordFields>,
}

impl CurrentRows<'_, '_> {
    fn add(&mut self, row: RecordFields) -> Result<(), Refusal> {
        self.rows.push(row);
        if u32::try_from(self.rows.len()).is_ok_and(|n| n > ROWS) {
            return Err(too_many());
        }
        Ok(())
    }

    fn add_of_project(&mut self, mut row: RecordFields, project: &Project) -> Result<(), Refusal> {
        name_project(&mut row, project);
        self.add(row)
    }

    fn add_projects(&mut self, all: Vec<Project>, year: Year) -> Result<(), Refusal> {
        let codes = ReferenceCodes::load(self.ask.conn)?;
        let ids: Vec<ProjectId> = all.iter().map(|project| project.id).collect();
        let all_beside = stored_beside::of(self.ask.conn, &ids, Some(year))?;
        for project in all {
            let stored = all_beside.get(&project.id);
            let mut row = imports::projects::fields(&ProjectView::from(codes.of(project)))?;
            row.extend(stored.map(|s| beside::fields(s, Some(year))).unwrap_or_default());
            self.add(row)?;
        }
        Ok(())
    }

    fn add_plans(&mut self, all: &[Project], year: Year) -> Result<(), Refusal> {
        for project in all {
            let key = YearPlanKey { project: project.id, year };
            let mut row = match year_plans::find(self.ask, key)? {
                Some(last) => year_plans::row(&last, project)?,
                None => RecordFields::new(),
            };
            row.insert("year".into(), json!(year));
            self.add_of_project(row, project)?;
        }
        Ok(())
    }

    fn add_milestones(&mut self, all: &[Project]) -> Result<(), Refusal> {
        for project in all {
            for milestone in milestones::list(self.ask.conn, project.id)? {
                let view = MilestoneView::of(milestone, self.ask.now.today);
                self.add_of_project(imports::milestones::fields(&view, project)?, project)?;
            }
        }
        Ok(())
    }

    fn add_reports_of_month(&mut self, all: &[Project], month: Month) -> Result<(), Refusal> {
        for project in all {
            let key = ReportKey { project: project.id, month };
            let owes = project.stage != Stage::Terminated
                && may_report(project, month, self.ask.now.today).is_ok();
            let row = match imports::reports::find(self.ask, key)? {
                Some(view) => imports::reports::fields(&view, project)?,
                None if owes => RecordFields::from_iter([("month".to_owned(), json!(month))]),
                None => continue,
            };
            self.add_of_project(row, project)?;
        }
        Ok(())
    }

    fn add_reports_of_year(&mut self, all: &[Project], year: Year) -> Result<(), Refusal> {
        for project in all {
            let reports = reports::list(self.ask.conn, project.id)?;
            for report in reports.into_iter().filter(|r| r.month.year() == year) {
                let filed = filed::of(self.ask.conn, report)?;
                let view = ReportView::of(filed, self.ask.language);
                self.add_of_project(imports::reports::fields(&view, project)?, project)?;
            }
        }
        Ok(())
    }
}

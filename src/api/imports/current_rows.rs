//! Current data as rows of a filled template.

use serde_json::{Map, Value, json};

use crate::api::imports::TemplateQuery;
use crate::api::imports::context::fields;
use crate::api::imports::kind::ImportKind;
use crate::api::imports::limits::ROWS;
use crate::api::imports::{milestone_rows, report_rows, year_plan_rows};
use crate::domain::account::access::Sight;
use crate::domain::error::FieldError;
use crate::domain::month::{Month, Year};
use crate::domain::project::{Project, Stage};
use crate::domain::report::may_report;
use crate::domain::words::{Language, Words};
use crate::http::problem::Problem;
use crate::store::plans::year_plans;
use crate::store::projects::coded::ReferenceCodes;
use crate::store::projects::{Order, ProjectFilter};
use crate::store::reports::filed;
use crate::store::{Conn, PageRequest, milestones, projects, reports};
use crate::usecases::ask::Now;
use crate::usecases::milestones::view::MilestoneView;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::projects::view::ProjectView;
use crate::usecases::reports::view::ReportView;

/// Fields of a row by column name.
pub type Row = Map<String, Value>;

/// Which rows a filled template has.
pub struct CurrentRowsRequest {
    /// What each row describes.
    pub kind: ImportKind,
    /// Year or month, and the format.
    pub query: TemplateQuery,
    /// Which projects.
    pub filter: FilterQuery,
    /// The projects the caller sees.
    pub sight: Sight,
    /// The instant and the business day.
    pub now: Now,
    /// The language of texts.
    pub language: Language,
}

/// The rows of the projects that match `filter`.
///
/// # Errors
/// 400 for an unknown filter value, or if there are more rows than a file can have.
pub fn rows(conn: &mut Conn, request: &CurrentRowsRequest) -> Result<Vec<Row>, Problem> {
    let CurrentRowsRequest { kind, query: asked, filter, sight, now, language } = request;
    let year = asked.year.or(asked.month.map(Month::year));
    let filter = filter.known(conn, year)?;
    let all = in_order(conn, &filter, *sight)?;
    let mut found = Found { conn, rows: Vec::new() };
    match kind {
        ImportKind::Projects => {
            let codes = ReferenceCodes::load(found.conn)?;
            for project in all {
                found.add(fields(&ProjectView::from(codes.of(project)))?)?;
            }
        }
        ImportKind::YearPlans => found.plans(&all, year.unwrap_or(Year::of(now.today)))?,
        ImportKind::Milestones => found.milestones(&all, *now)?,
        ImportKind::Reports => match (asked.month, asked.year) {
            (None, Some(year)) => found.reports_of(&all, year, *language)?,
            (month, _) => {
                let month = month.unwrap_or(Month::of(now.today).previous());
                found.reports(&all, month, *now, *language)?;
            }
        },
    }
    Ok(found.rows)
}

fn in_order(
    conn: &mut Conn,
    filter: &ProjectFilter,
    sight: Sight,
) -> Result<Vec<Project>, Problem> {
    let order = Order::parse("").ok_or_else(|| Problem::broken("an order"))?;
    let page = projects::list(conn, filter, sight, &order, &PageRequest::new(ROWS.into(), None))?;
    if page.next_cursor.is_some() { Err(too_many()) } else { Ok(page.items) }
}

fn too_many() -> Problem {
    let words = Words::new(
        format!("超过 {ROWS} 行；请用行业、属地、年份等条件缩小范围，分几次导出。"),
        format!("More than {ROWS} rows. Filter by industry, area or year."),
    );
    Problem::bad_parameters(vec![FieldError::new("?filled", "too-many", words)])
}

struct Found<'a> {
    conn: &'a mut Conn,
    rows: Vec<Row>,
}

impl Found<'_> {
    fn add(&mut self, row: Row) -> Result<(), Problem> {
        self.rows.push(row);
        if u32::try_from(self.rows.len()).is_ok_and(|n| n > ROWS) {
            return Err(too_many());
        }
        Ok(())
    }

    fn plans(&mut self, all: &[Project], year: Year) -> Result<(), Problem> {
        for project in all {
            let plan = year_plans::find(self.conn, project.id, year)?;
            let version = plan.as_ref().map(|plan| plan.version);
            let mut row = match plan.and_then(|plan| plan.versions.last().cloned()) {
                Some(last) => year_plan_rows::columns_of(last, project)?,
                None => Row::new(),
            };
            name(&mut row, project);
            row.insert("year".into(), json!(year));
            row.insert("version".into(), json!(version));
            self.add(row)?;
        }
        Ok(())
    }

    fn milestones(&mut self, all: &[Project], now: Now) -> Result<(), Problem> {
        for project in all {
            for milestone in milestones::list(self.conn, project.id)? {
                let view = MilestoneView::of(milestone, now.today);
                let mut row = milestone_rows::columns_of(&view, project)?;
                name(&mut row, project);
                self.add(row)?;
            }
        }
        Ok(())
    }

    fn reports(
        &mut self,
        all: &[Project],
        month: Month,
        now: Now,
        speaks: Language,
    ) -> Result<(), Problem> {
        for project in all {
            let report = reports::find(self.conn, project.id, month)?;
            let owes = project.stage == Stage::Construction
                && may_report(project, month, now.today).is_ok();
            let mut row = match report {
                Some(report) => {
                    let view = ReportView::of(filed::of(self.conn, report)?, speaks);
                    report_rows::columns_of(&view, project)?
                }
                None if owes => Row::from_iter([("month".to_owned(), json!(month))]),
                None => continue,
            };
            name(&mut row, project);
            self.add(row)?;
        }
        Ok(())
    }

    fn reports_of(&mut self, all: &[Project], year: Year, speaks: Language) -> Result<(), Problem> {
        for project in all {
            let reports = reports::list(self.conn, project.id)?;
            for report in reports.into_iter().filter(|r| r.month.year() == year) {
                let view = ReportView::of(filed::of(self.conn, report)?, speaks);
                let mut row = report_rows::columns_of(&view, project)?;
                name(&mut row, project);
                self.add(row)?;
            }
        }
        Ok(())
    }
}

fn name(row: &mut Row, project: &Project) {
    row.insert("project_id".into(), json!(project.id));
    row.insert("project_code".into(), json!(project.facts.code));
    row.insert("project".into(), json!(project.facts.name));
}

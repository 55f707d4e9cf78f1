//! The figures of a bulletin, computed by the formulas of the summaries.

use std::collections::BTreeSet;

use crate::api::figures::asked::Asking;
use crate::api::figures::dimensions::{Dimension, Keys};
use crate::api::figures::place::PlaceDimension;
use crate::api::lights::handlers::{Lights, shine};
use crate::api::lights::view::ProjectLightView;
use crate::api::reporting_months::filings::FilingsView;
use crate::api::summaries::commitments::promise_table;
use crate::api::summaries::investment::sum_up;
use crate::api::summaries::milestones::count_up;
use crate::api::summaries::rankings::rank;
use crate::api::summaries::trend::follow;
use crate::domain::figures::summary::ProjectYear;
use crate::domain::id::ProjectId;
use crate::domain::light::Light;
use crate::domain::report::filings::{FilingStatus, Filings, is_late};
use crate::domain::words::Language;
use crate::store::Conn;
use crate::store::bulletins::content::lists::LateReport;
use crate::store::bulletins::content::{Figures, Lists};
use crate::store::projects::ProjectFilter;
use crate::usecases::bulletins::stored::rows::each;
use crate::usecases::refusal::Refusal;

/// All figures of `asking`, as a bulletin stores them. Of `lists` only the items stay whose projects
/// are visible to `asking`.
pub(super) fn figures(conn: &mut Conn, asking: &Asking, lists: Lists) -> Result<Figures, Refusal> {
    let all = ProjectFilter::default();
    let before = asking.month_before(conn)?;
    let years = asking.years(conn, &all)?;
    let visible: BTreeSet<ProjectId> = years.iter().map(|p| p.id).collect();
    let mut ranking = |by| rank(conn, asking, before.as_ref(), &all, by);
    let area_ranking = ranking(PlaceDimension::Area)?.into();
    let industry_ranking = ranking(PlaceDimension::Industry)?.into();
    let unit_ranking = ranking(PlaceDimension::Unit)?.into();
    let month = filings(conn, asking, &years)?;
    let Lists { mut restatements, mut issues } = lists;
    restatements.retain(|r| visible.contains(&r.project_id));
    issues.retain(|i| visible.contains(&i.project_id));
    Ok(Figures {
        commitments: promise_table(conn, asking)?.into(),
        areas: sum_up(conn, asking, &all, vec![Dimension::Area])?.into(),
        industries: sum_up(conn, asking, &all, vec![Dimension::Industry])?.into(),
        trend: follow(conn, asking, &all)?.into(),
        milestones: count_up(conn, asking, &all, PlaceDimension::Area)?.into(),
        lights: shine(conn, asking, &all, PlaceDimension::Area, Language::Chinese)?.into(),
        behind: each(behind(conn, asking)?),
        area_ranking,
        industry_ranking,
        unit_ranking,
        filings: FilingsView::from(month.counts).into(),
        late_reports: month.late,
        restatements,
        issues,
    })
}

/// Projects with a red or yellow light.
fn behind(conn: &mut Conn, asking: &Asking) -> Result<Vec<ProjectLightView>, Refusal> {
    let lights = Lights::find(conn, asking, &ProjectFilter::default())?;
    let is_behind = |_, light| matches!(light, Light::Red | Light::Yellow);
    Ok(lights.projects(conn, asking, is_behind, (usize::MAX, Language::Chinese))?)
}

/// Filings of the month.
struct MonthFilings {
    counts: Filings,
    /// The reports that are late, missing or returned.
    late: Vec<LateReport>,
}

fn filings(
    conn: &mut Conn,
    asking: &Asking,
    years: &[ProjectYear],
) -> Result<MonthFilings, Refusal> {
    let month = asking.period.through;
    let due = asking.source.due_dates(conn, month.year())?.get(&month).copied();
    let keys = Keys::load(conn, asking, years, &ProjectFilter::default())?;
    let names = asking.source.names(conn, years.iter().map(|p| p.id))?;
    let mut found = MonthFilings { counts: Filings::default(), late: Vec::new() };
    for project in years.iter().filter(|p| p.owes_report_of(month)) {
        let report = project.reports.iter().find(|r| r.month == month);
        let first_submitted_on = report.and_then(|r| r.first_submitted_on);
        let status = FilingStatus::of(report.map(|r| r.state));
        let late = due.is_some_and(|due| is_late(due, first_submitted_on, asking.today));
        found.counts.count(status, late);
        if late || status == FilingStatus::Missing || status == FilingStatus::Returned {
            found.late.push(LateReport {
                project_id: project.id,
                project: names.get(&project.id).cloned().unwrap_or_default().0,
                industry: keys.industry(project.industry).unwrap_or_default(),
                area: keys.area(project.area).unwrap_or_default(),
                owners: keys.units_of(project.id),
                status,
                report: report.map(|r| r.state),
                late,
                first_submitted_on,
            });
        }
    }
    Ok(found)
}

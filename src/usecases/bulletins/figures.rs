//! The figures of a bulletin, computed by the formulas of the summaries.

use std::collections::BTreeSet;

use crate::domain::figures::summary::ProjectYear;
use crate::domain::id::ProjectId;
use crate::domain::light::Light;
use crate::domain::report::filings::{Deadline, Filings};
use crate::domain::words::Language;
use crate::store::Conn;
use crate::store::bulletins::content::lists::LateReport;
use crate::store::bulletins::content::{Figures, Lists};
use crate::store::projects::ProjectFilter;
use crate::usecases::bulletins::stored::rows::each;
use crate::usecases::figures::dimensions::{Dimension, PlaceDimension};
use crate::usecases::figures::key_names::KeyNames;
use crate::usecases::figures::lights::{LightsOfProjects, LitProject};
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::lights::project::ProjectLightView;
use crate::usecases::lights::project::views;
use crate::usecases::lights::summary::light_summary;
use crate::usecases::refusal::Refusal;
use crate::usecases::summaries::commitments::promise_table;
use crate::usecases::summaries::investment::investment;
use crate::usecases::summaries::milestones::milestone_summary;
use crate::usecases::summaries::rankings::ranking;
use crate::usecases::summaries::trend::trend;

/// All figures of `request`, as a bulletin stores them. Of `lists` only the items stay whose projects
/// are visible to `request`.
pub(super) fn figures(
    conn: &mut Conn,
    request: &SummaryRequest,
    lists: Lists,
) -> Result<Figures, Refusal> {
    let all = ProjectFilter::default();
    let before = request.month_before(conn)?;
    let years = request.years(conn, &all)?;
    let visible: BTreeSet<ProjectId> = years.iter().map(|p| p.id).collect();
    let mut ranked = |by| ranking(conn, request, before.as_ref(), &all, by);
    let area_ranking = ranked(PlaceDimension::Area)?.into();
    let industry_ranking = ranked(PlaceDimension::Industry)?.into();
    let unit_ranking = ranked(PlaceDimension::Unit)?.into();
    let month = filings(conn, request, &years)?;
    let Lists { mut restatements, mut issues } = lists;
    restatements.retain(|r| visible.contains(&r.project_id));
    issues.retain(|i| visible.contains(&i.project_id));
    Ok(Figures {
        commitments: promise_table(conn, request)?.into(),
        areas: investment(conn, request, &all, vec![Dimension::Area])?.into(),
        industries: investment(conn, request, &all, vec![Dimension::Industry])?.into(),
        trend: trend(conn, request, &all)?.into(),
        milestones: milestone_summary(conn, request, &all, PlaceDimension::Area)?.into(),
        lights: light_summary(conn, request, &all, PlaceDimension::Area, Language::Chinese)?.into(),
        behind: each(behind(conn, request)?),
        area_ranking,
        industry_ranking,
        unit_ranking,
        filings: month.counts.into(),
        late_reports: month.late,
        restatements,
        issues,
    })
}

/// Projects with a red or yellow light.
fn behind(conn: &mut Conn, request: &SummaryRequest) -> Result<Vec<ProjectLightView>, Refusal> {
    let lights = LightsOfProjects::compute(conn, request, &ProjectFilter::default())?;
    let is_behind = |p: &&LitProject| matches!(p.light.light, Light::Red | Light::Yellow);
    let behind: Vec<&LitProject> = lights.projects.iter().filter(is_behind).collect();
    views(conn, request, &lights, &behind, Language::Chinese)
}

/// Filings of the month.
struct MonthFilings {
    counts: Filings,
    /// The reports that are late, missing or returned.
    late: Vec<LateReport>,
}

fn filings(
    conn: &mut Conn,
    request: &SummaryRequest,
    years: &[ProjectYear],
) -> Result<MonthFilings, Refusal> {
    let month = request.period.through;
    let due_on = request.source.due_dates(conn, month.year())?.get(&month).copied();
    let deadline = Deadline { due_on, today: request.today };
    let keys = KeyNames::load(conn, &request.source, years, &ProjectFilter::default())?;
    let names = request.source.names(conn, years.iter().map(|p| p.id))?;
    let mut found = MonthFilings { counts: Filings::default(), late: Vec::new() };
    for project in years {
        // Bulletins count the reports that are owed, as they always did: a published one must not
        // change for readers whose figures are computed again from what it froze.
        if !project.owes_report_of(month) {
            continue;
        }
        let Some(report) = project.counted_report(month, deadline) else { continue };
        found.counts.count(report);
        if report.is_behind() {
            found.late.push(LateReport {
                project_id: project.id,
                project: names.get(&project.id).cloned().unwrap_or_default().0,
                industry: keys.industry(project.industry).unwrap_or_default(),
                area: keys.area(project.area).unwrap_or_default(),
                owners: keys.units_of(project.id),
                status: report.status,
                report: report.state,
                late: report.late,
                first_submitted_on: report.first_submitted_on,
            });
        }
    }
    Ok(found)
}

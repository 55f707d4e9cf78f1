//! What a bulletin shows: every figure of a month, made of what was frozen.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::figures::asked::{AsOf, Asking, Include, PeriodQuery};
use crate::api::figures::dimensions::{Dimension, Keys};
use crate::api::figures::place::PlaceDimension;
use crate::api::issues::view::IssueFacts;
use crate::api::lights::handlers::{LightSummary, Lights, shine};
use crate::api::lights::view::ProjectLightView;
use crate::api::reporting_months::filings::{Filing, FilingsView};
use crate::api::summaries::commitments::{Commitments, promise_table};
use crate::api::summaries::investment::{Investment, sum_up};
use crate::api::summaries::milestones::{MilestoneSummary, count_up};
use crate::api::summaries::rankings::{Rankings, rank};
use crate::api::summaries::trend::{Trend, follow};
use crate::domain::clock::Timestamp;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::figures::summary::ProjectYear;
use crate::domain::id::{IssueId, ProjectId};
use crate::domain::light::Light;
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::plan::year_plan::Basis;
use crate::domain::report::filings::{FilingStatus, Filings, is_late};
use crate::domain::words::Language;
use crate::http::problem::Problem;
use crate::store::Conn;
use crate::store::projects::ProjectFilter;

/// Every figure of a published month.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulletinFigures {
    /// The promise table, on both bases.
    pub commitments: Commitments,
    /// Investment by area.
    pub areas: Investment,
    /// Investment by industry line.
    pub industries: Investment,
    /// Planned and completed by month.
    pub trend: Trend,
    /// Starts and milestones by area.
    pub milestones: MilestoneSummary,
    /// Lights by area.
    pub lights: LightSummary,
    /// Every project that shows red or yellow.
    pub behind: Vec<ProjectLightView>,
    /// Areas, ranked.
    pub area_ranking: Rankings,
    /// Industry lines, ranked.
    pub industry_ranking: Rankings,
    /// Owning units, ranked.
    pub unit_ranking: Rankings,
    /// What came of the reports of the month.
    pub filings: FilingsView,
    /// Every report of the month that was late or is missing.
    pub late_reports: Vec<Filing>,
    /// What closed months were restated since the bulletin before.
    pub restatements: Vec<BulletinRestatement>,
    /// The issues that were open when the month closed.
    pub issues: Vec<BulletinIssue>,
}

/// A restatement, as a bulletin lists it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BulletinRestatement {
    /// The project's id.
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    /// The month that was restated.
    pub month: Month,
    /// What was added to it, in 万元; negative takes away.
    pub amount_wan: Fen,
    /// Why.
    pub reason: String,
    /// Who approved it.
    pub approver: String,
    /// When it was entered.
    pub created_at: Timestamp,
}

/// An issue, as it stood when the month closed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BulletinIssue {
    /// The issue's id.
    pub id: IssueId,
    /// The project's name.
    pub project: String,
    /// What was known of it.
    #[serde(flatten)]
    pub facts: IssueFacts,
    /// Days since it was raised.
    pub age_days: i64,
    /// Whether it should have been cleared.
    pub overdue: bool,
}

/// What a bulletin lists besides what is summed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Listed {
    /// Restatements since the bulletin before.
    pub restatements: Vec<BulletinRestatement>,
    /// Issues open when the month closed.
    pub issues: Vec<BulletinIssue>,
}

/// How the figures of a bulletin are asked for.
pub fn as_published(month: Month) -> PeriodQuery {
    PeriodQuery {
        year: month.year(),
        through: Some(month),
        basis: Basis::Current,
        expected: ExpectedMode::Calendar,
        include: Include::Confirmed,
        as_of: AsOf::Published,
    }
}

impl BulletinFigures {
    /// Made of what was frozen, beside the month `before`, for whom `asking` is.
    pub fn of(
        conn: &mut Conn,
        asking: &Asking,
        before: Option<&Asking>,
        listed: Listed,
    ) -> Result<Self, Problem> {
        let (all, chinese) = (ProjectFilter::default(), Language::Chinese);
        let years = asking.years(conn, &all)?;
        let seen: BTreeSet<ProjectId> = years.iter().map(|p| p.id).collect();
        let mut ranked = |by| rank(conn, asking, before, &all, by);
        let area_ranking = ranked(PlaceDimension::Area)?;
        let industry_ranking = ranked(PlaceDimension::Industry)?;
        let unit_ranking = ranked(PlaceDimension::Unit)?;
        let lights = Lights::find(conn, asking, &all)?;
        let is_behind = |_, light| matches!(light, Light::Red | Light::Yellow);
        let (filings, late_reports) = filings(conn, asking, &years)?;
        let Listed { mut restatements, mut issues } = listed;
        restatements.retain(|r| seen.contains(&r.project_id));
        issues.retain(|i| seen.contains(&i.facts.project_id));
        Ok(Self {
            commitments: promise_table(conn, asking)?,
            areas: sum_up(conn, asking, &all, vec![Dimension::Area])?,
            industries: sum_up(conn, asking, &all, vec![Dimension::Industry])?,
            trend: follow(conn, asking, &all)?,
            milestones: count_up(conn, asking, &all, PlaceDimension::Area)?,
            lights: shine(conn, asking, &all, PlaceDimension::Area, chinese)?,
            behind: lights.projects(conn, asking, is_behind, (usize::MAX, chinese))?,
            area_ranking,
            industry_ranking,
            unit_ranking,
            filings,
            late_reports,
            restatements,
            issues,
        })
    }
}

/// What came of the month's reports, and those that were late or are missing.
fn filings(
    conn: &mut Conn,
    asking: &Asking,
    years: &[ProjectYear],
) -> Result<(FilingsView, Vec<Filing>), Problem> {
    let month = asking.period.through;
    let due: Option<NaiveDate> = asking.source.due_dates(conn, month.year())?.get(&month).copied();
    let keys = Keys::load(conn, asking, years, &ProjectFilter::default())?;
    let names = asking.source.names(conn, years.iter().map(|p| p.id))?;
    let (mut counted, mut listed) = (Filings::default(), Vec::new());
    for project in years.iter().filter(|p| p.owes_report_of(month)) {
        let report = project.reports.iter().find(|r| r.month == month);
        let first_submitted_on = report.and_then(|r| r.first_submitted_on);
        let status = FilingStatus::of(report.map(|r| r.state));
        let late = due.is_some_and(|due| is_late(due, first_submitted_on, asking.today));
        counted.count(status, late);
        if late || status == FilingStatus::Missing || status == FilingStatus::Returned {
            listed.push(Filing {
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
    Ok((counted.into(), listed))
}

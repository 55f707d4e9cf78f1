//! The figures of a bulletin, computed from a frozen snapshot.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::figures::asked::{AsOf, Asking, Include, PeriodQuery};
use crate::api::figures::dimensions::{Dimension, Keys};
use crate::api::figures::place::PlaceDimension;
use crate::api::issues::view::IssueFacts;
use crate::api::lights::handlers::{LightSummary, Lights, shine};
use crate::api::lights::view::ProjectLightView;
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
use crate::domain::report::filings::{Deadline, Filings};
use crate::domain::words::Language;
use crate::http::problem::Problem;
use crate::store::Conn;
use crate::store::projects::ProjectFilter;
use crate::usecases::reporting_months::filings::{FilingView, FilingsView};

/// All figures of a published month.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulletinFigures {
    /// Commitments of the annual plan compared with registered projects, on the initial and the
    /// current plan.
    pub commitments: Commitments,
    /// Investment by area.
    pub areas: Investment,
    /// Investment by industry line.
    pub industries: Investment,
    /// Planned and completed investment by month.
    pub trend: Trend,
    /// Construction starts and milestones by area.
    pub milestones: MilestoneSummary,
    /// Status lights by area.
    pub lights: LightSummary,
    /// All projects with a red or yellow light.
    pub behind: Vec<ProjectLightView>,
    /// Ranking of areas.
    pub area_ranking: Rankings,
    /// Ranking of industry lines.
    pub industry_ranking: Rankings,
    /// Ranking of owning units.
    pub unit_ranking: Rankings,
    /// Number of the month's reports in each filing status.
    pub filings: FilingsView,
    /// Reports of the month that were late, are missing or were returned.
    pub late_reports: Vec<FilingView>,
    /// Restatements of closed months since the previous bulletin.
    pub restatements: Vec<BulletinRestatement>,
    /// Issues open when the month was closed.
    pub issues: Vec<BulletinIssue>,
}

/// A restatement as listed in a bulletin.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BulletinRestatement {
    /// The project's id.
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    /// Month that was restated.
    pub month: Month,
    /// Correction of the month's completed investment, in 万元; may be negative.
    pub amount_wan: Fen,
    /// Reason for the restatement.
    pub reason: String,
    /// Person who approved the restatement.
    pub approver: String,
    /// Time the restatement was entered.
    pub created_at: Timestamp,
}

/// An issue as it was when the month was closed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BulletinIssue {
    /// The issue's id.
    pub id: IssueId,
    /// The project's name.
    pub project: String,
    /// The issue's data at that time.
    #[serde(flatten)]
    pub facts: IssueFacts,
    /// Days since the issue was raised.
    pub age_days: i64,
    /// True if the issue was past its due date.
    pub overdue: bool,
}

/// Lists in a bulletin that are not aggregated from project figures.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Listed {
    /// Restatements since the previous bulletin.
    pub restatements: Vec<BulletinRestatement>,
    /// Issues open when the month was closed.
    pub issues: Vec<BulletinIssue>,
}

/// Query parameters with which bulletins are computed.
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
    /// Computes all figures of `asking`; `before` is the previous month, for the change of ranks.
    /// Keeps only the listed items whose projects `asking` can see.
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

/// Counts of the month's filings, and the reports that are late, missing or returned.
fn filings(
    conn: &mut Conn,
    asking: &Asking,
    years: &[ProjectYear],
) -> Result<(FilingsView, Vec<FilingView>), Problem> {
    let month = asking.period.through;
    let due_on = asking.source.due_dates(conn, month.year())?.get(&month).copied();
    let deadline = Deadline { due_on, today: asking.today };
    let keys = Keys::load(conn, asking, years, &ProjectFilter::default())?;
    let names = asking.source.names(conn, years.iter().map(|p| p.id))?;
    let (mut counted, mut listed) = (Filings::default(), Vec::new());
    for project in years {
        let Some(report) = project.counted_report(month, deadline) else { continue };
        counted.count(report);
        if report.is_behind() {
            listed.push(FilingView {
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
    Ok((counted.into(), listed))
}

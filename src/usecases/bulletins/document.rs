//! What the document says of stored texts. The texts are served as they were stored, so nothing is
//! ever built of these types.

use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::id::IssueId;
use crate::domain::month::Month;
use crate::store::events::seal::Anchor;
use crate::usecases::bulletins::view::BulletinRestatement;
use crate::usecases::issues::view::IssueFacts;
use crate::usecases::lights::project::ProjectLightView;
use crate::usecases::lights::summary::LightSummary;
use crate::usecases::reporting_months::filings::{FilingView, FilingsView};
use crate::usecases::summaries::commitments::Commitments;
use crate::usecases::summaries::investment::Investment;
use crate::usecases::summaries::milestones::MilestoneSummary;
use crate::usecases::summaries::rankings::Rankings;
use crate::usecases::summaries::trend::Trend;

/// Frozen content of a bulletin, over which its hash is computed.
#[derive(ToSchema)]
#[schema(as = BulletinContent)]
#[expect(dead_code, reason = "describes a text that is stored to the byte")]
pub(crate) struct ContentView {
    /// The published month.
    month: Month,
    /// Title of the bulletin.
    title: String,
    /// Hash of the previously published bulletin; null for the first one.
    #[schema(value_type = Option<String>)]
    previous_sha256: Option<String>,
    /// Time of publication.
    published_at: Timestamp,
    /// User name of the publisher.
    published_by: String,
    /// Last sealed event at the time of publication: its `sequence` and `hash`.
    #[schema(value_type = Object)]
    events: Anchor,
    /// Figures of all projects.
    figures: BulletinFigures,
    /// Snapshot of the input data of the figures: projects with plans, reports, restatements,
    /// milestones and units; plan envelopes, due dates and the rules of lights.
    #[schema(value_type = Object)]
    register: Value,
}

/// All figures of a published month.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a text that is stored to the byte")]
pub(crate) struct BulletinFigures {
    /// Commitments of the annual plan compared with registered projects, on the initial and the
    /// current plan.
    commitments: Commitments,
    /// Investment by area.
    areas: Investment,
    /// Investment by industry line.
    industries: Investment,
    /// Planned and completed investment by month.
    trend: Trend,
    /// Construction starts and milestones by area.
    milestones: MilestoneSummary,
    /// Status lights by area.
    lights: LightSummary,
    /// All projects with a red or yellow light.
    behind: Vec<ProjectLightView>,
    /// Ranking of areas.
    area_ranking: Rankings,
    /// Ranking of industry lines.
    industry_ranking: Rankings,
    /// Ranking of owning units.
    unit_ranking: Rankings,
    /// Number of the month's reports in each filing status.
    filings: FilingsView,
    /// Reports of the month that were late, are missing or were returned.
    late_reports: Vec<FilingView>,
    /// Restatements of closed months since the previous bulletin.
    restatements: Vec<BulletinRestatement>,
    /// Issues open when the month was closed.
    issues: Vec<BulletinIssue>,
}

/// An issue as it was when the month was closed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a text that is stored to the byte")]
pub(crate) struct BulletinIssue {
    /// The issue's id.
    id: IssueId,
    /// The project's name.
    project: String,
    /// The issue's data at that time.
    #[serde(flatten)]
    facts: IssueFacts,
    /// Days since the issue was raised.
    age_days: i64,
    /// True if the issue was past its due date.
    overdue: bool,
}

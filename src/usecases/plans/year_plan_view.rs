//! Answers about year plans of projects.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::{PlanVersion, PlanVersionKind, YearPlan};
use crate::usecases::answer::Versioned;

/// A project's year plan with all its versions.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = YearPlan)]
pub(crate) struct YearPlanView {
    /// The project's id.
    pub project_id: ProjectId,
    /// The calendar year.
    pub year: Year,
    /// All versions, oldest first. Basis `initial` uses the first, `current` the one in force at
    /// the end of the requested month.
    pub versions: Vec<PlanVersionView>,
    /// Version number of the year plan as a whole, used as the ETag.
    pub version: i64,
}

impl Versioned for YearPlanView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// One version of a year plan. Versions are never overwritten.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanVersion)]
pub(crate) struct PlanVersionView {
    /// Number of the version; 1 for the first.
    pub number: i32,
    /// Kind of the version: first plan, adjustment, addition or correction.
    pub kind: PlanVersionKind,
    /// First month to which it applies.
    pub effective_month: Month,
    /// Planned investment of the year, in 万元.
    pub annual_investment_wan: Fen,
    /// Planned investment of January to December, in 万元; the twelve sum to the year.
    #[schema(min_items = 12, max_items = 12)]
    pub months: Vec<Fen>,
    /// Goal of the year, as text; may be empty.
    pub goal: String,
    /// Number of the document that approved it; may be empty.
    pub document_number: String,
    /// Reason for the version; may be empty for the first.
    pub reason: String,
    /// Time at which it was entered.
    pub created_at: Timestamp,
}

impl From<PlanVersion> for PlanVersionView {
    fn from(version: PlanVersion) -> Self {
        Self {
            number: version.number,
            kind: version.kind,
            effective_month: version.effective_month,
            annual_investment_wan: version.annual,
            months: version.months.0.to_vec(),
            goal: version.goal,
            document_number: version.document_number,
            reason: version.reason,
            created_at: version.created_at,
        }
    }
}

impl From<YearPlan> for YearPlanView {
    fn from(plan: YearPlan) -> Self {
        Self {
            project_id: plan.project_id,
            year: plan.year,
            versions: plan.versions.into_iter().map(PlanVersionView::from).collect(),
            version: plan.version,
        }
    }
}

//! The fields of a project as they are shown.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::project::precision::DatePrecision;
use crate::domain::project::{Nature, Stage, Visibility};
use crate::store::projects::coded::CodedProject;
use crate::usecases::answer::Versioned;
use crate::usecases::warning::WarningView;

/// A major project in the register.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Project)]
pub(crate) struct ProjectView {
    /// The project's id.
    pub id: ProjectId,
    /// National project code; null if it has none.
    pub code: Option<String>,
    /// Reason why there is no code yet, or why a code with a wrong check digit is correct; empty
    /// otherwise.
    pub code_reason: String,
    /// Name of the project.
    pub name: String,
    /// Content and scale of construction; may be empty.
    pub content: String,
    /// The code of its industry line.
    #[schema(example = "next_gen_it")]
    pub industry: String,
    /// The code of its area.
    #[schema(example = "dongying")]
    pub area: String,
    /// Current stage.
    pub stage: Stage,
    /// Nature of construction (建设性质).
    pub nature: Nature,
    /// Total investment, in 万元; `0.00` if it is unknown (`total_known` is false).
    pub total_investment_wan: Fen,
    /// True if the total investment is known; it may be unknown until construction.
    pub total_known: bool,
    /// Investment completed before the project was in this register, in 万元.
    pub invested_before_wan: Fen,
    /// Planned start of construction; null if unknown.
    pub planned_start: Option<NaiveDate>,
    /// Planned end of construction; null if unknown.
    pub planned_finish: Option<NaiveDate>,
    /// Planned start of operation; null if unknown.
    pub planned_operation: Option<NaiveDate>,
    /// Actual start of construction; null until then.
    pub actual_start: Option<NaiveDate>,
    /// Actual end of construction; null until then.
    pub actual_finish: Option<NaiveDate>,
    /// Actual start of operation; null until then.
    pub actual_operation: Option<NaiveDate>,
    /// Leader responsible for the project (包保领导); may be empty.
    pub leader: String,
    /// Longitude in degrees east, with six decimals; null if unknown.
    #[schema(example = "118.674700")]
    pub longitude: Option<String>,
    /// Latitude in degrees north, with six decimals; null if unknown.
    #[schema(example = "37.433900")]
    pub latitude: Option<String>,
    /// How much is known of `planned_start`.
    pub planned_start_precision: DatePrecision,
    /// How much is known of `planned_finish`.
    pub planned_finish_precision: DatePrecision,
    /// How much is known of `planned_operation`.
    pub planned_operation_precision: DatePrecision,
    /// How much is known of `actual_start`.
    pub actual_start_precision: DatePrecision,
    /// Where it is built, in words; may be empty. Other areas that it extends to stand here.
    pub location: String,
    /// Contractor (施工单位); may be empty.
    pub contractor: String,
    /// Sum of the contract with the contractor, in 万元; null if unknown.
    pub contract_sum_wan: Option<Fen>,
    /// Package of projects that it belongs to (打捆项目); may be empty.
    pub package: String,
    /// Phase of a project that is built in phases, such as 一期; may be empty.
    pub phase: String,
    /// Remarks; may be empty.
    pub remarks: String,
    /// Who may see the project.
    pub visibility: Visibility,
    /// First year in which it is in the register.
    pub registered_year: Year,
    /// Date on which it was completed or terminated; null while it is active.
    pub ended_on: Option<NaiveDate>,
    /// True if it is synthetic (demonstration data).
    pub synthetic: bool,
    /// Time at which it was registered.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
    /// Version number, used as the ETag.
    pub version: i64,
    /// Dates that contradict each other: the project's own, those of its milestones, and the months it
    /// reported. After a registration or a change of name or area, also projects of the same name in
    /// the area. They never block, and can change without a new version of the project. Absent in
    /// lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub warnings: Option<Vec<WarningView>>,
}

impl From<CodedProject> for ProjectView {
    fn from(coded: CodedProject) -> Self {
        let CodedProject { project, industry, area } = coded;
        let facts = project.facts;
        Self {
            id: project.id,
            total_known: facts.knows_total(),
            longitude: facts.longitude(),
            latitude: facts.latitude(),
            code: facts.code,
            code_reason: facts.code_reason,
            name: facts.name,
            content: facts.content,
            industry,
            area,
            stage: project.stage,
            nature: facts.nature,
            total_investment_wan: facts.total,
            invested_before_wan: facts.invested_before,
            planned_start: facts.planned_start,
            planned_finish: facts.planned_finish,
            planned_operation: facts.planned_operation,
            actual_start: facts.actual_start,
            actual_finish: facts.actual_finish,
            actual_operation: facts.actual_operation,
            leader: facts.leader,
            planned_start_precision: facts.precisions.planned_start,
            planned_finish_precision: facts.precisions.planned_finish,
            planned_operation_precision: facts.precisions.planned_operation,
            actual_start_precision: facts.precisions.actual_start,
            location: facts.location,
            contractor: facts.contractor,
            contract_sum_wan: facts.contract_sum,
            package: facts.package,
            phase: facts.phase,
            remarks: facts.remarks,
            visibility: facts.visibility,
            registered_year: project.registered_year,
            ended_on: project.ended_on,
            synthetic: project.synthetic,
            created_at: project.created_at,
            updated_at: project.updated_at,
            version: project.version,
            warnings: None,
        }
    }
}

impl ProjectView {
    /// What is known of the planned start.
    pub(crate) fn planned_start_text(&self) -> Option<String> {
        self.planned_start.map(|date| self.planned_start_precision.text(date))
    }

    /// What is known of the planned finish.
    pub(crate) fn planned_finish_text(&self) -> Option<String> {
        self.planned_finish.map(|date| self.planned_finish_precision.text(date))
    }

    /// What is known of the planned start of operation.
    pub(crate) fn planned_operation_text(&self) -> Option<String> {
        self.planned_operation.map(|date| self.planned_operation_precision.text(date))
    }

    /// What is known of the actual start.
    pub(crate) fn actual_start_text(&self) -> Option<String> {
        self.actual_start.map(|date| self.actual_start_precision.text(date))
    }
}

impl Versioned for ProjectView {
    fn version(&self) -> i64 {
        self.version
    }
}

//! Answers about annual plan documents.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::{PlanId, UnitId};
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::plan::{
    Envelope, IndustryTarget, Measure, Plan, Target, TargetOperator, TargetScope,
};
use crate::domain::rate::Hundredths;
use crate::store::plans::document::PlanDocument;
use crate::usecases::answer::Versioned;
use crate::usecases::figures::view::Promised;

/// An annual plan document.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Plan)]
pub(crate) struct PlanView {
    /// The plan's id.
    pub id: PlanId,
    /// The planned year.
    pub year: Year,
    /// Title of the document.
    pub title: String,
    /// Issuing authority.
    pub issuer: String,
    /// Date of issue.
    pub issued_on: NaiveDate,
    /// Document number; null if it has none.
    pub document_number: Option<String>,
    /// SHA-256 of the source text, in hexadecimal; null if unknown.
    pub source_sha256: Option<String>,
    /// True if the projects registered under it are synthetic (demonstration data).
    pub synthetic: bool,
    /// Version number, used as the ETag.
    pub version: i64,
}

impl From<Plan> for PlanView {
    fn from(plan: Plan) -> Self {
        Self {
            id: plan.id,
            year: plan.year,
            title: plan.title,
            issuer: plan.issuer,
            issued_on: plan.issued_on,
            document_number: plan.document_number,
            source_sha256: plan.source_sha256,
            synthetic: plan.synthetic,
            version: plan.version,
        }
    }
}

/// An annual plan document with its envelopes, targets and measures.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanDetail)]
pub(crate) struct PlanDetailView {
    /// The plan's id.
    pub id: PlanId,
    /// The planned year.
    pub year: Year,
    /// Title of the document.
    pub title: String,
    /// Issuing authority.
    pub issuer: String,
    /// Date of issue.
    pub issued_on: NaiveDate,
    /// Document number; null if it has none.
    pub document_number: Option<String>,
    /// SHA-256 of the source text, in hexadecimal; null if unknown.
    pub source_sha256: Option<String>,
    /// True if the projects registered under it are synthetic (demonstration data).
    pub synthetic: bool,
    /// Planned projects and investment per industry line.
    pub envelopes: Vec<EnvelopeView>,
    /// Sum of the envelopes, computed by this register; the document contains no sums.
    pub computed_total: Promised,
    /// Value-added targets per industry.
    pub industry_targets: Vec<IndustryTargetView>,
    /// Measures, with the units they name.
    pub measures: Vec<MeasureView>,
    /// Quantified targets.
    pub targets: Vec<TargetView>,
    /// Version number, used as the ETag.
    pub version: i64,
}

impl Versioned for PlanDetailView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// Planned projects and investment of one industry line.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Envelope)]
pub(crate) struct EnvelopeView {
    /// The code of the industry line.
    #[schema(example = "next_gen_it")]
    pub industry: String,
    /// Number of projects.
    pub project_count: i64,
    /// Their total investment, in 万元.
    pub total_investment_wan: Fen,
    /// Their planned investment of the year, in 万元.
    pub annual_investment_wan: Fen,
}

/// Value-added target of one industry.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = IndustryTarget)]
pub(crate) struct IndustryTargetView {
    /// The code of the industry.
    #[schema(example = "new_energy_materials")]
    pub industry: String,
    /// Value added in the year, in 万元; null if there is no such target.
    pub value_added_wan: Option<Fen>,
    /// Increase over the previous year, in 万元; null if there is no such target.
    pub increase_wan: Option<Fen>,
    /// Minimum growth, in per cent; null if there is no such target.
    pub growth_min_percent: Option<Hundredths>,
    /// Further text of the target; may be empty.
    pub note: String,
}

/// A measure of the plan document.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Measure)]
pub(crate) struct MeasureView {
    /// Number of the measure in the document.
    pub number: i32,
    /// Section of the document that contains it.
    pub section: String,
    /// Title of the section.
    pub section_title: String,
    /// Title of the measure.
    pub title: String,
    /// The units as the document writes them.
    pub units_as_written: String,
    /// The units, in the document's order. The document marks none as leading.
    pub units: Vec<MeasureUnit>,
}

/// A unit named by a measure.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct MeasureUnit {
    /// The unit's id.
    pub unit_id: UnitId,
    /// The unit's name.
    pub unit: String,
}

impl From<Measure> for MeasureView {
    fn from(measure: Measure) -> Self {
        let unit = |(unit_id, unit)| MeasureUnit { unit_id, unit };
        Self {
            number: measure.number,
            section: measure.section,
            section_title: measure.section_title,
            title: measure.title,
            units_as_written: measure.units_as_written,
            units: measure.units.into_iter().map(unit).collect(),
        }
    }
}

/// A quantified target of the plan document.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Target)]
pub(crate) struct TargetView {
    /// Position in the plan.
    pub position: i32,
    /// What the target applies to: the whole plan, an industry or a measure.
    pub scope: TargetScope,
    /// The code of the industry it applies to; null if it applies to none.
    pub industry: Option<String>,
    /// The number of the measure it applies to; null if it applies to none.
    pub measure: Option<i32>,
    /// The indicator that is measured.
    pub indicator: String,
    /// How the value is to be read: at least, at most, exactly, ...
    pub operator: TargetOperator,
    /// The value as the document writes it.
    pub value: String,
    /// Unit of the value; may be empty.
    pub unit: String,
    /// Deadline; null if the document gives none.
    pub deadline: Option<NaiveDate>,
    /// The target's full text in the document.
    pub as_written: String,
    /// Remarks; may be empty.
    pub note: String,
}

impl From<PlanDocument> for PlanDetailView {
    fn from(document: PlanDocument) -> Self {
        let envelope = |e: &Envelope| EnvelopeView {
            industry: document.code(e.industry).to_owned(),
            project_count: e.project_count.into(),
            total_investment_wan: e.total,
            annual_investment_wan: e.annual,
        };
        let industry_target = |t: &IndustryTarget| IndustryTargetView {
            industry: document.code(t.industry).to_owned(),
            value_added_wan: t.value_added,
            increase_wan: t.increase,
            growth_min_percent: t.growth_min,
            note: t.note.clone(),
        };
        let target = |t: &Target| TargetView {
            position: t.position,
            scope: t.scope,
            industry: t.industry.map(|id| document.code(id).to_owned()),
            measure: t.measure,
            indicator: t.indicator.clone(),
            operator: t.operator,
            value: t.value.clone(),
            unit: t.unit.clone(),
            deadline: t.deadline,
            as_written: t.as_written.clone(),
            note: t.note.clone(),
        };
        Self {
            computed_total: document.envelopes.iter().map(Promised::from).sum(),
            envelopes: document.envelopes.iter().map(envelope).collect(),
            industry_targets: document.industry_targets.iter().map(industry_target).collect(),
            targets: document.targets.iter().map(target).collect(),
            measures: document.measures.into_iter().map(MeasureView::from).collect(),
            id: document.plan.id,
            year: document.plan.year,
            title: document.plan.title,
            issuer: document.plan.issuer,
            issued_on: document.plan.issued_on,
            document_number: document.plan.document_number,
            source_sha256: document.plan.source_sha256,
            synthetic: document.plan.synthetic,
            version: document.plan.version,
        }
    }
}

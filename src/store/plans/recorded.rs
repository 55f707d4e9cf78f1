//! Plan documents and versions of year plans in the changes of events: format 1, as release 0.1.0
//! wrote it.
//!
//! These types say what is stored. They do not follow the answers of the API.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::id::{PlanId, UnitId};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::{PlanVersion, PlanVersionKind};
use crate::domain::plan::{Envelope, IndustryTarget, Measure, Target, TargetOperator, TargetScope};
use crate::domain::rate::Hundredths;
use crate::store::plans::document::PlanDocument;

/// A plan document.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedPlan<'a> {
    id: PlanId,
    year: Year,
    title: &'a str,
    issuer: &'a str,
    issued_on: NaiveDate,
    document_number: Option<&'a str>,
    source_sha256: Option<&'a str>,
    synthetic: bool,
    envelopes: Vec<RecordedEnvelope<'a>>,
    computed_total: RecordedTotal,
    industry_targets: Vec<RecordedIndustryTarget<'a>>,
    measures: Vec<RecordedMeasure<'a>>,
    targets: Vec<RecordedTarget<'a>>,
    version: i64,
}

/// An envelope.
#[derive(Debug, Serialize)]
struct RecordedEnvelope<'a> {
    industry: &'a str,
    project_count: i64,
    total_investment_wan: Fen,
    annual_investment_wan: Fen,
}

/// The sum of the envelopes.
#[derive(Debug, Serialize)]
struct RecordedTotal {
    project_count: i64,
    total_investment_wan: Fen,
    annual_investment_wan: Fen,
}

/// A value-added target.
#[derive(Debug, Serialize)]
struct RecordedIndustryTarget<'a> {
    industry: &'a str,
    value_added_wan: Option<Fen>,
    increase_wan: Option<Fen>,
    growth_min_percent: Option<Hundredths>,
    note: &'a str,
}

/// A measure.
#[derive(Debug, Serialize)]
struct RecordedMeasure<'a> {
    number: i32,
    section: &'a str,
    section_title: &'a str,
    title: &'a str,
    units_as_written: &'a str,
    units: Vec<RecordedMeasureUnit<'a>>,
}

/// A unit that a measure names.
#[derive(Debug, Serialize)]
struct RecordedMeasureUnit<'a> {
    unit_id: UnitId,
    unit: &'a str,
}

/// A quantified target.
#[derive(Debug, Serialize)]
struct RecordedTarget<'a> {
    position: i32,
    scope: TargetScope,
    industry: Option<&'a str>,
    measure: Option<i32>,
    indicator: &'a str,
    operator: TargetOperator,
    value: &'a str,
    unit: &'a str,
    deadline: Option<NaiveDate>,
    as_written: &'a str,
    note: &'a str,
}

impl<'a> From<&'a PlanDocument> for RecordedPlan<'a> {
    fn from(document: &'a PlanDocument) -> Self {
        let plan = &document.plan;
        let envelopes = &document.envelopes;
        let envelope = |e: &Envelope| RecordedEnvelope {
            industry: document.code(e.industry),
            project_count: e.project_count.into(),
            total_investment_wan: e.total,
            annual_investment_wan: e.annual,
        };
        let industry_target = |t: &'a IndustryTarget| RecordedIndustryTarget {
            industry: document.code(t.industry),
            value_added_wan: t.value_added,
            increase_wan: t.increase,
            growth_min_percent: t.growth_min,
            note: &t.note,
        };
        Self {
            id: plan.id,
            year: plan.year,
            title: &plan.title,
            issuer: &plan.issuer,
            issued_on: plan.issued_on,
            document_number: plan.document_number.as_deref(),
            source_sha256: plan.source_sha256.as_deref(),
            synthetic: plan.synthetic,
            envelopes: envelopes.iter().map(envelope).collect(),
            computed_total: RecordedTotal {
                project_count: envelopes.iter().map(|e| i64::from(e.project_count)).sum(),
                total_investment_wan: envelopes.iter().map(|e| e.total).sum(),
                annual_investment_wan: envelopes.iter().map(|e| e.annual).sum(),
            },
            industry_targets: document.industry_targets.iter().map(industry_target).collect(),
            measures: document.measures.iter().map(RecordedMeasure::from).collect(),
            targets: document.targets.iter().map(|t| target(document, t)).collect(),
            version: plan.version,
        }
    }
}

impl<'a> From<&'a Measure> for RecordedMeasure<'a> {
    fn from(measure: &'a Measure) -> Self {
        let units = measure.units.iter();
        Self {
            number: measure.number,
            section: &measure.section,
            section_title: &measure.section_title,
            title: &measure.title,
            units_as_written: &measure.units_as_written,
            units: units.map(|(id, unit)| RecordedMeasureUnit { unit_id: *id, unit }).collect(),
        }
    }
}

fn target<'a>(document: &'a PlanDocument, target: &'a Target) -> RecordedTarget<'a> {
    RecordedTarget {
        position: target.position,
        scope: target.scope,
        industry: target.industry.map(|id| document.code(id)),
        measure: target.measure,
        indicator: &target.indicator,
        operator: target.operator,
        value: &target.value,
        unit: &target.unit,
        deadline: target.deadline,
        as_written: &target.as_written,
        note: &target.note,
    }
}

/// A version of a year plan.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedPlanVersion<'a> {
    number: i32,
    kind: PlanVersionKind,
    effective_month: Month,
    annual_investment_wan: Fen,
    months: &'a [Fen],
    goal: &'a str,
    document_number: &'a str,
    reason: &'a str,
    created_at: Timestamp,
}

impl<'a> From<&'a PlanVersion> for RecordedPlanVersion<'a> {
    fn from(version: &'a PlanVersion) -> Self {
        Self {
            number: version.number,
            kind: version.kind,
            effective_month: version.effective_month,
            annual_investment_wan: version.annual,
            months: &version.months.0,
            goal: &version.goal,
            document_number: &version.document_number,
            reason: &version.reason,
            created_at: version.created_at,
        }
    }
}

//! A plan document as callers read and write it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::{IndustryId, PlanId, UnitId};
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::plan::{
    Envelope, IndustryTarget, Measure, Plan, Target, TargetOperator, TargetScope,
};
use crate::domain::rate::Hundredths;
use crate::http::problem::Problem;
use crate::http::reply::Versioned;
use crate::store::reference::industries;
use crate::store::{Conn, plans};

/// A year's plan document.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Plan)]
pub struct PlanView {
    /// The plan's id.
    pub id: PlanId,
    /// The year it promises for.
    pub year: Year,
    /// Its title.
    pub title: String,
    /// Who issued it.
    pub issuer: String,
    /// When it was issued.
    pub issued_on: NaiveDate,
    /// Its document number; null when it has none.
    pub document_number: Option<String>,
    /// SHA-256 of the text it was taken from, in hexadecimal; null when that is not known.
    pub source_sha256: Option<String>,
    /// Whether the projects registered under it are synthetic.
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

/// A year's plan document with all it promises.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlanDetail)]
pub struct PlanDetailView {
    /// The plan's id.
    pub id: PlanId,
    /// The year it promises for.
    pub year: Year,
    /// Its title.
    pub title: String,
    /// Who issued it.
    pub issuer: String,
    /// When it was issued.
    pub issued_on: NaiveDate,
    /// Its document number; null when it has none.
    pub document_number: Option<String>,
    /// SHA-256 of the text it was taken from, in hexadecimal; null when that is not known.
    pub source_sha256: Option<String>,
    /// Whether the projects registered under it are synthetic.
    pub synthetic: bool,
    /// What each industry line promises.
    pub envelopes: Vec<EnvelopeView>,
    /// The sum of the envelopes. The document prints none: this one is computed.
    pub computed_total: Promised,
    /// The value-added target of each industry.
    pub industry_targets: Vec<IndustryTargetView>,
    /// The measures with the units they name.
    pub measures: Vec<MeasureView>,
    /// The quantified targets.
    pub targets: Vec<TargetView>,
    /// Version number, used as the ETag.
    pub version: i64,
}

impl Versioned for PlanDetailView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// How many projects, and how much they are to invest.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct Promised {
    /// Number of projects.
    pub project_count: i64,
    /// Their total planned investment, in 万元.
    pub total_investment_wan: Fen,
    /// Their planned investment of the year, in 万元.
    pub annual_investment_wan: Fen,
}

impl std::iter::Sum for Promised {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::default(), |sum, one| Self {
            project_count: sum.project_count + one.project_count,
            total_investment_wan: sum.total_investment_wan + one.total_investment_wan,
            annual_investment_wan: sum.annual_investment_wan + one.annual_investment_wan,
        })
    }
}

impl From<&Envelope> for Promised {
    fn from(envelope: &Envelope) -> Self {
        Self {
            project_count: envelope.project_count.into(),
            total_investment_wan: envelope.total,
            annual_investment_wan: envelope.annual,
        }
    }
}

/// What one industry line promises.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Envelope)]
pub struct EnvelopeView {
    /// The code of the industry line.
    #[schema(example = "next_gen_it")]
    pub industry: String,
    /// Number of projects.
    pub project_count: i64,
    /// Their total planned investment, in 万元.
    pub total_investment_wan: Fen,
    /// Their planned investment of the year, in 万元.
    pub annual_investment_wan: Fen,
}

/// An industry's value-added target.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = IndustryTarget)]
pub struct IndustryTargetView {
    /// The code of the industry.
    #[schema(example = "new_energy_materials")]
    pub industry: String,
    /// Value added of the year, in 万元.
    pub value_added_wan: Option<Fen>,
    /// Its increase over the year before, in 万元.
    pub increase_wan: Option<Fen>,
    /// The least growth, in per cent.
    pub growth_min_percent: Option<Hundredths>,
    /// What else the document says; may be empty.
    pub note: String,
}

/// A measure with the units it names, in the order written.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Measure)]
pub struct MeasureView {
    /// Its number in the document.
    pub number: i32,
    /// The section it stands in.
    pub section: String,
    /// That section's title.
    pub section_title: String,
    /// Its own title.
    pub title: String,
    /// The units as written.
    pub units_as_written: String,
    /// The units, in that order; none is marked as leading.
    pub units: Vec<MeasureUnit>,
}

/// A unit a measure names.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeasureUnit {
    /// The unit's id.
    pub unit_id: UnitId,
    /// Its name.
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

/// A quantified target.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Target)]
pub struct TargetView {
    /// Its place in the plan.
    pub position: i32,
    /// What it is about.
    pub scope: TargetScope,
    /// The code of the industry it is about, if one.
    pub industry: Option<String>,
    /// The number of the measure it is about, if one.
    pub measure: Option<i32>,
    /// What is measured.
    pub indicator: String,
    /// How the value is meant.
    pub operator: TargetOperator,
    /// The value as written.
    pub value: String,
    /// Its unit; may be empty.
    pub unit: String,
    /// By when; null when the document does not say.
    pub deadline: Option<NaiveDate>,
    /// The document's own words.
    pub as_written: String,
    /// What else is to be known; may be empty.
    pub note: String,
}

fn target(target: Target, codes: &BTreeMap<IndustryId, String>) -> TargetView {
    TargetView {
        position: target.position,
        scope: target.scope,
        industry: target.industry.and_then(|id| codes.get(&id).cloned()),
        measure: target.measure,
        indicator: target.indicator,
        operator: target.operator,
        value: target.value,
        unit: target.unit,
        deadline: target.deadline,
        as_written: target.as_written,
        note: target.note,
    }
}

/// A plan with all it promises, in the API's words.
pub fn detail(conn: &mut Conn, plan: Plan) -> Result<PlanDetailView, Problem> {
    let codes: BTreeMap<_, _> =
        industries::all(conn)?.into_iter().map(|i| (i.id, i.code)).collect();
    let code = |id: IndustryId| codes.get(&id).cloned().unwrap_or_default();
    let envelopes = plans::envelopes(conn, plan.id)?;
    let industry_targets = plans::industry_targets(conn, plan.id)?;
    let targets = plans::targets(conn, plan.id)?;
    let measures = plans::measures(conn, plan.id)?;
    let envelope = |e: &Envelope| EnvelopeView {
        industry: code(e.industry),
        project_count: e.project_count.into(),
        total_investment_wan: e.total,
        annual_investment_wan: e.annual,
    };
    let industry_target = |t: IndustryTarget| IndustryTargetView {
        industry: code(t.industry),
        value_added_wan: t.value_added,
        increase_wan: t.increase,
        growth_min_percent: t.growth_min,
        note: t.note,
    };
    let own = PlanView::from(plan);
    Ok(PlanDetailView {
        id: own.id,
        year: own.year,
        title: own.title,
        issuer: own.issuer,
        issued_on: own.issued_on,
        document_number: own.document_number,
        source_sha256: own.source_sha256,
        synthetic: own.synthetic,
        computed_total: envelopes.iter().map(Promised::from).sum(),
        envelopes: envelopes.iter().map(envelope).collect(),
        industry_targets: industry_targets.into_iter().map(industry_target).collect(),
        measures: measures.into_iter().map(MeasureView::from).collect(),
        targets: targets.into_iter().map(|t| target(t, &codes)).collect(),
        version: own.version,
    })
}

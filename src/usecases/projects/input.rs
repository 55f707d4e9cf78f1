//! The fields of a project as they are sent whole.

use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::{Override, ProjectCode};
use crate::domain::error::FieldError;
use crate::domain::id::{AreaId, IndustryId};
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::project::facts::{ProjectFacts, not_positive};
use crate::domain::project::precision::{DatePrecision, DatePrecisions, Edge};
use crate::domain::project::{Nature, Stage, Visibility};
use crate::domain::text::{Line, Name, Note};
use crate::domain::words::Words;
use crate::store::projects::coded::{CodedProject, ReferenceCodes};
use crate::usecases::check::Check;

/// A project to register.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct ProjectInput {
    /// National project code, in the form before or since November 2020. Required from stage
    /// `construction` on, unless `code_reason` is given.
    #[serde(default)]
    #[schema(max_length = 40)]
    pub code: Option<String>,
    /// Reason why there is no code yet, or why a code with a wrong check digit is correct.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub code_reason: String,
    /// Name of the project.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Content and scale of construction.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub content: String,
    /// The code of its industry line, a leaf of the industry tree.
    pub industry: String,
    /// The code of its area.
    pub area: String,
    /// Current stage. Default: `planned`. Not `terminated`.
    #[serde(default = "planned")]
    #[schema(default = "planned")]
    pub stage: Stage,
    /// Nature of construction (建设性质).
    pub nature: Nature,
    /// Total investment, in 万元; more than zero. Null or absent if it is unknown, which is allowed
    /// until construction. Until it is known it limits neither plans nor what is invested.
    #[serde(default)]
    pub total_investment_wan: Option<Fen>,
    /// Investment completed before the project was in this register, in 万元.
    #[serde(default)]
    pub invested_before_wan: Fen,
    /// Planned start of construction.
    #[serde(default)]
    pub planned_start: Option<NaiveDate>,
    /// Planned end of construction.
    #[serde(default)]
    pub planned_finish: Option<NaiveDate>,
    /// Planned start of operation.
    #[serde(default)]
    pub planned_operation: Option<NaiveDate>,
    /// Actual start of construction; required from stage `construction` on.
    #[serde(default)]
    pub actual_start: Option<NaiveDate>,
    /// Actual end of construction; required in stages `completed` and `operating`.
    #[serde(default)]
    pub actual_finish: Option<NaiveDate>,
    /// Actual start of operation.
    #[serde(default)]
    pub actual_operation: Option<NaiveDate>,
    /// Leader responsible for the project (包保领导).
    #[serde(default)]
    #[schema(max_length = 500)]
    pub leader: String,
    /// Longitude in degrees east, at most six decimals. Requires `latitude`.
    #[serde(default)]
    #[schema(pattern = r"^-?[0-9]{1,3}(\.[0-9]{1,6})?$")]
    pub longitude: Option<String>,
    /// Latitude in degrees north, at most six decimals. Requires `longitude`.
    #[serde(default)]
    #[schema(pattern = r"^-?[0-9]{1,3}(\.[0-9]{1,6})?$")]
    pub latitude: Option<String>,
    /// How much is known of `planned_start`. With `month` or `year` the date becomes its first day.
    /// Default: `day`, also when a change names the date alone.
    #[serde(default = "day")]
    #[schema(default = "day")]
    pub planned_start_precision: DatePrecision,
    /// How much is known of `planned_finish`. With `month` or `year` the date becomes its last day.
    /// Default: `day`, also when a change names the date alone.
    #[serde(default = "day")]
    #[schema(default = "day")]
    pub planned_finish_precision: DatePrecision,
    /// How much is known of `planned_operation`. With `month` or `year` the date becomes its last
    /// day. Default: `day`, also when a change names the date alone.
    #[serde(default = "day")]
    #[schema(default = "day")]
    pub planned_operation_precision: DatePrecision,
    /// How much is known of `actual_start`. With `month` or `year` the date becomes its first day.
    /// Default: `day`, also when a change names the date alone.
    #[serde(default = "day")]
    #[schema(default = "day")]
    pub actual_start_precision: DatePrecision,
    /// Where it is built, in words, with other areas that it extends to.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub location: String,
    /// Contractor (施工单位).
    #[serde(default)]
    #[schema(max_length = 500)]
    pub contractor: String,
    /// Sum of the contract with the contractor, in 万元; more than zero.
    #[serde(default)]
    pub contract_sum_wan: Option<Fen>,
    /// Package of projects that it belongs to (打捆项目).
    #[serde(default)]
    #[schema(max_length = 500)]
    pub package: String,
    /// Phase of a project that is built in phases, such as 一期.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub phase: String,
    /// Remarks.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub remarks: String,
    /// Who may see the project. Default: `open`.
    #[serde(default = "open")]
    #[schema(default = "open")]
    pub visibility: Visibility,
    /// First year in which it is in the register. Default: this year.
    #[serde(default)]
    pub registered_year: Option<Year>,
}

fn day() -> DatePrecision {
    DatePrecision::Day
}

fn planned() -> Stage {
    Stage::Planned
}

fn open() -> Visibility {
    Visibility::Open
}

impl ProjectInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "code": "2111-522323-04-01-342068", "name": "滨河新材料一期", "content": "年产 5 万吨",
            "industry": "new_materials", "area": "dongying", "stage": "construction",
            "nature": "new_construction", "total_investment_wan": "32780.00",
            "planned_start": "2021-03-01", "planned_finish": "2022-10-31",
            "actual_start": "2021-03-10", "registered_year": 2021,
        })
    }

    /// The facts, with industry and area looked up. A wrong field is collected in `check` and left
    /// out, so that rules about the others can be checked as well.
    pub(super) fn facts(&self, codes: &ReferenceCodes, check: &mut Check) -> ProjectFacts {
        let (code, code_reason) = self.code(check);
        let name = check.field("/name", Name::parse(&self.name));
        let content = check.field("/content", Note::parse(&self.content));
        let leader = check.field("/leader", Line::parse(&self.leader));
        let industry = check.known("/industry", codes.line(&self.industry));
        let area = check.known("/area", codes.area(&self.area));
        if self.total_investment_wan == Some(Fen::ZERO) {
            check.note("/total_investment_wan", not_positive(""));
        }
        let dates = self.dates();
        let words = self.descriptions(check);
        let longitude_e6 = check.optional("/longitude", self.longitude.as_deref().map(millionths));
        let latitude_e6 = check.optional("/latitude", self.latitude.as_deref().map(millionths));
        ProjectFacts {
            code,
            code_reason,
            name: name.map(Name::into_string).unwrap_or_default(),
            content: content.map(Note::into_string).unwrap_or_default(),
            industry_id: industry.unwrap_or(IndustryId(0)),
            area_id: area.unwrap_or(AreaId(0)),
            nature: self.nature,
            total: self.total_investment_wan.unwrap_or_default(),
            invested_before: self.invested_before_wan,
            planned_start: dates.planned_start,
            planned_finish: dates.planned_finish,
            planned_operation: dates.planned_operation,
            actual_start: dates.actual_start,
            precisions: dates.precisions,
            location: words.location,
            contractor: words.contractor,
            contract_sum: self.contract_sum_wan,
            package: words.package,
            phase: words.phase,
            remarks: words.remarks,
            actual_finish: self.actual_finish,
            actual_operation: self.actual_operation,
            leader: leader.map(Line::into_string).unwrap_or_default(),
            longitude_e6,
            latitude_e6,
            visibility: self.visibility,
        }
    }

    fn dates(&self) -> StatedDates {
        let Self {
            planned_start_precision: start,
            planned_finish_precision: finish,
            planned_operation_precision: operation,
            actual_start_precision: actual,
            ..
        } = *self;
        // How much is known of a date that is not there is nothing to store.
        let known =
            |date: Option<NaiveDate>, precision| date.map_or(DatePrecision::Day, |_| precision);
        StatedDates {
            planned_start: self.planned_start.map(|d| start.edge(d, Edge::First)),
            planned_finish: self.planned_finish.map(|d| finish.edge(d, Edge::Last)),
            planned_operation: self.planned_operation.map(|d| operation.edge(d, Edge::Last)),
            actual_start: self.actual_start.map(|d| actual.edge(d, Edge::First)),
            precisions: DatePrecisions {
                planned_start: known(self.planned_start, start),
                planned_finish: known(self.planned_finish, finish),
                planned_operation: known(self.planned_operation, operation),
                actual_start: known(self.actual_start, actual),
            },
        }
    }

    fn descriptions(&self, check: &mut Check) -> Descriptions {
        let mut line = |pointer, text: &str| {
            check.field(pointer, Line::parse(text)).map(Line::into_string).unwrap_or_default()
        };
        let location = line("/location", &self.location);
        let contractor = line("/contractor", &self.contractor);
        let package = line("/package", &self.package);
        let phase = line("/phase", &self.phase);
        let remarks = check.field("/remarks", Note::parse(&self.remarks));
        let remarks = remarks.map(Note::into_string).unwrap_or_default();
        Descriptions { location, contractor, package, phase, remarks }
    }

    fn code(&self, check: &mut Check) -> (Option<String>, String) {
        let reason = check.field("/code_reason", Line::parse(&self.code_reason));
        let reason = reason.map(Line::into_string);
        // A reason that cannot be read may be a good one.
        let reasoned = reason.as_deref() != Some("");
        let accept = if reasoned { Override::Reasoned } else { Override::None };
        let code = self.code.as_deref().map(|code| ProjectCode::parse(code, accept));
        let code = check.optional("/code", code).map(ProjectCode::into_string);
        (code, reason.unwrap_or_default())
    }
}

/// Dates with how much of them is known, each the day that stands for it.
struct StatedDates {
    planned_start: Option<NaiveDate>,
    planned_finish: Option<NaiveDate>,
    planned_operation: Option<NaiveDate>,
    actual_start: Option<NaiveDate>,
    precisions: DatePrecisions,
}

/// Texts that only describe a project.
struct Descriptions {
    location: String,
    contractor: String,
    package: String,
    phase: String,
    remarks: String,
}

fn millionths(degrees: &str) -> Result<i64, FieldError> {
    let wrong = || {
        FieldError::new(
            "",
            "wrong-form",
            Words::new("经纬度格式不对。", "Must be a number of degrees, such as 118.6747."),
        )
    };
    let degrees = Decimal::from_str(degrees).map_err(|_| wrong())?;
    (degrees * Decimal::from(1_000_000)).to_i64().ok_or_else(wrong)
}

impl From<CodedProject> for ProjectInput {
    fn from(coded: CodedProject) -> Self {
        let CodedProject { project, industry, area } = coded;
        let facts = project.facts;
        Self {
            total_investment_wan: facts.knows_total().then_some(facts.total),
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
            registered_year: Some(project.registered_year),
        }
    }
}

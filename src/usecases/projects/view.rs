//! The fields of a project as they are shown, sent whole, and changed one by one.

use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::code::{Override, ProjectCode};
use crate::domain::error::FieldError;
use crate::domain::id::{AreaId, IndustryId, ProjectId};
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::project::facts::ProjectFacts;
use crate::domain::project::{Nature, Stage, Visibility};
use crate::domain::text::{Line, Name, Note};
use crate::domain::words::Words;
use crate::store::projects::coded::{CodedProject, ReferenceCodes};
use crate::usecases::answer::Versioned;
use crate::usecases::check::Check;
use crate::usecases::patch::{Patch, Patchable};
use crate::usecases::refusal::Refusal;
use crate::usecases::warning::WarningView;

/// A major project in the register.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Project)]
pub struct ProjectView {
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
    /// Total investment, in 万元.
    pub total_investment_wan: Fen,
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

impl Versioned for ProjectView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A project to register.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct ProjectInput {
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
    /// Total investment, in 万元; more than zero.
    pub total_investment_wan: Fen,
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
    /// Who may see the project. Default: `open`.
    #[serde(default = "open")]
    #[schema(default = "open")]
    pub visibility: Visibility,
    /// First year in which it is in the register. Default: this year.
    #[serde(default)]
    pub registered_year: Option<Year>,
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
            total: self.total_investment_wan,
            invested_before: self.invested_before_wan,
            planned_start: self.planned_start,
            planned_finish: self.planned_finish,
            planned_operation: self.planned_operation,
            actual_start: self.actual_start,
            actual_finish: self.actual_finish,
            actual_operation: self.actual_operation,
            leader: leader.map(Line::into_string).unwrap_or_default(),
            longitude_e6,
            latitude_e6,
            visibility: self.visibility,
        }
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
            visibility: facts.visibility,
            registered_year: Some(project.registered_year),
        }
    }
}

impl Patchable for ProjectInput {
    const SCHEMA: &'static str = "ProjectPatch";
    const DESCRIPTION: &'static str = "Changes to a project; absent fields stay as they are, null \
        clears a field that may be null. A unit or area may change only `content`, `leader`, \
        `longitude` and `latitude`; the commission may change all fields.";
    const FIXED: &'static [&'static str] = &["stage", "registered_year"];

    fn patch_sample() -> serde_json::Value {
        serde_json::json!({"content": "年产 6 万吨，分两期建设", "leader": "王市长"})
    }
}

/// Assigns each field of [`ProjectInput`] to those who may change it. A new field does not compile
/// until it is in one of the lists.
macro_rules! changeable_by {
    (everybody: $($open:ident)+; commission: $($reserved:ident)+; nobody: $($fixed:ident)+;) => {
        /// The fields that only the commission may change.
        fn reserved_fields(input: &ProjectInput) -> Vec<&'static str> {
            let ProjectInput { $($open: _,)+ $($reserved: _,)+ $($fixed: _,)+ } = input;
            vec![$(stringify!($reserved)),+]
        }
    };
}
changeable_by! {
    everybody: content leader longitude latitude;
    commission: code code_reason name industry area nature total_investment_wan
        invested_before_wan planned_start planned_finish planned_operation actual_start
        actual_finish actual_operation visibility;
    nobody: stage registered_year;
}

impl Patch<ProjectInput> {
    /// Checks that the patch of `current` names no field reserved to the commission.
    ///
    /// # Errors
    /// Forbidden, with every such field.
    pub fn must_only_describe(&self, current: &ProjectInput) -> Result<(), Refusal> {
        let words =
            Words::new("该项由发展改革部门维护。", "Only the commission may change this field.");
        let named = reserved_fields(current).into_iter().filter(|field| self.names(field));
        let errors: Vec<_> = named
            .map(|field| FieldError::new(format!("/{field}"), "commission-only", words.clone()))
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(Refusal::forbidden().naming(errors, 100)) }
    }
}

//! A project as callers read and write it.

use std::collections::BTreeMap;
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
use crate::domain::project::{Nature, Project, Stage, Visibility};
use crate::domain::reference::industry::{Industry, is_leaf};
use crate::domain::text::{Line, Name, Note};
use crate::domain::words::Words;
use crate::http::check::Check;
use crate::http::problem::Problem;
use crate::http::reply::Versioned;
use crate::store::Conn;
use crate::store::reference::{areas, industries};

/// A registered major project.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Project)]
pub struct ProjectView {
    /// The project's id.
    pub id: ProjectId,
    /// National project code; null until it has one.
    pub code: Option<String>,
    /// Why there is no code yet, or why one with a wrong check digit is right; usually empty.
    pub code_reason: String,
    /// Its name.
    pub name: String,
    /// Content and scale; may be empty.
    pub content: String,
    /// The code of its industry line.
    #[schema(example = "next_gen_it")]
    pub industry: String,
    /// The code of its area.
    #[schema(example = "dongying")]
    pub area: String,
    /// Where it stands.
    pub stage: Stage,
    /// Nature of construction (建设性质).
    pub nature: Nature,
    /// Total investment, in 万元.
    pub total_investment_wan: Fen,
    /// Invested before this register began, in 万元.
    pub invested_before_wan: Fen,
    /// When construction is to start.
    pub planned_start: Option<NaiveDate>,
    /// When it is to finish.
    pub planned_finish: Option<NaiveDate>,
    /// When operation is to begin.
    pub planned_operation: Option<NaiveDate>,
    /// When construction started.
    pub actual_start: Option<NaiveDate>,
    /// When it finished.
    pub actual_finish: Option<NaiveDate>,
    /// When operation began.
    pub actual_operation: Option<NaiveDate>,
    /// The leader in charge; may be empty.
    pub leader: String,
    /// Degrees east, with six decimals.
    #[schema(example = "118.674700")]
    pub longitude: Option<String>,
    /// Degrees north, with six decimals.
    #[schema(example = "37.433900")]
    pub latitude: Option<String>,
    /// Who may know of it.
    pub visibility: Visibility,
    /// The first year it is in the register.
    pub registered_year: Year,
    /// When it left the register, completed or given up; null while it has not.
    pub ended_on: Option<NaiveDate>,
    /// Whether it was made up for demonstration.
    pub synthetic: bool,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Version number, used as the ETag.
    pub version: i64,
}

impl Versioned for ProjectView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A project to be registered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct ProjectInput {
    /// National project code, either form.
    #[serde(default)]
    #[schema(max_length = 40)]
    pub code: Option<String>,
    /// Why there is no code yet, or why one with a wrong check digit is right.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub code_reason: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Content and scale.
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub content: String,
    /// The code of its industry line, which has no parts of its own.
    pub industry: String,
    /// The code of its area.
    pub area: String,
    /// Where it stands; `planned` unless said.
    #[serde(default = "planned")]
    #[schema(default = "planned")]
    pub stage: Stage,
    /// Nature of construction (建设性质).
    pub nature: Nature,
    /// Total investment, in 万元.
    pub total_investment_wan: Fen,
    /// Invested before this register began, in 万元.
    #[serde(default)]
    pub invested_before_wan: Fen,
    /// When construction is to start.
    #[serde(default)]
    pub planned_start: Option<NaiveDate>,
    /// When it is to finish.
    #[serde(default)]
    pub planned_finish: Option<NaiveDate>,
    /// When operation is to begin.
    #[serde(default)]
    pub planned_operation: Option<NaiveDate>,
    /// When construction started.
    #[serde(default)]
    pub actual_start: Option<NaiveDate>,
    /// When it finished.
    #[serde(default)]
    pub actual_finish: Option<NaiveDate>,
    /// When operation began.
    #[serde(default)]
    pub actual_operation: Option<NaiveDate>,
    /// The leader in charge.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub leader: String,
    /// Degrees east, at most six decimals.
    #[serde(default)]
    #[schema(pattern = r"^-?[0-9]{1,3}(\.[0-9]{1,6})?$")]
    pub longitude: Option<String>,
    /// Degrees north, at most six decimals.
    #[serde(default)]
    #[schema(pattern = r"^-?[0-9]{1,3}(\.[0-9]{1,6})?$")]
    pub latitude: Option<String>,
    /// Who may know of it; `open` unless said.
    #[serde(default = "open")]
    #[schema(default = "open")]
    pub visibility: Visibility,
    /// The first year it is in the register; this year unless said.
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

    /// The facts in the domain's terms.
    ///
    /// # Errors
    /// 422 that names every wrong field.
    pub fn facts(&self, places: &Places) -> Result<ProjectFacts, Problem> {
        let mut check = Check::new();
        let (code, code_reason) = self.code(&mut check);
        let name = check.field("/name", Name::parse(&self.name));
        let content = check.field("/content", Note::parse(&self.content));
        let leader = check.field("/leader", Line::parse(&self.leader));
        let industry = check.known("/industry", places.line(&self.industry));
        let area = check.known("/area", places.area(&self.area));
        let longitude_e6 = check.optional("/longitude", self.longitude.as_deref().map(millionths));
        let latitude_e6 = check.optional("/latitude", self.latitude.as_deref().map(millionths));
        let texts = name.zip(content).zip(leader);
        let parsed = texts.zip(industry.zip(area)).map(
            |(((name, content), leader), (industry_id, area_id))| ProjectFacts {
                code,
                code_reason,
                name: name.into_string(),
                content: content.into_string(),
                industry_id,
                area_id,
                nature: self.nature,
                total: self.total_investment_wan,
                invested_before: self.invested_before_wan,
                planned_start: self.planned_start,
                planned_finish: self.planned_finish,
                planned_operation: self.planned_operation,
                actual_start: self.actual_start,
                actual_finish: self.actual_finish,
                actual_operation: self.actual_operation,
                leader: leader.into_string(),
                longitude_e6,
                latitude_e6,
                visibility: self.visibility,
            },
        );
        check.done(parsed)
    }

    fn code(&self, check: &mut Check) -> (Option<String>, String) {
        let reason = check.field("/code_reason", Line::parse(&self.code_reason));
        let reason = reason.map(Line::into_string).unwrap_or_default();
        let accept = if reason.is_empty() { Override::None } else { Override::Reasoned };
        let code = self.code.as_deref().map(|code| ProjectCode::parse(code, accept));
        (check.optional("/code", code).map(ProjectCode::into_string), reason)
    }
}

fn millionths(degrees: &str) -> Result<i64, FieldError> {
    let wrong =
        || FieldError::new("", "wrong-form", Words::new("经纬度格式不对。", "Not degrees."));
    let degrees = Decimal::from_str(degrees).map_err(|_| wrong())?;
    (degrees * Decimal::from(1_000_000)).to_i64().ok_or_else(wrong)
}

fn degrees(e6: i64) -> String {
    Decimal::new(e6, 6).to_string()
}

/// The codes of industries and areas, for views.
#[derive(Debug)]
pub struct Places {
    all: Vec<Industry>,
    industries: BTreeMap<IndustryId, String>,
    areas: BTreeMap<AreaId, String>,
}

impl Places {
    /// All there are.
    pub fn load(conn: &mut Conn) -> Result<Self, Problem> {
        let all = industries::all(conn)?;
        let industries = all.iter().map(|i| (i.id, i.code.clone())).collect();
        let areas = areas::all(conn)?.into_iter().map(|a| (a.id, a.code)).collect();
        Ok(Self { all, industries, areas })
    }

    /// The leaf of the tree with this code.
    fn line(&self, code: &str) -> Option<IndustryId> {
        let found = self.all.iter().find(|i| i.code == code)?;
        is_leaf(found.id, &self.all).then_some(found.id)
    }

    fn area(&self, code: &str) -> Option<AreaId> {
        self.areas.iter().find(|(_, c)| *c == code).map(|(id, _)| *id)
    }

    /// A project with codes in the place of ids.
    pub fn view(&self, project: Project) -> ProjectView {
        let facts = project.facts;
        ProjectView {
            id: project.id,
            code: facts.code,
            code_reason: facts.code_reason,
            name: facts.name,
            content: facts.content,
            industry: self.industries.get(&facts.industry_id).cloned().unwrap_or_default(),
            area: self.areas.get(&facts.area_id).cloned().unwrap_or_default(),
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
            longitude: facts.longitude_e6.map(degrees),
            latitude: facts.latitude_e6.map(degrees),
            visibility: facts.visibility,
            registered_year: project.registered_year,
            ended_on: project.ended_on,
            synthetic: project.synthetic,
            created_at: project.created_at,
            updated_at: project.updated_at,
            version: project.version,
        }
    }
}

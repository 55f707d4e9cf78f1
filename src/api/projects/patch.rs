//! A change of a project's facts.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::projects::view::{ProjectInput, ProjectView};
use crate::domain::error::FieldError;
use crate::domain::money::Fen;
use crate::domain::project::{Nature, Visibility};
use crate::domain::words::Words;
use crate::http::body::given;
use crate::http::problem::Problem;

/// A change of a project; what is absent stays. Units and areas may change what describes a project
/// (`content`, `leader`, the coordinates); the rest is the commission's.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct ProjectPatch {
    /// National project code, either form; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 40)]
    pub code: Option<Option<String>>,
    /// Why there is no code yet, or why one with a wrong check digit is right.
    #[serde(default)]
    #[schema(max_length = 500, nullable = false)]
    pub code_reason: Option<String>,
    /// Its name.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    pub name: Option<String>,
    /// Content and scale.
    #[serde(default)]
    #[schema(max_length = 5000, nullable = false)]
    pub content: Option<String>,
    /// The code of its industry line.
    #[serde(default)]
    #[schema(nullable = false)]
    pub industry: Option<String>,
    /// The code of its area.
    #[serde(default)]
    #[schema(nullable = false)]
    pub area: Option<String>,
    /// Nature of construction (建设性质).
    #[serde(default)]
    #[schema(nullable = false)]
    pub nature: Option<Nature>,
    /// Total investment, in 万元.
    #[serde(default)]
    #[schema(nullable = false)]
    pub total_investment_wan: Option<Fen>,
    /// Invested before this register began, in 万元.
    #[serde(default)]
    #[schema(nullable = false)]
    pub invested_before_wan: Option<Fen>,
    /// When construction is to start; null for not known.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    pub planned_start: Option<Option<NaiveDate>>,
    /// When it is to finish; null for not known.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    pub planned_finish: Option<Option<NaiveDate>>,
    /// When operation is to begin; null for not known.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    pub planned_operation: Option<Option<NaiveDate>>,
    /// When construction started; null for not yet.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    pub actual_start: Option<Option<NaiveDate>>,
    /// When it finished; null for not yet.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    pub actual_finish: Option<Option<NaiveDate>>,
    /// When operation began; null for not yet.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    pub actual_operation: Option<Option<NaiveDate>>,
    /// The leader in charge.
    #[serde(default)]
    #[schema(max_length = 500, nullable = false)]
    pub leader: Option<String>,
    /// Degrees east, at most six decimals; null for not known.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, pattern = r"^-?[0-9]{1,3}(\.[0-9]{1,6})?$")]
    pub longitude: Option<Option<String>>,
    /// Degrees north, at most six decimals; null for not known.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, pattern = r"^-?[0-9]{1,3}(\.[0-9]{1,6})?$")]
    pub latitude: Option<Option<String>>,
    /// Who may know of it.
    #[serde(default)]
    #[schema(nullable = false)]
    pub visibility: Option<Visibility>,
}

impl ProjectPatch {
    fn sample() -> serde_json::Value {
        serde_json::json!({"content": "年产 6 万吨，分两期建设", "leader": "王市长"})
    }

    /// The project as it would be sent anew, with this change.
    pub fn merged(&self, now: &ProjectView) -> ProjectInput {
        let p = self.clone();
        ProjectInput {
            code: p.code.unwrap_or_else(|| now.code.clone()),
            code_reason: p.code_reason.unwrap_or_else(|| now.code_reason.clone()),
            name: p.name.unwrap_or_else(|| now.name.clone()),
            content: p.content.unwrap_or_else(|| now.content.clone()),
            industry: p.industry.unwrap_or_else(|| now.industry.clone()),
            area: p.area.unwrap_or_else(|| now.area.clone()),
            stage: now.stage,
            nature: p.nature.unwrap_or(now.nature),
            total_investment_wan: p.total_investment_wan.unwrap_or(now.total_investment_wan),
            invested_before_wan: p.invested_before_wan.unwrap_or(now.invested_before_wan),
            planned_start: p.planned_start.unwrap_or(now.planned_start),
            planned_finish: p.planned_finish.unwrap_or(now.planned_finish),
            planned_operation: p.planned_operation.unwrap_or(now.planned_operation),
            actual_start: p.actual_start.unwrap_or(now.actual_start),
            actual_finish: p.actual_finish.unwrap_or(now.actual_finish),
            actual_operation: p.actual_operation.unwrap_or(now.actual_operation),
            leader: p.leader.unwrap_or_else(|| now.leader.clone()),
            longitude: p.longitude.unwrap_or_else(|| now.longitude.clone()),
            latitude: p.latitude.unwrap_or_else(|| now.latitude.clone()),
            visibility: p.visibility.unwrap_or(now.visibility),
            registered_year: Some(now.registered_year),
        }
    }

    /// Refuses what only the commission may change.
    ///
    /// # Errors
    /// 403 that names every such field.
    pub fn must_only_describe(&self) -> Result<(), Problem> {
        let facts = [
            ("/code", self.code.is_some()),
            ("/code_reason", self.code_reason.is_some()),
            ("/name", self.name.is_some()),
            ("/industry", self.industry.is_some()),
            ("/area", self.area.is_some()),
            ("/nature", self.nature.is_some()),
            ("/total_investment_wan", self.total_investment_wan.is_some()),
            ("/invested_before_wan", self.invested_before_wan.is_some()),
            ("/planned_start", self.planned_start.is_some()),
            ("/planned_finish", self.planned_finish.is_some()),
            ("/planned_operation", self.planned_operation.is_some()),
            ("/actual_start", self.actual_start.is_some()),
            ("/actual_finish", self.actual_finish.is_some()),
            ("/actual_operation", self.actual_operation.is_some()),
            ("/visibility", self.visibility.is_some()),
        ];
        let words = Words::new("该项由发展改革部门维护。", "Only the commission changes this.");
        let errors: Vec<_> = facts
            .into_iter()
            .filter(|(_, given)| *given)
            .map(|(pointer, _)| FieldError::new(pointer, "commission-only", words.clone()))
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(Problem { errors, ..Problem::forbidden() }) }
    }
}

//! Request body that changes a project's facts.

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

/// Changes to a project; absent fields stay as they are. A unit or area may change only `content`,
/// `leader`, `longitude` and `latitude`; the commission may change all fields.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub struct ProjectPatch {
    /// National project code, in the form before or since November 2020; null clears it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 40)]
    pub code: Option<Option<String>>,
    /// Reason why there is no code yet, or why a code with a wrong check digit is correct.
    #[serde(default)]
    #[schema(max_length = 500, nullable = false)]
    pub code_reason: Option<String>,
    /// Name of the project.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    pub name: Option<String>,
    /// Content and scale of construction.
    #[serde(default)]
    #[schema(max_length = 5000, nullable = false)]
    pub content: Option<String>,
    /// The code of its industry line, a leaf of the industry tree.
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
    /// Investment completed before the project was in this register, in 万元.
    #[serde(default)]
    #[schema(nullable = false)]
    pub invested_before_wan: Option<Fen>,
    /// Planned start of construction; null clears it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    pub planned_start: Option<Option<NaiveDate>>,
    /// Planned end of construction; null clears it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    pub planned_finish: Option<Option<NaiveDate>>,
    /// Planned start of operation; null clears it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    pub planned_operation: Option<Option<NaiveDate>>,
    /// Actual start of construction; null clears it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    pub actual_start: Option<Option<NaiveDate>>,
    /// Actual end of construction; null clears it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    pub actual_finish: Option<Option<NaiveDate>>,
    /// Actual start of operation; null clears it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    pub actual_operation: Option<Option<NaiveDate>>,
    /// Leader responsible for the project (包保领导).
    #[serde(default)]
    #[schema(max_length = 500, nullable = false)]
    pub leader: Option<String>,
    /// Longitude in degrees east, at most six decimals; null clears it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, pattern = r"^-?[0-9]{1,3}(\.[0-9]{1,6})?$")]
    pub longitude: Option<Option<String>>,
    /// Latitude in degrees north, at most six decimals; null clears it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, pattern = r"^-?[0-9]{1,3}(\.[0-9]{1,6})?$")]
    pub latitude: Option<Option<String>>,
    /// Who may see the project.
    #[serde(default)]
    #[schema(nullable = false)]
    pub visibility: Option<Visibility>,
}

impl ProjectPatch {
    fn sample() -> serde_json::Value {
        serde_json::json!({"content": "年产 6 万吨，分两期建设", "leader": "王市长"})
    }

    /// The project's complete input after this change.
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

    /// Checks that the change contains no field reserved to the commission.
    ///
    /// # Errors
    /// 403 with every such field.
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
        let words =
            Words::new("该项由发展改革部门维护。", "Only the commission may change this field.");
        let errors: Vec<_> = facts
            .into_iter()
            .filter(|(_, given)| *given)
            .map(|(pointer, _)| FieldError::new(pointer, "commission-only", words.clone()))
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(Problem { errors, ..Problem::forbidden() }) }
    }
}

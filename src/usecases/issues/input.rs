//! Request bodies about issues: content, comment of a step, assignment.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::error::FieldError;
use crate::domain::id::UnitId;
use crate::domain::issue::{Issue, IssueCategory, IssueLevel};
use crate::domain::text::{Name, Note, Reason};
use crate::domain::words::Words;
use crate::store::Conn;
use crate::store::reference::units;
use crate::usecases::check::Check;
use crate::usecases::refusal::Refusal;

/// A new issue, or the new content of an issue.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct IssueInput {
    /// Short title.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// What the issue is about.
    pub category: IssueCategory,
    /// The level of government that has to coordinate it.
    pub level: IssueLevel,
    /// What is requested, and of whom.
    #[schema(min_length = 1, max_length = 5000)]
    pub asked: String,
    /// Day by which it should be cleared; not in the past.
    pub due_on: NaiveDate,
}

/// Checked texts of an issue.
pub(super) struct IssueTexts {
    /// Short title.
    pub title: String,
    /// What is requested, and of whom.
    pub asked: String,
}

impl IssueInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "title": "用地指标不足", "category": "land", "level": "county",
            "asked": "请自然资源部门协调解决二期 35 亩用地指标", "due_on": "2099-07-31",
        })
    }

    /// The texts, trimmed; the due date must not be before `today`.
    ///
    /// # Errors
    /// 422 that names every wrong field.
    pub(super) fn texts(&self, today: NaiveDate) -> Result<IssueTexts, Refusal> {
        let mut check = Check::new();
        let title = check.field("/title", Name::parse(&self.title));
        let asked = check.field("/asked", Note::parse(&self.asked));
        let blank = asked.as_ref().is_some_and(|text| text.as_str().is_empty());
        if blank {
            let words =
                Words::new("请写明请求谁解决什么。", "State what is requested, and of whom.");
            check.note("/asked", FieldError::new("", "blank", words));
        }
        if self.due_on < today {
            check.note("/due_on", in_past(self.due_on, today));
        }
        let (title, asked) = check.done(title.zip(asked))?;
        Ok(IssueTexts { title: title.into_string(), asked: asked.into_string() })
    }
}

/// Field error: `day` is before `today`.
fn in_past(day: NaiveDate, today: NaiveDate) -> FieldError {
    let words = Words::new(
        format!("{day} 已经过去，请给出不早于今天（{today}）的日期。"),
        format!("{day} is in the past; give a day on or after today, {today}."),
    );
    FieldError::new("", "in-past", words)
}

/// Comment of a step.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct StepInput {
    /// What was done, found or requested.
    #[schema(min_length = 2, max_length = 500)]
    pub words: String,
}

impl StepInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({"words": "已与自然资源部门会商，指标月底前落实"})
    }
}

/// The comment of a step, trimmed.
///
/// # Errors
/// 422 when it is too short or too long.
pub(super) fn comment(words: &str) -> Result<Reason, Refusal> {
    let mut check = Check::new();
    let comment = check.field("/words", Reason::parse(words));
    check.done(comment)
}

/// Assignment of an issue to units.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct AssignmentInput {
    /// Id of the leading unit.
    pub lead_unit_id: UnitId,
    /// Ids of the supporting units.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub unit_ids: Vec<UnitId>,
    /// New due date; unchanged if absent. Not in the past.
    #[serde(default)]
    #[schema(nullable = false)]
    pub due_on: Option<NaiveDate>,
    /// Instruction to the units.
    #[schema(min_length = 2, max_length = 500)]
    pub words: String,
}

impl AssignmentInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({
            "lead_unit_id": 1, "unit_ids": [2], "due_on": "2099-07-31",
            "words": "请牵头会商，月底前落实指标",
        })
    }

    /// `issue` with the units, each once, and the due date of this assignment.
    ///
    /// # Errors
    /// 422 that names every unknown unit and a due date in the past.
    pub(super) fn applied_to(
        &self,
        conn: &mut Conn,
        issue: Issue,
        today: NaiveDate,
    ) -> Result<Issue, Refusal> {
        let mut check = Check::new();
        check.known("/lead_unit_id", units::find(conn, self.lead_unit_id)?);
        let mut assigned = vec![self.lead_unit_id];
        for (index, unit) in self.unit_ids.iter().enumerate() {
            check.known(&format!("/unit_ids/{index}"), units::find(conn, *unit)?);
            if !assigned.contains(unit) {
                assigned.push(*unit);
            }
        }
        if let Some(day) = self.due_on.filter(|day| *day < today) {
            check.note("/due_on", in_past(day, today));
        }
        let due_on = self.due_on.unwrap_or(issue.due_on);
        check.done(Some(Issue { units: assigned, due_on, ..issue }))
    }
}

//! Register facts of a project that its page shows without a place of their own.
//!
//! A new field of the register appears here with the label and the unit it has in files and in the
//! history, until the template gives it a better place.

use serde_json::{Map, Value};

use crate::api::imports::column::Column;
use crate::api::imports::project_columns::PROJECTS;
use crate::domain::words::Language;
use crate::pages::events::event_text::value_text;
use crate::usecases::projects::view::ProjectView;
use crate::usecases::reference::names::Names;

/// Fields that the template places by itself.
const PLACED: &[&str] = &[
    "code",
    "code_reason",
    "name",
    "content",
    "industry",
    "area",
    "stage",
    "nature",
    "total_investment_wan",
    "invested_before_wan",
    "planned_start",
    "planned_finish",
    "planned_operation",
    "actual_start",
    "actual_finish",
    "actual_operation",
    "leader",
    "longitude",
    "latitude",
    "visibility",
    "registered_year",
    "ended_on",
];

/// A fact with its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Name of the field in the page language.
    pub label: &'static str,
    /// Value with its unit; a dash if there is none.
    pub text: String,
}

/// The facts of `project` that the template does not place by itself, in the order of files.
pub fn further_facts(project: &ProjectView, names: &Names) -> Vec<Fact> {
    let Ok(Value::Object(fields)) = serde_json::to_value(project) else {
        return Vec::new();
    };
    let text = |name: &str, value: &Value| value_text(name, value, "project", names);
    facts(PROJECTS, &fields, names.language(), text)
}

fn facts(
    columns: &[Column],
    fields: &Map<String, Value>,
    language: Language,
    text: impl Fn(&str, &Value) -> String,
) -> Vec<Fact> {
    let fact = |column: &Column| {
        let (zh, en) = column.label.filter(|_| !PLACED.contains(&column.name))?;
        let text = text(column.name, fields.get(column.name)?);
        let label = match language {
            Language::Chinese => zh,
            Language::English => en,
        };
        let text = if text.is_empty() { "—".to_owned() } else { text };
        Some(Fact { label, text })
    };
    columns.iter().filter_map(fact).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::imports::column::{Form, column};
    use crate::api::imports::parts::WORDS;

    #[test]
    fn a_field_without_a_place_is_shown_with_its_label() {
        let columns = [
            column(("leader", "包保领导"), Form::Text, WORDS, ["", ""], "").in_english("leader"),
            column(("crane", "塔吊"), Form::Text, WORDS, ["", ""], "").in_english("crane"),
            column(("updated_at", "修改时间"), Form::Text, WORDS, ["", ""], ""),
        ];
        let Value::Object(fields) = json!({"leader": "王", "crane": "", "updated_at": "x"}) else {
            panic!("an object");
        };

        let shown = facts(&columns, &fields, Language::English, |_, value| {
            value.as_str().unwrap_or_default().to_owned()
        });

        assert_eq!(shown, [Fact { label: "crane", text: "—".to_owned() }]);
    }
}

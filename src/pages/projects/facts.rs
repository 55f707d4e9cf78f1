//! Register facts of a project that its page shows without a place of their own.
//!
//! A new field of the register appears here with its label in the history, until the template gives it a better place.

use serde_json::{Map, Value};

use crate::domain::labels::{FieldLabel, PROJECT};
use crate::domain::words::Language;
use crate::pages::events::event_text::value_text;
use crate::usecases::projects::view::ProjectView;
use crate::usecases::reference::names::Names;

/// Fields that the template places by itself, or that the page does not show.
const PLACED: &[&str] = &[
    "id",
    "version",
    "synthetic",
    "created_at",
    "updated_at",
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
    "planned_start_precision",
    "planned_finish_precision",
    "planned_operation_precision",
    "actual_start_precision",
    "total_known",
    "leader",
    "package",
    "longitude",
    "latitude",
    "visibility",
    "registered_year",
    "ended_on",
];

/// A fact with its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    /// Name of the field in the page language.
    pub label: &'static str,
    /// Value with its unit; a dash if there is none.
    pub text: String,
}

/// The facts of `project` that the template does not place by itself, in the order of files.
pub(crate) fn further_facts(project: &ProjectView, names: &Names) -> Vec<Fact> {
    let Ok(Value::Object(fields)) = serde_json::to_value(project) else {
        return Vec::new();
    };
    let text = |name: &str, value: &Value| value_text(name, value, "project", names);
    facts(PROJECT, &fields, names.language(), text)
}

fn facts(
    labels: &[FieldLabel],
    fields: &Map<String, Value>,
    language: Language,
    text: impl Fn(&str, &Value) -> String,
) -> Vec<Fact> {
    let fact = |label: &FieldLabel| {
        let text = text(label.field, fields.get(label.field)?);
        let text = if text.is_empty() { "—".to_owned() } else { text };
        Some(Fact { label: label.say(language), text })
    };
    labels.iter().filter(|label| !PLACED.contains(&label.field)).filter_map(fact).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_without_a_place_is_shown_with_its_label() {
        let labels = [
            FieldLabel {
                field: "leader", heading: "包保领导", zh: "包保领导", en: "leader"
            },
            FieldLabel { field: "crane", heading: "塔吊", zh: "塔吊", en: "crane" },
            FieldLabel {
                field: "updated_at",
                heading: "修改时间",
                zh: "修改时间",
                en: "changed at",
            },
        ];
        let Value::Object(fields) = json!({"leader": "王", "crane": "", "updated_at": "x"}) else {
            panic!("an object");
        };

        let shown = facts(&labels, &fields, Language::English, |_, value| {
            value.as_str().unwrap_or_default().to_owned()
        });

        assert_eq!(shown, [Fact { label: "crane", text: "—".to_owned() }]);
    }
}

//! Events as text for people: author, action, subject, and every field before and after.

use serde_json::Value;

use crate::domain::account::access::Role;
use crate::domain::clock::Timestamp;
use crate::domain::issue::{IssueCategory, IssueLevel, IssueState};
use crate::domain::labels;
use crate::domain::light::Light;
use crate::domain::milestone::MilestoneClass;
use crate::domain::money::Fen;
use crate::domain::plan::year_plan::PlanVersionKind;
use crate::domain::project::precision::DatePrecision;
use crate::domain::project::{Nature, Stage, Visibility};
use crate::domain::reference::unit::{UnitKind, UnitRole};
use crate::domain::report::ReportState;
use crate::domain::reporting_month::MonthState;
use crate::domain::roll_over::RollOverState;
use crate::domain::words::{Language, Words};
use crate::pages::events::event_words;
use crate::pages::events::event_words::Bilingual;
use crate::usecases::events::view::{ChangeView, EventView};
use crate::usecases::reference::names::Names;

/// An event as the history page shows it.
pub(crate) struct EventText {
    /// Time in China, to the minute.
    pub at: String,
    /// Name of the author.
    pub who: String,
    /// Kind of author, if not a person; else empty.
    pub by: &'static str,
    /// Action, in the page language.
    pub what: String,
    /// Kind of subject and its id.
    pub subject: String,
    /// Project the subject belongs to.
    pub project: Option<i64>,
    /// Changed fields.
    pub changes: Vec<ChangeText>,
    /// Network address of the request.
    pub origin: String,
}

/// A field before and after.
pub(crate) struct ChangeText {
    /// Field name, in the page language.
    pub field: String,
    /// Value before; empty for none.
    pub before: String,
    /// Value after; empty for none.
    pub after: String,
}

/// Fields not shown: internal, or already shown elsewhere in the line.
const HIDDEN_FIELDS: [&str; 9] = [
    "id",
    "version",
    "created_at",
    "updated_at",
    "synthetic",
    "total",
    "position",
    "project_id",
    "issue_ids",
];

/// An instant as China time, to the minute.
pub(crate) fn local(at: &Timestamp) -> String {
    at.plus_hours(8).naive().format("%Y-%m-%d %H:%M").to_string()
}

/// Converts an event to text.
pub(crate) fn describe(event: EventView, names: &Names) -> EventText {
    let language = names.language();
    let kind = event_words::kind(&event.kind);
    let what = kind.map_or(event.kind.clone(), |(zh, en)| match language {
        Language::Chinese => zh,
        Language::English => en,
    });
    let subject = event_words::subject(&event.subject_kind);
    let subject = subject.map_or(event.subject_kind.as_str(), |both| chosen(both, language));
    let says = |c: &ChangeView| {
        let hidden = HIDDEN_FIELDS.contains(&c.field.as_str()) || is_usual(c);
        !(hidden || empty(&c.before) && empty(&c.after))
    };
    let changes = event.changes.iter().filter(|c| says(c));
    EventText {
        at: local(&event.at),
        by: match (event.actor_kind.as_str(), language) {
            ("client", Language::Chinese) => "接口客户端",
            ("client", Language::English) => "machine client",
            ("system", Language::Chinese) => "系统",
            ("system", Language::English) => "the program",
            _ => "",
        },
        who: event.actor,
        what,
        subject: format!("{subject} #{}", event.subject_id),
        project: event.project_id.map(|id| id.0),
        changes: changes.map(|c| change(c, &event.subject_kind, names)).collect(),
        origin: event.origin,
    }
}

fn chosen(both: Bilingual, language: Language) -> &'static str {
    match language {
        Language::Chinese => both.0,
        Language::English => both.1,
    }
}

/// True for what nobody says of a new project: that its dates are days and its total is known. The
/// total itself says that it is unknown.
fn is_usual(change: &ChangeView) -> bool {
    let is_new_day = change.before.is_null() && change.after == "day";
    change.field == "total_known" || (change.field.ends_with("_precision") && is_new_day)
}

fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

fn change(change: &ChangeView, subject: &str, names: &Names) -> ChangeText {
    let label = labels::find(subject, &change.field);
    let field = label.map_or(change.field.as_str(), |label| label.say(names.language()));
    let say = |value: &Value| say(&change.field, value, subject, names);
    ChangeText { field: field.to_owned(), before: say(&change.before), after: say(&change.after) }
}

/// Value of a field of `subject` as text; empty for null.
pub(crate) fn value_text(field: &str, value: &Value, subject: &str, names: &Names) -> String {
    say(field, value, subject, names)
}

fn say(field: &str, value: &Value, subject: &str, names: &Names) -> String {
    let separator = match names.language() {
        Language::Chinese => "、",
        Language::English => ", ",
    };
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => match (yes, names.language()) {
            (true, Language::Chinese) => "是".to_owned(),
            (false, Language::Chinese) => "否".to_owned(),
            (true, Language::English) => "yes".to_owned(),
            (false, Language::English) => "no".to_owned(),
        },
        Value::Number(number) => number.to_string(),
        Value::String(text) => say_text(field, text, subject, names),
        Value::Array(items) => {
            let each = items.iter().map(|item| say(field, item, subject, names));
            each.collect::<Vec<_>>().join(separator)
        }
        Value::Object(parts) => {
            let text = |name: &str| parts.get(name).and_then(Value::as_str);
            match (text("unit").or(text("detail")), text("role")) {
                (Some(unit), Some(role)) => {
                    let role = word::<UnitRole>(role, |r| r.say(names.language()));
                    format!("{unit}（{role}）")
                }
                (Some(only), None) => only.to_owned(),
                (None, _) => {
                    let each = parts.iter().filter(|(_, v)| !empty(v));
                    let each = each.map(|(name, v)| say(name, v, subject, names));
                    each.collect::<Vec<_>>().join(" ")
                }
            }
        }
    }
}

fn word<T: std::str::FromStr>(text: &str, say: impl Fn(T) -> String) -> String {
    text.parse::<T>().map_or_else(|_| text.to_owned(), say)
}

fn say_text(field: &str, text: &str, subject: &str, names: &Names) -> String {
    let language = names.language();
    let amount = || Fen::parse_wan(text).map(|fen| format!("{} 万元", fen.to_wan_grouped()));
    match (field, subject) {
        ("industry", _) => names.industry(text),
        ("area", _) => names.area(text),
        ("stage", _) => word::<Stage>(text, |v| v.say(language)),
        ("nature", _) => word::<Nature>(text, |v| v.say(language)),
        (name, _) if name.ends_with("_precision") => {
            word::<DatePrecision>(text, |v| v.say(language))
        }
        ("visibility", _) => word::<Visibility>(text, |v| v.say(language)),
        ("light", _) => word::<Light>(text, |v| v.say(language)),
        ("class", _) => word::<MilestoneClass>(text, |v| v.say(language)),
        ("category", _) => word::<IssueCategory>(text, |v| v.say(language)),
        ("level", _) => word::<IssueLevel>(text, |v| v.say(language)),
        ("role", "user" | "client") => word::<Role>(text, |v| v.say(language)),
        ("kind", "year_plan") => word::<PlanVersionKind>(text, |v| v.say(language)),
        ("kind", "unit") => word::<UnitKind>(text, |v| v.say(language)),
        ("state", "report") => word::<ReportState>(text, |v| v.say(language)),
        ("state", "issue") => word::<IssueState>(text, |v| v.say(language)),
        ("state", "reporting_month" | "bulletin") => word::<MonthState>(text, |v| v.say(language)),
        ("state", "roll_over") => word::<RollOverState>(text, |v| v.say(language)),
        ("total_investment_wan", "project") if Fen::parse_wan(text).is_ok_and(Fen::is_zero) => {
            Words::new("待定", "unknown").say(language)
        }
        ("months", "year_plan") => amount().unwrap_or_else(|_| text.to_owned()),
        (name, _) if name.ends_with("_wan") => amount().unwrap_or_else(|_| text.to_owned()),
        (name, _) if name.ends_with("_percent") => format!("{text}%"),
        (name, _) if name.ends_with("_at") || name == "until" => {
            let at = serde_json::from_value::<Timestamp>(text.into());
            at.map_or_else(|_| text.to_owned(), |at| local(&at))
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Fields in the changes of every event that release 0.1.0 wrote, with the kind of record.
    fn recorded_fields() -> BTreeSet<(String, String)> {
        let golden = "tests/golden/0.1.0/tables/13-events.jsonl";
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(golden));
        let mut fields = BTreeSet::new();
        for line in text.unwrap().lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            let subject = event["subject_kind"].as_str().unwrap();
            let changes: Value = serde_json::from_str(event["changes"].as_str().unwrap()).unwrap();
            for change in changes.as_array().unwrap() {
                let field = change["field"].as_str().unwrap();
                fields.insert((subject.to_owned(), field.to_owned()));
            }
        }
        fields
    }

    #[test]
    fn every_field_the_history_shows_has_a_label() {
        let fields = recorded_fields();
        let shown = fields.iter().filter(|(_, field)| !HIDDEN_FIELDS.contains(&field.as_str()));
        let without: Vec<_> =
            shown.filter(|(subject, field)| labels::find(subject, field).is_none()).collect();

        assert!(fields.len() > 100, "{fields:?}");
        assert!(without.is_empty(), "give labels to {without:?}");
    }
}

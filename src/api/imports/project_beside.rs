//! A project of an import with what is stored beside it, and the dates of which a file says less
//! than the day.

use serde::Serialize;
use serde_json::{Value, json};

use crate::api::imports::column::Part;
use crate::domain::project::precision::DatePrecision;
use crate::usecases::answer::Versioned;
use crate::usecases::imports::RecordFields;
use crate::usecases::imports::kind::ImportKind;
use crate::usecases::projects::view::ProjectView;

/// A project with what a file says beside it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ProjectRecord {
    /// The project.
    #[serde(flatten)]
    pub project: ProjectView,
    /// Fields of its units, ids in other systems and plan, by column.
    #[serde(flatten)]
    pub beside: RecordFields,
}

impl Versioned for ProjectRecord {
    fn version(&self) -> i64 {
        self.project.version
    }
}

/// Fields that are stored beside the project.
pub(crate) fn beside_columns() -> impl Iterator<Item = &'static str> {
    let columns = ImportKind::Projects.columns().iter();
    columns.filter(|column| column.part == Part::Beside).map(|column| column.name)
}

/// Takes the fields that are stored beside the project out of a body.
pub(crate) fn take_beside(body: &mut RecordFields) -> RecordFields {
    let mut beside = RecordFields::new();
    for name in beside_columns() {
        if let Some(value) = body.remove(name) {
            beside.insert(name.to_owned(), value);
        }
    }
    beside
}

/// Dates that may be known to the month or the year.
pub(crate) const DATES: [&str; 4] =
    ["planned_start", "planned_finish", "planned_operation", "actual_start"];

/// Replaces dates such as `2021-08` and `2021` by a day and its precision.
pub(crate) fn with_days(mut body: RecordFields) -> RecordFields {
    for name in DATES {
        let Some(text) = body.get(name).and_then(Value::as_str) else {
            continue;
        };
        let (day, precision) = match text.len() {
            4 => (format!("{text}-01-01"), DatePrecision::Year),
            7 => (format!("{text}-01"), DatePrecision::Month),
            _ => continue,
        };
        body.insert(name.to_owned(), json!(day));
        body.insert(format!("{name}_precision"), json!(precision));
    }
    body
}

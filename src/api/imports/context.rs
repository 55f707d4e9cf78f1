//! What the rows of a file share while they are processed in one transaction.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::api::imports::entered::EnteredRow;
use crate::domain::error::FieldError;
use crate::domain::project::Project;
use crate::domain::words::{Language, Words};
use crate::http::problem::Problem;
use crate::store::events::changes;
use crate::store::projects::coded::ReferenceCodes;
use crate::store::{Conn, projects};
use crate::usecases::ask::{Ask, Now};
use crate::usecases::caller::Caller;
use crate::usecases::events::view::ChangeView;

/// State while the rows of a file are processed.
pub struct RowContext<'a> {
    /// Account or client that sends the file.
    pub caller: &'a Caller,
    /// Time of the import.
    pub now: Now,
    /// Language of the answer.
    pub language: Language,
    /// Industries and areas, to convert between ids and codes.
    pub codes: ReferenceCodes,
    seen: BTreeMap<String, u32>,
}

impl<'a> RowContext<'a> {
    /// Loads what the rows need.
    ///
    /// # Errors
    /// Database errors only.
    pub fn load(
        conn: &mut Conn,
        caller: &'a Caller,
        now: Now,
        language: Language,
    ) -> Result<Self, Problem> {
        let codes = ReferenceCodes::load(conn)?;
        Ok(Self { caller, now, language, codes, seen: BTreeMap::new() })
    }

    /// The context of a use case in the transaction of the file.
    pub fn ask<'b>(&'b self, conn: &'b mut Conn) -> Ask<'b> {
        Ask::new(conn, self.caller, self.now, self.language)
    }

    /// Runs the changes of a row. If some of its cells could not be read, the changes are rolled
    /// back: the row was processed only to find its other errors.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn write<T>(
        &self,
        conn: &mut Conn,
        entered: &EnteredRow,
        work: impl FnOnce(&mut Conn) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        conn.attempt(work, |_| entered.is_whole())
    }

    /// Rejects a second row for the same record.
    ///
    /// # Errors
    /// 422.
    pub fn once(&mut self, key: String, entered: &EnteredRow) -> Result<(), Problem> {
        match self.seen.insert(key, entered.number) {
            Some(first) if first != entered.number => {
                let words = Words::new(
                    format!("与第 {first} 行重复；请只保留一行。"),
                    format!("Duplicate of row {first}; keep only one of them."),
                );
                Err(Problem::invalid(vec![FieldError::new("", "duplicate-row", words)]))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The project of a row, if visible to the caller.
    ///
    /// # Errors
    /// 422 if the row names no project, or none that the caller may see.
    pub fn project(&self, conn: &mut Conn, entered: &EnteredRow) -> Result<Project, Problem> {
        let sight = self.caller.sees();
        let id = entered.whole("project_id");
        let code = entered.text("project_code");
        let (name, found) = if let Some(id) = id {
            ("/project_id", projects::find(conn, crate::domain::id::ProjectId(id), sight)?)
        } else if let Some(code) = code {
            ("/project_code", projects::find_by_code(conn, code, sight)?)
        } else if let Some(name) = entered.text("project") {
            let mut named = projects::named(conn, name, sight)?;
            if named.len() > 1 {
                return Err(ambiguous());
            }
            ("/project", named.pop())
        } else {
            return Err(no_project());
        };
        let project = found.ok_or_else(|| unknown_project(name))?;
        match (id, code) {
            (Some(_), Some(code)) if project.facts.code.as_deref() != Some(code) => {
                Err(other_code(&project))
            }
            _ => Ok(project),
        }
    }
}

fn of(pointer: &str, code: &'static str, words: Words) -> Problem {
    Problem::invalid(vec![FieldError::new(pointer, code, words)])
}

/// 422: the project does not exist or is not visible to the caller.
pub fn unknown_project(pointer: &str) -> Problem {
    let words = Words::new(
        "没有这个项目，或您无权办理；请核对编号和代码。",
        "The project does not exist or is not visible to you. Check the id or code.",
    );
    of(pointer, "unknown-project", words)
}

fn ambiguous() -> Problem {
    let words = Words::new(
        "有多个同名项目；请填写项目编号或国家项目代码。",
        "Several projects have this name. Give the project's id or its national code.",
    );
    of("/project", "ambiguous", words)
}

fn no_project() -> Problem {
    let words = Words::new(
        "请填写项目编号、国家项目代码或项目名称。",
        "Give the project's id, national code or name.",
    );
    of("/project_id", "required", words)
}

fn other_code(project: &Project) -> Problem {
    let code = project.facts.code.clone().unwrap_or_default();
    let words = Words::new(
        format!("与项目编号不符（该项目的代码为“{code}”）；请核对是哪个项目。"),
        format!(
            "Does not match the project id: that project's code is {code:?}. Correct the id or the code."
        ),
    );
    of("/project_code", "mismatch", words)
}

/// The error for a missing required value.
pub fn required(name: &str) -> FieldError {
    FieldError::new(format!("/{name}"), "required", Words::new("必须填写。", "Required."))
}

/// The fields of a view, by name.
///
/// # Errors
/// 500 if the view is not an object.
pub fn fields<T: Serialize>(view: &T) -> Result<Map<String, Value>, Problem> {
    match serde_json::to_value(view).map_err(Problem::broken)? {
        Value::Object(map) => Ok(map),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Problem::broken("a view is no object"))
        }
    }
}

/// Fields in which two views differ; for a new record, fields that have a value.
pub fn differences<T: Serialize>(before: Option<&T>, after: &T) -> Vec<ChangeView> {
    let own = ["id", "created_at", "updated_at"];
    let found = changes(before, after).into_iter();
    found.filter(|c| !own.contains(&c.field.as_str())).map(ChangeView::from).collect()
}

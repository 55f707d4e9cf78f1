//! Further conditions of the project list: ids, time of change, ranges of amounts and dates.

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::domain::clock::Timestamp;
use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::store::projects::Wanted;
use crate::store::schema::{events, projects};

/// A range with both ends included; an absent end is open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range<T> {
    /// Smallest value.
    pub from: Option<T>,
    /// Largest value.
    pub to: Option<T>,
}

impl<T> Default for Range<T> {
    fn default() -> Self {
        Self { from: None, to: None }
    }
}

/// Conditions that only the project list has. A project without the date is in no range of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProjectSelection {
    /// Only projects with these ids.
    pub ids: Option<Vec<i64>>,
    /// Only these projects, which have ids in other systems.
    pub holders: Option<Vec<ProjectId>>,
    /// Only projects of this package.
    pub package: Option<String>,
    /// Only these projects, as for lights.
    pub among: Option<Vec<ProjectId>>,
    /// Only projects that were changed at this instant or later, or an event since then is about.
    pub updated_since: Option<Timestamp>,
    /// Total investment.
    pub total: Range<Fen>,
    /// Planned start.
    pub planned_start: Range<NaiveDate>,
    /// Planned finish.
    pub planned_finish: Range<NaiveDate>,
    /// Planned operation.
    pub planned_operation: Range<NaiveDate>,
    /// Actual start.
    pub actual_start: Range<NaiveDate>,
    /// Actual finish.
    pub actual_finish: Range<NaiveDate>,
    /// Actual operation.
    pub actual_operation: Range<NaiveDate>,
}

/// Restricts a boxed query to a range of a column.
macro_rules! within {
    ($query:ident, $column:expr, $range:expr) => {
        if let Some(from) = $range.from {
            $query = $query.filter($column.ge(from));
        }
        if let Some(to) = $range.to {
            $query = $query.filter($column.le(to));
        }
    };
}

pub(in crate::store) use within;

/// The condition that a project is one of `among`. The ids stand in the text: SQLite binds no more
/// than 32,766 values.
fn one_of(among: &[ProjectId]) -> String {
    if among.is_empty() {
        return "projects.id in (null)".to_owned();
    }
    let ids: Vec<String> = among.iter().map(ProjectId::to_string).collect();
    format!("projects.id in ({})", ids.join(","))
}

impl ProjectSelection {
    /// `query` with these conditions.
    pub(super) fn apply<'a>(&'a self, mut query: Wanted<'a>) -> Wanted<'a> {
        if let Some(ids) = &self.ids {
            query = query.filter(projects::id.eq_any(ids));
        }
        if let Some(holders) = &self.holders {
            query = query.filter(projects::id.eq_any(holders.iter().map(|p| p.0)));
        }
        if let Some(package) = &self.package {
            query = query.filter(projects::package.eq(package));
        }
        if let Some(among) = &self.among {
            query = query.filter(sql::<Bool>(&one_of(among)));
        }
        if let Some(since) = self.updated_since {
            let changed = events::table
                .filter(events::subject_kind.eq("project"))
                .filter(events::at.ge(since.naive()))
                .select(events::subject_id);
            let changed = projects::id.eq_any(changed);
            query = query.filter(projects::updated_at.ge(since.naive()).or(changed));
        }
        let total = Range { from: self.total.from.map(Fen::get), to: self.total.to.map(Fen::get) };
        if total.from.or(total.to).is_some() {
            // An unknown total is in no range.
            query = query.filter(projects::total_fen.gt(0));
        }
        within!(query, projects::total_fen, total);
        within!(query, projects::planned_start, self.planned_start);
        within!(query, projects::planned_finish, self.planned_finish);
        within!(query, projects::planned_operation, self.planned_operation);
        within!(query, projects::actual_start, self.actual_start);
        within!(query, projects::actual_finish, self.actual_finish);
        within!(query, projects::actual_operation, self.actual_operation);
        query
    }
}

#[cfg(test)]
mod tests {
    use super::one_of;
    use crate::domain::id::ProjectId;

    #[test]
    fn projects_stand_in_the_text_of_the_condition() {
        assert_eq!(one_of(&[ProjectId(3), ProjectId(17)]), "projects.id in (3,17)");
        // PostgreSQL refuses an empty list.
        assert_eq!(one_of(&[]), "projects.id in (null)");
    }
}

//! Filters for issues, shared by lists and counts.

use chrono::{Days, NaiveDate};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::id::UnitId;
use crate::domain::issue::{IssueCategory, IssueLevel, IssueState};
use crate::store::Conn;
use crate::store::issues::IssueFilter;
use crate::store::issues::selection::IssueSelection;
use crate::usecases::projects::filter::PlaceFilter;
use crate::usecases::projects::records::{RecordQuery, ids_of};
use crate::usecases::projects::selection::range;
use crate::usecases::refusal::Refusal;

/// Filters for issues. Different parameters are combined with "and", repeated ones with "or".
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IssueQuery {
    /// Only issues in one of these states.
    #[serde(default)]
    pub state: Vec<IssueState>,
    /// If true, only issues that are not cleared.
    #[serde(default)]
    #[param(default = false)]
    pub open: bool,
    /// Only issues of one of these categories.
    #[serde(default)]
    pub category: Vec<IssueCategory>,
    /// Only issues at one of these levels.
    #[serde(default)]
    pub level: Vec<IssueLevel>,
    /// Only issues assigned to one of these units, by id.
    #[serde(default)]
    pub unit: Vec<UnitId>,
    /// If true, only issues that are past their due date and not cleared.
    #[serde(default)]
    #[param(default = false)]
    pub overdue: bool,
    /// Only issues raised at least this many days ago.
    #[param(nullable = false, minimum = 0, maximum = 36500)]
    pub min_age_days: Option<u64>,
    /// Only issues raised at most this many days ago.
    #[param(nullable = false, minimum = 0, maximum = 36500)]
    pub max_age_days: Option<u64>,
}

impl IssueQuery {
    /// Converts to a store filter. Ages and overdue dates are relative to `today`.
    ///
    /// # Errors
    /// 400 with every unknown code in `places`.
    pub(crate) fn known(
        &self,
        conn: &mut Conn,
        places: &PlaceFilter,
        today: NaiveDate,
    ) -> Result<IssueFilter, Refusal> {
        let (industries, areas) = places.known(conn)?;
        let ago = |days: Option<u64>| days.and_then(|days| today.checked_sub_days(Days::new(days)));
        Ok(IssueFilter {
            project: None,
            states: self.state.clone(),
            not_cleared: self.open || self.overdue,
            categories: self.category.clone(),
            levels: self.level.clone(),
            units: self.unit.clone(),
            areas,
            industries,
            due_before: self.overdue.then_some(today),
            raised_by_day: ago(self.min_age_days),
            raised_from_day: ago(self.max_age_days),
            selection: IssueSelection::default(),
        })
    }
}

/// Due dates of the issues in a list; both ends are included.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DueQuery {
    /// Only issues due on this day or later.
    #[param(nullable = false)]
    pub due_on_from: Option<NaiveDate>,
    /// Only issues due on this day or earlier.
    #[param(nullable = false)]
    pub due_on_to: Option<NaiveDate>,
}

impl DueQuery {
    /// The conditions of the list, with ids, projects and time of change from `records`.
    ///
    /// # Errors
    /// 400 if the range ends before it begins.
    pub(crate) fn known(&self, records: &RecordQuery) -> Result<IssueSelection, Refusal> {
        let mut errors = Vec::new();
        let due_on = range(self.due_on_from, self.due_on_to, "?due_on_to", &mut errors);
        if !errors.is_empty() {
            return Err(Refusal::bad_parameters(errors));
        }
        Ok(IssueSelection {
            ids: ids_of(records.ids.as_deref()),
            projects: records.project.clone(),
            updated_since: records.updated_since,
            due_on,
        })
    }
}

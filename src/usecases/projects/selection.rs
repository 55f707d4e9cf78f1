//! Further filters of the project list: ids, time of change, ranges of amounts and dates.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::project::external_id::ExternalId;
use crate::domain::words::Words;
use crate::store::Conn;
use crate::store::projects::external_ids;
use crate::store::projects::selection::{ProjectSelection, Range};
use crate::usecases::projects::records::ids_of;
use crate::usecases::refusal::Refusal;

/// Further filters of the project list. Ranges include both ends; a project without the date is in
/// none.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SelectionQuery {
    /// Only projects with one of these ids: up to 200, separated by commas.
    #[param(nullable = false, pattern = "^[0-9]{1,18}(,[0-9]{1,18}){0,199}$", example = "3,7,12")]
    pub ids: Option<String>,
    /// Only projects with one of these ids in other systems, each as `system:value`.
    #[serde(default)]
    #[param(example = json!(["provincial-platform:SD-2021-0017"]))]
    pub external: Vec<String>,
    /// Only projects of the package with exactly this name.
    #[param(nullable = false, min_length = 1, max_length = 500)]
    pub package: Option<String>,
    /// Only projects that were registered or changed at this instant or later.
    #[param(nullable = false, example = "2021-06-30T00:00:00Z")]
    pub updated_since: Option<Timestamp>,
    /// Total investment of at least this amount, in 万元.
    #[param(nullable = false)]
    pub total_investment_wan_from: Option<Fen>,
    /// Total investment of at most this amount, in 万元.
    #[param(nullable = false)]
    pub total_investment_wan_to: Option<Fen>,
    /// Planned start on this day or later.
    #[param(nullable = false)]
    pub planned_start_from: Option<NaiveDate>,
    /// Planned start on this day or earlier.
    #[param(nullable = false)]
    pub planned_start_to: Option<NaiveDate>,
    /// Planned finish on this day or later.
    #[param(nullable = false)]
    pub planned_finish_from: Option<NaiveDate>,
    /// Planned finish on this day or earlier.
    #[param(nullable = false)]
    pub planned_finish_to: Option<NaiveDate>,
    /// Planned operation on this day or later.
    #[param(nullable = false)]
    pub planned_operation_from: Option<NaiveDate>,
    /// Planned operation on this day or earlier.
    #[param(nullable = false)]
    pub planned_operation_to: Option<NaiveDate>,
    /// Actual start on this day or later.
    #[param(nullable = false)]
    pub actual_start_from: Option<NaiveDate>,
    /// Actual start on this day or earlier.
    #[param(nullable = false)]
    pub actual_start_to: Option<NaiveDate>,
    /// Actual finish on this day or later.
    #[param(nullable = false)]
    pub actual_finish_from: Option<NaiveDate>,
    /// Actual finish on this day or earlier.
    #[param(nullable = false)]
    pub actual_finish_to: Option<NaiveDate>,
    /// Actual operation on this day or later.
    #[param(nullable = false)]
    pub actual_operation_from: Option<NaiveDate>,
    /// Actual operation on this day or earlier.
    #[param(nullable = false)]
    pub actual_operation_to: Option<NaiveDate>,
}

impl SelectionQuery {
    /// The conditions of the store.
    ///
    /// # Errors
    /// 400 with every range that ends before it begins.
    pub(crate) fn known(&self, conn: &mut Conn) -> Result<ProjectSelection, Refusal> {
        let mut errors = Vec::new();
        let selection = ProjectSelection {
            total: range(
                self.total_investment_wan_from,
                self.total_investment_wan_to,
                "?total_investment_wan_to",
                &mut errors,
            ),
            planned_start: range(
                self.planned_start_from,
                self.planned_start_to,
                "?planned_start_to",
                &mut errors,
            ),
            planned_finish: range(
                self.planned_finish_from,
                self.planned_finish_to,
                "?planned_finish_to",
                &mut errors,
            ),
            planned_operation: range(
                self.planned_operation_from,
                self.planned_operation_to,
                "?planned_operation_to",
                &mut errors,
            ),
            actual_start: range(
                self.actual_start_from,
                self.actual_start_to,
                "?actual_start_to",
                &mut errors,
            ),
            actual_finish: range(
                self.actual_finish_from,
                self.actual_finish_to,
                "?actual_finish_to",
                &mut errors,
            ),
            actual_operation: range(
                self.actual_operation_from,
                self.actual_operation_to,
                "?actual_operation_to",
                &mut errors,
            ),
            ..self.exact(conn, &mut errors)?
        };
        if errors.is_empty() { Ok(selection) } else { Err(Refusal::bad_parameters(errors)) }
    }
}

impl SelectionQuery {
    /// The conditions that are no ranges.
    fn exact(
        &self,
        conn: &mut Conn,
        errors: &mut Vec<FieldError>,
    ) -> Result<ProjectSelection, Refusal> {
        Ok(ProjectSelection {
            ids: ids_of(self.ids.as_deref()),
            holders: self.holders(conn, errors)?,
            package: self.package.as_deref().map(str::trim).map(str::to_owned),
            updated_since: self.updated_since,
            ..ProjectSelection::default()
        })
    }

    /// The projects with one of the ids in other systems; `None` if none is asked for.
    fn holders(
        &self,
        conn: &mut Conn,
        errors: &mut Vec<FieldError>,
    ) -> Result<Option<Vec<ProjectId>>, Refusal> {
        let mut found = Vec::new();
        for text in &self.external {
            if let Some(id) = ExternalId::of_text(text) {
                found.extend(external_ids::holder(conn, &id)?);
                continue;
            }
            let words = Words::new(
                "应写作 系统:编号。",
                "Must be the name of a system and its id: system:value.",
            );
            errors.push(FieldError::new("?external", "wrong-form", words));
        }
        Ok((!self.external.is_empty()).then_some(found))
    }
}

/// A range of two parameters; notes an error at `pointer` if it ends before it begins.
pub(crate) fn range<T: PartialOrd + Copy>(
    from: Option<T>,
    to: Option<T>,
    pointer: &'static str,
    errors: &mut Vec<FieldError>,
) -> Range<T> {
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        let words = Words::new("范围的终点早于或小于起点。", "The range ends before it begins.");
        errors.push(FieldError::new(pointer, "out-of-range", words));
    }
    Range { from, to }
}

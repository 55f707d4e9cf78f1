//! Filters shared by lists across projects: of reports, restatements, milestones, year plans.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::clock::Timestamp;
use crate::domain::id::ProjectId;
use crate::store::Conn;
use crate::store::projects::scope::RecordScope;
use crate::usecases::projects::filter::PlaceFilter;
use crate::usecases::refusal::Refusal;

/// Filters of a list across projects.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordQuery {
    /// Only those with one of these ids: up to 200, separated by commas.
    #[param(nullable = false, pattern = "^[0-9]{1,18}(,[0-9]{1,18}){0,199}$", example = "3,7,12")]
    pub ids: Option<String>,
    /// Only those of one of these projects, by id.
    #[serde(default)]
    pub project: Vec<ProjectId>,
    /// Only those that were added or changed at this instant or later. What was changed by
    /// something else, such as the rename of a unit, is not included: the feed has every change.
    #[param(nullable = false, example = "2021-06-30T00:00:00Z")]
    pub updated_since: Option<Timestamp>,
}

/// The ids in a text such as `3,7,12`; `None` without a text.
pub(crate) fn ids_of(text: Option<&str>) -> Option<Vec<i64>> {
    text.map(|text| text.split(',').filter_map(|id| id.parse().ok()).collect())
}

impl RecordQuery {
    /// The scope of the store, with the places.
    ///
    /// # Errors
    /// 400 with every unknown code of `places`.
    pub(crate) fn known(
        &self,
        conn: &mut Conn,
        places: &PlaceFilter,
    ) -> Result<RecordScope, Refusal> {
        let (industries, areas) = places.known(conn)?;
        Ok(RecordScope {
            ids: ids_of(self.ids.as_deref()),
            projects: self.project.clone(),
            industries,
            areas,
            updated_since: self.updated_since,
        })
    }
}

//! Project filters shared by lists and summaries.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::error::FieldError;
use crate::domain::id::{AreaId, IndustryId, UnitId};
use crate::domain::month::Year;
use crate::domain::project::{Nature, Stage};
use crate::domain::reference::industry::{Industry, IndustryGroup};
use crate::domain::reference::unit::UnitRole;
use crate::domain::words::Words;
use crate::store::Conn;
use crate::store::projects::ProjectFilter;
use crate::store::projects::selection::ProjectSelection;
use crate::store::reference::{areas, industries};
use crate::usecases::refusal::Refusal;

/// Filters for projects. Different parameters are combined with "and", repeated ones with "or".
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilterQuery {
    /// Only projects of one of these industries, by code. The code of a parent industry includes
    /// all its lines.
    #[serde(default)]
    #[param(example = json!(["new_energy"]))]
    pub industry: Vec<String>,
    /// Only projects of one of these industry groups.
    #[serde(default)]
    pub group: Vec<IndustryGroup>,
    /// Only projects in one of these areas, by code.
    #[serde(default)]
    #[param(example = json!(["dongying"]))]
    pub area: Vec<String>,
    /// Only projects whose current stage is one of these.
    #[serde(default)]
    pub stage: Vec<Stage>,
    /// Only projects of one of these natures of construction.
    #[serde(default)]
    pub nature: Vec<Nature>,
    /// Only projects in which one of these units, by id, has a role.
    #[serde(default)]
    pub unit: Vec<UnitId>,
    /// Only projects in which one of the units in `unit`, or any unit if none is given, has this
    /// role.
    #[param(nullable = false)]
    pub role: Option<UnitRole>,
    /// Only projects whose name, national code, leader or package, an id in another system, or the
    /// name or credit code of an owner contains this text. Case, full and half width and other forms
    /// of the same letter (`Ⅱ` and `II`, `㎡` and `m2`) do not matter. As published: only name, code
    /// and names of owners.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    pub q: Option<String>,
}

/// Filters by industry and area, for what belongs to projects.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PlaceFilter {
    /// Only those of projects of one of these industries, by code. The code of a parent industry
    /// includes all its lines.
    #[serde(default)]
    #[param(example = json!(["new_energy"]))]
    pub industry: Vec<String>,
    /// Only those of projects in one of these areas, by code.
    #[serde(default)]
    #[param(example = json!(["dongying"]))]
    pub area: Vec<String>,
}

impl PlaceFilter {
    /// Ids of the industries and areas in the filter; `None` if it does not restrict them.
    ///
    /// # Errors
    /// 400 with every unknown code.
    #[expect(clippy::type_complexity, reason = "two lists, each of which may be absent")]
    pub(crate) fn known(
        &self,
        conn: &mut Conn,
    ) -> Result<(Option<Vec<IndustryId>>, Option<Vec<AreaId>>), Refusal> {
        let industry = self.industry.clone();
        let area = self.area.clone();
        let all = FilterQuery { industry, area, ..FilterQuery::default() };
        let filter = all.known(conn, None)?;
        Ok((filter.industries, filter.areas))
    }
}

impl FilterQuery {
    /// Converts to a store filter, restricted to projects in the register in `year` if given.
    ///
    /// # Errors
    /// 400 with every unknown code.
    pub(crate) fn known(
        &self,
        conn: &mut Conn,
        year: Option<Year>,
    ) -> Result<ProjectFilter, Refusal> {
        let mut errors = Vec::new();
        let industries = self.industries(&industries::all(conn)?, &mut errors);
        let all = areas::all(conn)?;
        let areas = (!self.area.is_empty()).then(|| {
            let id = |code: &String| all.iter().find(|a| a.code == *code).map(|a| a.id);
            known(&self.area, "?area", id, &mut errors)
        });
        if !errors.is_empty() {
            return Err(Refusal::bad_parameters(errors));
        }
        Ok(ProjectFilter {
            project: None,
            year,
            industries,
            areas,
            stages: self.stage.clone(),
            natures: self.nature.clone(),
            units: self.unit.clone(),
            unit_role: self.role,
            q: self.q.clone(),
            selection: ProjectSelection::default(),
        })
    }

    /// The industries and their lines, restricted to the groups in the filter.
    fn industries(
        &self,
        all: &[Industry],
        errors: &mut Vec<FieldError>,
    ) -> Option<Vec<IndustryId>> {
        if self.industry.is_empty() && self.group.is_empty() {
            return None;
        }
        let id = |code: &String| all.iter().find(|i| i.code == *code).map(|i| i.id);
        let named = known(&self.industry, "?industry", id, errors);
        let by_name = |i: &Industry| {
            self.industry.is_empty()
                || named.contains(&i.id)
                || i.parent_id.is_some_and(|p| named.contains(&p))
        };
        let by_group = |i: &Industry| self.group.is_empty() || self.group.contains(&i.group);
        Some(all.iter().filter(|i| by_name(i) && by_group(i)).map(|i| i.id).collect())
    }
}

fn known<T>(
    codes: &[String],
    pointer: &str,
    id: impl Fn(&String) -> Option<T>,
    errors: &mut Vec<FieldError>,
) -> Vec<T> {
    let mut found = Vec::new();
    for code in codes {
        if let Some(id) = id(code) {
            found.push(id);
        } else {
            let words = Words::new(
                format!("没有代码为 {code} 的条目；请从相应列表中选取。"),
                format!("Unknown code {code:?}; use one from the list of industries or areas."),
            );
            errors.push(FieldError::new(pointer, "not-there", words));
        }
    }
    found
}

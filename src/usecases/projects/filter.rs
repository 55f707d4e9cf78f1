//! The filters every question about projects takes.

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
use crate::store::reference::{areas, industries};
use crate::usecases::refusal::Refusal;

/// Which projects; a repeated parameter means "or".
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilterQuery {
    /// Of one of these industries, by code; a code with parts stands for all of them.
    #[serde(default)]
    #[param(example = json!(["new_energy"]))]
    pub industry: Vec<String>,
    /// Of one of these groups.
    #[serde(default)]
    pub group: Vec<IndustryGroup>,
    /// In one of these areas, by code.
    #[serde(default)]
    #[param(example = json!(["dongying"]))]
    pub area: Vec<String>,
    /// In one of these stages, as they are now.
    #[serde(default)]
    pub stage: Vec<Stage>,
    /// Of one of these natures.
    #[serde(default)]
    pub nature: Vec<Nature>,
    /// In which one of these units, by id, has a role.
    #[serde(default)]
    pub unit: Vec<UnitId>,
    /// In which those units, or any, have this role.
    #[param(nullable = false)]
    pub role: Option<UnitRole>,
    /// With this in the name or the national code.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    pub q: Option<String>,
}

/// Projects of which places.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlaceFilter {
    /// Of projects of one of these industries, by code; a code with parts stands for all of them.
    #[serde(default)]
    #[param(example = json!(["new_energy"]))]
    pub industry: Vec<String>,
    /// Of projects in one of these areas, by code.
    #[serde(default)]
    #[param(example = json!(["dongying"]))]
    pub area: Vec<String>,
}

impl PlaceFilter {
    /// The industries and areas asked for, where any were.
    ///
    /// # Errors
    /// 400 that names every code that is not there.
    #[expect(clippy::type_complexity, reason = "two lists, each of which may be absent")]
    pub fn known(
        &self,
        conn: &mut Conn,
    ) -> Result<(Option<Vec<IndustryId>>, Option<Vec<AreaId>>), Refusal> {
        let (industry, area) = (self.industry.clone(), self.area.clone());
        let all = FilterQuery { industry, area, ..FilterQuery::default() };
        let filter = all.known(conn, None)?;
        Ok((filter.industries, filter.areas))
    }
}

impl FilterQuery {
    /// The filter in the store's terms.
    ///
    /// # Errors
    /// 400 that names every code that is not there.
    pub fn known(&self, conn: &mut Conn, year: Option<Year>) -> Result<ProjectFilter, Refusal> {
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
        })
    }

    /// The industries themselves and their parts, as far as they are of the groups asked for.
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
                format!("There is no code {code:?}; take one from its list."),
            );
            errors.push(FieldError::new(pointer, "not-there", words));
        }
    }
    found
}

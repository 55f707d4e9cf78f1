//! Row keys of lights, starts and rankings: industry line, group, area or unit.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::figures::dimensions::{Dimension, Key, Keys};
use crate::domain::id::UnitId;
use crate::domain::reference::industry::IndustryGroup;
use crate::domain::reference::unit::UnitRole;

/// Dimension by which lights, starts and rankings are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlaceDimension {
    /// The industry line.
    Industry,
    /// The industry group.
    Group,
    /// The area.
    Area,
    /// The responsible unit, in one role.
    Unit,
}

impl From<PlaceDimension> for Dimension {
    fn from(dimension: PlaceDimension) -> Self {
        match dimension {
            PlaceDimension::Industry => Self::Industry,
            PlaceDimension::Group => Self::Group,
            PlaceDimension::Area => Self::Area,
            PlaceDimension::Unit => Self::Unit,
        }
    }
}

/// Grouping of the rows.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlaceQuery {
    /// Dimension of the rows. Units are counted in the role `role`, by default `owner`; a project
    /// with several such units is in the row of each, and once in the total.
    #[serde(default = "area")]
    #[param(default = "area")]
    pub by: PlaceDimension,
}

fn area() -> PlaceDimension {
    PlaceDimension::Area
}

/// Key of a row. Only the fields of the requested dimension are present; none on a total.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Place {
    /// The code of the industry line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "next_gen_it")]
    pub industry: Option<String>,
    /// The industry group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub group: Option<IndustryGroup>,
    /// The code of the area.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "dongying")]
    pub area: Option<String>,
    /// The unit's id; absent on the row of projects that have no unit in the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<i64>)]
    pub unit_id: Option<UnitId>,
    /// The unit's name; absent on the row of projects that have no unit in the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub unit: Option<String>,
    /// The role in which units are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub role: Option<UnitRole>,
}

impl Place {
    /// Adds `key`. Stages, natures and months are ignored.
    #[must_use]
    pub fn with(self, key: Key, keys: &Keys) -> Self {
        match key {
            Key::Industry(_, id) => Self { industry: keys.industry(id), ..self },
            Key::Group(group) => Self { group: Some(group), ..self },
            Key::Area(_, id) => Self { area: keys.area(id), ..self },
            Key::Unit(id) => {
                let unit = id.and_then(|id| keys.unit(id));
                Self { unit_id: id, unit, role: Some(keys.role), ..self }
            }
            Key::Stage(_) | Key::Nature(_) | Key::Month(_) => self,
        }
    }

    /// The place of a single key.
    pub fn of(key: Key, keys: &Keys) -> Self {
        Self::default().with(key, keys)
    }
}

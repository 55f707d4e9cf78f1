//! The dimensions of summaries: what their rows can be of.
//!
//! A dimension is its variant, its arm in `Dimension::rows` and its field in `RowKey`.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::figures::period::Period;
use crate::domain::figures::summary::ProjectYear;
use crate::domain::id::UnitId;
use crate::domain::month::Month;
use crate::domain::project::{Nature, Stage};
use crate::domain::reference::industry::IndustryGroup;
use crate::domain::reference::unit::UnitRole;
use crate::domain::text_enum::text_enum;
use crate::usecases::figures::key_names::KeyNames;
use crate::usecases::figures::rows::{Key, order};

text_enum! {
    /// Dimension by which investment is grouped.
    Dimension {
        /// The industry line.
        Industry = "industry" "产业",
        /// The industry group.
        Group = "group" "产业类别",
        /// The area.
        Area = "area" "县区和开发区",
        /// The responsible unit, in one role.
        Unit = "unit" "责任单位",
        /// The project's current stage.
        Stage = "stage" "库别",
        /// The nature of construction.
        Nature = "nature" "建设性质",
        /// The calendar month.
        Month = "month" "月份",
    }
}

text_enum! {
    /// Dimension by which lights, starts and rankings are grouped.
    PlaceDimension {
        /// The industry line.
        Industry = "industry" "产业",
        /// The industry group.
        Group = "group" "产业类别",
        /// The area.
        Area = "area" "县区和开发区",
        /// The responsible unit, in one role.
        Unit = "unit" "责任单位",
    }
}

impl Dimension {
    /// The rows that `project` belongs to, each with its order and its name. A project with several
    /// units belongs to several rows.
    pub(super) fn rows(self, names: &KeyNames, project: &ProjectYear, period: Period) -> Vec<Key> {
        match self {
            Self::Industry => vec![names.industry_key(project.industry)],
            Self::Group => names.group_key(project.industry).into_iter().collect(),
            Self::Area => vec![names.area_key(project.area)],
            Self::Unit => names.unit_keys(project.id),
            Self::Stage => {
                let row = RowKey { stage: Some(project.stage), ..RowKey::default() };
                vec![Key::of_value(order(Stage::ALL, project.stage), row)]
            }
            Self::Nature => {
                let row = RowKey { nature: Some(project.nature), ..RowKey::default() };
                vec![Key::of_value(order(Nature::ALL, project.nature), row)]
            }
            Self::Month => {
                let row = |month| RowKey { month: Some(month), ..RowKey::default() };
                period.months().enumerate().map(|(n, m)| Key::of_value(n, row(m))).collect()
            }
        }
    }
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

/// Industry, area or unit of a row. Only the fields of the requested dimension are present; none on
/// a total.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Place)]
pub(crate) struct RowPlace {
    /// The code of the industry line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "next_gen_it")]
    pub industry: Option<String>,
    /// The name of the industry line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub industry_name: Option<String>,
    /// The industry group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub group: Option<IndustryGroup>,
    /// The code of the area.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "dongying")]
    pub area: Option<String>,
    /// The name of the area.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub area_name: Option<String>,
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

impl RowPlace {
    /// True if both are the same record; its names may have changed.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let identity = |place: &Self| {
            (place.industry.clone(), place.group, place.area.clone(), place.unit_id, place.role)
        };
        identity(self) == identity(other)
    }
}

/// All that a row can be of. Only the fields of the requested dimensions are present; none on a
/// total.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct RowKey {
    /// Industry, group, area or unit.
    #[serde(flatten)]
    pub place: RowPlace,
    /// The stage; only if grouped by stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stage: Option<Stage>,
    /// The nature of construction; only if grouped by nature.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub nature: Option<Nature>,
    /// The month; only if grouped by month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "2021-05")]
    pub month: Option<Month>,
}

impl From<RowPlace> for RowKey {
    fn from(place: RowPlace) -> Self {
        Self { place, ..Self::default() }
    }
}

impl RowKey {
    /// The key of a row of two dimensions.
    pub(super) fn and(self, other: Self) -> Self {
        let Self { place, stage, nature, month } = other;
        let RowPlace { industry, industry_name, group, area, area_name, unit_id, unit, role } =
            place;
        Self {
            place: RowPlace {
                industry: self.place.industry.or(industry),
                industry_name: self.place.industry_name.or(industry_name),
                group: self.place.group.or(group),
                area: self.place.area.or(area),
                area_name: self.place.area_name.or(area_name),
                unit_id: self.place.unit_id.or(unit_id),
                unit: self.place.unit.or(unit),
                role: self.place.role.or(role),
            },
            stage: self.stage.or(stage),
            nature: self.nature.or(nature),
            month: self.month.or(month),
        }
    }
}

/// Grouping of the rows.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PlaceQuery {
    /// Dimension of the rows. Units are counted in the role `role`, by default `owner`; a project
    /// with several such units is in the row of each, and once in the total.
    #[serde(default = "area")]
    #[param(default = "area")]
    pub by: PlaceDimension,
}

fn area() -> PlaceDimension {
    PlaceDimension::Area
}

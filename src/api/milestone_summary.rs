//! What is due, overdue and moved; what was to start and has.

use std::collections::BTreeMap;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::asked::{PeriodQuery, Scope, Stated};
use super::caller::{Permit, ReadSummaries};
use super::investment_rows::{Dimension, Key, Keys};
use super::problem::Problem;
use super::project_filter::FilterQuery;
use super::query::{Both, Query};
use super::reply::Json;
use super::routes::Routes;
use crate::domain::clock::Timestamp;
use crate::domain::id::UnitId;
use crate::domain::industry::IndustryGroup;
use crate::domain::milestone_figures::{CountRate, MilestoneFigures, StartFacts};
use crate::domain::month::{Month, Year};
use crate::domain::rate::Hundredths;
use crate::domain::unit::UnitRole;
use crate::routes;
use crate::store::{milestones, summaries};

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["summaries"; get_milestone_summary]
}

/// What starts and milestones can be counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlaceDimension {
    /// The industry line.
    Industry,
    /// The group of industries.
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

/// By what.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlaceQuery {
    /// What rows are of.
    #[serde(default = "area")]
    #[param(default = "area")]
    pub by: PlaceDimension,
}

fn area() -> PlaceDimension {
    PlaceDimension::Area
}

/// A share of a number of things, with its parts.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = CountRate)]
pub struct CountRateView {
    /// The part.
    pub numerator: i64,
    /// The whole.
    pub denominator: i64,
    /// The part of the whole, in per cent; null when the whole is zero.
    pub percent: Option<Hundredths>,
}

impl From<CountRate> for CountRateView {
    fn from(rate: CountRate) -> Self {
        Self { numerator: rate.numerator, denominator: rate.denominator, percent: rate.percent() }
    }
}

/// Starts and milestones, summed by one dimension.
#[derive(Debug, Serialize, ToSchema)]
pub struct MilestoneSummary {
    /// The year.
    pub year: Year,
    /// Judged at the end of this month, or today if earlier.
    pub through: Month,
    /// What rows are of.
    pub by: PlaceDimension,
    /// Which projects the sums cover.
    pub scope: Scope,
    /// Whether the projects are synthetic.
    pub synthetic: bool,
    /// The instant it was asked.
    pub as_of: Timestamp,
    /// The id of the last event it contains.
    pub last_event: i64,
    /// The rows.
    pub rows: Vec<MilestoneRow>,
    /// All projects once, whatever the rows share.
    pub total: MilestoneRow,
}

/// Starts and milestones of one row.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MilestoneRow {
    /// The industry line, by code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub industry: Option<String>,
    /// The group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub group: Option<IndustryGroup>,
    /// The area, by code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub area: Option<String>,
    /// The unit's id; absent on the row of projects without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<i64>)]
    pub unit_id: Option<UnitId>,
    /// The unit's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub unit: Option<String>,
    /// The role in which units are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub role: Option<UnitRole>,
    /// Started ÷ to start this year: not started before it, and planned by its end or started in
    /// it.
    pub start_rate_of_year: CountRateView,
    /// Started ÷ due by now; what started early counts as due.
    pub start_rate_of_due: CountRateView,
    /// Milestones whose baseline lies in the month.
    pub due_in_month: i64,
    /// Of them reached.
    pub reached_in_month: i64,
    /// Milestones whose baseline has passed unreached.
    pub overdue: i64,
    /// Unreached milestones forecast, as things stand now, for another day than their baseline.
    pub moved: i64,
    /// By how many days in all.
    pub moved_days: i64,
}

impl MilestoneRow {
    fn of(figures: &MilestoneFigures) -> Self {
        Self {
            industry: None,
            group: None,
            area: None,
            unit_id: None,
            unit: None,
            role: None,
            start_rate_of_year: figures.of_the_year().into(),
            start_rate_of_due: figures.of_those_due().into(),
            due_in_month: figures.due_in_month,
            reached_in_month: figures.reached_in_month,
            overdue: figures.overdue,
            moved: figures.moved,
            moved_days: figures.moved_days,
        }
    }

    fn with(self, key: Key, keys: &Keys) -> Self {
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
}

/// Show starts and milestones
///
/// What was to start and has, against the year and against what is due; what is due in the month,
/// overdue and moved: by industry, group, area or unit, of the projects the filters admit.
#[utoipa::path(get, path = "/summaries/milestones")]
async fn get_milestone_summary(
    app: Data<App>,
    who: Permit<ReadSummaries>,
    query: Query<Both<FilterQuery, Both<PeriodQuery, PlaceQuery>>>,
) -> Result<Json<MilestoneSummary>, Problem> {
    let Query(Both(filter, Both(asked, PlaceQuery { by }))) = query;
    let (sight, as_of) = (who.sees(), app.clock.now());
    let period = app.period(&asked)?;
    let answer = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let stated = Stated::read(conn, asked.year, sight, as_of)?;
            let known = filter.known(conn, Some(asked.year))?;
            let years = summaries::project_years(conn, &known, sight, period.through, asked.basis)?;
            let keys = Keys::load(conn, &years, &known)?;
            let mut promised = milestones::by_project(conn)?;
            let mut rows: BTreeMap<Key, MilestoneFigures> = BTreeMap::new();
            let mut total = MilestoneFigures::default();
            for project in &years {
                let own = promised.remove(&project.id).unwrap_or_default();
                let start = StartFacts::of(project.starts, project.stage, &own);
                let figures = MilestoneFigures::of(start, &own, period);
                total = total + figures;
                for key in keys.keys(project, by.into(), period) {
                    let sum = rows.entry(key).or_default();
                    *sum = *sum + figures;
                }
            }
            Ok(MilestoneSummary {
                year: asked.year,
                through: period.through,
                by,
                scope: stated.scope,
                synthetic: stated.synthetic,
                as_of: stated.as_of,
                last_event: stated.last_event,
                rows: rows.iter().map(|(k, f)| MilestoneRow::of(f).with(*k, &keys)).collect(),
                total: MilestoneRow::of(&total),
            })
        })
        .await?;
    Ok(Json(answer))
}

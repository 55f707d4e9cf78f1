//! Keys of rows, rates, counts and the enumerations of a summary's head.

use crate::api::figures::asked;
use crate::api::figures::dimensions::Dimension;
use crate::api::figures::place::{Place, PlaceDimension};
use crate::api::figures::view::{CoverageView, RateView};
use crate::api::lights::view::ProgressInputs;
use crate::api::summaries::milestones::CountRateView;
use crate::store::bulletins::content::rows::{
    CountRate, Coverage, Include, Progress, Rate, RowDimension, RowKey, Scope,
};

impl From<asked::Include> for Include {
    fn from(include: asked::Include) -> Self {
        match include {
            asked::Include::Confirmed => Self::Confirmed,
            asked::Include::Submitted => Self::Submitted,
        }
    }
}

impl From<asked::Scope> for Scope {
    fn from(scope: asked::Scope) -> Self {
        match scope {
            asked::Scope::All => Self::All,
            asked::Scope::Open => Self::Open,
            asked::Scope::Unit => Self::Unit,
            asked::Scope::Area => Self::Area,
            asked::Scope::Nothing => Self::Nothing,
        }
    }
}

impl From<Dimension> for RowDimension {
    fn from(dimension: Dimension) -> Self {
        match dimension {
            Dimension::Industry => Self::Industry,
            Dimension::Group => Self::Group,
            Dimension::Area => Self::Area,
            Dimension::Unit => Self::Unit,
            Dimension::Stage => Self::Stage,
            Dimension::Nature => Self::Nature,
            Dimension::Month => Self::Month,
        }
    }
}

impl From<PlaceDimension> for RowDimension {
    fn from(dimension: PlaceDimension) -> Self {
        Dimension::from(dimension).into()
    }
}

impl From<Place> for RowKey {
    fn from(place: Place) -> Self {
        let Place { industry, group, area, unit_id, unit, role } = place;
        Self { industry, group, area, unit_id, unit, role }
    }
}

impl From<RateView> for Rate {
    fn from(rate: RateView) -> Self {
        let RateView { numerator_wan, denominator_wan, percent } = rate;
        Self { numerator_wan, denominator_wan, percent }
    }
}

impl From<CountRateView> for CountRate {
    fn from(rate: CountRateView) -> Self {
        let CountRateView { numerator, denominator, percent } = rate;
        Self { numerator, denominator, percent }
    }
}

impl From<CoverageView> for Coverage {
    fn from(coverage: CoverageView) -> Self {
        let CoverageView { due, confirmed, submitted, missing } = coverage;
        Self { due, confirmed, submitted, missing }
    }
}

impl From<ProgressInputs> for Progress {
    fn from(progress: ProgressInputs) -> Self {
        let ProgressInputs { against_plan, expected_percent, deviation_points } = progress;
        Self { against_plan: against_plan.into(), expected_percent, deviation_points }
    }
}

/// The stored form of each row.
pub(in crate::usecases::bulletins) fn each<Answer, Row: From<Answer>>(
    answers: Vec<Answer>,
) -> Vec<Row> {
    answers.into_iter().map(Row::from).collect()
}

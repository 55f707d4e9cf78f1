//! Keys of rows, rates, counts and the enumerations of a summary's head.

use crate::store::bulletins::content::rows::{
    About, CountRate, Coverage, Include, Progress, Rate, RowDimension, RowKey, Scope,
};
use crate::usecases::figures::about::{self, Method};
use crate::usecases::figures::dimensions::{Dimension, PlaceDimension, RowPlace};
use crate::usecases::figures::query;
use crate::usecases::figures::view::{CountRateView, CoverageView, ProgressInputs, RateView};

/// The stored head of a summary that states its method.
pub(super) fn about_with(about: about::About, method: Method) -> About {
    let Method { basis, expected, include } = method;
    About {
        basis: Some(basis),
        expected: Some(expected),
        include: Some(include.into()),
        ..About::from(about)
    }
}

impl From<about::About> for About {
    fn from(about: about::About) -> Self {
        let about::About { year, through, scope, synthetic, as_of, last_event, restated_months } =
            about;
        Self {
            year,
            through,
            basis: None,
            expected: None,
            include: None,
            scope: scope.into(),
            synthetic,
            as_of,
            last_event,
            restated_months: Some(restated_months),
        }
    }
}

impl From<query::Include> for Include {
    fn from(include: query::Include) -> Self {
        match include {
            query::Include::Confirmed => Self::Confirmed,
            query::Include::Submitted => Self::Submitted,
        }
    }
}

impl From<about::SummaryScope> for Scope {
    fn from(scope: about::SummaryScope) -> Self {
        match scope {
            about::SummaryScope::All => Self::All,
            about::SummaryScope::Open => Self::Open,
            about::SummaryScope::Unit => Self::Unit,
            about::SummaryScope::Area => Self::Area,
            about::SummaryScope::Nothing => Self::Nothing,
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

impl From<RowPlace> for RowKey {
    fn from(place: RowPlace) -> Self {
        let RowPlace { industry, group, area, unit_id, unit, role, industry_name: _, area_name: _ } =
            place;
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

//! Query parameters shared by all summaries: period, method and source of the figures.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::error::FieldError;
use crate::domain::figures::period::Period;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::domain::words::Words;
use crate::usecases::refusal::Refusal;

/// Which reports count towards completed investment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Include {
    /// Confirmed reports only.
    Confirmed,
    /// Confirmed and submitted reports.
    Submitted,
}

/// Source of the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AsOf {
    /// The register as it is now.
    Live,
    /// The bulletin of the month, as published.
    Published,
}

/// Period and method of a summary.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeriodQuery {
    /// The calendar year.
    #[param(example = 2021)]
    pub year: Year,
    /// Last month of the period, which starts in January of `year`. Must lie in `year`. Default:
    /// the last month of the year that has ended, or with `as_of=published` the last published one.
    #[param(nullable = false, example = "2021-05")]
    pub through: Option<Month>,
    /// Version of the year plans used as the denominator of rates.
    #[serde(default = "current")]
    #[param(default = "current")]
    pub basis: Basis,
    /// Method for computing expected progress.
    #[serde(default = "calendar")]
    #[param(default = "calendar")]
    pub expected: ExpectedMode,
    /// Which reports count towards completed investment.
    #[serde(default = "confirmed")]
    #[param(default = "confirmed")]
    pub include: Include,
    /// Source of the figures: `live` reads the register as it is now, `published` the bulletin of
    /// the month `through`. 400 (`not-published`) if that month has no bulletin.
    #[serde(default = "live")]
    #[param(default = "live")]
    pub as_of: AsOf,
}

fn current() -> Basis {
    Basis::Current
}

fn calendar() -> ExpectedMode {
    ExpectedMode::Calendar
}

fn confirmed() -> Include {
    Include::Confirmed
}

fn live() -> AsOf {
    AsOf::Live
}

impl PeriodQuery {
    /// The parameters of a request that gives the year alone.
    pub(crate) fn usual(year: Year) -> Self {
        Self {
            year,
            through: None,
            basis: current(),
            expected: calendar(),
            include: confirmed(),
            as_of: AsOf::Live,
        }
    }

    /// The parameters with which the figures of a bulletin are computed.
    pub(crate) fn as_published(month: Month) -> Self {
        Self {
            year: month.year(),
            through: Some(month),
            basis: current(),
            expected: calendar(),
            include: confirmed(),
            as_of: AsOf::Published,
        }
    }

    /// The requested period.
    ///
    /// # Errors
    /// 400 if `through` does not lie in `year`.
    pub(crate) fn period(&self, today: NaiveDate) -> Result<Period, Refusal> {
        let through = self.through.unwrap_or_else(|| Period::usual_through(self.year, today));
        if through.year() != self.year {
            let words = Words::new(
                format!("{through} 不在 {} 年内。", self.year),
                format!("{through} is not a month of {}.", self.year),
            );
            let error = FieldError::new("?through", "out-of-range", words);
            return Err(Refusal::bad_parameters(vec![error]));
        }
        Ok(Period::new(through, today, self.include == Include::Submitted))
    }
}

//! What every summary is asked, and what it states about itself.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::problem::Problem;
use crate::domain::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::month::{Month, Year};
use crate::domain::progress::ExpectedMode;
use crate::domain::summary::Period;
use crate::domain::words::Words;
use crate::domain::year_plan::Basis;
use crate::store::{Conn, Result as StoreResult, events, plans};

/// Which reports count as completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Include {
    /// Confirmed reports alone.
    Confirmed,
    /// Submitted ones too, before they are confirmed.
    Submitted,
}

/// Which year, through which month, measured how.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeriodQuery {
    /// The year.
    #[param(example = 2021)]
    pub year: Year,
    /// Through this month of the year; the last one that is over unless said.
    #[param(nullable = false, example = "2021-05")]
    pub through: Option<Month>,
    /// The version of the year plans that rates are measured against.
    #[serde(default = "current")]
    #[param(default = "current")]
    pub basis: Basis,
    /// How expected progress is judged.
    #[serde(default = "calendar")]
    #[param(default = "calendar")]
    pub expected: ExpectedMode,
    /// Which reports count as completed.
    #[serde(default = "confirmed")]
    #[param(default = "confirmed")]
    pub include: Include,
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

impl PeriodQuery {
    /// The period asked for.
    ///
    /// # Errors
    /// 400 when the month is not of the year.
    pub fn period(&self, today: chrono::NaiveDate) -> Result<Period, Problem> {
        let through = self.through.unwrap_or_else(|| Period::usual_through(self.year, today));
        if through.year() != self.year {
            let words = Words::new(
                format!("{through} 不在 {} 年内。", self.year),
                format!("{through} is no month of {}.", self.year),
            );
            return Err(Problem::bad_parameters(vec![FieldError::new(
                "?through",
                "out-of-range",
                words,
            )]));
        }
        Ok(Period::new(through, today, self.include == Include::Submitted))
    }
}

/// What a summary states about itself, once it is answered in one snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Stated {
    /// The instant it was asked.
    pub as_of: Timestamp,
    /// The last event it contains.
    pub last_event: i64,
    /// Whether it is about synthetic projects.
    pub synthetic: bool,
    /// Which projects the caller's sums cover.
    pub scope: Scope,
}

/// Which projects a caller's sums cover.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every project.
    All,
    /// Every project that is not restricted.
    Open,
    /// The projects in which the caller's unit has a role.
    Unit,
    /// The projects of the caller's area.
    Area,
    /// None.
    Nothing,
}

impl From<Sight> for Scope {
    fn from(sight: Sight) -> Self {
        match sight {
            Sight::All => Self::All,
            Sight::Open => Self::Open,
            Sight::Unit(_) => Self::Unit,
            Sight::Area(_) => Self::Area,
            Sight::Nothing => Self::Nothing,
        }
    }
}

impl Stated {
    /// Read in the snapshot the figures are read in.
    pub fn read(conn: &mut Conn, year: Year, sight: Sight, as_of: Timestamp) -> StoreResult<Self> {
        let synthetic = plans::find(conn, year)?.is_some_and(|plan| plan.synthetic);
        let last_event = events::last(conn)?;
        Ok(Self { as_of, last_event, synthetic, scope: sight.into() })
    }
}

impl App {
    /// The period asked for, on this business day.
    pub fn period(&self, query: &PeriodQuery) -> Result<Period, Problem> {
        query.period(self.calendar.today())
    }
}

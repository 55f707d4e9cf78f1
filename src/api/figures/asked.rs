//! What every summary is asked, and what it states about itself.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::figures::summary::{Period, ProjectYear};
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::domain::words::Words;
use crate::http::problem::Problem;
use crate::store::bulletins;
use crate::store::bulletins::Bulletin;
use crate::store::bulletins::frozen::Frozen;
use crate::store::events::seal;
use crate::store::figures::source::Source;
use crate::store::projects::ProjectFilter;
use crate::store::{Conn, Result as StoreResult, plans, reports};
use crate::usecases::ask::Now;

/// Which reports count as completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Include {
    /// Confirmed reports alone.
    Confirmed,
    /// Submitted ones too, before they are confirmed.
    Submitted,
}

/// From where figures are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AsOf {
    /// The register as it is now.
    Live,
    /// The bulletin of the month, as it was published.
    Published,
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
    /// From where figures are answered: `published` from the month's bulletin, by default the last
    /// one of the year.
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
    /// The period asked for.
    ///
    /// # Errors
    /// 400 when the month is not of the year.
    pub fn period(&self, today: NaiveDate) -> Result<Period, Problem> {
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
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
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
        let synthetic = synthetic(conn, year)?;
        let last_event = seal::head(conn)?;
        Ok(Self { as_of, last_event, synthetic, scope: sight.into() })
    }
}

/// Whether the projects of a year are synthetic.
pub fn synthetic(conn: &mut Conn, year: Year) -> StoreResult<bool> {
    Ok(plans::find(conn, year)?.is_some_and(|plan| plan.synthetic))
}

/// The last month of a year that is over and of which a report is confirmed; the last one that is
/// over, when there is none.
///
/// # Errors
/// The database's.
pub fn reported_through(conn: &mut Conn, year: Year, today: NaiveDate) -> StoreResult<Month> {
    let over = Period::usual_through(year, today);
    let reported = reports::last_confirmed_within(conn, year.january(), over)?;
    Ok(reported.unwrap_or(over))
}

/// A summary being answered: what was asked, by whom, and where the figures come from.
#[derive(Debug)]
pub struct Asking {
    /// What was asked.
    pub query: PeriodQuery,
    /// The period.
    pub period: Period,
    /// Which projects are in sight.
    pub sight: Sight,
    /// Where the figures come from.
    pub source: Source,
    /// What the answer states about itself.
    pub stated: Stated,
    /// The business day it is answered on, or was published on.
    pub today: NaiveDate,
}

impl Asking {
    /// Opens the source in the snapshot the figures are read in.
    ///
    /// # Errors
    /// 400 when the month is not of the year, or is asked for as published and is not.
    pub fn open(
        conn: &mut Conn,
        query: PeriodQuery,
        sight: Sight,
        now: Now,
    ) -> Result<Self, Problem> {
        if query.as_of == AsOf::Published {
            return Self::published(conn, query, sight, now);
        }
        let period = query.period(now.today)?;
        let stated = Stated::read(conn, query.year, sight, now.instant)?;
        Ok(Self { query, period, sight, source: Source::Live, stated, today: now.today })
    }

    fn published(
        conn: &mut Conn,
        query: PeriodQuery,
        sight: Sight,
        now: Now,
    ) -> Result<Self, Problem> {
        let months = bulletins::months(conn, Some(query.year))?;
        let month = match query.through {
            Some(_) => Some(query.period(now.today)?.through),
            None => months.last().copied(),
        };
        let bulletin = match month {
            Some(month) => bulletins::find(conn, month)?,
            None => None,
        };
        let Some(bulletin) = bulletin else {
            return Err(not_published(query.year, month, &months));
        };
        Ok(Self::of_bulletin(query, sight, thaw(&bulletin)?))
    }

    /// What is asked of a bulletin's frozen month.
    pub fn of_bulletin(query: PeriodQuery, sight: Sight, frozen: Frozen) -> Self {
        let stated = Stated {
            as_of: frozen.published_at,
            last_event: frozen.last_event,
            synthetic: frozen.synthetic,
            scope: sight.into(),
        };
        let today = frozen.published_on;
        let period = Period::new(frozen.month, today, query.include == Include::Submitted);
        Self { query, period, sight, source: Source::Published(Box::new(frozen)), stated, today }
    }

    /// The same question about the month before, from the same kind of source; none in January, and
    /// none when that month was not published.
    pub fn month_before(&self, conn: &mut Conn) -> Result<Option<Self>, Problem> {
        let through = self.period.through;
        if through.number() == 1 {
            return Ok(None);
        }
        let query = PeriodQuery { through: Some(through.previous()), ..self.query };
        let before = match &self.source {
            Source::Live => {
                let (period, source) = (query.period(self.today)?, Source::Live);
                Some(Self { query, period, source, ..*self })
            }
            Source::Published(_) => match bulletins::find(conn, through.previous())? {
                Some(bulletin) => Some(Self::of_bulletin(query, self.sight, thaw(&bulletin)?)),
                None => None,
            },
        };
        Ok(before)
    }

    /// The projects `filter` admits, each with its year.
    pub fn years(&self, conn: &mut Conn, filter: &ProjectFilter) -> StoreResult<Vec<ProjectYear>> {
        let through = (self.period.through, self.query.basis);
        self.source.years(conn, filter, self.sight, through)
    }
}

/// 400: the month asked for as published is not.
pub fn not_published(year: Year, month: Option<Month>, published: &[Month]) -> Problem {
    let list = published.iter().map(Month::to_string).collect::<Vec<_>>();
    let (asked_zh, asked_en) = match month {
        Some(month) => (format!("{month} 尚未通报"), format!("{month} has not been published")),
        None => (format!("{year} 年尚无通报"), format!("no month of {year} has been published")),
    };
    let words = if list.is_empty() {
        Words::new(
            format!("{asked_zh}；请去掉 as_of 参数查询实时数据。"),
            format!("{asked_en}; leave `as_of` out to ask for live figures."),
        )
    } else {
        Words::new(
            format!("{asked_zh}；已通报的月份：{}。", list.join("、")),
            format!("{asked_en}; published are {}.", list.join(", ")),
        )
    };
    Problem::bad_parameters(vec![FieldError::new("?as_of", "not-published", words)])
}

/// The frozen month inside a bulletin's content.
#[derive(Deserialize)]
struct Content {
    register: Frozen,
}

/// Reads back what a bulletin's figures were made of.
pub fn thaw(bulletin: &Bulletin) -> Result<Frozen, Problem> {
    let content: Content = serde_json::from_str(&bulletin.content).map_err(Problem::broken)?;
    Ok(content.register)
}

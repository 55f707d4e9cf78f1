//! Query parameters and response header shared by all summaries.

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
pub use crate::usecases::figures::about::Scope;

/// Which reports count towards completed investment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Include {
    /// Confirmed reports only.
    Confirmed,
    /// Confirmed and submitted reports.
    Submitted,
}

/// Source of the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AsOf {
    /// The register as it is now.
    Live,
    /// The bulletin of the month, as published.
    Published,
}

/// Period and method of a summary.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeriodQuery {
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
    /// The requested period.
    ///
    /// # Errors
    /// 400 if `through` does not lie in `year`.
    pub fn period(&self, today: NaiveDate) -> Result<Period, Problem> {
        let through = self.through.unwrap_or_else(|| Period::usual_through(self.year, today));
        if through.year() != self.year {
            let words = Words::new(
                format!("{through} 不在 {} 年内。", self.year),
                format!("{through} is not a month of {}.", self.year),
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

/// Response header of a summary. All values come from one database snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Stated {
    /// Time of the answer, or of publication.
    pub as_of: Timestamp,
    /// Sequence number of the last event included.
    pub last_event: i64,
    /// True if the projects are synthetic (demonstration data).
    pub synthetic: bool,
    /// Which projects the sums cover.
    pub scope: Scope,
}

impl Stated {
    /// Reads the header. Call it in the same database snapshot as the figures.
    pub fn read(conn: &mut Conn, year: Year, sight: Sight, as_of: Timestamp) -> StoreResult<Self> {
        let synthetic = synthetic(conn, year)?;
        let last_event = seal::head(conn)?;
        Ok(Self { as_of, last_event, synthetic, scope: sight.into() })
    }
}

/// True if the projects of `year` are synthetic.
pub fn synthetic(conn: &mut Conn, year: Year) -> StoreResult<bool> {
    Ok(plans::find(conn, year)?.is_some_and(|plan| plan.synthetic))
}

/// Last month of `year` that has ended and has a confirmed report. If no month has one, the last
/// month that has ended.
///
/// # Errors
/// Database errors only.
pub fn reported_through(conn: &mut Conn, year: Year, today: NaiveDate) -> StoreResult<Month> {
    let over = Period::usual_through(year, today);
    let reported = reports::last_confirmed_within(conn, year.january(), over)?;
    Ok(reported.unwrap_or(over))
}

/// A summary request: parameters, caller and source of the figures.
#[derive(Debug)]
pub struct Asking {
    /// Query parameters.
    pub query: PeriodQuery,
    /// The requested period.
    pub period: Period,
    /// Which projects the caller may see.
    pub sight: Sight,
    /// Source of the figures.
    pub source: Source,
    /// Response header.
    pub stated: Stated,
    /// Business day of the answer, or of publication.
    pub today: NaiveDate,
}

impl Asking {
    /// Opens the source. Call it in the same database snapshot as the figures.
    ///
    /// # Errors
    /// 400 if `through` does not lie in `year`, or if a published month is requested that has no
    /// bulletin.
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

    /// A request answered from the frozen month of a bulletin.
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

    /// The same request for the previous month, from the same kind of source. `None` in January,
    /// and if the previous month was not published.
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

    /// Projects that match `filter`, each with its data of the year.
    pub fn years(&self, conn: &mut Conn, filter: &ProjectFilter) -> StoreResult<Vec<ProjectYear>> {
        let through = (self.period.through, self.query.basis);
        self.source.years(conn, filter, self.sight, through)
    }
}

/// 400: the requested month has no bulletin.
pub fn not_published(year: Year, month: Option<Month>, published: &[Month]) -> Problem {
    let list = published.iter().map(Month::to_string).collect::<Vec<_>>();
    let (asked_zh, asked_en) = match month {
        Some(month) => (format!("{month} 尚未通报"), format!("{month} has not been published")),
        None => (format!("{year} 年尚无通报"), format!("no month of {year} has been published")),
    };
    let words = if list.is_empty() {
        Words::new(
            format!("{asked_zh}；请去掉 as_of 参数查询实时数据。"),
            format!("{asked_en}; omit `as_of` to get live figures."),
        )
    } else {
        Words::new(
            format!("{asked_zh}；已通报的月份：{}。", list.join("、")),
            format!("{asked_en}; published months: {}.", list.join(", ")),
        )
    };
    Problem::bad_parameters(vec![FieldError::new("?as_of", "not-published", words)])
}

/// The frozen month in a bulletin's content.
#[derive(Deserialize)]
struct Content {
    register: Frozen,
}

/// Parses the frozen month stored in a bulletin.
pub fn thaw(bulletin: &Bulletin) -> Result<Frozen, Problem> {
    let content: Content = serde_json::from_str(&bulletin.content).map_err(Problem::broken)?;
    Ok(content.register)
}

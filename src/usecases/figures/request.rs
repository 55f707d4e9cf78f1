//! A request for figures: the period, the caller's sight, and the live or published source.

use chrono::NaiveDate;

use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::error::FieldError;
use crate::domain::figures::period::Period;
use crate::domain::figures::summary::{ProjectYear, restated_months};
use crate::domain::month::{Month, Year};
use crate::domain::words::Words;
use crate::store::bulletins;
use crate::store::bulletins::frozen::Frozen;
use crate::store::events::seal;
use crate::store::figures::source::Source;
use crate::store::projects::ProjectFilter;
use crate::store::{Conn, Result as StoreResult, plans, reports};
use crate::usecases::ask::{Anonymous, Ask, Now};
use crate::usecases::figures::about::{About, Method};
use crate::usecases::figures::query::{AsOf, Include, PeriodQuery};
use crate::usecases::refusal::Refusal;

/// What a page shows of a year before anything is asked of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct YearOpened {
    /// The last month of the year that has ended and has a confirmed report.
    pub reported_through: Month,
    /// True if the projects of the year are synthetic.
    pub synthetic: bool,
}

/// Opens a year.
///
/// # Errors
/// Database errors only.
pub(crate) fn open_year(asked: &mut Anonymous<'_>, year: Year) -> Result<YearOpened, Refusal> {
    let reported_through = reported_through(asked.conn, year, asked.now.today)?;
    Ok(YearOpened { reported_through, synthetic: synthetic(asked.conn, year)? })
}

/// True if the projects of `year` are synthetic.
pub(crate) fn synthetic(conn: &mut Conn, year: Year) -> StoreResult<bool> {
    Ok(plans::find(conn, year)?.is_some_and(|plan| plan.synthetic))
}

/// Last month of `year` that has ended and has a confirmed report. If no month has one, the last
/// month that has ended.
///
/// # Errors
/// Database errors only.
pub(crate) fn reported_through(
    conn: &mut Conn,
    year: Year,
    today: NaiveDate,
) -> StoreResult<Month> {
    let over = Period::usual_through(year, today);
    let reported = reports::last_confirmed_within(conn, year.january(), over)?;
    Ok(reported.unwrap_or(over))
}

/// Parameters, caller and source of the figures of one or more summaries.
#[derive(Debug)]
pub(crate) struct SummaryRequest {
    /// Query parameters.
    pub query: PeriodQuery,
    /// The requested period.
    pub period: Period,
    /// Which projects the caller may see.
    pub sight: Sight,
    /// Source of the figures.
    pub source: Source,
    /// Business day of the answer, or of publication.
    pub today: NaiveDate,
    snapshot: Snapshot,
}

/// State of the register the figures are from.
#[derive(Clone, Copy, Debug)]
struct Snapshot {
    as_of: Timestamp,
    last_event: i64,
    synthetic: bool,
}

impl SummaryRequest {
    /// The caller's request.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub(crate) fn of(ask: &mut Ask<'_>, query: PeriodQuery) -> Result<Self, Refusal> {
        Self::open(ask.conn, query, ask.sight(), ask.now)
    }

    /// Opens the source. Call it in the same database snapshot as the figures.
    ///
    /// # Errors
    /// 400 if `through` does not lie in `year`, or if a published month is requested that has no
    /// bulletin.
    pub(crate) fn open(
        conn: &mut Conn,
        query: PeriodQuery,
        sight: Sight,
        now: Now,
    ) -> Result<Self, Refusal> {
        if query.as_of == AsOf::Published {
            return Self::published(conn, query, sight, now);
        }
        let period = query.period(now.today)?;
        let snapshot = Snapshot {
            as_of: now.instant,
            synthetic: synthetic(conn, query.year)?,
            last_event: seal::head(conn)?,
        };
        Ok(Self { query, period, sight, source: Source::Live, today: now.today, snapshot })
    }

    fn published(
        conn: &mut Conn,
        query: PeriodQuery,
        sight: Sight,
        now: Now,
    ) -> Result<Self, Refusal> {
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
        Ok(Self::of_bulletin(query, sight, bulletin.frozen()?))
    }

    /// A request answered from the frozen month of a bulletin.
    pub(crate) fn of_bulletin(query: PeriodQuery, sight: Sight, frozen: Frozen) -> Self {
        let snapshot = Snapshot {
            as_of: frozen.published_at,
            last_event: frozen.last_event,
            synthetic: frozen.synthetic,
        };
        let today = frozen.published_on;
        let include = query.include == Include::Submitted;
        let edition = frozen.edition;
        let period = Period { edition, ..Period::new(frozen.month, today, include) };
        Self { query, period, sight, source: Source::Published(Box::new(frozen)), today, snapshot }
    }

    /// The same request for the previous month, from the same kind of source. `None` in January,
    /// and if the previous month was not published.
    pub(crate) fn month_before(&self, conn: &mut Conn) -> Result<Option<Self>, Refusal> {
        let through = self.period.through;
        if through.number() == 1 {
            return Ok(None);
        }
        let query = PeriodQuery { through: Some(through.previous()), ..self.query };
        let before = match &self.source {
            Source::Live => {
                let period = query.period(self.today)?;
                Some(Self { query, period, source: Source::Live, ..*self })
            }
            Source::Published(_) => match bulletins::find(conn, through.previous())? {
                Some(bulletin) => Some(Self::of_bulletin(query, self.sight, bulletin.frozen()?)),
                None => None,
            },
        };
        Ok(before)
    }

    /// Projects that match `filter`, each with its data of the year.
    pub(crate) fn years(
        &self,
        conn: &mut Conn,
        filter: &ProjectFilter,
    ) -> StoreResult<Vec<ProjectYear>> {
        self.source.years(conn, filter, self.sight, self.period.through, self.query.basis)
    }

    /// What the summary of `years` states about itself.
    pub(crate) fn about<'a>(&self, years: impl IntoIterator<Item = &'a ProjectYear>) -> About {
        About {
            year: self.query.year,
            through: self.period.through,
            scope: self.sight.into(),
            synthetic: self.snapshot.synthetic,
            as_of: self.snapshot.as_of,
            last_event: self.snapshot.last_event,
            restated_months: restated_months(years, self.period),
        }
    }

    /// How rates and expected progress are computed.
    pub(crate) fn method(&self) -> Method {
        Method::from(&self.query)
    }
}

/// 400: the requested month has no bulletin.
pub(crate) fn not_published(year: Year, month: Option<Month>, published: &[Month]) -> Refusal {
    let list = published.iter().map(Month::to_string).collect::<Vec<_>>();
    let missing = match month {
        Some(month) => {
            Words::new(format!("{month} 尚未通报"), format!("{month} has not been published"))
        }
        None => Words::new(
            format!("{year} 年尚无通报"),
            format!("no month of {year} has been published"),
        ),
    };
    let words = if list.is_empty() {
        Words::new(
            format!("{}；请去掉 as_of 参数查询实时数据。", missing.zh),
            format!("{}; omit `as_of` to get live figures.", missing.en),
        )
    } else {
        Words::new(
            format!("{}；已通报的月份：{}。", missing.zh, list.join("、")),
            format!("{}; published months: {}.", missing.en, list.join(", ")),
        )
    };
    Refusal::bad_parameters(vec![FieldError::new("?as_of", "not-published", words)])
}

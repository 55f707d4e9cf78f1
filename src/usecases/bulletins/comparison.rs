//! Comparison of a bulletin with the current figures.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::store::projects::ProjectFilter;
use crate::store::{Conn, bulletins};
use crate::usecases::ask::Ask;
use crate::usecases::bulletins::publish::restated_since;
use crate::usecases::bulletins::view::BulletinRestatement;
use crate::usecases::figures::dimensions::{Dimension, RowPlace};
use crate::usecases::figures::query::{AsOf, PeriodQuery};
use crate::usecases::figures::request::SummaryRequest;
use crate::usecases::figures::view::RateView;
use crate::usecases::reference::names::Names;
use crate::usecases::refusal::Refusal;
use crate::usecases::summaries::investment::{Investment, InvestmentRow, investment};

/// A published month compared with the current figures of the same month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulletinComparison {
    /// The published month.
    pub month: Month,
    /// Time of publication.
    pub published_at: Timestamp,
    /// Time of the comparison.
    pub as_of: Timestamp,
    /// True if any row differs.
    pub differs: bool,
    /// Comparison by area.
    pub areas: Vec<ComparedRow>,
    /// Comparison by industry line.
    pub industries: Vec<ComparedRow>,
    /// Comparison of the totals; each project counts once.
    pub total: ComparedRow,
    /// Restatements of closed months since the publication, of projects visible to the caller.
    pub restatements: Vec<BulletinRestatement>,
}

/// One row, as published and now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Compared)]
pub(crate) struct ComparedRow {
    /// Area or industry line of the row; empty for the total.
    #[serde(flatten)]
    pub place: RowPlace,
    /// Completed ÷ planned investment, as published.
    pub published: RateView,
    /// Completed ÷ planned investment, now.
    pub now: RateView,
    /// Completed investment now minus published, in 万元.
    pub completed_difference_wan: Fen,
    /// Planned investment now minus published, in 万元.
    pub planned_difference_wan: Fen,
}

impl ComparedRow {
    fn of(place: RowPlace, published: RateView, now: RateView) -> Self {
        Self {
            place,
            published,
            now,
            completed_difference_wan: now.numerator_wan - published.numerator_wan,
            planned_difference_wan: now.denominator_wan - published.denominator_wan,
        }
    }

    /// True if completed or planned investment has changed.
    pub(crate) fn differs(&self) -> bool {
        !self.completed_difference_wan.is_zero() || !self.planned_difference_wan.is_zero()
    }
}

/// The same sums, as published and now.
struct Compared {
    published: Investment,
    now: Investment,
}

impl Compared {
    /// All rows of both: published rows in their order, then rows that are new.
    fn rows(&self) -> Vec<ComparedRow> {
        let rate = |all: &Investment, place: &RowPlace| {
            let found = all.rows.iter().find(|row| row.key.place.is_same(place));
            found.map_or(RateView::default(), |row| row.progress.against_plan)
        };
        let is_new = |row: &&InvestmentRow| {
            !self.published.rows.iter().any(|p| p.key.place.is_same(&row.key.place))
        };
        let all = self.published.rows.iter().chain(self.now.rows.iter().filter(is_new));
        let row = |row: &InvestmentRow| {
            let place = row.key.place.clone();
            let published = rate(&self.published, &place);
            let now = rate(&self.now, &place);
            ComparedRow::of(place, published, now)
        };
        all.map(row).collect()
    }

    fn total(&self) -> ComparedRow {
        let published = self.published.total.progress.against_plan;
        ComparedRow::of(RowPlace::default(), published, self.now.total.progress.against_plan)
    }
}

/// The same question to a bulletin and to the register.
struct Questions {
    published: SummaryRequest,
    now: SummaryRequest,
}

impl Questions {
    fn ask(&self, conn: &mut Conn, by: Dimension) -> Result<Compared, Refusal> {
        let all = ProjectFilter::default();
        let published = investment(conn, &self.published, &all, vec![by])?;
        let now = investment(conn, &self.now, &all, vec![by])?;
        Ok(Compared { published, now })
    }
}

/// Compares the bulletin of a month with the current figures of the month.
///
/// # Errors
/// Not found if the month is not published.
pub(crate) fn get(ask: &mut Ask<'_>, month: Month) -> Result<BulletinComparison, Refusal> {
    let sight = ask.sight();
    let bulletin = bulletins::get(ask.conn, month)?;
    let frozen = bulletin.frozen()?;
    let mut restatements = restated_since(ask.conn, &frozen.restatement_ids)?;
    let query = PeriodQuery::as_published(month);
    let live = PeriodQuery { as_of: AsOf::Live, ..query };
    let questions = Questions {
        published: SummaryRequest::of_bulletin(query, sight, frozen),
        now: SummaryRequest::open(ask.conn, live, sight, ask.now)?,
    };
    let by_area = questions.ask(ask.conn, Dimension::Area)?;
    let areas = by_area.rows();
    let industries = questions.ask(ask.conn, Dimension::Industry)?.rows();
    let visible = questions.now.years(ask.conn, &ProjectFilter::default())?;
    restatements.retain(|r| visible.iter().any(|p| p.id == r.restatement.project_id));
    Ok(BulletinComparison {
        month,
        published_at: bulletin.published_at,
        as_of: ask.now.instant,
        differs: areas.iter().chain(&industries).any(ComparedRow::differs),
        areas,
        industries,
        total: by_area.total(),
        restatements: restatements.into_iter().map(BulletinRestatement::from).collect(),
    })
}

/// A comparison with the names of its rows.
#[derive(Debug)]
pub(crate) struct NamedComparison {
    /// The comparison.
    pub comparison: BulletinComparison,
    /// Current names of areas and industries, in the caller's language.
    pub names: Names,
}

/// As [`get`], with the names of the rows.
///
/// # Errors
/// Not found if the month is not published.
pub(crate) fn get_named(ask: &mut Ask<'_>, month: Month) -> Result<NamedComparison, Refusal> {
    let comparison = get(ask, month)?;
    Ok(NamedComparison { comparison, names: Names::load(ask.conn, ask.language)? })
}

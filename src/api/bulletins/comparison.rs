//! Comparison of a bulletin with the current figures.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::bulletins::figures::{BulletinRestatement, as_published};
use crate::api::bulletins::handlers::restated_since;
use crate::api::reporting_months::handlers::MonthPath;
use crate::domain::clock::Timestamp;
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::http::app::App;
use crate::http::caller::Permit;
use crate::http::problem::Problem;
use crate::http::query::Path;
use crate::http::reply::Json;
use crate::http::routes::Routes;
use crate::routes;
use crate::store::bulletins;
use crate::store::projects::ProjectFilter;
use crate::usecases::figures::dimensions::{Dimension, RowPlace};
use crate::usecases::figures::query::{AsOf, PeriodQuery};
use crate::usecases::figures::request::{SummaryRequest, thaw};
use crate::usecases::figures::view::RateView;
use crate::usecases::permission::ReadSummaries;
use crate::usecases::summaries::investment::{Investment, InvestmentRow, investment};

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["bulletins"; get_bulletin_comparison]
}

/// A published month compared with the current figures of the same month.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulletinComparison {
    /// The published month.
    pub month: Month,
    /// Time of publication.
    pub published_at: Timestamp,
    /// Time of the comparison.
    pub as_of: Timestamp,
    /// True if any row differs.
    pub differs: bool,
    /// Comparison by area.
    pub areas: Vec<Compared>,
    /// Comparison by industry line.
    pub industries: Vec<Compared>,
    /// Comparison of the totals; each project counts once.
    pub total: Compared,
    /// Restatements of closed months since the publication, of projects visible to the caller.
    pub restatements: Vec<BulletinRestatement>,
}

/// One row, as published and now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Compared {
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

impl Compared {
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
    pub fn differs(&self) -> bool {
        !self.completed_difference_wan.is_zero() || !self.planned_difference_wan.is_zero()
    }
}

/// All rows of both: published rows in their order, then rows that are new.
fn rows(published: &Investment, now: &Investment) -> Vec<Compared> {
    let rate = |all: &Investment, place: &RowPlace| {
        let found = all.rows.iter().find(|row| row.key.place == *place);
        found.map_or(RateView::default(), |row| row.progress.against_plan)
    };
    let is_new =
        |row: &&InvestmentRow| !published.rows.iter().any(|p| p.key.place == row.key.place);
    let all = published.rows.iter().chain(now.rows.iter().filter(is_new));
    let row = |row: &InvestmentRow| {
        let place = row.key.place.clone();
        Compared::of(place.clone(), rate(published, &place), rate(now, &place))
    };
    all.map(row).collect()
}

/// Compare a bulletin with the current figures
///
/// Completed investment and year plans up to the month, as published and as of now, with the
/// restatements made since the publication.
#[utoipa::path(get, path = "/bulletins/{month}/comparison")]
pub async fn get_bulletin_comparison(
    app: Data<App>,
    who: Permit<ReadSummaries>,
    path: Path<MonthPath>,
) -> Result<Json<BulletinComparison>, Problem> {
    let (Path(MonthPath { month }), sight, now) = (path, who.sees(), app.now());
    let answer = app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let bulletin = bulletins::get(conn, month)?;
            let query = as_published(month);
            let frozen = thaw(&bulletin)?;
            let mut restatements = restated_since(conn, &frozen.restatement_ids)?;
            let then = SummaryRequest::of_bulletin(query, sight, frozen);
            let live = PeriodQuery { as_of: AsOf::Live, ..query };
            let today = SummaryRequest::open(conn, live, sight, now)?;
            let mut by = |request: &SummaryRequest, dimension| {
                investment(conn, request, &ProjectFilter::default(), vec![dimension])
            };
            let areas = (by(&then, Dimension::Area)?, by(&today, Dimension::Area)?);
            let lines = (by(&then, Dimension::Industry)?, by(&today, Dimension::Industry)?);
            let seen = today.years(conn, &ProjectFilter::default())?;
            restatements.retain(|r| seen.iter().any(|p| p.id == r.project_id));
            let whole = (areas.0.total.progress.against_plan, areas.1.total.progress.against_plan);
            let total = Compared::of(RowPlace::default(), whole.0, whole.1);
            let (areas, industries) = (rows(&areas.0, &areas.1), rows(&lines.0, &lines.1));
            Ok(BulletinComparison {
                month,
                published_at: bulletin.published_at,
                as_of: now.instant,
                differs: areas.iter().chain(&industries).any(Compared::differs),
                areas,
                industries,
                total,
                restatements,
            })
        })
        .await?;
    Ok(Json(answer))
}

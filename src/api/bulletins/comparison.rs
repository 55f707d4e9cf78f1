//! A bulletin beside the figures of today.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::bulletins::figures::{BulletinRestatement, as_published};
use crate::api::bulletins::handlers::restated_since;
use crate::api::figures::asked::{AsOf, Asking, PeriodQuery, thaw};
use crate::api::figures::dimensions::Dimension;
use crate::api::figures::place::Place;
use crate::api::figures::view::RateView;
use crate::api::reporting_months::handlers::MonthPath;
use crate::api::summaries::investment::{Investment, InvestmentRow, sum_up};
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
use crate::usecases::permission::ReadSummaries;

/// The operations of this file.
pub fn routes() -> Routes {
    routes!["bulletins"; get_bulletin_comparison]
}

/// A published month beside the same month as the register has it now.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulletinComparison {
    /// The month.
    pub month: Month,
    /// When it was published.
    pub published_at: Timestamp,
    /// The instant it was compared.
    pub as_of: Timestamp,
    /// Whether any figure below differs.
    pub differs: bool,
    /// Every area.
    pub areas: Vec<Compared>,
    /// Every industry line.
    pub industries: Vec<Compared>,
    /// All projects once.
    pub total: Compared,
    /// What closed months were restated since it was published, of the projects in sight.
    pub restatements: Vec<BulletinRestatement>,
}

/// One row, then and now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Compared {
    /// The place; empty on the total.
    #[serde(flatten)]
    pub place: Place,
    /// Completed ÷ planned, as published.
    pub published: RateView,
    /// Completed ÷ planned, now.
    pub now: RateView,
    /// What completed investment is more now, in 万元.
    pub completed_difference_wan: Fen,
    /// What the year plans are more now, in 万元.
    pub planned_difference_wan: Fen,
}

impl Compared {
    fn of(place: Place, published: RateView, now: RateView) -> Self {
        Self {
            place,
            published,
            now,
            completed_difference_wan: now.numerator_wan - published.numerator_wan,
            planned_difference_wan: now.denominator_wan - published.denominator_wan,
        }
    }

    /// Whether it came to something else.
    pub fn differs(&self) -> bool {
        !self.completed_difference_wan.is_zero() || !self.planned_difference_wan.is_zero()
    }
}

/// Every row of either, in the order of the published ones, then of new ones.
fn rows(published: &Investment, now: &Investment) -> Vec<Compared> {
    let rate = |all: &Investment, place: &Place| {
        let found = all.rows.iter().find(|row| row.place == *place);
        found.map_or(RateView::default(), |row| row.against_plan)
    };
    let is_new = |row: &&InvestmentRow| !published.rows.iter().any(|p| p.place == row.place);
    let all = published.rows.iter().chain(now.rows.iter().filter(is_new));
    let row = |row: &InvestmentRow| {
        let place = row.place.clone();
        Compared::of(place.clone(), rate(published, &place), rate(now, &place))
    };
    all.map(row).collect()
}

/// Compare a bulletin with today
///
/// Completed investment and year plans through the month, as published and as the register has
/// them now, with what was restated since.
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
            let then = Asking::of_bulletin(query, sight, frozen);
            let live = PeriodQuery { as_of: AsOf::Live, ..query };
            let today = Asking::open(conn, live, sight, now)?;
            let mut by = |asking: &Asking, dimension| {
                sum_up(conn, asking, &ProjectFilter::default(), vec![dimension])
            };
            let areas = (by(&then, Dimension::Area)?, by(&today, Dimension::Area)?);
            let lines = (by(&then, Dimension::Industry)?, by(&today, Dimension::Industry)?);
            let seen = today.years(conn, &ProjectFilter::default())?;
            restatements.retain(|r| seen.iter().any(|p| p.id == r.project_id));
            let whole = (areas.0.total.against_plan, areas.1.total.against_plan);
            let total = Compared::of(Place::default(), whole.0, whole.1);
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

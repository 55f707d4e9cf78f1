//! 排名: rankings of areas, industries, groups and owning units.

use actix_web::Responder;
use askama::Template;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::light::Light;
use crate::http::problem::Problem;
use crate::pages::kit::number;
use crate::pages::kit::reply::Page;
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::ask::Ask;
use crate::usecases::figures::dimensions::PlaceDimension;
use crate::usecases::permission::ReadSummaries;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::reference::names::Names;
use crate::usecases::summaries::rankings::{self, RankingRow, Rankings};

/// Query parameters of the ranking page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RankingQuery {
    /// Dimension: areas, industries, groups or units.
    #[serde(default = "area")]
    #[param(default = "area")]
    by: PlaceDimension,
}

fn area() -> PlaceDimension {
    PlaceDimension::Area
}

#[derive(Template)]
#[template(path = "pages/ranking.html")]
struct RankingPage {
    shell: Shell,
    ranking: Ranking,
}

/// Shows one ranking with all its rows.
pub(super) async fn show(visit: Visit<ReadSummaries>) -> Result<impl Responder, Problem> {
    let RankingQuery { by } = visit.query_params()?;
    let shell = Shell::for_visit(&visit, NavItem::OVERVIEW)?;
    let period = visit.choice.period_query();
    let all = FilterQuery::default();
    let read =
        move |ask: &mut Ask<'_>| Ok((rankings::get(ask, &all, period, by)?, Names::read(ask)?));
    let (ranked, names) = visit.ask(read).await?;
    let ranking = Ranking::of(ranked, &names, &shell);
    Ok(Page::of(RankingPage { shell, ranking }))
}

/// A ranking shown on a page.
pub(super) struct Ranking {
    /// Heading.
    pub title: String,
    /// Dimension as the address has it.
    pub code: &'static str,
    /// The rows shown.
    pub rows: Vec<RankingRow>,
    /// True if further rows exist that are not shown.
    pub more: bool,
    by: PlaceDimension,
    names: Names,
}

impl Ranking {
    /// All rows of a ranking.
    pub(super) fn of(ranked: Rankings, names: &Names, shell: &Shell) -> Self {
        let title = match ranked.by {
            PlaceDimension::Area => shell.t("县区和开发区排名", "Area ranking"),
            PlaceDimension::Industry => shell.t("产业排名", "Industry ranking"),
            PlaceDimension::Group => shell.t("产业类别排名", "Industry group ranking"),
            PlaceDimension::Unit => shell.t("项目单位排名", "Owner ranking"),
        };
        Self {
            title: title.to_owned(),
            code: ranked.by.as_str(),
            rows: ranked.rows,
            more: false,
            by: ranked.by,
            names: names.clone(),
        }
    }

    /// The first `most` rows of it.
    pub(super) fn first(mut self, most: usize) -> Self {
        self.more = self.rows.len() > most;
        self.rows.truncate(most);
        self
    }

    /// Name of the row.
    pub(super) fn name(&self, row: &RankingRow) -> String {
        let place = &row.place;
        match self.by {
            PlaceDimension::Area => self.names.area(place.area.as_deref().unwrap_or_default()),
            PlaceDimension::Industry => {
                self.names.industry(place.industry.as_deref().unwrap_or_default())
            }
            PlaceDimension::Group => {
                place.group.map_or_else(number::dash, |g| g.say(self.names.language()))
            }
            PlaceDimension::Unit => number::or_dash(&place.unit),
        }
    }

    /// Filter parameters of the list behind a row.
    pub(super) fn filter(&self, row: &RankingRow) -> String {
        let place = &row.place;
        let value = match self.by {
            PlaceDimension::Area => place.area.clone(),
            PlaceDimension::Industry => place.industry.clone(),
            PlaceDimension::Group => place.group.map(|g| g.to_string()),
            PlaceDimension::Unit => place.unit_id.map(|id| id.to_string()),
        };
        let role = if self.by == PlaceDimension::Unit { "&role=owner" } else { "" };
        value.map_or_else(String::new, |value| format!("&{}={value}{role}", self.code))
    }
}

//! 总览: summary figures and rankings.

use actix_web::web::{self, ServiceConfig};
use actix_web::{Either, Responder};
use askama::Template;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::figures::asked::Asking;
use crate::api::figures::place::PlaceDimension;
use crate::api::lights::handlers::shine;
use crate::api::lights::view::{LightCountsView, LightRow};
use crate::api::summaries::commitments::{CommitmentLine, Commitments, promise_table};
use crate::api::summaries::milestones::{CountRateView, MilestoneRow, count_up};
use crate::api::summaries::rankings::{RankingRow, Rankings, rank, rank_each};
use crate::api::summaries::trend::{Trend, follow};
use crate::domain::account::access::Action;
use crate::domain::light::Light;
use crate::domain::words::Language;
use crate::http::problem::Problem;
use crate::pages::kit::chart::{MonthChart, MonthValues, RowChart, RowValues};
use crate::pages::kit::number;
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::usecases::permission::{LoggedIn, ReadSummaries};
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::reference::names::Names;

/// Mounts the pages of this file.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(web::resource("/").route(web::get().to(home)))
        .service(web::resource("/rankings").route(web::get().to(show_ranking)));
}

/// A light with its number of projects.
pub struct LightCount {
    /// Colour.
    pub light: Light,
    /// Number of projects.
    pub count: i64,
}

/// Counts of lights, most urgent first.
pub fn counts(of: &LightCountsView) -> Vec<LightCount> {
    let all = [
        (Light::Red, of.red),
        (Light::Yellow, of.yellow),
        (Light::Green, of.green),
        (Light::Blue, of.blue),
        (Light::Grey, of.grey),
    ];
    all.into_iter().map(|(light, count)| LightCount { light, count }).collect()
}

/// All data of the page, from one snapshot.
struct Figures {
    table: Commitments,
    trend: Trend,
    lights: LightRow,
    starts: MilestoneRow,
    rankings: Vec<Rankings>,
    names: Names,
}

#[derive(Template)]
#[template(path = "pages/overview.html")]
struct OverviewPage {
    shell: Shell,
    table: Commitments,
    trend: Trend,
    lights: Vec<LightCount>,
    starts: [StartRate; 2],
    rankings: Vec<Ranking>,
    months: MonthChart,
    industries: RowChart,
}

/// A start rate, with the filter for its projects.
struct StartRate {
    title: String,
    whole: &'static str,
    rate: CountRateView,
}

/// A ranking shown on a page.
struct Ranking {
    title: String,
    by: PlaceDimension,
    code: &'static str,
    rows: Vec<RankingRow>,
    names: Names,
    more: bool,
}

/// Redirects accounts without access to summaries to the first page their role can open.
async fn home(visit: Visit<LoggedIn>) -> Result<impl Responder, Problem> {
    if visit.may(Action::ReadSummaries) {
        return show(visit.with_permit()?).await.map(Either::Right);
    }
    let item = NavItem::first(visit.who.role());
    Ok(Either::Left(see_other(item.map_or("/password", |item| item.path))))
}

async fn show(visit: Visit<ReadSummaries>) -> Result<impl Responder, Problem> {
    let shell = Shell::for_visit(&visit, NavItem::OVERVIEW).await?;
    let figures = load_figures(&visit).await?;
    let (months, industries) = (month_chart(&figures, &shell), industry_chart(&figures, &shell));
    let rankings = figures.rankings.into_iter().map(|mut ranking| {
        let more = ranking.rows.len() > MAX_RANKING_ROWS;
        ranking.rows.truncate(MAX_RANKING_ROWS);
        Ranking::of(ranking, &figures.names, &shell, more)
    });
    let rankings = rankings.collect();
    let starts = [
        StartRate {
            title: shell.t("开工率（全年应开工）", "Start rate of the year").to_owned(),
            whole: "to_start",
            rate: figures.starts.start_rate_of_year,
        },
        StartRate {
            title: shell.t("开工率（应开工已到期）", "Start rate of those due").to_owned(),
            whole: "due",
            rate: figures.starts.start_rate_of_due,
        },
    ];
    Ok(Page::of(OverviewPage {
        table: figures.table,
        trend: figures.trend,
        lights: counts(&figures.lights.projects),
        starts,
        rankings,
        months,
        industries,
        shell,
    }))
}

/// Dimensions ranked on the overview.
const RANKED_DIMENSIONS: [PlaceDimension; 3] =
    [PlaceDimension::Area, PlaceDimension::Industry, PlaceDimension::Unit];
/// Maximum rows of a ranking on the overview.
const MAX_RANKING_ROWS: usize = 10;

async fn load_figures(visit: &Visit<ReadSummaries>) -> Result<Figures, Problem> {
    let (asked, sight, now, language) =
        (visit.choice.period_query(), visit.sees(), visit.now, visit.language);
    visit
        .app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let asking = Asking::open(conn, asked, sight, now)?;
            let before = asking.month_before(conn)?;
            let all = FilterQuery::default().known(conn, None)?;
            Ok(Figures {
                rankings: rank_each(conn, &asking, before.as_ref(), &all, &RANKED_DIMENSIONS)?,
                table: promise_table(conn, &asking)?,
                trend: follow(conn, &asking, &all)?,
                lights: shine(conn, &asking, &all, PlaceDimension::Area, language)?.total,
                starts: count_up(conn, &asking, &all, PlaceDimension::Area)?.total,
                names: Names::load(conn, language)?,
            })
        })
        .await
}

fn month_chart(figures: &Figures, shell: &Shell) -> MonthChart {
    let through = figures.trend.through;
    let months: Vec<_> = figures
        .trend
        .months
        .iter()
        .map(|m| {
            let over = m.month <= through;
            let list = format!("{}&month={}", shell.to("/projects"), m.month);
            let cumulative = format!(
                "/projects?year={}&through={}&basis={}",
                shell.choice.year, m.month, shell.choice.basis
            );
            MonthValues {
                label: match shell.language {
                    Language::Chinese => format!("{}月", m.month.number()),
                    Language::English => m.month.to_string(),
                },
                values: [
                    Some(m.planned_wan),
                    over.then_some(m.completed_wan),
                    Some(m.planned_cumulative_wan),
                    over.then_some(m.completed_cumulative_wan),
                ],
                hrefs: [list.clone(), list, cumulative.clone(), cumulative],
            }
        })
        .collect();
    let names = [
        shell.t("当月计划", "Planned"),
        shell.t("当月完成", "Completed"),
        shell.t("累计计划", "Cumulative planned"),
        shell.t("累计完成", "Cumulative completed"),
    ];
    let title = shell.t("按月计划与完成投资", "Planned and completed investment by month");
    MonthChart::new(
        ("months", title.to_owned()),
        &names.map(str::to_owned),
        &months,
        shell.language,
    )
}

fn industry_chart(figures: &Figures, shell: &Shell) -> RowChart {
    let row = |line: &CommitmentLine| {
        let code = line.industry.clone().unwrap_or_default();
        let list = format!("{}&industry={code}", shell.to("/projects"));
        RowValues {
            label: figures.names.industry(&code),
            values: vec![
                (line.promised.annual_investment_wan, shell.to("/promises")),
                (line.planned.annual_investment_wan, list.clone()),
                (line.completed_wan, list),
            ],
        }
    };
    let rows: Vec<_> = figures.table.lines.iter().map(row).collect();
    let names = [
        shell.t("文件承诺（年度）", "Promised annual investment"),
        shell.t("年度计划", "Planned"),
        shell.t("完成投资", "Completed"),
    ];
    let title =
        shell.t("各产业承诺、计划与完成投资", "Promised, planned and completed by industry");
    RowChart::new(
        ("industries", title.to_owned()),
        &names.map(str::to_owned),
        &rows,
        shell.language,
    )
}

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

async fn show_ranking(visit: Visit<ReadSummaries>) -> Result<impl Responder, Problem> {
    let RankingQuery { by } = visit.query_params()?;
    let shell = Shell::for_visit(&visit, NavItem::OVERVIEW).await?;
    let (asked, sight, now, language) =
        (visit.choice.period_query(), visit.sees(), visit.now, visit.language);
    let (ranked, names) = visit
        .app
        .db
        .read(move |conn| -> Result<_, Problem> {
            let asking = Asking::open(conn, asked, sight, now)?;
            let before = asking.month_before(conn)?;
            let all = FilterQuery::default().known(conn, None)?;
            let ranked = rank(conn, &asking, before.as_ref(), &all, by)?;
            Ok((ranked, Names::load(conn, language)?))
        })
        .await?;
    let ranking = Ranking::of(ranked, &names, &shell, false);
    Ok(Page::of(RankingPage { shell, ranking }))
}

impl Ranking {
    fn of(ranked: Rankings, names: &Names, shell: &Shell, more: bool) -> Self {
        let (title, code) = match ranked.by {
            PlaceDimension::Area => (shell.t("县区和开发区排名", "Area ranking"), "area"),
            PlaceDimension::Industry => (shell.t("产业排名", "Industry ranking"), "industry"),
            PlaceDimension::Group => (shell.t("产业类别排名", "Industry group ranking"), "group"),
            PlaceDimension::Unit => (shell.t("项目单位排名", "Owner ranking"), "unit"),
        };
        let title = title.to_owned();
        Self { title, by: ranked.by, code, rows: ranked.rows, names: names.clone(), more }
    }

    fn name(&self, row: &RankingRow) -> String {
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
    fn filter(&self, row: &RankingRow) -> String {
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

//! 总览: summary figures and rankings.

use actix_web::web::{self, ServiceConfig};
use actix_web::{Either, Responder};
use askama::Template;

use crate::domain::account::access::Action;
use crate::domain::light::Light;
use crate::http::problem::Problem;
use crate::pages::kit::chart::{Bar, ChartHead, MonthChart, RowChart, RowValues};
use crate::pages::kit::number;
use crate::pages::kit::reply::{Page, see_other};
use crate::pages::kit::shell::{NavItem, Shell};
use crate::pages::kit::visit::Visit;
use crate::pages::summaries::ranking::{self, Ranking};
use crate::pages::summaries::trend_chart::{MonthLinks, month_chart};
use crate::usecases::ask::Ask;
use crate::usecases::figures::view::CountRateView;
use crate::usecases::lights::view::LightCountsView;
use crate::usecases::permission::{LoggedIn, ReadSummaries};
use crate::usecases::reference::names::Names;
use crate::usecases::summaries::commitments::{CommitmentLine, Commitments};
use crate::usecases::summaries::milestones::MilestoneRow;
use crate::usecases::summaries::overview;
use crate::usecases::summaries::trend::{Trend, TrendMonth};

/// Mounts the pages of this folder but the promise table.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config
        .service(web::resource("/").route(web::get().to(home)))
        .service(web::resource("/rankings").route(web::get().to(ranking::show)));
}

/// A light with its number of projects.
struct LightCount {
    light: Light,
    count: i64,
}

/// Counts of lights, most urgent first.
fn counts(of: &LightCountsView) -> Vec<LightCount> {
    let LightCountsView { green, yellow, red, grey, blue } = *of;
    vec![
        LightCount { light: Light::Red, count: red },
        LightCount { light: Light::Yellow, count: yellow },
        LightCount { light: Light::Green, count: green },
        LightCount { light: Light::Blue, count: blue },
        LightCount { light: Light::Grey, count: grey },
    ]
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

/// Redirects accounts without access to summaries to the first page their role can open.
async fn home(visit: Visit<LoggedIn>) -> Result<impl Responder, Problem> {
    if visit.may(Action::ReadSummaries) {
        return show(visit.with_permit()?).await.map(Either::Right);
    }
    let item = NavItem::first(visit.who.role());
    Ok(Either::Left(see_other(item.map_or("/password", |item| item.path))))
}

/// Maximum rows of a ranking on the overview.
const MAX_RANKING_ROWS: usize = 10;

async fn show(visit: Visit<ReadSummaries>) -> Result<impl Responder, Problem> {
    let shell = Shell::for_visit(&visit, NavItem::OVERVIEW)?;
    let period = visit.choice.period_query();
    let read = move |ask: &mut Ask<'_>| Ok((overview::get(ask, period)?, Names::read(ask)?));
    let (read, names) = visit.ask(read).await?;
    let rankings = read.rankings.into_iter();
    Ok(Page::of(OverviewPage {
        months: month_chart(&read.trend, &shell, &|month| links(month, &shell)),
        industries: industry_chart(&read.table, &names, &shell),
        table: read.table,
        trend: read.trend,
        lights: counts(&read.lights),
        starts: start_rates(&read.starts, &shell),
        rankings: rankings
            .map(|r| Ranking::of(r, &names, &shell).first(MAX_RANKING_ROWS))
            .collect(),
        shell,
    }))
}

fn start_rates(starts: &MilestoneRow, shell: &Shell) -> [StartRate; 2] {
    [
        StartRate {
            title: shell.t("开工率（全年应开工）", "Start rate of the year").to_owned(),
            whole: "to_start",
            rate: starts.start_rate_of_year,
        },
        StartRate {
            title: shell.t("开工率（应开工已到期）", "Start rate of those due").to_owned(),
            whole: "due",
            rate: starts.start_rate_of_due,
        },
    ]
}

/// Lists behind the amounts of a month.
fn links(month: &TrendMonth, shell: &Shell) -> MonthLinks {
    let choice = &shell.choice;
    MonthLinks {
        month: format!("{}&month={}", shell.to("/projects"), month.month),
        cumulative: format!(
            "/projects?year={}&through={}&basis={}",
            choice.year, month.month, choice.basis
        ),
    }
}

fn industry_chart(table: &Commitments, names: &Names, shell: &Shell) -> RowChart {
    let row = |line: &CommitmentLine| {
        let code = line.industry.clone().unwrap_or_default();
        let list = format!("{}&industry={code}", shell.to("/projects"));
        let promised = line.promised.annual_investment_wan;
        RowValues {
            label: names.industry(&code),
            bars: vec![
                Bar { value: promised, href: shell.to("/promises") },
                Bar { value: line.planned.annual_investment_wan, href: list.clone() },
                Bar { value: line.completed_wan, href: list },
            ],
        }
    };
    let rows: Vec<_> = table.lines.iter().map(row).collect();
    let series = [
        shell.t("文件承诺（年度）", "Promised annual investment"),
        shell.t("年度计划", "Planned"),
        shell.t("完成投资", "Completed"),
    ];
    let title =
        shell.t("各产业承诺、计划与完成投资", "Promised, planned and completed by industry");
    let head = ChartHead { id: "industries", title: title.to_owned() };
    RowChart::new(head, &series.map(str::to_owned), &rows, shell.language)
}

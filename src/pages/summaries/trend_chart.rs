//! Chart of planned and completed amounts by month.

use crate::domain::words::Language;
use crate::pages::kit::chart::{ChartHead, MonthChart, MonthValues};
use crate::pages::kit::shell::Shell;
use crate::usecases::summaries::trend::{Trend, TrendMonth};

/// Links of one month of the chart.
pub(crate) struct MonthLinks {
    /// Link of the month's bars.
    pub month: String,
    /// Link of the points of both cumulative lines.
    pub cumulative: String,
}

impl MonthLinks {
    /// One link for bars and points.
    pub(crate) fn same(href: &str) -> Self {
        Self { month: href.to_owned(), cumulative: href.to_owned() }
    }
}

/// Builds the chart of `trend`; `links` gives the links of a month.
pub(crate) fn month_chart(
    trend: &Trend,
    shell: &Shell,
    links: &dyn Fn(&TrendMonth) -> MonthLinks,
) -> MonthChart {
    let month = |m: &TrendMonth| {
        let over = m.month <= trend.about.through;
        let MonthLinks { month, cumulative } = links(m);
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
            hrefs: [month.clone(), month, cumulative.clone(), cumulative],
        }
    };
    let months: Vec<_> = trend.months.iter().map(month).collect();
    let names = [
        shell.t("当月计划", "Planned"),
        shell.t("当月完成", "Completed"),
        shell.t("累计计划", "Cumulative planned"),
        shell.t("累计完成", "Cumulative completed"),
    ];
    let title = shell.t("按月计划与完成投资", "Planned and completed investment by month");
    let head = ChartHead { id: "months", title: title.to_owned() };
    MonthChart::new(head, &names.map(str::to_owned), &months, shell.language)
}

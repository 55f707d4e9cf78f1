//! Chart of planned and completed amounts by month.

use crate::api::summaries::trend::{Trend, TrendMonth};
use crate::domain::words::Language;
use crate::pages::kit::chart::{MonthChart, MonthValues};
use crate::pages::kit::shell::Shell;

/// Builds the chart of `trend`; `list` gives the link of a month's bars.
pub fn month_chart(
    trend: &Trend,
    shell: &Shell,
    list: &dyn Fn(&TrendMonth) -> String,
) -> MonthChart {
    let month = |m: &TrendMonth| {
        let over = m.month <= trend.through;
        let href = list(m);
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
            hrefs: [href.clone(), href.clone(), href.clone(), href],
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
    let names = names.map(str::to_owned);
    MonthChart::new(("months", title.to_owned()), &names, &months, shell.language)
}

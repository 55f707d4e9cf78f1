//! Chart of twelve months: bars per month and cumulative lines.

use askama::Template;

use crate::domain::money::Fen;
use crate::domain::words::Language;
use crate::pages::kit::chart::parts::{
    BOTTOM, ChartHead, LEFT, Mark, RIGHT, Series, TOP, Tick, legend, says,
};
use crate::pages::kit::chart::scale::Scale;

/// Planned and completed amounts: bars per month, and lines cumulative from January.
#[derive(Template)]
#[template(path = "pages/chart_months.html")]
pub(crate) struct MonthChart {
    title: String,
    id: &'static str,
    left: Vec<Tick>,
    right: Vec<Tick>,
    left_unit: String,
    right_unit: String,
    months: Vec<Tick>,
    bars: Vec<Mark>,
    lines: Vec<(usize, String)>,
    dots: Vec<Mark>,
    legend: Vec<Series>,
}

/// One month of a [`MonthChart`].
pub(crate) struct MonthValues {
    /// Axis label.
    pub label: String,
    /// Planned, completed, cumulative planned, cumulative completed; `None` for the future.
    pub values: [Option<Fen>; 4],
    /// Links of the four values.
    pub hrefs: [String; 4],
}

impl MonthChart {
    /// Lays out a chart of `months`; `names` are the names of the four series.
    pub(crate) fn new(
        head: ChartHead,
        names: &[String; 4],
        months: &[MonthValues],
        language: Language,
    ) -> Self {
        let largest = |series: [usize; 2]| {
            let values = months.iter().flat_map(|m| series.map(|s| m.values.get(s).copied()));
            values.flatten().flatten().max().unwrap_or(Fen::ZERO)
        };
        let each = Scale::new(largest([0, 1]), BOTTOM - TOP);
        let total = Scale::new(largest([2, 3]), BOTTOM - TOP);
        let ticks = |scale: &Scale| {
            let tick = |(value, label)| Tick { at: BOTTOM - scale.at(value), label };
            scale.lines().into_iter().map(tick).collect()
        };
        let width = (RIGHT - LEFT) / i64::try_from(months.len().max(1)).unwrap_or(1);
        let mut chart = Self {
            title: head.title,
            id: head.id,
            left: ticks(&each),
            right: ticks(&total),
            left_unit: each.unit.name(language).to_owned(),
            right_unit: total.unit.name(language).to_owned(),
            months: Vec::new(),
            bars: Vec::new(),
            lines: Vec::new(),
            dots: Vec::new(),
            legend: legend(names, &[false, false, true, true]),
        };
        for (month, x) in months.iter().zip((LEFT..).step_by(usize::try_from(width).unwrap_or(1))) {
            chart.months.push(Tick { at: x + width / 2, label: month.label.clone() });
            let values = month.values.iter().zip(&month.hrefs).zip(names).enumerate();
            for (series, ((value, href), name)) in values {
                let Some(value) = *value else { continue };
                let says = says(name, &month.label, value, language);
                let height = if series < 2 { each.at(value) } else { total.at(value) };
                let area =
                    Mark { x, y: BOTTOM - height, width, height, series, says, href: href.clone() };
                chart.draw(area);
            }
        }
        chart.lines = [2, 3].map(|series| (series, chart.line(series))).into();
        chart
    }

    /// Lays out one value; `area` is as wide as the whole month.
    fn draw(&mut self, area: Mark) {
        let middle = area.x + area.width / 2;
        if area.series < 2 {
            let half = area.width * 3 / 10;
            let x = if area.series == 0 { middle - half } else { middle + 1 };
            self.bars.push(Mark { x, width: half - 1, ..area });
        } else {
            self.dots.push(Mark { x: middle, width: 0, height: 0, ..area });
        }
    }

    /// SVG points of a line.
    fn line(&self, series: usize) -> String {
        let points = self.dots.iter().filter(|dot| dot.series == series);
        points.map(|dot| format!("{},{}", dot.x, dot.y)).collect::<Vec<_>>().join(" ")
    }
}

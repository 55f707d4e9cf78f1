//! Chart of twelve months: bars per month and cumulative lines.

use askama::Template;

use crate::domain::money::Fen;
use crate::domain::words::Language;
use crate::pages::kit::chart::scale::Scale;
use crate::pages::kit::chart::{BOTTOM, LEFT, Mark, RIGHT, Series, TOP, Tick, legend, says};

/// Planned and completed amounts: bars per month, and lines cumulative from January.
#[derive(Template)]
#[template(path = "pages/chart_months.html")]
pub struct MonthChart {
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
pub struct MonthValues {
    /// Axis label.
    pub label: String,
    /// Planned, completed, cumulative planned, cumulative completed; `None` for the future.
    pub values: [Option<Fen>; 4],
    /// Links of the four values.
    pub hrefs: [String; 4],
}

impl MonthChart {
    /// Lays out a chart of `months`; `names` are the names of the four series.
    pub fn new(
        (id, title): (&'static str, String),
        names: &[String; 4],
        months: &[MonthValues],
        language: Language,
    ) -> Self {
        let largest = |series: [usize; 2]| {
            let values = months.iter().flat_map(|m| series.map(|s| m.values.get(s).copied()));
            values.flatten().flatten().max().unwrap_or(Fen::ZERO)
        };
        let (each, total) =
            (Scale::new(largest([0, 1]), BOTTOM - TOP), Scale::new(largest([2, 3]), BOTTOM - TOP));
        let ticks = |scale: &Scale| {
            let tick = |(value, label)| Tick { at: BOTTOM - scale.at(value), label };
            scale.lines().into_iter().map(tick).collect()
        };
        let width = (RIGHT - LEFT) / i64::try_from(months.len().max(1)).unwrap_or(1);
        let mut chart = Self {
            title,
            id,
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
                let at = if series < 2 { each.at(value) } else { total.at(value) };
                chart.draw(series, (x, width, at), says, href.clone());
            }
        }
        chart.lines = [2, 3].map(|series| (series, chart.line(series))).into();
        chart
    }

    /// Lays out one value of the month whose area begins at `x` and is `width` wide.
    fn draw(
        &mut self,
        series: usize,
        (x, width, height): (i64, i64, i64),
        says: String,
        href: String,
    ) {
        let (middle, y) = (x + width / 2, BOTTOM - height);
        if series < 2 {
            let half = width * 3 / 10;
            let x = if series == 0 { middle - half } else { middle + 1 };
            self.bars.push(Mark { x, y, width: half - 1, height, series, says, href });
        } else {
            self.dots.push(Mark { x: middle, y, width: 0, height: 0, series, says, href });
        }
    }

    /// SVG points of a line.
    fn line(&self, series: usize) -> String {
        let points = self.dots.iter().filter(|dot| dot.series == series);
        points.map(|dot| format!("{},{}", dot.x, dot.y)).collect::<Vec<_>>().join(" ")
    }
}

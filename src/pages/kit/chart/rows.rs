//! Horizontal bar chart with a group of bars per row.

use askama::Template;

use crate::domain::money::Fen;
use crate::domain::words::Language;
use crate::pages::kit::chart::parts::{ChartHead, Mark, Series, TOP, Tick, legend, says};
use crate::pages::kit::chart::scale::Scale;

/// Horizontal bars, one group per row.
#[derive(Template)]
#[template(path = "pages/chart_rows.html")]
pub(crate) struct RowChart {
    title: String,
    id: &'static str,
    left: i64,
    height: i64,
    unit: String,
    ticks: Vec<Tick>,
    rows: Vec<Tick>,
    bars: Vec<Mark>,
    legend: Vec<Series>,
}

/// One row of a [`RowChart`].
pub(crate) struct RowValues {
    /// Row label.
    pub label: String,
    /// One bar for each series.
    pub bars: Vec<Bar>,
}

/// A bar of a row.
pub(crate) struct Bar {
    /// Amount that gives its length.
    pub value: Fen,
    /// Link to the list behind it.
    pub href: String,
}

/// Width of the label column; English names are longer.
const fn rows_left(language: Language) -> i64 {
    match language {
        Language::Chinese => 190,
        Language::English => 290,
    }
}

const ROWS_RIGHT: i64 = 930;
const BAR: i64 = 9;

impl RowChart {
    /// Lays out a chart of `rows`; `names` are the names of the series.
    pub(crate) fn new(
        head: ChartHead,
        names: &[String],
        rows: &[RowValues],
        language: Language,
    ) -> Self {
        let values = rows.iter().flat_map(|row| row.bars.iter().map(|bar| bar.value));
        let left = rows_left(language);
        let scale = Scale::new(values.max().unwrap_or(Fen::ZERO), ROWS_RIGHT - left);
        let series = i64::try_from(names.len()).unwrap_or(1);
        let step = series * (BAR + 1) + 10;
        let count = i64::try_from(rows.len()).unwrap_or(0);
        let mut bars = Vec::new();
        let mut labels = Vec::new();
        for (row, y) in rows.iter().zip((TOP..).step_by(usize::try_from(step).unwrap_or(1))) {
            labels.push(Tick { at: y + series * (BAR + 1) / 2 + 4, label: row.label.clone() });
            let lines = (y..).step_by(usize::try_from(BAR + 1).unwrap_or(1));
            for (((bar, name), series), y) in row.bars.iter().zip(names).zip(0..).zip(lines) {
                bars.push(Mark {
                    x: left,
                    y,
                    width: scale.at(bar.value),
                    height: BAR,
                    series,
                    says: says(name, &row.label, bar.value, language),
                    href: bar.href.clone(),
                });
            }
        }
        let tick = |(value, label)| Tick { at: left + scale.at(value), label };
        Self {
            title: head.title,
            id: head.id,
            left,
            height: TOP + count * step + 24,
            unit: scale.unit.name(language).to_owned(),
            ticks: scale.lines().into_iter().map(tick).collect(),
            rows: labels,
            bars,
            legend: legend(names, &[false; 8]),
        }
    }

    /// Right edge of the label column.
    pub(crate) fn names_end(&self) -> i64 {
        self.left - 8
    }

    /// Bottom edge of the grid.
    pub(crate) fn bottom(&self) -> i64 {
        self.height - 24
    }
}

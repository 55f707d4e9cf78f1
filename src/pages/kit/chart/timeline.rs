//! Timeline of milestones: baseline, forecast and actual dates.

use askama::Template;
use chrono::{Datelike, Days, NaiveDate};

use crate::domain::month::Month;
use crate::domain::words::Language;
use crate::pages::kit::chart::parts::Tick;

/// One milestone of a [`Timeline`].
#[derive(Clone, Debug)]
pub(crate) struct TimelineRow {
    /// Milestone name.
    pub label: String,
    /// Baseline date.
    pub baseline: NaiveDate,
    /// Forecast date.
    pub forecast: Option<NaiveDate>,
    /// Actual date.
    pub actual: Option<NaiveDate>,
    /// Slippage in days; positive is late.
    pub slippage: Option<i64>,
    /// Link to its row in the table.
    pub href: String,
}

/// Kind of date a mark shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkKind {
    /// Baseline date.
    Baseline,
    /// Forecast date.
    Forecast,
    /// Actual date.
    Actual,
}

/// A mark for one date of a milestone.
pub(crate) struct DayMark {
    /// Kind of date.
    pub kind: MarkKind,
    /// Horizontal position.
    pub x: i64,
    /// Vertical position.
    pub y: i64,
    /// Text on hover and focus.
    pub says: String,
    /// Link to its row in the table.
    pub href: String,
}

/// Line from the baseline to the effective date (actual, else forecast).
pub(crate) struct Span {
    /// Left end.
    pub from: i64,
    /// Right end.
    pub to: i64,
    /// Vertical position.
    pub y: i64,
    /// True if the milestone is late.
    pub late: bool,
}

/// Layout of a timeline with one row per milestone.
#[derive(Template)]
#[template(path = "pages/chart_timeline.html")]
pub(crate) struct Timeline {
    title: String,
    height: i64,
    today: Option<Tick>,
    ticks: Vec<Tick>,
    rows: Vec<Tick>,
    spans: Vec<Span>,
    marks: Vec<DayMark>,
    legend: [(MarkKind, String, i64); 3],
}

const LEFT: i64 = 150;
const RIGHT: i64 = 940;
const TOP: i64 = 52;
const STEP: i64 = 30;
/// Minimum distance of month labels, in SVG units.
const ROOM: i64 = 66;

/// Date axis: spans whole months, so that the first and last date have space.
struct Axis {
    first: NaiveDate,
    days: i64,
}

impl Axis {
    fn around(days: impl Iterator<Item = NaiveDate> + Clone, today: NaiveDate) -> Self {
        let first = Month::of(days.clone().min().unwrap_or(today)).first_day();
        let last = Month::of(days.max().unwrap_or(today)).last_day();
        let days = (last.max(first + Days::new(60)) - first).num_days();
        Self { first, days: days.max(1) }
    }

    fn at(&self, day: NaiveDate) -> i64 {
        let passed = (day - self.first).num_days().clamp(0, self.days);
        LEFT + passed * (RIGHT - LEFT) / self.days
    }

    fn holds(&self, day: NaiveDate) -> bool {
        (0..=self.days).contains(&(day - self.first).num_days())
    }

    /// First days of months, thinned out to fit their labels.
    fn ticks(&self) -> Vec<Tick> {
        let most = (RIGHT - LEFT) / ROOM;
        let months = self.days / 30 + 1;
        let step = [1, 2, 3, 6, 12, 24, 60].into_iter().find(|step| months / step <= most);
        let step = u32::try_from(step.unwrap_or(120)).unwrap_or(120);
        let mut ticks = Vec::new();
        let mut month = Month::of(self.first);
        while self.holds(month.first_day()) {
            let first = month.first_day();
            let count = u32::try_from(first.year()).unwrap_or(0) * 12 + first.month0();
            if count.is_multiple_of(step) {
                ticks.push(Tick { at: self.at(first), label: month.to_string() });
            }
            month = month.next();
        }
        ticks
    }
}

impl Timeline {
    /// Lays out `milestones` as of `today`.
    pub(crate) fn new(
        title: String,
        milestones: &[TimelineRow],
        today: NaiveDate,
        language: Language,
    ) -> Self {
        let days = milestones
            .iter()
            .flat_map(|m| [Some(m.baseline), m.forecast, m.actual].into_iter().flatten());
        let axis = Axis::around(days, today);
        let word = |kind| word(kind, language);
        let legend = |kind, x| (kind, word(kind).to_owned(), x);
        let mut drawn = Self {
            title,
            height: TOP + i64::try_from(milestones.len()).unwrap_or(0) * STEP + 10,
            today: axis.holds(today).then(|| Tick {
                at: axis.at(today),
                label: match language {
                    Language::Chinese => format!("今天 {today}"),
                    Language::English => format!("today {today}"),
                },
            }),
            ticks: axis.ticks(),
            rows: Vec::new(),
            spans: Vec::new(),
            marks: Vec::new(),
            legend: [
                legend(MarkKind::Baseline, LEFT),
                legend(MarkKind::Forecast, LEFT + 140),
                legend(MarkKind::Actual, LEFT + 280),
            ],
        };
        let step = usize::try_from(STEP).unwrap_or(1);
        for (milestone, y) in milestones.iter().zip((TOP + STEP / 2..).step_by(step)) {
            drawn.draw(milestone, y, &axis, language);
        }
        drawn
    }

    fn draw(&mut self, milestone: &TimelineRow, y: i64, axis: &Axis, language: Language) {
        self.rows.push(Tick { at: y + 5, label: milestone.label.clone() });
        let now = milestone.actual.or(milestone.forecast);
        if let Some(now) = now.filter(|now| *now != milestone.baseline) {
            let from = axis.at(milestone.baseline);
            let to = axis.at(now);
            let late = now > milestone.baseline;
            self.spans.push(Span { from: from.min(to), to: from.max(to), y, late });
        }
        let days = [
            (MarkKind::Baseline, Some(milestone.baseline)),
            (MarkKind::Forecast, milestone.forecast.filter(|_| milestone.actual.is_none())),
            (MarkKind::Actual, milestone.actual),
        ];
        for (kind, day) in days {
            let Some(day) = day else { continue };
            let slips = milestone.slippage.filter(|_| kind != MarkKind::Baseline);
            let slips = slips.map(|days| slippage(days, language)).unwrap_or_default();
            let says = format!("{} {} {day}{slips}", milestone.label, word(kind, language));
            self.marks.push(DayMark {
                kind,
                x: axis.at(day),
                y,
                says,
                href: milestone.href.clone(),
            });
        }
    }

    /// Bottom edge of the grid.
    pub(crate) fn bottom(&self) -> i64 {
        self.height - 8
    }
}

fn word(kind: MarkKind, language: Language) -> &'static str {
    match (kind, language) {
        (MarkKind::Baseline, Language::Chinese) => "计划",
        (MarkKind::Forecast, Language::Chinese) => "预计",
        (MarkKind::Actual, Language::Chinese) => "实际",
        (MarkKind::Baseline, Language::English) => "baseline",
        (MarkKind::Forecast, Language::English) => "forecast",
        (MarkKind::Actual, Language::English) => "actual",
    }
}

/// Slippage as text, such as `，晚 12 天`.
fn slippage(days: i64, language: Language) -> String {
    match (days, language) {
        (0, Language::Chinese) => "，按期".to_owned(),
        (0, Language::English) => ", on time".to_owned(),
        (1.., Language::Chinese) => format!("，晚 {days} 天"),
        (1.., Language::English) => format!(", {days} days late"),
        (_, Language::Chinese) => format!("，早 {} 天", -days),
        (_, Language::English) => format!(", {} days early", -days),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use super::{MarkKind::Actual, MarkKind::Baseline, MarkKind::Forecast};

    fn day(offset: i64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2021, 1, 1).unwrap() + chrono::Duration::days(offset)
    }

    fn row(baseline: i64, forecast: Option<i64>, actual: Option<i64>) -> TimelineRow {
        TimelineRow {
            label: "开工".to_owned(),
            baseline: day(baseline),
            forecast: forecast.map(day),
            actual: actual.map(day),
            slippage: None,
            href: "#m1".to_owned(),
        }
    }

    fn drawn(rows: &[TimelineRow]) -> Timeline {
        Timeline::new("节点".to_owned(), rows, day(180), Language::Chinese)
    }

    #[test]
    fn the_actual_date_hides_the_forecast_and_late_spans_are_marked() {
        let rows = [row(0, Some(40), Some(50)), row(100, Some(90), None), row(200, None, None)];

        let drawn = drawn(&rows);

        let kinds: Vec<_> = drawn.marks.iter().map(|mark| mark.kind).collect();
        assert_eq!(kinds, [Baseline, Actual, Baseline, Forecast, Baseline]);
        assert_eq!(drawn.spans.iter().map(|s| s.late).collect::<Vec<_>>(), [true, false]);
        assert_eq!(drawn.today.map(|t| t.label).unwrap(), "今天 2021-06-30");
        assert_eq!(drawn.ticks.first().map(|t| t.label.as_str()), Some("2021-01"));
    }

    #[test]
    fn a_timeline_without_milestones_is_empty() {
        let drawn = drawn(&[]);

        assert!(drawn.marks.is_empty() && drawn.rows.is_empty());
        assert!(!drawn.ticks.is_empty());
    }

    proptest! {
        #[test]
        fn no_day_leaves_the_drawing_and_labels_have_room(
            days in proptest::collection::vec((0_i64..9_000, proptest::option::of(0_i64..9_000)), 1..12),
        ) {
            let rows: Vec<_> = days.iter().map(|(b, f)| row(*b, *f, None)).collect();
            let drawn = drawn(&rows);
            prop_assert!(drawn.marks.iter().all(|m| (LEFT..=RIGHT).contains(&m.x) && m.y < drawn.height));
            prop_assert!(drawn.spans.iter().all(|s| s.from <= s.to));
            let ticks: Vec<i64> = drawn.ticks.iter().map(|t| t.at).collect();
            prop_assert!(ticks.windows(2).all(|pair| pair[1] - pair[0] >= 30));
        }
    }
}

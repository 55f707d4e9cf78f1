//! Warnings about figures that count from the start of the project or of the year, and therefore
//! cannot fall: physical progress, funds received and paid, the forecast of the full year.

use std::fmt::Display;

use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::rate::Hundredths;
use crate::domain::report::Report;
use crate::domain::report::figures::ReportFigures;
use crate::domain::report::warning::ReportContext;
use crate::domain::warning::Warning;

/// A figure with the month whose report states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stated<T> {
    /// Month of the report.
    pub month: Month,
    /// The figure.
    pub value: T,
}

/// A cumulative figure in the nearest reports that state it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Neighbours<T> {
    /// In the last month before.
    pub before: Option<Stated<T>>,
    /// In the first month after.
    pub after: Option<Stated<T>>,
}

/// The cumulative figures of a project's other reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CumulativeFigures {
    /// Physical progress of the whole project.
    pub physical: Neighbours<Hundredths>,
    /// Funds received since January of the year.
    pub received: Neighbours<Fen>,
    /// Funds paid since January of the year.
    pub paid: Neighbours<Fen>,
}

impl CumulativeFigures {
    /// What the other `reports` of a project, in any state, state around `month`.
    pub(crate) fn around<'a>(month: Month, reports: impl IntoIterator<Item = &'a Report>) -> Self {
        let ever: Vec<&Report> = reports.into_iter().collect();
        let of_year = |r: &&Report| r.month.year() == month.year();
        let year: Vec<&Report> = ever.iter().copied().filter(of_year).collect();
        Self {
            physical: Neighbours::find(month, &ever, |f| f.physical),
            received: Neighbours::find(month, &year, |f| f.funds_received),
            paid: Neighbours::find(month, &year, |f| f.funds_paid),
        }
    }
}

impl<T> Neighbours<T> {
    fn find(
        month: Month,
        reports: &[&Report],
        figure: impl Fn(&ReportFigures) -> Option<T>,
    ) -> Self {
        let stated = |report: &&Report| {
            let value = figure(&report.figures)?;
            Some(Stated { month: report.month, value })
        };
        // The nearest report may be silent about the figure; one further away then says it.
        let mut earlier: Vec<_> = reports.iter().filter(|r| r.month < month).collect();
        earlier.sort_by_key(|r| std::cmp::Reverse(r.month));
        let mut later: Vec<_> = reports.iter().filter(|r| r.month > month).collect();
        later.sort_by_key(|r| r.month);
        Self {
            before: earlier.into_iter().find_map(stated),
            after: later.into_iter().find_map(stated),
        }
    }
}

/// Name of a cumulative figure and its unit, for messages.
struct Named {
    code: &'static str,
    zh: &'static str,
    en: &'static str,
    unit_zh: &'static str,
    unit_en: &'static str,
}

const PHYSICAL: Named = Named {
    code: "physical-fell",
    zh: "形象进度",
    en: "Physical progress",
    unit_zh: "%",
    unit_en: " %",
};
const RECEIVED: Named = Named {
    code: "funds-received-fell",
    zh: "本年到位资金",
    en: "Funds received since January",
    unit_zh: " 万元",
    unit_en: " 万元",
};
const PAID: Named = Named {
    code: "funds-paid-fell",
    zh: "本年支付资金",
    en: "Funds paid since January",
    unit_zh: " 万元",
    unit_en: " 万元",
};

/// Warnings about cumulative figures of `report` that are below those of an earlier month, or above
/// those of a later one.
pub(crate) fn fallen(report: &ReportFigures, figures: &CumulativeFigures) -> [Option<Warning>; 3] {
    let wan = Fen::to_wan;
    [
        fell(&PHYSICAL, report.physical, figures.physical, |v| v),
        fell(&RECEIVED, report.funds_received, figures.received, wan),
        fell(&PAID, report.funds_paid, figures.paid, wan),
    ]
}

fn fell<T: PartialOrd + Copy, D: Display>(
    named: &Named,
    value: Option<T>,
    others: Neighbours<T>,
    show: impl Fn(T) -> D,
) -> Option<Warning> {
    let value = value?;
    let Named { code, zh, en, unit_zh, unit_en } = named;
    let shown = show(value);
    let warning = |other: Stated<T>, zh_side: &str, en_side: &str| {
        let month = other.month;
        let stated = show(other.value);
        Warning::new(
            code,
            format!(
                "{zh} {shown}{unit_zh}，{zh_side} {month} 的 {stated}{unit_zh}；累计数不应减少。"
            ),
            format!(
                "{en} of {shown}{unit_en} is {en_side} the {stated}{unit_en} of {month}; a cumulative figure does not fall."
            ),
        )
    };
    let before = others.before.filter(|before| value < before.value);
    let after = others.after.filter(|after| value > after.value);
    match (before, after) {
        (Some(before), _) => Some(warning(before, "低于", "below")),
        (None, Some(after)) => Some(warning(after, "高于其后", "above")),
        (None, None) => None,
    }
}

/// Warning if the forecast of the full year is less than what is done by this month.
pub(crate) fn forecast_below_done(
    report: &ReportFigures,
    context: &ReportContext,
) -> Option<Warning> {
    let forecast = report.full_year_forecast?;
    let done = context.other_months_of_year + report.completed;
    (forecast < done).then(|| {
        let forecast = forecast.to_wan();
        let done = done.to_wan();
        Warning::new(
            "forecast-below-done",
            format!("全年预计完成 {forecast} 万元，低于本年已完成的 {done} 万元。"),
            format!(
                "{forecast} 万元 expected for the full year is less than the {done} 万元 already completed this year."
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::{ProjectId, ReportId};
    use crate::domain::report::ReportState;

    fn report(month: &str, figures: ReportFigures) -> Report {
        Report {
            id: ReportId(1),
            project_id: ProjectId(1),
            month: month.parse().unwrap(),
            state: ReportState::Draft,
            figures,
            warnings: Vec::new(),
            return_reason: String::new(),
            submitted: None,
            first_submitted_on: None,
            confirmed: None,
            version: 1,
        }
    }

    fn physical(hundredths: i64) -> ReportFigures {
        ReportFigures { physical: Some(Hundredths::new(hundredths)), ..ReportFigures::default() }
    }

    fn funds(received: i64, paid: i64) -> ReportFigures {
        ReportFigures {
            funds_received: Some(Fen::new(received)),
            funds_paid: Some(Fen::new(paid)),
            ..ReportFigures::default()
        }
    }

    fn codes(month: &str, own: &ReportFigures, others: &[Report]) -> Vec<String> {
        let around = CumulativeFigures::around(month.parse().unwrap(), others);
        fallen(own, &around).into_iter().flatten().map(|w| w.code).collect()
    }

    #[test]
    fn a_figure_is_compared_with_the_nearest_months_that_state_it() {
        let silent = report("2021-05", ReportFigures::default());
        let others =
            [report("2021-03", physical(4_000)), silent, report("2021-08", physical(6_000))];

        assert!(codes("2021-06", &physical(4_000), &others).is_empty());
        assert!(codes("2021-06", &physical(6_000), &others).is_empty());
        assert_eq!(codes("2021-06", &physical(3_999), &others), ["physical-fell"]);
        assert_eq!(codes("2021-06", &physical(6_001), &others), ["physical-fell"]);
        assert!(codes("2021-06", &ReportFigures::default(), &others).is_empty());
    }

    #[test]
    fn funds_count_from_january_and_progress_from_the_start() {
        let mut december = funds(900, 800);
        december.physical = Some(Hundredths::new(5_000));
        let others = [report("2020-12", december)];
        let mut january = funds(10, 5);
        january.physical = Some(Hundredths::new(4_999));

        assert_eq!(codes("2021-01", &january, &others), ["physical-fell"]);
        let others = [report("2021-01", funds(10, 5))];
        assert_eq!(
            codes("2021-02", &funds(9, 4), &others),
            ["funds-received-fell", "funds-paid-fell"]
        );
        assert!(codes("2021-02", &funds(10, 5), &others).is_empty());
    }

    proptest! {
        #[test]
        fn months_that_rise_warn_of_nothing_in_whatever_order_they_are_written(
            steps in proptest::collection::vec(0_i64..900, 1..12), own in 0_usize..12,
        ) {
            let mut sum = 0;
            let mut all: Vec<Report> = steps.iter().zip(1..).map(|(step, number)| {
                sum += step;
                report(&format!("2021-{number:02}"), physical(sum))
            }).collect();
            let own = all.remove(own % all.len());
            prop_assert!(codes(&own.month.to_string(), &own.figures, &all).is_empty());
        }
    }
}

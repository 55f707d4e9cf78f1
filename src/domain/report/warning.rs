//! Plausibility warnings on a monthly report. They are stored and displayed, and never block it.

use chrono::{Months, NaiveDate};

use crate::domain::money::Fen;
use crate::domain::project::Stage;
use crate::domain::rate::{Rate, Ratio};
use crate::domain::report::cumulative::{CumulativeFigures, fallen, forecast_below_done};
use crate::domain::report::figures::ReportFigures;
use crate::domain::warning::Warning;

/// All warning codes with a short Chinese and English name, used as filter options.
pub(crate) const KINDS: [(&str, &str, &str); 13] = [
    ("above-total", "累计超过总投资", "above the total investment"),
    ("far-above-plan", "超过年度计划 120%", "above 120 % of the year plan"),
    ("zero-month", "在建项目当月为零", "zero during construction"),
    ("half-of-the-year", "单月超过年度计划一半", "more than half of the year in a month"),
    ("same-amount", "金额与上月相同", "same amount as last month"),
    ("same-words", "文字与上月相同", "same words as last month"),
    ("paid-above-received", "支付多于到位", "paid more than received"),
    ("progress-apart", "形象进度与投资进度相差过大", "physical and financial progress apart"),
    ("no-construction-permit", "开工逾月无施工许可", "no construction permit"),
    ("physical-fell", "形象进度下降", "physical progress fell"),
    ("funds-received-fell", "到位资金减少", "funds received fell"),
    ("funds-paid-fell", "支付资金减少", "funds paid fell"),
    ("forecast-below-done", "全年预计低于已完成", "forecast below what is done"),
];

/// Data a report is compared with.
#[derive(Clone, Debug)]
pub(crate) struct ReportContext {
    /// Stage of the project.
    pub stage: Stage,
    /// Total investment of the project.
    pub total: Fen,
    /// Invested before the register began.
    pub invested_before: Fen,
    /// Actual start of the project.
    pub actual_start: Option<NaiveDate>,
    /// Submitted and confirmed investment of earlier months of this year.
    pub other_months_of_year: Fen,
    /// Submitted and confirmed investment of all earlier months.
    pub other_months_ever: Fen,
    /// Submitted and confirmed investment of all later months.
    pub later_months: Fen,
    /// Annual amount of the year plan in force, if there is one.
    pub annual: Option<Fen>,
    /// Report of the previous month, if there is one.
    pub last_month: Option<ReportFigures>,
    /// Cumulative figures of the project's other reports.
    pub cumulative: CumulativeFigures,
    /// Whether the construction permit was granted; `None` if the project has no such milestone.
    pub construction_permit: Option<bool>,
    /// The business day.
    pub today: NaiveDate,
}

/// All warnings for `report`.
pub(crate) fn warnings(report: &ReportFigures, context: &ReportContext) -> Vec<Warning> {
    let others = [
        above_total(report, context),
        far_above_plan(report, context),
        zero_month(report, context),
        half_of_the_year(report, context),
        same_as_last_month(report, context),
        same_words(report, context),
        paid_more_than_received(report),
        progress_apart(report, context),
        no_permit(context),
        forecast_below_done(report, context),
    ];
    let fallen = fallen(report, &context.cumulative);
    others.into_iter().chain(fallen).flatten().collect()
}

fn ever(report: &ReportFigures, context: &ReportContext) -> Fen {
    context.invested_before + context.other_months_ever + report.completed
}

fn above_total(report: &ReportFigures, context: &ReportContext) -> Option<Warning> {
    // Later months count too: one of several reports is the last to be handed over.
    let ever = ever(report, context) + context.later_months;
    let total = context.total;
    (total > Fen::ZERO && ever > total).then(|| {
        let ever = ever.to_wan();
        let total = total.to_wan();
        Warning::new(
            "above-total",
            format!("开工以来累计完成 {ever} 万元，超过总投资 {total} 万元。"),
            format!("{ever} 万元 invested since the start is more than the total of {total} 万元."),
        )
    })
}

fn far_above_plan(report: &ReportFigures, context: &ReportContext) -> Option<Warning> {
    let annual = context.annual?;
    let done = context.other_months_of_year + report.completed;
    let share = Rate::new(done, annual).percent().filter(|share| share.get() > 12_000)?;
    let done = done.to_wan();
    let annual = annual.to_wan();
    Some(Warning::new(
        "far-above-plan",
        format!("本年累计完成 {done} 万元，为年度计划 {annual} 万元的 {share}%，超过 120%。"),
        format!(
            "{done} 万元 this year is {share} % of the year plan of {annual} 万元, above 120 %."
        ),
    ))
}

fn zero_month(report: &ReportFigures, context: &ReportContext) -> Option<Warning> {
    (report.completed.is_zero() && context.stage == Stage::Construction).then(|| {
        Warning::new(
            "zero-month",
            "项目在建，本月完成投资为零。".to_owned(),
            "Under construction, and nothing was invested this month.".to_owned(),
        )
    })
}

fn half_of_the_year(report: &ReportFigures, context: &ReportContext) -> Option<Warning> {
    let annual = context.annual?;
    let share =
        Rate::new(report.completed, annual).percent().filter(|share| share.get() > 5_000)?;
    let month = report.completed.to_wan();
    let annual = annual.to_wan();
    Some(Warning::new(
        "half-of-the-year",
        format!("本月完成 {month} 万元，占年度计划 {annual} 万元的 {share}%，超过一半。"),
        format!(
            "{month} 万元 in one month is {share} % of the year plan of {annual} 万元, more than half."
        ),
    ))
}

fn same_as_last_month(report: &ReportFigures, context: &ReportContext) -> Option<Warning> {
    let last = context.last_month.as_ref()?;
    (last.completed == report.completed && !report.completed.is_zero()).then(|| {
        let amount = report.completed.to_wan();
        Warning::new(
            "same-amount",
            format!("本月完成 {amount} 万元，与上月完全相同。"),
            format!("{amount} 万元 is exactly last month's amount."),
        )
    })
}

fn same_words(report: &ReportFigures, context: &ReportContext) -> Option<Warning> {
    let last = context.last_month.as_ref()?;
    (last.progress == report.progress && !report.progress.is_empty()).then(|| {
        Warning::new(
            "same-words",
            "进展情况与上月文字完全相同。".to_owned(),
            "The progress is described in exactly last month's words.".to_owned(),
        )
    })
}

fn paid_more_than_received(report: &ReportFigures) -> Option<Warning> {
    let (received, paid) = report.funds_received.zip(report.funds_paid)?;
    (received < paid).then(|| {
        let received = received.to_wan();
        let paid = paid.to_wan();
        Warning::new(
            "paid-above-received",
            format!("支付资金 {paid} 万元，多于到位资金 {received} 万元。"),
            format!("{paid} 万元 paid is more than the {received} 万元 received."),
        )
    })
}

fn progress_apart(report: &ReportFigures, context: &ReportContext) -> Option<Warning> {
    let physical = report.physical?;
    let financial = Rate::new(ever(report, context), context.total).ratio()?;
    let apart = Ratio::new(physical.get().into(), 10_000)?.minus(financial).percent();
    (apart.get().abs() > 2_000).then(|| {
        let financial = financial.percent();
        Warning::new(
            "progress-apart",
            format!("形象进度 {physical}%，投资进度 {financial}%，相差 {apart} 个百分点，超过 20 个。"),
            format!("Physical progress is {physical} %, financial {financial} %: {apart} points apart, more than 20."),
        )
    })
}

fn no_permit(context: &ReportContext) -> Option<Warning> {
    let start = context.actual_start?;
    let overdue = start + Months::new(1) < context.today;
    (overdue && context.construction_permit == Some(false)).then(|| {
        Warning::new(
            "no-construction-permit",
            format!("项目已于 {start} 开工，超过一个月仍未登记施工许可。"),
            format!(
                "Started on {start}, more than a month ago, and no construction permit is recorded."
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::project::tests::day;
    use crate::domain::rate::Hundredths;

    fn wan(text: &str) -> Fen {
        Fen::parse_wan(text).unwrap()
    }

    fn context() -> ReportContext {
        ReportContext {
            stage: Stage::Construction,
            total: wan("10000"),
            invested_before: wan("1000"),
            actual_start: Some(day("2021-03-10")),
            other_months_of_year: wan("500"),
            other_months_ever: wan("500"),
            later_months: Fen::ZERO,
            annual: Some(wan("2000")),
            last_month: None,
            cumulative: CumulativeFigures::around("2021-06".parse().unwrap(), &[]),
            construction_permit: Some(true),
            today: day("2021-07-01"),
        }
    }

    fn figures(completed: &str) -> ReportFigures {
        ReportFigures { completed: wan(completed), ..ReportFigures::default() }
    }

    fn codes(report: &ReportFigures, context: &ReportContext) -> Vec<String> {
        warnings(report, context).into_iter().map(|w| w.code).collect()
    }

    #[test]
    fn an_ordinary_month_is_not_odd() {
        assert!(codes(&figures("120"), &context()).is_empty());
    }

    #[test]
    fn each_odd_thing_is_found_just_past_its_threshold() {
        // 1000 + 500 + 8500 equals the total; one 分 more exceeds it. It is also above the plan.
        assert!(!codes(&figures("8500"), &context()).contains(&"above-total".to_owned()));
        assert!(codes(&figures("8500.000001"), &context()).contains(&"above-total".to_owned()));
        let later = ReportContext { later_months: wan("8400"), ..context() };
        assert_eq!(codes(&figures("100"), &later), Vec::<String>::new());
        assert_eq!(codes(&figures("100.000001"), &later), ["above-total"]);
        // 500 + 1900 = 120 % of 2000.
        assert!(!codes(&figures("1900"), &context()).contains(&"far-above-plan".to_owned()));
        assert!(codes(&figures("1901"), &context()).contains(&"far-above-plan".to_owned()));
        assert_eq!(codes(&figures("1000"), &context()), Vec::<String>::new());
        assert_eq!(codes(&figures("1001"), &context()), ["half-of-the-year"]);
        assert_eq!(codes(&figures("0"), &context()), ["zero-month"]);
        // 500 before and 120 this month.
        let forecast =
            |wan_text| ReportFigures { full_year_forecast: Some(wan(wan_text)), ..figures("120") };
        assert_eq!(codes(&forecast("620"), &context()), Vec::<String>::new());
        assert_eq!(codes(&forecast("619.999999"), &context()), ["forecast-below-done"]);
    }

    #[test]
    fn last_month_copied_is_found() {
        let mut report = figures("120");
        report.progress = "主体施工".to_owned();
        let context = ReportContext { last_month: Some(report.clone()), ..context() };

        assert_eq!(codes(&report, &context), ["same-amount", "same-words"]);
    }

    #[test]
    fn funds_progress_and_permit_are_compared() {
        let mut report = figures("120");
        (report.funds_received, report.funds_paid) = (Some(wan("10")), Some(wan("11")));
        // Financial progress is 1620 of 10000: 16.20 %.
        report.physical = Some(Hundredths::new(3_621));
        let context = ReportContext { construction_permit: Some(false), ..context() };

        let found = warnings(&report, &context);

        let codes: Vec<_> = found.iter().map(|w| w.code.as_str()).collect();
        assert!(codes.iter().all(|code| KINDS.iter().any(|(kind, ..)| kind == code)));
        assert_eq!(codes, ["paid-above-received", "progress-apart", "no-construction-permit"]);
        assert!(
            found[1].en.contains("36.21 %, financial 16.20 %: 20.01 points"),
            "{}",
            found[1].en
        );
    }
}

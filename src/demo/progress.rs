//! What a synthetic project has reported and reached: its reports and milestones.

use chrono::NaiveDate;

use crate::demo::life::{Life, day};
use crate::demo::numbers::{Numbers, WAN};
use crate::domain::milestone::TEMPLATES;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::MonthlyAmounts;
use crate::domain::project::Stage;
use crate::domain::rate::Hundredths;
use crate::domain::report::ReportFigures;

/// A milestone of a synthetic project.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SketchMilestone {
    /// Baseline date.
    pub baseline: NaiveDate,
    /// Forecast date, if it differs from the baseline.
    pub forecast: Option<NaiveDate>,
    /// Actual date.
    pub actual: Option<NaiveDate>,
}

/// Progress of a month in words.
const WORDS: [&str; 6] = [
    "基础施工，完成桩基检测",
    "主体结构施工至三层",
    "厂房钢结构吊装",
    "设备采购合同签订，首批设备到场",
    "管线安装，同步推进道路硬化",
    "室内装修和设备调试",
];

/// Reports of January to May, from the month of the start.
pub(super) fn reports(
    numbers: &mut Numbers,
    year: Year,
    total: Fen,
    before: Fen,
    months: &MonthlyAmounts,
    life: &Life,
) -> Vec<(Month, ReportFigures)> {
    let Some(start) = life.actual_start else {
        return Vec::new();
    };
    let mut done = before;
    let mut received = Fen::ZERO;
    let mut paid = Fen::ZERO;
    let mut built = 0;
    let mut all = Vec::new();
    let pace = pace(numbers);
    for month in year.months().take(5).filter(|m| *m >= Month::of(start)) {
        let planned = months.of(month.number()).get();
        let idle = month.number() == 2 && numbers.chance(10);
        let percent = if idle { 0 } else { pace + numbers.between(-6, 6) };
        let exact = i128::from(planned) * i128::from(percent) / 100;
        // Rounded down to half a 万元, and never more than the total.
        let completed = i64::try_from(exact).unwrap_or(0) / (WAN / 2) * (WAN / 2);
        let completed = Fen::new(completed).min(total - done);
        done += completed;
        received += completed;
        paid += Fen::new(completed.get() / 10 * 9 / WAN * WAN);
        let financial = i128::from(done.get()) * 10_000 / i128::from(total.get().max(1));
        let about = i64::try_from(financial).unwrap_or(0) + numbers.between(-300, 300);
        let finished = life.actual_finish.is_some_and(|finish| Month::of(finish) == month);
        built = if finished { 10_000 } else { built_by(built, about, idle) };
        let words = (numbers.between(0, 2) + i64::from(month.number())).rem_euclid(6);
        let words = usize::try_from(words).ok().and_then(|at| WORDS.get(at));
        all.push((
            month,
            ReportFigures {
                completed,
                physical: Some(Hundredths::new(built)),
                progress: words.map(|w| (*w).to_owned()).unwrap_or_default(),
                zero_reason: if completed.is_zero() {
                    "春节停工，节后复工".to_owned()
                } else {
                    String::new()
                },
                full_year_forecast: None,
                funds_received: Some(received),
                funds_paid: Some(paid),
            },
        ));
    }
    all
}

/// Physical progress after a month, in hundredths of a per cent: near `about`, the share of the
/// money, and never below what was `built` before, since that stays.
fn built_by(built: i64, about: i64, idle: bool) -> i64 {
    if idle && built > 0 { built } else { about.clamp(built, 10_000) }
}

/// Completion as a percentage of the plan: most projects follow it, some lag, a few hardly
/// progress.
fn pace(numbers: &mut Numbers) -> i64 {
    match numbers.between(1, 100) {
        1..=72 => numbers.between(95, 110),
        73..=92 => numbers.between(62, 88),
        _ => numbers.between(15, 50),
    }
}

/// Milestones around start and finish; those before the start are reached if the project has
/// started.
pub(super) fn milestones(
    numbers: &mut Numbers,
    life: &Life,
    finish: NaiveDate,
    year: Year,
) -> Vec<SketchMilestone> {
    // Days from the start to each template's baseline; the last two count from the finish.
    const FROM_START: [i64; 12] = [-240, -180, -150, -120, -90, -20, -45, 0, 200, 300, 0, 60];
    let late_by = life.actual_start.map(|start| (start - life.planned_start).num_days());
    TEMPLATES
        .iter()
        .zip(FROM_START)
        .map(|(template, days)| {
            let from = if matches!(template.code, "completion_acceptance" | "operation") {
                finish
            } else {
                life.planned_start
            };
            let baseline = from + chrono::TimeDelta::days(days);
            let procedure_done = life.stage != Stage::Reserve || days <= -90;
            let actual = match template.code {
                "start" => life.actual_start,
                "completion_acceptance" => life.actual_finish,
                "operation" => None,
                "main_structure" | "equipment_installation" => built(numbers, life, baseline, year),
                _ if procedure_done => Some(baseline),
                _ => None,
            };
            let moved = actual.is_none() && late_by.unwrap_or(20) > 0 && numbers.chance(25);
            let forecast =
                moved.then(|| baseline + chrono::TimeDelta::days(numbers.between(5, 60)));
            SketchMilestone { baseline, forecast, actual }
        })
        .collect()
}

/// Actual date of a construction milestone: most of those due by the end of May, with some
/// variation in days.
fn built(numbers: &mut Numbers, life: &Life, baseline: NaiveDate, year: Year) -> Option<NaiveDate> {
    if let Some(finish) = life.actual_finish {
        return Some(finish.min(baseline));
    }
    let reached = baseline + chrono::TimeDelta::days(numbers.between(-5, 20));
    let punctual = numbers.chance(85);
    (punctual && life.actual_start.is_some() && reached <= day(year, 5, 31)).then_some(reached)
}

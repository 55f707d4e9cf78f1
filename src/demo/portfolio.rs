//! Generates the synthetic projects with plans, milestones and reports: pure, from a fixed seed.

use chrono::{Days, NaiveDate};

use crate::demo::numbers::{Numbers, split};
use crate::domain::milestone::TEMPLATES;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::Envelope;
use crate::domain::plan::year_plan::MonthlyAmounts;
use crate::domain::project::{Nature, Stage};
use crate::domain::rate::Hundredths;
use crate::domain::report::ReportFigures;

/// One 万元, in 分.
const WAN: i64 = 1_000_000;
/// Fixed seed, so that every run gives the same figures.
const SEED: u64 = 20_210_621;

/// A synthetic project with its plan, milestones and reports.
#[derive(Clone, Debug)]
pub(crate) struct Sketch {
    /// Plan envelope (industry row of the plan) it counts towards.
    pub envelope: Envelope,
    /// Serial number in the portfolio, from 1.
    pub number: usize,
    /// Serial number in the envelope, from 0.
    pub in_envelope: usize,
    /// Area, as an index modulo the number of areas.
    pub area: i64,
    /// Stage on 1 July of the year.
    pub stage: Stage,
    /// Nature of construction (new, extension, …).
    pub nature: Nature,
    /// Total investment.
    pub total: Fen,
    /// Investment completed before the year.
    pub invested_before: Fen,
    /// Planned investment of the year.
    pub annual: Fen,
    /// Planned investment of the year by month.
    pub months: MonthlyAmounts,
    /// Planned start.
    pub planned_start: NaiveDate,
    /// Planned finish.
    pub planned_finish: NaiveDate,
    /// Actual start; `None` if not started.
    pub actual_start: Option<NaiveDate>,
    /// Actual finish; `None` if not finished.
    pub actual_finish: Option<NaiveDate>,
    /// Milestones, in the order of the templates.
    pub milestones: Vec<SketchMilestone>,
    /// Reports for January to May at most.
    pub reports: Vec<(Month, ReportFigures)>,
}

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

/// Generates projects whose sums equal `envelopes` exactly.
pub(crate) fn portfolio(year: Year, envelopes: &[Envelope]) -> Vec<Sketch> {
    let mut numbers = Numbers::new(SEED);
    let mut all: Vec<Sketch> = Vec::new();
    for envelope in envelopes {
        let count = usize::try_from(envelope.project_count).unwrap_or(0);
        let weights: Vec<i64> = (0..count).map(|_| numbers.between(20, 100)).collect();
        let totals = split(envelope.total, &weights, 10 * WAN);
        // The annual plan is proportional to the total, plus or minus a quarter.
        let yearly: Vec<i64> = weights.iter().map(|w| w * numbers.between(75, 125)).collect();
        let annuals = split(envelope.annual, &yearly, 10 * WAN);
        for (in_envelope, (total, annual)) in totals.into_iter().zip(annuals).enumerate() {
            let number = all.len() + 1;
            all.push(sketch(&mut numbers, *envelope, (number, in_envelope), (total, annual), year));
        }
    }
    all
}

/// Start, finish and stage of a project in mid-year.
struct Life {
    stage: Stage,
    planned_start: NaiveDate,
    actual_start: Option<NaiveDate>,
    actual_finish: Option<NaiveDate>,
    first_planned_month: u32,
    last_planned_month: u32,
}

fn day(year: Year, month: u32, day: i64) -> NaiveDate {
    let first =
        Month::new(year, month).map_or_else(|| year.january().first_day(), Month::first_day);
    first + Days::new(u64::try_from(day - 1).unwrap_or(0))
}

fn life(numbers: &mut Numbers, year: Year) -> Life {
    let before = Year::new(year.get() - 1).unwrap_or(year);
    let kind = numbers.between(1, 100);
    let late = i64::from(numbers.chance(30)) * numbers.between(5, 28);
    let on = numbers.between(1, 25);
    if kind <= 55 {
        // Continued from the previous year.
        let month = u32::try_from(numbers.between(3, 11)).unwrap_or(3);
        let start = day(before, month, on);
        let done = numbers.chance(8);
        Life {
            stage: if done { Stage::Completed } else { Stage::Construction },
            planned_start: start,
            actual_start: Some(start + Days::new(u64::try_from(late).unwrap_or(0))),
            actual_finish: done.then(|| day(year, 5, on)),
            first_planned_month: 1,
            last_planned_month: if done { 5 } else { 12 },
        }
    } else if kind <= 85 {
        // Started between January and March.
        let month = u32::try_from(numbers.between(1, 3)).unwrap_or(1);
        let start = day(year, month, on);
        Life {
            stage: Stage::Construction,
            planned_start: start,
            actual_start: Some(start + Days::new(u64::try_from(late).unwrap_or(0))),
            actual_finish: None,
            first_planned_month: month,
            last_planned_month: 12,
        }
    } else {
        // To start between May and September; some are overdue.
        let month = u32::try_from(numbers.between(5, 9)).unwrap_or(9);
        Life {
            stage: Stage::Reserve,
            planned_start: day(year, month, on),
            actual_start: None,
            actual_finish: None,
            first_planned_month: month,
            last_planned_month: 12,
        }
    }
}

fn sketch(
    numbers: &mut Numbers,
    envelope: Envelope,
    (number, in_envelope): (usize, usize),
    (total, annual): (Fen, Fen),
    year: Year,
) -> Sketch {
    let life = life(numbers, year);
    let natures =
        [Nature::NewConstruction, Nature::NewConstruction, Nature::Expansion, Nature::Renovation];
    let nature = natures.get(usize::try_from(numbers.between(0, 3)).unwrap_or(0)).copied();
    let months = months(numbers, annual, &life);
    let carried_on = life.planned_start.lt(&year.january().first_day());
    let rest = total - annual;
    let before = if life.stage == Stage::Completed {
        rest
    } else if carried_on {
        split(rest, &[numbers.between(10, 60), 100], WAN).first().copied().unwrap_or_default()
    } else {
        Fen::ZERO
    };
    let last = if life.stage == Stage::Completed { 180 } else { numbers.between(500, 1_000) };
    let planned_finish = match life.stage {
        Stage::Completed => day(year, 5, 28),
        Stage::Planned
        | Stage::Reserve
        | Stage::Construction
        | Stage::Operating
        | Stage::Terminated => life.planned_start + Days::new(u64::try_from(last).unwrap_or(500)),
    };
    let reports = reports(numbers, year, total, before, &months, &life);
    Sketch {
        envelope,
        number,
        in_envelope,
        area: numbers.between(0, 1_000),
        stage: life.stage,
        nature: nature.unwrap_or(Nature::NewConstruction),
        total,
        invested_before: before,
        annual,
        months,
        milestones: milestones(numbers, &life, planned_finish, year),
        planned_start: life.planned_start,
        planned_finish,
        actual_start: life.actual_start,
        actual_finish: life.actual_finish,
        reports,
    }
}

/// Splits the annual plan into twelve months, fewer in winter.
fn months(numbers: &mut Numbers, annual: Fen, life: &Life) -> MonthlyAmounts {
    const SEASON: [i64; 12] = [7, 6, 8, 9, 9, 9, 9, 9, 9, 9, 8, 8];
    let weight = |(number, season): (u32, i64)| {
        let active = (life.first_planned_month..=life.last_planned_month).contains(&number);
        i64::from(active) * season * numbers.between(80, 120)
    };
    let weights: Vec<i64> = (1..=12).zip(SEASON).map(weight).collect();
    let parts = split(annual, &weights, WAN);
    MonthlyAmounts(<[Fen; 12]>::try_from(parts).unwrap_or_default())
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

fn reports(
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
fn milestones(
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::IndustryId;
    use crate::domain::plan::tests::PLAN_2021;

    fn made() -> Vec<Sketch> {
        let envelope = |((project_count, total, annual), id): (&(i32, &str, &str), i64)| Envelope {
            industry: IndustryId(id),
            project_count: *project_count,
            total: Fen::parse_yi(total).unwrap(),
            annual: Fen::parse_yi(annual).unwrap(),
        };
        let envelopes: Vec<_> = PLAN_2021.iter().zip(1..).map(envelope).collect();
        portfolio(Year::new(2021).unwrap(), &envelopes)
    }

    #[test]
    fn sums_equal_the_plan_exactly() {
        let all = made();

        assert_eq!(all.len(), 152);
        for (envelope, id) in PLAN_2021.iter().zip(1..) {
            let of: Vec<_> = all.iter().filter(|s| s.envelope.industry == IndustryId(id)).collect();
            assert_eq!(of.len(), usize::try_from(envelope.0).unwrap());
            assert_eq!(of.iter().map(|s| s.total).sum::<Fen>(), Fen::parse_yi(envelope.1).unwrap());
            assert_eq!(
                of.iter().map(|s| s.annual).sum::<Fen>(),
                Fen::parse_yi(envelope.2).unwrap()
            );
        }
    }

    #[test]
    fn every_project_obeys_the_rules() {
        for it in made() {
            let done: Fen = it.reports.iter().map(|(_, r)| r.completed).sum();
            assert_eq!(it.months.sum(), it.annual, "{}", it.number);
            assert!(it.total > Fen::ZERO && it.annual <= it.total, "{}", it.number);
            assert!(!it.invested_before.is_negative() && it.invested_before + done <= it.total);
            assert!(it.planned_start < it.planned_finish, "{}", it.number);
            assert!(it.reports.iter().all(|(_, r)| r.check().is_empty()), "{}", it.number);
            assert_eq!(it.stage == Stage::Reserve, it.reports.is_empty(), "{}", it.number);
            for pair in it.reports.windows(2) {
                let [(_, before), (_, after)] = pair else { panic!("a pair") };
                assert!(before.physical <= after.physical, "{}", it.number);
                assert!(before.funds_received <= after.funds_received, "{}", it.number);
                assert!(before.funds_paid <= after.funds_paid, "{}", it.number);
            }
        }
    }

    #[test]
    fn it_is_the_same_every_time() {
        assert_eq!(format!("{:?}", made()), format!("{:?}", made()));
    }
}

//! Generates the synthetic projects with plans, milestones and reports: pure, from a fixed seed.

use chrono::{Days, NaiveDate};

use crate::demo::life::{Life, day, life};
use crate::demo::numbers::{Numbers, WAN, split};
use crate::demo::progress::{SketchMilestone, milestones, reports};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::Envelope;
use crate::domain::plan::year_plan::MonthlyAmounts;
use crate::domain::project::{Nature, Stage};
use crate::domain::report::ReportFigures;

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

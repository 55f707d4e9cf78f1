//! Computes the light of a project or a set of projects, and the investment needed to turn green.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::figures::Figures;
use crate::domain::figures::edition::Edition;
use crate::domain::figures::milestones::StartFacts;
use crate::domain::figures::period::Period;
use crate::domain::figures::progress;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::figures::summary::ProjectYear;
use crate::domain::light::overrides::LightOverride;
use crate::domain::light::rules::LightThresholds;
use crate::domain::light::sums::{LightCounts, LightFigures};
use crate::domain::light::{CountLimits, Finding, GreyReason, Light, LightRule, LightUnit};
use crate::domain::milestone::Milestone;
use crate::domain::money::Fen;
use crate::domain::month::Month;

/// Inputs shared by all lights of one period: period, expected-progress mode, thresholds, due
/// dates.
#[derive(Clone, Debug)]
pub(crate) struct LightJudge {
    /// Period; lights are evaluated on its evaluation day.
    pub period: Period,
    /// Method to compute expected progress.
    pub mode: ExpectedMode,
    /// Thresholds in force.
    pub thresholds: LightThresholds,
    /// Business day; a report is overdue if its due date is before this day.
    pub today: NaiveDate,
    /// Due date of the reports of each month; a month that was never opened has none.
    pub due_on: BTreeMap<Month, NaiveDate>,
}

/// Catch-up amount (追赶量): investment needed to turn progress green, and the deadline for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CatchUp {
    /// Amount to invest.
    pub amount: Fen,
    /// Last day of the target month.
    pub by: NaiveDate,
}

/// Light of a project: computed by the rules, and as displayed.
#[derive(Clone, Debug)]
pub(crate) struct ProjectLight {
    /// Light displayed: the override if there is one, else the computed light.
    pub light: Light,
    /// Light computed by the rules.
    pub computed: Light,
    /// Finding of the rule that decided; `None` if the light is grey or blue.
    pub decided_by: Option<Finding>,
    /// True if no investment is planned for the year, so that there is no progress to judge.
    pub unplanned: bool,
    /// Findings of all four rules.
    pub findings: [Finding; 4],
    /// Catch-up amount; `None` if progress is green or grey.
    pub catch_up: Option<CatchUp>,
    /// Override that covers the period, if there is one.
    pub overridden: Option<LightOverride>,
}

/// Light of a set of projects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GroupLight {
    /// Light of the summed progress; blue if all projects are finished.
    pub light: Light,
    /// Finding of the progress rule for the sums.
    pub progress: Finding,
    /// Catch-up amount of the set; `None` if progress is green or grey.
    pub catch_up: Option<CatchUp>,
}

impl LightJudge {
    /// Target month of the catch-up amount: `through` until it has ended, then the month after it;
    /// always `through` in December.
    fn target(&self) -> Month {
        let through = self.period.through;
        let over = self.period.evaluation_day >= through.last_day();
        if over && through.number() < 12 { through.next() } else { through }
    }

    /// Contribution of a project to the light of any set that contains it.
    pub(crate) fn figures(&self, project: &ProjectYear) -> LightFigures {
        let now = project.figures(self.period);
        let then = project.figures(Period { through: self.target(), ..self.period });
        let grey = self.grey(project, &now);
        LightFigures {
            now,
            then,
            due: i64::from(grey != Some(GreyReason::NotDue)),
            unreported: i64::from(grey == Some(GreyReason::NotReported)),
        }
    }

    /// Reason why the progress rule is grey for this project; `None` if it can be evaluated.
    fn grey(&self, project: &ProjectYear, now: &Figures) -> Option<GreyReason> {
        let through = self.period.through;
        if now.planned_through.is_zero() {
            return Some(GreyReason::NotDue);
        }
        let silent = project.owes_report_of(through) && !project.is_counted(through, self.period);
        silent.then_some(GreyReason::NotReported)
    }

    /// Light of a project, from its milestones and all its overrides.
    pub(crate) fn project(
        &self,
        project: &ProjectYear,
        milestones: &[Milestone],
        overrides: &[LightOverride],
    ) -> ProjectLight {
        let figures = self.figures(project);
        let start = StartFacts::of(project.starts, project.stage, milestones);
        let findings = [
            self.progress(&figures),
            self.start(start),
            self.milestones(milestones),
            self.reporting(project),
        ];
        let day = self.period.evaluation_day;
        let finished = project.finishes.actual.is_some_and(|finish| finish <= day);
        let ended = project.ended_on.is_some_and(|end| end <= day);
        let silent = findings.iter().any(|f| f.grey == Some(GreyReason::NotReported));
        let unplanned = figures.now.planned.is_zero() && self.period.edition != Edition::First;
        // Without a report or a plan, a green light from another rule does not say that progress is
        // good: the project is grey.
        let unsaid_by =
            |f: &Finding| finished || ended || (silent || unplanned) && f.light == Light::Green;
        let decided_by = Finding::worst(&findings).filter(|f| !unsaid_by(f));
        let unsaid = if finished { Light::Blue } else { Light::Grey };
        let computed = decided_by.map_or(unsaid, |finding| finding.light);
        let overridden = overrides.iter().rfind(|o| o.covers(self.period)).cloned();
        ProjectLight {
            light: overridden.as_ref().map_or(computed, |o| o.light),
            computed,
            decided_by,
            unplanned: unplanned && !ended,
            findings,
            catch_up: self.catch_up(&figures).filter(|_| decided_by.is_some()),
            overridden,
        }
    }

    /// Light of a set of projects with these figures and light counts.
    pub(crate) fn group(&self, figures: &LightFigures, counts: LightCounts) -> GroupLight {
        let progress = self.progress(figures);
        let finished = counts.blue > 0 && counts.blue == counts.total();
        GroupLight {
            light: if finished { Light::Blue } else { progress.light },
            progress,
            catch_up: self.catch_up(figures).filter(|_| !finished),
        }
    }

    /// Finding of the progress rule. A set is grey if nothing is due or none of its projects
    /// reported; if some did, the others count as zero.
    fn progress(&self, figures: &LightFigures) -> Finding {
        let rule = LightRule::Progress;
        if figures.due == 0 {
            return Finding::grey(rule, GreyReason::NotDue);
        }
        if figures.due == figures.unreported {
            return Finding::grey(rule, GreyReason::NotReported);
        }
        let number = self.period.through.number();
        match progress::deviation(self.mode, number, &figures.now) {
            Some(deviation) => Finding::by_deviation(deviation, &self.thresholds),
            None => Finding::grey(rule, GreyReason::NotDue),
        }
    }

    fn start(&self, start: StartFacts) -> Finding {
        let rule = LightRule::Start;
        let day = self.period.evaluation_day;
        let started = start.actual.is_some_and(|actual| actual <= day);
        let Some(planned) = start.planned.map(Month::of) else {
            return Finding::grey(rule, GreyReason::NotDue);
        };
        let late = if started { 0 } else { planned.months_until(Month::of(day)) };
        if !started && late <= 0 {
            return Finding::grey(rule, GreyReason::NotDue);
        }
        let thresholds = &self.thresholds;
        let limits = CountLimits {
            yellow: thresholds.start_yellow_months.into(),
            red: thresholds.start_red_months.into(),
        };
        Finding::by_count(rule, late, limits, LightUnit::Months)
    }

    /// Judges the unreached milestone with the largest slippage. Reached milestones are ignored,
    /// because lateness in the past cannot be corrected.
    fn milestones(&self, milestones: &[Milestone]) -> Finding {
        let rule = LightRule::Milestones;
        let day = self.period.evaluation_day;
        let open = milestones.iter().filter(|m| m.actual.is_none_or(|actual| actual > day));
        let unreached = |m: &Milestone| Milestone { actual: None, ..m.clone() }.slippage_days(day);
        let reached = milestones.iter().any(|m| m.actual.is_some_and(|actual| actual <= day));
        let Some(worst) = open.filter_map(unreached).chain(reached.then_some(0)).max() else {
            return Finding::grey(rule, GreyReason::NotDue);
        };
        let thresholds = &self.thresholds;
        let limits = CountLimits {
            yellow: i64::from(thresholds.milestone_yellow_days) + 1,
            red: i64::from(thresholds.milestone_red_days) + 1,
        };
        Finding::by_count(rule, worst.max(0), limits, LightUnit::Days)
    }

    fn reporting(&self, project: &ProjectYear) -> Finding {
        let rule = LightRule::Reporting;
        let overdue = |month: &Month| {
            project.owes_report_of(*month)
                && self.due_on.get(month).is_some_and(|due| *due < self.today)
        };
        let due: Vec<Month> = self.period.months().filter(overdue).collect();
        if due.is_empty() {
            return Finding::grey(rule, GreyReason::NotDue);
        }
        let missing = due.iter().filter(|month| !project.is_filed(**month)).count();
        let thresholds = &self.thresholds;
        let limits = CountLimits {
            yellow: thresholds.reporting_yellow_missing.into(),
            red: thresholds.reporting_red_missing.into(),
        };
        let missing = i64::try_from(missing).unwrap_or(i64::MAX);
        Finding::by_count(rule, missing, limits, LightUnit::Reports)
    }

    /// Smallest amount, rounded up to 0.01 万元, that raises the deviation to the green threshold by
    /// the end of the target month. `None` if progress is green or grey.
    fn catch_up(&self, figures: &LightFigures) -> Option<CatchUp> {
        if !matches!(self.progress(figures).light, Light::Yellow | Light::Red) {
            return None;
        }
        let target = self.target();
        let green = self.thresholds.green_from;
        let wanted = progress::wanted(self.mode, target.number(), &figures.then, green);
        let amount = (wanted - figures.now.completed).max(Fen::ZERO).up_to_hundredth_wan();
        Some(CatchUp { amount, by: target.last_day() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::figures::summary::Dates;
    use crate::domain::figures::summary::tests::{project as small_project, report};
    use crate::domain::id::{MilestoneId, ProjectId};
    use crate::domain::milestone::MilestoneClass;
    use crate::domain::plan::year_plan::{MonthlyAmounts, PlanBases};
    use crate::domain::project::tests::day;
    use crate::domain::report::ReportState;

    /// 分 in 1 万元.
    const WAN: i64 = 1_000_000;

    /// Plans 1,200 万元 for the year, 100 万元 per month.
    fn project() -> ProjectYear {
        let amounts = MonthlyAmounts([Fen::new(100 * WAN); 12]);
        let plan = Some(PlanBases { initial: amounts, current: amounts });
        ProjectYear { plan, ..small_project() }
    }

    fn judge(through: &str, today: &str) -> LightJudge {
        let period = Period::new(through.parse().unwrap(), day(today), false);
        LightJudge {
            period,
            mode: ExpectedMode::Calendar,
            thresholds: LightThresholds::default(),
            today: day(today),
            due_on: period.year().months().map(|m| (m, m.next().first_day())).collect(),
        }
    }

    fn lights(it: &ProjectLight) -> Vec<&'static str> {
        it.findings.iter().map(|f| f.light.as_str()).collect()
    }

    fn milestone(baseline: &str, forecast: Option<&str>) -> Milestone {
        Milestone {
            id: MilestoneId(1),
            project_id: ProjectId(1),
            code: "main_structure".to_owned(),
            name: "主体完成".to_owned(),
            class: MilestoneClass::Construction,
            position: 1,
            baseline: day(baseline),
            forecast: forecast.map(day),
            forecast_reason: String::new(),
            actual: None,
            weight: 1,
            document_number: String::new(),
            evidence: String::new(),
            version: 1,
        }
    }

    #[test]
    fn progress_says_what_is_missing_by_the_end_of_the_running_month() {
        let mut it = project();
        it.reports = (3..=6)
            .map(|m| report(&format!("2021-{m:02}"), ReportState::Confirmed, 70 * WAN))
            .collect();

        let june = judge("2021-06", "2021-07-01").project(&it, &[], &[]);

        // 280 of 1,200 is 23.33 %, 26.67 points behind. To be green by the end of July: 58.33 - 5 %
        // of 1,200 is 640.
        assert_eq!(lights(&june), ["red", "green", "grey", "green"]);
        assert_eq!(june.decided_by.unwrap().measured.unwrap().to_string(), "-26.67");
        assert_eq!(
            june.catch_up,
            Some(CatchUp { amount: Fen::new(360 * WAN), by: day("2021-07-31") })
        );
        it.reports.push(report("2021-07", ReportState::Confirmed, 360 * WAN));
        let july = judge("2021-07", "2021-08-01").project(&it, &[], &[]);
        assert_eq!((july.light, july.catch_up), (Light::Green, None));
        assert_eq!(july.decided_by.unwrap().measured.unwrap().to_string(), "-5.00");
    }

    #[test]
    fn what_is_not_due_or_not_reported_is_grey() {
        let mut it = project();
        let unreported = judge("2021-05", "2021-06-01").project(&it, &[], &[]);
        it.starts = Dates { actual: None, planned: Some(day("2021-08-01")) };
        it.plan = None;
        let not_due = judge("2021-05", "2021-06-01").project(&it, &[], &[]);
        it.finishes.actual = Some(day("2021-05-31"));
        let finished = judge("2021-05", "2021-06-01").project(&it, &[], &[]);

        assert_eq!(unreported.findings[0].grey, Some(GreyReason::NotReported));
        assert_eq!(lights(&unreported), ["grey", "green", "grey", "red"]);
        let in_time = LightJudge { due_on: BTreeMap::new(), ..judge("2021-05", "2021-06-01") };
        assert_eq!(in_time.project(&project(), &[], &[]).light, Light::Grey);
        assert_eq!(lights(&not_due), ["grey", "grey", "grey", "grey"]);
        assert_eq!((not_due.light, not_due.decided_by), (Light::Grey, None));
        assert_eq!(finished.light, Light::Blue);
    }

    #[test]
    fn without_a_plan_a_started_project_is_grey_and_was_green_in_the_first_edition() {
        let reported = |month| report(month, ReportState::Confirmed, WAN);
        let reports = ["2021-03", "2021-04", "2021-05"].map(reported).to_vec();
        let it = ProjectYear { plan: None, reports, ..project() };
        let second = judge("2021-05", "2021-07-01");
        let period = Period { edition: Edition::First, ..second.period };
        let first = LightJudge { period, ..second.clone() };

        let grey = second.project(&it, &[], &[]);
        assert_eq!((grey.light, grey.unplanned), (Light::Grey, true));
        assert!(grey.words().zh.contains("没有计划投资"), "{}", grey.words().zh);
        assert_eq!(first.project(&it, &[], &[]).light, Light::Green);
    }

    #[test]
    fn a_start_is_yellow_after_its_month_and_red_after_three() {
        let mut it = project();
        it.starts = Dates { actual: None, planned: Some(day("2021-02-20")) };
        let start = |through, today| judge(through, today).project(&it, &[], &[]).findings[1].light;

        assert_eq!(start("2021-02", "2021-12-31"), Light::Grey);
        assert_eq!(start("2021-03", "2021-12-31"), Light::Yellow);
        assert_eq!(start("2021-04", "2021-12-31"), Light::Yellow);
        assert_eq!(start("2021-05", "2021-12-31"), Light::Red);
    }

    #[test]
    fn a_milestone_is_judged_by_the_one_that_slips_most_of_those_not_reached() {
        let mut reached_late = milestone("2021-01-01", None);
        reached_late.actual = Some(day("2021-04-20"));
        let light = |all: &[Milestone]| {
            judge("2021-05", "2021-07-01").project(&project(), all, &[]).findings[2].light
        };

        assert_eq!(light(&[milestone("2021-05-01", None)]), Light::Green);
        assert_eq!(light(&[milestone("2021-04-30", None)]), Light::Yellow);
        assert_eq!(light(&[milestone("2021-06-01", Some("2021-09-01"))]), Light::Red);
        assert_eq!(light(&[milestone("2021-06-01", None)]), Light::Grey);
        assert_eq!(light(&[reached_late]), Light::Green);
    }

    #[test]
    fn a_set_is_judged_by_its_sums_and_is_grey_only_when_all_of_it_is_silent() {
        let judge = judge("2021-03", "2021-04-01");
        let (silent, mut spoken) = (project(), project());
        spoken.reports = vec![report("2021-03", ReportState::Confirmed, 300 * WAN)];
        let none = judge.group(&judge.figures(&silent), LightCounts::one(Light::Red));
        let sum = judge.figures(&silent) + judge.figures(&spoken);

        let both = judge.group(&sum, LightCounts::one(Light::Green) + LightCounts::one(Light::Red));

        assert_eq!(none.progress.grey, Some(GreyReason::NotReported));
        // 300 of 2,400 is 12.5 %, 12.5 points behind; 33.33 - 5 % of 2,400 is 680.
        assert_eq!(both.light, Light::Yellow);
        assert_eq!(
            both.catch_up,
            Some(CatchUp { amount: Fen::new(380 * WAN), by: day("2021-04-30") })
        );
    }
}

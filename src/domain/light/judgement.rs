//! Which light a project, and any set of projects, shows; and what would turn it green.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::figures::Figures;
use crate::domain::figures::milestones::StartFacts;
use crate::domain::figures::progress;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::figures::summary::{Period, ProjectYear};
use crate::domain::light::overrides::LightOverride;
use crate::domain::light::rules::LightThresholds;
use crate::domain::light::sums::{LightCounts, LightFigures};
use crate::domain::light::{Finding, GreyReason, Light, LightRule, LightUnit};
use crate::domain::milestone::Milestone;
use crate::domain::money::Fen;
use crate::domain::month::Month;

/// How lights are decided in one period.
#[derive(Clone, Debug)]
pub struct LightJudge {
    /// The period; lights are judged on its evaluation day.
    pub period: Period,
    /// How expected progress is judged.
    pub mode: ExpectedMode,
    /// The thresholds in force.
    pub thresholds: LightThresholds,
    /// The business day: reports are overdue when their due date lies before it.
    pub today: NaiveDate,
    /// When the reports of a month were due; a month that was never opened has no due date.
    pub due_on: BTreeMap<Month, NaiveDate>,
}

/// What must be invested, and by when, to be green again (追赶量).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatchUp {
    /// The amount.
    pub amount: Fen,
    /// The last day for it.
    pub by: NaiveDate,
}

/// The light of a project: what the rules say, and what is shown.
#[derive(Clone, Debug)]
pub struct ProjectLight {
    /// What is shown.
    pub light: Light,
    /// What the rules say.
    pub computed: Light,
    /// The rule that decided; none when grey or blue.
    pub decided_by: Option<Finding>,
    /// What every rule says.
    pub findings: [Finding; 4],
    /// What turns progress green; none when it is, or nothing can be said of it.
    pub catch_up: Option<CatchUp>,
    /// The person's word, when one covers the period.
    pub overridden: Option<LightOverride>,
}

/// The light of a set of projects.
#[derive(Clone, Copy, Debug)]
pub struct GroupLight {
    /// Its progress, judged like a project's; blue when all are finished.
    pub light: Light,
    /// What the rule of progress says of its sums.
    pub progress: Finding,
    /// What turns it green.
    pub catch_up: Option<CatchUp>,
}

impl LightJudge {
    /// The month by whose end one can be green again: the one that is running, and in December
    /// that one.
    fn target(&self) -> Month {
        let through = self.period.through;
        let over = self.period.evaluation_day >= through.last_day();
        if over && through.number() < 12 { through.next() } else { through }
    }

    /// A project's part in the light of every set it belongs to.
    pub fn figures(&self, project: &ProjectYear) -> LightFigures {
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

    /// Why nothing can be said of a project's progress.
    fn grey(&self, project: &ProjectYear, now: &Figures) -> Option<GreyReason> {
        let through = self.period.through;
        if now.planned_through.is_zero() {
            return Some(GreyReason::NotDue);
        }
        let silent = project.owes_report_of(through) && !project.is_counted(through, self.period);
        silent.then_some(GreyReason::NotReported)
    }

    /// The light of a project, with its own `milestones` and every override it ever had.
    pub fn project(
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
        let finished = project.finishes.0.is_some_and(|finish| finish <= day);
        let ended = project.ended_on.is_some_and(|end| end <= day);
        let silent = findings.iter().any(|f| f.grey == Some(GreyReason::NotReported));
        // Green elsewhere says nothing of progress nobody has reported.
        let unsaid_by = |f: &Finding| finished || ended || silent && f.light == Light::Green;
        let decided_by = Finding::worst(&findings).filter(|f| !unsaid_by(f));
        let unsaid = if finished { Light::Blue } else { Light::Grey };
        let computed = decided_by.map_or(unsaid, |finding| finding.light);
        let overridden = overrides.iter().rfind(|o| o.covers(self.period)).cloned();
        ProjectLight {
            light: overridden.as_ref().map_or(computed, |o| o.light),
            computed,
            decided_by,
            findings,
            catch_up: self.catch_up(&figures).filter(|_| decided_by.is_some()),
            overridden,
        }
    }

    /// The light of projects that show `counts`.
    pub fn group(&self, figures: &LightFigures, counts: LightCounts) -> GroupLight {
        let progress = self.progress(figures);
        let finished = counts.blue > 0 && counts.blue == counts.total();
        GroupLight {
            light: if finished { Light::Blue } else { progress.light },
            progress,
            catch_up: self.catch_up(figures).filter(|_| !finished),
        }
    }

    /// Of a set nothing can be said when nothing of it was reported; where something was, what is
    /// missing counts as not done.
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
        let (yellow, red) = (thresholds.start_yellow_months, thresholds.start_red_months);
        Finding::by_count(rule, late, (yellow.into(), red.into()), LightUnit::Months)
    }

    /// By the one that slips most of those not reached: what was reached late can no longer be
    /// put right.
    fn milestones(&self, milestones: &[Milestone]) -> Finding {
        let (rule, day) = (LightRule::Milestones, self.period.evaluation_day);
        let open = milestones.iter().filter(|m| m.actual.is_none_or(|actual| actual > day));
        let unreached = |m: &Milestone| Milestone { actual: None, ..m.clone() }.slippage_days(day);
        let reached = milestones.iter().any(|m| m.actual.is_some_and(|actual| actual <= day));
        let Some(worst) = open.filter_map(unreached).chain(reached.then_some(0)).max() else {
            return Finding::grey(rule, GreyReason::NotDue);
        };
        let thresholds = &self.thresholds;
        let more = (thresholds.milestone_yellow_days + 1, thresholds.milestone_red_days + 1);
        let limits = (more.0.into(), more.1.into());
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
        let limits =
            (thresholds.reporting_yellow_missing.into(), thresholds.reporting_red_missing.into());
        let missing = i64::try_from(missing).unwrap_or(i64::MAX);
        Finding::by_count(rule, missing, limits, LightUnit::Reports)
    }

    /// The smallest amount, in whole hundredths of 万元, that brings the deviation to the green
    /// threshold by the end of the target month; none where progress is green or nothing can be
    /// said of it.
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
    use crate::domain::figures::summary::tests::{project as small_project, report};
    use crate::domain::id::{MilestoneId, ProjectId};
    use crate::domain::milestone::MilestoneClass;
    use crate::domain::plan::year_plan::{MonthlyAmounts, PlanBases};
    use crate::domain::project::tests::day;
    use crate::domain::report::ReportState;

    /// 分 in 1 万元.
    const WAN: i64 = 1_000_000;

    /// Plans 1,200 万元 for the year, 100 a month.
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

        // 280 of 1,200 is 23.33 %, 26.67 points behind. Green again in July: 58.33 - 5 % of 1,200
        // is 640.
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
        it.starts = (None, Some(day("2021-08-01")));
        it.plan = None;
        let not_due = judge("2021-05", "2021-06-01").project(&it, &[], &[]);
        it.finishes.0 = Some(day("2021-05-31"));
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
    fn a_start_is_yellow_after_its_month_and_red_after_three() {
        let mut it = project();
        it.starts = (None, Some(day("2021-02-20")));
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

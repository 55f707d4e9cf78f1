//! Dates of a project that contradict each other: its own, those of its milestones, and the months
//! it reported.
//!
//! A finish before the start is refused where it is entered (`ProjectFacts::check`). What can only be
//! seen across records, or may be true of a project in parts, is a warning.

use chrono::NaiveDate;

use crate::domain::milestone::{COMPLETION, Milestone, OPERATION, START};
use crate::domain::month::Month;
use crate::domain::project::Project;
use crate::domain::report::refusal::ReportRefusal;
use crate::domain::report::span::ReportingSpan;
use crate::domain::warning::Warning;
use crate::domain::words::Words;

/// What the dates of a project are compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DatedRecords<'a> {
    /// Milestones of the project.
    pub milestones: &'a [Milestone],
    /// First month with a submitted or confirmed report.
    pub first_reported: Option<Month>,
    /// Last month with a submitted or confirmed report.
    pub last_reported: Option<Month>,
}

/// A step of every project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Start,
    Completion,
    Operation,
}

/// A date of a step, with the place where it was entered.
#[derive(Clone, Debug)]
struct Dated {
    step: Step,
    day: NaiveDate,
    place: Words,
}

/// All contradictions among the dates of `project`.
pub(crate) fn contradictions(project: &Project, records: DatedRecords<'_>) -> Vec<Warning> {
    let mut found = out_of_order(&actual(project, records.milestones));
    found.extend(out_of_order(&planned(project)));
    found.extend(out_of_order(&baselines(records.milestones)));
    found.extend(operates_unfinished(project));
    found.extend(start_differs(project, records.milestones));
    found.extend(reported_outside(project, records));
    found
}

fn fields(days: [(Step, Option<NaiveDate>, &str, &str); 3]) -> Vec<Dated> {
    let dated = |(step, day, zh, en): (Step, Option<NaiveDate>, &str, &str)| {
        Some(Dated { step, day: day?, place: Words::new(zh, en) })
    };
    days.into_iter().filter_map(dated).collect()
}

fn actual(project: &Project, milestones: &[Milestone]) -> Vec<Dated> {
    let facts = &project.facts;
    let mut all = fields([
        (Step::Start, facts.actual_start, "实际开工", "actual_start"),
        (Step::Completion, facts.actual_finish, "实际竣工", "actual_finish"),
        (Step::Operation, facts.actual_operation, "实际投产", "actual_operation"),
    ]);
    all.extend(of_milestones(milestones, "的完成日期", "actual date", |m| m.actual));
    all
}

fn planned(project: &Project) -> Vec<Dated> {
    let facts = &project.facts;
    fields([
        (Step::Start, facts.planned_start, "计划开工", "planned_start"),
        (Step::Completion, facts.planned_finish, "计划竣工", "planned_finish"),
        (Step::Operation, facts.planned_operation, "计划投产", "planned_operation"),
    ])
}

fn baselines(milestones: &[Milestone]) -> Vec<Dated> {
    of_milestones(milestones, "的基线日期", "baseline", |m| Some(m.baseline))
}

fn of_milestones(
    milestones: &[Milestone],
    zh: &str,
    en: &str,
    day: impl Fn(&Milestone) -> Option<NaiveDate>,
) -> Vec<Dated> {
    let dated = |milestone: &Milestone| {
        let step = match milestone.code.as_str() {
            START => Step::Start,
            COMPLETION => Step::Completion,
            OPERATION => Step::Operation,
            _ => return None,
        };
        let Milestone { code, name, .. } = milestone;
        let place = Words::new(format!("节点“{name}”{zh}"), format!("{en} of milestone `{code}`"));
        Some(Dated { step, day: day(milestone)?, place })
    };
    milestones.iter().filter_map(dated).collect()
}

/// Every pair of dates of which the later step comes first.
fn out_of_order(dates: &[Dated]) -> Vec<Warning> {
    let mut found = Vec::new();
    for later in dates {
        for earlier in dates.iter().filter(|e| e.step < later.step && e.day > later.day) {
            let code = match later.step {
                Step::Operation if earlier.step == Step::Completion => {
                    "operation-before-completion"
                }
                Step::Operation => "operation-before-start",
                Step::Start | Step::Completion => "completion-before-start",
            };
            let day = later.day;
            let than = earlier.day;
            found.push(Warning::new(
                code,
                format!("{} {day} 早于{} {than}，请核对。", later.place.zh, earlier.place.zh),
                format!("{} {day} is before {} {than}.", later.place.en, earlier.place.en),
            ));
        }
    }
    found
}

/// A project in operation that was never completed.
fn operates_unfinished(project: &Project) -> Option<Warning> {
    let facts = &project.facts;
    let operation = facts.actual_operation.filter(|_| facts.actual_finish.is_none())?;
    Some(Warning::new(
        "operation-before-completion",
        format!("实际投产 {operation}，但未填实际竣工日期，请核对。"),
        format!("actual_operation is {operation}, and actual_finish is unknown."),
    ))
}

/// The 开工 milestone and the project's own start say the same, or one of them is wrong.
fn start_differs(project: &Project, milestones: &[Milestone]) -> Option<Warning> {
    let milestone = milestones.iter().find(|m| m.code == START)?;
    let facts = &project.facts;
    let unknown = |day: Option<NaiveDate>, zh: &str, en: &str| {
        let words = Words::new(zh, en);
        day.map_or(words, |day| Words::new(day.to_string(), day.to_string()))
    };
    let has_actual = milestone.actual.is_some() || facts.actual_start.is_some();
    if has_actual && milestone.actual != facts.actual_start {
        let own = unknown(facts.actual_start, "未填", "unknown");
        let reached = unknown(milestone.actual, "未填", "unknown");
        return Some(Warning::new(
            "start-dates-differ",
            format!("项目实际开工日期{}，开工节点完成日期{}，两者不一致。", own.zh, reached.zh),
            format!(
                "actual_start is {}, the actual date of milestone `start` is {}: they differ.",
                own.en, reached.en
            ),
        ));
    }
    let planned = facts.planned_start.filter(|_| !has_actual)?;
    let differs = planned != milestone.baseline && Some(planned) != milestone.forecast;
    differs.then(|| {
        let expected = milestone.forecast.unwrap_or(milestone.baseline);
        Warning::new(
            "planned-start-differs",
            format!("项目计划开工日期 {planned}，开工节点计划日期 {expected}，两者不一致。"),
            format!("planned_start is {planned}, milestone `start` is planned for {expected}."),
        )
    })
}

/// Reports of months in which the project had not started or had ended.
fn reported_outside(project: &Project, records: DatedRecords<'_>) -> Vec<Warning> {
    let span = ReportingSpan::of(project);
    let last = records.last_reported.filter(|last| Some(*last) != records.first_reported);
    let outside = |month: Month| {
        let (code, zh, en) = match span.must_contain(month) {
            Ok(()) => return None,
            Err(ReportRefusal::AfterEnd { .. }) => {
                ("reported-after-end", "但项目当时已经结束", "but the project had ended by then")
            }
            Err(_) => {
                ("reported-before-start", "但项目当时尚未开工", "but the project had not started")
            }
        };
        let zh = format!("{month} 已报完成投资，{zh}，请核对。");
        Some(Warning::new(code, zh, format!("Investment of {month} was reported, {en}.")))
    };
    records.first_reported.into_iter().chain(last).filter_map(outside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{MilestoneId, ProjectId};
    use crate::domain::milestone::MilestoneClass;
    use crate::domain::project::Stage;
    use crate::domain::project::tests::{day, project};

    fn milestone(code: &str, baseline: &str, actual: Option<&str>) -> Milestone {
        Milestone {
            id: MilestoneId(1),
            project_id: ProjectId(1),
            code: code.to_owned(),
            name: code.to_owned(),
            class: MilestoneClass::Construction,
            position: 1,
            baseline: day(baseline),
            forecast: None,
            forecast_reason: String::new(),
            actual: actual.map(day),
            weight: 1,
            document_number: String::new(),
            evidence: String::new(),
            version: 1,
        }
    }

    fn codes(
        project: &Project,
        milestones: &[Milestone],
        reported: [Option<&str>; 2],
    ) -> Vec<String> {
        let [first_reported, last_reported] = reported.map(|m| m.map(|m| m.parse().unwrap()));
        let records = DatedRecords { milestones, first_reported, last_reported };
        contradictions(project, records).into_iter().map(|w| w.code).collect()
    }

    const NONE: [Option<&str>; 2] = [None, None];

    #[test]
    fn ordinary_dates_contradict_nothing() {
        let mut it = project(Stage::Construction);
        it.facts.planned_operation = it.facts.planned_finish;
        let all = [
            milestone(START, "2021-03-01", Some("2021-03-10")),
            milestone(COMPLETION, "2022-10-31", None),
            milestone("tender", "2023-01-01", Some("2023-01-01")),
        ];

        assert!(codes(&it, &[], NONE).is_empty());
        assert!(codes(&it, &all, [Some("2021-03"), Some("2021-06")]).is_empty());
    }

    #[test]
    fn an_operation_before_completion_is_named_planned_and_actual_alike() {
        let mut it = project(Stage::Construction);
        it.facts.planned_operation = Some(day("2022-10-30"));
        it.facts.actual_finish = Some(day("2021-06-02"));
        it.facts.actual_operation = Some(day("2021-06-01"));

        let two = ["operation-before-completion", "operation-before-completion"];
        assert_eq!(codes(&it, &[], NONE), two);
        it.facts.actual_operation = Some(day("2021-06-02"));
        assert_eq!(codes(&it, &[], NONE), ["operation-before-completion"], "the planned one");
        it.facts.planned_operation = None;
        assert!(codes(&it, &[], NONE).is_empty());
        it.facts.actual_finish = None;
        assert_eq!(codes(&it, &[], NONE), ["operation-before-completion"]);
    }

    #[test]
    fn milestones_are_compared_with_each_other_and_with_the_project() {
        let it = project(Stage::Construction);
        let finished = milestone(COMPLETION, "2021-01-01", Some("2021-03-09"));
        let started = milestone(START, "2021-03-01", Some("2021-03-11"));
        let running = milestone(OPERATION, "2020-12-31", None);

        assert_eq!(codes(&it, std::slice::from_ref(&finished), NONE), ["completion-before-start"]);
        assert_eq!(codes(&it, std::slice::from_ref(&started), NONE), ["start-dates-differ"]);
        assert_eq!(
            codes(&it, &[started, finished, running], NONE),
            [
                // The finish of 9 March is before both starts.
                "completion-before-start",
                "completion-before-start",
                // Baselines: finish on 1 January, operation on 31 December before, start in March.
                "completion-before-start",
                "operation-before-start",
                "operation-before-completion",
                "start-dates-differ",
            ]
        );
    }

    #[test]
    fn a_start_known_to_one_of_both_is_named() {
        let reached = milestone(START, "2021-03-01", Some("2021-03-10"));
        let open = milestone(START, "2021-03-01", None);
        let mut moved = project(Stage::Reserve);
        moved.facts.planned_start = Some(day("2021-09-01"));

        assert_eq!(codes(&project(Stage::Reserve), &[reached], NONE), ["start-dates-differ"]);
        assert_eq!(
            codes(&project(Stage::Construction), std::slice::from_ref(&open), NONE),
            ["start-dates-differ"]
        );
        assert!(codes(&project(Stage::Reserve), std::slice::from_ref(&open), NONE).is_empty());
        assert_eq!(codes(&moved, std::slice::from_ref(&open), NONE), ["planned-start-differs"]);
        let forecast = Milestone { forecast: moved.facts.planned_start, ..open };
        assert!(codes(&moved, &[forecast], NONE).is_empty());
    }

    #[test]
    fn reports_outside_the_time_of_the_project_are_named() {
        let mut ended = project(Stage::Completed);
        ended.ended_on = Some(day("2021-05-31"));
        ended.facts.actual_finish = ended.ended_on;
        let reserve = project(Stage::Reserve);

        assert!(codes(&ended, &[], [Some("2021-03"), Some("2021-05")]).is_empty());
        assert_eq!(
            codes(&ended, &[], [Some("2021-02"), Some("2021-06")]),
            ["reported-before-start", "reported-after-end"]
        );
        assert_eq!(codes(&ended, &[], [Some("2021-06"), Some("2021-06")]), ["reported-after-end"]);
        assert_eq!(
            codes(&reserve, &[], [Some("2021-06"), Some("2021-06")]),
            ["reported-before-start"]
        );
    }
}

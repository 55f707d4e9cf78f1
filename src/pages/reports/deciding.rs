//! 审核: the decisions on the reports ticked in the review queue.

use crate::api::reports::handlers::ReportPath;
use crate::domain::id::ProjectId;
use crate::domain::month::Month;
use crate::domain::words::Words;
use crate::http::body::checked;
use crate::http::problem::Problem;
use crate::pages::kit::form::{Fields, FormErrors};
use crate::pages::kit::visit::Visit;
use crate::usecases::ask::Ask;
use crate::usecases::permission::{ConfirmReports, ReadProjects, ReturnReports};
use crate::usecases::reports::input::ReportReturn;
use crate::usecases::reports::{context, step, write};

/// A report whose decision was refused, and why.
pub(crate) struct RefusedReport {
    /// Name of the project, or its id where the visitor may not see it.
    pub project: String,
    /// Month of the report.
    pub month: Month,
    /// Why, in the page language.
    pub words: String,
}

/// Checkbox value of a report.
pub(super) fn checkbox_value(at: ReportPath) -> String {
    format!("{}/{}", at.project_id, at.month)
}

/// The report of a checkbox value.
pub(super) fn parse_checkbox_value(key: &str) -> Option<ReportPath> {
    let (project, month) = key.split_once('/')?;
    Some(ReportPath { project_id: ProjectId(project.parse().ok()?), month: month.parse().ok()? })
}

/// What was done and what was refused.
pub(super) fn outcome(confirms: bool, done: usize, refused: usize) -> Words {
    let (zh, en) = if confirms { ("确认", "confirmed") } else { ("退回", "returned") };
    Words::new(
        format!("已{zh} {done} 份，{refused} 份未能{zh}："),
        format!("{done} {en}; {refused} could not be {en}:"),
    )
}

/// Number of decided reports and the refused ones, or what is wrong with the form.
pub(super) type Decided = Result<(usize, Vec<RefusedReport>), FormErrors>;

/// Decides each report in its own transaction; a refusal does not stop the others.
pub(super) async fn decide_all(
    visit: &Visit<ReturnReports>,
    fields: &Fields,
    chosen: &[ReportPath],
) -> Result<Decided, Problem> {
    let confirms = fields.get("action") == Some("confirm");
    if confirms {
        visit.permit::<ConfirmReports>()?;
        if fields.get("reason").is_some() {
            // A return reason typed before a confirmation must not be dropped silently.
            let words = Words::new(
                "填写了退回原因：如要退回请点“退回所选”，如要确认请先清空原因。",
                "A return reason is entered: press Return, or clear the reason to confirm.",
            );
            return Ok(Err(FormErrors::of_field("reason", &words, visit.language)));
        }
    }
    let reason = fields.body(&["reason"]);
    let judged =
        if confirms { Ok(()) } else { checked::<ReportReturn>(reason.clone()).map(|_| ()) };
    if let Err(refusal) = judged {
        return Ok(Err(FormErrors::from_problem(refusal.into(), visit.language)?));
    }
    let mut done = 0;
    let mut refused = Vec::new();
    for at in chosen {
        let at_report = (*at).into();
        let step = if confirms {
            let who = visit.permit::<ConfirmReports>()?;
            let decide = move |ask: &mut Ask<'_>| step::decide_confirmation(ask, at_report);
            who.change(decide, write::save).await
        } else {
            let who = visit.permit::<ReturnReports>()?;
            let input = checked::<ReportReturn>(reason.clone())?;
            let decide = move |ask: &mut Ask<'_>| step::decide_return(ask, at_report, &input);
            who.change(decide, write::save).await
        };
        match step {
            Ok(_) => done += 1,
            Err(problem) => refused.push(refusal(visit, *at, &problem).await),
        }
    }
    Ok(Ok((done, refused)))
}

async fn refusal(visit: &Visit<ReturnReports>, at: ReportPath, problem: &Problem) -> RefusedReport {
    if let Some(cause) = &problem.cause {
        tracing::error!(project = %at.project_id, month = %at.month, "a decision broke: {cause}");
    }
    let fields = problem.errors.iter().map(|e| e.words.say(visit.language));
    let words = if problem.errors.is_empty() {
        problem.detail.say(visit.language)
    } else {
        fields.collect::<Vec<_>>().join(" ")
    };
    let known = match visit.permit::<ReadProjects>() {
        Ok(who) => who.ask(move |ask| context::get(ask, at.into())).await.ok(),
        Err(_) => None,
    };
    let project = known.map_or_else(|| at.project_id.to_string(), |context| context.project);
    RefusedReport { project, month: at.month, words }
}

#[cfg(test)]
mod tests {
    use super::{checkbox_value, parse_checkbox_value};

    #[test]
    fn a_checkbox_value_identifies_one_report() {
        let at = parse_checkbox_value("7/2021-06").unwrap();
        assert_eq!(checkbox_value(at), "7/2021-06");
        for odd in ["", "7", "x/2021-06", "7/2021-13", "7/2021-06/1"] {
            assert!(parse_checkbox_value(odd).is_none(), "{odd}");
        }
    }
}

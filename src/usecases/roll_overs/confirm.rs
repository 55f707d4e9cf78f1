//! Confirmation of a roll-over: creates the year plans of its included projects.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::account::access::Sight;
use crate::domain::error::FieldError;
use crate::domain::month::{Month, Year};
use crate::domain::plan::new_version::{CheckedAmounts, VersionWords};
use crate::domain::roll_over::{PlannedDates, RollOver, RollOverState, RollOverStep};
use crate::domain::text::Name;
use crate::domain::words::Words;
use crate::store::plans::year_plans;
use crate::store::roll_overs::{self, NamedLine, totals};
use crate::store::{projects, reporting_months};
use crate::usecases::ask::Ask;
use crate::usecases::check::Check;
use crate::usecases::plans::year_plan::FirstVersion;
use crate::usecases::precondition::Expected;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::gates::must_not_be_closed;
use crate::usecases::roll_overs::must_be_proposed;
use crate::usecases::roll_overs::write::{Content, RollOverChange};

/// The document that approves the new plans.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = Self::sample)]
pub(crate) struct ConfirmationInput {
    /// Document number.
    #[schema(min_length = 1, max_length = 200)]
    pub document_number: String,
}

impl ConfirmationInput {
    fn sample() -> serde_json::Value {
        serde_json::json!({"document_number": "东发改〔2022〕3号"})
    }
}

/// Confirms the roll-over that the caller read at `version`.
///
/// # Errors
/// Invalid; not found; stale; a conflict if the roll-over is confirmed, or a project has ended or
/// received a plan since the proposal.
pub(crate) fn decide(
    ask: &mut Ask<'_>,
    year: Year,
    version: impl Into<Expected>,
    input: &ConfirmationInput,
) -> Result<RollOverChange, Refusal> {
    let mut check = Check::new();
    let number = check.field("/document_number", Name::parse(&input.document_number));
    let document_number = check.done(number)?.into_string();
    let old = roll_overs::get(ask.conn, year)?;
    must_be_proposed(&old)?;
    if version.into().of(old.version) != old.version {
        return Err(Refusal::stale());
    }
    let before = totals::of(ask.conn, old.clone())?;
    let by = ask.caller.user.username.clone();
    let roll_over = RollOver {
        state: RollOverState::Confirmed,
        document_number,
        confirmed: Some(RollOverStep { at: ask.now.instant, by }),
        ..old
    };
    let mut plans = Vec::new();
    for named in roll_overs::lines(ask.conn, roll_over.id)? {
        if named.line.included {
            plans.push(plan(ask, &roll_over, &named)?);
        }
    }
    let kind = "roll_over.confirmed";
    let content = Content::Plans(plans);
    Ok(RollOverChange { kind, before: Some(before), roll_over, content, stamp: ask.stamp() })
}

/// The year plan of one line.
fn plan(
    ask: &mut Ask<'_>,
    roll_over: &RollOver,
    named: &NamedLine,
) -> Result<FirstVersion, Refusal> {
    let year = roll_over.year;
    let line = &named.line;
    let project = projects::get(ask.conn, line.project_id, Sight::All)?;
    let facts = &project.facts;
    let ended = project.ended_on.is_some() || facts.actual_finish.is_some();
    if ended || year_plans::find(ask.conn, project.id, year)?.is_some() {
        return Err(outdated(year, named));
    }
    let dates = PlannedDates {
        start: facts.planned_start.filter(|_| facts.actual_start.is_none()),
        finish: facts.planned_finish,
    };
    let months = line.months(year, dates);
    let amounts = CheckedAmounts::check(line.annual, &months.0, facts.total);
    let last_closed = reporting_months::last_closed(ask.conn, year)?;
    let effective = last_closed.map_or(year.january(), Month::next);
    must_not_be_closed(ask.conn, effective)?;
    let words = VersionWords {
        document_number: roll_over.document_number.clone(),
        reason: format!("由 {} 年结转", roll_over.through.year()),
        ..VersionWords::default()
    };
    let amounts = amounts.map_err(|errors| wrong(named, errors))?;
    let by = ask.caller.author.user_id();
    FirstVersion::of(&project, year, amounts.first(effective, words, ask.now.instant, by))
}

/// The errors of a line, each naming its project.
fn wrong(named: &NamedLine, errors: Vec<FieldError>) -> Refusal {
    let id = named.line.project_id;
    let name = &named.project;
    let of_project = |error: FieldError| {
        let words = Words::new(
            format!("项目 {id}“{name}”：{}", error.words.zh),
            format!("Project {id} ({name}): {}", error.words.en),
        );
        FieldError { words, ..error }
    };
    Refusal::invalid(errors.into_iter().map(of_project).collect())
}

fn outdated(year: Year, named: &NamedLine) -> Refusal {
    let id = named.line.project_id;
    let name = &named.project;
    let words = Words::new(
        format!(
            "项目 {id}“{name}”在拟定结转后已结束或已有 {year} 年度计划；请重新拟定结转，或将该项目设为不列入。"
        ),
        format!(
            "Project {id} ({name}) has ended or received a {year} plan since the proposal; propose again, or exclude the project."
        ),
    );
    Refusal::conflict("roll-over-outdated", words)
}

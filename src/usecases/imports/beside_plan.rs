//! The plan of one year that a file of projects gives for a project.

use serde_json::Value;

use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::{MonthlyAmounts, PlanVersion, YearPlan};
use crate::domain::words::Words;
use crate::store::plans::year_plans;
use crate::store::{projects, reporting_months};
use crate::usecases::ask::Ask;
use crate::usecases::imports::{RecordFields, required};
use crate::usecases::permission::{Permission, PlanYears};
use crate::usecases::plans::year_plan::{self, YearPlanKey};
use crate::usecases::plans::year_plan_input::{AdjustmentInput, AdjustmentKind, YearPlanInput};
use crate::usecases::refusal::Refusal;

/// What the caller decided about the year plans of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlanChoices {
    /// True if an annual amount is spread evenly over the months, false if all of it is in December;
    /// absent if nothing was decided.
    pub is_even: Option<bool>,
    /// Grounds for adjusting plans that differ from the file; absent if they may not be adjusted.
    pub adjustment: Option<AdjustmentGrounds>,
}

/// Why plans are adjusted, and from when on.
#[derive(Clone, Debug)]
pub(crate) struct AdjustmentGrounds {
    /// Number of the document.
    pub document: String,
    /// Reason.
    pub reason: String,
    /// First month to which the adjusted plans apply. Default: the first that is not closed, and not
    /// before the version that is adjusted.
    pub from: Option<Month>,
}

/// Enters the plan that a row gives for `project`, or adjusts the one that is there.
///
/// # Errors
/// Forbidden; invalid, with every wrong field: `no-months` if it is not decided how an amount is
/// spread, `plan-exists` if there is another plan and no grounds to adjust it.
pub(crate) fn enter(
    ask: &mut Ask<'_>,
    project: ProjectId,
    row: &RecordFields,
    choices: &PlanChoices,
) -> Result<(), Refusal> {
    ask.caller.must_be_able_to(PlanYears::ACTIONS)?;
    let year = row.get("plan_year").and_then(Value::as_i64);
    let year = year.and_then(|year| i32::try_from(year).ok()).and_then(Year::new);
    let year = year.ok_or_else(|| Refusal::invalid(vec![required("plan_year")]))?;
    let annual = row.get("annual_investment_wan").filter(|said| !said.is_null());
    let annual = annual.map(|said| serde_json::from_value(said.clone()));
    let annual = annual.transpose().map_err(|_| Refusal::invalid(vec![no_amount()]))?;
    let goal = row.get("goal").and_then(Value::as_str).unwrap_or_default().to_owned();
    let key = YearPlanKey { project, year };
    match year_plans::find(ask.conn, project, year)? {
        Some(plan) => {
            let wanted = Wanted { annual, goal };
            adjust(ask, key, &plan, wanted, choices)
        }
        None => enter_first(ask, key, annual.unwrap_or(Fen::ZERO), goal, choices),
    }
}

fn no_amount() -> FieldError {
    let words = Words::new("不是金额。", "Not an amount.");
    FieldError::new("/annual_investment_wan", "wrong-form", words)
}

fn enter_first(
    ask: &mut Ask<'_>,
    key: YearPlanKey,
    annual: Fen,
    goal: String,
    choices: &PlanChoices,
) -> Result<(), Refusal> {
    let is_even = choices.is_even.ok_or_else(no_months)?;
    let input = YearPlanInput {
        annual_investment_wan: annual,
        months: spread(annual, &[], is_even),
        goal,
        effective_month: None,
        document_number: String::new(),
        reason: String::new(),
    };
    let change = year_plan::decide_first(ask, key, &input)?;
    ask.save(|conn| year_plan::save_first(conn, change)).map(drop)
}

/// What a row says of a plan that is there.
struct Wanted {
    /// Annual amount; absent to keep that of the plan.
    annual: Option<Fen>,
    /// Goal; empty to keep that of the plan.
    goal: String,
}

fn adjust(
    ask: &mut Ask<'_>,
    key: YearPlanKey,
    plan: &YearPlan,
    wanted: Wanted,
    choices: &PlanChoices,
) -> Result<(), Refusal> {
    let last = plan.versions.last().ok_or_else(|| Refusal::broken("a plan has no version"))?;
    let annual = wanted.annual.unwrap_or(last.annual);
    let Some(grounds) = &choices.adjustment else {
        return Err(differs(ask, key, last, annual)?);
    };
    let last_closed = reporting_months::last_closed(ask.conn, key.year)?;
    let open = last_closed.map_or(key.year.january(), Month::next);
    let from = grounds.from.unwrap_or(open.max(last.effective_month));
    let input = AdjustmentInput {
        kind: AdjustmentKind::Adjustment,
        effective_month: from,
        annual_investment_wan: annual,
        months: adjusted_months(last, annual, from, choices.is_even)?,
        goal: wanted.goal,
        document_number: grounds.document.clone(),
        reason: grounds.reason.clone(),
    };
    let change = year_plan::decide_adjustment(ask, key, &input)?;
    ask.save(|conn| year_plan::save_adjustment(conn, change)).map(drop)
}

/// Months before `from` keep their amounts; the rest of the year is spread over the others.
fn adjusted_months(
    last: &PlanVersion,
    annual: Fen,
    from: Month,
    is_even: Option<bool>,
) -> Result<Vec<Fen>, Refusal> {
    let MonthlyAmounts(months) = last.months;
    if annual == last.annual {
        return Ok(months.to_vec());
    }
    let is_even = is_even.ok_or_else(no_months)?;
    let kept = usize::try_from(from.number()).unwrap_or(1).saturating_sub(1);
    let kept: Vec<Fen> = months.into_iter().take(kept).collect();
    let sum: Fen = kept.iter().copied().sum();
    if sum <= annual {
        return Ok(spread(annual, &kept, is_even));
    }
    let sum = sum.to_wan();
    let annual = annual.to_wan();
    let words = Words::new(
        format!("{from} 以前各月计划合计 {sum} 万元，超过新的年度计划 {annual} 万元。"),
        format!(
            "The months before {from} have {sum} 万元, which is more than {annual} 万元 for the year."
        ),
    );
    let error = FieldError::new("/annual_investment_wan", "below-months", words);
    Err(Refusal::invalid(vec![error]))
}

/// Twelve amounts that sum to `annual` and begin with `kept`. What cannot be divided is in December.
fn spread(annual: Fen, kept: &[Fen], is_even: bool) -> Vec<Fen> {
    let mut months = kept.to_vec();
    months.truncate(11);
    let rest = annual - months.iter().copied().sum();
    let others = i64::try_from(12 - months.len()).unwrap_or(1);
    let one = if is_even { Fen::new(rest.get() / others) } else { Fen::ZERO };
    months.resize(11, one);
    months.push(annual - months.iter().copied().sum());
    months
}

fn no_months() -> Refusal {
    let words = Words::new(
        "年度计划须分到各月；请加参数 plan_months。",
        "A year plan has an amount for each month. Add the parameter plan_months.",
    );
    Refusal::invalid(vec![FieldError::new("/annual_investment_wan", "no-months", words)])
}

/// The refusal of a row whose plan differs from the one that is there, which it names.
fn differs(
    ask: &mut Ask<'_>,
    key: YearPlanKey,
    last: &PlanVersion,
    annual: Fen,
) -> Result<Refusal, Refusal> {
    let name = projects::get(ask.conn, key.project, ask.sight())?.facts.name;
    let now = last.annual.to_wan();
    let said = if annual == last.annual {
        format!("{name} {now}")
    } else {
        format!("{name} {now}→{}", annual.to_wan())
    };
    let words = Words::new(said.clone(), said);
    let error = FieldError::new("/annual_investment_wan", "plan-exists", words);
    Ok(Refusal::invalid(vec![error]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_spread_over_its_months_exactly() {
        for (annual, kept, is_even, expected) in [
            (100, vec![], true, [8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 12]),
            (100, vec![], false, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100]),
            (11, vec![], true, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11]),
            (0, vec![], true, [0; 12]),
            (100, vec![5, 5, 5, 5, 5, 5], true, [5, 5, 5, 5, 5, 5, 11, 11, 11, 11, 11, 15]),
            (100, vec![5, 5, 5, 5, 5, 5], false, [5, 5, 5, 5, 5, 5, 0, 0, 0, 0, 0, 70]),
            (70, vec![5; 11], true, [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 15]),
        ] {
            let kept: Vec<Fen> = kept.into_iter().map(Fen::new).collect();
            let months = spread(Fen::new(annual), &kept, is_even);
            assert_eq!(months, expected.map(Fen::new), "{annual}");
        }
    }
}

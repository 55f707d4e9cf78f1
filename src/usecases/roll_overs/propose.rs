//! Proposal of a roll-over.

use crate::domain::account::access::Sight;
use crate::domain::figures::period::Period;
use crate::domain::id::RollOverId;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::domain::roll_over::{RollOver, RollOverLine, RollOverState, RollOverStep};
use crate::domain::words::Words;
use crate::store::plans::year_plans;
use crate::store::projects::ProjectFilter;
use crate::store::roll_overs::totals;
use crate::store::{figures, roll_overs};
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;
use crate::usecases::roll_overs::must_be_proposed;
use crate::usecases::roll_overs::write::{Content, RollOverChange};

/// Proposes a line for every unfinished project without a plan for `year`. An earlier proposal is
/// replaced.
///
/// # Errors
/// A conflict if the roll-over is confirmed, or there is no year before `year`.
pub(crate) fn decide(ask: &mut Ask<'_>, year: Year) -> Result<RollOverChange, Refusal> {
    if year.get() == Year::FIRST {
        let words = Words::new(
            format!("{year} 年之前没有可结转的年度。"),
            format!("There is no year before {year} to roll over."),
        );
        return Err(Refusal::conflict("no-year-before", words));
    }
    let old = roll_overs::find(ask.conn, year)?;
    if let Some(old) = &old {
        must_be_proposed(old)?;
    }
    let before = old.clone().map(|old| totals::of(ask.conn, old)).transpose()?;
    let through = year.january().previous();
    let lines = lines(ask, year, through)?;
    let proposed = RollOverStep { at: ask.now.instant, by: ask.caller.user.username.clone() };
    let roll_over = match old {
        Some(old) => RollOver { proposed, ..old },
        None => RollOver {
            id: RollOverId(0),
            year,
            through,
            state: RollOverState::Proposed,
            document_number: String::new(),
            proposed,
            confirmed: None,
            version: 1,
        },
    };
    let kind = "roll_over.proposed";
    Ok(RollOverChange {
        kind,
        before,
        roll_over,
        content: Content::Lines(lines),
        stamp: ask.stamp(),
    })
}

fn lines(ask: &mut Ask<'_>, year: Year, through: Month) -> Result<Vec<RollOverLine>, Refusal> {
    let all = ProjectFilter::default();
    let projects = figures::project_years(ask.conn, &all, Sight::All, through, Basis::Current)?;
    let planned = year_plans::projects_of(ask.conn, year)?;
    let old = Period::new(through, ask.now.today, false);
    let unplanned = projects.iter().filter(|project| !planned.contains(&project.id));
    Ok(unplanned.filter_map(|project| RollOverLine::propose(project, old)).collect())
}

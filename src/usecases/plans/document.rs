//! Annual plan documents: listed, read, entered and changed.

use crate::domain::id::PlanId;
use crate::domain::month::Year;
use crate::domain::plan::Plan;
use crate::store::events::{self, Event, changes};
use crate::store::plans::document::{self, PlanDocument};
use crate::store::plans::recorded::RecordedPlan;
use crate::store::{Conn, plans};
use crate::usecases::ask::{Ask, Stamp};
use crate::usecases::plans::input::{ParsedPlan, PlanInput};
use crate::usecases::plans::view::{PlanDetailView, PlanView};
use crate::usecases::precondition::Precondition;
use crate::usecases::refusal::Refusal;

/// A plan document that was decided on and is to be saved.
pub(crate) struct PlanChange {
    /// The document before; `None` when it is entered.
    before: Option<PlanDocument>,
    plan: Plan,
    parsed: ParsedPlan,
    stamp: Stamp,
}

/// All plan documents, latest year first.
///
/// # Errors
/// Database errors only.
pub(crate) fn list(ask: &mut Ask<'_>) -> Result<Vec<PlanView>, Refusal> {
    Ok(plans::all(ask.conn)?.into_iter().map(PlanView::from).collect())
}

/// The plan document of a year with all its parts.
///
/// # Errors
/// Not found if none was entered.
pub(crate) fn get(ask: &mut Ask<'_>, year: Year) -> Result<PlanDetailView, Refusal> {
    let plan = plans::get(ask.conn, year)?;
    Ok(document::of(ask.conn, plan)?.into())
}

/// The plan document of a year without its parts, if one was entered.
///
/// # Errors
/// Database errors only.
pub(crate) fn find(ask: &mut Ask<'_>, year: Year) -> Result<Option<PlanView>, Refusal> {
    Ok(plans::find(ask.conn, year)?.map(PlanView::from))
}

/// Enters the plan document of a year, or replaces its data, envelopes and value-added targets.
///
/// # Errors
/// Invalid, with every wrong field; stale; not found.
pub(crate) fn decide(
    ask: &mut Ask<'_>,
    year: Year,
    precondition: Precondition,
    input: &PlanInput,
) -> Result<PlanChange, Refusal> {
    let parsed = input.parse(ask.conn)?;
    let old = plans::find(ask.conn, year)?;
    let before = old.clone().map(|plan| document::of(ask.conn, plan)).transpose()?;
    let plan =
        match precondition.admits(old, |p| p.version, |old, version| Plan { version, ..old })? {
            None => parsed.plan(PlanId(0), year, 1),
            Some(old) => {
                Plan { synthetic: old.synthetic, ..parsed.plan(old.id, year, old.version) }
            }
        };
    Ok(PlanChange { before, plan, parsed, stamp: ask.stamp() })
}

/// Saves a plan document and records its event.
///
/// # Errors
/// A conflict when the year got a plan meanwhile; stale when somebody else changed it.
pub(crate) fn save(conn: &mut Conn, change: PlanChange) -> Result<PlanDetailView, Refusal> {
    let PlanChange { before, plan, parsed, stamp } = change;
    let id = if before.is_some() {
        plans::save(conn, &plan)?;
        plan.id
    } else {
        plans::insert(conn, &plan)?
    };
    plans::replace_envelopes(conn, id, &parsed.envelopes)?;
    plans::replace_industry_targets(conn, id, &parsed.industry_targets)?;
    let stored = plans::get(conn, plan.year)?;
    let after = document::of(conn, stored)?;
    let kind = if before.is_some() { "plan.changed" } else { "plan.entered" };
    let recorded = before.as_ref().map(RecordedPlan::from);
    let changes = changes(recorded.as_ref(), &RecordedPlan::from(&after));
    let event = Event::of(kind, "plan", id.0, changes);
    events::record(conn, &stamp.author, stamp.now.instant, &event)?;
    Ok(after.into())
}

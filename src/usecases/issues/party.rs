//! The caller's relation to an issue.

use crate::domain::account::access::Role;
use crate::domain::id::UnitId;
use crate::domain::issue::{Issue, IssueParty, IssueState};
use crate::domain::reference::unit::UnitRole;
use crate::store::projects::units as project_units;
use crate::store::{Conn, StoreError};
use crate::usecases::caller::Caller;

/// Relation of `caller` to an issue: commission, area, raiser, leading or supporting unit.
pub(super) fn party(
    conn: &mut Conn,
    caller: &Caller,
    issue: &Issue,
) -> Result<IssueParty, StoreError> {
    let user = &caller.user;
    let owns = match user.unit_id {
        Some(unit) => {
            project_units::roles(conn, issue.project_id, unit)?.contains(&UnitRole::Owner)
        }
        None => false,
    };
    let is = |unit: Option<&UnitId>| unit.is_some() && unit.copied() == user.unit_id;
    let of_unit = user.unit_id.is_some() && issue.raised_by_unit == user.unit_id;
    Ok(IssueParty {
        commission: user.role == Role::Commission,
        // An area account only sees the issues of its own area.
        area: user.role == Role::Area,
        raiser: issue.raised_by == user.username || of_unit || owns,
        lead: is(issue.units.first()),
        helper: issue.units.iter().skip(1).any(|unit| is(Some(unit))),
    })
}

/// True if `party` may replace the content of the issue in its current state.
pub(super) fn may_rewrite(issue: &Issue, party: IssueParty) -> bool {
    let with_raiser = matches!(issue.state, IssueState::Raised | IssueState::Returned);
    with_raiser && (party.raiser || party.commission)
}

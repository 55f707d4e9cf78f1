//! Issues that were open when a month was closed, rebuilt from their events.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::id::IssueId;
use crate::domain::issue::IssueState;
use crate::domain::reporting_month::ReportingMonth;
use crate::store::bulletins::content::lists::{Issue, IssueUnit};
use crate::store::events;
use crate::store::figures::source::Source;
use crate::store::issues::recorded::{IssueReplay, RecordedIssue, RecordedIssueUnit};
use crate::store::{Conn, Result};

/// Issues open when `month` was closed, in the state they had then.
///
/// An event may lack a field or hold a value this release does not know: that field is missing in
/// the bulletin, and the month is published all the same.
pub(super) fn list(conn: &mut Conn, month: &ReportingMonth) -> Result<Vec<Issue>> {
    let Some(closed_at) = month.closed_at else {
        return Ok(Vec::new());
    };
    let mut replays: BTreeMap<i64, IssueReplay> = BTreeMap::new();
    for event in events::read::of_kind_until(conn, "issue", closed_at)? {
        replays.entry(event.subject_id).or_default().apply(&event);
    }
    replays.retain(|_, replay| replay.state() != IssueState::Cleared);
    let names = Source::Live.names(conn, replays.values().filter_map(IssueReplay::project))?;
    let day = month.month.last_day();
    let stored = |(id, replay): (&i64, &IssueReplay)| {
        let project_id = replay.project()?;
        let issue = stored(IssueId(*id), replay.issue(), day)?;
        let project = names.get(&project_id).cloned().unwrap_or_default().0;
        Some(Issue { project, ..issue })
    };
    Ok(replays.iter().filter_map(stored).collect())
}

/// What a bulletin stores of an issue as of `day`; `None` if it belongs to no project.
fn stored(id: IssueId, recorded: RecordedIssue, day: NaiveDate) -> Option<Issue> {
    let RecordedIssue {
        project_id,
        title,
        category,
        level,
        asked,
        due_on,
        state,
        units,
        raised_on,
        raised_by,
        cleared_on,
    } = recorded;
    Some(Issue {
        id,
        project: String::new(),
        project_id: project_id?,
        title,
        category,
        level,
        asked,
        due_on,
        state,
        units: units.into_iter().filter_map(stored_unit).collect(),
        raised_on,
        raised_by,
        cleared_on,
        age_days: raised_on.map(|raised_on| (day - raised_on).num_days().max(0)),
        overdue: due_on.is_some_and(|due_on| due_on < day),
    })
}

fn stored_unit(recorded: RecordedIssueUnit) -> Option<IssueUnit> {
    let RecordedIssueUnit { unit_id, unit, leads } = recorded;
    Some(IssueUnit { unit_id: unit_id?, unit, leads })
}

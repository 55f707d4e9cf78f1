//! Monthly reports of an import.

use serde_json::json;

use crate::domain::project::Project;
use crate::domain::report::ReportState;
use crate::store::reports;
use crate::store::reports::filed;
use crate::usecases::ask::Ask;
use crate::usecases::imports::{RecordFields, fields_of};
use crate::usecases::precondition::Precondition;
use crate::usecases::refusal::Refusal;
use crate::usecases::reports::ReportKey;
use crate::usecases::reports::input::ReportInput;
use crate::usecases::reports::view::ReportView;
use crate::usecases::reports::{step, write};

/// The report of a month, if there is one.
///
/// # Errors
/// Database errors only.
pub fn find(ask: &mut Ask<'_>, key: ReportKey) -> Result<Option<ReportView>, Refusal> {
    match reports::find(ask.conn, key.project, key.month)? {
        Some(report) => Ok(Some(ReportView::of(filed::of(ask.conn, report)?, ask.language))),
        None => Ok(None),
    }
}

/// Fields of a report by column name.
///
/// # Errors
/// Broken.
pub fn fields(view: &ReportView, project: &Project) -> Result<RecordFields, Refusal> {
    let mut all = fields_of(view)?;
    all.insert("project".into(), json!(project.facts.name));
    Ok(all)
}

/// Drafts a report, or rewrites the one that is as in `before`.
///
/// # Errors
/// As [`write::decide`] and [`write::save`].
pub fn save(
    ask: &mut Ask<'_>,
    key: ReportKey,
    before: Option<&ReportView>,
    input: &ReportInput,
) -> Result<ReportView, Refusal> {
    let precondition =
        before.map_or(Precondition::Absent, |report| Precondition::Version(report.version.into()));
    let change = write::decide(ask, key, precondition, input)?;
    ask.save(|conn| write::save(conn, change))
}

/// Submits a report that is as in `view`, if it waits for that; `None` if not.
///
/// # Errors
/// As [`step::decide_submission`].
pub fn submit_waiting(
    ask: &mut Ask<'_>,
    key: ReportKey,
    view: &ReportView,
) -> Result<Option<ReportView>, Refusal> {
    match view.state {
        ReportState::Draft | ReportState::Returned => {
            let change = step::decide_submission(ask, key)?;
            ask.save(|conn| write::save(conn, change)).map(Some)
        }
        ReportState::Submitted | ReportState::Confirmed => Ok(None),
    }
}

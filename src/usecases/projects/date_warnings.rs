//! Warnings about the dates of a project.

use crate::domain::project::Project;
use crate::domain::project_dates::{DatedRecords, contradictions};
use crate::domain::words::Language;
use crate::store::{Conn, Result, milestones, reports};
use crate::usecases::warning::WarningView;

/// The dates of `project` that contradict each other, its milestones or its reports.
///
/// # Errors
/// Database errors only.
pub(in crate::usecases) fn of(
    conn: &mut Conn,
    project: &Project,
    language: Language,
) -> Result<Vec<WarningView>> {
    let milestones = milestones::list(conn, project.id)?;
    let records = DatedRecords {
        milestones: &milestones,
        first_reported: reports::first_handed_over(conn, project.id)?,
        last_reported: reports::last_handed_over(conn, project.id)?,
    };
    Ok(WarningView::all(contradictions(project, records), language))
}

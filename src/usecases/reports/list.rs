//! Reports as they are now.

use crate::domain::id::ProjectId;
use crate::store::reports::{filed, restatements};
use crate::store::{projects, reports};
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;
use crate::usecases::reports::ReportKey;
use crate::usecases::reports::view::{ReportView, RestatementView};

/// Every report of a project, the earliest month first.
///
/// # Errors
/// Not found unless the caller sees the project.
pub(crate) fn of_project(
    ask: &mut Ask<'_>,
    project: ProjectId,
) -> Result<Vec<ReportView>, Refusal> {
    projects::get(ask.conn, project, ask.sight())?;
    let view = |filed| ReportView::of(filed, ask.language);
    Ok(filed::list(ask.conn, project)?.into_iter().map(view).collect())
}

/// One report.
///
/// # Errors
/// Not found unless the caller sees the project and the month has a report.
pub(crate) fn get(ask: &mut Ask<'_>, key: ReportKey) -> Result<ReportView, Refusal> {
    find(ask, key)?.ok_or_else(Refusal::not_found)
}

/// One report, if the month has one.
///
/// # Errors
/// Not found unless the caller sees the project.
pub(crate) fn find(ask: &mut Ask<'_>, key: ReportKey) -> Result<Option<ReportView>, Refusal> {
    projects::get(ask.conn, key.project, ask.sight())?;
    let Some(report) = reports::find(ask.conn, key.project, key.month)? else {
        return Ok(None);
    };
    let filed = filed::of(ask.conn, report)?;
    Ok(Some(ReportView::of(filed, ask.language)))
}

/// The restatements of a project's month, the earliest first.
///
/// # Errors
/// Not found unless the caller sees the project.
pub(crate) fn restated(ask: &mut Ask<'_>, key: ReportKey) -> Result<Vec<RestatementView>, Refusal> {
    projects::get(ask.conn, key.project, ask.sight())?;
    let all = restatements::list(ask.conn, key.project, Some(key.month))?;
    Ok(all.into_iter().map(RestatementView::from).collect())
}

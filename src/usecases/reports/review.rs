//! Reports across projects, as reviewers go through them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::money::Fen;
use crate::domain::report::Report;
use crate::store::PageRequest;
use crate::store::reports::filed::{self, FiledReport};
use crate::store::reports::review::{self, ReviewFilter};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::projects::filter::PlaceFilter;
use crate::usecases::projects::records::RecordQuery;
use crate::usecases::refusal::Refusal;
use crate::usecases::reports::view::ReportView;

/// A report with the name of its project.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReviewItem {
    /// The project's name.
    pub project: String,
    /// What the year plan in force has for the month, in 万元; null without one.
    pub planned_wan: Option<Fen>,
    /// Reported for the month before, in any state, in 万元; null without a report.
    pub last_month_wan: Option<Fen>,
    /// The report.
    #[serde(flatten)]
    pub report: ReportView,
}

/// Reports of every project the caller sees, by id, beside their plan and the month before.
///
/// # Errors
/// A code of a place that does not exist; a cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    places: &PlaceFilter,
    records: &RecordQuery,
    filter: ReviewFilter,
    page: &PageRequest,
) -> Result<PageView<ReviewItem>, Refusal> {
    let scope = records.known(ask.conn, places)?;
    let filter = ReviewFilter { scope, ..filter };
    let found = review::list(ask.conn, &filter, ask.sight(), page)?;
    let reports: Vec<Report> = found.items.iter().map(|(report, _)| report.clone()).collect();
    let beside = review::beside(ask.conn, &reports)?;
    let filed = filed::many(ask.conn, reports)?;
    let items = found.items.into_iter().zip(filed);
    let view = |((_, project), filed): ((Report, String), FiledReport)| {
        let beside = beside.get(&filed.report.id).copied().unwrap_or_default();
        ReviewItem {
            project,
            planned_wan: beside.planned,
            last_month_wan: beside.last_month,
            report: ReportView::of(filed, ask.language),
        }
    };
    let items = items.map(view).collect();
    Ok(PageView { items, total: found.total, next_cursor: found.next_cursor, next: None })
}

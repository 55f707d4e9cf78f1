//! Projects as they are now.

use crate::domain::error::FieldError;
use crate::domain::id::ProjectId;
use crate::domain::month::Year;
use crate::domain::words::Words;
use crate::store::PageRequest;
use crate::store::projects::coded::ReferenceCodes;
use crate::store::projects::selection::ProjectSelection;
use crate::store::projects::{self, Order, ProjectFilter};
use crate::usecases::answer::PageView;
use crate::usecases::ask::Ask;
use crate::usecases::projects::date_warnings;
use crate::usecases::projects::filter::FilterQuery;
use crate::usecases::projects::selection::SelectionQuery;
use crate::usecases::projects::view::ProjectView;
use crate::usecases::refusal::Refusal;

/// Which projects a list shows, and in which order.
#[derive(Debug)]
pub(crate) struct ProjectListing {
    /// Filter of the caller.
    pub filter: FilterQuery,
    /// Ids, time of change and ranges.
    pub selection: SelectionQuery,
    /// Only these projects, if given.
    pub among: Option<Vec<ProjectId>>,
    /// Only projects in the register in this year.
    pub year: Option<Year>,
    /// Sort keys, separated by commas; a leading minus sorts in descending order.
    pub sort: String,
}

/// One page of the projects that are visible to the caller and match the filter.
///
/// # Errors
/// Unreadable for an unknown sort key, an unknown code in the filter, or a cursor of another list.
pub(crate) fn list(
    ask: &mut Ask<'_>,
    listing: &ProjectListing,
    page: &PageRequest,
) -> Result<PageView<ProjectView>, Refusal> {
    let order = Order::parse(&listing.sort).ok_or_else(unknown_order)?;
    let selection =
        ProjectSelection { among: listing.among.clone(), ..listing.selection.known(ask.conn)? };
    let filter = listing.filter.known(ask.conn, listing.year)?;
    let filter = ProjectFilter { selection, ..filter };
    let codes = ReferenceCodes::load(ask.conn)?;
    let page = projects::list(ask.conn, &filter, ask.sight(), &order, page)?;
    Ok(PageView::of(page, |project| codes.of(project).into()))
}

fn unknown_order() -> Refusal {
    let words = Words::new(
        "只能按 name、code、total_investment_wan、planned_start、planned_finish、id 排序，各一次；降序加负号。",
        "Sort by name, code, total_investment_wan, planned_start, planned_finish or id, each once; a leading minus sorts in descending order.",
    );
    Refusal::bad_parameters(vec![FieldError::new("?sort", "not-one-of", words)])
}

/// One project.
///
/// # Errors
/// Not found unless the caller sees the project.
pub(crate) fn get(ask: &mut Ask<'_>, id: ProjectId) -> Result<ProjectView, Refusal> {
    let project = projects::get(ask.conn, id, ask.sight())?;
    let warnings = date_warnings::of(ask.conn, &project, ask.language)?;
    let view = ProjectView::from(ReferenceCodes::load(ask.conn)?.of(project));
    Ok(ProjectView { warnings: Some(warnings), ..view })
}

//! Restatements of all visible projects, with and without a report of the month.

use diesel::prelude::*;

use crate::domain::account::access::Sight;
use crate::domain::month::Month;
use crate::domain::report::restatement::Restatement;
use crate::store::conn::MultiBackend;
use crate::store::projects::scope::{RecordScope, in_scope};
use crate::store::reports::restatements::Row;
use crate::store::schema::{projects, restatements};
use crate::store::{Conn, Page, PageRequest, Result};

/// Filter for restatements. Empty lists do not filter.
#[derive(Clone, Debug, Default)]
pub(crate) struct RestatementFilter {
    /// Projects, ids and time of change.
    pub scope: RecordScope,
    /// Months to include.
    pub months: Vec<Month>,
}

/// Restatement with the name of its project.
#[derive(Clone, Debug)]
pub(crate) struct NamedRestatement {
    /// The restatement.
    pub restatement: Restatement,
    /// Name of its project.
    pub project: String,
}

type Wanted<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::helper_types::InnerJoin<restatements::table, projects::table>,
    MultiBackend,
>;

fn wanted(filter: &RestatementFilter, sight: Sight) -> Wanted<'_> {
    let all = restatements::table.inner_join(projects::table).into_boxed();
    let query: Wanted<'_> = in_scope!(all, restatements, "restatement", &filter.scope, sight);
    if filter.months.is_empty() {
        return query;
    }
    query.filter(restatements::month.eq_any(filter.months.iter().map(Month::to_string)))
}

/// One page of visible restatements that match `filter`, in the order of entry.
pub(crate) fn list(
    conn: &mut Conn,
    filter: &RestatementFilter,
    sight: Sight,
    page: &PageRequest,
) -> Result<Page<NamedRestatement>> {
    let total = page.total(|| wanted(filter, sight).count().get_result(conn))?;
    let rows: Vec<(Row, String)> = wanted(filter, sight)
        .filter(restatements::id.gt(page.after_id()?.unwrap_or(0)))
        .order(restatements::id)
        .limit(page.rows_to_fetch())
        .select((Row::as_select(), projects::name))
        .load(conn)?;
    let read = |(row, project): (Row, String)| {
        Ok(NamedRestatement { restatement: row.try_into()?, project })
    };
    page.by_id(rows, total, |(row, _)| row.id, read)
}

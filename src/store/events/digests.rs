//! Loads the records that digests are computed from.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::account::access::Sight;
use crate::domain::event::digest::{MonthMark, ProjectMark};
use crate::domain::id::{IndustryId, ProjectId, RestatementId};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::store::projects::{ProjectFilter, wanted};
use crate::store::schema::{monthly_reports as reports, projects, restatements};
use crate::store::{Conn, Result, StoreError};

/// Visible projects by industry line, ordered by id.
pub(crate) fn projects(
    conn: &mut Conn,
    sight: Sight,
) -> Result<BTreeMap<IndustryId, Vec<ProjectMark>>> {
    let rows: Vec<(i64, i64, i64, i64)> = wanted(&ProjectFilter::default(), sight)
        .order(projects::id)
        .select((projects::industry_id, projects::id, projects::version, projects::total_fen))
        .load(conn)?;
    let mut marks: BTreeMap<IndustryId, Vec<ProjectMark>> = BTreeMap::new();
    for (industry, id, version, total) in rows {
        let mark = ProjectMark { id: ProjectId(id), version, total: Fen::new(total) };
        marks.entry(IndustryId(industry)).or_default().push(mark);
    }
    Ok(marks)
}

/// Reports of the months of a year, then their restatements; each ordered by project and id.
pub(crate) fn months(conn: &mut Conn, year: Year) -> Result<Vec<(Month, ProjectId, MonthMark)>> {
    type Report = (String, i64, i64, String, i64);
    let first = year.january().to_string();
    let last = year.december().to_string();
    let rows: Vec<Report> = reports::table
        .filter(reports::month.between(&first, &last))
        .order((reports::project_id, reports::id))
        .select((
            reports::month,
            reports::project_id,
            reports::version,
            reports::state,
            reports::completed_fen,
        ))
        .load(conn)?;
    let report = |(month, project, version, state, completed): Report| {
        let project = ProjectId(project);
        let completed = Fen::new(completed);
        let state = StoreError::read_text(&state)?;
        let mark = MonthMark::Report { project, version, state, completed };
        Ok((StoreError::read_text(&month)?, project, mark))
    };
    let mut marks: Vec<_> = rows.into_iter().map(report).collect::<Result<_>>()?;
    let rows: Vec<(String, i64, i64, i64)> = restatements::table
        .filter(restatements::month.between(first, last))
        .order((restatements::project_id, restatements::id))
        .select((
            restatements::month,
            restatements::project_id,
            restatements::id,
            restatements::amount_fen,
        ))
        .load(conn)?;
    for (month, project, id, amount) in rows {
        let project = ProjectId(project);
        let id = RestatementId(id);
        let mark = MonthMark::Restatement { project, id, amount: Fen::new(amount) };
        marks.push((StoreError::read_text(&month)?, project, mark));
    }
    Ok(marks)
}

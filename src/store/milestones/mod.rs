//! Milestones of projects.

pub(crate) mod across;
pub(crate) mod recorded;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::domain::id::{MilestoneId, ProjectId};
use crate::domain::milestone::{CONSTRUCTION_PERMIT, Milestone};
use crate::store::schema::milestones;
use crate::store::{Conn, Result, StoreError};

#[derive(Queryable, Selectable)]
#[diesel(table_name = milestones)]
struct Row {
    id: i64,
    project_id: i64,
    code: String,
    name: String,
    class: String,
    position: i32,
    baseline_date: NaiveDate,
    forecast_date: Option<NaiveDate>,
    forecast_reason: String,
    actual_date: Option<NaiveDate>,
    weight: i32,
    document_number: String,
    evidence: String,
    version: i64,
}

impl TryFrom<Row> for Milestone {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: MilestoneId(row.id),
            project_id: ProjectId(row.project_id),
            code: row.code,
            name: row.name,
            class: StoreError::read_text(&row.class)?,
            position: row.position,
            baseline: row.baseline_date,
            forecast: row.forecast_date,
            forecast_reason: row.forecast_reason,
            actual: row.actual_date,
            weight: row.weight,
            document_number: row.document_number,
            evidence: row.evidence,
            version: row.version,
        })
    }
}

/// Milestones of all projects, by project.
pub(crate) fn by_project(conn: &mut Conn) -> Result<BTreeMap<ProjectId, Vec<Milestone>>> {
    let rows: Vec<Row> = milestones::table
        .order((milestones::project_id, milestones::position, milestones::id))
        .select(Row::as_select())
        .load(conn)?;
    grouped(rows)
}

/// Milestones of these projects, by project.
pub(in crate::store) fn of(
    conn: &mut Conn,
    projects: &[i64],
) -> Result<BTreeMap<ProjectId, Vec<Milestone>>> {
    let rows: Vec<Row> = milestones::table
        .filter(milestones::project_id.eq_any(projects))
        .order((milestones::project_id, milestones::position, milestones::id))
        .select(Row::as_select())
        .load(conn)?;
    grouped(rows)
}

fn grouped(rows: Vec<Row>) -> Result<BTreeMap<ProjectId, Vec<Milestone>>> {
    let mut found: BTreeMap<ProjectId, Vec<Milestone>> = BTreeMap::new();
    for row in rows {
        let milestone = Milestone::try_from(row)?;
        found.entry(milestone.project_id).or_default().push(milestone);
    }
    Ok(found)
}

/// Milestones of a project in order of position; usually 12 to 24.
pub(crate) fn list(conn: &mut Conn, project: ProjectId) -> Result<Vec<Milestone>> {
    let rows: Vec<Row> = milestones::table
        .filter(milestones::project_id.eq(project.0))
        .order((milestones::position, milestones::id))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Milestone::try_from).collect()
}

/// Loads a milestone of this project, or returns [`StoreError::NotFound`].
pub(crate) fn get(conn: &mut Conn, project: ProjectId, id: MilestoneId) -> Result<Milestone> {
    let row: Row = milestones::table
        .find(id.0)
        .filter(milestones::project_id.eq(project.0))
        .select(Row::as_select())
        .first(conn)?;
    Milestone::try_from(row)
}

/// Finds the milestone of a project by its code.
pub(crate) fn find_by_code(
    conn: &mut Conn,
    project: ProjectId,
    code: &str,
) -> Result<Option<Milestone>> {
    let row: Option<Row> = milestones::table
        .filter(milestones::project_id.eq(project.0))
        .filter(milestones::code.eq(code))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Milestone::try_from).transpose()
}

/// Finds the project of a milestone.
pub(crate) fn project_of(conn: &mut Conn, id: MilestoneId) -> Result<Option<ProjectId>> {
    let project: Option<i64> =
        milestones::table.find(id.0).select(milestones::project_id).first(conn).optional()?;
    Ok(project.map(ProjectId))
}

/// Projects of `projects` with a construction permit among their milestones: true if it was granted.
pub(crate) fn construction_permits(
    conn: &mut Conn,
    projects: &BTreeSet<ProjectId>,
) -> Result<BTreeMap<ProjectId, bool>> {
    let rows: Vec<(i64, Option<NaiveDate>)> = milestones::table
        .filter(milestones::project_id.eq_any(projects.iter().map(|p| p.0)))
        .filter(milestones::code.eq(CONSTRUCTION_PERMIT))
        .select((milestones::project_id, milestones::actual_date))
        .load(conn)?;
    Ok(rows.into_iter().map(|(project, day)| (ProjectId(project), day.is_some())).collect())
}

/// Inserts a milestone; the database assigns the id.
///
/// # Errors
/// [`StoreError::Taken`] if the project already has a milestone with this code.
pub(crate) fn insert(conn: &mut Conn, new: &Milestone) -> Result<MilestoneId> {
    let id = diesel::insert_into(milestones::table)
        .values((
            milestones::project_id.eq(new.project_id.0),
            milestones::code.eq(&new.code),
            milestones::class.eq(new.class.as_str()),
            milestones::position.eq(new.position),
            milestones::baseline_date.eq(new.baseline),
            milestones::weight.eq(new.weight),
            milestones::name.eq(&new.name),
            milestones::forecast_date.eq(new.forecast),
            milestones::forecast_reason.eq(&new.forecast_reason),
            milestones::actual_date.eq(new.actual),
            milestones::document_number.eq(&new.document_number),
            milestones::evidence.eq(&new.evidence),
        ))
        .returning(milestones::id)
        .get_result(conn)?;
    Ok(MilestoneId(id))
}

/// Updates the editable fields of `milestone` if its version is unchanged. The baseline never
/// changes.
///
/// # Errors
/// [`StoreError::Stale`].
pub(crate) fn save(conn: &mut Conn, milestone: &Milestone) -> Result<()> {
    let mine =
        milestones::table.find(milestone.id.0).filter(milestones::version.eq(milestone.version));
    let changed = diesel::update(mine)
        .set((
            milestones::forecast_date.eq(milestone.forecast),
            milestones::forecast_reason.eq(&milestone.forecast_reason),
            milestones::actual_date.eq(milestone.actual),
            milestones::document_number.eq(&milestone.document_number),
            milestones::evidence.eq(&milestone.evidence),
            milestones::version.eq(milestones::version + 1),
        ))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

//! Roll-overs of unfinished projects, and their lines.

pub(crate) mod recorded;
pub(crate) mod totals;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::{ProjectId, RollOverId};
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::roll_over::{RollOver, RollOverLine, RollOverState, RollOverStep};
use crate::store::schema::{projects, roll_over_lines as lines, roll_overs};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

#[derive(Queryable, Selectable)]
#[diesel(table_name = roll_overs)]
struct Row {
    id: i64,
    year: i32,
    through: String,
    state: String,
    document_number: String,
    proposed_at: NaiveDateTime,
    proposed_by: String,
    confirmed_at: Option<NaiveDateTime>,
    confirmed_by: Option<String>,
    version: i64,
}

impl TryFrom<Row> for RollOver {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let by = row.confirmed_by.unwrap_or_default();
        Ok(Self {
            id: RollOverId(row.id),
            year: Year::new(row.year).ok_or_else(|| StoreError::broken("stored year"))?,
            through: StoreError::read_text(&row.through)?,
            state: StoreError::read_text(&row.state)?,
            document_number: row.document_number,
            proposed: RollOverStep { at: Timestamp::new(row.proposed_at), by: row.proposed_by },
            confirmed: row.confirmed_at.map(|at| RollOverStep { at: Timestamp::new(at), by }),
            version: row.version,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = lines)]
struct LineRow {
    project_id: i64,
    remaining_fen: i64,
    carried_fen: i64,
    annual_fen: i64,
    included: bool,
    note: String,
    version: i64,
}

impl From<LineRow> for RollOverLine {
    fn from(row: LineRow) -> Self {
        Self {
            project_id: ProjectId(row.project_id),
            remaining: Fen::new(row.remaining_fen),
            carried: Fen::new(row.carried_fen),
            annual: Fen::new(row.annual_fen),
            included: row.included,
            note: row.note,
            version: row.version,
        }
    }
}

/// A line with the name of its project.
#[derive(Clone, Debug)]
pub(crate) struct NamedLine {
    /// The line.
    pub line: RollOverLine,
    /// The project's name.
    pub project: String,
}

impl NamedLine {
    fn of((row, project): (LineRow, String)) -> Self {
        Self { line: row.into(), project }
    }
}

/// Finds the roll-over into a year.
pub(crate) fn find(conn: &mut Conn, year: Year) -> Result<Option<RollOver>> {
    let row: Option<Row> = roll_overs::table
        .filter(roll_overs::year.eq(year.get()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(RollOver::try_from).transpose()
}

/// Loads the roll-over into a year, or returns [`StoreError::NotFound`].
pub(crate) fn get(conn: &mut Conn, year: Year) -> Result<RollOver> {
    find(conn, year)?.ok_or(StoreError::NotFound)
}

/// Inserts a roll-over; the database assigns the id.
///
/// # Errors
/// [`StoreError::Taken`] if the year already has a roll-over.
pub(crate) fn insert(conn: &mut Conn, new: &RollOver) -> Result<RollOverId> {
    let id = diesel::insert_into(roll_overs::table)
        .values((
            roll_overs::year.eq(new.year.get()),
            roll_overs::through.eq(new.through.to_string()),
            roll_overs::state.eq(RollOverState::Proposed.as_str()),
            roll_overs::proposed_at.eq(new.proposed.at.naive()),
            roll_overs::proposed_by.eq(&new.proposed.by),
        ))
        .returning(roll_overs::id)
        .get_result(conn)?;
    Ok(RollOverId(id))
}

/// Updates `roll_over` if its version is unchanged.
///
/// # Errors
/// [`StoreError::Stale`].
pub(crate) fn save(conn: &mut Conn, roll_over: &RollOver) -> Result<()> {
    let mine =
        roll_overs::table.find(roll_over.id.0).filter(roll_overs::version.eq(roll_over.version));
    let changed = diesel::update(mine)
        .set((
            roll_overs::through.eq(roll_over.through.to_string()),
            roll_overs::state.eq(roll_over.state.as_str()),
            roll_overs::document_number.eq(&roll_over.document_number),
            roll_overs::proposed_at.eq(roll_over.proposed.at.naive()),
            roll_overs::proposed_by.eq(&roll_over.proposed.by),
            roll_overs::confirmed_at.eq(roll_over.confirmed.as_ref().map(|c| c.at.naive())),
            roll_overs::confirmed_by.eq(roll_over.confirmed.as_ref().map(|c| &c.by)),
            roll_overs::version.eq(roll_overs::version + 1),
        ))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Replaces the lines of a roll-over.
pub(crate) fn replace_lines(conn: &mut Conn, of: RollOverId, new: &[RollOverLine]) -> Result<()> {
    diesel::delete(lines::table.filter(lines::roll_over_id.eq(of.0))).execute(conn)?;
    for line in new {
        diesel::insert_into(lines::table)
            .values((
                lines::roll_over_id.eq(of.0),
                lines::project_id.eq(line.project_id.0),
                lines::remaining_fen.eq(line.remaining.get()),
                lines::carried_fen.eq(line.carried.get()),
                lines::annual_fen.eq(line.annual.get()),
                lines::included.eq(line.included),
                lines::note.eq(&line.note),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// All lines, ordered by project.
pub(crate) fn lines(conn: &mut Conn, of: RollOverId) -> Result<Vec<NamedLine>> {
    let rows: Vec<(LineRow, String)> = lines::table
        .inner_join(projects::table)
        .filter(lines::roll_over_id.eq(of.0))
        .order(lines::project_id)
        .select((LineRow::as_select(), projects::name))
        .load(conn)?;
    Ok(rows.into_iter().map(NamedLine::of).collect())
}

/// One page of lines, ordered by project.
pub(crate) fn page(conn: &mut Conn, of: RollOverId, page: &PageRequest) -> Result<Page<NamedLine>> {
    let all = lines::table.filter(lines::roll_over_id.eq(of.0));
    let total = page.total(|| all.count().get_result(conn))?;
    let rows: Vec<(LineRow, String)> = lines::table
        .inner_join(projects::table)
        .filter(lines::roll_over_id.eq(of.0))
        .filter(lines::project_id.gt(page.after_id()?.unwrap_or(0)))
        .order(lines::project_id)
        .limit(page.rows_to_fetch())
        .select((LineRow::as_select(), projects::name))
        .load(conn)?;
    page.by_id(rows, total, |(row, _)| row.project_id, |row| Ok(NamedLine::of(row)))
}

/// Loads the line of a project, or returns [`StoreError::NotFound`].
pub(crate) fn line(conn: &mut Conn, of: RollOverId, project: ProjectId) -> Result<NamedLine> {
    let row: (LineRow, String) = lines::table
        .inner_join(projects::table)
        .filter(lines::roll_over_id.eq(of.0))
        .filter(lines::project_id.eq(project.0))
        .select((LineRow::as_select(), projects::name))
        .first(conn)?;
    Ok(NamedLine::of(row))
}

/// Updates `line` if its version is unchanged.
///
/// # Errors
/// [`StoreError::Stale`].
pub(crate) fn save_line(conn: &mut Conn, of: RollOverId, line: &RollOverLine) -> Result<()> {
    let mine = lines::table
        .filter(lines::roll_over_id.eq(of.0))
        .filter(lines::project_id.eq(line.project_id.0))
        .filter(lines::version.eq(line.version));
    let changed = diesel::update(mine)
        .set((
            lines::annual_fen.eq(line.annual.get()),
            lines::included.eq(line.included),
            lines::note.eq(&line.note),
            lines::version.eq(lines::version + 1),
        ))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

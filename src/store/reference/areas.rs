//! Reporting areas.

use diesel::prelude::*;

use crate::domain::id::AreaId;
use crate::domain::reference::area::Area;
use crate::store::schema::areas;
use crate::store::{Conn, Result, StoreError};

#[derive(Queryable, Selectable)]
#[diesel(table_name = areas)]
struct Row {
    id: i64,
    code: String,
    name: String,
    kind: String,
    division_code: Option<String>,
    note: String,
    position: i32,
    version: i64,
}

impl TryFrom<Row> for Area {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: AreaId(row.id),
            code: row.code,
            name: row.name,
            kind: StoreError::read_text(&row.kind)?,
            division_code: row.division_code,
            note: row.note,
            position: row.position,
            version: row.version,
        })
    }
}

/// All areas in order of position; a city has about ten.
pub(crate) fn all(conn: &mut Conn) -> Result<Vec<Area>> {
    let rows: Vec<Row> =
        areas::table.order((areas::position, areas::id)).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Area::try_from).collect()
}

/// Finds an area by id.
pub(crate) fn find(conn: &mut Conn, id: AreaId) -> Result<Option<Area>> {
    let row = areas::table.find(id.0).select(Row::as_select()).first(conn).optional()?;
    row.map(Area::try_from).transpose()
}

/// Finds an area by its code.
pub fn find_by_code(conn: &mut Conn, code: &str) -> Result<Option<Area>> {
    let row = areas::table
        .filter(areas::code.eq(code))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Area::try_from).transpose()
}

/// Inserts an area; the database assigns the id.
///
/// # Errors
/// [`StoreError::Taken`] if the code is already in use.
pub(crate) fn insert(conn: &mut Conn, new: &Area) -> Result<AreaId> {
    let id = diesel::insert_into(areas::table)
        .values((areas::code.eq(&new.code), columns(new)))
        .returning(areas::id)
        .get_result(conn)?;
    Ok(AreaId(id))
}

/// Updates `area` if its version is unchanged.
///
/// # Errors
/// [`StoreError::Stale`].
pub(crate) fn save(conn: &mut Conn, area: &Area) -> Result<()> {
    let mine = areas::table.find(area.id.0).filter(areas::version.eq(area.version));
    let changed = diesel::update(mine)
        .set((columns(area), areas::version.eq(areas::version + 1)))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

type Columns<'a> = (
    diesel::dsl::Eq<areas::name, &'a str>,
    diesel::dsl::Eq<areas::kind, &'static str>,
    diesel::dsl::Eq<areas::division_code, Option<&'a str>>,
    diesel::dsl::Eq<areas::note, &'a str>,
    diesel::dsl::Eq<areas::position, i32>,
);

fn columns(area: &Area) -> Columns<'_> {
    (
        areas::name.eq(area.name.as_str()),
        areas::kind.eq(area.kind.as_str()),
        areas::division_code.eq(area.division_code.as_deref()),
        areas::note.eq(area.note.as_str()),
        areas::position.eq(area.position),
    )
}

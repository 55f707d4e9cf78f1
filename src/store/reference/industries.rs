//! The industry tree.

use diesel::prelude::*;

use crate::domain::id::IndustryId;
use crate::domain::reference::industry::Industry;
use crate::store::schema::{envelopes, industries, projects};
use crate::store::{Conn, Result, StoreError};

#[derive(Queryable, Selectable)]
#[diesel(table_name = industries)]
struct Row {
    id: i64,
    code: String,
    name: String,
    name_en: String,
    group_code: String,
    parent_id: Option<i64>,
    position: i32,
    version: i64,
}

impl TryFrom<Row> for Industry {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: IndustryId(row.id),
            code: row.code,
            name: row.name,
            name_en: row.name_en,
            group: StoreError::read_text(&row.group_code)?,
            parent_id: row.parent_id.map(IndustryId),
            position: row.position,
            version: row.version,
        })
    }
}

/// All industries in order of position; there are a few dozen.
pub(crate) fn all(conn: &mut Conn) -> Result<Vec<Industry>> {
    let rows: Vec<Row> = industries::table
        .order((industries::position, industries::id))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Industry::try_from).collect()
}

/// Finds an industry by its code.
pub(crate) fn find_by_code(conn: &mut Conn, code: &str) -> Result<Option<Industry>> {
    let row = industries::table
        .filter(industries::code.eq(code))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Industry::try_from).transpose()
}

/// Inserts an industry; the database assigns the id.
///
/// # Errors
/// [`StoreError::Taken`] if the code is already in use.
pub(crate) fn insert(conn: &mut Conn, new: &Industry) -> Result<IndustryId> {
    let id = diesel::insert_into(industries::table)
        .values((industries::code.eq(&new.code), columns(new)))
        .returning(industries::id)
        .get_result(conn)?;
    Ok(IndustryId(id))
}

/// Updates `industry` if its version is unchanged.
///
/// # Errors
/// [`StoreError::Stale`].
pub(crate) fn save(conn: &mut Conn, industry: &Industry) -> Result<()> {
    let mine =
        industries::table.find(industry.id.0).filter(industries::version.eq(industry.version));
    let changed = diesel::update(mine)
        .set((columns(industry), industries::version.eq(industries::version + 1)))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

type Columns<'a> = (
    diesel::dsl::Eq<industries::name, &'a str>,
    diesel::dsl::Eq<industries::name_en, &'a str>,
    diesel::dsl::Eq<industries::group_code, &'static str>,
    diesel::dsl::Eq<industries::parent_id, Option<i64>>,
    diesel::dsl::Eq<industries::position, i32>,
);

fn columns(industry: &Industry) -> Columns<'_> {
    (
        industries::name.eq(industry.name.as_str()),
        industries::name_en.eq(industry.name_en.as_str()),
        industries::group_code.eq(industry.group.as_str()),
        industries::parent_id.eq(industry.parent_id.map(|p| p.0)),
        industries::position.eq(industry.position),
    )
}

/// True if projects or envelopes refer to this industry.
pub(crate) fn is_used(conn: &mut Conn, id: IndustryId) -> Result<bool> {
    let of = projects::table.filter(projects::industry_id.eq(id.0)).select(projects::id);
    let project: Option<i64> = of.first(conn).optional()?;
    let of = envelopes::table.filter(envelopes::industry_id.eq(id.0)).select(envelopes::id);
    let envelope: Option<i64> = of.first(conn).optional()?;
    Ok(project.or(envelope).is_some())
}

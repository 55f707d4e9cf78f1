//! Responsible units.

use diesel::prelude::*;

use crate::domain::fold::fold;
use crate::domain::id::{AreaId, UnitId};
use crate::domain::reference::unit::{Unit, UnitKind};
use crate::store::schema::units;
use crate::store::search::{anywhere, of_unit};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

/// Filter for unit lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnitFilter {
    /// Kinds to include; empty for all.
    pub kinds: Vec<UnitKind>,
    /// Part of the name or credit code, folded.
    pub q: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = units)]
struct Row {
    id: i64,
    name: String,
    kind: String,
    credit_code: Option<String>,
    credit_code_reason: String,
    area_id: Option<i64>,
    version: i64,
}

impl TryFrom<Row> for Unit {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: UnitId(row.id),
            name: row.name,
            kind: StoreError::read_text(&row.kind)?,
            credit_code: row.credit_code,
            credit_code_reason: row.credit_code_reason,
            area_id: row.area_id.map(AreaId),
            version: row.version,
        })
    }
}

/// Loads a unit, or returns [`StoreError::NotFound`].
pub fn get(conn: &mut Conn, id: UnitId) -> Result<Unit> {
    find(conn, id)?.ok_or(StoreError::NotFound)
}

/// Finds a unit by id.
pub(crate) fn find(conn: &mut Conn, id: UnitId) -> Result<Option<Unit>> {
    let row = units::table.find(id.0).select(Row::as_select()).first(conn).optional()?;
    row.map(Unit::try_from).transpose()
}

/// Finds a unit by its exact name.
pub fn find_by_name(conn: &mut Conn, name: &str) -> Result<Option<Unit>> {
    let row = units::table
        .filter(units::name.eq(name))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Unit::try_from).transpose()
}

/// Finds a unit by its name, in any spelling that folds to the same text.
pub(crate) fn find_by_folded_name(conn: &mut Conn, name: &str) -> Result<Option<Unit>> {
    let rows: Vec<Row> = units::table
        .filter(units::search_text.like(anywhere(name)).escape('\\'))
        .select(Row::as_select())
        .load(conn)?;
    let name = fold(name);
    rows.into_iter().find(|row| fold(&row.name) == name).map(Unit::try_from).transpose()
}

/// Names of all units.
pub(crate) fn names(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(units::table.select(units::name).load(conn)?)
}

/// Refuses a name that another unit than `id` has, in any spelling that folds to the same text. The
/// constraint refuses the same spelling, also between transactions.
fn must_be_free(conn: &mut Conn, name: &str, id: UnitId) -> Result<()> {
    let others: Vec<String> = units::table
        .filter(units::search_text.like(anywhere(name)).escape('\\'))
        .filter(units::id.ne(id.0))
        .select(units::name)
        .load(conn)?;
    let name = fold(name);
    let taken = others.iter().any(|other| fold(other) == name);
    if taken { Err(StoreError::Taken("units.name".to_owned())) } else { Ok(()) }
}

/// One page of units that match `filter`, ordered by name.
pub(crate) fn list(conn: &mut Conn, filter: &UnitFilter, page: &PageRequest) -> Result<Page<Unit>> {
    let wanted = || {
        let mut query = units::table.into_boxed();
        if !filter.kinds.is_empty() {
            query = query.filter(units::kind.eq_any(filter.kinds.iter().map(|k| k.as_str())));
        }
        if let Some(text) = &filter.q {
            query = query.filter(units::search_text.like(anywhere(text)).escape('\\'));
        }
        query
    };
    let total = page.total(|| wanted().count().get_result(conn))?;
    let mut query = wanted();
    if let Some(after) = page.after_text()? {
        query = query.filter(units::name.gt(after));
    }
    let rows: Vec<Row> =
        query.order(units::name).limit(page.rows_to_fetch()).select(Row::as_select()).load(conn)?;
    page.by_text(rows, total, |row: &Row| row.name.clone(), Unit::try_from)
}

/// Inserts a unit; the database assigns the id.
///
/// # Errors
/// [`StoreError::Taken`] if the name, in any spelling, or the credit code is already in use.
pub fn insert(conn: &mut Conn, new: &Unit) -> Result<Unit> {
    must_be_free(conn, &new.name, new.id)?;
    let id = diesel::insert_into(units::table)
        .values(columns(new))
        .returning(units::id)
        .get_result(conn)?;
    get(conn, UnitId(id))
}

/// Updates `unit` if its version is unchanged.
///
/// # Errors
/// [`StoreError::Stale`], [`StoreError::Taken`].
pub fn save(conn: &mut Conn, unit: &Unit) -> Result<Unit> {
    let old = get(conn, unit.id)?;
    if old.name != unit.name {
        must_be_free(conn, &unit.name, unit.id)?;
    }
    let mine = units::table.find(unit.id.0).filter(units::version.eq(unit.version));
    let changed = diesel::update(mine)
        .set((columns(unit), units::version.eq(units::version + 1)))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { get(conn, unit.id) }
}

type Columns<'a> = (
    diesel::dsl::Eq<units::name, &'a str>,
    diesel::dsl::Eq<units::kind, &'static str>,
    diesel::dsl::Eq<units::credit_code, Option<&'a str>>,
    diesel::dsl::Eq<units::credit_code_reason, &'a str>,
    diesel::dsl::Eq<units::area_id, Option<i64>>,
    diesel::dsl::Eq<units::search_text, String>,
);

fn columns(unit: &Unit) -> Columns<'_> {
    (
        units::name.eq(unit.name.as_str()),
        units::kind.eq(unit.kind.as_str()),
        units::credit_code.eq(unit.credit_code.as_deref()),
        units::credit_code_reason.eq(unit.credit_code_reason.as_str()),
        units::area_id.eq(unit.area_id.map(|a| a.0)),
        units::search_text.eq(of_unit(&unit.name, unit.credit_code.as_deref())),
    )
}

//! The id of the feed. It changes when a backup is restored, because sequences after the backup are
//! then given a second time.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Bool, Text};

use crate::store::schema::feeds;
use crate::store::{Conn, DatabaseUrl, Result, Use};

/// Place of an id that the migration chose, before the first start.
const NEW: &str = "new";
/// Place of the id in the file of the embedded database. A copy made by `backup` has none.
const FILE: &str = "file";

/// The id of the feed.
pub fn get(conn: &mut Conn) -> Result<String> {
    Ok(feeds::table.select(feeds::feed_id).first(conn)?)
}

/// Place of the database in which the id was chosen.
pub(in crate::store) fn place_of(conn: &mut Conn) -> Result<String> {
    Ok(feeds::table.select(feeds::place).first(conn)?)
}

/// Chooses a new id if this database is a copy of the one the id was chosen in: a file that `backup`
/// wrote, or on PostgreSQL another cluster, timeline, database or table than before. Returns true if
/// the id changed. Of several instances that start at the same time, one chooses.
pub fn renew_if_restored(url: &DatabaseUrl) -> Result<bool> {
    let mut conn = Conn::open(url, Use::Write)?;
    let before: String = feeds::table.select(feeds::place).first(&mut conn)?;
    let now = place(&mut conn)?;
    if before == now {
        return Ok(false);
    }
    let id = if before == NEW { "feed_id" } else { random(&conn) };
    let update = format!("update feeds set place = '{now}', feed_id = {id} where place <> '{now}'");
    let changed = sql_query(update).execute(&mut conn)?;
    Ok(changed > 0 && before != NEW)
}

/// Chooses a new id.
pub fn renew(conn: &mut Conn) -> Result<()> {
    let update = format!("update feeds set feed_id = {}", random(conn));
    sql_query(update).execute(conn)?;
    Ok(())
}

/// SQL of 32 random hexadecimal digits.
fn random(conn: &Conn) -> &'static str {
    match conn {
        Conn::Sqlite(_) => "lower(hex(randomblob(16)))",
        Conn::Postgres(_) => "replace(gen_random_uuid()::text, '-', '')",
    }
}

#[derive(QueryableByName)]
struct May {
    #[diesel(sql_type = Bool)]
    may: bool,
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = Text)]
    place: String,
}

/// What names this database and not its copies.
fn place(conn: &mut Conn) -> Result<String> {
    if matches!(conn, Conn::Sqlite(_)) {
        return Ok(FILE.to_owned());
    }
    let may = "select has_function_privilege('pg_control_system()', 'execute') \
        and has_function_privilege('pg_control_checkpoint()', 'execute') as may";
    let May { may } = sql_query(may).get_result(conn)?;
    // A restored dump has a table of its own. A restored cluster begins a timeline.
    let table = "select 'feeds'::regclass::oid::text || '/' || (select oid::text from pg_database where datname = current_database())";
    let cluster = "(select system_identifier::text from pg_control_system()) || '/' \
        || (select timeline_id::text from pg_control_checkpoint())";
    let place = if may {
        format!("{table} || '/' || {cluster} as place")
    } else {
        format!("{table} as place")
    };
    Ok(sql_query(place).get_result::<Place>(conn)?.place)
}

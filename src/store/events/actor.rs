//! Names of actors as they were recorded.

use diesel::prelude::*;

use crate::domain::fold::fold;
use crate::store::conn::Conn;
use crate::store::error::Result;
use crate::store::schema::events;

/// Recorded names that fold to the same text as `name`. There are as many names as accounts.
pub(super) fn names_like(conn: &mut Conn, name: &str) -> Result<Vec<String>> {
    let all: Vec<String> = events::table.select(events::actor_name).distinct().load(conn)?;
    let name = fold(name);
    Ok(all.into_iter().filter(|known| fold(known) == name).collect())
}

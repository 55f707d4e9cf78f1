//! Compares rows with their last images before an erasure takes these away.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::store::conn::Conn;
use crate::store::error::{Result, StoreError};
use crate::store::events::adopt::ADOPTED;
use crate::store::record::image::{Columns, Row};
use crate::store::record::tables::{Table, table};
use crate::store::record::text::{Op, PrivatePart, Said};
use crate::store::record::written::rows_from;
use crate::store::schema::{event_private, events};

/// Events read at once. The last image of a row is nearly always in one of the newest about it.
const AT_ONCE: i64 = 20;

/// What of a row an event says.
struct LastImage {
    public: Columns,
    /// `None` if the private part is not there.
    private: Option<Columns>,
}

/// Those of the rows that are not as their last image, as text: table and id. A row of which no image is found
/// is not among them; `verify` names it.
pub(super) fn altered(
    conn: &mut Conn,
    rows: &BTreeSet<(&'static str, i64)>,
) -> Result<BTreeSet<String>> {
    let mut altered = BTreeSet::new();
    for (name, id) in rows {
        let Some(table) = table(name) else { continue };
        let Some(stored) = rows_from(conn, table, *id, 1)?.pop().filter(|row| row.id == *id) else {
            continue;
        };
        let row = Row::read(table, &stored.text)?;
        if let Some(last) = last_image(conn, table, *id, &row)?
            && !(last.public == row.public && last.private.is_none_or(|p| p == row.private))
        {
            altered.insert(format!("{name} {id}"));
        }
    }
    Ok(altered)
}

/// Looks among the events about the row, about its project and of its adoption, newest first.
fn last_image(conn: &mut Conn, table: &Table, id: i64, row: &Row) -> Result<Option<LastImage>> {
    let own = row.public.get("project_id").and_then(serde_json::Value::as_i64);
    let project = if table.name == "projects" { Some(id) } else { own };
    let mut before = i64::MAX;
    loop {
        let page: Vec<(i64, Option<String>, Option<String>)> = events::table
            .left_join(event_private::table)
            .filter(events::id.lt(before).and(events::text.is_not_null()))
            .filter(
                events::project_id
                    .eq(project)
                    .assume_not_null()
                    .or(events::subject_kind.eq(table.subject).and(events::subject_id.eq(id)))
                    .or(events::subject_kind.eq("personal_data"))
                    .or(events::kind.eq(ADOPTED).and(events::subject_id.eq(id))),
            )
            .order(events::id.desc())
            .limit(AT_ONCE)
            .select((events::id, events::text, event_private::text.nullable()))
            .load(conn)?;
        let Some(last) = page.last() else { return Ok(None) };
        before = last.0;
        for (_, text, private) in page {
            let said: Said =
                serde_json::from_str(&text.unwrap_or_default()).map_err(StoreError::broken)?;
            let is_own = |table_of: &str, id_of: i64| table_of == table.name && id_of == id;
            let write = said.writes.into_iter().find(|write| is_own(&write.table, write.id));
            let Some(write) = write.filter(|write| write.op != Op::Delete) else { continue };
            // One that cannot be read is named with its event.
            let private: Option<PrivatePart> = private.and_then(|p| serde_json::from_str(&p).ok());
            let private = private.map(|part| {
                let own = part.writes.into_iter().find(|write| is_own(&write.table, write.id));
                own.map(|write| write.row).unwrap_or_default()
            });
            return Ok(Some(LastImage { public: write.row, private }));
        }
    }
}

//! The record: each event carries the image of every row that its transaction wrote.
//!
//! The database lists what a transaction writes ([`written`]). At its end [`finish`] gives the rows
//! to the events of the transaction, and writes the text of each, which is what is hashed. A
//! transaction that wrote a covered row without an event fails, so no write can be forgotten.

pub(in crate::store) mod image;
pub(in crate::store) mod key;
mod share;
pub(crate) mod tables;
pub(in crate::store) mod text;
pub(in crate::store) mod written;

pub(super) use written::list_writes;

pub use key::RecordKey;

use crate::domain::personal_data::ERASURE;
use crate::store::conn::{Begin, Conn};
use crate::store::error::{Result, StoreError};
use crate::store::record::image::{Image, changed, images_of, without_personal_before};

/// Runs `work` in a transaction whose rows are recorded, on a connection of its own.
///
/// # Errors
/// Those of `work`; [`StoreError::Broken`] as [`finish`].
pub fn recorded<T>(
    conn: &mut Conn,
    key: &RecordKey,
    work: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<T> {
    list_writes(conn)?;
    conn.begin(Begin::Exclusive)?;
    let done = key.during(|| work(conn).and_then(|done| finish(conn).map(|()| done)));
    if done.is_ok() {
        conn.commit()?;
    } else {
        conn.rollback()?;
    }
    done
}

/// Gives the rows written since the last call to the events written since; call it at the end of a
/// transaction or savepoint.
///
/// # Errors
/// [`StoreError::Broken`] if rows of covered tables were written without an event.
pub(super) fn finish(conn: &mut Conn) -> Result<()> {
    let written = written::take(conn)?;
    let images = images_of(&written.rows)?;
    // An erasure writes rows again as they are, because it takes their last images away.
    let erases = written.events.iter().any(|event| event.kind == ERASURE);
    let images = if erases { without_personal_before(images) } else { changed(images) };
    if written.events.is_empty() {
        return match images.first() {
            None => Ok(()),
            Some(Image { table, id, .. }) => Err(StoreError::broken(format!(
                "row {id} of {} was written without an event",
                table.name
            ))),
        };
    }
    let shares = share::among(&written.events, images);
    text::store(conn, &written.events, shares)
}

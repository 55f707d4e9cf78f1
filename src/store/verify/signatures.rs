//! Checks the MACs of events.

use diesel::prelude::*;

use crate::store::record::key::RecordKey;
use crate::store::schema::events;
use crate::store::verify::found::Verified;
use crate::store::{Conn, Result};

/// Events read at once.
const AT_ONCE: i64 = 100;

/// What of an event is signed.
pub(super) struct Signed<'a> {
    pub(super) id: i64,
    pub(super) text: &'a str,
    pub(super) mac: Option<&'a str>,
    /// True if the sealer refused it.
    pub(super) is_refused: bool,
}

/// Most events without a valid MAC that are named one by one.
const MOST_UNSIGNED: usize = 100;

/// Checks the MAC of each event.
pub(super) struct Signatures<'a> {
    /// `None` if the MACs cannot be checked.
    key: Option<&'a RecordKey>,
    /// Events without a valid MAC, and those that were refused in spite of one.
    unsigned: Vec<(i64, bool)>,
}

impl<'a> Signatures<'a> {
    /// Says in `checked` if the MACs cannot be checked with `key`.
    pub(super) fn of(
        conn: &mut Conn,
        key: Option<&'a RecordKey>,
        checked: &mut Verified,
    ) -> Result<Self> {
        let mut usable = key;
        match key {
            None => checked.noted.push("the MACs of events were not checked: no key".to_owned()),
            Some(key) if !fits(conn, key)? => {
                let line = "the key of the record is not the one that signed these events";
                checked.wrong.push(line.to_owned());
                usable = None;
            }
            Some(_) => {}
        }
        Ok(Self { key: usable, unsigned: Vec::new() })
    }

    /// True if the program wrote the event, or the MACs cannot be checked.
    pub(super) fn is_good(&mut self, event: &Signed<'_>) -> bool {
        let Some(key) = self.key else { return true };
        let is_signed = event.mac.is_some_and(|mac| key.signed(event.id, event.text, mac));
        if !is_signed || event.is_refused {
            self.unsigned.push((event.id, is_signed));
        }
        is_signed
    }

    /// Names the events that it found.
    pub(super) fn finish(self, checked: &mut Verified) {
        let unsigned = self.unsigned;
        for (id, is_signed) in unsigned.iter().take(MOST_UNSIGNED) {
            checked.wrong.push(match is_signed {
                false => format!("event {id} was not written by this program: its MAC is wrong"),
                true => format!("event {id} was marked as refused, but this program wrote it"),
            });
        }
        let more = unsigned.len().saturating_sub(MOST_UNSIGNED);
        if more > 0 {
            checked.wrong.push(format!("{more} more events have a wrong MAC"));
        }
    }
}

/// True if the key signed an event, or none is of format 2.
///
/// # Errors
/// Those of the database.
pub(crate) fn fits(conn: &mut Conn, key: &RecordKey) -> Result<bool> {
    type Stored = (i64, Option<String>, Option<String>);
    let mut next = Some(i64::MAX);
    let mut has_text = false;
    while let Some(from) = next {
        // Usually one of the newest tells; those of format 1, without text, are the oldest.
        let page: Vec<Stored> = events::table
            .filter(events::text.is_not_null().and(events::id.le(from)))
            .order(events::id.desc())
            .limit(AT_ONCE)
            .select((events::id, events::text, events::mac))
            .load(conn)?;
        has_text |= !page.is_empty();
        let is_signed = |(id, text, mac): &Stored| match (text, mac) {
            (Some(text), Some(mac)) => key.signed(*id, text, mac),
            (None, _) | (_, None) => false,
        };
        if page.iter().any(is_signed) {
            return Ok(true);
        }
        next = page.last().and_then(|last| last.0.checked_sub(1));
    }
    Ok(!has_text)
}

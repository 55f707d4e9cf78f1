//! What erasures of personal data have taken away, as their events say.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::Value;

use crate::domain::personal_data::{ERASURE, read_runs};
use crate::store::record::RecordKey;
use crate::store::record::text::Said;
use crate::store::schema::events;
use crate::store::verify::found::Verified;
use crate::store::{Conn, Result};

/// Numbers that the erasures name, as runs, each with the id of its event.
type Runs = Vec<(i64, i64, i64)>;

/// What the erasures of a register have taken away.
#[derive(Debug, Default)]
pub(super) struct Erasures {
    /// Events, by sequence.
    events: Runs,
    /// Lines of the access log, by id.
    lines: Runs,
    /// Hash of what is left of events of format 1, by sequence.
    pub(super) format_1: BTreeMap<i64, String>,
    /// What each erasure says, for people.
    noted: Vec<String>,
    wrong: Vec<String>,
}

impl Erasures {
    /// Reads the events of erasures that this program wrote: without a valid MAC one counts for nothing.
    /// `key` is `None` if MACs are not checked.
    pub(super) fn load(conn: &mut Conn, key: Option<&RecordKey>) -> Result<Self> {
        let rows: Vec<(i64, Option<String>, Option<String>)> = events::table
            .filter(events::kind.eq(ERASURE))
            .filter(events::text.is_not_null().and(events::refused.eq(false)))
            .order(events::id)
            .select((events::id, events::text, events::mac))
            .load(conn)?;
        let mut all = Self::default();
        for (id, text, mac) in rows {
            let text = text.unwrap_or_default();
            let mac = mac.unwrap_or_default();
            if key.is_none_or(|key| key.signed(id, &text, &mac)) {
                all.add(id, &text);
            }
        }
        all.events.sort_unstable();
        all.lines.sort_unstable();
        Ok(all)
    }

    fn add(&mut self, event: i64, text: &str) {
        let Ok(said) = serde_json::from_str::<Said>(text) else { return };
        if said.kind != ERASURE {
            return;
        }
        let value = |field: &str| {
            said.changes.iter().find(|c| c.field == field).map_or(Value::Null, |c| c.after.clone())
        };
        let text = |field: &str| value(field).as_str().unwrap_or_default().to_owned();
        let sequences = text("sequences");
        let lines = text("access_lines");
        let Some((of_events, of_lines)) = read_runs(&sequences).zip(read_runs(&lines)) else {
            self.wrong.push(format!("event {event}: what it erased cannot be read"));
            return;
        };
        self.events.extend(of_events.into_iter().map(|(first, last)| (first, last, event)));
        self.lines.extend(of_lines.into_iter().map(|(first, last)| (first, last, event)));
        if let Value::Object(left) = value("format_1") {
            let hash = |(sequence, hash): (String, Value)| {
                Some((sequence.parse().ok()?, hash.as_str()?.to_owned()))
            };
            self.format_1.extend(left.into_iter().filter_map(hash));
        }
        let altered = value("not_as_written");
        for line in altered.as_array().into_iter().flatten().filter_map(Value::as_str) {
            self.wrong
                .push(format!("{line}: was not as it was written when event {event} erased it"));
        }
        self.noted.push(format!(
            "erased by event {event} ({}): private parts of the events of sequence [{sequences}]; lines of the access log [{lines}]",
            text("document_number")
        ));
    }

    /// Says in `checked` what was erased.
    pub(super) fn note(&self, checked: &mut Verified) {
        checked.noted.extend(self.noted.iter().cloned());
        checked.wrong.extend(self.wrong.iter().cloned());
    }

    /// The erasure that took the private part of the event with this sequence.
    pub(super) fn of_event(&self, sequence: Option<i64>) -> Option<i64> {
        sequence.and_then(|sequence| within(&self.events, sequence))
    }

    /// The erasure that took account and address of this line.
    pub(super) fn of_line(&self, id: i64) -> Option<i64> {
        within(&self.lines, id)
    }
}

/// The event of the run with this number. No number is in two runs: an event is erased once.
fn within(runs: &Runs, number: i64) -> Option<i64> {
    let after = runs.partition_point(|run| run.0 <= number);
    let (_, last, event) = runs.get(after.checked_sub(1)?)?;
    (number <= *last).then_some(*event)
}

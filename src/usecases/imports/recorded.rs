//! The event of an import, which says what its rows were part of.

use serde_json::json;

use crate::store::Conn;
use crate::store::events::{self, Event, FieldChange};
use crate::usecases::ask::Stamp;
use crate::usecases::imports::kind::ImportKind;
use crate::usecases::refusal::Refusal;

/// An import whose rows were saved.
#[derive(Clone, Debug)]
pub(crate) struct SavedImport {
    /// What the rows are.
    pub kind: ImportKind,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Number of rows that created a record.
    pub created: u32,
    /// Number of rows that changed a record.
    pub changed: u32,
    /// Number of rows that changed nothing.
    pub unchanged: u32,
}

impl SavedImport {
    /// Records the event, after those of the rows. An import has no record of its own: its id is 0.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn record(&self, conn: &mut Conn, stamp: &Stamp) -> Result<(), Refusal> {
        let Self { kind, sha256, created, changed, unchanged } = self;
        let fields = [
            ("kind", json!(kind)),
            ("sha256", json!(sha256)),
            ("created", json!(created)),
            ("changed", json!(changed)),
            ("unchanged", json!(unchanged)),
        ];
        let change = |(field, after): (&str, serde_json::Value)| FieldChange {
            field: field.to_owned(),
            before: serde_json::Value::Null,
            after,
        };
        let event = Event::of("import.completed", "import", 0, fields.map(change).to_vec());
        Ok(events::record(conn, &stamp.author, stamp.now.instant, &event)?)
    }
}

//! Records what the operator does by commands.

use crate::cli::failure::Failed;
use crate::domain::clock::Clock;
use crate::store::Conn;
use crate::store::events::{self, Author, Event};
use crate::telemetry::SystemClock;

/// Records an event of the command line; call it in the transaction of the change.
pub(super) fn record_event(conn: &mut Conn, event: &Event) -> Result<(), Failed> {
    Ok(events::record(conn, &Author::system("command line"), SystemClock.now(), event)?)
}

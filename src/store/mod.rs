//! Persistence on SQLite or PostgreSQL behind one [`Db`]; the only layer that uses Diesel.
//!
//! Each table has a file of plain functions that take the connection first. `get` returns the
//! record or [`StoreError::NotFound`], `find` an option, `list` a [`Page`]; `insert` adds a record,
//! `save` updates it if its version is unchanged. Rules are decided in `domain`, not here.

pub mod access_log;
pub mod accounts;
pub mod backup;
mod blocking;
pub mod bulletins;
mod conn;
mod db;
mod error;
pub mod events;
pub mod figures;
pub mod idempotency;
pub mod issues;
pub mod jobs;
pub mod lights;
pub mod migrate;
pub mod milestones;
pub mod oc4ids;
pub mod page;
pub mod plans;
pub mod private;
pub mod projects;
pub mod proposals;
mod read_gate;
pub mod reference;
pub mod rehearsal;
pub mod reporting_months;
pub mod reports;
pub mod roll_overs;
mod schema;
mod search;
mod sql;
mod url;
mod wal;
pub mod webhooks;
mod writer;

pub use conn::{Conn, DbOptions, Use};
pub use db::Db;
pub use error::{Result, StoreError};
pub use page::{Page, PageRequest};
pub use url::{DatabaseUrl, UrlError};

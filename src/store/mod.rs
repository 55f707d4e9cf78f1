//! Persistence on SQLite or PostgreSQL behind one [`Db`]; the only layer that uses Diesel.
//!
//! Each table has a file of plain functions that take the connection first. `get` returns the
//! record or [`StoreError::NotFound`], `find` an option, `list` a [`Page`]; `insert` adds a record,
//! `save` updates it if its version is unchanged. Rules are decided in `domain`, not here.

pub(crate) mod access_log;
pub(crate) mod accounts;
pub(crate) mod backup;
mod blocking;
pub(crate) mod bulletins;
mod conn;
mod db;
mod error;
pub(crate) mod events;
pub(crate) mod figures;
pub(crate) mod idempotency;
pub(crate) mod issues;
pub(crate) mod jobs;
pub(crate) mod lights;
pub(crate) mod migrate;
pub(crate) mod milestones;
pub(crate) mod oc4ids;
pub(crate) mod page;
pub(crate) mod personal_data;
pub(crate) mod plans;
pub(crate) mod private;
pub(crate) mod projects;
pub(crate) mod proposals;
mod read_gate;
pub(crate) mod record;
pub(crate) mod reference;
pub(crate) mod rehearsal;
pub(crate) mod replay;
pub(crate) mod reporting_months;
pub(crate) mod reports;
pub(crate) mod roll_overs;
mod schema;
mod search;
mod sql;
mod url;
pub(crate) mod verify;
mod wal;
pub(crate) mod webhooks;
mod writer;

pub use conn::{Conn, DbOptions, Use};
pub use db::Db;
pub(crate) use error::Result;
pub use error::StoreError;
pub(crate) use page::{Page, PageRequest};
pub use url::DatabaseUrl;
pub(crate) use url::UrlError;

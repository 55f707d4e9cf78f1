//! The only place that knows Diesel: SQLite and PostgreSQL behind one [`Db`].
//!
//! Each file of a table holds plain functions, connection first: `get` gives the thing or
//! [`StoreError::NotFound`], `find` an option, `list` a [`Page`]; `insert` makes, `save` checks the
//! version. The store decides nothing; rules are in `domain`.

pub mod areas;
pub mod backup;
pub mod bulletins;
pub mod clients;
pub mod deliveries;
pub mod digests;
pub mod disclosures;
pub mod events;
pub mod frozen;
pub mod idempotency;
pub mod industries;
pub mod issues;
pub mod lights;
pub mod migrate;
pub mod milestones;
pub mod page;
pub mod plans;
pub mod project_units;
pub mod projects;
pub mod reporting_months;
pub mod reports;
pub mod restatements;
pub mod review;
pub mod roll_overs;
pub mod seal;
pub mod sessions;
pub mod source;
pub mod summaries;
pub mod units;
pub mod users;
pub mod verify;
pub mod webhook_secrets;
pub mod webhooks;
pub mod year_plans;

mod conn;
mod db;
mod error;
mod frozen_rows;
mod project_order;
mod schema;
mod sql;
mod url;
mod writer;

pub use conn::{Conn, DbOptions, Use};
pub use db::Db;
pub use error::{Result, StoreError};
pub use page::{Page, PageRequest};
pub use url::{DatabaseUrl, UrlError};

//! The only place that knows Diesel: SQLite and PostgreSQL behind one [`Db`].
//!
//! Each file of a table holds plain functions, connection first: `get` gives the thing or
//! [`StoreError::NotFound`], `find` an option, `list` a [`Page`]; `insert` makes, `save` checks the
//! version. The store decides nothing; rules are in `domain`.

pub mod events;
pub mod migrate;
pub mod page;
pub mod sessions;
pub mod users;

mod conn;
mod db;
mod error;
mod schema;
mod sql;
mod url;
mod writer;

pub use conn::{Conn, DbOptions, Use};
pub(crate) use conn::on_each;
pub use db::Db;
pub use error::{Result, StoreError};
pub use page::{Page, PageRequest};
pub use url::{DatabaseUrl, UrlError};

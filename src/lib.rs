//! The register and reporting system for a government's major projects (重大项目调度).
//!
//! Three floors, and imports go down only: `domain` knows nothing but its rules, `store` knows
//! the databases, `api` knows HTTP.

/// Rules, formulas and words: pure, without a database, a network or a clock.
pub mod domain;
/// The only place that knows Diesel: SQLite and PostgreSQL behind one [`store::Db`].
pub mod store;

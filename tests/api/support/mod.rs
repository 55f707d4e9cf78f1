//! What tests share: databases, a server, actors.

pub mod actor;
pub mod app;
pub mod browser;
pub mod clock;
pub mod database;
pub mod postgres;
pub mod run;

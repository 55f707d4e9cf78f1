//! Shared parts of the tests: databases, a server, clients.

pub mod actor;
pub mod app;
pub mod browser;
pub mod clock;
pub mod database;
pub mod golden;
pub mod postgres;
pub mod process;
pub mod receiver;
pub mod run;
pub mod workbook;

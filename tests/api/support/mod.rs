//! What tests share: databases, a server, actors.

pub mod actor;
pub mod app;
pub mod browser;
pub mod clock;
pub mod database;
pub mod golden;
pub mod postgres;
pub mod receiver;
pub mod run;
pub mod workbook;

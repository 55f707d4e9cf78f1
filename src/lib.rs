//! The register and reporting system for a government's major projects (重大项目调度).
//!
//! Imports go down only: `domain <- store <- usecases <- http <- api, pages <- background, web, cli`.
//! Inside each floor stands one folder per noun, under the same name on every floor.

mod domain;
mod store;
mod usecases;

mod http;

mod api;
mod pages;

mod background;
mod cli;
mod config;
mod demo;
mod seed;
mod telemetry;
pub mod testing;
mod web;

pub use cli::run;

//! The register and reporting system for a government's major projects (重大项目调度).
//!
//! Three floors, and imports go down only: `domain` knows nothing but its rules, `store` knows
//! the databases, `api` knows HTTP; `pages` stands beside it and shows what it answers. Around
//! them stands what wires them together.

pub mod domain;

pub mod store;

pub mod api;

pub mod pages;

pub mod accounts;
pub mod cli;
pub mod config;
pub mod courier;
pub mod demo;
pub mod dispatcher;
pub mod machines;
pub mod sealer;
pub mod seed;
pub mod telemetry;
pub mod web;

//! The register and reporting system for a government's major projects (重大项目调度).
//!
//! Imports go down only: `domain <- store <- usecases <- http <- api, pages <- background, web, cli`.
//! Inside each floor stands one folder per noun, under the same name on every floor.

pub mod domain;

pub mod store;

pub mod usecases;

pub mod http;

pub mod api;

pub mod pages;

pub mod background;
pub mod cli;
pub mod config;
pub mod demo;
pub mod seed;
pub mod telemetry;
pub mod web;

//! Domain rules, formulas and value types.
//!
//! Everything here takes values, the business day and the current instant, and returns a value or a
//! named refusal. It uses no database, no network and no clock.
//!
//! Shared types (money, months, rates, ids, text, words) are single files; each noun of the field
//! has a folder.

pub mod access_log;
pub mod account;
pub mod clock;
pub mod code;
pub mod date;
pub mod effective_month;
pub mod error;
pub mod event;
pub mod figures;
pub mod fold;
pub mod headings;
pub mod id;
pub mod issue;
pub mod job;
pub mod labels;
pub mod light;
pub mod milestone;
pub mod money;
pub mod month;
pub mod oc4ids;
pub mod plan;
pub mod project;
pub mod project_dates;
pub mod proposal;
pub mod rate;
pub mod reference;
pub mod report;
pub mod reporting_month;
pub mod roll_over;
pub mod text;
pub mod text_enum;
pub mod warning;
pub mod webhook;
pub mod words;

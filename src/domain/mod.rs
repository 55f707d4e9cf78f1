//! Domain rules, formulas and value types.
//!
//! Everything here takes values, the business day and the current instant, and returns a value or a
//! named refusal. It uses no database, no network and no clock.
//!
//! Shared types (money, months, rates, ids, text, words) are single files; each noun of the field
//! has a folder.

pub(crate) mod access_log;
pub(crate) mod account;
pub(crate) mod characters;
pub(crate) mod clock;
pub(crate) mod code;
pub(crate) mod date;
pub(crate) mod effective_month;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod figures;
pub(crate) mod fold;
pub(crate) mod hash;
pub(crate) mod headings;
pub(crate) mod id;
pub(crate) mod issue;
pub(crate) mod job;
pub(crate) mod labels;
pub(crate) mod light;
pub(crate) mod milestone;
pub(crate) mod money;
pub(crate) mod month;
pub(crate) mod oc4ids;
pub(crate) mod personal_data;
pub(crate) mod personal_number;
pub(crate) mod plan;
pub(crate) mod project;
pub(crate) mod project_dates;
pub(crate) mod proposal;
pub(crate) mod rate;
pub(crate) mod reference;
pub(crate) mod report;
pub(crate) mod reporting_month;
pub(crate) mod roll_over;
pub(crate) mod text;
pub(crate) mod text_enum;
pub(crate) mod warning;
pub(crate) mod webhook;
pub(crate) mod words;

//! Rules, formulas and the words of the field. Everything here takes values, the day and the instant, and returns a
//! value or a named refusal. No database, no network, no clock.
//!
//! Kit files (money, months, rates, ids, text, words) stand beside one folder per noun.

pub mod account;
pub mod clock;
pub mod code;
pub mod error;
pub mod event;
pub mod figures;
pub mod id;
pub mod issue;
pub mod light;
pub mod milestone;
pub mod money;
pub mod month;
pub mod oc4ids;
pub mod plan;
pub mod project;
pub mod rate;
pub mod reference;
pub mod report;
pub mod reporting_month;
pub mod roll_over;
pub mod text;
pub mod text_enum;
pub mod webhook;
pub mod words;

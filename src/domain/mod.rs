//! Rules, formulas and words. What belongs here takes values, the day and the instant, and gives a
//! value or a named refusal; what needs a database, a network or a clock does not.

pub mod access;
pub mod area;
pub mod clock;
pub mod code;
pub mod error;
pub mod figures;
pub mod filings;
pub mod id;
pub mod industry;
pub mod light;
pub mod light_override;
pub mod light_rules;
pub mod light_sums;
pub mod lights;
pub mod milestone;
pub mod milestone_figures;
pub mod money;
pub mod month;
pub mod plan;
pub mod progress;
pub mod project;
pub mod project_facts;
pub mod ranking;
pub mod rate;
pub mod report;
pub mod reporting_month;
pub mod restatement;
pub mod summary;
pub mod text;
pub mod text_enum;
pub mod unit;
pub mod warning;
pub mod words;
pub mod year_plan;

//! Use cases: what can be done with the register, without HTTP.
//!
//! A use case takes an [`ask::Ask`] (one snapshot, the caller, the instant) and typed input, and
//! returns a value or a [`refusal::Refusal`]. One that writes is two functions: `decide_...`
//! reads the snapshot, applies the rules of `domain` and returns a change; `save` writes that
//! change and records its event. Handlers, pages, imports, the demo and commands call the same
//! use cases.

pub mod access_log;
pub mod accounts;
pub mod answer;
pub mod ask;
pub mod batch;
pub mod bulletins;
pub mod caller;
pub mod check;
pub mod events;
pub mod figures;
pub mod imports;
pub mod issues;
pub mod jobs;
pub mod lights;
pub mod milestones;
pub mod oc4ids;
pub mod patch;
pub mod permission;
pub mod plans;
pub mod precondition;
pub mod projects;
pub mod proposals;
pub mod random;
pub mod reference;
pub mod refusal;
pub mod relied_on;
pub mod reporting_months;
pub mod reports;
pub mod roll_overs;
pub mod summaries;
pub mod waiting;
pub mod warning;
pub mod webhooks;

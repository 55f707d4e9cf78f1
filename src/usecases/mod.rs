//! Use cases: what can be done with the register, without HTTP.
//!
//! A use case takes an [`ask::Ask`] (one snapshot, the caller, the instant) and typed input, and
//! returns a value or a [`refusal::Refusal`]. One that writes is two functions: `decide_...`
//! reads the snapshot, applies the rules of `domain` and returns a change; `save` writes that
//! change and records its event. Handlers, pages, imports, the demo and commands call the same
//! use cases.

pub(crate) mod access_days;
pub(crate) mod access_log;
pub(crate) mod accounts;
pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod batch;
pub(crate) mod bulletins;
pub(crate) mod caller;
pub(crate) mod check;
pub(crate) mod events;
pub(crate) mod figures;
pub(crate) mod free_text;
pub(crate) mod imports;
pub(crate) mod issues;
pub(crate) mod jobs;
pub(crate) mod lights;
pub(crate) mod milestones;
pub(crate) mod oc4ids;
pub(crate) mod patch;
pub(crate) mod permission;
pub(crate) mod personal_data;
pub(crate) mod plans;
pub(crate) mod precondition;
pub(crate) mod projects;
pub(crate) mod proposals;
pub(crate) mod random;
pub(crate) mod reference;
pub(crate) mod refusal;
pub(crate) mod relied_on;
pub(crate) mod reporting_months;
pub(crate) mod reports;
pub(crate) mod roll_overs;
pub(crate) mod summaries;
pub(crate) mod waiting;
pub(crate) mod warning;
pub(crate) mod webhooks;

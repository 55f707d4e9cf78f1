//! Bulletins: publishing closed months, and reading what was published.

pub(crate) mod comparison;
pub(crate) mod document;
pub(crate) mod figures;
pub(crate) mod open_issues;
pub(crate) mod publish;
pub(crate) mod read;
mod stored;
pub(crate) mod view;

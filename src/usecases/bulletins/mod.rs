//! Bulletins: publishing closed months, and reading what was published.

pub mod comparison;
pub mod document;
pub mod figures;
pub mod open_issues;
pub mod publish;
pub mod read;
mod stored;
pub mod view;

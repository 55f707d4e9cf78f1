//! What all summaries share: period and method, the source of the figures, dimensions, amounts and rates.

pub mod about;
pub mod dimensions;
pub(crate) mod key_names;
pub(crate) mod lights;
pub mod query;
pub mod request;
pub(crate) mod rows;
pub mod view;

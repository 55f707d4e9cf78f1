//! What all summaries share: period and method, the source of the figures, dimensions, amounts and rates.

pub mod about;
pub mod dimensions;
pub(crate) mod lights;
pub mod query;
pub mod request;
pub mod row_key;
pub mod view;

//! What all summaries share: period and method, the source of the figures, dimensions, amounts and rates.

pub(crate) mod about;
pub(crate) mod dimensions;
pub(crate) mod key_names;
pub(crate) mod lights;
pub(crate) mod query;
pub(crate) mod request;
pub(crate) mod rows;
pub(crate) mod view;

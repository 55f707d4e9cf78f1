//! Project list and project page.

pub(crate) mod data;
pub(crate) mod facts;
pub(crate) mod forms;
pub(crate) mod list;
pub(crate) mod one;

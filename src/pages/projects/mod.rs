//! Project list and project page.

pub mod data;
pub mod facts;
pub mod forms;
pub mod list;
pub mod one;

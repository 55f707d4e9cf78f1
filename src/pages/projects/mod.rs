//! Projects and one project.

pub mod data;
pub mod forms;
pub mod list;
pub mod one;

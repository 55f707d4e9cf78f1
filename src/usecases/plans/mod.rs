//! Annual plan documents, and year plans of projects.

pub mod batch;
pub mod document;
pub mod input;
pub mod view;
pub mod year_plan;
pub mod year_plan_input;
pub mod year_plan_list;
pub mod year_plan_view;

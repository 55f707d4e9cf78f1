//! Annual plan documents, and year plans of projects.

pub(crate) mod batch;
pub(crate) mod document;
pub(crate) mod input;
pub(crate) mod view;
pub(crate) mod year_plan;
pub(crate) mod year_plan_input;
pub(crate) mod year_plan_list;
pub(crate) mod year_plan_view;

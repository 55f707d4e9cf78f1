//! Jobs: `/jobs`.

pub mod handlers;
pub mod view;

use crate::domain::job::{JobKind, JobState};
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes().with_types(parameter_types![JobKind JobState])
}

//! Jobs: `/jobs`.

pub(crate) mod handlers;
pub(crate) mod view;

use crate::domain::job::{JobKind, JobState};
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    handlers::routes().with_types(parameter_types![JobKind JobState])
}

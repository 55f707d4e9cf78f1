//! Aggregates: `/summaries/...`.

pub(crate) mod handlers;
pub(crate) mod issues;

use crate::domain::figures::ReportPart;
use crate::domain::figures::milestones::StartPart;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::plan::year_plan::Basis;
use crate::http::routes::Routes;
use crate::parameter_types;
use crate::usecases::figures::dimensions::{Dimension, PlaceDimension};
use crate::usecases::figures::query::{AsOf, Include};
use crate::usecases::summaries::issues::IssueDimension;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    handlers::routes().and(issues::routes()).with_types(
        parameter_types![AsOf Basis Dimension ExpectedMode Include IssueDimension PlaceDimension ReportPart StartPart],
    )
}

//! Aggregates: `/summaries/...`.

pub mod commitments;
pub mod investment;
pub mod issues;
pub mod milestones;
pub mod project_row;
pub mod project_sort;
pub mod projects;
pub mod rankings;
pub mod trend;

use crate::api::figures::asked::{AsOf, Include};
use crate::api::figures::dimensions::Dimension;
use crate::api::figures::place::PlaceDimension;
use crate::domain::figures::ReportPart;
use crate::domain::figures::milestones::StartPart;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::plan::year_plan::Basis;
use crate::http::routes::Routes;
use crate::parameter_types;
use issues::IssueDimension;

/// The operations of this folder.
pub fn routes() -> Routes {
    commitments::routes()
        .and(investment::routes())
        .and(issues::routes())
        .and(milestones::routes())
        .and(projects::routes())
        .and(rankings::routes())
        .and(trend::routes()).with_types(parameter_types![AsOf Basis Dimension ExpectedMode Include IssueDimension PlaceDimension ReportPart StartPart])
}

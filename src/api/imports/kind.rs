//! The columns of each kind of import file.

use crate::api::imports::column::Column;
use crate::api::imports::milestone_columns::MILESTONES;
use crate::api::imports::project_columns::PROJECTS;
use crate::api::imports::report_columns::REPORTS;
use crate::api::imports::year_plan_columns::YEAR_PLANS;
use crate::usecases::imports::kind::ImportKind;

impl ImportKind {
    /// Columns of this kind, in the order of the template.
    pub(crate) fn columns(self) -> &'static [Column] {
        match self {
            Self::Projects => PROJECTS,
            Self::YearPlans => YEAR_PLANS,
            Self::Milestones => MILESTONES,
            Self::Reports => REPORTS,
        }
    }
}

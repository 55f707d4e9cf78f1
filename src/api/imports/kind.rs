//! Kinds of import files and their columns.

use crate::api::imports::column::Column;
use crate::api::imports::milestone_columns::MILESTONES;
use crate::api::imports::project_columns::PROJECTS;
use crate::api::imports::report_columns::REPORTS;
use crate::api::imports::year_plan_columns::YEAR_PLANS;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// What each row of an import file describes.
    ImportKind {
        /// A project.
        Projects = "projects" "项目",
        /// The year plan of one project.
        YearPlans = "year_plans" "年度计划",
        /// A milestone of a project.
        Milestones = "milestones" "节点",
        /// The monthly report of one project.
        Reports = "reports" "月报",
    }
}

impl ImportKind {
    /// Columns of this kind, in the order of the template.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Projects => PROJECTS,
            Self::YearPlans => YEAR_PLANS,
            Self::Milestones => MILESTONES,
            Self::Reports => REPORTS,
        }
    }
}

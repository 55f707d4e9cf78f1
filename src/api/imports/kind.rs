//! The kinds of files there are, each with its columns.

use crate::api::imports::column::Column;
use crate::api::imports::milestone_columns::MILESTONES;
use crate::api::imports::project_columns::PROJECTS;
use crate::api::imports::report_columns::REPORTS;
use crate::api::imports::year_plan_columns::YEAR_PLANS;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// What the rows of a file are.
    ImportKind {
        /// One project a row.
        Projects = "projects" "项目",
        /// One project's plan of a year a row.
        YearPlans = "year_plans" "年度计划",
        /// One milestone of a project a row.
        Milestones = "milestones" "节点",
        /// One project's report of a month a row.
        Reports = "reports" "月报",
    }
}

impl ImportKind {
    /// The columns its files have, in the template's order.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Projects => PROJECTS,
            Self::YearPlans => YEAR_PLANS,
            Self::Milestones => MILESTONES,
            Self::Reports => REPORTS,
        }
    }
}

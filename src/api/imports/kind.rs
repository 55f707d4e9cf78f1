//! The kinds of files there are, each with its columns.

use super::column::Column;
use super::milestone_columns::MILESTONES;
use super::project_columns::PROJECTS;
use super::report_columns::REPORTS;
use super::year_plan_columns::YEAR_PLANS;
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

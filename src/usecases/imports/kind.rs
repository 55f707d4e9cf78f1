//! Kinds of import files.

use crate::domain::text_enum::text_enum;
use crate::store::rehearsal::RehearsalPlan;

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
    /// The tables that rows of this kind write, besides the events.
    pub(crate) fn plan(self) -> RehearsalPlan {
        let (tables, numbered): (&'static [_], &'static [_]) = match self {
            Self::Projects => (
                &["project*", "units", "year_plans", "year_plan_versions", "milestones"],
                &["projects", "units", "year_plans", "milestones"],
            ),
            Self::YearPlans => (&["year_plans", "year_plan_versions"], &["year_plans"]),
            Self::Milestones => (&["milestones"], &["milestones"]),
            Self::Reports => (&["monthly_reports", "report_issues"], &["monthly_reports"]),
        };
        RehearsalPlan { tables, numbered, rows: 0 }
    }
}

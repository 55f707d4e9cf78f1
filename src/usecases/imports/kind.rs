//! Kinds of import files.

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

//! Rankings, and starts and milestones.

use crate::store::bulletins::content::rankings::{
    MilestoneRow, MilestoneSummary, Ranking, RankingRow,
};
use crate::usecases::bulletins::stored::rows::{about_with, each};
use crate::usecases::summaries::{milestones, rankings};

impl From<rankings::Rankings> for Ranking {
    fn from(answer: rankings::Rankings) -> Self {
        let rankings::Rankings { about, method, by, rows } = answer;
        Self { about: about_with(about, method), by: by.into(), rows: each(rows) }
    }
}

impl From<rankings::RankingRow> for RankingRow {
    fn from(row: rankings::RankingRow) -> Self {
        let rankings::RankingRow {
            rank,
            last_rank,
            place,
            project_count,
            completed_wan,
            progress,
            start_rate_of_year,
            start_rate_of_due,
            coverage,
            light,
            projects,
        } = row;
        Self {
            rank,
            last_rank,
            key: place.into(),
            project_count,
            completed_wan,
            progress: progress.into(),
            start_rate_of_year: start_rate_of_year.into(),
            start_rate_of_due: start_rate_of_due.into(),
            coverage: coverage.into(),
            light,
            projects: projects.into(),
        }
    }
}

impl From<milestones::MilestoneSummary> for MilestoneSummary {
    fn from(answer: milestones::MilestoneSummary) -> Self {
        let milestones::MilestoneSummary { about, by, rows, total } = answer;
        Self { about: about.into(), by: by.into(), rows: each(rows), total: total.into() }
    }
}

impl From<milestones::MilestoneRow> for MilestoneRow {
    fn from(row: milestones::MilestoneRow) -> Self {
        let milestones::MilestoneRow {
            place,
            start_rate_of_year,
            start_rate_of_due,
            due_in_month,
            reached_in_month,
            overdue,
            moved,
            moved_days,
        } = row;
        Self {
            key: place.into(),
            start_rate_of_year: start_rate_of_year.into(),
            start_rate_of_due: start_rate_of_due.into(),
            due_in_month,
            reached_in_month,
            overdue,
            moved,
            moved_days,
        }
    }
}

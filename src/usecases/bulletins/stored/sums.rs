//! The promise table, investment by dimension, and the trend.

use crate::store::bulletins::content::rows::About;
use crate::store::bulletins::content::sums::{
    AgainstBasis, CommitmentLine, Commitments, Investment, InvestmentRow, Planned, PlannedPart,
    Promised, Registered, Trend, TrendMonth,
};
use crate::usecases::bulletins::stored::rows::{about_with, each};
use crate::usecases::figures::dimensions::RowKey;
use crate::usecases::figures::view;
use crate::usecases::summaries::{commitments, investment, trend};

impl From<commitments::Commitments> for Commitments {
    fn from(answer: commitments::Commitments) -> Self {
        let commitments::Commitments { about, method, lines, groups, parents, total } = answer;
        Self {
            about: about_with(about, method),
            lines: each(lines),
            groups: each(groups),
            parents: each(parents),
            total: total.into(),
        }
    }
}

impl From<commitments::CommitmentLine> for CommitmentLine {
    fn from(line: commitments::CommitmentLine) -> Self {
        let commitments::CommitmentLine {
            industry,
            name,
            group,
            promised,
            registered,
            planned,
            completed_wan,
            against_promise,
            progress,
            initial,
            current,
            total_completion,
            coverage,
        } = line;
        let view::ProgressInputs { against_plan, expected_percent, deviation_points } = progress;
        Self {
            industry,
            name,
            group,
            promised: promised.into(),
            registered: registered.into(),
            planned: planned.into(),
            completed_wan,
            against_promise: against_promise.into(),
            against_plan: against_plan.into(),
            initial: initial.into(),
            current: current.into(),
            total_completion: total_completion.into(),
            expected_percent,
            deviation_points,
            coverage: coverage.into(),
        }
    }
}

impl From<view::Promised> for Promised {
    fn from(promised: view::Promised) -> Self {
        let view::Promised { project_count, total_investment_wan, annual_investment_wan } =
            promised;
        Self { project_count, total_investment_wan, annual_investment_wan }
    }
}

impl From<view::Registered> for Registered {
    fn from(registered: view::Registered) -> Self {
        let view::Registered { project_count, total_investment_wan, total_unknown_count } =
            registered;
        Self { project_count, total_investment_wan, total_unknown_count }
    }
}

impl From<view::Planned> for Planned {
    fn from(planned: view::Planned) -> Self {
        let view::Planned { annual_investment_wan, through_wan } = planned;
        Self { annual_investment_wan, through_wan }
    }
}

impl From<view::AgainstBasis> for AgainstBasis {
    fn from(basis: view::AgainstBasis) -> Self {
        let view::AgainstBasis { annual_investment_wan, against_plan } = basis;
        Self { annual_investment_wan, against_plan: against_plan.into() }
    }
}

impl From<investment::Investment> for Investment {
    fn from(answer: investment::Investment) -> Self {
        let investment::Investment { about, method, by, rows, total } = answer;
        Self {
            about: about_with(about, method),
            by: each(by),
            rows: each(rows),
            total: total.into(),
        }
    }
}

impl From<investment::InvestmentRow> for InvestmentRow {
    fn from(row: investment::InvestmentRow) -> Self {
        let investment::InvestmentRow {
            key,
            project_count,
            total_investment_wan,
            total_unknown_count,
            progress,
        } = row;
        // Bulletins have no rows by stage, nature or month.
        let RowKey { place, stage: _, nature: _, month: _ } = key;
        let view::Progress {
            planned,
            completed_wan,
            against_plan,
            expected_percent,
            deviation_points,
            coverage,
        } = progress;
        Self {
            key: place.into(),
            project_count,
            total_investment_wan,
            total_unknown_count,
            planned: planned.into(),
            completed_wan,
            against_plan: against_plan.into(),
            expected_percent,
            deviation_points,
            coverage: coverage.into(),
        }
    }
}

impl From<view::PlannedPart> for PlannedPart {
    fn from(planned: view::PlannedPart) -> Self {
        let view::PlannedPart { annual_investment_wan, through_wan } = planned;
        Self { annual_investment_wan, through_wan }
    }
}

impl From<trend::Trend> for Trend {
    fn from(answer: trend::Trend) -> Self {
        let trend::Trend { about, basis, include, months } = answer;
        Self {
            about: About {
                basis: Some(basis),
                include: Some(include.into()),
                ..About::from(about)
            },
            months: each(months),
        }
    }
}

impl From<trend::TrendMonth> for TrendMonth {
    fn from(month: trend::TrendMonth) -> Self {
        let trend::TrendMonth {
            month,
            planned_wan,
            completed_wan,
            planned_cumulative_wan,
            completed_cumulative_wan,
        } = month;
        Self { month, planned_wan, completed_wan, planned_cumulative_wan, completed_cumulative_wan }
    }
}

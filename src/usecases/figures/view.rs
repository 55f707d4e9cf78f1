//! Amounts, counts and rates, as all summaries return them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::money::Fen;
use crate::domain::plan::Envelope;

/// Number of projects and their investment, as the plan document states them.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct Promised {
    /// Number of projects.
    pub project_count: i64,
    /// Their total investment, in 万元.
    pub total_investment_wan: Fen,
    /// Their planned investment of the year, in 万元.
    pub annual_investment_wan: Fen,
}

impl std::iter::Sum for Promised {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::default(), |sum, one| Self {
            project_count: sum.project_count + one.project_count,
            total_investment_wan: sum.total_investment_wan + one.total_investment_wan,
            annual_investment_wan: sum.annual_investment_wan + one.annual_investment_wan,
        })
    }
}

impl From<&Envelope> for Promised {
    fn from(envelope: &Envelope) -> Self {
        Self {
            project_count: envelope.project_count.into(),
            total_investment_wan: envelope.total,
            annual_investment_wan: envelope.annual,
        }
    }
}

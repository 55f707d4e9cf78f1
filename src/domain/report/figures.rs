//! Content of a monthly report.

use crate::domain::error::FieldError;
use crate::domain::money::Fen;
use crate::domain::rate::Hundredths;
use crate::domain::words::Words;

/// Figures and texts that the project owner enters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReportFigures {
    /// Investment in the month.
    pub completed: Fen,
    /// Physical progress of the whole project, 0.00 to 100.00 per cent.
    pub physical: Option<Hundredths>,
    /// Description of progress; may be empty.
    pub progress: String,
    /// Reason for a month without investment; may be empty.
    pub zero_reason: String,
    /// Investment the owner expects for the full year.
    pub full_year_forecast: Option<Fen>,
    /// Funds received since January of the year.
    pub funds_received: Option<Fen>,
    /// Funds paid since January of the year.
    pub funds_paid: Option<Fen>,
}

impl ReportFigures {
    /// Validates the figures; returns all errors.
    pub(crate) fn check(&self) -> Vec<FieldError> {
        let amounts = [
            ("/completed_wan", Some(self.completed)),
            ("/full_year_forecast_wan", self.full_year_forecast),
            ("/funds_received_wan", self.funds_received),
            ("/funds_paid_wan", self.funds_paid),
        ];
        let mut errors: Vec<FieldError> = amounts
            .into_iter()
            .filter(|(_, amount)| amount.is_some_and(Fen::is_negative))
            .map(|(pointer, _)| {
                let words = Words::new(
                    "不能为负；冲减已关闭月份的数据请使用更正。",
                    "Cannot be negative; use a restatement to reduce a closed month.",
                );
                FieldError::new(pointer, "negative", words)
            })
            .collect();
        if self.physical.is_some_and(|p| !(0..=10_000).contains(&p.get())) {
            let words = Words::new(
                "形象进度应在 0.00 至 100.00 之间。",
                "Must be between 0.00 and 100.00.",
            );
            errors.push(FieldError::new("/physical_percent", "out-of-range", words));
        }
        errors
    }
}

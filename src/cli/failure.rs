//! A failure of a command.

use crate::http::problem::Problem;
use crate::store::StoreError;
use crate::usecases::refusal::Refusal;

/// A failure, as a message for the operator.
pub(super) struct Failed(pub(super) String);

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Problem::from(refusal).into()
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        let wrong = problem.errors.iter().map(|e| format!("{}: {}", e.pointer, e.words.en));
        let wrong: Vec<String> = wrong.collect();
        Self(if wrong.is_empty() { problem.detail.en } else { wrong.join("; ") })
    }
}

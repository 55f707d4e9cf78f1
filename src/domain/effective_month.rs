//! The first month to which a version of a plan or of rules applies.

use crate::domain::error::FieldError;
use crate::domain::month::{Month, Year};
use crate::domain::words::Words;

/// An error at `/effective_month`.
pub(crate) fn refused(code: &'static str, zh: String, en: String) -> FieldError {
    FieldError::new("/effective_month", code, Words::new(zh, en))
}

/// Checks that a version of `year` takes effect within it.
///
/// # Errors
/// `out-of-range`.
pub(crate) fn must_be_in(year: Year, effective: Month) -> Result<(), FieldError> {
    if effective.year() == year {
        return Ok(());
    }
    Err(refused(
        "out-of-range",
        format!("生效月份应在 {year} 年内。"),
        format!("Must be a month of {year}."),
    ))
}

/// Checks that a version takes effect no earlier than the one before it, `previous`.
///
/// # Errors
/// `before-version`.
pub(crate) fn must_not_precede(
    previous: Option<Month>,
    effective: Month,
) -> Result<(), FieldError> {
    let Some(previous) = previous.filter(|previous| effective < *previous) else {
        return Ok(());
    };
    Err(refused(
        "before-version",
        format!("上一版本自 {previous} 起生效，新版本不能早于它。"),
        format!("The previous version takes effect in {previous}; this one cannot be earlier."),
    ))
}

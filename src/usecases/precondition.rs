//! The version that a change was made from.

use crate::store::StoreError;
use crate::usecases::refusal::Refusal;

/// Whether a PUT creates (`If-None-Match: *`) or changes (`If-Match`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// The resource must not exist.
    Absent,
    /// The resource must have this version.
    Version(i64),
}

impl Precondition {
    /// The resource to change, with `at` setting the version the caller read; `None` to create it.
    ///
    /// # Errors
    /// Stale if it exists and must not; not found if it must exist and does not.
    pub fn admits<T>(self, old: Option<T>, at: impl Fn(T, i64) -> T) -> Result<Option<T>, Refusal> {
        match (self, old) {
            (Self::Absent, None) => Ok(None),
            (Self::Absent, Some(_)) => Err(Refusal::stale()),
            (Self::Version(_), None) => Err(StoreError::NotFound.into()),
            (Self::Version(version), Some(old)) => Ok(Some(at(old, version))),
        }
    }
}

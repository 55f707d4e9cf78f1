//! Which version a change was made from.

use crate::store::StoreError;
use crate::usecases::refusal::Refusal;

/// Creates with `If-None-Match: *`, changes with `If-Match`: a PUT must say which it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing may be there yet.
    Absent,
    /// This version must be the one there.
    Version(i64),
}

impl Precondition {
    /// What is to be changed, at the version the caller read, or none when it is to be created.
    ///
    /// # Errors
    /// 412 when it is there and must not be; 404 when it is not there and should be.
    pub fn admits<T>(self, old: Option<T>, at: impl Fn(T, i64) -> T) -> Result<Option<T>, Refusal> {
        match (self, old) {
            (Self::Absent, None) => Ok(None),
            (Self::Absent, Some(_)) => Err(Refusal::stale()),
            (Self::Version(_), None) => Err(StoreError::NotFound.into()),
            (Self::Version(version), Some(old)) => Ok(Some(at(old, version))),
        }
    }
}

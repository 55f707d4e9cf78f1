//! The version that a change was made from.

use crate::store::StoreError;
use crate::usecases::refusal::Refusal;

/// The versions that the caller takes for the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Any version (`If-Match: *`).
    Any,
    /// One of these; 0 is no version.
    OneOf([i64; Expected::MOST]),
}

impl Expected {
    /// Most versions that may be listed.
    pub(crate) const MOST: usize = 8;

    /// One of `versions`; `None` if there are more than [`Expected::MOST`].
    pub(crate) fn one_of(versions: &[i64]) -> Option<Self> {
        let mut listed = [0; Self::MOST];
        listed.get_mut(..versions.len())?.copy_from_slice(versions);
        Some(Self::OneOf(listed))
    }

    /// The version to save with: `current` if it is expected, else one that is stale.
    pub(crate) fn of(self, current: i64) -> i64 {
        match self {
            Self::Any => current,
            Self::OneOf(listed) if listed.contains(&current) => current,
            Self::OneOf([first, ..]) => first,
        }
    }
}

impl From<i64> for Expected {
    fn from(version: i64) -> Self {
        let mut listed = [0; Self::MOST];
        if let Some(first) = listed.first_mut() {
            *first = version;
        }
        Self::OneOf(listed)
    }
}

/// Whether a PUT creates (`If-None-Match: *`) or changes (`If-Match`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precondition {
    /// The resource must not exist.
    Absent,
    /// The resource must have one of these versions.
    Version(Expected),
}

impl Precondition {
    /// The resource to change, with `at` setting the version the caller read; `None` to create it.
    /// `current` is the version of the resource.
    ///
    /// # Errors
    /// Stale if it exists and must not; not found if it must exist and does not.
    pub(crate) fn admits<T>(
        self,
        old: Option<T>,
        current: impl Fn(&T) -> i64,
        at: impl Fn(T, i64) -> T,
    ) -> Result<Option<T>, Refusal> {
        match (self, old) {
            (Self::Absent, None) => Ok(None),
            (Self::Absent, Some(_)) => Err(Refusal::stale()),
            (Self::Version(_), None) => Err(StoreError::NotFound.into()),
            (Self::Version(expected), Some(old)) => {
                let version = expected.of(current(&old));
                Ok(Some(at(old, version)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Expected;

    #[test]
    fn the_current_version_is_expected_when_it_is_listed() {
        let few = Expected::one_of(&[3, 5]).unwrap();

        assert_eq!((few.of(3), few.of(5), Expected::Any.of(9)), (3, 5, 9));
        for (expected, current) in [(few, 4), (Expected::from(7), 8), (Expected::from(0), 1)] {
            assert_ne!(expected.of(current), current);
        }
        assert_ne!(Expected::one_of(&[]).unwrap().of(1), 1);
        assert_eq!(Expected::one_of(&[1; 9]), None);
    }
}

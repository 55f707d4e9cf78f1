//! Names of the sheets of templates that contain no records.

/// Name of the hidden sheet with the long lists of codes.
pub(crate) const CODES: &str = "codes";
/// Name of the sheet that explains the columns.
pub(crate) const NOTES: &str = "说明 Notes";

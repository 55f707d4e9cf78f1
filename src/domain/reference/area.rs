//! Reporting areas: every project has exactly one.

use crate::domain::id::AreaId;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// What an area is.
    AreaKind {
        /// A county or district of GB/T 2260.
        County = "county" "县区",
        /// A municipal zone, which is none.
        Zone = "zone" "开发区",
    }
}

/// A reporting area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Its id.
    pub id: AreaId,
    /// Its local code, such as `dongying`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: AreaKind,
    /// Its GB/T 2260 or statistics code, if it has one.
    pub division_code: Option<String>,
    /// What else is to be known.
    pub note: String,
    /// Its place in lists.
    pub position: i32,
    /// For the ETag.
    pub version: i64,
}

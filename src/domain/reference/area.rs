//! Reporting areas. Every project belongs to exactly one.

use crate::domain::id::AreaId;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// Kind of area.
    AreaKind {
        /// County or district with a GB/T 2260 code.
        County = "county" "县区",
        /// Municipal development zone, which has no GB/T 2260 code.
        Zone = "zone" "开发区",
    }
}

/// Reporting area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Its id.
    pub id: AreaId,
    /// Local code, such as `dongying`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Kind of area.
    pub kind: AreaKind,
    /// GB/T 2260 or statistical code, if it has one.
    pub division_code: Option<String>,
    /// Additional notes.
    pub note: String,
    /// Position in lists.
    pub position: i32,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

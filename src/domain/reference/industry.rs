//! Industry tree. Its leaves are the industry lines of envelopes and projects.

use crate::domain::id::IndustryId;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// Industry group of the plan document.
    IndustryGroup {
        /// 新兴产业: emerging industries
        Emerging = "emerging" "新兴产业",
        /// 传统产业: traditional industries
        Traditional = "traditional" "传统产业",
    }
}

/// Industry, a node of the industry tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Industry {
    /// Its id.
    pub id: IndustryId,
    /// Stable code, such as `next_gen_it`.
    pub code: String,
    /// Its name in Chinese.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
    /// Industry group.
    pub group: IndustryGroup,
    /// Parent industry; `None` for a root.
    pub parent_id: Option<IndustryId>,
    /// Position in lists.
    pub position: i32,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

/// True if `industry` is a leaf of the tree `all`. Only leaves have projects and envelopes.
pub(crate) fn is_leaf(industry: IndustryId, all: &[Industry]) -> bool {
    !all.iter().any(|other| other.parent_id == Some(industry))
}

//! The industry tree; its leaves are the lines that carry envelopes and projects.

use crate::domain::id::IndustryId;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// The two groups of the plan document.
    IndustryGroup {
        /// 新兴产业
        Emerging = "emerging" "新兴产业",
        /// 传统产业
        Traditional = "traditional" "传统产业",
    }
}

/// One industry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Industry {
    /// Its id.
    pub id: IndustryId,
    /// Its code, such as `next_gen_it`.
    pub code: String,
    /// Its name in Chinese.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
    /// The group it belongs to.
    pub group: IndustryGroup,
    /// The industry it is a part of.
    pub parent_id: Option<IndustryId>,
    /// Its place in lists.
    pub position: i32,
    /// For the ETag.
    pub version: i64,
}

/// Whether `industry` is a leaf of the tree `all`: only leaves carry projects and envelopes.
pub fn is_leaf(industry: IndustryId, all: &[Industry]) -> bool {
    !all.iter().any(|other| other.parent_id == Some(industry))
}

//! Classifications of a project.

use crate::domain::text_enum::text_enum;

text_enum! {
    /// Construction nature (建设性质).
    Nature {
        /// 新建: new construction
        NewConstruction = "new_construction" "新建",
        /// 扩建: expansion
        Expansion = "expansion" "扩建",
        /// 改建和技术改造: renovation and technical upgrade
        Renovation = "renovation" "改建和技术改造",
        /// 迁建: relocation
        Relocation = "relocation" "迁建",
        /// 恢复: restoration
        Restoration = "restoration" "恢复",
        /// 单纯购置: purchase only
        Purchase = "purchase" "单纯购置",
        /// 续建: construction goes on; the nature it began with is not said
        Continuation = "continuation" "续建",
        /// 改扩建: renovation and expansion in one
        AlterationAndExpansion = "alteration_and_expansion" "改扩建",
    }
}

text_enum! {
    /// Who may see a project.
    Visibility {
        /// Every account that may read projects.
        Open = "open" "公开",
        /// The commission, the project's area and its units.
        Restricted = "restricted" "内部",
    }
}

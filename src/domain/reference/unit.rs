//! Responsible units and their roles in projects.

use crate::domain::id::{AreaId, UnitId};
use crate::domain::text_enum::text_enum;

text_enum! {
    /// Kind of unit.
    UnitKind {
        /// Department of the government or the party.
        Government = "government" "党政部门",
        /// Administration of a development zone.
        Zone = "zone" "开发区",
        /// Enterprise.
        Enterprise = "enterprise" "企业",
        /// Public institution.
        Institution = "institution" "事业单位",
        /// Collective name for several units, such as 省级以上开发区.
        Collective = "collective" "统称",
    }
}

text_enum! {
    /// Role of a unit in a project.
    UnitRole {
        /// Owns the project and files its monthly reports.
        Owner = "owner" "项目单位",
        /// Leads the coordination of the project.
        Lead = "lead" "牵头单位",
        /// Supports the leading unit.
        Support = "support" "配合单位",
        /// County or zone in which the project is located.
        Territory = "territory" "属地",
        /// Regulates the industry of the project.
        Regulator = "regulator" "行业主管",
    }
}

/// Responsible unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// Unique name.
    pub name: String,
    /// Kind of unit.
    pub kind: UnitKind,
    /// Unified social credit code, if known.
    pub credit_code: Option<String>,
    /// Reason why a code with a wrong check digit is correct; empty otherwise.
    pub credit_code_reason: String,
    /// Area it belongs to, if any.
    pub area_id: Option<AreaId>,
    /// Row version for optimistic locking; sent as the ETag.
    pub version: i64,
}

impl Unit {
    /// Unit with only a name and a kind.
    pub fn named(name: &str, kind: UnitKind) -> Self {
        Self {
            id: UnitId(0),
            name: name.to_owned(),
            kind,
            credit_code: None,
            credit_code_reason: String::new(),
            area_id: None,
            version: 1,
        }
    }
}

/// Unit with a role in a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProjectUnit {
    /// The unit.
    pub unit_id: UnitId,
    /// Name of the unit.
    pub unit: String,
    /// Role in the project.
    pub role: UnitRole,
    /// Name of the contact person; may be empty.
    pub contact: String,
    /// Telephone number of the contact person; may be empty.
    pub phone: String,
}

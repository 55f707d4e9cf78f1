//! Responsible units and their roles in projects.

use crate::domain::id::{AreaId, UnitId};
use crate::domain::text_enum::text_enum;

text_enum! {
    /// What a unit is.
    UnitKind {
        /// A department of the government or the party.
        Government = "government" "党政部门",
        /// A zone's administration.
        Zone = "zone" "开发区",
        /// An enterprise.
        Enterprise = "enterprise" "企业",
        /// An institution.
        Institution = "institution" "事业单位",
        /// Several units under one name, such as 省级以上开发区.
        Collective = "collective" "统称",
    }
}

text_enum! {
    /// What a unit does in a project.
    UnitRole {
        /// Owns it and files its reports.
        Owner = "owner" "项目单位",
        /// Leads.
        Lead = "lead" "牵头单位",
        /// Supports.
        Support = "support" "配合单位",
        /// The county or zone it lies in.
        Territory = "territory" "属地",
        /// Regulates its industry.
        Regulator = "regulator" "行业主管",
    }
}

/// A responsible unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// Its name; no two units share one.
    pub name: String,
    /// What it is.
    pub kind: UnitKind,
    /// Its unified social credit code.
    pub credit_code: Option<String>,
    /// Why a code with a wrong check digit is right all the same; empty otherwise.
    pub credit_code_reason: String,
    /// The area it belongs to.
    pub area_id: Option<AreaId>,
    /// For the ETag.
    pub version: i64,
}

impl Unit {
    /// A unit of which nothing but its name and kind is known.
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

/// A unit's part in a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectUnit {
    /// The unit.
    pub unit_id: UnitId,
    /// Its name.
    pub unit: String,
    /// What it does.
    pub role: UnitRole,
    /// Whom to ask; may be empty.
    pub contact: String,
    /// Their telephone; may be empty.
    pub phone: String,
}

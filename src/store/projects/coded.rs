//! Projects with the codes of their industry and area, which answers and events give in place of
//! ids.

use std::collections::BTreeMap;

use crate::domain::id::{AreaId, IndustryId};
use crate::domain::project::Project;
use crate::domain::reference::industry::{Industry, is_leaf};
use crate::store::reference::{areas, industries};
use crate::store::{Conn, Result};

/// A project with the codes of its industry and area.
#[derive(Clone, Debug)]
pub(crate) struct CodedProject {
    /// The project.
    pub project: Project,
    /// Code of its industry line.
    pub industry: String,
    /// Code of its area.
    pub area: String,
}

/// Codes and ids of all industries and areas, to translate between them.
#[derive(Debug)]
pub(crate) struct ReferenceCodes {
    all: Vec<Industry>,
    industries: BTreeMap<IndustryId, String>,
    areas: BTreeMap<AreaId, String>,
}

impl ReferenceCodes {
    /// Loads all industries and areas.
    pub(crate) fn load(conn: &mut Conn) -> Result<Self> {
        let all = industries::all(conn)?;
        let industries = all.iter().map(|i| (i.id, i.code.clone())).collect();
        let areas = areas::all(conn)?.into_iter().map(|a| (a.id, a.code)).collect();
        Ok(Self { all, industries, areas })
    }

    /// Id of the industry line with this code. `None` for a parent industry.
    pub(crate) fn line(&self, code: &str) -> Option<IndustryId> {
        let found = self.all.iter().find(|i| i.code == code)?;
        is_leaf(found.id, &self.all).then_some(found.id)
    }

    /// Id of the area with this code.
    pub(crate) fn area(&self, code: &str) -> Option<AreaId> {
        self.areas.iter().find(|(_, c)| *c == code).map(|(id, _)| *id)
    }

    /// `project` with its codes.
    pub(crate) fn of(&self, project: Project) -> CodedProject {
        let facts = &project.facts;
        CodedProject {
            industry: self.industries.get(&facts.industry_id).cloned().unwrap_or_default(),
            area: self.areas.get(&facts.area_id).cloned().unwrap_or_default(),
            project,
        }
    }
}

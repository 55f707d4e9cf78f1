//! What codes are called, for people.

use std::collections::BTreeMap;

use crate::domain::reference::area::Area;
use crate::domain::reference::industry::{Industry, is_leaf};
use crate::domain::words::Language;
use crate::http::problem::Problem;
use crate::store::Conn;
use crate::store::reference::{areas, industries};

/// The names of industries and areas in one language, in their order.
#[derive(Clone, Debug)]
pub struct Names {
    language: Language,
    industries: Vec<Named>,
    areas: Vec<Named>,
    by_code: BTreeMap<String, String>,
}

/// A code with its name.
#[derive(Clone, Debug)]
pub struct Named {
    /// The code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether projects may carry it: industries with parts carry none themselves.
    pub is_leaf: bool,
    /// The code of what it is a part of.
    pub parent: Option<String>,
}

impl Names {
    /// Read in the snapshot the codes are read in.
    ///
    /// # Errors
    /// The database's.
    pub fn load(conn: &mut Conn, language: Language) -> Result<Self, Problem> {
        let all = industries::all(conn)?;
        let industry = |i: &Industry| Named {
            code: i.code.clone(),
            name: match language {
                Language::Chinese => i.name.clone(),
                Language::English => i.name_en.clone(),
            },
            is_leaf: is_leaf(i.id, &all),
            parent: all.iter().find(|p| Some(p.id) == i.parent_id).map(|p| p.code.clone()),
        };
        let industries: Vec<_> = all.iter().map(industry).collect();
        let area = |a: Area| Named { code: a.code, name: a.name, is_leaf: true, parent: None };
        let areas: Vec<_> = areas::all(conn)?.into_iter().map(area).collect();
        let pair =
            |kind: &str, named: &Named| (format!("{kind}/{}", named.code), named.name.clone());
        let by_code = industries
            .iter()
            .map(|named| pair("industry", named))
            .chain(areas.iter().map(|named| pair("area", named)))
            .collect();
        Ok(Self { language, industries, areas, by_code })
    }

    /// The language the names are in.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Every industry, in the order of the plan document.
    pub fn industries(&self) -> &[Named] {
        &self.industries
    }

    /// Every area, in its order.
    pub fn areas(&self) -> &[Named] {
        &self.areas
    }

    /// The name of an industry; its code, where it has none any more.
    pub fn industry(&self, code: &str) -> String {
        self.of("industry", code)
    }

    /// The code of the industry this one is a part of.
    pub fn parent(&self, code: &str) -> Option<&str> {
        self.industries.iter().find(|i| i.code == code).and_then(|i| i.parent.as_deref())
    }

    /// The name of an area; its code, where it has none any more.
    pub fn area(&self, code: &str) -> String {
        self.of("area", code)
    }

    fn of(&self, kind: &str, code: &str) -> String {
        let name = self.by_code.get(&format!("{kind}/{code}"));
        name.map_or(code, String::as_str).to_owned()
    }
}

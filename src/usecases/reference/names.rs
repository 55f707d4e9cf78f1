//! Display names of industries and areas.

use std::collections::BTreeMap;

use crate::domain::reference::area::Area;
use crate::domain::reference::industry::Industry;
use crate::domain::words::Language;
use crate::store::Conn;
use crate::store::reference::{areas, industries};
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;

/// Names of all industries and areas in one language, in list order.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    language: Language,
    industries: Vec<Named>,
    areas: Vec<Named>,
    by_code: BTreeMap<String, String>,
}

/// An industry or area with its name.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    /// The code.
    pub code: String,
    /// Name in the requested language.
    pub name: String,
    /// The code of the parent industry.
    pub parent: Option<String>,
}

impl Names {
    /// All names in the caller's language.
    ///
    /// # Errors
    /// Database errors only.
    pub(crate) fn read(ask: &mut Ask<'_>) -> Result<Self, Refusal> {
        Self::load(ask.conn, ask.language)
    }

    /// Loads all names. Call it in the same database snapshot as the codes.
    ///
    /// # Errors
    /// Database errors only.
    pub(crate) fn load(conn: &mut Conn, language: Language) -> Result<Self, Refusal> {
        let all = industries::all(conn)?;
        let industry = |i: &Industry| Named {
            code: i.code.clone(),
            name: match language {
                Language::Chinese => i.name.clone(),
                Language::English => i.name_en.clone(),
            },
            parent: all.iter().find(|p| Some(p.id) == i.parent_id).map(|p| p.code.clone()),
        };
        let industries: Vec<_> = all.iter().map(industry).collect();
        let area = |a: Area| Named { code: a.code, name: a.name, parent: None };
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

    /// Language of the names.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// All industries, in the order of the plan document.
    pub(crate) fn industries(&self) -> &[Named] {
        &self.industries
    }

    /// All areas, by position.
    pub(crate) fn areas(&self) -> &[Named] {
        &self.areas
    }

    /// Name of an industry; its code if it is unknown.
    pub(crate) fn industry(&self, code: &str) -> String {
        self.of("industry", code)
    }

    /// The code of an industry's parent.
    pub(crate) fn parent(&self, code: &str) -> Option<&str> {
        self.industries.iter().find(|i| i.code == code).and_then(|i| i.parent.as_deref())
    }

    /// Name of an area; its code if it is unknown.
    pub(crate) fn area(&self, code: &str) -> String {
        self.of("area", code)
    }

    fn of(&self, kind: &str, code: &str) -> String {
        let name = self.by_code.get(&format!("{kind}/{code}"));
        name.map_or(code, String::as_str).to_owned()
    }
}

//! Codes and names of industry lines and areas.

use std::collections::BTreeMap;

use crate::domain::fold::fold;
use crate::domain::project::Nature;
use crate::domain::reference::industry::is_leaf;
use crate::store::reference::{areas, industries, units};
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;

/// Codes with their names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    /// Industry lines that projects can be assigned to.
    pub industries: Vec<(String, String)>,
    /// Areas.
    pub areas: Vec<(String, String)>,
    /// Natures of construction.
    pub natures: Vec<(String, String)>,
    /// Names of all units, by their folded names.
    pub units: BTreeMap<String, String>,
}

impl Lists {
    /// Loads all industry lines and areas.
    ///
    /// # Errors
    /// Database errors only.
    pub(crate) fn load(ask: &mut Ask<'_>) -> Result<Self, Refusal> {
        let all = industries::all(ask.conn)?;
        let lines = all.iter().filter(|i| is_leaf(i.id, &all));
        let industries = lines.map(|i| (i.code.clone(), i.name.clone())).collect();
        let areas = areas::all(ask.conn)?.into_iter().map(|a| (a.code, a.name)).collect();
        let natures = Nature::ALL.iter().map(|n| (n.as_str().to_owned(), n.zh().to_owned()));
        let natures = natures.collect();
        let units = units::names(ask.conn)?.into_iter().map(|name| (fold(&name), name)).collect();
        Ok(Self { industries, areas, natures, units })
    }

    /// Code of the industry line with this name; the text itself if there is none.
    pub(crate) fn industry(&self, text: &str) -> String {
        code(&self.industries, text)
    }

    /// Code of the area with this name; the text itself if there is none.
    pub(crate) fn area(&self, text: &str) -> String {
        code(&self.areas, text)
    }
}

fn code(list: &[(String, String)], text: &str) -> String {
    let named = list.iter().find(|(_, name)| name == text);
    named.map_or_else(|| text.to_owned(), |(code, _)| code.clone())
}

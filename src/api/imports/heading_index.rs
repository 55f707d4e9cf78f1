//! Finds the column of a heading.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::api::imports::aliases::aliases;
use crate::api::imports::column::{Column, Form, Part};
use crate::api::imports::heading_text::{HeadingText, plain};
use crate::usecases::imports::kind::ImportKind;

/// The columns of one kind of file, by every heading they may have.
#[derive(Debug)]
pub(crate) struct HeadingIndex {
    /// By name, Chinese heading and other headings, in one spelling and in lower case.
    whole: BTreeMap<String, &'static Column>,
    /// Columns of amounts, by their headings without the unit.
    amounts: BTreeMap<String, &'static Column>,
    /// Columns that are not read: every heading that begins with their name.
    unread: Vec<&'static Column>,
}

impl HeadingIndex {
    /// The index of this kind.
    pub(crate) fn of(kind: ImportKind) -> &'static Self {
        static ALL: LazyLock<BTreeMap<ImportKind, HeadingIndex>> = LazyLock::new(|| {
            let index = |kind: &ImportKind| (*kind, HeadingIndex::new(kind.columns()));
            ImportKind::ALL.iter().map(index).collect()
        });
        static NONE: LazyLock<HeadingIndex> = LazyLock::new(|| HeadingIndex::new(&[]));
        ALL.get(&kind).unwrap_or(&NONE)
    }

    fn new(columns: &'static [Column]) -> Self {
        let mut index =
            Self { whole: BTreeMap::new(), amounts: BTreeMap::new(), unread: Vec::new() };
        for column in columns.iter().filter(|c| c.part != Part::Ignored) {
            let heading = plain(column.zh);
            let base = HeadingText::of(&heading).base;
            let is_amount = matches!(column.form, Form::Amount);
            let others = aliases(if is_amount { &base } else { column.zh });
            if is_amount {
                index.amounts.extend(others.iter().map(|other| (plain(other), column)));
                index.amounts.insert(base, column);
            } else {
                index.add(others.iter().map(|other| plain(other)), column);
            }
            index.add([heading, column.name.to_owned()], column);
        }
        for column in columns.iter().filter(|c| c.part == Part::Ignored) {
            index.whole.entry(plain(column.zh)).or_insert(column);
            index.unread.push(column);
        }
        index
    }

    fn add(&mut self, headings: impl IntoIterator<Item = String>, column: &'static Column) {
        self.whole.extend(headings.into_iter().map(|heading| (heading.to_lowercase(), column)));
    }

    /// The column with this heading, given in one spelling. A heading of amounts may state any
    /// unit, or none.
    pub(crate) fn find(&self, heading: &str) -> Option<&'static Column> {
        if heading.is_empty() {
            return None;
        }
        let whole = || self.whole.get(&heading.to_lowercase()).copied();
        let amount = || self.amounts.get(&HeadingText::of(heading).base).copied();
        let unread = || self.unread.iter().find(|c| heading.starts_with(c.name)).copied();
        whole().or_else(amount).or_else(unread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_heading_leads_to_its_own_column() {
        for kind in ImportKind::ALL {
            let index = HeadingIndex::of(*kind);
            for column in kind.columns().iter().filter(|c| c.part != Part::Ignored) {
                for heading in [column.zh, column.name, &format!(" {}＊", column.zh)] {
                    let found = index.find(&plain(heading)).map(|c| c.name);
                    assert_eq!(found, Some(column.name), "{kind} {heading}");
                }
            }
            assert!(index.find("").is_none() && index.find("没有这一列").is_none());
        }
        let projects = HeadingIndex::of(ImportKind::Projects);
        for heading in ["总投资", "总投资(亿元)", "项目总投资(元)", "TOTAL_INVESTMENT_WAN"]
        {
            let found = projects.find(heading).map(|c| c.name);
            assert_eq!(found, Some("total_investment_wan"), "{heading}");
        }
        let unread = HeadingIndex::of(ImportKind::Reports).find("warnings.0.code");
        assert_eq!(unread.map(|c| c.name), Some("warnings"));
    }
}

//! Category rows above the records of a table.

use std::collections::BTreeMap;

/// The category rows that stand above each record.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    open: Vec<Group>,
    /// Words of the category rows above a record, by its row number: from the whole to the part.
    pub by_row: BTreeMap<u32, Vec<String>>,
}

#[derive(Debug)]
struct Group {
    depth: u8,
    name: String,
}

impl Groups {
    /// A category row: it ends those of its depth and below.
    pub(crate) fn enter(&mut self, text: &str) {
        let depth = depth(text);
        self.open.retain(|group| group.depth < depth);
        self.open.push(Group { depth, name: name(text) });
    }

    /// A record below the category rows so far.
    pub(crate) fn add_record(&mut self, row: u32) {
        if !self.open.is_empty() {
            let names = self.open.iter().map(|group| group.name.clone());
            self.by_row.insert(row, names.collect());
        }
    }
}

const NUMERALS: [char; 11] = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '百'];

/// How deep a category is: 一、 above （一） above 1. above words alone.
fn depth(text: &str) -> u8 {
    let after = |text: &str, marks: &[char]| {
        let rest = text.trim_start_matches(NUMERALS);
        rest.len() < text.len() && rest.starts_with(marks)
    };
    let is_roman = text.starts_with(|c| ('Ⅰ'..='Ⅻ').contains(&c));
    match text {
        _ if text.starts_with('第') || is_roman => 0,
        _ if after(text, &['、', '.', ':']) => 1,
        _ if text.strip_prefix('(').is_some_and(|t| after(t, &[')'])) => 2,
        _ if text.starts_with(|c: char| c.is_ascii_digit()) => 3,
        _ => 4,
    }
}

/// The words without ordinal and count: `高端化工` of `(一)高端化工(2个)`.
fn name(text: &str) -> String {
    let whole = text;
    let text = text.strip_prefix('第').unwrap_or(text);
    let text = text.strip_prefix('(').unwrap_or(text);
    let marks = |c: char| matches!(c, '、' | '.' | ':' | ')');
    let rest = text.trim_start_matches(|c: char| {
        NUMERALS.contains(&c) || c.is_ascii_digit() || ('Ⅰ'..='Ⅻ').contains(&c)
    });
    let bare = if rest.len() < text.len() && rest.starts_with(marks) {
        rest.trim_start_matches(marks)
    } else {
        whole
    };
    let counted = bare.split_once('(').filter(|(_, inside)| {
        inside.chars().any(|c| c.is_ascii_digit()) && inside.contains(['个', '项', '家'])
    });
    counted.map_or(bare, |(name, _)| name).trim_end_matches([':', '、']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_stands_below_the_categories_that_are_open() {
        let mut groups = Groups::default();
        let rows = [
            (4, "一、产业项目(2个)", ""),
            (5, "高端化工(2个)", ""),
            (6, "", "产业项目/高端化工"),
            (7, "新材料(共1项)", ""),
            (8, "", "产业项目/新材料"),
            (9, "(二)续建", ""),
            (10, "", "产业项目/续建"),
            (11, "二、基础设施(1个):", ""),
            (12, "", "基础设施"),
            (13, "第三部分", ""),
            (14, "", "第三部分"),
        ];
        for (row, category, expected) in rows {
            if category.is_empty() {
                groups.add_record(row);
                assert_eq!(groups.by_row.get(&row).unwrap().join("/"), expected, "{row}");
            } else {
                groups.enter(category);
            }
        }
    }
}

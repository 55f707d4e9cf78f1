//! Headings in one spelling, and the unit that a heading states.

use crate::api::imports::amount_unit::AmountUnit;
use crate::api::imports::characters::{folded, visible};

/// A heading in one spelling: half-width, without spaces, invisible characters and asterisks.
pub(crate) fn plain(heading: &str) -> String {
    let kept = |c: &char| !c.is_whitespace() && !matches!(c, '*' | '※');
    let heading: String = folded(&visible(heading)).chars().filter(kept).collect();
    heading.trim_end_matches(':').replace('[', "(").replace(']', ")")
}

/// A heading of amounts: what it is called, and the unit it states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeadingText {
    /// The heading without the unit.
    pub base: String,
    /// The unit, if it is stated.
    pub unit: Option<AmountUnit>,
}

impl HeadingText {
    /// Splits a heading in one spelling, such as `总投资(亿元)`, `总投资/亿元` or `总投资亿元`.
    pub(crate) fn of(plain: &str) -> Self {
        let split = Self::with_unit(plain);
        split.unwrap_or_else(|| Self { base: plain.to_owned(), unit: None })
    }

    fn with_unit(plain: &str) -> Option<Self> {
        let in_brackets = plain.strip_suffix(')').and_then(|bare| bare.rsplit_once('('));
        let split = in_brackets
            .or_else(|| plain.rsplit_once('/'))
            .or_else(|| plain.rsplit_once(','))
            .or_else(|| plain.rsplit_once(':'))
            .or_else(|| plain.rsplit_once('-'));
        if let Some((base, unit)) = split {
            return unit_in(unit).map(|unit| Self { base: base.to_owned(), unit: Some(unit) });
        }
        let mut named = ["百万元", "千元", "万元", "亿元"].iter();
        let (base, name) = named.find_map(|n| Some((plain.strip_suffix(n)?, *n)))?;
        AmountUnit::called(name).map(|unit| Self { base: base.to_owned(), unit: Some(unit) })
    }
}

fn unit_in(text: &str) -> Option<AmountUnit> {
    let bare = text.strip_prefix("单位").unwrap_or(text).trim_start_matches(':');
    AmountUnit::called(bare)
}

/// The unit that a line above the headings gives for the whole table, such as `单位：亿元`.
pub(crate) fn unit_note(text: &str) -> Option<AmountUnit> {
    let text = plain(text);
    if let Some(alone) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        return unit_in(alone);
    }
    let (_, after) = text.rsplit_once("单位:")?;
    let end = after.find([')', ',', ';', '、']).unwrap_or(after.len());
    AmountUnit::called(after.get(..end)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_compared_as_they_are_seen() {
        for heading in [
            "总投资（万元）",
            "总投资(万元)",
            "\u{feff}总投资\u{200b}（万元） ",
            "总\u{3000}投资\n（万元）*",
            "总投资［万元］",
            "总投资（万\u{ad}元）：",
        ] {
            assert_eq!(plain(heading), "总投资(万元)", "{heading:?}");
        }
    }

    #[test]
    fn the_unit_of_a_heading_is_told_from_its_name() {
        for (heading, base, unit) in [
            ("总投资（亿元）", "总投资", Some(AmountUnit::Yi)),
            ("总投资(单位：亿元)", "总投资", Some(AmountUnit::Yi)),
            ("总投资/元", "总投资", Some(AmountUnit::Yuan)),
            ("总投资 百万元", "总投资", Some(AmountUnit::MillionYuan)),
            ("总投资：千元", "总投资", Some(AmountUnit::ThousandYuan)),
            ("总投资", "总投资", None),
            ("总投资（含税）", "总投资(含税)", None),
            ("形象进度（%）", "形象进度(%)", None),
        ] {
            let text = HeadingText::of(&plain(heading));
            assert_eq!((text.base.as_str(), text.unit), (base, unit), "{heading}");
        }
    }

    #[test]
    fn a_line_above_the_headings_gives_the_unit() {
        for line in ["单位：亿元", "（亿元）", "2021年清单（单位: 亿元）", "单位：亿元、个"]
        {
            assert_eq!(unit_note(line), Some(AmountUnit::Yi), "{line}");
        }
        for line in ["填报单位：市发展改革委", "2021年重点项目", "单位：个", "亿元产业"]
        {
            assert_eq!(unit_note(line), None, "{line}");
        }
    }
}

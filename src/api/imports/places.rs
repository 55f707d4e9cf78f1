//! Areas in the words of a place.

use crate::api::imports::characters::folded;
use crate::domain::error::FieldError;
use crate::domain::words::Words;

/// True for what stands between places.
pub(crate) fn is_between(c: char) -> bool {
    matches!(c, '、' | ',' | '，' | ';' | '；' | '/' | '\n')
}

/// The areas whose names stand in `text`, in its order. A name inside another does not count.
pub(crate) fn areas_in<'a>(text: &str, areas: &'a [(String, String)]) -> Vec<&'a (String, String)> {
    let text = folded(text);
    let mut found: Vec<(usize, usize, &(String, String))> = Vec::new();
    for area in areas.iter().filter(|(_, name)| !name.is_empty()) {
        found.extend(text.find(&area.1).map(|at| (at, at + area.1.len(), area)));
    }
    let is_inside = |&(from, to, area): &(usize, usize, &(String, String))| {
        let covers = |&(a, b, other): &(usize, usize, &(String, String))| {
            other.0 != area.0 && a <= from && to <= b
        };
        found.iter().any(covers)
    };
    let mut whole: Vec<_> = found.iter().copied().filter(|it| !is_inside(it)).collect();
    whole.sort_by_key(|(at, _, _)| *at);
    whole.into_iter().map(|(_, _, area)| area).collect()
}

/// Warns of a cell with several areas, of which `first` is taken.
pub(crate) fn several_areas(text: &str, first: &str) -> FieldError {
    let text: String = text.chars().take(60).collect();
    let words = Words::new(
        format!("“{text}”不止一处；属地取第一个（{first}），其余保留在建设地点中。"),
        format!(
            "{text:?} is more than one place: the area is the first ({first}), the others stay in the location."
        ),
    );
    FieldError::new("", "several-areas", words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_found_in_the_words_of_a_place() {
        let areas: Vec<(String, String)> = ["东营区", "垦利区", "东营港经济开发区", "开发区"]
            .iter()
            .enumerate()
            .map(|(nth, name)| (nth.to_string(), (*name).to_owned()))
            .collect();
        let named = |text: &str| {
            let found = areas_in(text, &areas).into_iter().map(|(_, name)| name.clone());
            found.collect::<Vec<_>>().join(" ")
        };
        for (text, expected) in [
            ("东营区", "东营区"),
            ("垦利区、东营区", "垦利区 东营区"),
            ("东营市东营区胜园街道", "东营区"),
            ("东营港经济开发区", "东营港经济开发区"),
            ("海上", ""),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }
}

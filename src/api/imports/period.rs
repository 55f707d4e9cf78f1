//! Periods of construction as people write them.

use crate::api::imports::date::{arabic, partial};
use crate::api::imports::date_words::DateError;

/// Start and finish of a period, each as [`partial`] gives it. A year or month alone is both.
///
/// # Errors
/// Why the text is not one period.
pub(crate) fn period(text: &str) -> Result<(String, String), DateError> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    // In a period `2021.1` is no number that lost its last zero.
    let end = |part: &str| match partial(part) {
        Err(DateError::TenOrOne) => part.split_once('.').map(|(year, _)| format!("{year}-01")),
        end => end.ok(),
    };
    let both = |first: &str, last: &str| {
        let first = end(first)?;
        Some((first.clone(), end(last).or_else(|| month_of_same_year(&first, last))?))
    };
    let splits = text.char_indices().filter(|(_, c)| matches!(c, '-' | '~' | '至' | '到'));
    let splits = splits.filter_map(|(at, c)| {
        let before = text.get(..at)?;
        let after = text.get(at + c.len_utf8()..)?.trim_start_matches(['-', '~']);
        both(before.trim_end_matches(['-', '~']), after)
    });
    let mut splits: Vec<(String, String)> = splits.collect();
    splits.dedup();
    match (partial(&text), splits.as_slice()) {
        (Ok(one), _) => Ok((one.clone(), one)),
        (Err(_), [split]) => Ok(split.clone()),
        (Err(error), _) => Err(error),
    }
}

/// The month in `3月`, of the year of `first`.
fn month_of_same_year(first: &str, last: &str) -> Option<String> {
    let (year, _) = first.split_once('-')?;
    let month = arabic(last.strip_suffix('月')?);
    partial(&format!("{year}-{month}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::imports::characters::folded;

    #[test]
    fn periods_have_a_start_and_a_finish() {
        for (text, start, finish) in [
            ("2020-2022", "2020", "2022"),
            ("2020～2022", "2020", "2022"),
            ("2021", "2021", "2021"),
            ("2021年", "2021", "2021"),
            ("2021.03-2023.12", "2021-03", "2023-12"),
            ("2021.1-2021.10", "2021-01", "2021-10"),
            ("2021-03-2023-12", "2021-03", "2023-12"),
            ("2021-03-01-2023-12-31", "2021-03-01", "2023-12-31"),
            ("2021/3/1--2023/12/31", "2021-03-01", "2023-12-31"),
            ("2021年3月至2023年12月", "2021-03", "2023-12"),
            ("2021年3月 — 12月", "2021-03", "2021-12"),
            ("2021年3月-2023年", "2021-03", "2023"),
            ("2021年至2023年", "2021", "2023"),
        ] {
            let folded = folded(text);
            let expected = Ok((start.to_owned(), finish.to_owned()));
            assert_eq!(period(&folded), expected, "{text}");
        }
        for text in
            ["24个月", "2020至今", "2021年底-2023年", "2021.1", "3年", "2021-2022-2023", "-"]
        {
            assert!(period(text).is_err(), "{text}: {:?}", period(text));
        }
    }
}

//! Characters of cells and headings: invisible ones, ones that change the order of a text, and
//! full-width forms.

use crate::api::imports::cell_error::CellError;
use crate::domain::characters::{is_direction, is_invisible, without_invisible};

/// Text without the invisible characters that come along when text is copied; spaces of other
/// kinds are ordinary ones, line breaks are `\n`.
///
/// # Errors
/// [`CellError::Direction`] if characters change the order in which the text is shown, so that what
/// is read is not what is seen; [`CellError::Damaged`] if characters were lost.
pub(crate) fn cleaned(text: &str) -> Result<String, CellError> {
    if text.chars().any(is_direction) {
        return Err(CellError::Direction);
    }
    if text.contains('\u{fffd}') {
        return Err(CellError::Damaged);
    }
    Ok(visible(text))
}

/// Text as it is seen: without invisible characters, with ordinary spaces and line breaks.
pub(crate) fn visible(text: &str) -> String {
    let text = without_invisible(text).replace("\r\n", "\n");
    let seen = text.chars().map(|c| match c {
        '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        c if is_space(c) => ' ',
        c => c,
    });
    seen.collect::<String>().trim().to_owned()
}

/// True for text in which nothing is seen.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Text with half-width digits, letters and punctuation, and one kind of dash: for what is not
/// free text.
pub(crate) fn folded(text: &str) -> String {
    text.chars().map(half_width).collect::<String>().trim().to_owned()
}

/// The half-width form of a character, if it has one.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c)
        }
        '\u{3000}' => ' ',
        '￥' => '¥',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '─' => '-',
        '〜' => '~',
        '﹪' => '%',
        '【' | '〔' => '[',
        '】' | '〕' => ']',
        c => c,
    }
}

/// True for spaces other than the ordinary and the ideographic one.
fn is_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_seen_is_not_read() {
        for (text, seen) in [
            ("\u{feff}东营\u{200b}港\u{ad}", "东营港"),
            ("\u{200f}甲\u{2060}乙\u{200d} ", "甲乙"),
            ("\u{a0}一\u{202f}二\u{3000}", "一 二"),
            ("第一行\r\n第二行\u{b}第三行", "第一行\n第二行\n第三行"),
            ("甲\u{3000}乙", "甲\u{3000}乙"),
        ] {
            assert_eq!(cleaned(text).as_deref(), Ok(seen), "{text:?}");
        }
        for text in ["\u{202e}目项", "甲\u{2066}乙\u{2069}"] {
            assert_eq!(cleaned(text), Err(CellError::Direction), "{text:?}");
        }
        assert_eq!(cleaned("东\u{fffd}区"), Err(CellError::Damaged));
    }

    #[test]
    fn full_width_forms_become_half_width_ones() {
        assert_eq!(folded("５，０００．５０"), "5,000.50");
        assert_eq!(folded("（２０２１－０８—０１）"), "(2021-08-01)");
        assert_eq!(folded("４２％ ￥"), "42% ¥");
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(text in any::<String>()) {
            prop_assert_eq!(visible(&visible(&text)), visible(&text));
            prop_assert_eq!(folded(&folded(&text)), folded(&text));
        }
    }
}

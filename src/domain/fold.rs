//! Folding of text for search: what a reader takes for the same word becomes the same text.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// Folds `text`: Unicode's compatibility form (NFKC), without regard to case, invisible characters
/// and the kind and number of spaces. Folding twice changes nothing more.
///
/// So `Ⅱ期`, `II期` and `ii期` are the same, as are full and half width, `㎡` and `m2`, `ﬁ` and
/// `fi`, `ß` and `SS`, `ς` and `σ`, marks in any order, and the Turkish `İ`, `ı`, `i` and `I`.
/// Based on Unicode's `NFKC_Casefold`, which leaves the last four apart and spaces as they are.
pub(crate) fn fold(text: &str) -> String {
    let compose = ComposingNormalizerBorrowed::new_nfkc();
    let mut folded = compose.normalize(&without_case(text)).into_owned();
    // A letter that changes its case may decompose in a way that has a case again.
    for _ in 0..2 {
        let again = compose.normalize(&without_case(&folded)).into_owned();
        if again == folded {
            break;
        }
        folded = again;
    }
    folded
}

/// The decomposed text without case, invisible characters and surplus spaces.
fn without_case(text: &str) -> String {
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    let mut folded = String::with_capacity(decomposed.len());
    for c in decomposed.chars().filter(|c| !is_invisible(*c)) {
        if c.is_whitespace() || c.is_control() {
            if !folded.is_empty() && !folded.ends_with(' ') {
                folded.push(' ');
            }
            continue;
        }
        // Lower case alone keeps `ß` apart from `SS`, upper case alone `İ` from `I`.
        let cases = c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
        for c in cases {
            // The dot of `İ`, which an `i` has already.
            if !(c == '\u{307}' && folded.ends_with('i')) {
                folded.push(c);
            }
        }
    }
    folded.truncate(folded.trim_end_matches(' ').len());
    folded
}

/// Unicode's `Default_Ignorable_Code_Point`.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::fold;

    #[test]
    fn the_same_word_folds_to_the_same_text() {
        for (words, folded) in [
            (
                &["污水处理厂Ⅱ期示例", "污水处理厂II期示例", "污水处理厂ⅱ期示例"][..],
                "污水处理厂ii期示例",
            ),
            (&["Φ800", "φ８００", "ϕ800", "𝚽800"], "φ800"),
            (&["ＣＢＤ", "cbd", "CBD", "Ⓒⓑⓓ", "C\u{200b}BD"], "cbd"),
            (&["Ä", "ä", "A\u{308}", "a\u{308}"], "ä"),
            (&["ﬁne", "FINE", "fine", "ﬁNE"], "fine"),
            (&["100㎡", "100M2", "１００m²"], "100m2"),
            (&["ｶﾞｽ", "ガス", "カ\u{3099}ス"], "ガス"),
            (&["İstanbul", "istanbul", "ISTANBUL", "ıstanbul", "i\u{307}stanbul"], "istanbul"),
            (&["Straße", "STRASSE", "STRAẞE", "strasse"], "strasse"),
            (&["ΣΊΣΥΦΟΣ", "σίσυφος", "σίσυφοσ"], "σίσυφοσ"),
            (&["ẹ\u{301}", "é\u{323}", "e\u{301}\u{323}", "e\u{323}\u{301}"], "ẹ\u{301}"),
            (&["第１　标段", " 第1  标段 ", "第1\u{a0}标段", "第1\n标段"], "第1 标段"),
            (&["（一期）", "(一期)"], "(一期)"),
            (&["①", "1"], "1"),
            (&["５０％_a", "50%_A"], "50%_a"),
            (&["㈱", "(株)"], "(株)"),
            (&["가", "\u{1100}\u{1161}"], "가"),
            (&["", " ", "\u{feff}", "\u{3000}\u{200b}"], ""),
        ] {
            for word in words {
                assert_eq!(fold(word), folded, "{word:?}");
            }
        }
    }

    #[test]
    fn different_words_stay_apart() {
        for (one, other) in [("a", "ä"), ("Ⅱ期", "Ⅲ期"), ("己", "已"), ("ガ", "カ"), ("50%", "50")]
        {
            assert_ne!(fold(one), fold(other), "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,12}") {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded);
        }

        #[test]
        fn case_and_form_do_not_matter(text in "[a-zß-žα-ωа-яﬀ-ﬆＡ-ｚⅠ-ⅿ①-⑨㎡-㎤ｦ-ﾟİıſẞΆ-Ώ]{0,12}") {
            let nfd = icu_normalizer::DecomposingNormalizerBorrowed::new_nfd().normalize(&text).into_owned();
            let nfkc = icu_normalizer::ComposingNormalizerBorrowed::new_nfkc().normalize(&text).into_owned();
            for same in [text.to_uppercase(), text.to_lowercase(), nfd, nfkc] {
                prop_assert_eq!(fold(&same), fold(&text), "{}", same);
            }
        }

        #[test]
        fn a_part_of_a_word_is_found_in_it(before in "\\PC{0,4}", part in "[一-龥Ⅰ-Ⅻａ-ｚ0-9ßﬁ]{1,6}", after in "[一-龥 ]{0,4}") {
            let whole = format!("{before}{part}{after}");
            prop_assert!(fold(&whole).contains(&fold(&part)), "{whole:?} {part:?}");
        }
    }
}

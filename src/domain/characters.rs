//! Characters that are not seen, or that change how others are seen.

/// True for characters that change the order in which the text around them is shown, so that what
/// is read is not what is stored.
pub(crate) fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// True for characters that are not seen and mean nothing in most texts.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// Text without invisible characters, except those that choose or join pictures (🏗️, 👷‍♀️): two
/// names that look the same are the same.
pub(crate) fn without_invisible(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut follows_picture = false;
    for c in text.chars() {
        let is_part = follows_picture && matches!(c, '\u{fe0e}' | '\u{fe0f}' | '\u{200d}');
        if is_part || !is_invisible(c) {
            kept.push(c);
            follows_picture = is_part || is_picture(c);
        }
    }
    kept
}

/// True for symbols and pictures.
fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_goes_and_pictures_stay() {
        for (given, kept) in [
            ("甲\u{200b}乙\u{feff}", "甲乙"),
            ("甲\u{200d}乙\u{fe0f}", "甲乙"),
            ("塔吊🏗\u{fe0f}", "塔吊🏗\u{fe0f}"),
            ("👷\u{200d}♀\u{fe0f}工", "👷\u{200d}♀\u{fe0f}工"),
            ("普通 text\n", "普通 text\n"),
        ] {
            assert_eq!(without_invisible(given), kept, "{given:?}");
        }
    }
}

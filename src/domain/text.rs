//! Text entered by users: trimmed, with limits on its length and characters.

use crate::domain::characters::{is_direction, without_invisible};
use crate::domain::error::FieldError;
use crate::domain::fold::fold;
use crate::domain::words::Words;

/// Reason a text is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Too short after trimming.
    #[error("write at least {0} characters; spaces do not count")]
    TooShort(usize),
    /// Too long.
    #[error("at most {0} characters")]
    TooLong(usize),
    /// Contains a control character other than tab and line break.
    #[error("control characters are not allowed")]
    ControlCharacter,
    /// Contains a character that changes the order in which the text is shown.
    #[error("characters that change the direction of text are not allowed")]
    Direction,
    /// Contains a character that is not allowed in a username, or has a wrong length.
    #[error("an account name has lower-case letters, digits, '.', '-' and '_', 2 to 64 of them")]
    NotAName,
}

impl From<TextError> for FieldError {
    fn from(error: TextError) -> Self {
        let (code, zh) = match &error {
            TextError::TooShort(1) => ("blank", "不能为空。".to_owned()),
            TextError::TooShort(least) => ("too-short", format!("至少 {least} 个字（空格不计）。")),
            TextError::TooLong(most) => ("too-long", format!("至多 {most} 个字。")),
            TextError::ControlCharacter => {
                ("control-character", "含有不可见的控制字符，请删除。".to_owned())
            }
            TextError::Direction => {
                ("direction-characters", "含有改变文字方向的不可见字符，请删除。".to_owned())
            }
            TextError::NotAName => {
                ("wrong-form", "用户名由 2 至 64 个小写字母、数字、“.”、“-”、“_”组成。".to_owned())
            }
        };
        Self::new("", code, Words::new(zh, format!("{error}.")))
    }
}

fn bounded(text: &str, least: usize, most: usize) -> Result<String, TextError> {
    if text.chars().any(is_direction) {
        return Err(TextError::Direction);
    }
    let text = without_invisible(text);
    let text = text.trim();
    let length = text.chars().count();
    if length < least {
        return Err(TextError::TooShort(least));
    }
    if length > most {
        return Err(TextError::TooLong(most));
    }
    let hidden = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.chars().any(hidden) {
        return Err(TextError::ControlCharacter);
    }
    Ok(text.to_owned())
}

macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $name:ident $least:literal..=$most:literal)+) => { $(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct $name(String);

        #[allow(dead_code, reason = "every text has all of them")]
        impl $name {
            /// Trims `text`, takes out invisible characters, and validates it.
            ///
            /// # Errors
            /// [`TextError`] if it is too short, too long, or contains control characters or
            /// characters that change its direction.
            pub(crate) fn parse(text: &str) -> Result<Self, TextError> {
                bounded(text, $least, $most).map(Self)
            }

            /// Trimmed text.
            pub(crate) fn as_str(&self) -> &str {
                &self.0
            }

            /// Trimmed text.
            pub(crate) fn into_string(self) -> String {
                self.0
            }
        }
    )+ };
}

texts! {
    /// Name: 1 to 200 characters.
    Name 1..=200
    /// Single remark: up to 500 characters; may be empty.
    Line 0..=500
    /// Longer remark: up to 5,000 characters; may be empty.
    Note 0..=5000
    /// Reason: 2 to 500 characters.
    Reason 2..=500
}

/// Username of an account, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Username(String);

impl Username {
    /// Folds, so that full width and case do not matter, and validates.
    ///
    /// # Errors
    /// [`TextError::NotAName`].
    pub(crate) fn parse(text: &str) -> Result<Self, TextError> {
        let name = fold(text);
        let known =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
        if (2..=64).contains(&name.len()) && name.chars().all(known) {
            Ok(Self(name))
        } else {
            Err(TextError::NotAName)
        }
    }

    /// Username in lower case.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_and_counted_in_characters() {
        assert_eq!(Name::parse("  高端化工 ").unwrap().as_str(), "高端化工");
        assert_eq!(Name::parse(&"字".repeat(200)).unwrap().as_str().chars().count(), 200);
        assert_eq!(Name::parse(&"字".repeat(201)), Err(TextError::TooLong(200)));
        assert_eq!(Name::parse(" \u{3000} "), Err(TextError::TooShort(1)));
        assert_eq!(Note::parse("").unwrap().as_str(), "");
        assert_eq!(Reason::parse("a\u{7}b"), Err(TextError::ControlCharacter));
        assert_eq!(Note::parse("a\nb").unwrap().as_str(), "a\nb");
    }

    #[test]
    fn account_names_are_plain() {
        assert_eq!(Username::parse(" Zhang.Wei ").unwrap().into_string(), "zhang.wei");
        assert_eq!(Username::parse("Ｚｈａｎｇ．Ｗｅｉ").unwrap().into_string(), "zhang.wei");
        for bad in ["a", "张伟", "a b", "a@b"] {
            assert_eq!(Username::parse(bad), Err(TextError::NotAName), "{bad}");
        }
    }
}

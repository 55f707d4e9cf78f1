//! Recovery codes: used once in place of a code of the authenticator app.

use data_encoding::BASE32_NOPAD;

use crate::usecases::random::digest;
use crate::usecases::refusal::Refusal;

/// Number of codes of an account.
const CODES: usize = 8;
/// Random bytes of a code: 128 bits, so that a plain digest is enough (ASVS 6.5.2 and 11.5.1).
const BYTES: usize = 16;
/// Letters of a group.
const GROUP: usize = 4;

/// New recovery codes. Only their digests are stored.
#[derive(Clone)]
pub(crate) struct RecoveryCodes(Vec<String>);

impl RecoveryCodes {
    /// Makes codes.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub(crate) fn make() -> Result<Self, Refusal> {
        (0..CODES).map(|_| code()).collect::<Result<_, _>>().map(Self)
    }

    /// The codes, as they are shown once.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.0.clone()
    }

    /// Their digests.
    pub(crate) fn digests(&self) -> Vec<String> {
        self.0.iter().map(|code| digest_of(code)).collect()
    }
}

fn code() -> Result<String, Refusal> {
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).map_err(Refusal::broken)?;
    let letters: Vec<char> = BASE32_NOPAD.encode(&bytes).chars().collect();
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    Ok(groups.join("-"))
}

/// The stored digest of a code, however its letters and groups are written.
pub(crate) fn digest_of(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    digest(&letters.map(|letter| letter.to_ascii_uppercase()).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_differ_and_can_be_typed_in_any_way() {
        let codes = RecoveryCodes::make().unwrap();
        let texts = codes.texts();

        assert_eq!(texts.len(), 8);
        assert!(texts.iter().all(|code| code.len() == 32), "{texts:?}");
        assert!(texts.windows(2).all(|pair| pair[0] != pair[1]));
        let typed = texts[0].to_lowercase().replace('-', " ");
        assert_eq!(digest_of(&typed), codes.digests()[0]);
        assert_ne!(digest_of(&texts[1]), codes.digests()[0]);
    }
}

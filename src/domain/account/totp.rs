//! One-time codes of an authenticator app (RFC 6238): six digits, 30 seconds, HMAC-SHA-1, which every
//! such app takes.
//!
//! Secrets are not stored; each is derived from the server key and a stored salt.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::domain::clock::Timestamp;

/// Seconds for which a code is shown.
const STEP_SECONDS: i64 = 30;
/// Codes of this many steps before and after the current one are taken too: clocks differ.
const STEPS_ASIDE: i64 = 1;
/// Codes have six digits.
const CODES: u32 = 1_000_000;
/// Bytes of a secret: the length of the hash (RFC 4226, 4).
const SECRET_BYTES: usize = 20;
/// The name that authenticator apps show.
const ISSUER: &str = "Major%20Projects";

/// Key from which secrets are derived.
///
/// It is derived from the server key, so that a copy of the database alone yields no codes.
#[derive(Clone)]
pub(crate) struct TotpKey([u8; 32]);

impl TotpKey {
    /// Derives the key from the server key.
    pub(crate) fn of(server_key: &[u8]) -> Self {
        let key = Sha256::new().chain_update(b"major-projects: secrets of one-time codes, 1\n");
        Self(key.chain_update(Sha256::digest(server_key)).finalize().into())
    }

    /// Derives the secret for `salt`.
    pub(crate) fn secret(&self, salt: &str) -> TotpSecret {
        let mut block = [0_u8; 64];
        for (to, from) in block.iter_mut().zip(&self.0) {
            *to = *from;
        }
        let mac = Hmac::<Sha256>::new(&block.into()).chain_update(salt.as_bytes());
        let mut secret = mac.finalize().into_bytes().to_vec();
        secret.truncate(SECRET_BYTES);
        TotpSecret(secret)
    }
}

impl std::fmt::Debug for TotpKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpKey(…)")
    }
}

/// Secret that an authenticator app shares with the program.
pub(crate) struct TotpSecret(Vec<u8>);

impl TotpSecret {
    /// The secret in base 32, to be typed into an app.
    pub(crate) fn text(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The address that apps take, also as a QR code.
    pub(crate) fn uri(&self, account: &str) -> String {
        format!(
            "otpauth://totp/{ISSUER}:{account}?secret={}&issuer={ISSUER}&algorithm=SHA1&digits=6&period={STEP_SECONDS}",
            self.text()
        )
    }

    /// The step whose code this is: the current one or one beside it, and later than `after`, the
    /// last one used. A code is taken once.
    pub(crate) fn step_of(&self, code: &str, now: Timestamp, after: i64) -> Option<i64> {
        let current = step_at(now);
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        (current - STEPS_ASIDE..=current + STEPS_ASIDE)
            .filter(|step| *step > after)
            .find(|step| self.code(*step) == code)
    }

    /// The code of a step.
    pub(crate) fn code(&self, step: i64) -> String {
        format!("{:06}", self.number(step) % CODES)
    }

    /// The number of a step, of 31 bits (RFC 4226, 5.3).
    fn number(&self, step: i64) -> u32 {
        // A secret shorter than a block is filled up with zeros (RFC 2104).
        let mut block = [0_u8; 64];
        for (to, from) in block.iter_mut().zip(&self.0) {
            *to = *from;
        }
        let mac = Hmac::<Sha1>::new(&block.into()).chain_update(step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let offset = hash.last().map_or(0, |last| usize::from(last & 15));
        let part = hash.get(offset..).and_then(|rest| rest.first_chunk::<4>());
        u32::from_be_bytes(part.copied().unwrap_or_default()) & 0x7fff_ffff
    }
}

/// The step of an instant.
pub(crate) fn step_at(at: Timestamp) -> i64 {
    at.unix_seconds().div_euclid(STEP_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the rows of SHA-1: time and code of eight digits.
    const VECTORS: [(i64, u32); 6] = [
        (59, 94_287_082),
        (1_111_111_109, 7_081_804),
        (1_111_111_111, 14_050_471),
        (1_234_567_890, 89_005_924),
        (2_000_000_000, 69_279_037),
        (20_000_000_000, 65_353_130),
    ];

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    fn rfc_secret() -> TotpSecret {
        TotpSecret(b"12345678901234567890".to_vec())
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (seconds, code) in VECTORS {
            let step = step_at(at(seconds));
            assert_eq!(rfc_secret().number(step) % 100_000_000, code, "{seconds}");
            assert_eq!(rfc_secret().code(step), format!("{:06}", code % CODES));
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_and_late_and_once() {
        let secret = rfc_secret();
        let now = at(1_111_111_111);
        let step = step_at(now);

        for (seconds, taken) in
            [(-60, false), (-30, true), (0, true), (30, true), (60, false), (3_600, false)]
        {
            let found = secret.step_of("050471", now.plus_seconds(seconds), 0);
            assert_eq!(found, taken.then_some(step), "{seconds}");
        }
        assert_eq!(secret.step_of(" 050 471 ", now, 0), Some(step));
        assert_eq!(secret.step_of("050471", now, step), None, "it was used");
        assert_eq!(secret.step_of("50471", now, 0), None);
    }

    #[test]
    fn a_secret_is_shown_as_apps_take_it() {
        let secret = rfc_secret();

        assert_eq!(secret.text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            secret.uri("li.na"),
            "otpauth://totp/Major%20Projects:li.na?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Major%20Projects&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn secrets_depend_on_the_key_and_the_salt() {
        let key = TotpKey::of(b"a server key");

        assert_eq!(key.secret("a").0.len(), 20);
        assert_eq!(key.secret("a").0, TotpKey::of(b"a server key").secret("a").0);
        assert_ne!(key.secret("a").0, key.secret("b").0);
        assert_ne!(key.secret("a").0, TotpKey::of(b"another").secret("a").0);
    }
}

//! Message signatures according to Standard Webhooks 1.0.
//!
//! Secrets are not stored; each is derived from the server key and a stored salt.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::domain::hash::hmac;

/// Key from which webhook secrets are derived.
///
/// It is derived from the server key, so a copy of the database alone cannot sign.
#[derive(Clone)]
pub(crate) struct HookKey([u8; 32]);

impl HookKey {
    /// Derives the key from the server key.
    pub(crate) fn of(server_key: &[u8]) -> Self {
        Self(hmac(server_key, &[b"major-projects: secrets of webhooks, 1"]))
    }

    /// Derives the secret for `salt`.
    pub(crate) fn secret(&self, salt: &str) -> HookSecret {
        HookSecret(hmac(&self.0, &[salt.as_bytes()]).to_vec())
    }
}

impl std::fmt::Debug for HookKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HookKey(…)")
    }
}

/// Secret that signs messages.
#[derive(Clone)]
pub(crate) struct HookSecret(Vec<u8>);

impl HookSecret {
    /// Secret in the format that Standard Webhooks libraries accept: `whsec_` and base64.
    pub(crate) fn text(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&self.0))
    }

    /// SHA-256 of the secret, to detect that it changed; does not reveal it.
    pub(crate) fn fingerprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0))
    }

    /// Signature over message id, time of the attempt in Unix seconds, and body.
    pub(crate) fn sign(&self, message_id: &str, unix_seconds: i64, body: &str) -> String {
        let head = format!("{message_id}.{unix_seconds}.");
        let signature = hmac(&self.0, &[head.as_bytes(), body.as_bytes()]);
        format!("v1,{}", STANDARD.encode(signature))
    }
}

impl std::fmt::Debug for HookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HookSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_specification_s_example() {
        let secret = HookSecret(STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());

        assert_eq!(secret.text(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert_eq!(
            secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_secret_comes_from_key_and_salt_and_nothing_else() {
        let key = HookKey::of(b"a key of at least thirty-two bytes!");
        let secret = key.secret("salt");

        assert_eq!(secret.text(), key.secret("salt").text());
        assert_eq!(secret.0.len(), 32, "within the 24 to 64 bytes of the specification");
        let other = HookKey::of(b"another key of thirty-two bytes!!!!");
        for another in [key.secret("pepper"), other.secret("salt")] {
            assert_ne!(secret.text(), another.text());
            assert_ne!(secret.fingerprint(), another.fingerprint());
        }
        assert_eq!(format!("{key:?} {secret:?}"), "HookKey(…) HookSecret(…)");
    }
}

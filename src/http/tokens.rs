//! Access tokens (JWT signed with HMAC-SHA-256) and random texts for refresh tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error as JwtError, ErrorKind, new_error};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use signature::{Error as SignatureError, Signer, Verifier};

use crate::domain::clock::Timestamp;
use crate::domain::id::{SessionId, UserId};
pub(crate) use crate::usecases::random::{digest, random_text};

/// The issuer of all tokens.
const ISSUER: &str = "major-projects";
/// The audience of a bearer token.
const API: &str = "major-projects/api";
/// The audience of a cookie.
const PAGES: &str = "major-projects/pages";

/// Claims of an access token. Role, unit and whether the session is still open are read from the
/// database on every request, so that revocation takes effect at once.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The account.
    pub sub: String,
    /// The session it belongs to.
    pub sid: i64,
    /// The machine client that acts through the account, and the scopes it asked for.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Machine>,
    /// Whether it is the cookie of the pages: such a token opens pages and no operation of the API.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub page: bool,
    /// The program that issued it.
    iss: String,
    /// What it opens: the API or the pages.
    aud: String,
    /// Issued at, in seconds since 1970.
    pub iat: i64,
    /// Good from, in seconds since 1970.
    nbf: i64,
    /// Ends at, in seconds since 1970.
    pub exp: i64,
}

/// Further claims of a machine client's token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// The client.
    pub client: i64,
    /// The scopes the token was asked for, with a space between.
    pub scope: String,
}

/// Signs and reads access tokens.
pub(crate) struct Tokens {
    key: Vec<u8>,
    sign: EncodingKey,
    read: DecodingKey,
    /// Lifetime of an access token, in seconds.
    pub lifetime_seconds: i64,
}

impl Tokens {
    /// Tokens signed with `key`.
    pub(crate) fn new(key: &[u8], lifetime_seconds: i64) -> Self {
        // Fails if another server in this process has installed the same provider.
        let _ = PROVIDER.install_default();
        Self {
            key: key.to_vec(),
            sign: EncodingKey::from_secret(key),
            read: DecodingKey::from_secret(key),
            lifetime_seconds,
        }
    }

    /// A token of a session, valid from `now`.
    pub(crate) fn issue(
        &self,
        user: UserId,
        session: SessionId,
        machine: Option<Machine>,
        now: Timestamp,
    ) -> Result<String, JwtError> {
        let exp = now.unix_seconds().saturating_add(self.lifetime_seconds);
        self.sign(&Claims { machine, ..Claims::new(user, session, API, now, exp) })
    }

    /// The cookie of a session of the pages, valid from `now` until the session ends.
    pub(crate) fn issue_cookie(
        &self,
        user: UserId,
        session: SessionId,
        now: Timestamp,
        ends: Timestamp,
    ) -> Result<String, JwtError> {
        let claims = Claims::new(user, session, PAGES, now, ends.unix_seconds());
        self.sign(&Claims { page: true, ..claims })
    }

    fn sign(&self, claims: &Claims) -> Result<String, JwtError> {
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.sign)
    }

    /// The hidden field of a form that proves that a page of this session made it.
    pub(crate) fn form_proof(&self, session: SessionId) -> Result<String, SignatureError> {
        let mac =
            Hs256(self.key.clone()).mac(format!("form of session {}", session.0).as_bytes())?;
        Ok(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// Whether `proof` belongs to `session`; compares in constant time.
    pub(crate) fn proves(&self, session: SessionId, proof: &str) -> bool {
        let mac = Hs256(self.key.clone()).mac(format!("form of session {}", session.0).as_bytes());
        match (mac, URL_SAFE_NO_PAD.decode(proof)) {
            (Ok(mac), Ok(given)) => mac.verify_slice(&given).is_ok(),
            (Err(_), _) | (_, Err(_)) => false,
        }
    }

    /// The claims of a token with a valid signature that has not expired at `now`.
    pub(crate) fn read(&self, token: &str, now: Timestamp) -> Result<Claims, JwtError> {
        let mut rules = Validation::new(Algorithm::HS256);
        // The times are compared with our own clock, below.
        rules.validate_exp = false;
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[API, PAGES]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "nbf"]);
        let claims = jsonwebtoken::decode::<Claims>(token, &self.read, &rules)?.claims;
        if claims.exp <= now.unix_seconds() {
            return Err(new_error(ErrorKind::ExpiredSignature));
        }
        if claims.nbf > now.unix_seconds() {
            return Err(new_error(ErrorKind::ImmatureSignature));
        }
        if claims.aud != if claims.page { PAGES } else { API } {
            return Err(new_error(ErrorKind::InvalidAudience));
        }
        Ok(claims)
    }
}

impl Claims {
    fn new(user: UserId, session: SessionId, aud: &str, now: Timestamp, exp: i64) -> Self {
        Self {
            sub: user.0.to_string(),
            sid: session.0,
            machine: None,
            page: false,
            iss: ISSUER.to_owned(),
            aud: aud.to_owned(),
            iat: now.unix_seconds(),
            nbf: now.unix_seconds(),
            exp,
        }
    }
}

/// HS256 with `RustCrypto`'s `hmac`. The library's own providers add RSA with an open advisory, or
/// C code that takes minutes to build.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other algorithm is refused")]
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| match algorithm {
        Algorithm::HS256 => Ok(Box::new(Hs256(key.as_bytes().to_vec()))),
        _ => Err(new_error(ErrorKind::InvalidAlgorithm)),
    },
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::HS256 => Ok(Box::new(Hs256(key.try_get_as_bytes()?.to_vec()))),
        _ => Err(new_error(ErrorKind::InvalidAlgorithm)),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct Hs256(Vec<u8>);

impl Hs256 {
    fn mac(&self, message: &[u8]) -> Result<Hmac<Sha256>, SignatureError> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).map_err(SignatureError::from_source)?;
        mac.update(message);
        Ok(mac)
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(self.mac(message)?.finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        self.mac(message)?.verify_slice(signature).map_err(SignatureError::from_source)
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Timestamp;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    #[test]
    fn a_token_is_good_until_its_last_second() {
        let tokens = Tokens::new(b"a key of at least thirty-two bytes!", 900);

        let token = tokens.issue(UserId(7), SessionId(3), None, at(1_000)).unwrap();

        let claims = tokens.read(&token, at(1_899)).unwrap();
        assert_eq!((claims.sub.as_str(), claims.sid), ("7", 3));
        assert!(tokens.read(&token, at(1_900)).is_err());
    }

    #[test]
    fn a_token_names_its_issuer_its_audience_and_its_first_second() {
        let tokens = Tokens::new(b"a key of at least thirty-two bytes!", 900);
        let good = || Claims::new(UserId(7), SessionId(3), API, at(1_000), 2_000);
        let read = |claims: &Claims| tokens.read(&tokens.sign(claims).unwrap(), at(1_000)).is_ok();

        assert!(read(&good()));
        assert!(read(&Claims { page: true, aud: PAGES.to_owned(), ..good() }));
        for bad in [
            Claims { iss: "somebody".to_owned(), ..good() },
            Claims { aud: "somebody".to_owned(), ..good() },
            Claims { aud: PAGES.to_owned(), ..good() },
            Claims { page: true, ..good() },
            Claims { nbf: 1_001, ..good() },
        ] {
            assert!(!read(&bad), "{bad:?}");
        }
        let bare = serde_json::json!({"sub": "7", "sid": 3, "iat": 1_000, "exp": 2_000});
        let header = Header::new(Algorithm::HS256);
        let bare = jsonwebtoken::encode(&header, &bare, &tokens.sign).unwrap();
        assert!(tokens.read(&bare, at(1_000)).is_err());
    }

    #[test]
    fn a_machine_s_token_says_so() {
        let tokens = Tokens::new(b"a key of at least thirty-two bytes!", 900);
        let machine = Machine { client: 4, scope: "projects:read".to_owned() };

        let token = tokens.issue(UserId(7), SessionId(3), Some(machine.clone()), at(1_000));
        let plain = tokens.issue(UserId(7), SessionId(3), None, at(1_000)).unwrap();

        assert_eq!(tokens.read(&token.unwrap(), at(1_001)).unwrap().machine, Some(machine));
        assert_eq!(tokens.read(&plain, at(1_001)).unwrap().machine, None);
    }

    #[test]
    fn a_form_proves_its_own_session_and_no_other() {
        let tokens = Tokens::new(b"a key of at least thirty-two bytes!", 900);

        let proof = tokens.form_proof(SessionId(3)).unwrap();

        assert!(tokens.proves(SessionId(3), &proof));
        assert!(!tokens.proves(SessionId(4), &proof));
        assert!(!tokens.proves(SessionId(3), ""));
        let others = Tokens::new(b"another key of thirty-two bytes!!!!", 900);
        assert!(!others.proves(SessionId(3), &proof));
    }

    #[test]
    fn another_key_another_algorithm_or_a_changed_letter_is_refused() {
        let tokens = Tokens::new(b"a key of at least thirty-two bytes!", 900);
        let token = tokens.issue(UserId(7), SessionId(3), None, at(1_000)).unwrap();

        let others = Tokens::new(b"another key of thirty-two bytes!!!!", 900);
        assert!(others.read(&token, at(1_000)).is_err());
        let none = format!("eyJhbGciOiJub25lIn0.{}.", token.split('.').nth(1).unwrap());
        assert!(tokens.read(&none, at(1_000)).is_err());
        let mut changed = token.into_bytes();
        let middle = changed.len() / 2;
        changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
        assert!(tokens.read(&String::from_utf8(changed).unwrap(), at(1_000)).is_err());
    }
}

//! Hashes of text.

use sha2::{Digest, Sha256};

/// SHA-256 of `text`, in hexadecimal.
pub(crate) fn sha256(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().fold(String::with_capacity(64), |hex, byte| hex + &format!("{byte:02x}"))
}

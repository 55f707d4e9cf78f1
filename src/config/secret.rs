//! The key that signs access tokens.

use std::path::Path;

use crate::http::tokens::digest;
use crate::store::private;

/// The key that signs access tokens. Its `Debug` output hides the bytes.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Minimum key length: the size of the SHA-256 digest used in HMAC.
    const LEAST_BYTES: usize = 32;

    /// Reads the key in `file`. If the file is missing, generates a key and writes it readable by
    /// its owner only.
    ///
    /// # Errors
    /// A sentence with the remedy: unreadable, unwritable, or shorter than 32 bytes.
    pub fn read_or_make(file: &Path) -> Result<Self, String> {
        let shown = file.display();
        match std::fs::read(file) {
            Ok(bytes) => Self::long_enough(&bytes, file),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Self::make(file),
            Err(e) => Err(format!("cannot read the key in {shown}: {e}")),
        }
    }

    /// Reads the key in `file`, which must exist.
    ///
    /// # Errors
    /// A sentence with the remedy: unreadable, or shorter than 32 bytes.
    pub fn read(file: &Path) -> Result<Self, String> {
        let bytes = std::fs::read(file);
        let bytes = bytes.map_err(|e| format!("cannot read the key in {}: {e}", file.display()))?;
        Self::long_enough(&bytes, file)
    }

    fn long_enough(bytes: &[u8], file: &Path) -> Result<Self, String> {
        let key = bytes.trim_ascii().to_vec();
        if key.len() < Self::LEAST_BYTES {
            return Err(format!(
                "the key in {} is shorter than {} bytes; replace it by a longer random key, or remove the file to have one generated",
                file.display(),
                Self::LEAST_BYTES
            ));
        }
        Ok(Self(key))
    }

    fn make(file: &Path) -> Result<Self, String> {
        let key = Self::made()?;
        let made = private::write_once(file, key.bytes())
            .map_err(|e| format!("cannot write a new key to {}: {e}", file.display()))?;
        if !made {
            // Another process was faster.
            return Self::read(file);
        }
        Ok(key)
    }

    /// A new key that stands in no file.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub(crate) fn made() -> Result<Self, String> {
        let text = crate::http::tokens::random_text().map_err(|e| e.to_string())?;
        Ok(Self(text.into_bytes()))
    }

    /// A fixed key for tests.
    pub fn for_tests() -> Self {
        Self(b"a key for tests, of thirty-two bytes and more".to_vec())
    }

    /// True if `shown` is this key; compares digests, whose likeness says nothing about the key.
    pub fn is(&self, shown: &str) -> bool {
        digest(shown) == digest(&String::from_utf8_lossy(&self.0))
    }

    /// The raw key bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_less_than_32_bytes_is_refused_and_a_made_one_is_longer() {
        let folder = tempfile::tempdir().unwrap();
        let (short, missing) = (folder.path().join("short"), folder.path().join("missing"));
        std::fs::write(&short, format!("  {}\n", "k".repeat(31))).unwrap();

        let made = Secret::read_or_make(&missing).unwrap();

        assert!(Secret::read_or_make(&short).unwrap_err().contains("shorter than 32 bytes"));
        assert!(Secret::read(&short).is_err());
        assert_eq!(Secret::read(&missing).unwrap().bytes(), made.bytes());
        assert_eq!((made.bytes().len(), format!("{made:?}")), (43, "Secret(…)".to_owned()));
    }
}

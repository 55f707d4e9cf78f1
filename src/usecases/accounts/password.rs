//! Password hashing (argon2id) and the check of password strength.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, Params, PasswordHasher, PasswordVerifier};

pub use crate::domain::account::password::{Effort, OWASP};
use crate::domain::words::Words;

/// Minimum length in characters. Strength is then estimated by zxcvbn.
pub const SHORTEST: usize = 10;
/// Maximum length in characters; limits the cost of the strength estimate and of hashing.
pub const LONGEST: usize = 200;

/// Hashes a password; the result contains the salt and the parameters (PHC string).
pub fn hash(password: &str, effort: Effort) -> Result<String, String> {
    let params =
        Params::new(effort.memory_kib, effort.passes, 1, None).map_err(|e| e.to_string())?;
    let hasher = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let hash = hasher.hash_password(password.as_bytes()).map_err(|e| e.to_string())?;
    Ok(hash.to_string())
}

/// True if `password` matches the stored hash.
pub fn verify(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Code and message if `password` is too weak, otherwise `None`. `about` lists words an attacker
/// would try first, such as the account's names.
pub fn weakness(password: &str, about: &[&str]) -> Option<(&'static str, Words)> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Some((
            "too-short",
            Words::new(
                format!("密码至少 {SHORTEST} 个字符。"),
                format!("At least {SHORTEST} characters."),
            ),
        ));
    }
    if length > LONGEST {
        return Some((
            "too-long",
            Words::new(
                format!("密码至多 {LONGEST} 个字符。"),
                format!("At most {LONGEST} characters."),
            ),
        ));
    }
    if zxcvbn::zxcvbn(password, about).score() < zxcvbn::Score::Three {
        return Some((
            "too-guessable",
            Words::new(
                "密码太容易被猜到：请用几个不相干的词，避免姓名、日期和键盘顺序。",
                "Too easily guessed: use several unrelated words; no names, dates or keyboard runs.",
            ),
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_takes_its_own_password_and_no_other() {
        let cheap = Effort { memory_kib: 8, passes: 1 };

        let stored = hash("correct horse battery", cheap).unwrap();

        assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{stored}");
        assert!(verify("correct horse battery", &stored));
        assert!(!verify("correct horse batterz", &stored));
        assert!(!verify("anything", "not a hash"));
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        let cheap = Effort { memory_kib: 8, passes: 1 };

        assert_ne!(hash("correct horse battery", cheap), hash("correct horse battery", cheap));
    }

    #[test]
    fn short_common_and_personal_passwords_are_refused() {
        assert_eq!(weakness("Ab1!", &[]).unwrap().0, "too-short");
        assert_eq!(weakness("password123", &[]).unwrap().0, "too-guessable");
        assert_eq!(weakness("zhangsan2021", &["zhangsan"]).unwrap().0, "too-guessable");
        assert!(weakness("river lantern copper 47", &[]).is_none());
    }
}

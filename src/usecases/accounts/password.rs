//! Password hashing (argon2id) and the check of password strength.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, Params, PasswordHasher, PasswordVerifier};

use crate::domain::account::known_words::{known_words, left_without};
pub(crate) use crate::domain::account::password::{Effort, OWASP};
use crate::domain::words::Words;

/// Minimum length in characters. Strength is then estimated by zxcvbn.
pub(crate) const SHORTEST: usize = 10;
/// Maximum length in characters; limits the cost of the strength estimate and of hashing.
pub(crate) const LONGEST: usize = 200;

/// Hashes a password; the result contains the salt and the parameters (PHC string).
pub fn hash(password: &str, effort: Effort) -> Result<String, String> {
    let params =
        Params::new(effort.memory_kib, effort.passes, 1, None).map_err(|e| e.to_string())?;
    let hasher = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let hash = hasher.hash_password(password.as_bytes()).map_err(|e| e.to_string())?;
    Ok(hash.to_string())
}

/// True if `password` matches the stored hash.
pub(crate) fn verify(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Least different characters that must be left without the words everybody here knows.
const LEFT: usize = 8;

/// Code and message if `password` is too weak, otherwise `None`. `about` lists words an attacker
/// would try first, such as the account's names.
pub(crate) fn weakness(password: &str, about: &[&str]) -> Option<(&'static str, Words)> {
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
    let known = known_words(about.iter().copied());
    let inputs: Vec<&str> = known.iter().map(String::as_str).collect();
    let guessable = zxcvbn::zxcvbn(password, &inputs).score() < zxcvbn::Score::Three;
    if guessable || left_without(password, &known) < LEFT {
        return Some((
            "too-guessable",
            Words::new(
                "密码太容易被猜到：请用几个不相干的词，避免姓名、单位、地名及其拼音，日期和键盘顺序。",
                "Too easily guessed: use several unrelated words; no names of people, units or places, no dates or keyboard runs.",
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

    #[test]
    fn words_of_the_city_the_units_and_the_names_in_pinyin_are_refused() {
        let about = ["li.xiaoming", "李晓明", "东营市工业和信息化局", "某某石化集团有限公司"];
        for known in [
            "Dongying2021",
            "dongying@2021",
            "Dongying@2021#Kenli",
            "GuangRao-2026!",
            "lijinxian20260101",
            "MajorProjects1",
            "zhongdaxiangmu2026",
            "Xiaoming@8888",
            "LiXiaoming2021!",
            "xiaomingli_2021",
            "gongyehexinxihuaju1",
            "Shihuajituan#2026",
            "东营市重大项目调度2026",
            "李晓明李晓明李晓明1",
        ] {
            assert_eq!(weakness(known, &about).map(|w| w.0), Some("too-guessable"), "{known}");
        }
        for good in ["river lantern copper 47", "q7Zr-mK2w_Vx91", "木星 缝纫机 三叶草 桥墩 47"]
        {
            assert!(weakness(good, &about).is_none(), "{good}");
        }
    }
}

//! First passwords: made here, shown once, changed at the first log-in.

use crate::http::problem::Problem;
use crate::http::tokens::random_text;

/// Groups of letters, and letters in a group: 16 letters of 54 are 92 bits.
const GROUPS: (usize, usize) = (4, 4);

/// A password nobody guesses and everybody can read out: no letter looks like another.
///
/// # Errors
/// The system gives no random bytes.
pub fn first_password() -> Result<String, Problem> {
    let (groups, size) = GROUPS;
    let mut letters = Vec::new();
    // One text has some 35 such letters; the bound is against a system that is out of its mind.
    for _ in 0..8 {
        let text = random_text().map_err(Problem::broken)?;
        letters.extend(text.chars().filter(|c| is_plain(*c)));
        if letters.len() >= groups * size {
            let groups = letters.chunks(size).take(groups);
            let groups: Vec<String> = groups.map(|group| group.iter().collect()).collect();
            return Ok(groups.join("-"));
        }
    }
    Err(Problem::broken("no random letters"))
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() && !"0OoIl1".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::accounts::password::weakness;

    #[test]
    fn a_first_password_is_strong_and_readable() {
        let (one, two) = (first_password().unwrap(), first_password().unwrap());

        assert_ne!(one, two);
        assert_eq!(one.len(), 19);
        assert!(one.chars().all(|c| c == '-' || is_plain(c)), "{one}");
        assert!(weakness(&one, &["li.na", "李娜"]).is_none(), "{one}");
    }
}

//! First passwords: generated here, shown once, changed at the first log-in.

use crate::http::problem::Problem;
use crate::http::tokens::random_text;

/// Number of groups, and letters per group: 16 letters of an alphabet of 54 give 92 bits.
const GROUPS: (usize, usize) = (4, 4);

/// Generates a password that can be read aloud: without letters that look alike.
///
/// # Errors
/// The system gives no random bytes.
pub(crate) fn first_password() -> Result<String, Problem> {
    let (groups, size) = GROUPS;
    let mut letters = Vec::new();
    // One text yields about 35 usable letters; the bound stops a broken random source.
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
    use crate::usecases::accounts::password::weakness;

    #[test]
    fn a_first_password_is_strong_and_readable() {
        let (one, two) = (first_password().unwrap(), first_password().unwrap());

        assert_ne!(one, two);
        assert_eq!(one.len(), 19);
        assert!(one.chars().all(|c| c == '-' || is_plain(c)), "{one}");
        assert!(weakness(&one, &["li.na", "李娜"]).is_none(), "{one}");
    }
}

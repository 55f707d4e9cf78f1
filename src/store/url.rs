//! Database URL.
//!
//! Parsed strictly, because SQLite accepts almost any text as a file name.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Location of the database.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// SQLite file.
    Sqlite(PathBuf),
    /// PostgreSQL server, as a connection URL.
    Postgres(String),
}

/// Error for a text that is not a database URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a database URL; write sqlite:<path> or postgres://<user>@<host>/<name>")]
pub struct UrlError(String);

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let refuse = || UrlError(hide_password(text));
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            // Not allowed, because each pooled connection would get its own in-memory database.
            return match path {
                "" | ":memory:" => Err(refuse()),
                _ => Ok(Self::Sqlite(path.into())),
            };
        }
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        match rest {
            Some(rest) if !rest.is_empty() => Ok(Self::Postgres(text.to_owned())),
            Some(_) | None => Err(refuse()),
        }
    }
}

impl DatabaseUrl {
    /// Adds `password` to a PostgreSQL URL that does not contain one.
    #[must_use]
    pub fn with_password(self, password: &str) -> Self {
        match &self {
            Self::Sqlite(_) => self,
            Self::Postgres(text) => match text.split_once("://") {
                Some((scheme, rest)) if !hides_something(rest) => match rest.split_once('@') {
                    Some((user, place)) => {
                        let password = percent_encoded(password);
                        Self::Postgres(format!("{scheme}://{user}:{password}@{place}"))
                    }
                    None => self,
                },
                Some(_) | None => self,
            },
        }
    }
}

fn hides_something(rest: &str) -> bool {
    rest.split_once('@').is_some_and(|(user, _)| user.contains(':'))
}

/// `url` without its password, which may stand before the host or in the parameter `password`; and the
/// password.
pub(super) fn without_password(url: &str) -> (String, Option<String>) {
    let (url, query) = url.split_once('?').map_or((url, None), |(url, query)| (url, Some(query)));
    let mut password = None;
    let mut plain = url.to_owned();
    if let Some((scheme, rest)) = url.split_once("://")
        && let Some((account, place)) = rest.split_once('@')
        && let Some((user, secret)) = account.split_once(':')
    {
        password = Some(percent_decoded(secret));
        plain = format!("{scheme}://{user}@{place}");
    }
    let mut kept = Vec::new();
    for parameter in query.into_iter().flat_map(|query| query.split('&')) {
        if let Some(secret) = parameter.strip_prefix("password=") {
            password = Some(percent_decoded(secret));
        } else {
            kept.push(parameter);
        }
    }
    if !kept.is_empty() {
        plain = format!("{plain}?{}", kept.join("&"));
    }
    (plain, password)
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).filter(|_| *first == b'%');
        let code = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Masks the password: `user:secret@host` becomes `user:…@host`.
fn hide_password(text: &str) -> String {
    let text = match text.split_once("password=") {
        Some((before, secret)) => {
            let after =
                secret.split_once('&').map_or(String::new(), |(_, rest)| format!("&{rest}"));
            format!("{before}password=…{after}")
        }
        None => text.to_owned(),
    };
    let Some((scheme, rest)) = text.split_once("://") else {
        return text;
    };
    match rest.rsplit_once('@') {
        Some((account, place)) => {
            let user = account.split_once(':').map_or(account, |(user, _)| user);
            let hidden = if account.contains(':') { ":…" } else { "" };
            format!("{scheme}://{user}{hidden}@{place}")
        }
        None => text,
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(b).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(text) => f.write_str(&hide_password(text)),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_forms_are_known_and_nothing_else() {
        assert_eq!("sqlite:./data/x.db".parse(), Ok(DatabaseUrl::Sqlite("./data/x.db".into())));
        assert_eq!("sqlite:///srv/x.db".parse(), Ok(DatabaseUrl::Sqlite("/srv/x.db".into())));
        for bad in [
            "",
            "data.db",
            "sqlite:",
            "sqlite::memory:",
            "mysql://x",
            "host=127.0.0.1 port=1",
            "postgres://",
        ] {
            assert!(bad.parse::<DatabaseUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let url: DatabaseUrl = "postgres://app:s3cret@db:5432/mp".parse().unwrap();

        assert_eq!(url.to_string(), "postgres://app:…@db:5432/mp");
        assert_eq!(format!("{url:?}"), "postgres://app:…@db:5432/mp");
        let url: DatabaseUrl =
            "postgres://app@db/mp?password=s3cret&sslmode=require".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://app@db/mp?password=…&sslmode=require");
    }

    #[test]
    fn a_password_is_taken_out_of_its_url() {
        let taken = |url: &str| {
            let (url, password) = without_password(url);
            (url, password.unwrap_or_default())
        };

        let (plain, at_host) = ("postgres://app@db:5/mp", "postgres://app:a%2Fb%40c%25@db:5/mp");
        assert_eq!(taken(at_host), (plain.to_owned(), "a/b@c%".to_owned()));
        assert_eq!(taken(plain), (plain.to_owned(), String::new()));
        let as_parameter = "postgres://app@db/mp?sslmode=require&password=x%20y";
        let rest = "postgres://app@db/mp?sslmode=require";
        assert_eq!(taken(as_parameter), (rest.to_owned(), "x y".to_owned()));
        assert_eq!(taken("postgres://db/mp"), ("postgres://db/mp".to_owned(), String::new()));
    }

    #[test]
    fn a_password_from_a_file_is_put_in_unless_there_is_one() {
        let url: DatabaseUrl = "postgres://app@db/mp".parse().unwrap();
        let own: DatabaseUrl = "postgres://app:x@db/mp".parse().unwrap();

        assert_eq!(
            url.with_password("a/b@c"),
            DatabaseUrl::Postgres("postgres://app:a%2Fb%40c@db/mp".into())
        );
        assert_eq!(own.clone().with_password("y"), own);
    }
}

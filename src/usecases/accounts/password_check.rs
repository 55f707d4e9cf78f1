//! What a new password of an account is compared with.

use crate::domain::error::FieldError;
use crate::domain::id::UserId;
use crate::domain::words::Words;
use crate::store::accounts::passwords;
use crate::store::{Conn, StoreError};
use crate::usecases::accounts::password;
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;

/// What a new password must differ from.
#[derive(Debug, Default)]
pub(crate) struct PasswordCheck {
    /// Hashes of the last five passwords.
    used: Vec<String>,
    /// Names of units and areas.
    names: Vec<String>,
}

impl PasswordCheck {
    /// Loads what a new password of `user` is compared with; `None` for an account to be created.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn load(ask: &mut Ask<'_>, user: Option<UserId>) -> Result<Self, Refusal> {
        Ok(Self::read(ask.conn, user)?)
    }

    /// As [`PasswordCheck::load`], for the commands of the operator.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn read(conn: &mut Conn, user: Option<UserId>) -> Result<Self, StoreError> {
        let used = match user {
            Some(user) => passwords::hashes(conn, user)?,
            None => Vec::new(),
        };
        Ok(Self { used, names: passwords::names_to_avoid(conn)? })
    }

    /// What is wrong with `password`, of an account with these names. Slow: it hashes the password
    /// up to five times.
    pub(crate) fn fault(&self, password: &str, about: &[&str]) -> Option<FieldError> {
        let names = about.iter().copied().chain(self.names.iter().map(String::as_str));
        let weakness = password::weakness(password, &names.collect::<Vec<_>>());
        if let Some((code, words)) = weakness {
            return Some(FieldError::new("", code, words));
        }
        let used = self.used.iter().any(|hash| password::verify(password, hash));
        used.then(|| FieldError::new("", "used-before", used_before()))
    }
}

fn used_before() -> Words {
    Words::new(
        "新密码不能与最近五次使用过的密码相同。",
        "The new password must differ from the last five.",
    )
}

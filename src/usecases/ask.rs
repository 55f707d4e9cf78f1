//! The context of a use case: a snapshot of the register, the caller and the time.

use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::words::Language;
use crate::store::Conn;
use crate::store::events::Author;
use crate::usecases::caller::Caller;
use crate::usecases::refusal::Refusal;

/// The instant and the business day of a request, read once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    /// The instant.
    pub instant: Timestamp,
    /// The business day in Asia/Shanghai.
    pub today: chrono::NaiveDate,
}

/// Author and time of a change, for its event.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    /// The account, machine client or program that makes the change.
    pub author: Author,
    /// The instant and the business day.
    pub now: Now,
}

/// A consistent snapshot of the register, with the caller, the time and the language.
pub(crate) struct Ask<'a> {
    /// The connection of the snapshot. Only use cases read it.
    pub(in crate::usecases) conn: &'a mut Conn,
    /// The caller.
    pub caller: &'a Caller,
    /// The instant and the business day.
    pub now: Now,
    /// The language of texts in the answer, such as warnings.
    pub language: Language,
}

/// The context of a use case that runs before there is a caller, such as logging in.
pub(crate) struct Anonymous<'a> {
    /// The connection of the snapshot. Only use cases read it.
    pub(in crate::usecases) conn: &'a mut Conn,
    /// The instant and the business day.
    pub now: Now,
}

impl<'a> Anonymous<'a> {
    /// The context of a use case in the open transaction of `conn`.
    pub(crate) fn new(conn: &'a mut Conn, now: Now) -> Self {
        Self { conn, now }
    }
}

impl<'a> Ask<'a> {
    /// The context of a use case in the open transaction of `conn`.
    pub(crate) fn new(
        conn: &'a mut Conn,
        caller: &'a Caller,
        now: Now,
        language: Language,
    ) -> Self {
        Self { conn, caller, now, language }
    }

    /// The projects the caller sees.
    pub(crate) fn sight(&self) -> Sight {
        self.caller.sees()
    }

    /// Author and time, for the event of a change.
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp { author: self.caller.author.clone(), now: self.now }
    }

    /// Saves a change decided in this snapshot, in the same transaction.
    ///
    /// # Errors
    /// What `save` returns.
    pub(crate) fn save<T, E>(
        &mut self,
        save: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        save(self.conn)
    }

    /// Runs `work` under a savepoint, and rolls back to it if `work` fails or `keep` returns false
    /// for its result.
    ///
    /// # Errors
    /// The error of `work`.
    pub(crate) fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Ask<'_>) -> Result<T, Refusal>,
        keep: impl FnOnce(&T) -> bool,
    ) -> Result<T, Refusal> {
        let Self { conn, caller, now, language } = self;
        conn.attempt(|conn| work(&mut Ask::new(conn, caller, *now, *language)), keep)
    }
}

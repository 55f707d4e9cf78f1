//! One question to the register: a snapshot, the caller and the instant.

use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::words::Language;
use crate::store::Conn;
use crate::store::events::Author;
use crate::usecases::caller::Caller;

/// The instant and the business day of a request, read once.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// The instant.
    pub instant: Timestamp,
    /// The business day in Asia/Shanghai.
    pub today: chrono::NaiveDate,
}

/// Who did something, and when: what an event of a change needs beside its rows.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The account, client or program that acts.
    pub author: Author,
    /// The instant and the business day.
    pub now: Now,
}

/// One consistent snapshot of the register with who asks, when, and in which language.
pub struct Ask<'a> {
    /// The snapshot. Only use cases read it.
    pub(in crate::usecases) conn: &'a mut Conn,
    /// Who asks.
    pub caller: &'a Caller,
    /// The instant and the business day.
    pub now: Now,
    /// The language of texts made for the caller, such as warnings.
    pub language: Language,
}

impl<'a> Ask<'a> {
    /// A question in the snapshot, or in the open transaction, of `conn`.
    pub fn new(conn: &'a mut Conn, caller: &'a Caller, now: Now, language: Language) -> Self {
        Self { conn, caller, now, language }
    }

    /// Which projects the caller sees.
    pub fn sight(&self) -> Sight {
        self.caller.sees()
    }

    /// Who acts, and when, for the event of a change.
    pub fn stamp(&self) -> Stamp {
        Stamp { author: self.caller.author.clone(), now: self.now }
    }

    /// Saves a change that was decided on in this snapshot, in its transaction.
    ///
    /// # Errors
    /// What `save` returns.
    pub fn save<T, E>(&mut self, save: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        save(self.conn)
    }
}

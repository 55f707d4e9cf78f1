//! Accounts: people, machine clients and their sessions.

pub(crate) mod clients;
pub(crate) mod passwords;
pub(crate) mod recorded;
pub(crate) mod sessions;
pub(crate) mod totp;
pub(crate) mod users;

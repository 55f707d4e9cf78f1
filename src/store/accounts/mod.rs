//! Accounts: people, machine clients and their sessions.

pub mod clients;
pub mod passwords;
pub mod recorded;
pub mod sessions;
pub mod totp;
pub mod users;

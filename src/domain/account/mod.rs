//! Accounts: roles, permitted actions, visible projects, and the scopes of machine clients.

pub mod access;
pub mod known_words;
pub mod password;
pub mod scope;
pub mod session;
pub mod totp;

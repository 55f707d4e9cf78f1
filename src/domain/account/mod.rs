//! Accounts: roles, permitted actions, visible projects, and the scopes of machine clients.

pub(crate) mod access;
pub(crate) mod known_words;
pub(crate) mod password;
pub(crate) mod scope;
pub(crate) mod session;
pub(crate) mod totp;

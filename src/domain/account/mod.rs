//! Accounts: roles, permitted actions, visible projects, and the scopes of machine clients.

pub mod access;
pub mod password;
pub mod scope;

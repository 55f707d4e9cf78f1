//! Accounts: roles, the actions they allow, which projects they see, and the scopes of machine clients.

pub mod access;
pub mod scope;

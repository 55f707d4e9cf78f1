//! Accounts: people, machine clients, their sessions and passwords.

pub(crate) mod client_grants;
pub(crate) mod client_sessions;
pub(crate) mod client_view;
pub(crate) mod clients;
pub(crate) mod grants;
pub(crate) mod holder;
pub(crate) mod log_ins;
pub(crate) mod open_sessions;
pub(crate) mod password;
pub(crate) mod password_check;
pub(crate) mod recovery_codes;
pub(crate) mod sessions;
pub(crate) mod totp;
pub(crate) mod user_view;
pub(crate) mod users;

//! Accounts: people, machine clients, their sessions and passwords.

pub mod client_grants;
pub mod client_sessions;
pub mod client_view;
pub mod clients;
pub mod grants;
pub mod holder;
pub mod open_sessions;
pub mod password;
pub mod password_check;
pub mod recovery_codes;
pub mod sessions;
pub mod totp;
pub mod user_view;
pub mod users;

//! Log-in, user accounts and machine clients.

pub mod clients;
pub mod list;
pub mod log_in;
pub mod one;
pub mod own;
pub mod own_totp;
pub mod proposals;
pub mod secrets;

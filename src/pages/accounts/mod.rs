//! Log-in, user accounts and machine clients.

pub(crate) mod clients;
pub(crate) mod list;
pub(crate) mod log_in;
pub(crate) mod one;
pub(crate) mod own;
pub(crate) mod own_totp;
pub(crate) mod proposals;
pub(crate) mod secrets;

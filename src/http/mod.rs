//! The kit of the API: bodies, queries, replies, problems, the signature that is the document, preconditions,
//! idempotency keys, the caller, files. Names no resource.

pub mod app;
pub mod body;
pub mod caller;
pub mod document;
pub mod document30;
pub mod documents;
pub mod envelope;
pub mod grid;
pub mod health;
pub mod limits;
pub mod once;
pub mod precondition;
pub mod problem;
pub mod query;
pub mod reply;
pub mod routes;
pub mod running;
pub mod shape;
pub mod sheet;
pub mod signature;
pub mod stored;
pub mod strict;
pub mod tokens;
pub mod turns;

/// Where version 1 of the API is mounted.
pub const PREFIX: &str = "/api/v1";

/// Where pages find the API's files.
pub const FILES: &str = "/files";

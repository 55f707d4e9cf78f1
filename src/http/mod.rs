//! The kit of the API, which names no resource: bodies, queries, replies, problems, the document
//! made from handler signatures, preconditions, idempotency keys, the caller, files.

mod access;
pub mod access_recorder;
pub mod answering_stream;
pub mod answers;
pub mod app;
pub mod attempts;
pub mod batch;
pub mod body;
pub mod body_room;
mod buckets;
pub mod caller;
pub mod client_address;
mod columns;
pub mod document;
pub mod document30;
pub mod documents;
pub mod export_slots;
pub mod file_format;
mod format_choice;
pub mod hash_pool;
pub mod health;
mod index;
pub mod job_signal;
mod json_table;
mod list_file;
pub mod long_write;
pub mod middleware;
pub mod once;
pub mod pacing;
pub mod plain_text;
pub mod precondition;
pub mod problem;
pub mod problem_body;
mod problem_code_list;
mod problem_codes;
pub mod query;
pub mod quotas;
pub mod reply;
pub mod request_id;
pub mod respond_async;
pub mod routes;
pub mod rows;
pub mod running_keys;
pub mod schema_check;
pub mod schemas;
pub mod session_uses;
pub mod sheet;
pub mod signature;
mod spool;
pub mod spreadsheet;
pub mod stored;
mod strict_json;
pub mod tokens;
pub mod upload_slots;
pub mod waiting;

/// Where version 1 of the API is mounted.
pub const PREFIX: &str = crate::usecases::answer::API;

/// Where the API's files are mounted for the pages.
pub const FILES: &str = "/files";

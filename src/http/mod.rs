//! The kit of the API, which names no resource: bodies, queries, replies, problems, the document
//! made from handler signatures, preconditions, idempotency keys, the caller, files.

mod access;
pub(crate) mod access_recorder;
pub(crate) mod answering_stream;
pub(crate) mod answers;
pub(crate) mod app;
pub(crate) mod attempts;
pub(crate) mod batch;
pub(crate) mod body;
pub(crate) mod body_room;
mod buckets;
pub(crate) mod caller;
pub(crate) mod client_address;
mod columns;
pub mod document;
pub mod document30;
pub(crate) mod documents;
pub(crate) mod export_slots;
pub(crate) mod file_format;
mod format_choice;
pub(crate) mod free_text;
pub(crate) mod hash_pool;
pub(crate) mod health;
mod index;
pub(crate) mod job_signal;
mod json_table;
mod list_file;
pub(crate) mod long_write;
pub(crate) mod middleware;
pub(crate) mod once;
mod ordered_json;
pub(crate) mod pacing;
pub(crate) mod plain_text;
pub(crate) mod precondition;
pub(crate) mod problem;
pub(crate) mod problem_body;
mod problem_code_list;
mod problem_codes;
pub(crate) mod query;
pub(crate) mod quotas;
pub(crate) mod reply;
pub(crate) mod request_id;
pub(crate) mod respond_async;
pub(crate) mod routes;
pub(crate) mod rows;
pub(crate) mod running_keys;
pub(crate) mod schema_check;
pub(crate) mod schemas;
pub(crate) mod session_uses;
pub(crate) mod sheet;
pub(crate) mod signature;
mod spool;
pub(crate) mod spreadsheet;
pub(crate) mod stored;
mod strict_json;
pub(crate) mod tokens;
pub(crate) mod upload_slots;
pub(crate) mod waiting;

/// Where version 1 of the API is mounted.
pub(crate) const PREFIX: &str = crate::usecases::answer::API;

/// Where the API's files are mounted for the pages.
pub(crate) const FILES: &str = "/files";

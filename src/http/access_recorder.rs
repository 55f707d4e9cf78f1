//! Counts entries of the access log in memory; the background stores them. No request waits for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::http::StatusCode;

use crate::domain::access_log::book::AccessBook;
use crate::domain::access_log::{AccessBatch, AccessEntry, AccessKey, AccessKind};
use crate::domain::clock::Timestamp;
use crate::domain::fold::fold;
use crate::http::problem::Problem;

/// Codes of fields that prove who one is: the current password, a one-time code.
const WRONG: [&str; 2] = ["wrong-password", "wrong-code"];

/// Takes entries of the access log.
#[derive(Clone, Debug, Default)]
pub(crate) struct AccessRecorder(Arc<Mutex<AccessBook>>);

/// An attempt to prove who one is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt<'a> {
    /// The name that was given; empty for a refresh token.
    pub name: &'a str,
    /// Path of the operation below the API.
    pub path: &'static str,
    /// Network address of the client.
    pub address: &'a str,
    /// Id of the request.
    pub request_id: &'a str,
}

impl AccessRecorder {
    fn lock(&self) -> MutexGuard<'_, AccessBook> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an entry.
    pub(crate) fn note(&self, entry: AccessEntry) {
        self.lock().note(entry);
    }

    /// Takes what was counted since the last time.
    pub(crate) fn take(&self) -> AccessBatch {
        self.lock().take()
    }

    /// Counts an attempt if `problem` says that it failed, or was one too many.
    pub(crate) fn note_attempt(&self, attempt: Attempt<'_>, problem: &Problem, at: Timestamp) {
        let wrong = problem.errors.iter().map(|error| error.code).find(|code| WRONG.contains(code));
        let code = match problem.status {
            StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS => problem.code,
            _ => match wrong {
                Some(code) => code,
                None => return,
            },
        };
        let key = AccessKey {
            kind: AccessKind::LogInFailed,
            account_id: None,
            account: fold(attempt.name),
            address: attempt.address.to_owned(),
            method: String::new(),
            path: attempt.path.to_owned(),
            status: problem.status.as_u16(),
            code: code.to_owned(),
            project: None,
        };
        self.note(AccessEntry { key, at, request_id: attempt.request_id.to_owned(), rows: None });
    }
}

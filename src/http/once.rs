//! `Idempotency-Key`: a repeated request is executed once and gets the same reply.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domain::clock::Timestamp;
use crate::domain::words::Words;
use crate::http::app::App;
use crate::http::caller::{Permit, calling_user};
use crate::http::problem::Problem;
use crate::http::signature::{Argument, Entry, RequestHeader};
use crate::http::stored::{Outcome, Stored, StoredReply};
use crate::store::idempotency::{self, KeyScope};
use crate::store::{Conn, StoreError};
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;

/// The header that carries the key.
pub(crate) const KEY: &str = "Idempotency-Key";
/// When to repeat a request whose first use still runs, in seconds.
const RETRY_AFTER_SECONDS: u64 = 1;

/// Request extension: fingerprints of the request's body, SHA-256 in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BodyHash {
    /// Of JSON with sorted fields and without white space; of the bytes if they are not JSON.
    canonical: String,
    /// Of the bytes, as release 0.1.0 stored it.
    bytes: String,
}

impl BodyHash {
    /// The fingerprints of `bytes`.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let json = serde_json::from_slice::<Value>(bytes).ok().map(|json| json.to_string());
        let plain = sha256(bytes);
        Self {
            canonical: json.map_or_else(|| plain.clone(), |j| sha256(j.as_bytes())),
            bytes: plain,
        }
    }

    /// True if `stored` is the fingerprint of the same body.
    fn is(&self, stored: &str) -> bool {
        stored == self.canonical || stored == self.bytes
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().fold(String::with_capacity(64), |hex, b| hex + &format!("{b:02x}"))
}

/// Request extension: the reply repeats an earlier one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replayed;

/// Executes requests with the same key once. A request without a key is always executed.
#[derive(Debug)]
pub(crate) struct Once {
    request: HttpRequest,
    key: Option<String>,
}

impl Argument for Once {
    fn describe(entry: &mut Entry) {
        entry.header(&RequestHeader {
            name: KEY,
            required: false,
            description: "A text the caller chooses for this request, kept for 72 hours. A request with the same \
                key and body is not executed again; it gets the first reply, with `Idempotency-Replayed: true`. The \
                same JSON with its fields in another order is the same body.",
            pattern: Some(r"^[\x21-\x7e]{1,255}$"),
            example: "\"b2c6f1d0-7f1e-4d5e-9a53-0c1f6f7d2a10\"",
        });
        entry.fails(&[400, 422]);
        entry.fails_also(409, "A request with the same key is still being executed.");
        entry.answer_header(409, "Retry-After", "With `idempotency-running`: seconds to wait.");
    }
}

impl FromRequest for Once {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = match request.headers().get(KEY) {
            None => Ok(None),
            Some(value) => value
                .to_str()
                .ok()
                .filter(|key| (1..=255).contains(&key.len()))
                .filter(|key| key.bytes().all(|b| (0x21..=0x7e).contains(&b)))
                .map(|key| Some(key.to_owned()))
                .ok_or_else(invalid_key),
        };
        ready(key.map(|key| Self { request: request.clone(), key }))
    }
}

fn invalid_key() -> Problem {
    let detail = Words::new(
        "Idempotency-Key 应为 1 至 255 个可见 ASCII 字符，建议使用 UUID。",
        "Idempotency-Key takes 1 to 255 visible ASCII characters; a UUID does well.",
    );
    Problem::bad_header(&HeaderName::from_static("idempotency-key"), "idempotency-key", detail)
}

fn still_running() -> Problem {
    let detail = Words::new(
        "相同 Idempotency-Key 的请求正在处理，请稍后用同一个键重试。",
        "A request with this Idempotency-Key is under way; try again with the same key in a moment.",
    );
    let retry_after_seconds = Some(RETRY_AFTER_SECONDS);
    Problem { retry_after_seconds, ..Problem::conflict("idempotency-running", detail) }
}

fn another_body() -> Problem {
    let detail = Words::new(
        "该 Idempotency-Key 已用于另一份请求内容；新的请求请换用新的键。",
        "This Idempotency-Key was used with another body; give a new request a new key.",
    );
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", detail)
}

impl Once {
    /// Without a key, for work a page does in several transactions.
    pub(crate) fn unkeyed(request: &HttpRequest) -> Self {
        Self { request: request.clone(), key: None }
    }

    /// Runs a writing use case in one transaction that also stores the reply, or returns the reply
    /// stored under the same key. A refusal is not stored.
    ///
    /// # Errors
    /// 409 while a request with this key runs, 422 if it was used with another body; the use case's.
    pub(crate) async fn change<P, C, T, R>(
        &self,
        who: &Permit<P>,
        decide: impl FnMut(&mut Ask<'_>) -> Result<C, Refusal> + Send + 'static,
        mut save: impl FnMut(&mut Conn, C) -> Result<T, Refusal> + Send + 'static,
        reply: impl Fn(T) -> R + Send + 'static,
    ) -> Result<Stored<R>, Problem>
    where
        R: Outcome + 'static,
    {
        let Some(scope) = self.scope()? else {
            let sent = who.change(decide, move |conn, c| reply(save(conn, c)?).sent()).await?;
            return Ok(Stored::new(sent));
        };
        let app = &who.app;
        let _running = app.running.begin(&scope).ok_or_else(still_running)?;
        let body = self.body_hash();
        if let Some(kept) = self.kept_reply::<R>(app, &scope, &body).await? {
            return Ok(kept);
        }
        let record = IdempotencyRecord {
            scope: scope.clone(),
            body_sha256: body.canonical.clone(),
            now: app.clock.now(),
        };
        let done = who
            .change(decide, move |conn, c| {
                let reply = reply(save(conn, c)?);
                record.save(conn, reply.kept()?.to_text()?)?;
                reply.sent()
            })
            .await;
        match done {
            Ok(sent) => Ok(Stored::new(sent)),
            // Another process may have executed a request with the same key meanwhile.
            Err(problem) => match self.kept_reply::<R>(app, &scope, &body).await {
                Ok(kept) => kept.ok_or(problem),
                // It is not known either way.
                Err(_) if problem.code == "outcome-unknown" => Err(problem),
                Err(another) => Err(another),
            },
        }
    }

    /// Runs work that stores its reply itself, by the [`KeptReply`] it gets, or returns the reply
    /// stored under the same key. A refusal is not stored.
    ///
    /// # Errors
    /// 409 while a request with this key runs, 422 if it was used with another body; the work's.
    pub(crate) async fn run<R: Outcome>(
        &self,
        app: &App,
        work: impl AsyncFnOnce(KeptReply) -> Result<StoredReply, Problem>,
    ) -> Result<Stored<R>, Problem> {
        let Some(scope) = self.scope()? else {
            return Ok(Stored::new(work(KeptReply(None)).await?));
        };
        let _running = app.running.begin(&scope).ok_or_else(still_running)?;
        let body = self.body_hash();
        if let Some(kept) = self.kept_reply::<R>(app, &scope, &body).await? {
            return Ok(kept);
        }
        let body_sha256 = body.canonical.clone();
        let record = IdempotencyRecord { scope: scope.clone(), body_sha256, now: app.clock.now() };
        match work(KeptReply(Some(record))).await {
            Ok(sent) => Ok(Stored::new(sent)),
            // Another process may have executed a request with the same key meanwhile.
            Err(problem) => match self.kept_reply::<R>(app, &scope, &body).await {
                Ok(kept) => kept.ok_or(problem),
                // It is not known either way.
                Err(_) if problem.code == "outcome-unknown" => Err(problem),
                Err(another) => Err(another),
            },
        }
    }

    async fn kept_reply<R: Outcome>(
        &self,
        app: &App,
        scope: &KeyScope,
        body: &BodyHash,
    ) -> Result<Option<Stored<R>>, Problem> {
        let path = self.request.path();
        let found = self.kept_text(app, scope, body).await?;
        Ok(found
            .map(|text| Stored::new(StoredReply::read::<R>(&text, path, app.headers_of_format_1))))
    }

    fn scope(&self) -> Result<Option<KeyScope>, Problem> {
        let Some(key) = self.key.clone() else {
            return Ok(None);
        };
        let user = calling_user(&self.request).ok_or_else(|| Problem::broken("nobody calls"))?;
        let method = self.request.method().to_string();
        let path =
            self.request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
        Ok(Some(KeyScope { user, method, path, key }))
    }

    fn body_hash(&self) -> BodyHash {
        let hash = self.request.extensions().get::<BodyHash>().cloned();
        hash.unwrap_or_else(|| BodyHash::of(b""))
    }

    async fn kept_text(
        &self,
        app: &App,
        scope: &KeyScope,
        body: &BodyHash,
    ) -> Result<Option<String>, Problem> {
        let scope = scope.clone();
        let now = app.clock.now();
        let found = app.db.read(move |conn| idempotency::find(conn, &scope, now)).await?;
        match found {
            None => Ok(None),
            Some(kept) if !body.is(&kept.body_sha256) => Err(another_body()),
            Some(kept) => {
                self.request.extensions_mut().insert(Replayed);
                Ok(Some(kept.outcome))
            }
        }
    }
}

/// Stores the reply of a request under its key, if it has one.
#[derive(Clone, Debug)]
pub(crate) struct KeptReply(Option<IdempotencyRecord>);

impl KeptReply {
    /// True if there is no key, and nothing to store.
    pub(crate) fn is_unkeyed(&self) -> bool {
        self.0.is_none()
    }

    /// Stores `reply`; call it in the transaction of the work.
    ///
    /// # Errors
    /// Taken if a concurrent request with the same key committed first.
    pub(crate) fn store(&self, conn: &mut Conn, reply: &StoredReply) -> Result<(), Refusal> {
        if let Some(record) = &self.0 {
            record.save(conn, reply.to_text()?)?;
        }
        Ok(())
    }
}

/// A key with the hash of the body it was sent with, to store an outcome under.
#[derive(Clone, Debug)]
struct IdempotencyRecord {
    scope: KeyScope,
    body_sha256: String,
    now: Timestamp,
}

impl IdempotencyRecord {
    fn save(&self, conn: &mut Conn, outcome: String) -> Result<(), StoreError> {
        let outcome = idempotency::Outcome { body_sha256: self.body_sha256.clone(), outcome };
        idempotency::keep(conn, &self.scope, &outcome, self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::{BodyHash, sha256};

    #[test]
    fn the_same_json_has_one_fingerprint_and_the_old_one_is_known() {
        let one = BodyHash::of(br#"{"a": "1", "b": {"c": [1, 2], "d": null}}"#);
        let other = BodyHash::of(b"{\"b\":{\"d\":null,\"c\":[1,2]},\n\"a\":\"\\u0031\"}");

        assert_eq!(one.canonical, other.canonical);
        assert!(one.is(&sha256(br#"{"a": "1", "b": {"c": [1, 2], "d": null}}"#)));
        for different in [r#"{"a":"1"}"#, r#"{"a":"1","b":{"c":[2,1],"d":null}}"#, r#"{"a":1}"#] {
            assert!(!one.is(&BodyHash::of(different.as_bytes()).canonical), "{different}");
        }
    }

    #[test]
    fn what_is_not_json_is_its_bytes() {
        let file = BodyHash::of(b"PK\x03\x04 {");
        assert_eq!((&file.canonical, &file.bytes), (&sha256(b"PK\x03\x04 {"), &file.bytes));
        assert_eq!(BodyHash::of(b"").canonical, sha256(b""));
    }
}

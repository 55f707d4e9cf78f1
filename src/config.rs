//! Configuration of the program, from command-line flags or environment variables. Read once at
//! start.

pub(crate) mod oc4ids;
pub(crate) mod secret;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use tracing::info;

use crate::domain::access_log::KEPT_DAYS_AT_LEAST;
use crate::domain::account::password::{Effort, OWASP};
use crate::domain::account::session::IdleLimit;
use crate::domain::proposal::SecondPerson;
use crate::domain::webhook::allowed_hosts::AllowedHosts;
use crate::http::client_address::{ForwardedHeader, TrustedProxies};
use crate::store::record::RecordKey;
use crate::store::{DatabaseUrl, UrlError};

pub(crate) use oc4ids::Oc4idsConfig;
pub use secret::Secret;

fn record_key(secret: &Secret, file: &Path) -> Result<RecordKey, String> {
    RecordKey::read(secret.bytes())
        .ok_or_else(|| format!("a key in {} is shorter than 32 bytes", file.display()))
}

/// Settings of every command that opens a database.
#[derive(Args, Clone, Debug)]
pub(crate) struct DatabaseConfig {
    /// Database URL: `sqlite:<path>` or `postgres://user@host/name` [default:
    /// major-projects.db in the data directory]
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// Path of a file with the database password; used when the PostgreSQL URL contains no password
    #[arg(long, env = "DATABASE_PASSWORD_FILE")]
    pub database_password_file: Option<PathBuf>,

    /// Directory of the embedded SQLite database and of generated keys
    #[arg(long, env = "DATA_DIR", default_value = "./data")]
    pub data_dir: PathBuf,

    /// Path of the key that signs events; its first line signs, further lines are earlier keys
    /// [default: record.key in the data directory; generated if missing]
    #[arg(long, env = "RECORD_KEY_FILE")]
    pub record_key_file: Option<PathBuf>,

    /// Begin a new key of the record, after the one that signed the events was lost. `verify` then names
    /// the events before as unsigned
    #[arg(long)]
    pub new_record_key: bool,

    /// Maximum number of open database connections (SQLite: read connections only; PostgreSQL:
    /// reads and writes)
    #[arg(long, env = "DB_CONNECTIONS", default_value_t = 8)]
    pub db_connections: u32,

    /// Maximum wait for a database connection before answering 503, in seconds
    #[arg(long, env = "DB_WAIT_SECONDS", default_value_t = 3)]
    pub db_wait_seconds: u64,

    /// Maximum time of a read on PostgreSQL before answering 503, in seconds; twice as much for a
    /// write
    #[arg(long, env = "DB_DEADLINE_SECONDS", default_value_t = 30)]
    pub db_deadline_seconds: u64,
}

impl DatabaseConfig {
    /// The parsed database URL, with the password from the password file.
    ///
    /// # Errors
    /// One line: an invalid URL, or a password file that cannot be read.
    pub(crate) fn url(&self) -> Result<DatabaseUrl, String> {
        let url: DatabaseUrl = match &self.database_url {
            Some(text) => text.parse().map_err(|e: UrlError| e.to_string())?,
            None => DatabaseUrl::Sqlite(self.data_dir.join("major-projects.db")),
        };
        let Some(file) = &self.database_password_file else {
            return Ok(url);
        };
        let password = std::fs::read_to_string(file)
            .map_err(|e| format!("cannot read the database password in {}: {e}", file.display()))?;
        Ok(url.with_password(password.trim()))
    }

    /// The key of the record, which is generated if its file is missing.
    ///
    /// # Errors
    /// A sentence with the remedy: unreadable, unwritable, or a key shorter than 32 bytes.
    pub(crate) fn record_key(&self) -> Result<RecordKey, String> {
        let file = self.record_key_path();
        Secret::read_or_make(&file).and_then(|secret| record_key(&secret, &file))
    }

    /// The key of the record; `None` if there is no file.
    ///
    /// # Errors
    /// As [`DatabaseConfig::record_key`].
    pub(crate) fn record_key_if_any(&self) -> Result<Option<RecordKey>, String> {
        let file = self.record_key_path();
        if !file.exists() {
            return Ok(None);
        }
        Secret::read(&file).and_then(|secret| record_key(&secret, &file)).map(Some)
    }

    /// Path of the key of the record.
    pub(crate) fn record_key_path(&self) -> PathBuf {
        self.record_key_file.clone().unwrap_or_else(|| self.data_dir.join("record.key"))
    }

    /// Logs the settings without secrets.
    pub(crate) fn log(&self) {
        let url = self.url().map(|u| u.to_string()).unwrap_or_default();
        info!(
            database = url,
            data_dir = %self.data_dir.display(),
            connections = self.db_connections,
            wait_seconds = self.db_wait_seconds,
            deadline_seconds = self.db_deadline_seconds,
            "database"
        );
    }
}

/// Settings of the server.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the operator")]
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Address and port to listen on
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Number of worker threads that handle requests
    #[arg(long, env = "WORKERS", default_value_t = 2)]
    pub workers: usize,

    /// Path of the key file that signs access tokens, at least 32 bytes; generated on first start
    /// if missing [default: jwt.key in the data directory]
    #[arg(long, env = "JWT_KEY_FILE")]
    pub jwt_key_file: Option<PathBuf>,

    /// Lifetime of an access token, in seconds
    #[arg(long, env = "ACCESS_TOKEN_SECONDS", default_value_t = 900)]
    pub access_token_seconds: i64,

    /// Lifetime of a refresh token, in hours
    #[arg(long, env = "REFRESH_TOKEN_HOURS", default_value_t = 336)]
    pub refresh_token_hours: i64,

    /// Lifetime of a dashboard login session, in hours
    #[arg(long, env = "PAGE_SESSION_HOURS", default_value_t = 12)]
    pub page_session_hours: i64,

    /// Minutes after which a session that is not used ends, on pages and in the API; 1 to 20160 (14
    /// days)
    #[arg(long, env = "IDLE_MINUTES", default_value_t = 30, value_parser = minutes_idle)]
    pub idle_minutes: u32,

    /// Days that ended sessions are kept, at least 30; the access log has its own setting
    #[arg(long, env = "ENDED_SESSION_DAYS", default_value_t = 180, value_parser = days_of_session)]
    pub ended_session_days: u32,

    /// Set when browsers reach the dashboard over HTTPS through a TLS proxy; the session cookie is
    /// then sent over HTTPS only
    #[arg(long, env = "BEHIND_TLS")]
    pub behind_tls: bool,

    /// Addresses and networks of the reverse proxies in front, comma-separated, such as
    /// 10.0.0.7,10.1.0.0/24; only they may name the client in Forwarded or X-Forwarded-For
    #[arg(long, env = "TRUSTED_PROXIES", default_value = "", hide_default_value = true)]
    pub trusted_proxies: TrustedProxies,

    /// Header in which the proxies name the client; set it to the one yours writes if it passes the
    /// other on unread
    #[arg(long, env = "FORWARDED_HEADER", value_enum, default_value_t)]
    pub forwarded_header: ForwardedHeader,

    /// Maximum login attempts per minute for one account name from one IP address
    #[arg(long, env = "LOGINS_PER_MINUTE", default_value_t = 20)]
    pub logins_per_minute: u32,

    /// Maximum login attempts per minute from one IP address, over all account names
    #[arg(long, env = "LOGINS_PER_MINUTE_PER_ADDRESS", default_value_t = 300)]
    pub logins_per_minute_per_address: u32,

    /// Maximum requests per minute of one account; an aggregate counts as 5, a download or an import
    /// as 20
    #[arg(long, env = "REQUESTS_PER_MINUTE", default_value_t = 300_000)]
    pub requests_per_minute: u32,

    /// Maximum requests per minute from one IP address, over all accounts
    #[arg(long, env = "REQUESTS_PER_MINUTE_PER_ADDRESS", default_value_t = 1_200_000)]
    pub requests_per_minute_per_address: u32,

    /// Number of threads that hash passwords; each uses 19 MiB and a processor while it does
    #[arg(long, env = "PASSWORD_THREADS", default_value_t = 2, value_parser = threads)]
    pub password_threads: usize,

    /// Maximum size of a request body, in bytes
    #[arg(long, env = "BODY_LIMIT_BYTES", default_value_t = 1_048_576)]
    pub body_limit_bytes: usize,

    /// Maximum size of an import file or of the body of a batch, in bytes
    #[arg(long, env = "IMPORT_LIMIT_BYTES", default_value_t = 10_485_760)]
    pub import_limit_bytes: usize,

    /// Maximum size of all large answers that are being sent at the same time, in bytes; those whose
    /// clients do not read are given up first
    #[arg(long, env = "ANSWERS_LIMIT_BYTES", default_value_t = 67_108_864)]
    pub answers_limit_bytes: usize,

    /// Maximum number of open connections
    #[arg(long, env = "MAX_CONNECTIONS", default_value_t = 2_000)]
    pub max_connections: usize,

    /// Maximum time to receive a request body, in seconds
    #[arg(long, env = "BODY_TIMEOUT_SECONDS", default_value_t = 30)]
    pub body_timeout_seconds: u64,

    /// Maximum time to receive a request head, in seconds
    #[arg(long, env = "HEAD_TIMEOUT_SECONDS", default_value_t = 10)]
    pub head_timeout_seconds: u64,

    /// Serve the documents and the Swagger UI: /openapi.json, /openapi-3.0.json, /docs
    #[arg(long, env = "DOCS", default_value_t = true, action = clap::ArgAction::Set)]
    pub docs: bool,

    /// Serve /metrics
    #[arg(long, env = "METRICS", default_value_t = true, action = clap::ArgAction::Set)]
    pub metrics: bool,

    /// Path of a file with a token, at least 32 bytes; /metrics is then served only to requests with
    /// it as Authorization: Bearer
    #[arg(long, env = "METRICS_TOKEN_FILE")]
    pub metrics_token_file: Option<PathBuf>,

    /// Grace period for requests in flight after SIGTERM, in seconds
    #[arg(long, env = "STOP_SECONDS", default_value_t = 30)]
    pub stop_seconds: u64,

    /// Days that the access log is kept, at least 180; a day is deleted whole
    #[arg(long, env = "ACCESS_LOG_DAYS", default_value_t = 180, value_parser = days_of_log)]
    pub access_log_days: u32,

    /// Whether grants of the roles commission, auditor and admin always need a second person, or, while
    /// one administrator is alone, 24 hours
    #[arg(long, env = "SECOND_PERSON", default_value = "strict")]
    pub second_person: SecondPerson,

    /// Accounts of the roles commission, auditor and admin can do nothing before they confirmed a second
    /// factor
    #[arg(long, env = "REQUIRE_SECOND_FACTOR")]
    pub require_second_factor: bool,

    /// Hosts that webhooks may be sent to, comma-separated, as host or host:port; empty disables
    /// webhooks
    #[arg(long, env = "WEBHOOK_HOSTS", default_value = "", hide_default_value = true)]
    pub webhook_hosts: AllowedHosts,

    /// Path of a PEM file with extra certificate authorities trusted for webhook receivers, in
    /// addition to the public ones
    #[arg(long, env = "WEBHOOK_CA_FILE")]
    pub webhook_ca_file: Option<PathBuf>,

    /// Fixed business day, YYYY-MM-DD, for demonstrations [default: today in Asia/Shanghai]
    #[arg(long, env = "TODAY")]
    pub today: Option<chrono::NaiveDate>,

    /// Settings of the OC4IDS open-data export.
    #[command(flatten)]
    pub oc4ids: Oc4idsConfig,

    /// How long the refusal of an attempt to log in is held back, in milliseconds
    #[arg(long, env = "HOLD_BACK_MILLIS", default_value_t = 2_000, hide = true)]
    pub hold_back_millis: u64,

    /// Memory for one password hash, in KiB
    #[arg(long, env = "PASSWORD_MEMORY_KIB", default_value_t = 19_456, hide = true)]
    pub password_memory_kib: u32,
}

impl Config {
    /// Logs the settings without secrets.
    pub fn log(&self) {
        let key = self.jwt_key_file.as_ref().map(|f| f.display().to_string());
        info!(
            listen = %self.listen,
            workers = self.workers,
            jwt_key_file = key.as_deref().unwrap_or("in the data directory"),
            access_token_seconds = self.access_token_seconds,
            refresh_token_hours = self.refresh_token_hours,
            page_session_hours = self.page_session_hours,
            idle_minutes = self.idle_minutes,
            ended_session_days = self.ended_session_days,
            behind_tls = self.behind_tls,
            trusted_proxies = %self.trusted_proxies,
            forwarded_header = ?self.forwarded_header,
            logins_per_minute = self.logins_per_minute,
            logins_per_minute_per_address = self.logins_per_minute_per_address,
            requests_per_minute = self.requests_per_minute,
            requests_per_minute_per_address = self.requests_per_minute_per_address,
            password_threads = self.password_threads,
            body_limit_bytes = self.body_limit_bytes,
            import_limit_bytes = self.import_limit_bytes,
            answers_limit_bytes = self.answers_limit_bytes,
            max_connections = self.max_connections,
            body_timeout_seconds = self.body_timeout_seconds,
            head_timeout_seconds = self.head_timeout_seconds,
            docs = self.docs,
            metrics = self.metrics,
            metrics_token_file = self.metrics_token_file.as_ref().map(|f| f.display().to_string()),
            stop_seconds = self.stop_seconds,
            access_log_days = self.access_log_days,
            second_person = %self.second_person,
            require_second_factor = self.require_second_factor,
            webhook_hosts = %self.webhook_hosts,
            webhook_ca_file = self.webhook_ca_file.as_ref().map(|f| f.display().to_string()),
            today = self.today.map(|d| d.to_string()),
            oc4ids_prefix = self.oc4ids.oc4ids_prefix,
            oc4ids_publisher = self.oc4ids.oc4ids_publisher,
            oc4ids_license = self.oc4ids.oc4ids_license,
            "server"
        );
    }

    /// Settings for a server in a test: any free port, cheap password hashes.
    pub fn for_tests() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            workers: 1,
            jwt_key_file: None,
            access_token_seconds: 900,
            refresh_token_hours: 336,
            page_session_hours: 12,
            idle_minutes: 30,
            ended_session_days: 180,
            behind_tls: false,
            trusted_proxies: TrustedProxies::default(),
            forwarded_header: ForwardedHeader::Either,
            logins_per_minute: 1_000,
            logins_per_minute_per_address: 10_000,
            requests_per_minute: 10_000_000,
            requests_per_minute_per_address: 10_000_000,
            password_threads: 2,
            body_limit_bytes: 1_048_576,
            import_limit_bytes: 10_485_760,
            answers_limit_bytes: 67_108_864,
            max_connections: 2_000,
            body_timeout_seconds: 5,
            head_timeout_seconds: 5,
            docs: true,
            metrics: true,
            metrics_token_file: None,
            stop_seconds: 5,
            access_log_days: 180,
            second_person: SecondPerson::Strict,
            require_second_factor: false,
            webhook_hosts: AllowedHosts::default(),
            webhook_ca_file: None,
            today: None,
            oc4ids: Oc4idsConfig::for_tests(),
            hold_back_millis: 0,
            password_memory_kib: 8,
        }
    }

    /// How long a session may be unused.
    pub fn idle_limit(&self) -> IdleLimit {
        IdleLimit::of_minutes(self.idle_minutes)
    }

    /// Cost of a password hash.
    pub fn password_effort(&self) -> Effort {
        Effort { memory_kib: self.password_memory_kib, ..OWASP }
    }
}

fn threads(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=16).contains(number));
    number.ok_or_else(|| "must be a number from 1 to 16".to_owned())
}

fn minutes_idle(text: &str) -> Result<u32, String> {
    let minutes = text.parse().ok().filter(|minutes| (1..=20_160).contains(minutes));
    minutes.ok_or_else(|| "must be a number of minutes from 1 to 20160".to_owned())
}

fn days_of_session(text: &str) -> Result<u32, String> {
    let days = text.parse().ok().filter(|days| (30..=36_500).contains(days));
    days.ok_or_else(|| "must be a number of days from 30 to 36500".to_owned())
}

fn days_of_log(text: &str) -> Result<u32, String> {
    let days = text.parse().ok().filter(|days| (KEPT_DAYS_AT_LEAST..=36_500).contains(days));
    days.ok_or_else(|| "must be a number of days from 180 to 36500".to_owned())
}

#[cfg(test)]
mod tests {
    use super::days_of_log;

    #[test]
    fn the_access_log_is_kept_six_months_at_least() {
        assert_eq!(days_of_log("180"), Ok(180));
        for days in ["179", "0", "-1", "x", "36501"] {
            assert!(days_of_log(days).is_err(), "{days}");
        }
    }
}

//! Configuration of the program, from command-line flags or environment variables. Read once at
//! start.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use tracing::info;

use crate::domain::account::password::{Effort, OWASP};
use crate::domain::webhook::allowed_hosts::AllowedHosts;
use crate::store::{DatabaseUrl, UrlError};

/// Settings of every command that opens a database.
#[derive(Args, Clone, Debug)]
pub struct DatabaseConfig {
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

    /// Maximum number of open database connections (SQLite: read connections only; PostgreSQL:
    /// reads and writes)
    #[arg(long, env = "DB_CONNECTIONS", default_value_t = 8)]
    pub db_connections: u32,

    /// Maximum wait for a database connection before answering 503, in seconds
    #[arg(long, env = "DB_WAIT_SECONDS", default_value_t = 3)]
    pub db_wait_seconds: u64,
}

impl DatabaseConfig {
    /// The parsed database URL, with the password from the password file.
    ///
    /// # Errors
    /// One line: an invalid URL, or a password file that cannot be read.
    pub fn url(&self) -> Result<DatabaseUrl, String> {
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

    /// Logs the settings without secrets.
    pub fn log(&self) {
        let url = self.url().map(|u| u.to_string()).unwrap_or_default();
        info!(
            database = url,
            data_dir = %self.data_dir.display(),
            connections = self.db_connections,
            wait_seconds = self.db_wait_seconds,
            "database"
        );
    }
}

/// Settings of the server.
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

    /// Set when browsers reach the dashboard over HTTPS through a TLS proxy; the session cookie is
    /// then sent over HTTPS only
    #[arg(long, env = "BEHIND_TLS")]
    pub behind_tls: bool,

    /// Maximum login attempts per minute for one account name from one IP address
    #[arg(long, env = "LOGINS_PER_MINUTE", default_value_t = 20)]
    pub logins_per_minute: u32,

    /// Maximum size of a request body, in bytes
    #[arg(long, env = "BODY_LIMIT_BYTES", default_value_t = 1_048_576)]
    pub body_limit_bytes: usize,

    /// Maximum size of an import file, in bytes
    #[arg(long, env = "IMPORT_LIMIT_BYTES", default_value_t = 10_485_760)]
    pub import_limit_bytes: usize,

    /// Maximum time to receive a request body, in seconds
    #[arg(long, env = "BODY_TIMEOUT_SECONDS", default_value_t = 30)]
    pub body_timeout_seconds: u64,

    /// Maximum time to receive a request head, in seconds
    #[arg(long, env = "HEAD_TIMEOUT_SECONDS", default_value_t = 10)]
    pub head_timeout_seconds: u64,

    /// Grace period for requests in flight after SIGTERM, in seconds
    #[arg(long, env = "STOP_SECONDS", default_value_t = 30)]
    pub stop_seconds: u64,

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
            behind_tls = self.behind_tls,
            logins_per_minute = self.logins_per_minute,
            body_limit_bytes = self.body_limit_bytes,
            import_limit_bytes = self.import_limit_bytes,
            body_timeout_seconds = self.body_timeout_seconds,
            head_timeout_seconds = self.head_timeout_seconds,
            stop_seconds = self.stop_seconds,
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
            behind_tls: false,
            logins_per_minute: 1_000,
            body_limit_bytes: 1_048_576,
            import_limit_bytes: 10_485_760,
            body_timeout_seconds: 5,
            head_timeout_seconds: 5,
            stop_seconds: 5,
            webhook_hosts: AllowedHosts::default(),
            webhook_ca_file: None,
            today: None,
            oc4ids: Oc4idsConfig::for_tests(),
            password_memory_kib: 8,
        }
    }

    /// Cost of a password hash.
    pub fn password_effort(&self) -> Effort {
        Effort { memory_kib: self.password_memory_kib, ..OWASP }
    }
}

/// Settings of the OC4IDS open-data export.
#[derive(Args, Clone, Debug)]
pub struct Oc4idsConfig {
    /// Prefix of project ids in OC4IDS packages: `oc4ids-` and six lower-case letters or digits;
    /// register one before publishing
    #[arg(long, env = "OC4IDS_PREFIX", default_value = "oc4ids-000000", value_parser = prefix)]
    pub oc4ids_prefix: String,

    /// Name of the publisher in OC4IDS packages
    #[arg(long, env = "OC4IDS_PUBLISHER", default_value = "Major Projects", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub oc4ids_publisher: String,

    /// Licence of OC4IDS packages, as an http(s) URI; omitted from the packages if not set
    #[arg(long, env = "OC4IDS_LICENSE", value_parser = license)]
    pub oc4ids_license: Option<String>,
}

impl Oc4idsConfig {
    fn for_tests() -> Self {
        Self {
            oc4ids_prefix: "oc4ids-0t3st0".to_owned(),
            oc4ids_publisher: "某市发展和改革委员会".to_owned(),
            oc4ids_license: Some("https://creativecommons.org/licenses/by/4.0/".to_owned()),
        }
    }
}

fn prefix(text: &str) -> Result<String, String> {
    let six = text.strip_prefix("oc4ids-").filter(|six| six.len() == 6);
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    six.filter(|six| six.bytes().all(plain)).map(|_| text.to_owned()).ok_or_else(|| {
        "must be `oc4ids-` and six lower-case letters or digits, as registered".to_owned()
    })
}

fn license(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |c: u8| c.is_ascii_alphanumeric() || b"-._~/?#&=:+".contains(&c);
    rest.filter(|rest| !rest.is_empty() && rest.bytes().all(plain))
        .map(|_| text.to_owned())
        .ok_or_else(|| "must be the licence's http(s) URI".to_owned())
}

/// The key that signs access tokens. Its `Debug` output hides the bytes.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Minimum key length: the size of the SHA-256 digest used in HMAC.
    const LEAST_BYTES: usize = 32;

    /// Reads the key in `file`. If the file is missing, generates a key and writes it readable by
    /// its owner only.
    ///
    /// # Errors
    /// A sentence with the remedy: unreadable, unwritable, or shorter than 32 bytes.
    pub fn read_or_make(file: &Path) -> Result<Self, String> {
        let shown = file.display();
        match std::fs::read(file) {
            Ok(bytes) => {
                let key = bytes.trim_ascii().to_vec();
                if key.len() < Self::LEAST_BYTES {
                    return Err(format!(
                        "the key in {shown} is shorter than {} bytes; replace it by a longer random key, or remove the file to have one generated",
                        Self::LEAST_BYTES
                    ));
                }
                Ok(Self(key))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Self::make(file),
            Err(e) => Err(format!("cannot read the key in {shown}: {e}")),
        }
    }

    fn make(file: &Path) -> Result<Self, String> {
        let text = crate::http::tokens::random_text().map_err(|e| e.to_string())?;
        write_private(file, text.as_bytes())
            .map_err(|e| format!("cannot write a new key to {}: {e}", file.display()))?;
        Ok(Self(text.into_bytes()))
    }

    /// A fixed key for tests.
    pub fn for_tests() -> Self {
        Self(b"a key for tests, of thirty-two bytes and more".to_vec())
    }

    /// The raw key bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Writes a file that only its owner can read.
pub fn write_private(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    options.open(file)?.write_all(bytes)
}

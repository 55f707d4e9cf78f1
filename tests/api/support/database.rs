//! A database per test: a copy of a template that is migrated and seeded once.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use major_projects::testing::record::{RecordKey, recorded};
use major_projects::testing::seed;
use major_projects::testing::{Conn, DatabaseUrl, StoreError, Use, migrate};
use tempfile::TempDir;

use super::clock::TestClock;
use super::postgres::{Cluster, programs};

/// Kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A SQLite file.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

impl Kind {
    /// Its name in test names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// Source of PostgreSQL.
enum Server {
    /// `TEST_DATABASE_URL`: test databases are created on its server.
    Given(String),
    /// A temporary cluster, started on first use.
    Own(PathBuf),
    /// Not available, with the reason.
    None(&'static str),
}

/// Template databases, created on first use.
pub struct Templates {
    server: Server,
    cluster: OnceLock<Cluster>,
    folder: TempDir,
    sqlite: OnceLock<PathBuf>,
    postgres: OnceLock<()>,
    /// PostgreSQL copies a template only while nothing else uses it.
    copying: Mutex<()>,
    made: AtomicUsize,
}

/// The database of a test.
pub struct TestDatabase {
    /// Database URL.
    pub url: DatabaseUrl,
    /// Kind of database.
    pub kind: Kind,
    /// Temporary folder, deleted when the test ends.
    pub folder: TempDir,
}

impl Templates {
    /// Detects the available databases; starts nothing yet.
    pub fn find() -> Self {
        let server = match std::env::var("TEST_DATABASE_URL") {
            Ok(url) if !url.is_empty() => Server::Given(url),
            _ => match programs() {
                Some(folder) => Server::Own(folder),
                None => Server::None("neither initdb and pg_ctl nor TEST_DATABASE_URL were found"),
            },
        };
        Self {
            server,
            cluster: OnceLock::new(),
            folder: private_folder(),
            sqlite: OnceLock::new(),
            postgres: OnceLock::new(),
            copying: Mutex::new(()),
            made: AtomicUsize::new(0),
        }
    }

    /// Available kinds of database.
    pub fn kinds(&self) -> Vec<Kind> {
        match self.server {
            Server::None(_) => vec![Kind::Sqlite],
            Server::Given(_) | Server::Own(_) => vec![Kind::Sqlite, Kind::Postgres],
        }
    }

    /// Why PostgreSQL is not available; `None` if it is.
    pub fn missing(&self) -> Option<&str> {
        match self.server {
            Server::None(why) => Some(why),
            Server::Given(_) | Server::Own(_) => None,
        }
    }

    /// Creates a database that contains the reference data only.
    pub fn make(&self, kind: Kind) -> TestDatabase {
        let folder = private_folder();
        let url = match kind {
            Kind::Sqlite => {
                let file = folder.path().join("test.db");
                std::fs::copy(self.sqlite_template(), &file).unwrap();
                DatabaseUrl::Sqlite(file)
            }
            Kind::Postgres => self.copy_postgres(),
        };
        TestDatabase { url, kind, folder }
    }

    fn sqlite_template(&self) -> &PathBuf {
        self.sqlite.get_or_init(|| {
            let file = self.folder.path().join("template.db");
            prepare(&DatabaseUrl::Sqlite(file.clone()));
            file
        })
    }

    fn server_url(&self, database: &str) -> String {
        match &self.server {
            Server::Given(url) => beside(url, database),
            Server::Own(programs) => {
                self.cluster.get_or_init(|| Cluster::start(programs)).url(database)
            }
            Server::None(why) => panic!("{why}"),
        }
    }

    fn admin_url(&self) -> String {
        match &self.server {
            Server::Given(url) => url.clone(),
            Server::Own(_) | Server::None(_) => self.server_url("postgres"),
        }
    }

    fn copy_postgres(&self) -> DatabaseUrl {
        let run = std::process::id();
        let template = format!("mp_test_{run}_template");
        let _alone = self.copying.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.postgres.get_or_init(|| {
            execute(&self.admin_url(), &format!("create database {template}"));
            prepare(&self.server_url(&template).parse().unwrap());
        });
        let name = format!("mp_test_{run}_{}", self.made.fetch_add(1, Ordering::Relaxed));
        execute(&self.admin_url(), &format!("create database {name} template {template}"));
        self.server_url(&name).parse().unwrap()
    }

    /// Stops the cluster and deletes the templates.
    pub fn close(&self) {
        if let Some(cluster) = self.cluster.get() {
            cluster.stop();
        } else if let Server::Given(url) = &self.server
            && self.postgres.get().is_some()
        {
            let run = std::process::id();
            let numbers = (0..self.made.load(Ordering::Relaxed)).map(|n| n.to_string());
            for name in numbers.chain(["template".to_owned()]) {
                execute(url, &format!("drop database if exists mp_test_{run}_{name} with (force)"));
            }
        }
    }
}

/// The URL of another database on the same server.
fn beside(url: &str, database: &str) -> String {
    let (base, query) = url.split_once('?').map_or((url, ""), |(base, query)| (base, query));
    let server = base.rsplit_once('/').map_or(base, |(server, _)| server);
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    format!("{server}/{database}{query}")
}

fn execute(url: &str, sql: &str) {
    let mut conn = PgConnection::establish(url).unwrap();
    conn.batch_execute(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
}

fn prepare(url: &DatabaseUrl) {
    use major_projects::testing::Clock;
    let now = TestClock::at(super::app::START).now();
    migrate::migrate(url, &record_key(), now).unwrap();
    let mut conn = Conn::open(url, Use::Write).unwrap();
    recorded(&mut conn, &record_key(), |conn| seed::load(conn, now)).unwrap();
    if let Conn::Sqlite(conn) = &mut conn {
        // Checkpoint the journal, so that copying one file is enough.
        let folded =
            conn.batch_execute("pragma wal_checkpoint(truncate)").map_err(StoreError::from);
        folded.unwrap();
    }
}

/// Key that signs the events of tests, in this process and in those it starts.
const RECORD_KEY: &str = "a key of the record for tests, thirty-two bytes and more";

/// The key that signs the events of tests.
pub fn record_key() -> RecordKey {
    RecordKey::read(RECORD_KEY.as_bytes()).unwrap()
}

/// A temporary folder that nobody else can open, as the program wants its own, with the key of the
/// record.
pub fn private_folder() -> TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let owner_only = std::fs::Permissions::from_mode(0o700);
    let folder = tempfile::Builder::new().permissions(owner_only).tempdir().unwrap();
    let file = folder.path().join("record.key");
    std::fs::write(&file, RECORD_KEY).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    folder
}

//! A database per test: a copy of a template that was migrated and seeded once.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use major_projects::seed;
use major_projects::store::{Conn, DatabaseUrl, StoreError, Use, migrate};
use tempfile::TempDir;

use super::clock::TestClock;
use super::postgres::{Cluster, programs};

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Kind {
    /// Its name in the list of tests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// Where PostgreSQL comes from.
enum Server {
    /// `TEST_DATABASE_URL`: databases are made beside the one it names.
    Given(String),
    /// A cluster of our own, started when it is first needed.
    Own(PathBuf),
    /// None, and why.
    None(&'static str),
}

/// The templates of both databases, made when they are first needed.
pub struct Templates {
    server: Server,
    cluster: OnceLock<Cluster>,
    folder: TempDir,
    sqlite: OnceLock<PathBuf>,
    postgres: OnceLock<()>,
    /// PostgreSQL copies a template only while nobody else does.
    copying: Mutex<()>,
    made: AtomicUsize,
}

/// A test's own database.
pub struct TestDatabase {
    /// Where it is.
    pub url: DatabaseUrl,
    /// Which kind it is.
    pub kind: Kind,
    /// Kept until the test is over.
    pub folder: TempDir,
}

impl Templates {
    /// Looks what there is; starts nothing yet.
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
            folder: tempfile::tempdir().unwrap(),
            sqlite: OnceLock::new(),
            postgres: OnceLock::new(),
            copying: Mutex::new(()),
            made: AtomicUsize::new(0),
        }
    }

    /// What there is to test on.
    pub fn kinds(&self) -> Vec<Kind> {
        match self.server {
            Server::None(_) => vec![Kind::Sqlite],
            Server::Given(_) | Server::Own(_) => vec![Kind::Sqlite, Kind::Postgres],
        }
    }

    /// Why PostgreSQL is not tested, if it is not.
    pub fn missing(&self) -> Option<&str> {
        match self.server {
            Server::None(why) => Some(why),
            Server::Given(_) | Server::Own(_) => None,
        }
    }

    /// A new database with the reference data and nothing else.
    pub fn make(&self, kind: Kind) -> TestDatabase {
        let folder = tempfile::tempdir().unwrap();
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

    /// Leaves nothing behind.
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

/// The same server, another database.
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
    use major_projects::domain::clock::Clock;
    migrate::migrate(url).unwrap();
    let mut conn = Conn::open(url, Use::Write).unwrap();
    seed::load(&mut conn, TestClock::at(super::app::START).now()).unwrap();
    if let Conn::Sqlite(conn) = &mut conn {
        // One file to copy, and no journal beside it.
        let folded =
            conn.batch_execute("pragma wal_checkpoint(truncate)").map_err(StoreError::from);
        folded.unwrap();
    }
}

//! Golden files: the rows a release stored, loaded into a database and migrated by this program,
//! and what the release answered.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use major_projects::testing::Config;
use major_projects::testing::DatabaseUrl;
use serde_json::Value;

use super::actor::Actor;
use super::app::{START, TestApp};
use super::database::{TestDatabase, private_folder};

/// The release whose golden files are read.
const RELEASE: &str = "0.1.0";
/// How long after the last answer of the release the tests begin, in seconds.
const LATER: i64 = 60;

/// A server of this program on the register of the release.
pub struct Golden {
    /// The server; clock and calendar stand where the release was asked last.
    pub app: TestApp,
    actors: BTreeMap<String, Actor>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn folder() -> PathBuf {
    root().join("tests/golden").join(RELEASE)
}

/// A golden file.
pub fn text(file: &str) -> String {
    let path = folder().join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A golden file of JSON lines.
pub fn lines(file: &str) -> Vec<Value> {
    text(file).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The rows of a table.
pub fn rows(table: &str) -> Vec<Value> {
    let file = tables().into_iter().find(|(_, name)| name == table).unwrap().0;
    lines(&format!("tables/{file}"))
}

/// Files and names of the tables, each after those it references.
fn tables() -> Vec<(String, String)> {
    let files = std::fs::read_dir(folder().join("tables")).unwrap();
    let mut files: Vec<String> =
        files.map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    let named = |file: String| {
        let name = file.trim_end_matches(".jsonl").split_once('-').unwrap().1.to_owned();
        (file, name)
    };
    files.into_iter().map(named).collect()
}

impl Golden {
    /// Loads the register of the release into the database of `app`, serves it in its place, and
    /// logs in everybody who asks for something in `file`.
    pub async fn load(app: TestApp, file: &str) -> Self {
        let TestApp { mut database, server, db, .. } = app;
        server.stop().await.unwrap();
        drop(db);
        if let DatabaseUrl::Sqlite(file) = &mut database.url {
            *file = database.folder.path().join("golden.db");
        }
        fill(&database.url);
        let migrated = run(&database, "migrate");
        assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
        let about: Value = serde_json::from_str(&text("about.json")).unwrap();
        let app = TestApp::start_with(database, Config::for_tests()).await;
        let made_at = about["made_at"].as_str().unwrap();
        let made_at = chrono::DateTime::parse_from_rfc3339(made_at).unwrap().timestamp();
        app.clock.pass_seconds(made_at + LATER - START);
        app.calendar.turn_to(about["today"].as_str().unwrap());
        let mut golden = Self { app, actors: BTreeMap::new() };
        golden.log_in(file, about["password"].as_str().unwrap()).await;
        golden
    }

    async fn log_in(&mut self, file: &str, password: &str) {
        let who = |asked: &Value| asked["who"].as_str().unwrap().to_owned();
        let names: BTreeSet<String> = lines(file).iter().map(who).collect();
        for name in names {
            let actor = match client_credentials(&name) {
                Some(form) => {
                    let mut stranger = self.app.stranger();
                    let request = stranger.request(reqwest::Method::POST, "/oauth/token");
                    let token = stranger.send(request.form(&form)).await.expect(200).json;
                    stranger.token = token["access_token"].as_str().map(str::to_owned);
                    stranger
                }
                None => self.app.log_in(&name, password).await,
            };
            self.actors.insert(name, actor);
        }
    }

    /// Somebody who was logged in.
    pub fn actor(&self, name: &str) -> &Actor {
        &self.actors[name]
    }

    /// What `verify` says of the database, on stdout; it must find nothing.
    pub async fn verify(&self) -> String {
        let database = TestDatabase {
            url: self.app.database.url.clone(),
            kind: self.app.database.kind,
            folder: private_folder(),
        };
        let done = tokio::task::spawn_blocking(move || run(&database, "verify")).await.unwrap();
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(done.status.success(), "{said}");
        said
    }
}

/// The last secret of a machine client, as a form that asks for a token; none for a person.
fn client_credentials(name: &str) -> Option<[(&'static str, String); 3]> {
    let of_client = |kept: &Value| {
        let body = &kept["reply"]["body"];
        let secret = body["client_secret"].as_str().filter(|_| body["name"] == *name)?;
        let id = body["client_id"].as_str()?;
        Some([
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", id.to_owned()),
            ("client_secret", secret.to_owned()),
        ])
    };
    lines("once.jsonl").iter().filter_map(of_client).next_back()
}

/// A command of this program on `database`.
fn run(database: &TestDatabase, verb: &str) -> Output {
    let url = match &database.url {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(text) => text.clone(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_major-projects"));
    command.arg(verb).env_clear().env("DATABASE_URL", url).env("RUST_LOG", "error");
    command.env("DATA_DIR", database.folder.path()).output().unwrap()
}

/// Makes the schema of the release in an empty database and fills it with the rows.
fn fill(url: &DatabaseUrl) {
    match url {
        DatabaseUrl::Sqlite(file) => {
            let mut conn = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
            let inserts = inserts(|column, value| match value {
                Value::Number(number) => number.to_string(),
                other => quoted(column, other),
            });
            let given = |(table, last): (String, i64)| {
                format!("insert into sqlite_sequence (name, seq) values ('{table}', {last});\n")
            };
            let ids: String = ids().into_iter().map(given).collect();
            let (schema, start) = (schema("sqlite"), "pragma foreign_keys = on; begin");
            let sql =
                format!("{start};\n{schema}{inserts}delete from sqlite_sequence;\n{ids}commit;");
            conn.batch_execute(&sql).unwrap();
        }
        DatabaseUrl::Postgres(text) => {
            let mut conn = PgConnection::establish(text).unwrap();
            // A literal of unknown type is read as the column's: 1 is true where that is a boolean.
            let inserts = inserts(quoted);
            let given = |(table, last): (String, i64)| {
                format!("select setval(pg_get_serial_sequence('{table}', 'id'), {last});\n")
            };
            let ids: String = ids().into_iter().map(given).collect();
            let (schema, start) =
                (schema("postgres"), "drop schema public cascade; create schema public");
            let sql = format!("begin; {start};\n{schema}{inserts}{ids}commit;");
            conn.batch_execute(&sql).unwrap();
        }
    }
}

/// The migrations that the release ran, as SQL that also notes that they ran.
fn schema(database: &str) -> String {
    let all = std::fs::read_dir(root().join("migrations").join(database)).unwrap();
    let all: Vec<PathBuf> = all.map(|folder| folder.unwrap().path()).collect();
    let version = |folder: &Path| {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        name.split_once('_').unwrap().0.replace('-', "")
    };
    let mut sql =
        "create table __diesel_schema_migrations (version varchar(50) primary key not null, \
                   run_on timestamp not null default current_timestamp);\n"
            .to_owned();
    for ran in text("migrations.txt").lines() {
        let folder = all.iter().find(|folder| version(folder) == ran);
        let folder = folder.unwrap_or_else(|| panic!("the migration {ran} is gone"));
        sql.push_str(&std::fs::read_to_string(folder.join("up.sql")).unwrap());
        writeln!(sql, "\ninsert into __diesel_schema_migrations (version) values ('{ran}');")
            .unwrap();
    }
    sql
}

/// Every row of every table as SQL.
fn inserts(literal: impl Fn(&str, &Value) -> String) -> String {
    let mut sql = String::new();
    for (file, table) in tables() {
        for row in lines(&format!("tables/{file}")) {
            let row = row.as_object().unwrap();
            let columns: Vec<_> = row.keys().map(|name| format!("\"{name}\"")).collect();
            let values: Vec<_> = row.iter().map(|(name, value)| literal(name, value)).collect();
            let (columns, values) = (columns.join(", "), values.join(", "));
            writeln!(sql, "insert into {table} ({columns}) values ({values});").unwrap();
        }
    }
    sql
}

fn quoted(column: &str, value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Number(number) => format!("'{number}'"),
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        other => panic!("{column}: {other} is in no row"),
    }
}

/// The last id that each table gave out.
fn ids() -> BTreeMap<String, i64> {
    serde_json::from_str(&text("ids.json")).unwrap()
}

/// Where `present` does not say what `golden` says, as JSON pointers. A member that is not in
/// `golden` is a difference unless `is_added` knows it.
pub fn differences(
    golden: &Value,
    present: &Value,
    is_added: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let mut found = Vec::new();
    compare(golden, present, "", is_added, &mut found);
    found
}

fn compare(
    golden: &Value,
    present: &Value,
    at: &str,
    is_added: &dyn Fn(&str) -> bool,
    found: &mut Vec<String>,
) {
    match (golden, present) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in old {
                let there = new.get(name).unwrap_or(&Value::Null);
                if new.contains_key(name) {
                    compare(value, there, &format!("{at}/{name}"), is_added, found);
                } else {
                    found.push(format!("{at}/{name} is gone"));
                }
            }
            let added = new.keys().filter(|name| !old.contains_key(*name) && !is_added(name));
            found.extend(added.map(|name| format!("{at}/{name} is new: {}", new[name])));
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                compare(old, new, &format!("{at}/{index}"), is_added, found);
            }
        }
        _ if golden == present => {}
        _ => found.push(format!("{at} was {golden} and is {present}")),
    }
}

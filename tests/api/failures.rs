//! Failures of the database say what they are: a full disk, a commit whose answer is lost, a server
//! that does not answer.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use major_projects::testing::Config;
use major_projects::testing::Role;
use major_projects::testing::{Conn, DatabaseUrl, Db, DbOptions, StoreError, Use};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::database::{TestDatabase, record_key};
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_full_disk_is_said_and_reading_goes_on,
    a_commit_whose_answer_is_lost_is_neither_failed_nor_done,
    a_server_that_does_not_answer_holds_no_request,
];

fn project(name: &str) -> Value {
    json!({
        "name": name, "industry": "next_gen_it", "area": "dongying", "stage": "planned",
        "nature": "new_construction", "total_investment_wan": "1.00", "registered_year": 2021,
    })
}

/// Makes every insert of a project fail with the words the database has for a full disk.
const FULL_SQLITE: &str = "create trigger full_disk before insert on projects \
    begin select raise(fail, 'database or disk is full'); end;";
const FULL_POSTGRES: &str = "create function full_disk() returns trigger language plpgsql as \
    $$ begin raise exception 'could not extend file \"base/1\": No space left on device' \
    using errcode = 'disk_full'; end $$; \
    create trigger full_disk before insert on projects for each row execute function full_disk();";

fn run_sql(app: &TestApp, sqlite: &str, postgres: &str) {
    let mut conn = Conn::open(&app.database.url, Use::Write).unwrap();
    let sql = if app.is_postgres() { postgres } else { sqlite };
    conn.batch_execute(sql).map_err(StoreError::from).unwrap();
}

async fn a_full_disk_is_said_and_reading_goes_on(app: TestApp) {
    let commission = app.commission().await;
    run_sql(&app, FULL_SQLITE, FULL_POSTGRES);

    let refused = commission.post("/projects", &project("甲项目")).await.expect(507);
    let read = commission.get("/projects").await.expect(200);
    run_sql(&app, "drop trigger full_disk", "drop trigger full_disk on projects");
    commission.post("/projects", &project("甲项目")).await.expect(201);
    app.stranger().get(&app.root("/readyz")).await.expect(200);

    assert_eq!(refused.code(), "disk-full");
    assert!(refused.json["detail"].as_str().unwrap().contains("磁盘已满"), "{}", refused.text);
    assert_eq!(read.json["total"], 0);
}

/// Passes everything on.
const PASS: u8 = 0;
/// Ends a connection instead of passing on the answer to its commit.
const LOSE_COMMIT: u8 = 1;
/// Passes nothing on and keeps connections open.
const FREEZE: u8 = 2;

/// A proxy in front of PostgreSQL.
struct Lossy {
    address: SocketAddr,
    mode: Arc<AtomicU8>,
}

impl Lossy {
    fn start(url: &DatabaseUrl) -> Self {
        let DatabaseUrl::Postgres(url) = url else { panic!("{url} is no server") };
        let server = url.split('@').nth(1).unwrap().split('/').next().unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mode = Arc::new(AtomicU8::new(PASS));
        let shared = Arc::clone(&mode);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(&server).unwrap();
                pass_on(&client, &server, &shared);
            }
        });
        Self { address, mode }
    }

    fn url(&self, url: &DatabaseUrl) -> DatabaseUrl {
        let DatabaseUrl::Postgres(url) = url else { panic!("{url} is no server") };
        let (user, rest) = url.split_once('@').unwrap();
        let (_, name) = rest.split_once('/').unwrap();
        format!("{user}@{}/{name}", self.address).parse().unwrap()
    }

    fn set(&self, mode: u8) {
        self.mode.store(mode, Ordering::SeqCst);
    }
}

/// Passes on both directions of a connection, as the mode says.
fn pass_on(client: &TcpStream, server: &TcpStream, mode: &Arc<AtomicU8>) {
    let lost = Arc::new(AtomicU8::new(0));
    for (mut from, mut to, is_request) in [
        (client.try_clone().unwrap(), server.try_clone().unwrap(), true),
        (server.try_clone().unwrap(), client.try_clone().unwrap(), false),
    ] {
        let (mode, lost) = (Arc::clone(mode), Arc::clone(&lost));
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(read @ 1..) = from.read(&mut buffer) {
                let piece = &buffer[..read];
                let commits = piece.windows(6).any(|word| word == b"COMMIT");
                match mode.load(Ordering::SeqCst) {
                    FREEZE => {
                        while mode.load(Ordering::SeqCst) == FREEZE {
                            std::thread::sleep(Duration::from_millis(5));
                        }
                    }
                    LOSE_COMMIT if is_request && commits => lost.store(1, Ordering::SeqCst),
                    _ => {}
                }
                // The server has answered the commit, so it was done.
                if !is_request && lost.load(Ordering::SeqCst) == 1 {
                    break;
                }
                if to.write_all(piece).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Both);
            let _ = from.shutdown(Shutdown::Both);
        });
    }
}

/// The same program, connected through a lossy proxy; `None` on SQLite, which has no connection.
async fn through_proxy(app: &TestApp) -> Option<(Lossy, TestApp)> {
    if !app.is_postgres() {
        return None;
    }
    let lossy = Lossy::start(&app.database.url);
    let database = TestDatabase {
        url: lossy.url(&app.database.url),
        kind: app.database.kind,
        folder: tempfile::tempdir().unwrap(),
    };
    let through = TestApp::start_with(database, Config::for_tests()).await;
    Some((lossy, through))
}

async fn a_commit_whose_answer_is_lost_is_neither_failed_nor_done(app: TestApp) {
    let Some((lossy, through)) = through_proxy(&app).await else { return };
    let commission = through.commission().await;
    let keyed = |name: &'static str| {
        let request = commission.request(Method::POST, "/projects");
        request.header("Idempotency-Key", "key-1").json(&project(name))
    };

    lossy.set(LOSE_COMMIT);
    let unknown = commission.post("/projects", &project("甲项目")).await.expect(503);
    lossy.set(PASS);
    // The way to find out that the words name.
    let found = commission.get("/projects").await.expect(200);
    lossy.set(LOSE_COMMIT);
    let resolved = commission.send(keyed("乙项目")).await;
    lossy.set(PASS);
    let repeated = commission.send(keyed("乙项目")).await.expect(201);
    let all = commission.get("/projects").await.expect(200);

    assert_eq!(unknown.code(), "outcome-unknown");
    assert!(unknown.header("retry-after").parse::<u64>().unwrap() >= 1);
    let words = unknown.json["detail"].as_str().unwrap();
    assert!(words.contains("无法确定是否已保存") && words.contains("Idempotency-Key"), "{words}");
    assert_eq!(found.items()[0]["name"], "甲项目");
    // With a key the program finds out itself.
    assert_eq!(resolved.status, 201, "{}", resolved.text);
    assert_eq!(resolved.json["id"], repeated.json["id"]);
    assert_eq!(repeated.header("idempotency-replayed"), "true");
    assert_eq!(all.json["total"], 2);
}

async fn a_server_that_does_not_answer_holds_no_request(app: TestApp) {
    let Some((lossy, through)) = through_proxy(&app).await else { return };
    let deadline = Duration::from_millis(200);
    let options = DbOptions { connections: 2, wait: deadline, deadline };
    let db = Db::open(&through.database.url, &record_key(), options).unwrap();
    db.is_ready().await.unwrap();

    lossy.set(FREEZE);
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(db.is_ready().await.unwrap_err());
        let written = db.write(|_| Ok::<(), StoreError>(())).await;
        answers.push(written.unwrap_err());
    }
    lossy.set(PASS);
    while db.is_ready().await.is_err() {
        tokio::task::yield_now().await;
    }

    // The first could not know; the others found no free connection.
    assert!(matches!(&answers[0], StoreError::Unreachable(_)), "{answers:?}");
    for answer in &answers {
        let known = matches!(
            answer,
            StoreError::Unreachable(_) | StoreError::OutcomeUnknown(_) | StoreError::Busy
        );
        assert!(known, "{answers:?}");
    }
    through.role(Role::Viewer).await.get("/me").await.expect(200);
}

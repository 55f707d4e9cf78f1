//! A backup is restored into an empty machine, and everything is there again.

use std::path::Path;
use std::process::Command;

use diesel::connection::SimpleConnection;
use major_projects::testing::Config;
use major_projects::testing::events::feed_id;
use major_projects::testing::events::feed_id::renew_if_restored;
use major_projects::testing::{Conn, DatabaseUrl, Use};
use serde_json::{Value, json};

use crate::bulletins::quarter;
use crate::commands::{command, run, text};
use crate::support::app::TestApp;
use crate::support::database::{TestDatabase, private_folder};
use crate::support::postgres::programs;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_backup_is_restored_into_an_empty_machine,
    a_dump_that_another_tool_restored_gets_a_new_feed,
    a_restoration_overwrites_nothing_and_leaves_nothing_behind,
];

/// What is compared before and after.
const READ: [&str; 14] = [
    "/projects?limit=200",
    "/reports?limit=200",
    "/milestones?limit=200",
    "/year-plans?year=2023&limit=200",
    "/restatements?limit=200",
    "/bulletins",
    "/bulletins/2023-03/content",
    "/reporting-months?limit=200",
    "/events?after=0&limit=1000",
    "/digests?year=2023",
    "/summaries/commitments?year=2021&through=2021-05",
    "/summaries/investment?year=2023&through=2023-03&by=area",
    "/summaries/milestones?year=2023&through=2023-03",
    "/summaries/lights?year=2023&through=2023-03&by=area",
];

/// An empty database on a machine that never had one.
struct Empty {
    database: TestDatabase,
    /// On PostgreSQL, where databases are made, and the name of this one.
    made: Option<(DatabaseUrl, String)>,
}

impl Empty {
    /// One whose name on PostgreSQL ends in `end`.
    fn beside(app: &TestApp, end: &str) -> Self {
        let folder = private_folder();
        let (url, made) = match &app.database.url {
            DatabaseUrl::Sqlite(_) => {
                (DatabaseUrl::Sqlite(folder.path().join("new/major-projects.db")), None)
            }
            DatabaseUrl::Postgres(text) => {
                let (server, used) = text.rsplit_once('/').unwrap();
                let name = format!("{used}_{end}");
                let admin: DatabaseUrl = format!("{server}/postgres").parse().unwrap();
                execute(&admin, &format!("create database {name}"));
                (format!("{server}/{name}").parse().unwrap(), Some((admin, name)))
            }
        };
        Self { database: TestDatabase { url, kind: app.database.kind, folder }, made }
    }

    fn command(&self, app: &TestApp, arguments: &[&str]) -> Command {
        let mut command = command(app, arguments);
        command
            .env("DATABASE_URL", url(&self.database.url))
            .env("DATA_DIR", self.database.folder.path());
        command
    }

    fn remove(made: Option<(DatabaseUrl, String)>) {
        if let Some((admin, name)) = made {
            execute(&admin, &format!("drop database {name} with (force)"));
        }
    }
}

fn execute(url: &DatabaseUrl, sql: &str) {
    Conn::open(url, Use::Write).unwrap().batch_execute(sql).unwrap();
}

/// The answers of a server to the requests that are compared, without the id of its feed.
async fn answers(app: &TestApp, token: Option<&String>) -> Vec<(String, Value)> {
    let mut reader = app.stranger();
    reader.token = token.cloned();
    let mut answers = Vec::new();
    for path in READ {
        let mut answer = reader.get(path).await.expect(200);
        if let Some(fields) = answer.json.as_object_mut() {
            fields.remove("feed_id");
        }
        answers.push((path.to_owned(), answer.json));
    }
    answers
}

fn only_its_owner_reads(file: &Path) -> bool {
    let mode = std::fs::metadata(file).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777 == 0o600
}

async fn a_backup_is_restored_into_an_empty_machine(app: TestApp) {
    let commission = app.commission().await;
    quarter(&app, &commission).await;
    commission.step("/reporting-months/2023-03/publication").await.expect(201);
    // The events are sealed when the feed shows the last of them.
    let feed = loop {
        let feed = commission.get("/events?after=0&limit=1000").await.expect(200);
        if feed.items().iter().any(|event| event["kind"] == "bulletin.published") {
            break feed;
        }
    };
    let known = feed.json["feed_id"].as_str().unwrap();
    let before = answers(&app, commission.token.as_ref()).await;
    let file = app.database.folder.path().join("backup of today");
    let file = file.to_str().unwrap();

    let made = run(command(&app, &["backup", file])).await;
    // Not in the backup.
    commission.project("后来的项目", json!({})).await;
    let empty = Empty::beside(&app, "restored");
    let restored = run(empty.command(&app, &["restore", file])).await;
    let verified = run(empty.command(&app, &["verify"])).await;

    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(only_its_owner_reads(Path::new(file)));
    let said = text(&restored.stdout);
    assert!(restored.status.success(), "{said}{}", text(&restored.stderr));
    assert!(said.contains("ok: the chain of sealed events"), "{said}");
    assert!(verified.status.success(), "{}", text(&verified.stdout));
    if let DatabaseUrl::Sqlite(database) = &empty.database.url {
        assert!(only_its_owner_reads(database));
    }
    let Empty { database, made } = empty;
    let again = TestApp::start_with(database, Config::for_tests()).await;
    again.calendar.turn_to("2023-04-06");
    let after = answers(&again, commission.token.as_ref()).await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
    let mut reader = again.stranger();
    reader.token = commission.token.clone();
    let reset = reader.get(&format!("/events?after=3&feed={known}")).await.expect(410);
    assert_eq!(reset.code(), "feed-reset");
    // The restored register goes on: rows get new ids, and events follow the chain.
    reader.project("新项目", json!({})).await;
    loop {
        let feed = reader.get("/events?after=0&limit=1000").await.expect(200);
        let created = feed.items().iter().filter(|event| event["kind"] == "project.created");
        if json!(created.count() - 1) == before[0].1["total"] {
            break;
        }
    }
    assert_eq!(again.wrong().await, [""; 0]);
    drop(again);
    Empty::remove(made);
}

async fn a_dump_that_another_tool_restored_gets_a_new_feed(app: TestApp) {
    let DatabaseUrl::Postgres(_) = &app.database.url else {
        // `feed_subjects` copies the file.
        return;
    };
    // As the first start does.
    renew_if_restored(&app.database.url).unwrap();
    let first = app.db.read(feed_id::get).await.unwrap();
    let file = app.database.folder.path().join("dump");
    let made = run(command(&app, &["backup", file.to_str().unwrap()])).await;
    let empty = Empty::beside(&app, "by_hand");
    // The first one found may be a link.
    let initdb = programs().unwrap().join("initdb").canonicalize().unwrap();
    let mut by_hand = Command::new(initdb.with_file_name("pg_restore"));
    by_hand.args(["--no-owner", "--exit-on-error", "--dbname", &url(&empty.database.url)]);
    by_hand.arg(&file);
    let restored = run(by_hand).await;

    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(restored.status.success(), "{}", text(&restored.stderr));
    let new = &empty.database.url;
    assert!(renew_if_restored(new).unwrap() && !renew_if_restored(new).unwrap());
    assert_ne!(feed_id::get(&mut Conn::open(new, Use::Read).unwrap()).unwrap(), first);
    assert!(!renew_if_restored(&app.database.url).unwrap(), "the original goes on");
    Empty::remove(empty.made);
}

fn url(url: &DatabaseUrl) -> String {
    match url {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(text) => text.clone(),
    }
}

async fn a_restoration_overwrites_nothing_and_leaves_nothing_behind(app: TestApp) {
    let commission = app.commission().await;
    commission.project("甲项目", json!({})).await;
    let folder = app.database.folder.path();
    let good = folder.join("good").to_str().unwrap().to_owned();
    let made = run(command(&app, &["backup", &good])).await;
    assert!(made.status.success(), "{}", text(&made.stderr));
    let bytes = std::fs::read(&good).unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let file = folder.join(name);
        std::fs::write(&file, bytes).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let foreign = write("foreign", b"nothing that can be restored");
    let half = write("half", &bytes[..bytes.len() / 2]);
    let missing = folder.join("missing").to_str().unwrap().to_owned();

    let onto_data = run(command(&app, &["restore", &good])).await;
    let empty = Empty::beside(&app, "restored");
    let mut refused = Vec::new();
    for file in [&foreign, &half, &missing] {
        refused.push(run(empty.command(&app, &["restore", file])).await);
    }
    let then = run(empty.command(&app, &["restore", &good])).await;

    assert!(text(&onto_data.stderr).contains("is not empty"), "{}", text(&onto_data.stderr));
    assert_eq!(commission.get("/projects").await.expect(200).json["total"], 1);
    for (refused, says) in refused.iter().zip(["no backup of this program", "half", "no file at"]) {
        let said = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains(says) || said.contains("pg_restore failed"), "{said}");
        assert!(said.lines().filter(|line| line.starts_with("error: ")).count() == 1, "{said}");
    }
    // What failed left the database empty.
    assert!(then.status.success(), "{}{}", text(&then.stdout), text(&then.stderr));
    Empty::remove(empty.made);
}

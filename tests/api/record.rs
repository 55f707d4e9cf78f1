//! The record: `verify` names every row that is not as the program wrote it.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use major_projects::testing::events::seal::seal_all;
use major_projects::testing::events::{Author, Event, record};
use major_projects::testing::record::{Kind, RecordKey, TABLES};
use major_projects::testing::verify::verify;
use major_projects::testing::{Clock, Conn, StoreError};
use serde_json::json;

use crate::commands::{command, run, text};
use crate::support::app::TestApp;
use crate::support::database::record_key;
use crate::support::golden::Golden;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    every_table_and_column_is_covered_or_said_not_to_be,
    every_altered_column_is_named,
    deleted_and_inserted_rows_are_named,
    altered_events_are_named,
    a_forged_event_gets_no_sequence_and_is_named,
    events_are_sealed_in_the_transaction_that_records_them,
    events_are_not_checked_without_their_key,
    an_event_of_format_1_starts_no_adoption_in_the_record,
    a_command_with_another_key_is_refused,
    a_write_without_an_event_fails,
    a_register_of_format_1_is_adopted,
];

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Nullable<Text>)]
    line: Option<String>,
}

fn numbers(conn: &mut Conn, sql: &str) -> Vec<i64> {
    let rows: Vec<Row> = match conn {
        Conn::Sqlite(c) => sql_query(sql).load(c).unwrap(),
        Conn::Postgres(c) => sql_query(sql).load(c).unwrap(),
    };
    rows.into_iter().map(|row| row.number).collect()
}

fn lines(conn: &mut Conn, sql: &str) -> BTreeSet<String> {
    let rows: Vec<Line> = match conn {
        Conn::Sqlite(c) => sql_query(sql).load(c).unwrap(),
        Conn::Postgres(c) => sql_query(sql).load(c).unwrap(),
    };
    rows.into_iter().filter_map(|row| row.line).collect()
}

async fn every_table_and_column_is_covered_or_said_not_to_be(app: TestApp) {
    let mut conn = app.tampering();
    let sql = match &conn {
        Conn::Sqlite(_) => {
            "select m.name || '.' || p.name as line from sqlite_master m join pragma_table_info(m.name) p
             where m.type = 'table' and m.name not like 'sqlite%' and m.name not like '\\_\\_%' escape '\\'"
        }
        Conn::Postgres(_) => {
            "select table_name || '.' || column_name as line from information_schema.columns
             where table_schema = 'public' and table_name not like '\\_\\_%'"
        }
    };
    let document = include_str!("../../docs/record.md");
    let mut covered = BTreeSet::new();
    for table in TABLES {
        covered.insert(format!("{}.id", table.name));
        for column in table.columns {
            covered.insert(format!("{}.{}", table.name, column.name));
        }
    }
    for column in lines(&mut conn, sql) {
        let table = column.split('.').next().unwrap();
        let is_out = document.contains(&format!("`{table}`"));
        assert!(
            covered.remove(&column) != is_out,
            "{column} is covered and said not to be, or neither"
        );
    }
    assert_eq!(covered, BTreeSet::new());
}

/// The golden register: rows of release 0.1.0 in nearly every table, adopted.
pub async fn adopted(app: TestApp) -> TestApp {
    Golden::load(app, "once.jsonl").await.app
}

/// SQL for another value of a column.
fn other_value(name: &str, kind: Kind, conn: &Conn) -> String {
    match kind {
        Kind::Number | Kind::Money => format!("coalesce({name}, 0) + 1000003"),
        Kind::Text | Kind::Private | Kind::Digest => format!("coalesce({name}, '') || 'x'"),
        Kind::Day => "'1999-12-31'".to_owned(),
        Kind::Instant => "'1999-12-31 23:59:59'".to_owned(),
        Kind::Flag if matches!(conn, Conn::Sqlite(_)) => format!("1 - {name}"),
        Kind::Flag => format!("not {name}"),
        Kind::Derived => name.to_owned(),
    }
}

/// Switches off what the database itself refuses.
pub fn allow_everything(conn: &mut Conn) {
    let sql = match conn {
        Conn::Sqlite(_) => {
            "pragma foreign_keys = off; pragma ignore_check_constraints = on;".to_owned()
        }
        Conn::Postgres(_) => {
            let checks = lines(
                conn,
                "select format('alter table %s drop constraint %I', conrelid::regclass, conname) as line
                 from pg_constraint where contype in ('c', 'f') and connamespace = 'public'::regnamespace",
            );
            checks.into_iter().collect::<Vec<_>>().join(";")
        }
    };
    conn.batch_execute(&sql).unwrap();
}

async fn every_altered_column_is_named(app: TestApp) {
    let app = adopted(app).await;
    assert_eq!(app.wrong().await, [""; 0]);
    let mut conn = app.tampering();
    allow_everything(&mut conn);
    let (mut expected, mut empty) = (Vec::new(), Vec::new());
    for (nth, table) in TABLES.iter().enumerate() {
        let ids =
            numbers(&mut conn, &format!("select id as number from {} order by id", table.name));
        if ids.is_empty() {
            empty.push(table.name);
            continue;
        }
        for (place, column) in table.columns.iter().enumerate() {
            if column.kind == Kind::Derived {
                continue;
            }
            // Another row for each column, where there are enough.
            let id = ids[(place * 7 + nth) % ids.len()];
            let value = other_value(column.name, column.kind, &conn);
            let (name, column) = (table.name, column.name);
            conn.batch_execute(&format!("update {name} set {column} = {value} where id = {id}"))
                .unwrap_or_else(|e| panic!("{name}.{column}: {e}"));
            expected.push(format!("{name} {id}: {column} is "));
        }
    }
    let found = app.wrong().await;
    for line in &expected {
        assert!(found.iter().any(|l| l.starts_with(line)), "not found: {line}; {found:#?}");
    }
    assert!(
        expected.len() > 200 && empty.len() < 6,
        "{} altered; empty: {empty:?}",
        expected.len()
    );
}

async fn deleted_and_inserted_rows_are_named(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("甲项目示例", json!({})).await;
    commission.plan_year(project, 100).await;
    commission.confirmed(project, "2021-05", "3.00").await;
    assert_eq!(app.wrong().await, [""; 0]);
    let mut conn = app.tampering();
    let report = numbers(&mut conn, "select id as number from monthly_reports")[0];
    conn.batch_execute(
        "insert into monthly_reports (id, project_id, month, state, completed_fen, progress, zero_reason, return_reason,
             warnings, version)
         select -5, project_id, '2021-06', state, completed_fen, progress, zero_reason, return_reason, warnings, version
         from monthly_reports",
    )
    .unwrap();
    // Before all ids that the program gives.
    let doubled = -5;
    let found = app.wrong().await;
    assert!(
        found.contains(&format!("monthly_reports {doubled}: was inserted without an event")),
        "{found:#?}"
    );

    conn.batch_execute(&format!("delete from monthly_reports where id in ({report}, {doubled})"))
        .unwrap();
    let found = app.wrong().await;
    let gone = format!("monthly_reports {report}: was deleted without an event; event ");
    assert!(
        found.iter().any(|line| line.starts_with(&gone) && line.contains("report.confirmed")),
        "{found:#?}"
    );
}

async fn altered_events_are_named(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("甲项目示例", json!({"leader": "张三"})).await;
    let mut conn = app.tampering();
    let sql = format!(
        "select id as number from events where kind = 'project.created' and subject_id = {project}"
    );
    let event = numbers(&mut conn, &sql)[0];
    for (alter, expected) in [
        (
            "update event_private set text = replace(text, '张三', '李四') where event_id = $",
            "its private part was altered",
        ),
        (
            "update events set kind = 'project.updated' where id = $",
            "its columns differ from its text",
        ),
        (
            "update events set changes = replace(changes, '甲项目', '乙项目') where id = $",
            "its columns differ from its text",
        ),
        (
            "update events set at = '2020-01-01 00:00:00' where id = $",
            "its columns differ from its text",
        ),
        (
            "update events set origin = '203.0.113.9' where id = $",
            "its columns differ from its text",
        ),
        ("update event_private set text = 'x' where event_id = $", "its private part was altered"),
        ("delete from event_private where event_id = $", "its private part is missing"),
    ] {
        let found = {
            conn.savepoint().unwrap();
            conn.batch_execute(&alter.replace('$', &event.to_string())).unwrap();
            verify(&mut conn, Some(&record_key())).unwrap()
        };
        conn.rollback().unwrap();
        let found: Vec<String> = found.into_iter().flat_map(|check| check.wrong).collect();
        let line = format!("event {event}: {expected}");
        assert!(found.contains(&line), "{alter}: {found:#?}");
    }
    assert_eq!(app.wrong().await, [""; 0]);
}

/// Inserts a copy of the last event of a kind, with its private part, as somebody with the database
/// alone can.
fn forge(conn: &mut Conn, kind: &str, mac: &str) -> i64 {
    let columns =
        "at, actor_kind, actor_id, actor_name, kind, subject_kind, subject_id, project_id, changes,
        request_id, origin, subject_version, subject_key, text";
    conn.batch_execute(&format!(
        "insert into events ({columns}, mac) select {columns}, {mac} from events
             where id = (select max(id) from events where kind = '{kind}')",
    ))
    .unwrap();
    let id = numbers(conn, "select max(id) as number from events")[0];
    conn.batch_execute(&format!(
        "insert into event_private (event_id, salt, text) select {id}, salt, text from event_private
             where event_id = (select max(id) from events where kind = '{kind}' and id < {id})",
    ))
    .unwrap();
    id
}

async fn a_forged_event_gets_no_sequence_and_is_named(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("甲项目示例", json!({})).await;
    app.db.write(seal_all).await.unwrap();
    let mut conn = app.tampering();
    let before = numbers(&mut conn, "select max(sequence) as number from events")[0];
    // With the MAC of another event, without one, and without text, as in format 1.
    let forged = [
        forge(&mut conn, "project.created", "mac"),
        forge(&mut conn, "project.created", "null"),
        forge(&mut conn, "project.created", "''"),
    ];
    conn.batch_execute(&format!("update events set text = null where id = {}", forged[2])).unwrap();
    commission
        .patch(&format!("/projects/{project}"), 1, &json!({"name": "乙项目示例"}))
        .await
        .expect(200);
    app.db.write(seal_all).await.unwrap();

    let numbered = numbers(&mut conn, "select max(sequence) as number from events")[0];
    let written = numbers(
        &mut conn,
        &format!("select count(*) as number from events where sequence > {before}"),
    )[0];
    assert!(numbered == before + written && written >= 1, "{before} {written} {numbered}");
    let found = app.wrong().await;
    let expected = [
        format!("event {} was not written by this program: its MAC is wrong", forged[0]),
        format!("event {} was not written by this program: its MAC is wrong", forged[1]),
        format!("event {} has no text", forged[2]),
    ];
    for line in &expected {
        assert!(found.contains(line), "{line}: {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    // They stop neither the feed nor what waits to be sealed.
    let digests = commission.get("/events/digests").await;
    assert!(digests.status != 200 || digests.json["settled"] != json!(false), "{}", digests.json);
    let feed = commission.get(&format!("/events?after={before}")).await.expect(200);
    assert_eq!(feed.items().iter().filter(|e| e["kind"] == "project.created").count(), 0);
}

/// As the demonstration publishes months one after the other.
async fn events_are_sealed_in_the_transaction_that_records_them(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("甲项目示例", json!({})).await;
    let now = app.clock.now();
    let work = move |conn: &mut Conn| {
        for name in ["乙项目示例", "丙项目示例"] {
            conn.batch_execute(&format!(
                "update projects set name = '{name}' where id = {project}"
            ))?;
            let event = Event::of("project.updated", "project", project, Vec::new());
            record(conn, &Author::system("test"), now, &event)?;
            seal_all(conn)?;
        }
        Ok::<(), StoreError>(())
    };
    app.db.write(work).await.unwrap();

    let mut conn = app.tampering();
    let sealed = "select count(*) as number from events where kind = 'project.updated' and sequence is not null";
    assert_eq!(numbers(&mut conn, sealed)[0], 2);
    assert_eq!(app.wrong().await, [""; 0]);
}

/// With the database alone: one event without text before all others, and an altered row that the
/// next start would take into the record as it is.
async fn an_event_of_format_1_starts_no_adoption_in_the_record(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("甲项目示例", json!({})).await;
    app.db.write(seal_all).await.unwrap();
    let mut conn = app.tampering();
    let columns =
        "at, actor_kind, actor_id, actor_name, kind, subject_kind, subject_id, project_id, changes,
        request_id, origin";
    conn.batch_execute(&format!(
        "insert into events (id, {columns}) select -1, {columns} from events
             where id = (select min(id) from events);
         update projects set total_fen = total_fen + 100 where id = {project}",
    ))
    .unwrap();
    let count = "select count(*) as number from events where kind = 'register.adopted'";
    let before = numbers(&mut conn, count)[0];

    let (url, now) = (app.database.url.clone(), app.clock.now());
    let start = move || major_projects::testing::migrate::migrate(&url, &record_key(), now);
    tokio::task::spawn_blocking(start).await.unwrap().unwrap();
    app.db.write(seal_all).await.unwrap();

    assert_eq!(numbers(&mut conn, count)[0], before);
    let found = app.wrong().await;
    assert!(found.contains(&"event -1 has no text".to_owned()), "{found:#?}");
    let altered = format!("projects {project}: total_fen is ");
    assert!(found.iter().any(|line| line.starts_with(&altered)), "{found:#?}");
}

async fn a_command_with_another_key_is_refused(app: TestApp) {
    app.commission().await.project("甲项目示例", json!({})).await;
    let file = app.database.folder.path().join("other.key");
    let seed = |arguments: &[&str]| {
        let mut command = command(&app, arguments);
        command.env("RECORD_KEY_FILE", &file);
        command
    };
    // It makes a key, as at the first start, and finds that it signed nothing.
    let refused = run(seed(&["seed"])).await;
    let said = text(&refused.stderr);
    assert!(!refused.status.success() && said.contains("signed no event of "), "{said}");
    let then = app.database.folder.path().join("then.db");
    let rebuilt = run(seed(&["rebuild", "--at", "1", then.to_str().unwrap()])).await;
    assert!(!rebuilt.status.success() && !then.exists());
    assert_eq!(app.wrong().await, [""; 0]);
    let lost = run(seed(&["seed", "--new-record-key"])).await;
    assert!(lost.status.success(), "{}", text(&lost.stderr));
}

async fn events_are_not_checked_without_their_key(app: TestApp) {
    app.commission().await.project("甲项目示例", json!({})).await;
    let with = async |key: Option<RecordKey>| {
        let found = app.db.read(move |conn| verify(conn, key.as_ref())).await.unwrap();
        let noted: Vec<String> = found.iter().flat_map(|check| check.noted.clone()).collect();
        (found.into_iter().flat_map(|check| check.wrong).collect::<Vec<_>>(), noted)
    };
    let (wrong, noted) = with(None).await;
    assert_eq!(wrong, [""; 0]);
    assert_eq!(noted, ["the MACs of events were not checked: no key"]);

    let other = b"another key of the record, thirty-two bytes and more".as_slice();
    let (wrong, _) = with(RecordKey::read(other)).await;
    assert_eq!(wrong, ["the key of the record is not the one that signed these events"]);
    // After the key was changed, the file holds the earlier one too.
    let both = [other, b"\n", b"a key of the record for tests, thirty-two bytes and more"].concat();
    assert_eq!(with(RecordKey::read(&both)).await, (Vec::new(), Vec::new()));
    assert!(RecordKey::read(b"short").is_none() && RecordKey::read(b"\n").is_none());
}

async fn a_write_without_an_event_fails(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("甲项目示例", json!({})).await;
    let rename = move |conn: &mut Conn| {
        let sql = format!("update projects set name = '乙' where id = {project}");
        Ok::<(), StoreError>(conn.batch_execute(&sql)?)
    };
    let failed = app.db.write(rename).await.unwrap_err();
    assert!(failed.to_string().contains("without an event"), "{failed}");
    assert_eq!(commission.get(&format!("/projects/{project}")).await.json["name"], "甲项目示例");
    // What stands in no image needs no event.
    let refill = move |conn: &mut Conn| {
        Ok::<(), StoreError>(conn.batch_execute("update projects set search_text = ''")?)
    };
    app.db.write(refill).await.unwrap();
    assert_eq!(app.wrong().await, [""; 0]);
}

async fn a_register_of_format_1_is_adopted(app: TestApp) {
    let app = adopted(app).await;
    let mut conn = app.tampering();
    let count = "select count(*) as number from events where kind = 'register.adopted'";
    let adopted = numbers(&mut conn, count)[0];
    let rows: i64 = TABLES
        .iter()
        .map(|t| numbers(&mut conn, &format!("select count(*) as number from {}", t.name))[0])
        .sum();
    assert!(adopted > 200 && adopted == rows, "{adopted} of {rows}");
    // A second start adopts nothing.
    let (url, now) = (app.database.url.clone(), app.clock.now());
    let again = move || major_projects::testing::migrate::migrate(&url, &record_key(), now);
    assert_eq!(tokio::task::spawn_blocking(again).await.unwrap().unwrap(), [""; 0]);
    assert_eq!(numbers(&mut conn, count)[0], adopted);
    assert_eq!(app.wrong().await, [""; 0]);
}

//! Erasure of personal data: by two administrators, from everywhere, and provable afterwards.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use major_projects::testing::events::seal::seal_all;
use major_projects::testing::verify::verify;
use major_projects::testing::{Config, Conn, Role};
use serde_json::{Value, json};

use crate::commands::{command, execute, run, text};
use crate::support::actor::{Actor, Answer};
use crate::support::app::{PASSWORD, TestApp};
use crate::support::browser::{Browser, words};
use crate::support::database::record_key;
use crate::support::golden::Golden;
use crate::support::run::{OnEach, PATIENCE};
use crate::tests;

tests![
    OnEach;
    a_person_is_erased_from_every_table_and_every_event,
    what_names_others_stays,
    only_two_administrators_erase,
    what_is_wrong_in_a_request_is_named_and_changes_nothing,
    a_proposal_that_names_the_person_becomes_stale,
    verify_tells_an_erasure_from_tampering,
    events_of_format_1_are_erased_too,
    lines_of_a_bound_day_are_erased,
    a_register_from_before_the_erasure_is_rebuilt_without_the_person,
    a_published_bulletin_stays_and_agrees_with_the_record,
    an_account_that_was_granted_leaves_nothing,
    an_erasure_hides_no_tampering,
    what_was_altered_is_erased_and_named,
];

const GROUND: &str = "个人信息保护法第四十七条第一款第三项";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Everything that stands in the tables, as text.
fn everything(app: &TestApp) -> String {
    let mut conn = app.tampering();
    let tables = match &conn {
        Conn::Sqlite(_) => {
            "select name as line from sqlite_master where type = 'table' and name not like 'sqlite%'"
        }
        Conn::Postgres(_) => {
            "select table_name::text as line from information_schema.tables where table_schema = 'public'"
        }
    };
    let tables: Vec<Line> = sql_query(tables).load(&mut conn).unwrap();
    let mut all = String::new();
    for Line { line: table } in tables {
        let rows = match &mut conn {
            Conn::Sqlite(c) => {
                let columns = format!("select name as line from pragma_table_info('{table}')");
                let columns: Vec<Line> = sql_query(columns).load(c).unwrap();
                let texts: Vec<String> = columns
                    .iter()
                    .map(|c| format!("coalesce(cast({} as text), '')", c.line))
                    .collect();
                format!("select {} as line from {table}", texts.join(" || ' ' || "))
            }
            Conn::Postgres(_) => format!("select r::text as line from {table} r"),
        };
        let rows: Vec<Line> = sql_query(rows).load(&mut conn).unwrap();
        for row in rows {
            writeln!(all, "{table}: {}", row.line).unwrap();
        }
    }
    all
}

/// The lines in which `text` stands.
fn naming(app: &TestApp, text: &str) -> Vec<String> {
    let all = everything(app);
    all.lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
}

fn number(app: &TestApp, sql: &str) -> i64 {
    sql_query(sql).get_result::<Number>(&mut app.tampering()).unwrap().number
}

/// Waits until the day of the first lines is bound.
async fn day_is_bound(app: &TestApp) {
    let bound = "select count(*) as number from events where kind = 'access_log.day_bound'";
    let started = Instant::now();
    while number(app, bound) == 0 {
        assert!(started.elapsed() < PATIENCE, "no day was bound");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What `verify` says without being wrong.
async fn noted(app: &TestApp) -> Vec<String> {
    let checks = app.db.read(|conn| verify(conn, Some(&record_key()))).await.unwrap();
    checks.into_iter().flat_map(|check| check.noted).collect()
}

fn request(account: Option<i64>, texts: &[&str]) -> Value {
    let mut body = json!({"legal_ground": GROUND, "document_number": "函〔2021〕8号"});
    if let Some(account) = account {
        body["account_id"] = account.into();
    }
    if !texts.is_empty() {
        body["texts"] = json!(texts);
    }
    body
}

/// Two administrators erase.
async fn erase(app: &TestApp, account: Option<i64>, texts: &[&str]) -> Answer {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let waits = admin.post("/personal-data/erasures", &request(account, texts)).await.expect(202);
    second.approve(&waits).await.expect(200)
}

/// The event of the last erasure.
async fn erasure(app: &TestApp) -> Value {
    app.db.write(seal_all).await.unwrap();
    // A mirror deletes the same.
    let commission = app.commission().await;
    let feed = commission.get("/events?kind=personal_data.erased").await.expect(200);
    feed.items().last().unwrap().clone()
}

fn said<'a>(event: &'a Value, field: &str) -> &'a Value {
    let changes = event["changes"].as_array().unwrap();
    &changes.iter().find(|change| change["field"] == field).unwrap()["after"]
}

/// A project with a leader, and a unit with a contact.
async fn project(app: &TestApp, by: &Actor, name: &str, leader: &str, contact: &str) -> i64 {
    let facts = json!({"leader": leader, "industry": "new_energy", "area": "hekou"});
    let id = by.project(name, facts).await;
    let unit = app.unit_id("甲公司").await;
    let units = json!({"items": [
        {"unit_id": unit, "role": "owner", "contact": contact, "phone": "0546-8001234"},
    ]});
    let version = by.get(&format!("/projects/{id}")).await.json["version"].as_i64().unwrap();
    let put = by.request(reqwest::Method::PUT, &format!("/projects/{id}/units"));
    by.send(put.header("If-Match", format!("\"{version}\"")).json(&units)).await.expect(200);
    id
}

/// An account of the commission that worked for a while and left.
async fn who_left(app: &TestApp) -> i64 {
    app.add_user("zhao.qian", Role::Commission, None, None, false).await;
    let left = app.log_in("zhao.qian", PASSWORD).await;
    let id = project(app, &left, "风电一期", "王建国", "李明").await;
    let issue = json!({"title": "用地", "category": "land", "level": "county", "asked": "请协调",
        "due_on": "2021-08-30"});
    left.post(&format!("/projects/{id}/issues"), &issue).await.expect(201);
    let admin = app.role(Role::Admin).await;
    let users = admin.get("/users?q=zhao.qian").await.expect(200);
    let user = users.items()[0].clone();
    let path = format!("/users/{}", user["id"]);
    let version = user["version"].as_i64().unwrap();
    admin.patch(&path, version, &json!({"disabled": true})).await.expect(200);
    user["id"].as_i64().unwrap()
}

/// A server on the database of `first` that keeps lines of the access log for 400 days.
async fn with_long_log(first: &TestApp) -> TestApp {
    first.beside(Config { access_log_days: 400, ..Config::for_tests() }).await
}

/// An account as [`who_left`], whose lines of the access log need no longer be kept.
async fn who_left_long_ago(app: &TestApp) -> i64 {
    let account = who_left(app).await;
    app.clock.pass_hours(24 * 200);
    app.calendar.turn_to("2022-01-17");
    day_is_bound(app).await;
    account
}

async fn a_person_is_erased_from_every_table_and_every_event(app: TestApp) {
    let account = who_left(&app).await;
    let commission = app.commission().await;
    let other = project(&app, &commission, "风电二期", "李明、王建国", "王建国").await;
    let before = commission.get(&format!("/projects/{other}")).await.expect(200);
    commission.get("/projects?q=王建国").await.expect(200);
    assert!(naming(&app, "王建国").len() > 4 && naming(&app, "zhao.qian").len() > 4);

    let answer = erase(&app, Some(account), &["王建国"]).await;

    assert_eq!(answer.json["kind"], "personal_data_erasure");
    assert_eq!(naming(&app, "王建国"), [""; 0]);
    // Lines of the access log are kept for six months by law.
    let left = naming(&app, "zhao.qian");
    assert!(left.iter().all(|line| line.starts_with("access_log: ")), "{left:?}");
    assert_eq!(app.wrong().await, [""; 0]);
    let after = commission.get(&format!("/projects/{other}")).await.expect(200);
    assert_eq!(
        (&after.json["leader"], &before.json["leader"]),
        (&json!(""), &json!("李明、王建国"))
    );
    assert!(after.json["version"].as_i64() > before.json["version"].as_i64());
    assert_eq!(commission.get("/projects?q=王建国").await.expect(200).json["total"], 0);
    let user = app.role(Role::Admin).await.get(&format!("/users/{account}")).await.expect(200);
    assert_eq!(user.json["username"], format!("erased#{account}"));
    assert_eq!(user.json["display_name"], "（已删除）");

    let event = erasure(&app).await;
    assert_eq!(said(&event, "legal_ground"), GROUND);
    assert_eq!(said(&event, "account_id"), account);
    assert!(
        said(&event, "proposed_by_id").is_number() && said(&event, "decided_by_id").is_number()
    );
    assert_eq!(said(&event, "rows")["projects.leader"], "1-2");
    let line = format!("erased by event {}", event["id"]);
    let noted = noted(&app).await;
    assert!(noted.iter().any(|n| n.starts_with(&line) && n.contains("函〔2021〕8号")), "{noted:?}");
    // Nothing of it is left in the files.
    if !app.is_postgres() {
        let path = app.database.url.to_string().replace("sqlite:", "");
        let started = Instant::now();
        let is_in = |file: &str| {
            let bytes = std::fs::read(file).unwrap_or_default();
            String::from_utf8_lossy(&bytes).contains("王建国")
        };
        while is_in(&path) || is_in(&format!("{path}-wal")) {
            assert!(started.elapsed() < PATIENCE, "the name is still in the files");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn what_names_others_stays(app: TestApp) {
    let commission = app.commission().await;
    let first = project(&app, &commission, "风电一期", "王建国", "李明").await;
    let second = project(&app, &commission, "风电二期", "王建", "李明").await;

    erase(&app, None, &["王建国"]).await;

    let units = commission.get(&format!("/projects/{first}/units")).await.expect(200);
    assert_eq!(units.items()[0]["contact"], "李明");
    let other = commission.get(&format!("/projects/{second}")).await.expect(200);
    assert_eq!(other.json["leader"], "王建");
    let history = commission.get(&format!("/projects/{second}/history")).await.expect(200);
    assert!(history.text.contains("王建") && history.text.contains("commission"));
    // Exactly the events that named the person have no private part.
    app.db.write(seal_all).await.unwrap();
    let gone = "select count(*) as number from events e
        where not exists (select 1 from event_private p where p.event_id = e.id)";
    let event = erasure(&app).await;
    let named = said(&event, "sequences").as_str().unwrap().to_owned();
    // The project, its units, which wrote the row of the project, and the proposal.
    assert_eq!(named.split(", ").count(), 3, "{named}");
    assert_eq!(number(&app, gone), 3);
    assert_eq!(app.wrong().await, [""; 0]);
}

async fn only_two_administrators_erase(app: TestApp) {
    let account = who_left(&app).await;
    let body = request(Some(account), &[]);
    let path = "/personal-data/erasures";
    app.stranger().post(path, &body).await.expect(401);
    for role in [Role::Commission, Role::Auditor, Role::Viewer] {
        app.role(role).await.post(path, &body).await.expect(403);
    }
    let admin = app.role(Role::Admin).await;

    let waits = admin.post(path, &body).await.expect(202);

    assert_eq!(waits.header("location"), format!("/api/v1/proposals/{}", waits.id()));
    let effects = waits.json["effects"].as_array().unwrap();
    let before = |field: &str| &effects.iter().find(|e| e["field"] == field).unwrap()["before"];
    assert_eq!(before("username"), "zhao.qian");
    assert!(before("events").as_i64() > Some(3));
    let browser = Browser::log_in(&app, "admin").await;
    let page = words(&browser.open("/accounts").await);
    for shown in ["删除个人信息", "法律依据", GROUND, "zhao.qian", "涉及的事件数"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert_eq!(admin.approve(&waits).await.expect(403).code(), "second-person-needed");
    assert!(!naming(&app, "zhao.qian").is_empty());
    let second = app.second_admin().await;
    let approved = second.approve(&waits).await.expect(200);
    assert_eq!(approved.json["subject_id"], account);
    let left = naming(&app, "zhao.qian");
    assert!(left.iter().all(|line| line.starts_with("access_log: ")), "{left:?}");
    let again = format!("/proposals/{}/approval", waits.id());
    let again = second.request(reqwest::Method::POST, &again).header("If-Match", "\"2\"");
    assert_eq!(second.send(again).await.expect(409).code(), "proposal-decided");
    assert_eq!(app.wrong().await, [""; 0]);
}

async fn what_is_wrong_in_a_request_is_named_and_changes_nothing(app: TestApp) {
    app.add_user("zhao.qian", Role::Viewer, None, None, false).await;
    let admin = app.role(Role::Admin).await;
    let id = admin.get("/users?q=zhao.qian").await.items()[0]["id"].as_i64().unwrap();
    let path = "/personal-data/erasures";
    let base = || request(None, &[]);
    let with = |field: &str, value: Value| {
        let mut body = request(None, &["王建国"]);
        body[field] = value;
        body
    };
    for (body, pointer, code) in [
        (base(), "/texts", "blank"),
        (with("texts", json!(["王"])), "/texts/0", "too-short"),
        (with("texts", json!(["王建国", " "])), "/texts/1", "too-short"),
        (with("texts", json!(vec!["王建国"; 21])), "/texts", "too-many"),
        (with("legal_ground", json!("")), "/legal_ground", "too-short"),
        (with("document_number", json!(" ")), "/document_number", "blank"),
        (with("account_id", json!(9_999)), "/account_id", "not-there"),
        (with("legal_ground", json!("王建国撤回同意")), "/legal_ground", "names-person"),
        (with("document_number", json!("王建国〔2021〕1号")), "/document_number", "names-person"),
        (with("texts", json!(["王建国", "Zhao.Qian"])), "/texts/1", "account-enabled"),
    ] {
        let refused = admin.post(path, &body).await.expect(422);
        assert_eq!(refused.errors(), [(pointer.to_owned(), code.to_owned())], "{body}");
    }

    let enabled = admin.post(path, &request(Some(id), &[])).await.expect(409);
    let nobody = admin.post(path, &request(None, &["欧阳无名"])).await.expect(409);

    assert_eq!((enabled.code(), nobody.code()), ("account-enabled", "nothing-to-erase"));
    assert_eq!(admin.get("/proposals").await.expect(200).json["total"], 0);
}

async fn a_proposal_that_names_the_person_becomes_stale(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let person = json!({"username": "wang.jg", "display_name": "王建国", "role": "auditor",
        "password": "window ladder orchid 93"});
    let waits = admin.post("/users", &person).await.expect(202);

    erase(&app, None, &["王建国"]).await;

    let shown = second.get(&format!("/proposals/{}", waits.id())).await.expect(200);
    assert_eq!(shown.json["state"], "stale");
    assert!(!shown.text.contains("王建国"), "{}", shown.text);
    assert_eq!(naming(&app, "王建国"), [""; 0]);
    assert_eq!(app.wrong().await, [""; 0]);
}

async fn verify_tells_an_erasure_from_tampering(first: TestApp) {
    let app = with_long_log(&first).await;
    let account = who_left_long_ago(&app).await;
    let commission = app.commission().await;
    let other = project(&app, &commission, "风电二期", "李明", "李明").await;
    erase(&app, Some(account), &["王建国"]).await;
    assert_eq!(app.wrong().await, [""; 0]);
    let part = format!(
        "(select max(id) from events where subject_kind = 'project' and subject_id = {other})"
    );
    let erased = "(select min(id) from events where actor_name = '（已删除）')";
    let line = "(select min(id) from access_log where private_sha256 is null)";
    let kept = "(select min(id) from access_log where private_sha256 is not null)";
    // Each is undone before the next.
    for (change, undo, named) in [
        (
            format!("delete from event_private where event_id = {part}"),
            String::new(),
            "its private part is missing",
        ),
        (
            format!(
                "insert into event_private (event_id, salt, text) values ({erased}, 'a', '{{}}')"
            ),
            format!("delete from event_private where event_id = {erased}"),
            "has a private part again, which event",
        ),
        (
            format!("update events set actor_name = '赵前' where id = {erased}"),
            "update events set actor_name = '（已删除）' where actor_name = '赵前'".to_owned(),
            "its columns differ from its text",
        ),
        (
            format!("update access_log set private_sha256 = 'x' where id = {line}"),
            "update access_log set private_sha256 = null where private_sha256 = 'x'".to_owned(),
            "no event erased its account",
        ),
        (
            format!("update access_log set account = 'zhao' where id = {kept}"),
            "update access_log set account = '' where account = 'zhao'".to_owned(),
            "names an account again",
        ),
    ] {
        let salt = "select count(*) as number from event_private";
        let before = number(&app, salt);
        if undo.is_empty() {
            execute(
                &app,
                &format!(
                    "create table kept as select * from event_private where event_id = {part}"
                ),
            );
        }
        execute(&app, &change);

        let wrong = app.wrong().await;

        assert!(wrong.iter().any(|w| w.contains(named)), "{change}: {wrong:?}");
        if undo.is_empty() {
            execute(&app, "insert into event_private select * from kept");
            execute(&app, "drop table kept");
            assert_eq!(number(&app, salt), before);
        } else {
            execute(&app, &undo);
        }
        assert_eq!(app.wrong().await, [""; 0], "{change}");
    }
    // An erasure that this program did not write excuses nothing.
    let all = number(&app, "select max(sequence) as number from events");
    execute(&app, &format!(
        "update events set text = replace(text, '\"sequences\",\"before\":null,\"after\":\"', '\"sequences\",\"before\":null,\"after\":\"1-{all}, ')
         where kind = 'personal_data.erased'"
    ));
    execute(&app, &format!("delete from event_private where event_id = {part}"));
    let wrong = app.wrong().await;
    assert!(wrong.iter().any(|w| w.contains("its MAC is wrong")), "{wrong:?}");
    assert!(wrong.iter().filter(|w| w.contains("its private part is missing")).count() > 1);
}

async fn events_of_format_1_are_erased_too(app: TestApp) {
    let golden = Golden::load(app, "once.jsonl").await;
    let app = golden.app;
    let erased =
        "select count(*) as number from events where text is null and actor_name = '（已删除）'";
    let account = number(
        &app,
        "select u.id as number from users u join events e on e.actor_id = u.id and e.actor_kind = 'user'
         where e.text is null and u.role = 'commission' group by u.id order by count(*) desc limit 1",
    );
    let admin = app.role(Role::Admin).await;
    let version = admin.get(&format!("/users/{account}")).await.json["version"].as_i64().unwrap();
    let off = json!({"disabled": true});
    admin.patch(&format!("/users/{account}"), version, &off).await.expect(200);

    erase(&app, Some(account), &[]).await;

    assert!(number(&app, erased) > 10);
    let own = format!("from events where actor_kind = 'user' and actor_id = {account}");
    let named =
        format!("select count(*) as number {own} and (actor_name <> '（已删除）' or origin <> '')");
    assert_eq!(number(&app, &named), 0);
    let names = format!(
        "select count(*) as number from events where subject_kind = 'user' and subject_id = {account}
         and changes like '%username%'"
    );
    assert_eq!(number(&app, &names), 0);
    assert_eq!(app.wrong().await, [""; 0]);
    execute(
        &app,
        "update events set request_id = 'x' where id = (select min(id) from events
         where text is null and actor_name = '（已删除）')",
    );
    let wrong = app.wrong().await;
    assert!(
        wrong.iter().any(|w| w.contains("of the chain") && w.contains("was altered")),
        "{wrong:?}"
    );
}

async fn lines_of_a_bound_day_are_erased(first: TestApp) {
    let app = with_long_log(&first).await;
    let account = who_left_long_ago(&app).await;

    erase(&app, Some(account), &[]).await;

    assert!(
        number(&app, "select count(*) as number from access_log where private_sha256 is not null")
            > 0
    );
    assert_eq!(app.wrong().await, [""; 0]);
    let event = erasure(&app).await;
    assert_ne!(said(&event, "access_lines"), "");
    execute(&app, "update access_log set path = '/x' where private_sha256 is not null");
    assert!(app.wrong().await.iter().any(|w| w.contains("a line is not as event")));
}

async fn a_register_from_before_the_erasure_is_rebuilt_without_the_person(app: TestApp) {
    let account = who_left(&app).await;
    app.db.write(seal_all).await.unwrap();
    let before = number(&app, "select max(sequence) as number from events");
    erase(&app, Some(account), &["王建国"]).await;
    app.db.write(seal_all).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for at in [before, number(&app, "select max(sequence) as number from events")] {
        let file = folder.path().join(format!("at-{at}.db"));
        let arguments = ["rebuild", "--at", &at.to_string(), file.to_str().unwrap()];

        let done = run(command(&app, &arguments)).await;

        assert!(done.status.success(), "{}", text(&done.stderr));
        let bytes = std::fs::read(&file).unwrap();
        let found = String::from_utf8_lossy(&bytes);
        for erased in ["王建国", "zhao.qian"] {
            assert!(!found.contains(erased), "{erased} is in the register at {at}");
        }
        assert!(found.contains("风电一期"));
    }
}

async fn a_published_bulletin_stays_and_agrees_with_the_record(app: TestApp) {
    app.calendar.turn_to("2023-02-06");
    app.add_user("zhao.qian", Role::Commission, None, None, false).await;
    let left = app.log_in("zhao.qian", PASSWORD).await;
    let id = project(&app, &left, "风电一期", "王建国", "李明").await;
    let issue = json!({"title": "用地", "category": "land", "level": "county", "asked": "请协调",
        "due_on": "2023-08-30"});
    let issue = left.post(&format!("/projects/{id}/issues"), &issue).await.expect(201);
    let lead = json!({"lead_unit_id": app.unit_id("甲公司").await, "words": "请办理"});
    let assign = format!("/projects/{id}/issues/{}/assignment", issue.id());
    left.post(&assign, &lead).await.expect(200);
    let light = json!({"light": "yellow", "reason": "设备集中入账", "from_month": "2023-01",
        "expires_on": "2023-12-31"});
    left.post(&format!("/projects/{id}/light-overrides"), &light).await.expect(201);
    let commission = app.commission().await;
    let publish = async |month: &str, opens: &str, due: &str| {
        let at = format!("/reporting-months/{month}");
        let days = json!({"opens_on": opens, "due_on": due});
        commission.create(&at, &days).await.expect(201);
        commission.step(&format!("{at}/closing")).await.expect(200);
        commission.step(&format!("{at}/publication")).await.expect(201).json
    };
    let published = publish("2023-01", "2023-02-01", "2023-02-05").await;
    assert!(published.to_string().contains("zhao.qian"), "{published}");
    let admin = app.role(Role::Admin).await;
    let account = admin.get("/users?q=zhao.qian").await.items()[0].clone();
    let version = account["version"].as_i64().unwrap();
    let path = format!("/users/{}", account["id"]);
    admin.patch(&path, version, &json!({"disabled": true})).await.expect(200);

    erase(&app, account["id"].as_i64(), &[]).await;

    assert_eq!(app.wrong().await, [""; 0]);
    let shown = commission.get("/bulletins/2023-01").await.expect(200);
    assert_eq!(shown.json["figures"], published["figures"]);
    // Later bulletins still say which unit has to solve what.
    app.calendar.turn_to("2023-03-06");
    let later = publish("2023-02", "2023-03-01", "2023-03-05").await;
    let issues = later["figures"]["issues"].to_string();
    assert!(issues.contains("甲公司"), "{issues}");
    assert_eq!(app.wrong().await, [""; 0]);
}

async fn an_account_that_was_granted_leaves_nothing(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let person = json!({"username": "wang.jg", "display_name": "王\"建国\"", "role": "auditor",
        "password": "window ladder orchid 93"});
    let waits = admin.post("/users", &person).await.expect(202);
    let made = second.approve(&waits).await.expect(200).json["subject_id"].as_i64().unwrap();
    let refused = json!({"username": "wang.jg.2", "display_name": "王\"建国\"", "role": "auditor",
        "password": "window ladder orchid 93"});
    let waits = admin.post("/users", &refused).await.expect(202);
    let refusal = format!("/proposals/{}/refusal", waits.id());
    let refusal = second.request(reqwest::Method::POST, &refusal).header("If-Match", "\"1\"");
    let reason = json!({"reason": "王\"建国\"已有账号"});
    second.send(refusal.json(&reason)).await.expect(200);
    let path = format!("/users/{made}");
    admin.patch(&path, 1, &json!({"disabled": true})).await.expect(200);
    app.db.write(seal_all).await.unwrap();
    let before = number(&app, "select max(sequence) as number from events");

    erase(&app, Some(made), &["王\"建国\"", "wang.jg.2"]).await;

    for text in ["wang.jg", "建国"] {
        assert_eq!(naming(&app, text), [""; 0]);
    }
    assert_eq!(app.wrong().await, [""; 0]);
    // The proposals of then can still be read.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("then.db");
    let at = before.to_string();
    let done = run(command(&app, &["rebuild", "--at", &at, file.to_str().unwrap()])).await;
    assert!(done.status.success(), "{}", text(&done.stderr));
    let url = format!("sqlite:{}", file.display()).parse().unwrap();
    let then = Conn::open(&url, major_projects::testing::Use::Read).unwrap();
    let effects = effects_of(then);
    assert!(effects.iter().all(|e| serde_json::from_str::<Value>(e).is_ok()), "{effects:?}");
}

fn effects_of(mut conn: Conn) -> Vec<String> {
    let rows: Vec<Line> =
        sql_query("select effects as line from proposals").load(&mut conn).unwrap();
    assert!(!rows.is_empty());
    rows.into_iter().map(|row| row.line).collect()
}

async fn an_erasure_hides_no_tampering(app: TestApp) {
    let account = who_left(&app).await;
    // A row that the erasure writes again.
    execute(&app, "update projects set total_fen = 100 where id = 1");
    erase(&app, Some(account), &["王建国"]).await;
    let wrong = app.wrong().await;
    let named =
        |w: &String| w.starts_with("projects 1: total_fen is \"100\"") && w.contains("found it");
    assert!(wrong.iter().any(named), "{wrong:?}");
}

/// What was altered stays named when an erasure takes the proof away, and stops no erasure.
async fn what_was_altered_is_erased_and_named(app: TestApp) {
    let account = who_left(&app).await;
    app.db.write(seal_all).await.unwrap();
    let named = "text like '%王建国%'";
    let of = |which: &str| {
        format!("select {which}(event_id) as number from event_private where {named}")
    };
    let event = number(&app, &of("min"));
    let other = number(&app, &of("max"));
    for sql in [
        format!(
            "update event_private set text = replace(text, '王建国', '王建军') where event_id = {event}"
        ),
        format!("update events set actor_name = '李四' where id = {other}"),
        "update project_units set contact = '李四' where id = 1".to_owned(),
        "update projects set leader = '王建国、李四' where id = 1".to_owned(),
    ] {
        execute(&app, &sql);
    }
    assert_eq!(app.wrong().await.len(), 6, "{:?}", app.wrong().await);

    erase(&app, Some(account), &["王建国"]).await;

    let by = erasure(&app).await["id"].as_i64().unwrap();
    let wrong = app.wrong().await;
    for what in [
        format!("event {event}"),
        format!("event {other}"),
        "project_units 1".to_owned(),
        "projects 1".to_owned(),
    ] {
        let line = format!("{what}: was not as it was written when event {by} erased it");
        assert!(wrong.contains(&line), "{line}: {wrong:?}");
    }
    assert_eq!(wrong.len(), 4, "{wrong:?}");
    assert_eq!(naming(&app, "王建国"), [""; 0]);
}

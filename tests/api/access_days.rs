//! Log-ins in the access log, and the events that bind its days.

use std::time::{Duration, Instant};

use major_projects::testing::Clock as _;
use major_projects::testing::Config;
use major_projects::testing::Role;
use major_projects::testing::events::seal::seal_all;
use major_projects::testing::events::{Author, Event, record};
use serde_json::{Value, json};

use crate::clients;
use crate::commands::execute;
use crate::support::actor::{Actor, Answer};
use crate::support::app::{PASSWORD, TestApp};
use crate::support::browser::{Browser, words};
use crate::support::run::{OnEach, PATIENCE};
use crate::tests;
use crate::totp;

tests![
    OnEach;
    log_ins_are_lines_of_the_access_log_and_no_events,
    a_code_that_was_shown_is_named,
    a_day_has_a_limit_of_log_ins_and_counts_the_rest,
    each_past_day_with_lines_is_bound_by_one_event,
    verify_names_the_day_that_differs,
    a_line_that_comes_too_late_leaves_bound_days_as_they_are,
    days_are_deleted_whole_and_by_an_event,
    verify_names_days_that_were_deleted_too_early,
    only_the_auditor_sees_the_events_of_days,
];

async fn log_in(app: &TestApp, name: &str) -> Answer {
    let body = json!({"username": name, "password": PASSWORD});
    app.stranger().post("/sessions", &body).await.expect(201)
}

async fn fail(app: &TestApp, name: &str) {
    let wrong = json!({"username": name, "password": "not the password"});
    app.stranger().post("/sessions", &wrong).await.expect(401);
}

/// The events of a kind once there are so many, oldest first.
async fn events(app: &TestApp, auditor: &Actor, kind: &str, number: usize) -> Vec<Value> {
    let started = Instant::now();
    loop {
        app.db.write(seal_all).await.unwrap();
        let feed = auditor.get(&format!("/events?kind={kind}")).await.expect(200);
        if feed.items().len() >= number {
            assert_eq!(feed.items().len(), number, "{}", feed.text);
            return feed.items().clone();
        }
        assert!(started.elapsed() < PATIENCE, "{}", feed.text);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until the access log has so many lines of a kind, and returns them, oldest first.
async fn lines(auditor: &Actor, kind: &str, number: usize) -> Vec<Value> {
    let started = Instant::now();
    loop {
        let found = auditor.get(&format!("/access-log?limit=200&kind={kind}")).await.expect(200);
        if found.items().len() == number {
            let mut items = found.items().clone();
            items.reverse();
            return items;
        }
        assert!(started.elapsed() < PATIENCE, "{}", found.text);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn after(event: &Value, field: &str) -> Value {
    let changes = event["changes"].as_array().unwrap();
    changes.iter().find(|change| change["field"] == field).unwrap()["after"].clone()
}

async fn log_ins_are_lines_of_the_access_log_and_no_events(app: TestApp) {
    app.add_user("zhang.wei", Role::Viewer, None, None, false).await;
    let (admin, auditor) = (app.role(Role::Admin).await, app.role(Role::Auditor).await);
    app.clock.pass_seconds(90);

    let opened = log_in(&app, "Zhang.Wei").await;
    let mut actor = app.stranger();
    actor.token = opened.json["access_token"].as_str().map(str::to_owned);
    let id = actor.get("/me").await.expect(200).id();
    let ended = actor.delete("/sessions/current").await.expect(204);
    let stolen = log_in(&app, "zhang.wei").await;
    let token = json!({"refresh_token": stolen.json["refresh_token"]});
    app.stranger().post("/sessions/refresh", &token).await.expect(200);
    app.stranger().post("/sessions/refresh", &token).await.expect(401);
    Browser::log_in(&app, "zhang.wei").await;
    let made = clients::client(&app, &admin, "平台", "viewer", &["projects:read"]).await;
    clients::machine(&app, &made).await;

    // They are stored with their sessions: nothing waits for the background.
    let all = auditor.get("/access-log?since=2021-07-01T02:01:00Z").await.expect(200);
    let mut found = all.items().clone();
    found.retain(|line| line["kind"] != "log_in_failed");
    found.reverse();
    let shown: Vec<_> = found
        .iter()
        .map(|l| ["kind", "account", "code"].map(|field| l[field].as_str().unwrap().to_owned()))
        .collect();
    let own = |kind: &str, code: &str| [kind, "zhang.wei", code].map(str::to_owned);
    assert_eq!(
        shown[..5],
        [
            own("logged_in", "password"),
            own("logged_out", ""),
            own("logged_in", "password"),
            own("ended_by_reuse", ""),
            own("logged_in", "password"),
        ]
    );
    let client = found.last().unwrap();
    assert_eq!((&client["kind"], &client["code"]), (&json!("logged_in"), &made["client_id"]));
    let first = &found[0];
    assert_eq!((&first["account_id"], &first["status"]), (&json!(id), &json!(201)));
    assert_eq!((&first["address"], &first["times"]), (&json!("127.0.0.1"), &json!(1)));
    assert_eq!(first["last_at"], "2021-07-01T02:01:30.000000Z");
    assert_eq!(first["minute"], "2021-07-01T02:01:00.000000Z");
    assert_eq!((&found[1]["status"], &found[1]["path"]), (&json!(204), &first["path"]));
    assert_eq!(found[1]["request_id"], ended.header("x-request-id"));
    assert_ne!(found[2]["path"], first["path"]);

    app.db.write(seal_all).await.unwrap();
    let feed = auditor.get("/events?limit=1000").await.expect(200);
    assert!(feed.items().iter().all(|e| e["subject_kind"] != "session"), "{}", feed.text);
    let browser = Browser::log_in(&app, "auditor").await;
    let page = words(&browser.open("/access-log?account=zhang.wei").await);
    assert!(page.contains("登录") && page.contains("退出登录"), "{page}");
    assert!(page.contains("令牌被重复使用"), "{page}");
}

async fn a_code_that_was_shown_is_named(app: TestApp) {
    let (actor, auditor) = (app.role(Role::Admin).await, app.role(Role::Auditor).await);
    let (secret, recovery) = totp::enrol(&app, &actor).await;
    app.clock.pass_seconds(60);
    for code in [totp::code(&app, &secret, 0), recovery[0].clone()] {
        let body = json!({"username": "admin", "password": PASSWORD, "code": code});
        app.stranger().post("/sessions", &body).await.expect(201);
    }

    let found = auditor.get("/access-log?kind=logged_in&account=admin").await.expect(200);

    let codes: Vec<_> = found.items().iter().map(|l| l["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["recovery-code", "one-time-code", "password"]);
}

async fn a_day_has_a_limit_of_log_ins_and_counts_the_rest(app: TestApp) {
    app.add_user("zhang.wei", Role::Viewer, None, None, false).await;
    execute(
        &app,
        "insert into access_log (minute, kind, account_id, account, address, method, path, status, code, times, last_at, request_id)
         with recursive n(i) as (select 1 union all select i + 1 from n where i < 19997)
         select '2021-07-01 01:00:00', 'logged_in', 1, 'x', '192.0.2.1', '', '', 201, '', 1, '2021-07-01 01:00:00', '' from n",
    );

    let auditor = app.role(Role::Auditor).await;
    for _ in 0..5 {
        log_in(&app, "zhang.wei").await;
    }

    let started = Instant::now();
    let left_out = loop {
        let line = lines(&auditor, "left_out", 1).await.remove(0);
        if line["times"] == 3 {
            break line;
        }
        assert!(started.elapsed() < PATIENCE, "{line}");
    };
    assert_eq!(left_out["code"], "log_ins");
    let stored = auditor.get("/access-log?kind=logged_in&account=zhang.wei").await.expect(200);
    assert_eq!(stored.items().len(), 2);
    // Every one of them has logged in, and the limit ends with the day.
    app.clock.pass_hours(24);
    log_in(&app, "zhang.wei").await;
    let auditor = app.log_in("auditor", PASSWORD).await;
    let stored = auditor.get("/access-log?kind=logged_in&account=zhang.wei").await.expect(200);
    assert_eq!(stored.items().len(), 3);
}

async fn each_past_day_with_lines_is_bound_by_one_event(app: TestApp) {
    let auditor = app.role(Role::Auditor).await;
    fail(&app, "one").await;
    fail(&app, "two").await;
    lines(&auditor, "log_in_failed", 2).await;
    // To 2021-07-01 23:59 in China, and then to 00:09: some lines may still come.
    app.clock.pass_seconds(13 * 3_600 + 59 * 60);
    app.clock.pass_seconds(10 * 60);
    let auditor = app.log_in("auditor", PASSWORD).await;
    fail(&app, "three").await;
    lines(&auditor, "log_in_failed", 3).await;
    assert_eq!(events(&app, &auditor, "access_log.day_bound", 0).await, [json!(null); 0]);
    // A day without lines comes between.
    app.clock.pass_hours(48);
    let auditor = app.log_in("auditor", PASSWORD).await;

    let bound = events(&app, &auditor, "access_log.day_bound", 2).await;

    assert_eq!(
        (&bound[0]["subject_kind"], &bound[0]["subject_id"]),
        (&json!("access_day"), &json!(20_210_701))
    );
    assert_eq!(
        (after(&bound[0], "day"), after(&bound[0], "lines")),
        (json!("2021-07-01"), json!(3))
    );
    assert_eq!(
        (after(&bound[1], "day"), after(&bound[1], "lines")),
        (json!("2021-07-02"), json!(2))
    );
    let hash = after(&bound[0], "sha256");
    assert_eq!(hash.as_str().unwrap().len(), 64);
    assert_ne!(hash, after(&bound[1], "sha256"));
    assert_eq!(bound[0]["actor_kind"], "system");
    assert_eq!(app.wrong().await, [""; 0]);
    // Another server binds nothing again.
    let _other = app.beside(Config::for_tests()).await;
    fail(&app, "four").await;
    lines(&auditor, "log_in_failed", 4).await;
    assert_eq!(events(&app, &auditor, "access_log.day_bound", 2).await.len(), 2);
    let page = words(&Browser::log_in(&app, "auditor").await.open("/history").await);
    assert!(page.contains("固定当日访问记录"), "{page}");
}

/// Two bound days with a day without lines between them; returns the auditor on the day after.
async fn two_bound_days(app: &TestApp) -> Actor {
    let auditor = app.role(Role::Auditor).await;
    fail(app, "one").await;
    lines(&auditor, "log_in_failed", 1).await;
    app.clock.pass_hours(48);
    let auditor = app.log_in("auditor", PASSWORD).await;
    fail(app, "two").await;
    lines(&auditor, "log_in_failed", 2).await;
    app.clock.pass_hours(24);
    let auditor = app.log_in("auditor", PASSWORD).await;
    events(app, &auditor, "access_log.day_bound", 2).await;
    auditor
}

async fn verify_names_the_day_that_differs(app: TestApp) {
    two_bound_days(&app).await;
    assert_eq!(app.wrong().await, [""; 0]);
    execute(&app, "create table kept as select * from access_log");
    let of_first = "kind = 'log_in_failed' and account = 'one'";
    let columns = "minute, kind, account_id, account, address, method, path, status, code, row_count, times, last_at, request_id, salt";
    let insert = |minute: &str| {
        format!(
            "insert into access_log ({columns})
             select '{minute}', kind, account_id, account, address, method, path, status, code, row_count, times, '{minute}', request_id, salt
             from access_log where {of_first}"
        )
    };
    let update = |what: &str| format!("update access_log set {what} where {of_first}");
    let altered = "access log of 2021-07-01: a line is not as event";
    for (change, expected) in [
        (update("times = times + 1"), altered),
        (update("account = 'nobody'"), altered),
        (update("address = '192.0.2.1'"), altered),
        (update("account_id = 1"), altered),
        (update("salt = 'x'"), altered),
        (update("kind = 'refused'"), altered),
        (update("method = 'PUT'"), altered),
        (update("path = '/x'"), altered),
        (update("status = 200"), altered),
        (update("code = ''"), altered),
        (update("row_count = 7"), altered),
        (update("last_at = '2021-07-01 02:00:01'"), altered),
        (update("request_id = ''"), altered),
        (update("minute = '2021-07-01 02:01:00'"), altered),
        (update("id = 4711"), altered),
        (update("minute = '2021-07-03 02:00:00'"), "access log of 2021-07-01: has 1 lines; event"),
        (
            format!("delete from access_log where {of_first}"),
            "access log of 2021-07-01: has 1 lines; event",
        ),
        (
            "delete from access_log where minute < '2021-07-02'".to_owned(),
            "access log of 2021-07-01: has 0 lines; event",
        ),
        (insert("2021-07-01 02:00:00"), "access log of 2021-07-01: has 3 lines; event"),
        (insert("2021-07-02 02:00:00"), "access log of 2021-07-02: has lines; no event binds them"),
        (insert("2020-12-31 02:00:00"), "access log of 2020-12-31: has lines; no event binds them"),
    ] {
        execute(&app, &change);
        let found = app.wrong().await;
        assert!(found.iter().any(|line| line.starts_with(expected)), "{change}: {found:?}");
        execute(
            &app,
            &format!(
                "delete from access_log; insert into access_log (id, {columns}) select id, {columns} from kept"
            ),
        );
        assert_eq!(app.wrong().await, [""; 0], "{change}");
    }
    execute(&app, "drop table kept");
}

async fn a_line_that_comes_too_late_leaves_bound_days_as_they_are(app: TestApp) {
    two_bound_days(&app).await;

    // The clock is set back into a day that is bound.
    app.clock.pass_hours(-24);
    fail(&app, "late").await;
    let auditor = app.log_in("auditor", PASSWORD).await;
    let late = lines(&auditor, "log_in_failed", 3).await;

    assert_eq!(late[2]["account"], "late");
    assert_eq!(late[2]["last_at"], "2021-07-03T02:00:00.000000Z");
    assert_eq!(late[2]["minute"], "2021-07-03T16:00:00.000000Z");
    assert_eq!(app.wrong().await, [""; 0]);
}

async fn days_are_deleted_whole_and_by_an_event(app: TestApp) {
    two_bound_days(&app).await;

    // 180 days after the end of 2021-07-01 in China.
    app.clock.pass_hours(178 * 24 - 10);
    let auditor = app.log_in("auditor", PASSWORD).await;
    let deleted = events(&app, &auditor, "access_log.days_deleted", 1).await;

    assert_eq!(after(&deleted[0], "kept_from"), "2021-07-02");
    assert_eq!(after(&deleted[0], "kept_days"), 180);
    let left = lines(&auditor, "log_in_failed", 1).await;
    assert_eq!(left[0]["account"], "two");
    assert_eq!(app.wrong().await, [""; 0]);
    // A line of a kept day is still compared.
    execute(&app, "delete from access_log where account = 'two'");
    let found = app.wrong().await;
    assert!(found.iter().all(|line| line.starts_with("access log of 2021-07-03: ")), "{found:?}");
    assert_eq!(found.len(), 1);
}

async fn verify_names_days_that_were_deleted_too_early(app: TestApp) {
    two_bound_days(&app).await;
    execute(
        &app,
        "delete from access_log where minute < '2021-07-02';
         insert into events (at, actor_kind, actor_name, kind, subject_kind, subject_id, changes, request_id, origin)
         values ('2021-07-04 02:00:00', 'system', 'access log', 'access_log.days_deleted', 'access_day', 20210702, '[]', '', '')",
    );

    let found = app.wrong().await;

    // An event that the program did not write excuses nothing.
    let lost = "access log of 2021-07-01: has 0 lines; event ";
    assert!(found.iter().any(|line| line.starts_with(lost)), "{found:?}");
    assert!(!found.iter().any(|line| line.starts_with("access log before")), "{found:?}");

    // As a server with a wrong clock would write it.
    let now = app.clock.now();
    let deleted = Event::of("access_log.days_deleted", "access_day", 20_210_702, Vec::new());
    let author = Author::system("access log");
    app.db.write(move |conn| record(conn, &author, now, &deleted)).await.unwrap();
    let found = app.wrong().await;
    let early = "access log before 2021-07-02: event";
    assert!(found.iter().any(|line| line.starts_with(early)), "{found:?}");
}

async fn only_the_auditor_sees_the_events_of_days(app: TestApp) {
    two_bound_days(&app).await;
    for actor in [app.log_in("auditor", PASSWORD).await, app.commission().await] {
        let feed = actor.get("/events?limit=1000").await.expect(200);
        let is_auditor = actor.get("/access-log").await.status == 200;
        let has_any = feed.items().iter().any(|e| e["subject_kind"] == "access_day");
        assert_eq!(has_any, is_auditor, "{}", feed.text);
    }
}

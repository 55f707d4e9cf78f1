//! The access log: what is in it, who reads it, and that nobody can fill it. Network addresses of events
//! are for the auditor alone.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use major_projects::testing::Config;
use major_projects::testing::Role;
use major_projects::testing::StoreError;
use major_projects::testing::events::seal;
use reqwest::Method;
use serde_json::{Value, json};

use crate::commands::{command, execute, run};
use crate::support::actor::{Actor, Answer};
use crate::support::app::{PASSWORD, TestApp};
use crate::support::browser::{Browser, words};
use crate::support::receiver::Receiver;
use crate::support::run::{OnEach, PATIENCE};
use crate::tests;
use crate::webhooks;

tests![
    OnEach;
    failed_log_ins_are_logged_with_name_and_address,
    every_way_to_prove_oneself_is_logged,
    refusals_are_logged_with_account_and_path,
    a_project_of_others_is_logged_and_one_that_does_not_exist_is_not,
    downloads_are_logged_from_the_api_and_from_pages,
    a_backup_is_logged,
    the_auditor_filters_pages_and_downloads_the_log,
    one_address_makes_a_few_lines_a_minute_however_often_it_asks,
    a_day_has_a_limit_and_says_what_was_left_out,
    lines_are_deleted_after_their_days,
    a_refusal_waits_for_no_write,
    what_was_counted_is_stored_when_the_server_stops,
    addresses_in_events_are_for_the_auditor_alone,
    an_import_leaves_an_event_with_its_file,
];

/// The lines of the log once `done` accepts them, oldest first. Without a kind in `query`, those about log-ins are
/// left out.
async fn lines(auditor: &Actor, query: &str, done: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let path = format!("/access-log?limit=200{query}");
    let started = Instant::now();
    loop {
        let mut items = auditor.get(&path).await.expect(200).items().clone();
        let is_log_in =
            |line: &Value| ["logged_in", "logged_out"].map(Value::from).contains(&line["kind"]);
        items.retain(|line| query.contains("kind=") || !is_log_in(line));
        items.reverse();
        if done(&items) {
            return items;
        }
        assert!(started.elapsed() < PATIENCE, "{items:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Number of entries that the lines count.
fn times(lines: &[Value]) -> i64 {
    lines.iter().map(|line| line["times"].as_i64().unwrap()).sum()
}

async fn fail(app: &TestApp, name: &str) -> Answer {
    let wrong = json!({"username": name, "password": "not the password"});
    app.stranger().post("/sessions", &wrong).await.expect(401)
}

async fn failed_log_ins_are_logged_with_name_and_address(app: TestApp) {
    app.add_user("zhang.wei", Role::Viewer, None, None, false).await;
    let auditor = app.role(Role::Auditor).await;

    let first = fail(&app, "zhang.wei").await;
    fail(&app, "Zhang.Wei").await;
    let browser = Browser::new(&app);
    let form = [("username", "nobody"), ("password", "x")];
    browser.send("/log-in", &form).await.expect(422);

    let found = lines(&auditor, "", |found| times(found) == 3).await;
    assert_eq!(found.len(), 2, "{found:#?}");
    // Lines of one second are stored in one go or in several.
    let of = |account: &str| found.iter().find(|line| line["account"] == account).unwrap();
    let zhang = of("zhang.wei");
    assert_eq!(zhang["kind"], "log_in_failed");
    assert_eq!((&zhang["account"], &zhang["times"]), (&json!("zhang.wei"), &json!(2)));
    assert_eq!((&zhang["address"], &zhang["status"]), (&json!("127.0.0.1"), &json!(401)));
    assert_eq!((&zhang["code"], &zhang["account_id"]), (&json!("wrong-credentials"), &Value::Null));
    assert_eq!(zhang["request_id"], first.json["request_id"]);
    assert_eq!(zhang["minute"], "2021-07-01T02:00:00.000000Z");
    assert_eq!(of("nobody")["times"], 1);
}

async fn every_way_to_prove_oneself_is_logged(app: TestApp) {
    let viewer = app.role(Role::Viewer).await;
    let auditor = app.role(Role::Auditor).await;
    let stranger = app.stranger();

    stranger.post("/sessions/refresh", &json!({"refresh_token": "wrong"})).await.expect(401);
    let form = [("grant_type", "client_credentials"), ("client_id", "c1"), ("client_secret", "x")];
    let token = stranger.request(Method::POST, "/oauth/token").form(&form);
    stranger.send(token).await.expect(401);
    let change = |new: &str| json!({"current_password": "x", "new_password": new});
    viewer.put("/me/password", &change("window ladder orchid 93")).await.expect(422);
    // A weak new password is no attempt to guess the old one.
    let weak = json!({"current_password": PASSWORD, "new_password": "x"});
    viewer.put("/me/password", &weak).await.expect(422);

    let found = lines(&auditor, "&kind=log_in_failed", |found| found.len() >= 3).await;
    let mut shown: Vec<[&str; 3]> = found
        .iter()
        .map(|line| ["path", "account", "code"].map(|field| line[field].as_str().unwrap()))
        .collect();
    shown.sort_unstable();
    assert_eq!(
        shown,
        [
            ["/me/password", "viewer", "wrong-password"],
            ["/oauth/token", "c1", "oauth-invalid-client"],
            ["/sessions/refresh", "", "refresh-not-good"],
        ]
    );
}

async fn refusals_are_logged_with_account_and_path(app: TestApp) {
    let viewer = app.role(Role::Viewer).await;
    let auditor = app.role(Role::Auditor).await;
    let id = viewer.get("/me").await.expect(200).id();
    let mut forged = app.stranger();
    forged.token = Some("forged".to_owned());

    viewer.get("/users").await.expect(403);
    viewer.get("/users").await.expect(403);
    forged.get("/projects").await.expect(401);
    // No token is no attempt to use one.
    app.stranger().get("/projects").await.expect(401);
    let browser = Browser::log_in(&app, "viewer").await;
    browser.get("/accounts").await.expect(403);

    let found = lines(&auditor, "", |found| times(found) == 4).await;
    let shown: Vec<_> = found.iter().map(|l| (&l["account"], &l["path"], &l["times"])).collect();
    assert_eq!(shown.len(), 3, "{found:#?}");
    for expected in [
        (&json!("viewer"), &json!("/api/v1/users"), &json!(2)),
        (&json!(""), &json!("/api/v1/projects"), &json!(1)),
        (&json!("viewer"), &json!("/accounts"), &json!(1)),
    ] {
        assert!(shown.contains(&expected), "{expected:?} {shown:?}");
    }
    let users = found.iter().find(|l| l["path"] == "/api/v1/users").unwrap();
    assert_eq!((&users["account_id"], &users["method"]), (&json!(id), &json!("GET")));
    assert_eq!((&users["status"], &users["code"]), (&json!(403), &json!("forbidden")));
}

async fn a_project_of_others_is_logged_and_one_that_does_not_exist_is_not(app: TestApp) {
    let commission = app.commission().await;
    let unit = app.unit("甲公司").await;
    let auditor = app.role(Role::Auditor).await;
    let own = commission.project("甲项目", json!({})).await;
    let other = commission.project("乙项目", json!({})).await;
    commission.assign(own, &[(app.unit_id("甲公司").await, "owner")]).await;

    unit.get("/projects/4711").await.expect(404);
    unit.get(&format!("/projects/{own}/reports/2021-05")).await.expect(404);
    unit.get(&format!("/projects/{other}/reports/2021-05")).await.expect(404);
    let patch = json!({"leader": "王"});
    unit.patch(&format!("/projects/{other}"), 1, &patch).await.expect(404);
    unit.get("/users").await.expect(403);

    // The refusal of /users came last: all others were counted before.
    let found = lines(&auditor, "", |found| found.iter().any(|l| l["code"] == "forbidden")).await;
    let hidden: Vec<_> = found.iter().filter(|l| l["code"] == "not-visible").collect();
    let paths: Vec<_> = hidden.iter().map(|l| l["path"].as_str().unwrap()).collect();
    assert_eq!((found.len(), paths.len()), (3, 2), "{found:#?}");
    assert!(paths.contains(&format!("/api/v1/projects/{other}").as_str()), "{paths:?}");
    let report = format!("/api/v1/projects/{other}/reports/2021-05");
    assert!(paths.contains(&report.as_str()), "{paths:?}");
    assert!(hidden.iter().all(|l| l["account"] == unit_name()), "{hidden:?}");
}

/// Login name of the account that [`TestApp::unit`] makes for 甲公司.
fn unit_name() -> String {
    let name = "甲公司".bytes().fold(String::new(), |name, b| format!("{name}{b:02x}"));
    format!("unit-{name}")
}

async fn downloads_are_logged_from_the_api_and_from_pages(app: TestApp) {
    let commission = app.commission().await;
    let auditor = app.role(Role::Auditor).await;
    commission.project("甲项目", json!({})).await;
    commission.project("乙项目", json!({})).await;

    commission.get("/projects?format=csv&area=dongying").await.expect(200);
    commission.get("/summaries/commitments?year=2021&format=xlsx").await.expect(200);
    commission.get("/imports/templates/projects?filled=true").await.expect(200);
    // However the path is written.
    commission.get("/%65xports/oc4ids?year=2021").await.expect(200);
    let browser = Browser::log_in(&app, "commission").await;
    browser.get("/files/projects?format=xlsx").await.expect(200);
    // Reading is no download.
    commission.get("/projects").await.expect(200);
    browser.open("/projects").await;

    let found = lines(&auditor, "&kind=exported", |found| found.len() >= 5).await;
    let shown: Vec<_> = found
        .iter()
        .map(|l| (l["path"].as_str().unwrap(), l["code"].as_str().unwrap(), l["rows"].as_i64()))
        .collect();
    assert_eq!(found.len(), 5, "{shown:?}");
    for expected in [
        ("/api/v1/projects?area=dongying", "csv", Some(2)),
        ("/api/v1/summaries/commitments?year=2021", "xlsx", None),
        ("/api/v1/imports/templates/projects?filled=true", "xlsx", None),
        ("/api/v1/exports/oc4ids?year=2021", "oc4ids", None),
        ("/files/projects", "xlsx", Some(2)),
    ] {
        assert!(shown.contains(&expected), "{expected:?} {shown:?}");
    }
    assert!(found.iter().all(|l| l["account"] == "commission" && l["address"] == "127.0.0.1"));
}

async fn a_backup_is_logged(app: TestApp) {
    let auditor = app.role(Role::Auditor).await;
    let file = app.database.folder.path().join("copy.db");

    let made = run(command(&app, &["backup", file.to_str().unwrap()])).await;

    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let found = lines(&auditor, "&kind=backed_up", |found| !found.is_empty()).await;
    assert_eq!(found[0]["path"], file.to_str().unwrap());
    assert_eq!(found[0]["account"], "command line");
}

async fn the_auditor_filters_pages_and_downloads_the_log(app: TestApp) {
    let viewer = app.role(Role::Viewer).await;
    let auditor = app.role(Role::Auditor).await;
    fail(&app, "zhang.wei").await;
    viewer.get("/users").await.expect(403);
    app.clock.pass_seconds(120);
    fail(&app, "li.na").await;
    lines(&auditor, "", |found| found.len() == 3).await;

    let names = async |query: &str| {
        let found = auditor.get(&format!("/access-log?{query}")).await.expect(200);
        let name = |line: &Value| line["account"].as_str().unwrap().to_owned();
        found.items().iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names("kind=refused").await, ["viewer"]);
    assert_eq!(names("account=ZHANG.wei").await, ["zhang.wei"]);
    assert_eq!(names("since=2021-07-01T02:02:00Z").await, ["li.na"]);
    assert_eq!(names("kind=logged_in").await, ["auditor", "viewer"]);
    assert_eq!(names("until=2021-07-01T02:02:00Z&kind=log_in_failed").await, ["zhang.wei"]);
    assert_eq!(names("address=192.0.2.1").await, Vec::<String>::new());
    let bad = "kind=log_in_failed&kind=refused";
    let first = auditor.get(&format!("/access-log?{bad}&limit=1")).await.expect(200);
    assert_eq!((first.json["total"].as_i64(), first.items().len()), (Some(3), 1));
    assert_eq!(first.items()[0]["account"], "li.na");
    let next = first.json["next_cursor"].as_str().unwrap();
    assert_eq!(names(&format!("{bad}&limit=2&cursor={next}")).await.len(), 2);
    let csv = auditor.get(&format!("/access-log?{bad}&format=csv")).await.expect(200);
    assert_eq!((csv.header("row-count"), csv.text.lines().count()), ("3", 4));

    let browser = Browser::log_in(&app, "auditor").await;
    let page = words(&browser.open("/access-log?kind=log_in_failed").await);
    assert!(page.contains("zhang.wei") && page.contains("登录失败"), "{page}");
    assert!(!page.contains("/api/v1/users"), "{page}");
    for role in [Role::Commission, Role::Viewer, Role::Admin] {
        app.role(role).await.get("/access-log").await.expect(403);
        let other = Browser::log_in(&app, role.as_str()).await;
        other.get("/access-log").await.expect(403);
        let start = other.get("/password").await.expect(200).html;
        assert!(!start.contains("href=\"/access-log"), "{role}");
    }
}

async fn one_address_makes_a_few_lines_a_minute_however_often_it_asks(app: TestApp) {
    let auditor = app.role(Role::Auditor).await;
    for number in 0..60 {
        fail(&app, &format!("name-{}", number % 30)).await;
    }

    let found = lines(&auditor, "", |found| times(found) == 60).await;

    // Five names, and one line for all others.
    assert_eq!(found.len(), 6, "{found:#?}");
    let others = found.iter().find(|line| line["account"] == "").unwrap();
    assert_eq!((&others["times"], &others["address"]), (&json!(50), &json!("127.0.0.1")));
}

async fn a_day_has_a_limit_and_says_what_was_left_out(app: TestApp) {
    let auditor = app.role(Role::Auditor).await;
    execute(
        &app,
        "insert into access_log (minute, kind, account, address, method, path, status, code, times, last_at, request_id)
         with recursive n(i) as (select 1 union all select i + 1 from n where i < 9999)
         select '2021-07-01 01:00:00', 'log_in_failed', 'x', '192.0.2.1', '', '', 401, '', 1, '2021-07-01 01:00:00', '' from n",
    );

    fail(&app, "one").await;
    lines(&auditor, "&account=one", |found| found.len() == 1).await;
    fail(&app, "two").await;
    fail(&app, "three").await;
    // A further attempt of a line that is stored is still counted.
    fail(&app, "one").await;

    let left_out = lines(&auditor, "&kind=left_out", |found| times(found) == 2).await;
    assert_eq!((&left_out[0]["code"], left_out.len()), (&json!("strangers"), 1));
    assert_eq!(left_out[0]["minute"], "2021-06-30T16:00:00.000000Z");
    let one = lines(&auditor, "&account=one", |found| times(found) == 2).await;
    assert_eq!(one.len(), 1);
    // The limit of strangers limits nobody else, and ends with the day.
    app.role(Role::Viewer).await.get("/users").await.expect(403);
    lines(&auditor, "&account=viewer", |found| found.len() == 1).await;
    app.clock.pass_hours(24);
    fail(&app, "four").await;
    let auditor = app.log_in("auditor", PASSWORD).await;
    lines(&auditor, "&account=four", |found| found.len() == 1).await;
}

async fn lines_are_deleted_after_their_days(app: TestApp) {
    fail(&app, "old").await;
    let auditor = app.role(Role::Auditor).await;
    lines(&auditor, "", |found| found.len() == 1).await;

    app.clock.pass_hours(179 * 24);
    let auditor = app.log_in("auditor", PASSWORD).await;
    fail(&app, "new").await;
    let both = lines(&auditor, "", |found| found.len() > 1).await;
    // A day is deleted whole, 180 days after it has ended.
    app.clock.pass_hours(25);
    app.log_in("auditor", PASSWORD).await;
    app.clock.pass_hours(24);
    let auditor = app.log_in("auditor", PASSWORD).await;
    let left = lines(&auditor, "", |found| found.len() == 1).await;

    assert_eq!(both.len(), 2, "{both:#?}");
    assert_eq!(left[0]["account"], "new");
}

/// The lines are written in the background: a refusal is answered while no write can happen.
async fn a_refusal_waits_for_no_write(app: TestApp) {
    let viewer = app.role(Role::Viewer).await;
    let auditor = app.role(Role::Auditor).await;
    let (started, running) = channel::<()>();
    let (release, released) = channel::<()>();
    let db = app.db.clone();
    let writing = actix_web::rt::spawn(async move {
        db.write(move |_| {
            let _ = started.send(());
            let _ = released.recv();
            Ok::<(), StoreError>(())
        })
        .await
    });
    tokio::task::spawn_blocking(move || running.recv().unwrap()).await.unwrap();

    fail(&app, "zhang.wei").await;
    viewer.get("/users").await.expect(403);
    drop(release);

    writing.await.unwrap().unwrap();
    lines(&auditor, "", |found| found.len() == 2).await;
}

async fn what_was_counted_is_stored_when_the_server_stops(app: TestApp) {
    let other = app.beside(Config::for_tests()).await;
    fail(&other, "zhang.wei").await;

    other.server.stop().await.unwrap();

    let auditor = app.role(Role::Auditor).await;
    let found = auditor.get("/access-log?kind=log_in_failed").await.expect(200);
    assert_eq!(found.items()[0]["account"], "zhang.wei");
}

async fn addresses_in_events_are_for_the_auditor_alone(app: TestApp) {
    let receiver = Receiver::start().await;
    let app = webhooks::sending(&app, &[&receiver]).await;
    let commission = app.commission().await;
    let auditor = app.role(Role::Auditor).await;
    let unit = app.unit("甲公司").await;
    let area = app.area("dongying").await;
    for owner in [&commission, &auditor, &unit, &area] {
        webhooks::hook(owner, &receiver, &["project.updated"]).await;
    }
    let project = commission.project("甲项目", json!({})).await;
    commission.assign(project, &[(app.unit_id("甲公司").await, "owner")]).await;
    let version = commission.get(&format!("/projects/{project}")).await.json["version"].clone();
    let patch = json!({"leader": "王"});
    let path = format!("/projects/{project}");
    commission.patch(&path, version.as_i64().unwrap(), &patch).await.expect(200);
    app.db.write(seal::seal_all).await.unwrap();

    for (reader, is_auditor) in
        [(&commission, false), (&unit, false), (&area, false), (&auditor, true)]
    {
        for path in [
            "/events?kind=project.updated".to_owned(),
            "/events?kind=project.updated&format=cloudevents".to_owned(),
            "/history?kind=project.updated".to_owned(),
            "/history?kind=project.updated&format=csv".to_owned(),
            format!("/projects/{project}/history"),
            format!("/projects/{project}/history?format=csv"),
        ] {
            let answer = reader.get(&path).await.expect(200);
            assert!(answer.text.contains("project.updated"), "{path}");
            assert_eq!(answer.text.contains("127.0.0.1"), is_auditor, "{path}: {}", answer.text);
        }
    }
    for (name, pages, is_auditor) in [
        ("commission", vec!["/history".to_owned(), format!("/projects/{project}")], false),
        (unit_name().as_str(), vec!["/history".to_owned(), format!("/projects/{project}")], false),
        ("auditor", vec!["/history".to_owned()], true),
    ] {
        let browser = Browser::log_in(&app, name).await;
        for path in pages {
            let page = words(&browser.open(&path).await);
            assert!(page.contains("修改项目"), "{path}: {page}");
            assert_eq!(page.contains("127.0.0.1"), is_auditor, "{name} {path}: {page}");
        }
    }
    let sent = receiver.wait_for(4).await;
    let origins: Vec<_> = sent.iter().map(|m| m.json()["data"]["origin"].clone()).collect();
    let shown = origins.iter().filter(|origin| **origin == "127.0.0.1").count();
    let empty = origins.iter().filter(|origin| **origin == "").count();
    assert_eq!((shown, empty), (1, 3), "{origins:?}");
}

async fn an_import_leaves_an_event_with_its_file(app: TestApp) {
    let commission = app.commission().await;
    let unit = app.unit("甲公司").await;
    let file = "name,industry,area,stage,nature,total_investment_wan,registered_year\n\
        导入项目,next_gen_it,dongying,planned,new_construction,100.00,2021\n";
    let send = async |query: &str| {
        let request = commission.request(Method::POST, &format!("/imports?kind=projects{query}"));
        let request = request.header("Content-Type", "text/csv").body(file);
        commission.send(request).await.expect(200)
    };
    let tried = send("&dry_run=true").await;
    assert_eq!(tried.json["created"], 1);
    let none = commission.get("/history?kind=import.completed").await.expect(200);
    send("").await;

    let events = commission.get("/history?kind=import.completed").await.expect(200);
    let hidden = unit.get("/history?kind=import.completed").await.expect(200);

    assert_eq!((none.items().len(), events.items().len(), hidden.items().len()), (0, 1, 0));
    let changes = events.items()[0]["changes"].as_array().unwrap();
    let after =
        |field: &str| changes.iter().find(|c| c["field"] == field).unwrap()["after"].clone();
    assert_eq!((after("kind"), after("created")), (json!("projects"), json!(1)));
    assert_eq!(after("sha256").as_str().unwrap().len(), 64);
    assert_eq!(events.items()[0]["actor"], "commission");
}

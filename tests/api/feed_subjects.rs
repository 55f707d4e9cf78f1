//! What an event says of its subject, which kinds there are, and when the feed begins anew.

use std::collections::BTreeMap;
use std::sync::mpsc::channel;

use diesel::RunQueryDsl as _;
use major_projects::testing::EventKind;
use major_projects::testing::events::feed_id::renew_if_restored;
use major_projects::testing::{Conn, Db, DbOptions, StoreError};
use reqwest::Method;
use serde_json::{Value, json};

use crate::commands::command;
use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::database::record_key;
use crate::support::run::{OnEach, PATIENCE};
use crate::tests;

tests![
    OnEach;
    every_event_names_version_month_and_address_of_its_subject,
    an_unknown_kind_is_refused_everywhere,
    a_reader_of_a_feed_that_was_reset_is_told,
    a_restored_backup_gives_the_feed_another_id,
    a_key_whose_first_use_still_runs_says_when_to_ask_again,
    the_same_json_in_another_order_is_the_same_request,
];

async fn sealed(actor: &Actor) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), 0);
    let mut quiet = 0;
    while quiet < 2 {
        let feed =
            actor.get(&format!("/events?after={after}&limit=1000&wait=1")).await.expect(200).json;
        let items = feed["items"].as_array().unwrap().clone();
        quiet = if items.is_empty() { quiet + 1 } else { 0 };
        after = feed["next_after"].as_i64().unwrap();
        all.extend(items);
    }
    all
}

async fn every_event_names_version_month_and_address_of_its_subject(app: TestApp) {
    let commission = app.commission().await;
    crate::bulletins::quarter(&app, &commission).await;
    commission.step("/reporting-months/2023-03/publication").await.expect(201);
    let project = commission.project("一号", json!({})).await;
    commission.assign(project, &[(app.unit_id("甲公司").await, "owner")]).await;
    commission.plan_year(project, 100).await;
    let step = json!({"code": "main_structure", "baseline_date": "2023-08-31"});
    commission.post(&format!("/projects/{project}/milestones"), &step).await.expect(201);
    commission.confirmed(project, "2021-03", "5.00").await;
    let issue = json!({"title": "用地", "category": "land", "level": "county", "asked": "请协调", "due_on": "2031-09-01"});
    commission.post(&format!("/projects/{project}/issues"), &issue).await.expect(201);

    let mut last: BTreeMap<String, Value> = BTreeMap::new();
    for event in sealed(&commission).await {
        let subject = &event["subject"];
        assert_eq!(
            (&subject["kind"], &subject["id"]),
            (&event["subject_kind"], &event["subject_id"])
        );
        assert!(event["kind"].as_str().unwrap().parse::<EventKind>().is_ok(), "{event}");
        let href = subject["href"].as_str().unwrap_or_else(|| panic!("no address: {event}"));
        let dated = ["report", "restatement", "reporting_month", "bulletin"];
        let is_dated = dated.contains(&subject["kind"].as_str().unwrap());
        assert_eq!(subject["month"].is_string(), is_dated, "{event}");
        last.insert(href.to_owned(), event.clone());
    }
    let kinds = [
        "report",
        "project",
        "milestone",
        "year_plan",
        "issue",
        "reporting_month",
        "bulletin",
        "unit",
    ];
    for kind in kinds {
        assert!(last.values().any(|event| event["subject"]["kind"] == kind), "{kind}");
    }
    for (href, event) in &last {
        let record = commission.get(&app.root(href)).await;
        assert_eq!(record.status, 200, "{href}");
        let version = event["subject"]["version"].as_i64();
        let etag = record.header("etag").trim_matches('"').parse::<i64>().ok();
        let etag = etag.or(record.json["version"].as_i64());
        // Not every record with a version shows it. Publishing a month is an event of its bulletin.
        let follows =
            ["bulletin", "reporting_month"].contains(&event["subject"]["kind"].as_str().unwrap());
        if let Some(now) = etag.filter(|_| !follows) {
            assert_eq!(version, Some(now), "{href}");
        }
    }
    let report = &last[&format!("/api/v1/projects/{project}/reports/2021-03")];
    assert_eq!(
        (&report["subject"]["month"], &report["subject"]["version"]),
        (&json!("2021-03"), &json!(3))
    );
    let shown = commission.get(&format!("/projects/{project}/history?limit=1")).await.expect(200);
    assert!(shown.items()[0]["subject"]["href"].is_string());
}

async fn an_unknown_kind_is_refused_everywhere(app: TestApp) {
    let commission = app.commission().await;
    for path in ["/events", "/history"] {
        for bad in [
            "kind=report.vanished",
            "kind=",
            "kind=report.confirmed&kind=x",
            "kind=Report.Confirmed",
        ] {
            let refused = commission.get(&format!("{path}?{bad}")).await.expect(400);
            assert!(refused.errors()[0].0.starts_with("?kind"), "{path}?{bad}");
        }
        for kind in EventKind::ALL {
            commission.get(&format!("{path}?kind={kind}&limit=1")).await.expect(200);
        }
    }
    let hook = json!({"url": "https://hooks.example.org/x", "kinds": ["report.confirmed", "report.vanished"]});
    let refused = commission.post("/webhooks", &hook).await.expect(422);
    assert!(refused.errors().iter().any(|(at, code)| at == "/kinds/1" && code == "unknown-code"));
}

async fn a_reader_of_a_feed_that_was_reset_is_told(app: TestApp) {
    let commission = app.commission().await;
    commission.post("/units", &json!({"name": "甲公司", "kind": "enterprise"})).await.expect(201);
    sealed(&commission).await;
    let feed = commission.get("/events?limit=1").await.expect(200).json;
    let head = feed["head"].as_i64().unwrap();
    let id = feed["feed_id"].as_str().unwrap();

    let at_head = commission.get(&format!("/events?after={head}&feed={id}")).await.expect(200);
    let beyond = commission.get(&format!("/events?after={}", head + 1)).await.expect(410);
    let far = commission.get("/events?after=9223372036854775807&wait=30").await.expect(410);
    let other = commission.get("/events?after=0&feed=0123456789abcdef").await.expect(410);
    let cloud = commission.get("/events?after=0&feed=x&format=cloudevents").await.expect(410);

    assert_eq!(at_head.json["next_after"], head);
    for refused in [beyond, far, other, cloud] {
        assert_eq!(refused.code(), "feed-reset");
        assert!(refused.json["detail"].as_str().unwrap().contains("after=0"));
    }
}

fn feed_id(conn: &mut Conn) -> Result<String, StoreError> {
    major_projects::testing::events::feed_id::get(conn)
}

async fn run(db: &Db, sql: &'static str) {
    let job = move |conn: &mut Conn| {
        diesel::sql_query(sql).execute(conn)?;
        Ok::<(), StoreError>(())
    };
    db.write(job).await.unwrap();
}

async fn a_restored_backup_gives_the_feed_another_id(app: TestApp) {
    let url = app.database.url.clone();
    assert!(!renew_if_restored(&url).unwrap(), "the first start keeps the id of the migration");
    let first = app.db.read(feed_id).await.unwrap();
    assert!(!renew_if_restored(&url).unwrap());
    assert_eq!(app.db.read(feed_id).await.unwrap(), first, "a restart is no restoration");

    if app.is_postgres() {
        // As a dump leaves it that another cluster restores.
        run(&app.db, "update feeds set place = 'elsewhere'").await;
        assert!(renew_if_restored(&url).unwrap() && !renew_if_restored(&url).unwrap());
        assert_ne!(app.db.read(feed_id).await.unwrap(), first);
    } else {
        let mut seen = vec![first.clone()];
        let file = app.database.folder.path().join("copy.db");
        let mut backup = command(&app, &["backup", file.to_str().unwrap()]);
        assert!(
            tokio::task::spawn_blocking(move || backup.status().unwrap()).await.unwrap().success()
        );
        // Restored twice: each time the feed is another one.
        for name in ["restored.db", "again.db"] {
            let restored = app.database.folder.path().join(name);
            std::fs::copy(&file, &restored).unwrap();
            let url = major_projects::testing::DatabaseUrl::Sqlite(restored);
            assert!(renew_if_restored(&url).unwrap() && !renew_if_restored(&url).unwrap());
            let db = Db::open(
                &url,
                &record_key(),
                DbOptions { connections: 1, wait: PATIENCE, deadline: PATIENCE },
            )
            .unwrap();
            let id = db.read(feed_id).await.unwrap();
            assert!(!seen.contains(&id), "{id}");
            seen.push(id);
        }
        assert_eq!(app.db.read(feed_id).await.unwrap(), first, "the original goes on");
    }
    let before = app.db.read(feed_id).await.unwrap();
    let mut renew = command(&app, &["renew-feed"]);
    let renewed = tokio::task::spawn_blocking(move || renew.output().unwrap()).await.unwrap();
    assert!(renewed.status.success());
    assert_ne!(app.db.read(feed_id).await.unwrap(), before);
}

async fn keyed(actor: &Actor, path: &str, key: &str, body: &str) -> Answer {
    let request = actor.request(Method::POST, path).header("Idempotency-Key", key);
    let request = request.header("Content-Type", "application/json").body(body.to_owned());
    actor.send(request).await
}

async fn a_key_whose_first_use_still_runs_says_when_to_ask_again(app: TestApp) {
    let commission = app.commission().await;
    let (held, is_held) = channel();
    let (release, released) = channel::<()>();
    let released = std::sync::Mutex::new(released);
    let postgres = app.is_postgres();
    let db = app.db.clone();
    let blocker = tokio::spawn(async move {
        let work = move |conn: &mut Conn| {
            if postgres {
                diesel::sql_query("lock table units in exclusive mode").execute(conn)?;
            }
            held.send(()).unwrap();
            let _ = released.lock().unwrap().recv_timeout(PATIENCE);
            Ok::<(), StoreError>(())
        };
        db.write(work).await.unwrap();
    });
    tokio::task::spawn_blocking(move || is_held.recv_timeout(PATIENCE).unwrap()).await.unwrap();
    let body = r#"{"name": "甲公司", "kind": "enterprise"}"#;
    let first = {
        let commission = commission.clone();
        tokio::spawn(async move { keyed(&commission, "/units", "slow", body).await })
    };
    let second = loop {
        // Until the first has begun, the second might be the one that runs: ask with a reader.
        tokio::task::yield_now().await;
        let answer = tokio::time::timeout(
            std::time::Duration::from_millis(500),
            keyed(&commission, "/units", "slow", body),
        )
        .await;
        if let Ok(answer) = answer {
            break answer;
        }
    };
    release.send(()).unwrap();

    assert_eq!((second.status, second.code()), (409, "idempotency-running"));
    assert_eq!(second.header("retry-after"), "1");
    blocker.await.unwrap();
    let done = first.await.unwrap();
    assert!(done.status == 201 || done.code() == "idempotency-running", "{}", done.text);
    // A request that was given up may still be running.
    let mut later = keyed(&commission, "/units", "slow", body).await;
    for _ in 0..100 {
        if later.status != 409 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        later = keyed(&commission, "/units", "slow", body).await;
    }
    assert_eq!(
        (later.status, later.json["name"].as_str()),
        (201, Some("甲公司")),
        "{}",
        later.text
    );
    assert_eq!(later.json["name"], "甲公司");
}

async fn the_same_json_in_another_order_is_the_same_request(app: TestApp) {
    let commission = app.commission().await;
    let one = keyed(&commission, "/units", "k", r#"{"name": "甲公司", "kind": "enterprise"}"#)
        .await
        .expect(201);
    let other =
        keyed(&commission, "/units", "k", "{\"kind\":\"enterprise\",\n\t\"name\":\"\\u7532公司\"}")
            .await
            .expect(201);
    let different =
        keyed(&commission, "/units", "k", r#"{"name": "乙公司", "kind": "enterprise"}"#)
            .await
            .expect(422);

    assert_eq!((one.text, other.header("idempotency-replayed")), (other.text.clone(), "true"));
    assert_eq!(different.code(), "idempotency-key-reused");

    // A fingerprint of release 0.1.0 is the hash of the bytes.
    let old = r#"{"name": "丙公司", "kind": "enterprise"}"#;
    let made = keyed(&commission, "/units", "old", old).await.expect(201);
    let digest = crate::idempotency::sha256(old.as_bytes());
    let job = move |conn: &mut Conn| {
        let sql = format!("update idempotency_keys set body_sha256 = '{digest}' where key = 'old'");
        diesel::sql_query(sql).execute(conn)?;
        Ok::<(), StoreError>(())
    };
    app.db.write(job).await.unwrap();
    let again = keyed(&commission, "/units", "old", old).await.expect(201);
    assert_eq!(
        (again.text.as_str(), again.header("idempotency-replayed")),
        (made.text.as_str(), "true")
    );
}

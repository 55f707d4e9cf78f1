//! The change feed: no event missed, duplicated, or visible to the wrong reader.

use std::collections::BTreeSet;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use major_projects::testing::Role;
use major_projects::testing::events::{Author, Event, record};
use major_projects::testing::{Conn, StoreError};
use serde_json::{Value, json};

use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::{OnEach, PATIENCE};
use crate::tests;

tests![
    OnEach;
    a_reader_who_follows_misses_nothing_while_many_write,
    events_committed_late_are_read_later_and_not_skipped,
    a_long_poll_answers_as_soon_as_there_is_something,
    the_feed_speaks_cloudevents_on_request,
    the_feed_is_filtered_and_shows_each_reader_its_own,
    verify_names_the_first_altered_missing_or_reordered_event,
];

/// Reads from `after` until no new events arrive for a while. Returns all events and the last
/// cursor.
async fn follow(actor: &Actor, query: &str, mut after: i64) -> (Vec<Value>, i64) {
    let (mut all, mut quiet) = (Vec::new(), 0);
    while quiet < 2 {
        let path = format!("/events?after={after}&limit=7&wait=1{query}");
        let feed = actor.get(&path).await.expect(200).json;
        let items = feed["items"].as_array().unwrap().clone();
        quiet = if items.is_empty() { quiet + 1 } else { 0 };
        assert!(feed["next_after"].as_i64().unwrap() >= after);
        after = feed["next_after"].as_i64().unwrap();
        all.extend(items);
    }
    (all, after)
}

fn sequences(events: &[Value]) -> Vec<i64> {
    events.iter().map(|e| e["sequence"].as_i64().unwrap()).collect()
}

async fn a_reader_who_follows_misses_nothing_while_many_write(app: TestApp) {
    let commission = app.commission().await;
    let auditor = app.role(Role::Auditor).await;
    let beside = app.beside(major_projects::testing::Config::for_tests()).await;
    let mut other = beside.stranger();
    other.token.clone_from(&commission.token);
    let write = async |n: usize| {
        let actor = if n.is_multiple_of(2) { &commission } else { &other };
        let body = json!({"name": format!("公司{n}"), "kind": "enterprise"});
        actor.post("/units", &body).await.expect(201).id()
    };
    let writers = async { join_all((0..40).map(write)).await };

    let ((events, _), ids) = futures_util::future::join(follow(&auditor, "", 0), writers).await;

    // Rows that the test set up have events for those who ask for them.
    let (set_up, _) = follow(&auditor, "&kind=register.adopted", 0).await;
    let mut found = sequences(&events);
    assert!(found.is_sorted());
    found.extend(sequences(&set_up));
    found.sort_unstable();
    let expected: Vec<i64> = (1..=i64::try_from(found.len()).unwrap()).collect();
    assert_eq!(found, expected, "gap-free, in order, each once");
    let created: BTreeSet<i64> = events
        .iter()
        .filter(|e| e["kind"] == "unit.created")
        .map(|e| e["subject_id"].as_i64().unwrap())
        .collect();
    assert!(ids.iter().all(|id| created.contains(id)), "{ids:?}");
}

async fn events_committed_late_are_read_later_and_not_skipped(app: TestApp) {
    let commission = app.commission().await;
    let (_, before) = follow(&commission, "", 0).await;
    let now = major_projects::testing::Clock::now(app.clock.as_ref());
    let (db, mut written) = (app.db.clone(), false);
    let (commit, committing) = channel();
    let (recorded, mut first) = tokio::sync::mpsc::unbounded_channel();
    // Its id is given first, and it is committed last.
    let slow = tokio::spawn(async move {
        db.write(move |conn: &mut Conn| {
            let event = Event::of("area.changed", "area", 4_711, Vec::new());
            record(conn, &Author::system("slow"), now, &event)?;
            if !written {
                written = true;
                recorded.send(()).unwrap();
                committing.recv().unwrap();
            }
            Ok::<(), StoreError>(())
        })
        .await
    });
    first.recv().await.unwrap();
    if !app.is_postgres() {
        // The one writer takes nothing else before.
        commit.send(()).unwrap();
    }
    let body = json!({"name": "快公司", "kind": "enterprise"});
    commission.post("/units", &body).await.expect(201);

    let (mut events, mut after, mut pieces) = (Vec::new(), before, Vec::new());
    let started = Instant::now();
    while events.len() < 2 && started.elapsed() < PATIENCE {
        let path = format!("/events?after={after}&wait=1");
        let feed = commission.get(&path).await.expect(200).json;
        after = feed["next_after"].as_i64().unwrap();
        let items = feed["items"].as_array().unwrap();
        pieces.extend(Some(items.len()).filter(|n| *n > 0));
        events.extend(items.clone());
        if app.is_postgres() && events.len() == 1 {
            let _ = commit.send(());
        }
    }

    slow.await.unwrap().unwrap();
    let kinds: BTreeSet<_> = events.iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, BTreeSet::from(["area.changed", "unit.created"]));
    assert_eq!(sequences(&events), [before + 1, before + 2]);
    if app.is_postgres() {
        assert_eq!(pieces, [1, 1], "the reader had gone past before it was committed");
        assert_eq!(events[1]["subject_id"], 4_711, "it committed last and was not passed by");
        assert!(events[1]["id"].as_i64() < events[0]["id"].as_i64(), "its id was given first");
    }
}

async fn a_long_poll_answers_as_soon_as_there_is_something(app: TestApp) {
    let commission = app.commission().await;
    let (_, after) = follow(&commission, "", 0).await;
    let started = Instant::now();
    let path = format!("/events?after={after}&wait=30");
    let waiting = commission.get(&path);
    let writing = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let body = json!({"name": "新公司", "kind": "enterprise"});
        commission.post("/units", &body).await.expect(201)
    };

    let (feed, _) = futures_util::future::join(waiting, writing).await;

    assert_eq!(feed.expect(200).json["items"][0]["kind"], "unit.created");
    assert!(started.elapsed() < Duration::from_secs(30), "it did not wait to the end");
    let bad = commission.get("/events?wait=31").await;
    assert_eq!((bad.status, bad.errors()[0].0.as_str()), (400, "?wait"));
}

async fn the_feed_speaks_cloudevents_on_request(app: TestApp) {
    let commission = app.commission().await;
    let (_, after) = follow(&commission, "", 0).await;
    let body = json!({"name": "新公司", "kind": "enterprise"});
    let unit = commission.post("/units", &body).await.expect(201).id();
    follow(&commission, "", after).await;

    let path = format!("/events?after={after}&kind=unit.created");
    let plain = commission.get(&path).await.expect(200);
    let asked = commission.get(&format!("{path}&format=cloudevents")).await.expect(200);
    let batch = "application/cloudevents-batch+json";
    let request = commission.request(reqwest::Method::GET, &path).header("Accept", batch);
    let accepted = commission.send(request).await.expect(200);

    let event = &asked.json[0];
    assert_eq!(asked.json.as_array().unwrap().len(), 1);
    assert_eq!(event["specversion"], "1.0");
    assert_eq!(event["id"], (after + 1).to_string());
    assert_eq!(
        (&event["type"], &event["source"]),
        (&json!("unit.created"), &json!("/api/v1/events"))
    );
    assert_eq!(event["subject"], format!("unit/{unit}"));
    assert_eq!(event["data"], plain.json["items"][0], "the data is what the feed says");
    assert_eq!(asked.json, accepted.json);
    assert_eq!(asked.header("content-type"), batch);
    let next = format!(
        "</api/v1/events?kind=unit.created&format=cloudevents&after={}>; rel=\"next\"",
        plain.json["next_after"]
    );
    assert_eq!(asked.header("link"), next);
}

async fn the_feed_is_filtered_and_shows_each_reader_its_own(app: TestApp) {
    let commission = app.commission().await;
    let own = commission.project("甲", json!({})).await;
    let hidden = commission.project("乙", json!({"area": "hekou"})).await;
    commission.assign(own, &[(app.unit_id("甲公司").await, "owner")]).await;
    commission.confirmed(own, "2021-05", "5.00").await;
    commission.confirmed(hidden, "2021-05", "6.00").await;

    let (all, head) = follow(&commission, "", 0).await;
    let (confirmed, end) = follow(&commission, "&kind=report.confirmed", 0).await;
    let (of_project, _) = follow(&commission, &format!("&project={hidden}"), 0).await;
    let (owner, _) = follow(&app.unit("甲公司").await, "", 0).await;
    let (area, _) = follow(&app.area("hekou").await, "&kind=report.confirmed", 0).await;
    let made = json!({"username": "li.na", "display_name": "李娜", "role": "viewer", "password": "window ladder orchid 93"});
    app.role(Role::Admin).await.post("/users", &made).await.expect(201);
    let (auditor, _) = follow(&app.role(Role::Auditor).await, "&kind=user.created", 0).await;

    assert_eq!((confirmed.len(), area.len()), (2, 1));
    assert!(end >= head, "a filtered reader gets on");
    let completed = confirmed[0]["changes"].as_array().unwrap();
    assert!(completed.iter().any(|c| c["field"] == "state" && c["after"] == "confirmed"));
    assert!(of_project.iter().all(|e| e["project_id"] == hidden));
    assert!(owner.iter().all(|e| e["project_id"].is_null() || e["project_id"] == own));
    assert!(owner.iter().any(|e| e["kind"] == "report.confirmed"));
    assert!(all.iter().all(|e| e["subject_kind"] != "user" && e["subject_kind"] != "session"));
    let of_accounts = |e: &Value| e["subject_kind"] == "user" || e["subject_kind"] == "session";
    assert!(!auditor.is_empty() && auditor.iter().all(of_accounts));
    assert_eq!(app.role(Role::Viewer).await.get("/events").await.status, 403);
}

async fn verify_names_the_first_altered_missing_or_reordered_event(app: TestApp) {
    let commission = app.commission().await;
    crate::bulletins::quarter(&app, &commission).await;
    commission.step("/reporting-months/2023-03/publication").await.expect(201);
    follow(&commission, "", 0).await;
    let wrong = async || app.wrong().await;
    let run = async |sql: &'static str| {
        use diesel::RunQueryDsl as _;
        let job = move |conn: &mut Conn| {
            diesel::sql_query(sql).execute(conn)?;
            Ok::<(), StoreError>(())
        };
        app.tamper(job).await;
    };
    assert_eq!(wrong().await, Vec::<String>::new());

    run("update events set actor_name = actor_name || '!' where sequence = 3").await;
    let altered = wrong().await;
    run("update events set actor_name = replace(actor_name, '!', '') where sequence = 3").await;
    let restored = wrong().await;
    run("update events set sequence = -5 where sequence = 5").await;
    run("update events set sequence = 5 where sequence = 6").await;
    run("update events set sequence = 6 where sequence = -5").await;
    let reordered = wrong().await;
    run("update events set sequence = -5 where sequence = 5").await;
    run("update events set sequence = 5 where sequence = 6").await;
    run("update events set sequence = 6 where sequence = -5").await;
    let back = wrong().await;
    run("delete from event_private where event_id in (select id from events where sequence >= 7)")
        .await;
    run("delete from events where sequence >= 7").await;
    let cut = wrong().await;

    assert_eq!(altered, ["event 3: its columns differ from its text"]);
    assert_eq!((restored, back), (Vec::new(), Vec::new()));
    assert!(reordered[0].starts_with("event 5 of the chain"), "{reordered:?}");
    let noticed = cut.iter().any(|w| w.contains("bulletin 2023-03 records event"));
    assert!(noticed, "a removed tail is noticed by the bulletin's anchor: {cut:?}");
}

//! `Idempotency-Key`: a repeated request runs once and gets the same answer.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::run::{OnEach, PATIENCE};
use crate::tests;

tests![
    OnEach;
    a_repeated_request_runs_once_and_gets_the_same_answer,
    a_key_belongs_to_one_caller_and_one_operation,
    failures_are_not_stored_and_another_body_is_refused,
    twenty_at_once_with_one_key_make_one_row,
    twenty_threads_with_one_key_make_one_row,
    a_client_cut_off_after_sending_makes_one_row_by_trying_again,
    a_key_is_kept_for_three_days,
    every_authenticated_post_takes_a_key,
];

async fn post(actor: &Actor, path: &str, key: &str, body: Option<&Value>) -> Answer {
    let request = actor.request(Method::POST, path).header("Idempotency-Key", key);
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    actor.send(request).await
}

fn unit(name: &str) -> Value {
    json!({"name": name, "kind": "enterprise"})
}

async fn units(actor: &Actor, q: &str) -> i64 {
    let all = actor.get("/units?limit=200").await.expect(200);
    let named = all.items().iter().filter(|u| u["name"].as_str().unwrap().contains(q));
    i64::try_from(named.count()).unwrap()
}

async fn a_repeated_request_runs_once_and_gets_the_same_answer(app: TestApp) {
    let commission = app.commission().await;
    let first = post(&commission, "/units", "k-1", Some(&unit("一次公司"))).await.expect(201);
    let again = post(&commission, "/units", "k-1", Some(&unit("一次公司"))).await.expect(201);

    assert_eq!(first.text, again.text);
    for header in ["location", "etag", "content-type"] {
        assert_eq!(first.header(header), again.header(header), "{header}");
    }
    assert_eq!(
        (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
        ("", "true")
    );
    assert_eq!(units(&commission, "一次").await, 1);

    // A step without body: confirmed once, then answered from the stored outcome.
    let id = commission.project("项目", json!({})).await;
    let path = format!("/projects/{id}/reports/2021-05");
    commission.create(&path, &json!({"completed_wan": "5.00"})).await.expect(201);
    let submit = format!("{path}/submission");
    let first = post(&commission, &submit, "k-2", None).await.expect(200);
    let again = post(&commission, &submit, "k-2", None).await.expect(200);
    assert_eq!((first.text, again.header("idempotency-replayed")), (again.text.clone(), "true"));
    assert_eq!(post(&commission, &submit, "k-3", None).await.code(), "report-state");
    let history = commission.get(&format!("/projects/{id}/history")).await;
    let submitted = history.items().iter().filter(|e| e["kind"] == "report.submitted").count();
    assert_eq!(submitted, 1);
}

async fn a_key_belongs_to_one_caller_and_one_operation(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    commission.assign(id, &[(app.unit_id("甲公司").await, "owner")]).await;
    let owner = app.unit("甲公司").await;
    let issue = json!({"title": "用地", "category": "land", "level": "county", "asked": "请协调", "due_on": "2021-08-01"});
    let path = format!("/projects/{id}/issues");

    post(&commission, &path, "same", Some(&issue)).await.expect(201);
    post(&owner, &path, "same", Some(&issue)).await.expect(201);
    post(&commission, "/units", "same", Some(&unit("别的公司"))).await.expect(201);

    assert_eq!(commission.get(&path).await.json["total"], 2);
}

async fn failures_are_not_stored_and_another_body_is_refused(app: TestApp) {
    let commission = app.commission().await;
    post(&commission, "/units", "f-1", Some(&json!({"name": "", "kind": "enterprise"})))
        .await
        .expect(422);
    post(&commission, "/units", "f-1", Some(&unit("改正公司"))).await.expect(201);

    let other = post(&commission, "/units", "f-1", Some(&unit("另一公司"))).await;
    let long = "k".repeat(256);
    let odd = [
        post(&commission, "/units", &long, Some(&unit("甲"))).await,
        post(&commission, "/units", "a b", Some(&unit("乙"))).await,
    ];

    assert_eq!((other.status, other.code()), (422, "idempotency-key-reused"));
    assert_eq!(units(&commission, "另一").await, 0);
    for refused in odd {
        assert_eq!((refused.status, refused.code()), (400, "idempotency-key"));
    }
    assert_eq!(app.stranger().post("/units", &unit("丙")).await.status, 401);
}

async fn twenty_at_once_with_one_key_make_one_row(app: TestApp) {
    let commission = app.commission().await;
    // A second server on the same database does not know the requests in progress on the first.
    let beside = app.beside(major_projects::testing::Config::for_tests()).await;
    let mut other = beside.stranger();
    other.token.clone_from(&commission.token);
    let body = unit("二十公司");
    let all = (0..20).map(|n| {
        let actor = if n % 2 == 0 { &commission } else { &other };
        post(actor, "/units", "twenty", Some(&body))
    });
    let answers = join_all(all).await;

    let mut ids: Vec<i64> = Vec::new();
    for answer in &answers {
        match answer.status {
            201 => ids.push(answer.id()),
            409 => assert_eq!(answer.code(), "idempotency-running"),
            status => panic!("{status}: {}", answer.text),
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(units(&commission, "二十").await, 1);
    let late = post(&commission, "/units", "twenty", Some(&body)).await.expect(201);
    assert_eq!((late.id(), late.header("idempotency-replayed")), (ids[0], "true"));
}

/// Raw bytes of a request, for clients that disconnect before the answer.
fn raw(app: &TestApp, actor: &Actor, key: &str, body: &Value) -> Vec<u8> {
    let (body, token) = (body.to_string(), actor.token.as_deref().unwrap());
    let head = format!(
        "POST /api/v1/units HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n\
        Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        app.server.address,
        body.len()
    );
    [head.into_bytes(), body.into_bytes()].concat()
}

async fn twenty_threads_with_one_key_make_one_row(app: TestApp) {
    let commission = app.commission().await;
    let request = Arc::new(raw(&app, &commission, "threads", &unit("线程公司")));
    let (address, all) = (app.server.address, Arc::new(Barrier::new(20)));
    let ask = || {
        let (request, all) = (Arc::clone(&request), Arc::clone(&all));
        let thread = move || {
            let mut stream = TcpStream::connect(address).unwrap();
            all.wait();
            stream.write_all(&request).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer.split(' ').nth(1).unwrap().to_owned()
        };
        tokio::task::spawn_blocking(thread)
    };
    let answers = join_all((0..20).map(|_| ask())).await;

    let statuses: Vec<String> = answers.into_iter().map(Result::unwrap).collect();
    assert!(statuses.iter().all(|s| s == "201" || s == "409"), "{statuses:?}");
    assert!(statuses.contains(&"201".to_owned()), "{statuses:?}");
    assert_eq!(units(&commission, "线程").await, 1);
}

async fn a_client_cut_off_after_sending_makes_one_row_by_trying_again(app: TestApp) {
    let commission = app.commission().await;
    let mut done_before = 0;
    for n in 0..24 {
        let (key, body) = (format!("cut-{n}"), unit(&format!("断线公司{n:02}")));
        let request = raw(&app, &commission, &key, &body);
        // Every third client disconnects within the body, the others some time after it.
        let sent = if n % 3 == 0 { request.len() - 9 } else { request.len() };
        let (address, pause) = (app.server.address, Duration::from_millis(n / 3));
        let leave = move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(&request[..sent]).unwrap();
            std::thread::sleep(pause);
            drop(stream);
        };
        tokio::task::spawn_blocking(leave).await.unwrap();

        let started = Instant::now();
        let answer = loop {
            let answer = post(&commission, "/units", &key, Some(&body)).await;
            assert!(started.elapsed() < PATIENCE, "{}", answer.text);
            if answer.status != 409 {
                break answer.expect(201);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        done_before += usize::from(answer.header("idempotency-replayed") == "true");
        assert_eq!(units(&commission, &format!("断线公司{n:02}")).await, 1);
    }
    assert!((1..=16).contains(&done_before), "{done_before} of 24 were done though cut off");
}

async fn a_key_is_kept_for_three_days(app: TestApp) {
    let commission = app.commission().await;
    post(&commission, "/units", "old", Some(&unit("先公司"))).await.expect(201);
    app.clock.pass_hours(71);
    let commission = app.commission().await;
    let kept = post(&commission, "/units", "old", Some(&unit("先公司"))).await;
    app.clock.pass_hours(1);
    let commission = app.commission().await;
    let gone = post(&commission, "/units", "old", Some(&unit("后公司"))).await;

    assert_eq!(kept.header("idempotency-replayed"), "true");
    assert_eq!((gone.status, gone.header("idempotency-replayed")), (201, ""));
}

/// Log-in has no authenticated caller yet, and its answer contains secrets.
const WITHOUT: [&str; 3] = ["/sessions", "/sessions/refresh", "/oauth/token"];

async fn every_authenticated_post_takes_a_key(_: TestApp) {
    for (path, method, operation) in crate::documents::operations(&crate::documents::document()) {
        let takes = operation["parameters"]
            .as_array()
            .is_some_and(|all| all.iter().any(|p| p["name"] == "Idempotency-Key"));
        let should = method == "post" && !WITHOUT.contains(&path.as_str());
        assert_eq!(takes, should, "{method} {path}");
    }
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    use sha2::{Digest as _, Sha256};

    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

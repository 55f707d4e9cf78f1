//! The log of a server in a separate process: what its lines name, and what they never hold.

use std::time::Duration;

use major_projects::testing::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::commands::{Running, command, run, start, terminate, text};
use crate::support::actor::Actor;
use crate::support::app::{PASSWORD, TestApp};
use crate::support::run::{OnEach, PATIENCE};
use crate::tests;

tests![
    OnEach;
    a_line_names_account_and_address_and_holds_no_secret,
    a_line_is_one_line_whatever_a_request_says,
];

/// The next line that has all of `parts`; the lines read on the way are added to `read`.
async fn line_with(running: &Running, read: &mut Vec<String>, parts: &[&str]) -> String {
    let found = async {
        loop {
            while let Ok(line) = running.log.try_recv() {
                read.push(line.clone());
                if parts.iter().all(|part| line.contains(part)) {
                    return line;
                }
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, found).await;
    found.unwrap_or_else(|_| panic!("no line with {parts:?} in {read:#?}"))
}

/// Stops the server and reads the rest of its lines.
async fn finish(mut running: Running, read: &mut Vec<String>) {
    terminate(&running.child);
    let ended = tokio::task::spawn_blocking(move || {
        running.child.wait().unwrap();
        running.log.iter().collect::<Vec<String>>()
    });
    read.extend(ended.await.unwrap());
}

async fn started(app: &TestApp) -> (Running, Actor) {
    let mut serving = command(app, &["serve", "--workers", "1"]);
    // More than an operator reads: also what is written for looking for faults.
    serving.env("RUST_LOG", "info,major_projects=trace");
    let running = tokio::task::spawn_blocking(|| start(serving)).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let client = client.build().unwrap();
    let actor = Actor::new(client, format!("http://{}/api/v1", running.address), None);
    (running, actor)
}

fn told(answer: &Value, field: &str) -> String {
    answer[field].as_str().unwrap_or_else(|| panic!("no {field} in {answer}")).to_owned()
}

async fn a_line_names_account_and_address_and_holds_no_secret(app: TestApp) {
    const WRONG: &str = "a password that is wrong 51";
    const NEW: &str = "window ladder orchid 93";
    app.add_user("commission", Role::Commission, None, None, false).await;
    let added = ["client", "add", "平台", "--role", "viewer", "--scope", "projects:read"];
    let added = text(&run(command(&app, &added)).await.stdout);
    let word = |start: &str| added.split_whitespace().find(|w| w.starts_with(start)).unwrap();
    let (client_id, client_secret) = (word("mp-").to_owned(), word("mps_").to_owned());
    let (running, mut me) = started(&app).await;
    let mut lines = Vec::new();

    let log_in = |password: &str| json!({"username": "commission", "password": password});
    me.post("/sessions", &log_in(WRONG)).await.expect(401);
    let opened = me.post("/sessions", &log_in(PASSWORD)).await.expect(201).json;
    let refresh_token = told(&opened, "refresh_token");
    let refresh = json!({"refresh_token": refresh_token});
    let refreshed = me.post("/sessions/refresh", &refresh).await.expect(200).json;
    me.token = Some(told(&refreshed, "access_token"));
    let shown = me.request(Method::GET, "/me").header("X-Request-Id", "the-line-to-find");
    me.send(shown).await.expect(200);
    let enrolled =
        me.put("/me/totp", &json!({"current_password": PASSWORD})).await.expect(200).json;
    let change = json!({"current_password": PASSWORD, "new_password": NEW});
    me.put("/me/password", &change).await.expect(204);
    let page = me.request(Method::POST, &format!("http://{}/log-in", running.address));
    let page = me.send(page.form(&[("username", "commission"), ("password", NEW)])).await;
    let cookie = page.header("set-cookie");
    let cookie = cookie.split(['=', ';']).nth(1).unwrap_or("").to_owned();
    let grant = [("grant_type", "client_credentials"), ("client_id", &client_id)];
    let grant = grant.iter().copied().chain([("client_secret", client_secret.as_str())]);
    let machine = me.request(Method::POST, "/oauth/token").form(&grant.collect::<Vec<_>>());
    let machine = me.send(machine).await.expect(200).json;

    let line = line_with(&running, &mut lines, &["request_id=\"the-line-to-find\""]).await;
    for part in
        ["account=\"commission\"", "address=\"127.0.0.1\"", "status=200", "GET /api/v1/me 200"]
    {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    let time = line.split_whitespace().next().unwrap();
    assert!(time.starts_with("20") && time.contains('T') && time.ends_with('Z'), "{line}");
    line_with(&running, &mut lines, &["/oauth/token 200"]).await;
    finish(running, &mut lines).await;
    let all = lines.join("\n");
    assert!(all.matches("POST /api/v1/sessions 401").count() == 1, "{all}");
    let secrets = [
        PASSWORD.to_owned(),
        WRONG.to_owned(),
        NEW.to_owned(),
        told(&opened, "access_token"),
        refresh_token,
        told(&refreshed, "access_token"),
        told(&refreshed, "refresh_token"),
        told(&enrolled, "secret"),
        cookie,
        client_secret,
        told(&machine, "access_token"),
    ];
    for secret in secrets {
        assert!(secret.len() > 20 && !all.contains(&secret), "{secret:?} is in {all}");
        // Nor the part of it that is secret: of a token its signature.
        let part = secret.rsplit(['.', '_']).next().unwrap();
        assert!(part.len() < 12 || !all.contains(part), "{part:?} is in {all}");
    }
}

async fn a_line_is_one_line_whatever_a_request_says(app: TestApp) {
    let (running, stranger) = started(&app).await;
    let mut lines = Vec::new();

    let path = "/projects%0A2026-01-01T00:00:00Z%20%20INFO%20forged%1B%5B31m";
    let forged = stranger.request(Method::GET, path);
    let forged = forged.header("traceparent", "a\tb\" account=\"admin\"");
    stranger.send(forged.header("X-Request-Id", "an id with spaces")).await.expect(404);
    let name = json!({"username": "x\n2026 INFO forged too\u{1b}[31m", "password": "a guess"});
    stranger.post("/sessions", &name).await.expect(401);

    line_with(&running, &mut lines, &["/sessions 401"]).await;
    finish(running, &mut lines).await;
    let of_request: Vec<_> = lines.iter().filter(|line| line.contains("request_id=")).collect();
    assert_eq!(of_request.len(), 2, "{lines:#?}");
    assert!(of_request[0].contains("trace=\"a\\tb\\\" account=\\\"admin\\\"\""), "{of_request:?}");
    assert!(!lines.iter().any(|line| line.contains("an id with spaces")), "{lines:#?}");
    for line in &lines {
        assert!(line.starts_with("20") && !line.contains('\u{1b}'), "{line:?}");
    }
}

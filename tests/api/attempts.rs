//! Floods of log-ins: the places of the password threads, and the limits of attempts.

use std::sync::mpsc::{Sender, channel};

use major_projects::testing::Config;
use major_projects::testing::Role;
use reqwest::Method;
use serde_json::json;

use crate::support::actor::{Actor, Answer};
use crate::support::app::{PASSWORD, TestApp};
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_full_pool_refuses_passwords_and_serves_everything_else,
    one_address_leaves_places_for_the_log_in_of_another,
    all_ways_to_prove_oneself_share_the_limit_of_the_address,
    changing_the_password_is_limited_as_logging_in_is,
    a_page_refuses_an_attempt_too_many_with_its_form,
];

/// Occupies every place of the pool that `address` and others after it can take, until the sender
/// is dropped.
fn occupy(app: &TestApp, addresses: u32) -> Vec<Sender<()>> {
    let mut holding = Vec::new();
    for number in 0..addresses {
        while let Ok(place) = app.server.hashing.enter(&format!("203.0.113.{number}")) {
            let (hold, held) = channel::<()>();
            holding.push(hold);
            actix_web::rt::spawn(place.run(move || {
                let _ = held.recv();
                Ok(())
            }));
        }
    }
    holding
}

async fn post_form(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
    let stranger = app.stranger();
    let request = stranger.request(Method::POST, &app.root(path)).form(fields);
    stranger.send(request.header("Accept", "text/html")).await
}

async fn log_in(app: &TestApp, name: &str) -> Answer {
    let shown = json!({"username": name, "password": PASSWORD});
    app.stranger().post("/sessions", &shown).await
}

fn must_wait(answer: &Answer) {
    assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1, "{}", answer.text);
}

async fn change_password(actor: &Actor) -> Answer {
    let change = json!({"current_password": PASSWORD, "new_password": "window ladder orchid 93"});
    actor.put("/me/password", &change).await
}

async fn a_full_pool_refuses_passwords_and_serves_everything_else(app: TestApp) {
    let viewer = app.role(Role::Viewer).await;
    let admin = app.role(Role::Admin).await;
    let new = json!({"username": "new.one", "display_name": "新人", "role": "viewer",
        "password": "window ladder orchid 93"});
    let form = [("username", "viewer"), ("password", PASSWORD)];

    let holding = occupy(&app, 10);
    let refused = log_in(&app, "viewer").await.expect(503);
    let page = post_form(&app, "/log-in", &form).await.expect(503);
    let change = change_password(&viewer).await.expect(503);
    let created = admin.post("/users", &new).await.expect(503);
    let served = viewer.get("/projects").await.expect(200);

    // Two threads and the 32 places of the queue: no number of attempts makes more.
    assert_eq!(holding.len(), 34);
    assert_eq!(refused.code(), "log-ins-busy");
    for answer in [&refused, &page, &change, &created] {
        must_wait(answer);
    }
    assert!(page.text.contains("name=\"password\"") && page.text.contains("同时登录的请求过多"));
    assert_eq!(served.json["total"], 0);
    drop(holding);
    while log_in(&app, "viewer").await.status == 503 {
        tokio::task::yield_now().await;
    }
    log_in(&app, "viewer").await.expect(201);
    change_password(&viewer).await.expect(204);
}

async fn one_address_leaves_places_for_the_log_in_of_another(app: TestApp) {
    app.add_user("zhang.wei", Role::Viewer, None, None, false).await;

    // The threads are blocked too, so the log-in is only known to be waiting.
    let holding = occupy(&app, 1);
    let waiting = actix_web::rt::spawn(async move {
        let answer = log_in(&app, "zhang.wei").await;
        (app, answer)
    });
    tokio::task::yield_now().await;
    assert_eq!(holding.len(), 16);
    drop(holding);
    let (_app, answer) = waiting.await.unwrap();

    answer.expect(201);
}

async fn all_ways_to_prove_oneself_share_the_limit_of_the_address(app: TestApp) {
    let strict = Config { logins_per_minute_per_address: 8, ..Config::for_tests() };
    let app = app.beside(strict).await;
    let token = |n: usize| {
        let id = format!("mp-{n}");
        let stranger = app.stranger();
        async move {
            let form = [("grant_type", "client_credentials"), ("client_id", id.as_str())];
            let form = [form[0], form[1], ("client_secret", "mps_no")];
            let request = stranger.request(Method::POST, "/oauth/token").form(&form);
            stranger.send(request).await
        }
    };
    let refresh = || async {
        app.stranger().post("/sessions/refresh", &json!({"refresh_token": "no"})).await
    };
    let page = |n: usize| {
        let name = format!("page-{n}");
        let app = &app;
        async move {
            post_form(app, "/log-in", &[("username", name.as_str()), ("password", "no")]).await
        }
    };

    for n in 0..2 {
        log_in(&app, &format!("name-{n}")).await.expect(401);
        token(n).await.expect(401);
        refresh().await.expect(401);
        page(n).await.expect(422);
    }
    let refused = [log_in(&app, "name-9").await, token(9).await, refresh().await, page(9).await];

    for answer in refused {
        let answer = answer.expect(429);
        must_wait(&answer);
    }
}

async fn changing_the_password_is_limited_as_logging_in_is(app: TestApp) {
    let strict = app.beside(Config { logins_per_minute: 3, ..Config::for_tests() }).await;
    let viewer = strict.role(Role::Viewer).await;
    let guess = json!({"current_password": "a guess", "new_password": "window ladder orchid 93"});

    for _ in 0..2 {
        viewer.put("/me/password", &guess).await.expect(422);
    }
    let refused = viewer.put("/me/password", &guess).await.expect(429);

    assert_eq!(refused.code(), "too-many-attempts");
    must_wait(&refused);
    must_wait(&change_password(&viewer).await.expect(429));
}

async fn a_page_refuses_an_attempt_too_many_with_its_form(app: TestApp) {
    let strict = app.beside(Config { logins_per_minute: 1, ..Config::for_tests() }).await;
    let form = [("username", "somebody"), ("password", "a guess")];

    post_form(&strict, "/log-in", &form).await.expect(422);
    let refused = post_form(&strict, "/log-in", &form).await.expect(429);

    must_wait(&refused);
    assert!(
        refused.text.contains("登录尝试过于频繁") && refused.text.contains("value=\"somebody\"")
    );
}

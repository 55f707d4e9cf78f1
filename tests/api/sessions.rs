//! Log-in, refresh and log-out.

use major_projects::testing::Config;
use major_projects::testing::Role;
use reqwest::Method;
use serde_json::json;

use crate::support::app::{PASSWORD, TestApp};
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_session_is_opened_used_and_ended,
    a_wrong_name_and_a_wrong_password_look_the_same,
    a_refresh_token_is_good_once_and_its_reuse_ends_the_session,
    tokens_end_with_time,
    a_first_password_must_be_changed,
    a_changed_password_ends_the_other_sessions,
    guessing_is_slowed_down,
    tampered_tokens_are_refused,
];

async fn a_session_is_opened_used_and_ended(app: TestApp) {
    app.add_user("zhang.wei", Role::Viewer, None, None, false).await;

    let session = app
        .stranger()
        .post("/sessions", &json!({"username": "Zhang.Wei", "password": PASSWORD}))
        .await;
    let session = session.expect(201);
    let me = app.log_in("zhang.wei", PASSWORD).await;
    let shown = me.get("/me").await.expect(200);
    let ended = me.delete("/sessions/current").await;

    assert_eq!(session.json["token_type"], "Bearer");
    assert_eq!(session.json["expires_in"], 900);
    assert_eq!(
        (&shown.json["username"], &shown.json["role"]),
        (&json!("zhang.wei"), &json!("viewer"))
    );
    assert!(shown.json.get("password_hash").is_none(), "{}", shown.text);
    assert_eq!(ended.status, 204);
    assert_eq!(me.get("/me").await.expect(401).code(), "token-not-good");
}

async fn a_wrong_name_and_a_wrong_password_look_the_same(app: TestApp) {
    app.add_user("zhang.wei", Role::Viewer, None, None, false).await;
    let log_in = |name: &str| json!({"username": name, "password": "not the password"});

    let wrong = app.stranger().post("/sessions", &log_in("zhang.wei")).await.expect(401);
    let nobody = app.stranger().post("/sessions", &log_in("nobody")).await.expect(401);

    assert_eq!((wrong.code(), &wrong.json["detail"]), (nobody.code(), &nobody.json["detail"]));
    assert_eq!(wrong.header("www-authenticate"), "Bearer");
}

async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_session(app: TestApp) {
    app.add_user("zhang.wei", Role::Viewer, None, None, false).await;
    let stranger = app.stranger();
    let opened =
        stranger.post("/sessions", &json!({"username": "zhang.wei", "password": PASSWORD})).await;
    let first = json!({"refresh_token": opened.json["refresh_token"]});

    let refreshed = stranger.post("/sessions/refresh", &first).await.expect(200);
    let mut me = app.stranger();
    me.token = refreshed.json["access_token"].as_str().map(str::to_owned);
    me.get("/me").await.expect(200);
    let reused = stranger.post("/sessions/refresh", &first).await.expect(401);

    assert_eq!(reused.code(), "refresh-not-good");
    me.get("/me").await.expect(401);
    let second = json!({"refresh_token": refreshed.json["refresh_token"]});
    stranger.post("/sessions/refresh", &second).await.expect(401);
}

async fn tokens_end_with_time(app: TestApp) {
    let viewer = app.role(Role::Viewer).await;
    let opened = app
        .stranger()
        .post("/sessions", &json!({"username": "viewer", "password": PASSWORD}))
        .await;
    let refresh = json!({"refresh_token": opened.json["refresh_token"]});

    app.clock.pass_seconds(900);
    viewer.get("/me").await.expect(401);
    let again = app.stranger().post("/sessions/refresh", &refresh).await.expect(200);
    app.clock.pass_hours(337);
    let late = json!({"refresh_token": again.json["refresh_token"]});
    app.stranger().post("/sessions/refresh", &late).await.expect(401);
}

async fn a_first_password_must_be_changed(app: TestApp) {
    app.add_user("new.one", Role::Commission, None, None, true).await;
    let me = app.log_in("new.one", PASSWORD).await;

    let refused = me.get("/projects").await.expect(403);
    let weak = json!({"current_password": PASSWORD, "new_password": "new.one123"});
    let weak = me.put("/me/password", &weak).await.expect(422);
    let wrong =
        json!({"current_password": "not it at all", "new_password": "window ladder orchid 93"});
    let wrong = me.put("/me/password", &wrong).await.expect(422);
    let good = json!({"current_password": PASSWORD, "new_password": "window ladder orchid 93"});
    me.put("/me/password", &good).await.expect(204);

    assert_eq!(refused.code(), "password-change-required");
    assert_eq!(weak.errors(), [("/new_password".into(), "too-guessable".into())]);
    assert_eq!(wrong.errors(), [("/current_password".into(), "wrong-password".into())]);
    me.get("/projects").await.expect(200);
    app.log_in("new.one", "window ladder orchid 93").await;
}

async fn a_changed_password_ends_the_other_sessions(app: TestApp) {
    let here = app.role(Role::Viewer).await;
    let elsewhere = app.log_in("viewer", PASSWORD).await;

    let change = json!({"current_password": PASSWORD, "new_password": "window ladder orchid 93"});
    here.put("/me/password", &change).await.expect(204);

    here.get("/me").await.expect(200);
    elsewhere.get("/me").await.expect(401);
}

async fn guessing_is_slowed_down(app: TestApp) {
    let strict = app.beside(Config { logins_per_minute: 3, ..Config::for_tests() }).await;
    let guess = json!({"username": "somebody", "password": "a guess"});

    for _ in 0..3 {
        strict.stranger().post("/sessions", &guess).await.expect(401);
    }
    let slowed = strict.stranger().post("/sessions", &guess).await.expect(429);

    assert_eq!(slowed.code(), "too-many-attempts");
    assert!(slowed.header("retry-after").parse::<u64>().unwrap() >= 1);
    let other = json!({"username": "somebody.else", "password": "a guess"});
    strict.stranger().post("/sessions", &other).await.expect(401);
}

async fn tampered_tokens_are_refused(app: TestApp) {
    let viewer = app.role(Role::Viewer).await;
    let good = viewer.token.clone().unwrap();
    let (head, rest) = good.split_once('.').unwrap();
    let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{rest}");
    let cut = format!("{head}.{}", rest.split_once('.').unwrap().0);

    for bad in [none, cut, format!("{good}x"), String::from("x"), String::new()] {
        let mut somebody = app.stranger();
        somebody.token = Some(bad.clone());
        somebody.get("/me").await.expect(401);
    }
    let basic = app.stranger();
    let request =
        basic.request(Method::GET, "/me").header("Authorization", format!("Basic {good}"));
    assert_eq!(basic.send(request).await.status, 401);
}

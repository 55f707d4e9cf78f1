//! Behind a proxy: the address of the client, and tags that the proxy changed.

use major_projects::testing::Config;
use major_projects::testing::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::actor::{Actor, Answer};
use crate::support::app::{PASSWORD, TestApp};
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    the_record_names_the_client_that_a_trusted_proxy_names,
    limits_count_the_client_that_a_trusted_proxy_names,
    nobody_else_is_believed,
    a_change_takes_weak_tags_lists_and_the_star,
    a_read_compares_tags_weakly,
];

async fn log_in_from(app: &TestApp, name: &str, headers: &[(&str, &str)]) -> Answer {
    let stranger = app.stranger();
    let request =
        headers.iter().fold(stranger.request(Method::POST, "/sessions"), |r, (name, value)| {
            r.header(*name, *value)
        });
    stranger.send(request.json(&json!({"username": name, "password": PASSWORD}))).await
}

/// The address in the last event of an account.
async fn last_origin(app: &TestApp, actor: &str) -> Value {
    let auditor = app.role(Role::Auditor).await;
    let path = format!("/access-log?kind=logged_in&account={actor}&limit=1");
    auditor.get(&path).await.expect(200).items()[0]["address"].clone()
}

async fn behind(app: &TestApp, config: Config) -> TestApp {
    let trusted_proxies = "127.0.0.1, 10.0.0.0/24".parse().unwrap();
    app.beside(Config { trusted_proxies, ..config }).await
}

async fn the_record_names_the_client_that_a_trusted_proxy_names(app: TestApp) {
    let app = behind(&app, Config::for_tests()).await;
    app.add_user("zhang.wei", Role::Viewer, None, None, false).await;

    for (headers, expected) in [
        (vec![("X-Forwarded-For", "1.1.1.1, 198.51.100.7, 10.0.0.3")], "198.51.100.7"),
        (vec![("Forwarded", "for=1.1.1.1, for=\"[2001:db8::7]:4711\";proto=https")], "2001:db8::7"),
        (vec![], "127.0.0.1"),
    ] {
        log_in_from(&app, "zhang.wei", &headers).await.expect(201);
        assert_eq!(last_origin(&app, "zhang.wei").await, expected, "{headers:?}");
    }
}

async fn limits_count_the_client_that_a_trusted_proxy_names(app: TestApp) {
    let strict = Config { logins_per_minute_per_address: 3, ..Config::for_tests() };
    let app = behind(&app, strict).await;

    for n in 0..3 {
        let name = format!("nobody-{n}");
        log_in_from(&app, &name, &[("X-Forwarded-For", "198.51.100.7")]).await.expect(401);
    }

    log_in_from(&app, "nobody", &[("X-Forwarded-For", "198.51.100.7")]).await.expect(429);
    // An invented address in front changes nothing.
    log_in_from(&app, "nobody", &[("X-Forwarded-For", "9.9.9.9, 198.51.100.7")]).await.expect(429);
    log_in_from(&app, "nobody", &[("X-Forwarded-For", "198.51.100.8")]).await.expect(401);
}

async fn nobody_else_is_believed(app: TestApp) {
    app.add_user("zhang.wei", Role::Viewer, None, None, false).await;

    for header in [("X-Forwarded-For", "198.51.100.7"), ("Forwarded", "for=198.51.100.7")] {
        log_in_from(&app, "zhang.wei", &[header]).await.expect(201);
        assert_eq!(last_origin(&app, "zhang.wei").await, "127.0.0.1");
    }
}

async fn patch(actor: &Actor, path: &str, tags: &[&str], body: &Value) -> Answer {
    let request = actor.request(Method::PATCH, path);
    let request = tags.iter().fold(request, |request, tag| request.header("If-Match", *tag));
    actor.send(request.json(body)).await
}

async fn a_change_takes_weak_tags_lists_and_the_star(app: TestApp) {
    let commission = app.commission().await;
    let admin = app.role(Role::Admin).await;
    let unit = app.unit_id("甲公司").await;
    let user = admin.get("/users?limit=1").await.items()[0]["id"].as_i64().unwrap();
    let project = commission.project("甲项目", json!({})).await;
    let records = [
        (&commission, format!("/projects/{project}"), json!({"leader": "王"})),
        (&commission, format!("/units/{unit}"), json!({"name": "甲公司"})),
        (&commission, "/areas/dongying".to_owned(), json!({"note": "甲"})),
        (&admin, format!("/users/{user}"), json!({"display_name": "甲"})),
    ];

    for (actor, path, body) in &records {
        let now = actor.get(path).await.json["version"].as_i64().unwrap();
        let tag = |version: i64| format!("\"{}\"", now + version);
        for (tags, status) in [
            (vec![format!("W/{}", tag(0))], 200),
            (vec![format!("\"a,b\", {}, W/{}", tag(7), tag(1))], 200),
            (vec![tag(7), tag(2)], 200),
            (vec!["*".to_owned()], 200),
            (vec![tag(3)], 412),
            (vec![format!("W/{}", tag(3))], 412),
            (vec!["\"x\"".to_owned()], 400),
            (vec![(now + 4).to_string()], 400),
            (vec![format!("{} {}", tag(4), tag(5))], 400),
            (vec![], 428),
            (vec![tag(4)], 200),
        ] {
            let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
            let answer = patch(actor, path, &tags, body).await;
            assert_eq!(answer.status, status, "{path} {tags:?}: {}", answer.text);
        }
        assert_eq!(actor.get(path).await.json["version"], now + 5, "{path}");
    }
    patch(&commission, "/projects/999999", &["*"], &json!({"leader": "王"})).await.expect(404);
    // A PUT with a precondition.
    let report = format!("/projects/{project}/reports/2021-06");
    let body = json!({"completed_wan": "1.00"});
    commission.create(&report, &body).await.expect(201);
    for (tag, status) in [("W/\"1\"", 200), ("\"9\", \"2\"", 200), ("*", 200), ("W/\"3\"", 412)] {
        let request = commission.request(Method::PUT, &report).header("If-Match", tag);
        commission.send(request.json(&body)).await.expect(status);
    }
}

async fn a_read_compares_tags_weakly(app: TestApp) {
    let commission = app.commission().await;
    let path = format!("/projects/{}", commission.project("甲项目", json!({})).await);

    for (tags, status) in [
        (vec!["\"1\""], 304),
        (vec!["W/\"1\""], 304),
        (vec!["*"], 304),
        (vec!["\"x,y\", W/\"1\""], 304),
        (vec!["\"2\"", "\"1\""], 304),
        (vec!["\"2\""], 200),
        (vec!["1"], 200),
    ] {
        let request = commission.request(Method::GET, &path);
        let request = tags.iter().fold(request, |r, tag| r.header("If-None-Match", *tag));
        assert_eq!(commission.send(request).await.status, status, "{tags:?}");
    }
}

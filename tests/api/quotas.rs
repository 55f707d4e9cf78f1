//! Quotas of requests, and that nothing grows with what a stranger sends.

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use major_projects::testing::Config;
use major_projects::testing::Role;
use major_projects::testing::{Conn, Use};
use reqwest::Method;
use serde_json::json;

use crate::documents::{document, operations};
use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::run::{OnEach, Once};
use crate::tests;

tests![
    OnEach;
    an_account_has_a_quota_and_answers_say_what_is_left,
    an_address_has_a_quota_over_all_accounts_and_strangers,
    downloads_and_aggregates_count_dearer,
    invented_methods_make_no_counts_of_their_own,
    a_stranger_adds_no_row,
];

/// Tests without a database.
pub const ONCE: Once =
    &[("quotas::every_operation_documents_the_quotas", every_operation_documents_the_quotas)];

/// The first answer of at most `most` that is 429, with the number of those before it.
async fn until_refused(actor: &Actor, path: &str, most: usize) -> (usize, Answer) {
    for served in 0..most {
        let answer = actor.get(path).await;
        if answer.status == 429 {
            return (served, answer);
        }
    }
    panic!("{most} requests were served");
}

async fn an_account_has_a_quota_and_answers_say_what_is_left(app: TestApp) {
    let app = app.beside(Config { requests_per_minute: 30, ..Config::for_tests() }).await;
    let viewer = app.role(Role::Viewer).await;
    let other = app.commission().await;

    let first = viewer.get("/me").await.expect(200);
    let (served, refused) = until_refused(&viewer, "/me", 60).await;

    let policy = r#""account";q=30;w=60, "address";q=10000000;w=60"#;
    assert_eq!(first.header("ratelimit-policy"), policy);
    assert!(first.header("ratelimit").starts_with(r#""account";r=29;t=2, "address";r="#));
    assert!(served >= 29, "{served}");
    assert_eq!(refused.code(), "quota-exceeded");
    assert!((1..=60).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
    assert_eq!(refused.header("ratelimit-policy"), policy);
    assert!(refused.header("ratelimit").starts_with(r#""account";r=0;"#), "{:?}", refused.headers);
    // Others at the same address go on.
    other.get("/me").await.expect(200);
    // A page says it as a page.
    let browser = Browser::log_in(&app, "viewer").await;
    let mut page = browser.get("/projects").await;
    for _ in 0..60 {
        if page.status == 429 {
            break;
        }
        page = browser.get("/projects").await;
    }
    let page = page.expect(429);
    assert!(page.says("请求过于频繁") && page.says("<html"), "{}", page.html);
}

async fn an_address_has_a_quota_over_all_accounts_and_strangers(app: TestApp) {
    let config = Config { requests_per_minute_per_address: 40, ..Config::for_tests() };
    let trusted_proxies = "127.0.0.1".parse().unwrap();
    let app = app.beside(Config { trusted_proxies, ..config }).await;
    let mut forged = app.stranger();
    forged.token = Some("forged".to_owned());
    let from = async |actor: &Actor, address: &str, path: &str| {
        let request = actor.request(Method::GET, path).header("X-Forwarded-For", address);
        actor.send(request).await
    };

    let first = from(&app.stranger(), "192.0.2.1", "/projects").await.expect(401);
    let mut answers = Vec::new();
    for _ in 0..80 {
        answers.push(from(&forged, "192.0.2.1", "/projects").await.status);
    }

    assert_eq!(first.header("ratelimit-policy"), r#""address";q=40;w=60"#);
    assert_eq!(first.header("ratelimit"), r#""address";r=39;t=2"#);
    assert_eq!(answers.last(), Some(&429), "{answers:?}");
    assert!(answers.iter().filter(|status| **status == 401).count() >= 39, "{answers:?}");
    from(&app.stranger(), "192.0.2.2", "/projects").await.expect(401);
    // Probes are answered whatever is asked besides.
    from(&app.stranger(), "192.0.2.1", &app.root("/livez")).await.expect(200);
}

async fn downloads_and_aggregates_count_dearer(app: TestApp) {
    let app = app.beside(Config { requests_per_minute: 60, ..Config::for_tests() }).await;
    for (name, path, left) in [
        ("one", "/projects", 59),
        ("two", "/summaries/investment?year=2021&by=area", 55),
        ("three", "/projects?format=csv", 40),
        ("four", "/summaries/investment?year=2021&by=area&format=xlsx", 40),
        ("five", "/%73ummaries/investment?year=2021&by=area", 55),
    ] {
        app.add_user(name, Role::Commission, None, None, false).await;
        let actor = app.log_in(name, crate::support::app::PASSWORD).await;
        let answer = actor.get(path).await.expect(200);
        let expected = format!("\"account\";r={left};t={}, ", 60 - left);
        assert!(answer.header("ratelimit").starts_with(&expected), "{:?}", answer.headers);
    }
}

fn every_operation_documents_the_quotas() {
    let document = document();
    let mut costs = Vec::new();
    for (path, method, operation) in operations(&document) {
        let at = format!("{method} {path}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.contains_key("429"), "{at}");
        for (status, response) in responses.iter().filter(|(s, _)| s.starts_with('2')) {
            for name in ["RateLimit", "RateLimit-Policy"] {
                assert!(response["headers"].get(name).is_some(), "{at} {status} {name}");
            }
        }
        costs.push((path, operation["x-quota-requests"].as_i64().unwrap()));
    }
    let shared = &document["components"]["responses"]["Problem429"]["headers"];
    for name in ["Retry-After", "RateLimit", "RateLimit-Policy"] {
        assert!(shared.get(name).is_some(), "{name}");
    }
    let cost = |path: &str| costs.iter().find(|(own, _)| own == path).unwrap().1;
    let found = ["/projects", "/summaries/trend", "/exports/oc4ids", "/imports"].map(cost);
    assert_eq!(found, [1, 5, 20, 20]);
}

async fn invented_methods_make_no_counts_of_their_own(app: TestApp) {
    let stranger = app.stranger();
    for number in 0..30 {
        let method = Method::from_bytes(format!("INVENTED{number}").as_bytes()).unwrap();
        stranger.send(stranger.request(method, "/projects")).await;
    }

    let metrics = stranger.get(&app.root("/metrics")).await.expect(200).text;

    assert!(metrics.contains("method=\"other\""), "{metrics}");
    assert!(!metrics.contains("INVENTED"), "{metrics}");
}

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// Rows of every table that requests write, without the access log.
fn rows(app: &TestApp) -> i64 {
    let mut conn = Conn::open(&app.database.url, Use::Write).unwrap();
    let tables = ["events", "sessions", "refresh_tokens", "idempotency_keys", "users", "projects"];
    let sum = tables.map(|table| format!("(select count(*) from {table})")).join(" + ");
    let sum = sql_query(format!("select {sum} as rows"));
    let found: Rows = match &mut conn {
        Conn::Sqlite(c) => sum.get_result(c).unwrap(),
        Conn::Postgres(c) => sum.get_result(c).unwrap(),
    };
    found.rows
}

async fn a_stranger_adds_no_row(app: TestApp) {
    let stranger = app.stranger();
    let mut forged = app.stranger();
    forged.token = Some("forged".to_owned());
    let before = rows(&app);

    for number in 0..20 {
        let wrong = json!({"username": format!("name-{number}"), "password": "x"});
        stranger.post("/sessions", &wrong).await.expect(401);
        let token = json!({"refresh_token": format!("wrong-{number}")});
        stranger.post("/sessions/refresh", &token).await.expect(401);
        for actor in [&stranger, &forged] {
            let request = actor.request(Method::POST, "/projects").json(&json!({}));
            let request = request.header("Idempotency-Key", format!("key-{number}"));
            actor.send(request).await.expect(401);
        }
    }

    assert_eq!(rows(&app), before);
}

//! Headers for browsers, and the switches of the documents and the metrics.

use major_projects::testing::Config;
use major_projects::testing::Role;
use reqwest::Method;

use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    browsers_are_told_to_keep_nothing_and_to_stay_on_https,
    the_documents_can_be_switched_off,
    the_metrics_can_be_switched_off_or_need_a_token,
];

async fn browsers_are_told_to_keep_nothing_and_to_stay_on_https(app: TestApp) {
    let tls = app.beside(Config { behind_tls: true, ..Config::for_tests() }).await;
    let viewer = tls.role(Role::Viewer).await;

    for path in ["/me", "/projects", "/projects?format=csv", "/nothing"] {
        let answer = viewer.get(path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000", "{path}");
    }
    for path in ["/docs/", "/docs/index.html", "/log-in", "/openapi.json", "/livez"] {
        let secure = tls.stranger().get(&tls.root(path)).await.expect(200);
        let plain = app.stranger().get(&app.root(path)).await.expect(200);
        assert_eq!(secure.header("strict-transport-security"), "max-age=31536000", "{path}");
        assert_eq!(plain.header("strict-transport-security"), "", "{path}");
    }
    let docs = app.stranger().get(&app.root("/docs/")).await;
    let policy = docs.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"));
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-eval"));
    // The page has no script of its own that the policy would stop.
    assert!(!docs.text.replace("<script src=", "").contains("<script>"), "{}", docs.text);
}

async fn the_documents_can_be_switched_off(app: TestApp) {
    let app = app.beside(Config { docs: false, ..Config::for_tests() }).await;

    for path in ["/docs", "/docs/", "/docs/index.html", "/openapi.json", "/openapi-3.0.json"] {
        app.stranger().get(&app.root(path)).await.expect(404);
    }
    app.stranger().get(&app.root("/livez")).await.expect(200);
}

async fn the_metrics_can_be_switched_off_or_need_a_token(app: TestApp) {
    let token = "a token of more than thirty-two bytes";
    let file = app.database.folder.path().join("metrics-token");
    std::fs::write(&file, format!("{token}\n")).unwrap();
    let off = app.beside(Config { metrics: false, ..Config::for_tests() }).await;
    let closed = Config { metrics_token_file: Some(file), ..Config::for_tests() };
    let closed = app.beside(closed).await;
    let ask = async |header: Option<&str>| {
        let stranger = closed.stranger();
        let request = stranger.request(Method::GET, &closed.root("/metrics"));
        let request = header.into_iter().fold(request, |r, value| r.header("Authorization", value));
        stranger.send(request).await
    };

    off.stranger().get(&off.root("/metrics")).await.expect(404);
    for bad in [None, Some("Bearer another"), Some("Bearer "), Some("Basic x")] {
        assert_eq!(ask(bad).await.expect(401).code(), "metrics-token", "{bad:?}");
    }
    let shown = ask(Some(&format!("Bearer {token}"))).await.expect(200);
    assert!(shown.text.contains("http_requests_total"), "{}", shown.text);
}

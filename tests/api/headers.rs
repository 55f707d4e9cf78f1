//! Headers for browsers, and the switches of the documents and the metrics.

use std::io::{Read, Write};
use std::net::TcpStream;

use major_projects::testing::Config;
use major_projects::testing::Role;
use reqwest::Method;

use crate::support::app::TestApp;
use crate::support::run::{OnEach, PATIENCE};
use crate::tests;

tests![
    OnEach;
    browsers_are_told_to_keep_nothing_and_to_stay_on_https,
    no_answer_is_framed_embedded_or_guessed_at,
    no_answer_lets_another_site_read_it,
    methods_that_no_operation_has_are_refused,
    a_request_of_two_lengths_is_refused,
    the_documents_can_be_switched_off,
    the_metrics_can_be_switched_off_or_need_a_token,
];

/// A year, for this host and the hosts below it.
const HTTPS_ALONE: &str = "max-age=31536000; includeSubDomains";

async fn browsers_are_told_to_keep_nothing_and_to_stay_on_https(app: TestApp) {
    let tls = app.beside(Config { behind_tls: true, ..Config::for_tests() }).await;
    let viewer = tls.role(Role::Viewer).await;

    for path in ["/me", "/projects", "/projects?format=csv", "/nothing"] {
        let answer = viewer.get(path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("strict-transport-security"), HTTPS_ALONE, "{path}");
    }
    for path in ["/docs/", "/docs/index.html", "/log-in", "/openapi.json", "/livez"] {
        let secure = tls.stranger().get(&tls.root(path)).await.expect(200);
        let plain = app.stranger().get(&app.root(path)).await.expect(200);
        assert_eq!(secure.header("strict-transport-security"), HTTPS_ALONE, "{path}");
        assert_eq!(plain.header("strict-transport-security"), "", "{path}");
    }
    let docs = app.stranger().get(&app.root("/docs/")).await;
    let policy = docs.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"));
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-eval"));
    // The page has no script of its own that the policy would stop.
    assert!(!docs.text.replace("<script src=", "").contains("<script>"), "{}", docs.text);
}

/// Answers of every sort: data, files, problems, pages, documents, probes, assets.
const ANSWERS: [&str; 13] = [
    "/api/v1/me",
    "/api/v1/projects?format=csv",
    "/api/v1/projects?format=xlsx",
    "/api/v1/projects/999",
    "/api/v1/nothing",
    "/api/v1/projects?limit=no",
    "/log-in",
    "/problems",
    "/docs/",
    "/openapi.json",
    "/livez",
    "/metrics",
    "/assets/nothing.css",
];

async fn no_answer_is_framed_embedded_or_guessed_at(app: TestApp) {
    let viewer = app.role(Role::Viewer).await;

    for path in ANSWERS {
        let answer = viewer.get(&app.root(path)).await;
        let policy = answer.header("content-security-policy");
        for part in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(
            !policy.contains("script-src 'unsafe") && !policy.contains('*'),
            "{path}: {policy}"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("server", ""),
        ] {
            assert_eq!(answer.header(name), value, "{path}: {name}");
        }
        let kind = answer.header("content-type").to_owned();
        assert!(!kind.is_empty(), "{path} has no media type");
        assert!(!kind.starts_with("text/") || kind.contains("charset=utf-8"), "{path}: {kind}");
    }
    for path in ["/log-in", "/docs/"] {
        let page = app.stranger().get(&app.root(path)).await;
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin", "{path}");
    }
}

async fn no_answer_lets_another_site_read_it(app: TestApp) {
    let viewer = app.role(Role::Viewer).await;

    for path in ANSWERS {
        let request = viewer.request(Method::GET, &app.root(path));
        let answer = viewer.send(request.header("Origin", "https://example.org")).await;
        let allowed = answer.headers.keys().filter(|n| n.as_str().starts_with("access-control-"));
        assert_eq!(allowed.count(), 0, "{path}: {:?}", answer.headers);
    }
    let asked = viewer.request(Method::OPTIONS, "/projects");
    let asked = asked.header("Origin", "https://example.org");
    let asked = viewer.send(asked.header("Access-Control-Request-Method", "POST")).await;
    assert_eq!(asked.header("access-control-allow-origin"), "", "{:?}", asked.headers);
}

async fn methods_that_no_operation_has_are_refused(app: TestApp) {
    let viewer = app.role(Role::Viewer).await;

    for method in ["TRACE", "CONNECT", "PROPFIND", "DEBUG", "DELETE"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        for path in ["/api/v1/projects", "/log-in", "/", "/livez", "/docs/"] {
            let answer = viewer.send(viewer.request(method.clone(), &app.root(path))).await;
            assert!(matches!(answer.status, 404 | 405), "{method} {path}: {}", answer.status);
            // TRACE would send the headers back, with the token.
            let token = viewer.token.as_deref().unwrap();
            assert!(!answer.text.contains(token), "{method} {path}: {}", answer.text);
        }
    }
}

/// What one end takes for the end of a request must be its end for the other.
async fn a_request_of_two_lengths_is_refused(app: TestApp) {
    let address = app.server.address;
    for lengths in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nContent-Length: 30",
        "Content-Length: 4, 30",
        "Content-Length: +4",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
    ] {
        let request = format!(
            "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
             {lengths}\r\n\r\n2\r\n{{}}\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        );
        let answer = tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = Vec::new();
            // A server that refuses may close before everything was read.
            let _ = stream.read_to_end(&mut answer);
            String::from_utf8_lossy(&answer).into_owned()
        });
        let answer = answer.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 4"), "{lengths}: {answer}");
        assert!(!answer.contains("alive"), "{lengths}: a second request was read: {answer}");
    }
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

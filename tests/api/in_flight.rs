//! Requests in flight are bounded: large bodies, long lists of errors, clients that do not read.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use major_projects::testing::Config;
use major_projects::testing::Role;
use serde_json::{Map, Value, json};

use crate::support::app::TestApp;
use crate::support::run::{OnEach, PATIENCE};
use crate::tests;

tests![
    OnEach;
    an_error_list_names_a_hundred_and_counts_all,
    a_body_of_too_many_values_is_not_read,
    an_announced_length_above_the_limit_is_refused_before_the_body,
    a_stranger_may_send_little,
    answers_that_nobody_reads_stay_within_their_limit,
];

async fn an_error_list_names_a_hundred_and_counts_all(app: TestApp) {
    let commission = app.commission().await;
    let fields: Map<String, Value> = (0..9_000).map(|n| (format!("x{n}"), json!(n))).collect();

    let empty = commission.post("/projects", &json!({})).await.expect(422);
    let many = commission.post("/projects", &Value::Object(fields)).await.expect(422);
    let parameters = (0..300).map(|n| format!("x{n}=1")).collect::<Vec<_>>().join("&");
    let query = commission.get(&format!("/projects?{parameters}")).await.expect(400);

    let missing = empty.errors().len();
    assert!((1..100).contains(&missing));
    assert_eq!(empty.json["error_count"], missing);
    assert_eq!(many.errors().len(), 100);
    assert_eq!(many.json["error_count"], 9_000 + missing);
    assert!(many.json["detail"].as_str().unwrap().contains(&(9_000 + missing).to_string()));
    assert_eq!((query.errors().len(), &query.json["error_count"]), (100, &json!(300)));
    assert!(many.text.len() < 40_000, "{}", many.text.len());
}

async fn a_body_of_too_many_values_is_not_read(app: TestApp) {
    let commission = app.commission().await;

    let many = commission.post("/projects", &json!({"name": vec![0; 60_000]})).await.expect(400);

    assert_eq!(many.code(), "not-json");
    assert!(many.json["detail"].as_str().unwrap().contains("50000"));
}

/// Sends the head of a POST that announces `length` bytes, and none of them; the status line.
async fn announce(address: SocketAddr, path: &str, head: String, length: usize) -> String {
    let request =
        format!("POST {path} HTTP/1.1\r\nHost: here\r\n{head}Content-Length: {length}\r\n\r\n");
    let asked = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        String::from_utf8(status.to_vec()).unwrap()
    });
    asked.await.unwrap()
}

async fn an_announced_length_above_the_limit_is_refused_before_the_body(app: TestApp) {
    let token = app.commission().await.token.unwrap();
    let address = app.server.address;
    let json = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    let file = format!("Authorization: Bearer {token}\r\nContent-Type: text/csv\r\n");
    let form = String::from("Content-Type: application/x-www-form-urlencoded\r\n");

    for (path, head, length) in [
        ("/api/v1/projects", &json, 1_048_577),
        ("/api/v1/projects", &json, usize::MAX),
        ("/api/v1/imports?kind=projects", &file, 10_485_761),
        ("/api/v1/oauth/token", &form, 8_193),
        ("/log-in", &form, 16_385),
    ] {
        let status = announce(address, path, head.clone(), length).await;
        assert_eq!(status, "HTTP/1.1 413", "{path} {length}");
    }
}

async fn a_stranger_may_send_little(app: TestApp) {
    let long = json!({"username": "a", "password": "b".repeat(17_000)});
    let viewer = app.role(Role::Viewer).await;

    let refused = app.stranger().post("/sessions", &long).await.expect(413);
    let change = json!({"current_password": "a", "new_password": "b".repeat(17_000)});
    let read = viewer.put("/me/password", &change).await.expect(422);

    assert_eq!(refused.code(), "too-large");
    assert_eq!(read.errors(), [("/new_password".into(), "too-long".into())]);
}

/// Asks for the document, which is large, and reads the status alone.
fn ask_and_stop_reading(address: SocketAddr) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    // A small window, so that the system does not take the answer in the client's place.
    rustix::net::sockopt::set_socket_recv_buffer_size(&stream, 4_096).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"GET /openapi.json HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    (stream, String::from_utf8(status.to_vec()).unwrap())
}

async fn answers_that_nobody_reads_stay_within_their_limit(app: TestApp) {
    const LIMIT: usize = 4_000_000;
    let app = app.beside(Config { answers_limit_bytes: LIMIT, ..Config::for_tests() }).await;
    let address = app.server.address;
    let size = app.stranger().get(&app.root("/openapi.json")).await.expect(200).text.len();
    assert!((500_000..LIMIT / 2).contains(&size));

    let mut open = Vec::new();
    for _ in 0..40 {
        let asked = tokio::task::spawn_blocking(move || ask_and_stop_reading(address));
        open.push(asked.await.unwrap());
        assert!(app.server.answers.held() <= LIMIT, "{}", app.server.answers.held());
    }

    let sent = open.iter().filter(|(_, status)| status == "HTTP/1.1 200").count();
    let refused = open.iter().filter(|(_, status)| status == "HTTP/1.1 503").count();
    assert_eq!(sent + refused, 40);
    assert!(sent >= LIMIT / size, "{sent} of {size} bytes");
    // Small answers are not held up.
    app.role(Role::Viewer).await.get("/me").await.expect(200);
    for (stream, _) in &open {
        let _ = stream.shutdown(Shutdown::Both);
    }
    drop(open);
    while app.server.answers.held() > 0 {
        tokio::task::yield_now().await;
    }
}

//! Invalid input: answered by a problem with pointers; changes nothing.

use std::io::{Read, Write};
use std::net::TcpStream;

use major_projects::testing::Config;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::actor::Answer;
use crate::support::app::TestApp;
use crate::support::run::{OnEach, PATIENCE};
use crate::tests;

tests![
    OnEach;
    every_wrong_field_of_a_project_is_named,
    all_wrong_fields_are_named_at_once,
    json_is_read_strictly,
    queries_are_read_strictly,
    unknown_addresses_answer_with_a_problem,
    a_precondition_names_a_version,
    the_caller_chooses_the_language,
    an_upload_that_stalls_is_ended,
    money_is_text_of_万元,
];

fn project(field: &str, value: Value) -> Value {
    let mut body = json!({
        "name": "项目", "industry": "next_gen_it", "area": "dongying", "nature": "new_construction",
        "total_investment_wan": "10.00",
    });
    body[field] = value;
    body
}

async fn every_wrong_field_of_a_project_is_named(app: TestApp) {
    let commission = app.commission().await;
    let cases = [
        ("name is blank", "name", json!("  "), "/name", "blank"),
        ("name is empty", "name", json!(""), "/name", "too-short"),
        ("name is too long", "name", json!("字".repeat(201)), "/name", "too-long"),
        ("name has a bell in it", "name", json!("a\u{7}"), "/name", "control-character"),
        ("name is a number", "name", json!(7), "/name", "wrong-type"),
        ("name is null", "name", Value::Null, "/name", "wrong-type"),
        ("no such field", "colour", json!("red"), "/colour", "unknown"),
        ("no such industry", "industry", json!("nothing"), "/industry", "not-there"),
        (
            "an industry with parts",
            "industry",
            json!("new_energy_materials"),
            "/industry",
            "not-there",
        ),
        ("no such area", "area", json!("nowhere"), "/area", "not-there"),
        ("no such nature", "nature", json!("magic"), "/nature", "not-one-of"),
        ("no such stage", "stage", json!("begun"), "/stage", "not-one-of"),
        ("given up already", "stage", json!("terminated"), "/stage", "not-allowed"),
        (
            "a number for money",
            "total_investment_wan",
            json!(10.5),
            "/total_investment_wan",
            "number-for-money",
        ),
        (
            "money in words",
            "total_investment_wan",
            json!("ten"),
            "/total_investment_wan",
            "wrong-form",
        ),
        (
            "money with commas",
            "total_investment_wan",
            json!("1,000.00"),
            "/total_investment_wan",
            "wrong-form",
        ),
        (
            "too many decimals",
            "total_investment_wan",
            json!("1.0000001"),
            "/total_investment_wan",
            "wrong-form",
        ),
        (
            "too much money",
            "total_investment_wan",
            json!("1000000000"),
            "/total_investment_wan",
            "wrong-form",
        ),
        (
            "no money",
            "total_investment_wan",
            json!("0.00"),
            "/total_investment_wan",
            "not-positive",
        ),
        (
            "less than nothing",
            "invested_before_wan",
            json!("-0.01"),
            "/invested_before_wan",
            "negative",
        ),
        ("no such day", "planned_start", json!("2021-02-30"), "/planned_start", "wrong-form"),
        ("not a day", "planned_start", json!("spring"), "/planned_start", "wrong-form"),
        (
            "finished before it started",
            "actual_finish",
            json!("2021-01-01"),
            "/actual_start",
            "required",
        ),
        (
            "started in the future",
            "actual_start",
            json!("2021-07-02"),
            "/actual_start",
            "in-future",
        ),
        ("a wrong code", "code", json!("2601-140100-89-01-123456"), "/code", "check-digit"),
        ("no code", "code", json!("x"), "/code", "wrong-form"),
        ("half a place", "longitude", json!("118.5"), "/latitude", "required"),
        ("no place", "longitude", json!("200"), "/longitude", "out-of-range"),
        ("a year long ago", "registered_year", json!(1492), "/registered_year", "too-small"),
        ("a year in words", "registered_year", json!("2021"), "/registered_year", "wrong-type"),
    ];
    for (why, field, value, pointer, code) in cases {
        let refused = commission.post("/projects", &project(field, value)).await;

        assert_eq!(refused.status, 422, "{why}: {}", refused.text);
        assert!(
            refused.errors().contains(&(pointer.into(), code.into())),
            "{why}: {}",
            refused.text
        );
        assert_eq!(refused.header("content-type"), "application/problem+json");
    }
    assert_eq!(commission.get("/projects").await.json["total"], 0);
}

async fn all_wrong_fields_are_named_at_once(app: TestApp) {
    let commission = app.commission().await;
    let shape = json!({"name": 1, "industry": "x", "nature": "magic", "colour": "red", "total_investment_wan": 5});
    let sense = json!({
        "name": " ", "industry": "nothing", "area": "nowhere", "nature": "expansion",
        "total_investment_wan": "1.00", "code": "x", "leader": "a\u{7}",
    });

    let shape = commission.post("/projects", &shape).await.expect(422);
    let sense = commission.post("/projects", &sense).await.expect(422);

    let mut pointers: Vec<_> = shape.errors().into_iter().map(|e| e.0).collect();
    pointers.sort();
    assert_eq!(pointers, ["/area", "/colour", "/name", "/nature", "/total_investment_wan"]);
    let pointers: Vec<_> = sense.errors().into_iter().map(|e| e.0).collect();
    assert_eq!(pointers, ["/code", "/name", "/leader", "/industry", "/area"]);
}

async fn json_is_read_strictly(app: TestApp) {
    let commission = app.commission().await;
    let post = async |body: String, kind: &str| -> Answer {
        let request = commission.request(Method::POST, "/projects").header("Content-Type", kind);
        commission.send(request.body(body)).await
    };
    let good = project("content", json!("")).to_string();
    let twice = good.replacen('{', r#"{"name": "别名","#, 1);
    let deep = format!("{}1{}", r#"{"a":"#.repeat(200), "}".repeat(200));
    let large = project("content", json!("x".repeat(1_100_000))).to_string();

    for (why, body, kind, status, code) in [
        ("a list", "[null, null]".to_owned(), "application/json", 400, "not-json"),
        ("nothing", String::new(), "application/json", 400, "not-json"),
        ("half an object", r#"{"name":"#.to_owned(), "application/json", 400, "not-json"),
        ("a name twice", twice, "application/json", 400, "not-json"),
        ("too deep", deep, "application/json", 400, "not-json"),
        (
            "no UTF-8 escape",
            r#"{"name": "\ud800"}"#.to_owned(),
            "application/json",
            400,
            "not-json",
        ),
        ("U+0000", r#"{"name": "a\u0000"}"#.to_owned(), "application/json", 422, "invalid"),
        ("too large", large, "application/json", 413, "too-large"),
        (
            "a form",
            "name=x".to_owned(),
            "application/x-www-form-urlencoded",
            415,
            "unsupported-media-type",
        ),
        ("text", good.clone(), "text/plain", 415, "unsupported-media-type"),
    ] {
        let refused = post(body, kind).await;
        assert_eq!((refused.status, refused.code()), (status, code), "{why}: {}", refused.text);
    }
    assert_eq!(commission.get("/projects").await.json["total"], 0);
    post(good, "application/json; charset=utf-8").await.expect(201);
    let request = commission.request(Method::PATCH, "/projects/1").header("If-Match", "\"1\"");
    let request = request.header("Content-Type", "application/merge-patch+json");
    commission.send(request.body(r#"{"leader": "王"}"#)).await.expect(200);
}

async fn queries_are_read_strictly(app: TestApp) {
    let commission = app.commission().await;
    for (path, pointer, code) in [
        ("/projects?colour=red", "?colour", "unknown"),
        ("/projects?limit=0", "?limit", "too-small"),
        ("/projects?limit=201", "?limit", "too-large"),
        ("/projects?limit=many", "?limit", "wrong-type"),
        ("/projects?limit=1&limit=2", "?limit", "repeated"),
        ("/projects?stage=begun", "?stage/0", "not-one-of"),
        ("/projects?year=x", "?year", "wrong-type"),
        ("/projects?sort=password", "?sort", "not-one-of"),
        ("/projects?industry=nothing", "?industry", "not-there"),
        ("/projects?area=nowhere", "?area", "not-there"),
        ("/projects?cursor=x", "?cursor", "bad-cursor"),
        ("/projects?q=", "?q", "too-short"),
        ("/units?kind=ghost", "?kind/0", "not-one-of"),
        ("/summaries/commitments", "?year", "required"),
        ("/summaries/commitments?year=2021&through=2022-01", "?through", "out-of-range"),
        ("/summaries/commitments?year=2021&through=2021-13", "?through", "wrong-form"),
        ("/summaries/commitments?year=2021&basis=best", "?basis", "not-one-of"),
        ("/summaries/investment?year=2021", "?by", "required"),
        ("/summaries/investment?year=2021&by=colour", "?by/0", "not-one-of"),
        ("/summaries/investment?year=2021&by=area&by=area", "?by", "repeated"),
        ("/summaries/investment?year=2021&by=area&by=unit&by=stage", "?by", "too-many"),
        ("/summaries/trend?year=1066", "?year", "too-small"),
    ] {
        let refused = commission.get(path).await;
        assert_eq!(
            (refused.status, refused.code()),
            (400, "bad-parameters"),
            "{path}: {}",
            refused.text
        );
        assert!(
            refused.errors().contains(&(pointer.into(), code.into())),
            "{path}: {}",
            refused.text
        );
    }
}

async fn unknown_addresses_answer_with_a_problem(app: TestApp) {
    let commission = app.commission().await;

    let nothing = commission.get("/nothing").await.expect(404);
    let words = commission.get("/projects/seven").await.expect(404);
    let verb = commission.delete("/projects").await.expect(405);
    let options =
        commission.send(commission.request(Method::OPTIONS, "/projects")).await.expect(204);
    let head = commission.send(commission.request(Method::HEAD, "/projects")).await.expect(200);
    let root = app.stranger().get(&app.root("/nowhere")).await.expect(404);

    assert_eq!(
        [nothing.code(), words.code(), verb.code(), root.code()],
        ["not-found", "not-found", "method-not-allowed", "not-found"]
    );
    assert_eq!(
        (verb.header("allow"), options.header("allow")),
        ("GET, HEAD, OPTIONS, POST", "GET, HEAD, OPTIONS, POST")
    );
    assert_eq!(head.text, "");
    assert!(!nothing.header("x-request-id").is_empty());
    assert_eq!(nothing.json["request_id"], nothing.header("x-request-id"));
    for path in ["/livez", "/readyz", "/metrics", "/openapi.json", "/openapi-3.0.json", "/docs/"] {
        app.stranger().get(&app.root(path)).await.expect(200);
    }
}

async fn a_precondition_names_a_version(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let patch = async |tag: &str| {
        let request = commission.request(Method::PATCH, &format!("/projects/{id}"));
        commission.send(request.header("If-Match", tag).json(&json!({"leader": "王"}))).await
    };
    for bad in ["1", "w/\"1\"", "\"x\"", "\"\"", "\"1", "*, \"1\""] {
        assert_eq!(patch(bad).await.expect(400).code(), "no-version", "{bad}");
    }
    patch("\"7\"").await.expect(412);
    patch("\"1\"").await.expect(200);
    let path = format!("/projects/{id}/reports/2021-05");
    let both = commission
        .request(Method::PUT, &path)
        .header("If-Match", "\"1\"")
        .header("If-None-Match", "*");
    commission.send(both.json(&json!({"completed_wan": "1.00"}))).await.expect(400);
}

async fn the_caller_chooses_the_language(app: TestApp) {
    let stranger = app.stranger();
    let title = async |accepts: &str| {
        let request = stranger.request(Method::GET, "/me").header("Accept-Language", accepts);
        let answer = stranger.send(request).await.expect(401);
        (
            answer.header("content-language").to_owned(),
            answer.json["title"].as_str().unwrap().to_owned(),
        )
    };

    assert_eq!(title("en-GB,en;q=0.9").await, ("en".into(), "Please log in".into()));
    assert_eq!(title("zh-CN").await, ("zh-CN".into(), "请先登录".into()));
    assert_eq!(title("fr").await.0, "zh-CN");
    assert_eq!(title("en;q=0.5, zh;q=0.9").await.0, "zh-CN");
}

async fn an_upload_that_stalls_is_ended(app: TestApp) {
    let impatient = app.beside(Config { body_timeout_seconds: 1, ..Config::for_tests() }).await;
    let address = impatient.server.address;
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = [0_u8; 12];
        stream.read_exact(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    });
    assert_eq!(answer.await.unwrap(), "HTTP/1.1 408");
}

async fn money_is_text_of_万元(app: TestApp) {
    let commission = app.commission().await;
    let number = commission
        .post("/projects", &project("total_investment_wan", json!(119_500)))
        .await
        .expect(422);
    let detail = number.json["errors"][0]["detail"].as_str().unwrap();

    assert!(detail.contains("119500.00") && detail.contains("万元"), "{detail}");
    for (given, shown) in [
        ("1", "1.00"),
        ("0.000001", "0.000001"),
        ("999999999.999999", "999999999.999999"),
        ("7.10", "7.10"),
    ] {
        let project = project("total_investment_wan", json!(given));
        assert_eq!(
            commission.post("/projects", &project).await.expect(201).json["total_investment_wan"],
            shown
        );
    }
}

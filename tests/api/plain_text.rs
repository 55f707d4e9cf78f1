//! U+0000 and bytes that are not UTF-8, wherever a request can carry them: refused by name, on both
//! databases, by every operation of the document and every form of the pages.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use major_projects::testing::Role;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};

use crate::documents::{document, operations};
use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::run::{OnEach, PATIENCE};
use crate::support::workbook::{Grid, text};
use crate::tests;

tests![
    OnEach;
    every_parameter_of_every_address_must_be_text,
    every_text_of_every_body_must_be_text,
    a_token_request_must_be_text,
    a_cursor_must_hold_text,
    a_header_that_is_not_ascii_is_not_taken_for_absent,
    a_cell_with_u_0000_is_refused_with_its_place,
    every_form_of_the_pages_must_be_text,
    text_with_odd_letters_is_still_text,
    text_is_what_is_seen,
    what_is_not_http_gets_a_problem_too,
];

const FORM: &str = "application/x-www-form-urlencoded";

/// Values that are not text, with the code of the refusal.
const FLAWED: [(&str, &str); 4] = [
    ("a%00b", "control-character"),
    ("%FF", "not-utf-8"),
    ("%ED%A0%80", "not-utf-8"),
    ("%C0%80", "not-utf-8"),
];

/// The path with every parameter filled by something well-formed.
fn filled(path: &str) -> String {
    let value = |part: &str| match part {
        "{month}" => "2021-05".to_owned(),
        "{year}" => "2021".to_owned(),
        "{industry}" => "next_gen_it".to_owned(),
        "{area}" => "dongying".to_owned(),
        "{kind}" => "projects".to_owned(),
        part if part.starts_with('{') => "1".to_owned(),
        part => part.to_owned(),
    };
    path.split('/').map(value).collect::<Vec<_>>().join("/")
}

fn names(operation: &Value, place: &str) -> Vec<String> {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let of_place = parameters.iter().filter(|p| p["in"] == place);
    of_place.map(|p| p["name"].as_str().unwrap().to_owned()).collect()
}

/// Commission, unit and administrator: each operation is permitted to one of them.
async fn everybody(app: &TestApp) -> [Actor; 3] {
    [app.commission().await, app.unit("某公司").await, app.role(Role::Admin).await]
}

fn refuses(answer: &Answer, pointer: &str, code: &str, at: &str) {
    assert!([400, 422].contains(&answer.status), "{at}: {} {}", answer.status, answer.text);
    assert!(answer.errors().contains(&(pointer.into(), code.into())), "{at}: {}", answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{at}");
}

async fn every_parameter_of_every_address_must_be_text(app: TestApp) {
    let [commission, _, admin] = everybody(&app).await;
    let mut asked = 0;
    for (path, method, operation) in operations(&document()) {
        let method: Method = method.to_uppercase().parse().unwrap();
        let accounts = ["/users", "/clients", "/proposals"].iter().any(|p| path.starts_with(p));
        let actor = if accounts { &admin } else { &commission };
        let mut addresses = Vec::new();
        for (value, code) in FLAWED {
            for name in names(&operation, "query") {
                addresses.push((
                    format!("{}?{name}={value}", filled(&path)),
                    format!("?{name}"),
                    code,
                ));
            }
            for name in names(&operation, "path") {
                let part = format!("{{{name}}}");
                addresses.push((filled(&path.replace(&part, value)), part, code));
            }
            // A parameter that no document names.
            addresses.push((format!("{}?new={value}", filled(&path)), "?new".to_owned(), code));
        }
        for (address, pointer, code) in addresses {
            let answer = actor.send(actor.request(method.clone(), &address)).await;
            refuses(&answer, &pointer, code, &format!("{method} {address}"));
            asked += 1;
        }
    }
    assert!(asked > 1_500, "{asked}");
    for address in ["/%00", "/projects/1%00", "/projects?%00=1", "/projects?%ff"] {
        app.stranger().get(address).await.expect(400);
    }
}

/// A value of `schema` in which every text has U+0000, and the pointers of those texts.
fn flawed(schema: &Value, whole: &Value, at: &str, pointers: &mut Vec<String>) -> Value {
    if let Some(target) = schema["$ref"].as_str() {
        let pointer = target.trim_start_matches('#');
        return flawed(whole.pointer(pointer).unwrap(), whole, at, pointers);
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(one) =
            schema[several].as_array().and_then(|all| all.iter().find(|s| s["type"] != "null"))
        {
            return flawed(one, whole, at, pointers);
        }
    }
    if let Some(fields) = schema["properties"].as_object() {
        let mut object = Map::new();
        for (name, field) in fields {
            object.insert(name.clone(), flawed(field, whole, &format!("{at}/{name}"), pointers));
        }
        return Value::Object(object);
    }
    if schema["items"].is_object() {
        return json!([flawed(&schema["items"], whole, &format!("{at}/0"), pointers)]);
    }
    // Numbers and enumerations too: what is not text is no number either.
    pointers.push(at.to_owned());
    json!("a\u{0}b")
}

async fn every_text_of_every_body_must_be_text(app: TestApp) {
    let everybody = everybody(&app).await;
    let document = document();
    let (mut bodies, mut texts) = (0, 0);
    for (path, method, operation) in operations(&document) {
        let Some(schema) = operation["requestBody"]["content"].get("application/json") else {
            continue;
        };
        let mut pointers = Vec::new();
        let body = flawed(&schema["schema"], &document, "", &mut pointers);
        let at = format!("{method} {path}");
        let mut answers = Vec::new();
        for actor in &everybody {
            let method: Method = method.to_uppercase().parse().unwrap();
            let request = actor.request(method, &filled(&path)).header("If-Match", "\"1\"");
            let answer = actor.send(request.json(&body)).await;
            assert!([403, 422].contains(&answer.status), "{at}: {}", answer.text);
            answers.extend(Some(answer).filter(|answer| answer.status == 422));
        }
        let answer = answers.first().unwrap_or_else(|| panic!("{at} is permitted to nobody"));
        for pointer in &pointers {
            refuses(answer, pointer, "control-character", &at);
        }
        bodies += 1;
        texts += pointers.len();
    }
    assert!(bodies > 30 && texts > 150, "{bodies} {texts}");
    assert_eq!(everybody[0].get("/projects").await.json["total"], 0);
}

async fn a_token_request_must_be_text(app: TestApp) {
    let stranger = app.stranger();
    let ask = async |form: String, basic: Option<&[u8]>| {
        let request = stranger.request(Method::POST, "/oauth/token").header(CONTENT_TYPE, FORM);
        let request = match basic {
            Some(basic) => {
                request.header("Authorization", format!("Basic {}", STANDARD.encode(basic)))
            }
            None => request,
        };
        stranger.send(request.body(form)).await
    };
    let fields = ["grant_type", "client_id", "client_secret", "scope"];
    for (value, code) in FLAWED {
        for flawed in fields {
            let field = |name: &str| match name {
                name if name == flawed => format!("{name}={value}"),
                "grant_type" => "grant_type=client_credentials".to_owned(),
                name => format!("{name}=x"),
            };
            let answer = ask(fields.map(field).join("&"), None).await;
            refuses(&answer, &format!("/{flawed}"), code, flawed);
            assert_eq!(answer.json["error"], "invalid_request");
        }
        let basic = format!("mp-{value}:secret");
        let answer = ask("grant_type=client_credentials".to_owned(), Some(basic.as_bytes())).await;
        refuses(&answer, "authorization", code, &basic);
    }
    for basic in [b"a\0b:c".as_slice(), b"a:\0", b"\xff:c"] {
        let answer = ask("grant_type=client_credentials".to_owned(), Some(basic)).await;
        assert_eq!((answer.status, answer.code()), (400, "oauth-invalid-request"), "{basic:?}");
    }
}

async fn a_cursor_must_hold_text(app: TestApp) {
    let [commission, _, admin] = everybody(&app).await;
    for (actor, path, order) in [
        (&commission, "/units", json!("text")),
        (&admin, "/users", json!("text")),
        (&commission, "/projects?sort=name", json!("[(Name, false), (Id, false)]")),
    ] {
        let place = json!({"order": order, "keys": ["a\u{0}", 1]}).to_string();
        let mark = if path.contains('?') { '&' } else { '?' };
        let answer =
            actor.get(&format!("{path}{mark}cursor={}", URL_SAFE_NO_PAD.encode(place))).await;
        refuses(&answer, "?cursor", "bad-cursor", path);
    }
}

async fn a_header_that_is_not_ascii_is_not_taken_for_absent(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let units = commission.get("/units").await.json["total"].clone();
    let latin = reqwest::header::HeaderValue::from_bytes(b"\"\xff\"").unwrap();

    let patch = commission.request(Method::PATCH, &format!("/projects/{id}"));
    let patch =
        commission.send(patch.header("If-Match", &latin).json(&json!({"leader": "王"}))).await;
    let post = commission.request(Method::POST, "/units").header("Idempotency-Key", &latin);
    let post = commission.send(post.json(&json!({"name": "甲", "kind": "enterprise"}))).await;

    refuses(&patch, "if-match", "no-version", "If-Match");
    refuses(&post, "idempotency-key", "idempotency-key", "Idempotency-Key");
    assert_eq!(commission.get(&format!("/projects/{id}")).await.json["leader"], "");
    assert_eq!(commission.get("/units").await.json["total"], units);
}

async fn a_cell_with_u_0000_is_refused_with_its_place(app: TestApp) {
    let commission = app.commission().await;
    let template = commission.download("/imports/templates/projects").await;
    let template = Grid::open(&template);
    for heading in ["项目名称", "国家项目代码", "项目编号", "建设内容及规模"] {
        if !template.has(heading) {
            continue;
        }
        let mut file = template.clone();
        let row = file.0.len() - 1;
        file.set(row, heading, text("a\u{0}b"));
        // A workbook holds the character as `_x0000_`, which stays as it stands.
        let book = commission.import("kind=projects&dry_run=true", file.xlsx()).await;
        assert!([200, 422].contains(&book.status), "{heading}: {}", book.text);
        let answer = commission.import("kind=projects&dry_run=false", file.csv()).await;
        let place = (i64::try_from(row + 1).unwrap(), "control-character".to_owned());
        let places: Vec<_> =
            answer.places().into_iter().map(|(row, _, code)| (row, code)).collect();
        assert!(places.contains(&place), "{heading}: {}", answer.text);
    }
    assert_eq!(commission.get("/projects").await.json["total"], 0);
}

/// A form of a page: where it is sent, and the names of its fields.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PageForm {
    action: String,
    fields: BTreeSet<String>,
}

/// Every form of `html` that is posted.
fn forms(html: &str) -> Vec<PageForm> {
    let attribute = |tag: &str, name: &str| {
        let rest = tag.split_once(&format!(" {name}=\""))?.1;
        Some(rest.split('"').next()?.replace("&amp;", "&").replace("&#38;", "&"))
    };
    let pieces = html.split("<form").skip(1).filter_map(|piece| piece.split_once("</form>"));
    pieces
        .map(|(form, _)| form)
        .filter(|form| form.split('>').next().is_some_and(|tag| tag.contains("method=\"post\"")))
        .map(|form| PageForm {
            action: attribute(form.split('>').next().unwrap(), "action").unwrap(),
            fields: form.split('<').skip(1).filter_map(|tag| attribute(tag, "name")).collect(),
        })
        .collect()
}

async fn every_form_of_the_pages_must_be_text(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("项目", json!({})).await;
    let unit = app.unit("某公司").await;
    commission.assign(project, &[(app.unit_id("某公司").await, "owner")]).await;
    commission.plan_year(project, 100).await;
    unit.create(&format!("/projects/{project}/reports/2021-05"), &json!({"completed_wan": "1.00"}))
        .await
        .expect(201);
    unit.step(&format!("/projects/{project}/reports/2021-05/submission")).await.expect(200);
    app.role(Role::Admin).await;
    let admin = Browser::log_in(&app, "admin").await;
    let office = Browser::log_in(&app, "commission").await;
    let pages: BTreeMap<&str, (&Browser, Vec<String>)> = BTreeMap::from([
        ("admin", (&admin, vec!["/accounts".into(), "/accounts/1".into(), "/clients".into()])),
        (
            "commission",
            (
                &office,
                vec![
                    "/".into(),
                    format!("/projects/{project}"),
                    "/review".into(),
                    "/months/2021-05".into(),
                    "/bulletins".into(),
                    "/password".into(),
                    format!("/months/2021-05/restatements/{project}"),
                    "/issues".into(),
                    "/projects".into(),
                    "/history".into(),
                    "/promises".into(),
                ],
            ),
        ),
    ]);
    let mut sent = BTreeSet::new();
    for (browser, pages) in pages.into_values() {
        for page in pages {
            let html = browser.get(&page).await.html;
            for form in forms(&html) {
                if !sent.insert(form.clone()) {
                    continue;
                }
                for field in &form.fields {
                    for (value, _) in FLAWED {
                        let body = format!("{field}={value}");
                        let request = browser.request(Method::POST, &form.action);
                        let answer =
                            browser.take(request.header(CONTENT_TYPE, FORM).body(body)).await;
                        let at = format!("{page}: {} {field}={value}", form.action);
                        assert_eq!(answer.status, 422, "{at}: {}", answer.html);
                        assert!(answer.says(&format!("/{field}")), "{at}: {}", answer.html);
                    }
                }
            }
            for query in ["q=%00", "year=%ff", "next=%00", "said=%C3"] {
                let mark = if page.contains('?') { '&' } else { '?' };
                let answer = browser.get(&format!("{page}{mark}{query}")).await;
                assert_eq!(answer.status, 400, "{page} {query}");
                assert!(answer.says("<html"), "{page} {query}");
            }
        }
    }
    assert!(sent.len() >= 10, "{sent:?}");
    let stranger = Browser::new(&app);
    for body in ["username=a%00b&password=x", "username=x&password=%00", "username=%ff&password=x"]
    {
        let request = stranger.request(Method::POST, "/log-in").header(CONTENT_TYPE, FORM);
        stranger.take(request.body(body)).await.expect(422);
    }
    for path in ["/log-in?next=%00", "/projects/%00", "/nowhere%ff"] {
        stranger.get(path).await.expect(400);
    }
    assert_eq!(commission.get("/projects").await.json["total"], 1);
}

async fn text_with_odd_letters_is_still_text(app: TestApp) {
    let commission = app.commission().await;
    for q in ["%EF%BF%BD", "%F0%9F%8F%97", "100%", "%", "%zz", "a+b", "%2500", "%E2%80%8B"] {
        commission.get(&format!("/projects?q={q}")).await.expect(200);
    }
    let name = "\u{fffd} 🏗 %00 Ⅱ";
    commission.project(name, json!({})).await;
    let found = commission.get("/projects?q=%F0%9F%8F%97").await.expect(200);
    assert_eq!(found.items()[0]["name"], name);
}

async fn text_is_what_is_seen(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("甲\u{200b}乙\u{feff}塔吊🏗\u{fe0f}", json!({})).await;
    let path = format!("/projects/{id}");
    let project = commission.get(&path).await;
    assert_eq!(project.json["name"], "甲乙塔吊🏗\u{fe0f}");

    let version = project.json["version"].as_i64().unwrap();
    for (field, text) in [("name", "甲\u{202e}乙"), ("leader", "\u{2066}李\u{2069}")] {
        let refused = commission.patch(&path, version, &json!({field: text})).await.expect(422);
        let wrong = (format!("/{field}"), "direction-characters".to_owned());
        assert_eq!(refused.errors(), [wrong], "{}", refused.text);
    }
    let blank = commission.patch(&path, version, &json!({"name": "\u{200b}\u{2060}"})).await;
    assert_eq!(blank.expect(422).errors(), [("/name".to_owned(), "blank".to_owned())]);
}

/// What the server answers to `request`, until it closes the connection.
async fn raw(app: &TestApp, request: Vec<u8>) -> String {
    let address = app.server.address;
    let read = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(&request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    });
    read.await.unwrap()
}

async fn what_is_not_http_gets_a_problem_too(app: TestApp) {
    let line = |line: &str| format!("{line} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes();
    let mut requests = vec![
        line("GET /api/v1/projects?q=污水"),
        line("GET /项目"),
        line("GET /api/v1/projects?q=a b"),
        line("GET /api/v1/projects?q=\0"),
        b"GET /api/v1/projects?q=\xff HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
        b"GET /\xc3 HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
        b"what is this\r\n\r\n".to_vec(),
        b"POST /log-in HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n".to_vec(),
    ];
    for name in [
        "Idempotency-Key",
        "X-Request-Id",
        "User-Agent",
        "If-Match",
        "Cookie",
        "Authorization",
        "Accept-Language",
        "Accept",
        "Content-Type",
        "Host",
        "New-Header",
        "New\0Header",
    ] {
        requests.push(
            format!("POST /api/v1/units HTTP/1.1\r\nHost: x\r\n{name}: a\0b\r\n\r\n").into_bytes(),
        );
    }
    for request in requests {
        let asked = String::from_utf8_lossy(&request).into_owned();
        let answer = raw(&app, request).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{asked}"));
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{asked:?}: {head}");
        assert!(head.contains("content-type: application/problem+json"), "{asked:?}: {head}");
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{asked:?}: {head}");
        let problem: Value = serde_json::from_str(body).unwrap();
        assert_eq!((&problem["code"], &problem["status"]), (&json!("not-http"), &json!(400)));
        let id = problem["request_id"].as_str().unwrap();
        assert!(id.len() == 22 && head.contains(&format!("x-request-id: {id}")), "{head}");
    }
    // An answer before it on the same connection stays whole.
    let two =
        b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /a b HTTP/1.1\r\nHost: x\r\n\r\n".to_vec();
    let answer = raw(&app, two).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 2, "{answer}");
    assert!(answer.contains("\"code\":\"not-http\""), "{answer}");
}

//! Managing webhooks: permissions, allowed hosts, secrets and delivery lists.

use major_projects::testing::Config;
use major_projects::testing::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::clients;
use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::receiver::{Received, Receiver, Reply};
use crate::support::run::OnEach;
use crate::tests;
use crate::webhooks::{all_in, deliveries, hook, sending, unit, waiting};

tests![
    OnEach;
    a_webhook_is_made_changed_and_deleted,
    forbidden_receivers_are_refused_with_a_reason,
    a_host_that_is_no_longer_allowed_is_not_sent_to,
    two_secrets_sign_during_a_rotation,
    a_secret_is_shown_once_and_kept_nowhere,
    another_server_key_signs_nothing_old,
    deliveries_are_listed_by_state_and_repeated,
    after_ten_attempts_a_delivery_is_given_up_and_stays_listed,
    delivered_messages_are_deleted_after_thirty_days,
    nobody_sees_another_s_webhooks,
    a_machine_client_keeps_webhooks_by_its_scope,
    a_repeated_request_runs_once,
];

fn at(made: &Value, rest: &str) -> String {
    format!("/webhooks/{}{rest}", made["id"])
}

fn secret(made: &Value) -> &str {
    made["secret"].as_str().unwrap()
}

async fn with_key(actor: &Actor, path: &str, key: &str, body: Option<&Value>) -> Answer {
    let request = actor.request(Method::POST, path).header("Idempotency-Key", key);
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    actor.send(request).await
}

async fn a_webhook_is_made_changed_and_deleted(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let commission = server.commission().await;
    let project = commission.project("甲", json!({})).await;
    let kinds = ["unit.created", "report.confirmed", "unit.created"];
    let body = json!({"url": receiver.url("?a=b"), "kinds": kinds});
    let answer = commission.post("/webhooks", &body).await.expect(201);
    let made = &answer.json;

    assert_eq!(answer.header("location"), format!("/api/v1/webhooks/{}", made["id"]));
    assert_eq!(answer.header("etag"), format!("\"{}\"", made["version"]));
    assert_eq!(made["url"], receiver.url("/?a=b"));
    assert_eq!(made["kinds"], json!(["report.confirmed", "unit.created"]));
    assert!(secret(made).starts_with(made["secrets"][0]["hint"].as_str().unwrap()));
    let shown = commission.get(&at(made, "")).await.expect(200);
    assert_eq!((&shown.json["secret"], &shown.json["url"]), (&Value::Null, &made["url"]));
    let version = made["version"].as_i64().unwrap();
    let patch = json!({"url": receiver.url("/other"), "kinds": [], "project_id": project});
    let unread = commission.send(commission.request(Method::PATCH, &at(made, "")).json(&patch));
    assert_eq!(unread.await.status, 428);
    let changed = commission.patch(&at(made, ""), version, &patch).await.expect(200);
    assert_eq!(changed.json["project_id"], project);
    assert_eq!(commission.patch(&at(made, ""), version, &patch).await.status, 412);
    unit(&commission, "不相干公司").await;
    commission.plan_year(project, 100).await;
    let message = receiver.wait_for_just(1).await.remove(0);
    assert_eq!(
        (message.path.as_str(), message.json()["type"].as_str()),
        ("/other", Some("year_plan.entered"))
    );

    let version = changed.json["version"].as_i64().unwrap();
    let wider = json!({"project_id": null, "disabled": true});
    let disabled = commission.patch(&at(made, ""), version, &wider).await.expect(200);
    assert_eq!(disabled.json["disabled_because"], "owner");
    assert_eq!(disabled.json["project_id"], Value::Null);
    unit(&commission, "其后公司").await;
    receiver.wait_for_just(1).await;
    assert_eq!(commission.delete(&at(made, "")).await.status, 428);
    let version = disabled.json["version"].as_i64().unwrap();
    let delete = |version: i64| {
        let request = commission.request(Method::DELETE, &at(made, ""));
        commission.send(request.header("If-Match", format!("\"{version}\"")))
    };
    assert_eq!(delete(version - 1).await.status, 412);
    assert_eq!(delete(version).await.status, 204);
    for path in ["", "/deliveries"] {
        assert_eq!(commission.get(&at(made, path)).await.status, 404);
    }
    assert_eq!(commission.get("/webhooks").await.expect(200).json["total"], 0);
}

async fn forbidden_receivers_are_refused_with_a_reason(app: TestApp) {
    let list = "hooks.example.org,plain.example.org:80,127.0.0.1:9000";
    let config = Config { webhook_hosts: list.parse().unwrap(), ..Config::for_tests() };
    let server = app.beside(config).await;
    let commission = server.commission().await;
    for (url, code) in [
        ("https://elsewhere.example.org/", "host-not-allowed"),
        ("https://hooks.example.org:8443/", "host-not-allowed"),
        ("https://hooks.example.org.evil.org/", "host-not-allowed"),
        ("http://127.0.0.1:9001/", "host-not-allowed"),
        ("http://localhost:9000/", "host-not-allowed"),
        ("http://plain.example.org/", "not-https"),
        ("https://hooks.example.org@evil.org/", "wrong-form"),
        ("https://user:word@hooks.example.org/", "wrong-form"),
        ("https://hooks.example.org/#a", "wrong-form"),
        ("https://hooks.example.org\\.evil.org/", "wrong-form"),
        ("file:///etc/passwd", "wrong-form"),
        ("gopher://hooks.example.org/", "wrong-form"),
        ("hooks.example.org", "wrong-form"),
        ("", "too-short"),
    ] {
        let refused = commission.post("/webhooks", &json!({"url": url})).await.expect(422);
        assert_eq!(refused.errors(), [("/url".to_owned(), code.to_owned())], "{url}");
        assert!(refused.json["errors"][0]["detail"].as_str().unwrap().len() > 10);
    }
    let body = json!({"url": "https://evil.org/", "kinds": ["unit.created", "Unit", "a.b.c"], "project_id": 4711});
    let refused = commission.post("/webhooks", &body).await.expect(422);
    let pointers: Vec<String> = refused.errors().into_iter().map(|(at, _)| at).collect();
    assert_eq!(pointers, ["/url", "/project_id", "/kinds/1", "/kinds/2"], "all at once");
    let good = json!({"url": "https://hooks.example.org/x"});
    let made = commission.post("/webhooks", &good).await.expect(201).json;
    let change = json!({"url": "https://evil.org/"});
    let refused =
        commission.patch(&at(&made, ""), made["version"].as_i64().unwrap(), &change).await;
    assert_eq!((refused.status, refused.errors()[0].1.as_str()), (422, "host-not-allowed"));
    // By default no host is allowed.
    let refused = app.commission().await.post("/webhooks", &good).await.expect(422);
    assert_eq!(refused.errors()[0].1, "host-not-allowed");
    assert_eq!(commission.get("/webhooks").await.json["total"], 1);
}

async fn a_host_that_is_no_longer_allowed_is_not_sent_to(app: TestApp) {
    let receiver = Receiver::start().await;
    let first = sending(&app, &[&receiver]).await;
    let made = hook(&first.commission().await, &receiver, &["unit.created"]).await;
    first.server.stop().await.unwrap();
    let config =
        Config { webhook_hosts: "hooks.example.org".parse().unwrap(), ..Config::for_tests() };
    let other = app.beside(config).await;
    let commission = other.commission().await;
    unit(&commission, "甲公司").await;

    let failed = deliveries(&commission, &made, waiting(1, 1)).await.remove(0);

    assert_eq!(failed["error"], "host_not_allowed");
    assert!(receiver.seen().is_empty());
    for step in ["/test".to_owned(), format!("/deliveries/{}/retry", failed["id"])] {
        let refused = commission.step(&at(&made, &step)).await;
        assert_eq!((refused.status, refused.code()), (409, "host-not-allowed"));
    }
}

async fn two_secrets_sign_during_a_rotation(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let commission = server.commission().await;
    let made = hook(&commission, &receiver, &["unit.created"]).await;
    let added = commission.step(&at(&made, "/secrets")).await.expect(201).json;
    let (old, new) = (secret(&made), secret(&added));
    let third = commission.step(&at(&made, "/secrets")).await;
    assert_eq!((third.status, third.code()), (409, "two-secrets"));
    assert_eq!(added["secrets"][1]["ends_at"], "2021-07-04T02:00:00.000000Z");
    assert_eq!(added["secrets"][0]["ends_at"], Value::Null);

    unit(&commission, "甲公司").await;
    let both = receiver.wait_for(1).await.remove(0);
    assert_eq!(both.signatures().len(), 2);
    assert!(both.is_signed_with(old) && both.is_signed_with(new));

    // The old secret expires by itself …
    server.clock.pass_hours(72);
    let commission = server.commission().await;
    unit(&commission, "乙公司").await;
    let one = receiver.wait_for(2).await.remove(1);
    assert_eq!(one.signatures().len(), 1);
    assert!(one.is_signed_with(new) && !one.is_signed_with(old));

    // … or is revoked, and the new one stays valid.
    let newest = commission.step(&at(&made, "/secrets")).await.expect(201).json;
    let ids: Vec<&Value> = newest["secrets"].as_array().unwrap().iter().map(|s| &s["id"]).collect();
    assert_eq!(ids.len(), 2, "what ended is gone");
    let path = at(&made, &format!("/secrets/{}", ids[0]));
    assert_eq!(commission.delete(&path).await.status, 204);
    assert_eq!(commission.delete(&path).await.status, 404);
    let left = commission.get(&at(&made, "")).await.expect(200).json;
    assert_eq!((&left["secrets"][0]["id"], &left["secrets"][0]["ends_at"]), (ids[1], &Value::Null));
    let last = commission.delete(&at(&made, &format!("/secrets/{}", ids[1]))).await;
    assert_eq!((last.status, last.code()), (409, "last-secret"));
    unit(&commission, "丙公司").await;
    let message = receiver.wait_for_just(3).await.remove(2);
    assert!(message.is_signed_with(new) && !message.is_signed_with(secret(&newest)));
}

async fn a_secret_is_shown_once_and_kept_nowhere(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let commission = server.commission().await;
    let body = json!({"url": receiver.url("/")});
    let first = with_key(&commission, "/webhooks", "once", Some(&body)).await.expect(201).json;
    let again = with_key(&commission, "/webhooks", "once", Some(&body)).await.expect(201).json;
    let secret = secret(&first).strip_prefix("whsec_").unwrap().to_owned();

    assert_eq!((&first["id"], &again["secret"]), (&again["id"], &Value::Null));
    let kept = app
        .db
        .read(|conn| {
            use diesel::prelude::*;
            use diesel::sql_types::Text;
            #[derive(QueryableByName)]
            struct Row {
                #[diesel(sql_type = Text)]
                text: String,
            }
            let all = "select salt || fingerprint || hint as text from webhook_secrets union all select outcome from idempotency_keys union all select changes from events union all select url from webhooks";
            let rows = diesel::sql_query(all).load::<Row>(conn)?;
            Ok::<_, major_projects::testing::StoreError>(
                rows.into_iter().map(|row| row.text).collect::<Vec<_>>(),
            )
        })
        .await
        .unwrap();
    assert!(kept.len() > 3 && kept.iter().all(|text| !text.contains(&secret)));
}

async fn another_server_key_signs_nothing_old(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let commission = server.commission().await;
    let made = hook(&commission, &receiver, &["unit.created"]).await;
    // Simulate another server key: replace the fingerprint.
    let job = |conn: &mut major_projects::testing::Conn| {
        use diesel::RunQueryDsl as _;
        diesel::sql_query("update webhook_secrets set fingerprint = 'another'").execute(conn)?;
        Ok::<(), major_projects::testing::StoreError>(())
    };
    app.tamper(job).await;
    unit(&commission, "甲公司").await;

    let failed = deliveries(&commission, &made, waiting(1, 1)).await.remove(0);

    assert_eq!(failed["error"], "key_changed");
    let added = commission.step(&at(&made, "/secrets")).await.expect(201).json;
    server.clock.pass_seconds(10);
    let message = receiver.wait_for_just(1).await.remove(0);
    assert_eq!(message.signatures().len(), 1);
    assert!(message.is_signed_with(secret(&added)));
}

async fn deliveries_are_listed_by_state_and_repeated(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let commission = server.commission().await;
    let made = hook(&commission, &receiver, &["unit.created"]).await;
    receiver.answers(|m, _| Reply::Status(if m.body.contains("坏") { 400 } else { 200 }));
    for name in ["好一公司", "坏公司", "好二公司"] {
        unit(&commission, name).await;
    }
    let test = commission.step(&at(&made, "/test")).await.expect(201);
    let all = deliveries(&commission, &made, |items| {
        all_in("delivered", 3)(items) && waiting(1, 1)(items)
    })
    .await;
    let list = async |query: &str| {
        let answer = commission.get(&at(&made, &format!("/deliveries{query}"))).await.expect(200);
        (answer.json["total"].as_i64().unwrap(), answer.items().clone(), answer)
    };

    assert_eq!(list("?state=delivered").await.0, 3);
    let (count, pending, _) = list("?state=pending&state=failed").await;
    assert_eq!((count, &pending[0]["error"]), (1, &json!("status")));
    let (_, first, answer) = list("?limit=3").await;
    let cursor = answer.json["next_cursor"].as_str().unwrap().to_owned();
    let (_, rest, _) = list(&format!("?limit=3&cursor={cursor}")).await;
    let mut paged: Vec<Value> = [first, rest].concat();
    paged.reverse();
    assert_eq!(paged, all, "the latest first, each once");
    assert_eq!(commission.get(&at(&made, "/deliveries?state=lost")).await.status, 400);
    let csv = commission.get(&at(&made, "/deliveries?format=csv")).await.expect(200);
    assert!(csv.text.contains("webhook.ping") && csv.text.lines().count() == 5);
    assert_eq!(
        test.header("location"),
        format!("/api/v1/webhooks/{}/deliveries/{}", made["id"], test.json["id"])
    );
    let ping = receiver.seen().into_iter().find(|m| m.json()["type"] == "webhook.ping").unwrap();
    assert_eq!(
        (ping.id(), ping.is_signed_with(secret(&made))),
        (test.json["message_id"].as_str().unwrap(), true)
    );

    // A delivered message is sent again; a pending one is sent at once.
    let before = receiver.seen();
    receiver.answers(|_, _| Reply::Status(200));
    let position = |state: &str| all.iter().position(|d| d["state"] == state).unwrap();
    let chosen = [position("delivered"), position("pending")];
    for index in chosen {
        let path = at(&made, &format!("/deliveries/{}/retry", all[index]["id"]));
        let asked = commission.step(&path).await.expect(200).json;
        assert_eq!(
            (&asked["state"], &asked["next_attempt_at"]),
            (&json!("pending"), &json!("2021-07-01T02:00:00.000000Z"))
        );
    }
    let seen = receiver.wait_for_just(before.len() + 2).await;
    let mut repeated: Vec<&str> = seen[before.len()..].iter().map(Received::id).collect();
    repeated.sort_unstable();
    let mut asked = chosen.map(|index| all[index]["message_id"].as_str().unwrap());
    asked.sort_unstable();
    assert_eq!(repeated, asked);
    let done = deliveries(&commission, &made, all_in("delivered", 4)).await;
    assert!(chosen.iter().all(|index| done[*index]["attempts"] == 2), "{done:?}");
}

async fn after_ten_attempts_a_delivery_is_given_up_and_stays_listed(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let commission = server.commission().await;
    let made = hook(&commission, &receiver, &["unit.created"]).await;
    receiver.answers(|_, _| Reply::Status(500));
    unit(&commission, "甲公司").await;
    for attempt in 1..10_i64 {
        deliveries(&server.commission().await, &made, waiting(1, attempt)).await;
        server.clock.pass_hours(29);
    }
    let commission = server.commission().await;
    let failed = deliveries(&commission, &made, all_in("failed", 1)).await.remove(0);
    assert_eq!((&failed["attempts"], &failed["next_attempt_at"]), (&json!(10), &Value::Null));

    server.clock.pass_hours(24 * 60);
    let all = receiver.wait_for_just(10).await;
    let commission = server.commission().await;
    let listed = deliveries(&commission, &made, all_in("failed", 1)).await;
    receiver.answers(|_, _| Reply::Status(200));
    let path = at(&made, &format!("/deliveries/{}/retry", listed[0]["id"]));
    commission.step(&path).await.expect(200);
    let repeated = receiver.wait_for_just(11).await.remove(10);

    assert!(all.iter().all(|m| m.id() == repeated.id()), "always the same message");
}

async fn delivered_messages_are_deleted_after_thirty_days(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let commission = server.commission().await;
    let made = hook(&commission, &receiver, &["unit.created"]).await;
    unit(&commission, "甲公司").await;
    deliveries(&commission, &made, all_in("delivered", 1)).await;
    receiver.answers(|_, _| Reply::Status(410));
    unit(&commission, "乙公司").await;
    deliveries(&commission, &made, all_in("failed", 1)).await;

    server.clock.pass_hours(24 * 30 - 1);
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    assert_eq!(deliveries(&server.commission().await, &made, |_| true).await.len(), 2);
    server.clock.pass_hours(1);
    let left = deliveries(&server.commission().await, &made, |items| items.len() == 1).await;

    assert_eq!(left[0]["state"], "failed", "nothing goes that was not delivered");
}

async fn nobody_sees_another_s_webhooks(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let (commission, mine) = (server.commission().await, server.unit("甲公司").await);
    let made = hook(&mine, &receiver, &["unit.created"]).await;
    let test = mine.step(&at(&made, "/test")).await.expect(201);
    let delivery = format!("/deliveries/{}", test.json["id"]);
    let other = hook(&commission, &receiver, &["unit.updated"]).await;

    assert_eq!(commission.get("/webhooks").await.expect(200).json["total"], 1);
    for path in ["", "/deliveries", delivery.as_str()] {
        assert_eq!(commission.get(&at(&made, path)).await.status, 404, "{path}");
    }
    for path in ["/secrets", "/test", &format!("{delivery}/retry")] {
        assert_eq!(commission.step(&at(&made, path)).await.status, 404, "{path}");
    }
    // Nor through the address of one's own webhook.
    assert_eq!(commission.get(&at(&other, &delivery)).await.status, 404);
    assert_eq!(commission.step(&at(&other, &format!("{delivery}/retry"))).await.status, 404);
    let theirs = at(&other, &format!("/secrets/{}", made["secrets"][0]["id"]));
    assert_eq!(commission.delete(&theirs).await.status, 404);
    let patch = json!({"disabled": true});
    assert_eq!(commission.patch(&at(&made, ""), 2, &patch).await.status, 404);
    let request = commission.request(Method::DELETE, &at(&made, "")).header("If-Match", "\"2\"");
    assert_eq!(commission.send(request).await.status, 404);
    for role in [Role::Viewer, Role::Admin] {
        assert_eq!(server.role(role).await.get("/webhooks").await.status, 403);
    }
    for n in 0..19 {
        hook(&commission, &receiver, &[]).await;
        assert!(n < 19);
    }
    let one_more = commission.post("/webhooks", &json!({"url": receiver.url("/")})).await;
    assert_eq!((one_more.status, one_more.code()), (409, "too-many-webhooks"));
}

async fn a_machine_client_keeps_webhooks_by_its_scope(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let (admin, commission) = (server.role(Role::Admin).await, server.commission().await);
    let client = async |name: &str, scopes: &[&str]| {
        let made = clients::client(&server, &admin, name, "commission", scopes).await;
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", made["client_id"].as_str().unwrap()),
            ("client_secret", made["client_secret"].as_str().unwrap()),
        ];
        let mut machine = server.stranger();
        let request = machine.request(Method::POST, "/oauth/token").form(&form);
        let token = machine.send(request).await.expect(200);
        machine.token = token.json["access_token"].as_str().map(str::to_owned);
        (made, machine)
    };
    let (_, reading) = client("只读平台", &["events:read"]).await;
    let (made, machine) = client("推送平台", &["webhooks:write", "projects:read"]).await;
    assert_eq!(reading.get("/webhooks").await.code(), "scope-missing");
    let hooked = hook(&machine, &receiver, &["unit.created"]).await;
    unit(&commission, "甲公司").await;
    receiver.wait_for_just(1).await;
    assert_eq!(commission.get("/webhooks").await.json["total"], 0);

    // Without the scope nothing more is sent; with it again, the missed messages are.
    let path = format!("/clients/{}", made["id"]);
    let less = json!({"scopes": ["projects:read"]});
    let version = made["version"].as_i64().unwrap();
    let changed = admin.patch(&path, version, &less).await.expect(200);
    unit(&commission, "乙公司").await;
    receiver.wait_for_just(1).await;
    let again = json!({"scopes": ["webhooks:write"]});
    let waits = admin.patch(&path, changed.json["version"].as_i64().unwrap(), &again).await;
    server.second_admin().await.approve(&waits).await.expect(200);
    let seen = receiver.wait_for_just(2).await;

    assert!(seen.iter().all(|m| m.is_signed_with(secret(&hooked))));
}

async fn a_repeated_request_runs_once(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let commission = server.commission().await;
    let made = hook(&commission, &receiver, &["unit.created"]).await;
    let twice = async |path: &str| {
        let first = with_key(&commission, &at(&made, path), "k", None).await;
        let again = with_key(&commission, &at(&made, path), "k", None).await;
        assert_eq!(again.header("idempotency-replayed"), "true", "{path}");
        assert_eq!((first.status, &first.json["id"]), (again.status, &again.json["id"]));
        first.json
    };
    let ping = twice("/test").await;
    receiver.wait_for_just(1).await;
    twice(&format!("/deliveries/{}/retry", ping["id"])).await;
    receiver.wait_for_just(2).await;
    twice("/secrets").await;

    let shown = commission.get(&at(&made, "")).await.expect(200);
    assert_eq!(shown.json["secrets"].as_array().unwrap().len(), 2);
}

//! Webhook deliveries: signed, retried, limited to visible events, neither lost nor duplicated,
//! non-blocking.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use major_projects::testing::Config;
use major_projects::testing::Role;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::Method;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tokio_rustls::TlsAcceptor;

use crate::commands::command;
use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::process::Process;
use crate::support::receiver::{Received, Receiver, Reply};
use crate::support::run::{OnEach, PATIENCE};
use crate::tests;

tests![
    OnEach;
    a_message_is_signed_and_says_what_the_feed_says,
    a_failed_message_is_sent_again_with_the_same_id_and_others_do_not_wait,
    an_overloaded_receiver_is_left_alone_as_long_as_it_asks,
    a_receiver_that_is_gone_disables_the_webhook,
    a_redirect_is_a_failure_and_is_not_followed,
    failed_connections_are_recorded_with_their_cause,
    a_receiver_behind_tls_needs_a_trusted_certificate,
    a_restart_loses_nothing_and_doubles_nothing,
    a_killed_process_leaves_its_messages_to_the_next,
    a_stopped_server_finishes_what_is_under_way,
    two_instances_send_each_message_once,
    a_slow_receiver_holds_up_neither_writes_nor_others,
    each_owner_is_sent_its_own_and_nothing_once_disabled,
    events_no_longer_visible_to_the_owner_are_not_sent,
];

/// Starts a server beside `app` that may send to these receivers.
pub async fn sending(app: &TestApp, receivers: &[&Receiver]) -> TestApp {
    let hosts: Vec<String> = receivers.iter().map(|r| r.address.to_string()).collect();
    let webhook_hosts = hosts.join(",").parse().unwrap();
    app.beside(Config { webhook_hosts, ..Config::for_tests() }).await
}

/// Creates a webhook for these event kinds. The answer contains its secret.
pub async fn hook(actor: &Actor, receiver: &Receiver, kinds: &[&str]) -> Value {
    let body = json!({"url": receiver.url("/hook"), "kinds": kinds});
    actor.post("/webhooks", &body).await.expect(201).json
}

/// Creates a unit, and so an event `unit.created`.
pub async fn unit(actor: &Actor, name: &str) -> i64 {
    actor.post("/units", &json!({"name": name, "kind": "enterprise"})).await.expect(201).id()
}

/// The deliveries of a webhook once `done` accepts them, oldest first.
pub async fn deliveries(
    actor: &Actor,
    hook: &Value,
    done: impl Fn(&[Value]) -> bool,
) -> Vec<Value> {
    let path = format!("/webhooks/{}/deliveries?limit=200", hook["id"]);
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let answer = actor.get(&path).await.expect(200);
        let mut items = answer.items().clone();
        items.reverse();
        if done(&items) {
            return items;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{}", actor.get(&path).await.text);
}

pub fn all_in(state: &'static str, count: usize) -> impl Fn(&[Value]) -> bool {
    move |items| items.iter().filter(|d| d["state"] == state).count() == count
}

/// True if `count` deliveries failed `attempts` times and wait for the next attempt.
pub fn waiting(count: usize, attempts: i64) -> impl Fn(&[Value]) -> bool {
    let waits = move |d: &Value| d["state"] == "pending" && d["attempts"] == attempts;
    move |items| items.iter().filter(|d| waits(d)).count() == count
}

fn names(messages: &[Received]) -> Vec<String> {
    let name = |message: &Received| {
        let changes = message.json()["data"]["changes"].as_array().cloned().unwrap_or_default();
        let named = changes.iter().find(|c| c["field"] == "name");
        named.map_or(String::new(), |c| c["after"].as_str().unwrap().to_owned())
    };
    messages.iter().map(name).collect()
}

fn ids(messages: &[Received]) -> BTreeSet<String> {
    messages.iter().map(|m| m.id().to_owned()).collect()
}

async fn a_message_is_signed_and_says_what_the_feed_says(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let commission = server.commission().await;
    unit(&commission, "先前公司").await;
    let made = hook(&commission, &receiver, &["unit.created", "unit.updated"]).await;
    commission.project("不相干", json!({})).await;
    let id = unit(&commission, "新公司").await;

    let message = receiver.wait_for_just(1).await.remove(0);

    let secret = made["secret"].as_str().unwrap();
    assert!(message.is_signed_with(secret));
    assert!(!message.is_signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    assert_eq!(message.signatures().len(), 1);
    assert_eq!(message.header("webhook-timestamp"), "1625104800");
    assert_eq!(message.header("content-type"), "application/json");
    assert_eq!(message.header("host"), receiver.address.to_string());
    assert!(message.header("user-agent").starts_with("major-projects/"));
    assert_eq!(message.path, "/hook");
    let feed = commission.get("/events?kind=unit.created&after=0").await.expect(200);
    let event = feed.items().iter().find(|e| e["subject_id"] == id).unwrap();
    let body = message.json();
    assert_eq!((&body["type"], &body["timestamp"]), (&json!("unit.created"), &event["at"]));
    assert_eq!(&body["data"], event, "the data is what the feed says");
    let listed = deliveries(&commission, &made, all_in("delivered", 1)).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["message_id"], message.id());
    assert_eq!(listed[0]["sequence"], event["sequence"]);
    assert_eq!((&listed[0]["attempts"], &listed[0]["response_status"]), (&json!(1), &json!(204)));
    assert_eq!((&listed[0]["next_attempt_at"], &listed[0]["error"]), (&Value::Null, &Value::Null));
}

async fn a_failed_message_is_sent_again_with_the_same_id_and_others_do_not_wait(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let commission = server.commission().await;
    let made = hook(&commission, &receiver, &["unit.created"]).await;
    receiver.answers(|_, before| Reply::Status(if before == 0 { 500 } else { 204 }));
    unit(&commission, "甲公司").await;
    let failed = deliveries(&commission, &made, waiting(1, 1)).await.remove(0);
    unit(&commission, "乙公司").await;

    let second = receiver.wait_for_just(2).await;
    assert_eq!(names(&second), ["甲公司", "乙公司"], "what comes later does not wait");
    server.clock.pass_seconds(7);
    let all = receiver.wait_for_just(3).await;

    assert_eq!(names(&all), ["甲公司", "乙公司", "甲公司"]);
    assert_eq!((all[0].id(), &all[0].body), (all[2].id(), &all[2].body));
    assert_ne!(all[0].id(), all[1].id());
    assert_eq!(all[2].header("webhook-timestamp"), "1625104807", "signed anew");
    assert!(all[2].is_signed_with(made["secret"].as_str().unwrap()));
    assert_eq!((&failed["error"], &failed["response_status"]), (&json!("status"), &json!(500)));
    let next = failed["next_attempt_at"].as_str().unwrap();
    assert!(("2021-07-01T02:00:05".."2021-07-01T02:00:07").contains(&next), "{next}");
    let done = deliveries(&commission, &made, all_in("delivered", 2)).await;
    assert_eq!(done.iter().map(|d| d["attempts"].clone()).collect::<Vec<_>>(), [2, 1]);
    assert_eq!((&done[0]["error"], &done[0]["error_detail"]), (&Value::Null, &json!("")));
}

async fn an_overloaded_receiver_is_left_alone_as_long_as_it_asks(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let commission = server.commission().await;
    let made = hook(&commission, &receiver, &["unit.created"]).await;
    receiver.answers(|_, _| Reply::With(503, "Retry-After: 600".to_owned()));
    unit(&commission, "甲公司").await;

    let asked = deliveries(&commission, &made, waiting(1, 1)).await;

    assert_eq!(asked[0]["next_attempt_at"], "2021-07-01T02:10:00.000000Z");
    server.clock.pass_seconds(599);
    receiver.wait_for_just(1).await;
    receiver.answers(|_, _| Reply::Status(200));
    server.clock.pass_seconds(1);
    receiver.wait_for_just(2).await;
}

async fn a_receiver_that_is_gone_disables_the_webhook(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let commission = server.commission().await;
    let made = hook(&commission, &receiver, &["unit.created"]).await;
    let path = format!("/webhooks/{}", made["id"]);
    receiver.answers(|_, _| Reply::Status(410));
    unit(&commission, "甲公司").await;
    let failed = deliveries(&commission, &made, all_in("failed", 1)).await.remove(0);
    unit(&commission, "乙公司").await;
    unit(&commission, "丙公司").await;

    receiver.wait_for_just(1).await;
    let gone = commission.get(&path).await.expect(200);
    assert_eq!(
        (&gone.json["disabled_because"], &failed["error"]),
        (&json!("gone"), &json!("gone"))
    );
    assert_eq!(gone.json["disabled_at"], "2021-07-01T02:00:00.000000Z");
    for step in ["test".to_owned(), format!("deliveries/{}/retry", failed["id"])] {
        let refused = commission.step(&format!("{path}/{step}")).await;
        assert_eq!((refused.status, refused.code()), (409, "webhook-disabled"), "{step}");
    }
    receiver.answers(|_, _| Reply::Status(200));
    let version = gone.json["version"].as_i64().unwrap();
    let enabled = commission.patch(&path, version, &json!({"disabled": false})).await.expect(200);
    let after = receiver.wait_for_just(3).await;

    assert_eq!(enabled.json["disabled_because"], Value::Null);
    assert_eq!(names(&after[1..]), ["乙公司", "丙公司"], "it goes on where it stopped");
    let auditor = server.role(Role::Auditor).await;
    let events = auditor.get("/events?kind=webhook.disabled").await.expect(200);
    assert_eq!(events.items()[0]["subject_id"], made["id"]);
    let hidden = commission.get("/events?kind=webhook.disabled").await.expect(200);
    assert!(
        hidden.items().is_empty(),
        "what is done to webhooks is their owners' and the auditor's"
    );
}

async fn a_redirect_is_a_failure_and_is_not_followed(app: TestApp) {
    let (receiver, elsewhere) = (Receiver::start().await, Receiver::start().await);
    let server = sending(&app, &[&receiver, &elsewhere]).await;
    let commission = server.commission().await;
    let made = hook(&commission, &receiver, &["unit.created"]).await;
    let location = format!("Location: {}", elsewhere.url("/hook"));
    receiver.answers(move |_, _| Reply::With(307, location.clone()));
    unit(&commission, "甲公司").await;

    let failed = deliveries(&commission, &made, waiting(1, 1)).await.remove(0);

    assert_eq!((&failed["error"], &failed["response_status"]), (&json!("redirected"), &json!(307)));
    assert!(failed["error_detail"].as_str().unwrap().contains("不会跟随"));
    receiver.wait_for_just(1).await;
    assert!(elsewhere.seen().is_empty());
    let path = format!("/webhooks/{}/deliveries/{}", made["id"], failed["id"]);
    let request = commission.request(Method::GET, &path).header("Accept-Language", "en");
    let english = commission.send(request).await.expect(200);
    assert!(english.json["error_detail"].as_str().unwrap().contains("never followed"));
}

async fn failed_connections_are_recorded_with_their_cause(app: TestApp) {
    let receiver = Receiver::start().await;
    // Nothing listens at this address any more.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let hosts = format!("{},{closed},nowhere.invalid", receiver.address);
    let config = Config { webhook_hosts: hosts.parse().unwrap(), ..Config::for_tests() };
    let server = app.beside(config).await;
    let commission = server.commission().await;
    receiver.answers(|_, _| Reply::Noise);
    for (url, error) in [
        (receiver.url("/"), "broken_off"),
        (format!("http://{closed}/"), "not_connected"),
        ("https://nowhere.invalid/".to_owned(), "not_resolved"),
    ] {
        let body = json!({"url": url, "kinds": ["bulletin.published"]});
        let made = commission.post("/webhooks", &body).await.expect(201).json;
        let test = format!("/webhooks/{}/test", made["id"]);
        let ping = commission.step(&test).await.expect(201);

        let failed = deliveries(&commission, &made, waiting(1, 1)).await.remove(0);

        assert_eq!((&failed["id"], &failed["kind"]), (&ping.json["id"], &json!("webhook.ping")));
        assert_eq!((&failed["error"], &failed["response_status"]), (&json!(error), &Value::Null));
        assert!(failed["error_detail"].as_str().unwrap().len() > 10);
    }
}

/// A receiver behind TLS, and the certificate of its authority.
async fn behind_tls() -> (Receiver, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let own = own.signed_by(&key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let secret = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = config.with_single_cert(vec![own.der().clone()], secret).unwrap();
    let receiver = Receiver::start_with(Some(TlsAcceptor::from(Arc::new(config)))).await;
    (receiver, issuer.pem())
}

async fn a_receiver_behind_tls_needs_a_trusted_certificate(app: TestApp) {
    let (receiver, authority) = behind_tls().await;
    let file = app.database.folder.path().join("authority.pem");
    std::fs::write(&file, authority).unwrap();
    let url = receiver.url("/hook").replace("http:", "https:");
    let webhook_hosts: major_projects::testing::AllowedHosts =
        receiver.address.to_string().parse().unwrap();
    let config = Config { webhook_hosts: webhook_hosts.clone(), ..Config::for_tests() };
    let server = app.beside(config.clone()).await;
    let commission = server.commission().await;
    let body = json!({"url": url, "kinds": ["unit.created"]});
    let made = commission.post("/webhooks", &body).await.expect(201).json;
    unit(&commission, "甲公司").await;

    let refused = deliveries(&commission, &made, waiting(1, 1)).await;
    assert_eq!(refused[0]["error"], "tls");
    server.server.stop().await.unwrap();
    let trusting = app.beside(Config { webhook_ca_file: Some(file), ..config }).await;
    trusting.clock.pass_seconds(10);
    let message = receiver.wait_for_just(1).await.remove(0);

    assert!(message.is_signed_with(made["secret"].as_str().unwrap()));
    assert_eq!(message.json()["type"], "unit.created");
}

async fn a_restart_loses_nothing_and_doubles_nothing(app: TestApp) {
    let receiver = Receiver::start().await;
    let first = sending(&app, &[&receiver]).await;
    let commission = first.commission().await;
    let made = hook(&commission, &receiver, &["unit.created"]).await;
    receiver.answers(|_, before| if before == 2 { Reply::Hold } else { Reply::Status(204) });
    for n in 0..6 {
        unit(&commission, &format!("公司{n}")).await;
    }
    receiver.wait_for(3).await;
    // Stopped like a killed process: nothing is recorded any more.
    drop(first.server);
    receiver.release();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(receiver.seen().len(), 3, "the rest waits for the next server");

    let next = sending(&app, &[&receiver]).await;
    receiver.wait_for_just(3).await;
    next.clock.pass_seconds(61);
    let all = receiver.wait_for_just(7).await;

    let (before, after) = (names(&all[..3]), names(&all[3..]));
    assert_eq!(before, ["公司0", "公司1", "公司2"]);
    // The message in progress is sent again with the same id; acknowledged ones are not.
    assert_eq!(after, ["公司2", "公司3", "公司4", "公司5"]);
    assert_eq!((all[2].id(), ids(&all).len()), (all[3].id(), 6));
    let done = deliveries(&next.commission().await, &made, all_in("delivered", 6)).await;
    assert_eq!(done.len(), 6);
}

async fn a_killed_process_leaves_its_messages_to_the_next(app: TestApp) {
    let receiver = Receiver::start().await;
    receiver.answers(|_, _| Reply::Status(503));
    app.add_user("commission", Role::Commission, None, None, false).await;
    let hosts = receiver.address.to_string();
    let serve = |address: &str| {
        let arguments = ["serve", "--webhook-hosts", &hosts, "--listen", address];
        let mut serving = command(&app, &arguments);
        serving.env("RUST_LOG", "error").stdout(Stdio::null()).stderr(Stdio::null());
        Process::start(&mut serving)
    };
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut child = serve(&address.to_string());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let base = format!("http://{address}/api/v1");
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if client.get(format!("http://{address}/readyz")).send().await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let stranger = Actor::new(client.clone(), base.clone(), None);
    let who = json!({"username": "commission", "password": crate::support::app::PASSWORD});
    let session = stranger.post("/sessions", &who).await.expect(201);
    let token = session.json["access_token"].as_str().unwrap().to_owned();
    let commission = Actor::new(client, base, Some(token));
    let made = hook(&commission, &receiver, &["unit.created"]).await;
    for n in 0..3 {
        unit(&commission, &format!("公司{n}")).await;
    }
    deliveries(&commission, &made, waiting(3, 1)).await;
    child.kill().unwrap();
    child.wait().unwrap();
    let (failed, before) = (ids(&receiver.seen()), receiver.seen().len());
    receiver.answers(|_, _| Reply::Status(204));

    let mut next = serve(&address.to_string());
    let all = receiver.wait_for_just(before + 3).await;
    next.kill().unwrap();
    next.wait().unwrap();

    assert_eq!(ids(&all[before..]), failed, "each once, by the id it had");
    assert_eq!(failed.len(), 3);
    assert!(all.iter().all(|m| m.is_signed_with(made["secret"].as_str().unwrap())));
}

async fn a_stopped_server_finishes_what_is_under_way(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let commission = server.commission().await;
    let made = hook(&commission, &receiver, &["unit.created"]).await;
    receiver.answers(|_, _| Reply::Hold);
    unit(&commission, "甲公司").await;
    unit(&commission, "乙公司").await;
    receiver.wait_for(1).await;

    let stopping = tokio::spawn(server.server.stop());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!stopping.is_finished(), "it waits for the answer");
    receiver.release();
    stopping.await.unwrap().unwrap();

    assert_eq!(receiver.seen().len(), 1, "and begins nothing new");
    let commission = app.commission().await;
    let left = deliveries(&commission, &made, all_in("delivered", 1)).await;
    assert_eq!((&left[0]["state"], &left[1]["state"]), (&json!("delivered"), &json!("pending")));
    // A released webhook can be leased at once.
    let _next = sending(&app, &[&receiver]).await;
    assert_eq!(names(&receiver.wait_for_just(2).await), ["甲公司", "乙公司"]);
}

async fn two_instances_send_each_message_once(app: TestApp) {
    let receiver = Receiver::start().await;
    let one = sending(&app, &[&receiver]).await;
    let two = sending(&app, &[&receiver]).await;
    let commission = one.commission().await;
    let mut other = two.stranger();
    other.token.clone_from(&commission.token);
    let hooks = [
        hook(&commission, &receiver, &["unit.created"]).await,
        hook(&other, &receiver, &["unit.created"]).await,
    ];
    let write = async |n: usize| {
        let actor = if n.is_multiple_of(2) { &commission } else { &other };
        unit(actor, &format!("公司{n}")).await
    };
    futures_util::future::join_all((0..40).map(write)).await;

    let all = receiver.wait_for_just(80).await;

    assert_eq!(ids(&all).len(), 80, "each message once");
    for made in &hooks {
        let secret = made["secret"].as_str().unwrap();
        let mine: Vec<Received> =
            all.iter().filter(|m| m.is_signed_with(secret)).cloned().collect();
        let sequences: Vec<i64> =
            mine.iter().map(|m| m.json()["data"]["sequence"].as_i64().unwrap()).collect();
        assert_eq!(mine.len(), 40);
        assert!(sequences.is_sorted_by(|a, b| a < b), "in the order of the feed: {sequences:?}");
    }
}

async fn a_slow_receiver_holds_up_neither_writes_nor_others(app: TestApp) {
    let (slow, quick) = (Receiver::start().await, Receiver::start().await);
    let server = sending(&app, &[&slow, &quick]).await;
    let commission = server.commission().await;
    let held = hook(&commission, &slow, &["unit.created"]).await;
    hook(&commission, &quick, &["unit.created"]).await;
    slow.answers(|_, _| Reply::Hold);
    unit(&commission, "甲公司").await;
    slow.wait_for(1).await;

    // The receiver holds the request while the following is answered and delivered.
    for n in 0..20 {
        unit(&commission, &format!("公司{n}")).await;
    }
    quick.wait_for(21).await;

    assert_eq!(slow.seen().len(), 1, "one at a time per webhook");
    assert_eq!(deliveries(&commission, &held, all_in("pending", 21)).await.len(), 21);
    slow.release();
    slow.wait_for_just(21).await;
    assert_eq!(ids(&slow.seen()).len(), 21);
}

async fn each_owner_is_sent_its_own_and_nothing_once_disabled(app: TestApp) {
    let (unit_s, all_s, one_s) =
        (Receiver::start().await, Receiver::start().await, Receiver::start().await);
    let server = sending(&app, &[&unit_s, &all_s, &one_s]).await;
    let commission = server.commission().await;
    let (mine, other) =
        (commission.project("甲", json!({})).await, commission.project("乙", json!({})).await);
    let own = server.unit("甲公司").await;
    commission.assign(mine, &[(server.unit_id("甲公司").await, "owner")]).await;
    let made = hook(&own, &unit_s, &["report.confirmed"]).await;
    hook(&commission, &all_s, &["report.confirmed"]).await;
    let of_one = json!({"url": one_s.url("/"), "project_id": other});
    commission.post("/webhooks", &of_one).await.expect(201);
    let hidden = json!({"url": unit_s.url("/"), "project_id": other});
    let refused = own.post("/webhooks", &hidden).await;
    assert_eq!((refused.status, refused.errors()[0].0.as_str()), (422, "/project_id"));

    commission.confirmed(mine, "2021-05", "5.00").await;
    commission.confirmed(other, "2021-05", "6.00").await;

    let project = |m: &Received| m.json()["data"]["project_id"].as_i64().unwrap();
    let everything = all_s.wait_for_just(2).await;
    assert_eq!(everything.iter().map(project).collect::<Vec<_>>(), [mine, other]);
    assert_eq!(unit_s.wait_for_just(1).await.iter().map(project).collect::<Vec<_>>(), [mine]);
    assert!(one_s.wait_for(3).await.iter().all(|m| project(m) == other));
    let admin = server.role(Role::Admin).await;
    let users = admin.get("/users?limit=200").await.expect(200);
    let user = users.items().iter().find(|u| u["role"] == "unit").unwrap().clone();
    let path = format!("/users/{}", user["id"]);
    admin
        .patch(&path, user["version"].as_i64().unwrap(), &json!({"disabled": true}))
        .await
        .expect(200);
    commission.confirmed(mine, "2021-06", "7.00").await;
    all_s.wait_for_just(3).await;
    unit_s.wait_for_just(1).await;

    // After enabling, it receives the missed messages.
    let version = admin.get(&path).await.json["version"].as_i64().unwrap();
    admin.patch(&path, version, &json!({"disabled": false})).await.expect(200);
    let after = unit_s.wait_for_just(2).await;
    assert!(after.iter().all(|m| m.is_signed_with(made["secret"].as_str().unwrap())));
}

async fn events_no_longer_visible_to_the_owner_are_not_sent(app: TestApp) {
    let receiver = Receiver::start().await;
    let server = sending(&app, &[&receiver]).await;
    let commission = server.commission().await;
    let project = commission.project("甲", json!({})).await;
    let mine = server.unit("甲公司").await;
    commission.assign(project, &[(server.unit_id("甲公司").await, "owner")]).await;
    let made = hook(&mine, &receiver, &["report.confirmed", "unit.created"]).await;
    receiver.answers(|_, _| Reply::Status(500));
    commission.confirmed(project, "2021-05", "5.00").await;
    deliveries(&mine, &made, waiting(1, 1)).await;
    commission.assign(project, &[(server.unit_id("乙公司").await, "owner")]).await;
    receiver.answers(|_, _| Reply::Status(200));
    server.clock.pass_seconds(10);
    let out = deliveries(&mine, &made, all_in("failed", 1)).await.remove(0);
    unit(&commission, "丙公司").await;

    let seen = receiver.wait_for_just(2).await;

    assert_eq!(out["error"], "out_of_sight");
    assert_eq!(names(&seen[1..]), ["丙公司"]);
}

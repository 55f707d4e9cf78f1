//! Machine clients of the commission and the auditor wait for a second person.

use major_projects::testing::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::clients;
use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::browser::{Browser, words};
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_new_client_waits_and_is_made_without_a_secret,
    other_clients_wait_for_nobody,
    more_scopes_wait_and_fewer_do_not,
    a_client_that_gets_tokens_again_waits,
    a_client_that_gets_tokens_for_longer_waits,
    the_proposer_cannot_approve_nor_a_client_propose,
    what_has_changed_meanwhile_makes_the_proposal_stale,
    a_repeated_request_makes_one_proposal,
    the_pages_propose_and_approve_a_client,
];

fn platform(role: &str) -> Value {
    json!({"name": format!("{role} 平台"), "role": role, "scopes": ["events:read"]})
}

async fn secret_of(admin: &Actor, client: &Value) -> Value {
    admin.step(&format!("/clients/{client}/secrets")).await.expect(201).json
}

async fn a_new_client_waits_and_is_made_without_a_secret(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    for (before, role) in [(0, "commission"), (1, "auditor")] {
        let waits = admin.post("/clients", &platform(role)).await.expect(202);
        assert_eq!(admin.get("/clients").await.json["total"], before, "{role}");
        let approved = second.approve(&waits).await.expect(200);

        assert_eq!(waits.header("location"), format!("/api/v1/proposals/{}", waits.id()));
        assert_eq!(
            (&waits.json["kind"], &waits.json["subject_kind"], &waits.json["subject_id"]),
            (&json!("client_creation"), &json!("client"), &Value::Null)
        );
        assert_eq!(
            waits.json["effects"],
            json!([
                {"field": "name", "before": null, "after": format!("{role} 平台")},
                {"field": "role", "before": null, "after": role},
                {"field": "scopes", "before": null, "after": ["events:read"]},
            ])
        );
        assert!(!waits.text.contains("mps_"), "{}", waits.text);
        let id = &approved.json["subject_id"];
        let made = admin.get(&format!("/clients/{id}")).await.expect(200);
        assert_eq!((&made.json["role"], &made.json["secrets"]), (&json!(role), &json!([])));
        let with_secret = secret_of(&admin, id).await;
        clients::machine(&app, &with_secret).await.get("/events?after=0").await.expect(200);
        // It is taken away without anybody else.
        let version = with_secret["version"].as_i64().unwrap();
        let path = format!("/clients/{id}");
        admin.patch(&path, version, &json!({"disabled": true})).await.expect(200);
        admin.patch(&path, version + 1, &json!({"name": format!("{role} 旧")})).await.expect(200);
    }
    assert_eq!(second.get("/proposals?state=open").await.json["total"], 0);
}

async fn other_clients_wait_for_nobody(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let body = json!({"name": "查看平台", "role": "viewer", "scopes": ["projects:read"]});

    let made = admin.post("/clients", &body).await.expect(201);
    let path = format!("/clients/{}", made.id());
    let more = json!({"scopes": ["projects:read", "summaries:read"]});
    admin.patch(&path, 2, &more).await.expect(200);
    admin.patch(&path, 3, &json!({"disabled": true})).await.expect(200);
    admin.patch(&path, 4, &json!({"disabled": false})).await.expect(200);

    assert_eq!(admin.get("/proposals").await.json["total"], 0);
}

async fn commission_client(app: &TestApp, admin: &Actor) -> (String, i64, Value) {
    let made = clients::client(app, admin, "平台", "commission", &["projects:read"]).await;
    (format!("/clients/{}", made["id"]), made["version"].as_i64().unwrap(), made)
}

async fn more_scopes_wait_and_fewer_do_not(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let (path, version, _) = commission_client(&app, &admin).await;
    let more = json!({"scopes": ["projects:read", "summaries:read"], "name": "新平台"});

    admin.patch(&path, version + 9, &more).await.expect(412);
    let waits = admin.patch(&path, version, &more).await.expect(202);
    let before = admin.get(&path).await.expect(200);
    second.approve(&waits).await.expect(200);
    let after = admin.get(&path).await.expect(200);

    assert_eq!(waits.json["kind"], "client_change");
    assert_eq!(
        waits.json["effects"],
        json!([
            {"field": "name", "before": "平台", "after": "新平台"},
            {"field": "scopes", "before": ["projects:read"], "after": ["projects:read", "summaries:read"]},
        ])
    );
    assert_eq!((&before.json["name"], &before.json["version"]), (&json!("平台"), &json!(version)));
    assert_eq!(after.json["name"], "新平台");
    assert_eq!(after.json["scopes"], json!(["projects:read", "summaries:read"]));
    let version = after.json["version"].as_i64().unwrap();
    admin.patch(&path, version, &json!({"scopes": ["projects:read"]})).await.expect(200);
    admin.patch(&path, version + 1, &json!({"name": "平台"})).await.expect(200);
}

async fn a_client_that_gets_tokens_again_waits(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let (path, version, _) = commission_client(&app, &admin).await;

    admin.patch(&path, version, &json!({"disabled": true})).await.expect(200);
    // Whatever else is changed of one that gets no tokens, such as its end.
    let ends = json!({"expires_at": "2021-07-01T03:00:00Z"});
    admin.patch(&path, version + 1, &ends).await.expect(200);
    let enabled = admin.patch(&path, version + 2, &json!({"disabled": false})).await.expect(202);
    assert!(admin.get(&path).await.json["disabled_at"].is_string());
    second.approve(&enabled).await.expect(200);
    assert!(admin.get(&path).await.json["disabled_at"].is_null());

    // After its end a later one is a grant too.
    app.clock.pass_hours(2);
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let later = admin.patch(&path, version + 3, &json!({"expires_at": null})).await.expect(202);
    second.approve(&later).await.expect(200);
    assert!(admin.get(&path).await.json["expires_at"].is_null());
}

async fn a_client_that_gets_tokens_for_longer_waits(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let (path, version, _) = commission_client(&app, &admin).await;
    let ends = |at: &str| json!({"expires_at": at});

    // A first end, and an earlier one, give less.
    admin.patch(&path, version, &ends("2021-09-01T00:00:00Z")).await.expect(200);
    admin.patch(&path, version + 1, &ends("2021-08-01T00:00:00Z")).await.expect(200);
    let later = admin.patch(&path, version + 2, &ends("2021-08-02T00:00:00Z")).await.expect(202);
    let never = admin.patch(&path, version + 2, &json!({"expires_at": null})).await.expect(202);
    assert_eq!(admin.get(&path).await.json["expires_at"], "2021-08-01T00:00:00.000000Z");
    second.approve(&later).await.expect(200);
    assert_eq!(admin.get(&path).await.json["expires_at"], "2021-08-02T00:00:00.000000Z");
    assert_eq!(second.approve(&never).await.expect(409).code(), "proposal-stale");
}

async fn the_proposer_cannot_approve_nor_a_client_propose(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let waits = admin.post("/clients", &platform("commission")).await.expect(202);

    let own = admin.approve(&waits).await.expect(403);
    assert_eq!(own.code(), "second-person-needed");
    app.commission().await.approve(&waits).await.expect(403);
    second.approve(&waits).await.expect(200);

    // An account with the id of a client gains nothing by it.
    let (path, version, _) = commission_client(&app, &admin).await;
    let more = json!({"scopes": ["projects:read", "events:read"]});
    let waits = admin.patch(&path, version, &more).await.expect(202);
    let refused = json!({"reason": "不需要"});
    let request = second.request(Method::POST, &format!("/proposals/{}/refusal", waits.id()));
    let refused = second.send(request.header("If-Match", "\"1\"").json(&refused)).await;
    assert_eq!(refused.expect(200).json["state"], "refused");
    assert_eq!(admin.get(&path).await.json["scopes"], json!(["projects:read"]));
}

async fn what_has_changed_meanwhile_makes_the_proposal_stale(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let taken = admin.post("/clients", &platform("commission")).await.expect(202);
    let same = json!({"name": "commission 平台", "role": "viewer", "scopes": ["projects:read"]});
    admin.post("/clients", &same).await.expect(201);
    let (path, version, _) = commission_client(&app, &admin).await;
    let more = json!({"scopes": ["projects:read", "events:read"]});
    let outdated = admin.patch(&path, version, &more).await.expect(202);
    admin.patch(&path, version, &json!({"name": "改名"})).await.expect(200);

    for waits in [&taken, &outdated] {
        let refused = second.approve(waits).await.expect(409);
        assert_eq!(refused.code(), "proposal-stale");
        let shown = admin.get(&format!("/proposals/{}", waits.id())).await.expect(200);
        assert_eq!(shown.json["state"], "stale");
    }
    // A name in use is refused at once.
    admin.post("/clients", &platform("commission")).await.expect(409);
}

async fn a_repeated_request_makes_one_proposal(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let post = async || {
        let request = admin.request(Method::POST, "/clients").header("Idempotency-Key", "once");
        admin.send(request.json(&platform("auditor"))).await.expect(202)
    };

    let (first, again) = (post().await, post().await);

    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(first.text, again.text);
    assert_eq!(admin.get("/proposals").await.json["total"], 1);
}

async fn the_pages_propose_and_approve_a_client(app: TestApp) {
    app.role(Role::Admin).await;
    app.second_admin().await;
    let (admin, second) =
        (Browser::log_in(&app, "admin").await, Browser::log_in(&app, "second.admin").await);
    let new = [("name", "直报平台"), ("role", "commission"), ("scopes", "projects:read")];

    let said = admin.post_form("/clients", &new).await.expect(303);
    assert_eq!(said.location, "/accounts?said=client-waits");
    let waiting = second.open("/accounts").await;
    assert!(words(&waiting).contains("新建接口客户端"), "{}", words(&waiting));
    let end = waiting.find("/approval\"").unwrap();
    let start = waiting[..end].rfind("/accounts/proposals/").unwrap();
    let path = format!("{}/approval", &waiting[start..end]);
    second.post_form(&path, &[("version", "1")]).await.expect(303);

    let list = admin.open("/clients").await;
    assert!(words(&list).contains("直报平台"), "{}", words(&list));
    let id = list.split("href=\"/clients/").nth(1).unwrap().split('"').next().unwrap();
    let page = format!("/clients/{id}");
    assert!(words(&admin.open(&page).await).contains("没有有效密钥"));
    admin.post_form(&format!("{page}/secrets"), &[]).await.expect(200);
    let more = [
        ("version", "2"),
        ("name", "直报平台"),
        ("scopes", "projects:read"),
        ("scopes", "events:read"),
    ];
    let said = admin.post_form(&page, &more).await.expect(303);
    assert_eq!(said.location, "/accounts?said=account-waits");
    assert!(second.open("/accounts").await.contains(&format!("href=\"{page}\"")));
}

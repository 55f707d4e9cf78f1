//! Machine clients: token requests, limits of scope and role, rotation and disabling.

use std::collections::BTreeMap;

use major_projects::testing::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::access::call;
use crate::documents::{document, operations};
use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_client_gets_a_token_and_its_events_name_it,
    a_token_is_limited_to_its_scopes_and_role,
    a_scope_that_the_role_cannot_use_is_refused,
    the_client_of_the_readme_reads_what_its_scopes_name,
    operations_take_the_scopes_that_the_document_states,
    secrets_rotate_without_a_gap_and_end_at_once,
    disabling_expiry_and_fewer_scopes_take_effect_at_once,
    token_request_errors_have_the_oauth_format,
    a_secret_is_shown_once_and_kept_nowhere,
    nobody_can_log_in_to_the_account_of_a_client,
];

/// Creates a client in `role` with these scopes, approved by a second administrator if it waits for
/// one. The answer contains its secret.
pub async fn client(
    app: &TestApp,
    admin: &Actor,
    name: &str,
    role: &str,
    scopes: &[&str],
) -> Value {
    let body = json!({"name": name, "role": role, "scopes": scopes});
    let made = admin.post("/clients", &body).await;
    if made.status == 201 {
        return made.json;
    }
    let approved = app.second_admin().await.approve(&made).await.expect(200);
    let secrets = format!("/clients/{}/secrets", approved.json["subject_id"]);
    admin.step(&secrets).await.expect(201).json
}

async fn token(app: &TestApp, client: &Value, secret: &str, scope: Option<&str>) -> Answer {
    let stranger = app.stranger();
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", client["client_id"].as_str().unwrap()),
        ("client_secret", secret),
    ];
    form.extend(scope.map(|scope| ("scope", scope)));
    stranger.send(stranger.request(Method::POST, "/oauth/token").form(&form)).await
}

/// An actor with a token for all scopes of the client.
pub async fn machine(app: &TestApp, client: &Value) -> Actor {
    let secret = client["client_secret"].as_str().unwrap();
    bearer(app, &token(app, client, secret, None).await.expect(200))
}

fn bearer(app: &TestApp, answer: &Answer) -> Actor {
    let mut actor = app.stranger();
    actor.token = answer.json["access_token"].as_str().map(str::to_owned);
    actor
}

async fn a_client_gets_a_token_and_its_events_name_it(app: TestApp) {
    let (admin, commission) = (app.role(Role::Admin).await, app.commission().await);
    let scopes = ["projects:write", "projects:read", "reports:write", "issues:write"];
    let made = client(&app, &admin, "审批平台", "commission", &scopes).await;
    let secret = made["client_secret"].as_str().unwrap();

    let answer = token(&app, &made, secret, None).await.expect(200);
    let stranger = app.stranger();
    let basic = stranger.request(Method::POST, "/oauth/token");
    let basic = basic.basic_auth(made["client_id"].as_str().unwrap(), Some(secret));
    let basic =
        stranger.send(basic.form(&[("grant_type", "client_credentials")])).await.expect(200);

    assert_eq!(answer.json["token_type"], "Bearer");
    assert_eq!(answer.json["expires_in"], 900);
    assert_eq!(answer.json["scope"], "projects:read projects:write reports:write issues:write");
    assert_eq!(answer.json["scope"], basic.json["scope"]);
    assert_eq!(answer.header("cache-control"), "no-store");
    let machine = bearer(&app, &answer);
    let project = machine.project("甲", json!({})).await;
    let path = format!("/projects/{project}/reports/2021-05");
    machine.create(&path, &json!({"completed_wan": "5.00"})).await.expect(201);
    machine.step(&format!("{path}/submission")).await.expect(200);
    let history = commission.get(&format!("/projects/{project}/history")).await.expect(200);
    for event in history.items() {
        assert_eq!((&event["actor_kind"], &event["actor"]), (&json!("client"), &json!("审批平台")));
        assert_eq!(event["actor_id"], made["id"]);
    }
    let shown = admin.get(&format!("/clients/{}", made["id"])).await.expect(200);
    assert_eq!(shown.json["last_used_at"], "2021-07-01T02:00:00.000000Z");
    assert_eq!(shown.json["secrets"][0]["last_used_at"], shown.json["last_used_at"]);
}

async fn a_token_is_limited_to_its_scopes_and_role(app: TestApp) {
    let (admin, commission) = (app.role(Role::Admin).await, app.commission().await);
    let mine = commission.project("甲", json!({})).await;
    let other = commission.project("乙", json!({})).await;
    app.unit("甲公司").await;
    let unit = app.unit_id("甲公司").await;
    commission.assign(mine, &[(unit, "owner")]).await;
    let body = json!({"name": "企业端", "role": "unit", "unit_id": unit,
        "scopes": ["projects:read", "projects:write", "reports:review"]});
    let made = admin.post("/clients", &body).await.expect(201).json;
    let secret = made["client_secret"].as_str().unwrap();
    let all = machine(&app, &made).await;
    let less = bearer(&app, &token(&app, &made, secret, Some("projects:read")).await.expect(200));

    let listed = all.get("/projects").await.expect(200);
    assert_eq!((&listed.json["total"], &listed.items()[0]["id"]), (&json!(1), &json!(mine)));
    assert_eq!(all.get(&format!("/projects/{other}")).await.status, 404);
    assert_eq!(less.get(&format!("/projects/{mine}")).await.status, 200);
    let patch = json!({"content": "新的内容"});
    let lacking = less.patch(&format!("/projects/{mine}"), 2, &patch).await;
    assert_eq!((lacking.status, lacking.code()), (403, "scope-missing"));
    assert!(lacking.json["detail"].as_str().unwrap().contains("projects:write"));
    // The scope permits it, but the role does not.
    let refused = all.post("/projects", &json!({})).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    assert_eq!(all.get("/summaries/trend?year=2021").await.code(), "scope-missing");
    let boss = client(&app, &admin, "总平台", "commission", &["reference:read"]).await;
    let closing = machine(&app, &boss).await.step("/reporting-months/2021-05/closing").await;
    assert_eq!((closing.status, closing.code()), (403, "forbidden"));
}

async fn a_scope_that_the_role_cannot_use_is_refused(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let body = json!({"name": "平台", "role": "viewer",
        "scopes": ["projects:read", "events:read", "reference:write"]});

    let refused = admin.post("/clients", &body).await;

    assert_eq!(refused.status, 422);
    let unusable = |pointer: &str| (pointer.to_owned(), "scope-not-of-role".to_owned());
    assert_eq!(refused.errors(), [unusable("/scopes/1"), unusable("/scopes/2")]);
    let told = refused.json["errors"][0]["detail"].as_str().unwrap();
    assert!(told.contains("events:read") && told.contains("审计"), "{told}");
    assert_eq!(admin.get("/clients").await.expect(200).json["total"], 0);

    let made = client(&app, &admin, "平台", "viewer", &["projects:read"]).await;
    let path = format!("/clients/{}", made["id"]);
    let version = made["version"].as_i64().unwrap();
    let more = json!({"scopes": ["projects:read", "webhooks:write"]});
    assert_eq!(admin.patch(&path, version, &more).await.errors(), [unusable("/scopes/1")]);
    admin.patch(&path, version, &json!({"name": "新平台"})).await.expect(200);
}

async fn the_client_of_the_readme_reads_what_its_scopes_name(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let readme = include_str!("../../README.md");
    let command = readme.split_once("major-projects client add ").unwrap().1;
    let words: Vec<&str> = command.split('`').next().unwrap().split_whitespace().collect();
    let after = |option: &str| -> Vec<&str> {
        words.windows(2).filter(|pair| pair[0] == option).map(|pair| pair[1]).collect()
    };

    let made = client(&app, &admin, words[0], after("--role")[0], &after("--scope")).await;

    let machine = machine(&app, &made).await;
    assert_eq!(after("--scope"), ["projects:read", "events:read"]);
    machine.get("/projects").await.expect(200);
    machine.get("/events?after=0").await.expect(200);
}

/// The document states for each operation which scopes and roles it takes: a machine client with
/// one of them is let in, one with all others is not.
async fn operations_take_the_scopes_that_the_document_states(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let document = document();
    let known = &document["components"]["securitySchemes"]["oauth"]["flows"]["clientCredentials"];
    let known: Vec<&str> =
        known["scopes"].as_object().unwrap().keys().map(String::as_str).collect();
    let (mut with, mut without) = (BTreeMap::new(), BTreeMap::new());
    for scope in &known {
        let others: Vec<&str> = known.iter().copied().filter(|other| other != scope).collect();
        let made = client(&app, &admin, &format!("只有 {scope}"), "commission", &[scope]).await;
        with.insert(*scope, machine(&app, &made).await);
        let made = client(&app, &admin, &format!("没有 {scope}"), "commission", &others).await;
        without.insert(*scope, machine(&app, &made).await);
    }
    let nonsense = json!({"nonsense": true});
    let mut tried = 0;
    for (path, method, operation) in operations(&document) {
        let scopes = operation["x-required-scopes"].as_array().cloned().unwrap_or_default();
        let roles = operation["x-roles"].as_array().cloned().unwrap_or_default();
        let at = format!("{method} {path}");
        let mut stated = vec![json!({"bearer": []})];
        stated.extend(scopes.iter().map(|scope| json!({"oauth": [scope]})));
        if operation["security"].as_array().unwrap().is_empty() {
            assert!(scopes.is_empty() && roles.is_empty(), "{at}");
            continue;
        }
        if scopes.is_empty() {
            let everybody = roles.len() == Role::ALL.len();
            stated.extend(everybody.then(|| json!({"oauth": []})));
        }
        assert_eq!(operation["security"], json!(stated), "{at}");
        if !roles.contains(&json!("commission")) {
            continue;
        }
        for scope in &scopes {
            let status =
                call(&with[scope.as_str().unwrap()], &method, &path, Some(&nonsense)).await;
            assert!(![401, 403].contains(&status), "{at} with {scope}: {status}");
        }
        if let [scope] = scopes.as_slice() {
            let lacking = &without[scope.as_str().unwrap()];
            assert_eq!(call(lacking, &method, &path, Some(&nonsense)).await, 403, "{at}");
            tried += 1;
        }
    }
    assert!(tried > 80, "{tried}");
}

async fn secrets_rotate_without_a_gap_and_end_at_once(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let made = client(&app, &admin, "统计平台", "viewer", &["projects:read"]).await;
    let path = format!("/clients/{}", made["id"]);
    let old = made["client_secret"].as_str().unwrap();
    let before = machine(&app, &made).await;

    let added = admin.step(&format!("{path}/secrets")).await.expect(201);
    let new = added.json["client_secret"].as_str().unwrap();
    let third = admin.step(&format!("{path}/secrets")).await;
    assert_eq!((third.status, third.code()), (409, "two-secrets"));
    for secret in [old, new] {
        token(&app, &made, secret, None).await.expect(200);
    }
    before.get("/projects").await.expect(200);

    let first = made["secrets"][0]["id"].as_i64().unwrap();
    assert_eq!(admin.delete(&format!("{path}/secrets/{first}")).await.status, 204);

    assert_eq!(before.get("/projects").await.status, 401, "tokens end at once");
    assert_eq!(token(&app, &made, old, None).await.status, 401);
    let after = bearer(&app, &token(&app, &made, new, None).await.expect(200));
    after.get("/projects").await.expect(200);
    assert_eq!(admin.delete(&format!("{path}/secrets/{first}")).await.status, 404);
    let left = admin.get(&path).await.expect(200).json["secrets"].clone();
    assert_eq!(left.as_array().unwrap().len(), 1);
    assert!(new.starts_with(left[0]["hint"].as_str().unwrap()));
    app.clock.pass_hours(1);
    assert_eq!(after.get("/projects").await.status, 401, "a token is good for minutes");
}

async fn disabling_expiry_and_fewer_scopes_take_effect_at_once(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let made = client(&app, &admin, "平台", "viewer", &["projects:read", "summaries:read"]).await;
    let path = format!("/clients/{}", made["id"]);
    let secret = made["client_secret"].as_str().unwrap();
    let machine = machine(&app, &made).await;
    let version = async || admin.get(&path).await.expect(200).json["version"].as_i64().unwrap();

    let fewer = json!({"scopes": ["summaries:read"]});
    admin.patch(&path, version().await, &fewer).await.expect(200);
    assert_eq!(machine.get("/projects").await.code(), "scope-missing");
    machine.get("/summaries/trend?year=2021").await.expect(200);

    admin.patch(&path, version().await, &json!({"disabled": true})).await.expect(200);
    assert_eq!(machine.get("/summaries/trend?year=2021").await.status, 401);
    assert_eq!(token(&app, &made, secret, None).await.status, 401);
    let again = json!({"disabled": false, "expires_at": "2021-07-01T02:10:00.000000Z"});
    admin.patch(&path, version().await, &again).await.expect(200);
    let short = bearer(&app, &token(&app, &made, secret, None).await.expect(200));
    short.get("/summaries/trend?year=2021").await.expect(200);
    app.clock.pass_hours(1);
    assert_eq!(token(&app, &made, secret, None).await.status, 401);
}

async fn token_request_errors_have_the_oauth_format(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let made = client(&app, &admin, "平台", "viewer", &["projects:read"]).await;
    let name = made["client_id"].as_str().unwrap();
    let secret = made["client_secret"].as_str().unwrap();
    let (id, key) = (("client_id", name), ("client_secret", secret));
    let grant = ("grant_type", "client_credentials");
    let stranger = app.stranger();
    for (form, status, error) in [
        (vec![grant, id, ("client_secret", "wrong")], 401, "invalid_client"),
        (vec![grant, ("client_id", "mp-nobody"), key], 401, "invalid_client"),
        (vec![("grant_type", "password"), id, key], 400, "unsupported_grant_type"),
        (vec![id, key], 400, "invalid_request"),
        (vec![grant, id], 400, "invalid_request"),
        (vec![grant, grant, id, key], 400, "invalid_request"),
        (vec![grant, id, key, ("scope", "projects:write")], 400, "invalid_scope"),
        (vec![grant, id, key, ("scope", "everything")], 400, "invalid_scope"),
    ] {
        let answer =
            stranger.send(stranger.request(Method::POST, "/oauth/token").form(&form)).await;

        assert_eq!((answer.status, &answer.json["error"]), (status, &json!(error)), "{form:?}");
        assert!(answer.header("content-type").ends_with("json"));
        let asks = if status == 401 { "Basic" } else { "" };
        assert_eq!(answer.header("www-authenticate"), asks);
    }
    let shown = admin.get(&format!("/clients/{}", made["id"])).await.expect(200).json;
    assert_eq!(shown["last_used_at"], json!(null), "a refused request is no use of the secret");
    assert_eq!(shown["secrets"][0]["last_used_at"], json!(null));
    let unknown = vec![grant, id, key, ("audience", "ignored")];
    let answer = stranger.send(stranger.request(Method::POST, "/oauth/token").form(&unknown)).await;
    assert_eq!(answer.status, 200, "what is unknown is ignored");
    let shown = admin.get(&format!("/clients/{}", made["id"])).await.expect(200).json;
    assert!(shown["last_used_at"].is_string() && shown["secrets"][0]["last_used_at"].is_string());
    let json = json!({"grant_type": "client_credentials"});
    assert_eq!(stranger.post("/oauth/token", &json).await.json["error"], "invalid_request");
    for (body, pointer) in [
        (json!({"name": "甲", "role": "admin", "scopes": ["projects:read"]}), "/role"),
        (json!({"name": "甲", "role": "unit", "scopes": ["projects:read"]}), "/unit_id"),
        (json!({"name": "甲", "role": "viewer", "scopes": []}), "/scopes"),
        (json!({"name": "甲", "role": "viewer", "scopes": ["all"]}), "/scopes/0"),
        (
            json!({"name": "甲", "role": "viewer", "scopes": ["projects:read"], "expires_at": "2020-01-01T00:00:00Z"}),
            "/expires_at",
        ),
    ] {
        let refused = admin.post("/clients", &body).await;
        assert_eq!((refused.status, refused.errors()[0].0.as_str()), (422, pointer), "{body}");
    }
    let same = json!({"name": "平台", "role": "viewer", "scopes": ["projects:read"]});
    assert_eq!(admin.post("/clients", &same).await.status, 409);
}

async fn a_secret_is_shown_once_and_kept_nowhere(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let body = json!({"name": "平台", "role": "viewer", "scopes": ["projects:read"]});
    let post = async || {
        let request = admin.request(Method::POST, "/clients").header("Idempotency-Key", "once");
        admin.send(request.json(&body)).await.expect(201)
    };
    let (first, again) = (post().await, post().await);
    let secret = first.json["client_secret"].as_str().unwrap().to_owned();

    assert_eq!(
        (&first.json["id"], &again.json["client_secret"]),
        (&again.json["id"], &Value::Null)
    );
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
            let all = "select hash as text from client_secrets union all select outcome from idempotency_keys union all select changes from events union all select password_hash from users";
            let rows = diesel::sql_query(all).load::<Row>(conn)?;
            Ok::<_, major_projects::testing::StoreError>(
                rows.into_iter().map(|row| row.text).collect::<Vec<_>>(),
            )
        })
        .await
        .unwrap();
    assert!(kept.len() > 3 && kept.iter().all(|text| !text.contains(&secret)));
}

async fn nobody_can_log_in_to_the_account_of_a_client(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let made = client(&app, &admin, "平台", "viewer", &["projects:read"]).await;
    let machine = machine(&app, &made).await;
    let name = format!("client:{}", made["client_id"].as_str().unwrap());

    let me = machine.get("/me").await.expect(200);
    assert_eq!((&me.json["username"], &me.json["role"]), (&json!("平台"), &json!("viewer")));
    let hidden = me.json["id"].as_i64().unwrap();
    assert_eq!(admin.get(&format!("/users/{hidden}")).await.status, 404);
    let listed = admin.get("/users?limit=200").await.expect(200);
    assert!(listed.items().iter().all(|user| user["id"] != hidden));
    for password in ["", "x", made["client_secret"].as_str().unwrap()] {
        let body = json!({"username": name, "password": password});
        let status = app.stranger().post("/sessions", &body).await.status;
        assert!(status == 401 || status == 422, "{status}");
    }
    let change = json!({"current_password": "x", "new_password": "window ladder orchid 93"});
    assert_eq!(machine.put("/me/password", &change).await.status, 422);
    assert_eq!(machine.delete("/sessions/current").await.status, 204);
    assert_eq!(machine.get("/me").await.status, 401);
}

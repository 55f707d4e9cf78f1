//! Forged access tokens: signed with the key of the server, and wrong in one claim or in the algorithm.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use major_projects::testing::Clock;
use major_projects::testing::Role;
use major_projects::testing::Secret;
use serde_json::{Value, json};
use sha2::{Sha256, Sha384, Sha512};

use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_token_with_a_wrong_claim_reads_and_writes_nothing,
    a_token_of_another_algorithm_reads_and_writes_nothing,
    a_token_tells_of_no_key_to_check_it_with,
];

/// Signs with the key of the test server.
fn signed(header: &Value, claims: &Value) -> String {
    let text = unsigned(header, claims);
    let key = Secret::for_tests();
    let signature = match header["alg"].as_str().unwrap() {
        "HS384" => mac(Hmac::<Sha384>::new_from_slice(key.bytes()).unwrap(), &text),
        "HS512" => mac(Hmac::<Sha512>::new_from_slice(key.bytes()).unwrap(), &text),
        _ => mac(Hmac::<Sha256>::new_from_slice(key.bytes()).unwrap(), &text),
    };
    format!("{text}.{signature}")
}

fn mac(mut mac: impl Mac, text: &str) -> String {
    mac.update(text.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

fn hs256() -> Value {
    json!({"alg": "HS256", "typ": "JWT"})
}

/// The claims of a token that the server issued.
async fn claims(app: &TestApp) -> Value {
    let good = app.commission().await.token.unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(good.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

fn without(claims: &Value, name: &str) -> Value {
    let mut claims = claims.clone();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

/// The token reads no list and registers no project.
async fn is_refused(app: &TestApp, token: &str, why: &str) {
    let mut forger = app.stranger();
    forger.token = Some(token.to_owned());
    let project = json!({"name": "伪造", "industry": "next_gen_it", "area": "dongying",
        "nature": "expansion", "total_investment_wan": "100.00"});

    let read = forger.get("/projects").await;
    let write = forger.post("/projects", &project).await;

    assert_eq!((read.status, read.code()), (401, "token-not-good"), "{why}: {}", read.text);
    assert_eq!((write.status, write.code()), (401, "token-not-good"), "{why}: {}", write.text);
}

async fn nothing_was_registered(app: &TestApp) {
    let list = app.commission().await.get("/projects").await.expect(200);
    assert_eq!(list.json["total"], 0);
}

async fn a_token_with_a_wrong_claim_reads_and_writes_nothing(app: TestApp) {
    let good = claims(&app).await;
    let now = app.clock.now().unix_seconds();
    let mut forged = app.stranger();
    forged.token = Some(signed(&hs256(), &good));
    // What is signed here is taken as long as no claim is changed.
    forged.get("/projects").await.expect(200);

    let other_user = app.role(Role::Viewer).await.get("/me").await.id().to_string();
    let wrong = [
        ("another issuer", with(&good, "iss", json!("somebody"))),
        ("no issuer", without(&good, "iss")),
        ("another audience", with(&good, "aud", json!("somebody/api"))),
        ("the audience of the pages", with(&good, "aud", json!("major-projects/pages"))),
        ("no audience", without(&good, "aud")),
        ("good from the next second", with(&good, "nbf", json!(now + 1))),
        ("no first second", without(&good, "nbf")),
        ("ended this second", with(&good, "exp", json!(now))),
        ("ended an hour ago", with(&good, "exp", json!(now - 3_600))),
        ("no end", without(&good, "exp")),
        ("the cookie of the pages", {
            let cookie = with(&good, "page", json!(true));
            with(&cookie, "aud", json!("major-projects/pages"))
        }),
        ("the session of somebody else", with(&good, "sub", json!(other_user))),
        ("a session that does not exist", with(&good, "sid", json!(999_999))),
        ("an account that does not exist", with(&good, "sub", json!("999999"))),
    ];
    for (why, claims) in wrong {
        is_refused(&app, &signed(&hs256(), &claims), why).await;
    }
    nothing_was_registered(&app).await;
}

async fn a_token_of_another_algorithm_reads_and_writes_nothing(app: TestApp) {
    let good = claims(&app).await;
    for algorithm in ["none", "None", "HS384", "HS512", "RS256", "ES256", "EdDSA"] {
        let header = json!({"alg": algorithm, "typ": "JWT"});
        is_refused(&app, &signed(&header, &good), algorithm).await;
        is_refused(&app, &format!("{}.", unsigned(&header, &good)), algorithm).await;
    }
    is_refused(&app, &format!("{}.", unsigned(&hs256(), &good)), "no signature").await;
    nothing_was_registered(&app).await;
}

async fn a_token_tells_of_no_key_to_check_it_with(app: TestApp) {
    let good = claims(&app).await;
    let key = b"a key that the forger has chosen himself";
    let jwk = json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode(key), "alg": "HS256"});
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!("http://127.0.0.1:9/keys")),
        ("x5u", json!("http://127.0.0.1:9/certificate")),
        ("kid", json!("../../../../dev/null")),
    ] {
        let header = with(&hs256(), name, value);
        let text = unsigned(&header, &good);
        let signature = mac(Hmac::<Sha256>::new_from_slice(key).unwrap(), &text);
        is_refused(&app, &format!("{text}.{signature}"), name).await;
    }
    nothing_was_registered(&app).await;
}

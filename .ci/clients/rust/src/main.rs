//! Runs the generated Rust client against a server: the typical first steps of an
//! integrator.

use std::collections::BTreeSet;

use serde_json::json;

// Calls by builders: a new optional parameter breaks no caller.
progenitor::generate_api!(spec = "../../../openapi/openapi-3.0.json", interface = Builder);

/// A request body from JSON; omitted fields get their defaults.
fn body<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn bearing(base: &str, token: &str) -> Client {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("Authorization", format!("Bearer {token}").parse().unwrap());
    let http = reqwest::Client::builder().default_headers(headers).no_proxy().build().unwrap();
    Client::new_with_client(base, http)
}

async fn log_in(base: &str, accounts: &serde_json::Value, role: &str) -> Client {
    let account = accounts.as_array().unwrap().iter().find(|a| a["role"] == role).unwrap();
    let credentials: types::Credentials =
        body(json!({"username": account["username"], "password": account["password"]}));
    let session = Client::new(base).create_session().body(credentials).send().await.unwrap().into_inner();
    bearing(base, &session.access_token)
}

async fn page_through(client: &Client) {
    let mut seen = BTreeSet::new();
    let mut cursor = None::<String>;
    loop {
        let mut request = client.list_projects().year(2021).limit(std::num::NonZeroU64::new(50).unwrap());
        if let Some(cursor) = cursor {
            request = request.cursor(cursor);
        }
        let page = request.send().await.unwrap().into_inner();
        assert_eq!(page.total, 152);
        seen.extend(page.items.iter().map(|project| project.id));
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(seen.len(), 152);
}

/// Creates twice with one idempotency key, reads, changes with `If-Match`, gets a 412.
async fn change(client: &Client) -> i64 {
    let input: types::ProjectInput = body(json!({
        "name": "Rust 客户端项目示例", "industry": "next_gen_it", "area": "guangrao", "stage": "reserve",
        "nature": "expansion", "total_investment_wan": "1200.50"}));
    let create = || client.create_project().idempotency_key("rust-1").body(input.clone()).send();
    let id = create().await.unwrap().id;
    assert_eq!(create().await.unwrap().id, id);
    let read = client.get_project().project_id(id).send().await.unwrap();
    assert_eq!(read.total_investment_wan.to_string(), "1200.50");
    let held = read.headers()["etag"].to_str().unwrap().to_owned();
    let patch: types::ProjectPatch = body(json!({"content": "由 Rust 客户端修改"}));
    let update = || client.update_project().project_id(id).if_match(held.as_str()).body(patch.clone()).send();
    let changed = update().await.unwrap();
    assert_eq!(changed.content, "由 Rust 客户端修改");
    let stale = update().await.unwrap_err();
    assert_eq!(stale.status().unwrap(), 412);
    id
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let (base, file) = (&arguments[1], &arguments[2]);
    let accounts: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let client = log_in(base, &accounts, "commission").await;
    let table = client.get_commitments().year(2021).through("2021-05").send().await.unwrap();
    assert_eq!(table.total.registered.total_investment_wan.to_string(), "14456800.00");
    page_through(&client).await;
    let project = change(&client).await;

    let mut kinds = Vec::new();
    let mut after = 0;
    while !kinds.contains(&"project.updated".to_owned()) {
        let limit = std::num::NonZeroU64::new(1_000).unwrap();
        let feed = client.list_events().after(after).limit(limit).wait(2).send().await.unwrap().into_inner();
        assert!(!feed.items.is_empty());
        kinds.extend(feed.items.into_iter().filter(|e| e.project_id == Some(project)).map(|e| e.kind.to_string()));
        after = feed.next_after.try_into().unwrap();
    }
    assert_eq!(kinds, ["project.created", "project.updated"]);

    let machine: types::ClientInput = body(json!({"name": "Rust 平台", "role": "viewer", "scopes": ["projects:read"]}));
    let admin = log_in(base, &accounts, "admin").await;
    let made = admin.create_client().body(machine).send().await.unwrap().into_inner();
    let request: types::TokenRequest = body(json!({"grant_type": "client_credentials",
        "client_id": made.client_id, "client_secret": made.client_secret}));
    let token = Client::new(base).create_token().body(request).send().await.unwrap().into_inner();
    let machine = bearing(base, &token.access_token);
    assert_eq!(machine.get_project().project_id(987_654_321).send().await.unwrap_err().status().unwrap(), 404);
    println!("rust: ok");
}

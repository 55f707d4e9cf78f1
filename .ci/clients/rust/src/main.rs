//! Runs the generated Rust client against a server: log in, list, sum, and read a problem.

progenitor::generate_api!("../../../openapi/openapi-3.0.json");

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let (base, file) = (&arguments[1], &arguments[2]);
    let accounts: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let account = accounts.as_array().unwrap().iter().find(|a| a["role"] == "commission").unwrap();
    let text = |field: &str| account[field].as_str().unwrap().to_owned();
    let credentials = serde_json::json!({"username": text("username"), "password": text("password")});
    let body: types::Credentials = serde_json::from_value(credentials).unwrap();
    let session = Client::new(base).create_session(&body).await.unwrap().into_inner();

    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("Authorization", format!("Bearer {}", session.access_token).parse().unwrap());
    let http = reqwest::Client::builder().default_headers(headers).no_proxy().build().unwrap();
    let client = Client::new_with_client(base, http);
    let five = std::num::NonZeroU64::new(5);
    let page = client
        .list_projects(None, None, None, None, None, five, None, None, None, None, None, None, Some(2021))
        .await
        .unwrap()
        .into_inner();
    assert_eq!((page.total, page.items.len()), (152, 5));
    let one = client.get_project(page.items[0].id, None).await.unwrap().into_inner();
    assert_eq!(one.name, page.items[0].name);
    let through = "2021-05".parse().unwrap();
    let table = client.get_commitments(None, None, None, None, None, Some(&through), 2021).await.unwrap();
    assert_eq!(table.total.registered.total_investment_wan.to_string(), "14456800.00");
    assert_eq!(client.get_project(987_654_321, None).await.unwrap_err().status().unwrap(), 404);
    println!("rust: ok");
}

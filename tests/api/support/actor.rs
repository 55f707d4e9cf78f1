//! An API client for tests.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// A client with or without a token.
#[derive(Clone)]
pub struct Actor {
    client: reqwest::Client,
    base: String,
    /// The bearer token.
    pub token: Option<String>,
}

/// A response.
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body as text.
    pub text: String,
    /// Body as JSON; null if it is not JSON.
    pub json: Value,
}

impl Answer {
    /// Code of the problem.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or("")
    }

    /// `(pointer, code)` of every field error.
    pub fn errors(&self) -> Vec<(String, String)> {
        let text = |v: &Value| v.as_str().unwrap_or("").to_owned();
        let errors = self.json["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|e| (text(&e["pointer"]), text(&e["code"]))).collect()
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }

    /// Returns the response if it has this status, else panics.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The `id` of the body.
    pub fn id(&self) -> i64 {
        self.json["id"].as_i64().unwrap_or_else(|| panic!("no id in {}", self.text))
    }

    /// The `items` of the body.
    pub fn items(&self) -> &Vec<Value> {
        self.json["items"].as_array().unwrap_or_else(|| panic!("no list: {}", self.text))
    }
}

impl Actor {
    /// A client whose paths are relative to `base`.
    pub fn new(client: reqwest::Client, base: String, token: Option<String>) -> Self {
        Self { client, base, token }
    }

    /// Builds a request that can be modified before [`Actor::send`].
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url =
            if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let request = self.client.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status, headers, text, json }
    }

    /// GET
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// POST without a body
    pub async fn step(&self, path: &str) -> Answer {
        self.send(self.request(Method::POST, path)).await
    }

    /// DELETE
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// PUT without a precondition
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// PUT that creates (`If-None-Match: *`)
    pub async fn create(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).header("If-None-Match", "*").json(body)).await
    }

    /// PUT that changes `version` (`If-Match`)
    pub async fn change(&self, path: &str, version: i64, body: &Value) -> Answer {
        let tag = format!("\"{version}\"");
        self.send(self.request(Method::PUT, path).header("If-Match", tag).json(body)).await
    }

    /// PATCH of `version` (`If-Match`)
    pub async fn patch(&self, path: &str, version: i64, body: &Value) -> Answer {
        let tag = format!("\"{version}\"");
        self.send(self.request(Method::PATCH, path).header("If-Match", tag).json(body)).await
    }

    /// The answer to an approval, by this administrator, of the proposal that `waiting` says of.
    pub async fn approve(&self, waiting: &Answer) -> Answer {
        assert_eq!(waiting.status, 202, "{}", waiting.text);
        let path = format!("/proposals/{}/approval", waiting.id());
        let version = waiting.json["version"].as_i64().unwrap();
        let tag = format!("\"{version}\"");
        self.send(self.request(Method::POST, &path).header("If-Match", tag)).await
    }

    /// Registers a project of 10,000 万元, under construction since March; `other` overrides fields.
    pub async fn project(&self, name: &str, other: Value) -> i64 {
        let mut body = json!({
            "name": name, "industry": "next_gen_it", "area": "dongying", "stage": "construction",
            "code_reason": "测试", "nature": "new_construction", "total_investment_wan": "10000.00",
            "planned_start": "2021-03-01", "planned_finish": "2022-10-31",
            "actual_start": "2021-03-10", "registered_year": 2021,
        });
        for (field, value) in other.as_object().unwrap() {
            body[field] = value.clone();
        }
        self.post("/projects", &body).await.expect(201).id()
    }

    /// Assigns units in roles to a newly registered project.
    pub async fn assign(&self, project: i64, units: &[(i64, &str)]) {
        let item = |(unit, role): &(i64, &str)| json!({"unit_id": unit, "role": role});
        let items: Vec<Value> = units.iter().map(item).collect();
        let version =
            self.get(&format!("/projects/{project}")).await.json["version"].as_i64().unwrap();
        let path = format!("/projects/{project}/units");
        self.change(&path, version, &json!({"items": items})).await.expect(200);
    }

    /// Enters a year plan of twelve equal months.
    pub async fn plan_year(&self, project: i64, monthly: i64) {
        let months = vec![format!("{monthly}.00"); 12];
        let annual = format!("{}.00", monthly * 12);
        let body = json!({"annual_investment_wan": annual, "months": months});
        self.put(&format!("/projects/{project}/year-plans/2021"), &body).await.expect(201);
    }

    /// Drafts, submits and confirms a report.
    pub async fn confirmed(&self, project: i64, month: &str, completed: &str) {
        let path = format!("/projects/{project}/reports/{month}");
        self.create(&path, &json!({"completed_wan": completed})).await.expect(201);
        self.step(&format!("{path}/submission")).await.expect(200);
        self.step(&format!("{path}/confirmation")).await.expect(200);
    }
}

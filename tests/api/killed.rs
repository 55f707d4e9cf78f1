//! The process is killed repeatedly while clients write and a mirror follows the feed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::{join, join_all};
use major_projects::testing::Role;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Map, Value, json};

use crate::commands::command;
use crate::support::app::{PASSWORD, TestApp};
use crate::support::process::Process;
use crate::support::run::{OnEach, PATIENCE};
use crate::tests;

tests![
    OnEach;
    a_mirror_ends_as_an_exact_copy_though_the_process_is_killed,
    a_job_is_taken_up_again_after_a_kill_and_saves_all_or_nothing,
];

/// Number of kills.
const KILLS: usize = 5;
/// Number of writers.
const WRITERS: usize = 4;

/// A server in a separate process, restarted at the same address.
struct Target<'a> {
    app: &'a TestApp,
    address: String,
    client: Client,
}

impl Target<'_> {
    fn start(&self) -> Process {
        let mut serving =
            command(self.app, &["serve", "--workers", "2", "--listen", &self.address]);
        serving.env("RUST_LOG", "error").stdout(Stdio::null()).stderr(Stdio::null());
        Process::start(&mut serving)
    }

    fn request(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        let url = format!("http://{}/api/v1{path}", self.address);
        self.client.request(method, url).bearer_auth(token).timeout(PATIENCE)
    }

    /// Repeats the request until the answer is not a 5xx, as a careful client does.
    async fn send(&self, make: impl Fn() -> RequestBuilder) -> (u16, Value) {
        loop {
            if let Ok(response) = make().send().await {
                let status = response.status().as_u16();
                if status < 500
                    && status != 409
                    && let Ok(body) = response.json().await
                {
                    return (status, body);
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn get(&self, path: &str, token: &str) -> Value {
        let (status, body) = self.send(|| self.request(Method::GET, path, token)).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}

/// Registers and changes projects until `done`. Returns the number of projects.
async fn write(target: &Target<'_>, token: &str, writer: usize, done: &AtomicBool) -> usize {
    let mut made = 0;
    while made < 5 || !done.load(Ordering::Relaxed) {
        let name = format!("项目{writer}-{made}");
        let body = json!({"name": name, "industry": "next_gen_it", "area": "hekou",
            "nature": "expansion", "total_investment_wan": "100.00"});
        let key = format!("create-{writer}-{made}");
        let create = || {
            let request = target.request(Method::POST, "/projects", token).json(&body);
            request.header("Idempotency-Key", key.clone())
        };
        let (status, project) = target.send(create).await;
        assert_eq!(status, 201, "{project}");
        let path = format!("/projects/{}", project["id"]);
        let change = json!({"total_investment_wan": format!("{}.50", 200 + made)});
        let patch = || {
            let request = target.request(Method::PATCH, &path, token).json(&change);
            request.header("If-Match", "\"1\"")
        };
        let (status, answer) = target.send(patch).await;
        // 412: already applied by a request whose answer was lost.
        assert!(status == 200 || status == 412, "{answer}");
        made += 1;
    }
    made
}

type Mirror = BTreeMap<i64, Map<String, Value>>;

/// Follows the feed from the beginning until `done` and its end is reached.
async fn follow(target: &Target<'_>, token: &str, done: &AtomicBool) -> (Mirror, i64) {
    let (mut mirror, mut after) = (Mirror::new(), 0);
    loop {
        let ending = done.load(Ordering::Relaxed);
        let feed = target.get(&format!("/events?after={after}&limit=50&wait=1"), token).await;
        let items = feed["items"].as_array().unwrap();
        for event in items {
            if event["subject_kind"] == "project" {
                let copy = mirror.entry(event["subject_id"].as_i64().unwrap()).or_default();
                for change in event["changes"].as_array().unwrap() {
                    let field = change["field"].as_str().unwrap().to_owned();
                    let held = copy.insert(field.clone(), change["after"].clone());
                    let before = held.unwrap_or(Value::Null);
                    assert_eq!(before, change["before"], "{field} of {}", event["subject_id"]);
                }
            }
        }
        let sequences: Vec<i64> = items.iter().map(|e| e["sequence"].as_i64().unwrap()).collect();
        assert!(sequences.is_sorted_by(|a, b| a < b) && sequences.iter().all(|s| *s > after));
        after = feed["next_after"].as_i64().unwrap();
        if ending && items.is_empty() && feed["head"] == after {
            return (mirror, after);
        }
    }
}

async fn kill_again_and_again(target: &Target<'_>, done: &AtomicBool) -> Process {
    let mut child = target.start();
    for nth in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(900 + 130 * nth as u64)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        child = target.start();
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    done.store(true, Ordering::Relaxed);
    child
}

async fn a_mirror_ends_as_an_exact_copy_though_the_process_is_killed(app: TestApp) {
    app.add_user("commission", Role::Commission, None, None, false).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = Client::builder().no_proxy().build().unwrap();
    let target = Target { app: &app, address: free.to_string(), client };
    let (written, followed) = (AtomicBool::new(false), AtomicBool::new(false));
    let body = json!({"username": "commission", "password": PASSWORD});
    let log_in = async || {
        let (_, session) =
            target.send(|| target.request(Method::POST, "/sessions", "").json(&body)).await;
        session["access_token"].as_str().unwrap().to_owned()
    };
    let work = async {
        let token = log_in().await;
        let writers = async {
            let all = (0..WRITERS).map(|writer| write(&target, &token, writer, &written));
            let made: usize = join_all(all).await.into_iter().sum();
            followed.store(true, Ordering::Relaxed);
            made
        };
        let (made, (mirror, end)) = join(writers, follow(&target, &token, &followed)).await;
        (token, made, mirror, end)
    };

    let (mut child, (token, made, mirror, end)) =
        join(kill_again_and_again(&target, &written), work).await;

    assert_eq!(mirror.len(), made, "each project once, none lost, none doubled");
    for (id, copy) in &mirror {
        let register = target.get(&format!("/projects/{id}"), &token).await;
        let mut fields = register.as_object().unwrap().clone();
        // Null stands for a value never set; version, timestamp and warnings come from the register.
        let own = ["version", "updated_at", "warnings"];
        fields.retain(|name, value| !value.is_null() && !own.contains(&name.as_str()));
        let mut copy = copy.clone();
        copy.retain(|_, value| !value.is_null());
        assert_eq!(copy, fields, "project {id}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let verified = verify(&app).await;
    assert!(verified.contains("the chain of sealed events"), "{verified}");
    assert!(end > 2 * i64::try_from(made).unwrap());
}

/// Rows of the file that is imported while the process is killed.
const ROWS: usize = 120;

async fn a_job_is_taken_up_again_after_a_kill_and_saves_all_or_nothing(app: TestApp) {
    app.add_user("commission", Role::Commission, None, None, false).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = Client::builder().no_proxy().build().unwrap();
    let target = Target { app: &app, address: free.to_string(), client };
    let mut child = target.start();
    let body = json!({"username": "commission", "password": PASSWORD});
    let (_, session) =
        target.send(|| target.request(Method::POST, "/sessions", "").json(&body)).await;
    let token = session["access_token"].as_str().unwrap().to_owned();
    for (nth, pause) in [60, 500, 1_500].into_iter().enumerate() {
        let mut list = "name,industry,area,nature,total_investment_wan\n".to_owned();
        for row in 0..ROWS {
            writeln!(list, "项目{nth}-{row},next_gen_it,dongying,expansion,100.00").unwrap();
        }
        let queue = || {
            let request = target.request(Method::POST, "/imports?kind=projects", &token);
            let request = request.header("Prefer", "respond-async");
            let request = request.header("Idempotency-Key", format!("list-{nth}"));
            request.header("Content-Type", "text/csv").body(list.clone())
        };
        let (status, job) = target.send(queue).await;
        assert_eq!(status, 202, "{job}");
        tokio::time::sleep(Duration::from_millis(pause)).await;

        child.kill().unwrap();
        child.wait().unwrap();
        child = target.start();

        let path = format!("/jobs/{}", job["id"]);
        let ended = async {
            loop {
                let count = target.get("/projects?limit=1", &token).await["total"].clone();
                let count = usize::try_from(count.as_u64().unwrap()).unwrap();
                assert!(count == nth * ROWS || count == (nth + 1) * ROWS, "{count}");
                let job = target.get(&path, &token).await;
                if !job["ended_at"].is_null() {
                    return job;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let job = tokio::time::timeout(PATIENCE, ended).await.unwrap();
        assert_eq!((&job["state"], &job["result"]["created"]), (&json!("done"), &json!(ROWS)));
        assert_eq!(target.get("/projects?limit=1", &token).await["total"], (nth + 1) * ROWS);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    verify(&app).await;
}

async fn verify(app: &TestApp) -> String {
    let mut verifying: Command = command(app, &["verify"]);
    let output = tokio::task::spawn_blocking(move || verifying.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

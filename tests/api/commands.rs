//! The binary: its commands, their error messages, and how it stops.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use major_projects::testing::{Conn, DatabaseUrl, StoreError, Use};
use serde_json::{Value, json};

use crate::support::app::{PASSWORD, TestApp};
use crate::support::process::Process;
use crate::support::run::{OnEach, PATIENCE};
use crate::tests;

tests![
    OnEach;
    migrating_and_seeding_twice_changes_nothing,
    errors_are_reported_in_one_line,
    a_newer_schema_is_refused,
    accounts_are_made_from_the_command_line,
    clients_are_made_from_the_command_line,
    verify_finds_inconsistent_rows,
    a_backup_is_the_whole_register_and_checked,
    a_request_in_flight_is_finished_after_sigterm,
    the_demonstration_finds_its_data_again,
    a_register_of_real_projects_is_no_demonstration,
];

fn url(app: &TestApp) -> String {
    match &app.database.url {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(text) => text.clone(),
    }
}

/// A command of the binary on the test's database.
pub fn command(app: &TestApp, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_major-projects"));
    command.args(arguments).env_clear().env("DATABASE_URL", url(app));
    command.env("DATA_DIR", app.database.folder.path()).env("RUST_LOG", "info");
    command
}

pub async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

async fn migrating_and_seeding_twice_changes_nothing(app: TestApp) {
    for _ in 0..2 {
        let migrated = run(command(&app, &["migrate"])).await;
        let seeded = run(command(&app, &["seed"])).await;

        assert!(migrated.status.success() && seeded.status.success(), "{}", text(&seeded.stderr));
        assert!(
            text(&migrated.stdout).contains("(0 migrations run)"),
            "{}",
            text(&migrated.stdout)
        );
        assert!(
            text(&seeded.stdout).starts_with("added 0 plans, 0 industries"),
            "{}",
            text(&seeded.stdout)
        );
    }
}

async fn errors_are_reported_in_one_line(app: TestApp) {
    for (bad, says) in [
        ("data.db", "is not a database URL"),
        ("mysql://x/y", "sqlite:<path>"),
        ("sqlite::memory:", "is not a database URL"),
        (
            "postgres://nobody:s3cret@127.0.0.1:1/x",
            "cannot connect to postgres://nobody:…@127.0.0.1:1/x",
        ),
        ("sqlite:/proc/nowhere/x.db", "cannot open the SQLite database"),
    ] {
        for verb in ["migrate", "verify", "serve"] {
            let mut failing = command(&app, &[verb]);
            failing.env("DATABASE_URL", bad).env("RUST_LOG", "error");
            let failed = run(failing).await;

            let said = text(&failed.stderr);
            assert_eq!(failed.status.code(), Some(1), "{verb} {bad}: {said}");
            assert!(said.starts_with("error: ") && said.contains(says), "{verb} {bad}: {said}");
            assert_eq!(said.lines().count(), 1, "{verb} {bad}: {said}");
            assert!(!said.contains("s3cret"), "{said}");
        }
    }
    let unknown = run(command(&app, &["fly"])).await;
    assert_eq!(unknown.status.code(), Some(2));
    let help = run(command(&app, &["--help"])).await;
    for verb in [
        "serve",
        "demo",
        "migrate",
        "seed",
        "openapi",
        "user",
        "client",
        "healthcheck",
        "verify",
        "backup",
        "restore",
    ] {
        assert!(text(&help.stdout).contains(verb), "{verb}");
    }
}

pub fn execute(app: &TestApp, sql: &str) {
    let mut conn = Conn::open(&app.database.url, Use::Write).unwrap();
    conn.batch_execute(sql).map_err(StoreError::from).unwrap();
}

async fn a_newer_schema_is_refused(app: TestApp) {
    execute(&app, "insert into __diesel_schema_migrations (version) values ('29991231000000')");

    for verb in ["serve", "migrate", "verify", "seed"] {
        let mut refusing = command(&app, &[verb]);
        refusing.env("RUST_LOG", "error");
        let refused = run(refusing).await;

        assert_eq!(refused.status.code(), Some(1), "{verb}");
        assert!(
            text(&refused.stderr).contains("29991231000000"),
            "{verb}: {}",
            text(&refused.stderr)
        );
    }
    assert_eq!(app.stranger().get(&app.root("/readyz")).await.status, 503);
    assert_eq!(app.stranger().get(&app.root("/livez")).await.status, 200);
}

async fn accounts_are_made_from_the_command_line(app: TestApp) {
    let file = app.database.folder.path().join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let file = file.to_string_lossy().into_owned();

    let made = run(command(
        &app,
        &["user", "add", "Wang.Fang", "--role", "commission", "--password-file", &file],
    ))
    .await;
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(!text(&made.stdout).contains(PASSWORD));
    let me = app.log_in("wang.fang", PASSWORD).await;
    let generated = run(command(&app, &["user", "passwd", "wang.fang"])).await;
    me.get("/me").await.expect(401);
    let printed = text(&generated.stdout);
    let password = printed.lines().find_map(|l| l.strip_prefix("password: ")).unwrap();
    app.log_in("wang.fang", password).await;
    // The rules for passwords hold here too: names of units, and the last five.
    app.unit("黄河口建设集团").await;
    for (weak, says) in [("黄河口建设集团2021", "names of people, units"), (PASSWORD, "last five")]
    {
        std::fs::write(&file, weak).unwrap();
        let set = ["user", "passwd", "wang.fang", "--password-file", &file];
        let refused = run(command(&app, &set)).await;
        assert_eq!(refused.status.code(), Some(1), "{weak}");
        assert!(text(&refused.stderr).contains(says), "{weak}: {}", text(&refused.stderr));
    }
    assert!(run(command(&app, &["user", "disable", "wang.fang"])).await.status.success());
    let body = json!({"username": "wang.fang", "password": password});
    app.stranger().post("/sessions", &body).await.expect(401);

    for (arguments, says) in [
        (vec!["user", "add", "wang.fang", "--role", "viewer"], "already"),
        (vec!["user", "add", "x.y", "--role", "unit"], "needs --unit"),
        (vec!["user", "add", "x.y", "--role", "unit", "--unit", "没有"], "there is no unit"),
        (vec!["user", "add", "x.y", "--role", "viewer", "--area", "hekou"], "cannot have --area"),
        (vec!["user", "passwd", "nobody"], "there is no account"),
    ] {
        let refused = run(command(&app, &arguments)).await;
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
        assert!(text(&refused.stderr).contains(says), "{arguments:?}: {}", text(&refused.stderr));
    }
}

async fn verify_finds_inconsistent_rows(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    commission.plan_year(id, 100).await;
    commission.confirmed(id, "2021-05", "1.00").await;

    let sound = run(command(&app, &["verify"])).await;
    execute(
        &app,
        "update year_plans set current_number = 2;
         delete from event_private where event_id in (select id from events where kind = 'report.confirmed');
         delete from events where kind = 'report.confirmed'",
    );
    let tampered = run(command(&app, &["verify"])).await;

    assert!(sound.status.success(), "{}", text(&sound.stdout));
    let said = text(&tampered.stdout);
    assert_eq!(tampered.status.code(), Some(3), "{said}");
    assert!(said.contains("year plan 1: versions [1], expected 1 to 2"), "{said}");
    assert!(said.contains("report 1 has no event"), "{said}");
    assert!(said.contains("monthly_reports 1: state is \"confirmed\"; event "), "{said}");

    let json = run(command(&app, &["verify", "--format", "json"])).await;
    assert_eq!(json.status.code(), Some(3));
    let found: Value = serde_json::from_str(&text(&json.stdout)).unwrap();
    let checks = found["checks"].as_array().unwrap();
    let rows = checks.iter().flat_map(|check| check["rows"].as_array().unwrap());
    let state = rows.filter(|row| row["table"] == "monthly_reports" && row["column"] == "state");
    let state: Vec<&Value> = state.collect();
    assert_eq!(state.len(), 1, "{found}");
    assert_eq!(state[0]["alteration"], "altered");
    assert_eq!((&state[0]["id"], &state[0]["stored"]), (&json!(1), &json!("confirmed")));
    assert_eq!(state[0]["recorded"], "submitted");
    assert_eq!(state[0]["event"][1], "report.submitted");
    let lines: usize = checks.iter().map(|check| check["wrong"].as_array().unwrap().len()).sum();
    assert_eq!(found["wrong"], lines);

    let mut missing = command(&app, &["verify"]);
    missing.env("DATABASE_URL", "sqlite:/nowhere/at/all.db");
    assert_eq!(run(missing).await.status.code(), Some(1));
}

async fn clients_are_made_from_the_command_line(app: TestApp) {
    let add = ["client", "add", "审批平台", "--role", "viewer", "--scope", "projects:read"];
    let made = run(command(&app, &add)).await;
    let said = text(&made.stdout);
    let after = |label: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(label));
        line.unwrap_or_else(|| panic!("{said}")).to_owned()
    };
    let (name, secret) = (after("client_id: "), after("client_secret: "));
    let ask = async || {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &name),
            ("client_secret", &secret),
        ];
        let stranger = app.stranger();
        stranger.send(stranger.request(reqwest::Method::POST, "/oauth/token").form(&form)).await
    };
    let mut machine = app.stranger();
    machine.token = ask().await.expect(200).json["access_token"].as_str().map(str::to_owned);
    machine.get("/projects").await.expect(200);

    let wrong =
        run(command(&app, &["client", "add", "乙", "--role", "unit", "--scope", "projects:read"]))
            .await;
    let unknown = run(command(&app, &["client", "disable", "mp-nobody"])).await;
    let disabled = run(command(&app, &["client", "disable", &name])).await;

    assert!(
        !wrong.status.success() && text(&wrong.stderr).contains("unit_id"),
        "{}",
        text(&wrong.stderr)
    );
    assert!(text(&unknown.stderr).contains("mp-nobody"));
    assert!(disabled.status.success(), "{}", text(&disabled.stderr));
    assert_eq!(ask().await.status, 401);
    assert_eq!(machine.get("/projects").await.status, 401);
}

/// A server process and its listening address.
pub struct Running {
    /// The process.
    pub child: Process,
    /// Its address and port.
    pub address: String,
    /// The lines of its log after that of its address; ends when the process does.
    pub log: Receiver<String>,
}

/// Starts the server and waits for its listening address.
pub fn start(mut command: Command) -> Running {
    command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Process::start(&mut command);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, rest) = line.split_once("listening on: ")?;
        Some(rest.split_whitespace().next()?.to_owned())
    });
    let (send, log) = channel();
    // Nobody may wait for the lines: the pipe must be emptied all the same.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(send.send(line))));
    Running { child, address: address.expect("it listens"), log }
}

pub fn terminate(child: &Child) {
    let status = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(status.unwrap().success());
}

async fn a_backup_is_the_whole_register_and_checked(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("甲项目", json!({})).await;
    let file = app.database.folder.path().join("copy 'of' it.db");
    let backup = |file: &std::path::Path| command(&app, &["backup", file.to_str().unwrap()]);

    let made = run(backup(&file)).await;

    assert!(made.status.success(), "{}", text(&made.stderr));
    let again = run(backup(&file)).await;
    assert!(!again.status.success() && text(&again.stderr).contains("already exists"));
    if app.is_postgres() {
        return;
    }
    assert!(text(&made.stdout).contains("ok: "), "{}", text(&made.stdout));
    let mut copy = Conn::open(&DatabaseUrl::Sqlite(file.clone()), Use::Read).unwrap();
    let copied = major_projects::testing::projects::get(
        &mut copy,
        major_projects::testing::ProjectId(project),
        major_projects::testing::Sight::All,
    );
    assert_eq!(copied.unwrap().facts.name.as_str(), "甲项目");
}

async fn a_request_in_flight_is_finished_after_sigterm(app: TestApp) {
    let serving = command(&app, &["serve", "--workers", "1"]);
    let outcome = tokio::task::spawn_blocking(move || {
        let Running { mut child, address, .. } = start(serving);
        let health = Command::new(env!("CARGO_BIN_EXE_major-projects"));
        let healthy = { health }.args(["healthcheck", "--listen", &address]).status().unwrap();
        let body = r#"{"username":"nobody","password":"a guess"}"#;
        let (first, rest) = body.split_at(10);
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!(
            "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // The head is read, and the body is asked for.
        let mut asked = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut asked).unwrap();
        stream.write_all(first.as_bytes()).unwrap();
        terminate(&child);
        std::thread::sleep(Duration::from_millis(300));
        stream.write_all(rest.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        let status = child.wait().unwrap();
        let refused = TcpStream::connect(&address).is_err();
        (healthy.success(), answer, status.success(), refused)
    });
    let (healthy, answer, stopped, refused) = outcome.await.unwrap();

    assert!(healthy);
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert!(stopped && refused);
}

async fn the_demonstration_finds_its_data_again(app: TestApp) {
    let mut seen: Vec<Value> = Vec::new();
    for _ in 0..2 {
        let demonstrating = command(&app, &["demo", "--password-memory-kib", "8"]);
        let running = tokio::task::spawn_blocking(move || start(demonstrating)).await.unwrap();
        let file = app.database.folder.path().join("demo-accounts.json");
        // The accounts file is written before the server listens.
        let accounts: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(&file).unwrap().permissions(),
        );
        let first = &accounts[0];
        let base = format!("http://{}/api/v1", running.address);
        let body = json!({"username": first["username"], "password": first["password"]});
        let session = app.stranger().post(&format!("{base}/sessions"), &body).await.expect(201);
        let mut commission = app.stranger();
        commission.token = session.json["access_token"].as_str().map(str::to_owned);
        let table = commission
            .get(&format!("{base}/summaries/commitments?year=2021&through=2021-05"))
            .await
            .expect(200);
        // Projects added by users between two starts do not prevent the second.
        let name = format!("自己的项目{}", seen.len());
        let own = json!({"name": name, "industry": "next_gen_it", "area": "hekou", "registered_year": 2024,
            "nature": "expansion", "total_investment_wan": "1.00"});
        commission.post(&format!("{base}/projects"), &own).await.expect(201);
        terminate(&running.child);
        let mut child = running.child;
        assert!(
            tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap().success()
        );

        assert_eq!(mode & 0o777, 0o600);
        for role in ["commission", "unit", "area", "viewer", "auditor", "admin"] {
            assert!(accounts.as_array().unwrap().iter().any(|a| a["role"] == role), "{role}");
        }
        assert_eq!(table.json["total"]["registered"]["project_count"], 152);
        seen.push(json!([accounts, table.json["total"]]));
    }
    assert_eq!(seen[0], seen[1]);
    let verified = run(command(&app, &["verify"])).await;
    assert!(verified.status.success(), "{}", text(&verified.stdout));
}

async fn a_register_of_real_projects_is_no_demonstration(app: TestApp) {
    app.commission().await.project("真项目", json!({})).await;

    let refused = run(command(&app, &["demo", "--listen", "127.0.0.1:0"])).await;

    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("a database of its own"), "{}", text(&refused.stderr));
}

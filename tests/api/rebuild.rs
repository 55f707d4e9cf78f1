//! The register is rebuilt as it stood at a moment, and answers as it did then.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use diesel::connection::SimpleConnection;
use major_projects::testing::events::seal::{head, seal_all};
use serde_json::{Value, json};

use crate::bulletins::quarter;
use crate::commands::{Running, command, run, start, terminate, text};
use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::golden::{Golden, differences};
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_rebuilt_register_answers_as_it_did,
    a_register_is_not_rebuilt_before_its_record,
    a_register_in_a_bulletin_is_compared_with_the_events,
];

/// Fields that say when and where an answer was made, and not what the register holds.
const OF_THE_ANSWER: [&str; 5] = ["as_of", "request_id", "last_event", "settled", "uri"];

/// Paths whose answers are no part of the record, or need an id that the test has not.
const NOT_RECORDED: [&str; 3] = ["/sessions", "/jobs", "/imports/templates/{kind}"];

/// A moment and what the server answered then.
struct Moment {
    sequence: i64,
    today: String,
    answers: BTreeMap<String, Value>,
}

/// Every reading operation that the commission may call, with values for its parameters.
fn paths(project: i64, milestone: i64) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/openapi.json");
    let document: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut found = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let Some(reading) = operations.get("get") else { continue };
        let roles = reading["x-roles"].as_array().unwrap();
        if !roles.contains(&json!("commission")) || NOT_RECORDED.iter().any(|p| path.starts_with(p))
        {
            continue;
        }
        let path = path
            .replace("{project_id}", &project.to_string())
            .replace("{milestone_id}", &milestone.to_string())
            .replace("{month}", "2023-01")
            .replace("{year}", "2023")
            .replace("{area}", "hekou")
            .replace("{industry}", "next_gen_it")
            .replace("{issue_id}", "1")
            .replace("{unit_id}", "1");
        if path.contains('{') {
            continue;
        }
        let query = match path.as_str() {
            "/events" => "?after=0&limit=1000",
            "/summaries/investment" => "?year=2023&through=2023-02&by=industry",
            p if p.starts_with("/summaries/") => "?year=2023&through=2023-02",
            "/digests" => "?year=2023",
            p if p.ends_with("/light") => "?year=2023",
            _ => "",
        };
        found.push(format!("{path}{query}"));
    }
    found
}

async fn answers(of: &Actor, paths: &[String]) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for path in paths {
        let answer = of.get(path).await;
        let mut said = answer.json;
        forget(&mut said);
        all.insert(path.clone(), json!([answer.status, said]));
    }
    all
}

fn forget(said: &mut Value) {
    match said {
        Value::Object(fields) => {
            fields.retain(|name, _| !OF_THE_ANSWER.contains(&name.as_str()));
            fields.values_mut().for_each(forget);
        }
        Value::Array(elements) => elements.iter_mut().for_each(forget),
        _ => {}
    }
}

async fn moment(app: &TestApp, of: &Actor, today: &str, paths: &[String]) -> Moment {
    app.calendar.turn_to(today);
    app.db.write(seal_all).await.unwrap();
    let sequence = app.db.read(head).await.unwrap();
    Moment { sequence, today: today.to_owned(), answers: answers(of, paths).await }
}

async fn rebuilt(app: &TestApp, at: &str, name: &str) -> PathBuf {
    let file = app.database.folder.path().join(name);
    let made = run(command(app, &["rebuild", "--at", at, file.to_str().unwrap()])).await;
    assert!(made.status.success(), "{}", text(&made.stderr));
    file
}

/// A server that only reads a rebuilt register, and a caller with its token.
async fn reading(app: &TestApp, file: &Path, today: &str) -> (Running, Actor) {
    let url = format!("sqlite:{}", file.display());
    let mut serving = command(app, &["serve", "--read-only", "--today", today]);
    serving.env("DATABASE_URL", url).stdout(Stdio::piped());
    // Settings of the server whose answers were kept.
    serving.env("OC4IDS_PREFIX", "oc4ids-0t3st0").env("OC4IDS_PUBLISHER", "某市发展和改革委员会");
    serving.env("OC4IDS_LICENSE", "https://creativecommons.org/licenses/by/4.0/");
    let (running, token) = tokio::task::spawn_blocking(move || {
        let mut running = start(serving);
        let lines = BufReader::new(running.child.stdout.take().unwrap()).lines();
        let token = lines.map_while(Result::ok).find_map(|line| {
            line.starts_with("token of ").then(|| line.rsplit_once(' ').unwrap().1.to_owned())
        });
        (running, token)
    })
    .await
    .unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let actor = Actor::new(client, format!("http://{}/api/v1", running.address), token);
    (running, actor)
}

async fn a_rebuilt_register_answers_as_it_did(app: TestApp) {
    let commission = app.commission().await;
    let (one, two) = quarter(&app, &commission).await;
    let milestone = json!({"code": "main_structure", "baseline_date": "2023-03-01"});
    let milestone = commission.post(&format!("/projects/{one}/milestones"), &milestone).await;
    let milestone = milestone.expect(201).json["id"].as_i64().unwrap();
    let paths = paths(one, milestone);
    let mut moments = vec![moment(&app, &commission, "2023-04-10", &paths).await];

    commission.step("/reporting-months/2023-01/publication").await.expect(201);
    commission.assign(one, &[(app.unit_id("甲公司").await, "owner")]).await;
    let issue = json!({"title": "用地指标不足", "category": "land", "level": "unit",
        "asked": "请自然资源部门协调 35 亩用地指标", "due_on": "2023-05-31"});
    let owner = app.unit("甲公司").await;
    owner.post(&format!("/projects/{one}/issues"), &issue).await.expect(201);
    moments.push(moment(&app, &commission, "2023-04-11", &paths).await);

    commission.assign(two, &[(app.unit_id("城投公司").await, "owner")]).await;
    commission.step("/reporting-months/2023-02/publication").await.expect(201);
    let renamed = json!({"name": "丙项目", "leader": "李四"});
    let version =
        commission.get(&format!("/projects/{one}")).await.json["version"].as_i64().unwrap();
    commission.patch(&format!("/projects/{one}"), version, &renamed).await.expect(200);
    let gone = commission.project("录错的项目", json!({})).await;
    moments.push(moment(&app, &commission, "2023-04-12", &paths).await);

    let version =
        commission.get(&format!("/projects/{gone}")).await.json["version"].as_i64().unwrap();
    commission
        .patch(&format!("/projects/{gone}"), version, &json!({"name": "改后"}))
        .await
        .expect(200);
    app.db.write(seal_all).await.unwrap();

    for (n, moment) in moments.iter().enumerate() {
        let good = moment.answers.values().filter(|answer| answer[0] == 200).count();
        assert!(good > 40, "{good} of {} answers are good", moment.answers.len());
        let file = rebuilt(&app, &moment.sequence.to_string(), &format!("then-{n}.db")).await;
        let (running, reader) = reading(&app, &file, &moment.today).await;
        let then = answers(&reader, &paths).await;
        for (path, before) in &moment.answers {
            let different = differences(before, &then[path], &|_| false);
            assert!(different.is_empty(), "{path} after event {}: {different:#?}", moment.sequence);
        }
        let refused = reader.post("/projects", &json!({})).await;
        assert!([409, 422].contains(&refused.status), "{}", refused.text);
        let version =
            reader.get(&format!("/projects/{one}")).await.json["version"].as_i64().unwrap();
        let refused =
            reader.patch(&format!("/projects/{one}"), version, &json!({"name": "改写过去"})).await;
        assert_eq!((refused.status, refused.code()), (409, "read-only"));
        terminate(&running.child);
        let again = run(command(&app, &["rebuild", "--at", "1", file.to_str().unwrap()])).await;
        assert!(!again.status.success() && text(&again.stderr).contains("already exists"));
    }
    assert_ne!(moments[0].answers, moments[2].answers);
    let file = app.database.folder.path().join("then-2.db");
    let mut verifying = command(&app, &["verify"]);
    verifying.env("DATABASE_URL", format!("sqlite:{}", file.display()));
    let refused = run(verifying).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("was rebuilt as it stood at "));
    let unknown = run(command(&app, &["rebuild", "--at", "999999", "/tmp/none.db"])).await;
    assert!(
        text(&unknown.stderr).contains("there is no event 999999"),
        "{}",
        text(&unknown.stderr)
    );
}

async fn a_register_is_not_rebuilt_before_its_record(app: TestApp) {
    let app = Golden::load(app, "once.jsonl").await.app;
    let file = app.database.folder.path().join("then.db");
    let early = run(command(&app, &["rebuild", "--at", "3", file.to_str().unwrap()])).await;
    let said = text(&early.stderr);
    assert!(!early.status.success(), "{}", text(&early.stdout));
    assert!(said.contains("the record of this register begins with event "), "{said}");
    assert!(!file.exists());

    app.db.write(seal_all).await.unwrap();
    let last = app.db.read(head).await.unwrap();
    let made = rebuilt(&app, &last.to_string(), "now.db").await;
    let today = major_projects::testing::Calendar::today(&*app.calendar).to_string();
    let (_running, reader) = reading(&app, &made, &today).await;
    let projects = reader.get("/projects").await.expect(200);
    assert_eq!(projects.json["total"], 7, "{}", projects.text);
    let verified = run(command(&app, &["verify"])).await;
    assert!(verified.status.success(), "{}", text(&verified.stdout));
    assert!(text(&verified.stdout).contains("was published before the record began"));
}

async fn a_register_in_a_bulletin_is_compared_with_the_events(app: TestApp) {
    let commission = app.commission().await;
    let (one, two) = quarter(&app, &commission).await;
    for month in ["2023-01", "2023-02"] {
        commission.step(&format!("/reporting-months/{month}/publication")).await.expect(201);
    }
    assert_eq!(app.wrong().await, [""; 0]);
    // An amount and a name in the second bulletin, its hash made anew as somebody with the database can.
    let mut conn = app.tampering();
    conn.batch_execute(
        "update bulletins set content = replace(content, '\"乙项目\"', '\"另一个\"') where month = '2023-02'",
    )
    .unwrap();
    let found = app.wrong().await;
    let line =
        format!("bulletin 2023-02: projects {two}: name is \"另一个\"; the events have \"乙项目\"");
    assert!(found.contains(&line), "{found:#?}");
    assert!(!found.iter().any(|line| line.contains(&format!("projects {one}:"))), "{found:#?}");
    assert!(!found.iter().any(|line| line.starts_with("bulletin 2023-01: projects")), "{found:#?}");
}

//! The present program reads what 0.1.0 stored, answers what 0.1.0 answered, and publishes the
//! months after.

mod columns;
mod kinds;
pub mod workbook;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use major_projects::testing::Language;
use major_projects::testing::events::seal::seal_all;
use major_projects::testing::headings::heading;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{PASSWORD, TestApp};
use crate::support::golden::{Golden, differences, lines, rows};
use crate::support::run::OnEach;
use crate::support::workbook::sheets;
use crate::tests;

tests![
    OnEach;
    histories_and_the_feed_tell_what_0_1_0_told,
    the_whole_history_holds_every_event_of_0_1_0,
    every_issue_of_0_1_0_shows_its_steps,
    bulletins_of_0_1_0_are_shown_and_printed_as_they_were,
    summaries_as_published_are_those_of_0_1_0,
    the_register_of_0_1_0_is_shown_as_it_was,
    verify_finds_nothing_wrong_with_what_0_1_0_stored,
    the_next_months_are_published_on_what_0_1_0_stored,
    posts_that_0_1_0_answered_are_answered_the_same_within_72_hours,
    everything_0_1_0_stored_is_found_by_its_name,
];

/// Tests that need no database.
pub const ONCE: crate::support::run::Once = &[
    ("golden::every_kind_of_event_of_0_1_0_is_there", kinds::every_kind_of_event_of_0_1_0_is_there),
    ("golden::a_new_kind_of_event_is_noted", kinds::a_new_kind_of_event_is_noted),
    ("golden::every_golden_answer_is_compared", every_golden_answer_is_compared),
];

/// Members that later releases added to answers of 0.1.0: the path begins with, and the name.
const ADDED: &[(&str, &str)] = &[
    ("/bulletins", "restated_months"),
    ("/summaries", "restated_months"),
    ("/bulletins", "area_name"),
    ("/bulletins", "industry_name"),
    ("/summaries", "area_name"),
    ("/summaries", "industry_name"),
    ("/summaries", "total_known"),
    ("/events", "subject"),
    ("/history", "subject"),
    ("/projects", "subject"),
    ("/projects", "warnings"),
    ("/projects", "location"),
    ("/projects", "contractor"),
    ("/projects", "contract_sum_wan"),
    ("/projects", "package"),
    ("/projects", "phase"),
    ("/projects", "remarks"),
    ("/projects", "total_known"),
    ("/projects", "planned_start_precision"),
    ("/projects", "planned_finish_precision"),
    ("/projects", "planned_operation_precision"),
    ("/projects", "actual_start_precision"),
];

/// Which test compares an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Events,
    Steps,
    Bulletins,
    Published,
    Register,
}

fn part(path: &str) -> Part {
    match path {
        _ if path.starts_with("/events") || path.contains("/history") => Part::Events,
        _ if path.ends_with("/steps") => Part::Steps,
        _ if path.starts_with("/bulletins") => Part::Bulletins,
        _ if path.contains("as_of=published") => Part::Published,
        _ => Part::Register,
    }
}

fn path(kept: &Value) -> &str {
    kept["path"].as_str().unwrap()
}

/// The words of a page: how it is drawn may change, what it says may not.
fn words(page: &str) -> String {
    let mut words = String::new();
    let body = page.split_once("</head>").map_or(page, |(_, body)| body);
    for piece in body.split('<') {
        let shown = piece.split_once('>').map_or(piece, |(_, shown)| shown);
        words.extend(shown.split_whitespace().flat_map(|word| [word, "\n"]));
    }
    words
}

/// The rows of a CSV file by the names of its columns, whose order may change.
fn table(file: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(file.trim_start_matches('\u{feff}').as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// The rows of a CSV file with the names of fields for the Chinese headings that summaries have now.
fn by_fields(file: &str, old: &[BTreeMap<String, String>]) -> Vec<BTreeMap<String, String>> {
    let old_names = old.iter().flat_map(|row| row.keys().map(String::as_str));
    let names = old_names.chain(ADDED.iter().map(|(_, name)| *name));
    let fields: BTreeMap<String, &str> =
        names.map(|name| (heading(name, Language::Chinese), name)).collect();
    let field = |name: String| fields.get(&name).map_or(name, |field| (*field).to_owned());
    let rename =
        |row: BTreeMap<String, String>| row.into_iter().map(|(n, v)| (field(n), v)).collect();
    table(file).into_iter().map(rename).collect()
}

/// Empties the network addresses of events, which 0.1.0 showed to everybody who read its history; now
/// they are for the auditor alone.
fn hide_origins(answer: &mut Value) {
    match answer {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "origin" {
                    *value = json!("");
                } else {
                    hide_origins(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_origins),
        _ => {}
    }
}

/// What the present program answers to a golden question differently.
async fn changed(golden: &Golden, kept: &Value) -> Vec<String> {
    let (path, actor) = (path(kept), golden.actor(kept["who"].as_str().unwrap()));
    let is_added =
        |name: &str| ADDED.iter().any(|(start, added)| path.starts_with(start) && *added == name);
    if let Some(old) = kept.get("sheets") {
        return differences(old, &sheets(&actor.download(path).await), &is_added);
    }
    let mut now = actor.get(path).await;
    if now.status != 200 {
        return vec![format!("{}: {}", now.status, now.text)];
    }
    let mut old = kept.clone();
    if kept["who"] != "auditor" && part(path) == Part::Events {
        hide_origins(&mut old["json"]);
    }
    if path.ends_with("/comparison") || path.starts_with("/digests") {
        // They say when they were asked for: a log-in of this test may wait for its seal.
        for field in ["as_of", "last_event", "settled"] {
            old["json"][field] = Value::Null;
            now.json[field] = Value::Null;
        }
    }
    let mut found = match (old.get("json"), kept["text"].as_str()) {
        (Some(old), _) if path.starts_with("/events") && old.get("items").is_some() => {
            // The feed goes on: the log-ins of this test come after.
            differences(&old["items"], &now.json["items"], &is_added)
        }
        (Some(old), _) => differences(old, &now.json, &is_added),
        (None, Some(page)) if page.starts_with("<!DOCTYPE") || page.starts_with("<!doctype") => {
            differences(&json!(words(page)), &json!(words(&now.text)), &is_added)
        }
        (None, Some(file)) if path.contains("format=csv") => {
            let old = table(file);
            differences(&json!(old), &json!(by_fields(&now.text, &old)), &is_added)
        }
        (None, old) => differences(&json!(old), &json!(now.text), &is_added),
    };
    if kept["ETag"].as_str().unwrap_or("") != now.header("etag") {
        found.push(format!("the ETag was {} and is {}", kept["ETag"], now.header("etag")));
    }
    found
}

/// Compares every golden answer of a part.
async fn compare(app: TestApp, wanted: Part) {
    let golden = Golden::load(app, "answers.jsonl").await;
    let mut wrong = String::new();
    for kept in lines("answers.jsonl").iter().filter(|kept| part(path(kept)) == wanted) {
        for line in changed(&golden, kept).await.into_iter().take(20) {
            let line: String = line.chars().take(300).collect();
            writeln!(wrong, "{} {}: {line}", kept["who"], path(kept)).unwrap();
        }
    }
    assert!(wrong.is_empty(), "not as 0.1.0 answered:\n{wrong}");
}

async fn histories_and_the_feed_tell_what_0_1_0_told(app: TestApp) {
    compare(app, Part::Events).await;
}

async fn the_whole_history_holds_every_event_of_0_1_0(app: TestApp) {
    let golden = Golden::load(app, "answers.jsonl").await;
    let answers = lines("answers.jsonl");
    let feed = answers.iter().find(|kept| path(kept).starts_with("/events")).unwrap();
    let mut told = feed["json"]["items"].as_array().unwrap().clone();
    for event in &mut told {
        event.as_object_mut().unwrap().remove("sequence");
    }
    let last = told.last().unwrap()["id"].as_i64();

    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = golden.actor("auditor").get(&format!("/history?limit=200{cursor}")).await;
        let page = page.expect(200);
        found.extend(page.items().iter().filter(|e| e["id"].as_i64() <= last).cloned());
        let Some(next) = page.json["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    found.reverse();

    let added = |name: &str| ADDED.contains(&("/events", name));
    assert_eq!(differences(&json!(told), &json!(found), &added), [""; 0]);
}

async fn every_issue_of_0_1_0_shows_its_steps(app: TestApp) {
    compare(app, Part::Steps).await;
}

async fn bulletins_of_0_1_0_are_shown_and_printed_as_they_were(app: TestApp) {
    compare(app, Part::Bulletins).await;
}

async fn summaries_as_published_are_those_of_0_1_0(app: TestApp) {
    compare(app, Part::Published).await;
}

async fn the_register_of_0_1_0_is_shown_as_it_was(app: TestApp) {
    compare(app, Part::Register).await;
}

fn every_golden_answer_is_compared() {
    let all = lines("answers.jsonl");
    let count = |wanted: Part| all.iter().filter(|kept| part(path(kept)) == wanted).count();

    assert_eq!(count(Part::Steps), rows("issues").len());
    // JSON, content, page, workbook, comparison, and three callers who see less; and the list.
    assert_eq!(count(Part::Bulletins), rows("bulletins").len() * 8 + 1);
    assert_eq!(count(Part::Events), rows("projects").len() + 2);
    assert!(count(Part::Published) >= 20 && count(Part::Register) >= 40);
    let feed = all.iter().find(|kept| path(kept).starts_with("/events")).unwrap();
    assert_eq!(feed["json"]["items"].as_array().unwrap().len(), rows("events").len());
}

async fn verify_finds_nothing_wrong_with_what_0_1_0_stored(app: TestApp) {
    let golden = Golden::load(app, "answers.jsonl").await;

    let said = golden.verify().await;

    let is_early = |line: &str| line.contains("was published before the record began");
    let (early, others): (Vec<&str>, Vec<&str>) = said.lines().partition(|line| is_early(line));
    assert_eq!(early.len(), rows("bulletins").len(), "{said}");
    assert!(others.len() > 5 && others.iter().all(|line| line.starts_with("ok: ")), "{said}");
}

async fn the_next_months_are_published_on_what_0_1_0_stored(app: TestApp) {
    let golden = Golden::load(app, "answers.jsonl").await;
    let commission = golden.actor("commission");
    let bulletins = rows("bulletins");
    let april = bulletins.last().unwrap();

    // May was closed by 0.1.0; June is closed by this program.
    let may = commission.step("/reporting-months/2021-05/publication").await.expect(201).json;
    for report in commission.get("/reports?month=2021-06&limit=200").await.expect(200).items() {
        let path = format!("/projects/{}/reports/2021-06", report["project_id"]);
        if report["state"] == "submitted" {
            commission.step(&format!("{path}/confirmation")).await.expect(200);
        }
    }
    commission.step("/reporting-months/2021-06/closing").await.expect(200);
    let june = commission.step("/reporting-months/2021-06/publication").await.expect(201).json;

    assert_eq!(may["previous_sha256"], april["sha256"]);
    assert_eq!(june["previous_sha256"], may["sha256"]);
    let told = |bulletin: &Value, list: &str, field: &str| -> Vec<Value> {
        let all = bulletin["figures"][list].as_array().unwrap();
        all.iter().map(|item| item[field].clone()).collect()
    };
    assert_eq!(told(&may, "restatements", "amount_wan"), ["35.50"]);
    assert_eq!(told(&june, "restatements", "amount_wan"), [""; 0]);
    // Those that were not cleared, as their events tell.
    let open = rows("issues").into_iter().filter(|issue| issue["state"] != "cleared");
    let open: Vec<Value> = open.map(|issue| issue["id"].clone()).collect();
    for bulletin in [&may, &june] {
        assert_eq!(told(bulletin, "issues", "id"), open);
    }
    for month in ["2021-05", "2021-06"] {
        for format in ["json", "html", "xlsx"] {
            commission.get(&format!("/bulletins/{month}?format={format}")).await.expect(200);
        }
        let path = format!("/summaries/commitments?year=2021&through={month}&as_of=published");
        commission.get(&path).await.expect(200);
    }
    golden.verify().await;
}

async fn posts_that_0_1_0_answered_are_answered_the_same_within_72_hours(app: TestApp) {
    let golden = Golden::load(app, "once.jsonl").await;
    let mut wrong = String::new();
    for kept in lines("once.jsonl") {
        let actor = golden.actor(kept["who"].as_str().unwrap());
        let mut request = actor.request(Method::POST, path(&kept));
        for (name, value) in kept["headers"].as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        if let Some(body) = kept["body"].as_str() {
            request = request.body(body.to_owned());
        }

        let now = actor.send(request).await;

        let (mut old, same) = (kept["again"].clone(), json!("the same"));
        if old["body"] == same {
            old["body"] = kept["reply"]["body"].clone();
        }
        let mut got = json!({"status": now.status, "body": now.json});
        for name in ["Location", "ETag", "Idempotency-Replayed"] {
            if !now.header(name).is_empty() {
                got[name] = json!(now.header(name));
            }
        }
        assert_eq!(old["Idempotency-Replayed"], "true");
        for line in differences(&old, &got, &|_| false) {
            writeln!(wrong, "{}: {line}", path(&kept)).unwrap();
        }
    }
    assert!(wrong.is_empty(), "not as 0.1.0 answered:\n{wrong}");

    // Nothing was done but logging in, which is no event.
    let auditor = golden.app.log_in("auditor", PASSWORD).await;
    golden.app.db.write(seal_all).await.unwrap();
    let after = format!("/events?after={}&limit=1000", rows("events").len());
    let feed = auditor.get(&after).await.expect(200);
    let kinds: BTreeSet<&str> = feed.items().iter().filter_map(|e| e["kind"].as_str()).collect();
    assert_eq!(kinds, BTreeSet::new());
}

/// Rows that 0.1.0 stored have no folded text; this program makes it when it migrates.
async fn everything_0_1_0_stored_is_found_by_its_name(app: TestApp) {
    let golden = Golden::load(app, "answers.jsonl").await;
    let full_width = |text: &str| -> String {
        let wide = |c: char| char::from_u32(u32::from(c) + 0xfee0).filter(|_| c.is_ascii_graphic());
        text.chars().map(|c| wide(c).unwrap_or(c)).collect()
    };
    let (commission, admin) = (golden.actor("commission"), golden.actor("admin"));
    let mut searched = 0;
    for (actor, list, table, field) in [
        (commission, "/projects", "projects", "name"),
        (commission, "/units", "units", "name"),
        (admin, "/users", "users", "username"),
        (admin, "/users", "users", "display_name"),
    ] {
        let clients: Vec<Value> = rows("clients").iter().map(|c| c["user_id"].clone()).collect();
        for row in
            rows(table).iter().filter(|row| table != "users" || !clients.contains(&row["id"]))
        {
            let name = full_width(row[field].as_str().unwrap()).to_uppercase();
            let q: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
            let found = actor.get(&format!("{list}?limit=200&q={q}")).await.expect(200);
            let ids: Vec<&Value> = found.items().iter().map(|item| &item["id"]).collect();
            assert!(ids.contains(&&row["id"]), "{list} {name}: {}", found.text);
            searched += 1;
        }
    }
    assert!(searched > 40, "{searched}");
}

//! Digests: recomputed from the API's lists as the document describes them.

use std::collections::{BTreeMap, BTreeSet};

use major_projects::testing::Role;
use major_projects::testing::events::seal;
use major_projects::testing::{Calendar as _, Clock as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::bulletins::quarter;
use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::{OnBoth, OnEach, Running};
use crate::tests;

tests![
    OnEach;
    digests_are_what_the_lists_say,
    a_change_changes_its_own_digest_and_no_other,
    digests_cover_the_projects_visible_to_the_caller,
    events_without_a_sequence_are_reported,
];

/// Tests that compare the answers of both databases byte by byte.
pub const SAME: OnBoth = &[("digests::both_databases_answer_the_same_bytes", |s, p| -> Running {
    Box::pin(both_databases_answer_the_same_bytes(s, p))
})];

/// Digests by key: industry, or industry and month.
type Digests = BTreeMap<String, (u64, String, String)>;

/// An amount in 万元 as 10^-6 万元.
fn micro(text: &str) -> i128 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap();
    sign * format!("{whole}{part:0<6}").parse::<i128>().unwrap()
}

fn wan(micro: i128) -> String {
    let (sign, size) = (if micro < 0 { "-" } else { "" }, micro.abs());
    let part = format!("{:06}", size % 1_000_000);
    let part = part.trim_end_matches('0');
    format!("{sign}{}.{part:0<2}", size / 1_000_000)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

#[derive(Default)]
struct Pile {
    count: u64,
    sum: i128,
    lines: String,
}

impl Pile {
    fn add(&mut self, line: &str, counted: &str) {
        self.count += 1;
        self.sum += micro(counted);
        self.lines += line;
        self.lines += "\n";
    }

    fn digest(&self) -> (u64, String, String) {
        let hash = Sha256::digest(self.lines.as_bytes());
        let hex = hash.iter().fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
        (self.count, wan(self.sum), hex)
    }
}

async fn projects(actor: &Actor) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = actor.get(&format!("/projects?sort=id&limit=60{cursor}")).await.expect(200).json;
        all.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// Digests recomputed from lists; restatements are searched in `months`.
async fn recomputed(actor: &Actor, year: i32, months: &[&str]) -> Digests {
    let mut piles: BTreeMap<String, Pile> = BTreeMap::new();
    let projects = projects(actor).await;
    for project in &projects {
        let total = text(&project["total_investment_wan"]);
        let line = format!("project {} {} {total}", project["id"], project["version"]);
        piles.entry(text(&project["industry"]).to_owned()).or_default().add(&line, total);
        let reports = actor.get(&format!("/projects/{}/reports", project["id"])).await.expect(200);
        for report in reports.items() {
            let month = text(&report["month"]);
            if month.starts_with(&year.to_string()) {
                let (state, completed) = (text(&report["state"]), text(&report["completed_wan"]));
                let line =
                    format!("report {} {} {state} {completed}", project["id"], report["version"]);
                let at = format!("{} {month}", text(&project["industry"]));
                let counted = if state == "confirmed" { completed } else { "0.00" };
                piles.entry(at).or_default().add(&line, counted);
            }
        }
    }
    for project in &projects {
        for month in months {
            let path = format!("/projects/{}/reports/{month}/restatements", project["id"]);
            for restated in actor.get(&path).await.expect(200).items() {
                let amount = text(&restated["amount_wan"]);
                let line = format!("restatement {} {} {amount}", project["id"], restated["id"]);
                let at = format!("{} {month}", text(&project["industry"]));
                piles.entry(at).or_default().add(&line, amount);
            }
        }
    }
    piles.into_iter().map(|(at, pile)| (at, pile.digest())).collect()
}

/// Digests as answered by the API.
fn said(answer: &Value) -> Digests {
    let one = |digest: &Value, sum: &str| {
        let (sum, hash) = (text(&digest[sum]).to_owned(), text(&digest["sha256"]).to_owned());
        (digest["count"].as_u64().unwrap(), sum, hash)
    };
    let projects = answer["projects"].as_array().unwrap().iter();
    let projects =
        projects.map(|d| (text(&d["industry"]).to_owned(), one(d, "total_investment_wan")));
    let months = answer["months"].as_array().unwrap().iter();
    let months = months.map(|d| {
        (format!("{} {}", text(&d["industry"]), text(&d["month"])), one(d, "completed_wan"))
    });
    let mut all = Digests::new();
    for (at, digest) in projects.chain(months) {
        assert!(all.insert(at.clone(), digest).is_none(), "{at} stands twice");
    }
    all
}

async fn digests(actor: &Actor, year: i32) -> Digests {
    said(&actor.get(&format!("/digests?year={year}")).await.expect(200).json)
}

async fn load_demo(app: &TestApp) -> Actor {
    let (today, now) = (app.calendar.today(), app.clock.now());
    let year = major_projects::testing::Year::new(2021).unwrap();
    major_projects::testing::demo::load::load(&app.db, year, today, now, |_, _| ()).await.unwrap();
    app.commission().await
}

fn restatement(amount: &str) -> Value {
    json!({"amount_wan": amount, "reason": "审计核减", "approver": "重大项目科"})
}

async fn digests_are_what_the_lists_say(app: TestApp) {
    let commission = load_demo(&app).await;
    let demo = digests(&commission, 2021).await;
    assert_eq!(demo, recomputed(&commission, 2021, &[]).await);
    let sum = |digests: &Digests, month: bool| -> (u64, i128) {
        let of = digests.iter().filter(|(at, _)| at.contains(' ') == month);
        of.fold((0, 0), |(n, sum), (_, (count, wan, _))| (n + count, sum + micro(wan)))
    };
    assert_eq!(sum(&demo, false), (152, micro("14456800.00")));
    let table = commission.get("/summaries/commitments?year=2021&through=2021-12").await;
    assert_eq!(sum(&demo, true).1, micro(text(&table.json["total"]["completed_wan"])));

    let (one, two) = quarter(&app, &commission).await;
    // A month with one report, one without, one with two; amounts of different lengths.
    for (project, month, amount) in [
        (one, "2023-01", "-0.000001"),
        (two, "2023-02", "7.25"),
        (one, "2023-01", "12345.678901"),
        (two, "2023-03", "-80.00"),
    ] {
        let path = format!("/projects/{project}/reports/{month}/restatements");
        commission.post(&path, &restatement(amount)).await.expect(201);
    }
    let months = ["2023-01", "2023-02", "2023-03"];
    let closed = digests(&commission, 2023).await;
    assert_eq!(closed, recomputed(&commission, 2023, &months).await);
    let counts = months.map(|month| closed[&format!("next_gen_it {month}")].0);
    assert_eq!(counts, [4, 2, 3], "two reports and two restatements, one and one, two and one");
    assert_eq!(closed["next_gen_it 2023-01"].1, "12545.6789");
    let none = commission.get("/digests?year=1999").await.expect(200).json;
    assert_eq!((&none["months"], &none["year"]), (&json!([]), &json!(1999)));
}

/// Keys whose digests differ.
fn differing(before: &Digests, after: &Digests) -> BTreeSet<String> {
    let all = before.keys().chain(after.keys());
    all.filter(|at| before.get(*at) != after.get(*at)).cloned().collect()
}

async fn a_change_changes_its_own_digest_and_no_other(app: TestApp) {
    let commission = app.commission().await;
    let (one, _) = quarter(&app, &commission).await;
    let third = json!({"industry": "new_energy", "registered_year": 2023});
    let third = commission.project("丙项目", third).await;
    app.calendar.turn_to("2023-05-02");
    let days = json!({"opens_on": "2023-05-01", "due_on": "2023-05-05"});
    commission.create("/reporting-months/2023-04", &days).await.expect(201);
    let mut before = digests(&commission, 2023).await;
    let mut expect = async |what: &str, changed: &[&str]| {
        let after = digests(&commission, 2023).await;
        let expected: BTreeSet<String> = changed.iter().map(|at| (*at).to_owned()).collect();
        assert_eq!(differing(&before, &after), expected, "{what}");
        let months = ["2023-01", "2023-02", "2023-03", "2023-04"];
        assert_eq!(after, recomputed(&commission, 2023, &months).await, "{what}");
        before = after;
    };
    let version =
        async |path: &str| commission.get(path).await.expect(200).json["version"].as_i64().unwrap();
    let project = format!("/projects/{one}");
    let patch = async |path: &str, body: Value| {
        commission.patch(path, version(path).await, &body).await.expect(200);
    };

    expect("nothing", &[]).await;
    patch(&project, json!({"name": "甲项目（更名）"})).await;
    expect("a name, by the version", &["next_gen_it"]).await;
    patch(&project, json!({"total_investment_wan": "10000.000001"})).await;
    expect("an amount", &["next_gen_it"]).await;
    let report = format!("/projects/{third}/reports/2023-04");
    commission.create(&report, &json!({"completed_wan": "5.00"})).await.expect(201);
    expect("a draft", &["new_energy 2023-04"]).await;
    let words = json!({"completed_wan": "5.00", "progress": "基础完成"});
    commission.change(&report, 1, &words).await.expect(200);
    expect("words of a report", &["new_energy 2023-04"]).await;
    commission.step(&format!("{report}/submission")).await.expect(200);
    expect("a submission", &["new_energy 2023-04"]).await;
    commission.step(&format!("{report}/confirmation")).await.expect(200);
    expect("a confirmation", &["new_energy 2023-04"]).await;
    commission.post(&format!("{report}/return"), &json!({"reason": "请核对"})).await.expect(200);
    expect("a return", &["new_energy 2023-04"]).await;
    let restated = format!("{project}/reports/2023-02/restatements");
    commission.post(&restated, &restatement("-1.00")).await.expect(201);
    expect("a restatement", &["next_gen_it 2023-02"]).await;
    let move_on = json!({"stage": "completed", "on": "2023-05-01"});
    commission.post(&format!("/projects/{third}/transitions"), &move_on).await.expect(200);
    expect("a stage", &["new_energy"]).await;
    patch(&format!("/projects/{third}"), json!({"industry": "new_materials"})).await;
    let moved = ["new_energy", "new_energy 2023-04", "new_materials", "new_materials 2023-04"];
    expect("another line takes its reports along", &moved).await;
}

async fn digests_cover_the_projects_visible_to_the_caller(app: TestApp) {
    let commission = app.commission().await;
    let own = commission.project("甲", json!({})).await;
    let other = commission.project("乙", json!({"area": "hekou", "industry": "new_energy"})).await;
    let hidden = json!({"visibility": "restricted", "area": "hekou"});
    commission.project("丙", hidden).await;
    commission.assign(own, &[(app.unit_id("甲公司").await, "owner")]).await;
    commission.confirmed(own, "2021-05", "5.00").await;
    commission.confirmed(other, "2021-05", "6.00").await;
    let (unit, area) = (app.unit("甲公司").await, app.area("hekou").await);
    let viewer = app.role(Role::Viewer).await;

    for (actor, expected) in [
        (
            &commission,
            vec!["new_energy", "new_energy 2021-05", "next_gen_it", "next_gen_it 2021-05"],
        ),
        (&viewer, vec!["new_energy", "new_energy 2021-05", "next_gen_it", "next_gen_it 2021-05"]),
        (&unit, vec!["next_gen_it", "next_gen_it 2021-05"]),
        (&area, vec!["new_energy", "new_energy 2021-05", "next_gen_it"]),
    ] {
        let seen = digests(actor, 2021).await;
        assert_eq!(seen.keys().collect::<Vec<_>>(), expected);
        assert_eq!(seen, recomputed(actor, 2021, &[]).await);
    }
    let counts = |digests: Digests| digests["next_gen_it"].0;
    assert_eq!(counts(digests(&commission, 2021).await), 2);
    assert_eq!(counts(digests(&viewer, 2021).await), 1, "the restricted one is not in it");
    for role in [Role::Auditor, Role::Admin] {
        assert_eq!(app.role(role).await.get("/digests?year=2021").await.status, 403);
    }
    for (query, at) in [("", "?year"), ("?year=21", "?year"), ("?year=2021&month=5", "?month")] {
        let refused = commission.get(&format!("/digests{query}")).await;
        assert_eq!((refused.status, refused.errors()[0].0.as_str()), (400, at), "{query}");
    }
}

async fn events_without_a_sequence_are_reported(app: TestApp) {
    let commission = app.commission().await;
    commission.project("甲", json!({})).await;
    app.db.write(seal::seal_all).await.unwrap();
    let complete = commission.get("/digests?year=2021").await.expect(200).json;
    let feed = commission.get("/events?after=0&limit=1000").await.expect(200).json;

    assert_eq!(complete["settled"], true);
    assert_eq!(complete["last_event"], feed["head"]);
    // Recent events are included but reported as not yet in the feed, unless the sealer was faster;
    // then the digest must be reported as settled.
    for n in 0..20 {
        commission.project(&format!("乙{n}"), json!({})).await;
        let taken = commission.get("/digests?year=2021").await.expect(200).json;
        assert_eq!(taken["projects"][0]["count"], n + 2);
        let after = format!("/events?after={}&kind=project.created", complete["last_event"]);
        let items = commission.get(&after).await.expect(200).items().clone();
        let in_feed = |e: &&Value| e["sequence"].as_i64() <= taken["last_event"].as_i64();
        let sealed = items.iter().filter(in_feed).count();
        assert!(taken["settled"] == false || sealed == n + 1, "{taken}");
    }
}

async fn both_databases_answer_the_same_bytes(sqlite: TestApp, postgres: TestApp) {
    let mut answers = Vec::new();
    for app in [&sqlite, &postgres] {
        let commission = load_demo(app).await;
        let (one, _) = quarter(app, &commission).await;
        let path = format!("/projects/{one}/reports/2023-02/restatements");
        commission.post(&path, &restatement("-1.00")).await.expect(201);
        let years = [2021, 2023].map(|year| format!("/digests?year={year}"));
        let area = app.area("hekou").await;
        // A log-in is an event too: seal it before the first request.
        app.db.write(seal::seal_all).await.unwrap();
        for (actor, path) in
            [(&commission, &years[0]), (&commission, &years[1]), (&area, &years[0])]
        {
            answers.push(actor.get(path).await.expect(200).text);
        }
    }
    assert!(answers[0].len() > 2_000);
    assert_eq!(answers[..3], answers[3..]);
}

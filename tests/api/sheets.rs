//! Lists and summaries as CSV and XLSX: complete, equal to the JSON, and free of formulas.

use std::collections::BTreeMap;

use calamine::Data;
use major_projects::testing::{Calendar as _, Clock as _};
use reqwest::Method;
use serde_json::{Value, json};

use crate::documents::{document, operations};
use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::support::workbook::{Grid, text as cell};
use crate::tests;

tests![
    OnEach;
    a_list_is_exported_completely_and_equals_the_json,
    a_summary_is_exported_with_its_parts_and_its_head,
    every_list_and_summary_comes_in_all_three_forms,
    files_of_summaries_have_chinese_headings_with_names_beside_codes,
    nothing_in_a_file_is_calculated_or_mangled,
    a_file_holds_what_its_reader_may_see_and_no_more,
    an_unknown_format_is_refused_after_the_caller_is_known,
];

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Rows of a CSV file, by column name.
fn rows(answer: &Answer) -> Vec<BTreeMap<String, String>> {
    let text = answer.text.strip_prefix('\u{feff}').expect("a byte-order mark");
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let names = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        names.iter().zip(record.iter()).map(|(n, c)| (n.to_owned(), c.to_owned())).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// A JSON value as cell text.
fn said(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

async fn demo(app: &TestApp) -> Actor {
    let (today, now) = (app.calendar.today(), app.clock.now());
    let year = major_projects::testing::Year::new(2021).unwrap();
    major_projects::testing::demo::load::load(&app.db, year, today, now, |_, _| ()).await.unwrap();
    app.commission().await
}

async fn a_list_is_exported_completely_and_equals_the_json(app: TestApp) {
    let commission = demo(&app).await;
    let path = "/projects?year=2021&sort=name";
    let csv = commission.get(&format!("{path}&format=csv")).await.expect(200);
    let first = commission.get(&format!("{path}&limit=200")).await.expect(200);
    let request = commission.request(Method::GET, path).header("Accept", "text/csv");
    let accepted = commission.send(request).await.expect(200);
    let few = commission.get(&format!("{path}&format=csv&limit=3")).await.expect(200);

    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"projects.csv\"");
    assert_eq!(csv.text, accepted.text);
    let (rows, items) = (rows(&csv), first.items());
    assert_eq!((rows.len(), items.len(), self::rows(&few).len()), (152, 152, 3));
    for (row, item) in rows.iter().zip(items) {
        for (name, value) in item.as_object().unwrap() {
            assert_eq!(row[name], said(value), "{name}");
        }
        assert_eq!(row.len(), item.as_object().unwrap().len());
    }
}

async fn a_summary_is_exported_with_its_parts_and_its_head(app: TestApp) {
    let commission = demo(&app).await;
    let path = "/summaries/commitments?year=2021&through=2021-05";
    let json = commission.get(path).await.expect(200).json;
    let file = commission.request(Method::GET, &format!("{path}&format=csv"));
    let file = commission.send(file.header("Accept-Language", "en")).await.expect(200);
    let rows = rows(&file);

    let parts = ["lines", "groups", "parents", "total"];
    let count = |part: &str| rows.iter().filter(|row| row["part"] == part).count();
    assert_eq!(parts.map(count), [10, 2, 1, 1]);
    assert_eq!(rows.len(), 14);
    let (line, shown) = (&json["lines"][2], &rows[2]);
    assert_eq!(shown["name"], said(&line["name"]));
    assert_eq!(shown["against_plan.percent"], said(&line["against_plan"]["percent"]));
    assert_eq!(shown["deviation_points"], said(&line["deviation_points"]));
    assert!(shown["deviation_points"].starts_with('-'), "a negative number is a number");
    assert_eq!(rows[13]["completed_wan"], said(&json["total"]["completed_wan"]));
    for row in &rows {
        assert_eq!((row["year"].as_str(), row["basis"].as_str()), ("2021", "current"));
        assert_eq!(row["as_of"], said(&json["as_of"]));
    }
}

async fn every_list_and_summary_comes_in_all_three_forms(app: TestApp) {
    let commission = demo(&app).await;
    let admin = app.role(major_projects::testing::Role::Admin).await;
    let mut seen = 0;
    for (path, method, operation) in operations(&document()) {
        let answers = &operation["responses"]["200"]["content"];
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let has = |name: &str| parameters.iter().any(|p| p["name"] == name);
        let list = answers["application/json"]["schema"]["$ref"]
            .as_str()
            .is_some_and(|name| name.ends_with("Page"));
        let summary = path.starts_with("/summaries/");
        let is_sheet = answers.get(XLSX).is_some() && answers.get("text/csv").is_some();
        assert_eq!(is_sheet, method == "get" && (list || summary), "{method} {path}");
        if !is_sheet {
            continue;
        }
        assert!(has("format"), "{path}");
        let filled = path
            .replace("{month}", "2021-04")
            .replace("{year}", "2021")
            .split('/')
            .map(|s| if s.starts_with('{') { "7" } else { s })
            .collect::<Vec<_>>()
            .join("/");
        let by = if has("by") { "&by=area" } else { "" };
        let query = if has("year") { format!("year=2021{by}") } else { String::new() };
        let actor = if path == "/users" || path == "/clients" { &admin } else { &commission };
        let json = actor.get(&format!("{filled}?{query}")).await;
        for form in ["csv", "xlsx"] {
            let file = actor.get(&format!("{filled}?{query}&format={form}")).await;
            assert_eq!(file.status, json.status, "{path} {form}: {}", file.text);
            if file.status == 200 {
                let starts = if form == "csv" { "\u{feff}" } else { "PK" };
                assert!(file.text.starts_with(starts), "{path} {form}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 40, "{seen}");
}

async fn files_of_summaries_have_chinese_headings_with_names_beside_codes(app: TestApp) {
    let commission = demo(&app).await;
    let mut headings = std::collections::BTreeSet::new();
    for path in [
        "commitments?year=2021",
        "investment?year=2021&by=area",
        "investment?year=2021&by=industry&by=stage",
        "investment?year=2021&by=nature&by=month",
        "trend?year=2021",
        "milestones?year=2021&by=area",
        "lights?year=2021&by=group",
        "lights/projects?year=2021",
        "rankings?year=2021&by=unit",
        "projects?year=2021",
        "filings?year=2021",
        "issues?by=unit",
    ] {
        let file = commission.get(&format!("/summaries/{path}&format=csv")).await;
        let file = file.expect(200);
        let text = file.text.strip_prefix('\u{feff}').unwrap();
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        for name in &names {
            let plain = name.chars().any(|c| c.is_ascii_alphabetic() || c == '_');
            assert!(!plain, "{path}: {name}");
        }
        let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{path}: {names:?}");
        let workbook = commission.download(&format!("/summaries/{path}&format=xlsx")).await;
        let first: Vec<Data> = names[..3].iter().map(|name| cell(name)).collect();
        assert_eq!(Grid::open(&workbook).0[0][..3], first, "{path}");
        headings.extend(names);
    }
    for known in [
        "完成投资（万元）",
        "对年度计划完成率·百分比（%）",
        "灯色",
        "名次",
        "应开工项目开工率·分子",
    ] {
        assert!(headings.contains(known), "{known} of {headings:?}");
    }
    let areas = commission.get("/summaries/investment?year=2021&by=area&format=csv").await;
    let areas = rows(&areas);
    let hekou = areas.iter().find(|row| row["属地代码"] == "hekou").unwrap();
    assert_eq!(hekou["属地"], "河口区");
    let lines = rows(&commission.get("/summaries/rankings?year=2021&by=industry&format=csv").await);
    assert!(lines.iter().all(|row| !row["行业代码"].is_empty() && !row["行业"].is_empty()));
}

async fn nothing_in_a_file_is_calculated_or_mangled(app: TestApp) {
    let commission = app.commission().await;
    let names = [
        "=1+1",
        "+86",
        "-5",
        "@SUM(A1)",
        "＝1＋2",
        "－6",
        "'quoted",
        "00123",
        "123456789012345678",
        "12, \"34\"",
    ];
    for name in names {
        let body = json!({"name": name, "kind": "enterprise"});
        commission.post("/units", &body).await.expect(201);
    }

    let csv = commission.get("/units?format=csv").await.expect(200);
    let shown: Vec<String> =
        rows(&csv).into_iter().map(|mut row| row.remove("name").unwrap()).collect();

    for name in names {
        let quoted = if name == "12, \"34\"" { name.to_owned() } else { format!("'{name}") };
        assert!(shown.contains(&quoted), "{quoted}");
        assert!(!shown.contains(&name.to_owned()) || quoted == name, "{name}");
    }
    assert!(shown.iter().all(|name| !name.starts_with(['=', '+', '-', '@', '\t'])));
}

async fn a_file_holds_what_its_reader_may_see_and_no_more(app: TestApp) {
    let commission = app.commission().await;
    let own = commission.project("自己的", json!({})).await;
    commission.project("别人的", json!({})).await;
    let unit = app.unit("甲公司").await;
    commission.assign(own, &[(app.unit_id("甲公司").await, "owner")]).await;

    let listed = rows(&unit.get("/projects?format=csv").await.expect(200));

    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["name"], "自己的");
    assert_eq!(app.stranger().get("/projects?format=csv").await.status, 401);
}

async fn an_unknown_format_is_refused_after_the_caller_is_known(app: TestApp) {
    let commission = app.commission().await;
    for bad in ["format=pdf", "format=", "format", "format=csv&format=xlsx"] {
        let refused = commission.get(&format!("/projects?{bad}")).await;
        assert_eq!((refused.status, refused.errors()[0].0.as_str()), (400, "?format"), "{bad}");
        assert_eq!(app.stranger().get(&format!("/projects?{bad}")).await.status, 401);
        assert_eq!(commission.get(&format!("/users?{bad}")).await.status, 403);
    }
    let elsewhere = commission.get("/summaries/trend?year=2021&format=csv&formats=1").await;
    assert_eq!((elsewhere.status, elsewhere.errors()[0].0.as_str()), (400, "?formats"));
}

//! Rows of imports: every error at once, and projects of one name.

use serde_json::{Value, json};

use crate::import_lists::sheets;
use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::support::workbook::{Grid, text};
use crate::tests;

tests![
    OnEach;
    each_error_of_a_project_is_named_whatever_else_is_wrong,
    a_plan_row_is_judged_although_a_cell_is_unreadable,
    a_report_row_is_judged_by_form_rules_and_state,
    a_milestone_row_names_every_wrong_field,
    a_changed_row_is_judged_whole,
    the_json_api_names_form_and_rules_at_once,
    two_new_projects_may_share_a_name,
    a_row_is_not_repeated_in_another_sheet,
    a_row_is_judged_by_the_plan_of_its_own_year,
    a_namesake_in_the_area_warns_in_the_api,
];

type Place = (i64, String, String);

/// `(row, column, code)` of every error, sorted.
fn sorted(refused: &Answer) -> Vec<Place> {
    assert_eq!(refused.status, 422, "{}", refused.text);
    let mut places = refused.places();
    places.sort();
    places
}

fn place(row: i64, column: &str, code: &str) -> Place {
    (row, column.to_owned(), code.to_owned())
}

/// A wrong cell: its column, its text and the code of its error.
struct Fault {
    column: usize,
    cell: String,
    code: &'static str,
}

/// Each row has another subset of the faults: of cells, of codes, of the schema and of rules.
async fn each_error_of_a_project_is_named_whatever_else_is_wrong(app: TestApp) {
    let commission = app.commission().await;
    let heads: &[&str] = &[
        "name",
        "industry",
        "area",
        "nature",
        "total_investment_wan",
        "planned_start",
        "planned_finish",
        "code",
        "longitude",
        "latitude",
    ];
    let good: &[&str] = &[
        "",
        "new_materials",
        "dongying",
        "新建",
        "100",
        "2021-03-01",
        "2022-10-31",
        "",
        "118.5",
        "37.5",
    ];
    let fault = |column, cell: &str, code| Fault { column, cell: cell.to_owned(), code };
    let faults = [
        fault(0, &"长".repeat(201), "too-long"),
        fault(1, "nowhere", "not-there"),
        fault(3, "demolition", "not-one-of"),
        fault(4, "-5", "not-positive"),
        fault(5, "2021-02-30", "wrong-form"),
        fault(6, "2020-01-01", "before-start"),
        fault(7, "2601-140100-89-01-123456", "check-digit"),
        fault(9, "97.5", "out-of-range"),
    ];
    let mut grid = Grid::of(&[heads]);
    let mut expected = Vec::new();
    for set in 1_usize..1 << faults.len() {
        let row = i64::try_from(set).unwrap() + 1;
        let mut cells: Vec<String> = good.iter().map(|&cell| cell.to_owned()).collect();
        cells[0] = format!("项目 {set}");
        let chosen = (0..faults.len()).filter(|n| set & (1 << n) != 0);
        let chosen: Vec<&Fault> = chosen.map(|n| &faults[n]).collect();
        let start_is_unreadable = chosen.iter().any(|fault| fault.column == 5);
        for fault in chosen {
            cells[fault.column].clone_from(&fault.cell);
            // An unreadable start tells nothing about the finish.
            if !(fault.code == "before-start" && start_is_unreadable) {
                let column = char::from(b'A' + u8::try_from(fault.column).unwrap()).to_string();
                expected.push(place(row, &column, fault.code));
            }
        }
        grid.0.push(cells.iter().map(|cell| text(cell)).collect());
    }
    expected.sort();
    // An answer lists at most 1,000 errors, so the file is sent in two parts.
    let middle = grid.0.len() / 2;
    let blank = |rows: std::ops::Range<usize>| {
        let mut part = grid.clone();
        part.0[rows].iter_mut().for_each(Vec::clear);
        part
    };
    let mut found = sorted(&commission.import("kind=projects", blank(middle..256).csv()).await);
    found.extend(sorted(&commission.import("kind=projects", blank(1..middle).xlsx()).await));
    assert_eq!(found, expected);
    assert_eq!(commission.get("/projects").await.json["total"], 0);
}

fn plan_heads() -> Vec<String> {
    let months = (1..=12).map(|n| format!("month_{n:02}_wan"));
    let first = ["project_id", "year", "annual_investment_wan"].map(str::to_owned);
    first.into_iter().chain(months).chain(["goal".to_owned()]).collect()
}

/// A row of a year plan of 100 a month; `other` replaces cells by their column.
fn plan_row(project: i64, year: &str, other: &[(usize, &str)]) -> Vec<String> {
    let mut cells = vec![project.to_string(), year.to_owned(), "1200".to_owned()];
    cells.extend(vec!["100".to_owned(); 12]);
    cells.push(String::new());
    for (column, cell) in other {
        (*cell).clone_into(&mut cells[*column]);
    }
    cells
}

fn grid_of(rows: &[Vec<String>]) -> Grid {
    let rows: Vec<Vec<&str>> =
        rows.iter().map(|r| r.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    Grid::of(&rows)
}

async fn a_plan_row_is_judged_although_a_cell_is_unreadable(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("甲", json!({})).await;
    let long = "长".repeat(5001);
    let rows = [
        plan_heads(),
        // April is unreadable: June is judged, the sum is not.
        plan_row(id, "2021", &[(6, "四百"), (8, "-5")]),
        plan_row(999_999, "2021", &[(2, "一千"), (15, &long)]),
        plan_row(id, "2022", &[(2, "20000")]),
        plan_row(id, "2023", &[(2, "x"), (15, &long)]),
        plan_row(999_999, "21", &[]),
    ];
    let refused = commission.import("kind=year_plans", grid_of(&rows).csv()).await;
    let expected = [
        place(2, "G", "wrong-form"),
        place(2, "I", "negative"),
        place(3, "A", "unknown-project"),
        place(3, "C", "wrong-form"),
        place(3, "P", "too-long"),
        place(4, "C", "above-total"),
        place(4, "D", "not-the-sum"),
        place(5, "C", "wrong-form"),
        place(5, "P", "too-long"),
        place(6, "A", "unknown-project"),
        place(6, "B", "out-of-range"),
    ];
    assert_eq!(sorted(&refused), expected, "{}", refused.text);

    let right = [plan_heads(), plan_row(id, "2021", &[]), plan_row(id, "2022", &[])];
    assert_eq!(
        commission.import("kind=year_plans", grid_of(&right).csv()).await.counts(),
        [2, 0, 0]
    );
    // An adjustment without a new reason, with other errors.
    let rows = [plan_heads(), plan_row(id, "2021", &[(2, "-1"), (3, "-100"), (15, &long)])];
    let refused = commission.import("kind=year_plans", grid_of(&rows).csv()).await;
    let expected = [
        place(2, "", "reason-required"),
        place(2, "C", "negative"),
        place(2, "D", "negative"),
        place(2, "D", "not-the-sum"),
        place(2, "P", "too-long"),
    ];
    assert_eq!(sorted(&refused), expected, "{}", refused.text);
}

async fn a_report_row_is_judged_by_form_rules_and_state(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("甲", json!({})).await;
    commission.confirmed(id, "2021-05", "100.00").await;
    let id = id.to_string();
    let long = "长".repeat(5001);
    let grid = Grid::of(&[
        &["project_id", "month", "completed_wan", "physical_percent", "progress", "funds_paid_wan"],
        // The month is confirmed, which the amounts have nothing to do with.
        &[&id, "2021-05", "-5", "120", &long, "一"],
        &[&id, "2021-06", "", "120", "", "-3"],
        &["999999", "", "x", "", &long, ""],
        &["x", "", "1", "", &long, ""],
    ]);
    let refused = commission.import("kind=reports", grid.csv()).await;
    let expected = [
        place(2, "", "report-state"),
        place(2, "C", "negative"),
        place(2, "D", "out-of-range"),
        place(2, "E", "too-long"),
        place(2, "F", "wrong-form"),
        place(3, "C", "required"),
        place(3, "D", "out-of-range"),
        place(3, "F", "negative"),
        place(4, "A", "unknown-project"),
        place(4, "B", "required"),
        place(4, "C", "wrong-form"),
        place(4, "E", "too-long"),
        place(5, "A", "wrong-type"),
        place(5, "B", "required"),
        place(5, "E", "too-long"),
    ];
    assert_eq!(sorted(&refused), expected, "{}", refused.text);
}

async fn a_milestone_row_names_every_wrong_field(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("甲", json!({})).await.to_string();
    let grid = Grid::of(&[
        &[
            "project_id",
            "code",
            "name",
            "class",
            "baseline_date",
            "actual_date",
            "weight",
            "forecast_date",
            "forecast_reason",
        ],
        &[&id, "own_code", "", "", "2021-10-31", "2099-01-01", "0", "2021-11-30", ""],
        &[&id, "Wrong Code", "", "", "不详", "2099-01-01", "", "", "x"],
    ]);
    let refused = commission.import("kind=milestones", grid.csv()).await;
    let expected = [
        place(2, "C", "required"),
        place(2, "D", "required"),
        place(2, "F", "in-future"),
        place(2, "G", "too-small"),
        place(2, "I", "required"),
        place(3, "B", "wrong-form"),
        place(3, "E", "wrong-form"),
        place(3, "F", "in-future"),
        place(3, "I", "too-short"),
    ];
    assert_eq!(sorted(&refused), expected, "{}", refused.text);
}

/// A row of an existing record: read-only cells, cells that cannot be cleared, form and rules.
async fn a_changed_row_is_judged_whole(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("甲", json!({})).await;
    let mut grid = Grid::open(&commission.download("/projects?format=xlsx").await);
    for (heading, cell) in [
        ("stage", "completed"),
        ("name", ""),
        ("nature", "造"),
        ("total_investment_wan", "0"),
        ("planned_start", "三月"),
        ("planned_finish", "2020-01-01"),
        ("actual_finish", "2021-03-01"),
        ("leader", &"长".repeat(501)),
    ] {
        grid.set(1, heading, text(cell));
    }
    let refused = commission.import("kind=projects", grid.xlsx()).await;
    let mut found = refused.errors();
    found.sort();
    let expected = [
        ("actual_finish", "before-start"),
        ("leader", "too-long"),
        ("name", "required"),
        ("nature", "not-one-of"),
        ("planned_start", "wrong-form"),
        ("stage", "read-only"),
        ("total_investment_wan", "not-positive"),
    ];
    let expected = expected.map(|(name, code)| (format!("/rows/2/{name}"), code.to_owned()));
    assert_eq!(found, expected, "{}", refused.text);
    assert_eq!(commission.get(&format!("/projects/{id}")).await.json["version"], 1);
}

async fn the_json_api_names_form_and_rules_at_once(app: TestApp) {
    let commission = app.commission().await;
    let mut body = json!({
        "name": " ", "industry": "nowhere", "area": "dongying", "nature": "expansion",
        "total_investment_wan": "0.00", "planned_start": "2021-03-01",
        "planned_finish": "2020-03-01", "code": "2601-140100-89-01-123456",
    });
    let pointers = |refused: Answer| {
        assert_eq!(refused.status, 422, "{}", refused.text);
        refused.errors().into_iter().map(|(pointer, _)| pointer).collect::<Vec<_>>()
    };
    let wrong = ["/code", "/name", "/industry", "/total_investment_wan", "/planned_finish"];
    assert_eq!(pointers(commission.post("/projects", &body).await), wrong);

    let id = commission.project("甲", json!({})).await;
    body.as_object_mut().unwrap().remove("nature");
    body["code_reason"] = json!("");
    assert_eq!(pointers(commission.patch(&format!("/projects/{id}"), 1, &body).await), wrong);

    let path = format!("/projects/{id}/milestones");
    let milestone =
        json!({"code": "own", "baseline_date": "2021-10-31", "actual_date": "2099-01-01"});
    let wrong = ["/name", "/class", "/actual_date"];
    assert_eq!(pointers(commission.post(&path, &milestone).await), wrong);
}

const HEADS: &[&str] = &["项目名称", "行业", "属地", "库别", "建设性质", "总投资（万元）"];

/// A row for `HEADS`.
fn named<'a>(name: &'a str, area: &'a str, total: &'a str) -> [&'a str; 6] {
    [name, "new_materials", area, "储备", "新建", total]
}

fn warnings(answer: &Answer) -> Vec<(i64, String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let all = answer.json["warnings"].as_array().unwrap().iter();
    all.map(|w| (w["row"].as_i64().unwrap(), text(&w["code"]), text(&w["detail"]))).collect()
}

async fn two_new_projects_may_share_a_name(app: TestApp) {
    let commission = app.commission().await;
    let total = |actor: Actor| async move { actor.get("/projects").await.json["total"].clone() };
    let (road, bridge, twin) = (
        named("乡镇道路", "dongying", "5000"),
        named("乡镇道路", "guangrao", "800"),
        named("乡镇道路", "dongying", "700"),
    );
    let elsewhere = Grid::of(&[HEADS, &road, &bridge]);
    for dry in ["&dry_run=true", ""] {
        let done = commission.import(&format!("kind=projects{dry}"), elsewhere.csv()).await;
        assert_eq!((done.counts(), warnings(&done)), ([2, 0, 0], vec![]), "{}", done.text);
    }
    let again = commission.import("kind=projects", elsewhere.csv()).await;
    assert_eq!((again.counts(), warnings(&again)), ([0, 0, 2], vec![]), "{}", again.text);

    // A new row with the name and area of a project that was there may mean that project.
    let refused = commission.import("kind=projects", Grid::of(&[HEADS, &twin]).csv()).await;
    assert_eq!(sorted(&refused), [place(2, "A", "same-name")]);
    let ids = commission.get("/projects?sort=id").await;
    let (first, second) = (ids.items()[0]["id"].clone(), ids.items()[1]["id"].clone());
    let said = refused.json["errors"][0]["detail"].as_str().unwrap().to_owned();
    assert!(said.contains(&format!("编号 {first}）")), "only the one of the area: {said}");

    // In another area it is another project, but worth a look.
    let third = Grid::of(&[HEADS, &named("乡镇道路", "kenli", "5000")]);
    let done = commission.import("kind=projects", third.csv()).await;
    assert_eq!(done.counts(), [1, 0, 0], "{}", done.text);
    let found = warnings(&done);
    assert_eq!((found.len(), found[0].0, found[0].1.as_str()), (1, 2, "same-name"));
    assert!(found[0].2.contains(&format!("{first}, {second}")), "{}", found[0].2);
    assert_eq!(done.json["warnings"][0]["column"], "A");

    // Two of one name in one area, in one file: both are new, and the second names the first's row.
    let (one, two) = (named("学校", "dongying", "1"), named("学校", "dongying", "2"));
    let twins = Grid::of(&[HEADS, &one, &two]);
    for dry in ["&dry_run=true", ""] {
        let done = commission.import(&format!("kind=projects{dry}"), twins.xlsx()).await;
        let found = warnings(&done);
        assert_eq!((done.counts(), found.len()), ([2, 0, 0], 1), "{}", done.text);
        assert_eq!((found[0].0, found[0].1.as_str()), (3, "same-name"));
        assert!(found[0].2.starts_with("与第 2 行"), "{}", found[0].2);
        let rows = done.json["rows"].as_array().unwrap();
        assert!(rows.iter().all(|row| !row["changes"].to_string().contains("warnings")));
    }
    assert_eq!(commission.import("kind=projects", twins.xlsx()).await.counts(), [0, 0, 2]);
    assert_eq!(total(commission).await, 5);
}

async fn a_namesake_in_the_area_warns_in_the_api(app: TestApp) {
    let commission = app.commission().await;
    let project = |name: &str, area: &str| {
        json!({
            "name": name, "industry": "new_materials", "area": area, "nature": "expansion",
            "total_investment_wan": "5.00",
        })
    };
    let first = commission.post("/projects", &project("甲", "dongying")).await.expect(201);
    let elsewhere = commission.post("/projects", &project("甲", "guangrao")).await.expect(201);
    let second = commission.post("/projects", &project("甲", "dongying")).await.expect(201);
    let other = commission.post("/projects", &project("乙", "dongying")).await.expect(201);

    for unsuspicious in [&first, &elsewhere, &other] {
        assert_eq!(unsuspicious.json["warnings"], json!([]), "{}", unsuspicious.text);
    }
    assert_eq!(second.json["warnings"][0]["code"], "same-name", "{}", second.text);
    let said = second.json["warnings"][0]["detail"].as_str().unwrap();
    assert!(said.contains(&format!("编号 {}）", first.id())), "{said}");
    let path = format!("/projects/{}", other.id());
    let same = commission.patch(&path, 1, &json!({"content": "改"})).await.expect(200);
    assert_eq!(same.json["warnings"], json!([]));
    let renamed = commission.patch(&path, 2, &json!({"name": "甲"})).await.expect(200);
    assert_eq!(renamed.json["warnings"].as_array().map(Vec::len), Some(1), "{}", renamed.text);
    let read = commission.get(&path).await.expect(200);
    assert_eq!(read.json["warnings"], json!([]), "only when it is saved");
}

/// Rows of two sheets that have the same number and describe the same report.
async fn a_row_is_not_repeated_in_another_sheet(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("甲项目", json!({})).await.to_string();
    let heads: &[&str] = &["project_id", "month", "completed_wan"];
    let first: &[&[&str]] = &[heads, &[&id, "2021-05", "1.00"]];
    let second: &[&[&str]] = &[heads, &[&id, "2021-05", "2.00"]];

    let refused = commission.import("kind=reports", sheets(&[("甲", first), ("乙", second)])).await;

    assert_eq!(sorted(&refused), [place(2, "", "duplicate-row")], "{}", refused.text);
    assert!(refused.text.contains("工作表“甲”第 2 行"), "{}", refused.text);
    commission.get(&format!("/projects/{id}/reports/2021-05")).await.expect(404);
}

/// A project that one row names by its id and another by its name, for months of two years.
async fn a_row_is_judged_by_the_plan_of_its_own_year(app: TestApp) {
    let commission = app.commission().await;
    let old = json!({
        "registered_year": 2020, "planned_start": "2020-03-01", "actual_start": "2020-03-10",
    });
    let id = commission.project("甲项目", old).await;
    commission.plan_year(id, 100).await;
    let id = id.to_string();
    let heads: &[&str] = &["project_id", "project", "month", "completed_wan", "progress"];
    let by_name: &[&str] = &["", "甲项目", "2020-12", "1.00", "施工"];
    let by_id: &[&str] = &[&id, "", "2021-05", "5000.00", "施工"];

    for [first, second] in [[by_name, by_id], [by_id, by_name]] {
        let grid = Grid::of(&[heads, first, second]);
        let tried = commission.import("kind=reports&dry_run=true", grid.csv()).await.expect(200);

        let rows = tried.json["rows"].as_array().unwrap();
        let of_may = |row: &&Value| row["label"].as_str().unwrap().contains("2021-05");
        let warnings = &rows.iter().find(of_may).unwrap()["warnings"];
        let codes: Vec<_> =
            warnings.as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&"far-above-plan"), "{}", tried.text);
    }
}

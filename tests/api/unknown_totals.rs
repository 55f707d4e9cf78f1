//! A total investment that is unknown is never shown as zero: in lists, summaries, files and pages.

use serde_json::{Value, json};

use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::run::OnEach;
use crate::support::workbook::Grid;
use crate::tests;

tests![
    OnEach;
    files_have_a_blank_cell_for_an_unknown_total,
    sums_say_of_how_many_projects_the_total_is_unknown,
    pages_have_a_word_for_an_unknown_total,
];

/// Registers a project that has not started; without `total` its total is unknown.
async fn planned(commission: &Actor, name: &str, total: Option<&str>) -> i64 {
    let body = json!({
        "name": name, "industry": "next_gen_it", "area": "dongying", "nature": "new_construction",
        "total_investment_wan": total, "invested_before_wan": "40.00",
    });
    commission.post("/projects", &body).await.expect(201).id()
}

/// The cells of a column of a CSV file, by the name of the project.
async fn cells(commission: &Actor, path: &str) -> Vec<(String, String)> {
    let grid = Grid::of_csv(&commission.download(path).await);
    // Files of summaries have Chinese headings.
    let is_summary = grid.has("名称");
    let name = grid.column(if is_summary { "名称" } else { "name" });
    let total = if is_summary { "总投资（万元）" } else { "total_investment_wan" };
    let total = grid.column(total);
    let text = |row: &Vec<calamine::Data>, column: usize| row[column].to_string();
    grid.0[1..].iter().map(|row| (text(row, name), text(row, total))).collect()
}

async fn files_have_a_blank_cell_for_an_unknown_total(app: TestApp) {
    let commission = app.commission().await;
    planned(&commission, "甲", Some("100.00")).await;
    planned(&commission, "乙", None).await;

    let list = cells(&commission, "/projects?format=csv&sort=id").await;
    assert_eq!(list, [("甲".to_owned(), "100.00".to_owned()), ("乙".to_owned(), String::new())]);
    let rows = cells(&commission, "/summaries/projects?year=2021&format=csv&sort=name").await;
    assert!(rows.contains(&("乙".to_owned(), String::new())), "{rows:?}");
    assert!(rows.contains(&("甲".to_owned(), "100.00".to_owned())), "{rows:?}");

    // An unknown total is in no range.
    for (query, found) in [("to=1000.00", 1), ("from=0.00", 1), ("to=99.99", 0)] {
        let list = commission.get(&format!("/projects?total_investment_wan_{query}")).await;
        assert_eq!(list.expect(200).json["total"], found, "{query}");
    }
}

async fn sums_say_of_how_many_projects_the_total_is_unknown(app: TestApp) {
    let commission = app.commission().await;
    planned(&commission, "甲", Some("100.00")).await;
    let get = async |path: &str| commission.get(path).await.expect(200).json;
    let registered = async || {
        let table = get("/summaries/commitments?year=2021").await;
        table["total"]["registered"].clone()
    };
    assert!(registered().await.get("total_unknown_count").is_none(), "of none");

    planned(&commission, "乙", None).await;
    planned(&commission, "丙", None).await;

    let expected = |count| json!({"project_count": count, "total_investment_wan": "100.00", "total_unknown_count": 2});
    assert_eq!(registered().await, expected(3));
    let rows = get("/summaries/investment?year=2021&by=area").await["rows"].clone();
    assert_eq!(rows[0]["total_unknown_count"], 2, "{rows}");
    let months = get("/summaries/investment?year=2021&by=month").await["rows"].clone();
    assert!(months[0].get("total_unknown_count").is_none(), "{months}");
    let list = get("/summaries/projects?year=2021&sort=name").await;
    assert_eq!(list["sum"]["total_unknown_count"], 2, "{list}");
    let known = |p: &Value| p["total_known"].as_bool().unwrap();
    assert_eq!(list["items"].as_array().unwrap().iter().filter(|p| known(p)).count(), 1);
    // What was invested into a project without a total is no part of a share of totals.
    assert_eq!(
        list["sum"]["total_completion"],
        json!({"numerator_wan": "40.00", "denominator_wan": "100.00", "percent": "40.00"})
    );
}

async fn pages_have_a_word_for_an_unknown_total(app: TestApp) {
    let commission = app.commission().await;
    let id = planned(&commission, "乙", None).await;
    let browser = Browser::log_in(&app, "commission").await;
    let project = format!("/projects/{id}?year=2021&through=2021-06");
    for page in ["/projects?year=2021&through=2021-06", &project, "/?year=2021&through=2021-06"] {
        let page = browser.get(page).await.expect(200);
        assert!(page.says("待定"), "{}", page.html);
    }

    let known = json!({"total_investment_wan": "100.00"});
    commission.patch(&format!("/projects/{id}"), 1, &known).await.expect(200);

    let history = browser.get(&format!("/history?project={id}")).await.expect(200);
    assert!(history.says("待定"), "{}", history.html);
    let page = browser.get(&project).await.expect(200);
    let facts = page.html.split("id=\"history\"").next().unwrap();
    assert!(facts.contains("100.00<small>万元"), "{facts}");
    let overview = browser.get("/?year=2021&through=2021-06").await.expect(200);
    assert!(!overview.says("待定"), "{}", overview.html);
}

//! Filled templates of projects have what is stored beside them, and give it back.

use calamine::Data;
use serde_json::{Value, json};

use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::run::OnEach;
use crate::support::workbook::Grid;
use crate::tests;

tests![
    OnEach;
    a_filled_template_has_units_plan_and_ids_and_reads_back,
    a_plan_that_differs_is_adjusted_for_a_reason_that_is_asked_once,
    a_goal_alone_leaves_the_amount_of_a_plan_as_it_is,
    names_that_a_cell_would_separate_are_kept,
    a_package_leads_to_its_projects,
];

const HEADS: &[&str] = &[
    "项目名称",
    "行业",
    "属地",
    "建设性质",
    "总投资（万元）",
    "建设单位",
    "牵头单位",
    "联系人",
    "联系电话",
    "其他系统编号",
    "2021年计划投资（万元）",
    "2021年工作目标",
    "打捆项目",
];

const ANSWERS: &str =
    "kind=projects&new_units=owner:enterprise&new_units=lead:government&plan_months=even";

/// Imports two projects with all that a list has beside them.
async fn listed(commission: &Actor) {
    let row = |name: &'static str, id: &'static str, annual: &'static str| {
        let owner = "某公司、另一公司";
        vec![
            name,
            "new_materials",
            "dongying",
            "新建",
            "9000",
            owner,
            "县住建局",
            "李工",
            "0546-1",
            id,
            annual,
            "主体完工",
            "打捆一",
        ]
    };
    let rows = [row("甲", "gis:1；省平台:9", "1200"), row("乙", "gis:2", "2400")];
    let grid = Grid::of(&[HEADS, &rows[0], &rows[1]]);
    let done = commission.import(ANSWERS, grid.csv()).await.expect(200);
    assert_eq!(done.counts(), [2, 0, 0]);
}

async fn template(commission: &Actor) -> Grid {
    let path = "/imports/templates/projects?filled=true&year=2021";
    Grid::open(&commission.download(path).await)
}

fn text(text: &str) -> Data {
    Data::String(text.to_owned())
}

async fn plan(commission: &Actor, project: &Value) -> Value {
    let path = format!("/projects/{project}/year-plans/2021");
    commission.get(&path).await.expect(200).json["versions"].clone()
}

async fn a_filled_template_has_units_plan_and_ids_and_reads_back(app: TestApp) {
    let commission = app.commission().await;
    listed(&commission).await;

    let mut grid = template(&commission).await;

    let row = grid.row("项目名称", "甲");
    for (heading, expected) in [
        ("项目单位", "某公司; 另一公司"),
        ("责任单位", "县住建局"),
        ("联系人", "李工"),
        ("联系电话", "0546-1"),
        ("其他系统编号", "gis:1; 省平台:9"),
        ("计划年度", "2021"),
        ("年度计划投资（万元）", "1200"),
        ("年度目标", "主体完工"),
    ] {
        assert_eq!(grid.0[row][grid.column(heading)].to_string(), expected, "{heading}");
    }
    for file in [grid.xlsx(), grid.csv()] {
        let same = commission.import("kind=projects", file).await.expect(200);
        assert_eq!(same.counts(), [0, 0, 2], "{}", same.text);
    }

    // What is changed beside the project is changed, and nothing else.
    grid.set(row, "联系电话", text("0546-2"));
    grid.set(row, "项目单位", text("另一公司"));
    grid.set(row, "其他系统编号", text("gis:3"));
    let done = commission.import("kind=projects", grid.xlsx()).await.expect(200);
    assert_eq!(done.counts(), [0, 1, 1], "{}", done.text);
    let id = &commission.get("/projects?external=gis:3").await.items()[0]["id"].clone();
    let units = commission.get(&format!("/projects/{id}/units")).await;
    let said: Vec<String> = units
        .items()
        .iter()
        .map(|u| format!("{} {} {} {}", u["role"], u["unit"], u["contact"], u["phone"]))
        .map(|words| words.replace('"', ""))
        .collect();
    assert_eq!(said, ["owner 另一公司 李工 0546-2", "lead 县住建局  "], "the contact of the row");
    assert_eq!(plan(&commission, id).await.as_array().unwrap().len(), 1);
}

async fn a_plan_that_differs_is_adjusted_for_a_reason_that_is_asked_once(app: TestApp) {
    let commission = app.commission().await;
    listed(&commission).await;
    let mut grid = template(&commission).await;
    for (name, annual) in [("甲", "1500"), ("乙", "2100")] {
        let row = grid.row("项目名称", name);
        grid.set(row, "年度计划投资（万元）", text(annual));
    }

    let refused = commission.import("kind=projects", grid.xlsx()).await.expect(422);

    let errors = refused.json["errors"].as_array().unwrap();
    let codes: Vec<_> = errors.iter().map(|e| e["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["plan-exists"], "{}", refused.text);
    let said = errors[0]["detail"].as_str().unwrap();
    assert!(said.contains("甲 1200.00→1500.00（1）、乙 2400.00→2100.00（1）"), "{said}");
    assert!(said.contains("plan_reason"), "{said}");

    let grounds =
        "kind=projects&plan_reason=年中调整&plan_document=示例〔2021〕1号&plan_from=2021-07";
    let refused = commission.import(grounds, grid.xlsx()).await.expect(422);
    assert_eq!(refused.json["errors"][0]["code"], "no-months", "{}", refused.text);
    assert_eq!(refused.json["error_count"], 1, "{}", refused.text);
    let answers = format!("{grounds}&plan_months=even");
    let done = commission.import(&answers, grid.xlsx()).await.expect(200);
    assert_eq!(done.counts(), [0, 2, 0], "{}", done.text);

    let id = commission.get("/projects?external=gis:1").await.items()[0]["id"].clone();
    let versions = plan(&commission, &id).await;
    let adjusted = &versions[1];
    // 1200 was planned, 100 a month. 600 until June stay, 900 are left for six months.
    let months: Vec<&str> =
        adjusted["months"].as_array().unwrap().iter().map(|m| m.as_str().unwrap()).collect();
    assert_eq!(months, [["100.00"; 6], ["150.00"; 6]].concat());
    for (field, expected) in [
        ("annual_investment_wan", "1500.00"),
        ("effective_month", "2021-07"),
        ("kind", "adjustment"),
        ("reason", "年中调整"),
        ("document_number", "示例〔2021〕1号"),
        ("goal", "主体完工"),
    ] {
        assert_eq!(adjusted[field], expected, "{versions}");
    }
    let again = commission.import(&answers, grid.xlsx()).await.expect(200);
    assert_eq!(again.counts(), [0, 0, 2], "{}", again.text);
}

async fn names_that_a_cell_would_separate_are_kept(app: TestApp) {
    let commission = app.commission().await;
    listed(&commission).await;
    let unit = json!({"name": "甲、乙联合体", "kind": "enterprise"});
    let unit = commission.post("/units", &unit).await.expect(201).id();
    let id = commission.get("/projects?external=gis:1").await.items()[0]["id"].as_i64().unwrap();
    commission.assign(id, &[(unit, "owner")]).await;

    let grid = template(&commission).await;
    let row = grid.row("项目名称", "甲");
    assert_eq!(grid.0[row][grid.column("项目单位")].to_string(), "");
    let same = commission.import("kind=projects", grid.xlsx()).await.expect(200);
    assert_eq!(same.counts(), [0, 0, 2], "{}", same.text);
}

async fn a_package_leads_to_its_projects(app: TestApp) {
    let commission = app.commission().await;
    listed(&commission).await;
    commission.project("丙", json!({})).await;
    let id = commission.get("/projects?external=gis:1").await.items()[0]["id"].clone();
    let browser = Browser::log_in(&app, "commission").await;

    let page = browser.get(&format!("/projects/{id}?year=2021&through=2021-06")).await.expect(200);
    let link = page.html.split("打捆一</a>").next().unwrap().rsplit("href=\"").next().unwrap();
    let link = link.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let list = browser.get(&link).await.expect(200);

    assert!(list.says("共 2 个项目"), "{link}: {}", list.html);
    assert!(!list.says(">丙<"), "{link}");
}

/// A row that names a project by its code and gives a goal, but no amount.
async fn a_goal_alone_leaves_the_amount_of_a_plan_as_it_is(app: TestApp) {
    let commission = app.commission().await;
    let code = json!({"code": "2101-370500-04-01-123456", "code_reason": "测试"});
    let id = commission.project("甲", code).await;
    commission.plan_year(id, 100).await;
    let grid = Grid::of(&[
        &["国家项目代码", "项目名称", "年度目标"],
        &["2101-370500-04-01-123456", "甲", "竣工"],
    ]);

    let asked = "kind=projects&plan_year=2021&plan_months=december";
    let grounds = format!("{asked}&plan_reason=年中调整&plan_document=示例〔2021〕1号");
    let done = commission.import(&grounds, grid.csv()).await.expect(200);

    let versions = plan(&commission, &json!(id)).await;
    let last = versions.as_array().unwrap().last().unwrap();
    assert_eq!(last["annual_investment_wan"], "1200.00", "{} {versions}", done.text);
    assert_eq!((&last["goal"], &last["months"][0]), (&json!("竣工"), &json!("100.00")));
}

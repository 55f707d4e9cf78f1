//! Lists of projects as counties and cities make them: units, plan, periods, several areas, category
//! rows, other systems' ids; and what the API says of them.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::actor::Answer;
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::support::workbook::Grid;
use crate::tests;

tests![
    OnEach;
    a_list_as_a_city_publishes_it_goes_in_with_nothing_retyped,
    four_hundred_rows_go_in_after_one_round_of_questions,
    a_month_or_a_year_is_stored_with_its_precision,
    an_unknown_total_is_allowed_until_construction,
    ids_of_other_systems_are_unique_and_find_their_project,
    packages_contractors_and_remarks_are_kept_and_shown,
];

/// As a city publishes it: encoded in GB18030, headings in two lines, 亿元, totals and categories.
const CITY: &str = "某市2021年重点项目清单\n\
,,,,,,,,,单位：亿元\n\
序号,项目名称,建设性质,建设内容及规模,建设地点,建设起止年限,总投资,2020年底累计完成投资,2021年计划投资,2021年工作目标,项目单位,责任单位,包保领导,备注\n\
总计（3个）,,,,,,12.5,3.2,4.6,,,,,\n\
一、产业项目（2个）,,,,,,,,,,,,,\n\
,高端化工（2个）,,,,,,,,,,,,\n\
1,某公司年产20万吨碳酸酯项目示例,新建,建设生产线2条，占地150亩,东营港经济开发区,2020-2022,8.5,3.2,2.6,主体完工,某公司,市工业和信息化局,张某某,\n\
2,某公司技改项目示例,技改,改造,广饶县,2021,1.5,0,1.5,竣工投产,某公司,广饶县政府,,\n\
二、基础设施项目（1个）,,,,,,,,,,,,,\n\
3,某道路工程示例,续建,全长12.5公里,东营区、垦利区,2021.03-2023.12,2.5,-,0.5,路基完成,市城管局,市住房城建管理局,,打包项目\n";

/// Answers to what an import asked.
fn query(parts: &[&str]) -> String {
    let encoded = parts.iter().map(|part| part.replace('%', "%25").replace(' ', "%20"));
    format!("kind=projects&{}", encoded.collect::<Vec<_>>().join("&"))
}

fn codes(answer: &Answer) -> Vec<String> {
    let errors = answer.json["errors"].as_array().unwrap();
    errors.iter().map(|e| e["code"].as_str().unwrap().to_owned()).collect()
}

fn words(answer: &Answer, code: &str) -> String {
    let errors = answer.json["errors"].as_array().unwrap();
    let error =
        errors.iter().find(|e| e["code"] == code).unwrap_or_else(|| panic!("{}", answer.text));
    error["detail"].as_str().unwrap().to_owned()
}

async fn a_list_as_a_city_publishes_it_goes_in_with_nothing_retyped(app: TestApp) {
    let commission = app.commission().await;
    let (file, _, _) = encoding_rs::GB18030.encode(CITY);

    let refused = commission.import("kind=projects", file.to_vec()).await.expect(422);

    let mut asked = codes(&refused);
    asked.sort();
    asked.dedup();
    assert_eq!(
        asked,
        [
            "category-row",
            "no-months",
            "other-unit",
            "total-row",
            "unknown-column",
            "unknown-industry",
            "unknown-unit"
        ],
        "{}",
        refused.text
    );
    let said = words(&refused, "unknown-industry");
    assert!(said.contains("高端化工:high_end_chemicals（2）、基础设施项目（1）"), "{said}");
    assert!(refused.text.contains("某公司（2）、市城管局（1）"), "{}", refused.text);
    assert_eq!(commission.get("/projects").await.json["total"], 0);

    let answers = query(&[
        "ignore_column=序号",
        "amount_unit=yi",
        "skip_row=total",
        "skip_row=category",
        "industry_of=高端化工:high_end_chemicals",
        "industry_of=基础设施项目:high_end_equipment",
        "new_units=owner:enterprise",
        "new_units=lead:government",
        "plan_months=even",
    ]);
    let dry = commission.import(&format!("{answers}&dry_run=true"), file.to_vec()).await;
    assert_eq!(dry.expect(200).counts(), [3, 0, 0]);
    let done = commission.import(&answers, file.to_vec()).await.expect(200);
    assert_eq!(done.counts(), [3, 0, 0], "{}", done.text);
    let warned: Vec<_> =
        done.json["warnings"].as_array().unwrap().iter().map(|w| (&w["row"], &w["code"])).collect();
    assert_eq!(warned, [(&json!(10), &json!("several-areas"))], "{}", done.text);

    let all = commission.get("/projects?sort=id").await;
    let field = |name: &str| all.items().iter().map(|p| p[name].clone()).collect::<Vec<_>>();
    assert_eq!(field("total_investment_wan"), ["85000.00", "15000.00", "25000.00"]);
    assert_eq!(field("invested_before_wan"), ["32000.00", "0.00", "0.00"]);
    assert_eq!(
        field("industry"),
        ["high_end_chemicals", "high_end_chemicals", "high_end_equipment"]
    );
    assert_eq!(field("area"), ["dyg_edz", "guangrao", "dongying"]);
    assert_eq!(field("location"), ["东营港经济开发区", "广饶县", "东营区、垦利区"]);
    assert_eq!(field("nature"), ["new_construction", "renovation", "continuation"]);
    assert_eq!(field("planned_start"), ["2020-01-01", "2021-01-01", "2021-03-01"]);
    assert_eq!(field("planned_start_precision"), ["year", "year", "month"]);
    assert_eq!(field("planned_finish"), ["2022-12-31", "2021-12-31", "2023-12-31"]);
    assert_eq!(field("planned_finish_precision"), ["year", "year", "month"]);
    assert_eq!(field("leader"), ["张某某", "", ""]);
    assert_eq!(field("remarks"), ["", "", "打包项目"]);
    let id = all.items()[0]["id"].clone();
    let plan = commission.get(&format!("/projects/{id}/year-plans/2021")).await.expect(200);
    let version = &plan.json["versions"][0];
    assert_eq!(
        (&version["annual_investment_wan"], &version["goal"]),
        (&json!("26000.00"), &json!("主体完工"))
    );
    assert_eq!(
        (&version["months"][0], &version["months"][11]),
        (&json!("2166.666666"), &json!("2166.666674"))
    );
    let units = commission.get(&format!("/projects/{id}/units")).await;
    let roles: Vec<_> = units.items().iter().map(|u| (&u["unit"], &u["role"])).collect();
    assert_eq!(
        roles,
        [(&json!("某公司"), &json!("owner")), (&json!("市工业和信息化局"), &json!("lead"))]
    );

    // The same file once more changes nothing.
    let again = commission.import(&answers, file.to_vec()).await.expect(200);
    assert_eq!(again.counts(), [0, 0, 3], "{}", again.text);
}

/// A file of 400 projects as a county office makes it, and its figures in 万元.
struct County {
    csv: String,
    figures: Vec<Figures>,
}

/// The figures of a row, in hundredths of 万元.
struct Figures {
    name: String,
    total: Option<i64>,
    before: i64,
    annual: Option<i64>,
}

const GROUPS: [(&str, &str); 3] = [
    ("新材料", "new_materials"),
    ("现代海洋产业", "modern_marine"),
    ("城乡建设", "high_end_equipment"),
];

impl County {
    fn new() -> Self {
        let mut csv = "2021年全县重点项目调度表,,,,,,,,,,,,,,,,\n\
            No.,工程名称,项目性质,建设规模及内容,项目地点,建设期限,计划总投资（万元）,截至2020年底完成投资（万元）,2021年投资计划（万元）,2021年目标任务,建设单位,牵头部门,联络员,联系方式,挂包领导,施工总承包单位,附注\n"
            .to_owned();
        let mut figures = Vec::new();
        for nth in 0..400_i64 {
            if nth % 134 == 0 {
                let part = usize::try_from(nth / 134).unwrap();
                let (numeral, group) = (["一", "二", "三"][part], GROUPS[part].0);
                writeln!(csv, ",（{numeral}）{group}（134个）,,,,,,,,,,,,,,,").unwrap();
            }
            let (line, figure) = Self::row(nth);
            csv += &line;
            figures.push(figure);
        }
        csv += "合计,,,,,,888888,,,,,,,,,,\n注：本表由县发改局填报,,,,,,,,,,,,,,,,\n";
        Self { csv, figures }
    }

    fn row(nth: i64) -> (String, Figures) {
        let pick = |all: &[&str]| all[usize::try_from(nth).unwrap() % all.len()].to_owned();
        let name = format!("某县第{nth}号工程示例");
        let total = (nth % 10 != 9).then_some(500_000 + nth * 1_125);
        let before = if nth % 3 == 0 { 0 } else { nth * 100 };
        let annual = (nth % 7 != 6).then_some(100_000 + nth * 25);
        let hundredths = |amount: i64| format!("{}.{:02}", amount / 100, amount % 100);
        let spelt = |amount: i64, style: i64| match style % 4 {
            0 => hundredths(amount),
            1 => format!("{}万元", hundredths(amount)),
            2 => {
                format!("\"{},{:03}.{:02}\"", amount / 100_000, amount / 100 % 1_000, amount % 100)
            }
            _ => hundredths(amount).replace('.', "．"),
        };
        let nothing = pick(&["-", "", "—", "/", "无"]);
        let large = total.map_or(nothing.clone(), |amount| spelt(amount, nth));
        let before_text = if before == 0 { "-".to_owned() } else { hundredths(before) };
        let annual_text = annual.map_or(nothing, |amount| spelt(amount, nth));
        let nature = pick(&["新建", "续建", "技改", "改扩建", "扩建", "改（扩）建", "迁建"]);
        let place = pick(&["东营区", "垦利区胜坨镇", "广饶县、利津县", "河口区", "高新片区"]);
        let period = pick(&[
            "2020-2022",
            "2021.03-2023.12",
            "2021年",
            "2021年3月至2022年6月",
            "2020.11-2021.5",
        ]);
        let owner = format!("某县第{}建设公司", nth % 60);
        let lead = pick(&["县住建局", "县工信局、县发改局", "县交通局", "中共某县县委宣传部"]);
        let goal = pick(&["主体完工", "竣工投产", "完成前期"]);
        let line = format!(
            "{},{name},{nature},规模{nth},{place},{period},{large},{before_text},{annual_text},{goal},{owner},{lead},李{nth},0546-{nth},,中铁{}局,\n",
            nth + 1,
            nth % 9
        );
        (line, Figures { name, total, before, annual })
    }
}

fn wan(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

async fn four_hundred_rows_go_in_after_one_round_of_questions(app: TestApp) {
    let commission = app.commission().await;
    let county = County::new();

    let refused = commission.import("kind=projects", county.csv.clone().into()).await.expect(422);

    let mut asked = codes(&refused);
    assert!(asked.len() < 20, "one list of questions, not one of rows: {}", refused.text);
    asked.sort();
    asked.dedup();
    assert_eq!(
        asked,
        [
            "category-row",
            "no-months",
            "note-row",
            "total-row",
            "unknown-area",
            "unknown-column",
            "unknown-industry",
            "unknown-unit"
        ],
        "{}",
        refused.text
    );
    assert!(words(&refused, "unknown-area").contains("高新片区（80）"), "{}", refused.text);
    let answers = query(&[
        "ignore_column=No.",
        "skip_row=total",
        "skip_row=category",
        "skip_row=note",
        "industry_of=新材料:new_materials",
        "industry_of=现代海洋产业:modern_marine",
        "industry_of=城乡建设:high_end_equipment",
        "area_of=高新片区:dy_etdz",
        "new_units=owner:enterprise",
        "new_units=lead:government",
        "plan_months=december",
    ]);
    let done = commission.import(&answers, county.csv.clone().into()).await.expect(200);
    assert_eq!(done.counts(), [400, 0, 0]);

    let mut projects: Vec<Value> = Vec::new();
    let first = commission.get("/projects?sort=id&limit=200").await;
    let next = first.json["next_cursor"].as_str().unwrap();
    let second = commission.get(&format!("/projects?sort=id&limit=200&cursor={next}")).await;
    for page in [&first, &second] {
        projects.extend(page.items().iter().cloned());
    }
    assert_eq!(projects.len(), 400);
    let plans = commission.get("/year-plans?year=2021&limit=200").await.expect(200);
    assert_eq!(plans.json["total"], 400, "a goal alone is a plan of zero");
    for (nth, (project, figures)) in projects.iter().zip(&county.figures).enumerate() {
        let Figures { name, total, before, annual } = figures;
        assert_eq!(project["name"], *name);
        assert_eq!(project["total_known"], total.is_some(), "{name}");
        assert_eq!(project["total_investment_wan"], wan(total.unwrap_or(0)), "{name}");
        assert_eq!(project["invested_before_wan"], wan(*before), "{name}");
        assert_eq!(project["industry"], GROUPS[nth / 134].1, "{name}");
        let path = format!("/projects/{}/year-plans/2021", project["id"]);
        let plan = commission.get(&path).await.expect(200);
        let version = &plan.json["versions"][0];
        assert_eq!(version["annual_investment_wan"], wan(annual.unwrap_or(0)), "{name}");
        assert_eq!(version["months"][11], wan(annual.unwrap_or(0)), "{name}");
    }
    let again = commission.import(&answers, county.csv.into()).await.expect(200);
    assert_eq!(again.counts(), [0, 0, 400], "{}", again.text);
}

async fn a_month_or_a_year_is_stored_with_its_precision(app: TestApp) {
    let commission = app.commission().await;
    let heads: &[&str] = &[
        "项目名称",
        "行业",
        "属地",
        "建设性质",
        "总投资（万元）",
        "计划开工",
        "计划竣工",
        "计划投产",
    ];
    let row: &[&str] =
        &["甲", "new_materials", "dongying", "新建", "100", "2021年8月", "2023", "2024.2"];
    let grid = Grid::of(&[heads, row]);
    let done = commission.import("kind=projects", grid.csv()).await.expect(200);
    assert_eq!(done.counts(), [1, 0, 0]);
    let project = commission.get("/projects").await.items()[0].clone();
    let id = project["id"].as_i64().unwrap();
    let dates = |p: &Value| {
        ["planned_start", "planned_finish", "planned_operation"].map(|n| {
            format!("{} {}", p[n].as_str().unwrap(), p[format!("{n}_precision")].as_str().unwrap())
        })
    };
    assert_eq!(dates(&project), ["2021-08-01 month", "2023-12-31 year", "2024-02-29 month"]);
    assert_eq!(
        commission.import("kind=projects", grid.csv()).await.expect(200).counts(),
        [0, 0, 1]
    );

    // A filled template writes what is known, and reads back as the same.
    let file =
        commission
            .send(commission.request(
                reqwest::Method::GET,
                "/imports/templates/projects?filled=true&format=csv",
            ))
            .await;
    assert!(file.text.contains(",2021-08,2023,2024-02,"), "{}", file.text);
    let same = commission.import("kind=projects", file.text.into_bytes()).await.expect(200);
    assert_eq!(same.counts(), [0, 0, 1], "{}", same.text);

    // A change of the date alone is a day; the precision moves the date to the edge it stands for.
    let path = format!("/projects/{id}");
    let changed =
        commission.patch(&path, 1, &json!({"planned_start": "2021-08-15"})).await.expect(200);
    assert_eq!(dates(&changed.json)[0], "2021-08-15 day");
    let month = json!({"planned_start_precision": "month"});
    let changed = commission.patch(&path, 2, &month).await.expect(200);
    assert_eq!(dates(&changed.json)[0], "2021-08-01 month");
    let wrong = json!({"planned_finish": "2021-01-15", "planned_finish_precision": "month"});
    let refused = commission.patch(&path, 3, &wrong).await.expect(422);
    assert_eq!(refused.errors(), [("/planned_finish".to_owned(), "before-start".to_owned())]);
}

async fn an_unknown_total_is_allowed_until_construction(app: TestApp) {
    let commission = app.commission().await;
    let mut body = json!({
        "name": "甲", "industry": "next_gen_it", "area": "dongying", "nature": "continuation",
        "code_reason": "测试",
    });
    let made = commission.post("/projects", &body).await.expect(201);
    assert_eq!(
        (&made.json["total_known"], &made.json["total_investment_wan"]),
        (&json!(false), &json!("0.00"))
    );
    let id = made.id();
    let path = format!("/projects/{id}");
    let package = commission.get("/exports/oc4ids").await.expect(200);
    assert!(package.json["projects"][0].get("budget").is_none(), "{}", package.text);

    body["stage"] = json!("construction");
    body["actual_start"] = json!("2021-03-10");
    let refused = commission.post("/projects", &body).await.expect(422);
    assert_eq!(refused.errors(), [("/total_investment_wan".to_owned(), "required".to_owned())]);
    body["total_investment_wan"] = json!("0.00");
    let refused = commission.post("/projects", &body).await.expect(422);
    assert!(
        refused.errors().contains(&("/total_investment_wan".to_owned(), "not-positive".to_owned()))
    );

    // Until it is known it limits no plan; then it does.
    commission.plan_year(id, 100).await;
    let moved = json!({"stage": "construction", "on": "2021-06-01"});
    let refused = commission.post(&format!("{path}/transitions"), &moved).await.expect(409);
    assert_eq!(refused.code(), "total-required");
    let version = commission.get(&path).await.json["version"].as_i64().unwrap();
    let low = commission
        .patch(&path, version, &json!({"total_investment_wan": "1199.99"}))
        .await
        .expect(422);
    assert_eq!(low.errors(), [("/total_investment_wan".to_owned(), "below-plan".to_owned())]);
    let known = commission
        .patch(&path, version, &json!({"total_investment_wan": "1200.00"}))
        .await
        .expect(200);
    assert_eq!(known.json["total_known"], true);
    commission.post(&format!("{path}/transitions"), &moved).await.expect(200);
    let refused = commission
        .patch(&path, version + 2, &json!({"total_investment_wan": null}))
        .await
        .expect(422);
    assert_eq!(refused.errors(), [("/total_investment_wan".to_owned(), "required".to_owned())]);

    let heads: &[&str] = &["项目名称", "行业", "属地", "建设性质", "总投资（万元）"];
    let row: &[&str] = &["乙", "new_materials", "dongying", "新建", "待定"];
    let refused =
        commission.import("kind=projects", Grid::of(&[heads, row]).csv()).await.expect(422);
    assert_eq!(refused.places(), [(2, "E".to_owned(), "wrong-form".to_owned())]);
    let row: &[&str] = &["乙", "new_materials", "dongying", "新建", "-"];
    let done = commission.import("kind=projects", Grid::of(&[heads, row]).csv()).await.expect(200);
    assert_eq!(done.json["warnings"][0]["code"], "total-unknown", "{}", done.text);
}

async fn ids_of_other_systems_are_unique_and_find_their_project(app: TestApp) {
    let commission = app.commission().await;
    let one = commission.project("甲", json!({})).await;
    let other = commission.project("乙", json!({})).await;
    let path = format!("/projects/{one}/external-ids");
    let ids = json!({"items": [
        {"system": "省平台", "value": "ＳＤ-17"}, {"system": "gis", "value": "a:9"},
    ]});
    let put = commission.change(&path, 1, &ids).await.expect(200);
    assert_eq!((&put.json["version"], &put.json["total"]), (&json!(2), &json!(2)));
    assert_eq!(put.items()[0]["value"], "a:9", "by system");
    assert_eq!(commission.change(&path, 1, &ids).await.status, 412);

    let taken =
        commission.change(&format!("/projects/{other}/external-ids"), 1, &ids).await.expect(422);
    let pointers: Vec<String> =
        taken.errors().into_iter().map(|(p, c)| format!("{p} {c}")).collect();
    assert_eq!(pointers, ["/items/0/value taken", "/items/1/value taken"]);
    let bad = json!({"items": [{"system": "a:b", "value": "1"}, {"system": "gis", "value": "1"}, {"system": "gis", "value": "1"}]});
    let bad =
        commission.change(&format!("/projects/{other}/external-ids"), 1, &bad).await.expect(422);
    assert_eq!(bad.errors().len(), 2, "{}", bad.text);

    for (query, found) in [
        ("external=gis:a:9", vec![one]),
        ("external=gis:none&external=省平台:ＳＤ-17", vec![one]),
        ("external=gis:none", vec![]),
        ("q=sd-17", vec![one]),
        ("q=%E7%94%B2", vec![one]),
    ] {
        let list = commission.get(&format!("/projects?{query}")).await.expect(200);
        let ids: Vec<i64> = list.items().iter().map(|p| p["id"].as_i64().unwrap()).collect();
        assert_eq!(ids, found, "{query}");
    }
    assert_eq!(commission.get("/projects?external=gis").await.status, 400);
    let events = commission.get(&format!("/projects/{one}/history")).await;
    let kinds: Vec<_> = events.items().iter().map(|e| e["kind"].clone()).collect();
    assert!(kinds.contains(&json!("project.external_ids_changed")), "{}", events.text);

    // A file gives them too, and OC4IDS shows them.
    let heads: &[&str] =
        &["项目名称", "行业", "属地", "建设性质", "总投资（万元）", "其他系统编号"];
    let row: &[&str] = &["丙", "new_materials", "dongying", "新建", "100", "省平台：18；gis:7"];
    let file = Grid::of(&[heads, row]).csv();
    assert_eq!(
        commission.import("kind=projects", file.clone()).await.expect(200).counts(),
        [1, 0, 0]
    );
    assert_eq!(commission.import("kind=projects", file).await.expect(200).counts(), [0, 0, 1]);
    let repeated: &[&str] = &["丁", "new_materials", "dongying", "新建", "100", "gis:7"];
    let refused =
        commission.import("kind=projects", Grid::of(&[heads, repeated]).csv()).await.expect(422);
    assert_eq!(refused.places(), [(2, "F".to_owned(), "taken".to_owned())], "{}", refused.text);
    let package = commission.get("/exports/oc4ids?q=%E4%B8%99").await.expect(200);
    let identifiers = &package.json["projects"][0]["identifiers"];
    assert_eq!(identifiers[2], json!({"id": "18", "scheme": "省平台"}), "{}", package.text);
}

async fn packages_contractors_and_remarks_are_kept_and_shown(app: TestApp) {
    let commission = app.commission().await;
    let heads: &[&str] = &[
        "项目名称",
        "行业",
        "属地",
        "建设性质",
        "总投资（万元）",
        "打捆项目",
        "期次",
        "承建单位",
        "合同价（万元）",
        "备注",
        "建设单位",
        "联系人",
        "电话",
        "配合单位",
    ];
    let row: &[&str] = &[
        "甲",
        "new_materials",
        "dongying",
        "改扩建",
        "100",
        "老旧小区改造（打捆）",
        "一期",
        "中铁某局",
        "88.5",
        "重点",
        "某公司",
        "李工",
        "0546-1",
        "县住建局、县水利局",
    ];
    let answers = "kind=projects&new_units=owner:enterprise&new_units=配合单位:government";
    let done = commission.import(answers, Grid::of(&[heads, row]).csv()).await.expect(200);
    assert_eq!(done.counts(), [1, 0, 0]);
    let list = commission.get("/projects?package=老旧小区改造（打捆）").await;
    let project = &list.items()[0];
    for (field, value) in [
        ("phase", "一期"),
        ("contractor", "中铁某局"),
        ("contract_sum_wan", "88.50"),
        ("remarks", "重点"),
        ("nature", "alteration_and_expansion"),
    ] {
        assert_eq!(project[field], value, "{}", list.text);
    }
    assert_eq!(commission.get("/projects?package=老旧").await.json["total"], 0);
    let id = project["id"].as_i64().unwrap();
    let units = commission.get(&format!("/projects/{id}/units")).await;
    let said: Vec<String> = units
        .items()
        .iter()
        .map(|u| {
            format!(
                "{} {} {}",
                u["unit"].as_str().unwrap(),
                u["contact"].as_str().unwrap(),
                u["phone"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(said, ["某公司 李工 0546-1", "县住建局  ", "县水利局  "]);
    let version = units.json["version"].as_i64().unwrap();
    let path = format!("/projects/{id}");
    let refused =
        commission.patch(&path, version, &json!({"contract_sum_wan": "0"})).await.expect(422);
    assert_eq!(refused.errors(), [("/contract_sum_wan".to_owned(), "not-positive".to_owned())]);
    let package = commission.get("/exports/oc4ids").await.expect(200);
    let parties = package.json["projects"][0]["parties"].as_array().unwrap().clone();
    let supplier = parties.last().unwrap();
    assert_eq!((&supplier["name"], &supplier["roles"]), (&json!("中铁某局"), &json!(["supplier"])));
}

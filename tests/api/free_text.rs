//! Telephone and identity numbers in texts: the answer warns of them, and what was sent is saved.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::browser::{Browser, words};
use crate::support::run::OnEach;
use crate::support::workbook::Grid;
use crate::tests;

tests![
    OnEach;
    the_answer_to_every_kind_of_text_warns,
    fields_of_their_own_amounts_and_codes_do_not_warn,
    warnings_stand_beside_those_about_figures,
    a_repeated_request_gets_the_same_warnings,
    each_row_of_a_batch_has_its_warnings,
    imports_name_the_cell,
    a_page_warns_after_its_form,
    the_document_says_where_warnings_stand,
];

const TELEPHONE: &str = "请联系张三 138 0013 8000";
const IDENTITY: &str = "法人身份证 11010519491231002X";

/// `(pointer, code)` of the warnings about texts.
fn warned(answer: &Value) -> Vec<(String, String)> {
    let all = answer["warnings"].as_array().into_iter().flatten();
    let text = |w: &Value, field: &str| w[field].as_str().unwrap().to_owned();
    let of_texts = all.filter(|w| w.get("pointer").is_some());
    of_texts.map(|w| (text(w, "pointer"), text(w, "code"))).collect()
}

fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

async fn version(actor: &Actor, path: &str) -> i64 {
    actor.get(path).await.expect(200).json["version"].as_i64().unwrap()
}

async fn the_answer_to_every_kind_of_text_warns(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    let unit = app.unit_id("甲公司").await;
    let id = commission.project("甲", json!({})).await;
    commission.assign(id, &[(unit, "owner")]).await;
    commission.plan_year(id, 10).await;
    commission.confirmed(id, "2021-03", "5.00").await;
    let at = format!("/projects/{id}");
    let telephone = |pointer: &str| one(pointer, "telephone-number");

    let body = json!({
        "name": "乙", "industry": "next_gen_it", "area": "dongying", "nature": "new_construction",
        "content": IDENTITY, "remarks": TELEPHONE,
    });
    let made = commission.post("/projects", &body).await.expect(201);
    let mut found = warned(&made.json);
    found.sort();
    let both = [one("/content", "identity-number"), telephone("/remarks")].concat();
    assert_eq!(found, both, "{}", made.text);
    let detail = made.json["warnings"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("似有"), "{detail}");
    // It is saved as it was sent, and a reader is not warned.
    let read = commission.get(&format!("/projects/{}", made.id())).await.expect(200);
    assert_eq!(read.json["remarks"], TELEPHONE);
    assert_eq!(warned(&read.json), []);

    let patch = json!({"location": "０５４６－８３３１２３４"});
    let patched = commission.patch(&at, version(&commission, &at).await, &patch).await.expect(200);
    assert_eq!(warned(&patched.json), telephone("/location"));
    let issue = json!({
        "title": "用地", "category": "land", "level": "county", "asked": TELEPHONE, "due_on": "2021-08-31",
    });
    let raised = owner.post(&format!("{at}/issues"), &issue).await.expect(201);
    assert_eq!(warned(&raised.json), telephone("/asked"), "{}", raised.text);
    let plan = json!({
        "kind": "adjustment",
        "annual_investment_wan": "132.00", "months": vec!["11.00"; 12], "goal": TELEPHONE,
        "effective_month": "2021-04", "reason": "+8613800138000", "document_number": "东发改〔2021〕13号",
    });
    let plan_at = format!("{at}/year-plans/2021");
    let adjusted = commission.post(&format!("{plan_at}/adjustments"), &plan).await.expect(201);
    let mut found = warned(&adjusted.json);
    found.sort();
    assert_eq!(found, [telephone("/goal"), telephone("/reason")].concat(), "{}", adjusted.text);
    let light = json!({
        "light": "yellow", "reason": TELEPHONE, "from_month": "2021-06", "expires_on": "2021-07-31",
    });
    let light = commission.post(&format!("{at}/light-overrides"), &light).await.expect(201);
    assert_eq!(warned(&light.json), telephone("/reason"), "{}", light.text);
    let report = json!({"completed_wan": "7.00", "progress": TELEPHONE});
    let filed = owner.create(&format!("{at}/reports/2021-06"), &report).await.expect(201);
    assert_eq!(warned(&filed.json), telephone("/progress"), "{}", filed.text);
    let grant = json!({"unit_id": unit, "until": "2021-07-09T10:00:00Z", "reason": IDENTITY});
    let granted = commission.post("/reporting-months/2021-05/grants", &grant).await.expect(201);
    assert_eq!(warned(&granted.json), one("/reason", "identity-number"), "{}", granted.text);
    let new = json!({"name": "乙公司13800138000", "kind": "enterprise"});
    let named = commission.post("/units", &new).await.expect(201);
    assert_eq!(warned(&named.json), telephone("/name"), "{}", named.text);
}

async fn fields_of_their_own_amounts_and_codes_do_not_warn(app: TestApp) {
    let commission = app.commission().await;
    let body = json!({
        "name": "甲", "industry": "next_gen_it", "area": "dongying", "nature": "new_construction",
        "code": "2111-522323-04-01-342068", "total_investment_wan": "138001380.00",
        "content": "总投资13800138000元，文号鲁发改〔2021〕138号，代码2101-440100-04-01-123456，工期2021-07-01至2023-12-31",
        "remarks": "统一社会信用代码 91370500MA3C12345X",
    });
    let made = commission.post("/projects", &body).await.expect(201);
    assert_eq!(warned(&made.json), []);
    let id = commission.project("乙", json!({})).await;
    let unit = app.unit_id("甲公司").await;
    let item = json!({"unit_id": unit, "role": "owner", "contact": "张三", "phone": "13800138000"});
    let path = format!("/projects/{id}/units");
    let units = commission.change(&path, 1, &json!({"items": [item]})).await.expect(200);
    assert_eq!(warned(&units.json), []);
}

async fn warnings_stand_beside_those_about_figures(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("甲", json!({})).await;
    commission.plan_year(id, 10).await;

    let report = json!({"completed_wan": "9000.00", "progress": TELEPHONE});
    let path = format!("/projects/{id}/reports/2021-06");
    let filed = commission.create(&path, &report).await.expect(201);

    let all = filed.json["warnings"].as_array().unwrap();
    assert_eq!(warned(&filed.json), one("/progress", "telephone-number"));
    assert!(all.len() > 1, "{}", filed.text);
    let read = commission.get(&path).await.expect(200);
    assert_eq!(read.json["warnings"].as_array().unwrap().len(), all.len() - 1);
}

async fn a_repeated_request_gets_the_same_warnings(app: TestApp) {
    let commission = app.commission().await;
    let body = json!({
        "name": "甲", "industry": "next_gen_it", "area": "dongying", "nature": "new_construction",
        "remarks": TELEPHONE,
    });
    let send = async || -> Answer {
        let request = commission.request(Method::POST, "/projects").json(&body);
        commission.send(request.header("Idempotency-Key", "k-1")).await.expect(201)
    };

    let (first, again) = (send().await, send().await);

    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(first.text, again.text);
    assert_eq!(warned(&again.json), one("/remarks", "telephone-number"));
}

async fn each_row_of_a_batch_has_its_warnings(app: TestApp) {
    let commission = app.commission().await;
    let row = |name: &str, remarks: &str, area: &str| {
        json!({"create": {
            "name": name, "industry": "next_gen_it", "area": area, "nature": "new_construction", "remarks": remarks,
        }})
    };
    let items = [
        row("甲", "无", "dongying"),
        row("乙", TELEPHONE, "dongying"),
        row("丙", IDENTITY, "nowhere"),
    ];

    let done = commission.post("/projects/batch", &json!({"items": items})).await.expect(200);

    let results = done.json["results"].as_array().unwrap();
    assert_eq!(warned(&results[0]), []);
    assert_eq!(warned(&results[1]), one("/items/1/create/remarks", "telephone-number"));
    // A refused row saved nothing.
    assert_eq!((warned(&results[2]), results[2]["status"].as_i64()), (vec![], Some(422)));
    assert!(done.json.get("warnings").is_none(), "{}", done.text);
}

async fn imports_name_the_cell(app: TestApp) {
    let commission = app.commission().await;
    let heads = ["项目名称", "行业", "属地", "库别", "建设性质", "总投资（万元）", "备注"];
    let row = |name: &'static str, remarks: &'static str| {
        [name, "new_materials", "dongying", "储备", "新建", "13800138.00", remarks]
    };
    let file = Grid::of(&[&heads, &row("甲", "无"), &row("乙", TELEPHONE), &row("丙", IDENTITY)]);

    for (query, is_dry) in [("kind=projects&dry_run=true", true), ("kind=projects", false)] {
        let done = commission.import(query, file.xlsx()).await.expect(200);
        let found: Vec<_> = done.json["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|w| (w["row"].as_i64(), w["column"].as_str(), w["code"].as_str()))
            .collect();
        let expected = [
            (Some(3), Some("G"), Some("telephone-number")),
            (Some(4), Some("G"), Some("identity-number")),
        ];
        assert_eq!(found, expected, "{}", done.text);
        assert_eq!((&done.json["created"], &done.json["dry_run"]), (&json!(3), &json!(is_dry)));
    }
    // What is stored already is not entered again.
    let again = commission.import("kind=projects", file.xlsx()).await.expect(200);
    assert_eq!((&again.json["unchanged"], &again.json["warnings"]), (&json!(3), &json!([])));
}

async fn a_page_warns_after_its_form(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("甲", json!({})).await;
    let browser = Browser::log_in(&app, "commission").await;
    let raise = async |asked: &str| {
        let issue = [
            ("title", "用地"),
            ("category", "land"),
            ("level", "county"),
            ("asked", asked),
            ("due_on", "2021-08-31"),
        ];
        browser.post_form(&format!("/projects/{id}/issues"), &issue).await.expect(303)
    };

    let (plain, with_number) = (raise("请协调用地指标").await, raise(TELEPHONE).await);

    assert!(!plain.location.contains("warned"), "{}", plain.location);
    assert!(with_number.location.contains("warned=telephone-number"), "{}", with_number.location);
    let page = words(&browser.open(&with_number.location).await);
    assert!(page.contains("似有电话号码"), "{page}");
    assert!(!words(&browser.open(&plain.location).await).contains("似有电话号码"));
}

async fn the_document_says_where_warnings_stand(app: TestApp) {
    let request =
        reqwest::Client::builder().no_proxy().build().unwrap().get(app.root("/openapi.json"));
    let document = app.stranger().send(request).await.expect(200).json;
    let warnings = |name: &str| {
        let schema = &document["components"]["schemas"][name];
        let parts = schema["allOf"].as_array().into_iter().flatten().chain([schema]);
        parts.map(|part| part["properties"]["warnings"].clone()).find(|found| !found.is_null())
    };

    for name in
        ["Project", "Issue", "Report", "LateGrant", "Unit", "YearPlan", "LightOverride", "Proposal"]
    {
        let found = warnings(name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(found["items"]["$ref"], "#/components/schemas/RecordWarning", "{name}: {found}");
    }
    // A batch has them in each row; who logs in has no texts.
    assert_eq!((warnings("BatchResult"), warnings("Session")), (None, None));
    let warning = &document["components"]["schemas"]["RecordWarning"]["properties"];
    assert_eq!(warning["pointer"]["type"], "string");
}

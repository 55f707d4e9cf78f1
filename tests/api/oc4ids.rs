//! The register as an OC4IDS package: its contents equal the register. CI validates the format with
//! the standard's own checker.

use std::collections::BTreeMap;

use major_projects::testing::Role;
use major_projects::testing::{Calendar as _, Clock as _};
use major_projects::testing::{Conn, StoreError};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::bulletins::quarter;
use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::{OnBoth, OnEach, Running};
use crate::tests;

tests![
    OnEach;
    the_demonstration_is_exported_completely_and_exactly,
    no_digit_of_an_amount_is_lost,
    stages_natures_industries_and_roles_map_as_the_table_says,
    a_project_says_what_is_known_and_leaves_out_what_is_not,
    restated_months_and_all_years_are_in_it,
    a_package_holds_what_its_reader_may_see_and_no_more,
    what_cannot_be_published_is_refused,
    a_package_states_its_address_and_its_last_change,
];

/// Tests that compare the answers of both databases byte by byte.
pub const SAME: OnBoth = &[("oc4ids::both_databases_answer_the_same_bytes", |s, p| -> Running {
    Box::pin(both_databases_answer_the_same_bytes(s, p))
})];

const PACKAGE: &str = "/exports/oc4ids";

async fn load_demo(app: &TestApp) -> Actor {
    let (today, now) = (app.calendar.today(), app.clock.now());
    let year = major_projects::testing::Year::new(2021).unwrap();
    major_projects::testing::demo::load::load(&app.db, year, today, now, |_, _| ()).await.unwrap();
    app.commission().await
}

/// Amounts as exact text, before any conversion to float.
#[derive(Deserialize)]
struct Exact<'a> {
    #[serde(borrow)]
    projects: Vec<Amounts<'a>>,
}

#[derive(Deserialize)]
struct Amounts<'a> {
    #[serde(borrow)]
    budget: Budget<'a>,
    #[serde(borrow, default)]
    forecasts: Vec<Metric<'a>>,
    #[serde(borrow, default)]
    metrics: Vec<Metric<'a>>,
}

#[derive(Deserialize)]
struct Budget<'a> {
    #[serde(borrow)]
    amount: Money<'a>,
}

#[derive(Deserialize)]
struct Money<'a> {
    #[serde(borrow)]
    amount: &'a RawValue,
    currency: &'a str,
}

#[derive(Deserialize)]
struct Metric<'a> {
    id: &'a str,
    #[serde(borrow)]
    observations: Vec<Observation<'a>>,
}

#[derive(Deserialize)]
struct Observation<'a> {
    #[serde(borrow)]
    value: Option<Money<'a>>,
    #[serde(borrow)]
    measure: Option<&'a RawValue>,
}

impl Money<'_> {
    /// In 分; fails unless written with exactly two decimals.
    fn fen(&self) -> i128 {
        assert_eq!(self.currency, "CNY");
        let (whole, part) = self.amount.get().split_once('.').unwrap();
        assert_eq!(part.len(), 2, "{}", self.amount);
        format!("{whole}{part}").parse().unwrap()
    }
}

fn money(metrics: &[Metric<'_>]) -> i128 {
    let financial = metrics.iter().filter(|m| m.id == "financialProgress");
    financial.flat_map(|m| &m.observations).map(|o| o.value.as_ref().unwrap().fen()).sum()
}

/// An amount in 万元, in 分.
fn fen(wan: &Value) -> i128 {
    let (whole, part) = wan.as_str().unwrap().split_once('.').unwrap();
    format!("{whole}{part:0<6}").parse().unwrap()
}

async fn package(actor: &Actor, query: &str) -> Value {
    actor.get(&format!("{PACKAGE}{query}")).await.expect(200).json
}

fn titles(package: &Value) -> Vec<&str> {
    let projects = package["projects"].as_array().unwrap();
    projects.iter().map(|p| p["title"].as_str().unwrap()).collect()
}

/// Projects by title.
fn by_title(package: &Value) -> BTreeMap<String, Value> {
    let projects = package["projects"].as_array().unwrap();
    projects.iter().map(|p| (p["title"].as_str().unwrap().to_owned(), p.clone())).collect()
}

async fn the_demonstration_is_exported_completely_and_exactly(app: TestApp) {
    let commission = load_demo(&app).await;
    let text = commission.get(&format!("{PACKAGE}?year=2021")).await.expect(200).text;
    let exact: Exact<'_> = serde_json::from_str(&text).unwrap();
    // A viewer's sums include open projects only.
    let viewer = app.role(Role::Viewer).await;
    let table = viewer.get("/summaries/commitments?year=2021&through=2021-12").await;
    let total = &table.json["total"];

    assert_eq!(exact.projects.len(), 146, "of 152, six are restricted");
    assert_eq!(total["registered"]["project_count"], 146);
    let sum = |of: fn(&Amounts<'_>) -> i128| exact.projects.iter().map(of).sum::<i128>();
    assert_eq!(sum(|p| p.budget.amount.fen()), fen(&total["registered"]["total_investment_wan"]));
    assert_eq!(sum(|p| money(&p.forecasts)), fen(&total["planned"]["annual_investment_wan"]));
    assert_eq!(sum(|p| money(&p.metrics)), fen(&total["completed_wan"]));
    let measured = exact.projects.iter().flat_map(|p| &p.metrics);
    let measured = measured.flat_map(|m| &m.observations).filter_map(|o| o.measure);
    let measures: Vec<&str> = measured.map(RawValue::get).collect();
    assert!(
        measures.len() > 300 && measures.iter().all(|m| m.split_once('.').unwrap().1.len() == 2)
    );
    let json: Value = serde_json::from_str(&text).unwrap();
    for project in json["projects"].as_array().unwrap() {
        let made_up = project["additionalClassifications"].as_array().unwrap();
        assert!(made_up.iter().any(|c| c["scheme"] == "x_synthetic"), "{project}");
    }
}

async fn no_digit_of_an_amount_is_lost(app: TestApp) {
    let commission = app.commission().await;
    let most = json!({"total_investment_wan": "999999999.999999"});
    commission.project("最大", most).await;
    commission.project("最小", json!({"total_investment_wan": "0.000001"})).await;

    let text = commission.get(PACKAGE).await.expect(200).text;

    assert!(text.contains(r#"{"amount":9999999999999.99,"currency":"CNY"}"#), "{text}");
    assert!(text.contains(r#"{"amount":0.01,"currency":"CNY"}"#), "{text}");
}

async fn stages_natures_industries_and_roles_map_as_the_table_says(app: TestApp) {
    let commission = app.commission().await;
    let idea = json!({"planned_start": null, "planned_finish": null, "actual_start": null});
    for (stage, nature, industry, status, kind, sector) in [
        (
            "planned",
            "new_construction",
            "next_gen_it",
            "identification",
            "construction",
            "communications",
        ),
        ("reserve", "expansion", "new_energy", "preparation", "expansion", "energy"),
        (
            "construction",
            "renovation",
            "medical_wellness",
            "implementation",
            "rehabilitation",
            "health",
        ),
        (
            "completed",
            "relocation",
            "quality_tourism",
            "completion",
            "replacement",
            "cultureSportsAndRecreation",
        ),
        (
            "operating",
            "restoration",
            "modern_agriculture",
            "maintenance",
            "rehabilitation",
            "economy",
        ),
        ("terminated", "purchase", "high_end_chemicals", "cancelled", "", "economy"),
    ] {
        let mut facts = json!({"nature": nature, "industry": industry, "stage": "construction"});
        if ["planned", "reserve"].contains(&stage) {
            facts["stage"] = json!(stage);
            for (field, value) in idea.as_object().unwrap() {
                facts[field] = value.clone();
            }
        }
        let id = commission.project(stage, facts).await;
        let steps: &[&str] = match stage {
            "completed" => &["completed"],
            "operating" => &["completed", "operating"],
            "terminated" => &["terminated"],
            _ => &[],
        };
        for step in steps {
            let body = json!({"stage": step, "on": "2021-06-15", "reason": "按规定办理"});
            commission.post(&format!("/projects/{id}/transitions"), &body).await.expect(200);
        }
        let query = format!("?stage={stage}");
        let project = package(&commission, &query).await["projects"][0].clone();
        assert_eq!(project["title"], stage);
        assert_eq!((&project["status"], &project["sector"]), (&json!(status), &json!([sector])));
        assert_eq!(project["type"].as_str().unwrap_or(""), kind, "{stage}");
        assert_eq!(project["additionalClassifications"][0]["id"], industry);
        let finished = ["completed", "operating"].contains(&stage);
        assert_eq!(project.get("completion").is_some(), finished, "{stage}");
    }
    // Industries added by the commission: the parent's sector; no sector if the parent has none.
    for (code, parent, sector) in [
        ("wind_power", json!("new_energy_materials"), json!(["economy"])),
        ("low_altitude", json!(null), json!(null)),
    ] {
        let line = json!({"code": code, "name": code, "group": "emerging", "parent": parent});
        commission.post("/industries", &line).await.expect(201);
        commission.project(code, json!({"industry": code})).await;
        let project = package(&commission, &format!("?q={code}")).await["projects"][0].clone();
        assert_eq!(
            (&project["sector"], &project["additionalClassifications"][0]["id"]),
            (&sector, &json!(code))
        );
    }
}

async fn a_project_says_what_is_known_and_leaves_out_what_is_not(app: TestApp) {
    let commission = app.commission().await;
    let bureau = json!({"name": "某市交通运输局", "kind": "government"});
    let bureau = commission.post("/units", &bureau).await.expect(201).id();
    let firm =
        json!({"name": "某建设公司", "kind": "enterprise", "credit_code": "91350100M000100Y43"});
    let firm = commission.post("/units", &firm).await.expect(201).id();
    let known = json!({"code": "2111-522323-04-01-342068", "code_reason": "", "content": "新建厂房两座",
        "longitude": "118.674700", "latitude": "37.433900", "leader": "张包保", "planned_operation": "2023-01-01"});
    let id = commission.project("知道的多", known).await;
    let bare = json!({"stage": "planned", "planned_start": null, "planned_finish": null, "actual_start": null});
    let bare_id = commission.project("知道的少", bare).await;
    let units = json!({"items": [
        {"unit_id": firm, "role": "owner", "contact": "李联系", "phone": "0546-8888888"},
        {"unit_id": bureau, "role": "owner"}, {"unit_id": bureau, "role": "regulator"}]});
    commission.change(&format!("/projects/{id}/units"), 1, &units).await.expect(200);
    for (code, name, day) in [
        ("project_approval", "立项", "2021-03-01"),
        ("main_structure", "主体完成", "2021-06-30"),
        ("operation", "投产", "2022-12-31"),
    ] {
        let body =
            json!({"code": code, "name": name, "baseline_date": day, "class": "construction"});
        let path = format!("/projects/{id}/milestones");
        let made = commission.post(&path, &body).await.expect(201);
        let path = format!("{path}/{}", made.id());
        if code == "project_approval" {
            commission.patch(&path, 1, &json!({"actual_date": "2021-02-27"})).await.expect(200);
        } else if code == "operation" {
            let moved = json!({"forecast_date": "2023-02-28", "reason": "设备延期"});
            commission.patch(&path, 1, &moved).await.expect(200);
        }
    }

    let answer = commission.get(PACKAGE).await.expect(200);
    let all = by_title(&answer.json);
    let (full, bare) = (&all["知道的多"], &all["知道的少"]);

    assert_eq!(full["id"], format!("oc4ids-0t3st0-{id}"));
    assert_eq!(
        full["identifiers"][1],
        json!({"id": "2111-522323-04-01-342068", "scheme": "national-project-code"})
    );
    assert_eq!(full["description"], "新建厂房两座");
    let span = |start: &str, end: &str| json!({"startDate": format!("{start}T00:00:00+08:00"), "endDate": format!("{end}T23:59:59+08:00")});
    assert_eq!(full["period"], span("2021-03-01", "2022-10-31"));
    assert_eq!(full["implementationPeriod"], span("2021-03-10", "2022-10-31"));
    assert_eq!(full["maintenancePeriod"], json!({"startDate": "2023-01-01T00:00:00+08:00"}));
    assert!(answer.text.contains(r#""coordinates":[118.674700,37.433900]"#), "{}", answer.text);
    assert_eq!(full["locations"][0]["gazetteer"]["identifiers"], json!(["370502"]));
    assert_eq!(
        full["locations"][0]["address"],
        json!({"locality": "东营区", "countryName": "中国"})
    );
    let parties = json!([
        {"id": format!("unit-{firm}"), "name": "某建设公司", "roles": ["buyer"],
         "identifier": {"scheme": "CN-USCI", "id": "91350100M000100Y43", "legalName": "某建设公司"}},
        {"id": format!("unit-{bureau}"), "name": "某市交通运输局",
         "roles": ["buyer", "publicAuthority", "x_industryRegulator"]}]);
    assert_eq!(full["parties"], parties);
    assert_eq!(
        full["publicAuthority"],
        json!({"id": format!("unit-{bureau}"), "name": "某市交通运输局"})
    );
    let milestones = full["milestones"].as_array().unwrap();
    let field = |name: &str| milestones.iter().map(|m| m[name].clone()).collect::<Vec<_>>();
    assert_eq!(field("code"), ["projectApproval", "main_structure", "commissioning"]);
    assert_eq!(field("type"), ["approval", "delivery", "delivery"]);
    assert_eq!(field("status"), ["met", "notMet", "scheduled"]);
    assert_eq!(milestones[0]["dateMet"], "2021-02-27T00:00:00+08:00");
    assert_eq!(milestones[2]["dueDate"], "2022-12-31T23:59:59+08:00", "the promise never moves");
    assert_eq!(milestones[2]["description"], "现预计于 2023-02-28 完成");
    // Unknown values are omitted: no nulls and no empty values.
    let names: Vec<&String> = bare.as_object().unwrap().keys().collect();
    let expected = [
        "additionalClassifications",
        "budget",
        "id",
        "identifiers",
        "language",
        "locations",
        "sector",
        "status",
        "title",
        "type",
        "updated",
    ];
    assert_eq!(names, expected);
    assert_eq!(bare["id"], format!("oc4ids-0t3st0-{bare_id}"));
    assert!(
        !answer.text.contains("null")
            && !answer.text.contains("[]")
            && !answer.text.contains("\"\"")
    );
    for personal in ["张包保", "李联系", "0546", "设备延期", "leader", "contact", "phone"]
    {
        assert!(!answer.text.contains(personal), "{personal}");
    }
}

async fn restated_months_and_all_years_are_in_it(app: TestApp) {
    let commission = app.commission().await;
    let (one, two) = quarter(&app, &commission).await;
    let restate = async |project: i64, month: &str, amount: &str| {
        let body = json!({"amount_wan": amount, "reason": "审计核减", "approver": "重大项目科"});
        let path = format!("/projects/{project}/reports/{month}/restatements");
        commission.post(&path, &body).await.expect(201);
    };
    restate(one, "2023-01", "-0.5").await;
    restate(two, "2023-02", "7.25").await;
    let draft = json!({"completed_wan": "55.00", "physical_percent": "12.50"});
    let days = json!({"opens_on": "2023-04-01", "due_on": "2023-05-05"});
    commission.create("/reporting-months/2023-04", &days).await.expect(201);
    commission.create(&format!("/projects/{one}/reports/2023-04"), &draft).await.expect(201);
    let next = json!({"annual_investment_wan": "24.00", "months": vec!["2.00"; 12]});
    commission.put(&format!("/projects/{one}/year-plans/2024"), &next).await.expect(201);

    let all = by_title(&package(&commission, "?year=2023").await);
    let observed = |project: &Value, list: &str| -> Vec<(String, Value, Value)> {
        let metric = &project[list][0]["observations"];
        let row = |o: &Value| {
            (o["id"].as_str().unwrap().to_owned(), o["value"]["amount"].clone(), o["notes"].clone())
        };
        metric.as_array().unwrap().iter().map(row).collect()
    };

    let restated = json!("含关闭后的更正");
    assert_eq!(
        observed(&all["甲项目"], "metrics"),
        [
            ("2023-01".to_owned(), json!(995_000.0), restated.clone()),
            ("2023-02".to_owned(), json!(900_000.0), Value::Null),
            ("2023-03".to_owned(), json!(800_000.0), Value::Null),
        ],
        "a draft is not in it"
    );
    assert_eq!(
        observed(&all["乙项目"], "metrics")[1],
        ("2023-02".to_owned(), json!(72_500.0), restated)
    );
    let forecast = observed(&all["甲项目"], "forecasts");
    assert_eq!((forecast.len(), forecast[23].0.as_str()), (24, "2024-12"));
    assert_eq!((&forecast[0].1, &forecast[23].1), (&json!(1_000_000.0), &json!(20_000.0)));
    let years = &all["甲项目"]["budget"]["budgetBreakdowns"][0]["budgetBreakdown"];
    assert_eq!(
        (&years[0]["id"], &years[1]["amount"]["amount"]),
        (&json!("2023"), &json!(240_000.0))
    );
}

async fn a_package_holds_what_its_reader_may_see_and_no_more(app: TestApp) {
    let commission = app.commission().await;
    let own = commission.project("甲", json!({})).await;
    commission.project("乙", json!({"area": "hekou", "industry": "new_energy"})).await;
    commission.project("丙", json!({"area": "hekou", "visibility": "restricted"})).await;
    commission.assign(own, &[(app.unit_id("甲公司").await, "owner")]).await;
    let (unit, area) = (app.unit("甲公司").await, app.area("hekou").await);

    assert_eq!(titles(&package(&commission, "").await), ["甲", "乙"], "made to be published");
    assert_eq!(titles(&package(&app.role(Role::Viewer).await, "").await), ["甲", "乙"]);
    assert_eq!(titles(&package(&unit, "").await), ["甲"]);
    assert_eq!(titles(&package(&area, "").await), ["乙"]);
    assert_eq!(titles(&package(&commission, "?industry=new_energy_materials").await), ["乙"]);
    assert_eq!(titles(&package(&commission, "?area=dongying&q=甲&year=2022").await), ["甲"]);
    for role in [Role::Auditor, Role::Admin] {
        assert_eq!(app.role(role).await.get(PACKAGE).await.status, 403);
    }
    assert_eq!(app.stranger().get(PACKAGE).await.status, 401);
    let outside = unit.get(&format!("{PACKAGE}?area=hekou")).await;
    assert_eq!((outside.status, outside.code()), (404, "nothing-to-publish"));
}

async fn what_cannot_be_published_is_refused(app: TestApp) {
    let commission = app.commission().await;
    let none = commission.get(PACKAGE).await;
    assert_eq!((none.status, none.code()), (404, "nothing-to-publish"));
    commission.project("甲", json!({})).await;
    let early = commission.get(&format!("{PACKAGE}?year=2001")).await;
    assert_eq!((early.status, early.code()), (404, "nothing-to-publish"));
    for (query, at) in [
        ("year=21", "?year"),
        ("year=2021&year=2022", "?year"),
        ("industry=nothing", "?industry"),
        ("area=nowhere", "?area"),
        ("limit=5", "?limit"),
        ("format=csv", "?format"),
    ] {
        let refused = commission.get(&format!("{PACKAGE}?{query}")).await;
        assert_eq!((refused.status, refused.errors()[0].0.as_str()), (400, at), "{query}");
    }

    let more = "insert into projects (name, industry_id, area_id, stage, nature, total_fen, invested_before_fen, \
        visibility, registered_year, created_at, updated_at) \
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 5000) \
        select p.name, p.industry_id, p.area_id, p.stage, p.nature, p.total_fen, p.invested_before_fen, \
        p.visibility, p.registered_year, p.created_at, p.updated_at from n, projects p where p.name = '甲'";
    let insert = move |conn: &mut Conn| {
        use diesel::RunQueryDsl as _;
        diesel::sql_query(more).execute(conn)?;
        Ok::<(), StoreError>(())
    };
    app.tamper(insert).await;
    let refused = commission.get(PACKAGE).await;
    assert_eq!(
        (refused.status, refused.errors()),
        (400, vec![("?year".to_owned(), "too-many".to_owned())])
    );
    let id = commission.project("乙", json!({"area": "hekou"})).await;
    let by_area = package(&commission, "?area=hekou").await;
    assert_eq!(by_area["projects"][0]["id"], format!("oc4ids-0t3st0-{id}"));
}

async fn a_package_states_its_address_and_its_last_change(app: TestApp) {
    let commission = app.commission().await;
    let one = commission.project("甲", json!({})).await;
    commission.project("乙", json!({})).await;
    app.clock.pass_hours(2);
    let commission = app.commission().await;
    let now = app.clock.now().to_string();
    let body = json!({"completed_wan": "5.00"});
    commission.create(&format!("/projects/{one}/reports/2021-05"), &body).await.expect(201);
    app.clock.pass_hours(3);
    let commission = app.commission().await;

    let query = "?q=%E7%94%B2&year=2021";
    let first = commission.get(&format!("{PACKAGE}{query}")).await.expect(200);
    let again = commission.get(&format!("{PACKAGE}{query}")).await.expect(200);
    let all = package(&commission, "").await;

    assert_eq!(first.text, again.text, "nothing changed in between");
    assert_eq!(first.json["uri"], app.root(&format!("/api/v1{PACKAGE}{query}")));
    assert_eq!(all["uri"], app.root(&format!("/api/v1{PACKAGE}")));
    assert_eq!((&all["publishedDate"], &all["projects"][0]["updated"]), (&json!(now), &json!(now)));
    assert_eq!(all["projects"][1]["updated"], "2021-07-01T02:00:00.000000Z");
    assert_eq!(all["publisher"], json!({"name": "某市发展和改革委员会"}));
    assert_eq!(all["license"], "https://creativecommons.org/licenses/by/4.0/");
    for (host, proto, expected) in [
        ("example.gov.cn", "https", "https://example.gov.cn"),
        ("a b\"c", "https", "https://127.0.0.1:0"),
    ] {
        let request = commission.request(reqwest::Method::GET, PACKAGE);
        let request = request.header("X-Forwarded-Host", host).header("X-Forwarded-Proto", proto);
        let uri = commission.send(request).await.expect(200).json["uri"].clone();
        assert_eq!(uri, format!("{expected}/api/v1{PACKAGE}"));
    }
}

async fn both_databases_answer_the_same_bytes(sqlite: TestApp, postgres: TestApp) {
    let mut answers = Vec::new();
    for app in [&sqlite, &postgres] {
        let commission = load_demo(app).await;
        quarter(app, &commission).await;
        let text = commission.get(PACKAGE).await.expect(200).text;
        answers.push(text.replace(&app.root(""), ""));
    }
    assert!(answers[0].len() > 900_000, "{}", answers[0].len());
    assert!(answers[0] == answers[1], "the packages differ");
}

//! The register: facts, stages, units, year plans, history.

use serde_json::{Value, json};

use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_project_is_registered_read_and_changed,
    national_codes_are_checked_and_a_reason_overrides,
    lists_are_filtered,
    pages_in_any_order_visit_every_project_once,
    stages_move_by_rule,
    a_unit_edits_descriptions_and_the_commission_edits_the_rest,
    units_answer_for_a_project,
    a_year_plan_is_entered_once,
    a_plan_for_an_earlier_year_registers_the_project_then,
    history_tells_who_did_what,
];

async fn a_project_is_registered_read_and_changed(app: TestApp) {
    let commission = app.commission().await;

    let id = commission
        .project("滨河项目", json!({"longitude": "118.6747", "latitude": "37.4339"}))
        .await;
    let path = format!("/projects/{id}");
    let read = commission.get(&path).await.expect(200);
    let patch =
        json!({"total_investment_wan": "12000.5", "planned_finish": null, "leader": "  王市长 "});
    let changed = commission.patch(&path, 1, &patch).await.expect(200);
    let stale = commission.patch(&path, 1, &patch).await.expect(412);
    let missing =
        commission.send(commission.request(reqwest::Method::PATCH, &path).json(&patch)).await;

    assert_eq!(read.header("etag"), "\"1\"");
    assert_eq!(
        (&read.json["longitude"], &read.json["synthetic"]),
        (&json!("118.674700"), &json!(false))
    );
    assert_eq!(changed.json["total_investment_wan"], "12000.50");
    assert_eq!(
        (&changed.json["planned_finish"], &changed.json["leader"]),
        (&Value::Null, &json!("王市长"))
    );
    assert_eq!(changed.json["planned_start"], "2021-03-01");
    assert_eq!((stale.code(), missing.expect(428).code()), ("stale", "precondition-required"));
    let held =
        commission.request(reqwest::Method::GET, &path).header("If-None-Match", "\"1\", W/\"2\"");
    assert_eq!(commission.send(held).await.status, 304);
}

async fn national_codes_are_checked_and_a_reason_overrides(app: TestApp) {
    let commission = app.commission().await;
    let body = |code: &str, reason: &str| {
        json!({"name": format!("项目{code}"), "industry": "next_gen_it", "area": "dongying", "nature": "expansion",
            "total_investment_wan": "10.00", "code": code, "code_reason": reason})
    };

    for good in [
        "2111-522323-04-01-342068",
        "2411-130202-89-01-637015",
        "2602-411102-04-04-398932",
        "2020-370502-26-03-123456",
    ] {
        commission.post("/projects", &body(good, "")).await.expect(201);
    }
    let wrong =
        commission.post("/projects", &body("2601-140100-89-01-123456", "")).await.expect(422);
    let taken =
        commission.post("/projects", &body("2111-522323-04-01-342068", "")).await.expect(409);
    let mut none = body("2111-522323-04-01-342068", "");
    (none["code"], none["stage"], none["actual_start"]) =
        (Value::Null, json!("construction"), json!("2021-03-01"));
    let none = commission.post("/projects", &none).await.expect(422);

    assert_eq!(wrong.errors(), [("/code".into(), "check-digit".into())]);
    assert_eq!(taken.code(), "taken");
    assert_eq!(none.errors(), [("/code".into(), "required".into())]);
    commission
        .post("/projects", &body("2601-140100-89-01-123456", "发改委赋码如此"))
        .await
        .expect(201);
}

async fn some_projects(commission: &Actor) -> Vec<i64> {
    let mut ids = Vec::new();
    for (name, other) in [
        (
            "丙",
            json!({"industry": "new_energy", "area": "hekou", "total_investment_wan": "300.00"}),
        ),
        (
            "甲",
            json!({"industry": "new_materials", "area": "dongying", "total_investment_wan": "100.00"}),
        ),
        (
            "乙",
            json!({"industry": "high_end_chemicals", "area": "hekou", "total_investment_wan": "300.00", "nature": "expansion"}),
        ),
        (
            "Ding",
            json!({"industry": "next_gen_it", "area": "lijin", "total_investment_wan": "50.00", "planned_start": null}),
        ),
        (
            "Wu",
            json!({"registered_year": 2022, "code": "2111-522323-04-01-342068", "total_investment_wan": "50.00"}),
        ),
    ] {
        ids.push(commission.project(name, other).await);
    }
    ids
}

async fn lists_are_filtered(app: TestApp) {
    let commission = app.commission().await;
    let ids = some_projects(&commission).await;
    let unit = app.unit_id("某公司").await;
    commission.assign(ids[1], &[(unit, "support")]).await;
    let cases = [
        ("", "丙 甲 乙 Ding Wu"),
        ("year=2021", "丙 甲 乙 Ding"),
        ("year=2022", "丙 甲 乙 Ding Wu"),
        ("industry=new_energy_materials", "丙 甲"),
        ("industry=new_energy&industry=next_gen_it", "丙 Ding Wu"),
        ("group=traditional", "乙"),
        ("group=traditional&industry=new_energy", ""),
        ("area=hekou", "丙 乙"),
        ("nature=expansion", "乙"),
        ("stage=planned&stage=reserve", ""),
        ("q=DIN", "Ding"),
        ("q=522323", "Wu"),
        ("q=%25", ""),
        ("role=support", "甲"),
        ("role=owner", ""),
        ("sort=-total_investment_wan,name", "丙 乙 甲 Ding Wu"),
        ("sort=name", "Ding Wu 丙 乙 甲"),
        ("sort=planned_start,-id", "Ding Wu 乙 甲 丙"),
    ];
    for (query, expected) in cases {
        let list = commission.get(&format!("/projects?{query}")).await.expect(200);
        let names: Vec<_> = list.items().iter().map(|p| p["name"].as_str().unwrap()).collect();
        assert_eq!(names.join(" "), expected, "{query}");
        assert_eq!(list.json["total"], names.len(), "{query}");
    }
    let of_unit =
        commission.get(&format!("/projects?unit={unit}&unit=999&role=support")).await.expect(200);
    assert_eq!(of_unit.json["total"], 1);
    assert_eq!(commission.get(&format!("/projects?unit={unit}&role=owner")).await.json["total"], 0);
}

async fn pages_in_any_order_visit_every_project_once(app: TestApp) {
    let commission = app.commission().await;
    let mut ids = some_projects(&commission).await;
    ids.sort_unstable();
    for sort in [
        "",
        "name",
        "-name",
        "total_investment_wan",
        "-total_investment_wan,-name",
        "-planned_start",
        "code,-id",
        "planned_finish",
    ] {
        let (mut seen, mut path) = (Vec::new(), format!("/projects?limit=2&sort={sort}"));
        loop {
            let page = commission.get(&path).await.expect(200);
            assert_eq!(page.json["total"], 5);
            seen.extend(page.items().iter().map(|p| p["id"].as_i64().unwrap()));
            let Some(next) = page.json["next_cursor"].as_str() else {
                break;
            };
            path = format!("/projects?limit=2&sort={sort}&cursor={next}");
        }
        let whole = commission.get(&format!("/projects?sort={sort}")).await;
        let at_once: Vec<_> = whole.items().iter().map(|p| p["id"].as_i64().unwrap()).collect();
        assert_eq!(seen, at_once, "{sort}");
        seen.sort_unstable();
        assert_eq!(seen, ids, "{sort}");
    }
    let page = commission.get("/projects?limit=2&sort=name").await;
    let cursor = page.json["next_cursor"].as_str().unwrap();
    let other =
        commission.get(&format!("/projects?limit=2&sort=-name&cursor={cursor}")).await.expect(400);
    assert_eq!(other.errors(), [("?cursor".into(), "bad-cursor".into())]);
    commission.get("/projects?cursor=nonsense").await.expect(400);
}

async fn stages_move_by_rule(app: TestApp) {
    let commission = app.commission().await;
    let id = commission
        .project("项目", json!({"stage": "reserve", "code_reason": "", "actual_start": null}))
        .await;
    let path = format!("/projects/{id}/transitions");
    let to = |stage: &str| json!({"stage": stage});

    let leap = commission.post(&path, &to("operating")).await.expect(409);
    let code = commission.post(&path, &to("construction")).await.expect(409);
    commission
        .patch(&format!("/projects/{id}"), 1, &json!({"code": "2111-522323-04-01-342068"}))
        .await
        .expect(200);
    let early = commission
        .post(&path, &json!({"stage": "construction", "on": "2021-07-02"}))
        .await
        .expect(422);
    let started = commission
        .post(&path, &json!({"stage": "construction", "on": "2021-06-15"}))
        .await
        .expect(200);
    let before = commission
        .post(&path, &json!({"stage": "completed", "on": "2021-06-14"}))
        .await
        .expect(422);
    let back = commission.post(&path, &to("reserve")).await.expect(422);
    let done = commission
        .post(&path, &json!({"stage": "completed", "on": "2021-06-30"}))
        .await
        .expect(200);
    let again = json!({"stage": "construction", "reason": "验收未通过"});
    let again = commission.post(&path, &again).await.expect(200);

    assert_eq!((leap.code(), code.code()), ("stage-move", "code-required"));
    assert_eq!(early.errors(), [("/on".into(), "in-future".into())]);
    assert_eq!(
        (&started.json["stage"], &started.json["actual_start"]),
        (&json!("construction"), &json!("2021-06-15"))
    );
    assert_eq!(before.errors(), [("/on".into(), "before-start".into())]);
    assert_eq!(back.errors(), [("/reason".into(), "reason-required".into())]);
    assert_eq!(
        (&done.json["actual_finish"], &done.json["ended_on"]),
        (&json!("2021-06-30"), &json!("2021-06-30"))
    );
    assert_eq!(
        (&again.json["actual_finish"], &again.json["ended_on"]),
        (&Value::Null, &Value::Null)
    );
}

async fn a_unit_edits_descriptions_and_the_commission_edits_the_rest(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    let id = commission.project("项目", json!({})).await;
    commission.assign(id, &[(app.unit_id("甲公司").await, "owner")]).await;
    let path = format!("/projects/{id}");

    let described = owner.patch(&path, 2, &json!({"content": "年产 6 万吨"})).await.expect(200);
    let refused = owner
        .patch(&path, 3, &json!({"total_investment_wan": "1.00", "name": "别名"}))
        .await
        .expect(403);

    assert_eq!(described.json["content"], "年产 6 万吨");
    let pointers: Vec<_> = refused.errors().into_iter().map(|e| e.0).collect();
    assert_eq!(pointers, ["/name", "/total_investment_wan"]);
    assert_eq!(commission.get(&path).await.json["name"], "项目");
}

async fn units_answer_for_a_project(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let path = format!("/projects/{id}/units");
    let (one, two) = (app.unit_id("甲公司").await, app.unit_id("乙局").await);
    let units = json!({"items": [
        {"unit_id": one, "role": "owner", "contact": "李工", "phone": "0546-8000000"},
        {"unit_id": two, "role": "lead"}, {"unit_id": two, "role": "regulator"},
    ]});

    let put = commission.change(&path, 1, &units).await.expect(200);
    let stale = commission.change(&path, 1, &json!({"items": []})).await.expect(412);
    let wrong = json!({"items": [{"unit_id": 987_654, "role": "lead"}, {"unit_id": one, "role": "lead"}, {"unit_id": one, "role": "lead"}]});
    let wrong = commission.change(&path, 2, &wrong).await.expect(422);
    let read = commission.get(&path).await.expect(200);

    assert_eq!((put.header("etag"), stale.code()), ("\"2\"", "stale"));
    assert_eq!(
        wrong.errors(),
        [("/items/0/unit_id".into(), "not-there".into()), ("/items/2".into(), "repeated".into())]
    );
    assert_eq!(
        read.items()[0],
        json!({"unit_id": one, "unit": "甲公司", "role": "owner", "contact": "李工", "phone": "0546-8000000"})
    );
    assert_eq!(read.json["total"], 3);
}

async fn a_year_plan_is_entered_once(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let path = format!("/projects/{id}/year-plans/2021");
    let plan = |annual: &str, first: &str| {
        let mut months = vec![json!("100.00"); 12];
        months[0] = json!(first);
        json!({"annual_investment_wan": annual, "months": months, "goal": "主体完工"})
    };

    commission.get(&path).await.expect(404);
    let sum = commission.put(&path, &plan("1200.00", "100.01")).await.expect(422);
    let negative = commission.put(&path, &plan("1000.00", "-100.00")).await.expect(422);
    let above = commission.put(&path, &plan("11100.00", "10000.00")).await.expect(422);
    let short = commission
        .put(&path, &json!({"annual_investment_wan": "1.00", "months": ["1.00"]}))
        .await
        .expect(422);
    let entered = commission.put(&path, &plan("1200.00", "100.00")).await.expect(201);
    let twice = commission.put(&path, &plan("1200.00", "100.00")).await.expect(409);

    assert_eq!(sum.errors(), [("/months".into(), "not-the-sum".into())]);
    assert_eq!(negative.errors(), [("/months/0".into(), "negative".into())]);
    assert_eq!(above.errors(), [("/annual_investment_wan".into(), "above-total".into())]);
    assert_eq!(short.errors(), [("/months".into(), "too-few".into())]);
    assert_eq!(entered.json["versions"][0]["kind"], "initial");
    assert_eq!(entered.json["versions"][0]["months"].as_array().unwrap().len(), 12);
    assert_eq!((twice.code(), entered.header("etag")), ("year-plan-exists", "\"1\""));
    assert_eq!(commission.get(&path).await.expect(200).json, entered.json);
}

async fn a_plan_for_an_earlier_year_registers_the_project_then(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({"registered_year": 2022})).await;
    commission.plan_year(id, 10).await;

    assert_eq!(commission.get(&format!("/projects/{id}")).await.json["registered_year"], 2021);
    assert_eq!(commission.get("/projects?year=2021").await.json["total"], 1);
}

async fn history_tells_who_did_what(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let path = format!("/projects/{id}");
    let request = commission.request(reqwest::Method::PATCH, &path);
    let request = request.header("If-Match", "\"1\"").header("X-Request-Id", "req-77");
    let renamed = commission.send(request.json(&json!({"name": "新名"}))).await.expect(200);
    commission.patch(&path, 1, &json!({"name": "不成"})).await.expect(412);

    let history = commission.get(&format!("{path}/history")).await.expect(200);

    assert_eq!(renamed.header("x-request-id"), "req-77");
    assert_eq!(history.json["total"], 2);
    let latest = &history.items()[0];
    assert_eq!(
        (&latest["kind"], &latest["actor"]),
        (&json!("project.updated"), &json!("commission"))
    );
    // The address is for the auditor alone.
    assert_eq!((&latest["request_id"], &latest["origin"]), (&json!("req-77"), &json!("")));
    assert_eq!(latest["changes"], json!([{"field": "name", "before": "项目", "after": "新名"}]));
    assert_eq!(history.items()[1]["kind"], "project.created");
}

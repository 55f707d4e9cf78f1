//! Industries, areas, units and plans.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    the_plan_of_2021_is_there_as_printed,
    seeding_again_changes_nothing,
    the_industry_tree_grows_by_rule,
    an_area_is_added_and_changed,
    a_unit_is_added_found_and_changed,
    credit_codes_are_checked,
    a_plan_is_entered_and_changed,
];

async fn the_plan_of_2021_is_there_as_printed(app: TestApp) {
    let commission = app.commission().await;

    let plan = commission.get("/plans/2021").await.expect(200).json;
    let count = |field: &str| plan[field].as_array().unwrap().len();

    assert_eq!(plan["issued_on"], "2021-06-21");
    assert_eq!(
        ["envelopes", "industry_targets", "measures", "targets"].map(count),
        [10, 10, 20, 43]
    );
    let named: usize = plan["measures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["units"].as_array().unwrap().len())
        .sum();
    assert_eq!(named, 47);
    assert_eq!(
        plan["computed_total"],
        json!({"project_count": 152, "total_investment_wan": "14456800.00", "annual_investment_wan": "3638100.00"})
    );
    // 32.78 亿元 and 11.95 亿元, as printed.
    assert_eq!(
        plan["envelopes"][0],
        json!({"industry": "next_gen_it", "project_count": 9, "total_investment_wan": "327800.00", "annual_investment_wan": "119500.00"})
    );
    // 占GDP比重达到53%以上
    assert_eq!(plan["targets"][0]["operator"], "at_least");
    assert_eq!(plan["industry_targets"][0]["value_added_wan"], "213100.00");
    assert_eq!(plan["industry_targets"][0]["growth_min_percent"], "16.00");
    assert_eq!(commission.get("/units").await.json["total"], 21);
    assert_eq!(commission.get("/areas").await.json["total"], 8);
    assert_eq!(commission.get("/industries").await.json["total"], 12);
    commission.get("/plans/1999").await.expect(404);
}

async fn seeding_again_changes_nothing(app: TestApp) {
    use major_projects::testing::Clock;
    use major_projects::testing::seed::{self, Seeded};
    let commission = app.commission().await;
    commission.patch("/areas/hekou", 1, &json!({"note": "改过"})).await.expect(200);
    let now = app.clock.now();

    let again = app.db.write(move |conn| seed::load(conn, now)).await.unwrap();

    assert_eq!(again, Seeded::default());
    assert_eq!(commission.get("/areas/hekou").await.json["note"], "改过");
}

async fn the_industry_tree_grows_by_rule(app: TestApp) {
    let commission = app.commission().await;
    let hydrogen = json!({"code": "hydrogen", "name": "氢能", "group": "emerging", "parent": "new_energy_materials"});

    let added = commission.post("/industries", &hydrogen).await.expect(201);
    let renamed =
        commission.patch("/industries/hydrogen", 1, &json!({"name": "氢能产业"})).await.expect(200);
    let again = commission.post("/industries", &hydrogen).await.expect(409);
    // It has an envelope of its own, so it cannot have parts.
    let below =
        json!({"code": "wind", "name": "风电", "group": "emerging", "parent": "new_energy"});
    let below = commission.post("/industries", &below).await.expect(422);
    let other = json!({"code": "wind", "name": "风电", "group": "traditional", "parent": "new_energy_materials"});
    let other = commission.post("/industries", &other).await.expect(422);
    let itself = json!({"parent": "hydrogen"});
    let itself = commission.patch("/industries/hydrogen", 2, &itself).await.expect(422);

    assert_eq!(added.json["parent"], "new_energy_materials");
    assert_eq!((&renamed.json["name"], &renamed.json["version"]), (&json!("氢能产业"), &json!(2)));
    assert_eq!(again.code(), "taken");
    for refused in [below, other, itself] {
        assert_eq!(refused.errors(), [("/parent".into(), "not-a-parent".into())]);
    }
}

async fn an_area_is_added_and_changed(app: TestApp) {
    let commission = app.commission().await;
    let zone =
        json!({"code": "riverside", "name": "滨河区", "kind": "zone", "division_code": "370599"});

    commission.post("/areas", &zone).await.expect(201);
    let changed =
        commission.patch("/areas/riverside", 1, &json!({"division_code": null})).await.expect(200);

    assert!(changed.json["division_code"].is_null());
    assert_eq!(changed.header("etag"), "\"2\"");
    commission.get("/areas/nowhere").await.expect(404);
}

async fn a_unit_is_added_found_and_changed(app: TestApp) {
    let commission = app.commission().await;
    let unit = json!({"name": "滨河100%_材料公司", "kind": "enterprise", "credit_code": "91350100M000100Y43"});

    let added = commission.post("/units", &unit).await.expect(201);
    let found = commission.get("/units?q=100%25_&kind=enterprise").await.expect(200);
    // Wildcards of SQL are matched literally.
    let nothing = commission.get("/units?q=%25%25&kind=enterprise&kind=zone").await.expect(200);
    let path = format!("/units/{}", added.id());
    let changed = commission
        .patch(&path, 1, &json!({"credit_code": null, "kind": "institution"}))
        .await
        .expect(200);

    assert_eq!((&found.json["total"], &found.items()[0]["id"]), (&json!(1), &json!(added.id())));
    assert_eq!(nothing.json["total"], 0);
    assert!(changed.json["credit_code"].is_null());
    assert_eq!(commission.post("/units", &unit).await.expect(409).code(), "taken");
}

async fn credit_codes_are_checked(app: TestApp) {
    let commission = app.commission().await;
    let unit = |code: &str, reason: &str| json!({"name": format!("单位{code}"), "kind": "enterprise", "credit_code": code, "credit_code_reason": reason});

    for good in ["91350100M000100Y43", "91110000101623741K", "113705000000000030"] {
        commission.post("/units", &unit(good, "")).await.expect(201);
    }
    let wrong = commission.post("/units", &unit("91310115MA1H8R7C6D", "")).await.expect(422);
    let form = commission.post("/units", &unit("9131011500000000IO", "")).await.expect(422);

    assert_eq!(wrong.errors(), [("/credit_code".into(), "check-digit".into())]);
    assert_eq!(form.errors(), [("/credit_code".into(), "wrong-form".into())]);
    commission.post("/units", &unit("91310115MA1H8R7C6D", "登记机关如此赋码")).await.expect(201);
}

async fn a_plan_is_entered_and_changed(app: TestApp) {
    let commission = app.commission().await;
    let plan = |annual: &str| {
        json!({"title": "2022 年计划", "issuer": "东营市", "issued_on": "2022-01-15", "envelopes": [
            {"industry": "next_gen_it", "project_count": 2, "total_investment_wan": "500.00", "annual_investment_wan": annual}]})
    };

    let entered = commission.create("/plans/2022", &plan("100.00")).await.expect(201);
    let changed = commission.change("/plans/2022", 1, &plan("120.00")).await.expect(200);
    let stale = commission.change("/plans/2022", 1, &plan("130.00")).await.expect(412);
    let twice = commission.create("/plans/2022", &plan("130.00")).await.expect(412);
    let without = commission.put("/plans/2022", &plan("130.00")).await.expect(428);
    let mut wrong = plan("600.00");
    let parent = json!({"industry": "new_energy_materials", "project_count": 1, "total_investment_wan": "-1.00", "annual_investment_wan": "0.00"});
    let again = wrong["envelopes"][0].clone();
    wrong["envelopes"].as_array_mut().unwrap().extend([parent, again]);
    let wrong = commission.change("/plans/2022", 2, &wrong).await.expect(422);

    assert_eq!(entered.json["computed_total"]["annual_investment_wan"], "100.00");
    assert_eq!(
        (&changed.json["version"], &changed.json["envelopes"][0]["annual_investment_wan"]),
        (&json!(2), &json!("120.00"))
    );
    assert_eq!(
        [stale.code(), twice.code(), without.code()],
        ["stale", "stale", "precondition-required"]
    );
    let at = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    assert_eq!(
        wrong.errors(),
        [
            at("/envelopes/0/annual_investment_wan", "above-total"),
            at("/envelopes/1/industry", "not-there"),
            at("/envelopes/2/industry", "repeated"),
            at("/envelopes/2/annual_investment_wan", "above-total"),
        ]
    );
    assert_eq!(commission.get("/plans/2022").await.json["version"], Value::from(2));
}

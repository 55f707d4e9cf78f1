//! Year plans: versions that are never overwritten, and the one that was in force.

use serde_json::{Value, json};

use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    an_adjustment_counts_from_its_month_and_the_first_version_stays,
    a_project_added_in_mid_year_counts_from_its_month,
    the_plan_of_a_closed_month_stays,
    wrong_adjustments_are_refused_with_pointers,
];

fn plan(annual: &str, monthly: &str) -> Value {
    json!({"annual_investment_wan": annual, "months": vec![monthly; 12]})
}

fn adjustment(month: &str, annual: &str, monthly: &str) -> Value {
    let mut body = plan(annual, monthly);
    body["kind"] = json!("adjustment");
    body["effective_month"] = json!(month);
    body["document_number"] = json!("东发改〔2021〕58号");
    body["reason"] = json!("压减全年计划");
    body
}

/// `[planned, percent]` of the table's total.
async fn planned(actor: &Actor, query: &str) -> [Value; 2] {
    let table = actor.get(&format!("/summaries/commitments?{query}")).await.expect(200);
    let total = &table.json["total"];
    [total["planned"]["annual_investment_wan"].clone(), total["against_plan"]["percent"].clone()]
}

async fn an_adjustment_counts_from_its_month_and_the_first_version_stays(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let path = format!("/projects/{id}/year-plans/2021");
    commission.put(&path, &plan("1200.00", "100.00")).await.expect(201);
    commission.confirmed(id, "2021-05", "300.00").await;
    app.calendar.turn_to("2021-09-01");

    let adjusted = commission
        .post(&format!("{path}/adjustments"), &adjustment("2021-07", "600.00", "50.00"))
        .await
        .expect(201);

    assert_eq!(adjusted.json["version"], 2);
    let versions = adjusted.json["versions"].as_array().unwrap();
    let shown = |at: usize, field: &str| versions[at][field].clone();
    assert_eq!(versions.len(), 2);
    assert_eq!((shown(0, "number"), shown(0, "kind")), (json!(1), json!("initial")));
    assert_eq!(shown(0, "annual_investment_wan"), "1200.00");
    assert_eq!((shown(1, "number"), shown(1, "kind")), (json!(2), json!("adjustment")));
    assert_eq!(shown(1, "document_number"), "东发改〔2021〕58号");
    // 300 of 1,200 is 25 %, of 600 it is 50 %. Through June the first version was in force.
    let june = planned(&commission, "year=2021&through=2021-06").await;
    let july = planned(&commission, "year=2021&through=2021-07").await;
    let initial = planned(&commission, "year=2021&through=2021-07&basis=initial").await;
    assert_eq!(june, [json!("1200.00"), json!("25.00")]);
    assert_eq!(july, [json!("600.00"), json!("50.00")]);
    assert_eq!(initial, [json!("1200.00"), json!("25.00")]);
    // The table shows both, whichever was asked for.
    for basis in ["initial", "current"] {
        let query = format!("/summaries/commitments?year=2021&through=2021-07&basis={basis}");
        let total = commission.get(&query).await.json["total"].clone();
        let of = |which: &str| {
            let shown = &total[which];
            (shown["annual_investment_wan"].clone(), shown["against_plan"]["percent"].clone())
        };
        assert_eq!(of("initial"), (json!("1200.00"), json!("25.00")));
        assert_eq!(of("current"), (json!("600.00"), json!("50.00")));
    }
    let investment =
        commission.get("/summaries/investment?year=2021&through=2021-06&by=area").await;
    assert_eq!(investment.json["total"]["planned"]["annual_investment_wan"], "1200.00");
    let history = commission.get(&format!("/projects/{id}/history?limit=1")).await;
    assert_eq!(history.items()[0]["kind"], "year_plan.adjusted");
}

async fn a_project_added_in_mid_year_counts_from_its_month(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("追加项目", json!({})).await;
    let path = format!("/projects/{id}/year-plans/2021");
    let mut body = json!({"annual_investment_wan": "700.00"});
    body["months"] = json!([
        "0.00", "0.00", "0.00", "0.00", "0.00", "100.00", "100.00", "100.00", "100.00", "100.00",
        "100.00", "100.00"
    ]);
    body["effective_month"] = json!("2021-06");
    body["reason"] = json!("年中新增");

    let entered = commission.put(&path, &body).await.expect(201);

    let first = &entered.json["versions"][0];
    assert_eq!((&first["kind"], &first["reason"]), (&json!("addition"), &json!("年中新增")));
    let may = planned(&commission, "year=2021&through=2021-05").await;
    let june = planned(&commission, "year=2021&through=2021-06").await;
    assert_eq!(may, [json!("0.00"), Value::Null]);
    assert_eq!(june, [json!("700.00"), json!("0.00")]);
}

async fn the_plan_of_a_closed_month_stays(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let later = commission.project("后来的项目", json!({})).await;
    let path = format!("/projects/{id}/year-plans/2023");
    app.calendar.turn_to("2023-06-20");
    commission.put(&path, &plan("1200.00", "100.00")).await.expect(201);
    for month in ["2023-04", "2023-05"] {
        let days = json!({"opens_on": format!("{month}-20"), "due_on": "2023-06-05"});
        commission.create(&format!("/reporting-months/{month}"), &days).await.expect(201);
        commission.step(&format!("/reporting-months/{month}/closing")).await.expect(200);
    }
    let may = planned(&commission, "year=2023&through=2023-05").await;

    let adjustments = format!("{path}/adjustments");
    let refused =
        commission.post(&adjustments, &adjustment("2023-05", "600.00", "50.00")).await.expect(422);
    commission.post(&adjustments, &adjustment("2023-06", "600.00", "50.00")).await.expect(201);
    let mut backdated = plan("1200.00", "100.00");
    backdated["effective_month"] = json!("2023-01");
    let other = format!("/projects/{later}/year-plans/2023");
    let too_early = commission.put(&other, &backdated).await.expect(422);
    let entered = commission.put(&other, &plan("1200.00", "100.00")).await.expect(201);

    let error = [("/effective_month".to_owned(), "month-closed".to_owned())];
    assert_eq!(
        (refused.errors().as_slice(), too_early.errors().as_slice()),
        (&error[..], &error[..])
    );
    assert!(refused.text.contains("2023-06"), "{}", refused.text);
    assert_eq!(entered.json["versions"][0]["effective_month"], "2023-06");
    assert_eq!(planned(&commission, "year=2023&through=2023-05").await, may);
    assert_eq!(may[0], "1200.00");
    assert_eq!(planned(&commission, "year=2023&through=2023-06").await[0], "1800.00");
}

async fn wrong_adjustments_are_refused_with_pointers(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let path = format!("/projects/{id}/year-plans/2021");
    let adjustments = format!("{path}/adjustments");
    let good = adjustment("2021-07", "600.00", "50.00");
    commission.post(&adjustments, &good).await.expect(404);
    commission.put(&path, &plan("1200.00", "100.00")).await.expect(201);
    commission.post(&adjustments, &good).await.expect(201);
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };

    for (what, body, pointer, code) in [
        (
            "another year",
            with("effective_month", json!("2022-01")),
            "/effective_month",
            "out-of-range",
        ),
        (
            "before the last",
            with("effective_month", json!("2021-06")),
            "/effective_month",
            "before-version",
        ),
        ("no document", with("document_number", json!(" ")), "/document_number", "blank"),
        ("not the sum", with("annual_investment_wan", json!("601.00")), "/months", "not-the-sum"),
        ("no first", with("kind", json!("initial")), "/kind", "not-one-of"),
        ("blank reason", with("reason", json!("    ")), "/reason", "too-short"),
    ] {
        let refused = commission.post(&adjustments, &body).await;
        assert_eq!(refused.status, 422, "{what}: {}", refused.text);
        assert_eq!(refused.errors(), [(pointer.to_owned(), code.to_owned())], "{what}");
    }
    let mut correction = with("kind", json!("correction"));
    correction["document_number"] = json!("");
    let corrected = commission.post(&adjustments, &correction).await.expect(201);

    assert_eq!(corrected.json["versions"].as_array().unwrap().len(), 3);
    assert_eq!(corrected.json["version"], 3);
}

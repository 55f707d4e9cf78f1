//! Roll-over: unfinished projects continue in the next year after confirmation.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    what_is_unfinished_is_proposed_changed_and_confirmed,
    a_confirmed_roll_over_is_not_changed_and_an_outdated_one_not_confirmed,
];

async fn what_is_unfinished_is_proposed_changed_and_confirmed(app: TestApp) {
    let commission = app.commission().await;
    app.calendar.turn_to("2022-01-10");
    // Planned finish in 2022, in 2024, unknown; finished; and one that already has its plan.
    let finishes = [json!("2022-10-31"), json!("2024-12-31"), Value::Null, json!("2021-12-01")];
    let mut ids = Vec::new();
    for (n, finish) in finishes.iter().enumerate() {
        let mut facts = json!({"planned_finish": finish});
        if n == 3 {
            (facts["actual_finish"], facts["stage"]) = (json!("2021-12-01"), json!("completed"));
        }
        let id = commission.project(&format!("项目{n}"), facts).await;
        commission.plan_year(id, 100).await;
        commission.confirmed(id, "2021-06", "900.00").await;
        ids.push(id);
    }
    let planned = commission.project("已有计划", json!({})).await;
    let body = json!({"annual_investment_wan": "1200.00", "months": vec!["100.00"; 12]});
    commission.put(&format!("/projects/{planned}/year-plans/2022"), &body).await.expect(201);

    let proposal = commission.step("/roll-overs/2022/proposal").await.expect(200).json;
    let lines = commission.get("/roll-overs/2022/lines").await.expect(200);

    // 10,000 less 900 remain of each; 300 of 1,200 were not completed.
    assert_eq!((&proposal["project_count"], &proposal["state"]), (&json!(3), &json!("proposed")));
    assert_eq!(proposal["remaining_wan"], "27300.00");
    assert_eq!(proposal["carried_wan"], "900.00");
    let row = |l: &Value| (l["project_id"].clone(), l["annual_investment_wan"].clone());
    let rows: Vec<_> = lines.items().iter().map(row).collect();
    let annual = ["9100.00", "3033.33", "300.00"];
    for (n, amount) in annual.iter().enumerate() {
        assert_eq!(rows[n], (json!(ids[n]), json!(amount)));
    }
    assert_eq!(proposal["open_months"].as_array().unwrap().len(), 12);

    let line = |id: i64| format!("/roll-overs/2022/lines/{id}");
    let patch = json!({"annual_investment_wan": "3600.00", "note": "按合同工期"});
    commission.patch(&line(ids[1]), 1, &patch).await.expect(200);
    commission
        .patch(&line(ids[2]), 1, &json!({"included": false, "note": "缓建"}))
        .await
        .expect(200);
    let wrong =
        commission.patch(&line(ids[0]), 1, &json!({"annual_investment_wan": "10000.01"})).await;
    assert_eq!(wrong.errors(), [("/annual_investment_wan".to_owned(), "above-total".to_owned())]);
    let version = commission.get("/roll-overs/2022").await.json["version"].as_i64().unwrap();
    let document = json!({"document_number": "东发改〔2022〕3号"});
    let confirm = async |version: i64| {
        let request = commission.request(reqwest::Method::POST, "/roll-overs/2022/confirmation");
        let tag = format!("\"{version}\"");
        commission.send(request.header("If-Match", tag).json(&document)).await
    };
    assert_eq!(confirm(1).await.status, 412, "it was changed since");
    let confirmed = confirm(version).await.expect(200).json;

    assert_eq!(
        (&confirmed["state"], &confirmed["included_count"]),
        (&json!("confirmed"), &json!(2))
    );
    assert_eq!(confirmed["annual_investment_wan"], "12700.00");
    let plan = async |id: i64| commission.get(&format!("/projects/{id}/year-plans/2022")).await;
    let first = plan(ids[0]).await.expect(200).json["versions"][0].clone();
    assert_eq!(
        (&first["kind"], &first["annual_investment_wan"]),
        (&json!("initial"), &json!("9100.00"))
    );
    assert_eq!(first["document_number"], "东发改〔2022〕3号");
    // Ten equal months until October; nothing afterwards.
    assert_eq!(first["months"][9], "910.00");
    assert_eq!(first["months"][10], "0.00");
    assert_eq!(plan(ids[1]).await.json["versions"][0]["months"][11], "300.00");
    assert_eq!(plan(ids[2]).await.status, 404);
    let table =
        commission.get("/summaries/commitments?year=2022&through=2022-01").await.expect(200);
    assert_eq!(table.json["total"]["planned"]["annual_investment_wan"], "13900.00");
}

async fn a_confirmed_roll_over_is_not_changed_and_an_outdated_one_not_confirmed(app: TestApp) {
    let commission = app.commission().await;
    app.calendar.turn_to("2022-01-10");
    let one = commission.project("甲", json!({})).await;
    let two = commission.project("乙", json!({})).await;
    for id in [one, two] {
        commission.plan_year(id, 100).await;
    }
    commission.step("/roll-overs/2022/proposal").await.expect(200);
    let body = json!({"annual_investment_wan": "1200.00", "months": vec!["100.00"; 12]});
    commission.put(&format!("/projects/{two}/year-plans/2022"), &body).await.expect(201);
    let confirm = async || {
        let version = commission.get("/roll-overs/2022").await.json["version"].as_i64().unwrap();
        let request = commission.request(reqwest::Method::POST, "/roll-overs/2022/confirmation");
        let body = json!({"document_number": "东发改〔2022〕3号"});
        let request = request.header("If-Match", format!("\"{version}\"")).json(&body);
        commission.send(request).await
    };

    let outdated = confirm().await;
    assert_eq!((outdated.status, outdated.code()), (409, "roll-over-outdated"));
    assert_eq!(
        commission.get(&format!("/projects/{one}/year-plans/2022")).await.status,
        404,
        "all or none"
    );
    commission.step("/roll-overs/2022/proposal").await.expect(200);
    confirm().await.expect(200);

    for answer in [
        confirm().await,
        commission.step("/roll-overs/2022/proposal").await,
        commission
            .patch(&format!("/roll-overs/2022/lines/{one}"), 1, &json!({"included": false}))
            .await,
    ] {
        assert_eq!((answer.status, answer.code()), (409, "roll-over-confirmed"));
    }
    assert_eq!(app.unit("甲公司").await.step("/roll-overs/2023/proposal").await.status, 403);
    assert_eq!(commission.get("/roll-overs/2030").await.status, 404);
    assert_eq!(commission.step("/roll-overs/1990/proposal").await.code(), "no-year-before");
    commission.step("/roll-overs/2100/proposal").await.expect(200);
}

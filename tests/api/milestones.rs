//! Milestones and their slippage.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![OnEach; a_milestone_slips_and_is_reached, milestones_come_from_templates_or_are_free];

async fn a_milestone_slips_and_is_reached(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    let id = commission.project("项目", json!({})).await;
    commission.assign(id, &[(app.unit_id("甲公司").await, "owner")]).await;
    let list = format!("/projects/{id}/milestones");
    let added = owner
        .post(&list, &json!({"code": "main_structure", "baseline_date": "2021-07-10"}))
        .await
        .expect(201);
    let path = format!("{list}/{}", added.id());

    let silent = owner.patch(&path, 1, &json!({"forecast_date": "2021-08-01"})).await.expect(422);
    let moved = json!({"forecast_date": "2021-08-01", "reason": "雨季影响"});
    let moved = owner.patch(&path, 1, &moved).await.expect(200);
    app.calendar.turn_to("2021-08-11");
    let overdue = owner.get(&path).await.expect(200);
    let future = owner.patch(&path, 2, &json!({"actual_date": "2021-08-12"})).await.expect(422);
    let reached = owner.patch(&path, 2, &json!({"actual_date": "2021-07-08"})).await.expect(200);
    let after = owner
        .patch(&path, 3, &json!({"forecast_date": "2021-09-01", "reason": "再推"}))
        .await
        .expect(409);
    let taken_back = owner.patch(&path, 3, &json!({"actual_date": null})).await.expect(200);

    assert_eq!(added.json["slippage_days"], Value::Null);
    assert_eq!(silent.errors(), [("/reason".into(), "required".into())]);
    // From 10 July to the forecast of 1 August; then to today, 11 August, because the forecast has
    // passed.
    assert_eq!(
        (&moved.json["slippage_days"], &overdue.json["slippage_days"]),
        (&json!(22), &json!(32))
    );
    assert_eq!(future.errors(), [("/actual_date".into(), "in-future".into())]);
    assert_eq!(
        (&reached.json["slippage_days"], &reached.json["baseline_date"]),
        (&json!(-2), &json!("2021-07-10"))
    );
    assert_eq!(after.code(), "milestone-reached");
    assert_eq!(taken_back.json["actual_date"], Value::Null);
}

async fn milestones_come_from_templates_or_are_free(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let list = format!("/projects/{id}/milestones");
    let free = json!({"code": "river_crossing", "name": "过河管线", "class": "construction", "baseline_date": "2021-12-01"});

    let templates = commission.get("/milestone-templates").await.expect(200);
    commission.post(&list, &free).await.expect(201);
    commission
        .post(
            &list,
            &json!({"code": "start", "baseline_date": "2021-03-01", "actual_date": "2021-03-10"}),
        )
        .await
        .expect(201);
    let twice = commission
        .post(&list, &json!({"code": "start", "baseline_date": "2021-03-01"}))
        .await
        .expect(409);
    let nameless = commission
        .post(&list, &json!({"code": "other", "baseline_date": "2021-03-01"}))
        .await
        .expect(422);
    let all = commission.get(&list).await.expect(200);

    assert_eq!(templates.json["total"], 12);
    assert_eq!(twice.code(), "taken");
    assert_eq!(
        nameless.errors(),
        [("/name".into(), "required".into()), ("/class".into(), "required".into())]
    );
    let names: Vec<_> = all.items().iter().map(|m| m["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["开工", "过河管线"]);
    assert_eq!(all.items()[0]["slippage_days"], 9);
}

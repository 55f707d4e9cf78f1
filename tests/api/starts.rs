//! Start rates, and due, overdue and moved milestones.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    seven_of_fifteen_have_started,
    milestones_are_due_overdue_and_moved_by_area_and_unit,
    a_start_known_by_its_milestone_is_a_start_everywhere,
];

fn rate(numerator: i64, denominator: i64, percent: &str) -> Value {
    json!({"numerator": numerator, "denominator": denominator, "percent": percent})
}

async fn seven_of_fifteen_have_started(app: TestApp) {
    let commission = app.commission().await;
    for n in 0..15 {
        // Ten are due to start by May; seven have started, one of them early.
        let planned = if n < 10 { "2021-04-01" } else { "2021-10-01" };
        let area = if n % 2 == 0 { "dongying" } else { "hekou" };
        let mut facts = json!({"area": area, "planned_start": planned});
        if n < 6 || n == 14 {
            facts["actual_start"] = json!("2021-03-10");
        } else {
            facts["stage"] = json!("reserve");
            facts["actual_start"] = Value::Null;
        }
        commission.project(&format!("项目{n}"), facts).await;
    }
    let long_under_way = json!({"planned_start": "2020-03-01", "actual_start": "2020-04-01"});
    commission.project("续建", long_under_way).await;

    let query = "/summaries/milestones?year=2021&through=2021-05&by=area";
    let may = commission.get(query).await.expect(200);
    let february =
        commission.get("/summaries/milestones?year=2021&through=2021-02").await.expect(200);

    assert_eq!(may.json["total"]["start_rate_of_year"], rate(7, 15, "46.67"));
    assert_eq!(may.json["total"]["start_rate_of_due"], rate(7, 11, "63.64"));
    let rows = may.json["rows"].as_array().unwrap();
    let sum = |part: &str| -> i64 {
        rows.iter().map(|r| r["start_rate_of_year"][part].as_i64().unwrap()).sum()
    };
    assert_eq!((sum("numerator"), sum("denominator"), rows.len()), (7, 15, 2));
    assert_eq!(february.json["total"]["start_rate_of_year"], rate(0, 15, "0.00"));
    assert_eq!(february.json["total"]["start_rate_of_due"]["percent"], Value::Null);
}

async fn milestones_are_due_overdue_and_moved_by_area_and_unit(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    commission.assign(id, &[(app.unit_id("甲公司").await, "owner")]).await;
    let path = format!("/projects/{id}/milestones");
    let add = async |code: &str, name: &str, baseline: &str| {
        let body =
            json!({"code": code, "name": name, "class": "construction", "baseline_date": baseline});
        commission.post(&path, &body).await.expect(201).id()
    };
    let start = add("start", "开工", "2021-03-01").await;
    let structure = add("main_structure", "主体完成", "2021-05-20").await;
    add("equipment_installation", "设备安装", "2021-05-31").await;
    let patch = async |milestone: i64, body: Value| {
        commission.patch(&format!("{path}/{milestone}"), 1, &body).await.expect(200);
    };
    patch(start, json!({"actual_date": "2021-03-05"})).await;
    patch(structure, json!({"forecast_date": "2021-08-18", "reason": "雨季"})).await;

    let by_unit =
        commission.get("/summaries/milestones?year=2021&through=2021-05&by=unit").await.expect(200);
    let stranger = app.unit("乙公司").await;
    let none = stranger.get("/summaries/milestones?year=2021&through=2021-05").await.expect(200);

    let row = &by_unit.json["rows"][0];
    assert_eq!((&row["unit"], &row["role"]), (&json!("甲公司"), &json!("owner")));
    let counted: Vec<_> = ["due_in_month", "reached_in_month", "overdue", "moved", "moved_days"]
        .iter()
        .map(|field| row[*field].as_i64().unwrap())
        .collect();
    // 20 and 31 May are due; on 31 May the first is overdue; it moved by 90 days.
    assert_eq!(counted, [2, 0, 1, 1, 90]);
    // The project started on 5 March by its milestone and on 10 March by its own date.
    assert_eq!(row["start_rate_of_year"], rate(1, 1, "100.00"));
    assert_eq!(none.json["total"]["due_in_month"], 0);
    assert_eq!(none.json["rows"], json!([]));
}

async fn a_start_known_by_its_milestone_is_a_start_everywhere(app: TestApp) {
    let commission = app.commission().await;
    let reserve = json!({"stage": "reserve", "actual_start": null});
    let id = commission.project("项目", reserve).await;
    let start =
        json!({"code": "start", "baseline_date": "2021-03-01", "actual_date": "2021-04-30"});
    commission.post(&format!("/projects/{id}/milestones"), &start).await.expect(201);
    let row = async |through: &str| {
        let path = format!("/summaries/projects?year=2021&through={through}");
        commission.get(&path).await.expect(200).items()[0].clone()
    };

    let (march, april) = (row("2021-03").await, row("2021-04").await);

    assert_eq!(
        (&march["has_started"], &march["starts"]["started"]),
        (&json!(false), &json!(false))
    );
    assert_eq!((&april["has_started"], &april["starts"]["started"]), (&json!(true), &json!(true)));
}

//! Rankings by completion, then deviation; ties share a rank; with last month's rank.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    areas_are_ranked_with_every_component_and_last_month_s_rank,
    units_are_ranked_and_what_has_no_unit_is_not,
];

async fn areas_are_ranked_with_every_component_and_last_month_s_rank(app: TestApp) {
    let commission = app.commission().await;
    // May puts hekou before dongying; kenli and dongying tie in April.
    let done = [
        ("dongying", ["100.00", "100.00", "10.00"]),
        ("hekou", ["50.00", "50.00", "300.00"]),
        ("kenli", ["150.00", "50.00", "20.00"]),
    ];
    for (area, amounts) in done {
        let id = commission.project(area, json!({"area": area})).await;
        commission.plan_year(id, 100).await;
        for (month, amount) in ["2021-03", "2021-04", "2021-05"].iter().zip(amounts) {
            commission.confirmed(id, month, amount).await;
        }
    }
    let unplanned = json!({"area": "guangrao", "actual_start": null, "stage": "reserve"});
    commission.project("无计划", unplanned).await;

    let ask = async |through: &str| {
        let path = format!("/summaries/rankings?year=2021&through={through}&by=area");
        commission.get(&path).await.expect(200).json["rows"].as_array().unwrap().clone()
    };
    let (march, april, may) = (ask("2021-03").await, ask("2021-04").await, ask("2021-05").await);

    // In February all three are at 0.00 % and share the first rank.
    let ranked = |rows: &[Value]| -> Vec<Value> {
        let row = |r: &Value| json!([r["rank"], r["last_rank"], r["area"]]);
        rows.iter().map(row).collect()
    };
    assert_eq!(
        json!(ranked(&march)),
        json!([[1, 1, "kenli"], [2, 1, "dongying"], [3, 1, "hekou"], [null, null, "guangrao"]])
    );
    assert_eq!(
        json!(ranked(&april)),
        json!([[1, 2, "dongying"], [1, 1, "kenli"], [3, 3, "hekou"], [null, null, "guangrao"]])
    );
    assert_eq!(
        json!(ranked(&may)),
        json!([[1, 3, "hekou"], [2, 1, "kenli"], [3, 1, "dongying"], [null, null, "guangrao"]])
    );
    // 400 of 1,200 is 33.33 %, 8.33 points behind 41.67 %.
    let first = &may[0];
    assert_eq!(first["progress"]["against_plan"]["percent"], "33.33");
    assert_eq!(first["progress"]["deviation_points"], "-8.33");
    assert_eq!((&first["light"], &first["projects"]["yellow"]), (&json!("yellow"), &json!(1)));
    assert_eq!(first["start_rate_of_year"]["percent"], "100.00");
    assert_eq!(first["start_rate_of_due"]["denominator"], 1);
    assert_eq!(first["coverage"], json!({"due": 3, "confirmed": 3, "submitted": 0, "missing": 0}));
}

async fn units_are_ranked_and_what_has_no_unit_is_not(app: TestApp) {
    let commission = app.commission().await;
    let own = commission.project("甲", json!({})).await;
    let nobody = commission.project("乙", json!({})).await;
    for (project, amount) in [(own, "50.00"), (nobody, "90.00")] {
        commission.plan_year(project, 100).await;
        commission.confirmed(project, "2021-03", amount).await;
    }
    commission.assign(own, &[(app.unit_id("甲公司").await, "owner")]).await;

    let path = "/summaries/rankings?year=2021&through=2021-03&by=unit";
    let all = commission.get(path).await.expect(200).json;
    let theirs = app.unit("甲公司").await.get(path).await.expect(200).json;

    assert_eq!((&all["rows"][0]["rank"], &all["rows"][0]["unit"]), (&json!(1), &json!("甲公司")));
    assert_eq!(all["rows"][1]["rank"], Value::Null);
    assert_eq!(all["rows"][1]["completed_wan"], "90.00");
    assert_eq!(theirs["rows"].as_array().unwrap().len(), 1);
}

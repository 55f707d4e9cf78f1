//! Restatements: the only way to change a closed month.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_closed_month_is_restated_and_the_original_stays,
    a_month_without_a_report_is_restated,
    only_closed_months_are_restated_and_never_below_zero,
    of_two_restatements_at_once_the_second_knows_the_first,
    a_restatement_of_last_year_counts_in_what_was_completed_ever,
];

const JUNE: &str = "2023-06";

/// A project with 100 万元 confirmed in June 2023, and that month closed.
async fn closed_june(app: &TestApp, commission: &Actor) -> i64 {
    app.calendar.turn_to("2023-07-01");
    let days = json!({"opens_on": "2023-07-01", "due_on": "2023-07-05"});
    commission.create(&format!("/reporting-months/{JUNE}"), &days).await.expect(201);
    let id = commission.project("项目", json!({})).await;
    commission.confirmed(id, JUNE, "100.00").await;
    app.calendar.turn_to("2023-07-06");
    commission.step(&format!("/reporting-months/{JUNE}/closing")).await.expect(200);
    id
}

fn restatement(amount: &str) -> Value {
    json!({"amount_wan": amount, "reason": "审计核减", "approver": "重大项目科"})
}

fn path(id: i64) -> String {
    format!("/projects/{id}/reports/{JUNE}/restatements")
}

async fn completed(actor: &Actor, query: &str) -> (Value, Value) {
    let table = actor.get(&format!("/summaries/commitments?{query}")).await.expect(200);
    (table.json["total"]["completed_wan"].clone(), table.json["restated_months"].clone())
}

async fn a_closed_month_is_restated_and_the_original_stays(app: TestApp) {
    let commission = app.commission().await;
    let id = closed_june(&app, &commission).await;
    let report = format!("/projects/{id}/reports/{JUNE}");
    let before = completed(&commission, "year=2023&through=2023-06").await;
    let held = commission.get(&report).await.expect(200).header("etag").to_owned();

    let down = commission.post(&path(id), &restatement("-30.5")).await.expect(201);
    commission.post(&path(id), &restatement("5.00")).await.expect(201);

    assert_eq!(before, (json!("100.00"), json!([])));
    assert_eq!(down.json["amount_wan"], "-30.50");
    assert_eq!(
        completed(&commission, "year=2023&through=2023-06").await,
        (json!("74.50"), json!([JUNE]))
    );
    assert_eq!(
        completed(&commission, "year=2023&through=2023-05").await,
        (json!("0.00"), json!([]))
    );
    let shown = commission.get(&report).await.expect(200);
    assert_eq!(
        (&shown.json["completed_wan"], &shown.json["state"]),
        (&json!("100.00"), &json!("confirmed"))
    );
    let amounts: Vec<_> = shown.json["restatements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["amount_wan"].clone(), r["approver"].clone()))
        .collect();
    assert_eq!(
        amounts,
        [(json!("-30.50"), json!("重大项目科")), (json!("5.00"), json!("重大项目科"))]
    );
    // The ETag changes, so that caches read the report again.
    assert_ne!(shown.header("etag"), held);
    let trend = commission.get("/summaries/trend?year=2023&through=2023-06").await.expect(200);
    assert_eq!(trend.json["months"][5]["completed_wan"], "74.50");
    assert_eq!(trend.json["restated_months"], json!([JUNE]));
    let by_area = commission.get("/summaries/investment?year=2023&through=2023-06&by=area").await;
    assert_eq!(by_area.json["rows"][0]["completed_wan"], "74.50");
    let history = commission.get(&format!("/projects/{id}/history?limit=1")).await;
    assert_eq!(history.items()[0]["kind"], "report.restated");
}

async fn a_month_without_a_report_is_restated(app: TestApp) {
    let commission = app.commission().await;
    closed_june(&app, &commission).await;
    let missing = commission.project("未报项目", json!({})).await;

    commission.post(&path(missing), &restatement("40.00")).await.expect(201);

    commission.get(&format!("/projects/{missing}/reports/{JUNE}")).await.expect(404);
    assert_eq!(commission.get(&path(missing)).await.json["total"], 1);
    assert_eq!(completed(&commission, "year=2023&through=2023-06").await.0, json!("140.00"));
}

async fn only_closed_months_are_restated_and_never_below_zero(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    let id = closed_june(&app, &commission).await;
    commission.assign(id, &[(app.unit_id("甲公司").await, "owner")]).await;
    commission.confirmed(id, "2021-06", "9.00").await;

    let open = format!("/projects/{id}/reports/2021-06/restatements");
    let open = commission.post(&open, &restatement("-1.00")).await.expect(409);
    let never = format!("/projects/{id}/reports/2023-05/restatements");
    let never = commission.post(&never, &restatement("-1.00")).await.expect(409);
    owner.post(&path(id), &restatement("1.00")).await.expect(403);
    let wrong = json!({"amount_wan": "-100.01", "reason": "  ", "approver": " "});
    let wrong = commission.post(&path(id), &wrong).await.expect(422);
    let nothing = commission.post(&path(id), &restatement("0.00")).await.expect(422);

    assert_eq!((open.code(), never.code()), ("month-still-open", "month-not-open"));
    let pointers: Vec<_> = wrong.errors().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/amount_wan", "/reason", "/approver"]);
    assert_eq!(nothing.errors(), [("/amount_wan".to_owned(), "zero".to_owned())]);
    assert_eq!(owner.get(&path(id)).await.expect(200).json["total"], 0);
    commission.post(&path(id), &restatement("-100.00")).await.expect(201);
    assert_eq!(completed(&commission, "year=2023&through=2023-06").await.0, json!("0.00"));
}

async fn of_two_restatements_at_once_the_second_knows_the_first(app: TestApp) {
    let commission = app.commission().await;
    let id = closed_june(&app, &commission).await;
    let missing = commission.project("未报项目", json!({})).await;
    commission.post(&path(missing), &restatement("100.00")).await.expect(201);

    for project in [id, missing] {
        let path = path(project);
        let body = restatement("-60.00");
        let answers = join_all((0..6).map(|_| commission.post(&path, &body))).await;

        let mut statuses: Vec<_> = answers.iter().map(|a| a.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422, 422, 422, 422, 422]);
    }
    assert_eq!(completed(&commission, "year=2023&through=2023-06").await.0, json!("80.00"));
}

async fn a_restatement_of_last_year_counts_in_what_was_completed_ever(app: TestApp) {
    let commission = app.commission().await;
    let id = closed_june(&app, &commission).await;
    app.calendar.turn_to("2024-02-01");
    commission.post(&path(id), &restatement("-25.00")).await.expect(201);

    let table = commission.get("/summaries/commitments?year=2024&through=2024-01").await;

    // 100 − 25 of 10,000.
    assert_eq!(table.json["total"]["total_completion"]["numerator_wan"], "75.00");
    assert_eq!(table.json["total"]["completed_wan"], "0.00");
    assert_eq!(table.json["restated_months"], json!([]));
}

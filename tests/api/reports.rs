//! Monthly reports: from draft to confirmed, and back with a reason.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_reviewer_goes_through_what_waits_with_its_warnings,
    a_report_is_drafted_submitted_returned_corrected_and_confirmed,
    the_summary_changes_by_exactly_the_confirmed_amount,
    an_owner_cannot_return_its_own_report,
    a_month_of_zero_says_why,
    odd_figures_are_warned_of_and_never_block,
    months_ahead_and_before_registration_are_refused,
    a_draft_is_created_once_and_changed_from_its_version,
    a_report_shows_what_it_is_compared_with,
    the_context_says_why_a_report_cannot_be_written,
];

async fn a_report_is_drafted_submitted_returned_corrected_and_confirmed(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    let id = commission.project("项目", json!({})).await;
    commission.assign(id, &[(app.unit_id("甲公司").await, "owner")]).await;
    let path = format!("/projects/{id}/reports/2021-06");

    let drafted = owner
        .create(&path, &json!({"completed_wan": "120.5", "progress": "基础施工"}))
        .await
        .expect(201);
    let early = commission.step(&format!("{path}/confirmation")).await.expect(409);
    let submitted = owner.step(&format!("{path}/submission")).await.expect(200);
    let locked = owner.change(&path, 2, &json!({"completed_wan": "1.00"})).await.expect(409);
    let silent =
        commission.post(&format!("{path}/return"), &json!({"reason": " "})).await.expect(422);
    let returned = commission
        .post(&format!("{path}/return"), &json!({"reason": "请核对金额"}))
        .await
        .expect(200);
    let corrected = owner.change(&path, 3, &json!({"completed_wan": "110.00"})).await.expect(200);
    owner.step(&format!("{path}/submission")).await.expect(200);
    owner.step(&format!("{path}/confirmation")).await.expect(403);
    let confirmed = commission.step(&format!("{path}/confirmation")).await.expect(200);
    let twice = commission.step(&format!("{path}/confirmation")).await.expect(409);

    assert_eq!(
        (&drafted.json["state"], &drafted.json["completed_wan"]),
        (&json!("draft"), &json!("120.50"))
    );
    assert_eq!(
        (early.code(), locked.code(), twice.code()),
        ("report-state", "report-state", "report-state")
    );
    assert_eq!(submitted.json["state"], "submitted");
    assert_eq!(silent.errors().len(), 1);
    assert_eq!(
        (&returned.json["state"], &returned.json["return_reason"]),
        (&json!("returned"), &json!("请核对金额"))
    );
    assert_eq!(corrected.json["state"], "returned");
    assert_eq!(
        (&confirmed.json["state"], &confirmed.json["return_reason"]),
        (&json!("confirmed"), &json!(""))
    );
    let history = commission.get(&format!("/projects/{id}/history")).await;
    let kinds: Vec<_> =
        history.items().iter().rev().skip(2).map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "report.drafted",
            "report.submitted",
            "report.returned",
            "report.rewritten",
            "report.submitted",
            "report.confirmed"
        ]
    );
    assert_eq!(commission.get(&format!("/projects/{id}/reports")).await.json["total"], 1);
}

async fn the_summary_changes_by_exactly_the_confirmed_amount(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    commission.plan_year(id, 100).await;
    commission.confirmed(id, "2021-05", "80.000001").await;
    let completed = async |query: &str| {
        let table =
            commission.get(&format!("/summaries/commitments?year=2021{query}")).await.expect(200);
        table.json["total"]["completed_wan"].as_str().unwrap().to_owned()
    };
    let path = format!("/projects/{id}/reports/2021-06");

    commission.create(&path, &json!({"completed_wan": "33.33"})).await.expect(201);
    let drafted = completed("").await;
    commission.step(&format!("{path}/submission")).await.expect(200);
    let (submitted, included) = (completed("").await, completed("&include=submitted").await);
    commission.step(&format!("{path}/confirmation")).await.expect(200);
    let (confirmed, may) = (completed("").await, completed("&through=2021-05").await);
    commission.post(&format!("{path}/return"), &json!({"reason": "请核对"})).await.expect(200);

    assert_eq!(
        (drafted.as_str(), submitted.as_str(), included.as_str()),
        ("80.000001", "80.000001", "113.330001")
    );
    assert_eq!((confirmed.as_str(), may.as_str()), ("113.330001", "80.000001"));
    assert_eq!(completed("").await, "80.000001");
}

async fn an_owner_cannot_return_its_own_report(app: TestApp) {
    let commission = app.commission().await;
    let (owner, lead, hekou) =
        (app.unit("甲公司").await, app.unit("乙局").await, app.area("dongying").await);
    let id = commission.project("项目", json!({})).await;
    let units = [(app.unit_id("甲公司").await, "owner"), (app.unit_id("乙局").await, "lead")];
    commission.assign(id, &units).await;
    let path = format!("/projects/{id}/reports/2021-06");
    let reason = json!({"reason": "请核对金额"});
    owner.create(&path, &json!({"completed_wan": "1.00"})).await.expect(201);
    owner.step(&format!("{path}/submission")).await.expect(200);

    owner.post(&format!("{path}/return"), &reason).await.expect(403);
    lead.post(&format!("{path}/return"), &reason).await.expect(200);
    owner.step(&format!("{path}/submission")).await.expect(200);
    hekou.post(&format!("{path}/return"), &reason).await.expect(200);
    owner.step(&format!("{path}/submission")).await.expect(200);
    commission.step(&format!("{path}/confirmation")).await.expect(200);

    // Only the commission can return a report the commission has confirmed.
    lead.post(&format!("{path}/return"), &reason).await.expect(403);
    commission.post(&format!("{path}/return"), &reason).await.expect(200);
}

async fn a_month_of_zero_says_why(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let path = format!("/projects/{id}/reports/2021-06");
    commission.create(&path, &json!({"completed_wan": "0"})).await.expect(201);

    let refused = commission.step(&format!("{path}/submission")).await.expect(409);
    commission
        .change(&path, 1, &json!({"completed_wan": "0", "zero_reason": "雨季停工"}))
        .await
        .expect(200);
    let submitted = commission.step(&format!("{path}/submission")).await.expect(200);

    assert_eq!(refused.code(), "zero-reason-required");
    assert_eq!(submitted.json["warnings"][0]["code"], "zero-month");
}

async fn odd_figures_are_warned_of_and_never_block(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    commission.plan_year(id, 100).await;
    commission.confirmed(id, "2021-05", "650.00").await;
    let path = format!("/projects/{id}/reports/2021-06");
    let odd = json!({"completed_wan": "1000.00", "physical_percent": "90.5",
        "funds_received_wan": "10.00", "funds_paid_wan": "11.00"});

    let drafted = commission.create(&path, &odd).await.expect(201);
    let request = commission.request(reqwest::Method::GET, &path).header("Accept-Language", "en");
    let english = commission.send(request).await.expect(200);

    let codes: Vec<_> = drafted.json["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w["code"].as_str().unwrap())
        .collect();
    // 650 + 1000 of 1200 is 137.50 %; 1000 of 1200 is 83.33 %; 90.50 % against 16.50 %.
    assert_eq!(
        codes,
        ["far-above-plan", "half-of-the-year", "paid-above-received", "progress-apart"]
    );
    assert!(
        drafted.json["warnings"][0]["detail"].as_str().unwrap().contains("137.50%"),
        "{}",
        drafted.text
    );
    assert!(
        english.json["warnings"][0]["detail"].as_str().unwrap().contains("above 120 %"),
        "{}",
        english.text
    );
    commission.step(&format!("{path}/submission")).await.expect(200);
}

async fn months_ahead_and_before_registration_are_refused(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let put = async |month: &str| {
        commission
            .create(&format!("/projects/{id}/reports/{month}"), &json!({"completed_wan": "1.00"}))
            .await
    };

    let number = json!({"completed_wan": "1.00", "funds_paid_wan": 5, "physical_percent": "1e2"});
    let number =
        commission.create(&format!("/projects/{id}/reports/2021-06"), &number).await.expect(422);
    assert_eq!(
        number.errors(),
        [
            ("/funds_paid_wan".into(), "number-for-money".into()),
            ("/physical_percent".into(), "wrong-form".into())
        ]
    );
    assert_eq!(put("2021-08").await.expect(409).code(), "month-ahead");
    assert_eq!(put("2020-12").await.expect(409).code(), "before-registration");
    for bad in ["2021-13", "2021-7", "june"] {
        assert_eq!(put(bad).await.status, 404, "{bad}");
    }
    assert_eq!(commission.get(&format!("/projects/{id}/reports")).await.json["total"], 0);
}

async fn a_draft_is_created_once_and_changed_from_its_version(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let path = format!("/projects/{id}/reports/2021-06");
    let amount = |wan: &str| json!({"completed_wan": wan});

    commission.put(&path, &amount("1.00")).await.expect(428);
    commission.change(&path, 1, &amount("1.00")).await.expect(404);
    commission.create(&path, &amount("1.00")).await.expect(201);
    commission.create(&path, &amount("2.00")).await.expect(412);
    commission.change(&path, 1, &amount("3.00")).await.expect(200);
    commission.change(&path, 1, &amount("4.00")).await.expect(412);

    let read = commission.get(&path).await.expect(200);
    assert_eq!(
        (&read.json["completed_wan"], &read.json["version"]),
        (&json!("3.00"), &Value::from(2))
    );
}

async fn a_reviewer_goes_through_what_waits_with_its_warnings(app: TestApp) {
    let commission = app.commission().await;
    let odd = commission.project("大起大落", json!({})).await;
    let plain = commission.project("平常", json!({"area": "hekou"})).await;
    for (id, amount) in [(odd, "700.00"), (plain, "90.00")] {
        commission.plan_year(id, 100).await;
        let path = format!("/projects/{id}/reports/2021-05");
        commission.create(&path, &json!({"completed_wan": amount})).await.expect(201);
        commission.step(&format!("{path}/submission")).await.expect(200);
    }
    commission.confirmed(plain, "2021-04", "90.01").await;

    let queue = commission.get("/reports?month=2021-05&state=submitted").await.expect(200);
    let warned = commission.get("/reports?state=submitted&warned=true").await.expect(200);
    let half = commission.get("/reports?warning=half-of-the-year").await.expect(200);
    let none = commission.get("/reports?warning=zero-month").await.expect(200);
    let hekou = app.area("hekou").await.get("/reports?limit=1").await.expect(200);

    let latest = commission.get("/reports?latest_first=true&limit=2").await.expect(200);
    let cursor = latest.json["next_cursor"].as_str().unwrap().to_owned();
    let rest = commission.get(&format!("/reports?latest_first=true&cursor={cursor}")).await;
    commission.get(&format!("/reports?cursor={cursor}")).await.expect(400);
    let beside = |item: &Value| (item["planned_wan"].clone(), item["last_month_wan"].clone());

    assert_eq!(beside(&queue.items()[0]), (json!("100.00"), Value::Null));
    assert_eq!(beside(&queue.items()[1]), (json!("100.00"), json!("90.01")));
    let months: Vec<_> = latest.items().iter().chain(rest.items()).map(|i| &i["month"]).collect();
    assert_eq!(months, ["2021-04", "2021-05", "2021-05"]);
    let names = |answer: &crate::support::actor::Answer| -> Vec<String> {
        answer.items().iter().map(|i| i["project"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&queue), ["大起大落", "平常"]);
    assert_eq!(names(&warned), ["大起大落"]);
    assert_eq!(names(&half), ["大起大落"]);
    let explained = half.items()[0]["warnings"][0]["detail"].as_str().unwrap();
    assert!(explained.contains("700"), "{explained}");
    assert_eq!((names(&none).len(), hekou.json["total"].as_i64()), (0, Some(2)));
}

async fn a_report_shows_what_it_is_compared_with(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    let id = commission.project("项目", json!({"invested_before_wan": "500.00"})).await;
    commission.assign(id, &[(app.unit_id("甲公司").await, "owner")]).await;
    commission.plan_year(id, 100).await;
    commission.confirmed(id, "2021-04", "80.00").await;
    let path = format!("/projects/{id}/reports/2021-05");
    owner.create(&path, &json!({"completed_wan": "90.50", "progress": "封顶"})).await.expect(201);
    owner.step(&format!("{path}/submission")).await.expect(200);

    let shown = owner.get(&format!("/projects/{id}/reports/2021-06/context")).await.expect(200);
    let other = app.unit("乙公司").await;

    // 80 + 90.50 of 1200, plus 500 before the project was registered.
    assert_eq!(shown.json["project"], "项目");
    assert_eq!(shown.json["annual_plan_wan"], "1200.00");
    assert_eq!(shown.json["planned_wan"], "100.00");
    assert_eq!(shown.json["completed_before_wan"], "170.50");
    assert_eq!(shown.json["remaining_wan"], "1029.50");
    assert_eq!(shown.json["invested_before_wan"], "670.50");
    assert_eq!(shown.json["counted_wan"], "0.00");
    let april = owner.get(&format!("/projects/{id}/reports/2021-04/context")).await.expect(200);
    assert_eq!(april.json["counted_wan"], "80.00");
    assert_eq!(shown.json["total_investment_wan"], "10000.00");
    assert_eq!(shown.json["last_month"]["completed_wan"], "90.50");
    assert_eq!(shown.json["last_month"]["progress"], "封顶");
    assert_eq!(shown.json["reporting_month"]["state"], "open");
    assert!(shown.json.get("refusal").is_none(), "{}", shown.text);
    other.get(&format!("/projects/{id}/reports/2021-06/context")).await.expect(404);
}

async fn the_context_says_why_a_report_cannot_be_written(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    let viewer = app.role(major_projects::testing::Role::Viewer).await;
    let id = commission.project("项目", json!({})).await;
    commission.assign(id, &[(app.unit_id("甲公司").await, "owner")]).await;
    let refusal = async |actor: &crate::support::actor::Actor, month: &str| {
        let path = format!("/projects/{id}/reports/{month}/context");
        let shown = actor.get(&path).await.expect(200);
        shown.json["refusal"]["code"].as_str().unwrap_or("none").to_owned()
    };
    let path = format!("/projects/{id}/reports/2021-06");

    assert_eq!(refusal(&owner, "2021-06").await, "none");
    assert_eq!(refusal(&viewer, "2021-06").await, "forbidden");
    assert_eq!(refusal(&owner, "2021-08").await, "month-ahead");
    assert_eq!(refusal(&owner, "2020-12").await, "before-registration");
    owner.create(&path, &json!({"completed_wan": "1.00"})).await.expect(201);
    assert_eq!(refusal(&owner, "2021-06").await, "none");
    owner.step(&format!("{path}/submission")).await.expect(200);
    assert_eq!(refusal(&owner, "2021-06").await, "report-state");
    app.calendar.turn_to("2023-08-06");
    assert_eq!(refusal(&owner, "2023-07").await, "month-not-open");
    let days = json!({"opens_on": "2023-08-01", "due_on": "2023-08-05"});
    commission.create("/reporting-months/2023-07", &days).await.expect(201);
    assert_eq!(refusal(&owner, "2023-07").await, "month-overdue");
    assert_eq!(refusal(&commission, "2023-07").await, "none");
    commission.step("/reporting-months/2023-07/closing").await.expect(200);
    assert_eq!(refusal(&commission, "2023-07").await, "month-closed");
}

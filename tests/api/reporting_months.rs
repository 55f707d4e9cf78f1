//! Reporting months: opening, due date and closing.

use serde_json::{Value, json};

use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_month_is_opened_due_and_closed,
    filing_follows_the_state_of_the_month,
    a_grant_lets_one_unit_file_late_until_it_ends,
    a_month_shows_who_has_filed_who_is_late_and_what_is_missing,
    a_report_filed_without_being_owed_counts_the_same_everywhere,
    a_closed_month_changes_by_no_call,
    wrong_days_and_grants_are_refused_with_pointers,
    a_caller_counts_only_its_own_projects,
];

const JULY: &str = "/reporting-months/2023-07";

/// Opens July 2023 on 1 August, due on the 5th.
async fn open_july(app: &TestApp, commission: &Actor) {
    app.calendar.turn_to("2023-08-01");
    let days = json!({"opens_on": "2023-08-01", "due_on": "2023-08-05"});
    commission.create(JULY, &days).await.expect(201);
}

/// A project of 甲公司 with a missing report for July 2023.
async fn owed_by(app: &TestApp, commission: &Actor, name: &str, unit: &'static str) -> i64 {
    let id = commission.project(name, json!({})).await;
    commission.assign(id, &[(app.unit_id(unit).await, "owner")]).await;
    id
}

fn report(id: i64) -> String {
    format!("/projects/{id}/reports/2023-07")
}

async fn a_month_is_opened_due_and_closed(app: TestApp) {
    let commission = app.commission().await;
    app.calendar.turn_to("2023-08-01");
    let days = json!({"opens_on": "2023-08-01", "due_on": "2023-08-05"});

    let opened = commission.create(JULY, &days).await.expect(201);
    let again = commission.create(JULY, &days).await.expect(412);
    let moved = commission
        .change(JULY, 1, &json!({"opens_on": "2023-08-01", "due_on": "2023-08-08"}))
        .await
        .expect(200);
    app.calendar.turn_to("2023-08-08");
    let early = commission.step(&format!("{JULY}/closing")).await.expect(409);
    app.calendar.turn_to("2023-08-09");
    let closed = commission.step(&format!("{JULY}/closing")).await.expect(200);
    let twice = commission.step(&format!("{JULY}/closing")).await.expect(409);
    let late = commission.change(JULY, 3, &days).await.expect(409);

    assert_eq!(opened.header("location"), "/api/v1/reporting-months/2023-07");
    assert_eq!((&opened.json["state"], &opened.json["closed_at"]), (&json!("open"), &Value::Null));
    assert_eq!(again.code(), "stale");
    assert_eq!(moved.json["due_on"], "2023-08-08");
    assert_eq!(
        (early.code(), twice.code(), late.code()),
        ("month-not-due", "month-closed", "month-closed")
    );
    assert_eq!(closed.json["state"], "closed");
    assert_eq!(closed.json["closed_at"], "2021-07-01T02:00:00.000000Z");
    let listed = commission.get("/reporting-months?year=2023").await.expect(200);
    assert_eq!((&listed.json["total"], &listed.items()[0]["version"]), (&json!(1), &json!(3)));
    commission.get("/reporting-months/2023-08").await.expect(404);
}

async fn filing_follows_the_state_of_the_month(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    let id = owed_by(&app, &commission, "项目", "甲公司").await;
    let body = json!({"completed_wan": "10.00"});
    app.calendar.turn_to("2023-07-25");

    let never = owner.create(&report(id), &body).await.expect(409);
    let days = json!({"opens_on": "2023-08-01", "due_on": "2023-08-05"});
    commission.create(JULY, &days).await.expect(201);
    let not_yet = owner.create(&report(id), &body).await.expect(409);
    app.calendar.turn_to("2023-08-05");
    owner.create(&report(id), &body).await.expect(201);
    app.calendar.turn_to("2023-08-06");
    let rewritten = owner.change(&report(id), 1, &body).await.expect(409);
    let submitted = owner.step(&format!("{}/submission", report(id))).await.expect(409);

    assert_eq!((never.code(), not_yet.code()), ("month-not-open", "month-not-open"));
    assert_eq!((rewritten.code(), submitted.code()), ("month-overdue", "month-overdue"));
    // Each text states the next step.
    let said = |answer: &crate::support::actor::Answer| answer.json["detail"].to_string();
    assert!(said(&never).contains("请联系发展改革部门"), "{}", never.text);
    assert!(said(&not_yet).contains("2023-08-01"), "{}", not_yet.text);
    assert!(said(&submitted).contains("限时补报"), "{}", submitted.text);
    // The due date does not apply to the commission, nor to correcting a returned report.
    commission.step(&format!("{}/submission", report(id))).await.expect(200);
    let reason = json!({"reason": "请核对"});
    commission.post(&format!("{}/return", report(id)), &reason).await.expect(200);
    owner.change(&report(id), 3, &body).await.expect(200);
    owner.step(&format!("{}/submission", report(id))).await.expect(200);
}

async fn a_grant_lets_one_unit_file_late_until_it_ends(app: TestApp) {
    let commission = app.commission().await;
    let (owner, other) = (app.unit("甲公司").await, app.unit("乙公司").await);
    let area = app.area("dongying").await;
    let mine = owed_by(&app, &commission, "甲项目", "甲公司").await;
    let theirs = owed_by(&app, &commission, "乙项目", "乙公司").await;
    open_july(&app, &commission).await;
    app.calendar.turn_to("2023-08-06");
    let body = json!({"completed_wan": "10.00"});
    let unit_id = app.unit_id("甲公司").await;
    // The clock is at 2021-07-01T02:00:00Z.
    let grant = json!({"unit_id": unit_id, "until": "2021-07-01T12:00:00+08:00", "reason": "停电"});

    owner.create(&report(mine), &body).await.expect(409);
    let granted = commission.post(&format!("{JULY}/grants"), &grant).await.expect(201);
    owner.create(&report(mine), &body).await.expect(201);
    let others = other.create(&report(theirs), &body).await.expect(409);
    // An area files for the unit with the grant, and for no other.
    area.change(&report(mine), 1, &body).await.expect(200);
    area.create(&report(theirs), &body).await.expect(409);
    app.clock.pass_hours(1);
    // Access tokens expire before the grant.
    let owner = app.unit("甲公司").await;
    let lasting = owner.get(&format!("{JULY}/grants")).await.expect(200);
    app.clock.pass_hours(1);
    let (owner, commission) = (app.unit("甲公司").await, app.commission().await);
    let ended = commission.get(&format!("{JULY}/grants")).await;
    let after = owner.step(&format!("{}/submission", report(mine))).await.expect(409);

    assert_eq!((&granted.json["unit"], &granted.json["active"]), (&json!("甲公司"), &json!(true)));
    assert_eq!(granted.json["until"], "2021-07-01T04:00:00.000000Z");
    assert_eq!((others.code(), after.code()), ("month-overdue", "month-overdue"));
    assert_eq!(lasting.items()[0]["active"], true);
    assert_eq!((&ended.items()[0]["active"], &ended.json["total"]), (&json!(false), &json!(1)));
}

async fn a_month_shows_who_has_filed_who_is_late_and_what_is_missing(app: TestApp) {
    let commission = app.commission().await;
    let mut ids = Vec::new();
    for name in ["已确认", "待审核", "已退回", "草稿", "未报"] {
        ids.push(owed_by(&app, &commission, name, "甲公司").await);
    }
    let hekou = json!({"area": "hekou", "industry": "new_energy"});
    ids.push(commission.project("河口项目", hekou).await);
    // Not started, and ended: no report is due from either.
    commission.project("未开工", json!({"stage": "reserve", "actual_start": null})).await;
    open_july(&app, &commission).await;
    let body = json!({"completed_wan": "10.00"});
    for id in &ids[..4] {
        commission.create(&report(*id), &body).await.expect(201);
    }
    for id in &ids[..3] {
        commission.step(&format!("{}/submission", report(*id))).await.expect(200);
    }
    commission.step(&format!("{}/confirmation", report(ids[0]))).await.expect(200);
    let reason = json!({"reason": "请核对"});
    commission.post(&format!("{}/return", report(ids[2])), &reason).await.expect(200);
    app.calendar.turn_to("2023-08-06");
    commission.create(&report(ids[5]), &body).await.expect(201);
    commission.step(&format!("{}/submission", report(ids[5]))).await.expect(200);

    let shown = commission.get(JULY).await.expect(200);
    let filings = |query: &'static str| {
        let commission = commission.clone();
        async move {
            let list = commission.get(&format!("{JULY}/filings?{query}")).await.expect(200);
            let names = list.items().iter().map(|f| f["project"].as_str().unwrap().to_owned());
            names.collect::<Vec<_>>()
        }
    };

    let all = json!({
        "due": 6, "confirmed": 1, "submitted": 2, "returned": 1, "missing": 2, "late": 3,
    });
    assert_eq!(shown.json["filings"], all);
    let of = |list: &str, name: &str| {
        let rows = shown.json[list].as_array().unwrap();
        rows.iter().find(|r| r["of"] == name).unwrap_or_else(|| panic!("{list} {name}")).clone()
    };
    assert_eq!(
        of("by_area", "hekou"),
        json!({
            "of": "hekou", "due": 1, "confirmed": 0, "submitted": 1, "returned": 0, "missing": 0,
            "late": 1,
        })
    );
    assert_eq!(of("by_area", "dongying")["due"], 5);
    assert_eq!(of("by_unit", "甲公司")["unit_id"], app.unit_id("甲公司").await);
    assert_eq!(of("by_industry", "new_energy")["submitted"], 1);
    assert_eq!(
        (of("by_unit", "甲公司")["due"].clone(), of("by_unit", "甲公司")["late"].clone()),
        (json!(5), json!(2))
    );
    // The months of the year equal the single months.
    let year = commission.get("/summaries/filings?year=2023").await.expect(200);
    assert_eq!(year.json["total"], 1);
    assert_eq!(year.items()[0]["month"], "2023-07");
    assert_eq!(year.items()[0]["filings"], all);
    for item in commission.get("/summaries/filings?year=2021").await.expect(200).items() {
        let path = format!("/reporting-months/{}", item["month"].as_str().unwrap());
        assert_eq!(item["filings"], commission.get(&path).await.json["filings"], "{path}");
    }
    commission.get("/summaries/filings").await.expect(400);
    assert_eq!(filings("status=missing").await, ["草稿", "未报"]);
    assert_eq!(filings("late=true").await, ["草稿", "未报", "河口项目"]);
    assert_eq!(
        filings("status=returned&status=submitted&area=dongying").await,
        ["待审核", "已退回"]
    );
    let page = commission.get(&format!("{JULY}/filings?limit=4")).await.expect(200);
    let cursor = page.json["next_cursor"].as_str().unwrap();
    let rest = commission.get(&format!("{JULY}/filings?limit=4&cursor={cursor}")).await;
    assert_eq!((page.items().len(), rest.items().len(), &rest.json["total"]), (4, 2, &json!(6)));
    assert_eq!(rest.items()[1]["first_submitted_on"], "2023-08-06");
    assert_eq!(page.items()[0]["owners"], json!(["甲公司"]));
    // A draft counts as missing, and is marked as begun.
    let begun: Vec<_> =
        page.items().iter().chain(rest.items()).map(|f| f["report"].as_str()).collect();
    let [one, two, three] = ["confirmed", "submitted", "returned"].map(Some);
    assert_eq!(begun, [one, two, three, Some("draft"), None, two]);
    // Closing is refused while reports wait for review.
    let refused = commission.step(&format!("{JULY}/closing")).await.expect(409);
    assert_eq!(refused.code(), "month-unreviewed");
    assert!(refused.text.contains('2'), "{}", refused.text);
}

async fn a_report_filed_without_being_owed_counts_the_same_everywhere(app: TestApp) {
    let commission = app.commission().await;
    owed_by(&app, &commission, "未报", "甲公司").await;
    let filed = commission.project("退回储备已报", json!({})).await;
    let drafted = commission.project("退回储备草稿", json!({})).await;
    open_july(&app, &commission).await;
    let body = json!({"completed_wan": "10.00"});
    for id in [filed, drafted] {
        commission.create(&report(id), &body).await.expect(201);
    }
    commission.step(&format!("{}/submission", report(filed))).await.expect(200);
    let back = json!({"stage": "reserve", "reason": "开工手续不全"});
    for id in [filed, drafted] {
        commission.post(&format!("/projects/{id}/transitions"), &back).await.expect(200);
    }

    let month = commission.get(JULY).await.expect(200);
    let listed = commission.get(&format!("{JULY}/filings")).await.expect(200);
    let year = commission.get("/summaries/filings?year=2023").await.expect(200);
    let path = "/summaries/investment?year=2023&through=2023-07&by=month";
    let investment = commission.get(path).await.expect(200);

    let counts = json!({
        "due": 2, "confirmed": 0, "submitted": 1, "returned": 0, "missing": 1, "late": 0,
    });
    assert_eq!(month.json["filings"], counts);
    assert_eq!(year.items()[0]["filings"], counts);
    let names: Vec<_> = listed.items().iter().map(|f| f["project"].clone()).collect();
    assert_eq!(names, ["未报", "退回储备已报"]);
    let rows = investment.json["rows"].as_array().unwrap();
    let july = rows.iter().find(|row| row["month"] == "2023-07").unwrap();
    assert_eq!(july["coverage"], json!({"due": 2, "confirmed": 0, "submitted": 1, "missing": 1}));
}

async fn a_closed_month_changes_by_no_call(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    let filed = owed_by(&app, &commission, "已报", "甲公司").await;
    let missing = owed_by(&app, &commission, "未报", "甲公司").await;
    open_july(&app, &commission).await;
    let body = json!({"completed_wan": "10.00"});
    commission.create(&report(filed), &body).await.expect(201);
    commission.step(&format!("{}/submission", report(filed))).await.expect(200);
    commission.step(&format!("{}/confirmation", report(filed))).await.expect(200);
    app.calendar.turn_to("2023-08-06");
    let grant = json!({
        "unit_id": app.unit_id("甲公司").await, "until": "2021-09-01T00:00:00Z", "reason": "停电",
    });
    commission.post(&format!("{JULY}/grants"), &grant).await.expect(201);
    commission.step(&format!("{JULY}/closing")).await.expect(200);
    let table = "/summaries/commitments?year=2023&through=2023-07";
    let before = commission.get(table).await.json["lines"].clone();
    let reason = json!({"reason": "请核对"});

    for actor in [&commission, &owner] {
        for answer in [
            actor.create(&report(missing), &body).await,
            actor.change(&report(filed), 3, &body).await,
            actor.step(&format!("{}/submission", report(filed))).await,
        ] {
            assert_eq!((answer.status, answer.code()), (409, "month-closed"), "{}", answer.text);
        }
    }
    for answer in [
        commission.post(&format!("{}/return", report(filed)), &reason).await,
        commission.step(&format!("{}/confirmation", report(filed))).await,
        commission.post(&format!("{JULY}/grants"), &grant).await,
    ] {
        assert_eq!((answer.status, answer.code()), (409, "month-closed"), "{}", answer.text);
    }

    assert_eq!(commission.get(table).await.json["lines"], before);
    assert!(before.to_string().contains("\"10.00\""), "{before}");
}

async fn wrong_days_and_grants_are_refused_with_pointers(app: TestApp) {
    let commission = app.commission().await;
    open_july(&app, &commission).await;
    let days = json!({"opens_on": "2023-07-31", "due_on": "2023-07-30"});
    let grant = json!({"unit_id": 999_999, "until": "2021-07-01T02:00:00Z", "reason": "x"});

    let wrong = commission.create("/reporting-months/2023-08", &days).await.expect(422);
    let bad = commission.post(&format!("{JULY}/grants"), &grant).await.expect(422);
    commission.put(JULY, &days).await.expect(428);
    commission.create("/reporting-months/2023-13", &days).await.expect(404);

    let pointers = |a: &crate::support::actor::Answer| {
        a.errors()
            .into_iter()
            .map(|(pointer, code)| format!("{pointer} {code}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(pointers(&wrong), ["/opens_on before-start", "/due_on before-start"]);
    assert_eq!(pointers(&bad).len(), 1, "{}", bad.text);
    let grant = json!({"unit_id": 999_999, "until": "2021-07-01T02:00:00Z", "reason": "停电"});
    let bad = commission.post(&format!("{JULY}/grants"), &grant).await.expect(422);
    assert_eq!(pointers(&bad), ["/unit_id not-there", "/until in-past"]);
    assert_eq!(commission.get("/reporting-months?year=2023").await.json["total"], 1);
    assert_eq!(commission.get(&format!("{JULY}/grants")).await.json["total"], 0);
}

async fn a_caller_counts_only_its_own_projects(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    owed_by(&app, &commission, "甲项目", "甲公司").await;
    owed_by(&app, &commission, "乙项目", "乙公司").await;
    open_july(&app, &commission).await;

    let all = commission.get(JULY).await.expect(200);
    let mine = owner.get(JULY).await.expect(200);
    let listed = owner.get(&format!("{JULY}/filings")).await.expect(200);

    assert_eq!((&all.json["filings"]["due"], &mine.json["filings"]["due"]), (&json!(2), &json!(1)));
    assert_eq!(mine.json["by_unit"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&listed.json["total"], &listed.items()[0]["project"]),
        (&json!(1), &json!("甲项目"))
    );
}

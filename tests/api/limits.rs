//! Limits that hold on every path, and dates and cumulative figures that contradict each other.

use futures_util::future::join;
use major_projects::testing::Role;
use serde_json::{Value, json};

use crate::commands::{command, execute, run, text};
use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_total_stays_above_plan_and_what_is_done_when_it_is_changed,
    a_total_stays_above_plan_and_what_is_done_in_files,
    a_plan_stays_below_the_total_however_it_is_made,
    of_a_lower_total_and_a_higher_plan_at_once_one_is_refused,
    verify_finds_totals_that_hold_less_than_plan_or_done,
    dates_that_contradict_each_other_warn_in_every_answer,
    dates_that_contradict_each_other_warn_in_files_and_on_pages,
    cumulative_figures_that_fall_are_warned_of,
];

fn codes(warnings: &Value) -> Vec<&str> {
    let warnings = warnings.as_array().unwrap_or_else(|| panic!("no list: {warnings}"));
    warnings.iter().map(|w| w["code"].as_str().unwrap()).collect()
}

fn said(answer: &Answer) -> Vec<String> {
    answer.errors().into_iter().map(|(pointer, code)| format!("{pointer} {code}")).collect()
}

/// A project of 10,000 万元 with 300 before the register, 1,200 planned in 2021, 1,500 in 2022, and
/// 700 confirmed, of which 50 were restated away in the closed month of May 2023.
async fn committed(app: &TestApp, commission: &Actor) -> i64 {
    let id = commission.project("项目", json!({"invested_before_wan": "300.00"})).await;
    commission.plan_year(id, 100).await;
    let next = json!({"annual_investment_wan": "1500.00", "months": vec!["125.00"; 12]});
    commission.put(&format!("/projects/{id}/year-plans/2022"), &next).await.expect(201);
    commission.confirmed(id, "2021-05", "600.00").await;
    app.calendar.turn_to("2023-06-01");
    let days = json!({"opens_on": "2023-06-01", "due_on": "2023-06-05"});
    commission.create("/reporting-months/2023-05", &days).await.expect(201);
    commission.confirmed(id, "2023-05", "150.00").await;
    app.calendar.turn_to("2023-06-06");
    commission.step("/reporting-months/2023-05/closing").await.expect(200);
    let down = json!({"amount_wan": "-50.00", "reason": "审计核减", "approver": "重大项目科"});
    let path = format!("/projects/{id}/reports/2023-05/restatements");
    commission.post(&path, &down).await.expect(201);
    id
}

async fn a_total_stays_above_plan_and_what_is_done_when_it_is_changed(app: TestApp) {
    let commission = app.commission().await;
    let id = committed(&app, &commission).await;
    let path = format!("/projects/{id}");
    let version = commission.get(&path).await.json["version"].as_i64().unwrap();
    let patch = async |body: Value| commission.patch(&path, version, &body).await;

    // 1,500 are planned in 2022; 300 + 600 + 150 - 50 = 1,000 are done.
    let below_plan = patch(json!({"total_investment_wan": "1499.999999"})).await.expect(422);
    let both = patch(json!({"total_investment_wan": "999.99"})).await.expect(422);
    let before = patch(json!({"invested_before_wan": "9300.000001"})).await.expect(422);
    let all = json!({"total_investment_wan": "1.00", "invested_before_wan": "-1.00", "name": " "});
    let all = patch(all).await.expect(422);
    assert_eq!(said(&below_plan), ["/total_investment_wan below-plan"]);
    assert!(
        below_plan.text.contains("2022") && below_plan.text.contains("1500.00"),
        "{}",
        below_plan.text
    );
    assert_eq!(
        said(&both),
        ["/total_investment_wan below-plan", "/total_investment_wan below-done"]
    );
    assert!(both.text.contains("1000.00"), "{}", both.text);
    assert_eq!(said(&before), ["/invested_before_wan above-total"]);
    assert!(!said(&all).is_empty());
    assert_eq!(commission.get(&path).await.json["version"], version, "nothing changed");

    // Equal is enough; what is planned less can be lowered further, down to what is done.
    patch(json!({"total_investment_wan": "1500.00"})).await.expect(200);
    for (year, months) in [(2021, "50.00"), (2022, "75.00")] {
        let less = json!({
            "kind": "correction", "effective_month": format!("{year}-12"), "reason": "压减计划",
            "annual_investment_wan": format!("{}.00", if year == 2021 { 600 } else { 900 }),
            "months": vec![months; 12],
        });
        let path = format!("/projects/{id}/year-plans/{year}/adjustments");
        commission.post(&path, &less).await.expect(201);
    }
    let version = version + 1;
    let done = json!({"total_investment_wan": "999.999999"});
    let done = commission.patch(&path, version, &done).await.expect(422);
    assert_eq!(said(&done), ["/total_investment_wan below-done"]);
    let equal = json!({"total_investment_wan": "1000.00"});
    commission.patch(&path, version, &equal).await.expect(200);

    // A report may go above the total, with a warning; other fields can still be changed.
    let june = format!("/projects/{id}/reports/2021-06");
    let above = commission.create(&june, &json!({"completed_wan": "1.00"})).await.expect(201);
    assert!(codes(&above.json["warnings"]).contains(&"above-total"), "{}", above.text);
    commission.step(&format!("{june}/submission")).await.expect(200);
    commission.step(&format!("{june}/confirmation")).await.expect(200);
    commission.patch(&path, version + 1, &json!({"leader": "王市长"})).await.expect(200);
    let registered = json!({
        "name": "新项目", "industry": "next_gen_it", "area": "dongying", "nature": "new_construction",
        "total_investment_wan": "10.00", "invested_before_wan": "10.000001",
    });
    let registered = commission.post("/projects", &registered).await.expect(422);
    assert_eq!(said(&registered), ["/invested_before_wan above-total"]);
}

async fn a_total_stays_above_plan_and_what_is_done_in_files(app: TestApp) {
    let commission = app.commission().await;
    let id = committed(&app, &commission).await;
    let other = commission.project("另一项目", json!({})).await;
    commission.plan_year(other, 800).await;
    let file = |total: &str, next: &str, before: &str| {
        format!(
            "id,total_investment_wan,invested_before_wan\n{id},{total},300\n{other},{next},{before}\n"
        )
    };

    let refused =
        commission.import("kind=projects", file("999", "9599.99", "0").into_bytes()).await;
    let dry =
        commission.import("kind=projects&dry_run=true", file("999", "9600", "0").into_bytes());
    let dry = dry.await.expect(422);
    let before =
        commission.import("kind=projects", file("2000", "9600", "9601").into_bytes()).await;
    let taken = commission.import("kind=projects", file("1500", "9600", "9600").into_bytes()).await;

    assert_eq!(refused.status, 422, "{}", refused.text);
    let found: Vec<String> = refused.errors().into_iter().map(|(_, code)| code).collect();
    assert_eq!(found, ["below-plan", "below-done", "below-plan"]);
    assert_eq!(dry.errors().len(), 2, "{}", dry.text);
    let found: Vec<String> = before.errors().into_iter().map(|(_, code)| code).collect();
    assert_eq!(found, ["below-done"], "{}", before.text);
    assert_eq!(taken.expect(200).counts(), [0, 2, 0]);
}

async fn a_plan_stays_below_the_total_however_it_is_made(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({"total_investment_wan": "1200.00"})).await;
    let plan = |annual: &str, month: &str| json!({"annual_investment_wan": annual, "months": vec![month; 12]});
    let path = format!("/projects/{id}/year-plans/2021");

    let put = commission.put(&path, &plan("1212.00", "101.00")).await.expect(422);
    assert_eq!(said(&put), ["/annual_investment_wan above-total"]);
    let row = |annual: u32| {
        let months: Vec<String> = (1..=12).map(|m| format!("month_{m:02}_wan")).collect();
        let amounts = vec![(annual / 12).to_string(); 12];
        format!(
            "project_id,year,annual_investment_wan,{}\n{id},2021,{annual},{}\n",
            months.join(","),
            amounts.join(",")
        )
    };
    let imported = commission.import("kind=year_plans", row(1212).into_bytes()).await.expect(422);
    let found: Vec<String> = imported.errors().into_iter().map(|(_, code)| code).collect();
    assert_eq!(found, ["above-total"], "{}", imported.text);
    commission.put(&path, &plan("1200.00", "100.00")).await.expect(201);
    let adjusted = json!({
        "kind": "correction", "effective_month": "2021-08", "reason": "漏计",
        "annual_investment_wan": "1212.00", "months": vec!["101.00"; 12],
    });
    let adjusted = commission.post(&format!("{path}/adjustments"), &adjusted).await.expect(422);
    assert_eq!(said(&adjusted), ["/annual_investment_wan above-total"]);

    // A line that was proposed under a higher total is refused when the roll-over is confirmed.
    app.calendar.turn_to("2022-01-10");
    let rolled = commission.project("结转项目", json!({"total_investment_wan": "5000.00"})).await;
    commission.plan_year(rolled, 100).await;
    commission.step("/roll-overs/2022/proposal").await.expect(200);
    let line = format!("/roll-overs/2022/lines/{rolled}");
    let most = json!({"annual_investment_wan": "5000.00"});
    commission.patch(&line, 1, &most).await.expect(200);
    let lower = json!({"total_investment_wan": "4000.00"});
    commission.patch(&format!("/projects/{rolled}"), 1, &lower).await.expect(200);
    let version = commission.get("/roll-overs/2022").await.json["version"].as_i64().unwrap();
    let request = commission.request(reqwest::Method::POST, "/roll-overs/2022/confirmation");
    let request = request.header("If-Match", format!("\"{version}\""));
    let confirmed =
        commission.send(request.json(&json!({"document_number": "1号"}))).await.expect(422);
    assert_eq!(said(&confirmed), ["/annual_investment_wan above-total"]);
    assert!(confirmed.text.contains("结转项目"), "{}", confirmed.text);
    commission.get(&format!("/projects/{rolled}/year-plans/2022")).await.expect(404);
}

async fn of_a_lower_total_and_a_higher_plan_at_once_one_is_refused(app: TestApp) {
    let commission = app.commission().await;
    for round in 0..6 {
        let id = commission.project(&format!("项目{round}"), json!({})).await;
        let lower = json!({"total_investment_wan": "1000.00"});
        let higher = json!({"annual_investment_wan": "1200.00", "months": vec!["100.00"; 12]});
        let (project, plan) =
            (format!("/projects/{id}"), format!("/projects/{id}/year-plans/2021"));
        let (lowered, planned) =
            join(commission.patch(&project, 1, &lower), commission.put(&plan, &higher)).await;
        let both = [lowered.status, planned.status];
        assert!(both == [200, 422] || both == [422, 201], "{both:?} {}", planned.text);
    }
}

async fn verify_finds_totals_that_hold_less_than_plan_or_done(app: TestApp) {
    let commission = app.commission().await;
    let planned = commission.project("计划超总投资", json!({})).await;
    commission.plan_year(planned, 100).await;
    let done = commission.project("完成超总投资", json!({})).await;
    commission.confirmed(done, "2021-05", "500.00").await;
    let warned = commission.project("月报超总投资", json!({})).await;
    commission.confirmed(warned, "2021-05", "10000.01").await;

    let sound = run(command(&app, &["verify"])).await;
    let noted = text(&sound.stdout);
    assert!(sound.status.success(), "{noted}");
    let note = format!(
        "note: project {warned}: 10000.01 万元 invested is more than its total of 10000.00 万元"
    );
    assert!(noted.contains(&note), "{noted}");

    execute(
        &app,
        &format!(
            "update projects set total_fen = 1199999999 where id = {planned}; update projects set total_fen = 499999999 where id = {done}"
        ),
    );
    let tampered = run(command(&app, &["verify"])).await;
    let said = text(&tampered.stdout);
    assert_eq!(tampered.status.code(), Some(3), "{said}");
    for line in [
        format!(
            "project {planned}: 1200.00 万元 planned for 2021 is more than its total of 1199.999999 万元"
        ),
        format!("project {done}: 500.00 万元 invested is more than its total of 499.999999 万元"),
    ] {
        assert!(said.contains(&format!("\n  {line}")), "{said}");
    }
}

async fn dates_that_contradict_each_other_warn_in_every_answer(app: TestApp) {
    let commission = app.commission().await;
    let body = json!({
        "name": "项目", "industry": "next_gen_it", "area": "dongying", "stage": "construction",
        "code_reason": "测试", "nature": "new_construction", "total_investment_wan": "10000.00",
        "planned_start": "2021-03-01", "planned_finish": "2022-10-31",
        "planned_operation": "2022-10-30", "actual_start": "2021-03-10", "registered_year": 2021,
    });
    let made = commission.post("/projects", &body).await.expect(201);
    let id = made.id();
    let path = format!("/projects/{id}");
    assert_eq!(codes(&made.json["warnings"]), ["operation-before-completion"]);
    let later = json!({"planned_operation": "2022-10-31"});
    let mended = commission.patch(&path, 1, &later).await.expect(200);
    assert_eq!(mended.json["warnings"], json!([]));

    // The 开工 milestone and the project's own start.
    let start =
        json!({"code": "start", "baseline_date": "2021-03-01", "actual_date": "2021-03-12"});
    let added = commission.post(&format!("{path}/milestones"), &start).await.expect(201);
    assert_eq!(codes(&added.json["warnings"]), ["start-dates-differ"]);
    let shown = commission.get(&path).await.expect(200);
    assert_eq!(codes(&shown.json["warnings"]), ["start-dates-differ"]);
    let english = commission.request(reqwest::Method::GET, &path).header("Accept-Language", "en");
    let english = commission.send(english).await.expect(200);
    let detail = english.json["warnings"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("2021-03-10") && detail.contains("2021-03-12"), "{detail}");
    let milestone = format!("{path}/milestones/{}", added.id());
    let equal = json!({"actual_date": "2021-03-10"});
    let equal = commission.patch(&milestone, 1, &equal).await.expect(200);
    assert_eq!(equal.json["warnings"], json!([]));

    // Acceptance before the start, operation before acceptance: planned and actual alike.
    let early = json!({"code": "completion_acceptance", "baseline_date": "2021-02-28", "actual_date": "2021-03-09"});
    let early = commission.post(&format!("{path}/milestones"), &early).await.expect(201);
    let thrice = ["completion-before-start"; 3];
    assert_eq!(codes(&early.json["warnings"]), thrice, "both starts, and the baselines");
    commission.confirmed(id, "2021-04", "10.00").await;
    let moved = json!({"stage": "terminated", "on": "2021-03-31", "reason": "投资方退出"});
    let moved = commission.post(&format!("{path}/transitions"), &moved).await.expect(200);
    let all = codes(&moved.json["warnings"]);
    assert_eq!(all[..3], thrice);
    assert_eq!(all[3..], ["reported-after-end"]);
    // They never block, and lists leave them out.
    let list = commission.get("/projects").await.expect(200);
    assert!(list.items()[0].get("warnings").is_none(), "{}", list.text);
}

async fn dates_that_contradict_each_other_warn_in_files_and_on_pages(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({"planned_operation": "2022-12-31"})).await;
    let other = commission.project("另一项目", json!({})).await;
    let file = format!("id,planned_operation\n{id},2022-10-01\n{other},2022-11-01\n");

    let imported = commission.import("kind=projects", file.into_bytes()).await.expect(200);
    let rows = imported.json["rows"].as_array().unwrap();
    assert_eq!(codes(&rows[0]["warnings"]), ["operation-before-completion"]);
    assert_eq!(rows[1]["warnings"], json!([]));
    let fields = rows[0]["changes"].as_array().unwrap().iter().map(|c| c["field"].as_str());
    assert!(fields.flatten().all(|field| field != "warnings"), "{}", imported.text);
    let milestones =
        format!("project_id,code,baseline_date,actual_date\n{other},start,2021-03-01,2021-04-01\n");
    let imported = commission.import("kind=milestones", milestones.into_bytes()).await.expect(200);
    assert_eq!(codes(&imported.json["rows"][0]["warnings"]), ["start-dates-differ"]);

    app.add_user("viewer", Role::Viewer, None, None, false).await;
    let viewer = Browser::log_in(&app, "viewer").await;
    let page = viewer.open(&format!("/projects/{id}?year=2021&through=2021-05")).await;
    assert!(page.contains("计划投产 2022-10-01 早于计划竣工 2022-10-31"), "{page}");
    // The export of the list comes back unchanged.
    let export = commission.download("/projects?format=csv&sort=id").await;
    assert_eq!(commission.import("kind=projects", export).await.expect(200).counts(), [0, 0, 2]);
}

async fn cumulative_figures_that_fall_are_warned_of(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({"total_investment_wan": "1000.00"})).await;
    let path = |month: &str| format!("/projects/{id}/reports/{month}");
    let report = |done: &str, physical: &str, received: &str, paid: &str, forecast: &str| {
        json!({
            "completed_wan": done, "physical_percent": physical, "funds_received_wan": received,
            "funds_paid_wan": paid, "full_year_forecast_wan": forecast,
        })
    };
    let may = report("100.00", "20.00", "80.00", "60.00", "500.00");
    let may = commission.create(&path("2021-05"), &may).await.expect(201);
    assert_eq!(may.json["warnings"], json!([]));
    commission.step(&format!("{}/submission", path("2021-05"))).await.expect(200);

    // 100 + 50 are done.
    let june = report("50.00", "19.99", "79.99", "59.99", "149.99");
    let june = commission.create(&path("2021-06"), &june).await.expect(201);
    let fell = ["forecast-below-done", "physical-fell", "funds-received-fell", "funds-paid-fell"];
    assert_eq!(codes(&june.json["warnings"]), fell);
    let detail = june.json["warnings"][1]["detail"].as_str().unwrap();
    assert!(
        detail.contains("19.99%") && detail.contains("20.00%") && detail.contains("2021-05"),
        "{detail}"
    );
    let equal = report("50.00", "20.00", "80.00", "60.00", "150.00");
    let equal = commission.change(&path("2021-06"), 1, &equal).await.expect(200);
    assert_eq!(equal.json["warnings"], json!([]));

    // An earlier month written afterwards is compared with the later one.
    let april = report("10.00", "20.01", "10.00", "10.00", "500.00");
    let april = commission.create(&path("2021-04"), &april).await.expect(201);
    assert_eq!(codes(&april.json["warnings"]), ["physical-fell"]);
    // In files too; a month without a figure is skipped over.
    let file = format!("project_id,month,completed_wan,physical_percent\n{id},2021-06,50,19\n");
    let imported = commission.import("kind=reports", file.into_bytes()).await.expect(200);
    assert_eq!(codes(&imported.json["rows"][0]["warnings"]), ["physical-fell"]);
    let warned = commission.get("/reports?warning=physical-fell").await.expect(200);
    assert_eq!(warned.json["total"], 2);
}

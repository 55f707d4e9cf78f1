//! Who owes a report and who may file one: the same in the API, in files and on the pages.

use serde_json::{Value, json};

use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    what_has_not_started_or_has_ended_takes_no_report,
    the_rule_holds_in_files_and_for_every_step,
    a_terminated_project_files_under_a_late_grant,
    pages_offer_what_can_be_filed_and_say_why_not,
    filed_reports_stay_readable_when_the_project_moves_back,
];

/// Moves a project to another stage.
async fn move_to(commission: &Actor, id: i64, stage: &str, on: &str) {
    let body = json!({"stage": stage, "on": on, "reason": "按会议纪要办理"});
    commission.post(&format!("/projects/{id}/transitions"), &body).await.expect(200);
}

/// What an attempt to draft the report of a month is answered with: `ok` or the problem's code.
async fn attempt(actor: &Actor, id: i64, month: &str) -> String {
    let path = format!("/projects/{id}/reports/{month}");
    let answer = actor.create(&path, &json!({"completed_wan": "10.00"})).await;
    if answer.status == 201 {
        return "ok".to_owned();
    }
    assert_eq!(answer.status, 409, "{}", answer.text);
    answer.code().to_owned()
}

/// Projects that the filings of a month list, by name.
async fn owing(actor: &Actor, month: &str) -> Vec<String> {
    let filings = actor.get(&format!("/reporting-months/{month}/filings")).await.expect(200);
    filings.items().iter().map(|f| f["project"].as_str().unwrap().to_owned()).collect()
}

fn not_started(stage: &str) -> Value {
    json!({"stage": stage, "actual_start": null})
}

async fn what_has_not_started_or_has_ended_takes_no_report(app: TestApp) {
    let commission = app.commission().await;
    let planned = commission.project("谋划", not_started("planned")).await;
    let reserve = commission.project("储备", not_started("reserve")).await;
    // A date alone does not make it a project under construction.
    let dated = commission.project("储备有日期", json!({"stage": "reserve"})).await;
    let under_way = commission.project("在建", json!({"actual_start": "2021-03-31"})).await;
    let completed = commission.project("竣工", json!({})).await;
    move_to(&commission, completed, "completed", "2021-05-02").await;
    let finished = json!({"actual_finish": "2021-04-30"});
    let finished = commission.project("已完工未转库", finished).await;
    let terminated = commission.project("终止", json!({})).await;
    move_to(&commission, terminated, "terminated", "2021-05-10").await;

    for id in [planned, reserve, dated] {
        assert_eq!(attempt(&commission, id, "2021-06").await, "project-not-started");
    }
    assert_eq!(attempt(&commission, under_way, "2021-02").await, "month-before-start");
    assert_eq!(attempt(&commission, under_way, "2021-03").await, "ok");
    assert_eq!(attempt(&commission, completed, "2021-06").await, "month-after-end");
    assert_eq!(attempt(&commission, completed, "2021-05").await, "ok");
    assert_eq!(attempt(&commission, finished, "2021-05").await, "month-after-end");
    assert_eq!(attempt(&commission, finished, "2021-04").await, "ok");
    assert_eq!(attempt(&commission, terminated, "2021-06").await, "month-after-end");
    assert_eq!(attempt(&commission, terminated, "2021-05").await, "project-terminated");

    // Nothing was saved, and who owes a report is who may file one.
    let total = commission.get("/reports").await.expect(200).json["total"].clone();
    assert_eq!(total, 3);
    assert_eq!(owing(&commission, "2021-06").await, ["在建"]);
    assert_eq!(owing(&commission, "2021-05").await, ["在建", "竣工", "终止"]);
    assert_eq!(owing(&commission, "2021-03").await, ["在建", "竣工", "已完工未转库", "终止"]);
    assert_eq!(owing(&commission, "2021-02").await, Vec::<String>::new());
    // The context says the same as the attempt.
    let path = format!("/projects/{reserve}/reports/2021-06/context");
    let context = commission.get(&path).await.expect(200);
    assert_eq!(context.json["refusal"]["code"], "project-not-started");
    assert!(context.json["refusal"]["detail"].as_str().unwrap().contains("储备"));
}

async fn the_rule_holds_in_files_and_for_every_step(app: TestApp) {
    let commission = app.commission().await;
    let moved = commission.project("在建", json!({})).await;
    let reserve = commission.project("储备", not_started("reserve")).await;
    let other = commission.project("另一项目", json!({})).await;
    let file = format!(
        "project_id,month,completed_wan\n{reserve},2021-06,10\n{other},2021-02,10\n{other},2021-06,10\n"
    );

    let refused = commission.import("kind=reports", file.into_bytes()).await.expect(422);
    let codes: Vec<String> = refused.errors().into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["project-not-started", "month-before-start"]);
    assert_eq!(commission.get("/reports").await.json["total"], 0, "all or nothing");
    let template =
        commission.get("/imports/templates/reports?format=csv&filled=true&month=2021-06");
    let template = template.await.expect(200).text;
    assert!(template.contains("另一项目") && !template.contains("储备"), "{template}");

    // Drafted and submitted while under construction; then the project goes back to reserve.
    let [draft, sent] = ["2021-05", "2021-06"].map(|m| format!("/projects/{moved}/reports/{m}"));
    for path in [&draft, &sent] {
        commission.create(path, &json!({"completed_wan": "10.00"})).await.expect(201);
    }
    commission.step(&format!("{sent}/submission")).await.expect(200);
    move_to(&commission, moved, "reserve", "2021-07-01").await;

    let submitted = commission.step(&format!("{draft}/submission")).await.expect(409);
    let rewritten = commission.change(&draft, 1, &json!({"completed_wan": "11.00"})).await;
    let confirmed = commission.step(&format!("{sent}/confirmation")).await.expect(409);
    assert_eq!(submitted.code(), "project-not-started");
    assert_eq!((rewritten.status, rewritten.code()), (409, "project-not-started"));
    assert_eq!(confirmed.code(), "project-not-started");
    // It can be returned, so that the month can be closed.
    let reason = json!({"reason": "项目未开工"});
    commission.post(&format!("{sent}/return"), &reason).await.expect(200);
    let completed = commission.get("/summaries/commitments?year=2021&through=2021-06").await;
    assert_eq!(completed.json["total"]["completed_wan"], "0.00");
}

async fn a_terminated_project_files_under_a_late_grant(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    let unit = app.unit_id("甲公司").await;
    let id = commission.project("终止项目", json!({})).await;
    commission.assign(id, &[(unit, "owner")]).await;
    let april = format!("/projects/{id}/reports/2021-04");
    owner.create(&april, &json!({"completed_wan": "5.00"})).await.expect(201);
    owner.step(&format!("{april}/submission")).await.expect(200);
    move_to(&commission, id, "terminated", "2021-06-20").await;

    assert_eq!(attempt(&owner, id, "2021-06").await, "project-terminated");
    assert_eq!(attempt(&commission, id, "2021-06").await, "project-terminated");
    let grant = json!({
        "unit_id": unit, "until": "2021-08-01T00:00:00Z", "reason": "终止前已完成投资待补报",
    });
    commission.post("/reporting-months/2021-06/grants", &grant).await.expect(201);
    commission.post("/reporting-months/2021-07/grants", &grant).await.expect(201);
    assert_eq!(attempt(&owner, id, "2021-06").await, "ok");
    let june = format!("/projects/{id}/reports/2021-06");
    owner.step(&format!("{june}/submission")).await.expect(200);
    commission.step(&format!("{june}/confirmation")).await.expect(200);
    // No grant opens a month after the end. What was handed over before is still reviewed.
    assert_eq!(attempt(&owner, id, "2021-07").await, "month-after-end");
    let reason = json!({"reason": "请核对"});
    commission.post(&format!("{april}/return"), &reason).await.expect(200);
    owner.change(&april, 3, &json!({"completed_wan": "4.00"})).await.expect(200);
    owner.step(&format!("{april}/submission")).await.expect(200);
    commission.step(&format!("{april}/confirmation")).await.expect(200);
}

async fn pages_offer_what_can_be_filed_and_say_why_not(app: TestApp) {
    let commission = app.commission().await;
    app.unit("甲公司").await;
    let unit = app.unit_id("甲公司").await;
    let mut ids = Vec::new();
    let reserve = not_started("reserve");
    for (name, other) in [("在建项目", json!({})), ("储备项目", reserve), ("终止项目", json!({}))]
    {
        let id = commission.project(name, other).await;
        commission.assign(id, &[(unit, "owner")]).await;
        ids.push(id);
    }
    move_to(&commission, ids[2], "terminated", "2021-06-20").await;
    app.add_user("owner", major_projects::testing::Role::Unit, Some("甲公司"), None, false).await;
    let owner = Browser::log_in(&app, "owner").await;

    let list = owner.open("/filing?year=2021&through=2021-06").await;
    let june = list.split("id=\"m2021-06\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(june.contains("在建项目") && !june.contains("储备项目"), "{june}");
    let terminated = june.split("终止项目").nth(1).unwrap().split("</a>").next().unwrap();
    assert!(terminated.contains("须限时补报"), "{june}");

    let form = |id: i64| format!("/filing/{id}/2021-06");
    assert!(owner.open(&form(ids[0])).await.contains("name=\"completed_wan\""));
    for (id, words) in [(ids[1], "尚未开工"), (ids[2], "已于 2021-06-20 终止")] {
        let shown = owner.open(&form(id)).await;
        assert!(shown.contains(words) && !shown.contains("name=\"completed_wan\""), "{shown}");
        let fields = [("completed_wan", "10.00"), ("action", "submit")];
        let sent = owner.submit("/filing", &form(id), &fields).await;
        assert!(sent.status == 422 && sent.says(words), "{} {}", sent.status, sent.html);
    }
    assert_eq!(commission.get("/reports").await.json["total"], 0);
}

async fn filed_reports_stay_readable_when_the_project_moves_back(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    commission.plan_year(id, 100).await;
    commission.confirmed(id, "2021-05", "80.00").await;
    move_to(&commission, id, "reserve", "2021-07-01").await;

    let report = commission.get(&format!("/projects/{id}/reports/2021-05")).await.expect(200);
    assert_eq!(
        (&report.json["state"], &report.json["completed_wan"]),
        (&json!("confirmed"), &json!("80.00"))
    );
    let table = commission.get("/summaries/commitments?year=2021&through=2021-06").await;
    assert_eq!(table.json["total"]["completed_wan"], "80.00");
    // It still counts where it counted, and nothing else is due.
    assert_eq!(owing(&commission, "2021-05").await, ["项目"]);
    assert_eq!(owing(&commission, "2021-06").await, Vec::<String>::new());
    let history = commission.get(&format!("/projects/{id}/history")).await.expect(200);
    assert!(history.items().iter().any(|e| e["kind"] == "report.confirmed"));
}

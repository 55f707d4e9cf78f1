//! Issues: all states with each role, lists and counts, links from reports.

use diesel::RunQueryDsl as _;
use major_projects::testing::events::FieldChange;
use major_projects::testing::events::read::of_subject;
use major_projects::testing::{Conn, StoreError};
use serde_json::{Value, json};

use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    an_issue_passes_through_all_states_with_each_role,
    a_skipped_step_is_refused_with_the_next_step,
    issues_are_listed_and_counted_by_unit_category_and_age,
    a_unit_that_was_given_an_issue_sees_it_and_not_the_project,
    a_report_links_the_issues_it_mentions,
    steps_are_shown_whatever_field_a_stored_event_lacks,
];

const OWNER: &str = "甲公司";
const LAND: &str = "自然资源局";

fn land_issue() -> Value {
    json!({"title": "用地指标不足", "category": "land", "level": "unit",
        "asked": "请自然资源部门协调 35 亩用地指标", "due_on": "2021-07-31"})
}

async fn owned_project(app: &TestApp, commission: &Actor) -> i64 {
    let id = commission.project("项目", json!({})).await;
    commission.assign(id, &[(app.unit_id(OWNER).await, "owner")]).await;
    id
}

async fn say(actor: &Actor, path: &str, step: &str, words: &str) -> Answer {
    actor.post(&format!("{path}/{step}"), &json!({"words": words})).await
}

async fn give(app: &TestApp, actor: &Actor, path: &str, unit: &'static str) -> Answer {
    let body = json!({"lead_unit_id": app.unit_id(unit).await,
        "unit_ids": [app.unit_id("生态环境局").await], "words": "请牵头会商"});
    actor.post(&format!("{path}/assignment"), &body).await
}

async fn an_issue_passes_through_all_states_with_each_role(app: TestApp) {
    let commission = app.commission().await;
    let project = owned_project(&app, &commission).await;
    let owner = app.unit(OWNER).await;
    let (lead, area) = (app.unit(LAND).await, app.area("dongying").await);

    let raised =
        owner.post(&format!("/projects/{project}/issues"), &land_issue()).await.expect(201);
    let path = format!("/projects/{project}/issues/{}", raised.id());
    assert_eq!(raised.json["state"], "raised");
    // The area returns it for more details; the owner adds them and raises it again.
    say(&area, &path, "return", "请补充地块位置").await.expect(200);
    let mut better = land_issue();
    better["asked"] = json!("请自然资源部门协调二期东侧 35 亩用地指标");
    owner.change(&path, 2, &better).await.expect(200);
    say(&owner, &path, "raising", "已补充地块位置").await.expect(200);
    give(&app, &area, &path, LAND).await.expect(200);
    // The leading unit works on it and escalates it; the commission assigns it again.
    say(&lead, &path, "work", "已列入盘活计划").await.expect(200);
    say(&lead, &path, "escalation", "县区无指标，须市里统筹").await.expect(200);
    let county = commission.get(&path).await.expect(200);
    assert_eq!(
        (&county.json["level"], &county.json["state"]),
        (&json!("county"), &json!("raised"))
    );
    say(&area, &path, "escalation", "请市级协调").await.expect(200);
    let refused = give(&app, &area, &path, LAND).await;
    assert_eq!((refused.status, refused.code()), (403, "issue-step-not-yours"));
    give(&app, &commission, &path, LAND).await.expect(200);
    say(&app.unit("生态环境局").await, &path, "work", "环评同步办理").await.expect(200);
    let early = say(&owner, &path, "proposal", "已解决").await;
    assert_eq!(early.code(), "issue-step-not-yours");
    assert!(early.json["detail"].as_str().unwrap().contains("牵头单位"));
    say(&lead, &path, "proposal", "指标已下达").await.expect(200);
    say(&commission, &path, "return", "请附批文号").await.expect(200);
    say(&lead, &path, "proposal", "批文：东自然资〔2021〕31号").await.expect(200);
    let own = say(&lead, &path, "clearance", "同意销号").await;
    assert_eq!(own.status, 403);
    app.calendar.turn_to("2021-07-20");
    let cleared = say(&commission, &path, "clearance", "同意销号").await.expect(200);

    assert_eq!(
        (&cleared.json["state"], &cleared.json["cleared_on"]),
        (&json!("cleared"), &json!("2021-07-20"))
    );
    assert_eq!((&cleared.json["age_days"], &cleared.json["next_steps"]), (&json!(19), &json!([])));
    let steps = owner.get(&format!("{path}/steps")).await.expect(200);
    let told: Vec<_> = steps
        .items()
        .iter()
        .map(|s| (s["kind"].as_str().unwrap(), s["words"].as_str().unwrap()))
        .collect();
    assert_eq!(told.len(), 14);
    assert_eq!(told[0], ("issue.raised", ""));
    assert_eq!(told[1], ("issue.returned", "请补充地块位置"));
    assert_eq!(told[13], ("issue.cleared", "同意销号"));
    assert_eq!(steps.items()[13]["by"], "commission");
    assert_eq!(steps.items()[4]["state"], "assigned");
    for role in [major_projects::testing::Role::Viewer] {
        let viewer = app.role(role).await;
        viewer.get(&path).await.expect(200);
        assert_eq!(say(&viewer, &path, "work", "……").await.status, 403);
    }
    assert_eq!(app.unit("丙公司").await.get(&path).await.status, 404);
    assert_eq!(app.area("hekou").await.get(&path).await.status, 404);
}

async fn a_skipped_step_is_refused_with_the_next_step(app: TestApp) {
    let commission = app.commission().await;
    let project = owned_project(&app, &commission).await;
    let list = format!("/projects/{project}/issues");
    let path = format!("{list}/{}", commission.post(&list, &land_issue()).await.expect(201).id());

    let clear = say(&commission, &path, "clearance", "同意销号").await;
    let silent = say(&commission, &path, "return", " ").await;
    let mut past = land_issue();
    (past["due_on"], past["asked"]) = (json!("2021-06-30"), json!("  "));
    let past = commission.post(&list, &past).await;
    let nobody = json!({"lead_unit_id": 999_999, "unit_ids": [999_998], "words": "请办理"});
    let nobody = commission.post(&format!("{path}/assignment"), &nobody).await;

    assert_eq!((clear.status, clear.code()), (409, "issue-state"));
    let detail = clear.json["detail"].as_str().unwrap();
    assert!(detail.contains("交办（POST …/assignment）"), "{detail}");
    assert_eq!(silent.status, 422);
    let named: Vec<_> = past.errors().into_iter().map(|(p, c)| format!("{p} {c}")).collect();
    assert_eq!(named, ["/asked blank", "/due_on in-past"]);
    let unknown: Vec<_> = nobody.errors().into_iter().map(|(p, _)| p).collect();
    assert_eq!(unknown, ["/lead_unit_id", "/unit_ids/0"]);
    let unchanged = commission.get(&path).await.expect(200);
    assert_eq!(
        (&unchanged.json["state"], &unchanged.json["version"]),
        (&json!("raised"), &json!(1))
    );
}

async fn issues_are_listed_and_counted_by_unit_category_and_age(app: TestApp) {
    let commission = app.commission().await;
    let project = owned_project(&app, &commission).await;
    let elsewhere = commission.project("别处", json!({"area": "hekou"})).await;
    let raise = async |project: i64, category: &str, due: &str| {
        let mut body = land_issue();
        (body["category"], body["due_on"]) = (json!(category), json!(due));
        let list = format!("/projects/{project}/issues");
        format!("{list}/{}", commission.post(&list, &body).await.expect(201).id())
    };
    let first = raise(project, "land", "2021-07-05").await;
    give(&app, &commission, &first, LAND).await.expect(200);
    app.calendar.turn_to("2021-08-15");
    raise(project, "land", "2021-12-31").await;
    raise(elsewhere, "funds", "2021-12-31").await;
    app.calendar.turn_to("2021-08-20");

    let count = async |query: &str| {
        commission.get(&format!("/issues?{query}")).await.expect(200).json["total"]
            .as_i64()
            .unwrap()
    };
    assert_eq!(
        [count("").await, count("category=land").await, count("overdue=true").await],
        [3, 2, 1]
    );
    assert_eq!([count("area=hekou").await, count("min_age_days=30").await], [1, 1]);
    assert_eq!(count(&format!("unit={}", app.unit_id(LAND).await)).await, 1);
    assert_eq!(count("state=assigned&state=raised&level=unit").await, 3);
    let overdue = commission.get("/issues?overdue=true").await;
    assert_eq!(
        (&overdue.items()[0]["age_days"], &overdue.items()[0]["overdue"]),
        (&json!(50), &json!(true))
    );

    let by = async |by: &str| {
        commission.get(&format!("/summaries/issues?by={by}")).await.expect(200).json
    };
    let category = by("category").await;
    assert_eq!(category["total"]["open"], 3);
    assert_eq!(category["rows"][1]["of"], "land");
    assert_eq!(category["rows"][1]["open"], 2);
    assert_eq!(category["rows"][1]["overdue"], 1);
    assert_eq!(category["rows"][1]["age_31_to_60"], 1);
    let unit = by("unit").await;
    let names: Vec<_> = unit["rows"].as_array().unwrap().iter().map(|r| &r["of"]).collect();
    assert_eq!(names, ["", "生态环境局", LAND]);
}

async fn a_unit_that_was_given_an_issue_sees_it_and_not_the_project(app: TestApp) {
    let commission = app.commission().await;
    let project = owned_project(&app, &commission).await;
    let list = format!("/projects/{project}/issues");
    let path = format!("{list}/{}", commission.post(&list, &land_issue()).await.expect(201).id());
    let land = app.unit(LAND).await;

    assert_eq!(land.get(&path).await.status, 404);
    give(&app, &commission, &path, LAND).await.expect(200);

    land.get(&path).await.expect(200);
    assert_eq!(land.get("/issues").await.json["total"], 1);
    assert_eq!(land.get(&format!("/projects/{project}")).await.status, 404);
    assert_eq!(land.get(&list).await.status, 404);
}

async fn a_report_links_the_issues_it_mentions(app: TestApp) {
    let commission = app.commission().await;
    let project = owned_project(&app, &commission).await;
    let other = commission.project("别的", json!({})).await;
    let raise = async |project: i64| {
        commission
            .post(&format!("/projects/{project}/issues"), &land_issue())
            .await
            .expect(201)
            .id()
    };
    let (own, foreign) = (raise(project).await, raise(other).await);
    let path = format!("/projects/{project}/reports/2021-05");

    let wrong = json!({"completed_wan": "5.00", "issue_ids": [own, foreign]});
    let wrong = commission.create(&path, &wrong).await;
    let right = json!({"completed_wan": "5.00", "issue_ids": [own, own]});
    let written = commission.create(&path, &right).await.expect(201);
    let submitted = commission.step(&format!("{path}/submission")).await.expect(200);

    assert_eq!(wrong.errors(), [("/issue_ids/1".to_owned(), "not-there".to_owned())]);
    assert_eq!(written.json["issue_ids"], json!([own]));
    assert_eq!(submitted.json["issue_ids"], json!([own]));
    let all = commission.get(&format!("/projects/{project}/reports")).await;
    assert_eq!(all.items()[0]["issue_ids"], json!([own]));
}

/// Stores `changes` as those of an event.
async fn rewrite(app: &TestApp, event: i64, changes: &[FieldChange]) {
    let changes = serde_json::to_string(changes).unwrap().replace('\'', "''");
    let sql = format!("update events set changes = '{changes}' where id = {event}");
    let run = move |conn: &mut Conn| -> Result<(), StoreError> {
        diesel::sql_query(&sql).execute(conn)?;
        Ok(())
    };
    app.tamper(run).await;
}

/// Another release may record fewer fields, or values this one does not know.
async fn steps_are_shown_whatever_field_a_stored_event_lacks(app: TestApp) {
    let commission = app.commission().await;
    let project = owned_project(&app, &commission).await;
    let list = format!("/projects/{project}/issues");
    let id = commission.post(&list, &land_issue()).await.expect(201).id();
    let path = format!("{list}/{id}");
    give(&app, &commission, &path, LAND).await.expect(200);
    for (step, words) in [("work", "已受理"), ("proposal", "已下达"), ("return", "请附批文")]
    {
        say(&commission, &path, step, words).await.expect(200);
    }
    let steps = commission.get(&format!("{path}/steps")).await.expect(200).json;
    let stored = app.db.read(move |conn| of_subject(conn, "issue", id)).await.unwrap();

    let mut damaged = 0;
    for event in &stored {
        for (index, change) in event.changes.iter().enumerate() {
            let is_comment = change.field == "words";
            let mut without = event.changes.clone();
            without.remove(index);
            let mut unknown = event.changes.clone();
            unknown[index].after = json!({"of": "another release"});
            for changes in [without, unknown] {
                rewrite(&app, event.id.0, &changes).await;
                let shown = commission.get(&format!("{path}/steps")).await.expect(200).json;
                assert!(is_comment || shown == steps, "{}: {}", event.kind, change.field);
                damaged += 1;
            }
        }
        rewrite(&app, event.id.0, &event.changes).await;
    }
    assert!(damaged >= 2 * 15, "only {damaged} events were damaged");
}

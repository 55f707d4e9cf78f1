//! Lists across projects that a mirror reads: restatements, milestones, year plans, reports.

use major_projects::testing::Role;
use serde_json::{Value, json};

use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    reports_across_projects_have_their_restatements_and_issues,
    restatements_of_months_without_a_report_are_listed,
    milestones_are_listed_across_projects,
    year_plans_are_listed_with_every_version,
    lists_across_projects_have_what_their_reader_sees,
    lists_across_projects_are_filtered_and_paged_alike,
    what_changed_since_an_instant_is_listed,
];

const PATHS: [&str; 4] = ["/reports", "/restatements", "/milestones", "/year-plans"];

fn ids(answer: &Answer) -> Vec<i64> {
    answer.items().iter().map(|item| item["id"].as_i64().unwrap()).collect()
}

async fn listed(actor: &Actor, path: &str) -> Vec<Value> {
    actor.get(path).await.expect(200).items().clone()
}

fn restatement(amount: &str) -> Value {
    json!({"amount_wan": amount, "reason": "审计核减", "approver": "重大项目科"})
}

/// Two projects of 2023, of units 甲公司 and 乙公司, with plans and milestones; June is closed with
/// a report of the first alone.
struct Register {
    first: i64,
    second: i64,
}

async fn register(app: &TestApp, commission: &Actor) -> Register {
    app.calendar.turn_to("2023-07-01");
    let days = json!({"opens_on": "2023-07-01", "due_on": "2023-07-05"});
    commission.create("/reporting-months/2023-06", &days).await.expect(201);
    let first = commission.project("一号", json!({"area": "dongying"})).await;
    let second = commission.project("二号", json!({"area": "hekou"})).await;
    for (project, unit) in [(first, "甲公司"), (second, "乙公司")] {
        commission.assign(project, &[(app.unit_id(unit).await, "owner")]).await;
        let plan = json!({"annual_investment_wan": "1200.00", "months": vec!["100.00"; 12]});
        commission.put(&format!("/projects/{project}/year-plans/2023"), &plan).await.expect(201);
        let step = json!({"code": "main_structure", "baseline_date": "2023-08-31"});
        commission.post(&format!("/projects/{project}/milestones"), &step).await.expect(201);
    }
    commission.confirmed(first, "2023-06", "100.00").await;
    app.calendar.turn_to("2023-07-06");
    commission.step("/reporting-months/2023-06/closing").await.expect(200);
    for (project, amount) in [(first, "-30.00"), (second, "40.00")] {
        let path = format!("/projects/{project}/reports/2023-06/restatements");
        commission.post(&path, &restatement(amount)).await.expect(201);
    }
    Register { first, second }
}

async fn reports_across_projects_have_their_restatements_and_issues(app: TestApp) {
    let commission = app.commission().await;
    let Register { first, .. } = register(&app, &commission).await;

    let all = listed(&commission, "/reports?month=2023-06").await;
    let one = commission.get(&format!("/projects/{first}/reports/2023-06")).await.expect(200).json;

    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["restatements"][0]["amount_wan"], "-30.00");
    for (field, value) in one.as_object().unwrap() {
        assert_eq!(all[0][field], *value, "{field}");
    }

    let owner = app.unit("甲公司").await;
    let issue = json!({"title": "用地", "category": "land", "level": "county", "asked": "请协调", "due_on": "2023-09-01"});
    let issue = owner.post(&format!("/projects/{first}/issues"), &issue).await.expect(201).id();
    let days = json!({"opens_on": "2023-07-01", "due_on": "2023-08-05"});
    commission.create("/reporting-months/2023-07", &days).await.expect(201);
    app.calendar.turn_to("2023-08-01");
    let body = json!({"completed_wan": "1.00", "issue_ids": [issue]});
    owner.create(&format!("/projects/{first}/reports/2023-07"), &body).await.expect(201);
    let july = listed(&commission, "/reports?month=2023-07").await;
    assert_eq!(july[0]["issue_ids"], json!([issue]));
}

async fn restatements_of_months_without_a_report_are_listed(app: TestApp) {
    let commission = app.commission().await;
    let Register { first, second } = register(&app, &commission).await;

    let all = listed(&commission, "/restatements").await;
    let shown: Vec<_> = all
        .iter()
        .map(|r| {
            (
                r["project_id"].as_i64().unwrap(),
                r["project"].as_str().unwrap(),
                r["amount_wan"].as_str().unwrap(),
                r["month"].as_str().unwrap(),
            )
        })
        .collect();

    assert_eq!(shown, [(first, "一号", "-30.00", "2023-06"), (second, "二号", "40.00", "2023-06")]);
    assert_eq!(listed(&commission, "/restatements?month=2023-05").await.len(), 0);
    let of_second =
        listed(&commission, &format!("/projects/{second}/reports/2023-06/restatements")).await;
    for (field, value) in of_second[0].as_object().unwrap() {
        assert_eq!(all[1][field], *value, "{field}");
    }
}

async fn milestones_are_listed_across_projects(app: TestApp) {
    let commission = app.commission().await;
    let Register { first, second } = register(&app, &commission).await;
    let all = listed(&commission, "/milestones?code=main_structure").await;
    let own = listed(&commission, &format!("/projects/{second}/milestones")).await;
    let own = own.iter().find(|m| m["code"] == "main_structure").unwrap();

    assert_eq!(all.len(), 2);
    assert_eq!((&all[0]["project_id"], &all[1]["project"]), (&json!(first), &json!("二号")));
    for (field, value) in own.as_object().unwrap() {
        assert_eq!(all[1][field], *value, "{field}");
    }
    let path = format!("/projects/{second}/milestones/{}", own["id"]);
    let change = json!({"actual_date": "2023-07-05"});
    commission.patch(&path, own["version"].as_i64().unwrap(), &change).await.expect(200);
    let reached = listed(&commission, "/milestones?code=main_structure&reached=true").await;
    let open = listed(&commission, "/milestones?code=main_structure&reached=false").await;
    assert_eq!((&reached[0]["id"], &open[0]["project_id"]), (&own["id"], &json!(first)));
    assert_eq!(
        listed(&commission, "/milestones?class=procedure&code=main_structure").await.len(),
        0
    );
}

async fn year_plans_are_listed_with_every_version(app: TestApp) {
    let commission = app.commission().await;
    let Register { first, second } = register(&app, &commission).await;
    let more = json!({"kind": "adjustment", "effective_month": "2023-08", "annual_investment_wan": "1800.00",
        "months": vec!["150.00"; 12], "document_number": "示例〔2023〕1号", "reason": "年中调整"});
    commission
        .post(&format!("/projects/{second}/year-plans/2023/adjustments"), &more)
        .await
        .expect(201);

    let all = listed(&commission, "/year-plans?year=2023").await;

    assert_eq!(all.len(), 2);
    assert_eq!(
        (&all[0]["project_id"], all[0]["versions"].as_array().unwrap().len()),
        (&json!(first), 1)
    );
    let one = commission.get(&format!("/projects/{second}/year-plans/2023")).await.expect(200).json;
    for (field, value) in one.as_object().unwrap() {
        assert_eq!(all[1][field], *value, "{field}");
    }
    assert_eq!(all[1]["versions"][1]["annual_investment_wan"], "1800.00");
    assert_eq!(listed(&commission, "/year-plans?year=2022").await.len(), 0);
}

async fn lists_across_projects_have_what_their_reader_sees(app: TestApp) {
    let commission = app.commission().await;
    let Register { first, second } = register(&app, &commission).await;
    let version = commission.get(&format!("/projects/{first}")).await.expect(200).json["version"]
        .as_i64()
        .unwrap();
    let hide = json!({"visibility": "restricted"});
    commission.patch(&format!("/projects/{first}"), version, &hide).await.expect(200);
    let (unit, area) = (app.unit("乙公司").await, app.area("dongying").await);
    let viewer = app.role(Role::Viewer).await;

    for path in PATHS {
        let seen = async |actor: &Actor| {
            let items = listed(actor, path).await;
            items
                .iter()
                .map(|item| item["project_id"].as_i64().unwrap())
                .collect::<std::collections::BTreeSet<_>>()
        };
        let of_unit = seen(&unit).await;
        assert!(of_unit.is_subset(&[second].into()), "{path}");
        assert!(seen(&area).await.is_subset(&[first].into()), "{path}");
        assert!(seen(&viewer).await.is_subset(&[second].into()), "{path}");
        assert!(seen(&commission).await.contains(&first), "{path}");
        if path != "/reports" {
            assert!(of_unit.contains(&second), "{path}");
        }
        assert_eq!(listed(&unit, &format!("{path}?project={first}")).await, Vec::<Value>::new());
        assert_eq!(app.stranger().get(path).await.status, 401, "{path}");
        assert_eq!(app.role(Role::Admin).await.get(path).await.status, 403, "{path}");
    }
}

async fn lists_across_projects_are_filtered_and_paged_alike(app: TestApp) {
    let commission = app.commission().await;
    let Register { first, .. } = register(&app, &commission).await;
    for path in PATHS {
        let all = commission.get(path).await.expect(200);
        let every = ids(&all);
        let (mut paged, mut next) = (Vec::new(), format!("{path}?limit=1"));
        loop {
            let page = commission.get(&next).await.expect(200);
            assert_eq!(page.json["total"], every.len(), "{path}");
            paged.extend(ids(&page));
            match page.json["next"].as_str() {
                Some(address) => next = app.root(address),
                None => break,
            }
        }
        assert_eq!(paged, every, "{path}");
        let of_first = commission.get(&format!("{path}?project={first}")).await.expect(200);
        assert!(of_first.items().iter().all(|item| item["project_id"] == first), "{path}");
        let by_area = commission.get(&format!("{path}?area=dongying")).await.expect(200);
        assert_eq!(ids(&by_area), ids(&of_first), "{path}");
        let some = commission.get(&format!("{path}?ids={},999999", every[0])).await.expect(200);
        assert_eq!(ids(&some), [every[0]], "{path}");
        let file = commission.get(&format!("{path}?format=csv")).await.expect(200);
        assert_eq!(file.header("row-count"), every.len().to_string(), "{path}");
        for bad in [
            "ids=",
            "ids=1,x",
            "ids=1&ids=2",
            "area=nowhere",
            "updated_since=yesterday",
            "cursor=x",
            "limit=0",
            "colour=red",
        ] {
            let refused = commission.get(&format!("{path}?{bad}")).await.expect(400);
            let name = bad.split('=').next().unwrap();
            let named = refused.errors().first().map_or(String::from("?cursor"), |e| e.0.clone());
            assert_eq!(named, format!("?{name}"), "{path}?{bad}");
        }
    }
}

async fn what_changed_since_an_instant_is_listed(app: TestApp) {
    let commission = app.commission().await;
    let Register { first, .. } = register(&app, &commission).await;
    app.clock.pass_seconds(60);
    let since = commission.get(&format!("/projects/{first}")).await.expect(200).json["updated_at"]
        .as_str()
        .unwrap()
        .to_owned();
    let now = "2021-07-01T02:00:30Z";
    for path in PATHS {
        assert_eq!(
            listed(&commission, &format!("{path}?updated_since={now}")).await.len(),
            0,
            "{path}"
        );
        assert!(
            !listed(&commission, &format!("{path}?updated_since={since}")).await.is_empty(),
            "{path}"
        );
    }
    let milestone =
        listed(&commission, &format!("/milestones?project={first}&code=main_structure")).await[0]
            .clone();
    let path = format!("/projects/{first}/milestones/{}", milestone["id"]);
    let change = json!({"forecast_date": "2023-09-30", "reason": "雨季影响施工"});
    commission.patch(&path, milestone["version"].as_i64().unwrap(), &change).await.expect(200);

    let changed = listed(&commission, &format!("/milestones?updated_since={now}")).await;
    assert_eq!((changed.len(), &changed[0]["id"]), (1, &milestone["id"]));
}

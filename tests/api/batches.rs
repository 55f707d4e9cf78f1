//! Many changes in one request: the outcome of each row, and all or nothing.

use reqwest::Method;
use serde_json::{Value, json};

use crate::exports::copy_project;
use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    an_owner_files_and_submits_and_each_row_stands_alone,
    the_reviewing_side_confirms_and_the_summary_changes_by_the_sum,
    a_row_does_what_the_single_requests_do,
    an_atomic_batch_saves_all_or_nothing,
    a_row_names_the_version_it_changes,
    later_rows_see_what_earlier_rows_saved,
    a_key_makes_one_batch_of_two,
    projects_milestones_and_year_plans_go_in_by_batches,
    a_batch_needs_the_right_of_each_row,
    a_batch_larger_than_one_part_is_whole,
    imported_reports_are_submitted_in_the_same_run,
];

fn filed(project: i64, month: &str, completed: &str) -> Value {
    json!({"project_id": project, "month": month, "report": {"completed_wan": completed}, "submit": true})
}

async fn batch(actor: &Actor, path: &str, items: &[Value]) -> Answer {
    actor.post(path, &json!({"items": items})).await
}

/// `(status, code of the problem)` of every row.
fn outcomes(answer: &Answer) -> Vec<(i64, String)> {
    let rows = answer.json["results"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    let outcome = |(index, row): (usize, &Value)| {
        assert_eq!(row["index"], index, "{row}");
        let code = row["problem"]["code"].as_str().unwrap_or("");
        (row["status"].as_i64().unwrap(), code.to_owned())
    };
    rows.iter().enumerate().map(outcome).collect()
}

fn row(status: i64, code: &str) -> (i64, String) {
    (status, code.to_owned())
}

async fn an_owner_files_and_submits_and_each_row_stands_alone(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    let own = app.unit_id("甲公司").await;
    let one = commission.project("一号", json!({})).await;
    let two = commission.project("二号", json!({})).await;
    let other = commission.project("他人", json!({})).await;
    for project in [one, two] {
        commission.assign(project, &[(own, "owner")]).await;
    }
    let mut wrong = filed(two, "2021-05", "1.00");
    wrong["report"] = json!({"completed_wan": 1, "colour": "red"});
    let mut negative = filed(two, "2021-05", "-1.00");
    negative["report"]["physical_percent"] = json!("101.00");
    let mut drafted = filed(two, "2021-04", "5.00");
    drafted["submit"] = json!(false);

    let answer = batch(
        &owner,
        "/reports/batch",
        &[
            filed(one, "2021-06", "12.50"),
            filed(other, "2021-06", "1.00"),
            wrong,
            negative,
            filed(one, "2021-08", "1.00"),
            filed(one, "2021-06", "13.00"),
            filed(two, "2021-06", "0.00"),
            drafted,
            json!({"project_id": one, "month": "2021-06"}),
            json!({"project_id": one, "month": "2021-06", "confirm": true}),
            json!({"project_id": one, "month": "2021-03", "submit": true}),
        ],
    )
    .await
    .expect(200);

    assert_eq!(
        outcomes(&answer),
        [
            row(201, ""),
            row(404, "not-found"),
            row(422, "invalid"),
            row(422, "invalid"),
            row(409, "month-ahead"),
            row(412, "stale"),
            row(409, "zero-reason-required"),
            row(201, ""),
            row(422, "invalid"),
            row(403, "forbidden"),
            row(404, "not-found"),
        ]
    );
    assert_eq!((&answer.json["saved"], &answer.json["refused"]), (&json!(2), &json!(9)));
    let results = &answer.json["results"];
    let pointers = |index: usize| -> Vec<(&str, &str)> {
        let errors = results[index]["problem"]["errors"].as_array().unwrap();
        let text = |value: &'_ Value| -> &'static str {
            Box::leak(value.as_str().unwrap().to_owned().into_boxed_str())
        };
        errors.iter().map(|e| (text(&e["pointer"]), text(&e["code"]))).collect()
    };
    assert_eq!(
        pointers(2),
        [
            ("/items/2/report/completed_wan", "number-for-money"),
            ("/items/2/report/colour", "unknown")
        ]
    );
    let mut of_rules: Vec<&str> = pointers(3).into_iter().map(|(pointer, _)| pointer).collect();
    of_rules.sort_unstable();
    assert_eq!(of_rules, ["/items/3/report/completed_wan", "/items/3/report/physical_percent"]);
    assert_eq!(pointers(4), [("/items/4", "month-ahead")]);
    assert_eq!(pointers(8), [("/items/8", "nothing-to-do")]);
    let first = &results[0];
    assert_eq!((&first["state"], &first["version"]), (&json!("submitted"), &json!(2)));
    let shown = owner.get(&app.root(first["href"].as_str().unwrap())).await.expect(200);
    assert_eq!(
        (&shown.json["id"], &shown.json["completed_wan"], &shown.json["version"]),
        (&first["id"], &json!("12.50"), &json!(2))
    );
    assert_eq!((&results[7]["state"], &results[7]["version"]), (&json!("draft"), &json!(1)));
    // A row stands or falls as a whole: the draft of the refused submission is not kept.
    owner.get(&format!("/projects/{two}/reports/2021-06")).await.expect(404);
    assert_eq!(commission.get("/reports").await.json["total"], 2);
}

async fn the_reviewing_side_confirms_and_the_summary_changes_by_the_sum(app: TestApp) {
    let commission = app.commission().await;
    let mut items = Vec::new();
    for number in 1..=3 {
        let project = commission.project(&format!("{number}号"), json!({})).await;
        commission.plan_year(project, 100).await;
        items.push(filed(project, "2021-06", &format!("{number}0.01")));
        items.push(json!({"project_id": project, "month": "2021-06", "confirm": true}));
    }
    items[4]["submit"] = json!(false);

    let answer = batch(&commission, "/reports/batch", &items).await.expect(200);
    let table = commission.get("/summaries/commitments?year=2021&through=2021-06").await;

    // The last report stays a draft, so it cannot be confirmed: 10.01 + 20.01.
    let expected = [
        row(201, ""),
        row(200, ""),
        row(201, ""),
        row(200, ""),
        row(201, ""),
        row(409, "report-state"),
    ];
    assert_eq!(outcomes(&answer), expected);
    assert_eq!(table.json["total"]["completed_wan"], "30.02");
}

/// Without ids, names and instants that two projects cannot share.
fn comparable(value: &Value) -> Value {
    let mut value = value.clone();
    for field in [
        "id",
        "project_id",
        "subject_id",
        "request_id",
        "href",
        "sequence",
        "hash",
        "previous_hash",
    ] {
        value.as_object_mut().unwrap().remove(field);
    }
    if let Some(changes) = value.get_mut("changes").and_then(Value::as_array_mut) {
        changes.retain(|change| change["field"] != "id" && change["field"] != "project_id");
    }
    value
}

async fn a_row_does_what_the_single_requests_do(app: TestApp) {
    let commission = app.commission().await;
    let (single, batched) =
        (commission.project("单独", json!({})).await, commission.project("成批", json!({})).await);
    for project in [single, batched] {
        commission.plan_year(project, 100).await;
        commission.confirmed(project, "2021-05", "650.00").await;
    }
    // As in the test of warnings: far above the plan, half of the year, paid above received.
    let odd = json!({"completed_wan": "1000.00", "physical_percent": "90.5", "progress": "封顶",
        "funds_received_wan": "10.00", "funds_paid_wan": "11.00"});
    let path = format!("/projects/{single}/reports/2021-06");
    commission.create(&path, &odd).await.expect(201);
    commission.step(&format!("{path}/submission")).await.expect(200);
    commission.step(&format!("{path}/confirmation")).await.expect(200);

    let all = json!({"project_id": batched, "month": "2021-06", "report": odd, "submit": true, "confirm": true});
    let answer = batch(&commission, "/reports/batch", &[all]).await.expect(200);

    let report = async |project: i64| {
        commission.get(&format!("/projects/{project}/reports/2021-06")).await.expect(200).json
    };
    let history = async |project: i64| -> Vec<Value> {
        let path = format!("/projects/{project}/history?limit=3");
        commission.get(&path).await.expect(200).items().iter().map(comparable).collect()
    };
    let (one, other) = (report(single).await, report(batched).await);
    assert_eq!(comparable(&one), comparable(&other));
    assert_eq!(one["warnings"].as_array().unwrap().len(), 4);
    assert_eq!(answer.json["results"][0]["warnings"], one["warnings"]);
    let strip = |events: Vec<Value>| -> Vec<Value> {
        let kept = |event: &Value| json!([event["kind"], event["changes"], event["actor"]]);
        events.iter().map(kept).collect()
    };
    assert_eq!(strip(history(single).await), strip(history(batched).await));
}

async fn an_atomic_batch_saves_all_or_nothing(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("一号", json!({})).await;
    let mut wrong = filed(project, "2021-05", "2.00");
    wrong["report"]["completed_wan"] = json!("x");
    let items = [
        filed(project, "2021-04", "1.00"),
        wrong,
        filed(987_654, "2021-06", "3.00"),
        filed(project, "2021-08", "4.00"),
    ];

    let refused = commission.post("/reports/batch", &json!({"atomic": true, "items": items})).await;
    let refused = refused.expect(422);
    let left = commission.get(&format!("/projects/{project}/reports")).await;
    let good = [filed(project, "2021-04", "1.00"), filed(project, "2021-05", "2.00")];
    let saved = commission.post("/reports/batch", &json!({"atomic": true, "items": good})).await;

    assert_eq!(refused.code(), "items-refused");
    assert_eq!(
        refused.errors(),
        [
            ("/items/1/report/completed_wan".to_owned(), "wrong-form".to_owned()),
            ("/items/2".to_owned(), "not-found".to_owned()),
            ("/items/3".to_owned(), "month-ahead".to_owned()),
        ]
    );
    assert_eq!(left.json["total"], 0);
    assert_eq!(outcomes(&saved.expect(200)), [row(201, ""), row(201, "")]);
}

async fn a_row_names_the_version_it_changes(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("一号", json!({})).await;
    let path = format!("/projects/{project}/reports/2021-06");
    commission.create(&path, &json!({"completed_wan": "1.00"})).await.expect(201);
    commission.change(&path, 1, &json!({"completed_wan": "2.00"})).await.expect(200);
    let at = |version: i64, other: Value| {
        let mut item = json!({"project_id": project, "month": "2021-06", "version": version});
        item.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        item
    };
    let write = |wan: &str| json!({"report": {"completed_wan": wan}});

    let answer = batch(
        &commission,
        "/reports/batch",
        &[
            at(1, write("3.00")),
            at(1, json!({"submit": true})),
            at(2, write("4.00")),
            at(2, json!({"submit": true})),
            at(3, json!({"submit": true})),
        ],
    )
    .await
    .expect(200);

    let expected =
        [row(412, "stale"), row(412, "stale"), row(200, ""), row(412, "stale"), row(200, "")];
    assert_eq!(outcomes(&answer), expected);
    let shown = commission.get(&path).await.json;
    assert_eq!(
        (&shown["completed_wan"], &shown["state"], &shown["version"]),
        (&json!("4.00"), &json!("submitted"), &json!(4))
    );
}

async fn later_rows_see_what_earlier_rows_saved(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("一号", json!({})).await;
    commission.plan_year(project, 100).await;
    let item = |month: &str, wan: &str, physical: &str| {
        json!({"project_id": project, "month": month, "submit": true,
            "report": {"completed_wan": wan, "physical_percent": physical}})
    };

    // 650 + 900 of 1200 is 129.17 %; physical progress falls from 50 to 40.
    let items = [item("2021-05", "650.00", "50.00"), item("2021-06", "900.00", "40.00")];
    let answer = batch(&commission, "/reports/batch", &items).await.expect(200);

    let warnings: Vec<&str> = answer.json["results"][1]["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w["code"].as_str().unwrap())
        .collect();
    assert!(warnings.contains(&"far-above-plan"), "{warnings:?}");
    assert!(warnings.contains(&"physical-fell"), "{warnings:?}");
}

async fn a_key_makes_one_batch_of_two(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("一号", json!({})).await;
    let body = json!({"items": [filed(project, "2021-06", "1.00"), filed(0, "2021-06", "1.00")]});
    let send = async |body: &Value| {
        let request = commission.request(Method::POST, "/reports/batch");
        commission.send(request.header("Idempotency-Key", "june").json(body)).await
    };

    let first = send(&body).await.expect(200);
    let again = send(&body).await.expect(200);
    let other = send(&json!({"items": [filed(project, "2021-05", "1.00")]})).await;

    assert_eq!((&first.text, again.header("idempotency-replayed")), (&again.text, "true"));
    assert_eq!(outcomes(&again), [row(201, ""), row(404, "not-found")]);
    assert_eq!(other.expect(422).code(), "idempotency-key-reused");
    assert_eq!(commission.get("/reports").await.json["total"], 1);
}

fn new_project(name: &str, total: &str) -> Value {
    json!({"create": {"name": name, "industry": "next_gen_it", "area": "dongying",
        "nature": "new_construction", "total_investment_wan": total}})
}

async fn projects_milestones_and_year_plans_go_in_by_batches(app: TestApp) {
    let commission = app.commission().await;
    let old = commission.project("旧", json!({})).await;
    let change =
        |version: i64| json!({"project_id": old, "version": version, "change": {"name": "新"}});

    let projects = batch(
        &commission,
        "/projects/batch",
        &[
            new_project("甲", "100.00"),
            new_project("", "0.00"),
            change(1),
            change(1),
            json!({"project_id": old, "change": {"name": "无版本"}}),
            json!({"project_id": 987_654, "version": 1, "change": {"leader": "王"}}),
            json!({}),
        ],
    )
    .await
    .expect(200);
    let made = projects.json["results"][0]["id"].as_i64().unwrap();
    let plan = |project: i64, annual: &str| {
        json!({"project_id": project, "year": 2021,
            "create": {"annual_investment_wan": annual, "months": vec!["100.00"; 12]}})
    };
    let adjust = |version: i64| {
        json!({"project_id": old, "year": 2021, "version": version, "adjust": {
            "kind": "adjustment", "effective_month": "2021-07", "annual_investment_wan": "2400.00",
            "months": vec!["200.00"; 12], "document_number": "示例〔2021〕1号", "reason": "年中调整"}})
    };
    let items =
        [plan(old, "1200.00"), plan(old, "1200.00"), plan(made, "1300.00"), adjust(7), adjust(1)];
    let plans = batch(&commission, "/year-plans/batch", &items).await.expect(200);
    let step = |code: &str| json!({"project_id": old, "create": {"code": code, "baseline_date": "2022-08-31"}});
    let added = batch(
        &commission,
        "/milestones/batch",
        &[step("operation"), step("operation"), step("nonsense")],
    )
    .await
    .expect(200);
    let milestone = &added.json["results"][0]["id"];
    let reached = |version: i64| {
        json!({"project_id": old, "milestone_id": milestone, "version": version,
            "change": {"actual_date": "2021-06-30"}})
    };
    let changed =
        batch(&commission, "/milestones/batch", &[reached(2), reached(1)]).await.expect(200);

    assert_eq!(
        outcomes(&projects),
        [
            row(201, ""),
            row(422, "invalid"),
            row(200, ""),
            row(412, "stale"),
            row(422, "invalid"),
            row(404, "not-found"),
            row(422, "invalid"),
        ]
    );
    let at = |answer: &Answer, index: usize| {
        answer.json["results"][index]["problem"]["errors"][0]["pointer"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(at(&projects, 1), "/items/1/create/name");
    assert_eq!(
        (at(&projects, 4), at(&projects, 6)),
        ("/items/4/version".into(), "/items/6".into())
    );
    assert_eq!(commission.get(&format!("/projects/{old}")).await.json["name"], "新");
    let refused = (outcomes(&plans)[1].0, outcomes(&plans)[2].clone(), outcomes(&plans)[3].clone());
    assert_eq!(refused, (409, row(422, "invalid"), row(412, "stale")));
    assert!(at(&plans, 2).starts_with("/items/2/create/"), "{}", plans.text);
    assert_eq!((outcomes(&plans)[0].0, outcomes(&plans)[4].0), (201, 200));
    let shown = commission.get(&format!("/projects/{old}/year-plans/2021")).await.json;
    assert_eq!(shown["versions"].as_array().unwrap().len(), 2);
    assert_eq!(outcomes(&added), [row(201, ""), row(409, "taken"), row(422, "invalid")]);
    assert_eq!(outcomes(&changed), [row(412, "stale"), row(200, "")]);
    assert_eq!(
        commission.get(&format!("/projects/{old}/milestones")).await.items()[0]["actual_date"],
        "2021-06-30"
    );
}

async fn a_batch_needs_the_right_of_each_row(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    let viewer = app.role(major_projects::testing::Role::Viewer).await;
    let project = commission.project("一号", json!({})).await;
    commission.assign(project, &[(app.unit_id("甲公司").await, "owner")]).await;
    let version = commission.get(&format!("/projects/{project}")).await.json["version"].clone();
    let change =
        |change: Value| json!({"project_id": project, "version": version, "change": change});

    let answer = batch(
        &owner,
        "/projects/batch",
        &[
            new_project("私自", "1.00"),
            change(json!({"total_investment_wan": "1.00"})),
            change(json!({"leader": "王主任"})),
        ],
    )
    .await
    .expect(200);
    let plans = batch(&owner, "/year-plans/batch", &[json!({})]).await;

    assert_eq!(outcomes(&answer)[0], row(403, "forbidden"));
    assert_eq!((outcomes(&answer)[1].0, outcomes(&answer)[2].0), (403, 200));
    assert_eq!(plans.status, 403);
    for path in ["/reports/batch", "/projects/batch", "/milestones/batch", "/year-plans/batch"] {
        assert_eq!(batch(&viewer, path, &[json!({})]).await.status, 403, "{path}");
        let empty = batch(&commission, path, &[]).await.expect(422);
        assert_eq!(empty.errors()[0], ("/items".to_owned(), "too-few".to_owned()), "{path}");
    }
    let many = vec![json!({}); 5_001];
    let many = batch(&commission, "/reports/batch", &many).await.expect(422);
    assert_eq!(many.errors(), [("/items".to_owned(), "too-many".to_owned())]);
}

async fn a_batch_larger_than_one_part_is_whole(app: TestApp) {
    let commission = app.commission().await;
    let first = commission.project("一号", json!({})).await;
    copy_project(&app, first, 1_200).await;
    let mut items: Vec<Value> =
        (first..=first + 1_200).map(|project| filed(project, "2021-06", "1.25")).collect();
    // Larger than another body may be: one megabyte.
    items[0]["report"]["progress"] = json!("施工".repeat(2_000));
    for item in &mut items {
        item["report"]["progress"] = json!("主体结构封顶，设备安装完成。".repeat(30));
    }
    assert!(serde_json::to_string(&items).unwrap().len() > 1_048_576);
    items[777]["project_id"] = json!(987_654);

    let answer = batch(&commission, "/reports/batch", &items).await.expect(200);

    assert_eq!((&answer.json["saved"], &answer.json["refused"]), (&json!(1_200), &json!(1)));
    assert_eq!(outcomes(&answer)[777], row(404, "not-found"));
    let waiting = commission.get("/reports?state=submitted&limit=1").await.expect(200);
    assert_eq!(waiting.json["total"], 1_200);
}

async fn imported_reports_are_submitted_in_the_same_run(app: TestApp) {
    let commission = app.commission().await;
    let one = commission.project("一号", json!({})).await;
    let two = commission.project("二号", json!({})).await;
    let file = format!(
        "project_id,month,completed_wan,zero_reason\n{one},2021-06,12.50,\n{two},2021-06,0,\n"
    );
    let good = file.replace("2021-06,0,", "2021-06,0,雨季停工");
    let import = async |query: &str, file: &str| {
        commission.import(&format!("kind=reports{query}"), file.as_bytes().to_vec()).await
    };
    let states = async || -> Vec<Value> {
        let list = commission.get("/reports").await.expect(200);
        list.items().iter().map(|report| report["state"].clone()).collect()
    };

    let refused = import("&submit=true", &file).await.expect(422);
    let tried = import("&submit=true&dry_run=true", &good).await.expect(200);
    let none = states().await;
    let drafted = import("", &good).await.expect(200);
    let drafts = states().await;
    let submitted = import("&submit=true", &good).await.expect(200);
    let again = import("&submit=true", &good).await.expect(200);

    assert_eq!(refused.errors().last().unwrap().1, "zero-reason-required", "{}", refused.text);
    assert_eq!((tried.counts(), none.len()), ([2, 0, 0], 0));
    assert_eq!((drafted.counts(), drafts), ([2, 0, 0], vec![json!("draft"), json!("draft")]));
    assert_eq!((submitted.counts(), again.counts()), ([0, 2, 0], [0, 0, 2]));
    assert_eq!(states().await, ["submitted", "submitted"]);
    let projects = commission.import("kind=projects&submit=true", b"name\n".to_vec()).await;
    assert_eq!(projects.expect(400).errors()[0].0, "?submit");
}

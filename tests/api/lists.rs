//! What every list has, what the project list is filtered by, and what the document says of both.

use serde_json::{Value, json};

use crate::documents::{document, operations};
use crate::exports::copy_project;
use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    every_list_has_limit_cursor_and_next,
    a_list_that_is_sent_whole_can_be_read_in_pages,
    projects_are_selected_by_id_change_amount_and_date,
    projects_are_selected_by_their_light,
    more_projects_are_selected_by_light_than_a_query_binds,
    reports_milestones_and_issues_are_selected_by_amount_and_date,
    every_problem_has_a_page,
    the_root_of_the_api_lists_the_resources,
    the_document_says_what_may_grow_and_when_to_wait,
];

async fn names(actor: &Actor, path: &str) -> Vec<String> {
    let list = actor.get(path).await.expect(200);
    list.items().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

async fn every_list_has_limit_cursor_and_next(app: TestApp) {
    let commission = app.commission().await;
    let document = document();
    let mut lists = 0;
    for (path, method, operation) in operations(&document) {
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        let name = schema["$ref"].as_str().unwrap_or_default().rsplit('/').next().unwrap();
        let properties = &document["components"]["schemas"][name]["properties"];
        // The units of a project, and its ids elsewhere, are one record with one version, replaced
        // whole.
        let is_one = path.ends_with("/units") || path.ends_with("/external-ids");
        if is_one && path.contains('{') {
            continue;
        }
        if method != "get"
            || properties["items"]["type"] != "array"
            || properties["total"].is_null()
        {
            continue;
        }
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for needed in ["limit", "cursor"] {
            assert!(parameters.iter().any(|p| p["name"] == needed), "{path} lacks {needed}");
        }
        assert!(!properties["next"].is_null(), "{path} lacks next");
        lists += 1;
        if path.contains('{') {
            continue;
        }
        let by = if parameters.iter().any(|p| p["name"] == "year" && p["required"] == true) {
            "year=2021&"
        } else {
            ""
        };
        let answer = commission.get(&format!("{path}?{by}limit=1")).await;
        let wrong = commission.get(&format!("{path}?{by}cursor=nowhere")).await;
        if answer.status == 200 {
            assert!(answer.items().len() <= 1, "{path}");
            assert_eq!(wrong.status, 400, "{path}: {}", wrong.text);
        }
    }
    assert!(lists >= 28, "{lists}");
}

async fn a_list_that_is_sent_whole_can_be_read_in_pages(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("一号", json!({})).await;
    for code in ["main_structure", "operation", "tender"] {
        let step = json!({"code": code, "baseline_date": "2023-08-31"});
        commission.post(&format!("/projects/{project}/milestones"), &step).await.expect(201);
    }
    let paths = [
        "/areas",
        "/industries",
        "/milestone-templates",
        "/reporting-months",
        "/reporting-months?year=2021",
    ];
    for path in
        paths.map(str::to_owned).into_iter().chain([format!("/projects/{project}/milestones")])
    {
        let whole = commission.get(&path).await.expect(200);
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut next = format!("{path}{separator}limit=2");
        let mut paged: Vec<Value> = Vec::new();
        loop {
            let page = commission.get(&next).await.expect(200);
            assert_eq!(page.json["total"], whole.json["total"], "{path}");
            paged.extend(page.items().clone());
            match page.json["next"].as_str() {
                Some(address) => next = app.root(address),
                None => break,
            }
        }
        assert_eq!(&paged, whole.items(), "{path}");
        assert!(paged.len() > 2 && whole.json.get("next").is_none(), "{path}");
    }
}

async fn projects_are_selected_by_id_change_amount_and_date(app: TestApp) {
    let commission = app.commission().await;
    let small = json!({"total_investment_wan": "500.00", "planned_start": "2021-01-15", "planned_finish": "2021-12-31"});
    let one = commission.project("小", small).await;
    let two = commission.project("中", json!({"planned_operation": "2022-12-01"})).await;
    let large = json!({"total_investment_wan": "90000.01", "planned_start": null, "actual_start": "2021-06-30"});
    commission.project("大", large).await;

    let expected: [(String, &[&str]); 14] = [
        (format!("ids={one},{two},987654"), &["小", "中"]),
        ("ids=987654".to_owned(), &[]),
        ("total_investment_wan_from=10000.00".to_owned(), &["中", "大"]),
        ("total_investment_wan_to=10000.00".to_owned(), &["小", "中"]),
        ("total_investment_wan_from=500.01&total_investment_wan_to=90000.00".to_owned(), &["中"]),
        ("planned_start_from=2021-01-16".to_owned(), &["中"]),
        ("planned_start_to=2021-01-15".to_owned(), &["小"]),
        ("planned_finish_from=2022-01-01&planned_finish_to=2022-12-31".to_owned(), &["中", "大"]),
        ("planned_operation_from=2000-01-01".to_owned(), &["中"]),
        ("actual_start_from=2021-06-30&actual_start_to=2021-06-30".to_owned(), &["大"]),
        ("actual_finish_to=2031-01-01".to_owned(), &[]),
        ("actual_operation_from=2001-01-01".to_owned(), &[]),
        ("updated_since=2021-07-01T02:00:00Z".to_owned(), &["小", "中", "大"]),
        ("updated_since=2021-07-01T10:00:01%2B08:00".to_owned(), &[]),
    ];
    for (query, found) in expected {
        assert_eq!(names(&commission, &format!("/projects?{query}")).await, found, "{query}");
    }
    app.clock.pass_seconds(60);
    commission.assign(one, &[(app.unit_id("甲公司").await, "owner")]).await;
    assert_eq!(names(&commission, "/projects?updated_since=2021-07-01T02:00:30Z").await, ["小"]);
    let bad = [
        "ids=",
        "ids=1,",
        "ids=a",
        "updated_since=2021-07-01",
        "total_investment_wan_from=x",
        "total_investment_wan_from=-",
        "planned_start_from=2021-02-30",
        "actual_start_to=yesterday",
    ];
    for bad in bad {
        let refused = commission.get(&format!("/projects?{bad}")).await.expect(400);
        let name = bad.split('=').next().unwrap();
        assert_eq!(refused.errors()[0].0, format!("?{name}"), "{bad}");
    }
    let turned = "planned_start_from=2021-02-01&planned_start_to=2021-01-01&total_investment_wan_from=2.00&total_investment_wan_to=1.00";
    let refused = commission.get(&format!("/projects?{turned}")).await.expect(400);
    let pointers: Vec<_> = refused.errors().into_iter().map(|e| e.0).collect();
    assert_eq!(pointers, ["?total_investment_wan_to", "?planned_start_to"], "all at once");
}

async fn projects_are_selected_by_their_light(app: TestApp) {
    let commission = app.commission().await;
    for (name, completed) in [("好", "600.00"), ("差", "1.00")] {
        let id = commission.project(name, json!({})).await;
        commission.plan_year(id, 100).await;
        commission.confirmed(id, "2021-06", completed).await;
    }
    let lights = commission.get("/summaries/lights/projects?year=2021").await.expect(200);
    let mut seen = 0;
    for light in ["green", "yellow", "red", "grey", "blue"] {
        let shown = lights.items().iter().filter(|p| p["light"] == light);
        let shown: Vec<_> = shown.map(|p| p["project"].as_str().unwrap().to_owned()).collect();
        assert_eq!(
            names(&commission, &format!("/projects?light={light}&year=2021")).await,
            shown,
            "{light}"
        );
        assert_eq!(names(&commission, &format!("/projects?light={light}")).await, shown, "{light}");
        let file = commission.get(&format!("/projects?light={light}&format=csv")).await.expect(200);
        assert_eq!(file.header("row-count"), shown.len().to_string());
        seen += shown.len();
    }
    assert_eq!(seen, 2);
    commission.get("/projects?light=purple").await.expect(400);
}

async fn more_projects_are_selected_by_light_than_a_query_binds(app: TestApp) {
    let commission = app.commission().await;
    let first = commission.project("一号", json!({})).await;
    copy_project(&app, first, 33_000).await;

    // Nothing is planned or reported, so all are grey. SQLite binds 32,766 values.
    let grey = commission.get("/projects?light=grey&limit=1").await.expect(200);
    let red = commission.get("/projects?light=red&limit=1").await.expect(200);

    assert_eq!((&grey.json["total"], &red.json["total"]), (&json!(33_001), &json!(0)));
    assert_eq!(grey.items()[0]["id"], first);
}

async fn reports_milestones_and_issues_are_selected_by_amount_and_date(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    let project = commission.project("一号", json!({})).await;
    commission.assign(project, &[(app.unit_id("甲公司").await, "owner")]).await;
    commission.confirmed(project, "2021-04", "10.00").await;
    commission.confirmed(project, "2021-05", "20.00").await;
    for (code, day) in [("main_structure", "2023-08-31"), ("operation", "2024-08-31")] {
        let step = json!({"code": code, "baseline_date": day});
        commission.post(&format!("/projects/{project}/milestones"), &step).await.expect(201);
    }
    for day in ["2031-01-01", "2032-01-01"] {
        let issue = json!({"title": "用地", "category": "land", "level": "county", "asked": "请协调", "due_on": day});
        owner.post(&format!("/projects/{project}/issues"), &issue).await.expect(201);
    }
    for (path, count) in [
        ("/reports?completed_wan_from=10.01", 1),
        ("/reports?completed_wan_from=10.00&completed_wan_to=20.00", 2),
        ("/reports?completed_wan_to=9.99", 0),
        ("/milestones?baseline_date_from=2024-01-01", 1),
        ("/milestones?baseline_date_to=2024-08-31", 2),
        ("/milestones?actual_date_from=2000-01-01", 0),
        ("/milestones?forecast_date_to=2030-01-01", 0),
        ("/issues?due_on_from=2031-01-02", 1),
        ("/issues?due_on_to=2031-01-01", 1),
        ("/issues?ids=0", 0),
        ("/issues?updated_since=2021-07-01T02:00:00Z", 2),
        ("/issues?updated_since=2021-07-01T02:00:01Z", 0),
    ] {
        let list = commission.get(path).await.expect(200);
        assert_eq!(list.json["total"], count, "{path}");
    }
    let of_other = commission.get(&format!("/issues?project={}", project + 1)).await.expect(200);
    assert_eq!(of_other.json["total"], 0);
    for (path, pointer) in [
        ("/reports?completed_wan_from=2.00&completed_wan_to=1.00", "?completed_wan_to"),
        (
            "/milestones?baseline_date_from=2024-01-02&baseline_date_to=2024-01-01",
            "?baseline_date_to",
        ),
        ("/issues?due_on_from=2024-01-02&due_on_to=2024-01-01", "?due_on_to"),
    ] {
        assert_eq!(commission.get(path).await.expect(400).errors()[0].0, pointer);
    }
}

async fn every_problem_has_a_page(app: TestApp) {
    let stranger = app.stranger();
    let commission = app.commission().await;
    let problems = [
        stranger.get("/projects").await,
        commission.get("/projects/4711").await,
        commission.get("/projects?colour=red").await,
        commission.post("/units", &json!({})).await,
        commission.get("/users").await,
        commission.delete("/projects").await,
        commission.get("/events?after=99999").await,
    ];
    for problem in problems {
        let kind = problem.json["type"].as_str().unwrap();
        let page = stranger.get(&app.root(kind)).await.expect(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.text.contains(problem.code()) && page.text.contains("问题代码"), "{kind}");
        let request =
            stranger.request(reqwest::Method::GET, &app.root(kind)).header("Accept-Language", "en");
        assert!(stranger.send(request).await.text.contains("Problem codes"));
    }
    assert!(stranger.get(&app.root("/problems")).await.expect(200).text.contains("feed-reset"));
    for unknown in ["/problems/nonsense", "/problems/%3Cscript%3E"] {
        stranger.get(&app.root(unknown)).await.expect(404);
    }
}

async fn the_root_of_the_api_lists_the_resources(app: TestApp) {
    let stranger = app.stranger();
    let commission = app.commission().await;
    for path in ["/api/v1", "/api/v1/"] {
        let index = stranger.get(&app.root(path)).await.expect(200).json;
        let resources = index["resources"].as_array().unwrap();
        let has =
            |href: &str| resources.iter().any(|r| r["href"] == href && r["title"].is_string());
        assert!(has("/api/v1/projects") && has("/api/v1/restatements") && has("/api/v1/events"));
        for resource in resources {
            let answer = commission.get(&app.root(resource["href"].as_str().unwrap())).await;
            assert!([200, 400, 403, 404].contains(&answer.status), "{resource} {}", answer.status);
        }
        stranger.get(&app.root(index["openapi"].as_str().unwrap())).await.expect(200);
    }
}

async fn the_document_says_what_may_grow_and_when_to_wait(_app: TestApp) {
    let document = document();
    let words = document["info"]["description"].as_str().unwrap();
    for promise in ["Deprecation", "may be added", "Retry-After", "/problems/{code}"] {
        assert!(words.contains(promise), "{promise}");
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let enums: Vec<_> = schemas.iter().filter(|(_, schema)| schema.get("enum").is_some()).collect();
    assert!(enums.len() > 15 && schemas.contains_key("EventKind"));
    for (name, schema) in enums {
        let said = schema["description"].as_str().unwrap_or_default();
        assert!(said.contains("Later releases may add values."), "{name}: {said}");
    }
    for status in [429, 503] {
        let response = &document["components"]["responses"][format!("Problem{status}")];
        assert!(response["headers"]["Retry-After"].is_object(), "{status}");
    }
    for (path, status) in
        [("/sessions", "429"), ("/oauth/token", "429"), ("/units", "409"), ("/events", "410")]
    {
        let method = if path == "/events" { "get" } else { "post" };
        let response = &document["paths"][path][method]["responses"][status];
        assert!(response.is_object(), "{path} {status}");
        if status == "409" {
            assert!(response["headers"]["Retry-After"].is_object(), "{path}");
        }
    }
}

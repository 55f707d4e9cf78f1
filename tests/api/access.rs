//! Access control: every operation refuses anonymous callers and wrong roles; resources of others
//! answer 404.

use major_projects::testing::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::documents::{document, operations};
use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    every_operation_refuses_strangers,
    every_operation_refuses_the_wrong_role,
    a_unit_sees_its_own_projects_and_no_others,
    an_area_sees_its_own_projects_and_no_others,
    a_restricted_project_is_hidden_from_viewers,
];

/// Operations without a token. This list may only shrink.
const PUBLIC: [&str; 3] = ["post /sessions", "post /sessions/refresh", "post /oauth/token"];
/// Operations for every logged-in caller, whatever its role.
const ANYBODY: [&str; 7] = [
    "get /me",
    "put /me/password",
    "get /sessions",
    "delete /sessions/current",
    "delete /sessions/{session_id}",
    "get /jobs",
    "get /jobs/{job_id}",
];

pub async fn call(actor: &Actor, method: &str, path: &str, body: Option<&Value>) -> u16 {
    let path = path
        // Nobody's: the sessions of those who call would end.
        .replace("/users/{user_id}/sessions", "/users/987654/sessions")
        .replace("{month}", "2021-05")
        .replace("{year}", "2021")
        .replace("{industry}", "next_gen_it")
        .replace("{area}", "dongying");
    let filled = path.split('/').map(|s| if s.starts_with('{') { "1" } else { s });
    let path = filled.collect::<Vec<_>>().join("/");
    let method: Method = method.to_uppercase().parse().unwrap();
    let request = actor.request(method, &path);
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    actor.send(request).await.status
}

async fn every_operation_refuses_strangers(app: TestApp) {
    let stranger = app.stranger();
    let mut refused = 0;
    for (path, method, operation) in operations(&document()) {
        let at = format!("{method} {path}");
        let public = operation["security"] == json!([]);
        assert_eq!(public, PUBLIC.contains(&at.as_str()), "{at}");
        if !public {
            // The caller is checked before the body.
            let nonsense = json!({"nonsense": true});
            assert_eq!(call(&stranger, &method, &path, Some(&nonsense)).await, 401, "{at}");
            refused += 1;
        }
    }
    assert!(refused > 40, "{refused}");
}

async fn every_operation_refuses_the_wrong_role(app: TestApp) {
    let commission = app.commission().await;
    let admin = app.role(Role::Admin).await;
    let viewer = app.role(Role::Viewer).await;
    let auditor = app.role(Role::Auditor).await;
    let unit = app.unit("某公司").await;
    for (path, method, _) in operations(&document()) {
        let at = format!("{method} {path}");
        if PUBLIC.contains(&at.as_str()) || ANYBODY.contains(&at.as_str()) {
            continue;
        }
        let accounts = ["/users", "/clients", "/proposals", "/personal-data"]
            .iter()
            .any(|p| path.starts_with(p));
        let reference =
            ["/industries", "/areas", "/units", "/plans"].iter().any(|p| path.starts_with(p));
        let reads = method == "get";
        let history = path.ends_with("/history") || path == "/events";
        let audit = path == "/access-log";
        let totp = path.starts_with("/me/totp");
        // Roles that read the feed may manage their own webhooks, and write nothing else.
        let hooks = path.starts_with("/webhooks");
        // Refused roles: accounts are for the administrator only, who has no other operations;
        // viewers and auditors do not write; units do not change reference data.
        let refused = [
            (&commission, accounts || audit),
            (&admin, !(accounts || totp || reference && reads)),
            (
                &viewer,
                accounts
                    || audit
                    || totp
                    || !reads
                    || history
                    || hooks
                    || commission_only("get", &path),
            ),
            (&auditor, !hooks && !totp && (accounts || !reads || !(reference || history || audit))),
            (
                &unit,
                accounts
                    || audit
                    || totp
                    || (reference && !reads)
                    || commission_only(&method, &path),
            ),
        ];
        for (actor, must_refuse) in refused {
            let status = call(actor, &method, &path, Some(&json!({"nonsense": true}))).await;
            if must_refuse {
                assert_eq!(status, 403, "{at}");
            } else {
                assert_ne!(status, 403, "{at}");
            }
        }
    }
}

/// Operations refused to a unit even for its own projects.
fn commission_only(method: &str, path: &str) -> bool {
    (method == "post" && path == "/projects")
        || path.ends_with("/transitions")
        || path.ends_with("/confirmation")
        || path.ends_with("/adjustments")
        || path == "/year-plans/batch"
        || (method == "post" && path.ends_with("/restatements"))
        || (method != "get" && path.starts_with("/reporting-months"))
        || path.ends_with("/content")
        || path.starts_with("/roll-overs")
        || (method != "get" && path.starts_with("/rules"))
        || (method != "get" && path.contains("/light-overrides"))
        || (method == "put"
            && (path.ends_with("/units")
                || path.ends_with("/external-ids")
                || path.contains("/year-plans/")))
}

async fn a_unit_sees_its_own_projects_and_no_others(app: TestApp) {
    let commission = app.commission().await;
    let (mine, theirs) = (app.unit("甲公司").await, app.unit("乙公司").await);
    let project = commission.project("甲项目", json!({})).await;
    let other = commission.project("乙项目", json!({})).await;
    commission.assign(project, &[(app.unit_id("甲公司").await, "owner")]).await;
    commission.assign(other, &[(app.unit_id("乙公司").await, "support")]).await;
    commission.plan_year(project, 100).await;
    commission.plan_year(other, 800).await;

    let list = mine.get("/projects").await.expect(200);
    let table = mine.get("/summaries/commitments?year=2021&through=2021-05").await.expect(200);

    assert_eq!(list.json["total"], 1);
    assert_eq!(list.items()[0]["name"], "甲项目");
    assert_eq!(table.json["scope"], "unit");
    assert_eq!(table.json["total"]["registered"]["project_count"], 1);
    assert_eq!(table.json["total"]["planned"]["annual_investment_wan"], "1200.00");
    for path in [
        "",
        "/units",
        "/milestones",
        "/reports",
        "/reports/2021-05",
        "/history",
        "/year-plans/2021",
    ] {
        assert_eq!(mine.get(&format!("/projects/{other}{path}")).await.status, 404, "{path}");
    }
    let report = json!({"completed_wan": "1.00"});
    mine.create(&format!("/projects/{other}/reports/2021-05"), &report).await.expect(404);
    mine.patch(&format!("/projects/{other}"), 1, &json!({"leader": "王"})).await.expect(404);
    mine.step(&format!("/projects/{other}/reports/2021-05/submission")).await.expect(404);
    theirs.get(&format!("/projects/{project}")).await.expect(404);
    theirs.get(&format!("/projects/{other}")).await.expect(200);
}

async fn an_area_sees_its_own_projects_and_no_others(app: TestApp) {
    let commission = app.commission().await;
    let hekou = app.area("hekou").await;
    let here = commission.project("河口项目", json!({"area": "hekou"})).await;
    let there = commission.project("东营项目", json!({"area": "dongying"})).await;

    let list = hekou.get("/projects").await.expect(200);

    assert_eq!((&list.json["total"], &list.items()[0]["id"]), (&json!(1), &json!(here)));
    hekou.get(&format!("/projects/{there}")).await.expect(404);
    let rows = hekou.get("/summaries/investment?year=2021&by=area").await.expect(200);
    assert_eq!(rows.json["rows"].as_array().unwrap().len(), 1);
}

async fn a_restricted_project_is_hidden_from_viewers(app: TestApp) {
    let commission = app.commission().await;
    let viewer = app.role(Role::Viewer).await;
    let auditor = app.role(Role::Auditor).await;
    commission.project("公开项目", json!({})).await;
    let hidden = commission.project("内部项目", json!({"visibility": "restricted"})).await;

    let list = viewer.get("/projects").await.expect(200);

    assert_eq!(list.json["total"], 1);
    viewer.get(&format!("/projects/{hidden}")).await.expect(404);
    auditor.get(&format!("/projects/{hidden}/history")).await.expect(200);
    let table = viewer.get("/summaries/commitments?year=2021").await.expect(200);
    assert_eq!(table.json["scope"], "open");
    assert_eq!(table.json["total"]["registered"]["project_count"], 1);
}

//! User accounts, managed by the administrator.

use major_projects::testing::Role;
use serde_json::json;

use crate::support::app::{PASSWORD, TestApp};
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    an_account_is_made_changed_and_disabled_at_once,
    a_role_needs_its_unit_or_area_and_nothing_else,
    a_name_is_taken_once,
    a_change_of_role_works_at_once,
    accounts_are_found_by_role_name_and_whether_they_may_log_in,
];

async fn accounts_are_found_by_role_name_and_whether_they_may_log_in(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    for (username, name, role) in
        [("li.na", "李娜", "viewer"), ("wang_x", "王 50%", "auditor"), ("wangyx", "王燕", "viewer")]
    {
        let body =
            json!({"username": username, "display_name": name, "role": role, "password": PASSWORD});
        let made = admin.post("/users", &body).await;
        if role == "auditor" {
            app.second_admin().await.approve(&made).await.expect(200);
        } else {
            made.expect(201);
        }
    }
    let all = admin.get("/users").await.expect(200);
    let id = |name: &str| {
        let found = all.items().iter().find(|u| u["username"] == name);
        found.unwrap()["id"].as_i64().unwrap()
    };
    let path = format!("/users/{}", id("li.na"));
    admin.patch(&path, 1, &json!({"disabled": true})).await.expect(200);
    let names = async |query: &str| {
        let list = admin.get(&format!("/users?{query}")).await.expect(200);
        let names: Vec<String> =
            list.items().iter().map(|u| u["username"].as_str().unwrap().to_owned()).collect();
        assert_eq!(list.json["total"], names.len());
        names
    };

    assert_eq!(names("role=viewer").await, ["li.na", "wangyx"]);
    assert_eq!(names("role=viewer&role=auditor&disabled=false").await, ["wang_x", "wangyx"]);
    assert_eq!(names("disabled=true").await, ["li.na"]);
    assert_eq!(names("q=WANG_").await, ["wang_x"]);
    assert_eq!(names("q=%E7%8E%8B").await, ["wang_x", "wangyx"]);
    assert_eq!(names("q=50%25").await, ["wang_x"]);
    let wrong = admin.get("/users?role=king").await.expect(400);
    assert_eq!(wrong.errors()[0].0, "?role/0");
}

async fn an_account_is_made_changed_and_disabled_at_once(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let new = json!({"username": "li.na", "display_name": "李娜", "role": "viewer", "password": PASSWORD});

    let made = admin.post("/users", &new).await.expect(201);
    let path = format!("/users/{}", made.id());
    let first = app.log_in("li.na", PASSWORD).await;
    assert_eq!(first.get("/projects").await.expect(403).code(), "password-change-required");
    let disabled = admin.patch(&path, 1, &json!({"disabled": true})).await.expect(200);

    assert_eq!(made.header("location"), format!("/api/v1{path}"));
    assert!(disabled.json["disabled_at"].is_string());
    first.get("/me").await.expect(401);
    app.stranger()
        .post("/sessions", &json!({"username": "li.na", "password": PASSWORD}))
        .await
        .expect(401);
    let enabled = admin.patch(&path, 2, &json!({"disabled": false})).await.expect(200);
    assert!(enabled.json["disabled_at"].is_null());
    admin
        .put(&format!("{path}/password"), &json!({"password": "window ladder orchid 93"}))
        .await
        .expect(200);
    app.log_in("li.na", "window ladder orchid 93").await;
    assert_eq!(admin.get("/users?limit=1").await.json["total"], 2);
}

async fn a_role_needs_its_unit_or_area_and_nothing_else(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let base = json!({"username": "li.na", "display_name": "李娜", "password": PASSWORD});
    let cases = [
        (json!({"role": "unit"}), "/unit_id", "required"),
        (json!({"role": "area"}), "/area_id", "required"),
        (json!({"role": "viewer", "unit_id": 1}), "/unit_id", "not-allowed"),
        (json!({"role": "unit", "unit_id": 987_654}), "/unit_id", "not-there"),
        (json!({"role": "viewer", "password": "short"}), "/password", "too-short"),
        (json!({"role": "viewer", "username": "李"}), "/username", "too-short"),
        (json!({"role": "viewer", "username": "李娜"}), "/username", "wrong-form"),
        (json!({"role": "king"}), "/role", "not-one-of"),
    ];
    for (other, pointer, code) in cases {
        let mut body = base.clone();
        for (field, value) in other.as_object().unwrap() {
            body[field] = value.clone();
        }

        let refused = admin.post("/users", &body).await.expect(422);

        assert!(
            refused.errors().contains(&(pointer.into(), code.into())),
            "{body}: {}",
            refused.text
        );
    }
    assert_eq!(admin.get("/users").await.json["total"], 1);
}

async fn a_name_is_taken_once(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let new = json!({"username": "Li.Na", "display_name": "李娜", "role": "viewer", "password": PASSWORD});
    admin.post("/users", &new).await.expect(201);

    let again = admin.post("/users", &new).await.expect(409);

    assert_eq!(again.code(), "taken");
}

async fn a_change_of_role_works_at_once(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let viewer = app.role(Role::Viewer).await;
    let id = viewer.get("/me").await.id();
    viewer.get("/projects").await.expect(200);

    let waits = admin.patch(&format!("/users/{id}"), 1, &json!({"role": "auditor"})).await;
    viewer.get("/projects").await.expect(200);
    app.second_admin().await.approve(&waits).await.expect(200);

    viewer.get("/projects").await.expect(403);
}

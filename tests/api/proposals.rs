//! Grants of commission, auditor and administrator wait for a second person.

use major_projects::testing::Config;
use major_projects::testing::Role;
use major_projects::testing::SecondPerson;
use major_projects::testing::events::seal;
use reqwest::Method;
use serde_json::{Value, json};

use crate::commands::{command, run};
use crate::support::actor::{Actor, Answer};
use crate::support::app::{PASSWORD, TestApp};
use crate::support::browser::{Browser, words};
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_new_privileged_account_waits_and_is_made_by_the_approval,
    a_change_of_role_waits_with_everything_else_of_the_request,
    enabling_a_privileged_account_is_a_grant_too,
    other_changes_wait_for_nobody,
    who_proposed_or_gains_or_has_the_same_name_cannot_approve,
    who_may_know_anothers_password_cannot_approve_with_it,
    a_proposal_is_refused_or_withdrawn_once,
    what_has_changed_meanwhile_makes_a_proposal_stale,
    every_step_leaves_an_event_for_the_auditor,
    the_secret_of_a_proposal_is_shown_to_nobody_and_not_kept,
    a_repeated_request_makes_one_proposal_and_one_account,
    one_administrator_alone_approves_after_a_day_if_the_setting_says_so,
    the_command_line_needs_no_second_person,
    the_page_of_accounts_lists_and_decides,
];

fn person(name: &str, role: &str) -> Value {
    json!({"username": name, "display_name": format!("{name} 同志"), "role": role, "password": "window ladder orchid 93"})
}

async fn decide(actor: &Actor, waiting: &Answer, step: &str, body: Option<Value>) -> Answer {
    let path = format!("/proposals/{}/{step}", waiting.id());
    let tag = format!("\"{}\"", waiting.json["version"]);
    let request = actor.request(Method::POST, &path).header("If-Match", tag);
    actor
        .send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
}

async fn a_new_privileged_account_waits_and_is_made_by_the_approval(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    for role in ["commission", "auditor", "admin"] {
        let name = format!("new.{role}");
        let shown = json!({"username": name, "password": "window ladder orchid 93"});

        let waits = admin.post("/users", &person(&name, role)).await.expect(202);
        app.stranger().post("/sessions", &shown).await.expect(401);
        let listed = second.get("/proposals?state=open").await.expect(200);
        let approved = second.approve(&waits).await.expect(200);

        assert_eq!(waits.header("location"), format!("/api/v1/proposals/{}", waits.id()));
        assert_eq!(
            (&waits.json["state"], &waits.json["subject_id"]),
            (&json!("open"), &Value::Null)
        );
        assert_eq!(listed.items()[0]["id"], waits.id());
        assert_eq!(
            waits.json["effects"][2],
            json!({"field": "role", "before": null, "after": role})
        );
        assert_eq!(approved.json["state"], "approved");
        let made = admin.get(&format!("/users/{}", approved.json["subject_id"])).await.expect(200);
        assert_eq!((&made.json["username"], &made.json["role"]), (&json!(name), &json!(role)));
        assert_eq!(made.json["must_change_password"], true);
        app.stranger().post("/sessions", &shown).await.expect(201);
    }
    assert_eq!(second.get("/proposals?state=open").await.json["total"], 0);
    assert_eq!(second.get("/proposals").await.json["total"], 3);
}

async fn a_change_of_role_waits_with_everything_else_of_the_request(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let id = admin.post("/users", &person("li.na", "viewer")).await.expect(201).id();
    let path = format!("/users/{id}");

    let patch = json!({"role": "commission", "display_name": "李娜"});
    admin.patch(&path, 7, &patch).await.expect(412);
    let waits = admin.patch(&path, 1, &patch).await.expect(202);
    let before = admin.get(&path).await.expect(200);
    second.approve(&waits).await.expect(200);
    let after = admin.get(&path).await.expect(200);

    assert_eq!(
        (&waits.json["subject_id"], &waits.json["kind"]),
        (&json!(id), &json!("user_change"))
    );
    assert_eq!((&before.json["role"], &before.json["version"]), (&json!("viewer"), &json!(1)));
    assert_eq!(
        (&after.json["role"], &after.json["display_name"]),
        (&json!("commission"), &json!("李娜"))
    );
    assert_eq!(after.json["version"], 2);
}

async fn enabling_a_privileged_account_is_a_grant_too(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let id = app.role(Role::Auditor).await.get("/me").await.id();
    let path = format!("/users/{id}");

    admin.patch(&path, 1, &json!({"disabled": true})).await.expect(200);
    let waits = admin.patch(&path, 2, &json!({"disabled": false})).await.expect(202);
    assert!(admin.get(&path).await.json["disabled_at"].is_string());
    second.approve(&waits).await.expect(200);

    assert!(admin.get(&path).await.json["disabled_at"].is_null());
}

async fn other_changes_wait_for_nobody(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let id = app.commission().await.get("/me").await.id();
    let path = format!("/users/{id}");

    admin.post("/users", &person("li.na", "viewer")).await.expect(201);
    admin.patch(&path, 1, &json!({"display_name": "新名"})).await.expect(200);
    // Taking a role away is no grant.
    admin.patch(&path, 2, &json!({"role": "viewer"})).await.expect(200);

    assert_eq!(admin.get("/proposals").await.json["total"], 0);
}

async fn who_proposed_or_gains_or_has_the_same_name_cannot_approve(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let waits = admin.post("/users", &person("new.one", "admin")).await.expect(202);

    let own = admin.approve(&waits).await.expect(403);
    // Another account of the same person.
    let id = second.get("/me").await.id();
    let name = json!({"display_name": "ADMIN"});
    admin.patch(&format!("/users/{id}"), 1, &name).await.expect(200);
    let same_name = second.approve(&waits).await.expect(403);
    // Nor the one whom it is for.
    admin.patch(&format!("/users/{id}"), 2, &json!({"display_name": "王"})).await.expect(200);
    let viewer = app.role(Role::Viewer).await;
    let viewer_id = viewer.get("/me").await.id();
    let for_viewer =
        admin.patch(&format!("/users/{viewer_id}"), 1, &json!({"role": "admin"})).await;
    viewer.approve(&for_viewer).await.expect(403);

    for refused in [&own, &same_name] {
        assert_eq!(refused.code(), "second-person-needed");
    }
    for role in [Role::Commission, Role::Auditor, Role::Viewer] {
        app.role(role).await.get("/proposals").await.expect(403);
    }
    second.approve(&waits).await.expect(200);
}

async fn who_may_know_anothers_password_cannot_approve_with_it(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let waits = admin.post("/users", &person("new.one", "commission")).await.expect(202);
    // The administrator takes over the account of the second one.
    let id = second.get("/me").await.id();
    let reset = json!({"password": "window ladder orchid 93"});
    admin.put(&format!("/users/{id}/password"), &reset).await.expect(200);
    let taken = app.log_in("second.admin", "window ladder orchid 93").await;
    let own = json!({"current_password": "window ladder orchid 93", "new_password": PASSWORD});
    taken.put("/me/password", &own).await.expect(422);
    let own = json!({"current_password": "window ladder orchid 93", "new_password": "copper river meadow 51"});
    taken.put("/me/password", &own).await.expect(204);

    let refused = taken.approve(&waits).await.expect(403);
    app.clock.pass_hours(24);
    let later = app.log_in("second.admin", "copper river meadow 51").await;

    assert_eq!(refused.code(), "password-set-by-another");
    later.approve(&waits).await.expect(200);
}

async fn a_proposal_is_refused_or_withdrawn_once(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let first = admin.post("/users", &person("one.one", "commission")).await.expect(202);
    let other = admin.post("/users", &person("two.two", "commission")).await.expect(202);
    let reason = json!({"reason": "该同志已调离"});

    decide(&second, &first, "refusal", Some(json!({"reason": ""}))).await.expect(422);
    decide(&admin, &first, "refusal", Some(reason.clone())).await.expect(403);
    let refused = decide(&second, &first, "refusal", Some(reason)).await.expect(200);
    let not_own = decide(&second, &other, "withdrawal", None).await.expect(403);
    let withdrawn = decide(&admin, &other, "withdrawal", None).await.expect(200);

    assert_eq!(
        (&refused.json["state"], &refused.json["reason"]),
        (&json!("refused"), &json!("该同志已调离"))
    );
    assert_eq!(not_own.code(), "not-proposer");
    assert_eq!(withdrawn.json["state"], "withdrawn");
    for waiting in [&first, &other] {
        let again = second.approve(waiting).await.expect(409);
        assert_eq!(again.code(), "proposal-decided");
    }
    let without = second.step(&format!("/proposals/{}/approval", first.id())).await;
    assert_eq!(without.status, 428);
    assert_eq!(admin.get("/users?q=one.one").await.json["total"], 0);
}

async fn what_has_changed_meanwhile_makes_a_proposal_stale(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let id = admin.post("/users", &person("li.na", "viewer")).await.expect(201).id();
    let path = format!("/users/{id}");
    let waits = admin.patch(&path, 1, &json!({"role": "commission"})).await.expect(202);
    admin.patch(&path, 1, &json!({"display_name": "改名"})).await.expect(200);

    let refused = second.approve(&waits).await.expect(409);
    let proposal = second.get(&format!("/proposals/{}", waits.id())).await.expect(200);
    let again = second.approve(&waits).await.expect(409);

    assert_eq!((refused.code(), again.code()), ("proposal-stale", "proposal-decided"));
    assert_eq!(proposal.json["state"], "stale");
    assert_eq!(admin.get(&path).await.json["role"], "viewer");
    // A user name that was given to another.
    let first = admin.post("/users", &person("new.one", "auditor")).await.expect(202);
    admin.post("/users", &person("new.one", "viewer")).await.expect(201);
    assert_eq!(second.approve(&first).await.expect(409).code(), "proposal-stale");
    admin.post("/users", &person("new.one", "auditor")).await.expect(409);
}

async fn every_step_leaves_an_event_for_the_auditor(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let auditor = app.role(Role::Auditor).await;
    let commission = app.commission().await;
    let approved = admin.post("/users", &person("one.one", "commission")).await.expect(202);
    let refused = admin.post("/users", &person("two.two", "commission")).await.expect(202);
    let withdrawn = admin.post("/users", &person("three.x", "commission")).await.expect(202);
    second.approve(&approved).await.expect(200);
    decide(&second, &refused, "refusal", Some(json!({"reason": "不需要"}))).await.expect(200);
    decide(&admin, &withdrawn, "withdrawal", None).await.expect(200);
    app.db.write(seal::seal_all).await.unwrap();

    let feed = auditor.get("/events?limit=1000").await.expect(200);
    let steps: Vec<_> = feed
        .items()
        .iter()
        .filter(|e| e["subject_kind"] == "proposal" || e["kind"] == "user.created")
        .map(|e| (e["kind"].as_str().unwrap(), e["actor"].as_str().unwrap()))
        .collect();
    assert_eq!(
        steps,
        [
            ("proposal.submitted", "admin"),
            ("proposal.submitted", "admin"),
            ("proposal.submitted", "admin"),
            ("user.created", "second.admin"),
            ("proposal.approved", "second.admin"),
            ("proposal.refused", "second.admin"),
            ("proposal.withdrawn", "admin"),
        ]
    );
    let approval = feed.items().iter().find(|e| e["kind"] == "proposal.approved").unwrap();
    let proposer = json!({"field": "proposed_by", "before": null, "after": "admin"});
    assert!(approval["changes"].as_array().unwrap().contains(&proposer), "{approval}");
    assert_eq!(approval["subject"]["href"], format!("/api/v1/proposals/{}", approved.id()));
    let others = commission.get("/events?limit=1000").await.expect(200);
    assert!(!others.text.contains("proposal."));
}

async fn the_secret_of_a_proposal_is_shown_to_nobody_and_not_kept(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let auditor = app.role(Role::Auditor).await;
    let waits = admin.post("/users", &person("new.one", "commission")).await.expect(202);
    let approved = second.approve(&waits).await.expect(200);
    let listed = second.get("/proposals").await.expect(200);
    app.db.write(seal::seal_all).await.unwrap();
    let feed = auditor.get("/events?limit=1000").await.expect(200);

    for answer in [&waits, &approved, &listed, &feed] {
        assert!(!answer.text.contains("argon2") && !answer.text.contains("orchid"));
    }
    let id = major_projects::testing::ProposalId(waits.id());
    let look = move |conn: &mut _| major_projects::testing::proposals::get(conn, id);
    assert_eq!(app.db.read(look).await.unwrap().input, "");
}

async fn a_repeated_request_makes_one_proposal_and_one_account(app: TestApp) {
    let (admin, second) = (app.role(Role::Admin).await, app.second_admin().await);
    let propose = async || {
        let request = admin.request(Method::POST, "/users").header("Idempotency-Key", "k-1");
        admin.send(request.json(&person("new.one", "commission"))).await.expect(202)
    };
    let (first, again) = (propose().await, propose().await);
    let approve = async || {
        let path = format!("/proposals/{}/approval", first.id());
        let request = second.request(Method::POST, &path).header("If-Match", "\"1\"");
        second.send(request.header("Idempotency-Key", "k-2")).await.expect(200)
    };
    let (approved, repeated) = (approve().await, approve().await);

    assert_eq!((first.id(), first.header("etag")), (again.id(), again.header("etag")));
    assert_eq!(
        (again.header("idempotency-replayed"), again.header("location")),
        ("true", first.header("location"))
    );
    assert_eq!(approved.text, repeated.text);
    assert_eq!(admin.get("/proposals").await.json["total"], 1);
}

async fn one_administrator_alone_approves_after_a_day_if_the_setting_says_so(app: TestApp) {
    let delayed = Config { second_person: SecondPerson::Delayed, ..Config::for_tests() };
    let small = app.beside(delayed).await;
    let admin = small.role(Role::Admin).await;
    let waits = admin.post("/users", &person("new.one", "commission")).await.expect(202);
    let other = admin.post("/users", &person("new.two", "commission")).await.expect(202);

    admin.approve(&waits).await.expect(403);
    small.clock.pass_hours(24);
    let later = small.log_in("admin", PASSWORD).await;
    later.approve(&waits).await.expect(200);
    // With a second administrator nobody is alone.
    small.second_admin().await;
    later.approve(&other).await.expect(403);

    app.clock.pass_hours(24);
    let strict = app.log_in("admin", PASSWORD).await;
    strict.approve(&other).await.expect(403);
}

async fn the_command_line_needs_no_second_person(app: TestApp) {
    let file = app.database.folder.path().join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let file = file.to_string_lossy().into_owned();
    for name in ["first.admin", "other.admin"] {
        let add = ["user", "add", name, "--role", "admin", "--password-file", &file];
        assert!(run(command(&app, &add)).await.status.success());
    }
    let mut admins = Vec::new();
    for name in ["first.admin", "other.admin"] {
        let first = app.log_in(name, PASSWORD).await;
        let own = json!({"current_password": PASSWORD, "new_password": "window ladder orchid 93"});
        first.put("/me/password", &own).await.expect(204);
        admins.push(app.log_in(name, "window ladder orchid 93").await);
    }

    // Both can work at once: the operator who made them is no administrator.
    let waits = admins[0].post("/users", &person("new.one", "commission")).await.expect(202);
    admins[1].approve(&waits).await.expect(200);
}

async fn the_page_of_accounts_lists_and_decides(app: TestApp) {
    app.role(Role::Admin).await;
    app.second_admin().await;
    let (admin, second) =
        (Browser::log_in(&app, "admin").await, Browser::log_in(&app, "second.admin").await);
    for name in ["one.one", "two.two", "three.x"] {
        let new = [("username", name), ("display_name", name), ("role", "commission")];
        let made = admin.post_form("/accounts", &new).await.expect(200);
        assert!(made.says("须由另一位管理员批准后才能登录"), "{}", made.html);
    }
    let own = admin.open("/accounts").await;
    let waiting = second.open("/accounts").await;
    let path = |html: &str, step: &str| {
        let end = html.find(&format!("/{step}\"")).unwrap();
        let start = html[..end].rfind("/accounts/proposals/").unwrap();
        format!("{}/{step}", &html[start..end])
    };

    assert!(words(&waiting).contains("待第二人批准 3"), "{}", words(&waiting));
    assert!(own.contains("/withdrawal") && !own.contains("/approval"));
    assert!(waiting.contains("/approval") && !waiting.contains("/withdrawal"));
    let version = [("version", "1")];
    admin.post_form(&path(&waiting, "approval"), &version).await.expect(403);
    let approved = second.post_form(&path(&waiting, "approval"), &version).await.expect(303);
    assert_eq!(approved.location, "/accounts?said=proposal-approved");
    let left = second.open("/accounts").await;
    let refusal = [("version", "1"), ("reason", "不需要")];
    second.post_form(&path(&left, "refusal"), &refusal).await.expect(303);
    let last = admin.open("/accounts").await;
    admin.post_form(&path(&last, "withdrawal"), &version).await.expect(303);
    let none = words(&admin.open("/accounts").await);
    assert!(!none.contains("待第二人批准") && none.contains("three.x"), "{none}");
    // The role of an account is proposed on its own page.
    let id = app.role(Role::Viewer).await.get("/me").await.id();
    let change = [("version", "1"), ("display_name", "新"), ("role", "auditor")];
    let said = admin.post_form(&format!("/accounts/{id}"), &change).await.expect(303);
    assert_eq!(said.location, "/accounts?said=account-waits");
}

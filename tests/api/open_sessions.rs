//! Sessions: listed, ended by their account and by an administrator, ended by idleness, deleted.

use std::time::Duration;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use major_projects::testing::Config;
use major_projects::testing::Role;
use major_projects::testing::{Conn, StoreError};
use reqwest::Method;
use serde_json::{Value, json};

use crate::clients;
use crate::support::actor::{Actor, Answer};
use crate::support::app::{PASSWORD, TestApp};
use crate::support::browser::{Browser, words};
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    sessions_are_listed_and_ended_by_their_account,
    the_sessions_of_others_are_not_found,
    an_administrator_ends_all_sessions_of_an_account,
    the_pages_list_and_end_sessions,
    a_use_is_stored_once_a_minute_and_no_request_waits_for_it,
    a_session_of_the_api_ends_when_it_is_not_used,
    a_session_of_the_pages_ends_when_it_is_not_used,
    the_minutes_are_a_setting,
    a_used_session_outlives_the_limit,
    ended_sessions_are_deleted_after_their_time_for_audit,
    the_days_that_ended_sessions_are_kept_are_a_setting,
];

async fn logged_in(app: &TestApp, name: &str) -> Answer {
    let body = json!({"username": name, "password": PASSWORD});
    app.stranger().post("/sessions", &body).await.expect(201)
}

fn with_token(app: &TestApp, session: &Answer) -> Actor {
    let mut actor = app.stranger();
    actor.token = session.json["access_token"].as_str().map(str::to_owned);
    actor
}

async fn refresh(app: &TestApp, session: &Answer) -> Answer {
    let body = json!({"refresh_token": session.json["refresh_token"]});
    app.stranger().post("/sessions/refresh", &body).await
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn count(app: &TestApp, what: &'static str) -> i64 {
    let counted = app.db.read(move |conn| {
        let sql = format!("select count(*) as count from {what}");
        let row: Count = diesel::sql_query(sql).get_result(conn)?;
        Ok::<_, StoreError>(row.count)
    });
    counted.await.unwrap()
}

/// Waits until there are so many.
async fn reaches(app: &TestApp, what: &'static str, wanted: i64) {
    for _ in 0..200 {
        if count(app, what).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(count(app, what).await, wanted, "{what}");
}

async fn sessions_are_listed_and_ended_by_their_account(app: TestApp) {
    let first = app.role(Role::Viewer).await;
    app.clock.pass_seconds(120);
    let second = app.log_in("viewer", PASSWORD).await;

    let list = second.get("/sessions").await.expect(200);
    let [newer, older] = [&list.items()[0], &list.items()[1]];
    let ended = second.delete(&format!("/sessions/{}", older["id"])).await;
    let again = second.delete(&format!("/sessions/{}", older["id"])).await;
    let left = second.get("/sessions").await.expect(200);

    assert_eq!(list.json["total"], 2);
    assert_eq!(older["created_at"], "2021-07-01T02:00:00.000000Z");
    assert_eq!(older["last_used_at"], "2021-07-01T02:00:00.000000Z");
    assert_eq!(older["expires_at"], "2021-07-15T02:00:00.000000Z");
    assert_eq!(newer["created_at"], "2021-07-01T02:02:00.000000Z");
    assert_eq!((&older["current"], &newer["current"]), (&json!(false), &json!(true)));
    assert_eq!(newer["network"], "127.0.0.0/24");
    assert!(!list.text.contains("127.0.0.1"), "{}", list.text);
    assert_eq!((ended.status, again.status), (204, 404));
    assert_eq!(first.get("/me").await.expect(401).code(), "token-not-good");
    assert_eq!((&left.json["total"], &left.items()[0]["id"]), (&json!(1), &newer["id"]));
    assert_eq!(count(&app, "access_log where kind = 'logged_out'").await, 1);
    // One's current session by its id.
    second.delete(&format!("/sessions/{}", newer["id"])).await.expect(204);
    second.get("/me").await.expect(401);
}

async fn the_sessions_of_others_are_not_found(app: TestApp) {
    let (admin, viewer) = (app.role(Role::Admin).await, app.role(Role::Viewer).await);
    let made = clients::client(&app, &admin, "平台", "viewer", &["projects:read"]).await;
    let machine = clients::machine(&app, &made).await;
    let id = |list: &Answer| list.items()[0]["id"].clone();
    let [of_admin, of_viewer, of_machine] =
        [&admin, &viewer, &machine].map(|actor| actor.get("/sessions"));
    let of_admin = id(&of_admin.await.expect(200));
    let of_viewer = id(&of_viewer.await.expect(200));
    let of_machine = of_machine.await.expect(200);

    assert_eq!(of_machine.json["total"], 1);
    for other in [&of_viewer, &id(&of_machine)] {
        admin.delete(&format!("/sessions/{other}")).await.expect(404);
    }
    viewer.delete(&format!("/sessions/{of_admin}")).await.expect(404);
    machine.delete(&format!("/sessions/{of_viewer}")).await.expect(404);
    for actor in [&admin, &viewer, &machine] {
        actor.get("/me").await.expect(200);
    }
}

async fn an_administrator_ends_all_sessions_of_an_account(app: TestApp) {
    let (admin, viewer) = (app.role(Role::Admin).await, app.role(Role::Viewer).await);
    let other = logged_in(&app, "viewer").await;
    let id = viewer.get("/me").await.id();
    let made = clients::client(&app, &admin, "平台", "viewer", &["projects:read"]).await;
    let machine = clients::machine(&app, &made).await.get("/me").await.id();

    viewer.delete(&format!("/users/{id}/sessions")).await.expect(403);
    admin.delete("/users/987654/sessions").await.expect(404);
    admin.delete(&format!("/users/{machine}/sessions")).await.expect(404);
    admin.delete(&format!("/users/{id}/sessions")).await.expect(204);

    viewer.get("/me").await.expect(401);
    with_token(&app, &other).get("/me").await.expect(401);
    assert_eq!(refresh(&app, &other).await.expect(401).code(), "refresh-not-good");
    admin.get("/me").await.expect(200);
    assert_eq!(
        count(&app, "events where kind = 'user.sessions_ended' and actor_name = 'admin'").await,
        1
    );
    assert_eq!(app.log_in("viewer", PASSWORD).await.get("/sessions").await.json["total"], 1);
}

async fn the_pages_list_and_end_sessions(app: TestApp) {
    app.role(Role::Admin).await;
    let by_api = app.role(Role::Viewer).await;
    let viewer = Browser::log_in(&app, "viewer").await;
    let id = by_api.get("/me").await.id();

    let shown = viewer.open("/password").await;
    let text = words(&shown);
    assert!(text.contains("登录情况 2") && text.contains("当前登录"), "{text}");
    assert!(text.contains("127.0.0.0/24"), "{text}");
    let paths: Vec<&str> = shown.split("action=\"/password/sessions/").skip(1).collect();
    assert_eq!(paths.len(), 1, "the current one has no button");
    let path = format!("/password/sessions/{}", paths[0].split('"').next().unwrap());
    // Without the hidden field of the page nothing happens.
    viewer.send(&path, &[]).await.expect(403);
    by_api.get("/me").await.expect(200);
    let ended = viewer.post_form(&path, &[]).await.expect(303);
    assert_eq!(ended.location, "/password?said=session-ended");
    by_api.get("/me").await.expect(401);
    assert!(words(&viewer.open("/password").await).contains("登录情况 1"));

    let admin = Browser::log_in(&app, "admin").await;
    let page = format!("/accounts/{id}");
    assert!(words(&admin.open(&page).await).contains("结束全部登录"));
    let ended = admin.post_form(&format!("{page}/sessions"), &[]).await.expect(303);
    assert_eq!(ended.location, format!("{page}?said=sessions-ended"));
    assert!(viewer.leads("/projects").await.starts_with("/log-in"));
}

/// Counts updates of sessions in a table of their own.
fn count_updates(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(c) => c.batch_execute(
            "create table updates (session bigint);
             create trigger counted after update on sessions
             begin insert into updates values (new.id); end;",
        )?,
        Conn::Postgres(c) => c.batch_execute(
            "create table updates (session bigint);
             create function counted() returns trigger language plpgsql as
             $$ begin insert into updates values (new.id); return null; end $$;
             create trigger counted after update on sessions for each row execute function counted();",
        )?,
    }
    Ok(())
}

async fn a_use_is_stored_once_a_minute_and_no_request_waits_for_it(app: TestApp) {
    let viewer = app.role(Role::Viewer).await;
    app.db.write(count_updates).await.unwrap();

    // Within a minute of the log-in nothing is stored; then one row for each minute.
    for minute in 0..4 {
        for _ in 0..5 {
            viewer.get("/me").await.expect(200);
            app.clock.pass_seconds(10);
        }
        reaches(&app, "updates", minute).await;
        app.clock.pass_seconds(10);
    }
    // The update of another session shows that the background has seen everything.
    let other = app.role(Role::Auditor).await;
    app.clock.pass_seconds(60);
    other.get("/me").await.expect(200);
    reaches(&app, "updates where session = (select max(id) from sessions)", 1).await;

    assert_eq!(count(&app, "updates").await, 4);
    let list = app.log_in("viewer", PASSWORD).await.get("/sessions").await.expect(200);
    assert_eq!(list.items()[1]["last_used_at"], "2021-07-01T02:03:00.000000Z");
    // While a write goes on, a request whose use is due is answered.
    app.clock.pass_seconds(120);
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    let is_done = std::sync::Mutex::new(is_done);
    let writing = app.db.write(move |conn| {
        diesel::sql_query("update sessions set end_reason = ''").execute(conn)?;
        begun.send(()).unwrap();
        is_done.lock().unwrap().recv_timeout(Duration::from_secs(20)).unwrap();
        Ok::<(), StoreError>(())
    });
    let asking = async {
        tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
        let answered = viewer.get("/me").await.expect(200);
        done.send(()).unwrap();
        answered
    };
    let (written, answered) = tokio::join!(writing, asking);
    written.unwrap();
    assert_eq!(answered.json["username"], "viewer");
}

async fn a_session_of_the_api_ends_when_it_is_not_used(app: TestApp) {
    app.add_user("viewer", Role::Viewer, None, None, false).await;
    let long = Config { access_token_seconds: 7_200, ..Config::for_tests() };
    let server = app.beside(long).await;
    let [one, other] = [logged_in(&server, "viewer").await, logged_in(&server, "viewer").await];

    server.clock.pass_seconds(29 * 60 + 59);
    let refreshed = refresh(&server, &one).await.expect(200);
    with_token(&server, &one).get("/me").await.expect(200);
    server.clock.pass_seconds(1);
    let idle = with_token(&server, &other).get("/me").await.expect(401);
    assert_eq!(idle.code(), "token-not-good");
    assert_eq!(refresh(&server, &other).await.expect(401).code(), "refresh-not-good");
    // It is no longer in the list.
    assert_eq!(with_token(&server, &one).get("/sessions").await.expect(200).json["total"], 1);
    server.clock.pass_seconds(30 * 60);
    assert_eq!(refresh(&server, &refreshed).await.expect(401).code(), "refresh-not-good");
    with_token(&server, &refreshed).get("/me").await.expect(401);
}

async fn a_session_of_the_pages_ends_when_it_is_not_used(app: TestApp) {
    app.add_user("viewer", Role::Viewer, None, None, false).await;
    let browser = Browser::log_in(&app, "viewer").await;

    app.clock.pass_seconds(29 * 60);
    browser.get("/projects").await.expect(200);
    app.clock.pass_seconds(29 * 60);
    browser.get("/projects").await.expect(200);
    app.clock.pass_seconds(30 * 60);
    let idle = browser.get("/projects").await.expect(303);

    assert_eq!(idle.location, "/log-in?next=%2Fprojects");
}

async fn the_minutes_are_a_setting(app: TestApp) {
    app.add_user("viewer", Role::Viewer, None, None, false).await;
    let server = app.beside(Config { idle_minutes: 5, ..Config::for_tests() }).await;
    let viewer = server.log_in("viewer", PASSWORD).await;

    server.clock.pass_seconds(299);
    viewer.get("/me").await.expect(200);
    server.clock.pass_seconds(300);
    viewer.get("/me").await.expect(401);
}

async fn a_used_session_outlives_the_limit(app: TestApp) {
    app.role(Role::Viewer).await;
    let long = Config { access_token_seconds: 86_400, ..Config::for_tests() };
    let server = app.beside(long).await;
    let viewer = server.log_in("viewer", PASSWORD).await;

    for _ in 0..40 {
        server.clock.pass_seconds(20 * 60);
        viewer.get("/me").await.expect(200);
    }
    // A machine's token follows the same rule.
    let (admin, second) = (server.role(Role::Admin).await, server.second_admin().await);
    drop(second);
    let made = clients::client(&server, &admin, "平台", "viewer", &["projects:read"]).await;
    let machine = clients::machine(&server, &made).await;
    server.clock.pass_seconds(20 * 60);
    machine.get("/projects").await.expect(200);
    server.clock.pass_seconds(30 * 60);
    machine.get("/projects").await.expect(401);
}

async fn ended_sessions_are_deleted_after_their_time_for_audit(app: TestApp) {
    app.add_user("zhang.wei", Role::Viewer, None, None, false).await;
    let first = app.log_in("zhang.wei", PASSWORD).await;
    first.delete("/sessions/current").await.expect(204);
    app.log_in("zhang.wei", PASSWORD).await;
    assert_eq!((count(&app, "sessions").await, count(&app, "refresh_tokens").await), (2, 2));

    // The first has ended, the second expires after 14 days.
    app.clock.pass_hours(180 * 24 - 1);
    app.log_in("zhang.wei", PASSWORD).await;
    assert_eq!(count(&app, "sessions").await, 3);
    app.clock.pass_hours(2);
    reaches(&app, "sessions", 2).await;
    assert_eq!(count(&app, "refresh_tokens").await, 2);
    app.clock.pass_hours(15 * 24);
    reaches(&app, "sessions", 1).await;

    assert_eq!(count(&app, "refresh_tokens").await, 1);
    // The lines of the access log have their own time: those of the first day are gone as well.
    reaches(&app, "access_log where kind = 'logged_in'", 1).await;
    assert_eq!(count(&app, "events where subject_kind = 'session'").await, 0);
}

async fn the_days_that_ended_sessions_are_kept_are_a_setting(app: TestApp) {
    let viewer = app.role(Role::Viewer).await;
    viewer.delete("/sessions/current").await.expect(204);
    let server = app.beside(Config { ended_session_days: 30, ..Config::for_tests() }).await;

    server.clock.pass_hours(30 * 24 + 2);

    reaches(&app, "sessions", 0).await;
    let asked = app.stranger();
    let request = asked.request(Method::GET, "/sessions");
    assert_eq!(asked.send(request).await.json["code"], Value::from("no-token"));
}

//! Imports as jobs: queued, done in the background, shown, and no obstacle for others.

use std::fmt::Write as _;
use std::sync::mpsc::channel;
use std::time::Duration;

use futures_util::future::join3;
use major_projects::testing::Clock;
use major_projects::testing::Role;
use major_projects::testing::StoreError;
use major_projects::testing::jobs::{self, JobLease, JobStarter, NewJob};
use major_projects::testing::{JobKind, MOST_JOBS};
use major_projects::testing::{SessionId, UserId};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::run::{OnEach, PATIENCE};
use crate::tests;

tests![
    OnEach;
    a_job_ends_with_the_answer_of_the_import,
    a_refused_file_is_a_refused_job,
    a_job_is_shown_to_its_account_and_to_those_who_watch,
    a_job_with_a_key_is_queued_once,
    a_dry_run_needs_no_turn_of_the_writer,
    what_changes_while_a_file_is_judged_is_judged_again,
    a_month_that_is_closed_while_a_file_is_judged_refuses_it,
    unused_ids_are_given_back,
    too_many_jobs_are_refused,
    a_job_is_deleted_after_seven_days,
];

/// A list of new projects.
fn projects(count: usize) -> Vec<u8> {
    let mut list = "name,industry,area,nature,total_investment_wan\n".to_owned();
    for nth in 1..=count {
        writeln!(list, "第{nth}个,next_gen_it,dongying,expansion,{nth}00.00").unwrap();
    }
    list.into_bytes()
}

async fn queue(actor: &Actor, query: &str, file: Vec<u8>) -> Answer {
    let request = actor.request(Method::POST, &format!("/imports?{query}"));
    let request = request.header("Prefer", "respond-async").header("Content-Type", "text/csv");
    actor.send(request.body(file)).await
}

/// The job at `location` when it has ended.
async fn ended(actor: &Actor, location: &str) -> Value {
    let path = location.strip_prefix("/api/v1").unwrap();
    let wait = async {
        loop {
            let job = actor.get(path).await.expect(200).json;
            if !job["ended_at"].is_null() {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap()
}

fn location(queued: &Answer) -> String {
    queued.headers["location"].to_str().unwrap().to_owned()
}

async fn a_job_ends_with_the_answer_of_the_import(app: TestApp) {
    let commission = app.commission().await;

    let tried = queue(&commission, "kind=projects&dry_run=true", projects(3)).await.expect(202);
    let tried = ended(&commission, &location(&tried)).await;
    let queued = queue(&commission, "kind=projects", projects(3)).await.expect(202);
    let done = ended(&commission, &location(&queued)).await;
    let again = commission.import("kind=projects", projects(3)).await.expect(200);

    assert_eq!((&tried["state"], &tried["result"]["dry_run"]), (&json!("done"), &json!(true)));
    assert_eq!(tried["progress"], json!({"total": 3, "read": 3, "judged": 3, "written": 0}));
    assert_eq!((&queued.json["kind"], &queued.json["state"]), (&json!("import"), &json!("queued")));
    assert_eq!(done["progress"], json!({"total": 3, "read": 3, "judged": 3, "written": 3}));
    let result = &done["result"];
    assert_eq!(
        (&done["state"], &result["created"], &result["rows"][2]["label"]),
        (&json!("done"), &json!(3), &json!("第3个"))
    );
    assert_eq!(again.counts(), [0, 0, 3]);
    let all = commission.get("/projects?sort=id").await;
    let ids: Vec<_> = all.items().iter().map(|project| project["id"].clone()).collect();
    let rows = result["rows"].as_array().unwrap();
    assert_eq!(ids, rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>());
    let history = commission.get(&format!("/projects/{}/history", ids[0])).await;
    assert_eq!(history.items()[0]["actor"], "commission");
}

async fn a_refused_file_is_a_refused_job(app: TestApp) {
    let commission = app.commission().await;
    let wrong = String::from_utf8(projects(2)).unwrap().replace("200.00", "many");

    let at_once = commission.import("kind=projects", wrong.clone().into()).await.expect(422);
    let queued = queue(&commission, "kind=projects", wrong.into()).await.expect(202);
    let job = ended(&commission, &location(&queued)).await;

    assert_eq!((&job["state"], job.get("result")), (&json!("refused"), None));
    assert_eq!(job["problem"]["status"], 422);
    assert_eq!(job["problem"]["errors"], at_once.json["errors"]);
    assert_eq!(commission.get("/projects").await.json["total"], 0);
    queue(&commission, "kind=projekts", projects(1)).await.expect(400);
}

async fn a_job_is_shown_to_its_account_and_to_those_who_watch(app: TestApp) {
    let (commission, unit) = (app.commission().await, app.unit("甲公司").await);
    let (auditor, admin) = (app.role(Role::Auditor).await, app.role(Role::Admin).await);
    let queued = queue(&commission, "kind=projects", projects(1)).await.expect(202);
    let job = ended(&commission, &location(&queued)).await;
    let path = format!("/jobs/{}", job["id"]);

    unit.get(&path).await.expect(404);
    let audited = auditor.get(&path).await.expect(200);
    let administered = admin.get(&path).await.expect(200);
    let count = async |actor: &Actor| actor.get("/jobs").await.expect(200).json["total"].clone();

    assert_eq!(audited.json, job);
    assert_eq!(
        (&administered.json["state"], administered.json.get("result")),
        (&json!("done"), None)
    );
    assert_eq!(count(&commission).await, 1);
    assert_eq!(count(&unit).await, 0);
    assert_eq!((count(&auditor).await, count(&admin).await), (json!(1), json!(1)));
    let listed = commission.get("/jobs").await;
    assert_eq!(
        (&listed.items()[0]["started_by"], listed.items()[0].get("result")),
        (&json!("commission"), None)
    );
    // Nobody imports what its role may not change.
    queue(&unit, "kind=projects", projects(1)).await.expect(403);
}

async fn a_job_with_a_key_is_queued_once(app: TestApp) {
    let commission = app.commission().await;
    let send = async || {
        let request = commission.request(Method::POST, "/imports?kind=projects");
        let request = request.header("Prefer", "respond-async").header("Idempotency-Key", "list-7");
        commission.send(request.header("Content-Type", "text/csv").body(projects(2))).await
    };

    let (first, second) = (send().await.expect(202), send().await.expect(202));

    assert_eq!(location(&first), location(&second));
    ended(&commission, &location(&first)).await;
    assert_eq!(commission.get("/jobs").await.json["total"], 1);
    assert_eq!(commission.get("/projects").await.json["total"], 2);
}

/// Runs `meanwhile` while the writer of SQLite does nothing else.
async fn while_the_writer_waits<T>(app: &TestApp, meanwhile: impl Future<Output = T>) -> T {
    let (begun, wait_begun) = tokio::sync::oneshot::channel();
    let (go_on, wait) = channel::<()>();
    let (mut begun, wait) = (Some(begun), std::sync::Mutex::new(wait));
    let db = app.db.clone();
    let held = tokio::task::spawn_local(async move {
        db.write(move |_| -> Result<(), StoreError> {
            begun.take().unwrap().send(()).unwrap();
            let _ = wait.lock().unwrap().recv_timeout(PATIENCE);
            Ok(())
        })
        .await
    });
    wait_begun.await.unwrap();
    let done = meanwhile.await;
    let _ = go_on.send(());
    held.await.unwrap().unwrap();
    done
}

async fn a_dry_run_needs_no_turn_of_the_writer(app: TestApp) {
    let commission = app.commission().await;
    let query = "kind=projects&dry_run=true";

    let tried = while_the_writer_waits(&app, commission.import(query, projects(40))).await;

    assert_eq!(tried.expect(200).counts(), [40, 0, 0]);
    assert_eq!(commission.get("/projects").await.json["total"], 0);
}

/// Imports `file` while `change` is written after the snapshot its rows are judged on.
async fn import_beside(
    app: &TestApp,
    actor: &Actor,
    file: &str,
    change: impl Future<Output = Answer>,
) -> (Answer, Answer) {
    let (hold, release) = tokio::sync::oneshot::channel::<()>();
    let held = while_the_writer_waits(app, async { release.await.unwrap() });
    // Before it judges, the import waits for the writer, with its snapshot taken; the change waits
    // behind it.
    let later = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let both = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            hold.send(()).unwrap();
        };
        futures_util::future::join(change, both).await.0
    };
    let import = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        actor.import("kind=reports", file.as_bytes().to_vec()).await
    };
    let ((), imported, changed) = join3(held, import, later).await;
    (imported, changed)
}

async fn what_changes_while_a_file_is_judged_is_judged_again(app: TestApp) {
    // On PostgreSQL an import is one transaction, which waits for nobody.
    if app.is_postgres() {
        return;
    }
    let commission = app.commission().await;
    let (one, two) = (
        commission.project("甲项目", json!({})).await,
        commission.project("乙项目", json!({})).await,
    );
    let file = format!(
        "project_id,month,completed_wan\n{one},2021-05,10.00\n{one},2021-06,11.00\n{two},2021-06,20.00\n"
    );
    let path = format!("/projects/{one}/reports/2021-06");
    let filed = json!({"completed_wan": "99.00", "progress": "主体封顶"});

    let (imported, changed) =
        import_beside(&app, &commission, &file, commission.create(&path, &filed)).await;

    changed.expect(201);
    // The report of June was there before the file was saved: the file changes its amount only.
    assert_eq!(imported.expect(200).counts(), [2, 1, 0]);
    let report = commission.get(&path).await.json;
    assert_eq!(
        (&report["completed_wan"], &report["progress"], &report["version"]),
        (&json!("11.00"), &json!("主体封顶"), &json!(2))
    );
    let other = commission.get(&format!("/projects/{two}/reports/2021-06")).await.json;
    assert_eq!(other["completed_wan"], "20.00");
    let events = commission.get(&format!("/projects/{one}/history?limit=3")).await;
    let mut kinds: Vec<_> = events.items().iter().map(|e| e["kind"].clone()).collect();
    kinds.sort_by_key(ToString::to_string);
    assert_eq!(kinds, ["report.drafted", "report.drafted", "report.rewritten"]);
}

async fn a_month_that_is_closed_while_a_file_is_judged_refuses_it(app: TestApp) {
    // On PostgreSQL an import is one transaction, which waits for nobody.
    if app.is_postgres() {
        return;
    }
    let commission = app.commission().await;
    let id = commission.project("甲项目", json!({})).await;
    let file = format!("project_id,month,completed_wan\n{id},2021-05,10.00\n{id},2021-06,11.00\n");

    // The day after May is due, in the months that tests begin with.
    app.calendar.turn_to("2031-06-01");
    let close = commission.step("/reporting-months/2021-05/closing");
    let (imported, closed) = import_beside(&app, &commission, &file, close).await;

    closed.expect(200);
    let codes: Vec<String> = imported.expect(422).places().into_iter().map(|p| p.2).collect();
    assert_eq!(codes, ["month-closed"]);
    let reports = commission.get(&format!("/projects/{id}/reports")).await;
    assert_eq!(reports.items().len(), 0);
}

async fn unused_ids_are_given_back(app: TestApp) {
    let commission = app.commission().await;
    commission.import("kind=projects", projects(2)).await.expect(200);
    // Two rows change nothing; two add a project each.
    commission.import("kind=projects", projects(4)).await.expect(200);
    let all = commission.get("/projects?sort=id").await;
    let ids: Vec<i64> = all.items().iter().map(|p| p["id"].as_i64().unwrap()).collect();
    let first = ids[0];
    assert_eq!(ids, [first, first + 1, first + 2, first + 3]);
    let next = commission.project("另一个", json!({})).await;
    assert_eq!(next, first + 4);
}

async fn too_many_jobs_are_refused(app: TestApp) {
    let commission = app.commission().await;
    let me = commission.get("/me").await.json["user"]["id"].as_i64().unwrap_or(1);
    let now = app.clock.now();
    let fill = move |conn: &mut _| -> Result<(), StoreError> {
        for _ in 0..MOST_JOBS {
            let starter = JobStarter {
                user: UserId(me),
                session: SessionId(1),
                client: None,
                scopes: None,
                name: "commission".to_owned(),
                request_id: String::new(),
                origin: String::new(),
            };
            let (parameters, language) = ("kind=projects".to_owned(), "zh".to_owned());
            let new =
                NewJob { kind: JobKind::Import, parameters, language, starter, created_at: now };
            let job = jobs::insert(conn, &new, b"")?.id;
            // Somebody else works on it.
            let lease = JobLease { job, holder: "other".to_owned(), until: now.plus_hours(1) };
            jobs::begin(conn, &lease, now)?.unwrap();
        }
        Ok(())
    };
    app.db.write(fill).await.unwrap();

    let refused = queue(&commission, "kind=projects", projects(1)).await.expect(503);

    assert_eq!((refused.code(), &refused.headers["retry-after"]), ("busy", &"30".parse().unwrap()));
    commission.import("kind=projects", projects(1)).await.expect(200);
}

async fn a_job_is_deleted_after_seven_days(app: TestApp) {
    let commission = app.commission().await;
    let queued = queue(&commission, "kind=projects", projects(1)).await.expect(202);
    let job = ended(&commission, &location(&queued)).await;
    assert_eq!(job["kept_until"], "2021-07-08T02:00:00.000000Z");

    app.clock.pass_seconds(7 * 86_400 + 1);
    let commission = app.commission().await;

    let gone = async {
        while commission.get(&format!("/jobs/{}", job["id"])).await.status != 404 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.unwrap();
}

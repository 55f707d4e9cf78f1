//! Tampering with the database, of every kind that pays: `verify` names each.

use diesel::connection::SimpleConnection;
use major_projects::testing::record::TABLES;
use major_projects::testing::verify::verify;
use major_projects::testing::{Conn, StoreError};
use serde_json::json;

use crate::record::{adopted, allow_everything};
use crate::support::app::TestApp;
use crate::support::database::record_key;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    each_kind_of_tampering_is_named,
    a_column_that_was_set_and_reset_is_as_it_was,
    what_a_later_write_took_over_is_named,
];

/// A confirmed report of a published month.
const REPORT: &str =
    "(select min(r.id) from monthly_reports r join bulletins b on b.month = r.month
    where r.state = 'confirmed')";
/// A row of a table.
macro_rules! first {
    ($table:literal) => {
        concat!("(select min(id) from ", $table, ")")
    };
}

/// What is done, and how a line about it begins and goes on.
struct Tampering {
    sql: String,
    named: [&'static str; 2],
}

/// An update of one column.
fn altered(table: &'static str, column: &'static str, value: &str, row: &str) -> Tampering {
    Tampering {
        sql: format!("update {table} set {column} = {value} where id = {row}"),
        named: [table, column],
    }
}

/// A row that is deleted.
fn deleted(table: &'static str, row: &str) -> Tampering {
    Tampering {
        sql: format!("delete from {table} where id = {row}"),
        named: [table, "was deleted without an event"],
    }
}

fn other(sql: &str, named: [&'static str; 2]) -> Tampering {
    Tampering { sql: sql.to_owned(), named }
}

/// Figures and states of what was reported and planned.
fn of_figures() -> Vec<Tampering> {
    let restatement = first!("restatements");
    let version = first!("year_plan_versions");
    let plan = first!("year_plans");
    let envelope = first!("envelopes");
    vec![
        altered("monthly_reports", "completed_fen", "completed_fen + 100", REPORT),
        altered("monthly_reports", "state", "'draft'", REPORT),
        altered("monthly_reports", "first_submitted_on", "'2021-01-01'", REPORT),
        altered("monthly_reports", "month", "'2019-01'", REPORT),
        altered("monthly_reports", "progress", "'已完工'", REPORT),
        deleted("monthly_reports", REPORT),
        other(
            "update monthly_reports set completed_fen = completed_fen * 2 where month in (select month from bulletins)",
            ["monthly_reports", "completed_fen is "],
        ),
        other(
            "insert into monthly_reports (project_id, month, state, completed_fen, progress, zero_reason, return_reason, warnings, version)
             select project_id, '2020-01', state, 900000000, progress, zero_reason, return_reason, warnings, version
             from monthly_reports where completed_fen > 0 limit 1",
            ["monthly_reports", "was inserted without an event"],
        ),
        altered("restatements", "amount_fen", "amount_fen + 1", restatement),
        altered("restatements", "reason", "'核减'", restatement),
        altered("restatements", "approver", "'某某'", restatement),
        deleted("restatements", restatement),
        altered("year_plan_versions", "annual_fen", "annual_fen - 100", version),
        altered("year_plan_versions", "month_03_fen", "month_03_fen - 100", version),
        altered("year_plan_versions", "effective_month", "'2021-11'", version),
        deleted("year_plan_versions", version),
        altered("year_plans", "current_number", "current_number + 1", plan),
        altered("envelopes", "total_fen", "total_fen - 100", envelope),
        altered("envelopes", "annual_fen", "annual_fen - 100", envelope),
        altered("envelopes", "project_count", "project_count - 1", envelope),
        deleted("envelopes", envelope),
    ]
}

/// Facts of projects and their milestones, issues and lights.
fn of_projects() -> Vec<Tampering> {
    let project = first!("projects");
    let milestone = first!("milestones");
    vec![
        altered("projects", "total_fen", "total_fen + 100", project),
        altered("projects", "area_id", "area_id + 1", project),
        altered("projects", "industry_id", "industry_id + 1", project),
        altered("projects", "planned_start", "'2030-01-01'", project),
        altered("projects", "actual_start", "'2020-01-01'", project),
        altered("projects", "stage", "'completed'", project),
        altered("projects", "visibility", "'restricted'", project),
        altered("projects", "leader", "'某某'", project),
        deleted("projects", project),
        altered("milestones", "baseline_date", "'2030-01-01'", milestone),
        altered("milestones", "actual_date", "'2020-01-01'", milestone),
        deleted("milestones", milestone),
        altered("issues", "state", "'cleared'", first!("issues")),
        altered("light_overrides", "light", "'blue'", first!("light_overrides")),
        altered("light_rules", "yellow_from_hundredths", "-9900", first!("light_rules")),
        altered("project_units", "unit_id", "unit_id + 1", first!("project_units")),
    ]
}

/// Months, bulletins, accounts and events.
fn of_the_register() -> Vec<Tampering> {
    let month = first!("reporting_months");
    let user = "(select min(id) from users where role = 'viewer')";
    let forged = "insert into events (at, actor_kind, actor_name, kind, subject_kind, subject_id, changes, request_id, origin)
        select at, actor_kind, actor_name, kind, subject_kind, subject_id, changes, request_id, origin from events
        where id = (select max(id) from events)";
    vec![
        altered("reporting_months", "due_on", "'2030-01-01'", month),
        altered("reporting_months", "state", "'open'", month),
        altered("late_grants", "until", "'2030-01-01 00:00:00'", first!("late_grants")),
        altered("plans", "synthetic", "not synthetic", first!("plans")),
        altered("roll_over_lines", "carried_fen", "carried_fen + 1", first!("roll_over_lines")),
        altered("bulletins", "content", "replace(content, '0', '1')", first!("bulletins")),
        deleted("bulletins", "(select max(id) from bulletins)"),
        altered("users", "role", "'admin'", user),
        altered("users", "password_hash", "'$argon2id$v=19$x'", user),
        altered("users", "disabled_at", "'2021-01-01 00:00:00'", user),
        deleted("client_secrets", first!("client_secrets")),
        other(
            "insert into users (username, display_name, role, password_hash, must_change_password, created_at, version, search_text)
             select 'intruder', 'x', 'admin', password_hash, must_change_password, created_at, 1, '' from users limit 1",
            ["users", "was inserted without an event"],
        ),
        // The tail of the events goes, and the rows it wrote stay.
        other(
            "delete from event_private where event_id > (select max(id) - 30 from events);
             delete from events where id > (select max(id) - 30 from events)",
            ["", "event"],
        ),
        other(
            "delete from event_private where event_id = (select max(id) - 20 from events);
             delete from events where id = (select max(id) - 20 from events)",
            ["event ", "of the chain is missing"],
        ),
        other(forged, ["event ", "has no text"]),
        other(
            "update events set text = replace(text, '\"op\":\"insert\"', '\"op\":\"update\"')
             where id = (select max(id) - 20 from events)",
            ["event ", "MAC is wrong"],
        ),
    ]
}

/// What `verify` says after the tampering, which is then undone.
fn after(conn: &mut Conn, sql: &str) -> Vec<String> {
    conn.savepoint().unwrap();
    conn.batch_execute(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    let found = match verify(conn, Some(&record_key())) {
        Ok(checks) => checks.into_iter().flat_map(|check| check.wrong).collect(),
        Err(e @ StoreError::Broken(_)) => panic!("{sql}: {e}"),
        Err(e) => panic!("{e}"),
    };
    conn.rollback().unwrap();
    found
}

async fn each_kind_of_tampering_is_named(app: TestApp) {
    let app = adopted(app).await;
    let mut all = of_figures();
    all.extend(of_projects());
    all.extend(of_the_register());
    assert!(all.len() > 50, "{}", all.len());
    let check = move || {
        let mut conn = app.tampering();
        allow_everything(&mut conn);
        for Tampering { sql, named: [begin, then] } in &all {
            let found = after(&mut conn, sql);
            let is_named = |line: &String| line.starts_with(begin) && line.contains(then);
            assert!(found.iter().any(is_named), "{sql}\n{found:#?}");
        }
        // Each was undone.
        assert_eq!(after(&mut conn, "select 1"), [""; 0]);
    };
    tokio::task::spawn_blocking(check).await.unwrap();
}

/// What counts is what stands in the row, not that somebody wrote it.
async fn a_column_that_was_set_and_reset_is_as_it_was(app: TestApp) {
    let app = adopted(app).await;
    app.tamper(|conn| {
        conn.batch_execute("update projects set version = version + 1")?;
        Ok(conn.batch_execute("update projects set version = version - 1")?)
    })
    .await;
    assert_eq!(app.wrong().await, [""; 0]);
}

/// The image of an honest write holds the whole row, with what was altered before.
async fn what_a_later_write_took_over_is_named(app: TestApp) {
    let commission = app.commission().await;
    let kept = commission.project("甲项目示例", json!({"leader": "张三"})).await;
    let inserted = kept + 1_000;
    let columns: Vec<&str> = TABLES
        .iter()
        .filter(|table| table.name == "projects")
        .flat_map(|table| table.columns.iter().map(|column| column.name))
        .collect();
    let columns = columns.join(", ");
    app.tamper(move |conn| {
        conn.batch_execute(&format!(
            "update projects set total_fen = 700, leader = '李四' where id = {kept};
             insert into projects (id, {columns}) select {inserted}, {columns} from projects where id = {kept}"
        ))?;
        Ok(())
    })
    .await;
    for id in [kept, inserted] {
        let path = format!("/projects/{id}");
        commission.patch(&path, 1, &json!({"name": format!("第{id}项目")})).await.expect(200);
        commission.patch(&path, 2, &json!({"total_investment_wan": "9.00"})).await.expect(200);
        commission.patch(&path, 3, &json!({"leader": "王五"})).await.expect(200);
    }

    let wrong = app.wrong().await;

    for line in [
        format!("projects {kept}: total_fen is \"700\"; event "),
        format!("projects {kept}: leader is \"李四\"; event "),
        format!("projects {inserted}: was inserted without an event; so event "),
    ] {
        let named = |w: &&String| w.starts_with(&line) && w.ends_with("(project.updated) found it");
        assert_eq!(wrong.iter().filter(named).count(), 1, "{line}: {wrong:#?}");
    }
}

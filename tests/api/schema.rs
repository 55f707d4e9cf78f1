//! Both databases have the same tables, and Diesel's schema matches them.

use std::collections::{BTreeMap, BTreeSet};

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use major_projects::testing::{Conn, StoreError, Use};
use serde_json::json;

use crate::support::app::TestApp;
use crate::support::run::{OnBoth, OnEach, Running};
use crate::tests;

tests![
    OnEach;
    diesel_knows_the_columns_as_they_are,
    migrations_can_be_taken_back,
    the_database_itself_refuses_what_must_not_be,
];

/// Tests that compare both databases.
pub const PARITY: OnBoth = &[("schema::both_databases_have_the_same_tables", |s, p| -> Running {
    Box::pin(both_databases_have_the_same_tables(s, p))
})];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// `table.column null` or `table.column not null`, as the database reports it.
fn columns(app: &TestApp) -> BTreeSet<String> {
    let mut conn = Conn::open(&app.database.url, Use::Write).unwrap();
    let lines: Vec<Line> = match &mut conn {
        Conn::Sqlite(c) => sql_query(
            "select m.name || '.' || p.name || case p.\"notnull\" when 1 then ' not null' else ' null' end as line
             from sqlite_master m join pragma_table_info(m.name) p
             where m.type = 'table' and m.name not like 'sqlite%' and m.name not like '\\_\\_%' escape '\\'",
        )
        .load(c)
        .unwrap(),
        Conn::Postgres(c) => sql_query(
            "select table_name || '.' || column_name || case is_nullable when 'NO' then ' not null' else ' null' end as line
             from information_schema.columns where table_schema = 'public' and table_name not like '\\_\\_%'",
        )
        .load(c)
        .unwrap(),
    };
    lines.into_iter().map(|l| l.line).collect()
}

/// Names of constraints and indexes.
fn constraints(app: &TestApp) -> BTreeSet<String> {
    let mut conn = Conn::open(&app.database.url, Use::Write).unwrap();
    match &mut conn {
        Conn::Sqlite(c) => {
            let lines: Vec<Line> =
                sql_query("select coalesce(sql, '') as line from sqlite_master where name not like '\\_\\_%' escape '\\'").load(c).unwrap();
            let all =
                lines.into_iter().map(|l| l.line.to_lowercase()).collect::<Vec<_>>().join(" ");
            let words: Vec<&str> = all.split_whitespace().collect();
            let after = |word: &'static str| {
                words
                    .windows(2)
                    .filter(move |w| w[0] == word)
                    .map(|w| w[1].to_owned())
                    .collect::<Vec<_>>()
            };
            [after("constraint"), after("index")].concat().into_iter().collect()
        }
        Conn::Postgres(c) => {
            let lines: Vec<Line> = sql_query(
                "select conname::text as line from pg_constraint c join pg_namespace n on n.oid = c.connamespace
                 where nspname = 'public' and contype in ('u', 'c', 'f')
                 union select indexname::text from pg_indexes where schemaname = 'public'",
            )
            .load(c)
            .unwrap();
            lines.into_iter().map(|l| l.line).filter(|l| !l.ends_with("_pkey")).collect()
        }
    }
}

async fn both_databases_have_the_same_tables(sqlite: TestApp, postgres: TestApp) {
    assert_eq!(columns(&sqlite), columns(&postgres));
    assert_eq!(constraints(&sqlite), constraints(&postgres));
    assert!(constraints(&sqlite).len() > 60);
    let names = |kind: &str| {
        let folder = format!("{}/migrations/{kind}", env!("CARGO_MANIFEST_DIR"));
        let names = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name());
        names.collect::<BTreeSet<_>>()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

/// Parses `schema.rs` as text: it defines what Diesel assumes.
async fn diesel_knows_the_columns_as_they_are(app: TestApp) {
    let text = include_str!("../../src/store/schema.rs");
    let mut known = BTreeSet::new();
    let mut table = "";
    for line in text.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (id) {") {
            table = name;
        } else if let Some((column, kind)) = line.split_once(" -> ")
            && !line.starts_with("diesel::")
        {
            let null = if kind.starts_with("Nullable") { "null" } else { "not null" };
            known.insert(format!("{table}.{column} {null}"));
        }
    }
    assert_eq!(known, columns(&app));
}

async fn migrations_can_be_taken_back(app: TestApp) {
    let kind = if app.is_postgres() { "postgres" } else { "sqlite" };
    let root = format!("{}/migrations/{kind}", env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<_> = std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).collect();
    folders.sort();
    let before = (columns(&app), constraints(&app));
    let mut conn = Conn::open(&app.database.url, Use::Write).unwrap();
    let mut execute = |path: std::path::PathBuf| {
        let sql = std::fs::read_to_string(&path).unwrap();
        conn.batch_execute(&sql)
            .map_err(StoreError::from)
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    };

    for folder in folders.iter().rev() {
        execute(folder.join("down.sql"));
    }
    let emptied = columns(&app);
    for folder in &folders {
        execute(folder.join("up.sql"));
    }

    assert_eq!(emptied, BTreeSet::new());
    assert_eq!((columns(&app), constraints(&app)), before);
}

async fn the_database_itself_refuses_what_must_not_be(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    commission.plan_year(id, 100).await;
    commission.confirmed(id, "2021-05", "1.00").await;
    let cases = BTreeMap::from([
        ("a month too much", "update year_plan_versions set month_01_fen = month_01_fen + 1"),
        ("less than nothing", "update monthly_reports set completed_fen = -1"),
        ("an unknown stage", "update projects set stage = 'begun'"),
        ("a project nowhere", "update projects set area_id = 987654"),
        (
            "two reports of a month",
            "insert into monthly_reports (project_id, month, state, completed_fen) select project_id, month, state, completed_fen from monthly_reports",
        ),
        (
            "a plan twice",
            "insert into year_plans (project_id, year, current_number) select project_id, year, 1 from year_plans",
        ),
        ("a project that has reports", "delete from projects"),
    ]);
    for (why, sql) in cases {
        let mut conn = Conn::open(&app.database.url, Use::Write).unwrap();
        assert!(conn.batch_execute(sql).is_err(), "{why}");
    }
}

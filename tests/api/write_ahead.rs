//! The write-ahead log of SQLite stays short, whatever readers do. PostgreSQL bounds its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use major_projects::testing::private::wal_of;
use major_projects::testing::{Conn, DatabaseUrl, Db, StoreError};
use serde_json::json;

use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    readers_that_never_pause_do_not_let_the_log_grow,
    a_long_read_stops_nobody_and_the_log_is_emptied_after_it,
];

const MIB: u64 = 1 << 20;
/// Size above which the log is emptied.
const LIMIT: u64 = 16 * MIB;

/// The log of the app's database; `None` on PostgreSQL.
fn log_of(app: &TestApp) -> Option<PathBuf> {
    match &app.database.url {
        DatabaseUrl::Sqlite(path) => Some(wal_of(path)),
        DatabaseUrl::Postgres(_) => None,
    }
}

fn size(log: &PathBuf) -> u64 {
    std::fs::metadata(log).map_or(0, |file| file.len())
}

/// Adds a quarter of a MiB.
async fn add(db: &Db) {
    let insert = |conn: &mut Conn| {
        conn.batch_execute("insert into filler values (randomblob(262144))")
            .map_err(StoreError::from)
    };
    db.write(insert).await.unwrap();
}

async fn make_table(db: &Db) {
    let create = |conn: &mut Conn| {
        conn.batch_execute("create table filler (bytes blob)").map_err(StoreError::from)
    };
    db.write(create).await.unwrap();
}

async fn metrics(app: &TestApp) -> String {
    app.stranger().get(&app.root("/metrics")).await.expect(200).text
}

async fn readers_that_never_pause_do_not_let_the_log_grow(app: TestApp) {
    let Some(log) = log_of(&app) else { return };
    make_table(&app.db).await;
    let (stop, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let reader = |_| {
        let (db, stop, reads) = (app.db.clone(), Arc::clone(&stop), Arc::clone(&reads));
        actix_web::rt::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let look = |conn: &mut Conn| {
                    let seen = conn.batch_execute("select count(*) from projects");
                    // Long enough that there is always another read when one ends.
                    std::thread::sleep(Duration::from_millis(5));
                    seen.map_err(StoreError::from)
                };
                db.read(look).await.unwrap();
                reads.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    let readers: Vec<_> = (0..4).map(reader).collect();

    let mut longest = 0;
    for _ in 0..256 {
        add(&app.db).await;
        longest = longest.max(size(&log));
    }
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }

    // 64 MiB were written. What the log grows after an attempt that came too early is allowed for.
    assert!(longest <= 2 * LIMIT, "{} MiB", longest / MIB);
    assert!(longest > LIMIT / 2, "the readers did not overlap: {} MiB", longest / MIB);
    assert!(reads.load(Ordering::Relaxed) > 100, "readers were held back all the time");
    let metrics = metrics(&app).await;
    assert!(metrics.contains("sqlite_wal_bytes"), "{metrics}");
    // On a busy machine SQLite may begin the log anew by itself, before an attempt succeeds.
    assert!(metrics.contains("sqlite_checkpoints_total{result="), "{metrics}");
}

async fn a_long_read_stops_nobody_and_the_log_is_emptied_after_it(app: TestApp) {
    let Some(log) = log_of(&app) else { return };
    make_table(&app.db).await;
    let commission = app.commission().await;
    let (begun, has_begun) = channel();
    let (end, ends) = channel::<()>();
    let look = move |conn: &mut Conn| {
        conn.batch_execute("select count(*) from projects").map_err(StoreError::from)?;
        begun.send(()).unwrap();
        let _ = ends.recv();
        Ok::<_, StoreError>(())
    };
    let db = app.db.clone();
    let long = actix_web::rt::spawn(async move { db.read(look).await });
    tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();

    for _ in 0..96 {
        add(&app.db).await;
    }
    let with_the_read = size(&log);
    commission.project("甲项目", json!({})).await;
    let read = commission.get("/projects").await.expect(200);
    end.send(()).unwrap();
    long.await.unwrap().unwrap();
    // Nothing is written any more: the writer finds the log at rest.
    while size(&log) > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    assert!(with_the_read > LIMIT, "{} MiB", with_the_read / MIB);
    assert_eq!(read.json["total"], 1);
    let metrics = metrics(&app).await;
    assert!(metrics.contains("sqlite_checkpoints_total{result=\"busy\"}"), "{metrics}");
}

//! A disk that is really full: a server on a small file system of its own. Elsewhere the words of the
//! databases are tested, in `failures`.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use major_projects::testing::{DatabaseUrl, backup};
use serde_json::{Value, json};

use crate::commands::{Running, command, start, terminate};
use crate::support::actor::Actor;
use crate::support::app::{PASSWORD, TestApp};
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_full_disk_refuses_writes_is_not_ready_and_recovers,
];

/// A command in a mount namespace of its own: what it mounts goes when it ends.
fn apart() -> Command {
    let mut apart = Command::new("unshare");
    let root = Command::new("id").arg("-u").output();
    if !root.is_ok_and(|id| id.stdout.trim_ascii() == b"0") {
        apart.arg("--map-root-user");
    }
    apart.args(["--mount", "/bin/sh", "-c"]);
    apart
}

fn can_mount(folder: &Path) -> bool {
    let mount = "mount -t tmpfs -o size=1m tmpfs \"$0\"";
    apart().arg(mount).arg(folder).output().is_ok_and(|done| done.status.success())
}

/// Takes all room that is left.
fn fill(folder: &Path) {
    let mut filler = std::fs::File::create(folder.join("filler")).unwrap();
    let full = loop {
        if let Err(e) = filler.write_all(&[1; 4_096]) {
            break e;
        }
    };
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
}

fn project(number: usize) -> Value {
    json!({
        "name": format!("项目{number}"), "industry": "next_gen_it", "area": "dongying", "stage": "planned",
        "nature": "new_construction", "total_investment_wan": "1.00", "registered_year": 2021,
        "content": "建设内容".repeat(300),
    })
}

async fn logged_in(app: &TestApp, base: &str) -> Actor {
    let body = json!({"username": "commission", "password": PASSWORD});
    let session = app.stranger().post(&format!("{base}/sessions"), &body).await.expect(201);
    let mut actor = app.stranger();
    actor.token = session.json["access_token"].as_str().map(str::to_owned);
    actor
}

async fn a_full_disk_refuses_writes_is_not_ready_and_recovers(app: TestApp) {
    let DatabaseUrl::Sqlite(_) = &app.database.url else {
        // Its server has the disk; `failures` has its words.
        return;
    };
    let folder = app.database.folder.path();
    let (disk, seed) = (folder.join("disk"), folder.join("seed.db"));
    std::fs::create_dir(&disk).unwrap();
    if !can_mount(&disk) {
        println!(
            "NOT TESTED: a full disk. No file system can be mounted here (unshare, mount -t tmpfs)."
        );
        return;
    }
    app.commission().await;
    backup::backup(&app.database.url, &seed).unwrap();
    let script = "mount -t tmpfs -o size=6m,mode=700 tmpfs \"$0\" && mkdir -m 700 \"$0/data\" && \
        cp \"$1\" \"$0/data/major-projects.db\" && shift && exec \"$@\"";
    let serve = command(&app, &["serve"]);
    let mut serving = apart();
    serving.arg(script).arg(&disk).arg(&seed).arg(serve.get_program()).args(serve.get_args());
    serving.env("DATA_DIR", disk.join("data")).env("RUST_LOG", "info").env_remove("DATABASE_URL");
    serving.env("RECORD_KEY_FILE", folder.join("record.key"));
    let running = tokio::task::spawn_blocking(move || start(serving)).await.unwrap();
    let Running { mut child, address, .. } = running;
    let inside = format!("/proc/{}/root{}", child.id(), disk.display());
    let (root, base) = (format!("http://{address}"), format!("http://{address}/api/v1"));
    let commission = logged_in(&app, &base).await;
    let (ready, projects) = (format!("{root}/readyz"), format!("{base}/projects"));
    app.stranger().get(&ready).await.expect(200);
    commission.post(&projects, &project(0)).await.expect(201);

    fill(Path::new(&inside));
    let unready = app.stranger().get(&ready).await.expect(507);
    // The log may still have room for a few.
    let mut saved = 1;
    let refused = loop {
        let answer = commission.post(&projects, &project(saved)).await;
        if answer.status != 201 {
            break answer.expect(507);
        }
        saved += 1;
        assert!(saved < 1_000, "the disk is not full");
    };
    let summary = format!("{base}/summaries/investment?year=2021&by=area");
    for read in [&projects, &summary, &format!("{root}/livez")] {
        commission.get(read).await.expect(200);
    }
    commission.post(&projects, &project(saved)).await.expect(507);
    let still_unready = app.stranger().get(&ready).await.expect(507);
    let during = commission.get(&projects).await.expect(200);
    std::fs::remove_file(Path::new(&inside).join("filler")).unwrap();
    app.stranger().get(&ready).await.expect(200);
    commission.post(&projects, &project(saved)).await.expect(201);
    let after = commission.get(&projects).await.expect(200);
    terminate(&child);
    let stopped = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();

    for answer in [&unready, &refused, &still_unready] {
        assert_eq!(answer.code(), "disk-full");
        assert!(answer.json["detail"].as_str().unwrap().contains("磁盘已满"), "{}", answer.text);
    }
    assert_eq!(during.json["total"], saved);
    assert_eq!(after.json["total"], saved + 1);
    assert!(stopped.success());
}

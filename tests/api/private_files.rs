//! The files of the program can be read by their owner alone, whatever the umask says.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use major_projects::testing::DatabaseUrl;

use crate::commands::{command, start, terminate};
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    every_file_is_private_whatever_the_umask,
    files_that_were_open_are_closed_and_told_of,
];

/// The program with a umask that keeps nothing from anybody.
fn lax(app: &TestApp, folder: &Path, arguments: &[&str]) -> Command {
    let own = command(app, arguments);
    let mut lax = Command::new("/bin/sh");
    lax.args(["-c", "umask 000; exec \"$0\" \"$@\""]).arg(own.get_program()).args(own.get_args());
    lax.env_clear().envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
    lax.env("DATA_DIR", folder);
    if app.is_postgres() {
        // The key that signed what is in the database.
        lax.env("RECORD_KEY_FILE", app.database.folder.path().join("record.key"));
    } else {
        lax.env_remove("DATABASE_URL");
    }
    lax
}

fn mode(path: &Path) -> u32 {
    let found = std::fs::metadata(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    found.permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

async fn every_file_is_private_whatever_the_umask(app: TestApp) {
    let folder = app.database.folder.path().join("new/data");
    let serve = lax(&app, &folder, &["serve"]);
    let running = tokio::task::spawn_blocking(move || start(serve)).await.unwrap();
    let database = folder.join("major-projects.db");
    let copy = app.database.folder.path().join("copy.db");
    let made = run(lax(&app, &folder, &["backup", copy.to_str().unwrap()])).await;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!(mode(&copy), 0o600);
    if !app.is_postgres() {
        for end in ["", "-wal", "-shm"] {
            let file = format!("{}{end}", database.display());
            assert_eq!(mode(Path::new(&file)), 0o600, "{file}");
        }
    }
    let modes = [folder.clone(), folder.parent().unwrap().to_owned(), folder.join("jwt.key")];
    let modes = modes.map(|path| mode(&path));
    terminate(&running.child);
    let mut child = running.child;
    tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();

    assert_eq!(modes, [0o700, 0o700, 0o600]);
}

async fn files_that_were_open_are_closed_and_told_of(app: TestApp) {
    let DatabaseUrl::Sqlite(file) = app.database.url.clone() else {
        // The files of PostgreSQL are its own; the folder of the keys is tested all the same.
        let folder = app.database.folder.path().to_owned();
        set_mode(&folder, 0o755);
        let checked = run(command(&app, &["verify"])).await;
        let said = String::from_utf8(checked.stdout).unwrap();
        assert!(said.contains(&format!("chmod 700 {}", folder.display())), "{said}");
        return;
    };
    let folder = file.parent().unwrap().to_owned();
    set_mode(&file, 0o644);
    set_mode(&folder, 0o755);

    let first = run(command(&app, &["verify"])).await;
    let after = mode(&file);
    set_mode(&folder, 0o700);
    let second = run(command(&app, &["verify"])).await;
    set_mode(&file, 0o664);
    let started = run(command(&app, &["migrate"])).await;

    let said = String::from_utf8(first.stdout).unwrap();
    assert!(first.status.success() && said.contains(&format!("chmod 700 {}", folder.display())));
    assert!(said.contains(&format!("WARNING: {} was open to others", file.display())), "{said}");
    assert_eq!(after, 0o600);
    let said = String::from_utf8(second.stdout).unwrap();
    assert!(!said.contains("WARNING"), "{said}");
    assert!(started.status.success());
    assert_eq!(mode(&file), 0o600);
}

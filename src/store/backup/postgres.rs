//! Backup and restoration of a PostgreSQL database, by the server's own tools.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use crate::store::backup::{MARK_AS_COPY, Part, cannot_write, refuse};
use crate::store::conn::{Conn, Use};
use crate::store::url::{DatabaseUrl, without_password};
use crate::store::{Result, StoreError};

/// Entry of every dump of a database that was migrated.
const OURS: &str = "__diesel_schema_migrations";

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    major: String,
}

#[derive(QueryableByName)]
struct Relations {
    #[diesel(sql_type = BigInt)]
    relations: i64,
}

/// The tools for one server.
struct Tools {
    /// Folders to look in, the best first; an empty one means the search path.
    folders: Vec<PathBuf>,
    /// URL of the database without its password.
    url: String,
    password: Option<String>,
}

impl Tools {
    fn of(conn: &mut Conn, url: &str) -> Result<Self> {
        let query = "select (current_setting('server_version_num')::int / 10000)::text as major";
        let major = sql_query(query).get_result::<Version>(conn)?.major;
        let (url, password) = without_password(url);
        if url.contains("sslpassword=") {
            return refuse(
                "the tools of PostgreSQL would show sslpassword in their arguments; use a key \
                 without a passphrase that only its owner can read"
                    .to_owned(),
            );
        }
        Ok(Self { folders: folders(&major), url, password })
    }

    /// Runs the tool `name`. The password is not in its arguments, which every user can read.
    fn run(&self, name: &str, prepare: impl Fn(&mut Command) -> Result<()>) -> Result<Output> {
        for folder in &self.folders {
            let mut command = Command::new(folder.join(name));
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            if let Some(password) = &self.password {
                command.env("PGPASSWORD", password);
            }
            prepare(&mut command)?;
            match command.spawn().and_then(std::process::Child::wait_with_output) {
                Ok(output) => return succeeded(name, output),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return refuse(format!("cannot run {name}: {e}")),
            }
        }
        refuse(format!(
            "{name} was not found; install the PostgreSQL client programs of the server's version"
        ))
    }

    /// The entries of a dump.
    fn list(&self, dump: &Path) -> Result<String> {
        let listed = self.run("pg_restore", |command| {
            command.arg("--list").arg(dump);
            Ok(())
        })?;
        Ok(String::from_utf8_lossy(&listed.stdout).into_owned())
    }
}

/// Where the tools of a server of this version may be: those of the same version, those on the search
/// path, and others from the newest on.
fn folders(major: &str) -> Vec<PathBuf> {
    let debian = |version: &str| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin"));
    let red_hat = |version: &str| PathBuf::from(format!("/usr/pgsql-{version}/bin"));
    let mut all = vec![debian(major), red_hat(major), PathBuf::new()];
    let others = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let names = others.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut others: Vec<u32> = names.filter_map(|name| name.parse().ok()).collect();
    others.sort_unstable();
    all.extend(others.iter().rev().map(|version| debian(&version.to_string())));
    all
}

fn succeeded(name: &str, output: Output) -> Result<Output> {
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
    refuse(format!("{name} failed: {said}"))
}

/// Dumps the database at `url`, also given as `text`, into the empty file `part`, and reads the list
/// of entries back.
pub(super) fn dump(url: &DatabaseUrl, text: &str, part: &Part) -> Result<()> {
    let tools = Tools::of(&mut Conn::open(url, Use::Read)?, text)?;
    tools.run("pg_dump", |command| {
        command.args(["--format=custom", "--no-owner", "--no-privileges", "--no-password"]);
        command.arg(format!("--dbname={}", tools.url));
        let file = File::create(&part.0).map_err(|e| cannot_write(&part.0, &e))?;
        command.stdout(file);
        Ok(())
    })?;
    if !tools.list(&part.0)?.contains(OURS) {
        return refuse(format!("{url} has no data of this program"));
    }
    Ok(())
}

/// Restores a dump into the database at `url`, also given as `text`, in one transaction.
pub(super) fn restore(url: &DatabaseUrl, text: &str, from: &Path) -> Result<()> {
    let mut conn = Conn::open(url, Use::Write)?;
    must_be_empty(&mut conn, url)?;
    let tools = Tools::of(&mut conn, text)?;
    let listed = tools.list(from);
    if !listed.is_ok_and(|entries| entries.contains(OURS)) {
        return refuse(format!("{} is no backup of this program", from.display()));
    }
    tools.run("pg_restore", |command| {
        command.args(["--single-transaction", "--exit-on-error"]);
        command.args(["--no-owner", "--no-privileges", "--no-password"]);
        command.arg(format!("--dbname={}", tools.url)).arg(from);
        Ok(())
    })?;
    mark_as_copy(&mut conn)
}

fn must_be_empty(conn: &mut Conn, url: &DatabaseUrl) -> Result<()> {
    let query = "select count(*) as relations from pg_class \
        join pg_namespace on pg_namespace.oid = relnamespace \
        where nspname <> 'information_schema' and nspname not like 'pg\\_%' \
        and relkind in ('r', 'p', 'v', 'm', 'S', 'f')";
    if sql_query(query).get_result::<Relations>(conn)?.relations == 0 {
        return Ok(());
    }
    refuse(format!("{url} is not empty; restore into a new database"))
}

/// A backup of a release without a feed has none.
fn mark_as_copy(conn: &mut Conn) -> Result<()> {
    let query = "select count(*) as relations from pg_class where oid = to_regclass('feeds')";
    if sql_query(query).get_result::<Relations>(conn)?.relations > 0 {
        conn.batch_execute(MARK_AS_COPY).map_err(StoreError::from)?;
    }
    Ok(())
}

//! The commands of the program. Each wires the floors together and reports a failure in one line.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

pub mod accounts;
pub mod machines;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};
use tracing::info;

use crate::api;
use crate::cli::accounts::UserCommand;
use crate::cli::machines::ClientCommand;
use crate::config::{Config, DatabaseConfig, Secret};
use crate::demo;
use crate::domain::clock::{Calendar, Clock, FixedCalendar, ShanghaiCalendar};
use crate::domain::month::Year;
use crate::http::documents::pretty;
use crate::http::{document, document30};
use crate::store::accounts::users;
use crate::store::events::verify;
use crate::store::{DatabaseUrl, Db, DbOptions, StoreError, backup, migrate};
use crate::telemetry;
use crate::telemetry::{LogFormat, SystemClock};
use crate::{seed, web};

/// The register and reporting system for a government's major projects (重大项目调度)
#[derive(Parser, Debug)]
#[command(name = "major-projects", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Log filter, in the syntax of `RUST_LOG`
    #[arg(long, global = true, env = "RUST_LOG", default_value = "info,actix_server=warn")]
    log: String,

    /// Format of log lines
    #[arg(long, global = true, env = "LOG_FORMAT", default_value = "text")]
    log_format: LogFormat,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Migrate the database and serve the API and the dashboard
    Serve(ServeArgs),
    /// Serve a synthetic portfolio that matches the 2021 plan exactly, with one account per role
    Demo(ServeArgs),
    /// Migrate the database to the schema of this version
    Migrate(DatabaseConfig),
    /// Load the 2021 plan, industries, areas and units; existing rows are not changed
    Seed(DatabaseConfig),
    /// Print the OpenAPI document
    Openapi {
        /// As OpenAPI 3.0.3, for generators that do not support 3.1
        #[arg(long)]
        v30: bool,
    },
    /// Create, reset and disable user accounts
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Create and disable machine clients
    Client {
        #[command(subcommand)]
        command: ClientCommand,
    },
    /// Check that a running server is ready; for container health checks
    Healthcheck {
        /// Address and port of the server
        #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8080")]
        listen: std::net::SocketAddr,
    },
    /// Check the integrity of the database: event chain, bulletins, plan versions and SQLite file
    Verify(DatabaseConfig),
    /// Copy the SQLite database to a new file while the server is running, and verify the copy
    Backup {
        #[command(flatten)]
        database: DatabaseConfig,
        /// Path of the copy; must not exist
        file: PathBuf,
    },
}

#[derive(Args, Debug)]
struct ServeArgs {
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    server: Config,
}

/// Parses the command line of this process and runs the command.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    telemetry::start_logging(&cli.log, cli.log_format);
    let outcome = match cli.command {
        Command::Openapi { v30 } => {
            print_document(v30);
            Ok(())
        }
        Command::Healthcheck { listen } => healthcheck(listen),
        Command::Serve(args) => in_system(serve(args)),
        Command::Demo(args) => in_system(demonstrate(args)),
        Command::Migrate(database) => migrate_database(&database),
        Command::Seed(database) => in_system(seed_database(database)),
        Command::User { command } => in_system(accounts::run(command)),
        Command::Client { command } => in_system(machines::run(command)),
        Command::Verify(database) => in_system(verify_database(database.url())),
        Command::Backup { database, file } => in_system(back_up(database, file)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln_line(&words);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "the one line that says what went wrong")]
fn eprintln_line(words: &str) {
    eprintln!("error: {words}");
}

fn in_system(work: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    actix_web::rt::System::new().block_on(work)
}

fn print_document(v30: bool) {
    let document = document::document(&api::routes());
    let document = if v30 { document30::down_convert(&document) } else { document };
    print!("{}", pretty(&document));
}

/// Opens the database of `settings` and migrates it to the schema of this version.
pub(crate) fn open(settings: &DatabaseConfig) -> Result<Db, String> {
    let url = settings.url()?;
    for name in migrate::migrate(&url).map_err(|e| e.to_string())? {
        info!("migrated {url}: {name}");
    }
    let wait = std::time::Duration::from_secs(settings.db_wait_seconds);
    let options = DbOptions { connections: settings.db_connections, wait };
    Db::open(&url, options).map_err(|e| e.to_string())
}

fn migrate_database(settings: &DatabaseConfig) -> Result<(), String> {
    let url = settings.url()?;
    let ran = migrate::migrate(&url).map_err(|e| e.to_string())?;
    for name in &ran {
        println!("ran {name}");
    }
    println!("{url} is at this program's schema ({} migrations run)", ran.len());
    Ok(())
}

async fn seed_database(settings: DatabaseConfig) -> Result<(), String> {
    let (db, now) = (open(&settings)?, SystemClock.now());
    let new =
        db.write(move |conn| seed::load(conn, now)).await.map_err(|e: StoreError| e.to_string())?;
    println!(
        "added {} plans, {} industries, {} areas, {} units; existing rows were not changed",
        new.plans, new.industries, new.areas, new.units
    );
    Ok(())
}

async fn back_up(settings: DatabaseConfig, file: PathBuf) -> Result<(), String> {
    backup::backup(&settings.url()?, &file).map_err(|e| e.to_string())?;
    println!("wrote {}", file.display());
    verify_database(Ok(DatabaseUrl::Sqlite(file))).await
}

async fn verify_database(url: Result<DatabaseUrl, String>) -> Result<(), String> {
    let url = url?;
    let db = Db::open(&url, DbOptions::default()).map_err(|e| e.to_string())?;
    let checks = db.read(verify::verify).await.map_err(|e| e.to_string())?;
    let mut wrong = 0;
    for check in &checks {
        let verdict = if check.wrong.is_empty() { "ok" } else { "WRONG" };
        println!("{verdict}: {} ({} looked at)", check.what, check.looked_at);
        check.wrong.iter().for_each(|line| println!("  {line}"));
        wrong += check.wrong.len();
    }
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} thing(s) in {url} do not agree")) }
}

fn calendar(today: Option<NaiveDate>) -> Arc<dyn Calendar> {
    match today {
        Some(day) => Arc::new(FixedCalendar(day)),
        None => Arc::new(ShanghaiCalendar(SystemClock)),
    }
}

fn key_file(args: &ServeArgs) -> PathBuf {
    let own = || args.database.data_dir.join("jwt.key");
    args.server.jwt_key_file.clone().unwrap_or_else(own)
}

async fn serve(args: ServeArgs) -> Result<(), String> {
    args.database.log();
    args.server.log();
    let db = open(&args.database)?;
    let any = db.read(users::any).await.map_err(|e| e.to_string())?;
    if !any {
        info!(
            "there is no account yet; create the first one: major-projects user add <name> --role admin"
        );
    }
    let key = Secret::read_or_make(&key_file(&args))?;
    let calendar = calendar(args.server.today);
    let server = start(&args, &key, db, calendar)?;
    info!("serving on http://{}, documents at http://{}/docs", server.address, server.address);
    server.finished().await.map_err(|e| e.to_string())?;
    info!("stopped");
    Ok(())
}

fn start(
    args: &ServeArgs,
    key: &Secret,
    db: Db,
    calendar: Arc<dyn Calendar>,
) -> Result<web::Server, String> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    web::start(args.server.clone(), key, db, clock, calendar)
}

/// Business day of the demonstration: shortly after the plan notice of June 2021.
const DEMO_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2021, 7, 1);

async fn demonstrate(args: ServeArgs) -> Result<(), String> {
    let db = open(&args.database)?;
    let now = SystemClock.now();
    db.write(move |conn| seed::load(conn, now)).await.map_err(|e: StoreError| e.to_string())?;
    let today = args.server.today.or(DEMO_DAY).unwrap_or_default();
    let year = Year::new(2021).ok_or("2021 is a year")?;
    let loaded = demo::load::load(&db, year, today, now, show_progress).await;
    let projects = loaded.map_err(|e| e.to_string())?;
    let data_dir = &args.database.data_dir;
    let effort = args.server.password_effort();
    let accounts = demo::accounts::prepare(&db, data_dir, effort, now).await?;
    let key = Secret::read_or_make(&key_file(&args))?;
    let server = start(&args, &key, db, calendar(Some(today)))?;
    demo::welcome::print(&server.address, today, projects, data_dir, &accounts);
    server.finished().await.map_err(|e| e.to_string())
}

fn show_progress(done: usize, total: usize) {
    use std::io::Write;
    if done.is_multiple_of(8) || done == total {
        print!("\rloading the synthetic portfolio: {done} of {total} projects");
        let _ = std::io::stdout().flush();
    }
    if done == total {
        println!();
    }
}

fn healthcheck(listen: std::net::SocketAddr) -> Result<(), String> {
    use std::io::{Read, Write};
    use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
    use std::time::Duration;
    let host =
        if listen.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listen.ip() };
    let address = SocketAddr::new(host, listen.port());
    let failed = |e: std::io::Error| format!("{address} does not answer: {e}");
    let wait = Duration::from_secs(3);
    let mut stream = TcpStream::connect_timeout(&address, wait).map_err(failed)?;
    stream.set_read_timeout(Some(wait)).map_err(failed)?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(failed)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(failed)?;
    if answer.starts_with("HTTP/1.1 200") {
        println!("ready");
        return Ok(());
    }
    Err(format!("{address} is not ready: {}", answer.lines().next().unwrap_or("no answer")))
}

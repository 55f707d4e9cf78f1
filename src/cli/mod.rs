//! The commands of the program. Each wires the floors together and reports a failure in one line.

mod backup;
mod client;
mod database;
mod demo;
mod failure;
mod healthcheck;
mod lookup;
mod migrate;
mod openapi;
mod read_only;
mod rebuild;
mod record;
mod renew_feed;
mod restore;
mod seed;
mod serve;
mod user;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::cli::client::ClientCommand;
use crate::cli::read_only::ReadOnlyArgs;
use crate::cli::rebuild::RebuildArgs;
use crate::cli::serve::ServeArgs;
use crate::cli::user::UserCommand;
use crate::config::DatabaseConfig;
use crate::telemetry;
use crate::telemetry::LogFormat;

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
    Serve {
        #[command(flatten)]
        args: ServeArgs,
        #[command(flatten)]
        read_only: ReadOnlyArgs,
    },
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
    ///
    /// Exit code 0: everything agrees. 1: the check could not be made. 3: something does not agree.
    Verify(verify::VerifyArgs),
    /// Make a new file of the embedded database with the register as it stood at a moment; `serve
    /// --read-only` answers from it
    Rebuild(RebuildArgs),
    /// Give the change feed a new id, after restoring a backup that another tool than `backup` made
    RenewFeed(DatabaseConfig),
    /// Write the database to a new file while the server is running, and check the file; PostgreSQL
    /// needs `pg_dump`
    Backup {
        #[command(flatten)]
        database: DatabaseConfig,
        /// Path of the backup; must not exist
        file: PathBuf,
    },
    /// Fill an empty database with a backup, give the change feed a new id, and verify; PostgreSQL
    /// needs `pg_restore`
    Restore {
        #[command(flatten)]
        database: DatabaseConfig,
        /// Path of the backup
        file: PathBuf,
    },
}

/// Parses the command line of this process and runs the command.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    telemetry::start_logging(&cli.log, cli.log_format);
    let outcome = match cli.command {
        Command::Verify(args) => match verify::run(&args) {
            Ok(true) => Ok(()),
            Ok(false) => return ExitCode::from(verify::DOES_NOT_AGREE),
            Err(words) => Err(words),
        },
        Command::Openapi { v30 } => {
            openapi::run(v30);
            Ok(())
        }
        Command::Healthcheck { listen } => healthcheck::run(listen),
        Command::Serve { args, read_only } if read_only.is_wanted() => {
            in_system(read_only::run(args, read_only))
        }
        Command::Serve { args, .. } => in_system(serve::run(args)),
        Command::Rebuild(args) => rebuild::run(&args),
        Command::Demo(args) => in_system(demo::run(args)),
        Command::Migrate(database) => migrate::run(&database),
        Command::Seed(database) => in_system(seed::run(database)),
        Command::User { command } => in_system(user::run(command)),
        Command::Client { command } => in_system(client::run(command)),
        Command::RenewFeed(database) => in_system(renew_feed::run(database)),
        Command::Backup { database, file } => backup::run(&database, file),
        Command::Restore { database, file } => in_system(restore::run(database, &file)),
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

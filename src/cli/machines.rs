//! `client add|disable`: machine clients from the command line.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use clap::{Args, Subcommand};

use crate::api::accounts::client_view::{ClientInput, parse};
use crate::api::accounts::clients::NewSecret;
use crate::cli::accounts::{Failed, area, unit};
use crate::cli::open;
use crate::config::DatabaseConfig;
use crate::domain::account::access::Role;
use crate::domain::account::scope::ClientScope;
use crate::domain::clock::Clock;
use crate::http::problem::Problem;
use crate::store::Conn;
use crate::store::accounts::clients;
use crate::store::accounts::clients::Client;
use crate::store::accounts::sessions;
use crate::store::accounts::users::User;
use crate::store::events;
use crate::store::events::{Author, Change, Event};
use crate::telemetry::SystemClock;

/// What to do with a machine client.
#[derive(Subcommand, Debug)]
pub enum ClientCommand {
    /// Make a machine client; prints its secret, this once
    Add(AddArgs),
    /// Disable a machine client and end its tokens
    Disable(DisableArgs),
}

/// `client add`
#[derive(Args, Debug)]
pub struct AddArgs {
    /// The name people know; events carry it
    name: String,
    /// In whose place it acts: commission, unit, area, viewer or auditor
    #[arg(long)]
    role: Role,
    /// What it is let do, such as projects:read; may be given several times
    #[arg(long = "scope", required = true)]
    scopes: Vec<ClientScope>,
    /// The name of the unit it acts for; for --role unit
    #[arg(long)]
    unit: Option<String>,
    /// The code of the area it acts for; for --role area
    #[arg(long)]
    area: Option<String>,
    #[command(flatten)]
    database: DatabaseConfig,
}

/// `client disable`
#[derive(Args, Debug)]
pub struct DisableArgs {
    /// What it names itself by, such as mp-3fQ0aZ7kLw2c
    client_id: String,
    #[command(flatten)]
    database: DatabaseConfig,
}

/// Runs one of them.
///
/// # Errors
/// One line that says what to do.
pub async fn run(command: ClientCommand) -> Result<(), String> {
    match command {
        ClientCommand::Add(args) => add(args).await,
        ClientCommand::Disable(args) => disable(args).await,
    }
}

impl From<crate::usecases::refusal::Refusal> for Failed {
    fn from(refusal: crate::usecases::refusal::Refusal) -> Self {
        Problem::from(refusal).into()
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        let wrong = problem.errors.iter().map(|e| format!("{}: {}", e.pointer, e.words.en));
        let wrong: Vec<String> = wrong.collect();
        Self(if wrong.is_empty() { problem.detail.en } else { wrong.join("; ") })
    }
}

async fn add(args: AddArgs) -> Result<(), String> {
    let (db, now) = (open(&args.database)?, SystemClock.now());
    let secret = NewSecret::make().map_err(|problem| Failed::from(problem).0)?;
    let kept = secret.clone();
    let made = db.write(move |conn: &mut Conn| {
        let input = ClientInput {
            name: args.name.clone(),
            role: args.role,
            unit_id: unit(conn, args.unit.as_deref())?,
            area_id: area(conn, args.area.as_deref())?,
            scopes: args.scopes.clone(),
            expires_at: None,
        };
        let client = clients::insert(conn, &parse(&input, now)?, now)?;
        clients::add_secret(conn, client.id, (&kept.hint, &kept.hash), now)?;
        record(conn, "client.created", &client)?;
        Ok::<Client, Failed>(client)
    });
    let client = made.await.map_err(|e| e.0)?;
    println!("{} may ask for tokens at /api/v1/oauth/token", client.name);
    println!("client_id: {}", client.client_id);
    println!("client_secret: {}", secret.secret);
    println!("the secret is not kept and cannot be shown again");
    Ok(())
}

fn record(conn: &mut Conn, kind: &'static str, client: &Client) -> Result<(), Failed> {
    let said = vec![
        Change::said("name", &client.name),
        Change::said("scopes", &ClientScope::join(&client.scopes)),
    ];
    let event = Event::of(kind, "client", client.id.0, said);
    Ok(events::record(conn, &Author::system("command line"), SystemClock.now(), &event)?)
}

async fn disable(args: DisableArgs) -> Result<(), String> {
    let (db, now, name) = (open(&args.database)?, SystemClock.now(), args.client_id.clone());
    let disabled = db.write(move |conn: &mut Conn| {
        let client = clients::find(conn, &name)?;
        let client = client.ok_or_else(|| Failed(format!("there is no client {name:?}")))?;
        let user = User { disabled_at: Some(now), ..client.user.clone() };
        let client = clients::save(conn, &Client { user, ..client })?;
        sessions::end_all(conn, client.user.id, None, now, "by the operator")?;
        record(conn, "client.disabled", &client)
    });
    disabled.await.map_err(|e| e.0)?;
    println!("{} gets no more tokens; those it had are over", args.client_id);
    Ok(())
}

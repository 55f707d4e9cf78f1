//! `client add|disable`: machine clients.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use clap::{Args, Subcommand};

use crate::cli::database::open;
use crate::cli::failure::Failed;
use crate::cli::lookup::{area, unit};
use crate::cli::record::record_event;
use crate::config::DatabaseConfig;
use crate::domain::account::access::Role;
use crate::domain::account::scope::ClientScope;
use crate::domain::clock::Clock;
use crate::store::Conn;
use crate::store::accounts::clients;
use crate::store::accounts::clients::Client;
use crate::store::accounts::recorded::RecordedClient;
use crate::store::accounts::sessions;
use crate::store::accounts::users::User;
use crate::store::events::{Event, changes};
use crate::telemetry::SystemClock;
use crate::usecases::accounts::client_view::{ClientInput, parse};
use crate::usecases::accounts::clients::NewSecret;

/// Machine client commands.
#[derive(Subcommand, Debug)]
pub(super) enum ClientCommand {
    /// Create a machine client; prints its secret, which is never shown again
    Add(AddArgs),
    /// Disable a machine client and revoke its tokens
    Disable(DisableArgs),
}

/// Arguments of `client add`.
#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// Display name; recorded as the author of the client's events
    name: String,
    /// Role the client acts in: commission, unit, area, viewer or auditor
    #[arg(long)]
    role: Role,
    /// Scope granted to the client, such as projects:read; repeat for several
    #[arg(long = "scope", required = true)]
    scopes: Vec<ClientScope>,
    /// Name of the unit the client acts for; required for --role unit only
    #[arg(long)]
    unit: Option<String>,
    /// Code of the area the client acts for; required for --role area only
    #[arg(long)]
    area: Option<String>,
    #[command(flatten)]
    database: DatabaseConfig,
}

/// Arguments of `client disable`.
#[derive(Args, Debug)]
pub(super) struct DisableArgs {
    /// Client id, such as mp-3fQ0aZ7kLw2c
    client_id: String,
    #[command(flatten)]
    database: DatabaseConfig,
}

/// Runs a machine client command.
///
/// # Errors
/// One line with the remedy.
pub(super) async fn run(command: ClientCommand) -> Result<(), String> {
    match command {
        ClientCommand::Add(args) => add(args).await,
        ClientCommand::Disable(args) => disable(args).await,
    }
}

async fn add(args: AddArgs) -> Result<(), String> {
    let db = open(&args.database)?;
    let now = SystemClock.now();
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
        clients::add_secret(conn, client.id, &kept.hint, &kept.hash, now)?;
        record(conn, "client.created", None, &client)?;
        Ok::<Client, Failed>(client)
    });
    let client = made.await.map_err(|e| e.0)?;
    println!("{} can request tokens at /api/v1/oauth/token", client.name);
    println!("client_id: {}", client.client_id);
    println!("client_secret: {}", secret.secret);
    println!("only a hash of the secret is stored; it cannot be shown again");
    Ok(())
}

/// Records the event of a change with its fields before and after.
fn record(
    conn: &mut Conn,
    kind: &'static str,
    before: Option<&Client>,
    client: &Client,
) -> Result<(), Failed> {
    let secrets = clients::secrets(conn, client.id)?;
    let before = before.map(|before| RecordedClient::of(before, &secrets));
    let values = changes(before.as_ref(), &RecordedClient::of(client, &secrets));
    let event = Event::of(kind, "client", client.id.0, values);
    record_event(conn, &event)
}

async fn disable(args: DisableArgs) -> Result<(), String> {
    let db = open(&args.database)?;
    let now = SystemClock.now();
    let name = args.client_id.clone();
    let disabled = db.write(move |conn: &mut Conn| {
        let client = clients::find(conn, &name)?;
        let client = client.ok_or_else(|| Failed(format!("there is no client {name:?}")))?;
        let before = client.clone();
        let user = User { disabled_at: Some(now), ..client.user.clone() };
        let client = clients::save(conn, &Client { user, ..client })?;
        sessions::end_all(conn, client.user.id, None, now, "by the operator")?;
        record(conn, "client.disabled", Some(&before), &client)
    });
    disabled.await.map_err(|e| e.0)?;
    println!("{} is disabled; its tokens are revoked", args.client_id);
    Ok(())
}

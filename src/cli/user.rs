//! `user add|passwd|disable|remove-totp`: creates the first account and recovers access when no administrator
//! can log in.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::database::open;
use crate::cli::failure::Failed;
use crate::cli::lookup::{area, unit};
use crate::cli::record::record_event;
use crate::config::DatabaseConfig;
use crate::domain::account::access::Role;
use crate::domain::clock::Clock;
use crate::domain::text::{Name, Username};
use crate::http::tokens::random_text;
use crate::store::accounts::passwords;
use crate::store::accounts::recorded::RecordedUser;
use crate::store::accounts::sessions;
use crate::store::accounts::totp;
use crate::store::accounts::users;
use crate::store::accounts::users::{NewUser, User};
use crate::store::events::{Event, changes};
use crate::store::{Conn, Db};
use crate::telemetry::SystemClock;
use crate::usecases::accounts::password;
use crate::usecases::accounts::password_check::PasswordCheck;

/// Account commands.
#[derive(Subcommand, Debug)]
pub(super) enum UserCommand {
    /// Create an account; prints a generated first password unless --password-file is given
    Add(AddArgs),
    /// Set a new password for an account and end its sessions
    Passwd(PasswdArgs),
    /// Disable an account and end its sessions
    Disable(DisableArgs),
    /// Remove the second factor of an account whose device and recovery codes are lost, and end its
    /// sessions
    RemoveTotp(DisableArgs),
}

/// Arguments of `user add`.
#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// Login name
    username: String,
    /// Role: commission, unit, area, viewer, auditor or admin
    #[arg(long)]
    role: Role,
    /// Display name [default: the login name]
    #[arg(long)]
    name: Option<String>,
    /// Name of the unit the account acts for; required for --role unit only
    #[arg(long)]
    unit: Option<String>,
    /// Code of the area the account acts for; required for --role area only
    #[arg(long)]
    area: Option<String>,
    /// Path of a file with the first password [default: generate and print one]
    #[arg(long)]
    password_file: Option<PathBuf>,
    #[command(flatten)]
    database: DatabaseConfig,
}

/// Arguments of `user passwd`.
#[derive(Args, Debug)]
pub(super) struct PasswdArgs {
    /// Login name
    username: String,
    /// Path of a file with the new password [default: generate and print one]
    #[arg(long)]
    password_file: Option<PathBuf>,
    #[command(flatten)]
    database: DatabaseConfig,
}

/// Arguments of `user disable` and `user remove-totp`.
#[derive(Args, Debug)]
pub(super) struct DisableArgs {
    /// Login name
    username: String,
    #[command(flatten)]
    database: DatabaseConfig,
}

/// Runs an account command.
///
/// # Errors
/// One line with the remedy.
pub(super) async fn run(command: UserCommand) -> Result<(), String> {
    match command {
        UserCommand::Add(args) => add(args).await,
        UserCommand::Passwd(args) => passwd(args).await,
        UserCommand::Disable(args) => disable(args).await,
        UserCommand::RemoveTotp(args) => remove_totp(args).await,
    }
}

/// A password with its hash.
struct HashedPassword {
    password: String,
    hash: String,
}

/// Reads the password from `file`, or generates one; `check` says what is wrong with it, of an
/// account with the names `about`.
fn new_password(
    file: Option<&PathBuf>,
    check: &PasswordCheck,
    about: &[&str],
) -> Result<HashedPassword, String> {
    let password = match file {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|e| format!("cannot read {}: {e}", file.display()))?
            .trim()
            .to_owned(),
        None => random_text().map_err(|e| e.to_string())?.chars().take(20).collect(),
    };
    if let Some(fault) = check.fault(&password, about) {
        return Err(fault.words.en);
    }
    let hash = password::hash(&password, password::OWASP)?;
    Ok(HashedPassword { password, hash })
}

fn print_password(username: &str, what: &str, password: &str, file: Option<&PathBuf>) {
    println!("{username} {what}");
    if file.is_none() {
        println!("password: {password}");
    }
    println!("it must be changed at the first log-in (PUT /api/v1/me/password)");
}

async fn add(args: AddArgs) -> Result<(), String> {
    let username = Username::parse(&args.username).map_err(|e| e.to_string())?.into_string();
    let name = args.name.clone().unwrap_or_else(|| username.clone());
    let display_name = Name::parse(&name).map_err(|e| e.to_string())?.into_string();
    for (flag, needed, given) in [
        ("--unit", args.role == Role::Unit, args.unit.is_some()),
        ("--area", args.role == Role::Area, args.area.is_some()),
    ] {
        if needed != given {
            let must = if needed { "needs" } else { "cannot have" };
            return Err(format!("an account of role {} {must} {flag}", args.role));
        }
    }
    let file = args.password_file.clone();
    let db = open(&args.database)?;
    let check = db.read(|conn| PasswordCheck::read(conn, None)).await.map_err(|e| e.to_string())?;
    let HashedPassword { password, hash } =
        new_password(file.as_ref(), &check, &[&username, &display_name])?;
    let now = SystemClock.now();
    let login_name = username.clone();
    db.write(move |conn| {
        let new = NewUser {
            username: username.clone(),
            display_name: display_name.clone(),
            role: args.role,
            unit_id: unit(conn, args.unit.as_deref())?,
            area_id: area(conn, args.area.as_deref())?,
            password_hash: hash.clone(),
            must_change_password: true,
        };
        if users::find_by_name(conn, &username)?.is_some() {
            return Err(Failed(format!(
                "there is an account {username} already; see `user passwd`"
            )));
        }
        let user = users::insert(conn, &new, now)?;
        record_change(conn, "user.created", None, &user)
    })
    .await
    .map_err(|e| e.0)?;
    print_password(&login_name, "can log in now", &password, file.as_ref());
    Ok(())
}

/// Records a change of an account with its fields before and after.
fn record_change(
    conn: &mut Conn,
    kind: &'static str,
    before: Option<&User>,
    after: &User,
) -> Result<(), Failed> {
    let before = before.map(RecordedUser::from);
    let changes = changes(before.as_ref(), &RecordedUser::from(after));
    let event = Event::of(kind, "user", after.id.0, changes);
    record_event(conn, &event)
}

/// Applies `work` to the account and ends its sessions, in one transaction.
async fn change(
    db: &Db,
    username: String,
    work: impl Fn(&mut Conn, &User) -> Result<(), Failed> + Send + 'static,
) -> Result<(), String> {
    let done = db.write(move |conn| {
        let user = users::find_by_name(conn, &username)?;
        let user = user.ok_or_else(|| Failed(format!("there is no account {username:?}")))?;
        work(conn, &user)?;
        Ok::<(), Failed>(sessions::end_all(
            conn,
            user.id,
            None,
            SystemClock.now(),
            "by the operator",
        )?)
    });
    done.await.map_err(|e| e.0)
}

async fn passwd(args: PasswdArgs) -> Result<(), String> {
    let db = open(&args.database)?;
    let username = args.username.clone();
    let found = db.read(move |conn| {
        let user = users::find_by_name(conn, &username)?;
        let user = user.ok_or_else(|| Failed(format!("there is no account {username:?}")))?;
        Ok::<_, Failed>((PasswordCheck::read(conn, Some(user.id))?, user.display_name))
    });
    let (check, display_name) = found.await.map_err(|e| e.0)?;
    let HashedPassword { password, hash } =
        new_password(args.password_file.as_ref(), &check, &[&args.username, &display_name])?;
    change(&db, args.username.clone(), move |conn, user| {
        passwords::set(conn, user.id, &hash, true)?;
        record_event(conn, &Event::of_user("user.password_reset", user.id))
    })
    .await?;
    print_password(
        &args.username,
        "has a new password; its sessions have ended",
        &password,
        args.password_file.as_ref(),
    );
    Ok(())
}

async fn disable(args: DisableArgs) -> Result<(), String> {
    let db = open(&args.database)?;
    change(&db, args.username.clone(), |conn, user| {
        let disabled = User { disabled_at: Some(SystemClock.now()), ..user.clone() };
        let after = users::save(conn, &disabled)?;
        record_change(conn, "user.disabled", Some(user), &after)
    })
    .await?;
    println!("{} is disabled; its sessions have ended", args.username);
    Ok(())
}

async fn remove_totp(args: DisableArgs) -> Result<(), String> {
    let db = open(&args.database)?;
    change(&db, args.username.clone(), |conn, user| {
        if !totp::remove(conn, user.id)? {
            return Err(Failed(format!("{} has no second factor", user.username)));
        }
        record_event(conn, &Event::of_user("user.totp_removed", user.id))
    })
    .await?;
    println!("{} logs in with the password alone; its sessions have ended", args.username);
    Ok(())
}

//! `serve --read-only`: answers from a register that `rebuild` made, or from any other, and changes
//! nothing.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use crate::cli::serve::ServeArgs;
use crate::config::Secret;
use crate::domain::account::access::Role;
use crate::domain::clock::{
    Calendar, Clock, FixedCalendar, FixedClock, ShanghaiCalendar, Timestamp,
};
use crate::http::tokens::Tokens;
use crate::store::accounts::sessions::{self, NewSession};
use crate::store::accounts::users::{self, User};
use crate::store::replay::rebuild;
use crate::store::{Conn, Db, DbOptions, Use};
use crate::telemetry::SystemClock;
use crate::web;

/// Hours that the session of the printed token lasts.
const HOURS: i64 = 24;

/// Arguments of a server that only reads.
#[derive(Args, Debug)]
pub(super) struct ReadOnlyArgs {
    /// Answer without changing anything. In a register that `rebuild` made, clock and calendar stand at
    /// its moment. Nobody can log in; one token is printed
    #[arg(long)]
    read_only: bool,
    /// Role or user name of the account that the token is for
    #[arg(long = "as", default_value = "commission", requires = "read_only")]
    who: String,
}

impl ReadOnlyArgs {
    /// True if the server is to read alone.
    pub(super) fn is_wanted(&self) -> bool {
        self.read_only
    }
}

pub(super) async fn run(args: ServeArgs, read_only: ReadOnlyArgs) -> Result<(), String> {
    let url = args.database.url()?;
    let mut conn = Conn::open(&url, Use::Write).map_err(|e| e.to_string())?;
    let moment = rebuild::moment(&mut conn).map_err(|e| e.to_string())?;
    let now = moment.unwrap_or_else(|| SystemClock.now());
    // In memory alone, so that the token ends with this server.
    let key = Secret::made()?;
    let tokens = Tokens::new(key.bytes(), HOURS * 3_600);
    let user = account(&mut conn, &read_only.who)?;
    let token = token(&mut conn, &tokens, &user, now)?;
    drop(conn);
    let clock: Arc<dyn Clock> = match moment {
        Some(at) => Arc::new(FixedClock(at)),
        None => Arc::new(SystemClock),
    };
    let calendar: Arc<dyn Calendar> = match (args.server.today, moment) {
        (Some(day), _) => Arc::new(FixedCalendar(day)),
        (None, Some(at)) => Arc::new(FixedCalendar(at.day_in_shanghai())),
        (None, None) => Arc::new(ShanghaiCalendar(SystemClock)),
    };
    let wait = Duration::from_secs(args.database.db_wait_seconds);
    let deadline = Duration::from_secs(args.database.db_deadline_seconds);
    let options = DbOptions { connections: args.database.db_connections, wait, deadline };
    let db = Db::open_read_only(&url, options).map_err(|e| e.to_string())?;
    // The clock may stand still, and the session is never used up.
    let server = crate::config::Config { idle_minutes: 60 * 24 * 14, ..args.server };
    let server = web::start(server, &key, db, clock, calendar)?;
    println!("reading {url} at {now}");
    println!("token of {} ({}): {token}", user.username, user.role.as_str());
    println!("serving on http://{}", server.address);
    server.finished().await.map_err(|e| e.to_string())
}

/// The account of this user name, else the first enabled one of this role.
fn account(conn: &mut Conn, who: &str) -> Result<User, String> {
    let mut found = users::find_by_name(conn, who).map_err(|e| e.to_string())?;
    if let (None, Ok(role)) = (&found, who.parse::<Role>()) {
        found = users::first_of_role(conn, role).map_err(|e| e.to_string())?;
    }
    found.ok_or_else(|| format!("there is no account {who}, and none of that role"))
}

/// A token of a new session. Sessions are no part of the record.
fn token(conn: &mut Conn, tokens: &Tokens, user: &User, now: Timestamp) -> Result<String, String> {
    let new = NewSession {
        user: user.id,
        at: now,
        ends: now.plus_hours(HOURS),
        network: "command line".to_owned(),
    };
    let session = sessions::open(conn, &new).map_err(|e| e.to_string())?;
    tokens.issue(user.id, session, None, now).map_err(|e| e.to_string())
}

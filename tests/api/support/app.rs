//! A server in this process with its own port and database.

use std::sync::Arc;

use major_projects::testing::ReportingMonth;
use major_projects::testing::Role;
use major_projects::testing::Year;
use major_projects::testing::events::{Author, Event, record};
use major_projects::testing::password;
use major_projects::testing::users;
use major_projects::testing::users::NewUser;
use major_projects::testing::verify::verify;
use major_projects::testing::web::{self, Server};
use major_projects::testing::{Clock, Conn, Timestamp, Use};
use major_projects::testing::{Config, Secret};
use major_projects::testing::{Db, DbOptions, StoreError, reporting_months};
use major_projects::testing::{areas, units};
use serde_json::json;

use super::actor::Actor;
use super::clock::{TestCalendar, TestClock};
use super::database::{Kind, TestDatabase, record_key};
use super::run::PATIENCE;

/// Start time of tests: 2021-07-01T02:00:00Z, ten o'clock in China.
pub const START: i64 = 1_625_104_800;
/// Password of every test account.
pub const PASSWORD: &str = "river lantern copper 47";

/// A running server with its clock, calendar and database.
pub struct TestApp {
    /// Clock of the server.
    pub clock: Arc<TestClock>,
    /// Calendar of the server; starts at 2021-07-01.
    pub calendar: Arc<TestCalendar>,
    /// Database, for changes that no request can make.
    pub db: Db,
    /// Location and kind of the database.
    pub database: TestDatabase,
    /// The server; stopped when the test ends.
    pub server: Server,
    client: reqwest::Client,
}

impl TestApp {
    /// Starts a server on `database`.
    pub async fn start(database: TestDatabase) -> Self {
        Self::start_with(database, Config::for_tests()).await
    }

    /// Starts a server with other settings.
    pub async fn start_with(database: TestDatabase, config: Config) -> Self {
        let clock = Arc::new(TestClock::at(START));
        let calendar = Arc::new(TestCalendar::at("2021-07-01"));
        let options = DbOptions { connections: 4, wait: PATIENCE, deadline: PATIENCE };
        let db = Db::open(&database.url, &record_key(), options).unwrap();
        let now = clock.now();
        db.write(move |conn| open_months(conn, now)).await.unwrap();
        let server =
            web::start(config, &Secret::for_tests(), db.clone(), clock.clone(), calendar.clone());
        let client =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let client = client.build().unwrap();
        Self { clock, calendar, db, database, server: server.unwrap(), client }
    }

    /// Starts another server with other settings on the same database; this one keeps running.
    pub async fn beside(&self, config: Config) -> Self {
        let database = TestDatabase {
            url: self.database.url.clone(),
            kind: self.database.kind,
            folder: tempfile::tempdir().unwrap(),
        };
        Self::start_with(database, config).await
    }

    /// A connection of another program: what it writes is in no event.
    pub fn tampering(&self) -> Conn {
        Conn::open(&self.database.url, Use::Write).unwrap()
    }

    /// Runs `work` in a transaction of another program.
    pub async fn tamper<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        let mut conn = self.tampering();
        let run = move || {
            conn.savepoint().unwrap();
            let done = work(&mut conn).unwrap();
            conn.commit().unwrap();
            done
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    }

    /// What `verify` finds.
    pub async fn wrong(&self) -> Vec<String> {
        let checks = self.db.read(|conn| verify(conn, Some(&record_key()))).await.unwrap();
        checks.into_iter().flat_map(|check| check.wrong).collect()
    }

    /// True for PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.database.kind == Kind::Postgres
    }

    /// URL of a path from the root.
    pub fn root(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    /// A client without a token.
    pub fn stranger(&self) -> Actor {
        Actor::new(self.client.clone(), self.root("/api/v1"), None)
    }

    /// A client logged in as the commission.
    pub async fn commission(&self) -> Actor {
        self.actor("commission", Role::Commission, None, None).await
    }

    /// A client logged in as a unit; creates the unit if missing.
    pub async fn unit(&self, unit: &'static str) -> Actor {
        self.actor(&format!("unit-{}", name_of(unit)), Role::Unit, Some(unit), None).await
    }

    /// A client logged in as an area.
    pub async fn area(&self, area: &'static str) -> Actor {
        self.actor(&format!("area-{area}"), Role::Area, None, Some(area)).await
    }

    /// A client logged in with a role that has neither unit nor area.
    pub async fn role(&self, role: Role) -> Actor {
        self.actor(role.as_str(), role, None, None).await
    }

    /// A second administrator, who approves what the first proposes.
    pub async fn second_admin(&self) -> Actor {
        self.actor("second.admin", Role::Admin, None, None).await
    }

    async fn actor(
        &self,
        username: &str,
        role: Role,
        unit: Option<&'static str>,
        area: Option<&'static str>,
    ) -> Actor {
        self.add_user(username, role, unit, area, false).await;
        self.log_in(username, PASSWORD).await
    }

    /// Creates an account if missing.
    pub async fn add_user(
        &self,
        username: &str,
        role: Role,
        unit: Option<&'static str>,
        area: Option<&'static str>,
        must_change_password: bool,
    ) {
        let (username, now) = (username.to_owned(), self.clock.now());
        let hash = password::hash(PASSWORD, Config::for_tests().password_effort()).unwrap();
        let added = self.db.write(move |conn| {
            if users::find_by_name(conn, &username)?.is_some() {
                return Ok(());
            }
            let unit_id = match unit {
                Some(name) => Some(unit_id(conn, name, now)?),
                None => None,
            };
            let area_id = match area {
                Some(code) => areas::find_by_code(conn, code)?.map(|a| a.id),
                None => None,
            };
            let (display_name, password_hash) = (username.clone(), hash.clone());
            let username = username.clone();
            let new = NewUser {
                username,
                display_name,
                role,
                unit_id,
                area_id,
                password_hash,
                must_change_password,
            };
            users::insert(conn, &new, now)?;
            set_up(conn, now)
        });
        added.await.unwrap();
    }

    /// Id of a unit; creates it if missing.
    pub async fn unit_id(&self, name: &'static str) -> i64 {
        let now = self.clock.now();
        self.db.write(move |conn| unit_id(conn, name, now)).await.unwrap().0
    }

    /// Logs in to an account.
    pub async fn log_in(&self, username: &str, password: &str) -> Actor {
        let body = json!({"username": username, "password": password});
        let answer = self.stranger().post("/sessions", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let token = answer.json["access_token"].as_str().unwrap().to_owned();
        Actor::new(self.client.clone(), self.root("/api/v1"), Some(token))
    }
}

/// Opens the months of 2020 to 2022 with late due dates, so that tests about other things are not
/// limited by them.
fn open_months(conn: &mut Conn, now: Timestamp) -> Result<(), StoreError> {
    if reporting_months::list(conn, None)?.is_empty() {
        for month in (2020..=2022).filter_map(Year::new).flat_map(Year::months) {
            let far = month.last_day() + chrono::Days::new(3_650);
            let opening = ReportingMonth::opening(month, month.first_day(), far);
            reporting_months::insert(conn, &opening)?;
        }
        set_up(conn, now)?;
    }
    Ok(())
}

/// Records what a test sets up without a request, by an event that readers of the feed do not see.
pub fn set_up(conn: &mut Conn, now: Timestamp) -> Result<(), StoreError> {
    let event = Event::of("register.adopted", "register", 0, Vec::new());
    record(conn, &Author::system("test"), now, &event)
}

/// A login name for a unit with a Chinese name.
fn name_of(unit: &str) -> String {
    unit.bytes().take(24).fold(String::new(), |name, b| format!("{name}{b:02x}"))
}

fn unit_id(
    conn: &mut Conn,
    name: &str,
    now: Timestamp,
) -> Result<major_projects::testing::UnitId, StoreError> {
    use major_projects::testing::{Unit, UnitKind};
    if let Some(unit) = units::find_by_name(conn, name)? {
        return Ok(unit.id);
    }
    let unit = Unit::named(name, UnitKind::Enterprise);
    let id = units::insert(conn, &unit)?.id;
    set_up(conn, now)?;
    Ok(id)
}

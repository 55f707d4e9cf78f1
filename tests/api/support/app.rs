//! A server in this process, on a port of its own, with a database of its own.

use std::sync::Arc;

use major_projects::api::accounts::password;
use major_projects::config::{Config, Secret};
use major_projects::domain::account::access::Role;
use major_projects::domain::clock::Clock;
use major_projects::domain::month::Year;
use major_projects::domain::reporting_month::ReportingMonth;
use major_projects::store::accounts::users;
use major_projects::store::accounts::users::NewUser;
use major_projects::store::reference::{areas, units};
use major_projects::store::{Db, DbOptions, StoreError, reporting_months};
use major_projects::web::{self, Server};
use serde_json::json;

use super::actor::Actor;
use super::clock::{TestCalendar, TestClock};
use super::database::{Kind, TestDatabase};
use super::run::PATIENCE;

/// When tests begin: 2021-07-01T02:00:00Z, ten o'clock in Shanghai.
pub const START: i64 = 1_625_104_800;
/// The password of every account a test makes.
pub const PASSWORD: &str = "river lantern copper 47";

/// A running server and all that stands around it.
pub struct TestApp {
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// Its calendar; begins on 2021-07-01.
    pub calendar: Arc<TestCalendar>,
    /// Its database, for what no request can do.
    pub db: Db,
    /// Where its database is, and what kind.
    pub database: TestDatabase,
    /// Stopped with the test.
    pub server: Server,
    client: reqwest::Client,
}

impl TestApp {
    /// Starts a server on `database`.
    pub async fn start(database: TestDatabase) -> Self {
        Self::start_with(database, Config::for_tests()).await
    }

    /// Starts a server with settings of its own.
    pub async fn start_with(database: TestDatabase, config: Config) -> Self {
        let clock = Arc::new(TestClock::at(START));
        let calendar = Arc::new(TestCalendar::at("2021-07-01"));
        let options = DbOptions { connections: 4, wait: PATIENCE };
        let db = Db::open(&database.url, options).unwrap();
        db.write(open_months).await.unwrap();
        let server =
            web::start(config, &Secret::for_tests(), db.clone(), clock.clone(), calendar.clone());
        let client =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let client = client.build().unwrap();
        Self { clock, calendar, db, database, server: server.unwrap(), client }
    }

    /// Another server on the same database, with settings of its own; this one goes on.
    pub async fn beside(&self, config: Config) -> Self {
        let database = TestDatabase {
            url: self.database.url.clone(),
            kind: self.database.kind,
            folder: tempfile::tempdir().unwrap(),
        };
        Self::start_with(database, config).await
    }

    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.database.kind == Kind::Postgres
    }

    /// The address of a path below the root.
    pub fn root(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    /// Somebody without a token.
    pub fn stranger(&self) -> Actor {
        Actor::new(self.client.clone(), self.root("/api/v1"), None)
    }

    /// The commission, logged in.
    pub async fn commission(&self) -> Actor {
        self.actor("commission", Role::Commission, None, None).await
    }

    /// An account of a unit, logged in; the unit is made if it is not there.
    pub async fn unit(&self, unit: &'static str) -> Actor {
        self.actor(&format!("unit-{}", name_of(unit)), Role::Unit, Some(unit), None).await
    }

    /// An account of an area, logged in.
    pub async fn area(&self, area: &'static str) -> Actor {
        self.actor(&format!("area-{area}"), Role::Area, None, Some(area)).await
    }

    /// An account in a role without unit or area, logged in.
    pub async fn role(&self, role: Role) -> Actor {
        self.actor(role.as_str(), role, None, None).await
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

    /// Makes an account unless it is there.
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
                Some(name) => Some(unit_id(conn, name)?),
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
            Ok::<(), StoreError>(())
        });
        added.await.unwrap();
    }

    /// The id of a unit, made if it is not there.
    pub async fn unit_id(&self, name: &'static str) -> i64 {
        self.db.write(move |conn| unit_id(conn, name)).await.unwrap().0
    }

    /// Logs an account in.
    pub async fn log_in(&self, username: &str, password: &str) -> Actor {
        let body = json!({"username": username, "password": password});
        let answer = self.stranger().post("/sessions", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let token = answer.json["access_token"].as_str().unwrap().to_owned();
        Actor::new(self.client.clone(), self.root("/api/v1"), Some(token))
    }
}

/// Opens the months of 2020 to 2022 for a long time: what a test is not about should not stop it.
fn open_months(conn: &mut major_projects::store::Conn) -> Result<(), StoreError> {
    if reporting_months::list(conn, None)?.is_empty() {
        for month in (2020..=2022).filter_map(Year::new).flat_map(Year::months) {
            let far = month.last_day() + chrono::Days::new(3_650);
            let opening = ReportingMonth::opening(month, month.first_day(), far);
            reporting_months::insert(conn, &opening)?;
        }
    }
    Ok(())
}

/// A name a log-in can have for a unit whose name is Chinese.
fn name_of(unit: &str) -> String {
    unit.bytes().take(24).fold(String::new(), |name, b| format!("{name}{b:02x}"))
}

fn unit_id(
    conn: &mut major_projects::store::Conn,
    name: &str,
) -> Result<major_projects::domain::id::UnitId, StoreError> {
    use major_projects::domain::reference::unit::{Unit, UnitKind};
    if let Some(unit) = units::find_by_name(conn, name)? {
        return Ok(unit.id);
    }
    let unit = Unit::named(name, UnitKind::Enterprise);
    Ok(units::insert(conn, &unit)?.id)
}

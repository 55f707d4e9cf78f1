//! What the tests of the running program need besides HTTP: starting a server, rows without a request, the record.
//!
//! Everything else is `pub(crate)`, so that the compiler sees what nobody uses.

pub use crate::config::{Config, Secret};
pub use crate::domain::account::access::{Role, Sight};
pub use crate::domain::clock::{Calendar, Clock, Timestamp};
pub use crate::domain::event::kind::EventKind;
pub use crate::domain::id::{ProjectId, ProposalId, SessionId, UnitId, UserId};
pub use crate::domain::job::{JobKind, MOST_JOBS};
pub use crate::domain::month::{Month, Year};
pub use crate::domain::proposal::SecondPerson;
pub use crate::domain::reference::unit::{Unit, UnitKind};
pub use crate::domain::reporting_month::ReportingMonth;
pub use crate::domain::webhook::allowed_hosts::AllowedHosts;
pub use crate::domain::words::Language;
pub use crate::http::{document, document30};
pub use crate::store::{Conn, DatabaseUrl, Db, DbOptions, StoreError, Use};

/// The table of routes.
pub mod api {
    pub use crate::api::routes;
}

/// The demonstration.
pub mod demo {
    pub use crate::demo::load;
}

/// Printing the OpenAPI document.
pub mod documents {
    pub use crate::http::documents::pretty;
}

/// Migrations.
pub mod migrate {
    pub use crate::store::events::adopt::migrate;
}

/// The record.
pub mod events {
    pub use crate::store::events::{Author, Event, FieldChange, feed_id, read, record, seal};
}

/// Copies of the database.
pub mod backup {
    pub use crate::store::backup::backup;
}

/// Headings of files.
pub mod headings {
    pub use crate::domain::headings::heading;
}

/// Jobs.
pub mod jobs {
    pub use crate::store::jobs::lease::{JobLease, begin, end};
    pub use crate::store::jobs::{JobStarter, NewJob, insert};
}

/// The files of the embedded database.
pub mod private {
    pub use crate::store::private::wal_of;
}

/// What waits for a second person.
pub mod proposals {
    pub use crate::store::proposals::get;
}

/// Hashing of passwords.
pub mod password {
    pub use crate::usecases::accounts::password::hash;
}

/// Projects.
pub mod projects {
    pub use crate::store::projects::get;
}

/// Months that reports are collected for.
pub mod reporting_months {
    pub use crate::store::reporting_months::{insert, list};
}

/// What the program ships as reference data.
pub mod seed {
    pub use crate::seed::{Seeded, load};
}

/// Areas.
pub mod areas {
    pub use crate::store::reference::areas::find_by_code;
}

/// The images of rows.
pub mod record {
    pub use crate::store::record::tables::{Column, Kind, TABLES, Table};
    pub use crate::store::record::{RecordKey, recorded};
}

/// Units.
pub mod units {
    pub use crate::store::reference::units::{find_by_name, get, insert, save};
}

/// Accounts.
pub mod users {
    pub use crate::store::accounts::users::{NewUser, find_by_name, insert};
}

/// The server.
pub mod web {
    pub use crate::web::{Server, start};
}

/// Verification of the database.
pub mod verify {
    pub use crate::store::verify::verify;
}

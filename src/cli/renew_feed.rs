//! `renew-feed`: gives the change feed a new id.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use crate::cli::database::open;
use crate::config::DatabaseConfig;
use crate::store::StoreError;
use crate::store::events::feed_id;

pub(super) async fn run(settings: DatabaseConfig) -> Result<(), String> {
    let db = open(&settings)?;
    let id = db.write(|conn| feed_id::renew(conn).and_then(|()| feed_id::get(conn)));
    let id = id.await.map_err(|e: StoreError| e.to_string())?;
    println!("the change feed has the id {id}; its readers start again from after=0");
    Ok(())
}

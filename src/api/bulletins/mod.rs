//! Bulletins (published months): `/bulletins`.

pub mod cell;
pub mod handlers;
pub mod page;
pub mod reply;
pub mod tables;
pub mod workbook;

use crate::http::routes::Routes;
use crate::parameter_types;
use reply::BulletinFormat;

/// The operations of this folder.
pub fn routes() -> Routes {
    handlers::routes().with_types(parameter_types![BulletinFormat])
}

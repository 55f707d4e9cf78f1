//! Bulletins (published months): `/bulletins`.

pub(crate) mod cell;
pub(crate) mod handlers;
pub(crate) mod page;
pub(crate) mod reply;
pub(crate) mod tables;
pub(crate) mod workbook;

use crate::http::routes::Routes;
use crate::parameter_types;
use reply::BulletinFormat;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    handlers::routes().with_types(parameter_types![BulletinFormat])
}

//! Reference data: `/industries`, `/areas`, `/units`.

pub(crate) mod areas;
pub(crate) mod industries;
pub(crate) mod units;

use crate::domain::id::UnitId;
use crate::domain::reference::industry::IndustryGroup;
use crate::domain::reference::unit::UnitKind;
use crate::http::routes::Routes;
use crate::parameter_types;

/// The operations of this folder.
pub(crate) fn routes() -> Routes {
    areas::routes()
        .and(industries::routes())
        .and(units::routes())
        .with_types(parameter_types![IndustryGroup UnitId UnitKind])
}

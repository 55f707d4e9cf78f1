//! What every summary states about itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::account::access::Sight;

/// Which projects the sums cover, depending on the caller's role.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every project.
    All,
    /// Every project that is not restricted.
    Open,
    /// The projects in which the caller's unit has a role.
    Unit,
    /// The projects of the caller's area.
    Area,
    /// No project.
    Nothing,
}

impl From<Sight> for Scope {
    fn from(sight: Sight) -> Self {
        match sight {
            Sight::All => Self::All,
            Sight::Open => Self::Open,
            Sight::Unit(_) => Self::Unit,
            Sight::Area(_) => Self::Area,
            Sight::Nothing => Self::Nothing,
        }
    }
}

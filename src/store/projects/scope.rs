//! Filter of lists across projects: records of visible projects, by place, id and time of change.

use crate::domain::clock::Timestamp;
use crate::domain::id::{AreaId, IndustryId, ProjectId};

/// Which records a list across projects has. Empty lists of projects do not filter.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordScope {
    /// Only records with these ids.
    pub ids: Option<Vec<i64>>,
    /// Only records of these projects.
    pub projects: Vec<ProjectId>,
    /// Only records of projects in these industry lines.
    pub industries: Option<Vec<IndustryId>>,
    /// Only records of projects in these areas.
    pub areas: Option<Vec<AreaId>>,
    /// Only records that an event since this instant is about.
    pub updated_since: Option<Timestamp>,
}

/// Restricts a boxed query of `$table`, joined with `projects`, to records of visible projects that
/// match the scope. `$subject` is the kind of record in events.
macro_rules! in_scope {
    ($query:expr, $table:ident, $subject:literal, $scope:expr, $sight:expr) => {{
        use crate::domain::account::access::Sight;
        use crate::domain::project::Visibility;
        use crate::store::schema::{events, project_units};

        let scope: &crate::store::projects::scope::RecordScope = $scope;
        let mut query = match $sight {
            Sight::All => $query,
            Sight::Open => $query.filter(projects::visibility.eq(Visibility::Open.as_str())),
            Sight::Area(area) => $query.filter(projects::area_id.eq(area.0)),
            Sight::Nothing => $query.filter(projects::id.lt(0)),
            Sight::Unit(unit) => {
                let own = project_units::table.filter(project_units::unit_id.eq(unit.0));
                $query.filter(projects::id.eq_any(own.select(project_units::project_id)))
            }
        };
        if let Some(ids) = &scope.ids {
            query = query.filter($table::id.eq_any(ids));
        }
        if !scope.projects.is_empty() {
            query = query.filter(projects::id.eq_any(scope.projects.iter().map(|p| p.0)));
        }
        if let Some(industries) = &scope.industries {
            query = query.filter(projects::industry_id.eq_any(industries.iter().map(|i| i.0)));
        }
        if let Some(areas) = &scope.areas {
            query = query.filter(projects::area_id.eq_any(areas.iter().map(|a| a.0)));
        }
        if let Some(since) = scope.updated_since {
            let changed = events::table
                .filter(events::subject_kind.eq($subject))
                .filter(events::at.ge(since.naive()));
            query = query.filter($table::id.eq_any(changed.select(events::subject_id)));
        }
        query
    }};
}
pub(in crate::store) use in_scope;

//! Source of a summary's figures: the live register, or a published bulletin.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::domain::account::access::Sight;
use crate::domain::figures::summary::ProjectYear;
use crate::domain::id::{ProjectId, UnitId};
use crate::domain::light::overrides::LightOverride;
use crate::domain::light::rules::LightRules;
use crate::domain::milestone::Milestone;
use crate::domain::month::{Month, Year};
use crate::domain::plan::Envelope;
use crate::domain::plan::year_plan::Basis;
use crate::domain::reference::area::Area;
use crate::domain::reference::industry::Industry;
use crate::domain::reference::unit::UnitRole;
use crate::store::bulletins::frozen::Frozen;
use crate::store::bulletins::parts::Parts;
use crate::store::projects::units as project_units;
use crate::store::projects::{ProjectFilter, wanted};
use crate::store::reference::{areas, industries};
use crate::store::reports::restatements;
use crate::store::schema::projects;
use crate::store::{
    Conn, Result, figures as summaries, lights, milestones, plans, reporting_months,
};

/// Source of figures.
///
/// Summaries read all inputs through it, so that published and live months use the same formulas.
#[derive(Debug)]
pub(crate) enum Source {
    /// Current data of the register.
    Live,
    /// Snapshot of a published month.
    Published(Box<Frozen>),
}

impl Source {
    /// Visible projects of `through`'s year that match `filter`.
    pub(crate) fn years(
        &self,
        conn: &mut Conn,
        filter: &ProjectFilter,
        sight: Sight,
        through: Month,
        basis: Basis,
    ) -> Result<Vec<ProjectYear>> {
        match self {
            Self::Live => summaries::project_years(conn, filter, sight, through, basis),
            Self::Published(frozen) => {
                let seen = seen(conn, sight)?;
                frozen.years(filter, |id| seen.contains(&id.0), basis)
            }
        }
    }

    /// `(project, unit, unit name, role)` of these projects.
    pub(crate) fn links(
        &self,
        conn: &mut Conn,
        of: impl Iterator<Item = ProjectId>,
    ) -> Result<Vec<(ProjectId, UnitId, String, UnitRole)>> {
        let wanted: BTreeSet<i64> = of.map(|id| id.0).collect();
        match self {
            Self::Live => project_units::links(conn, &wanted),
            Self::Published(frozen) => {
                let links = frozen.links().into_iter();
                Ok(links.filter(|(project, ..)| wanted.contains(&project.0)).collect())
            }
        }
    }

    /// Industry tree.
    pub(crate) fn industries(&self, conn: &mut Conn) -> Result<Vec<Industry>> {
        match self {
            Self::Live => industries::all(conn),
            Self::Published(frozen) => Ok(frozen.industries()),
        }
    }

    /// Reporting areas.
    pub(crate) fn areas(&self, conn: &mut Conn) -> Result<Vec<Area>> {
        match self {
            Self::Live => areas::all(conn),
            Self::Published(frozen) => Ok(frozen.areas()),
        }
    }

    /// Envelopes of the plan document of a year; empty if there is none.
    pub(crate) fn envelopes(&self, conn: &mut Conn, year: Year) -> Result<Vec<Envelope>> {
        match self {
            Self::Live => match plans::find(conn, year)? {
                Some(plan) => plans::envelopes(conn, plan.id),
                None => Ok(Vec::new()),
            },
            Self::Published(frozen) => Ok(frozen.envelopes()),
        }
    }

    /// Milestones of all projects.
    pub(crate) fn milestones(
        &self,
        conn: &mut Conn,
    ) -> Result<BTreeMap<ProjectId, Vec<Milestone>>> {
        match self {
            Self::Live => milestones::by_project(conn),
            Self::Published(frozen) => Ok(frozen.milestones()),
        }
    }

    /// Due dates of the reporting months of a year.
    pub(crate) fn due_dates(
        &self,
        conn: &mut Conn,
        year: Year,
    ) -> Result<BTreeMap<Month, NaiveDate>> {
        match self {
            Self::Live => {
                let months = reporting_months::list(conn, Some(year))?;
                Ok(months.into_iter().map(|m| (m.month, m.due_on)).collect())
            }
            Self::Published(frozen) => Ok(frozen.due_dates()),
        }
    }

    /// Light rules in force in `through`.
    pub(crate) fn rules(&self, conn: &mut Conn, through: Month) -> Result<LightRules> {
        match self {
            Self::Live => Ok(LightRules::in_force(&lights::rules(conn, through.year())?, through)),
            Self::Published(frozen) => Ok(frozen.rules()),
        }
    }

    /// Light overrides that may apply to `month`, by project.
    pub(crate) fn overrides(
        &self,
        conn: &mut Conn,
        month: Month,
    ) -> Result<BTreeMap<ProjectId, Vec<LightOverride>>> {
        match self {
            Self::Live => lights::overrides_by_project(conn, month),
            Self::Published(frozen) => Ok(frozen.overrides()),
        }
    }

    /// Names and national codes of these projects.
    pub(crate) fn names(
        &self,
        conn: &mut Conn,
        of: impl Iterator<Item = ProjectId>,
    ) -> Result<BTreeMap<ProjectId, (String, Option<String>)>> {
        match self {
            Self::Live => names(conn, &of.map(|p| p.0).collect::<Vec<_>>()),
            Self::Published(frozen) => Ok(frozen.names()),
        }
    }

    /// All inputs of the summaries of `through`, for a snapshot.
    pub(crate) fn parts(&self, conn: &mut Conn, through: Month) -> Result<Parts> {
        let all = ProjectFilter::default();
        let years = self.years(conn, &all, Sight::All, through, Basis::Current)?;
        Ok(Parts {
            industries: self.industries(conn)?,
            areas: self.areas(conn)?,
            envelopes: self.envelopes(conn, through.year())?,
            due_dates: self.due_dates(conn, through.year())?,
            rules: self.rules(conn, through)?,
            names: self.names(conn, years.iter().map(|p| p.id))?,
            links: self.links(conn, years.iter().map(|p| p.id))?,
            milestones: self.milestones(conn)?,
            overrides: self.overrides(conn, through)?,
            restatement_ids: restatements::all(conn)?.into_iter().map(|(r, _)| r.id).collect(),
            years,
        })
    }
}

/// Maximum number of bind values per query; databases limit it.
const MOST_VALUES: usize = 10_000;

fn names(conn: &mut Conn, of: &[i64]) -> Result<BTreeMap<ProjectId, (String, Option<String>)>> {
    let mut found = BTreeMap::new();
    for some in of.chunks(MOST_VALUES) {
        let rows: Vec<(i64, String, Option<String>)> = projects::table
            .filter(projects::id.eq_any(some))
            .select((projects::id, projects::name, projects::code))
            .load(conn)?;
        found.extend(rows.into_iter().map(|(id, name, code)| (ProjectId(id), (name, code))));
    }
    Ok(found)
}

/// Ids of the currently visible projects.
///
/// Visibility is evaluated at the time of the request, also for published months.
fn seen(conn: &mut Conn, sight: Sight) -> Result<BTreeSet<i64>> {
    let ids: Vec<i64> = wanted(&ProjectFilter::default(), sight).select(projects::id).load(conn)?;
    Ok(ids.into_iter().collect())
}

//! What a month is frozen from.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::clock::Timestamp;
use crate::domain::figures::summary::ProjectYear;
use crate::domain::id::{ProjectId, RestatementId, UnitId};
use crate::domain::light::overrides::LightOverride;
use crate::domain::light::rules::LightRules;
use crate::domain::milestone::Milestone;
use crate::domain::month::Month;
use crate::domain::plan::Envelope;
use crate::domain::reference::area::Area;
use crate::domain::reference::industry::Industry;
use crate::domain::reference::unit::UnitRole;

/// Month and time of a publication.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Publication {
    /// Published month.
    pub month: Month,
    /// Instant of publication.
    pub published_at: Timestamp,
    /// Business day of publication.
    pub published_on: NaiveDate,
    /// Sequence of the last event included.
    pub last_event: i64,
    /// True if the projects are synthetic.
    pub synthetic: bool,
}

/// Inputs of a snapshot, as read from the database.
#[derive(Debug)]
pub(crate) struct Parts {
    /// Industry tree.
    pub industries: Vec<Industry>,
    /// Reporting areas.
    pub areas: Vec<Area>,
    /// Envelopes of the year's plan document.
    pub envelopes: Vec<Envelope>,
    /// Due dates of the year's reporting months.
    pub due_dates: BTreeMap<Month, NaiveDate>,
    /// Light rules in force.
    pub rules: LightRules,
    /// All projects of the year.
    pub years: Vec<ProjectYear>,
    /// Project names and national codes.
    pub names: BTreeMap<ProjectId, (String, Option<String>)>,
    /// Units of the projects: project, unit, unit name, role.
    pub links: Vec<(ProjectId, UnitId, String, UnitRole)>,
    /// Milestones of the projects.
    pub milestones: BTreeMap<ProjectId, Vec<Milestone>>,
    /// Light overrides that apply to the month.
    pub overrides: BTreeMap<ProjectId, Vec<LightOverride>>,
    /// All restatements in the register.
    pub restatement_ids: Vec<RestatementId>,
}

//! Snapshot of every input of a published month, stored in its bulletin.
//!
//! To freeze is to write the inputs of a month's figures into its bulletin; to thaw is to read them
//! back as domain values, so that the usual formulas answer from them. Old bulletins must remain
//! readable: a field is never renamed or removed, and a new one has `#[serde(default)]`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;
use crate::domain::figures::edition::Edition;
use crate::domain::figures::summary::{Dates, ProjectYear};
use crate::domain::fold::fold;
use crate::domain::id::{AreaId, IndustryId, ProjectId, RestatementId, UnitId};
use crate::domain::light::overrides::LightOverride;
use crate::domain::light::rules::LightRules;
use crate::domain::milestone::Milestone;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::Envelope;
use crate::domain::plan::year_plan::{Basis, MonthlyAmounts, PlanBases};
use crate::domain::project::{Nature, Stage};
use crate::domain::reference::area::Area;
use crate::domain::reference::industry::Industry;
use crate::domain::reference::unit::UnitRole;
use crate::store::bulletins::frozen_rows::{
    FrozenArea, FrozenEnvelope, FrozenIndustry, FrozenMilestone, FrozenOverride, FrozenReport,
    FrozenRules,
};
use crate::store::bulletins::parts::{Parts, Publication};
use crate::store::projects::ProjectFilter;
use crate::store::{Result, StoreError};

/// Snapshot of all inputs of the summaries of a published month.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Frozen {
    /// Published month.
    pub month: Month,
    /// Instant of publication.
    pub published_at: Timestamp,
    /// Business day of publication.
    pub published_on: NaiveDate,
    /// Sequence of the last event included; clients follow the change feed from here.
    pub last_event: i64,
    /// True if the projects are synthetic.
    pub synthetic: bool,
    /// All restatements included, of any year.
    pub restatement_ids: Vec<RestatementId>,
    /// Edition of the formulas its figures were computed by; 0.1.0 did not name it.
    #[serde(default = "Edition::unnamed", skip_serializing_if = "Edition::is_unnamed")]
    pub edition: Edition,
    industries: Vec<FrozenIndustry>,
    areas: Vec<FrozenArea>,
    envelopes: Vec<FrozenEnvelope>,
    due_dates: Vec<(Month, NaiveDate)>,
    light_rules: FrozenRules,
    projects: Vec<FrozenProject>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct FrozenProject {
    id: ProjectId,
    name: String,
    code: Option<String>,
    industry_id: IndustryId,
    area_id: AreaId,
    stage: Stage,
    nature: Nature,
    total_investment_wan: Fen,
    before_the_year_wan: Fen,
    registered_year: Year,
    actual_start: Option<NaiveDate>,
    planned_start: Option<NaiveDate>,
    actual_finish: Option<NaiveDate>,
    planned_finish: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
    plan: Option<FrozenPlan>,
    planned_from: Option<Month>,
    reports: Vec<FrozenReport>,
    restatements: Vec<(Month, Fen)>,
    units: Vec<FrozenUnit>,
    milestones: Vec<FrozenMilestone>,
    light_overrides: Vec<FrozenOverride>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct FrozenPlan {
    initial_wan: Vec<Fen>,
    current_wan: Vec<Fen>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct FrozenUnit {
    id: UnitId,
    name: String,
    role: UnitRole,
}

impl Frozen {
    /// Creates the snapshot of a month from its parts.
    pub(crate) fn of(publication: Publication, parts: &Parts) -> Self {
        let Publication { month, published_at, published_on, last_event, synthetic } = publication;
        Self {
            month,
            published_at,
            published_on,
            last_event,
            synthetic,
            restatement_ids: parts.restatement_ids.clone(),
            edition: Edition::CURRENT,
            industries: parts.industries.iter().map(FrozenIndustry::of).collect(),
            areas: parts.areas.iter().map(FrozenArea::of).collect(),
            envelopes: parts.envelopes.iter().map(FrozenEnvelope::of).collect(),
            due_dates: parts.due_dates.iter().map(|(m, d)| (*m, *d)).collect(),
            light_rules: FrozenRules::of(&parts.rules),
            projects: parts.years.iter().map(|p| FrozenProject::of(p, parts)).collect(),
        }
    }

    /// Industry tree.
    pub(crate) fn industries(&self) -> Vec<Industry> {
        self.industries.iter().map(FrozenIndustry::thaw).collect()
    }

    /// Reporting areas.
    pub(crate) fn areas(&self) -> Vec<Area> {
        self.areas.iter().map(FrozenArea::thaw).collect()
    }

    /// Envelopes of the year's plan document.
    pub(crate) fn envelopes(&self) -> Vec<Envelope> {
        self.envelopes.iter().map(FrozenEnvelope::thaw).collect()
    }

    /// Due dates of the year's reporting months.
    pub(crate) fn due_dates(&self) -> BTreeMap<Month, NaiveDate> {
        self.due_dates.iter().copied().collect()
    }

    /// Light rules that were in force.
    pub(crate) fn rules(&self) -> LightRules {
        self.light_rules.thaw()
    }

    /// Projects that match `filter` and for which `is_seen` returns true.
    pub(crate) fn years(
        &self,
        filter: &ProjectFilter,
        is_seen: impl Fn(ProjectId) -> bool,
        basis: Basis,
    ) -> Result<Vec<ProjectYear>> {
        let wanted = self.projects.iter().filter(|p| is_seen(p.id) && p.is_admitted(filter));
        wanted.map(|p| Ok(ProjectYear { edition: self.edition, ..p.year(basis)? })).collect()
    }

    /// `(project, unit, unit name, role)` of all projects.
    pub(crate) fn links(&self) -> Vec<(ProjectId, UnitId, String, UnitRole)> {
        let of = |p: &FrozenProject| {
            p.units.iter().map(|u| (p.id, u.id, u.name.clone(), u.role)).collect::<Vec<_>>()
        };
        self.projects.iter().flat_map(of).collect()
    }

    /// Milestones of all projects.
    pub(crate) fn milestones(&self) -> BTreeMap<ProjectId, Vec<Milestone>> {
        let of = |p: &FrozenProject| {
            (p.id, p.milestones.iter().map(|m| m.thaw(p.id)).collect::<Vec<_>>())
        };
        self.projects.iter().map(of).collect()
    }

    /// Light overrides that applied to the month.
    pub(crate) fn overrides(&self) -> BTreeMap<ProjectId, Vec<LightOverride>> {
        let of = |p: &FrozenProject| {
            (p.id, p.light_overrides.iter().map(|o| o.thaw(p.id)).collect::<Vec<_>>())
        };
        self.projects.iter().map(of).collect()
    }

    /// Names and national codes of all projects.
    pub(crate) fn names(&self) -> BTreeMap<ProjectId, (String, Option<String>)> {
        self.projects.iter().map(|p| (p.id, (p.name.clone(), p.code.clone()))).collect()
    }
}

impl FrozenProject {
    fn of(year: &ProjectYear, parts: &Parts) -> Self {
        let (name, code) = parts.names.get(&year.id).cloned().unwrap_or_default();
        let wan = |amounts: MonthlyAmounts| amounts.0.to_vec();
        let plan = year
            .plan
            .map(|p| FrozenPlan { initial_wan: wan(p.initial), current_wan: wan(p.current) });
        let unit = |(_, id, name, role): &(ProjectId, UnitId, String, UnitRole)| FrozenUnit {
            id: *id,
            name: name.clone(),
            role: *role,
        };
        let own = parts.links.iter().filter(|(project, ..)| *project == year.id);
        let milestones = parts.milestones.get(&year.id).into_iter().flatten();
        let overrides = parts.overrides.get(&year.id).into_iter().flatten();
        Self {
            id: year.id,
            name,
            code,
            industry_id: year.industry,
            area_id: year.area,
            stage: year.stage,
            nature: year.nature,
            total_investment_wan: year.total,
            before_the_year_wan: year.before_the_year,
            registered_year: year.registered_year,
            actual_start: year.starts.actual,
            planned_start: year.starts.planned,
            actual_finish: year.finishes.actual,
            planned_finish: year.finishes.planned,
            ended_on: year.ended_on,
            plan,
            planned_from: year.planned_from,
            reports: year.reports.iter().map(FrozenReport::of).collect(),
            restatements: year.restatements.clone(),
            units: own.map(unit).collect(),
            milestones: milestones.map(FrozenMilestone::of).collect(),
            light_overrides: overrides.map(FrozenOverride::of).collect(),
        }
    }

    fn year(&self, basis: Basis) -> Result<ProjectYear> {
        let plan = self.plan.as_ref().map(FrozenPlan::thaw).transpose()?;
        Ok(ProjectYear {
            id: self.id,
            industry: self.industry_id,
            area: self.area_id,
            stage: self.stage,
            nature: self.nature,
            total: self.total_investment_wan,
            before_the_year: self.before_the_year_wan,
            registered_year: self.registered_year,
            starts: Dates { actual: self.actual_start, planned: self.planned_start },
            finishes: Dates { actual: self.actual_finish, planned: self.planned_finish },
            ended_on: self.ended_on,
            plan,
            planned_from: self.planned_from,
            basis,
            reports: self.reports.iter().map(FrozenReport::thaw).collect(),
            restatements: self.restatements.clone(),
            edition: Edition::unnamed(),
        })
    }

    /// Applies a project filter to the snapshot; must agree with the SQL filter of
    /// [`crate::store::projects`]. `year` is not applied: a snapshot holds the projects of its year
    /// alone.
    fn is_admitted(&self, filter: &ProjectFilter) -> bool {
        let ProjectFilter {
            project,
            year: _,
            industries,
            areas,
            stages,
            natures,
            units,
            unit_role,
            q,
            // Only the list of the register has it.
            selection: _,
        } = filter;
        let is_any_unit = units.is_empty() && unit_role.is_none();
        let has_unit = |unit: &FrozenUnit| {
            (units.is_empty() || units.contains(&unit.id))
                && unit_role.is_none_or(|role| role == unit.role)
        };
        project.is_none_or(|project| project == self.id)
            && industries.as_ref().is_none_or(|all| all.contains(&self.industry_id))
            && areas.as_ref().is_none_or(|all| all.contains(&self.area_id))
            && (stages.is_empty() || stages.contains(&self.stage))
            && (natures.is_empty() || natures.contains(&self.nature))
            && (is_any_unit || self.units.iter().any(has_unit))
            && q.as_ref().is_none_or(|q| self.is_called(q))
    }

    /// True if the name, the code or the name of an owner contains `q`, folded. Leaders are not
    /// frozen.
    fn is_called(&self, q: &str) -> bool {
        let q = fold(q);
        let owners = self.units.iter().filter(|unit| unit.role == UnitRole::Owner);
        let names = owners.map(|unit| unit.name.as_str());
        let own = [self.name.as_str(), self.code.as_deref().unwrap_or_default()];
        own.into_iter().chain(names).any(|text| fold(text).contains(&q))
    }
}

impl FrozenPlan {
    fn thaw(&self) -> Result<PlanBases> {
        let months = |amounts: &[Fen]| {
            let twelve = amounts.try_into().map_err(StoreError::broken)?;
            Ok::<_, StoreError>(MonthlyAmounts(twelve))
        };
        Ok(PlanBases { initial: months(&self.initial_wan)?, current: months(&self.current_wan)? })
    }
}

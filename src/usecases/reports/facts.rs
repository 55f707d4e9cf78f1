//! What the rules about reports are judged by, loaded at once for any number of projects.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::domain::account::access::Sight;
use crate::domain::id::{IssueId, ProjectId, UnitId};
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::YearPlan;
use crate::domain::project::Project;
use crate::domain::report::Report;
use crate::domain::report::cumulative::CumulativeFigures;
use crate::domain::report::filings::FilingStatus;
use crate::domain::report::restatement::Restatement;
use crate::domain::report::warning::ReportContext;
use crate::store::plans::year_plans;
use crate::store::projects::units as project_units;
use crate::store::reports::filed::FiledReport;
use crate::store::reports::restatements;
use crate::store::{Conn, StoreError, issues, milestones, projects, reports};
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;
use crate::usecases::reporting_months::gates::FilingMonths;
use crate::usecases::reports::ReportKey;

/// Projects with their reports, and the months they are filed in.
#[derive(Default)]
pub(in crate::usecases) struct ReportFacts {
    projects: BTreeMap<ProjectId, ProjectReports>,
    /// The months.
    pub(in crate::usecases) months: FilingMonths,
}

/// A project with its reports and what they are compared with.
pub(in crate::usecases) struct ProjectReports {
    /// The project.
    pub(super) project: Project,
    /// Its issues.
    pub(super) issues: Vec<IssueId>,
    /// Units with a role in it.
    pub(super) units: Vec<UnitId>,
    reports: BTreeMap<Month, Report>,
    mentioned: BTreeMap<Month, Vec<IssueId>>,
    restatements: Vec<Restatement>,
    plans: Vec<YearPlan>,
    construction_permit: Option<bool>,
}

impl ReportFacts {
    /// Loads the facts about the projects and months of `keys`; the number of queries is fixed.
    /// Projects that the caller does not see are left out.
    ///
    /// # Errors
    /// Database errors only.
    pub(in crate::usecases) fn load(
        ask: &mut Ask<'_>,
        keys: &[ReportKey],
    ) -> Result<Self, Refusal> {
        let ids = keys.iter().map(|key| key.project).collect();
        let months: BTreeSet<Month> = keys.iter().map(|key| key.month).collect();
        let years = months.iter().map(|month| month.year()).collect();
        let seen = projects::many(ask.conn, &ids, ask.sight())?;
        let projects = ProjectReports::load(ask.conn, seen, &years)?;
        let months = FilingMonths::load(ask, &months)?;
        Ok(Self { projects, months })
    }

    /// Adds facts that were loaded later in the same transaction. Plans of years that were not
    /// loaded again stay.
    pub(in crate::usecases) fn extend(&mut self, later: Self) {
        for (id, mut project) in later.projects {
            let old = self.projects.remove(&id).map_or_else(Vec::new, |old| old.plans);
            let years: BTreeSet<Year> = project.plans.iter().map(|plan| plan.year).collect();
            project.plans.extend(old.into_iter().filter(|plan| !years.contains(&plan.year)));
            self.projects.insert(id, project);
        }
        self.months.extend(later.months);
    }

    /// A project, if the caller sees it and its facts are loaded.
    pub(in crate::usecases) fn project(&self, id: ProjectId) -> Option<&Project> {
        self.projects.get(&id).map(|of_project| &of_project.project)
    }

    /// A report with its restatements and issues, if there is one and its project is loaded.
    pub(in crate::usecases) fn filed(&self, key: ReportKey) -> Option<FiledReport> {
        self.projects.get(&key.project)?.filed(key.month)
    }

    /// The facts about a project.
    ///
    /// # Errors
    /// Not found unless the caller sees it.
    pub(super) fn of(&self, project: ProjectId) -> Result<&ProjectReports, Refusal> {
        self.projects.get(&project).ok_or_else(Refusal::not_found)
    }

    /// Makes later steps see `filed`.
    pub(in crate::usecases) fn add(&mut self, filed: &FiledReport) {
        let FiledReport { report, issue_ids, .. } = filed;
        if let Some(of_project) = self.projects.get_mut(&report.project_id) {
            of_project.reports.insert(report.month, report.clone());
            of_project.mentioned.insert(report.month, issue_ids.clone());
        }
    }

    /// Makes later steps see the report of `key` as it is in `before`.
    pub(in crate::usecases) fn put_back(&mut self, key: ReportKey, before: Option<FiledReport>) {
        if let Some(filed) = before {
            self.add(&filed);
        } else if let Some(of_project) = self.projects.get_mut(&key.project) {
            of_project.reports.remove(&key.month);
            of_project.mentioned.remove(&key.month);
        }
    }
}

impl ProjectReports {
    /// The reports of one project and what those of `year` are compared with.
    ///
    /// # Errors
    /// Database errors only.
    pub(super) fn of(conn: &mut Conn, id: ProjectId, year: Year) -> Result<Self, StoreError> {
        let project = projects::get(conn, id, Sight::All)?;
        let mut all = Self::load(conn, vec![project], &BTreeSet::from([year]))?;
        all.remove(&id).ok_or(StoreError::NotFound)
    }

    fn load(
        conn: &mut Conn,
        seen: Vec<Project>,
        years: &BTreeSet<Year>,
    ) -> Result<BTreeMap<ProjectId, Self>, StoreError> {
        let ids: BTreeSet<ProjectId> = seen.iter().map(|project| project.id).collect();
        let permits = milestones::construction_permits(conn, &ids)?;
        let new = |project: Project| (project.id, Self::new(project, &permits));
        let mut all: BTreeMap<ProjectId, Self> = seen.into_iter().map(new).collect();
        let mut months = BTreeMap::new();
        for report in reports::of_projects(conn, &ids)? {
            months.insert(report.id, report.month);
            if let Some(of) = all.get_mut(&report.project_id) {
                of.reports.insert(report.month, report);
            }
        }
        for restatement in restatements::of_projects(conn, &ids)? {
            if let Some(of) = all.get_mut(&restatement.project_id) {
                of.restatements.push(restatement);
            }
        }
        for plan in year_plans::of_projects(conn, &ids, years)? {
            if let Some(of) = all.get_mut(&plan.project_id) {
                of.plans.push(plan);
            }
        }
        for (project, report, issue) in issues::mentioned_in(conn, &ids)? {
            if let Some((of, month)) = all.get_mut(&project).zip(months.get(&report)) {
                of.mentioned.entry(*month).or_default().push(issue);
            }
        }
        for (project, issue) in issues::of_projects(conn, &ids)? {
            if let Some(of) = all.get_mut(&project) {
                of.issues.push(issue);
            }
        }
        for (project, unit) in project_units::of_projects(conn, &ids)? {
            if let Some(of) = all.get_mut(&project) {
                of.units.push(unit);
            }
        }
        Ok(all)
    }

    fn new(project: Project, permits: &BTreeMap<ProjectId, bool>) -> Self {
        Self {
            construction_permit: permits.get(&project.id).copied(),
            project,
            issues: Vec::new(),
            units: Vec::new(),
            reports: BTreeMap::new(),
            mentioned: BTreeMap::new(),
            restatements: Vec::new(),
            plans: Vec::new(),
        }
    }

    /// The report of a month with its restatements and issues, if there is one.
    pub(super) fn filed(&self, month: Month) -> Option<FiledReport> {
        let report = self.reports.get(&month)?.clone();
        Some(FiledReport {
            report,
            restatements: self.restated(month),
            issue_ids: self.mentioned.get(&month).cloned().unwrap_or_default(),
        })
    }

    /// The restatements of a month.
    pub(super) fn restated(&self, month: Month) -> Vec<Restatement> {
        self.restatements.iter().filter(|r| r.month == month).cloned().collect()
    }

    /// The facts warnings about the report of `month` are computed from.
    pub(super) fn compared_with(&self, month: Month, today: NaiveDate) -> ReportContext {
        let others = || self.reports.values().filter(|r| r.month != month);
        let filed = others().filter(|r| FilingStatus::of(Some(r.state)).is_filed());
        let mut amounts: Vec<(Month, Fen)> =
            filed.map(|r| (r.month, r.figures.completed)).collect();
        let restated = self.restatements.iter().filter(|r| r.month != month);
        amounts.extend(restated.map(|r| (r.month, r.amount)));
        let sum = |wanted: &dyn Fn(Month) -> bool| -> Fen {
            amounts.iter().filter(|(m, _)| wanted(*m)).map(|(_, amount)| *amount).sum()
        };
        let plan = self.plans.iter().find(|plan| plan.year == month.year());
        let last = self.reports.get(&month.previous());
        ReportContext {
            stage: self.project.stage,
            total: self.project.facts.total,
            invested_before: self.project.facts.invested_before,
            actual_start: self.project.facts.actual_start,
            other_months_of_year: sum(&|m| m < month && m.year() == month.year()),
            other_months_ever: sum(&|m| m < month),
            later_months: sum(&|m| m > month),
            annual: plan.and_then(|p| p.in_force(month).map(|v| v.annual)),
            last_month: last.map(|r| r.figures.clone()),
            cumulative: CumulativeFigures::around(month, others()),
            construction_permit: self.construction_permit,
            today,
        }
    }
}

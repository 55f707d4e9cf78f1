//! Converts a disclosed project into an OC4IDS project.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::id::{AreaId, IndustryId, UnitId};
use crate::domain::milestone::Milestone;
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::oc4ids;
use crate::domain::oc4ids::{begins, decimal, ends};
use crate::domain::project::Project;
use crate::domain::project::external_id::ExternalId;
use crate::domain::project::facts::ProjectFacts;
use crate::domain::reference::area::Area;
use crate::domain::reference::industry::Industry;
use crate::store::oc4ids::{Confirmed, Disclosure, Party, PlannedYear, RestatedAmount};
use crate::usecases::oc4ids::parts::{
    Address, Budget, BudgetEntry, BudgetGroup, Classification, Completion, Exact, Gazetteer,
    Geometry, Location, Metric, Observation, OcMilestone, OcParty, PartyIdentifier, Period,
    Reference, SimpleIdentifier, Unit, Value,
};
use crate::usecases::oc4ids::view::OcProject;

/// What the conversion of a project needs beside its data: reference data by id, and the current
/// day.
pub(crate) struct Converter {
    /// Registered prefix of project ids.
    pub prefix: String,
    /// Industries and industry lines by id.
    pub industries: BTreeMap<IndustryId, Industry>,
    /// Areas by id.
    pub areas: BTreeMap<AreaId, Area>,
    /// Current business day; decides which milestones are overdue.
    pub today: NaiveDate,
}

impl Converter {
    /// Converts `disclosure`.
    pub(crate) fn project(&self, disclosure: Disclosure) -> OcProject {
        let Disclosure {
            project,
            external_ids,
            parties,
            plans,
            reports,
            restatements,
            milestones,
            changed_at,
        } = disclosure;
        let mut parties = merged(parties);
        parties.extend(contractor(&project));
        let authority = parties.iter().find(|p| p.roles.contains(&"publicAuthority"));
        let facts = &project.facts;
        OcProject {
            id: format!("{}-{}", self.prefix, project.id),
            identifiers: identifiers(&project, external_ids),
            updated: changed_at,
            language: "zh",
            title: facts.name.clone(),
            description: some_text(&facts.content),
            status: oc4ids::status(project.stage),
            period: period(facts.planned_start, facts.planned_finish),
            implementation_period: period(
                facts.actual_start.or(facts.planned_start),
                facts.actual_finish.or(facts.planned_finish),
            ),
            maintenance_period: period(facts.actual_operation.or(facts.planned_operation), None),
            sector: self.sector(facts.industry_id).map(|sector| vec![sector]),
            additional_classifications: self.classifications(&project),
            kind: oc4ids::project_type(facts.nature),
            locations: self.location(facts).into_iter().collect(),
            budget: budget(facts.knows_total().then_some(facts.total), &plans),
            forecasts: some(vec![planned(&plans)]),
            metrics: some(vec![completed(&reports, &restatements), physical(&reports)]),
            milestones: some_items(milestones.iter().map(|m| self.milestone(m)).collect()),
            public_authority: authority
                .map(|p| Reference { id: p.id.clone(), name: p.name.clone() }),
            parties: some_items(parties),
            completion: facts
                .actual_finish
                .filter(|_| project.stage.has_ended())
                .map(|day| Completion { end_date: ends(day) }),
        }
    }

    /// Sector of the industry line, or of its parent industry.
    fn sector(&self, id: IndustryId) -> Option<&'static str> {
        let line = self.industries.get(&id)?;
        let parent = || self.industries.get(&line.parent_id?);
        oc4ids::sector(&line.code).or_else(|| oc4ids::sector(&parent()?.code))
    }

    fn classifications(&self, project: &Project) -> Vec<Classification> {
        let industry = self.industries.get(&project.facts.industry_id).map(|line| Classification {
            scheme: "x_industry",
            id: line.code.clone(),
            description: line.name.clone(),
        });
        let made_up = project.synthetic.then(|| Classification {
            scheme: "x_synthetic",
            id: "synthetic".to_owned(),
            description: "示例数据，非真实项目".to_owned(),
        });
        industry.into_iter().chain(made_up).collect()
    }

    fn location(&self, facts: &ProjectFacts) -> Option<Location> {
        let area = self.areas.get(&facts.area_id)?;
        let point = facts.longitude_e6.zip(facts.latitude_e6).map(|(east, north)| Geometry {
            kind: "Point",
            coordinates: [east, north].map(|degrees| Exact(decimal(degrees, 6))).to_vec(),
        });
        let code = area
            .division_code
            .as_ref()
            .map(|code| Gazetteer { scheme: "x_GBT2260", identifiers: vec![code.clone()] });
        Some(Location {
            id: "1",
            description: area.name.clone(),
            geometry: point,
            gazetteer: code,
            address: Address {
                street_address: some_text(&facts.location),
                locality: area.name.clone(),
                country_name: "中国",
            },
        })
    }

    fn milestone(&self, milestone: &Milestone) -> OcMilestone {
        let elsewhen = milestone
            .forecast
            .filter(|day| milestone.actual.is_none() && *day != milestone.baseline);
        OcMilestone {
            id: milestone.id.to_string(),
            title: milestone.name.clone(),
            kind: oc4ids::milestone_type(&milestone.code, milestone.class),
            description: elsewhen.map(|day| format!("现预计于 {day} 完成")),
            code: oc4ids::milestone_code(&milestone.code).to_owned(),
            due_date: ends(milestone.baseline),
            date_met: milestone.actual.map(begins),
            status: oc4ids::milestone_status(milestone, self.today),
        }
    }
}

fn some_text(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// OC4IDS does not allow empty lists: they are omitted.
fn some_items<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// Metrics that have observations.
fn some(metrics: Vec<Metric>) -> Option<Vec<Metric>> {
    some_items(metrics.into_iter().filter(|m| !m.observations.is_empty()).collect())
}

fn identifiers(project: &Project, elsewhere: Vec<ExternalId>) -> Vec<SimpleIdentifier> {
    let own = SimpleIdentifier { id: project.id.to_string(), scheme: "major-projects".into() };
    let code = project.facts.code.clone();
    let national = code.map(|id| SimpleIdentifier { id, scheme: "national-project-code".into() });
    let elsewhere = elsewhere.into_iter();
    let elsewhere = elsewhere.map(|id| SimpleIdentifier { id: id.value, scheme: id.system.into() });
    [own].into_iter().chain(national).chain(elsewhere).collect()
}

/// The contractor, which is no unit of the register.
fn contractor(project: &Project) -> Option<OcParty> {
    Some(OcParty {
        id: format!("contractor-{}", project.id),
        name: some_text(&project.facts.contractor)?,
        identifier: None,
        roles: vec!["supplier"],
    })
}

fn period(start: Option<NaiveDate>, end: Option<NaiveDate>) -> Option<Period> {
    (start.is_some() || end.is_some())
        .then(|| Period { start_date: start.map(begins), end_date: end.map(ends) })
}

fn month(month: Month) -> Period {
    Period { start_date: Some(begins(month.first_day())), end_date: Some(ends(month.last_day())) }
}

fn value(amount: Fen) -> Value {
    Value { amount: Exact(oc4ids::yuan(amount)), currency: oc4ids::CURRENCY }
}

/// `None` if nothing is known: the standard has no empty objects.
fn budget(total: Option<Fen>, plans: &[PlannedYear]) -> Option<Budget> {
    let entry = |plan: &PlannedYear| BudgetEntry {
        id: plan.year.to_string(),
        amount: value(plan.months.sum()),
        period: Period {
            start_date: Some(begins(plan.year.january().first_day())),
            end_date: Some(ends(plan.year.december().last_day())),
        },
    };
    let by_year = some_items(plans.iter().map(entry).collect()).map(|budget_breakdown| {
        let description = "按年度计划（最新版本）";
        vec![BudgetGroup { id: "year", description, budget_breakdown }]
    });
    let is_known = total.is_some() || by_year.is_some();
    is_known.then_some(Budget { amount: total.map(value), budget_breakdowns: by_year })
}

fn money(at: Month, amount: Fen, notes: Option<&'static str>) -> Observation {
    Observation {
        id: at.to_string(),
        period: month(at),
        value: Some(value(amount)),
        measure: None,
        unit: None,
        notes,
    }
}

fn planned(plans: &[PlannedYear]) -> Metric {
    let months = plans.iter().flat_map(|plan| {
        plan.year.months().map(move |at| money(at, plan.months.of(at.number()), None))
    });
    Metric {
        id: "financialProgress",
        title: "按月计划投资",
        description: "各年度计划最新版本的分月计划投资",
        observations: months.collect(),
    }
}

/// Completed investment of a month.
#[derive(Default)]
struct CompletedMonth {
    amount: Fen,
    restated: bool,
}

fn completed(reports: &[Confirmed], restatements: &[RestatedAmount]) -> Metric {
    let mut months: BTreeMap<Month, CompletedMonth> = BTreeMap::new();
    for report in reports {
        months.entry(report.month).or_default().amount += report.completed;
    }
    for restatement in restatements {
        let month = months.entry(restatement.month).or_default();
        month.amount += restatement.amount;
        month.restated = true;
    }
    let observations = months
        .into_iter()
        .map(|(at, month)| money(at, month.amount, month.restated.then_some("含关闭后的更正")))
        .collect();
    Metric {
        id: "financialProgress",
        title: "按月完成投资",
        description: "已确认月报的当月完成投资，加上关闭后的更正",
        observations,
    }
}

fn physical(reports: &[Confirmed]) -> Metric {
    let observed = |report: &Confirmed| {
        let measure = Some(Exact(report.physical?.to_string()));
        let unit = Some(Unit { name: "percent", scheme: "UNCEFACT", id: "P1" });
        Some(Observation {
            id: report.month.to_string(),
            period: month(report.month),
            value: None,
            measure,
            unit,
            notes: None,
        })
    };
    Metric {
        id: "physicalProgress",
        title: "形象进度",
        description: "已确认月报的月末形象进度，占整个项目的百分比",
        observations: reports.iter().filter_map(observed).collect(),
    }
}

/// Merges the roles of each unit, in the order given.
fn merged(parties: Vec<Party>) -> Vec<OcParty> {
    let mut all: Vec<(UnitId, OcParty)> = Vec::new();
    for party in parties {
        let roles = oc4ids::party_roles(party.role, party.kind);
        if let Some((_, there)) = all.iter_mut().find(|(id, _)| *id == party.id) {
            there.roles.extend(roles);
            continue;
        }
        let identifier = party.credit_code.map(|id| PartyIdentifier {
            scheme: "CN-USCI",
            id,
            legal_name: party.name.clone(),
        });
        let id = format!("unit-{}", party.id);
        let roles = roles.to_vec();
        all.push((party.id, OcParty { id, name: party.name, identifier, roles }));
    }
    all.into_iter().map(|(_, party)| party).collect()
}

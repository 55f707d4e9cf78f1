//! Projects and their units in the changes of events: format 1, as release 0.1.0 wrote it.
//!
//! These types say what is stored. They do not follow the answers of the API. Version and time of
//! the last change are not recorded: the event has its own.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::id::{ProjectId, UnitId};
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::project::facts::ProjectFacts;
use crate::domain::project::precision::{DatePrecision, DatePrecisions};
use crate::domain::project::{Nature, Project, Stage, Visibility};
use crate::domain::reference::unit::{ProjectUnit, UnitRole};
use crate::store::projects::coded::CodedProject;

/// A project.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedProject<'a> {
    id: ProjectId,
    code: Option<&'a str>,
    code_reason: &'a str,
    name: &'a str,
    content: &'a str,
    industry: &'a str,
    area: &'a str,
    stage: Stage,
    nature: Nature,
    total_investment_wan: Fen,
    total_known: bool,
    invested_before_wan: Fen,
    planned_start: Option<NaiveDate>,
    planned_finish: Option<NaiveDate>,
    planned_operation: Option<NaiveDate>,
    actual_start: Option<NaiveDate>,
    actual_finish: Option<NaiveDate>,
    actual_operation: Option<NaiveDate>,
    planned_start_precision: DatePrecision,
    planned_finish_precision: DatePrecision,
    planned_operation_precision: DatePrecision,
    actual_start_precision: DatePrecision,
    leader: &'a str,
    location: &'a str,
    contractor: &'a str,
    contract_sum_wan: Option<Fen>,
    package: &'a str,
    phase: &'a str,
    remarks: &'a str,
    longitude: Option<String>,
    latitude: Option<String>,
    visibility: Visibility,
    registered_year: Year,
    ended_on: Option<NaiveDate>,
    synthetic: bool,
    created_at: Timestamp,
}

impl<'a> From<&'a CodedProject> for RecordedProject<'a> {
    #[expect(clippy::too_many_lines, reason = "two lines for each field")]
    fn from(coded: &'a CodedProject) -> Self {
        // Destructured without `..`: a new field does not compile until it is recorded or left out.
        let CodedProject { project, industry, area } = coded;
        let Project {
            id,
            facts,
            stage,
            registered_year,
            ended_on,
            synthetic,
            created_at,
            updated_at: _,
            version: _,
        } = project;
        let ProjectFacts {
            code,
            code_reason,
            name,
            content,
            industry_id: _,
            area_id: _,
            nature,
            total,
            invested_before,
            planned_start,
            planned_finish,
            planned_operation,
            actual_start,
            actual_finish,
            actual_operation,
            precisions,
            leader,
            location,
            contractor,
            contract_sum,
            package,
            phase,
            remarks,
            longitude_e6: _,
            latitude_e6: _,
            visibility,
        } = facts;
        let DatePrecisions { planned_start: start, planned_finish: finish, .. } = *precisions;
        Self {
            id: *id,
            code: code.as_deref(),
            code_reason,
            name,
            content,
            industry,
            area,
            stage: *stage,
            nature: *nature,
            total_investment_wan: *total,
            total_known: facts.knows_total(),
            invested_before_wan: *invested_before,
            planned_start: *planned_start,
            planned_finish: *planned_finish,
            planned_operation: *planned_operation,
            actual_start: *actual_start,
            actual_finish: *actual_finish,
            actual_operation: *actual_operation,
            planned_start_precision: start,
            planned_finish_precision: finish,
            planned_operation_precision: precisions.planned_operation,
            actual_start_precision: precisions.actual_start,
            leader,
            location,
            contractor,
            contract_sum_wan: *contract_sum,
            package,
            phase,
            remarks,
            longitude: facts.longitude(),
            latitude: facts.latitude(),
            visibility: *visibility,
            registered_year: *registered_year,
            ended_on: *ended_on,
            synthetic: *synthetic,
            created_at: *created_at,
        }
    }
}

/// All responsible units of a project.
#[derive(Debug, Serialize)]
pub(crate) struct RecordedProjectUnits<'a> {
    items: Vec<RecordedProjectUnit<'a>>,
    total: usize,
}

/// A unit's role in a project.
#[derive(Debug, Serialize)]
struct RecordedProjectUnit<'a> {
    unit_id: UnitId,
    unit: &'a str,
    role: UnitRole,
    contact: &'a str,
    phone: &'a str,
}

impl<'a> From<&'a [ProjectUnit]> for RecordedProjectUnits<'a> {
    fn from(units: &'a [ProjectUnit]) -> Self {
        Self { items: units.iter().map(RecordedProjectUnit::from).collect(), total: units.len() }
    }
}

impl<'a> From<&'a ProjectUnit> for RecordedProjectUnit<'a> {
    fn from(unit: &'a ProjectUnit) -> Self {
        Self {
            unit_id: unit.unit_id,
            unit: &unit.unit,
            role: unit.role,
            contact: &unit.contact,
            phone: &unit.phone,
        }
    }
}

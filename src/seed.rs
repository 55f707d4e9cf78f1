//! Loads the reference data and plan of `seeds/plan-2021/*.csv` into the database. Repeatable:
//! existing rows are not changed, because users may have edited them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::domain::clock::Timestamp;
use crate::domain::id::{AreaId, IndustryId, PlanId};
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::plan::{
    Envelope, IndustryTarget, Measure, Plan, Target, TargetOperator, TargetScope,
};
use crate::domain::rate::Hundredths;
use crate::domain::reference::area::{Area, AreaKind};
use crate::domain::reference::industry::{Industry, IndustryGroup};
use crate::domain::reference::unit::{Unit, UnitKind};
use crate::store::events;
use crate::store::events::{Author, Event};
use crate::store::reference::{areas, industries, units};
use crate::store::{Conn, Result, StoreError, plans};

macro_rules! csv_file {
    ($name:literal) => {
        include_str!(concat!("../seeds/plan-2021/", $name))
    };
}

/// Number of rows added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seeded {
    /// Industries.
    pub industries: usize,
    /// Areas.
    pub areas: usize,
    /// Units.
    pub units: usize,
    /// Plans, each with its envelopes, targets and measures.
    pub plans: usize,
}

/// Loads missing rows. A second run changes nothing.
pub fn load(conn: &mut Conn, now: Timestamp) -> Result<Seeded> {
    let seeded = Seeded {
        industries: load_industries(conn, now)?,
        areas: load_areas(conn, now)?,
        units: load_units(conn, now)?,
        plans: 0,
    };
    Ok(Seeded { plans: load_plans(conn, now)?, ..seeded })
}

fn rows<T: DeserializeOwned>(text: &str) -> Result<Vec<T>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().collect::<std::result::Result<_, _>>().map_err(StoreError::broken)
}

fn record(
    conn: &mut Conn,
    now: Timestamp,
    kind: &'static str,
    subject: &'static str,
    id: i64,
) -> Result<()> {
    events::record(conn, &Author::system("seed"), now, &Event::of(kind, subject, id, Vec::new()))
}

#[derive(Deserialize)]
struct IndustryRow {
    code: String,
    name_zh: String,
    name_en: String,
    group: IndustryGroup,
    parent: String,
}

fn load_industries(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    let mut new = 0;
    for (row, position) in rows::<IndustryRow>(csv_file!("industries.csv"))?.into_iter().zip(1..) {
        if industries::find_by_code(conn, &row.code)?.is_some() {
            continue;
        }
        let parent = industries::find_by_code(conn, &row.parent)?;
        let id = industries::insert(
            conn,
            &Industry {
                id: IndustryId(0),
                code: row.code,
                name: row.name_zh,
                name_en: row.name_en,
                group: row.group,
                parent_id: parent.map(|p| p.id),
                position,
                version: 1,
            },
        )?;
        record(conn, now, "industry.created", "industry", id.0)?;
        new += 1;
    }
    Ok(new)
}

#[derive(Deserialize)]
struct AreaRow {
    local_code: String,
    name: String,
    kind: AreaKind,
    division_code: Option<String>,
    note: String,
}

fn load_areas(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    let mut new = 0;
    for (row, position) in rows::<AreaRow>(csv_file!("areas.csv"))?.into_iter().zip(1..) {
        if areas::find_by_code(conn, &row.local_code)?.is_some() {
            continue;
        }
        let area = Area {
            id: AreaId(0),
            code: row.local_code,
            name: row.name,
            kind: row.kind,
            division_code: row.division_code,
            note: row.note,
            position,
            version: 1,
        };
        let id = areas::insert(conn, &area)?;
        record(conn, now, "area.created", "area", id.0)?;
        new += 1;
    }
    Ok(new)
}

#[derive(Deserialize)]
struct UnitRow {
    name: String,
    kind: UnitKind,
}

fn load_units(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    let mut new = 0;
    for row in rows::<UnitRow>(csv_file!("units.csv"))? {
        if units::find_by_name(conn, &row.name)?.is_some() {
            continue;
        }
        let unit = Unit::named(&row.name, row.kind);
        let id = units::insert(conn, &unit)?.id;
        record(conn, now, "unit.created", "unit", id.0)?;
        new += 1;
    }
    Ok(new)
}

#[derive(Deserialize)]
struct PlanRow {
    year: i32,
    title: String,
    issuer: String,
    issued_on: NaiveDate,
    document_number: Option<String>,
    source_sha256: Option<String>,
}

fn year(number: i32) -> Result<Year> {
    Year::new(number).ok_or_else(|| StoreError::broken(format!("{number} is no year")))
}

fn load_plans(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    let mut new = 0;
    for row in rows::<PlanRow>(csv_file!("plan.csv"))? {
        let year = year(row.year)?;
        if plans::find(conn, year)?.is_some() {
            continue;
        }
        let plan = Plan {
            id: PlanId(0),
            year,
            title: row.title,
            issuer: row.issuer,
            issued_on: row.issued_on,
            document_number: row.document_number,
            source_sha256: row.source_sha256,
            synthetic: false,
            version: 1,
        };
        let id = plans::insert(conn, &plan)?;
        let codes = industries::all(conn)?.into_iter().map(|i| (i.code, i.id)).collect();
        load_envelopes(conn, id, year, &codes)?;
        load_industry_targets(conn, id, year, &codes)?;
        let measures = load_measures(conn, id)?;
        load_targets(conn, id, &codes, &measures)?;
        record(conn, now, "plan.entered", "plan", id.0)?;
        new += 1;
    }
    Ok(new)
}

type Codes = BTreeMap<String, IndustryId>;

fn industry(codes: &Codes, code: &str) -> Result<IndustryId> {
    codes.get(code).copied().ok_or_else(|| StoreError::broken(format!("no industry {code}")))
}

#[derive(Deserialize)]
struct EnvelopeRow {
    year: i32,
    industry: String,
    project_count: i32,
    total_investment_yi: String,
    annual_investment_yi: String,
}

fn load_envelopes(conn: &mut Conn, plan: PlanId, of: Year, codes: &Codes) -> Result<()> {
    let mut envelopes = Vec::new();
    for row in rows::<EnvelopeRow>(csv_file!("project_plan.csv"))? {
        if year(row.year)? == of {
            envelopes.push(Envelope {
                industry: industry(codes, &row.industry)?,
                project_count: row.project_count,
                total: Fen::parse_yi(&row.total_investment_yi).map_err(StoreError::broken)?,
                annual: Fen::parse_yi(&row.annual_investment_yi).map_err(StoreError::broken)?,
            });
        }
    }
    plans::replace_envelopes(conn, plan, &envelopes)
}

#[derive(Deserialize)]
struct IndustryTargetRow {
    year: i32,
    industry: String,
    value_added_yi: Option<String>,
    increase_yi: Option<String>,
    growth_min_pct: Option<String>,
    note: String,
}

fn load_industry_targets(conn: &mut Conn, plan: PlanId, of: Year, codes: &Codes) -> Result<()> {
    let money = |text: Option<String>| {
        text.map(|t| Fen::parse_yi(&t)).transpose().map_err(StoreError::broken)
    };
    let percent = |text: Option<String>| {
        text.map(|t| t.parse::<Hundredths>()).transpose().map_err(StoreError::broken)
    };
    let mut targets = Vec::new();
    for row in rows::<IndustryTargetRow>(csv_file!("value_added_targets.csv"))? {
        if year(row.year)? == of {
            targets.push(IndustryTarget {
                industry: industry(codes, &row.industry)?,
                value_added: money(row.value_added_yi)?,
                increase: money(row.increase_yi)?,
                growth_min: percent(row.growth_min_pct)?,
                note: row.note,
            });
        }
    }
    plans::replace_industry_targets(conn, plan, &targets)
}

#[derive(Deserialize)]
struct MeasureRow {
    number: i32,
    section: String,
    section_title: String,
    title: String,
    units_as_written: String,
}

#[derive(Deserialize)]
struct MeasureUnitRow {
    measure: i32,
    position: i32,
    unit: String,
}

fn load_measures(conn: &mut Conn, plan: PlanId) -> Result<BTreeMap<i32, i64>> {
    let mut named = rows::<MeasureUnitRow>(csv_file!("measure_units.csv"))?;
    named.sort_by_key(|row| (row.measure, row.position));
    let mut ids = BTreeMap::new();
    for row in rows::<MeasureRow>(csv_file!("measures.csv"))? {
        let mut of_measure = Vec::new();
        for link in named.iter().filter(|link| link.measure == row.number) {
            let unit = units::find_by_name(conn, &link.unit)?;
            let unit = unit.ok_or_else(|| StoreError::broken(format!("no unit {}", link.unit)))?;
            of_measure.push((unit.id, unit.name));
        }
        let measure = Measure {
            number: row.number,
            section: row.section,
            section_title: row.section_title,
            title: row.title,
            units_as_written: row.units_as_written,
            units: of_measure,
        };
        ids.insert(measure.number, plans::insert_measure(conn, plan, &measure)?);
    }
    Ok(ids)
}

#[derive(Deserialize)]
struct TargetRow {
    scope: String,
    indicator: String,
    operator: String,
    value: String,
    unit: String,
    deadline: Option<NaiveDate>,
    as_written: String,
    note: String,
}

/// Parses a comparison operator as the CSV spells it.
fn operator(text: &str) -> Result<TargetOperator> {
    match text {
        ">=" => Ok(TargetOperator::AtLeast),
        "<=" => Ok(TargetOperator::AtMost),
        "=" => Ok(TargetOperator::Exactly),
        "<" => Ok(TargetOperator::Below),
        words => StoreError::read_text(words),
    }
}

fn load_targets(
    conn: &mut Conn,
    plan: PlanId,
    codes: &Codes,
    measures: &BTreeMap<i32, i64>,
) -> Result<()> {
    for (row, position) in rows::<TargetRow>(csv_file!("targets.csv"))?.into_iter().zip(1..) {
        // `overall`, `industry:<code>` or `measure:<number>`.
        let (scope, of) = row.scope.split_once(':').unwrap_or((&row.scope, ""));
        let scope: TargetScope = StoreError::read_text(scope)?;
        let is_of = |wanted| (scope == wanted).then_some(of);
        let measure: Option<i32> =
            is_of(TargetScope::Measure).map(str::parse).transpose().map_err(StoreError::broken)?;
        let target = Target {
            position,
            scope,
            industry: is_of(TargetScope::Industry).map(|code| industry(codes, code)).transpose()?,
            measure,
            indicator: row.indicator,
            operator: operator(&row.operator)?,
            value: row.value,
            unit: row.unit,
            deadline: row.deadline,
            as_written: row.as_written,
            note: row.note,
        };
        let measure_id = measure.and_then(|number| measures.get(&number).copied());
        plans::insert_target(conn, plan, &target, measure_id)?;
    }
    Ok(())
}

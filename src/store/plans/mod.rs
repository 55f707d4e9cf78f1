//! Plan documents with their envelopes, targets and measures.

pub(crate) mod document;
pub(crate) mod recorded;
pub(crate) mod year_plans;
pub(crate) mod year_plans_across;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::domain::id::{IndustryId, PlanId, UnitId};
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::plan::{Envelope, IndustryTarget, Measure, Plan, Target};
use crate::domain::rate::Hundredths;
use crate::store::schema::{
    envelopes, industry_targets, measure_units, measures, plans, targets, units,
};
use crate::store::{Conn, Result, StoreError};

#[derive(Queryable, Selectable)]
#[diesel(table_name = plans)]
struct Row {
    id: i64,
    year: i32,
    title: String,
    issuer: String,
    issued_on: NaiveDate,
    document_number: Option<String>,
    source_sha256: Option<String>,
    synthetic: bool,
    version: i64,
}

impl TryFrom<Row> for Plan {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: PlanId(row.id),
            year: Year::new(row.year).ok_or_else(|| StoreError::broken("stored year"))?,
            title: row.title,
            issuer: row.issuer,
            issued_on: row.issued_on,
            document_number: row.document_number,
            source_sha256: row.source_sha256,
            synthetic: row.synthetic,
            version: row.version,
        })
    }
}

/// All plans, latest year first.
pub(crate) fn all(conn: &mut Conn) -> Result<Vec<Plan>> {
    let rows: Vec<Row> =
        plans::table.order(plans::year.desc()).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Plan::try_from).collect()
}

/// Loads the plan of a year, or returns [`StoreError::NotFound`].
pub(crate) fn get(conn: &mut Conn, year: Year) -> Result<Plan> {
    find(conn, year)?.ok_or(StoreError::NotFound)
}

/// Finds the plan of a year.
pub(crate) fn find(conn: &mut Conn, year: Year) -> Result<Option<Plan>> {
    let row = plans::table
        .filter(plans::year.eq(year.get()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Plan::try_from).transpose()
}

/// Inserts a plan; the database assigns the id.
///
/// # Errors
/// [`StoreError::Taken`] if the year already has a plan.
pub(crate) fn insert(conn: &mut Conn, new: &Plan) -> Result<PlanId> {
    let id = diesel::insert_into(plans::table)
        .values((
            plans::year.eq(new.year.get()),
            plans::title.eq(&new.title),
            plans::issuer.eq(&new.issuer),
            plans::issued_on.eq(new.issued_on),
            plans::document_number.eq(&new.document_number),
            plans::source_sha256.eq(&new.source_sha256),
            plans::synthetic.eq(new.synthetic),
        ))
        .returning(plans::id)
        .get_result(conn)?;
    Ok(PlanId(id))
}

/// Updates the plan's own fields (not envelopes, targets or measures) if its version is unchanged.
///
/// # Errors
/// [`StoreError::Stale`].
pub(crate) fn save(conn: &mut Conn, plan: &Plan) -> Result<()> {
    let mine = plans::table.find(plan.id.0).filter(plans::version.eq(plan.version));
    let changed = diesel::update(mine)
        .set((
            plans::title.eq(&plan.title),
            plans::issuer.eq(&plan.issuer),
            plans::issued_on.eq(plan.issued_on),
            plans::document_number.eq(&plan.document_number),
            plans::source_sha256.eq(&plan.source_sha256),
            plans::synthetic.eq(plan.synthetic),
            plans::version.eq(plans::version + 1),
        ))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Envelopes of a plan, one per industry line.
pub(crate) fn envelopes(conn: &mut Conn, plan: PlanId) -> Result<Vec<Envelope>> {
    let rows: Vec<(i64, i32, i64, i64)> = envelopes::table
        .filter(envelopes::plan_id.eq(plan.0))
        .order(envelopes::id)
        .select((
            envelopes::industry_id,
            envelopes::project_count,
            envelopes::total_fen,
            envelopes::annual_fen,
        ))
        .load(conn)?;
    let envelope = |(industry, project_count, total, annual)| Envelope {
        industry: IndustryId(industry),
        project_count,
        total: Fen::new(total),
        annual: Fen::new(annual),
    };
    Ok(rows.into_iter().map(envelope).collect())
}

/// Replaces the envelopes of a plan.
pub(crate) fn replace_envelopes(conn: &mut Conn, plan: PlanId, new: &[Envelope]) -> Result<()> {
    diesel::delete(envelopes::table.filter(envelopes::plan_id.eq(plan.0))).execute(conn)?;
    for envelope in new {
        diesel::insert_into(envelopes::table)
            .values((
                envelopes::plan_id.eq(plan.0),
                envelopes::industry_id.eq(envelope.industry.0),
                envelopes::project_count.eq(envelope.project_count),
                envelopes::total_fen.eq(envelope.total.get()),
                envelopes::annual_fen.eq(envelope.annual.get()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Value-added targets of a plan, one per industry.
pub(crate) fn industry_targets(conn: &mut Conn, plan: PlanId) -> Result<Vec<IndustryTarget>> {
    type Found = (i64, Option<i64>, Option<i64>, Option<i64>, String);
    let rows: Vec<Found> = industry_targets::table
        .filter(industry_targets::plan_id.eq(plan.0))
        .order(industry_targets::id)
        .select((
            industry_targets::industry_id,
            industry_targets::value_added_fen,
            industry_targets::increase_fen,
            industry_targets::growth_min_hundredths,
            industry_targets::note,
        ))
        .load(conn)?;
    let target = |(industry, value_added, increase, growth, note): Found| IndustryTarget {
        industry: IndustryId(industry),
        value_added: value_added.map(Fen::new),
        increase: increase.map(Fen::new),
        growth_min: growth.map(Hundredths::new),
        note,
    };
    Ok(rows.into_iter().map(target).collect())
}

/// Replaces the value-added targets of a plan.
pub(crate) fn replace_industry_targets(
    conn: &mut Conn,
    plan: PlanId,
    new: &[IndustryTarget],
) -> Result<()> {
    let old = industry_targets::table.filter(industry_targets::plan_id.eq(plan.0));
    diesel::delete(old).execute(conn)?;
    for target in new {
        diesel::insert_into(industry_targets::table)
            .values((
                industry_targets::plan_id.eq(plan.0),
                industry_targets::industry_id.eq(target.industry.0),
                industry_targets::value_added_fen.eq(target.value_added.map(Fen::get)),
                industry_targets::increase_fen.eq(target.increase.map(Fen::get)),
                industry_targets::growth_min_hundredths.eq(target.growth_min.map(Hundredths::get)),
                industry_targets::note.eq(&target.note),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Measure without its units: id, number, section, section title, title, units as written.
type MeasureRow = (i64, i32, String, String, String, String);

/// Measures of a plan, each with its units in the order of the document.
pub(crate) fn measures(conn: &mut Conn, plan: PlanId) -> Result<Vec<Measure>> {
    let mut assigned: BTreeMap<i64, Vec<(UnitId, String)>> = BTreeMap::new();
    let links: Vec<(i64, i64, String)> = measure_units::table
        .inner_join(measures::table)
        .inner_join(units::table)
        .filter(measures::plan_id.eq(plan.0))
        .order((measure_units::measure_id, measure_units::position))
        .select((measure_units::measure_id, units::id, units::name))
        .load(conn)?;
    for (measure, unit, name) in links {
        assigned.entry(measure).or_default().push((UnitId(unit), name));
    }
    let rows: Vec<MeasureRow> = measures::table
        .filter(measures::plan_id.eq(plan.0))
        .order(measures::number)
        .select((
            measures::id,
            measures::number,
            measures::section,
            measures::section_title,
            measures::title,
            measures::units_as_written,
        ))
        .load(conn)?;
    let measure =
        |(id, number, section, section_title, title, units_as_written): MeasureRow| Measure {
            number,
            section,
            section_title,
            title,
            units_as_written,
            units: assigned.remove(&id).unwrap_or_default(),
        };
    Ok(rows.into_iter().map(measure).collect())
}

/// Inserts a measure with its units; returns its id.
pub(crate) fn insert_measure(conn: &mut Conn, plan: PlanId, new: &Measure) -> Result<i64> {
    let id: i64 = diesel::insert_into(measures::table)
        .values((
            measures::plan_id.eq(plan.0),
            measures::number.eq(new.number),
            measures::section.eq(&new.section),
            measures::section_title.eq(&new.section_title),
            measures::title.eq(&new.title),
            measures::units_as_written.eq(&new.units_as_written),
        ))
        .returning(measures::id)
        .get_result(conn)?;
    for (position, (unit, _)) in (1_i32..).zip(&new.units) {
        diesel::insert_into(measure_units::table)
            .values((
                measure_units::measure_id.eq(id),
                measure_units::position.eq(position),
                measure_units::unit_id.eq(unit.0),
            ))
            .execute(conn)?;
    }
    Ok(id)
}

/// Quantified targets of a plan, in the order of the document.
pub(crate) fn targets(conn: &mut Conn, plan: PlanId) -> Result<Vec<Target>> {
    let rows: Vec<TargetRow> = targets::table
        .left_join(measures::table)
        .filter(targets::plan_id.eq(plan.0))
        .order(targets::position)
        .select((
            (targets::position, targets::scope, targets::industry_id, measures::number.nullable()),
            (targets::indicator, targets::operator, targets::value, targets::unit),
            (targets::deadline, targets::as_written, targets::note),
        ))
        .load(conn)?;
    rows.into_iter().map(target).collect()
}

type TargetRow = (
    (i32, String, Option<i64>, Option<i32>),
    (String, String, String, String),
    (Option<NaiveDate>, String, String),
);

fn target(row: TargetRow) -> Result<Target> {
    let ((position, scope, industry, measure), (indicator, operator, value, unit), rest) = row;
    let (deadline, as_written, note) = rest;
    Ok(Target {
        position,
        scope: StoreError::read_text(&scope)?,
        industry: industry.map(IndustryId),
        measure,
        indicator,
        operator: StoreError::read_text(&operator)?,
        value,
        unit,
        deadline,
        as_written,
        note,
    })
}

/// Inserts a quantified target; `measure_id` is the row id of the measure it refers to.
pub(crate) fn insert_target(
    conn: &mut Conn,
    plan: PlanId,
    new: &Target,
    measure_id: Option<i64>,
) -> Result<()> {
    diesel::insert_into(targets::table)
        .values((
            targets::plan_id.eq(plan.0),
            targets::position.eq(new.position),
            targets::scope.eq(new.scope.as_str()),
            targets::industry_id.eq(new.industry.map(|i| i.0)),
            targets::measure_id.eq(measure_id),
            targets::indicator.eq(&new.indicator),
            targets::operator.eq(new.operator.as_str()),
            targets::value.eq(&new.value),
            targets::unit.eq(&new.unit),
            targets::deadline.eq(new.deadline),
            targets::as_written.eq(&new.as_written),
            targets::note.eq(&new.note),
        ))
        .execute(conn)?;
    Ok(())
}

//! Versions of the light rules, and light overrides.

pub(crate) mod recorded;

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::{LightOverrideId, ProjectId, UserId};
use crate::domain::light::overrides::LightOverride;
use crate::domain::light::rules::{LightRules, LightThresholds};
use crate::domain::month::{Month, Year};
use crate::domain::rate::Hundredths;
use crate::store::schema::{light_overrides as overrides, light_rules as rules};
use crate::store::{Conn, Result, StoreError};

#[derive(Queryable, Selectable)]
#[diesel(table_name = rules)]
struct RulesRow {
    number: i32,
    effective_month: String,
    green_from_hundredths: i64,
    yellow_from_hundredths: i64,
    start_yellow_months: i32,
    start_red_months: i32,
    milestone_yellow_days: i32,
    milestone_red_days: i32,
    reporting_yellow_missing: i32,
    reporting_red_missing: i32,
    reason: String,
    created_at: NaiveDateTime,
}

impl TryFrom<RulesRow> for LightRules {
    type Error = StoreError;

    fn try_from(row: RulesRow) -> Result<Self> {
        Ok(Self {
            number: row.number,
            effective_month: StoreError::read_text(&row.effective_month)?,
            thresholds: LightThresholds {
                green_from: Hundredths::new(row.green_from_hundredths),
                yellow_from: Hundredths::new(row.yellow_from_hundredths),
                start_yellow_months: row.start_yellow_months,
                start_red_months: row.start_red_months,
                milestone_yellow_days: row.milestone_yellow_days,
                milestone_red_days: row.milestone_red_days,
                reporting_yellow_missing: row.reporting_yellow_missing,
                reporting_red_missing: row.reporting_red_missing,
            },
            reason: row.reason,
            created_at: Some(Timestamp::new(row.created_at)),
        })
    }
}

/// Versions of the light rules of a year, starting with the default version.
pub(crate) fn rules(conn: &mut Conn, year: Year) -> Result<Vec<LightRules>> {
    let rows: Vec<RulesRow> = rules::table
        .filter(rules::year.eq(year.get()))
        .order(rules::number)
        .select(RulesRow::as_select())
        .load(conn)?;
    let mut versions = vec![LightRules::of_the_design(year)];
    for row in rows {
        versions.push(row.try_into()?);
    }
    Ok(versions)
}

/// Inserts a version of a year's light rules; the database assigns the id.
///
/// # Errors
/// [`StoreError::Taken`] if another request inserted the same version first.
pub(crate) fn insert_rules(
    conn: &mut Conn,
    year: Year,
    new: &LightRules,
    by: Option<UserId>,
) -> Result<i64> {
    let at =
        new.created_at.ok_or_else(|| StoreError::broken("light rules without a creation time"))?;
    let limits = &new.thresholds;
    Ok(diesel::insert_into(rules::table)
        .values((
            rules::year.eq(year.get()),
            rules::number.eq(new.number),
            rules::effective_month.eq(new.effective_month.to_string()),
            rules::green_from_hundredths.eq(limits.green_from.get()),
            rules::yellow_from_hundredths.eq(limits.yellow_from.get()),
            rules::start_yellow_months.eq(limits.start_yellow_months),
            rules::start_red_months.eq(limits.start_red_months),
            rules::milestone_yellow_days.eq(limits.milestone_yellow_days),
            rules::milestone_red_days.eq(limits.milestone_red_days),
            rules::reporting_yellow_missing.eq(limits.reporting_yellow_missing),
            rules::reporting_red_missing.eq(limits.reporting_red_missing),
            rules::reason.eq(&new.reason),
            rules::created_at.eq(at.naive()),
            rules::created_by.eq(by.map(|u| u.0)),
        ))
        .returning(rules::id)
        .get_result(conn)?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = overrides)]
struct OverrideRow {
    id: i64,
    project_id: i64,
    light: String,
    reason: String,
    from_month: String,
    expires_on: NaiveDate,
    created_at: NaiveDateTime,
    created_by: String,
    withdrawn_at: Option<NaiveDateTime>,
    ends_after: Option<String>,
}

impl TryFrom<OverrideRow> for LightOverride {
    type Error = StoreError;

    fn try_from(row: OverrideRow) -> Result<Self> {
        let ends_after = row.ends_after.map(|month| StoreError::read_text(&month));
        Ok(Self {
            id: LightOverrideId(row.id),
            project_id: ProjectId(row.project_id),
            light: StoreError::read_text(&row.light)?,
            reason: row.reason,
            from_month: StoreError::read_text(&row.from_month)?,
            expires_on: row.expires_on,
            created_at: Timestamp::new(row.created_at),
            created_by: row.created_by,
            withdrawn_at: row.withdrawn_at.map(Timestamp::new),
            ends_after: ends_after.transpose()?,
        })
    }
}

/// Light overrides of a project, in the order they were entered.
pub(crate) fn overrides(conn: &mut Conn, project: ProjectId) -> Result<Vec<LightOverride>> {
    let rows: Vec<OverrideRow> = overrides::table
        .filter(overrides::project_id.eq(project.0))
        .order(overrides::id)
        .select(OverrideRow::as_select())
        .load(conn)?;
    rows.into_iter().map(LightOverride::try_from).collect()
}

/// Light overrides that may apply to `month`, by project.
pub(crate) fn overrides_by_project(
    conn: &mut Conn,
    month: Month,
) -> Result<BTreeMap<ProjectId, Vec<LightOverride>>> {
    let rows: Vec<OverrideRow> = overrides::table
        .filter(overrides::from_month.le(month.to_string()))
        .filter(overrides::expires_on.ge(month.first_day()))
        .order(overrides::id)
        .select(OverrideRow::as_select())
        .load(conn)?;
    let mut found: BTreeMap<ProjectId, Vec<LightOverride>> = BTreeMap::new();
    for row in rows {
        let word = LightOverride::try_from(row)?;
        found.entry(word.project_id).or_default().push(word);
    }
    Ok(found)
}

/// Inserts a light override; the database assigns the id.
pub(crate) fn insert_override(conn: &mut Conn, new: &LightOverride) -> Result<LightOverrideId> {
    let id = diesel::insert_into(overrides::table)
        .values((
            overrides::project_id.eq(new.project_id.0),
            overrides::light.eq(new.light.as_str()),
            overrides::reason.eq(&new.reason),
            overrides::from_month.eq(new.from_month.to_string()),
            overrides::expires_on.eq(new.expires_on),
            overrides::created_at.eq(new.created_at.naive()),
            overrides::created_by.eq(&new.created_by),
        ))
        .returning(overrides::id)
        .get_result(conn)?;
    Ok(LightOverrideId(id))
}

/// Withdraws an active override; it still applies up to and including `ends_after`.
///
/// # Errors
/// [`StoreError::Stale`] if it was already withdrawn.
pub(crate) fn withdraw(
    conn: &mut Conn,
    id: LightOverrideId,
    now: Timestamp,
    ends_after: Month,
) -> Result<()> {
    let standing = overrides::table.find(id.0).filter(overrides::withdrawn_at.is_null());
    let changed = diesel::update(standing)
        .set((
            overrides::withdrawn_at.eq(now.naive()),
            overrides::ends_after.eq(ends_after.to_string()),
        ))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

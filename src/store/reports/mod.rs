//! Monthly reports.

pub(crate) mod filed;
pub(crate) mod recorded;
pub(crate) mod restatements;
pub(crate) mod restatements_across;
pub(crate) mod review;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::{max, min};
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::id::{ProjectId, ReportId, UserId};
use crate::domain::money::Fen;
use crate::domain::month::Month;
use crate::domain::rate::Hundredths;
use crate::domain::report::{Report, ReportFigures, ReportState, Step};
use crate::store::schema::monthly_reports as reports;
use crate::store::schema::monthly_reports::dsl;
use crate::store::{Conn, Result, StoreError};

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports)]
pub(in crate::store) struct Row {
    pub(in crate::store) id: i64,
    project_id: i64,
    month: String,
    state: String,
    completed_fen: i64,
    physical_hundredths: Option<i64>,
    progress: String,
    zero_reason: String,
    full_year_forecast_fen: Option<i64>,
    funds_received_fen: Option<i64>,
    funds_paid_fen: Option<i64>,
    return_reason: String,
    warnings: String,
    submitted_at: Option<NaiveDateTime>,
    submitted_by: Option<i64>,
    first_submitted_on: Option<NaiveDate>,
    confirmed_at: Option<NaiveDateTime>,
    confirmed_by: Option<i64>,
    version: i64,
}

impl TryFrom<Row> for Report {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let step = |at: Option<NaiveDateTime>, by: Option<i64>| {
            at.map(|at| Step { by: by.map(UserId), at: Timestamp::new(at) })
        };
        Ok(Self {
            id: ReportId(row.id),
            project_id: ProjectId(row.project_id),
            month: StoreError::read_text(&row.month)?,
            state: StoreError::read_text(&row.state)?,
            figures: ReportFigures {
                completed: Fen::new(row.completed_fen),
                physical: row.physical_hundredths.map(Hundredths::new),
                progress: row.progress,
                zero_reason: row.zero_reason,
                full_year_forecast: row.full_year_forecast_fen.map(Fen::new),
                funds_received: row.funds_received_fen.map(Fen::new),
                funds_paid: row.funds_paid_fen.map(Fen::new),
            },
            warnings: serde_json::from_str(&row.warnings).map_err(StoreError::broken)?,
            return_reason: row.return_reason,
            submitted: step(row.submitted_at, row.submitted_by),
            first_submitted_on: row.first_submitted_on,
            confirmed: step(row.confirmed_at, row.confirmed_by),
            version: row.version,
        })
    }
}

/// Monthly reports of a project, earliest month first.
pub(crate) fn list(conn: &mut Conn, project: ProjectId) -> Result<Vec<Report>> {
    let rows: Vec<Row> = reports::table
        .filter(dsl::project_id.eq(project.0))
        .order(dsl::month)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Report::try_from).collect()
}

/// Reports of these projects, by project and month.
pub(crate) fn of_projects(conn: &mut Conn, projects: &BTreeSet<ProjectId>) -> Result<Vec<Report>> {
    let rows: Vec<Row> = reports::table
        .filter(dsl::project_id.eq_any(projects.iter().map(|p| p.0)))
        .order((dsl::project_id, dsl::month))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Report::try_from).collect()
}

/// Loads the report of a month, or returns [`StoreError::NotFound`].
pub(crate) fn get(conn: &mut Conn, project: ProjectId, month: Month) -> Result<Report> {
    find(conn, project, month)?.ok_or(StoreError::NotFound)
}

/// Finds the report of a month.
pub(crate) fn find(conn: &mut Conn, project: ProjectId, month: Month) -> Result<Option<Report>> {
    let row: Option<Row> = reports::table
        .filter(dsl::project_id.eq(project.0))
        .filter(dsl::month.eq(month.to_string()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Report::try_from).transpose()
}

/// First month with a submitted or confirmed report of the project.
pub(crate) fn first_handed_over(conn: &mut Conn, project: ProjectId) -> Result<Option<Month>> {
    let month: Option<String> = reports::table
        .filter(dsl::project_id.eq(project.0))
        .filter(dsl::state.eq_any(HANDED_OVER))
        .select(min(dsl::month))
        .first(conn)?;
    month.map(|m| StoreError::read_text(&m)).transpose()
}

/// Last month with a submitted or confirmed report of the project.
pub(crate) fn last_handed_over(conn: &mut Conn, project: ProjectId) -> Result<Option<Month>> {
    let month: Option<String> = reports::table
        .filter(dsl::project_id.eq(project.0))
        .filter(dsl::state.eq_any(HANDED_OVER))
        .select(max(dsl::month))
        .first(conn)?;
    month.map(|m| StoreError::read_text(&m)).transpose()
}

const HANDED_OVER: [&str; 2] = [ReportState::Submitted.as_str(), ReportState::Confirmed.as_str()];

/// Last month between `first` and `last` with a confirmed report.
pub(crate) fn last_confirmed_within(
    conn: &mut Conn,
    first: Month,
    last: Month,
) -> Result<Option<Month>> {
    let month: Option<String> = reports::table
        .filter(dsl::state.eq(ReportState::Confirmed.as_str()))
        .filter(dsl::month.between(first.to_string(), last.to_string()))
        .select(max(dsl::month))
        .first(conn)?;
    month.map(|m| StoreError::read_text(&m)).transpose()
}

/// Number of reports of a month in `state`.
pub(crate) fn count(conn: &mut Conn, month: Month, state: ReportState) -> Result<i64> {
    Ok(reports::table
        .filter(dsl::month.eq(month.to_string()))
        .filter(dsl::state.eq(state.as_str()))
        .count()
        .get_result(conn)?)
}

/// Inserts a report; the database assigns the id.
///
/// # Errors
/// [`StoreError::Taken`] if the project already has a report for the month.
pub(crate) fn insert(conn: &mut Conn, new: &Report) -> Result<()> {
    insert_all(conn, &[new]).map(drop)
}

/// Reports in one statement; it has 18 values for each, and SQLite takes 32,766.
const ROWS_AT_ONCE: usize = 500;

/// Inserts reports with their versions; returns their ids in the same order.
///
/// # Errors
/// [`StoreError::Taken`] if a project already has a report for the month.
pub(crate) fn insert_all(conn: &mut Conn, new: &[&Report]) -> Result<Vec<ReportId>> {
    let mut ids = BTreeMap::new();
    for part in new.chunks(ROWS_AT_ONCE) {
        let rows: Vec<NewRow<'_>> =
            part.iter().map(|report| new_row(report)).collect::<Result<_>>()?;
        let select = (dsl::project_id, dsl::month, dsl::id);
        let insert = diesel::insert_into(reports::table).values(rows).returning(select);
        let found: Vec<(i64, String, i64)> = match conn {
            Conn::Postgres(c) => insert.load(c)?,
            Conn::Sqlite(c) => insert.load(c)?,
        };
        ids.extend(found.into_iter().map(|(project, month, id)| ((project, month), id)));
    }
    let id = |report: &&Report| ids.get(&(report.project_id.0, report.month.to_string()));
    let found: Option<Vec<ReportId>> = new.iter().map(|r| id(r).copied().map(ReportId)).collect();
    found.ok_or_else(|| StoreError::broken("a report was not inserted"))
}

/// Updates `report` if its version is unchanged.
///
/// # Errors
/// [`StoreError::Stale`].
pub(crate) fn save(conn: &mut Conn, report: &Report) -> Result<()> {
    let next = Report { version: report.version + 1, ..report.clone() };
    save_from(conn, report.version, &next)
}

/// Updates `report`, which was read at version `read`, to its own version.
///
/// # Errors
/// [`StoreError::Stale`] if the version is no longer `read`.
pub(crate) fn save_from(conn: &mut Conn, read: i64, report: &Report) -> Result<()> {
    let mine = reports::table.find(report.id.0).filter(dsl::version.eq(read));
    let changed = diesel::update(mine)
        .set((columns(report)?, dsl::version.eq(report.version)))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

#[derive(Insertable)]
#[diesel(table_name = reports, treat_none_as_default_value = false)]
struct NewRow<'a> {
    project_id: i64,
    month: String,
    version: i64,
    #[diesel(embed)]
    columns: Columns<'a>,
}

fn new_row(report: &Report) -> Result<NewRow<'_>> {
    Ok(NewRow {
        project_id: report.project_id.0,
        month: report.month.to_string(),
        version: report.version,
        columns: columns(report)?,
    })
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = reports, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Columns<'a> {
    state: &'static str,
    completed_fen: i64,
    physical_hundredths: Option<i64>,
    progress: &'a str,
    zero_reason: &'a str,
    full_year_forecast_fen: Option<i64>,
    funds_received_fen: Option<i64>,
    funds_paid_fen: Option<i64>,
    return_reason: &'a str,
    warnings: String,
    submitted_at: Option<NaiveDateTime>,
    submitted_by: Option<i64>,
    first_submitted_on: Option<NaiveDate>,
    confirmed_at: Option<NaiveDateTime>,
    confirmed_by: Option<i64>,
}

fn columns(report: &Report) -> Result<Columns<'_>> {
    let figures = &report.figures;
    Ok(Columns {
        state: report.state.as_str(),
        completed_fen: figures.completed.get(),
        physical_hundredths: figures.physical.map(Hundredths::get),
        progress: &figures.progress,
        zero_reason: &figures.zero_reason,
        full_year_forecast_fen: figures.full_year_forecast.map(Fen::get),
        funds_received_fen: figures.funds_received.map(Fen::get),
        funds_paid_fen: figures.funds_paid.map(Fen::get),
        return_reason: &report.return_reason,
        warnings: serde_json::to_string(&report.warnings).map_err(StoreError::broken)?,
        submitted_at: report.submitted.map(|s| s.at.naive()),
        submitted_by: report.submitted.and_then(|s| s.by).map(|u| u.0),
        first_submitted_on: report.first_submitted_on,
        confirmed_at: report.confirmed.map(|s| s.at.naive()),
        confirmed_by: report.confirmed.and_then(|s| s.by).map(|u| u.0),
    })
}

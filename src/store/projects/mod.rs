//! The register of projects. Every question takes the caller's [`Sight`]: what is out of sight is
//! not there.

#![expect(clippy::ref_option_ref, reason = "what the derive makes of an optional text")]

pub mod order;
pub mod units;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::id::{AreaId, IndustryId, ProjectId, UnitId};
use crate::domain::money::Fen;
use crate::domain::month::Year;
use crate::domain::project::facts::ProjectFacts;
use crate::domain::project::{Nature, Project, Stage, Visibility};
use crate::domain::reference::unit::UnitRole;
use crate::store::conn::MultiBackend;
use crate::store::schema::{project_units, projects};
use crate::store::sql::coalesce::text_or;
use crate::store::sql::{anywhere, lower};
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

pub use crate::store::projects::order::{Order, SortKey};

/// Which projects are wanted; an empty list means any.
#[derive(Clone, Debug, Default)]
pub struct ProjectFilter {
    /// This one alone.
    pub project: Option<ProjectId>,
    /// Belonging to this year.
    pub year: Option<Year>,
    /// In one of these industry lines.
    pub industries: Option<Vec<IndustryId>>,
    /// In one of these areas.
    pub areas: Option<Vec<AreaId>>,
    /// In one of these stages.
    pub stages: Vec<Stage>,
    /// Of one of these natures.
    pub natures: Vec<Nature>,
    /// In which one of these units has a role.
    pub units: Vec<UnitId>,
    /// In which those units have this role.
    pub unit_role: Option<UnitRole>,
    /// With this in the name or the code.
    pub q: Option<String>,
}

/// Projects under construction of a query, on either database.
pub(in crate::store) type Wanted<'a> = projects::BoxedQuery<'a, MultiBackend>;

/// The projects that `sight` shows and `filter` admits.
pub(in crate::store) fn wanted(filter: &ProjectFilter, sight: Sight) -> Wanted<'_> {
    let mut query = in_sight(projects::table.into_boxed(), sight);
    if let Some(project) = filter.project {
        query = query.filter(projects::id.eq(project.0));
    }
    if let Some(year) = filter.year {
        let january = year.january().first_day();
        query = query
            .filter(projects::registered_year.le(year.get()))
            .filter(projects::ended_on.is_null().or(projects::ended_on.ge(january)));
    }
    if let Some(industries) = &filter.industries {
        query = query.filter(projects::industry_id.eq_any(industries.iter().map(|i| i.0)));
    }
    if let Some(areas) = &filter.areas {
        query = query.filter(projects::area_id.eq_any(areas.iter().map(|a| a.0)));
    }
    if !filter.stages.is_empty() {
        query = query.filter(projects::stage.eq_any(filter.stages.iter().map(|s| s.as_str())));
    }
    if !filter.natures.is_empty() {
        query = query.filter(projects::nature.eq_any(filter.natures.iter().map(|n| n.as_str())));
    }
    query = of_units(query, filter);
    if let Some(text) = &filter.q {
        let in_name = lower(projects::name).like(anywhere(text)).escape('\\');
        let in_code = text_or(projects::code, "").like(anywhere(text)).escape('\\');
        query = query.filter(in_name.or(in_code));
    }
    query
}

fn in_sight(query: Wanted<'_>, sight: Sight) -> Wanted<'_> {
    match sight {
        Sight::All => query,
        Sight::Open => query.filter(projects::visibility.eq(Visibility::Open.as_str())),
        Sight::Area(area) => query.filter(projects::area_id.eq(area.0)),
        Sight::Nothing => query.filter(projects::id.lt(0)),
        Sight::Unit(unit) => {
            let own = project_units::table.filter(project_units::unit_id.eq(unit.0));
            query.filter(projects::id.eq_any(own.select(project_units::project_id)))
        }
    }
}

/// A boxed subquery does not compile on either-database connections, so each case is written out.
fn of_units<'a>(query: Wanted<'a>, filter: &'a ProjectFilter) -> Wanted<'a> {
    let links = project_units::table.select(project_units::project_id);
    let one_of = || project_units::unit_id.eq_any(filter.units.iter().map(|u| u.0));
    match (filter.units.is_empty(), filter.unit_role) {
        (true, None) => query,
        (false, None) => query.filter(projects::id.eq_any(links.filter(one_of()))),
        (true, Some(role)) => {
            let links = links.filter(project_units::role.eq(role.as_str()));
            query.filter(projects::id.eq_any(links))
        }
        (false, Some(role)) => {
            let links = links.filter(one_of()).filter(project_units::role.eq(role.as_str()));
            query.filter(projects::id.eq_any(links))
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = projects)]
pub(in crate::store) struct Row {
    pub(in crate::store) id: i64,
    pub(in crate::store) code: Option<String>,
    code_reason: String,
    pub(in crate::store) name: String,
    content: String,
    industry_id: i64,
    area_id: i64,
    stage: String,
    nature: String,
    pub(in crate::store) total_fen: i64,
    invested_before_fen: i64,
    pub(in crate::store) planned_start: Option<NaiveDate>,
    pub(in crate::store) planned_finish: Option<NaiveDate>,
    planned_operation: Option<NaiveDate>,
    actual_start: Option<NaiveDate>,
    actual_finish: Option<NaiveDate>,
    actual_operation: Option<NaiveDate>,
    leader: String,
    longitude_e6: Option<i64>,
    latitude_e6: Option<i64>,
    visibility: String,
    registered_year: i32,
    ended_on: Option<NaiveDate>,
    synthetic: bool,
    created_at: NaiveDateTime,
    pub(in crate::store) updated_at: NaiveDateTime,
    version: i64,
}

impl TryFrom<Row> for Project {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: ProjectId(row.id),
            stage: StoreError::read_text(&row.stage)?,
            registered_year: Year::new(row.registered_year)
                .ok_or_else(|| StoreError::broken("stored year"))?,
            ended_on: row.ended_on,
            synthetic: row.synthetic,
            created_at: Timestamp::new(row.created_at),
            updated_at: Timestamp::new(row.updated_at),
            version: row.version,
            facts: ProjectFacts {
                code: row.code,
                code_reason: row.code_reason,
                name: row.name,
                content: row.content,
                industry_id: IndustryId(row.industry_id),
                area_id: AreaId(row.area_id),
                nature: StoreError::read_text(&row.nature)?,
                total: Fen::new(row.total_fen),
                invested_before: Fen::new(row.invested_before_fen),
                planned_start: row.planned_start,
                planned_finish: row.planned_finish,
                planned_operation: row.planned_operation,
                actual_start: row.actual_start,
                actual_finish: row.actual_finish,
                actual_operation: row.actual_operation,
                leader: row.leader,
                longitude_e6: row.longitude_e6,
                latitude_e6: row.latitude_e6,
                visibility: StoreError::read_text(&row.visibility)?,
            },
        })
    }
}

/// The project if it is in sight, else [`StoreError::NotFound`].
pub fn get(conn: &mut Conn, id: ProjectId, sight: Sight) -> Result<Project> {
    let row: Row = in_sight(projects::table.into_boxed(), sight)
        .filter(projects::id.eq(id.0))
        .select(Row::as_select())
        .first(conn)?;
    Project::try_from(row)
}

/// The project if it is there and in sight.
pub fn find(conn: &mut Conn, id: ProjectId, sight: Sight) -> Result<Option<Project>> {
    match get(conn, id, sight) {
        Err(StoreError::NotFound) => Ok(None),
        found => found.map(Some),
    }
}

/// The project with this national code, if it is in sight.
pub fn find_by_code(conn: &mut Conn, code: &str, sight: Sight) -> Result<Option<Project>> {
    let row: Option<Row> = in_sight(projects::table.into_boxed(), sight)
        .filter(projects::code.eq(code))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Project::try_from).transpose()
}

/// The projects in sight with exactly this name; a few of them when there are many.
pub fn named(conn: &mut Conn, name: &str, sight: Sight) -> Result<Vec<Project>> {
    let rows: Vec<Row> = in_sight(projects::table.into_boxed(), sight)
        .filter(projects::name.eq(name))
        .order(projects::id)
        .limit(10)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Project::try_from).collect()
}

/// Projects that `filter` admits, in `order`.
pub fn list(
    conn: &mut Conn,
    filter: &ProjectFilter,
    sight: Sight,
    order: &Order,
    page: &PageRequest,
) -> Result<Page<Project>> {
    let total = wanted(filter, sight).count().get_result(conn)?;
    let mut query = wanted(filter, sight);
    if let Some(keys) = page.after(&order.text())? {
        query = query.filter(order.after(&keys)?);
    }
    let rows: Vec<Row> =
        order.apply(query).limit(page.rows_to_fetch()).select(Row::as_select()).load(conn)?;
    page.page(&order.text(), rows, total, |row| order.keys(row), Project::try_from)
}

/// Registers a project; its id is given by the database.
///
/// # Errors
/// [`StoreError::Taken`] when the code is.
pub fn insert(conn: &mut Conn, new: &Project) -> Result<ProjectId> {
    let id = diesel::insert_into(projects::table)
        .values((
            columns(new),
            projects::synthetic.eq(new.synthetic),
            projects::created_at.eq(new.created_at.naive()),
        ))
        .returning(projects::id)
        .get_result(conn)?;
    Ok(ProjectId(id))
}

/// Stores `project` if it is still at its version.
///
/// # Errors
/// [`StoreError::Stale`], [`StoreError::Taken`].
pub fn save(conn: &mut Conn, project: &Project) -> Result<()> {
    let mine = projects::table.find(project.id.0).filter(projects::version.eq(project.version));
    let changed = diesel::update(mine)
        .set((columns(project), projects::version.eq(projects::version + 1)))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// What may change of a project, column by column.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = projects, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Columns<'a> {
    code: Option<&'a str>,
    code_reason: &'a str,
    name: &'a str,
    content: &'a str,
    industry_id: i64,
    area_id: i64,
    stage: &'static str,
    nature: &'static str,
    total_fen: i64,
    invested_before_fen: i64,
    planned_start: Option<NaiveDate>,
    planned_finish: Option<NaiveDate>,
    planned_operation: Option<NaiveDate>,
    actual_start: Option<NaiveDate>,
    actual_finish: Option<NaiveDate>,
    actual_operation: Option<NaiveDate>,
    leader: &'a str,
    longitude_e6: Option<i64>,
    latitude_e6: Option<i64>,
    visibility: &'static str,
    registered_year: i32,
    ended_on: Option<NaiveDate>,
    updated_at: NaiveDateTime,
}

fn columns(project: &Project) -> Columns<'_> {
    let facts = &project.facts;
    Columns {
        code: facts.code.as_deref(),
        code_reason: &facts.code_reason,
        name: &facts.name,
        content: &facts.content,
        industry_id: facts.industry_id.0,
        area_id: facts.area_id.0,
        stage: project.stage.as_str(),
        nature: facts.nature.as_str(),
        total_fen: facts.total.get(),
        invested_before_fen: facts.invested_before.get(),
        planned_start: facts.planned_start,
        planned_finish: facts.planned_finish,
        planned_operation: facts.planned_operation,
        actual_start: facts.actual_start,
        actual_finish: facts.actual_finish,
        actual_operation: facts.actual_operation,
        leader: &facts.leader,
        longitude_e6: facts.longitude_e6,
        latitude_e6: facts.latitude_e6,
        visibility: facts.visibility.as_str(),
        registered_year: project.registered_year.get(),
        ended_on: project.ended_on,
        updated_at: project.updated_at.naive(),
    }
}

/// Whether any project is a real one, and not made up for demonstration.
pub fn any_real(conn: &mut Conn) -> Result<bool> {
    let real = projects::table.filter(projects::synthetic.eq(false)).select(projects::id);
    Ok(real.first::<i64>(conn).optional()?.is_some())
}

/// The names of all projects.
pub fn names(conn: &mut Conn) -> Result<std::collections::BTreeSet<String>> {
    let names: Vec<String> = projects::table.select(projects::name).load(conn)?;
    Ok(names.into_iter().collect())
}

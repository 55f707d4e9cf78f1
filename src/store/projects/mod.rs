//! Projects. Every query takes the caller's [`Sight`]; projects outside it are treated as if they
//! did not exist.

pub(crate) mod beside;
pub(crate) mod coded;
pub(crate) mod external_ids;
pub(crate) mod floor;
pub(crate) mod order;
pub(crate) mod recorded;
pub(in crate::store) mod row;
pub(crate) mod scope;
pub(crate) mod selection;
pub(crate) mod units;

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::domain::account::access::Sight;
use crate::domain::id::{AreaId, IndustryId, ProjectId, UnitId};
use crate::domain::month::Year;
use crate::domain::project::{Nature, Project, Stage, Visibility};
use crate::domain::reference::unit::UnitRole;
use crate::store::conn::MultiBackend;
use crate::store::projects::row::{Row, columns};
use crate::store::projects::selection::ProjectSelection;
use crate::store::schema::{
    project_external_ids as ids_elsewhere, project_units, projects, units as responsible_units,
};
use crate::store::search::anywhere;
use crate::store::{Conn, Page, PageRequest, Result, StoreError};

pub(crate) use crate::store::projects::order::Order;

/// Filter for project lists. Empty lists do not filter.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProjectFilter {
    /// Only this project.
    pub project: Option<ProjectId>,
    /// Only projects that belong to this year.
    pub year: Option<Year>,
    /// Industry lines to include.
    pub industries: Option<Vec<IndustryId>>,
    /// Areas to include.
    pub areas: Option<Vec<AreaId>>,
    /// Stages to include.
    pub stages: Vec<Stage>,
    /// Construction natures to include.
    pub natures: Vec<Nature>,
    /// Only projects in which one of these units has a role.
    pub units: Vec<UnitId>,
    /// Only projects in which a unit (one of `units`, if given) has this role.
    pub unit_role: Option<UnitRole>,
    /// Part of the name, the code, the leader, the package, the name of an owner or an id elsewhere,
    /// folded.
    pub q: Option<String>,
    /// Conditions that only the project list has.
    pub selection: ProjectSelection,
}

/// Boxed query on projects, for either database.
pub(in crate::store) type Wanted<'a> = projects::BoxedQuery<'a, MultiBackend>;

/// Query for the projects visible to `sight` that match `filter`.
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
    query = filter.selection.apply(of_units(query, filter));
    if let Some(text) = &filter.q {
        let called = projects::search_text.like(anywhere(text)).escape('\\');
        // A unit's own text, so that renaming it changes no project.
        let owners = responsible_units::table
            .filter(responsible_units::search_text.like(anywhere(text)).escape('\\'));
        let owned = project_units::table
            .filter(project_units::role.eq(UnitRole::Owner.as_str()))
            .filter(project_units::unit_id.eq_any(owners.select(responsible_units::id)))
            .select(project_units::project_id);
        let elsewhere = ids_elsewhere::table
            .filter(ids_elsewhere::search_text.like(anywhere(text)).escape('\\'))
            .select(ids_elsewhere::project_id);
        let found = called.or(projects::id.eq_any(owned)).or(projects::id.eq_any(elsewhere));
        query = query.filter(found);
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

/// Each combination is written out because a boxed subquery does not compile with
/// `MultiConnection`.
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

/// Loads a visible project, or returns [`StoreError::NotFound`].
pub fn get(conn: &mut Conn, id: ProjectId, sight: Sight) -> Result<Project> {
    let row: Row = in_sight(projects::table.into_boxed(), sight)
        .filter(projects::id.eq(id.0))
        .select(Row::as_select())
        .first(conn)?;
    Project::try_from(row)
}

/// Finds a project by id, if it is visible.
pub(crate) fn find(conn: &mut Conn, id: ProjectId, sight: Sight) -> Result<Option<Project>> {
    match get(conn, id, sight) {
        Err(StoreError::NotFound) => Ok(None),
        found => found.map(Some),
    }
}

/// The projects of `ids` that are visible, in any order.
pub(crate) fn many(
    conn: &mut Conn,
    ids: &BTreeSet<ProjectId>,
    sight: Sight,
) -> Result<Vec<Project>> {
    let rows: Vec<Row> = in_sight(projects::table.into_boxed(), sight)
        .filter(projects::id.eq_any(ids.iter().map(|id| id.0)))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Project::try_from).collect()
}

/// Finds a project by its national code, if it is visible.
pub(crate) fn find_by_code(conn: &mut Conn, code: &str, sight: Sight) -> Result<Option<Project>> {
    let row: Option<Row> = in_sight(projects::table.into_boxed(), sight)
        .filter(projects::code.eq(code))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Project::try_from).transpose()
}

/// Visible projects with exactly this name; the number of results is limited.
pub(crate) fn named(conn: &mut Conn, name: &str, sight: Sight) -> Result<Vec<Project>> {
    let rows: Vec<Row> = in_sight(projects::table.into_boxed(), sight)
        .filter(projects::name.eq(name))
        .order(projects::id)
        .limit(10)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Project::try_from).collect()
}

/// One page of visible projects that match `filter`, in `order`.
pub(crate) fn list(
    conn: &mut Conn,
    filter: &ProjectFilter,
    sight: Sight,
    order: &Order,
    page: &PageRequest,
) -> Result<Page<Project>> {
    let total = page.total(|| wanted(filter, sight).count().get_result(conn))?;
    let mut query = wanted(filter, sight);
    if let Some(keys) = page.after(&order.text())? {
        query = query.filter(order.after(&keys)?);
    }
    let rows: Vec<Row> =
        order.apply(query).limit(page.rows_to_fetch()).select(Row::as_select()).load(conn)?;
    page.page(&order.text(), rows, total, |row| order.keys(row), Project::try_from)
}

/// Inserts a project; the database assigns the id.
///
/// # Errors
/// [`StoreError::Taken`] if the national code is already in use.
pub(crate) fn insert(conn: &mut Conn, new: &Project) -> Result<ProjectId> {
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

/// Updates `project` if its version is unchanged.
///
/// # Errors
/// [`StoreError::Stale`], [`StoreError::Taken`].
pub(crate) fn save(conn: &mut Conn, project: &Project) -> Result<()> {
    let mine = projects::table.find(project.id.0).filter(projects::version.eq(project.version));
    let changed = diesel::update(mine)
        .set((columns(project), projects::version.eq(projects::version + 1)))
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Holds the project until the transaction ends: a transaction that lowers its total and one that
/// plans up to it cannot both succeed.
///
/// # Errors
/// [`StoreError::Stale`] if the project changed since it was read.
pub(crate) fn hold(conn: &mut Conn, project: &Project) -> Result<()> {
    let mine = projects::table.find(project.id.0).filter(projects::version.eq(project.version));
    let held = match conn {
        // SQLite has a single writer.
        Conn::Sqlite(_) => 1,
        // A lock alone would let the other transaction go on in its older snapshot; a row that was
        // written makes it start again.
        Conn::Postgres(c) => {
            diesel::update(mine).set(projects::version.eq(project.version)).execute(c)?
        }
    };
    if held == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// True if at least one project is not synthetic.
pub(crate) fn any_real(conn: &mut Conn) -> Result<bool> {
    let real = projects::table.filter(projects::synthetic.eq(false)).select(projects::id);
    Ok(real.first::<i64>(conn).optional()?.is_some())
}

/// Names of all projects.
pub(crate) fn names(conn: &mut Conn) -> Result<BTreeSet<String>> {
    let names: Vec<String> = projects::table.select(projects::name).load(conn)?;
    Ok(names.into_iter().collect())
}

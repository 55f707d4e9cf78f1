//! The access log, which is no part of the chain of events. One event binds the lines of each past day.

pub(crate) mod days;

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::access_log::day::{AccessDay, BoundLine, DayHash, PersonalPart};
use crate::domain::access_log::{
    AccessBatch, AccessClass, AccessKind, AccessLine, LeftOut, start_of_day,
};
use crate::domain::account::access::Sight;
use crate::domain::clock::Timestamp;
use crate::domain::fold::fold;
use crate::domain::id::{AccessLineId, ProjectId, UserId};
use crate::store::accounts::users;
use crate::store::conn::Begin;
use crate::store::conn::MultiBackend;
use crate::store::schema::access_log;
use crate::store::{Conn, DatabaseUrl, Page, PageRequest, Result, StoreError, Use, projects};

/// Most lines deleted in one transaction.
const DELETED_AT_ONCE: i64 = 1_000;
/// Code of a request about a project that exists and is not the caller's.
const NOT_VISIBLE: &str = "not-visible";

/// Lines that may still be added today, per class.
#[derive(Clone, Debug, Default)]
pub(crate) struct Room(Vec<(AccessClass, i64)>);

impl Room {
    /// The room left in the day of `now`.
    pub(crate) fn of_day(conn: &mut Conn, now: Timestamp) -> Result<Self> {
        let mut room = Vec::new();
        for class in AccessClass::ALL {
            let stored = lines_of_day(conn, *class, start_of_day(now))?;
            room.push((*class, class.most_a_day().saturating_sub(stored)));
        }
        Ok(Self(room))
    }

    /// Takes room for one line; false if there is none.
    fn take(&mut self, class: AccessClass) -> bool {
        let room = self.0.iter_mut().find(|(own, _)| *own == class).map(|(_, room)| room);
        room.filter(|room| **room > 0).map(|room| *room -= 1).is_some()
    }
}

/// Lines about log-ins stored in the day of `now`.
pub(crate) fn log_ins_of_day(conn: &mut Conn, now: Timestamp) -> Result<i64> {
    lines_of_day(conn, AccessClass::LogIns, start_of_day(now))
}

fn lines_of_day(conn: &mut Conn, class: AccessClass, start: Timestamp) -> Result<i64> {
    let lines = access_log::table.filter(access_log::minute.ge(start.naive())).into_boxed();
    let lines = match class {
        AccessClass::Downloads => lines.filter(
            access_log::kind.eq_any([AccessKind::Exported.as_str(), AccessKind::BackedUp.as_str()]),
        ),
        AccessClass::LogIns => lines.filter(
            access_log::kind.eq_any(
                [AccessKind::LoggedIn, AccessKind::LoggedOut, AccessKind::EndedByReuse]
                    .map(AccessKind::as_str),
            ),
        ),
        AccessClass::Accounts => lines
            .filter(access_log::kind.eq(AccessKind::Refused.as_str()))
            .filter(access_log::account_id.is_not_null()),
        AccessClass::Strangers => lines.filter(
            access_log::kind.eq(AccessKind::LogInFailed.as_str()).or(access_log::kind
                .eq(AccessKind::Refused.as_str())
                .and(access_log::account_id.is_null())),
        ),
    };
    Ok(lines.count().get_result(conn)?)
}

/// Stores a batch: adds counts to stored lines and inserts others while there is `room`; counts
/// those without room. Returns the room that is left.
pub(crate) fn save(conn: &mut Conn, batch: &AccessBatch, mut room: Room) -> Result<Room> {
    let mut left_out = batch.left_out.clone();
    let bound = days::bound_until(conn)?;
    for line in &batch.lines {
        let Some(line) = proven(conn, line)? else { continue };
        let line = not_before(line, bound);
        if add_to_stored(conn, &line)? {
            continue;
        }
        let class = line.key.class();
        if room.take(class) {
            insert(conn, &line)?;
        } else {
            left_out.push(LeftOut { at: line.last_at, class, times: line.times });
        }
    }
    for line in left_out.iter().map(|left_out| not_before(left_out.line(), bound)) {
        if !add_to_stored(conn, &line)? {
            insert(conn, &line)?;
        }
    }
    Ok(room)
}

/// The line, moved to the day after the last one that is bound if it comes too late, as after the clock was set back.
/// The instant of its last entry stays.
fn not_before(line: AccessLine, bound: Option<Timestamp>) -> AccessLine {
    let minute = bound.map_or(line.minute, |bound| line.minute.max(bound));
    AccessLine { minute, ..line }
}

/// The line as it is stored; `None` for a project that does not exist, or is the caller's.
fn proven(conn: &mut Conn, line: &AccessLine) -> Result<Option<AccessLine>> {
    let Some((project, account)) = line.key.project.zip(line.key.account_id) else {
        return Ok(Some(line.clone()));
    };
    let mut line = line.clone();
    NOT_VISIBLE.clone_into(&mut line.key.code);
    Ok(is_hidden(conn, project, account)?.then_some(line))
}

/// True if the project exists and the account does not see it.
fn is_hidden(conn: &mut Conn, project: ProjectId, account: UserId) -> Result<bool> {
    let Some(user) = users::find(conn, account)? else { return Ok(false) };
    let sight = Sight::of(user.role, user.unit_id, user.area_id);
    let mut sees = |sight: Sight| match projects::get(conn, project, sight) {
        Ok(_) => Ok(true),
        Err(StoreError::NotFound) => Ok(false),
        Err(error) => Err(error),
    };
    Ok(sees(Sight::All)? && !sees(sight)?)
}

/// Adds the count to the stored line with the same key and minute; false if there is none.
fn add_to_stored(conn: &mut Conn, line: &AccessLine) -> Result<bool> {
    let AccessLine { key, minute, times, last_at, .. } = line;
    let same = access_log::table
        .filter(access_log::minute.eq(minute.naive()))
        .filter(access_log::kind.eq(key.kind.as_str()))
        .filter(access_log::address.eq(&key.address))
        .filter(access_log::account.eq(&key.account))
        .filter(access_log::method.eq(&key.method))
        .filter(access_log::path.eq(&key.path))
        .filter(access_log::status.eq(i32::from(key.status)))
        .filter(access_log::code.eq(&key.code));
    let last = last_at.naive();
    let added = diesel::update(same)
        .set((access_log::times.eq(access_log::times + *times), access_log::last_at.eq(last)))
        .execute(conn)?;
    Ok(added > 0)
}

fn insert(conn: &mut Conn, line: &AccessLine) -> Result<()> {
    let AccessLine { key, minute, times, last_at, request_id, rows } = line;
    diesel::insert_into(access_log::table)
        .values((
            access_log::minute.eq(minute.naive()),
            access_log::kind.eq(key.kind.as_str()),
            access_log::account_id.eq(key.account_id.map(|id| id.0)),
            access_log::account.eq(&key.account),
            access_log::address.eq(&key.address),
            access_log::method.eq(&key.method),
            access_log::path.eq(&key.path),
            access_log::status.eq(i32::from(key.status)),
            access_log::code.eq(&key.code),
            access_log::row_count.eq(*rows),
            access_log::times.eq(*times),
            access_log::last_at.eq(last_at.naive()),
            access_log::request_id.eq(request_id),
            access_log::salt.eq(days::salt()?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores one line in the transaction of what it tells of.
pub(crate) fn add(conn: &mut Conn, line: AccessLine) -> Result<()> {
    let bound = days::bound_until(conn)?;
    insert(conn, &not_before(line, bound))
}

/// Stores one line at once, for a command that opens no server.
///
/// # Errors
/// The database's, as when it has an older schema.
pub(crate) fn append(url: &DatabaseUrl, line: AccessLine) -> Result<()> {
    let mut conn = Conn::open(url, Use::Write)?;
    conn.begin(Begin::Exclusive)?;
    let added = add(&mut conn, line);
    if added.is_ok() {
        conn.commit()?;
    } else {
        conn.rollback()?;
    }
    added
}

/// True if there are lines before `before`.
pub(crate) fn any_before(conn: &mut Conn, before: Timestamp) -> Result<bool> {
    let old = access_log::table.filter(access_log::minute.lt(before.naive()));
    Ok(old.select(access_log::id).first::<i64>(conn).optional()?.is_some())
}

/// Deletes the oldest lines before `before`, a bounded number.
pub(crate) fn forget(conn: &mut Conn, before: Timestamp) -> Result<()> {
    let old = access_log::table.filter(access_log::minute.lt(before.naive()));
    let old = old.order(access_log::minute).limit(DELETED_AT_ONCE).select(access_log::id);
    let old: Vec<i64> = old.load(conn)?;
    diesel::delete(access_log::table.filter(access_log::id.eq_any(old))).execute(conn)?;
    Ok(())
}

/// Erases account, address and salt of these lines; the hash of them stays.
pub(in crate::store) fn erase(conn: &mut Conn, ids: &BTreeSet<i64>) -> Result<()> {
    for id in ids {
        let line: LineOfTable =
            access_log::table.find(id).select(LineOfTable::as_select()).first(conn)?;
        diesel::update(access_log::table.find(id))
            .set((
                access_log::private_sha256.eq(line.private_hash()?),
                access_log::account.eq(""),
                access_log::address.eq(""),
                access_log::salt.eq(""),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// A stored line.
#[derive(Clone, Debug)]
pub(crate) struct StoredLine {
    /// Its id.
    pub id: AccessLineId,
    /// Start of its minute; of a line about what was left out, of its day.
    pub minute: Timestamp,
    /// Kind.
    pub kind: AccessKind,
    /// Account of the caller.
    pub account_id: Option<UserId>,
    /// Its name, or the name that was given.
    pub account: String,
    /// Network address.
    pub address: String,
    /// Method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Status.
    pub status: i32,
    /// Code of the problem, kind of the file, or class.
    pub code: String,
    /// Rows of a file.
    pub rows: Option<i64>,
    /// Number of entries.
    pub times: i64,
    /// Instant of the last.
    pub last_at: Timestamp,
    /// Id of the first request.
    pub request_id: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = access_log)]
pub(in crate::store) struct LineOfTable {
    pub id: i64,
    minute: NaiveDateTime,
    kind: String,
    account_id: Option<i64>,
    account: String,
    address: String,
    method: String,
    path: String,
    status: i32,
    code: String,
    row_count: Option<i64>,
    times: i64,
    last_at: NaiveDateTime,
    request_id: String,
    salt: String,
    /// Hash of the personal part, kept when that was erased.
    pub private_sha256: Option<String>,
}

impl LineOfTable {
    fn private_hash(&self) -> Result<String> {
        if let Some(kept) = &self.private_sha256 {
            return Ok(kept.clone());
        }
        let part = PersonalPart { account: &self.account, address: &self.address };
        part.hash(&self.salt).map_err(StoreError::broken)
    }

    /// True if account, address or salt stand in the line.
    pub(in crate::store) fn is_personal(&self) -> bool {
        !(self.account.is_empty() && self.address.is_empty() && self.salt.is_empty())
    }

    /// Its day.
    pub(in crate::store) fn day(&self) -> AccessDay {
        AccessDay::of(Timestamp::new(self.minute))
    }

    /// Adds the line to the hash of its day.
    pub(in crate::store) fn add_to(&self, hash: &mut DayHash) -> Result<()> {
        let line = BoundLine {
            id: AccessLineId(self.id),
            minute: Timestamp::new(self.minute),
            kind: &self.kind,
            account_id: self.account_id.map(UserId),
            method: &self.method,
            path: &self.path,
            status: self.status,
            code: &self.code,
            rows: self.row_count,
            times: self.times,
            last_at: Timestamp::new(self.last_at),
            request_id: &self.request_id,
            private: self.private_hash()?,
        };
        hash.add(&line).map_err(StoreError::broken)
    }
}

impl TryFrom<LineOfTable> for StoredLine {
    type Error = StoreError;

    fn try_from(row: LineOfTable) -> Result<Self> {
        Ok(Self {
            id: AccessLineId(row.id),
            minute: Timestamp::new(row.minute),
            kind: StoreError::read_text(&row.kind)?,
            account_id: row.account_id.map(UserId),
            account: row.account,
            address: row.address,
            method: row.method,
            path: row.path,
            status: row.status,
            code: row.code,
            rows: row.row_count,
            times: row.times,
            last_at: Timestamp::new(row.last_at),
            request_id: row.request_id,
        })
    }
}

/// Filter of the access log. An empty list does not filter.
#[derive(Clone, Debug, Default)]
pub(crate) struct AccessFilter {
    /// Kinds to include.
    pub kinds: Vec<AccessKind>,
    /// Name of the account, folded.
    pub account: Option<String>,
    /// Network address.
    pub address: Option<String>,
    /// Lines that began at this instant or later.
    pub since: Option<Timestamp>,
    /// Lines that began before this instant.
    pub until: Option<Timestamp>,
}

type Wanted<'a> = diesel::helper_types::IntoBoxed<'a, access_log::table, MultiBackend>;

fn wanted(filter: &AccessFilter) -> Wanted<'_> {
    let mut query = access_log::table.into_boxed();
    if !filter.kinds.is_empty() {
        query = query.filter(access_log::kind.eq_any(filter.kinds.iter().map(|k| k.as_str())));
    }
    if let Some(account) = &filter.account {
        query = query.filter(access_log::account.eq(fold(account)));
    }
    if let Some(address) = &filter.address {
        query = query.filter(access_log::address.eq(address));
    }
    if let Some(since) = filter.since {
        query = query.filter(access_log::minute.ge(since.naive()));
    }
    if let Some(until) = filter.until {
        query = query.filter(access_log::minute.lt(until.naive()));
    }
    query
}

/// One page of lines, newest first.
pub(crate) fn list(
    conn: &mut Conn,
    filter: &AccessFilter,
    page: &PageRequest,
) -> Result<Page<StoredLine>> {
    let mut query = wanted(filter).select(LineOfTable::as_select());
    if let Some(before) = page.after_id()? {
        query = query.filter(access_log::id.lt(before));
    }
    let query = query.order(access_log::id.desc()).limit(page.rows_to_fetch());
    let rows: Vec<LineOfTable> = query.load(conn)?;
    let total = page.total(|| wanted(filter).count().get_result(conn))?;
    page.by_id(rows, total, |row: &LineOfTable| row.id, StoredLine::try_from)
}

//! Bulletins: published months. A bulletin is inserted once and never changed.

pub(crate) mod content;
pub(crate) mod frozen;
pub(crate) mod frozen_rows;
pub(crate) mod parts;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::clock::Timestamp;
use crate::domain::hash::sha256;
use crate::domain::id::BulletinId;
use crate::domain::month::{Month, Year};
use crate::store::bulletins::content::Content;
use crate::store::schema::bulletins;
use crate::store::{Conn, Result, StoreError};

/// Bulletin of a published month.
#[derive(Clone, Debug)]
pub(crate) struct Bulletin {
    /// Id; increases in the order of publication.
    pub id: BulletinId,
    /// Published month.
    pub month: Month,
    /// Snapshot as JSON text; stored byte for byte because it is hashed.
    pub content: String,
    /// SHA-256 of `content`, in hexadecimal.
    pub sha256: String,
    /// SHA-256 of the previously published bulletin, which is also part of `content`.
    pub previous_sha256: Option<String>,
    /// Instant of publication.
    pub published_at: Timestamp,
    /// Username of the account that published it.
    pub published_by: String,
}

impl Bulletin {
    /// Builds a bulletin to be inserted, with the hash of its content; the database assigns the id.
    ///
    /// # Errors
    /// [`StoreError::Broken`] if a value of the content has no JSON form.
    pub(crate) fn of(content: &Content<'_>) -> Result<Self> {
        let text = content.to_text()?;
        Ok(Self {
            id: BulletinId(0),
            month: content.month,
            sha256: sha256(&text),
            content: text,
            previous_sha256: content.previous_sha256.clone(),
            published_at: content.published_at,
            published_by: content.published_by.to_owned(),
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = bulletins)]
struct Row {
    id: i64,
    month: String,
    content: String,
    sha256: String,
    previous_sha256: Option<String>,
    published_at: NaiveDateTime,
    published_by: String,
}

impl TryFrom<Row> for Bulletin {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: BulletinId(row.id),
            month: StoreError::read_text(&row.month)?,
            content: row.content,
            sha256: row.sha256,
            previous_sha256: row.previous_sha256,
            published_at: Timestamp::new(row.published_at),
            published_by: row.published_by,
        })
    }
}

/// All bulletins in order of publication, without their content, which is large.
pub(crate) fn heads(conn: &mut Conn) -> Result<Vec<Bulletin>> {
    type Head = (i64, String, String, Option<String>, NaiveDateTime, String);
    let rows: Vec<Head> = bulletins::table
        .order(bulletins::id)
        .select((
            bulletins::id,
            bulletins::month,
            bulletins::sha256,
            bulletins::previous_sha256,
            bulletins::published_at,
            bulletins::published_by,
        ))
        .load(conn)?;
    let read = |(id, month, sha256, previous_sha256, published_at, published_by): Head| {
        let content = String::new();
        let row = Row { id, month, content, sha256, previous_sha256, published_at, published_by };
        row.try_into()
    };
    rows.into_iter().map(read).collect()
}

/// The content of a bulletin.
pub(crate) fn content(conn: &mut Conn, id: BulletinId) -> Result<String> {
    Ok(bulletins::table.find(id.0).select(bulletins::content).first(conn)?)
}

/// The content of a bulletin; `None` if there is none of this id.
pub(crate) fn content_if_any(conn: &mut Conn, id: i64) -> Result<Option<String>> {
    Ok(bulletins::table.find(id).select(bulletins::content).first(conn).optional()?)
}

/// Finds the bulletin of a month.
pub(crate) fn find(conn: &mut Conn, month: Month) -> Result<Option<Bulletin>> {
    let row: Option<Row> = bulletins::table
        .filter(bulletins::month.eq(month.to_string()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Bulletin::try_from).transpose()
}

/// Loads the bulletin of a month, or returns [`StoreError::NotFound`].
pub(crate) fn get(conn: &mut Conn, month: Month) -> Result<Bulletin> {
    find(conn, month)?.ok_or(StoreError::NotFound)
}

/// Finds the bulletin published last.
pub(crate) fn last(conn: &mut Conn) -> Result<Option<Bulletin>> {
    let newest = bulletins::table.order(bulletins::id.desc()).select(Row::as_select());
    let row: Option<Row> = newest.first(conn).optional()?;
    row.map(Bulletin::try_from).transpose()
}

/// Published months of a year, or of all years; earliest first.
pub(crate) fn months(conn: &mut Conn, year: Option<Year>) -> Result<Vec<Month>> {
    let mut query = bulletins::table.order(bulletins::month).select(bulletins::month).into_boxed();
    if let Some(year) = year {
        let first = year.january().to_string();
        let last = year.december().to_string();
        query = query.filter(bulletins::month.between(first, last));
    }
    let rows: Vec<String> = query.load(conn)?;
    rows.iter().map(|month| StoreError::read_text(month)).collect()
}

/// Inserts a bulletin.
///
/// # Errors
/// [`StoreError::Taken`] if the month already has a bulletin, or if another bulletin already
/// follows the same previous one.
pub(crate) fn insert(conn: &mut Conn, new: &Bulletin) -> Result<BulletinId> {
    let id = diesel::insert_into(bulletins::table)
        .values((
            bulletins::month.eq(new.month.to_string()),
            bulletins::content.eq(&new.content),
            bulletins::sha256.eq(&new.sha256),
            bulletins::previous_sha256.eq(&new.previous_sha256),
            bulletins::published_at.eq(new.published_at.naive()),
            bulletins::published_by.eq(&new.published_by),
        ))
        .returning(bulletins::id)
        .get_result(conn)?;
    Ok(BulletinId(id))
}

#[cfg(test)]
mod tests {
    use crate::domain::figures::edition::Edition;
    use crate::store::bulletins::frozen::Frozen;

    #[test]
    fn a_month_frozen_without_an_edition_keeps_the_first() {
        let frozen = |edition: &str| -> Frozen {
            let text = format!(
                r#"{{"month": "2021-05", "published_at": "2021-07-01T02:00:00.000000Z",
                "published_on": "2021-07-01", "last_event": 1, "synthetic": false,
                "restatement_ids": [], {edition} "industries": [], "areas": [], "envelopes": [],
                "due_dates": [], "light_rules": {{"number": 0, "effective_month": "2021-01",
                "green_from_points": "-5.00", "yellow_from_points": "-20.00",
                "start_yellow_months": 1, "start_red_months": 3, "milestone_yellow_days": 30,
                "milestone_red_days": 90, "reporting_yellow_missing": 1,
                "reporting_red_missing": 2}}, "projects": []}}"#
            );
            serde_json::from_str(&text).unwrap()
        };

        assert_eq!(frozen("").edition, Edition::First);
        let now = frozen(r#""edition": "second","#);
        assert_eq!(now.edition, Edition::CURRENT);
        let again = serde_json::to_string(&now).unwrap();
        assert_eq!(serde_json::from_str::<Frozen>(&again).unwrap().edition, Edition::CURRENT);
    }
}

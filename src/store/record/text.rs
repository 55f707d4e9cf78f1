//! The text of an event, which is what is hashed, and its private part.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::clock::Timestamp;
use crate::domain::event::change::FieldChange;
use crate::domain::hash::sha256;
use crate::store::conn::Conn;
use crate::store::error::{Result, StoreError};
use crate::store::record::image::{Columns, Image, differing};
use crate::store::record::key::{self, RecordKey};
use crate::store::record::written::EventRow;
use crate::store::schema::{event_private, events};

/// Fields of changes that hold names, telephones or other words about persons.
const PERSONAL: [&str; 14] = [
    "approver",
    "approved_by",
    "confirmed_by",
    "contact",
    "created_by",
    "display_name",
    "effects",
    "input",
    "leader",
    "phone",
    "proposed_by",
    "raised_by",
    "texts",
    "username",
];

/// What an event says, format 2.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct Said {
    pub format: u8,
    pub kind: String,
    pub at: Timestamp,
    pub actor_kind: String,
    pub actor_id: Option<i64>,
    pub subject_kind: String,
    pub subject_id: i64,
    pub subject_version: Option<i64>,
    pub subject_key: Option<String>,
    pub project_id: Option<i64>,
    pub request_id: String,
    /// 16 random bytes: two events that say the same have other hashes.
    pub salt: String,
    /// Changed fields, without those about persons.
    pub changes: Vec<FieldChange>,
    /// Rows that the transaction wrote.
    pub writes: Vec<Write>,
    /// Hash of the private part.
    pub private: String,
}

/// Image of a row in an event.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct Write {
    pub table: String,
    /// Version of the image.
    pub v: u32,
    pub id: i64,
    pub op: Op,
    /// The row after; empty if it was deleted.
    #[serde(default, skip_serializing_if = "Columns::is_empty")]
    pub row: Columns,
    /// What differed before.
    #[serde(default, skip_serializing_if = "Columns::is_empty")]
    pub before: Columns,
}

/// What was done with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::store) enum Op {
    Insert,
    Update,
    Delete,
}

/// The private part of an event.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in crate::store) struct PrivatePart {
    pub actor_name: String,
    pub origin: String,
    /// Changed fields about persons.
    pub changes: Vec<FieldChange>,
    /// Personal columns of the rows written.
    pub writes: Vec<PrivateWrite>,
}

/// Personal columns of a row.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct PrivateWrite {
    pub table: String,
    pub id: i64,
    #[serde(default, skip_serializing_if = "Columns::is_empty")]
    pub row: Columns,
    #[serde(default, skip_serializing_if = "Columns::is_empty")]
    pub before: Columns,
}

/// Text and private part of one event.
struct Texts {
    id: i64,
    text: String,
    mac: String,
    salt: String,
    private: String,
}

/// Writes the texts of `events`, each with its images.
pub(in crate::store) fn store(
    conn: &mut Conn,
    of: &[EventRow],
    shares: Vec<Vec<Image>>,
) -> Result<()> {
    let key = key::current()?;
    let texts: Vec<Texts> = of
        .iter()
        .zip(shares)
        .map(|(event, images)| Texts::of(event, images, &key))
        .collect::<Result<_>>()?;
    match conn {
        Conn::Sqlite(c) => {
            for Texts { id, text, mac, salt, private } in &texts {
                diesel::update(events::table.find(id))
                    .set((events::text.eq(text), events::mac.eq(mac)))
                    .execute(c)?;
                diesel::insert_into(event_private::table)
                    .values((
                        event_private::event_id.eq(id),
                        event_private::salt.eq(salt),
                        event_private::text.eq(private),
                    ))
                    .execute(c)?;
            }
        }
        Conn::Postgres(c) => {
            let ids: Vec<i64> = texts.iter().map(|t| t.id).collect();
            let column = |of: fn(&Texts) -> &str| texts.iter().map(of).collect::<Vec<_>>();
            sql_query(
                "with said as (select * from unnest($1, $2, $3, $4, $5) as s (id, text, mac, salt, private)),
                 kept as (insert into event_private (event_id, salt, text)
                     select id, salt, private from said order by id)
                 update events set text = said.text, mac = said.mac from said where events.id = said.id",
            )
            .bind::<Array<BigInt>, _>(ids)
            .bind::<Array<Text>, _>(column(|t| &t.text))
            .bind::<Array<Text>, _>(column(|t| &t.mac))
            .bind::<Array<Text>, _>(column(|t| &t.salt))
            .bind::<Array<Text>, _>(column(|t| &t.private))
            .execute(c)?;
        }
    }
    Ok(())
}

impl Texts {
    fn of(event: &EventRow, images: Vec<Image>, key: &RecordKey) -> Result<Self> {
        let changes: Vec<FieldChange> =
            serde_json::from_str(&event.changes).map_err(StoreError::broken)?;
        let (personal, changes) = split_changes(&event.subject_kind, changes);
        let mut private = PrivatePart {
            actor_name: event.actor_name.clone(),
            origin: event.origin.clone(),
            changes: personal,
            writes: Vec::new(),
        };
        let mut writes = Vec::with_capacity(images.len());
        for image in images {
            let (public, personal) = split(image);
            writes.push(public);
            private.writes.extend(personal);
        }
        let salt = hex(&random::<32>()?);
        let private = serde_json::to_string(&private).map_err(StoreError::broken)?;
        let said = Said {
            format: 2,
            kind: event.kind.clone(),
            at: Timestamp::new(event.at),
            actor_kind: event.actor_kind.clone(),
            actor_id: event.actor_id,
            subject_kind: event.subject_kind.clone(),
            subject_id: event.subject_id,
            subject_version: event.subject_version,
            subject_key: event.subject_key.clone(),
            project_id: event.project_id,
            request_id: event.request_id.clone(),
            salt: hex(&random::<16>()?),
            changes,
            writes,
            private: private_hash(&salt, &private),
        };
        let text = serde_json::to_string(&said).map_err(StoreError::broken)?;
        Ok(Self { id: event.id, mac: key.sign(event.id, &text), text, salt, private })
    }
}

/// The changes about persons, and the others.
pub(in crate::store) fn split_changes(
    subject_kind: &str,
    changes: Vec<FieldChange>,
) -> (Vec<FieldChange>, Vec<FieldChange>) {
    changes.into_iter().partition(|change| {
        // Why somebody is not to have an account is about that person.
        let is_about_person = subject_kind == "proposal" && change.field == "reason";
        is_about_person
            || PERSONAL.contains(&change.field.as_str())
            || has_personal(&change.before)
            || has_personal(&change.after)
    })
}

/// The changes in the order of their fields: which of them are personal does not matter here.
pub(in crate::store) fn in_order(mut changes: Vec<FieldChange>) -> Vec<FieldChange> {
    changes.sort_by(|a, b| a.field.cmp(&b.field));
    changes
}

/// True if a record in `value`, such as a unit in the list of units of a project, has such a field.
fn has_personal(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_personal),
        Value::Object(fields) => fields
            .iter()
            .any(|(field, value)| PERSONAL.contains(&field.as_str()) || has_personal(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Hash that binds a private part to the text of its event. Without the salt it tells nothing about
/// the part, however short that is.
pub(in crate::store) fn private_hash(salt: &str, text: &str) -> String {
    sha256(&format!("mp/private/v1\n{salt}\n{text}"))
}

fn split(image: Image) -> (Write, Option<PrivateWrite>) {
    let Image { table, id, before, after } = image;
    let op = match (&before, &after) {
        (None, _) => Op::Insert,
        (Some(_), Some(_)) => Op::Update,
        (Some(_), None) => Op::Delete,
    };
    let before = before.unwrap_or_default();
    let public = Write {
        table: table.name.to_owned(),
        v: table.format,
        id,
        op,
        before: differing(&before.public, after.as_ref().map(|row| &row.public)),
        row: after.as_ref().map(|row| row.public.clone()).unwrap_or_default(),
    };
    let personal = PrivateWrite {
        table: table.name.to_owned(),
        id,
        before: differing(&before.private, after.as_ref().map(|row| &row.private)),
        row: after.map(|row| row.private).unwrap_or_default(),
    };
    let has_any = !(personal.row.is_empty() && personal.before.is_empty());
    (public, has_any.then_some(personal))
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(StoreError::broken)?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

//! Rows as the events leave them, one image after the other.
//!
//! The last image of a row is the row. Each image also says what the row was before: that must be what the
//! image before it says, or somebody altered the row in between and the program took it over.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domain::personal_data::ERASURE;
use crate::store::record::image::{Columns, Row};
use crate::store::record::tables::{TABLES, Table};
use crate::store::record::text::{Op, PrivatePart, Said, Write};
use crate::store::verify::found::Alteration;

/// First half of the SHA-256 of a row's columns: enough to tell a row from another, in half of the
/// memory.
pub(super) type Short = [u8; 16];

/// What the last event about a row says of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct LastImage {
    pub(super) public: Short,
    /// `None` if the personal columns were erased.
    private: Option<Short>,
    /// Id of the event.
    pub(super) event: i64,
}

/// A row that was not as its last image when an event wrote it.
#[derive(Debug)]
pub(super) struct Overwritten {
    pub(super) table: &'static Table,
    pub(super) id: i64,
    pub(super) alteration: Alteration,
    /// The row as the event found it.
    pub(super) found: Row,
    /// The event of the image before; `None` if there is none.
    pub(super) image_of: Option<i64>,
    /// The event that wrote the row.
    pub(super) by: i64,
}

/// An event that is added, with its private part.
pub(super) struct Told {
    pub(super) event: i64,
    pub(super) said: Said,
    pub(super) private: PrivatePart,
    /// True if the private part was erased.
    pub(super) is_erased: bool,
}

/// The last image of each row.
#[derive(Debug)]
pub(super) struct Images {
    places: HashMap<&'static str, usize>,
    /// By place of the table and id.
    rows: HashMap<(usize, i64), LastImage>,
    /// Rows that an event wrote which was signed with no key at hand: nothing is known of them.
    unknown: HashSet<(usize, i64)>,
    /// The first [`MOST_OVERWRITTEN`].
    pub(super) overwritten: Vec<Overwritten>,
    /// How many there are more.
    pub(super) more_overwritten: usize,
}

/// Most rows altered between two events that are named.
const MOST_OVERWRITTEN: usize = 200;

/// Personal columns of a row in an event, after and before.
#[derive(Debug, Default)]
struct Personal {
    row: Columns,
    before: Columns,
}

impl Images {
    pub(super) fn new() -> Self {
        let places = TABLES.iter().enumerate().map(|(place, table)| (table.name, place));
        Self {
            places: places.collect(),
            rows: HashMap::new(),
            unknown: HashSet::new(),
            overwritten: Vec::new(),
            more_overwritten: 0,
        }
    }

    /// Notes the rows of an event without a valid MAC, which may have been signed with a key that was lost. What it
    /// says of them counts for nothing.
    pub(super) fn add_unsigned(&mut self, said: &Said) {
        for write in &said.writes {
            if let Some(place) = self.places.get(write.table.as_str()) {
                self.unknown.insert((*place, write.id));
            }
        }
    }

    /// Adds the images of an event. Events come in the order of their ids.
    pub(super) fn add(&mut self, told: Told) {
        let Told { event, said, private, is_erased } = told;
        // What an erasure writes does not say what the personal columns were.
        let says_before = !is_erased && said.kind != ERASURE;
        let mut personal: HashMap<(String, i64), Personal> = private
            .writes
            .into_iter()
            .map(|write| {
                let personal = Personal { row: write.row, before: write.before };
                ((write.table, write.id), personal)
            })
            .collect();
        for write in said.writes {
            let Some(place) = self.places.get(write.table.as_str()).copied() else { continue };
            let own = personal.remove(&(write.table.clone(), write.id)).unwrap_or_default();
            let key = (place, write.id);
            let last = self.rows.get(&key).copied();
            let overwritten = overwritten(place, &write, &own, last, says_before)
                .filter(|row| row.image_of.is_some() || !self.unknown.contains(&key));
            match overwritten {
                Some(row) if self.overwritten.len() < MOST_OVERWRITTEN => {
                    self.overwritten.push(Overwritten { by: event, ..row });
                }
                Some(_) => self.more_overwritten += 1,
                None => {}
            }
            if write.op == Op::Delete {
                self.rows.remove(&key);
                continue;
            }
            let private = (!is_erased).then(|| short(&own.row));
            self.rows.insert(key, LastImage { public: short(&write.row), private, event });
        }
    }

    /// Takes the last image of a row.
    pub(super) fn take(&mut self, place: usize, id: i64) -> Option<LastImage> {
        self.rows.remove(&(place, id))
    }

    /// The images that were not taken: rows that are gone.
    pub(super) fn left(self) -> Vec<((usize, i64), LastImage)> {
        let mut left: Vec<((usize, i64), LastImage)> = self.rows.into_iter().collect();
        left.sort_by_key(|(row, _)| *row);
        left
    }
}

impl LastImage {
    /// True if the row is as the image.
    pub(super) fn is_of(&self, row: &Row) -> bool {
        self.public == short(&row.public)
            && self.private.is_some_and(|private| private == short(&row.private))
    }

    /// True if the row, as a later event found it, was as the image. Personal columns count only where both say
    /// what they were.
    fn was(&self, row: &Row, says_private: bool) -> bool {
        let is_private_same = || self.private.is_none_or(|private| private == short(&row.private));
        self.public == short(&row.public) && (!says_private || is_private_same())
    }
}

/// What was done with the row before this write without an event; `None` for nothing.
fn overwritten(
    place: usize,
    write: &Write,
    personal: &Personal,
    last: Option<LastImage>,
    says_private: bool,
) -> Option<Overwritten> {
    let table = TABLES.get(place)?;
    let found = Row {
        public: overlaid(&write.row, &write.before),
        private: overlaid(&personal.row, &personal.before),
    };
    let alteration = match (last, write.op) {
        (None, Op::Insert) => return None,
        (None, Op::Update | Op::Delete) => Alteration::Inserted,
        (Some(_), Op::Insert) => Alteration::Deleted,
        (Some(last), Op::Update | Op::Delete) if last.was(&found, says_private) => return None,
        (Some(_), Op::Update | Op::Delete) => Alteration::Altered,
    };
    let image_of = last.map(|last| last.event);
    // Columns that were erased cannot be compared.
    let is_private_said = says_private && last.is_some_and(|last| last.private.is_some());
    let found = if is_private_said { found } else { Row { private: Columns::new(), ..found } };
    Some(Overwritten { table, id: write.id, alteration, found, image_of, by: 0 })
}

/// The columns before: those after, with what differed before.
fn overlaid(after: &Columns, before: &Columns) -> Columns {
    let mut columns = after.clone();
    columns.extend(before.iter().map(|(name, value)| (name.clone(), value.clone())));
    columns
}

fn short(columns: &Columns) -> Short {
    // The order of names does not matter: both sides are sorted.
    let mut sorted: Vec<(&String, &Value)> = columns.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    let mut hash = Sha256::new();
    for (name, value) in sorted {
        hash.update(format!("{name}\n{value}\n"));
    }
    let mut short = Short::default();
    short.copy_from_slice(hash.finalize().get(..16).unwrap_or(&[0; 16]));
    short
}

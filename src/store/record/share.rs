//! Gives the images of a transaction to its events.

use std::collections::HashMap;

use serde_json::Value;

use crate::domain::personal_data::ERASURE;
use crate::store::record::image::Image;
use crate::store::record::tables::TABLES;
use crate::store::record::written::EventRow;

/// The events of a transaction by what they are about.
struct Subjects<'a> {
    by_subject: HashMap<(&'a str, i64), usize>,
    by_project: HashMap<i64, usize>,
    last: usize,
}

/// The images of each event. An image goes to the last event about its row, else about the row it
/// belongs to, else about its project, else to the last event of the transaction. Those of an erasure go to its event.
pub(super) fn among(events: &[EventRow], images: Vec<Image>) -> Vec<Vec<Image>> {
    if let Some(erasure) = events.iter().position(|event| event.kind == ERASURE) {
        let mut images = Some(images);
        let share = |n: usize| images.take_if(|_| n == erasure).unwrap_or_default();
        return (0..events.len()).map(share).collect();
    }
    let subjects = Subjects {
        by_subject: events
            .iter()
            .enumerate()
            .map(|(n, event)| ((event.subject_kind.as_str(), event.subject_id), n))
            .collect(),
        by_project: events
            .iter()
            .enumerate()
            .filter_map(|(n, event)| Some((event.project_id?, n)))
            .collect(),
        last: events.len().saturating_sub(1),
    };
    let places: Vec<usize> = {
        let rows: HashMap<(&str, i64), &Image> =
            images.iter().map(|image| ((image.table.name, image.id), image)).collect();
        images.iter().map(|image| subjects.place(image, &rows)).collect()
    };
    let mut shares: Vec<Vec<Image>> = events.iter().map(|_| Vec::new()).collect();
    for (image, place) in images.into_iter().zip(places) {
        if let Some(share) = shares.get_mut(place) {
            share.push(image);
        }
    }
    shares
}

impl Subjects<'_> {
    fn place(&self, image: &Image, rows: &HashMap<(&str, i64), &Image>) -> usize {
        let mut image = image;
        // A row is at most three rows away from the record it belongs to.
        for _ in 0..3 {
            if let Some(place) = self.by_subject.get(&(image.table.subject, image.id)) {
                return *place;
            }
            let Some((column, parent)) = image.table.parent else { break };
            let Some(id) = number(image, column) else { break };
            let subject = TABLES.iter().find(|t| t.name == parent).map_or("", |t| t.subject);
            if let Some(place) = self.by_subject.get(&(subject, id)) {
                return *place;
            }
            let Some(next) = rows.get(&(parent, id)) else { break };
            image = next;
        }
        let project = number(image, "project_id");
        project.and_then(|id| self.by_project.get(&id)).copied().unwrap_or(self.last)
    }
}

/// The number in a column of the row, after the transaction or before it.
fn number(image: &Image, column: &str) -> Option<i64> {
    let row = image.after.as_ref().or(image.before.as_ref())?;
    row.public.get(column).and_then(Value::as_i64)
}

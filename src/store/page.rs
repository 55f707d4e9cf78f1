//! Keyset pagination: a page starts after the sort keys of the last row of the previous page.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::store::error::{Result, StoreError};

/// As a limit: every row of the list.
pub(crate) const WHOLE: i64 = i64::MAX;
/// Rows that are read at a time while every row of a list is read.
pub(crate) const PART: i64 = 2_000;
/// Default page size.
pub(crate) const USUAL: i64 = 50;

/// Requested page.
#[derive(Clone, Debug)]
pub struct PageRequest {
    limit: i64,
    cursor: Option<String>,
    /// Number of items on all pages, if an earlier page of the same snapshot counted them.
    known_total: Option<i64>,
}

/// Page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// Items of the page.
    pub items: Vec<T>,
    /// Number of items on all pages.
    pub total: i64,
    /// Cursor of the next page; `None` on the last page.
    pub next_cursor: Option<String>,
}

/// Content of a cursor: sort order, and sort keys of the last row of the page.
#[derive(Serialize, Deserialize)]
struct Place {
    order: String,
    keys: Vec<Value>,
}

impl PageRequest {
    /// Page after `cursor`, or the first page; `limit` is at least 1. [`WHOLE`] has no end.
    pub fn new(limit: i64, cursor: Option<String>) -> Self {
        Self { limit: limit.max(1), cursor, known_total: None }
    }

    /// Every row of the list.
    pub fn whole() -> Self {
        Self::new(WHOLE, None)
    }

    /// True if the list is wanted to its end.
    pub fn is_whole(&self) -> bool {
        self.limit == WHOLE
    }

    /// The first part of a list that is read to its end part by part, from this page on.
    #[must_use]
    pub fn first_part(&self) -> Self {
        Self { limit: PART, ..self.clone() }
    }

    /// The part after `cursor`, of a list with `total` items in the same snapshot.
    pub fn next_part(cursor: String, total: i64) -> Self {
        Self { limit: PART, cursor: Some(cursor), known_total: Some(total) }
    }

    /// Number of items on all pages: as an earlier part counted them, else by `count`.
    ///
    /// # Errors
    /// The error of `count`.
    pub fn total<E>(
        &self,
        count: impl FnOnce() -> std::result::Result<i64, E>,
    ) -> std::result::Result<i64, E> {
        self.known_total.map_or_else(count, Ok)
    }

    /// Number of rows to fetch: one more than the page size, to detect whether a next page exists.
    pub fn rows_to_fetch(&self) -> i64 {
        self.limit.saturating_add(1)
    }

    /// The sequence of a list that is in memory, from this page on: the items after the one whose
    /// key the cursor has. `key` is unique.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`] if the cursor is of another list, or the item is gone.
    pub fn cut<T>(&self, mut items: Vec<T>, key: impl Fn(&T) -> Value) -> Result<Page<T>> {
        let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
        if let Some(keys) = self.after("key")? {
            let last = items.iter().position(|item| keys.first() == Some(&key(item)));
            items.drain(..=last.ok_or(StoreError::BadCursor)?);
        }
        self.page("key", items, total, |item| vec![key(item)], Ok)
    }

    /// Sort keys of the last row of the previous page; `None` for the first page.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`] if the cursor is invalid or belongs to another order.
    pub fn after(&self, order: &str) -> Result<Option<Vec<Value>>> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| StoreError::BadCursor)?;
        let place: Place = serde_json::from_slice(&bytes).map_err(|_| StoreError::BadCursor)?;
        // Text that PostgreSQL cannot compare with comes from no list of ours.
        let is_nul = |key: &Value| key.as_str().is_some_and(|text| text.contains('\0'));
        if place.order != order || place.keys.iter().any(is_nul) {
            return Err(StoreError::BadCursor);
        }
        Ok(Some(place.keys))
    }

    /// Id after which this page starts, in a list ordered by id.
    pub fn after_id(&self) -> Result<Option<i64>> {
        let keys = self.after("id")?;
        keys.map(|keys| key(&keys, 0).and_then(Value::as_i64).ok_or(StoreError::BadCursor))
            .transpose()
    }

    /// Text after which this page starts, in a list ordered by a unique text.
    pub fn after_text(&self) -> Result<Option<String>> {
        let keys = self.after("text")?;
        let text = |keys: Vec<Value>| {
            key(&keys, 0).and_then(Value::as_str).map(str::to_owned).ok_or(StoreError::BadCursor)
        };
        keys.map(text).transpose()
    }

    /// Builds a page of a list ordered by id.
    pub fn by_id<R, T>(
        &self,
        rows: Vec<R>,
        total: i64,
        id: impl Fn(&R) -> i64,
        read: impl FnMut(R) -> Result<T>,
    ) -> Result<Page<T>> {
        self.page("id", rows, total, |row| vec![json!(id(row))], read)
    }

    /// Builds a page of a list ordered by a unique text.
    pub fn by_text<R, T>(
        &self,
        rows: Vec<R>,
        total: i64,
        text: impl Fn(&R) -> String,
        read: impl FnMut(R) -> Result<T>,
    ) -> Result<Page<T>> {
        self.page("text", rows, total, |row| vec![json!(text(row))], read)
    }

    /// Builds a page from fetched rows; `keys` returns the sort keys of a row, for the next cursor.
    pub fn page<R, T>(
        &self,
        order: &str,
        mut rows: Vec<R>,
        total: i64,
        keys: impl Fn(&R) -> Vec<Value>,
        read: impl FnMut(R) -> Result<T>,
    ) -> Result<Page<T>> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().filter(|_| more);
        let next_cursor = last.map(|row| cursor(order, keys(row))).transpose()?;
        let items = rows.into_iter().map(read).collect::<Result<_>>()?;
        Ok(Page { items, total, next_cursor })
    }
}

/// Sort key number `at` of a cursor.
pub(crate) fn key(keys: &[Value], at: usize) -> Option<&Value> {
    keys.get(at)
}

fn cursor(order: &str, keys: Vec<Value>) -> Result<String> {
    let place = Place { order: order.to_owned(), keys };
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&place).map_err(StoreError::broken)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page_of(all: &[i64], request: &PageRequest) -> Page<i64> {
        let after = request.after_id().unwrap().unwrap_or(i64::MIN);
        let wanted = usize::try_from(request.rows_to_fetch()).unwrap();
        let rows: Vec<i64> = all.iter().copied().filter(|id| *id > after).take(wanted).collect();
        request.by_id(rows, i64::try_from(all.len()).unwrap(), |id| *id, Ok).unwrap()
    }

    #[test]
    fn pages_visit_every_row_once() {
        let all: Vec<i64> = (1..=23).collect();
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = page_of(&all, &PageRequest::new(5, cursor));
            seen.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn a_full_last_page_has_no_next() {
        assert_eq!(page_of(&[1, 2, 3], &PageRequest::new(3, None)).next_cursor, None);
    }

    #[test]
    fn a_cursor_of_another_order_or_of_nobody_is_refused() {
        let next = page_of(&[1, 2, 3], &PageRequest::new(2, None)).next_cursor;
        assert_eq!(PageRequest::new(2, next).after("name"), Err(StoreError::BadCursor));
        assert_eq!(PageRequest::new(2, Some("x".into())).after_id(), Err(StoreError::BadCursor));
    }
}

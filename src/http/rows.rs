//! The reply of a list: a page as JSON, or rows as CSV or a workbook.
//!
//! A file without `limit` has every row of one snapshot. The rows are read part by part into a
//! temporary file, the connection is given back, and only then is anything sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, Responder, ResponseError};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::caller::Permit;
use crate::http::file_format::{ChosenFormat, SheetFormat};
use crate::http::problem::Problem;
use crate::http::sheet::Sheet;
use crate::http::signature::{Entry, Reply};
use crate::http::spool::{Spool, SpoolWriter};
use crate::store::PageRequest;
use crate::store::page::WHOLE;
use crate::usecases::answer::{Listing, PageView};
use crate::usecases::ask::Ask;
use crate::usecases::refusal::Refusal;

/// 200 with a list in the format the caller chose.
pub(crate) struct Rows<L>(Found<L>);

enum Found<L> {
    Page(L),
    Whole(Spool),
}

/// Request extension: rows for [`super::format_choice::choose_format`] to make a file of.
pub(super) struct SpooledRows(pub(super) Spool);

impl<L> Rows<L> {
    /// One page.
    pub(crate) fn page(list: L) -> Self {
        Self(Found::Page(list))
    }
}

/// Page of a list that is sent whole unless a page of it is asked for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PartOfList {
    /// Page size; absent: all items.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// `next_cursor` of the previous page.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

impl PartOfList {
    /// The page of `items`, which are the whole list; `key` of an item is unique.
    ///
    /// # Errors
    /// 400 for a cursor of another list, or of an item that is gone.
    pub(crate) fn of<T, K: Serialize>(
        self,
        items: Vec<T>,
        key: impl Fn(&T) -> K,
    ) -> Result<Rows<PageView<T>>, Problem> {
        let page = PageRequest::new(self.limit.unwrap_or(WHOLE), self.cursor);
        Ok(Rows::page(PageView::cut(items, &page, key)?))
    }
}

impl<P> Permit<P> {
    /// Runs a reading use case that lists: for one page, or again and again for every page of one
    /// snapshot if `page` is the whole list.
    ///
    /// # Errors
    /// The use case's; 503 if too many files are being read.
    pub(crate) async fn rows<L>(
        &self,
        page: PageRequest,
        mut list: impl FnMut(&mut Ask<'_>, &PageRequest) -> Result<L, Refusal> + Send + 'static,
    ) -> Result<Rows<L>, Problem>
    where
        L: Listing + Send + 'static,
    {
        if !page.is_whole() {
            let found = self.ask(move |ask| list(ask, &page)).await?;
            return Ok(Rows::page(found));
        }
        let _slot = self.app.exports.acquire().await?;
        let waiting = Waiting::default();
        let is_wanted = Arc::clone(&waiting.0);
        let all = move |ask: &mut Ask<'_>| {
            let mut writer = SpoolWriter::new();
            let is_wanted = || is_wanted.load(Ordering::Relaxed);
            each_part(&page, |part| list(ask, part), is_wanted, |item| writer.add(item))?;
            writer.finish::<L::Item>()
        };
        Ok(Rows(Found::Whole(self.ask(all).await?)))
    }

    /// As [`Permit::rows`] for a list of figures, which are computed from every project at once
    /// on every page.
    ///
    /// # Errors
    /// The use case's; 503 if too many files are being read.
    pub(crate) async fn rows_at_once<L>(
        &self,
        page: PageRequest,
        list: impl FnOnce(&mut Ask<'_>, &PageRequest) -> Result<L, Refusal> + Send + 'static,
    ) -> Result<Rows<L>, Problem>
    where
        L: Listing + Send + 'static,
    {
        if !page.is_whole() {
            return Ok(Rows::page(self.ask(move |ask| list(ask, &page)).await?));
        }
        let _slot = self.app.exports.acquire().await?;
        let all = move |ask: &mut Ask<'_>| spooled(&list(ask, &page)?);
        Ok(Rows(Found::Whole(self.ask(all).await?)))
    }
}

/// Reads a list to its end, part by part, and hands each item to `take`. Ends early with a refusal
/// if nobody waits any more.
fn each_part<L: Listing>(
    page: &PageRequest,
    mut list: impl FnMut(&PageRequest) -> Result<L, Refusal>,
    is_wanted: impl Fn() -> bool,
    mut take: impl FnMut(&L::Item) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut part = page.first_part();
    loop {
        let found = list(&part)?;
        found.items().iter().try_for_each(&mut take)?;
        let Some(cursor) = found.next_cursor() else {
            return Ok(());
        };
        if !is_wanted() {
            return Err(Refusal::busy());
        }
        part = PageRequest::next_part(cursor.to_owned(), found.total());
    }
}

/// True until it is dropped, as when the client goes away.
struct Waiting(Arc<AtomicBool>);

impl Default for Waiting {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl<L: Listing + ToSchema> Reply for Rows<L> {
    fn describe(entry: &mut Entry) {
        Sheet::<L>::describe(entry);
        entry.answer_header(200, "Link", "The next page (`rel=\"next\"`); absent on the last one.");
        entry.answer_header(200, "Row-Count", "Of a file: its number of rows without the heading.");
    }
}

impl<L: Listing> Responder for Rows<L> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let format = ChosenFormat::of(request).format;
        let spool = match self.0 {
            Found::Page(list) if format == SheetFormat::Json => return page_reply(list, request),
            Found::Page(list) => spooled(&list),
            Found::Whole(spool) => Ok(spool),
        };
        match spool {
            Ok(spool) => {
                request.extensions_mut().insert(SpooledRows(spool));
                HttpResponse::Ok().finish()
            }
            Err(refusal) => Problem::from(refusal).error_response(),
        }
    }
}

fn spooled<L: Listing>(list: &L) -> Result<Spool, Refusal> {
    let mut writer = SpoolWriter::new();
    list.items().iter().try_for_each(|item| writer.add(item))?;
    writer.finish::<L::Item>()
}

fn page_reply<L: Listing>(mut list: L, request: &HttpRequest) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::VARY, "Accept"));
    if let Some(next) = list.next_cursor().map(|cursor| with_cursor(request, cursor)) {
        answer.insert_header((header::LINK, format!("<{next}>; rel=\"next\"")));
        list.set_next(next);
    }
    answer.json(list)
}

/// Path and query of the same request with another cursor, which is URL-safe.
fn with_cursor(request: &HttpRequest, cursor: &str) -> String {
    let name_of = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    let others = request
        .query_string()
        .split('&')
        .filter(|pair| !pair.is_empty() && name_of(pair) != "cursor")
        .map(str::to_owned);
    let query: Vec<String> = others.chain([format!("cursor={cursor}")]).collect();
    format!("{}?{}", request.path(), query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::page::PART;

    #[derive(Serialize, ToSchema)]
    struct Numbered {
        id: i64,
    }

    /// A list of `rows` rows by id, as the store answers a page of it.
    fn part_of(rows: i64, page: &PageRequest) -> Result<PageView<Numbered>, Refusal> {
        let after = page.after_id()?.unwrap_or(0);
        let ids: Vec<i64> =
            (after + 1..=rows).take(usize::try_from(page.rows_to_fetch()).unwrap_or(0)).collect();
        assert!(i64::try_from(ids.len()).unwrap() <= PART + 1, "at most one part is in memory");
        let total = page.total(|| Ok::<_, Refusal>(rows))?;
        let page = page.by_id(ids, total, |id| *id, |id| Ok(Numbered { id }))?;
        Ok(PageView::of(page, |row| row))
    }

    #[test]
    fn a_list_is_read_to_its_end_in_parts_and_counted_once() {
        for rows in [0, 1, PART - 1, PART, PART + 1, 3 * PART + 7] {
            let (mut parts, mut counted, mut ids) = (0, 0, Vec::new());
            let list = |page: &PageRequest| {
                parts += 1;
                let _ = page.total(|| {
                    counted += 1;
                    Ok::<_, Refusal>(rows)
                });
                part_of(rows, page)
            };
            let take = |row: &Numbered| {
                ids.push(row.id);
                Ok(())
            };
            each_part(&PageRequest::whole(), list, || true, take).unwrap();

            assert_eq!(ids, (1..=rows).collect::<Vec<_>>());
            assert_eq!((parts, counted), ((rows + PART - 1).max(PART) / PART, 1), "{rows}");
        }
    }

    #[test]
    fn nothing_more_is_read_when_nobody_waits() {
        let mut parts = 0;
        let list = |page: &PageRequest| {
            parts += 1;
            part_of(1_000_000, page)
        };
        let ended = each_part(&PageRequest::whole(), list, || false, |_| Ok(()));

        assert!(ended.is_err());
        assert_eq!(parts, 1);
    }

    #[test]
    fn the_next_page_is_the_same_request_with_another_cursor() {
        let request =
            actix_web::test::TestRequest::with_uri("/api/v1/things?limit=2&cursor=a&q=b%26c")
                .to_http_request();
        assert_eq!(with_cursor(&request, "n_-1"), "/api/v1/things?limit=2&q=b%26c&cursor=n_-1");
        let plain = actix_web::test::TestRequest::with_uri("/api/v1/things").to_http_request();
        assert_eq!(with_cursor(&plain, "x"), "/api/v1/things?cursor=x");
    }

    #[test]
    fn rows_beyond_a_small_number_are_in_a_file_and_not_in_memory() {
        let mut writer = SpoolWriter::new();
        for id in 0..20_000 {
            writer.add(&serde_json::json!({"id": id, "text": "中文"})).unwrap();
        }
        let mut spool = writer.finish::<Numbered>().unwrap();
        let mut seen = 0;
        spool
            .each(|row| {
                seen += 1;
                assert_eq!(row.len(), 2);
                Ok::<(), std::io::Error>(())
            })
            .unwrap();

        assert_eq!((seen, spool.rows()), (20_000, 20_000));
        assert!(spool.is_in_file());
    }
}

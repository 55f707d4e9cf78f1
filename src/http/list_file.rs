//! The file of a list: made in a temporary file, sent in chunks.

use std::io::{Read, Seek, SeekFrom};

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::web::{Bytes, block};
use futures_util::stream;
use tempfile::SpooledTempFile;

use crate::http::file_format::{ChosenFormat, SheetFormat};
use crate::http::problem::Problem;
use crate::http::sheet::add_file_headers;
use crate::http::spool::{Spool, scratch_file};
use crate::http::spreadsheet::{SHEET_ROWS, write_csv, write_list_workbook};

/// Bytes that are read from the file, and wait to be sent, at a time.
const CHUNK: usize = 64 * 1024;

/// The header with the number of rows of a file.
const ROW_COUNT: &str = "row-count";

/// A finished file.
struct ListFile {
    content: SpooledTempFile,
    bytes: u64,
    rows: u64,
}

/// 200 with the rows as a file; `path` of the request gives its name.
///
/// # Errors
/// A fault of the disk. Nothing was sent then.
pub(super) async fn reply(
    spool: Spool,
    wish: ChosenFormat,
    path: &str,
) -> Result<HttpResponse, Problem> {
    let file = block(move || make(spool, wish)).await.map_err(Problem::broken)??;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::VARY, "Accept")).insert_header((ROW_COUNT, file.rows));
    add_file_headers(&mut answer, path, wish.format);
    Ok(answer.body(SizedStream::new(file.bytes, chunks(file.content))))
}

fn make(mut spool: Spool, wish: ChosenFormat) -> Result<ListFile, Problem> {
    let mut content = scratch_file();
    match wish.format {
        SheetFormat::Xlsx => {
            write_list_workbook(&mut spool, SHEET_ROWS, &mut content).map_err(Problem::broken)?;
        }
        SheetFormat::Csv | SheetFormat::Json => {
            write_csv(&mut spool, wish.end_line, &mut content).map_err(Problem::broken)?;
        }
    }
    let bytes = content.seek(SeekFrom::End(0)).map_err(Problem::broken)?;
    content.rewind().map_err(Problem::broken)?;
    Ok(ListFile { content, bytes, rows: spool.rows() })
}

/// The content in chunks; the next one is read when the last one was taken.
fn chunks(
    content: SpooledTempFile,
) -> impl stream::Stream<Item = Result<Bytes, std::io::Error>> + 'static {
    stream::try_unfold(content, |content| async move {
        let (content, chunk) =
            block(move || next_chunk(content)).await.map_err(std::io::Error::other)??;
        Ok((!chunk.is_empty()).then_some((Bytes::from(chunk), content)))
    })
}

fn next_chunk(mut content: SpooledTempFile) -> std::io::Result<(SpooledTempFile, Vec<u8>)> {
    let mut chunk = Vec::with_capacity(CHUNK);
    content.by_ref().take(CHUNK as u64).read_to_end(&mut chunk)?;
    Ok((content, chunk))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use calamine::{Reader, Xlsx};

    use super::*;
    use crate::http::spool::SpoolWriter;

    #[derive(serde::Serialize, utoipa::ToSchema)]
    struct Numbered {
        id: i64,
    }

    fn spool(rows: i64) -> Spool {
        let mut writer = SpoolWriter::new();
        (1..=rows).for_each(|id| writer.add(&Numbered { id }).unwrap());
        writer.finish::<Numbered>().unwrap()
    }

    #[test]
    fn a_file_is_sent_in_bounded_chunks() {
        let mut content = scratch_file();
        let bytes: Vec<u8> = (0..500_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        content.write_all(&bytes).unwrap();
        content.rewind().unwrap();
        let mut sent = Vec::new();
        loop {
            let (rest, chunk) = next_chunk(content).unwrap();
            assert!(chunk.capacity() <= CHUNK, "no more than a chunk waits");
            if chunk.is_empty() {
                break;
            }
            sent.extend(chunk);
            content = rest;
        }
        assert_eq!(sent, bytes);
    }

    #[test]
    fn a_workbook_goes_on_in_a_further_sheet() {
        let mut file = Cursor::new(Vec::new());
        write_list_workbook(&mut spool(10), 4, &mut file).unwrap();

        let mut book = Xlsx::new(Cursor::new(file.into_inner())).unwrap();
        let mut ids = Vec::new();
        for name in book.sheet_names() {
            let sheet = book.worksheet_range(&name).unwrap();
            let mut rows = sheet.rows();
            assert_eq!(rows.next().unwrap()[0].to_string(), "id", "each sheet has the heading");
            ids.push(rows.map(|row| row[0].to_string()).collect::<Vec<_>>().join(" "));
        }
        assert_eq!(ids, ["1 2 3", "4 5 6", "7 8 9", "10"]);
    }

    #[test]
    fn a_sheet_that_is_just_full_has_no_other_behind_it() {
        let mut file = Cursor::new(Vec::new());
        write_list_workbook(&mut spool(6), 4, &mut file).unwrap();
        assert_eq!(Xlsx::new(Cursor::new(file.into_inner())).unwrap().sheet_names().len(), 2);
    }

    #[test]
    fn the_end_line_counts_the_rows() {
        for (end_line, expected) in
            [(false, "\u{feff}id\n1\n2\n"), (true, "\u{feff}id\n1\n2\n# complete; rows: 2\n")]
        {
            let mut file = Vec::new();
            write_csv(&mut spool(2), end_line, &mut file).unwrap();
            assert_eq!(String::from_utf8(file).unwrap(), expected);
        }
    }
}

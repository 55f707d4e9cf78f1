//! The request body of an import: how the file is sent, and detection of its format.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde_json::json;

use crate::api::imports::content::SheetContent;
use crate::api::imports::guard::{encrypted, not_a_workbook};
use crate::api::imports::limits::not_taken;
use crate::api::imports::{csv_file, workbook};
use crate::http::body::{self, BodyLimits};
use crate::http::problem::Problem;
use crate::http::signature::{Argument, Entry};
use crate::usecases::imports::kind::ImportKind;

/// Accepted media types. The format is detected from the first bytes of the file.
const TAKEN: [&str; 5] = [
    "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/csv",
    "application/csv",
    // Browsers send this for `.csv` where a spreadsheet program is installed.
    "application/vnd.ms-excel",
];

/// A file as a request body. It is read only after the caller's permission is checked.
pub(crate) struct FileBody {
    request: HttpRequest,
    payload: Payload,
}

impl Argument for FileBody {
    fn describe(entry: &mut Entry) {
        let words = "The bytes of an .xlsx workbook or a .csv file; the format is detected. \
            `Content-Type` may also be the file's own media type.";
        let schema = json!({"type": "string", "format": "binary", "description": words});
        entry.form("application/octet-stream", &schema);
        entry.fails(&[400, 408, 413, 422]);
        entry.fails_also(
            415,
            "The file is not an .xlsx workbook or a .csv file, or has macros, external links or a password.",
        );
    }
}

impl FromRequest for FileBody {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self { request: request.clone(), payload: payload.take() }))
    }
}

impl FileBody {
    /// The query of the request.
    pub(crate) fn query(&self) -> String {
        self.request.query_string().to_owned()
    }

    /// Reads the bytes of the file.
    ///
    /// # Errors
    /// 408, 413 or 415.
    pub(crate) async fn read(self) -> Result<Bytes, Problem> {
        let kind = self.request.content_type().to_ascii_lowercase();
        if !kind.is_empty() && !TAKEN.contains(&kind.as_str()) {
            return Err(wrong_media_type());
        }
        let limits = BodyLimits::of(&self.request, |config| config.import_limit_bytes)?;
        Ok(body::bytes(&self.request, self.payload, limits).await?.freeze())
    }
}

fn wrong_media_type() -> Problem {
    not_taken(
        "请把文件本身作为请求内容发送，Content-Type 为 application/octet-stream、text/csv 或 .xlsx 的类型。",
        "Send the file itself as the body, with Content-Type application/octet-stream, text/csv or that of .xlsx.",
    )
}

/// The sheets of `file`; detects the format.
///
/// # Errors
/// 400, 413 or 415, with advice on how to fix the file.
pub(crate) fn sheets(file: &[u8], kind: ImportKind) -> Result<Vec<SheetContent>, Problem> {
    let trimmed = file.trim_ascii_start();
    match file {
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(ole(file)),
        [b'P', b'K', 3, 4, ..] => workbook::sheets(file),
        [b'P', b'K', 5 | 7, ..] | [b'%', b'P', b'D', b'F', ..] => Err(not_a_workbook()),
        // Some systems export an HTML page named .xls.
        _ if trimmed.starts_with(b"<") => Err(not_a_workbook()),
        _ => csv_file::sheet(file, kind).map(|sheet| vec![sheet]),
    }
}

/// The OLE container, used by old .xls and by encrypted workbooks.
fn ole(file: &[u8]) -> Problem {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if file.windows(name.len()).any(|bytes| bytes == name) {
        return encrypted();
    }
    not_taken(
        "不接收旧版 .xls 文件。请用电子表格软件打开，另存为 .xlsx。",
        "Old .xls files are not accepted. Open the file in a spreadsheet program and save it as .xlsx.",
    )
}

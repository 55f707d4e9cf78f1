//! Response of a bulletin: JSON, workbook or HTML page.

use std::future::{Ready, ready};

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::header::{self, ACCEPT};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::api::bulletins::page::{page, policy};
use crate::api::bulletins::tables::tables;
use crate::api::bulletins::workbook::workbook;
use crate::http::problem::Problem;
use crate::http::signature::{Argument, Entry, Reply};
use crate::usecases::bulletins::document::ContentView;
use crate::usecases::bulletins::view::{BulletinView, NamedBulletin};

/// Media type of xlsx workbooks.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const HTML: &str = "text/html; charset=utf-8";

/// Response format of a bulletin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BulletinFormat {
    /// JSON.
    Json,
    /// An xlsx workbook.
    Xlsx,
    /// An HTML page for printing on A4 landscape.
    Html,
}

/// Query parameter that selects the format of a bulletin.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormatQuery {
    /// Response format; if absent, `Accept` decides.
    #[param(nullable = false)]
    pub format: Option<BulletinFormat>,
}

/// Format requested by `Accept`: the first one named, otherwise JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AcceptedFormat(pub BulletinFormat);

impl Argument for AcceptedFormat {
    fn describe(_: &mut Entry) {}
}

impl FromRequest for AcceptedFormat {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let accepted = request.headers().get(ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("");
        let named = accepted.split(',').find_map(|kind| match kind.split(';').next()?.trim() {
            "application/json" => Some(BulletinFormat::Json),
            "text/html" => Some(BulletinFormat::Html),
            kind if kind == XLSX => Some(BulletinFormat::Xlsx),
            _ => None,
        });
        ready(Ok(Self(named.unwrap_or(BulletinFormat::Json))))
    }
}

/// A bulletin rendered in one of the formats.
pub(crate) enum RenderedBulletin {
    /// JSON.
    Json(Box<BulletinView>),
    /// An xlsx workbook.
    Xlsx(Workbook),
    /// An HTML page.
    Html(String),
}

/// An xlsx workbook to download.
pub(crate) struct Workbook {
    file_name: String,
    content: Vec<u8>,
}

impl RenderedBulletin {
    /// Renders a bulletin in the requested format. The workbook and the page have the same tables.
    ///
    /// # Errors
    /// A fault of ours: the stored figures cannot be read.
    pub(crate) fn of(bulletin: NamedBulletin, format: BulletinFormat) -> Result<Self, Problem> {
        let NamedBulletin { view, names } = bulletin;
        if format == BulletinFormat::Json {
            return Ok(Self::Json(Box::new(view)));
        }
        let tables = tables(&view.read_figures()?, &names);
        if format == BulletinFormat::Html {
            return Ok(Self::Html(page(&view.head, &names, &tables)?));
        }
        let file_name = format!("bulletin-{}.xlsx", view.head.month);
        Ok(Self::Xlsx(Workbook { file_name, content: workbook(&view.head, &names, &tables)? }))
    }
}

impl Reply for RenderedBulletin {
    fn describe(entry: &mut Entry) {
        entry.answers::<BulletinView>(200, "The bulletin as it was published.");
        let file = json!({"type": "string", "format": "binary"});
        entry.answer_also(200, XLSX, &file);
        entry.answer_also(200, "text/html", &json!({"type": "string"}));
        entry.is_a_file();
    }
}

impl Responder for RenderedBulletin {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut answer = HttpResponse::Ok();
        answer.insert_header((header::VARY, "Accept"));
        match self {
            Self::Json(view) => answer.json(view),
            Self::Xlsx(Workbook { file_name, content }) => {
                let disposition = format!("attachment; filename=\"{file_name}\"");
                answer.insert_header((header::CONTENT_DISPOSITION, disposition));
                answer.content_type(XLSX).body(content)
            }
            Self::Html(page) => {
                answer.insert_header((header::CONTENT_SECURITY_POLICY, policy()));
                answer.content_type(HTML).body(page)
            }
        }
    }
}

/// Stored JSON text, sent byte for byte.
pub(crate) struct StoredText(pub String);

impl Reply for StoredText {
    fn describe(entry: &mut Entry) {
        entry.answers::<ContentView>(200, "The frozen content, byte for byte as stored.");
    }
}

impl Responder for StoredText {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().content_type("application/json").body(self.0)
    }
}

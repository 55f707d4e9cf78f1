//! Response of a bulletin: JSON, workbook or HTML page.

use std::future::{Ready, ready};

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::header::{self, ACCEPT};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::api::bulletins::handlers::{BulletinView, ContentView};
use crate::api::bulletins::page::{page, policy};
use crate::api::bulletins::tables::{Names, tables};
use crate::api::bulletins::workbook::workbook;
use crate::http::problem::Problem;
use crate::http::signature::{Argument, Entry, Reply};

/// Media type of xlsx workbooks.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const HTML: &str = "text/html; charset=utf-8";

/// Response format of a bulletin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulletinFormat {
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
pub struct RenderQuery {
    /// Response format; if absent, `Accept` decides.
    #[param(nullable = false)]
    pub format: Option<BulletinFormat>,
}

/// Format requested by `Accept`: the first one named, otherwise JSON.
#[derive(Clone, Copy, Debug)]
pub struct Wanted(pub BulletinFormat);

impl Argument for Wanted {
    fn describe(_: &mut Entry) {}
}

impl FromRequest for Wanted {
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
pub enum Rendered {
    /// JSON.
    Json(Box<BulletinView>),
    /// An xlsx workbook: its file name and content.
    Xlsx(String, Vec<u8>),
    /// An HTML page.
    Html(String),
}

impl Rendered {
    /// Renders `view` in the requested format.
    pub fn of(view: BulletinView, names: &Names, format: BulletinFormat) -> Result<Self, Problem> {
        Ok(match format {
            BulletinFormat::Json => Self::Json(Box::new(view)),
            BulletinFormat::Xlsx => {
                let name = format!("bulletin-{}.xlsx", view.head.month);
                Self::Xlsx(name, workbook(&view.head, names, &tables(&view.figures, names))?)
            }
            BulletinFormat::Html => {
                Self::Html(page(&view.head, names, &tables(&view.figures, names))?)
            }
        })
    }
}

impl Reply for Rendered {
    fn describe(entry: &mut Entry) {
        entry.answers::<BulletinView>(200, "The bulletin as it was published.");
        let file = json!({"type": "string", "format": "binary"});
        entry.answer_also(200, XLSX, &file);
        entry.answer_also(200, "text/html", &json!({"type": "string"}));
        entry.is_a_file();
    }
}

impl Responder for Rendered {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut answer = HttpResponse::Ok();
        answer.insert_header((header::VARY, "Accept"));
        match self {
            Self::Json(view) => answer.json(view),
            Self::Xlsx(name, file) => {
                let disposition = format!("attachment; filename=\"{name}\"");
                answer.insert_header((header::CONTENT_DISPOSITION, disposition));
                answer.content_type(XLSX).body(file)
            }
            Self::Html(page) => {
                answer.insert_header((header::CONTENT_SECURITY_POLICY, policy()));
                answer.content_type(HTML).body(page)
            }
        }
    }
}

/// Stored JSON text, sent byte for byte.
pub struct Kept(pub String);

impl Reply for Kept {
    fn describe(entry: &mut Entry) {
        entry.answers::<ContentView>(200, "The frozen content, byte for byte as stored.");
    }
}

impl Responder for Kept {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().content_type("application/json").body(self.0)
    }
}

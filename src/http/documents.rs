//! Serves the OpenAPI documents, the Swagger UI, the list of resources and the pages about problems.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use actix_web::web::{Bytes, Data, ServiceConfig, get};
use actix_web::{HttpResponse, Responder};
use serde::{Serialize, Serializer};
use serde_json::Value;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::http::PREFIX;
use crate::http::document::document;
use crate::http::document30::down_convert;
use crate::http::index::index;
use crate::http::problem_codes;
use crate::http::routes::Routes;

/// Both documents and the list of resources as text.
#[derive(Clone, Debug)]
pub(crate) struct Documents {
    /// OpenAPI 3.1.
    pub new: Bytes,
    /// OpenAPI 3.0.3.
    pub old: Bytes,
    /// The list of resources.
    pub index: Bytes,
}

impl Documents {
    /// The documents of `routes`.
    pub(crate) fn of(routes: &Routes) -> Self {
        let new = document(routes);
        let old = down_convert(&new);
        let index = pretty(&index(routes)).into();
        Self { new: pretty(&new).into(), old: pretty(&old).into(), index }
    }
}

/// The text of a document. It is the same printed, committed and served.
pub fn pretty(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(&JsonFirst(document)).unwrap_or_default();
    text.push('\n');
    text
}

/// Serializes the media type JSON before all others, because several client generators read the
/// first one only.
struct JsonFirst<'a>(&'a Value);

impl Serialize for JsonFirst<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const JSON: &str = "application/json";
        match self.0 {
            Value::Object(map) => {
                let first = map.get_key_value(JSON).into_iter();
                let rest = map.iter().filter(|(name, _)| *name != JSON);
                serializer.collect_map(first.chain(rest).map(|(name, v)| (name, JsonFirst(v))))
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(JsonFirst)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                self.0.serialize(serializer)
            }
        }
    }
}

/// Mounts the documents and the Swagger UI at the root.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config
        .route("/openapi.json", get().to(|d: Data<Documents>| serve(d.new.clone())))
        .route("/openapi-3.0.json", get().to(|d: Data<Documents>| serve(d.old.clone())))
        .route(PREFIX, get().to(|d: Data<Documents>| serve(d.index.clone())))
        .route(&format!("{PREFIX}/"), get().to(|d: Data<Documents>| serve(d.index.clone())))
        .configure(problem_codes::mount)
        .route("/docs", get().to(to_docs))
        .service(SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json")));
}

#[expect(clippy::unused_async, reason = "handlers are")]
async fn serve(document: Bytes) -> impl Responder {
    // The same for everybody.
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(document)
}

async fn to_docs() -> impl Responder {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish()
}

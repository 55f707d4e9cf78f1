//! The signature is the document: what each argument and each reply of a handler adds to the
//! description of its operation. A type without [`Argument`] or [`Reply`] does not compile, so
//! nothing can be served undocumented.

use std::collections::BTreeMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use serde_json::{Map, Value, json};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use crate::domain::month::{Month, Year};
use crate::http::problem::Problem;
use crate::http::sheet::SheetFormat;

/// Something a handler takes: says what it adds to the operation.
pub trait Argument {
    /// Adds parameters, body, security and failures to `entry`.
    fn describe(entry: &mut Entry);
}

/// Something a handler answers with: says what it adds to the operation.
pub trait Reply {
    /// Adds the success response, and the failures that come with it, to `entry`.
    fn describe(entry: &mut Entry);
}

impl<T> Argument for actix_web::web::Data<T> {
    fn describe(_: &mut Entry) {}
}

impl Argument for actix_web::HttpRequest {
    fn describe(_: &mut Entry) {}
}

impl<T: Reply> Reply for Result<T, Problem> {
    fn describe(entry: &mut Entry) {
        T::describe(entry);
        entry.fails(&[500, 503]);
    }
}

macro_rules! arguments {
    ($($name:ident)*) => {
        impl<$($name: Argument),*> Argument for ($($name,)*) {
            fn describe(entry: &mut Entry) {
                $( $name::describe(entry); )*
                let _ = entry;
            }
        }
    };
}
arguments!();
arguments!(A);
arguments!(A B);
arguments!(A B C);
arguments!(A B C D);
arguments!(A B C D E);
arguments!(A B C D E G);

/// One operation of the document while it is being described.
pub struct Entry {
    operation: Map<String, Value>,
    parameters: Vec<Value>,
    responses: BTreeMap<String, Value>,
    schemas: BTreeMap<String, Value>,
    formats: bool,
    is_file: bool,
}

impl Entry {
    /// Starts from what `#[utoipa::path]` knows: summary, description, operation id and the
    /// responses a handler names itself.
    pub fn new(operation: &Operation, tag: &str) -> Self {
        let mut operation = match serde_json::to_value(operation) {
            Ok(Value::Object(map)) => map,
            Ok(_) | Err(_) => Map::new(),
        };
        operation.insert("tags".into(), json!([tag]));
        operation.insert("security".into(), json!([]));
        operation.remove("requestBody");
        operation.remove("parameters");
        let named = operation.remove("responses").unwrap_or_else(|| json!({}));
        let (parameters, responses, schemas) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        let (formats, is_file) = (false, false);
        let mut entry = Self { operation, parameters, responses, schemas, formats, is_file };
        for (status, response) in named.as_object().into_iter().flatten() {
            entry.names_response(status, response);
        }
        entry
    }

    /// A response the handler itself names: its words stay, a failure gets the problem body.
    fn names_response(&mut self, status: &str, response: &Value) {
        let mut response = response.clone();
        if status.starts_with(['4', '5'])
            && let Some(object) = response.as_object_mut()
        {
            object.insert("content".into(), problem_content());
        }
        self.responses.insert(status.to_owned(), response);
    }

    /// The parameters of a query or path struct.
    pub fn params<T: IntoParams>(&mut self, place: &ParameterIn) {
        for parameter in T::into_params(|| Some(place.clone())) {
            if let Ok(value) = serde_json::to_value(&parameter) {
                self.parameters.push(value);
            }
        }
    }

    /// A request header.
    pub fn header(
        &mut self,
        name: &str,
        required: bool,
        description: &str,
        (pattern, example): (&str, &str),
    ) {
        let schema = match pattern {
            // What is not understood is ignored (RFC 9110).
            ".*" => json!({"type": "string"}),
            _ => json!({"type": "string", "pattern": pattern}),
        };
        self.parameters.push(json!({
            "name": name, "in": "header", "required": required,
            "description": description, "schema": schema, "example": example,
        }));
    }

    /// The request body, in each of `media_types`.
    pub fn body<T: ToSchema>(&mut self) {
        let schema = self.schema::<T>();
        self.operation.insert(
            "requestBody".into(),
            json!({"required": true, "content": {"application/json": {"schema": schema}}}),
        );
    }

    /// A body in another form than JSON.
    pub fn form(&mut self, media_type: &str, schema: &Value) {
        let content = json!({media_type: {"schema": schema}});
        self.operation.insert("requestBody".into(), json!({"required": true, "content": content}));
    }

    /// Failures every caller must expect here; each refers to one shared response.
    pub fn fails(&mut self, statuses: &[u16]) {
        for status in statuses {
            let key = status.to_string();
            let shared = json!({"$ref": format!("#/components/responses/Problem{key}")});
            self.responses.entry(key).or_insert(shared);
        }
    }

    /// A failure said in words of its own, unless the operation says it better.
    pub fn fails_also(&mut self, status: u16, description: &str) {
        let answer = json!({"description": description, "content": problem_content()});
        self.responses.entry(status.to_string()).or_insert(answer);
    }

    /// A success with a body.
    pub fn answers<T: ToSchema>(&mut self, status: u16, description: &str) {
        let schema = self.schema::<T>();
        self.responses.insert(
            status.to_string(),
            json!({"description": description, "content": {"application/json": {"schema": schema}}}),
        );
    }

    /// Another media type the answer `status` can come in.
    pub fn answer_also(&mut self, status: u16, media_type: &str, schema: &Value) {
        let response = self.responses.get_mut(&status.to_string());
        let content = response.and_then(|r| r.get_mut("content")).and_then(Value::as_object_mut);
        if let Some(content) = content {
            content.insert(media_type.to_owned(), json!({"schema": schema}));
        }
    }

    /// An answer that is a file.
    pub fn answers_file(&mut self, status: u16, description: &str) {
        // Every generator makes a file of this media type; of a workbook's own some make nothing.
        let schema = json!({"type": "string", "format": "binary"});
        let content = json!({"application/octet-stream": {"schema": schema}});
        let answer = json!({"description": description, "content": content});
        self.responses.insert(status.to_string(), answer);
    }

    /// An answer without a body.
    pub fn answers_empty(&mut self, status: u16, description: &str) {
        self.responses.insert(status.to_string(), json!({"description": description}));
    }

    /// A header of the success response `status`.
    pub fn answer_header(&mut self, status: u16, name: &str, description: &str) {
        if let Some(response) = self.responses.get_mut(&status.to_string()) {
            let schema = json!({"description": description, "schema": {"type": "string"}});
            let headers = response.as_object_mut().map(|r| r.entry("headers"));
            let headers = headers.map(|h| h.or_insert_with(|| json!({})));
            if let Some(headers) = headers.and_then(Value::as_object_mut) {
                headers.insert(name.to_owned(), schema);
            }
        }
    }

    /// The answer can also go out as CSV or a workbook.
    pub fn has_formats(&mut self) {
        self.formats = true;
        self.is_file = true;
    }

    /// The answer is, or can be, a file somebody would keep: a page may link to it.
    pub fn is_a_file(&mut self) {
        self.is_file = true;
    }

    /// Whether the answer is, or can be, a file.
    pub fn is_file(&self) -> bool {
        self.is_file
    }

    /// Whether the answer can also go out as CSV or a workbook.
    pub fn formats(&self) -> bool {
        self.formats
    }

    /// The caller must show a bearer token.
    pub fn needs_token(&mut self) {
        self.operation.insert("security".into(), json!([{"bearer": []}]));
    }

    /// Registers `T` with all it refers to, and gives a reference to it.
    pub fn schema<T: ToSchema>(&mut self) -> Value {
        let name = T::name().into_owned();
        self.schemas.extend(schemas_of::<T>());
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// The finished operation and the schemas it refers to.
    pub fn finish(mut self) -> (Value, BTreeMap<String, Value>) {
        if !self.parameters.is_empty() {
            self.operation.insert("parameters".into(), Value::Array(self.parameters));
        }
        self.operation.insert("responses".into(), json!(self.responses));
        (Value::Object(self.operation), self.schemas)
    }
}

/// `T` and every named schema it refers to.
pub fn schemas_of<T: ToSchema>() -> BTreeMap<String, Value> {
    let mut found = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut found);
    found
        .into_iter()
        .filter_map(|(name, schema)| Some((name, serde_json::to_value(schema).ok()?)))
        .collect()
}

/// Schemas of the types named in parameters, by name: `IntoParams` refers to them without bringing
/// them along. Each noun adds its own by [`super::routes::Routes::with_types`].
static PARAMETER_TYPES: LazyLock<RwLock<BTreeMap<String, Value>>> =
    LazyLock::new(|| RwLock::new(crate::parameter_types![Month Year SheetFormat]));

/// Schemas of the listed types and of all they refer to, by name.
#[macro_export]
macro_rules! parameter_types {
    [$($kind:ty)+] => {{
        let mut found = std::collections::BTreeMap::new();
        $( found.extend($crate::http::signature::schemas_of::<$kind>()); )+
        found
    }};
}

/// Adds the schemas of types named in parameters.
pub fn add_parameter_schemas(schemas: BTreeMap<String, Value>) {
    PARAMETER_TYPES.write().unwrap_or_else(PoisonError::into_inner).extend(schemas);
}

/// Schemas of every type named in parameters, by name.
pub fn parameter_schemas() -> BTreeMap<String, Value> {
    PARAMETER_TYPES.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The body every failure has.
pub fn problem_content() -> Value {
    json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}})
}

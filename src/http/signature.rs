//! Documents a handler from its signature: each argument and each reply adds its part to the
//! description of the operation. A handler with a type that lacks [`Argument`] or [`Reply`] does
//! not compile, so that nothing is served undocumented.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use crate::domain::account::access::{Action, Role};
use crate::domain::account::scope::ClientScope;
use crate::http::problem::Problem;
use crate::http::schemas::schemas_of;

/// The fields of every answer that state the quotas.
pub(super) const QUOTA_HEADERS: [(&str, &str); 2] = [
    (
        "RateLimit-Policy",
        "The quotas: requests (`q`) per window of `w` seconds, of the account and of the address.",
    ),
    ("RateLimit", "Requests left of each quota (`r`), and seconds until it is full again (`t`)."),
];

/// An argument of a handler that describes itself.
pub trait Argument {
    /// Adds parameters, body, security and failures to `entry`.
    fn describe(entry: &mut Entry);
}

/// A reply of a handler that describes itself.
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

/// A request header as the document describes it.
#[derive(Clone, Copy, Debug)]
pub struct RequestHeader {
    /// Its name.
    pub name: &'static str,
    /// Whether a request without it is refused.
    pub required: bool,
    /// Its meaning.
    pub description: &'static str,
    /// Regular expression of valid values; `None` where invalid ones are ignored (RFC 9110).
    pub pattern: Option<&'static str>,
    /// A valid value.
    pub example: &'static str,
}

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
    /// Starts from the summary, the description, the operation id and the responses that
    /// `#[utoipa::path]` gives.
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
        let mut entry = Self {
            operation,
            parameters: Vec::new(),
            responses: BTreeMap::new(),
            schemas: BTreeMap::new(),
            formats: false,
            is_file: false,
        };
        for (status, response) in named.as_object().into_iter().flatten() {
            entry.keep_response(status, response);
        }
        entry
    }

    /// Keeps the description of a response that `#[utoipa::path]` lists; a failure gets the problem body.
    fn keep_response(&mut self, status: &str, response: &Value) {
        let mut response = response.clone();
        if status.starts_with(['4', '5'])
            && let Some(object) = response.as_object_mut()
        {
            object.insert("content".into(), problem_content());
        }
        self.responses.insert(status.to_owned(), response);
    }

    /// Adds the parameters of a query or path struct.
    pub fn params<T: IntoParams>(&mut self, place: &ParameterIn) {
        for parameter in T::into_params(|| Some(place.clone())) {
            if let Ok(value) = serde_json::to_value(&parameter) {
                self.parameters.push(value);
            }
        }
    }

    /// Adds a request header.
    pub fn header(&mut self, header: &RequestHeader) {
        let RequestHeader { name, required, description, pattern, example } = header;
        let schema = match pattern {
            Some(pattern) => json!({"type": "string", "pattern": pattern}),
            None => json!({"type": "string"}),
        };
        self.parameters.push(json!({
            "name": name, "in": "header", "required": required,
            "description": description, "schema": schema, "example": example,
        }));
    }

    /// Sets a JSON request body.
    pub fn body<T: ToSchema>(&mut self) {
        let schema = self.schema::<T>();
        self.operation.insert(
            "requestBody".into(),
            json!({"required": true, "content": {"application/json": {"schema": schema}}}),
        );
    }

    /// Sets a request body of another media type than JSON.
    pub fn form(&mut self, media_type: &str, schema: &Value) {
        let content = json!({media_type: {"schema": schema}});
        self.operation.insert("requestBody".into(), json!({"required": true, "content": content}));
    }

    /// Adds failures, each as a reference to its shared response, unless the operation describes
    /// them itself.
    pub fn fails(&mut self, statuses: &[u16]) {
        for status in statuses {
            let key = status.to_string();
            let shared = json!({"$ref": format!("#/components/responses/Problem{key}")});
            self.responses.entry(key).or_insert(shared);
        }
    }

    /// Adds a failure with its own description, unless the operation describes it itself.
    pub fn fails_also(&mut self, status: u16, description: &str) {
        let answer = json!({"description": description, "content": problem_content()});
        self.responses.entry(status.to_string()).or_insert(answer);
    }

    /// Adds a success with a JSON body.
    pub fn answers<T: ToSchema>(&mut self, status: u16, description: &str) {
        let schema = self.schema::<T>();
        self.responses.insert(
            status.to_string(),
            json!({"description": description, "content": {"application/json": {"schema": schema}}}),
        );
    }

    /// Adds another media type to the response `status`.
    pub fn answer_also(&mut self, status: u16, media_type: &str, schema: &Value) {
        let response = self.responses.get_mut(&status.to_string());
        let content = response.and_then(|r| r.get_mut("content")).and_then(Value::as_object_mut);
        if let Some(content) = content {
            content.insert(media_type.to_owned(), json!({"schema": schema}));
        }
    }

    /// Adds a success whose body is a file.
    pub fn answers_file(&mut self, status: u16, description: &str) {
        // Every client generator supports this media type; some fail on that of a workbook.
        let schema = json!({"type": "string", "format": "binary"});
        let content = json!({"application/octet-stream": {"schema": schema}});
        let answer = json!({"description": description, "content": content});
        self.responses.insert(status.to_string(), answer);
    }

    /// Adds a response without a body.
    pub fn answers_empty(&mut self, status: u16, description: &str) {
        self.responses.insert(status.to_string(), json!({"description": description}));
    }

    /// Adds a header to the response `status`.
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

    /// Marks the answer as available in CSV and as a workbook.
    pub fn has_formats(&mut self) {
        self.formats = true;
        self.is_file = true;
    }

    /// Marks the answer as a file to download, which pages link to.
    pub fn is_a_file(&mut self) {
        self.is_file = true;
    }

    /// Whether the answer is, or can be, a file to download.
    pub fn is_file(&self) -> bool {
        self.is_file
    }

    /// Whether the answer is available in CSV and as a workbook.
    pub fn formats(&self) -> bool {
        self.formats
    }

    /// States that the operation counts as so many requests in the quotas, and how answers say so.
    pub fn counts_as(&mut self, requests: u32) {
        self.operation.insert("x-quota-requests".into(), json!(requests));
        self.fails(&[429]);
        let successes = self.responses.keys().filter(|status| status.starts_with('2'));
        let successes: Vec<u16> = successes.filter_map(|status| status.parse().ok()).collect();
        for status in successes {
            for (name, description) in QUOTA_HEADERS {
                self.answer_header(status, name, description);
            }
        }
    }

    /// Requires a token whose caller may take one of `actions`; of every caller if there are none.
    ///
    /// States the roles that may, and the scopes of which a machine client needs one. An operation
    /// reserved for people has no scope, and no alternative for machine clients.
    pub fn needs_token(&mut self, actions: &[Action]) {
        let may = |role: &Role| actions.is_empty() || actions.iter().any(|&a| role.may(a));
        let roles: Vec<Role> = Role::ALL.iter().copied().filter(may).collect();
        let scopes: BTreeSet<&str> = actions
            .iter()
            .filter_map(|&action| ClientScope::of(action))
            .map(ClientScope::as_str)
            .collect();
        let mut security = vec![json!({"bearer": []})];
        security.extend(scopes.iter().map(|scope| json!({"oauth": [scope]})));
        if actions.is_empty() {
            security.push(json!({"oauth": []}));
        }
        self.operation.insert("security".into(), json!(security));
        self.operation.insert("x-required-scopes".into(), json!(scopes));
        self.operation.insert("x-roles".into(), json!(roles));
    }

    /// Registers `T` with every schema it refers to; returns a reference to it.
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

/// The body of every failure.
pub(crate) fn problem_content() -> Value {
    json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}})
}

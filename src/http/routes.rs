//! The list of handlers that makes both the router and the document: `routes!` serves a handler at
//! the path and method of its `#[utoipa::path]` and documents it from its signature.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actix_web::http::{Method, header};
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, HttpResponse, Responder, Route, web};
use serde_json::{Map, Value};

use crate::http::format_choice::choose_format;
use crate::http::problem::Problem;
use crate::http::quotas;
use crate::http::schemas::add_parameter_schemas;
use crate::http::signature::{Argument, Entry, Reply};

/// Lists the handlers of one resource: `routes!["projects"; list_projects, get_project]`.
#[macro_export]
macro_rules! routes {
    [$tag:literal; $($handler:ident),+ $(,)?] => {
        pastey::paste! {
            $crate::http::routes::Routes::new($tag)
                $( .serve::<[<__path_ $handler>], _, _>($handler) )+
        }
    };
}

type MakeRoute = Arc<dyn Fn(Method) -> Route + Send + Sync>;

/// A served operation with its description.
struct Served {
    path: String,
    method: Method,
    route: MakeRoute,
    operation: Value,
    is_file: bool,
}

/// Operations of one tag, or of the whole program after merging.
#[derive(Default)]
pub struct Routes {
    tag: &'static str,
    served: Vec<Served>,
    schemas: BTreeMap<String, Value>,
    /// Requests the program makes itself, as OpenAPI describes them.
    webhooks: Map<String, Value>,
    /// Tags in the order of the document, each with its description.
    tags: Vec<(&'static str, &'static str)>,
    /// Schema names used by two different schemas; one would replace the other.
    clashes: BTreeSet<String>,
}

impl Routes {
    /// An empty list whose operations carry `tag`.
    pub fn new(tag: &'static str) -> Self {
        Self { tag, ..Self::default() }
    }

    /// Adds `handler` at the path and method of `P`, documented from its signature.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "handlers are zero-sized")]
    pub fn serve<P, F, A>(mut self, handler: F) -> Self
    where
        P: utoipa::Path,
        F: Handler<A> + Send + Sync,
        A: Argument + FromRequest + 'static,
        F::Output: Reply + Responder + 'static,
    {
        let mut entry = Entry::new(&P::operation(), self.tag);
        A::describe(&mut entry);
        F::Output::describe(&mut entry);
        let has_formats = entry.formats();
        let is_file = entry.is_file();
        entry.counts_as(quotas::cost_of(&P::path()));
        let (operation, schemas) = entry.finish();
        self.add_schemas(schemas);
        for method in P::methods() {
            let method = method_of(&method);
            let handler = handler.clone();
            self.served.push(Served {
                path: P::path(),
                method,
                route: Arc::new(move |method| {
                    let route = web::method(method).to(handler.clone());
                    if has_formats { route.wrap(from_fn(choose_format)) } else { route }
                }),
                operation: operation.clone(),
                is_file,
            });
        }
        self
    }

    /// Both lists in one.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.served.extend(others.served);
        self.add_schemas(others.schemas);
        self.clashes.extend(others.clashes);
        self.webhooks.extend(others.webhooks);
        self
    }

    /// Adds schemas of types that stand in parameters, see [`crate::parameter_types`].
    #[must_use]
    pub fn with_types(self, schemas: BTreeMap<String, Value>) -> Self {
        add_parameter_schemas(schemas);
        self
    }

    /// Adds requests the program makes itself, and the schemas of their bodies.
    #[must_use]
    pub fn with_webhooks(
        mut self,
        webhooks: Map<String, Value>,
        schemas: BTreeMap<String, Value>,
    ) -> Self {
        self.webhooks.extend(webhooks);
        self.add_schemas(schemas);
        self
    }

    /// Sets the tags in the order of the document.
    #[must_use]
    pub fn with_tags(mut self, tags: &[(&'static str, &'static str)]) -> Self {
        self.tags = tags.to_vec();
        self
    }

    /// Tags in the order of the document, each with its description.
    pub fn tags(&self) -> &[(&'static str, &'static str)] {
        &self.tags
    }

    /// Requests the program makes itself.
    pub fn webhooks(&self) -> &Map<String, Value> {
        &self.webhooks
    }

    fn add_schemas(&mut self, schemas: BTreeMap<String, Value>) {
        for (name, schema) in schemas {
            if self.schemas.get(&name).is_some_and(|known| *known != schema) {
                self.clashes.insert(name.clone());
            }
            self.schemas.insert(name, schema);
        }
    }

    /// Schema names used by two different schemas; must be empty.
    pub fn clashes(&self) -> &BTreeSet<String> {
        &self.clashes
    }

    /// Mounts one resource per path, so that a wrong method is answered 405 with `Allow`.
    ///
    /// Fixed segments come before `{parameters}`: `{` sorts after every letter.
    pub fn mount(&self, config: &mut web::ServiceConfig) {
        let mut paths: BTreeMap<&str, Vec<&Served>> = BTreeMap::new();
        for served in &self.served {
            paths.entry(&served.path).or_default().push(served);
        }
        for (path, operations) in paths {
            let mut resource = web::resource(path);
            let mut allowed = vec![Method::OPTIONS];
            for served in operations {
                resource = resource.route((served.route)(served.method.clone()));
                allowed.push(served.method.clone());
                if served.method == Method::GET {
                    // HEAD runs the GET handler; the server leaves the body out.
                    resource = resource.route((served.route)(Method::HEAD));
                    allowed.push(Method::HEAD);
                }
            }
            let allow = allow_header(&mut allowed);
            config.service(resource.default_service(web::route().to(
                move |request: actix_web::HttpRequest| {
                    let answer = other_method(request.method(), &allow);
                    async move { answer }
                },
            )));
        }
    }

    /// Mounts the operations that answer with files a second time, for links on pages.
    pub fn mount_files(&self, config: &mut web::ServiceConfig) {
        let mut files: Vec<_> =
            self.served.iter().filter(|s| s.is_file && s.method == Method::GET).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        for served in files {
            let route = (served.route)(Method::GET);
            config.service(web::resource(served.path.as_str()).route(route));
        }
    }

    /// `(path, method, operation)` of everything served.
    pub fn operations(&self) -> impl Iterator<Item = (&str, String, &Value)> {
        self.served
            .iter()
            .map(|s| (s.path.as_str(), s.method.as_str().to_ascii_lowercase(), &s.operation))
    }

    /// Every schema an operation refers to.
    pub fn schemas(&self) -> &BTreeMap<String, Value> {
        &self.schemas
    }
}

fn allow_header(methods: &mut [Method]) -> String {
    methods.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ")
}

fn other_method(method: &Method, allow: &str) -> HttpResponse {
    if method == Method::OPTIONS {
        return HttpResponse::NoContent().insert_header((header::ALLOW, allow)).finish();
    }
    let mut refused = HttpResponse::from_error(Problem::method_not_allowed(allow));
    if let Ok(value) = header::HeaderValue::from_str(allow) {
        refused.headers_mut().insert(header::ALLOW, value);
    }
    refused
}

fn method_of(method: &utoipa::openapi::path::HttpMethod) -> Method {
    use utoipa::openapi::path::HttpMethod as Documented;
    match method {
        Documented::Get => Method::GET,
        Documented::Post => Method::POST,
        Documented::Put => Method::PUT,
        Documented::Delete => Method::DELETE,
        Documented::Patch => Method::PATCH,
        Documented::Head => Method::HEAD,
        Documented::Options => Method::OPTIONS,
        Documented::Trace => Method::TRACE,
    }
}

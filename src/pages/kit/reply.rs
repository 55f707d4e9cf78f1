//! Responses of page handlers: a page or a redirect.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, LOCATION, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};
use askama::Template;

use crate::http::attempts::HeldBack;
use crate::http::middleware::HasOwnErrorBody;
use crate::http::problem::Problem;
use crate::pages::kit::form::FormErrors;

/// A page, with status 422 if it shows a rejected form.
pub(crate) struct Page<T> {
    view: T,
    status: StatusCode,
    retry_after_seconds: Option<u64>,
}

impl<T: Template> Page<T> {
    /// A page with status 200.
    pub(crate) fn of(view: T) -> Self {
        Self { view, status: StatusCode::OK, retry_after_seconds: None }
    }

    /// A page with a form; status 422 if there are errors.
    pub(crate) fn with_form(view: T, errors: &FormErrors) -> Self {
        let fine = errors.is_empty();
        let status = if fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        Self { status, ..Self::of(view) }
    }

    /// A page with a form that may be sent again later, with the status of `problem`.
    pub(crate) fn to_retry(view: T, problem: &Problem) -> Self {
        let (status, retry_after_seconds) = (problem.status, problem.retry_after_seconds);
        Self { view, status, retry_after_seconds }
    }
}

impl<T: Template> Responder for Page<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        match self.view.render() {
            Ok(html) => {
                let mut answer =
                    HttpResponse::build(self.status).insert_header(ContentType::html()).body(html);
                answer.extensions_mut().insert(HasOwnErrorBody);
                if let Some(seconds) = self.retry_after_seconds {
                    answer.extensions_mut().insert(HeldBack);
                    answer.headers_mut().insert(RETRY_AFTER, seconds.into());
                }
                answer
            }
            Err(error) => Problem::broken(error).error_response(),
        }
    }
}

/// 303 redirect after a form was processed, so that reloading does not send it again.
pub(crate) fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}

/// GET of an address that only accepts forms (after reloading a rejected form): redirects to the
/// parent path.
pub(crate) async fn redirect_to_parent(asked: HttpRequest) -> HttpResponse {
    let path = asked.path().trim_end_matches('/');
    let above = path.rsplit_once('/').map_or("/", |(above, _)| above);
    match asked.query_string() {
        "" => see_other(above),
        query => see_other(&format!("{above}?{query}")),
    }
}

//! Which answers are entries of the access log: refusals and downloads.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;

use crate::domain::access_log::{AccessEntry, AccessKey, AccessKind};
use crate::domain::fold::fold;
use crate::domain::id::ProjectId;
use crate::http::app::App;
use crate::http::caller::caller;
use crate::http::client_address::ClientAddress;
use crate::http::problem::Problem;
use crate::http::quotas;

/// Counts `response` in the access log if it refuses the caller or is a download.
pub(super) fn note_answer(response: &ServiceResponse<BoxBody>, request_id: &str) {
    let Some(app) = response.request().app_data::<Data<App>>() else { return };
    let found = refused(response).or_else(|| exported(response));
    if let Some(Noted { key, rows }) = found {
        let at = app.clock.now();
        app.access.note(AccessEntry { key, at, request_id: request_id.to_owned(), rows });
    }
}

struct Noted {
    key: AccessKey,
    rows: Option<i64>,
}

/// The key of an answer.
fn key(response: &ServiceResponse<BoxBody>, kind: AccessKind) -> AccessKey {
    let request = response.request();
    let user = caller(request).map(|caller| caller.user);
    AccessKey {
        kind,
        account_id: user.as_ref().map(|user| user.id),
        account: user.map_or_else(String::new, |user| fold(&user.username)),
        address: ClientAddress::of(request),
        method: request.method().to_string(),
        // As it is routed, whichever way it was written.
        path: request.match_info().as_str().to_owned(),
        status: response.status().as_u16(),
        code: String::new(),
        project: None,
    }
}

/// A refusal: 401 with a token, 403, a request above a quota, and 404 for a project. Failed log-ins are counted where they
/// fail, with the name.
fn refused(response: &ServiceResponse<BoxBody>) -> Option<Noted> {
    let code = response.response().extensions().get::<Problem>().map(|problem| problem.code);
    let code = code.unwrap_or_default();
    let project = || response.request().match_info().get("project_id")?.parse().ok();
    let project = match response.status() {
        StatusCode::UNAUTHORIZED if code == "token-not-good" => None,
        StatusCode::FORBIDDEN => None,
        StatusCode::TOO_MANY_REQUESTS if code == quotas::EXCEEDED => None,
        // Whether it is another's is found out when the entry is stored.
        StatusCode::NOT_FOUND => Some(ProjectId(project()?)),
        _ => return None,
    };
    let key = AccessKey { code: code.to_owned(), project, ..key(response, AccessKind::Refused) };
    let nobodys_project = key.project.is_some() && key.account_id.is_none();
    (!nobodys_project).then_some(Noted { key, rows: None })
}

/// A download.
fn exported(response: &ServiceResponse<BoxBody>) -> Option<Noted> {
    if response.status() != StatusCode::OK || *response.request().method() != Method::GET {
        return None;
    }
    let code = kind_of_file(response.request().match_info().as_str(), response.headers())?;
    let query = response.request().query_string();
    let mut key = AccessKey { code: code.to_owned(), ..key(response, AccessKind::Exported) };
    if !query.is_empty() {
        key.path = format!("{}?{query}", key.path);
    }
    let rows = response.headers().get("row-count");
    let rows = rows.and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    // The demonstration's front page and the documents are no data of an account.
    key.account_id.is_some().then_some(Noted { key, rows })
}

/// The kind of file that an answer is; `None` if it is none.
fn kind_of_file(path: &str, headers: &HeaderMap) -> Option<&'static str> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok())?;
    if media_type.starts_with("text/csv") {
        return Some("csv");
    }
    if media_type.contains("spreadsheetml") {
        return Some("xlsx");
    }
    if path.ends_with("/exports/oc4ids") {
        return Some("oc4ids");
    }
    let bulletin = path.contains("/bulletins/")
        && (media_type.starts_with("text/html") && is_file_path(path)
            || path.ends_with("/content"));
    if bulletin {
        return Some("bulletin");
    }
    let name = headers.get(CONTENT_DISPOSITION).and_then(|value| value.to_str().ok())?;
    Some(if name.contains(".xlsx") {
        "xlsx"
    } else if name.contains(".csv") {
        "csv"
    } else {
        "file"
    })
}

/// True for operations of the API and their copies for links on pages.
fn is_file_path(path: &str) -> bool {
    path.starts_with(crate::http::PREFIX) || path.starts_with(crate::http::FILES)
}

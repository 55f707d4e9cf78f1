//! Quotas: requests per minute of one account and of one address. Downloads and aggregates count as
//! several requests.
//!
//! Every answer states them in the fields `RateLimit-Policy` and `RateLimit`
//! (draft-ietf-httpapi-ratelimit-headers).

use std::sync::Arc;

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};

use crate::domain::id::UserId;
use crate::domain::words::Words;
use crate::http::attempts::network_of;
use crate::http::buckets::{Buckets, Left};
use crate::http::client_address::ClientAddress;
use crate::http::file_format::{CSV, XLSX};
use crate::http::problem::Problem;
use crate::http::{FILES, PREFIX};

/// Code of the refusal of a request too many.
pub(super) const EXCEEDED: &str = "quota-exceeded";
/// Requests that a download or an import counts as.
pub(super) const DOWNLOAD: u32 = 20;
/// Requests that an aggregate counts as.
const AGGREGATE: u32 = 5;
/// Paths that are answered however often they are asked: probes, metrics and files of the program.
const FREE: [&str; 6] = ["/livez", "/readyz", "/metrics", "/assets/", "/docs", "/openapi"];
/// Operations and pages whose figures are computed from many projects.
const AGGREGATES: [&str; 4] = ["/summaries/", "/digests", "/promises", "/rankings"];

/// The quotas of accounts and addresses.
#[derive(Clone)]
pub(crate) struct Quotas(Arc<Tables>);

struct Tables {
    accounts: Buckets,
    addresses: Buckets,
    sizes: Sizes,
}

/// Requests per minute.
#[derive(Clone, Copy)]
struct Sizes {
    account: u32,
    address: u32,
}

/// Request extension: what is left of the quotas that the request was counted in.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    account: Option<Left>,
    address: Option<Left>,
}

impl Quotas {
    /// Quotas of so many requests per minute of one account and of one address.
    pub(crate) fn new(per_account: u32, per_address: u32) -> Self {
        Self(Arc::new(Tables {
            accounts: Buckets::new(per_account),
            addresses: Buckets::new(per_address),
            sizes: Sizes { account: per_account, address: per_address },
        }))
    }

    /// Counts a request in the quota of its address.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub(super) fn count_address(&self, request: &ServiceRequest) -> Result<(), Problem> {
        let path = request.match_info().as_str();
        if FREE.iter().any(|free| path.starts_with(free)) {
            return Ok(());
        }
        let network = network_of(&ClientAddress::of(request));
        let left = self.0.addresses.take_some(&network, cost(request));
        note(request, |counted| counted.address = Some(left.unwrap_or_else(empty)));
        left.map(drop).map_err(exceeded)
    }

    /// Counts a request in the quota of the account that calls.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub(super) fn count_account(
        &self,
        request: &ServiceRequest,
        account: UserId,
    ) -> Result<(), Problem> {
        let left = self.0.accounts.take_some(&account.0, cost(request));
        note(request, |counted| counted.account = Some(left.unwrap_or_else(empty)));
        left.map(drop).map_err(exceeded)
    }

    /// Writes the fields of the quotas that `request` was counted in.
    pub(super) fn write_headers(&self, request: &impl HttpMessage, headers: &mut HeaderMap) {
        let Some(Counted { account, address }) = request.extensions().get::<Counted>().copied()
        else {
            return;
        };
        let Sizes { account: per_account, address: per_address } = self.0.sizes;
        let mut policies = Vec::new();
        let mut rests = Vec::new();
        for (name, size, left) in
            [("account", per_account, account), ("address", per_address, address)]
        {
            if let Some(Left { tokens, full_in_seconds }) = left {
                policies.push(format!("\"{name}\";q={size};w=60"));
                rests.push(format!("\"{name}\";r={tokens};t={full_in_seconds}"));
            }
        }
        for (name, values) in [("ratelimit-policy", policies), ("ratelimit", rests)] {
            if let Ok(value) = HeaderValue::from_str(&values.join(", ")) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

fn note(request: &ServiceRequest, change: impl FnOnce(&mut Counted)) {
    let mut counted = request.extensions().get::<Counted>().copied().unwrap_or_default();
    change(&mut counted);
    request.extensions_mut().insert(counted);
}

/// Nothing is left for so many seconds.
fn empty(full_in_seconds: u64) -> Left {
    Left { tokens: 0, full_in_seconds }
}

fn exceeded(seconds: u64) -> Problem {
    let detail = Words::new(
        format!("请求过于频繁，请 {seconds} 秒后再试；配额见响应头 RateLimit-Policy。"),
        format!(
            "Too many requests. Try again in {seconds} s; the header RateLimit-Policy has the quota."
        ),
    );
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, EXCEEDED, detail);
    Problem { retry_after_seconds: Some(seconds), ..problem }
}

/// Requests that `request` counts as.
fn cost(request: &ServiceRequest) -> u32 {
    // As it is routed, whichever way it was written.
    let path = request.match_info().as_str();
    let formats = ["format=csv", "format=xlsx"];
    let mut pairs = request.query_string().split('&');
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    let is_file = path.starts_with(FILES)
        || pairs.any(|pair| formats.contains(&pair))
        || accepted.is_some_and(|kinds| kinds.contains(CSV) || kinds.contains(XLSX));
    if is_file { DOWNLOAD } else { cost_of(path.strip_prefix(PREFIX).unwrap_or(path)) }
}

/// Requests that an operation or page counts as, when it does not answer with a file.
pub(super) fn cost_of(path: &str) -> u32 {
    if path.starts_with("/exports/") || path.starts_with("/imports") {
        DOWNLOAD
    } else if path == "/" || AGGREGATES.iter().any(|prefix| path.starts_with(prefix)) {
        AGGREGATE
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn downloads_and_aggregates_count_dearer() {
        for (uri, expected) in [
            ("/api/v1/projects?limit=5", 1),
            ("/projects", 1),
            ("/api/v1/summaries/trend?year=2021", 5),
            ("/api/v1/digests?year=2021", 5),
            ("/?year=2021", 5),
            ("/promises", 5),
            ("/api/v1/projects?limit=5&format=csv", 20),
            ("/api/v1/summaries/trend?year=2021&format=xlsx", 20),
            ("/api/v1/exports/oc4ids?year=2021", 20),
            ("/api/v1/imports?kind=projects", 20),
            ("/files/projects", 20),
        ] {
            assert_eq!(cost(&TestRequest::with_uri(uri).to_srv_request()), expected, "{uri}");
        }
        let accepts = TestRequest::with_uri("/api/v1/projects").insert_header((ACCEPT, "text/csv"));
        assert_eq!(cost(&accepts.to_srv_request()), 20);
    }
}

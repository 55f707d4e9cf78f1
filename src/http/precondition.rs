//! `If-Match` and `If-None-Match`: the version a change was made from.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest};

use crate::domain::words::Words;
use crate::http::problem::Problem;
use crate::http::signature::{Argument, Entry, RequestHeader};
use crate::usecases::precondition::Precondition;

/// The header that names the version to change.
const IF_MATCH_HEADER: RequestHeader = RequestHeader {
    name: "If-Match",
    required: true,
    description: "The ETag of the version that was read and changed, such as `\"3\"`.",
    pattern: Some(r#"^"[0-9]{1,18}"$"#),
    example: "\"3\"",
};

fn invalid_version(header: &HeaderName) -> Problem {
    let detail = Words::new(
        "If-Match 应为读取时返回的 ETag（如 \"3\"）；新建用 If-None-Match: *，两者只能给一个。",
        "If-Match takes the ETag that was read, such as \"3\"; If-None-Match takes `*` to create. Give one of them.",
    );
    Problem::bad_header(header, "no-version", detail)
}

/// The version a change was made from. Without the header the answer is 428.
#[derive(Clone, Copy, Debug)]
pub struct IfMatch(pub i64);

impl Argument for IfMatch {
    fn describe(entry: &mut Entry) {
        entry.header(&IF_MATCH_HEADER);
        entry.fails(&[400, 412, 428]);
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match text(request.headers(), &IF_MATCH) {
            None => Err(Problem::precondition_required("If-Match")),
            Some(tag) => version(tag).map(Self).ok_or_else(|| invalid_version(&IF_MATCH)),
        })
    }
}

impl Argument for Precondition {
    fn describe(entry: &mut Entry) {
        entry.header(&RequestHeader {
            name: "If-None-Match",
            required: false,
            description: "`*` to create; refused if it exists. Send this or `If-Match`.",
            pattern: Some(r"^\*$"),
            example: "*",
        });
        entry.header(&RequestHeader {
            required: false,
            description: "The ETag of the version that was read, to change it. Send this or `If-None-Match`.",
            ..IF_MATCH_HEADER
        });
        entry.fails(&[400, 412, 428]);
    }
}

impl FromRequest for Precondition {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers = request.headers();
        ready(match (text(headers, &IF_NONE_MATCH), text(headers, &IF_MATCH)) {
            (Some("*"), None) => Ok(Self::Absent),
            (None, Some(tag)) => {
                version(tag).map(Self::Version).ok_or_else(|| invalid_version(&IF_MATCH))
            }
            (None, None) => Err(Problem::precondition_required("If-None-Match: * / If-Match")),
            (Some(_), _) => Err(invalid_version(&IF_NONE_MATCH)),
        })
    }
}

/// Whether the caller already has `version` (`If-None-Match` on a read).
pub fn holds(headers: &HeaderMap, version: i64) -> bool {
    text(headers, &IF_NONE_MATCH).is_some_and(|tags| {
        tags == "*" || tags.split(',').any(|tag| weak_version(tag) == Some(version))
    })
}

/// The strong ETag of a version: the number in quotes.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// A header's value; empty if it is not ASCII, so that it is refused and not taken for absent.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default().trim())
}

fn version(tag: &str) -> Option<i64> {
    let digits = tag.strip_prefix('"')?.strip_suffix('"')?;
    digits.parse().ok().filter(|v: &i64| *v > 0)
}

/// A read compares weakly (RFC 9110, 13.1.2), because a proxy that compresses an answer weakens
/// its tag.
fn weak_version(tag: &str) -> Option<i64> {
    let tag = tag.trim();
    version(tag.strip_prefix("W/").unwrap_or(tag))
}

#[cfg(test)]
mod tests {
    use super::{etag, version, weak_version};

    #[test]
    fn only_a_quoted_positive_number_is_a_version() {
        assert_eq!(version(&etag(7)), Some(7));
        for bad in ["7", "\"\"", "\"x\"", "W/\"7\"", "*", "\"-1\"", "\"0\""] {
            assert_eq!(version(bad), None, "{bad}");
        }
        assert_eq!(weak_version(" W/\"7\""), Some(7));
    }
}

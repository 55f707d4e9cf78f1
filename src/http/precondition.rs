//! `If-Match` and `If-None-Match`: the version a change was made from.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest};

use crate::domain::words::Words;
use crate::http::problem::Problem;
use crate::http::signature::{Argument, Entry, RequestHeader};
use crate::usecases::precondition::{Expected, Precondition};

/// The header that names the version to change.
const IF_MATCH_HEADER: RequestHeader = RequestHeader {
    name: "If-Match",
    required: true,
    description: "The ETag of the version that was read and changed, such as `\"3\"`; a list of up to 8; or `*` \
        for any version.",
    pattern: Some(r#"^(\*|(W/)?"[^"]*"([ \t]*,[ \t]*(W/)?"[^"]*")*)$"#),
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
pub(crate) struct IfMatch(pub Expected);

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
            Some(tags) => expected(&tags).map(Self).ok_or_else(|| invalid_version(&IF_MATCH)),
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
            (Some(list), None) if list == "*" => Ok(Self::Absent),
            (None, Some(tags)) => {
                expected(&tags).map(Self::Version).ok_or_else(|| invalid_version(&IF_MATCH))
            }
            (None, None) => Err(Problem::precondition_required("If-None-Match: * / If-Match")),
            (Some(_), _) => Err(invalid_version(&IF_NONE_MATCH)),
        })
    }
}

/// Whether the caller already has `version` (`If-None-Match` on a read).
pub(crate) fn holds(headers: &HeaderMap, version: i64) -> bool {
    text(headers, &IF_NONE_MATCH).is_some_and(|list| {
        let held = tags(&list).unwrap_or_default();
        list == "*" || held.into_iter().any(|tag| self::version(tag) == Some(version))
    })
}

/// The strong ETag of a version: the number in quotes.
pub(crate) fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The lines of a header as one list; `None` without the header.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<_> = headers.get_all(name).map(|line| line.to_str().unwrap_or("?")).collect();
    (!lines.is_empty()).then(|| lines.join(",").trim().to_owned())
}

/// The versions that `If-Match` lists; `None` if it cannot be read or has no tag of ours.
///
/// Weak tags count too, against RFC 9110, 13.1.1: a proxy that compresses an answer weakens its
/// tag, and our tag is a number that stands for the state and not for the bytes.
fn expected(text: &str) -> Option<Expected> {
    if text == "*" {
        return Some(Expected::Any);
    }
    let versions: Vec<i64> = tags(text)?.into_iter().filter_map(version).collect();
    Expected::one_of(Some(&versions).filter(|versions| !versions.is_empty())?)
}

/// The opaque texts of a list of entity tags; `None` if it is none. A text may contain commas.
fn tags(list: &str) -> Option<Vec<&str>> {
    let mut tags = Vec::new();
    let mut rest = list.trim();
    loop {
        let opaque = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?;
        let (tag, after) = opaque.split_once('"')?;
        tags.push(tag);
        rest = match after.trim_start() {
            "" => return Some(tags),
            after => after.strip_prefix(',')?.trim_start(),
        };
    }
}

/// The version in a tag of ours. Apache's compression adds its name to the tag.
fn version(tag: &str) -> Option<i64> {
    let digits = tag.strip_suffix("-gzip").or_else(|| tag.strip_suffix("-br")).unwrap_or(tag);
    let digits = Some(digits).filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
    digits?.parse().ok().filter(|v: &i64| *v > 0)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn versions(list: &[i64]) -> Option<Expected> {
        Expected::one_of(list)
    }

    #[test]
    fn if_match_takes_lists_weak_tags_and_the_star() {
        for (text, expects) in [
            (etag(7).as_str(), versions(&[7])),
            ("W/\"7\"", versions(&[7])),
            ("\"7\", W/\"8\"", versions(&[7, 8])),
            ("\"7\",\"8\"", versions(&[7, 8])),
            ("\"7-gzip\"", versions(&[7])),
            ("*", Some(Expected::Any)),
            // Tags of others match nothing.
            ("\"a,b\", \"3\"", versions(&[3])),
        ] {
            assert_eq!(expected(text), expects, "{text}");
        }
        for bad in
            ["", "7", "\"7", "7\"", "\"7\" \"8\"", "\"7\",", "w/\"7\"", "*, \"7\"", "\"7\", *"]
        {
            assert_eq!(expected(bad), None, "{bad}");
        }
        assert_eq!(expected(&["\"1\""; 9].join(",")), None);
    }

    #[test]
    fn if_none_match_compares_weakly_with_each_tag_of_its_lines() {
        let held = |lines: &[&'static str], version| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(IF_NONE_MATCH, HeaderValue::from_static(line));
            }
            holds(&headers, version)
        };

        assert!(held(&["W/\"7\""], 7) && held(&["\"6\", \"7\""], 7) && held(&["*"], 7));
        assert!(held(&["\"6\"", "W/\"7\""], 7));
        assert!(!held(&["\"6\""], 7) && !held(&["7"], 7) && !held(&[], 7));
    }
}

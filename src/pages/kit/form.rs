//! Form submissions: bounded in size, same-site, and with the CSRF token of the session.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{HOST, HeaderName, ORIGIN};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use chrono::{Days, NaiveDate};
use serde_json::{Map, Value};

use crate::domain::words::{Language, Words};
use crate::http::app::App;
use crate::http::body::{self, BodyLimits};
use crate::http::caller::caller;
use crate::http::free_text;
use crate::http::plain_text::{Pair, pairs};
use crate::http::problem::Problem;

/// Maximum size of a form, in bytes.
const LONGEST: usize = 262_144;

/// Name of the hidden field with the CSRF token.
pub(crate) const PROOF: &str = "proof";

/// Fields of a form, in the order sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Parses an `application/x-www-form-urlencoded` body.
    ///
    /// # Errors
    /// 422 that names every field that is not UTF-8 or contains U+0000.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Problem> {
        let pairs = pairs(body, '/').map_err(Problem::invalid)?;
        Ok(Self(pairs.into_iter().map(|Pair { name, value }| (name, value)).collect()))
    }

    /// All fields as a JSON object; of a repeated one the last.
    fn to_json(&self) -> Value {
        self.0.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
    }

    /// A field, trimmed; `None` if empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// True if a field was sent, even if empty.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// A field without trimming, for passwords; empty if missing.
    pub(crate) fn exact(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// All values of a repeated field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.trim())
    }

    /// These fields as a JSON request body for a creation. Empty fields are left out; invalid
    /// values are passed on, so that the API's validation reports them.
    pub(crate) fn body(&self, names: &[&str]) -> Value {
        let said = names.iter().filter_map(|name| Some(((*name).to_owned(), self.get(name)?)));
        Value::Object(said.map(|(name, value)| (name, value.into())).collect::<Map<_, _>>())
    }

    /// These fields as a JSON request body for a change: empty fields become `null`, because an
    /// absent field means "unchanged".
    pub(crate) fn change(&self, names: &[&str]) -> Value {
        let value = |name: &str| self.get(name).map_or(Value::Null, Into::into);
        Value::Object(names.iter().map(|name| ((*name).to_owned(), value(name))).collect())
    }

    /// A field as an integer.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }
}

/// Sets a field of `body`.
#[must_use]
pub(crate) fn with(mut body: Value, name: &str, value: impl Into<Value>) -> Value {
    if let Value::Object(fields) = &mut body {
        fields.insert(name.to_owned(), value.into());
    }
    body
}

/// Converts fields of `body` to integers. Invalid ones stay strings, so that the API's validation
/// reports them by name.
#[must_use]
pub(crate) fn with_numbers(body: Value, names: &[&str]) -> Value {
    names.iter().fold(body, |body, name| {
        let text = body.get(name).and_then(Value::as_str);
        match text.and_then(|text| text.parse::<i64>().ok()) {
            Some(number) => with(body, name, number),
            None => body,
        }
    })
}

/// The end of a day in China time, as an RFC 3339 instant. Invalid dates are passed on to the API's
/// validation.
pub(crate) fn end_of(day: &str) -> String {
    let next = day.parse::<NaiveDate>().ok().and_then(|day| day.checked_add_days(Days::new(1)));
    next.map_or_else(|| day.to_owned(), |next| format!("{next}T00:00:00+08:00"))
}

/// A form sent by a logged-in visitor; its CSRF token is verified.
pub(crate) struct Form(pub Fields);

/// A form that needs no session, such as log-in.
pub(crate) struct OpenForm(pub Fields);

/// 403: missing or wrong CSRF token.
fn not_ours() -> Problem {
    let detail = Words::new(
        "表单已失效或来自其他网站，未执行任何操作。请返回页面，刷新后重新提交；若始终如此，请管理员检查反向代理是否原样转发 Host。",
        "This form has expired or comes from another site; nothing was changed. Go back, reload the page and submit again. If the error persists, ask the administrator to check that the reverse proxy forwards the Host header.",
    );
    Problem::new(StatusCode::FORBIDDEN, "form-not-ours", detail)
}

/// Rejects cross-site requests by `Sec-Fetch-Site` and `Origin`, if the browser sends them.
fn same_site(request: &HttpRequest) -> Result<(), Problem> {
    let header = |name: HeaderName| request.headers().get(name).and_then(|v| v.to_str().ok());
    let origin = header(ORIGIN);
    let host = header(HOST);
    let fetch = header(HeaderName::from_static("sec-fetch-site"));
    let from_here = match (origin, host) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, origin)| origin == host)
        }
        (Some(_), None) => false,
        (None, _) => true,
    };
    let fetched_here = fetch.is_none_or(|site| matches!(site, "same-origin" | "none"));
    if from_here && fetched_here { Ok(()) } else { Err(not_ours()) }
}

type Reading<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

fn read(request: &HttpRequest, payload: &mut Payload) -> Reading<Fields> {
    let limits = BodyLimits::of(request, |_| LONGEST);
    let (request, payload) = (request.clone(), payload.take());
    Box::pin(async move { Fields::parse(&body::bytes(&request, payload, limits?).await?) })
}

impl FromRequest for OpenForm {
    type Error = Problem;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let here = same_site(request);
        let fields = read(request, payload);
        Box::pin(async move {
            here?;
            fields.await.map(Self)
        })
    }
}

impl FromRequest for Form {
    type Error = Problem;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let here = same_site(request);
        let fields = read(request, payload);
        let request = request.clone();
        let who = caller(&request);
        let app = request.app_data::<Data<App>>().cloned();
        Box::pin(async move {
            here?;
            let fields = fields.await?;
            free_text::check(&request, &fields.to_json());
            let proven = who.zip(app).is_some_and(|(who, app)| {
                app.tokens.proves(who.session, fields.get(PROOF).unwrap_or(""))
            });
            if proven { Ok(Self(fields)) } else { Err(not_ours()) }
        })
    }
}

/// Validation errors of a form, to be shown with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct FormErrors {
    /// Errors of the form as a whole.
    pub general: Vec<String>,
    fields: Vec<(String, String)>,
}

impl FormErrors {
    /// Errors of `problem` in `language`: by field if it names fields, else of the form as a whole.
    ///
    /// # Errors
    /// The problem itself, if the visitor cannot fix it by correcting the form.
    pub(crate) fn from_problem(problem: Problem, language: Language) -> Result<Self, Problem> {
        match problem.status.as_u16() {
            409 | 412 | 422 | 429 => {}
            400 if problem.errors.iter().any(|e| e.pointer.starts_with('/')) => {}
            _ => return Err(problem),
        }
        if problem.errors.is_empty() {
            return Ok(Self { general: vec![problem.detail.say(language)], fields: Vec::new() });
        }
        let said = problem.errors.iter().map(|e| {
            let field = e.pointer.trim_start_matches('/').to_owned();
            (field, e.words.say(language))
        });
        Ok(Self { general: Vec::new(), fields: said.collect() })
    }

    /// An error of one field, found by the page itself.
    pub(crate) fn of_field(field: &str, words: &Words, language: Language) -> Self {
        Self { general: Vec::new(), fields: vec![(field.to_owned(), words.say(language))] }
    }

    /// An error of the form as a whole, found by the page itself.
    pub(crate) fn of_form(words: &Words, language: Language) -> Self {
        Self { general: vec![words.say(language)], fields: Vec::new() }
    }

    /// Errors of `field` or of its parts.
    pub(crate) fn of(&self, field: &str) -> Vec<&str> {
        let part = format!("{field}/");
        let of = |name: &str| name == field || name.starts_with(&part);
        self.fields.iter().filter(|(name, _)| of(name)).map(|(_, words)| words.as_str()).collect()
    }

    /// General errors, and errors of fields that the form does not show, so that none is lost.
    pub(crate) fn others(&self, shown: &[&str]) -> Vec<String> {
        let seen =
            |name: &str| shown.iter().any(|s| name == *s || name.starts_with(&format!("{s}/")));
        let rest = self.fields.iter().filter(|(name, _)| !seen(name));
        let said = |(name, words): &(String, String)| {
            if name.is_empty() { words.clone() } else { format!("{name}: {words}") }
        };
        self.general.iter().cloned().chain(rest.map(said)).collect()
    }

    /// True if there are no errors.
    pub(crate) fn is_empty(&self) -> bool {
        self.general.is_empty() && self.fields.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{end_of, with_numbers};

    #[test]
    fn a_day_ends_at_midnight_in_china() {
        assert_eq!(end_of("2021-07-31"), "2021-08-01T00:00:00+08:00");
        assert_eq!(end_of("soon"), "soon");
    }

    #[test]
    fn numbers_are_converted_and_other_text_is_passed_on() {
        let body = json!({"unit_id": "7", "area_id": "x", "name": "8", "none": null});
        let read = with_numbers(body, &["unit_id", "area_id", "none", "absent"]);
        assert_eq!(read, json!({"unit_id": 7, "area_id": "x", "name": "8", "none": null}));
    }
}

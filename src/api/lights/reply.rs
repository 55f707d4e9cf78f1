//! Replies whose headers, as release 0.1.0 sent them, do not follow from the fields of the stored
//! answer.

use serde_json::Value;

use crate::http::PREFIX;
use crate::http::reply::{Created, Tagged};
use crate::http::signature::{Entry, Reply};
use crate::http::stored::{Format1Headers, Outcome, StoredReply};
use crate::usecases::lights::overrides::LightOverrideView;
use crate::usecases::lights::rules::YearRules;
use crate::usecases::refusal::Refusal;

/// 201 with a new light override, located in the project's list.
pub struct CreatedOverride(pub Created<LightOverrideView>);

impl Reply for CreatedOverride {
    fn describe(entry: &mut Entry) {
        Created::<LightOverrideView>::describe(entry);
    }
}

impl Outcome for CreatedOverride {
    const STATUS: u16 = Created::<LightOverrideView>::STATUS;

    fn sent(&self) -> Result<StoredReply, Refusal> {
        self.0.sent()
    }

    fn headers_of_format_1(_answer: &Value, path: &str) -> Format1Headers {
        Format1Headers { location: Some(path.to_owned()), version: Some(1) }
    }
}

/// 200 with a withdrawn light override.
pub struct WithdrawnOverride(pub LightOverrideView);

impl Reply for WithdrawnOverride {
    fn describe(entry: &mut Entry) {
        Tagged::<LightOverrideView>::describe(entry);
    }
}

impl Outcome for WithdrawnOverride {
    const STATUS: u16 = Tagged::<LightOverrideView>::STATUS;

    fn sent(&self) -> Result<StoredReply, Refusal> {
        Tagged(self.0.clone()).sent()
    }

    fn headers_of_format_1(_answer: &Value, _path: &str) -> Format1Headers {
        Format1Headers { location: None, version: Some(2) }
    }
}

/// 201 with the rules of a year, located at the year.
pub struct CreatedRules(pub YearRules);

impl CreatedRules {
    fn location(year: impl std::fmt::Display) -> String {
        format!("/rules/{year}")
    }
}

impl Reply for CreatedRules {
    fn describe(entry: &mut Entry) {
        Created::<YearRules>::describe(entry);
    }
}

impl Outcome for CreatedRules {
    const STATUS: u16 = Created::<YearRules>::STATUS;

    fn sent(&self) -> Result<StoredReply, Refusal> {
        Created { view: self.0.clone(), location: Self::location(self.0.year) }.sent()
    }

    fn headers_of_format_1(answer: &Value, _path: &str) -> Format1Headers {
        let year = answer.get("year").and_then(Value::as_i64);
        let location = year.map(|year| format!("{PREFIX}{}", Self::location(year)));
        Format1Headers { location, version: answer.get("version").and_then(Value::as_i64) }
    }
}

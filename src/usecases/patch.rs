//! Changes to a thing as a JSON merge patch (RFC 7396) of its input.
//!
//! `Patch<AreaInput>` is the body of a PATCH: every field of `AreaInput` that may be changed, all
//! optional. Absent fields stay; null clears a field that may be null. [`Patch::merged`] gives the
//! input the thing would have been created with after the change; it then takes the same way as a
//! new one: parse, decide, save.
//!
//! To make an input patchable, derive `Serialize` and `Deserialize` for it, implement
//! [`Patchable`], and convert the stored thing into it (`impl From<&Area> for AreaInput`).

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::usecases::refusal::Refusal;

/// An input whose fields can be changed one by one.
pub(crate) trait Patchable: Serialize + DeserializeOwned + ToSchema {
    /// Name of the patch's schema in the document.
    const SCHEMA: &'static str;
    /// Description of the patch's schema.
    const DESCRIPTION: &'static str;
    /// Fields that cannot be changed after creation.
    const FIXED: &'static [&'static str];

    /// An example of a patch.
    fn patch_sample() -> Value;
}

/// Changes to the fields of an `I`.
#[derive(Clone, Debug)]
pub(crate) struct Patch<I> {
    fields: Map<String, Value>,
    input: PhantomData<I>,
}

impl<I: Patchable> Patch<I> {
    /// Whether the patch names `field`.
    pub(crate) fn names(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// `current` with the given fields replaced.
    ///
    /// # Errors
    /// Invalid when the result is no `I`, for reasons a schema cannot state.
    pub(crate) fn merged(&self, current: &I) -> Result<I, Refusal> {
        let current = serde_json::to_value(current).map_err(Refusal::broken)?;
        let Value::Object(mut merged) = current else {
            return Err(Refusal::broken("an input is an object"));
        };
        merged.extend(self.fields.clone());
        serde_json::from_value(Value::Object(merged)).map_err(|e| {
            let words = Words::new(format!("内容不符合要求：{e}。"), format!("{e}."));
            Refusal::invalid(vec![FieldError::new(String::new(), "wrong", words)])
        })
    }
}

impl<'de, I> Deserialize<'de> for Patch<I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Map::deserialize(deserializer)?;
        Ok(Self { fields, input: PhantomData })
    }
}

impl<I: Patchable> PartialSchema for Patch<I> {
    fn schema() -> RefOr<Schema> {
        let RefOr::T(Schema::Object(mut object)) = I::schema() else {
            return I::schema();
        };
        object.required.clear();
        for fixed in I::FIXED {
            object.properties.shift_remove(*fixed);
        }
        object.properties.values_mut().for_each(remove_default);
        object.description = Some(I::DESCRIPTION.to_owned());
        object.example = Some(I::patch_sample());
        object.into()
    }
}

/// A patch has no defaults: an absent field stays as it is.
fn remove_default(property: &mut RefOr<Schema>) {
    match property {
        RefOr::Ref(reference) => reference.default = None,
        RefOr::T(Schema::Object(object)) => object.default = None,
        RefOr::T(_) => {}
    }
}

impl<I: Patchable> ToSchema for Patch<I> {
    fn name() -> Cow<'static, str> {
        I::SCHEMA.into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        I::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Input {
        code: String,
        #[serde(default)]
        note: Option<String>,
        #[schema(default = 7)]
        position: i32,
    }

    impl Patchable for Input {
        const SCHEMA: &'static str = "Changed";
        const DESCRIPTION: &'static str = "Changes.";
        const FIXED: &'static [&'static str] = &["code"];

        fn patch_sample() -> Value {
            json!({"position": 2})
        }
    }

    fn input() -> Input {
        Input { code: "a".to_owned(), note: Some("n".to_owned()), position: 1 }
    }

    #[test]
    fn absent_keeps_and_null_clears() {
        let patch: Patch<Input> = serde_json::from_value(json!({"note": null})).unwrap();

        let merged = patch.merged(&input()).unwrap();

        assert_eq!(merged, Input { note: None, ..input() });
        assert!(patch.names("note") && !patch.names("position"));
    }

    #[test]
    fn the_schema_has_the_changeable_fields_and_requires_none() {
        let schema = serde_json::to_value(Patch::<Input>::schema()).unwrap();

        assert_eq!(schema["required"], Value::Null);
        let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["note", "position"]);
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["properties"]["position"]["default"], Value::Null);
    }
}

//! Strict JSON: the top level is an object and no name occurs twice.
//!
//! `serde_json` keeps the last of two equal names and takes an array for a struct, so that two
//! programs could read one body differently.

use std::cell::Cell;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Most values in a body. Each wrong one is an error, which takes many times its size.
const MOST_VALUES: usize = 50_000;

thread_local! {
    /// Values that the reading under way on this thread may still find.
    static LEFT: Cell<usize> = const { Cell::new(0) };
    /// Values that it may find in all.
    static MOST: Cell<usize> = const { Cell::new(0) };
}

/// Reads an object, refusing duplicate names at any depth.
pub(super) fn object(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    object_of(bytes, MOST_VALUES)
}

/// Reads an object of at most `most` values, refusing duplicate names at any depth.
pub(super) fn object_of(bytes: &[u8], most: usize) -> Result<Value, serde_json::Error> {
    LEFT.set(most);
    MOST.set(most);
    let Strict(value) = serde_json::from_slice(bytes)?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(Error::custom("the top level must be an object"))
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let left = LEFT.get().checked_sub(1);
        LEFT.set(left.ok_or_else(|| {
            D::Error::custom(format!("there are more than {} values", MOST.get()))
        })?);
        deserializer.deserialize_any(Reader).map(Strict)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("a number out of range"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let Strict(value) = entries.next_value()?;
            if map.contains_key(&name) {
                return Err(Error::custom(format!("the name {name:?} stands twice")));
            }
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::object;

    #[test]
    fn duplicates_and_lists_are_refused() {
        for (body, says) in [
            (r#"{"a": 1, "a": 2}"#, "stands twice"),
            (r#"{"a": {"b": 1, "b": 1}}"#, "stands twice"),
            ("[1]", "must be an object"),
            ("null", "must be an object"),
            (r#"{"a": 1} trailing"#, "trailing"),
        ] {
            let error = object(body.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says), "{body}: {error}");
        }
        let many = format!(r#"{{"a": [{}0]}}"#, "0,".repeat(50_000));
        assert!(object(many.as_bytes()).unwrap_err().to_string().contains("more than 50000"));
        let deep = format!("{}{}", r#"{"a":"#.repeat(200), "}".repeat(200));
        assert!(object(deep.as_bytes()).unwrap_err().to_string().contains("recursion limit"));
    }

    #[test]
    fn a_plain_object_is_read_whole() {
        let body = r#"{"a": [1, -2, 2.5, null, true, "x"], "b": {"c": "d"}}"#;

        assert_eq!(
            object(body.as_bytes()).unwrap(),
            serde_json::from_str::<serde_json::Value>(body).unwrap()
        );
    }
}

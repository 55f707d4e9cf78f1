//! The columns of a file: their names from the schema of the items, and their order.

use std::collections::{BTreeMap, HashMap};

use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayItems, Object, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};

/// Names of columns in their order, such as `planned.annual_wan`.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    /// Number of each column in the order they were met.
    numbers: HashMap<String, usize>,
    /// Names in the order of the file.
    names: Vec<String>,
}

impl Columns {
    /// Adds the names that are not known yet, each behind the one before it in `names`.
    pub(super) fn learn<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        let mut last: Option<&str> = None;
        for name in names {
            if !self.numbers.contains_key(name) {
                let place = last.and_then(|last| self.names.iter().position(|n| n == last));
                self.names.insert(place.map_or(0, |place| place + 1), name.to_owned());
                self.numbers.insert(name.to_owned(), self.numbers.len());
            }
            last = Some(name);
        }
    }

    /// The names in the order of the file.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Place of each column in the file, by name.
    pub(super) fn places(&self) -> HashMap<&str, usize> {
        self.names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect()
    }
}

/// Columns of a list of `T` by its schema; a list of objects has those of its first entry.
pub(super) fn columns_of<T: ToSchema>() -> Vec<String> {
    let mut named = Vec::new();
    T::schemas(&mut named);
    let mut walk = SchemaWalk {
        named: named.into_iter().collect(),
        open: vec![T::name().into_owned()],
        columns: Vec::new(),
    };
    walk.add("", &T::schema());
    walk.columns
}

struct SchemaWalk {
    /// Schemas by name.
    named: BTreeMap<String, RefOr<Schema>>,
    /// Names of the schemas that are being walked, so that one inside itself ends the walk.
    open: Vec<String>,
    columns: Vec<String>,
}

impl SchemaWalk {
    fn add(&mut self, path: &str, schema: &RefOr<Schema>) {
        match schema {
            RefOr::T(schema) => self.add_schema(path, schema),
            RefOr::Ref(named) => self.add_named(path, named),
        }
    }

    fn add_named(&mut self, path: &str, reference: &Ref) {
        let name = reference.ref_location.rsplit('/').next().unwrap_or_default().to_owned();
        if self.open.contains(&name) {
            return;
        }
        match self.named.get(&name).cloned() {
            Some(schema) => {
                self.open.push(name);
                self.add(path, &schema);
                self.open.pop();
            }
            None => self.add_column(path),
        }
    }

    fn add_schema(&mut self, path: &str, schema: &Schema) {
        match schema {
            Schema::Object(object) => self.add_object(path, object),
            Schema::Array(array) => self.add_array(path, &array.items),
            Schema::OneOf(one) => self.add_choices(path, &one.items),
            Schema::AnyOf(any) => self.add_choices(path, &any.items),
            Schema::AllOf(all) => {
                // utoipa puts flattened parts before the fields of the type itself.
                for part in all.items.iter().rev() {
                    self.add(path, part);
                }
            }
            _ => self.add_column(path),
        }
    }

    fn add_object(&mut self, path: &str, object: &Object) {
        for (name, inner) in &object.properties {
            // Warnings that are not always there are left out of lists.
            if path.is_empty() && name == "warnings" && !object.required.contains(name) {
                continue;
            }
            let separator = if path.is_empty() { "" } else { "." };
            self.add(&format!("{path}{separator}{name}"), inner);
        }
        // Fields by free names: only the rows know them.
        if object.properties.is_empty() && object.additional_properties.is_none() {
            self.add_column(path);
        }
    }

    fn add_array(&mut self, path: &str, items: &ArrayItems) {
        let ArrayItems::RefOrSchema(items) = items else { return self.add_column(path) };
        let before = self.columns.len();
        self.add(&format!("{path}.1"), items);
        // A list of plain values is one cell.
        if self.columns.get(before) == Some(&format!("{path}.1")) {
            self.columns.truncate(before);
            self.add_column(path);
        }
    }

    fn add_choices(&mut self, path: &str, choices: &[RefOr<Schema>]) {
        for choice in choices {
            if !is_null(choice) {
                self.add(path, choice);
            }
        }
    }

    fn add_column(&mut self, path: &str) {
        // A part of the row whose fields only the rows know.
        if path.is_empty() {
            return;
        }
        if !self.columns.iter().any(|known| known == path) {
            self.columns.push(path.to_owned());
        }
    }
}

fn is_null(choice: &RefOr<Schema>) -> bool {
    let RefOr::T(Schema::Object(object)) = choice else { return false };
    object.schema_type == SchemaType::Type(Type::Null)
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[derive(Serialize, ToSchema)]
    struct Flat {
        share: String,
    }

    #[derive(Serialize, ToSchema)]
    struct Inner {
        code: String,
    }

    #[derive(Serialize, ToSchema)]
    struct Outer {
        zone: Option<String>,
        amount_wan: i64,
        months: Vec<String>,
        inner: Option<Inner>,
        warnings: Vec<Inner>,
        #[schema(no_recursion)]
        children: Vec<Outer>,
        #[serde(flatten)]
        #[schema(inline)]
        flat: Flat,
    }

    #[test]
    fn a_list_without_rows_has_the_columns_of_its_schema() {
        let columns = columns_of::<Outer>().join(" ");
        assert_eq!(columns, "zone amount_wan months inner.code warnings.1.code share");
    }

    #[test]
    fn a_new_column_stands_behind_its_neighbour() {
        let mut columns = Columns::default();
        columns.learn(["id", "w.1.code", "end"]);
        columns.learn(["id", "w.1.code", "w.2.code", "w.3.code", "end"]);
        columns.learn(["first", "id", "late"]);

        assert_eq!(columns.names().join(" "), "first id late w.1.code w.2.code w.3.code end");
        assert_eq!(columns.places()["end"], 6);
    }
}

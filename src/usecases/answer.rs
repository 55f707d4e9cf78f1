//! What answers share: versions and pages of lists.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Ref, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A view of something that carries a version.
pub trait Versioned {
    /// The version, which is the ETag.
    fn version(&self) -> i64;
}

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct PageView<T> {
    /// The page's items.
    pub items: Vec<T>,
    /// How many there are in all, on every page.
    pub total: i64,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T> PageView<T> {
    /// A page of the store, item by item in the API's words.
    pub fn of<U>(page: crate::store::page::Page<U>, view: impl FnMut(U) -> T) -> Self {
        Self {
            items: page.items.into_iter().map(view).collect(),
            total: page.total,
            next_cursor: page.next_cursor,
        }
    }

    /// A list that is always whole.
    pub fn whole(items: Vec<T>) -> Self {
        let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
        Self { items, total, next_cursor: None }
    }
}

// By hand, because the derive would write `T` into every place a page is used at run time.
impl<T: ToSchema> PartialSchema for PageView<T> {
    fn schema() -> RefOr<Schema> {
        let integer = ObjectBuilder::new().schema_type(Type::Integer);
        let text = ObjectBuilder::new().schema_type(Type::String);
        ObjectBuilder::new()
            .description(Some("A page of a list."))
            .property(
                "items",
                ArrayBuilder::new()
                    .items(Ref::from_schema_name(T::name()))
                    .description(Some("The page's items.")),
            )
            .required("items")
            .property("total", integer.description(Some("How many there are in all.")))
            .required("total")
            .property(
                "next_cursor",
                text.description(Some("Where the next page begins; absent on the last one.")),
            )
            .into()
    }
}

impl<T: ToSchema> ToSchema for PageView<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

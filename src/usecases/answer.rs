//! Parts shared by answers: versions and pages of lists.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Ref, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A view with a version.
pub trait Versioned {
    /// The version; it is the ETag.
    fn version(&self) -> i64;
}

/// Something unusual, explained. It never blocks.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Warning)]
pub struct WarningView {
    /// Stable code to program against.
    #[schema(example = "half-of-the-year")]
    pub code: String,
    /// The explanation, in the caller's language.
    pub detail: String,
}

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct PageView<T> {
    /// The page's items.
    pub items: Vec<T>,
    /// Number of items on all pages.
    pub total: i64,
    /// Cursor of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T> PageView<T> {
    /// Converts the items of a page of the store to views.
    pub fn of<U>(page: crate::store::page::Page<U>, view: impl FnMut(U) -> T) -> Self {
        Self {
            items: page.items.into_iter().map(view).collect(),
            total: page.total,
            next_cursor: page.next_cursor,
        }
    }

    /// A list that has only one page.
    pub fn whole(items: Vec<T>) -> Self {
        let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
        Self { items, total, next_cursor: None }
    }
}

// By hand, because the derive would name `T` itself where a page of a concrete type is used.
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
            .property("total", integer.description(Some("Number of items on all pages.")))
            .required("total")
            .property(
                "next_cursor",
                text.description(Some("Cursor of the next page; absent on the last one.")),
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

//! Parts shared by answers: versions and pages of lists.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::json;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Ref, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::store::PageRequest;
use crate::store::page::Page;
use crate::usecases::refusal::Refusal;

/// Path of version 1 of the API, in addresses that answers contain.
pub(crate) const API: &str = "/api/v1";

/// A view with a version.
pub(crate) trait Versioned {
    /// The version; it is the ETag.
    fn version(&self) -> i64;
}

/// An answer with the items of one page of a list.
pub(crate) trait Listing: Serialize {
    /// An item of the list.
    type Item: Serialize + ToSchema;

    /// The items of the page.
    fn items(&self) -> &[Self::Item];

    /// Number of items on all pages.
    fn total(&self) -> i64;

    /// Cursor of the next page; `None` on the last one.
    fn next_cursor(&self) -> Option<&str>;

    /// Sets the address of the next page.
    fn set_next(&mut self, address: String);
}

/// A page of a list.
#[derive(Debug, Serialize)]
pub(crate) struct PageView<T> {
    /// The page's items.
    pub items: Vec<T>,
    /// Number of items on all pages.
    pub total: i64,
    /// Cursor of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Path and query of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T: Serialize + ToSchema> Listing for PageView<T> {
    type Item = T;

    fn items(&self) -> &[T] {
        &self.items
    }

    fn total(&self) -> i64 {
        self.total
    }

    fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }

    fn set_next(&mut self, address: String) {
        self.next = Some(address);
    }
}

impl<T> PageView<T> {
    /// Converts the items of a page of the store to views.
    pub(crate) fn of<U>(page: Page<U>, view: impl FnMut(U) -> T) -> Self {
        Self {
            items: page.items.into_iter().map(view).collect(),
            total: page.total,
            next_cursor: page.next_cursor,
            next: None,
        }
    }

    /// The page of a list that is in memory; `key` of an item is unique.
    ///
    /// # Errors
    /// A cursor of another list, or of an item that is gone.
    pub(crate) fn cut<K: Serialize>(
        items: Vec<T>,
        page: &PageRequest,
        key: impl Fn(&T) -> K,
    ) -> Result<Self, Refusal> {
        Ok(Self::of(page.cut(items, |item| json!(key(item)))?, |item| item))
    }
}

// By hand, because the derive would name `T` itself where a page of a concrete type is used.
impl<T: ToSchema> PartialSchema for PageView<T> {
    fn schema() -> RefOr<Schema> {
        let integer = ObjectBuilder::new().schema_type(Type::Integer);
        let text = || ObjectBuilder::new().schema_type(Type::String);
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
                text().description(Some("Cursor of the next page; absent on the last one.")),
            )
            .property(
                "next",
                text()
                    .description(Some("Path and query of the next page; absent on the last one.")),
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

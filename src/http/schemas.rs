//! Schemas of types as JSON, as they stand in the document.

use std::collections::BTreeMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::money::Fen;
use crate::domain::month::{Month, Year};
use crate::http::file_format::SheetFormat;

/// `T` and every named schema it refers to.
pub(crate) fn schemas_of<T: ToSchema>() -> BTreeMap<String, Value> {
    let mut found = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut found);
    found
        .into_iter()
        .filter_map(|(name, schema)| Some((name, serde_json::to_value(schema).ok()?)))
        .collect()
}

/// Schemas of the types named in parameters, by name; `IntoParams` refers to them without
/// providing them. Each noun adds its own by [`super::routes::Routes::with_types`].
static PARAMETER_TYPES: LazyLock<RwLock<BTreeMap<String, Value>>> =
    LazyLock::new(|| RwLock::new(crate::parameter_types![Fen Month SheetFormat Timestamp Year]));

/// Schemas of the listed types and of the types these refer to, by name.
#[macro_export]
macro_rules! parameter_types {
    [$($kind:ty)+] => {{
        let mut found = std::collections::BTreeMap::new();
        $( found.extend($crate::http::schemas::schemas_of::<$kind>()); )+
        found
    }};
}

/// Adds the schemas of types named in parameters.
pub(crate) fn add_parameter_schemas(schemas: BTreeMap<String, Value>) {
    PARAMETER_TYPES.write().unwrap_or_else(PoisonError::into_inner).extend(schemas);
}

/// Schemas of every type named in parameters, by name.
pub(crate) fn parameter_schemas() -> BTreeMap<String, Value> {
    PARAMETER_TYPES.read().unwrap_or_else(PoisonError::into_inner).clone()
}

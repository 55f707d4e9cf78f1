//! Bodies with many rows, and answers with the outcome of each.

use std::borrow::Cow;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, Ref, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::error::FieldError;
use crate::domain::words::{Language, Words};
use crate::http::body::{BodyLimits, bytes, check_media_type, checked, not_json};
use crate::http::free_text;
use crate::http::problem::Problem;
use crate::http::problem_body::FieldProblem;
use crate::http::signature::{Argument, Entry};
use crate::http::strict_json;
use crate::usecases::batch::{BatchRows, RowOutcomes, SavedRow, at_row};
use crate::usecases::free_text::personal_numbers;
use crate::usecases::refusal::Refusal;
use crate::usecases::warning::WarningView;

/// Most JSON values in the body of a batch, 30 for each of 5,000 rows.
const MOST_VALUES: usize = 150_000;
/// Most wrong fields that the outcome of one row names; bounds the answer.
const ERRORS_OF_A_ROW: usize = 20;

/// A kind of row that batches have.
pub(crate) trait BatchItem: DeserializeOwned + ToSchema + Send + 'static {
    /// Name of the schema of the batch.
    const SCHEMA: &'static str;
    /// Most rows of a batch.
    const MOST_ROWS: usize;

    /// An example of a row.
    fn example() -> Value;
}

/// The body of a batch; a row that does not match its schema is its refusal.
pub(crate) struct Batch<T>(pub BatchRows<T>);

impl<T: BatchItem> Argument for Batch<T> {
    fn describe(entry: &mut Entry) {
        entry.body::<BatchBody<T>>();
        entry.fails(&[400, 408, 413, 415, 422, 507]);
    }
}

impl<T: BatchItem> FromRequest for Batch<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = check_media_type(request);
        let limits = BodyLimits::of(request, |config| config.import_limit_bytes);
        let payload = payload.take();
        let request = request.clone();
        Box::pin(async move {
            media_type?;
            let bytes = bytes(&request, payload, limits?).await?;
            let parsed = spawn_blocking(move || parse(&bytes)).await;
            let Parsed { rows, found } = parsed.map_err(Problem::broken)??;
            free_text::remember(&request, found);
            Ok(Self(rows))
        })
    }
}

/// The body before its rows are checked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UncheckedBody {
    #[serde(default)]
    atomic: bool,
    #[schema(min_items = 1)]
    items: Vec<Value>,
}

/// The rows of a batch, and the personal numbers in their texts.
struct Parsed<T> {
    rows: BatchRows<T>,
    found: Vec<FieldError>,
}

fn parse<T: BatchItem>(bytes: &[u8]) -> Result<Parsed<T>, Problem> {
    let body = strict_json::object_of(bytes, MOST_VALUES).map_err(|e| not_json(&e))?;
    let UncheckedBody { atomic, items } = checked(body)?;
    if items.len() > T::MOST_ROWS {
        return Err(Problem::invalid(vec![too_many(T::MOST_ROWS)]));
    }
    let found = items.iter().enumerate();
    let found = found.flat_map(|(n, item)| personal_numbers(&format!("/items/{n}"), item));
    let found = found.collect();
    let rows = BatchRows { atomic, rows: items.into_iter().map(checked).collect() };
    Ok(Parsed { rows, found })
}

fn too_many(most: usize) -> FieldError {
    let words = Words::new(
        format!("至多 {most} 条；请分几次提交。"),
        format!("At most {most} items; send several requests."),
    );
    FieldError::new("/items", "too-many", words)
}

/// Schema of the body of a batch.
struct BatchBody<T>(PhantomData<T>);

impl<T: BatchItem> PartialSchema for BatchBody<T> {
    fn schema() -> RefOr<Schema> {
        let atomic = ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .default(Some(json!(false)))
            .description(Some(
                "True to save all rows or none: if a row is refused, the answer is 422 `items-refused` with every error. \
                 False to let each row stand alone.",
            ));
        let items = ArrayBuilder::new()
            .items(Ref::from_schema_name(T::name()))
            .min_items(Some(1))
            .max_items(Some(T::MOST_ROWS))
            .description(Some("The rows; later ones see what earlier ones saved."));
        let mut body = ObjectBuilder::new()
            .description(Some("Many changes in one request."))
            .property("atomic", atomic)
            .property("items", items)
            .required("items")
            .additional_properties(Some(AdditionalProperties::FreeForm(false)))
            .build();
        body.example = Some(json!({"atomic": false, "items": [T::example()]}));
        body.into()
    }
}

impl<T: BatchItem> ToSchema for BatchBody<T> {
    fn name() -> Cow<'static, str> {
        T::SCHEMA.into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchResult)]
pub(crate) struct BatchView {
    /// Number of rows that were saved.
    pub saved: usize,
    /// Number of rows that were refused.
    pub refused: usize,
    /// What became of each row, in their order.
    pub results: Vec<RowView>,
}

/// What became of one row of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchRowResult)]
pub(crate) struct RowView {
    /// Position in `items`, from 0.
    pub index: usize,
    /// The status the single request would have: 201 created, 200 changed, or that of the problem.
    #[schema(minimum = 200, maximum = 599)]
    pub status: u16,
    /// The id of the record; absent if the row was refused, and for a year plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<i64>,
    /// The version of the record now, which is its ETag; absent if the row was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub version: Option<i64>,
    /// Path of the record; absent if the row was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "/api/v1/projects/7/reports/2021-06")]
    pub href: Option<String>,
    /// State of the record now, such as `submitted`; absent for records without states.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "submitted")]
    pub state: Option<&'static str>,
    /// What is unusual about the record; never blocks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub warnings: Vec<WarningView>,
    /// Why the row was refused; absent if it was saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<RowProblem>,
}

/// Why a row of a batch was refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchRowProblem)]
pub(crate) struct RowProblem {
    /// Stable code for programs; `/problems/{code}` explains it.
    #[schema(example = "month-closed")]
    pub code: String,
    /// What is wrong and what to do next, in the caller's language.
    pub detail: String,
    /// How many errors the row has; `errors` names the first 20 of them.
    #[schema(minimum = 1)]
    pub error_count: usize,
    /// The errors, with pointers such as `/items/3/report/completed_wan`; `/items/3` if it is about
    /// the whole row.
    pub errors: Vec<FieldProblem>,
}

impl BatchView {
    /// The answer in `language`.
    pub(crate) fn of(outcomes: RowOutcomes, language: Language) -> Self {
        let saved = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let refused = outcomes.len() - saved;
        let view = |(index, outcome)| match outcome {
            Ok(row) => RowView::saved(index, row),
            Err(refusal) => RowView::refused(index, refusal, language),
        };
        let results = outcomes.into_iter().enumerate().map(view).collect();
        Self { saved, refused, results }
    }
}

impl RowView {
    fn saved(index: usize, row: SavedRow) -> Self {
        let SavedRow { created, id, version, path, state, warnings } = row;
        Self {
            index,
            status: if created { 201 } else { 200 },
            id,
            version: Some(version),
            href: Some(format!("{}{path}", crate::http::PREFIX)),
            state,
            warnings,
            problem: None,
        }
    }

    fn refused(index: usize, refusal: Refusal, language: Language) -> Self {
        let problem = Problem::from(refusal.clone());
        let error_count = refusal.error_count.max(1);
        let mut errors = at_row(index, refusal);
        errors.truncate(ERRORS_OF_A_ROW);
        Self {
            index,
            status: problem.status.as_u16(),
            id: None,
            version: None,
            href: None,
            state: None,
            warnings: Vec::new(),
            problem: Some(RowProblem {
                code: problem.code.to_owned(),
                detail: problem.detail.say(language),
                error_count,
                errors: errors.iter().map(|error| FieldProblem::new(error, language)).collect(),
            }),
        }
    }
}

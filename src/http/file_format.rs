//! The formats a list or a summary can be sent in, and the query parameter that chooses one.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Format of a list or a summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SheetFormat {
    /// JSON.
    Json,
    /// CSV in UTF-8 with a byte-order mark; formulas are escaped.
    Csv,
    /// A workbook; amounts are numbers, codes are text.
    Xlsx,
}

/// Query parameter of operations that answer with a list or a summary.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormatQuery {
    /// Format of the answer; the `Accept` header decides when absent. A `csv` or `xlsx` list
    /// has all rows, up to 20,000, unless `limit` is given.
    #[param(nullable = false)]
    pub format: Option<SheetFormat>,
}

/// Request extension: the format of the answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChosenFormat(pub(super) SheetFormat);

/// Request extension: a list without `limit` has all its rows, not one page.
#[derive(Clone, Copy, Debug)]
pub(super) struct WholeList;

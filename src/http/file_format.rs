//! The formats a list or a summary can be sent in, and the query parameters that choose one.

use actix_web::{HttpMessage, HttpRequest};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The media type of CSV.
pub(super) const CSV: &str = "text/csv";
/// The media type of a workbook.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Format of a list or a summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SheetFormat {
    /// JSON.
    Json,
    /// CSV in UTF-8 with a byte-order mark; formulas are escaped.
    Csv,
    /// A workbook; amounts are numbers, codes are text.
    Xlsx,
}

/// Query parameters of operations that answer with a list or a summary.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes parameters that are read for every operation")]
pub(crate) struct FormatQuery {
    /// Format of the answer; the `Accept` header decides when absent. A `csv` or `xlsx` list has
    /// every row of one snapshot unless `limit` is given, and its number of rows is in the header
    /// `Row-Count`. A file that was cut off is shorter than its `Content-Length`, or lacks the last
    /// chunk.
    #[param(nullable = false)]
    pub format: Option<SheetFormat>,
    /// With `format=csv`: the last line is `# complete; rows: 25000`, with the number of rows above
    /// it, so that a stored file shows that it is complete.
    #[param(nullable = false)]
    pub end_line: Option<bool>,
}

/// Request extension: the format of the answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChosenFormat {
    /// The format.
    pub(super) format: SheetFormat,
    /// True if CSV ends with a line that says so.
    pub(super) end_line: bool,
}

impl ChosenFormat {
    /// The format the caller of `request` chose.
    pub(super) fn of(request: &HttpRequest) -> Self {
        let chosen = request.extensions().get::<Self>().copied();
        chosen.unwrap_or(Self { format: SheetFormat::Json, end_line: false })
    }
}

/// Request extension: a list without `limit` has all its rows, not one page.
#[derive(Clone, Copy, Debug)]
pub(super) struct WholeList;

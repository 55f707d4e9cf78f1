//! Parts of a file that an import did not read, so that nothing is left out in silence.

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::imports::options::RowLook;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// Why a part of a file was not read.
    SkipReason {
        /// A row of totals, left out by `skip_row`.
        Total = "total" "合计行",
        /// The heading of a group, left out by `skip_row`.
        Category = "category" "分类行",
        /// Headings once more, left out by `skip_row`.
        Heading = "heading" "重复的表头",
        /// A note, left out by `skip_row`.
        Note = "note" "注释行",
        /// A hidden row, left out by `skip_row`.
        HiddenRow = "hidden_row" "隐藏的行",
        /// A column left out by `ignore_column`.
        IgnoredColumn = "ignored_column" "忽略的列",
        /// A sheet left out by `ignore_sheet`.
        IgnoredSheet = "ignored_sheet" "忽略的工作表",
        /// A hidden sheet without a table that the import knows.
        HiddenSheet = "hidden_sheet" "隐藏的工作表",
        /// A sheet of headings without rows.
        HeadingsAlone = "headings_alone" "只有表头的工作表",
        /// A sheet of words, without a table.
        NoTable = "no_table" "没有表格的工作表",
    }
}

impl From<RowLook> for SkipReason {
    fn from(look: RowLook) -> Self {
        match look {
            RowLook::Total => Self::Total,
            RowLook::Category => Self::Category,
            RowLook::Heading => Self::Heading,
            RowLook::Note => Self::Note,
            RowLook::Hidden => Self::HiddenRow,
        }
    }
}

/// A part of the file that was not read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SkippedPart {
    /// Name of the sheet.
    pub sheet: String,
    /// Row number, starting at 1; absent for a column or a sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub row: Option<u32>,
    /// Column letters; absent for a row or a sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub column: Option<String>,
    /// Why it was not read.
    pub reason: SkipReason,
    /// The heading of the column, or the first words of the row.
    pub text: String,
}

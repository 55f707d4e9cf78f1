//! What a caller decides about parts of a file that have more than one meaning.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::imports::amount_unit::AmountUnit;
use crate::api::imports::characters::visible;
use crate::api::imports::column::letters;
use crate::api::imports::heading_text::plain;
use crate::domain::text_enum::text_enum;

text_enum! {
    /// What a row looks like that is no record.
    RowLook {
        /// A row of totals, such as 合计.
        Total = "total" "合计行",
        /// The heading of a group, such as 一、产业项目（2个）.
        Category = "category" "分类行",
        /// The headings once more.
        Heading = "heading" "重复的表头",
        /// A note below the table, such as 注：….
        Note = "note" "注释行",
        /// A row that is hidden, for example by a filter.
        Hidden = "hidden" "隐藏的行",
    }
}

/// Query parameters of an import that say how the file is to be read.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadOptions {
    /// Columns not to read, by heading or by letters such as `F`. Without it a column that the
    /// import does not know is an error.
    #[serde(default)]
    #[param(example = json!(["序号", "备注"]))]
    pub ignore_column: Vec<String>,
    /// Sheets not to read, by name. Without it a sheet with a table that the import does not know
    /// is an error.
    #[serde(default)]
    pub ignore_sheet: Vec<String>,
    /// Rows not to read, by what they look like. Without it such a row is an error.
    #[serde(default)]
    pub skip_row: Vec<RowLook>,
    /// Confirms the unit of the amounts. Columns whose heading states this unit are converted to
    /// 万元, and so are columns that state no unit. Columns that state 万元 stay as they are.
    #[param(nullable = false)]
    pub amount_unit: Option<AmountUnit>,
}

impl ReadOptions {
    /// True if the column at this place, with this heading in one spelling, is not to be read.
    pub fn ignores_column(&self, place: u16, heading: &str) -> bool {
        let letters = letters(place);
        let is_it = |name: &String| plain(name) == heading || name.eq_ignore_ascii_case(&letters);
        self.ignore_column.iter().any(is_it)
    }

    /// True if the sheet is not to be read.
    pub fn ignores_sheet(&self, name: &str) -> bool {
        self.ignore_sheet.iter().any(|ignored| visible(ignored) == visible(name))
    }
}

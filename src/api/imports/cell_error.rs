//! Why a cell is not read in any column.

use crate::domain::error::FieldError;
use crate::domain::words::Words;
use crate::http::plain_text::TextFlaw;

/// Reason why a cell is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellError {
    /// A formula error such as `#REF!`.
    Formula(&'static str),
    /// A formula whose value is not in the file.
    NotCalculated,
    /// A time of day.
    Time,
    /// Longer than any field.
    Long,
    /// Contains U+0000.
    Nul,
    /// Characters that change the order in which the text is shown.
    Direction,
    /// Characters were lost before the file was sent.
    Damaged,
}

/// Errors of formulas, as spreadsheet programs write them.
const FORMULA_ERRORS: [&str; 9] =
    ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"];

impl CellError {
    /// The formula error that `text` is, if it is one. A row of `#` stands for a column that was
    /// too narrow.
    pub fn in_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let known = FORMULA_ERRORS.iter().find(|error| text.eq_ignore_ascii_case(error));
        let narrow = text.len() > 2 && text.bytes().all(|b| b == b'#');
        known.copied().or(narrow.then_some("####")).map(Self::Formula)
    }
}

impl From<CellError> for FieldError {
    fn from(error: CellError) -> Self {
        if let CellError::Formula(error) = error {
            let words = Words::new(
                format!("单元格显示为 {error}，没有可读的值；请改正公式，或直接填写数值。"),
                format!(
                    "The cell shows {error} and has no value. Correct the formula or enter the value."
                ),
            );
            return Self::new("", "formula-error", words);
        }
        let (code, zh, en) = match error {
            CellError::Formula(_) | CellError::NotCalculated => (
                "formula-not-calculated",
                "公式没有保存计算结果，无法读取。请用电子表格软件打开、重算并保存，或直接填写数值。",
                "The file has no calculated value of this formula. Open the file in a spreadsheet program, save it, and send it again; or enter the value.",
            ),
            CellError::Time => (
                "wrong-form",
                "不应含有时刻，请只填日期。",
                "A time of day is not allowed; give only the date.",
            ),
            CellError::Nul => return TextFlaw::Nul.at(String::new()),
            CellError::Long => ("too-long", "内容过长。", "Too long."),
            CellError::Direction => (
                "direction-characters",
                "含有改变文字显示方向的不可见字符，看到的次序与实际不同；请重新输入这一格。",
                "Contains invisible characters that change the direction of text, so that it is not what it looks like. Type the cell again.",
            ),
            CellError::Damaged => (
                "damaged-characters",
                "含有无法识别的字符（�），原文可能已损坏；请重新输入这一格。",
                "Contains characters that were lost before (�). Type the cell again.",
            ),
        };
        Self::new("", code, Words::new(zh, en))
    }
}

//! What a caller decides about parts of a file that have more than one meaning.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::imports::amount_unit::AmountUnit;
use crate::api::imports::characters::visible;
use crate::api::imports::column::letters;
use crate::api::imports::heading_text::plain;
use crate::domain::month::{Month, Year};
use crate::domain::reference::unit::UnitKind;
use crate::domain::text_enum::text_enum;
use crate::usecases::imports::beside_plan::{AdjustmentGrounds, PlanChoices};

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
pub(crate) struct ReadOptions {
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
    /// Which field a column with an unknown heading is, as `heading:field`.
    #[serde(default)]
    #[param(example = json!(["累计完成投资:invested_before_wan"]))]
    pub read_column: Vec<String>,
    /// The industry line that words mean, as `words:code`: those in the cells of the industry, or
    /// those of the category rows above the projects if there is no such column.
    #[serde(default)]
    #[param(example = json!(["高端化工:high_end_chemicals"]))]
    pub industry_of: Vec<String>,
    /// The area that words mean, as `words:code`, likewise.
    #[serde(default)]
    #[param(example = json!(["港区:dyg_edz"]))]
    pub area_of: Vec<String>,
    /// The construction nature that words mean, as `words:code`, likewise.
    #[serde(default)]
    #[param(example = json!(["新开工项目:new_construction"]))]
    pub nature_of: Vec<String>,
    /// Adds the units that a column of units names and the register does not have, as
    /// `field:kind`. Without it such a unit is an error.
    #[serde(default)]
    #[param(example = json!(["owner:enterprise", "lead:government"]))]
    pub new_units: Vec<String>,
    /// Year of the annual investments and goals, if neither heading nor column says it.
    #[param(nullable = false)]
    pub plan_year: Option<Year>,
    /// How annual investments in a file of projects are spread over the months.
    #[param(nullable = false)]
    pub plan_months: Option<PlanMonths>,
    /// Reason for adjusting year plans that differ from a file of projects. Without it and
    /// `plan_document` such a row is an error.
    #[param(nullable = false, min_length = 2, max_length = 500)]
    pub plan_reason: Option<String>,
    /// Number of the document that approves these adjustments.
    #[param(nullable = false, min_length = 1, max_length = 200)]
    pub plan_document: Option<String>,
    /// First month to which the adjusted plans apply; the months before keep their amounts. Default:
    /// the first month that is not closed.
    #[param(nullable = false)]
    pub plan_from: Option<Month>,
    /// Confirms the unit of the amounts. Columns whose heading states this unit are converted to
    /// 万元, and so are columns that state no unit. Columns that state 万元 stay as they are.
    #[param(nullable = false)]
    pub amount_unit: Option<AmountUnit>,
}

text_enum! {
    /// How the amount of a year is spread over its months.
    PlanMonths {
        /// One twelfth in each month; what cannot be divided is in December.
        Even = "even" "各月平均",
        /// The whole in December.
        December = "december" "全部列入十二月",
    }
}

/// Divides `words:code` at its last colon.
fn assigned(text: &str) -> Option<(String, &str)> {
    let (words, code) = text.rsplit_once([':', '：'])?;
    Some((plain(words), code.trim()))
}

/// Code that the first of these assignments has for `words`.
pub(crate) fn code_of(assignments: &[String], words: &str) -> Option<String> {
    let words = plain(words);
    let found = assignments.iter().filter_map(|text| assigned(text));
    found.into_iter().find(|(said, _)| *said == words).map(|(_, code)| code.to_owned())
}

impl ReadOptions {
    /// What the caller decided about year plans.
    pub(crate) fn plan_choices(&self) -> PlanChoices {
        let grounds = self.plan_document.clone().zip(self.plan_reason.clone());
        let grounds = grounds.map(|(document, reason)| AdjustmentGrounds {
            document,
            reason,
            from: self.plan_from,
        });
        let is_even = self.plan_months.map(|months| months == PlanMonths::Even);
        PlanChoices { is_even, adjustment: grounds }
    }

    /// Kind of the units to add in this column, named by its field or heading.
    pub(crate) fn new_unit_kind(&self, field: &str, heading: &str) -> Option<UnitKind> {
        let kind = code_of(&self.new_units, field).or_else(|| code_of(&self.new_units, heading));
        kind?.parse().ok()
    }

    /// True if the column at this place, with this heading in one spelling, is not to be read.
    pub(crate) fn ignores_column(&self, place: u16, heading: &str) -> bool {
        let letters = letters(place);
        let is_it = |name: &String| plain(name) == heading || name.eq_ignore_ascii_case(&letters);
        self.ignore_column.iter().any(is_it)
    }

    /// True if the sheet is not to be read.
    pub(crate) fn ignores_sheet(&self, name: &str) -> bool {
        self.ignore_sheet.iter().any(|ignored| visible(ignored) == visible(name))
    }
}

//! Columns of year plan files.

use crate::api::imports::column::{Column, Form, column};
use crate::api::imports::column_roles::{
    BY_REGISTER, EXAMPLE_CODE, EXAMPLE_NAME, KEY, NEEDED, PROJECT_CODE, PROJECT_ID, PROJECT_NAME,
    SHOWN, USUAL, VERSION, choice,
};
use crate::domain::labels::{YEAR_PLAN, label};
use crate::domain::plan::year_plan::PlanVersionKind;

const MONTH: [&str; 2] = [
    "当月计划投资，单位万元；十二个月合计等于全年。",
    "Planned investment of the month, in 万元; the twelve months must add up to the year.",
];

/// All columns, in the order of the template.
pub(crate) const YEAR_PLANS: &[Column] = &[
    column(label(YEAR_PLAN, "project_id"), Form::Whole, KEY, PROJECT_ID, ""),
    column(label(YEAR_PLAN, "project_code"), Form::Text, KEY, PROJECT_CODE, EXAMPLE_CODE),
    column(label(YEAR_PLAN, "project"), Form::Text, SHOWN, PROJECT_NAME, EXAMPLE_NAME),
    column(label(YEAR_PLAN, "year"), Form::Whole, KEY, ["计划年份。", "Plan year."], "2021"),
    column(label(YEAR_PLAN, "version"), Form::Whole, KEY, VERSION, ""),
    column(
        label(YEAR_PLAN, "kind"),
        choice!(Choice PlanVersionKind),
        USUAL,
        [
            "首次列计划留空；修改已有计划时填 adjustment、addition 或 correction。",
            "Blank for a first plan; `adjustment`, `addition` or `correction` to change an existing plan.",
        ],
        "",
    ),
    column(
        label(YEAR_PLAN, "effective_month"),
        Form::Month,
        USUAL,
        [
            "首次列计划可空；修改时填新版本自哪个月起生效。",
            "Optional for a first plan; for a change, the month from which the new version applies.",
        ],
        "",
    ),
    column(
        label(YEAR_PLAN, "annual_investment_wan"),
        Form::Amount,
        NEEDED,
        [
            "全年计划投资，单位万元，不超过总投资。",
            "Planned investment of the year, in 万元; at most the total investment.",
        ],
        "12000.00",
    ),
    column(label(YEAR_PLAN, "month_01_wan"), Form::Amount, NEEDED, MONTH, "500.00"),
    column(label(YEAR_PLAN, "month_02_wan"), Form::Amount, NEEDED, MONTH, "500.00"),
    column(label(YEAR_PLAN, "month_03_wan"), Form::Amount, NEEDED, MONTH, "1000.00"),
    column(label(YEAR_PLAN, "month_04_wan"), Form::Amount, NEEDED, MONTH, "1000.00"),
    column(label(YEAR_PLAN, "month_05_wan"), Form::Amount, NEEDED, MONTH, "1000.00"),
    column(label(YEAR_PLAN, "month_06_wan"), Form::Amount, NEEDED, MONTH, "1000.00"),
    column(label(YEAR_PLAN, "month_07_wan"), Form::Amount, NEEDED, MONTH, "1000.00"),
    column(label(YEAR_PLAN, "month_08_wan"), Form::Amount, NEEDED, MONTH, "1200.00"),
    column(label(YEAR_PLAN, "month_09_wan"), Form::Amount, NEEDED, MONTH, "1200.00"),
    column(label(YEAR_PLAN, "month_10_wan"), Form::Amount, NEEDED, MONTH, "1200.00"),
    column(label(YEAR_PLAN, "month_11_wan"), Form::Amount, NEEDED, MONTH, "1200.00"),
    column(label(YEAR_PLAN, "month_12_wan"), Form::Amount, NEEDED, MONTH, "1200.00"),
    column(
        label(YEAR_PLAN, "goal"),
        Form::Text,
        USUAL,
        [
            "全年形象进度目标；修改计划时留空则沿用。",
            "Target of physical progress for the year; unchanged if blank.",
        ],
        "主体完工",
    ),
    column(
        label(YEAR_PLAN, "document_number"),
        Form::Text,
        USUAL,
        [
            "调整依据的文号；只有更正可以不填。",
            "Number of the document that orders the change; optional only for corrections.",
        ],
        "",
    ),
    column(
        label(YEAR_PLAN, "reason"),
        Form::Text,
        USUAL,
        ["为何调整，2 至 500 个字。", "Reason for the change, 2 to 500 characters."],
        "",
    ),
    column(label(YEAR_PLAN, "number"), Form::Whole, SHOWN, BY_REGISTER, ""),
];

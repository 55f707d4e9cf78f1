//! Columns of year plan files.

use crate::api::imports::column::{Column, Form, column};
use crate::api::imports::parts::{
    BY_REGISTER, EXAMPLE_CODE, EXAMPLE_NAME, KEY, NEEDED, PROJECT_CODE, PROJECT_ID, PROJECT_NAME,
    SHOWN, USUAL, VERSION, choice,
};
use crate::domain::plan::year_plan::PlanVersionKind;

const MONTH: [&str; 2] = [
    "当月计划投资，单位万元；十二个月合计等于全年。",
    "Planned investment of the month, in 万元; the twelve months must add up to the year.",
];

/// All columns, in the order of the template.
pub const YEAR_PLANS: &[Column] = &[
    column(("project_id", "项目编号"), Form::Whole, KEY, PROJECT_ID, ""),
    column(("project_code", "国家项目代码"), Form::Text, KEY, PROJECT_CODE, EXAMPLE_CODE),
    column(("project", "项目名称"), Form::Text, SHOWN, PROJECT_NAME, EXAMPLE_NAME),
    column(("year", "年份"), Form::Whole, KEY, ["计划年份。", "Plan year."], "2021"),
    column(("version", "版本"), Form::Whole, KEY, VERSION, ""),
    column(
        ("kind", "版本类型"),
        choice!(Choice PlanVersionKind),
        USUAL,
        [
            "首次列计划留空；修改已有计划时填 adjustment、addition 或 correction。",
            "Blank for a first plan; `adjustment`, `addition` or `correction` to change an existing plan.",
        ],
        "",
    ),
    column(
        ("effective_month", "生效月份"),
        Form::Month,
        USUAL,
        [
            "首次列计划可空；修改时填新版本自哪个月起生效。",
            "Optional for a first plan; for a change, the month from which the new version applies.",
        ],
        "",
    ),
    column(
        ("annual_investment_wan", "年度计划投资（万元）"),
        Form::Amount,
        NEEDED,
        [
            "全年计划投资，单位万元，不超过总投资。",
            "Planned investment of the year, in 万元; at most the total investment.",
        ],
        "12000.00",
    ),
    column(("month_01_wan", "1月（万元）"), Form::Amount, NEEDED, MONTH, "500.00"),
    column(("month_02_wan", "2月（万元）"), Form::Amount, NEEDED, MONTH, "500.00"),
    column(("month_03_wan", "3月（万元）"), Form::Amount, NEEDED, MONTH, "1000.00"),
    column(("month_04_wan", "4月（万元）"), Form::Amount, NEEDED, MONTH, "1000.00"),
    column(("month_05_wan", "5月（万元）"), Form::Amount, NEEDED, MONTH, "1000.00"),
    column(("month_06_wan", "6月（万元）"), Form::Amount, NEEDED, MONTH, "1000.00"),
    column(("month_07_wan", "7月（万元）"), Form::Amount, NEEDED, MONTH, "1000.00"),
    column(("month_08_wan", "8月（万元）"), Form::Amount, NEEDED, MONTH, "1200.00"),
    column(("month_09_wan", "9月（万元）"), Form::Amount, NEEDED, MONTH, "1200.00"),
    column(("month_10_wan", "10月（万元）"), Form::Amount, NEEDED, MONTH, "1200.00"),
    column(("month_11_wan", "11月（万元）"), Form::Amount, NEEDED, MONTH, "1200.00"),
    column(("month_12_wan", "12月（万元）"), Form::Amount, NEEDED, MONTH, "1200.00"),
    column(
        ("goal", "年度目标"),
        Form::Text,
        USUAL,
        [
            "全年形象进度目标；修改计划时留空则沿用。",
            "Target of physical progress for the year; unchanged if blank.",
        ],
        "主体完工",
    ),
    column(
        ("document_number", "文号"),
        Form::Text,
        USUAL,
        [
            "调整依据的文号；只有更正可以不填。",
            "Number of the document that orders the change; optional only for corrections.",
        ],
        "",
    ),
    column(
        ("reason", "原因"),
        Form::Text,
        USUAL,
        ["为何调整，2 至 500 个字。", "Reason for the change, 2 to 500 characters."],
        "",
    ),
    column(("number", "版本序号"), Form::Whole, SHOWN, BY_REGISTER, ""),
];

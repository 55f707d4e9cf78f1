//! Columns of monthly report files.

use crate::api::imports::column::{Column, Form, column};
use crate::api::imports::parts::{
    BY_REGISTER, EXAMPLE_CODE, EXAMPLE_NAME, IGNORED, KEY, NEEDED, NULL, PROJECT_CODE, PROJECT_ID,
    PROJECT_NAME, SHOWN, USUAL, VERSION, WORDS, choice,
};
use crate::domain::report::ReportState;

/// All columns, in the order of the template.
pub const REPORTS: &[Column] = &[
    column(("id", "月报编号"), Form::Whole, SHOWN, BY_REGISTER, ""),
    column(("project_id", "项目编号"), Form::Whole, KEY, PROJECT_ID, ""),
    column(("project_code", "国家项目代码"), Form::Text, KEY, PROJECT_CODE, EXAMPLE_CODE),
    column(("project", "项目名称"), Form::Text, SHOWN, PROJECT_NAME, EXAMPLE_NAME),
    column(
        ("month", "月份"),
        Form::Month,
        KEY,
        ["报告期，如 2021-06。", "Reporting month, such as 2021-06."],
        "2021-06",
    ),
    column(("version", "版本"), Form::Whole, KEY, VERSION, ""),
    column(
        ("state", "状态"),
        choice!(Choice ReportState),
        SHOWN,
        [
            "导入的月报为草稿，须在系统中提交；已提交的不能修改。",
            "Imported reports are drafts and must be submitted separately; submitted reports cannot be changed.",
        ],
        "",
    ),
    column(
        ("completed_wan", "本月完成投资（万元）"),
        Form::Amount,
        NEEDED,
        [
            "单位万元，至多 6 位小数。",
            "Investment completed in the month, in 万元, at most 6 decimals.",
        ],
        "1250.00",
    ),
    column(
        ("physical_percent", "形象进度（%）"),
        Form::Percent,
        NULL,
        ["0 至 100，至多两位小数。", "Physical progress, 0 to 100 percent, at most two decimals."],
        "42.50",
    ),
    column(
        ("progress", "形象进度说明"),
        Form::Text,
        WORDS,
        ["至多 5000 个字。", "Description of the physical progress, at most 5,000 characters."],
        "主体结构封顶",
    ),
    column(
        ("zero_reason", "零投资原因"),
        Form::Text,
        WORDS,
        [
            "在建项目本月无投资时，提交前须填写。",
            "Reason for zero investment; required at submission for projects under construction.",
        ],
        "",
    ),
    column(
        ("full_year_forecast_wan", "全年预计完成（万元）"),
        Form::Amount,
        NULL,
        ["单位万元。", "Expected investment of the full year, in 万元."],
        "12000.00",
    ),
    column(
        ("funds_received_wan", "到位资金（万元）"),
        Form::Amount,
        NULL,
        ["今年以来，单位万元。", "Funds received since January, in 万元."],
        "6000.00",
    ),
    column(
        ("funds_paid_wan", "支付资金（万元）"),
        Form::Amount,
        NULL,
        ["今年以来，单位万元。", "Funds paid since January, in 万元."],
        "5200.00",
    ),
    column(
        ("issue_ids", "相关事项编号"),
        Form::Ids,
        USUAL,
        [
            "需协调事项的编号，以分号分隔；留空则不变。",
            "Ids of related issues, separated by semicolons; unchanged if blank.",
        ],
        "",
    ),
    column(("return_reason", "退回原因"), Form::Text, SHOWN, BY_REGISTER, ""),
    column(("submitted_at", "提交时间"), Form::Text, SHOWN, BY_REGISTER, ""),
    column(("confirmed_at", "确认时间"), Form::Text, SHOWN, BY_REGISTER, ""),
    column(("planned_wan", "本月计划（万元）"), Form::Amount, IGNORED, BY_REGISTER, ""),
    column(("last_month_wan", "上月完成（万元）"), Form::Amount, IGNORED, BY_REGISTER, ""),
    column(("warnings", "提示"), Form::Text, IGNORED, BY_REGISTER, ""),
    column(("restatements", "更正"), Form::Text, IGNORED, BY_REGISTER, ""),
];

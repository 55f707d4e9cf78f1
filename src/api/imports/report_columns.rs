//! Columns of monthly report files.

use crate::api::imports::column::{Column, Form, column};
use crate::api::imports::column_roles::{
    BY_REGISTER, EXAMPLE_CODE, EXAMPLE_NAME, IGNORED, KEY, NEEDED, NULL, PROJECT_CODE, PROJECT_ID,
    PROJECT_NAME, SHOWN, USUAL, VERSION, WORDS, choice,
};
use crate::domain::labels::{REPORT, label};
use crate::domain::report::ReportState;

/// All columns, in the order of the template.
pub(crate) const REPORTS: &[Column] = &[
    column(label(REPORT, "id"), Form::Whole, SHOWN, BY_REGISTER, ""),
    column(label(REPORT, "project_id"), Form::Whole, KEY, PROJECT_ID, ""),
    column(label(REPORT, "project_code"), Form::Text, KEY, PROJECT_CODE, EXAMPLE_CODE),
    column(label(REPORT, "project"), Form::Text, SHOWN, PROJECT_NAME, EXAMPLE_NAME),
    column(
        label(REPORT, "month"),
        Form::Month,
        KEY,
        ["报告期，如 2021-06。", "Reporting month, such as 2021-06."],
        "2021-06",
    ),
    column(label(REPORT, "version"), Form::Whole, KEY, VERSION, ""),
    column(
        label(REPORT, "state"),
        choice!(Choice ReportState),
        SHOWN,
        [
            "导入的月报为草稿，须在系统中提交；已提交的不能修改。",
            "Imported reports are drafts and must be submitted separately; submitted reports cannot be changed.",
        ],
        "",
    ),
    column(
        label(REPORT, "completed_wan"),
        Form::Amount,
        NEEDED,
        [
            "单位万元，至多 6 位小数。",
            "Investment completed in the month, in 万元, at most 6 decimals.",
        ],
        "1250.00",
    ),
    column(
        label(REPORT, "physical_percent"),
        Form::Percent,
        NULL,
        ["0 至 100，至多两位小数。", "Physical progress, 0 to 100 percent, at most two decimals."],
        "42.50",
    ),
    column(
        label(REPORT, "progress"),
        Form::Text,
        WORDS,
        ["至多 5000 个字。", "Description of the physical progress, at most 5,000 characters."],
        "主体结构封顶",
    ),
    column(
        label(REPORT, "zero_reason"),
        Form::Text,
        WORDS,
        [
            "在建项目本月无投资时，提交前须填写。",
            "Reason for zero investment; required at submission for projects under construction.",
        ],
        "",
    ),
    column(
        label(REPORT, "full_year_forecast_wan"),
        Form::Amount,
        NULL,
        ["单位万元。", "Expected investment of the full year, in 万元."],
        "12000.00",
    ),
    column(
        label(REPORT, "funds_received_wan"),
        Form::Amount,
        NULL,
        ["今年以来，单位万元。", "Funds received since January, in 万元."],
        "6000.00",
    ),
    column(
        label(REPORT, "funds_paid_wan"),
        Form::Amount,
        NULL,
        ["今年以来，单位万元。", "Funds paid since January, in 万元."],
        "5200.00",
    ),
    column(
        label(REPORT, "issue_ids"),
        Form::Ids,
        USUAL,
        [
            "需协调事项的编号，以分号分隔；留空则不变。",
            "Ids of related issues, separated by semicolons; unchanged if blank.",
        ],
        "",
    ),
    column(label(REPORT, "return_reason"), Form::Text, SHOWN, BY_REGISTER, ""),
    column(label(REPORT, "submitted_at"), Form::Text, SHOWN, BY_REGISTER, ""),
    column(label(REPORT, "confirmed_at"), Form::Text, SHOWN, BY_REGISTER, ""),
    column(label(REPORT, "planned_wan"), Form::Amount, IGNORED, BY_REGISTER, ""),
    column(label(REPORT, "last_month_wan"), Form::Amount, IGNORED, BY_REGISTER, ""),
    column(label(REPORT, "warnings"), Form::Text, IGNORED, BY_REGISTER, ""),
    column(label(REPORT, "restatements"), Form::Text, IGNORED, BY_REGISTER, ""),
];

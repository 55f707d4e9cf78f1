//! Columns of milestone files.

use crate::api::imports::column::{Column, Form, column};
use crate::api::imports::column_roles::{
    BY_REGISTER, EXAMPLE_CODE, EXAMPLE_NAME, FIXED, FIXED_NEEDED, ID, IGNORED, KEY, NULL,
    PROJECT_CODE, PROJECT_ID, PROJECT_NAME, SHOWN, USUAL, VERSION, WORDS, choice,
};
use crate::domain::labels::{MILESTONE, label};
use crate::domain::milestone::{MilestoneClass, TEMPLATES};

/// All columns, in the order of the template.
pub(crate) const MILESTONES: &[Column] = &[
    column(label(MILESTONE, "project_id"), Form::Whole, KEY, PROJECT_ID, ""),
    column(label(MILESTONE, "project_code"), Form::Text, KEY, PROJECT_CODE, EXAMPLE_CODE),
    column(label(MILESTONE, "project"), Form::Text, SHOWN, PROJECT_NAME, EXAMPLE_NAME),
    column(label(MILESTONE, "id"), Form::Whole, KEY, ID, ""),
    column(label(MILESTONE, "version"), Form::Whole, KEY, VERSION, ""),
    column(
        label(MILESTONE, "code"),
        Form::Suggested(|| TEMPLATES.iter().map(|t| (t.code, t.name)).collect()),
        FIXED_NEEDED,
        [
            "常用节点的代码，或自定的小写英文代码。",
            "Code of a standard milestone, or a custom code in lower case.",
        ],
        "main_structure",
    ),
    column(
        label(MILESTONE, "name"),
        Form::Text,
        FIXED,
        [
            "自定节点必填；常用节点留空即可。",
            "Required for a custom milestone; leave it blank for a standard one.",
        ],
        "",
    ),
    column(
        label(MILESTONE, "class"),
        choice!(Choice MilestoneClass),
        FIXED,
        ["自定节点必填。", "Required for a custom milestone; leave it blank for a standard one."],
        "",
    ),
    column(label(MILESTONE, "position"), Form::Whole, SHOWN, BY_REGISTER, ""),
    column(
        label(MILESTONE, "baseline_date"),
        Form::Day,
        FIXED_NEEDED,
        [
            "最初承诺的日期，登记后不再变动。",
            "Date originally committed to; cannot be changed after registration.",
        ],
        "2021-10-31",
    ),
    column(
        label(MILESTONE, "forecast_date"),
        Form::Day,
        USUAL,
        [
            "与计划不同时填写，并说明原因。",
            "Current forecast if it differs from the plan; give a reason.",
        ],
        "",
    ),
    column(
        label(MILESTONE, "forecast_reason"),
        Form::Text,
        USUAL,
        ["为何调整预计日期，2 至 500 个字。", "Why the forecast changed, 2 to 500 characters."],
        "",
    ),
    column(
        label(MILESTONE, "actual_date"),
        Form::Day,
        NULL,
        ["完成日期，不晚于今天。", "Completion date, not in the future."],
        "",
    ),
    column(label(MILESTONE, "slippage_days"), Form::Whole, IGNORED, BY_REGISTER, ""),
    column(
        label(MILESTONE, "weight"),
        Form::Whole,
        FIXED,
        ["1 至 1000，空为 1。", "1 to 1000; 1 when blank."],
        "2",
    ),
    column(
        label(MILESTONE, "document_number"),
        Form::Text,
        WORDS,
        ["证明文件的文号。", "Number of the document that proves completion."],
        "",
    ),
    column(
        label(MILESTONE, "evidence"),
        Form::Text,
        WORDS,
        ["至多 500 个字。", "Other evidence, at most 500 characters."],
        "",
    ),
];

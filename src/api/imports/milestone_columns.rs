//! Columns of milestone files.

use crate::api::imports::column::{Column, Form, column};
use crate::api::imports::parts::{
    BY_REGISTER, EXAMPLE_CODE, EXAMPLE_NAME, FIXED, FIXED_NEEDED, ID, IGNORED, KEY, NULL,
    PROJECT_CODE, PROJECT_ID, PROJECT_NAME, SHOWN, USUAL, VERSION, WORDS, choice,
};
use crate::domain::milestone::{MilestoneClass, TEMPLATES};

/// All columns, in the order of the template.
pub const MILESTONES: &[Column] = &[
    column(("project_id", "项目编号"), Form::Whole, KEY, PROJECT_ID, ""),
    column(("project_code", "国家项目代码"), Form::Text, KEY, PROJECT_CODE, EXAMPLE_CODE),
    column(("project", "项目名称"), Form::Text, SHOWN, PROJECT_NAME, EXAMPLE_NAME),
    column(("id", "节点编号"), Form::Whole, KEY, ID, ""),
    column(("version", "版本"), Form::Whole, KEY, VERSION, ""),
    column(
        ("code", "节点代码"),
        Form::Suggested(|| TEMPLATES.iter().map(|t| (t.code, t.name)).collect()),
        FIXED_NEEDED,
        [
            "常用节点的代码，或自定的小写英文代码。",
            "Code of a standard milestone, or a custom code in lower case.",
        ],
        "main_structure",
    ),
    column(
        ("name", "节点名称"),
        Form::Text,
        FIXED,
        [
            "自定节点必填；常用节点留空即可。",
            "Required for a custom milestone; leave it blank for a standard one.",
        ],
        "",
    ),
    column(
        ("class", "节点类别"),
        choice!(Choice MilestoneClass),
        FIXED,
        ["自定节点必填。", "Required for a custom milestone; leave it blank for a standard one."],
        "",
    ),
    column(("position", "顺序"), Form::Whole, SHOWN, BY_REGISTER, ""),
    column(
        ("baseline_date", "计划日期"),
        Form::Day,
        FIXED_NEEDED,
        [
            "最初承诺的日期，登记后不再变动。",
            "Date originally committed to; cannot be changed after registration.",
        ],
        "2021-10-31",
    ),
    column(
        ("forecast_date", "预计日期"),
        Form::Day,
        USUAL,
        [
            "与计划不同时填写，并说明原因。",
            "Current forecast if it differs from the plan; give a reason.",
        ],
        "",
    ),
    column(
        ("forecast_reason", "调整原因"),
        Form::Text,
        USUAL,
        ["为何调整预计日期，2 至 500 个字。", "Why the forecast changed, 2 to 500 characters."],
        "",
    ),
    column(
        ("actual_date", "实际日期"),
        Form::Day,
        NULL,
        ["完成日期，不晚于今天。", "Completion date, not in the future."],
        "",
    ),
    column(("slippage_days", "滞后天数"), Form::Whole, IGNORED, BY_REGISTER, ""),
    column(
        ("weight", "权重"),
        Form::Whole,
        FIXED,
        ["1 至 1000，空为 1。", "1 to 1000; 1 when blank."],
        "2",
    ),
    column(
        ("document_number", "文号"),
        Form::Text,
        WORDS,
        ["证明文件的文号。", "Number of the document that proves completion."],
        "",
    ),
    column(
        ("evidence", "其他佐证"),
        Form::Text,
        WORDS,
        ["至多 500 个字。", "Other evidence, at most 500 characters."],
        "",
    ),
];

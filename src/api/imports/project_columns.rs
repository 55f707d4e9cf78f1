//! Columns of project files.

use crate::api::imports::column::{Column, Form, column};
use crate::api::imports::column_roles::{
    BY_REGISTER, EXAMPLE_CODE, EXAMPLE_NAME, FIXED, ID, KEY, NEEDED, NULL, SHOWN, SOURCE, USUAL,
    VERSION, WORDS, choice,
};
use crate::api::imports::project_list_columns::{
    ANNUAL, CONTACT, EXTERNAL_IDS, GOAL, LEAD, OWNER, PERIOD, PHONE, PLAN_YEAR, REGULATOR, SUPPORT,
    TERRITORY,
};
use crate::domain::labels::{FieldLabel, PROJECT, label};
use crate::domain::project::precision::DatePrecision;
use crate::domain::project::{Nature, Stage, Visibility};

/// How much of a date is known, as an export says it beside the date.
const fn known_to(label: FieldLabel) -> Column {
    column(label, choice!(Choice DatePrecision), SOURCE, BY_REGISTER, "")
}

/// All columns, in the order of the template.
pub(crate) const PROJECTS: &[Column] = &[
    column(label(PROJECT, "id"), Form::Whole, KEY, ID, ""),
    column(label(PROJECT, "version"), Form::Whole, KEY, VERSION, ""),
    column(
        label(PROJECT, "code"),
        Form::Text,
        NULL,
        [
            "国家项目代码，新旧两种形式均可；开工前可空。",
            "National project code, old or new format; may be blank before construction.",
        ],
        EXAMPLE_CODE,
    ),
    column(
        label(PROJECT, "code_reason"),
        Form::Text,
        WORDS,
        [
            "已开工而无代码，或代码校验位不符时填写。",
            "Reason for a missing code after construction started, or for a code with a wrong check digit.",
        ],
        "",
    ),
    column(
        label(PROJECT, "name"),
        Form::Text,
        NEEDED,
        ["1 至 200 个字。", "1 to 200 characters."],
        EXAMPLE_NAME,
    ),
    column(
        label(PROJECT, "content"),
        Form::Text,
        WORDS,
        ["至多 5000 个字。", "Content and scale, at most 5,000 characters."],
        "年产 5 万吨",
    ),
    column(
        label(PROJECT, "industry"),
        Form::Industry,
        NEEDED,
        ["行业代码或名称，须为末级行业。", "Code or name of an industry line."],
        "new_materials",
    ),
    column(
        label(PROJECT, "area"),
        Form::Area,
        NEEDED,
        ["属地代码或名称。", "Code or name of an area."],
        "dongying",
    ),
    column(
        label(PROJECT, "stage"),
        choice!(Choice Stage),
        FIXED,
        [
            "新增时填写，空为谋划；已有项目的库别须在系统中办理转库。",
            "Stage of a new project; `planned` if blank. Existing projects change stage by a transition.",
        ],
        "construction",
    ),
    column(
        label(PROJECT, "nature"),
        choice!(Nature Nature),
        NEEDED,
        ["建设性质。", "Nature of construction."],
        "new_construction",
    ),
    column(
        label(PROJECT, "total_investment_wan"),
        Form::Amount,
        NULL,
        [
            "单位万元，至多 6 位小数；开工前可空。",
            "In 万元, at most 6 decimals; may be blank before construction.",
        ],
        "32780.00",
    ),
    column(
        label(PROJECT, "invested_before_wan"),
        Form::Amount,
        USUAL,
        [
            "入库以前完成的投资，空为零。",
            "Investment completed before registration, in 万元; zero if blank.",
        ],
        "",
    ),
    column(
        label(PROJECT, "planned_start"),
        Form::Date,
        NULL,
        [
            "日期，如 2021-03-01；只知月份或年份时填 2021-03、2021。",
            "A date such as 2021-03-01; 2021-03 or 2021 if only month or year is known.",
        ],
        "2021-03-01",
    ),
    column(label(PROJECT, "planned_finish"), Form::Date, NULL, ["日期。", "A date."], "2022-10-31"),
    column(label(PROJECT, "planned_operation"), Form::Date, NULL, ["日期。", "A date."], ""),
    column(
        label(PROJECT, "actual_start"),
        Form::Date,
        NULL,
        [
            "日期，不晚于今天；已开工的项目必填。",
            "A date, not in the future; required once construction has started.",
        ],
        "2021-03-10",
    ),
    column(
        label(PROJECT, "actual_finish"),
        Form::Day,
        NULL,
        ["日期，不晚于今天。", "A date, not in the future."],
        "",
    ),
    column(
        label(PROJECT, "actual_operation"),
        Form::Day,
        NULL,
        ["日期，不晚于今天。", "A date, not in the future."],
        "",
    ),
    column(
        label(PROJECT, "leader"),
        Form::Text,
        WORDS,
        ["至多 500 个字。", "Leader in charge, at most 500 characters."],
        "",
    ),
    column(
        label(PROJECT, "location"),
        Form::Text,
        WORDS,
        [
            "至多 500 个字；没有属地列时，由其中的县区确定属地。",
            "Where it is built, in words; without the column area, the area is found in it.",
        ],
        "",
    ),
    column(label(PROJECT, "contractor"), Form::Text, WORDS, ["施工单位。", "Contractor."], ""),
    column(
        label(PROJECT, "contract_sum_wan"),
        Form::Amount,
        NULL,
        ["施工合同金额。", "Sum of the contract with the contractor, in 万元."],
        "",
    ),
    column(
        label(PROJECT, "package"),
        Form::Text,
        WORDS,
        ["所属打捆（打包）项目的名称。", "Package of projects that it belongs to."],
        "",
    ),
    column(label(PROJECT, "phase"), Form::Text, WORDS, ["如 一期。", "Phase, such as 一期."], ""),
    column(label(PROJECT, "remarks"), Form::Text, WORDS, ["至多 5000 个字。", "Remarks."], ""),
    known_to(label(PROJECT, "planned_start_precision")),
    known_to(label(PROJECT, "planned_finish_precision")),
    known_to(label(PROJECT, "planned_operation_precision")),
    known_to(label(PROJECT, "actual_start_precision")),
    column(label(PROJECT, "total_known"), Form::Flag, SOURCE, BY_REGISTER, ""),
    PERIOD,
    OWNER,
    LEAD,
    SUPPORT,
    TERRITORY,
    REGULATOR,
    CONTACT,
    PHONE,
    EXTERNAL_IDS,
    PLAN_YEAR,
    ANNUAL,
    GOAL,
    column(
        label(PROJECT, "longitude"),
        Form::Degrees,
        NULL,
        ["东经度数，至多 6 位小数。", "Longitude in degrees east, at most six decimals."],
        "",
    ),
    column(
        label(PROJECT, "latitude"),
        Form::Degrees,
        NULL,
        ["北纬度数，至多 6 位小数。", "Latitude in degrees north, at most six decimals."],
        "",
    ),
    column(
        label(PROJECT, "visibility"),
        choice!(Choice Visibility),
        USUAL,
        ["空为公开。", "Visibility; `open` if blank."],
        "",
    ),
    column(
        label(PROJECT, "registered_year"),
        Form::Whole,
        FIXED,
        [
            "新增时填写，空为今年。",
            "First year in the register, for new projects; the current year if blank.",
        ],
        "2021",
    ),
    column(label(PROJECT, "ended_on"), Form::Day, SHOWN, BY_REGISTER, ""),
    column(label(PROJECT, "synthetic"), Form::Flag, SHOWN, BY_REGISTER, ""),
    column(label(PROJECT, "created_at"), Form::Text, SHOWN, BY_REGISTER, ""),
    column(label(PROJECT, "updated_at"), Form::Text, SHOWN, BY_REGISTER, ""),
];

//! Columns of project files.

use crate::api::imports::column::{Column, Form, column};
use crate::api::imports::parts::{
    BY_REGISTER, EXAMPLE_CODE, EXAMPLE_NAME, FIXED, ID, KEY, NEEDED, NULL, SHOWN, USUAL, VERSION,
    WORDS, choice,
};
use crate::domain::project::{Nature, Stage, Visibility};

/// All columns, in the order of the template.
pub const PROJECTS: &[Column] = &[
    column(("id", "项目编号"), Form::Whole, KEY, ID, ""),
    column(("version", "版本"), Form::Whole, KEY, VERSION, ""),
    column(
        ("code", "国家项目代码"),
        Form::Text,
        NULL,
        [
            "国家项目代码，新旧两种形式均可；开工前可空。",
            "National project code, old or new format; may be blank before construction.",
        ],
        EXAMPLE_CODE,
    ),
    column(
        ("code_reason", "无代码或校验不符的原因"),
        Form::Text,
        WORDS,
        [
            "已开工而无代码，或代码校验位不符时填写。",
            "Reason for a missing code after construction started, or for a code with a wrong check digit.",
        ],
        "",
    )
    .labelled("代码说明", "reason for code"),
    column(
        ("name", "项目名称"),
        Form::Text,
        NEEDED,
        ["1 至 200 个字。", "1 to 200 characters."],
        EXAMPLE_NAME,
    ),
    column(
        ("content", "建设内容及规模"),
        Form::Text,
        WORDS,
        ["至多 5000 个字。", "Content and scale, at most 5,000 characters."],
        "年产 5 万吨",
    )
    .labelled("建设内容", "content"),
    column(
        ("industry", "行业"),
        Form::Industry,
        NEEDED,
        ["行业代码或名称，须为末级行业。", "Code or name of an industry line."],
        "new_materials",
    )
    .labelled("产业", "industry"),
    column(
        ("area", "属地"),
        Form::Area,
        NEEDED,
        ["属地代码或名称。", "Code or name of an area."],
        "dongying",
    )
    .labelled("区域", "area"),
    column(
        ("stage", "库别"),
        choice!(Choice Stage),
        FIXED,
        [
            "新增时填写，空为谋划；已有项目的库别须在系统中办理转库。",
            "Stage of a new project; `planned` if blank. Existing projects change stage by a transition.",
        ],
        "construction",
    )
    .in_english("stage"),
    column(
        ("nature", "建设性质"),
        choice!(Choice Nature),
        NEEDED,
        ["建设性质。", "Nature of construction."],
        "new_construction",
    )
    .in_english("nature"),
    column(
        ("total_investment_wan", "总投资（万元）"),
        Form::Amount,
        NEEDED,
        ["单位万元，至多 6 位小数。", "In 万元, at most 6 decimals."],
        "32780.00",
    )
    .labelled("总投资", "total investment"),
    column(
        ("invested_before_wan", "以前完成投资（万元）"),
        Form::Amount,
        USUAL,
        [
            "入库以前完成的投资，空为零。",
            "Investment completed before registration, in 万元; zero if blank.",
        ],
        "",
    )
    .labelled("入库前已完成", "invested before registration"),
    column(
        ("planned_start", "计划开工"),
        Form::Day,
        NULL,
        ["日期，如 2021-03-01。", "A date such as 2021-03-01."],
        "2021-03-01",
    )
    .in_english("planned start"),
    column(("planned_finish", "计划竣工"), Form::Day, NULL, ["日期。", "A date."], "2022-10-31")
    .in_english("planned finish"),
    column(("planned_operation", "计划投产"), Form::Day, NULL, ["日期。", "A date."], "")
    .in_english("planned operation"),
    column(
        ("actual_start", "实际开工"),
        Form::Day,
        NULL,
        [
            "日期，不晚于今天；已开工的项目必填。",
            "A date, not in the future; required once construction has started.",
        ],
        "2021-03-10",
    )
    .in_english("actual start"),
    column(
        ("actual_finish", "实际竣工"),
        Form::Day,
        NULL,
        ["日期，不晚于今天。", "A date, not in the future."],
        "",
    )
    .in_english("actual finish"),
    column(
        ("actual_operation", "实际投产"),
        Form::Day,
        NULL,
        ["日期，不晚于今天。", "A date, not in the future."],
        "",
    )
    .in_english("actual operation"),
    column(
        ("leader", "包保领导"),
        Form::Text,
        WORDS,
        ["至多 500 个字。", "Leader in charge, at most 500 characters."],
        "",
    )
    .in_english("leader in charge"),
    column(
        ("longitude", "经度"),
        Form::Degrees,
        NULL,
        ["东经度数，至多 6 位小数。", "Longitude in degrees east, at most six decimals."],
        "",
    )
    .in_english("longitude"),
    column(
        ("latitude", "纬度"),
        Form::Degrees,
        NULL,
        ["北纬度数，至多 6 位小数。", "Latitude in degrees north, at most six decimals."],
        "",
    )
    .in_english("latitude"),
    column(
        ("visibility", "公开范围"),
        choice!(Choice Visibility),
        USUAL,
        ["空为公开。", "Visibility; `open` if blank."],
        "",
    )
    .in_english("visibility"),
    column(
        ("registered_year", "入库年份"),
        Form::Whole,
        FIXED,
        [
            "新增时填写，空为今年。",
            "First year in the register, for new projects; the current year if blank.",
        ],
        "2021",
    )
    .in_english("registration year"),
    column(("ended_on", "出库日期"), Form::Day, SHOWN, BY_REGISTER, "")
    .in_english("left the register on"),
    column(("synthetic", "演示数据"), Form::Flag, SHOWN, BY_REGISTER, ""),
    column(("created_at", "登记时间"), Form::Text, SHOWN, BY_REGISTER, ""),
    column(("updated_at", "修改时间"), Form::Text, SHOWN, BY_REGISTER, ""),
];

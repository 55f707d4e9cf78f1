//! Columns of project files that are stored beside the project: units, ids in other systems and the
//! year plan. Real lists have them in the same file.

use crate::api::imports::column::{Column, Form, column};
use crate::api::imports::column_roles::{BESIDE, SOURCE};
use crate::domain::labels::{BESIDE_PROJECT, label};

/// From start to finish.
pub(crate) const PERIOD: Column = column(
    label(BESIDE_PROJECT, "period"),
    Form::Period,
    SOURCE,
    ["起止年限，如 2021-2023。", "From start to finish, such as 2021-2023."],
    "",
);

const UNITS: [&str; 2] = [
    "单位名称，多个以顿号分隔。",
    "Names of units, separated by semicolons; blank keeps those that are there.",
];

/// Names of the owners.
pub(crate) const OWNER: Column =
    column(label(BESIDE_PROJECT, "owner"), Form::Names, BESIDE, UNITS, "");
/// Names of the leading units.
pub(crate) const LEAD: Column =
    column(label(BESIDE_PROJECT, "lead"), Form::Names, BESIDE, UNITS, "");
/// Names of the supporting units.
pub(crate) const SUPPORT: Column =
    column(label(BESIDE_PROJECT, "support"), Form::Names, BESIDE, UNITS, "");
/// Names of the counties and zones.
pub(crate) const TERRITORY: Column =
    column(label(BESIDE_PROJECT, "territory"), Form::Names, BESIDE, UNITS, "");
/// Names of the regulators.
pub(crate) const REGULATOR: Column =
    column(label(BESIDE_PROJECT, "regulator"), Form::Names, BESIDE, UNITS, "");
/// Contact person of the owner.
pub(crate) const CONTACT: Column = column(
    label(BESIDE_PROJECT, "contact"),
    Form::Text,
    BESIDE,
    [
        "项目单位的联系人；没有项目单位时属责任单位。",
        "Contact of the owner, or else of the leading unit.",
    ],
    "",
);
/// Telephone of the contact person.
pub(crate) const PHONE: Column = column(
    label(BESIDE_PROJECT, "phone"),
    Form::Text,
    BESIDE,
    ["联系人的电话。", "Telephone of the contact."],
    "",
);
/// Ids in other systems.
pub(crate) const EXTERNAL_IDS: Column = column(
    label(BESIDE_PROJECT, "external_ids"),
    Form::Names,
    BESIDE,
    ["写作 系统:编号，多个以分号分隔。", "As system:value, separated by semicolons."],
    "",
);
/// Year of the plan.
pub(crate) const PLAN_YEAR: Column = column(
    label(BESIDE_PROJECT, "plan_year"),
    Form::Whole,
    BESIDE,
    ["年度计划的年份。", "Year of the annual investment."],
    "",
);
/// Planned investment of the year.
pub(crate) const ANNUAL: Column = column(
    label(BESIDE_PROJECT, "annual_investment_wan"),
    Form::Amount,
    BESIDE,
    [
        "该年计划投资；各月由参数 plan_months 分配。",
        "Planned investment of the year; the parameter plan_months spreads it over the months.",
    ],
    "",
);
/// Goal of the year.
pub(crate) const GOAL: Column = column(
    label(BESIDE_PROJECT, "goal"),
    Form::Text,
    BESIDE,
    ["该年工作目标。", "Goal of the year."],
    "",
);

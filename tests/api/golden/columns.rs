//! Which member of a bulletin's JSON stands in which cell of its workbook.

use serde_json::{Value, json};

/// Where a cell's value stands in the JSON of its row. A member that is not there fails the test.
#[derive(Clone, Copy)]
pub enum Is {
    /// Words or a day; nothing when null.
    Text(&'static str),
    /// A decimal as text, in the workbook a number; `—` when null.
    Number(&'static str),
    /// A count; `—` when null.
    Count(&'static str),
    /// The Chinese word for a code.
    Word(&'static str, &'static [(&'static str, &'static str)]),
    /// The name of an area or industry by its code.
    Name(&'static str),
    /// Names with `、` between.
    List(&'static str),
    /// Something that is made of several members.
    Made(fn(&Value) -> String),
}

use Is::{Count, List, Made, Name, Number, Text, Word};

/// A sheet, and where its rows stand in the figures.
pub struct Sheet {
    /// Its title, with its number.
    pub title: &'static str,
    /// What its amounts are counted in.
    pub note: &'static str,
    /// Lists of rows, or one row.
    pub rows: &'static [&'static str],
    /// Headings, and what stands below them.
    pub columns: &'static [(&'static str, Is)],
}

const LIGHTS: &[(&str, &str)] =
    &[("green", "绿灯"), ("yellow", "黄灯"), ("red", "红灯"), ("grey", "灰灯"), ("blue", "蓝灯")];
const FILINGS: &[(&str, &str)] = &[
    ("confirmed", "已确认"),
    ("submitted", "待审核"),
    ("returned", "已退回"),
    ("missing", "未报"),
];
const LEVELS: &[(&str, &str)] =
    &[("unit", "单位级"), ("county", "县区级"), ("city", "市级"), ("province", "省级")];
const STATES: &[(&str, &str)] = &[
    ("raised", "已提出"),
    ("returned", "已退回"),
    ("assigned", "已交办"),
    ("in_progress", "办理中"),
    ("proposed", "拟销号"),
];

const WAN: &str = "单位：万元、%、百分点";

const PROMISES: &[(&str, Is)] = &[
    ("产业", Text("/name")),
    ("承诺项目", Count("/promised/project_count")),
    ("入库项目", Count("/registered/project_count")),
    ("承诺总投资", Number("/promised/total_investment_wan")),
    ("入库总投资", Number("/registered/total_investment_wan")),
    ("承诺年度投资", Number("/promised/annual_investment_wan")),
    ("年初计划", Number("/initial/annual_investment_wan")),
    ("调整后计划", Number("/current/annual_investment_wan")),
    ("累计完成", Number("/completed_wan")),
    ("对承诺完成率", Number("/against_promise/percent")),
    ("对年初完成率", Number("/initial/against_plan/percent")),
    ("对调整后完成率", Number("/current/against_plan/percent")),
    ("时序进度", Number("/expected_percent")),
    ("偏差", Number("/deviation_points")),
];

/// The columns of a ranking whose rows are called so.
const fn ranking(name: Is) -> [(&'static str, Is); 16] {
    [
        ("名次", Count("/rank")),
        ("上月名次", Count("/last_rank")),
        ("名称", name),
        ("项目数", Count("/project_count")),
        ("年度计划", Number("/progress/against_plan/denominator_wan")),
        ("累计完成", Number("/completed_wan")),
        ("完成率", Number("/progress/against_plan/percent")),
        ("偏差", Number("/progress/deviation_points")),
        ("全年开工率", Number("/start_rate_of_year/percent")),
        ("应开工开工率", Number("/start_rate_of_due/percent")),
        ("已确认月报", Count("/coverage/confirmed")),
        ("应报月报", Count("/coverage/due")),
        ("亮灯", Word("/light", LIGHTS)),
        ("红灯", Count("/projects/red")),
        ("黄灯", Count("/projects/yellow")),
        ("绿灯", Count("/projects/green")),
    ]
}

const MONTHS: &[(&str, Is)] = &[
    ("月份", Text("/month")),
    ("当月计划", Number("/planned_wan")),
    ("当月完成", Number("/completed_wan")),
    ("累计计划", Number("/planned_cumulative_wan")),
    ("累计完成", Number("/completed_cumulative_wan")),
];

const MILESTONES: &[(&str, Is)] = &[
    ("区域", Name("/area")),
    ("已开工", Count("/start_rate_of_year/numerator")),
    ("全年应开工", Count("/start_rate_of_year/denominator")),
    ("全年开工率", Number("/start_rate_of_year/percent")),
    ("到期应开工", Count("/start_rate_of_due/denominator")),
    ("应开工开工率", Number("/start_rate_of_due/percent")),
    ("本月应完成节点", Count("/due_in_month")),
    ("其中已完成", Count("/reached_in_month")),
    ("逾期节点", Count("/overdue")),
    ("调整节点", Count("/moved")),
    ("调整天数", Count("/moved_days")),
];

const BEHIND: &[(&str, Is)] = &[
    ("亮灯", Word("/light", LIGHTS)),
    ("项目", Text("/project")),
    ("区域", Name("/area")),
    ("产业", Name("/industry")),
    ("项目单位", List("/owners")),
    ("原因", Made(reason)),
    ("追赶量", Made(|row| catch_up(row, "amount_wan"))),
    ("期限", Made(|row| catch_up(row, "by"))),
];

const LATE: &[(&str, Is)] = &[
    ("项目", Text("/project")),
    ("区域", Name("/area")),
    ("项目单位", List("/owners")),
    ("状态", Word("/status", FILINGS)),
    ("逾期", Made(|row| (if *at(row, "/late") == json!(true) { "是" } else { "否" }).to_owned())),
    ("首次提交", Text("/first_submitted_on")),
];

const RESTATEMENTS: &[(&str, Is)] = &[
    ("项目", Text("/project")),
    ("更正月份", Text("/month")),
    ("更正金额", Number("/amount_wan")),
    ("原因", Text("/reason")),
    ("批准人", Text("/approver")),
];

const ISSUES: &[(&str, Is)] = &[
    ("项目", Text("/project")),
    ("事项", Text("/title")),
    ("请求协调", Text("/asked")),
    ("层级", Word("/level", LEVELS)),
    ("承办单位", Made(units)),
    ("要求完成", Text("/due_on")),
    ("状态", Word("/state", STATES)),
    ("已历天数", Count("/age_days")),
];

const BY_AREA: &[(&str, Is)] = &ranking(Name("/area"));
const BY_INDUSTRY: &[(&str, Is)] = &ranking(Name("/industry"));
const BY_UNIT: &[(&str, Is)] = &ranking(Made(owner));

const fn sheet(
    title: &'static str,
    note: &'static str,
    rows: &'static [&'static str],
    columns: &'static [(&'static str, Is)],
) -> Sheet {
    Sheet { title, note, rows, columns }
}

/// Every sheet in its order.
pub const SHEETS: &[Sheet] = &[
    sheet(
        "一、计划兑现情况",
        WAN,
        &["/commitments/lines", "/commitments/groups", "/commitments/total"],
        PROMISES,
    ),
    sheet("二、区域排名", WAN, &["/area_ranking/rows"], BY_AREA),
    sheet("三、产业排名", WAN, &["/industry_ranking/rows"], BY_INDUSTRY),
    sheet("四、责任单位排名", WAN, &["/unit_ranking/rows"], BY_UNIT),
    sheet("五、分月投资", "单位：万元；通报月以后的月份尚无完成数", &["/trend/months"], MONTHS),
    sheet(
        "六、开工与节点",
        "单位：个、%、天",
        &["/milestones/rows", "/milestones/total"],
        MILESTONES,
    ),
    sheet("七、红黄灯项目", "追赶量单位：万元", &["/behind"], BEHIND),
    sheet("八、迟报、未报项目", "", &["/late_reports"], LATE),
    sheet("九、上期通报以来的更正", "单位：万元", &["/restatements"], RESTATEMENTS),
    sheet(
        "十、需协调事项",
        "报告期关闭时尚未销号的事项；第一个承办单位为牵头单位",
        &["/issues"],
        ISSUES,
    ),
];

/// A member that must be there.
pub fn at<'a>(row: &'a Value, pointer: &str) -> &'a Value {
    row.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {row}"))
}

/// Words that must be there; empty when null.
pub fn text(row: &Value, pointer: &str) -> String {
    match at(row, pointer) {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => panic!("{pointer} is no text: {other}"),
    }
}

/// The finding that decided, and the words of who decided otherwise.
fn reason(row: &Value) -> String {
    let decided = text(row, "/decided_by");
    let findings = at(row, "/findings").as_array().unwrap();
    let finding = findings.iter().find(|finding| text(finding, "/rule") == decided);
    let found = finding.map_or_else(String::new, |finding| text(finding, "/words"));
    match row.get("overridden_by") {
        None | Some(Value::Null) => found,
        Some(word) => format!("{found}人工认定：{}", text(word, "/reason")),
    }
}

/// What would turn the light, where the rules can say it.
fn catch_up(row: &Value, member: &str) -> String {
    match row.get("catch_up") {
        None | Some(Value::Null) => String::new(),
        Some(catch_up) => text(catch_up, &format!("/{member}")),
    }
}

/// The unit; projects without one stand in a row without the member.
fn owner(row: &Value) -> String {
    let unit = row.get("unit").and_then(Value::as_str);
    unit.unwrap_or("（未明确项目单位）").to_owned()
}

fn units(row: &Value) -> String {
    let units = at(row, "/units").as_array().unwrap();
    units.iter().map(|unit| text(unit, "/unit")).collect::<Vec<_>>().join("、")
}

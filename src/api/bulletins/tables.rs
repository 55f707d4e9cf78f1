//! The tables of a bulletin, shared by the workbook and the HTML page.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::issue::{IssueLevel, IssueState};
use crate::domain::light::Light;
use crate::domain::report::filings::FilingStatus;
use crate::store::bulletins::frozen::Frozen;

/// Names of areas and industries at the time of publication, by code.
#[derive(Clone, Debug, Default)]
pub struct Names {
    areas: BTreeMap<String, String>,
    industries: BTreeMap<String, String>,
    /// True if the figures are synthetic (demonstration data).
    pub synthetic: bool,
}

impl Names {
    /// The names stored in a frozen month.
    pub fn of(frozen: &Frozen) -> Self {
        Self {
            areas: frozen.areas().into_iter().map(|a| (a.code, a.name)).collect(),
            industries: frozen.industries().into_iter().map(|i| (i.code, i.name)).collect(),
            synthetic: frozen.synthetic,
        }
    }

    fn area(&self, row: &Value) -> String {
        let code = text(row, "/area");
        self.areas.get(&code).cloned().unwrap_or(code)
    }

    fn industry(&self, row: &Value) -> String {
        let code = text(row, "/industry");
        self.industries.get(&code).cloned().unwrap_or(code)
    }
}

/// Content of a table cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text.
    Text(String),
    /// A day or month; never wrapped.
    Day(String),
    /// A decimal number as text: an amount in 万元, a percentage or percentage points; empty for no
    /// value.
    Number(String),
    /// A count; `None` for no value.
    Count(Option<i64>),
    /// A status light.
    Light(Light),
}

/// A table with title, note, columns and rows.
#[derive(Clone, Debug)]
pub struct Table {
    /// Title, including its number in the bulletin.
    pub title: &'static str,
    /// Units of the amounts and rates, or another remark.
    pub note: &'static str,
    /// Column headings.
    pub columns: Vec<&'static str>,
    /// Rows; each has one cell per column.
    pub rows: Vec<Vec<Cell>>,
}

const WAN: &str = "单位：万元、%、百分点";

/// All tables of a bulletin, in order.
pub fn tables(figures: &Value, names: &Names) -> Vec<Table> {
    vec![
        promises(figures),
        ranking("二、区域排名", figures, "/area_ranking", |row| names.area(row)),
        ranking("三、产业排名", figures, "/industry_ranking", |row| names.industry(row)),
        ranking("四、责任单位排名", figures, "/unit_ranking", |row| {
            let unit = text(row, "/unit");
            if unit.is_empty() { "（未明确项目单位）".to_owned() } else { unit }
        }),
        months(figures),
        milestones(figures, names),
        behind(figures, names),
        late(figures, names),
        restatements(figures),
        issues(figures),
    ]
}

fn text(value: &Value, path: &str) -> String {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn words(value: &Value, path: &str) -> Cell {
    Cell::Text(text(value, path))
}

fn day(value: &Value, path: &str) -> Cell {
    Cell::Day(text(value, path))
}

fn number(value: &Value, path: &str) -> Cell {
    Cell::Number(text(value, path))
}

fn count(value: &Value, path: &str) -> Cell {
    Cell::Count(value.pointer(path).and_then(Value::as_i64))
}

fn light(value: &Value, path: &str) -> Cell {
    Cell::Light(text(value, path).parse().unwrap_or(Light::Grey))
}

fn rows<'a>(value: &'a Value, path: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(path).and_then(Value::as_array).into_iter().flatten()
}

fn promises(figures: &Value) -> Table {
    let line = |line: &Value| {
        vec![
            words(line, "/name"),
            count(line, "/promised/project_count"),
            count(line, "/registered/project_count"),
            number(line, "/promised/total_investment_wan"),
            number(line, "/registered/total_investment_wan"),
            number(line, "/promised/annual_investment_wan"),
            number(line, "/initial/annual_investment_wan"),
            number(line, "/current/annual_investment_wan"),
            number(line, "/completed_wan"),
            number(line, "/against_promise/percent"),
            number(line, "/initial/against_plan/percent"),
            number(line, "/current/against_plan/percent"),
            number(line, "/expected_percent"),
            number(line, "/deviation_points"),
        ]
    };
    let table = figures.pointer("/commitments").unwrap_or(&Value::Null);
    let parts = rows(table, "/lines").chain(rows(table, "/groups")).chain(table.get("total"));
    Table {
        title: "一、计划兑现情况",
        note: WAN,
        columns: vec![
            "产业",
            "承诺项目",
            "入库项目",
            "承诺总投资",
            "入库总投资",
            "承诺年度投资",
            "年初计划",
            "调整后计划",
            "累计完成",
            "对承诺完成率",
            "对年初完成率",
            "对调整后完成率",
            "时序进度",
            "偏差",
        ],
        rows: parts.map(line).collect(),
    }
}

fn ranking(
    title: &'static str,
    figures: &Value,
    path: &str,
    name: impl Fn(&Value) -> String,
) -> Table {
    let line = |row: &Value| {
        vec![
            count(row, "/rank"),
            count(row, "/last_rank"),
            Cell::Text(name(row)),
            count(row, "/project_count"),
            number(row, "/progress/against_plan/denominator_wan"),
            number(row, "/completed_wan"),
            number(row, "/progress/against_plan/percent"),
            number(row, "/progress/deviation_points"),
            number(row, "/start_rate_of_year/percent"),
            number(row, "/start_rate_of_due/percent"),
            count(row, "/coverage/confirmed"),
            count(row, "/coverage/due"),
            light(row, "/light"),
            count(row, "/projects/red"),
            count(row, "/projects/yellow"),
            count(row, "/projects/green"),
        ]
    };
    Table {
        title,
        note: WAN,
        columns: vec![
            "名次",
            "上月名次",
            "名称",
            "项目数",
            "年度计划",
            "累计完成",
            "完成率",
            "偏差",
            "全年开工率",
            "应开工开工率",
            "已确认月报",
            "应报月报",
            "亮灯",
            "红灯",
            "黄灯",
            "绿灯",
        ],
        rows: rows(figures, &format!("{path}/rows")).map(line).collect(),
    }
}

fn months(figures: &Value) -> Table {
    let line = |row: &Value| {
        vec![
            day(row, "/month"),
            number(row, "/planned_wan"),
            number(row, "/completed_wan"),
            number(row, "/planned_cumulative_wan"),
            number(row, "/completed_cumulative_wan"),
        ]
    };
    Table {
        title: "五、分月投资",
        note: "单位：万元；通报月以后的月份尚无完成数",
        columns: vec!["月份", "当月计划", "当月完成", "累计计划", "累计完成"],
        rows: rows(figures, "/trend/months").map(line).collect(),
    }
}

fn milestones(figures: &Value, names: &Names) -> Table {
    let line = |name: String, row: &Value| {
        vec![
            Cell::Text(name),
            count(row, "/start_rate_of_year/numerator"),
            count(row, "/start_rate_of_year/denominator"),
            number(row, "/start_rate_of_year/percent"),
            count(row, "/start_rate_of_due/denominator"),
            number(row, "/start_rate_of_due/percent"),
            count(row, "/due_in_month"),
            count(row, "/reached_in_month"),
            count(row, "/overdue"),
            count(row, "/moved"),
            count(row, "/moved_days"),
        ]
    };
    let table = figures.pointer("/milestones").unwrap_or(&Value::Null);
    let areas = rows(table, "/rows").map(|row| line(names.area(row), row));
    let total = table.get("total").map(|row| line("合计".to_owned(), row));
    Table {
        title: "六、开工与节点",
        note: "单位：个、%、天",
        columns: vec![
            "区域",
            "已开工",
            "全年应开工",
            "全年开工率",
            "到期应开工",
            "应开工开工率",
            "本月应完成节点",
            "其中已完成",
            "逾期节点",
            "调整节点",
            "调整天数",
        ],
        rows: areas.chain(total).collect(),
    }
}

fn behind(figures: &Value, names: &Names) -> Table {
    let line = |row: &Value| {
        let decided = text(row, "/decided_by");
        let finding = rows(row, "/findings").find(|f| text(f, "/rule") == decided);
        let why = finding.map(|f| text(f, "/words")).unwrap_or_default();
        let word = text(row, "/overridden_by/reason");
        let why = if word.is_empty() { why } else { format!("{why}人工认定：{word}") };
        vec![
            light(row, "/light"),
            words(row, "/project"),
            Cell::Text(names.area(row)),
            Cell::Text(names.industry(row)),
            Cell::Text(list(row, "/owners")),
            Cell::Text(why),
            number(row, "/catch_up/amount_wan"),
            day(row, "/catch_up/by"),
        ]
    };
    Table {
        title: "七、红黄灯项目",
        note: "追赶量单位：万元",
        columns: vec!["亮灯", "项目", "区域", "产业", "项目单位", "原因", "追赶量", "期限"],
        rows: rows(figures, "/behind").map(line).collect(),
    }
}

fn late(figures: &Value, names: &Names) -> Table {
    let line = |row: &Value| {
        let status = text(row, "/status").parse::<FilingStatus>();
        let in_time = row.pointer("/late").and_then(Value::as_bool) == Some(false);
        vec![
            words(row, "/project"),
            Cell::Text(names.area(row)),
            Cell::Text(list(row, "/owners")),
            Cell::Text(status.map(|s| s.zh().to_owned()).unwrap_or_default()),
            Cell::Text(if in_time { "否" } else { "是" }.to_owned()),
            day(row, "/first_submitted_on"),
        ]
    };
    Table {
        title: "八、迟报、未报项目",
        note: "",
        columns: vec!["项目", "区域", "项目单位", "状态", "逾期", "首次提交"],
        rows: rows(figures, "/late_reports").map(line).collect(),
    }
}

fn restatements(figures: &Value) -> Table {
    let line = |row: &Value| {
        vec![
            words(row, "/project"),
            day(row, "/month"),
            number(row, "/amount_wan"),
            words(row, "/reason"),
            words(row, "/approver"),
        ]
    };
    Table {
        title: "九、上期通报以来的更正",
        note: "单位：万元",
        columns: vec!["项目", "更正月份", "更正金额", "原因", "批准人"],
        rows: rows(figures, "/restatements").map(line).collect(),
    }
}

fn issues(figures: &Value) -> Table {
    let line = |row: &Value| {
        let units = rows(row, "/units").map(|u| text(u, "/unit")).collect::<Vec<_>>().join("、");
        let level = text(row, "/level").parse::<IssueLevel>();
        let state = text(row, "/state").parse::<IssueState>();
        vec![
            words(row, "/project"),
            words(row, "/title"),
            words(row, "/asked"),
            Cell::Text(level.map(|l| l.zh().to_owned()).unwrap_or_default()),
            Cell::Text(units),
            day(row, "/due_on"),
            Cell::Text(state.map(|s| s.zh().to_owned()).unwrap_or_default()),
            count(row, "/age_days"),
        ]
    };
    Table {
        title: "十、需协调事项",
        note: "报告期关闭时尚未销号的事项；第一个承办单位为牵头单位",
        columns: vec![
            "项目",
            "事项",
            "请求协调",
            "层级",
            "承办单位",
            "要求完成",
            "状态",
            "已历天数",
        ],
        rows: rows(figures, "/issues").map(line).collect(),
    }
}

fn list(row: &Value, path: &str) -> String {
    let names = rows(row, path).filter_map(Value::as_str);
    names.collect::<Vec<_>>().join("、")
}

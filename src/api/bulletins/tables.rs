//! The tables of a bulletin, shared by the workbook, the printed page and the dashboard.
//!
//! They read the stored figures as values: a renamed field does not compile.

use crate::api::bulletins::cell::Cell;
use crate::domain::light::LightRule;
use crate::store::bulletins::content::Figures;
use crate::store::bulletins::content::lights::ProjectLight;
use crate::store::bulletins::content::lists::{Issue, LateReport, Restatement};
use crate::store::bulletins::content::rankings::{MilestoneRow, Ranking, RankingRow};
use crate::store::bulletins::content::sums::{CommitmentLine, TrendMonth};
use crate::usecases::bulletins::view::PublishedNames;

/// A table with title, note, columns and rows.
#[derive(Clone, Debug)]
pub(crate) struct Table {
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
pub(crate) fn tables(figures: &Figures, names: &PublishedNames) -> Vec<Table> {
    let area = |row: &RankingRow| named(row.key.area.as_deref(), |code| names.area(code));
    let industry =
        |row: &RankingRow| named(row.key.industry.as_deref(), |code| names.industry(code));
    let unit =
        |row: &RankingRow| Cell::text(row.key.unit.as_deref().unwrap_or("（未明确项目单位）"));
    vec![
        commitments(figures),
        ranking("二、区域排名", &figures.area_ranking, area),
        ranking("三、产业排名", &figures.industry_ranking, industry),
        ranking("四、责任单位排名", &figures.unit_ranking, unit),
        months(figures),
        milestones(figures, names),
        behind(figures, names),
        late(figures, names),
        restatements(figures),
        issues(figures),
    ]
}

/// The name for a code of a row's key.
fn named(code: Option<&str>, name: impl Fn(&str) -> String) -> Cell {
    Cell::recorded(code.map(|code| Cell::Text(name(code))))
}

fn commitments(figures: &Figures) -> Table {
    let line = |line: &CommitmentLine| {
        vec![
            Cell::text(&line.name),
            Cell::Count(line.promised.project_count),
            Cell::Count(line.registered.project_count),
            Cell::amount(line.promised.total_investment_wan),
            Cell::total(line.registered.total_investment_wan, line.registered.total_unknown_count),
            Cell::amount(line.promised.annual_investment_wan),
            Cell::amount(line.initial.annual_investment_wan),
            Cell::amount(line.current.annual_investment_wan),
            Cell::amount(line.completed_wan),
            Cell::optional_rate(line.against_promise.percent),
            Cell::optional_rate(line.initial.against_plan.percent),
            Cell::optional_rate(line.current.against_plan.percent),
            Cell::optional_rate(line.expected_percent),
            Cell::optional_rate(line.deviation_points),
        ]
    };
    let table = &figures.commitments;
    let parts = table.lines.iter().chain(&table.groups).chain([&table.total]);
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

fn ranking(title: &'static str, ranking: &Ranking, name: impl Fn(&RankingRow) -> Cell) -> Table {
    let line = |row: &RankingRow| {
        vec![
            Cell::optional_count(row.rank),
            Cell::optional_count(row.last_rank),
            name(row),
            Cell::Count(row.project_count),
            Cell::amount(row.progress.against_plan.denominator_wan),
            Cell::amount(row.completed_wan),
            Cell::optional_rate(row.progress.against_plan.percent),
            Cell::optional_rate(row.progress.deviation_points),
            Cell::optional_rate(row.start_rate_of_year.percent),
            Cell::optional_rate(row.start_rate_of_due.percent),
            Cell::Count(row.coverage.confirmed),
            Cell::Count(row.coverage.due),
            Cell::Light(row.light),
            Cell::Count(row.projects.red),
            Cell::Count(row.projects.yellow),
            Cell::Count(row.projects.green),
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
        rows: ranking.rows.iter().map(line).collect(),
    }
}

fn months(figures: &Figures) -> Table {
    let line = |row: &TrendMonth| {
        vec![
            Cell::day(&row.month),
            Cell::amount(row.planned_wan),
            Cell::amount(row.completed_wan),
            Cell::amount(row.planned_cumulative_wan),
            Cell::amount(row.completed_cumulative_wan),
        ]
    };
    Table {
        title: "五、分月投资",
        note: "单位：万元；通报月以后的月份尚无完成数",
        columns: vec!["月份", "当月计划", "当月完成", "累计计划", "累计完成"],
        rows: figures.trend.months.iter().map(line).collect(),
    }
}

fn milestones(figures: &Figures, names: &PublishedNames) -> Table {
    let line = |name: Cell, row: &MilestoneRow| {
        vec![
            name,
            Cell::Count(row.start_rate_of_year.numerator),
            Cell::Count(row.start_rate_of_year.denominator),
            Cell::optional_rate(row.start_rate_of_year.percent),
            Cell::Count(row.start_rate_of_due.denominator),
            Cell::optional_rate(row.start_rate_of_due.percent),
            Cell::Count(row.due_in_month),
            Cell::Count(row.reached_in_month),
            Cell::Count(row.overdue),
            Cell::Count(row.moved),
            Cell::Count(row.moved_days),
        ]
    };
    let area = |row: &MilestoneRow| named(row.key.area.as_deref(), |code| names.area(code));
    let areas = figures.milestones.rows.iter().map(|row| line(area(row), row));
    let total = line(Cell::text("合计"), &figures.milestones.total);
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
        rows: areas.chain([total]).collect(),
    }
}

fn behind(figures: &Figures, names: &PublishedNames) -> Table {
    let line = |row: &ProjectLight| {
        let catch_up = row.catch_up.as_ref();
        vec![
            Cell::Light(row.light),
            Cell::text(&row.project),
            Cell::Text(names.area(&row.area)),
            Cell::Text(names.industry(&row.industry)),
            Cell::Text(row.owners.join("、")),
            Cell::Text(cause(row)),
            catch_up.map_or(Cell::NoNumber, |c| Cell::amount(c.amount_wan)),
            Cell::optional_day(catch_up.map(|c| c.by)),
        ]
    };
    Table {
        title: "七、红黄灯项目",
        note: "追赶量单位：万元",
        columns: vec!["亮灯", "项目", "区域", "产业", "项目单位", "原因", "追赶量", "期限"],
        rows: figures.behind.iter().map(line).collect(),
    }
}

/// The finding that decided a light, and the reason of an override.
fn cause(row: &ProjectLight) -> String {
    let decided = |rule: LightRule| row.findings.iter().find(|finding| finding.rule == rule);
    let finding = row.decided_by.and_then(decided);
    let words = finding.map(|finding| finding.words.clone()).unwrap_or_default();
    match &row.overridden_by {
        None => words,
        Some(light) => format!("{words}人工认定：{}", light.reason),
    }
}

fn late(figures: &Figures, names: &PublishedNames) -> Table {
    let line = |row: &LateReport| {
        vec![
            Cell::text(&row.project),
            Cell::Text(names.area(&row.area)),
            Cell::Text(row.owners.join("、")),
            Cell::text(row.status.zh()),
            Cell::text(if row.late { "是" } else { "否" }),
            Cell::optional_day(row.first_submitted_on),
        ]
    };
    Table {
        title: "八、迟报、未报项目",
        note: "",
        columns: vec!["项目", "区域", "项目单位", "状态", "逾期", "首次提交"],
        rows: figures.late_reports.iter().map(line).collect(),
    }
}

fn restatements(figures: &Figures) -> Table {
    let line = |row: &Restatement| {
        vec![
            Cell::text(&row.project),
            Cell::day(&row.month),
            Cell::amount(row.amount_wan),
            Cell::text(&row.reason),
            Cell::text(&row.approver),
        ]
    };
    Table {
        title: "九、上期通报以来的更正",
        note: "单位：万元",
        columns: vec!["项目", "更正月份", "更正金额", "原因", "批准人"],
        rows: figures.restatements.iter().map(line).collect(),
    }
}

fn issues(figures: &Figures) -> Table {
    let line = |row: &Issue| {
        let units: Vec<&str> = row.units.iter().map(|unit| unit.unit.as_str()).collect();
        vec![
            Cell::text(&row.project),
            Cell::recorded(row.title.as_deref().map(Cell::text)),
            Cell::recorded(row.asked.as_deref().map(Cell::text)),
            Cell::recorded(row.level.map(|level| Cell::text(level.zh()))),
            Cell::Text(units.join("、")),
            Cell::recorded(row.due_on.as_ref().map(Cell::day)),
            Cell::recorded(row.state.map(|state| Cell::text(state.zh()))),
            Cell::recorded(row.age_days.map(Cell::Count)),
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
        rows: figures.issues.iter().map(line).collect(),
    }
}

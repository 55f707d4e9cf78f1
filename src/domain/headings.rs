//! Headings of the files of summaries: names of fields in Chinese with their units.

use crate::domain::words::Language;

/// The heading of the column `field`, such as `against_plan.percent`: in Chinese, or the field's
/// name for readers of English.
pub fn heading(field: &str, language: Language) -> String {
    match language {
        Language::English => field.to_owned(),
        Language::Chinese => chinese(field),
    }
}

fn chinese(field: &str) -> String {
    if let Some(whole) = find(WHOLE, field) {
        return whole.to_owned();
    }
    let parts: Vec<&str> = field.split('.').map(|part| find(PARTS, part).unwrap_or(part)).collect();
    parts.join("·")
}

fn find(list: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    list.iter().find(|(known, _)| *known == name).map(|(_, zh)| *zh)
}

/// Fields whose words depend on the field they stand in.
const WHOLE: &[(&str, &str)] = &[
    ("finding.unit", "判定·计量单位"),
    ("filings.due", "报送·应报"),
    ("starts.due", "开工·应开工"),
    ("starts.started", "开工·已开工"),
    ("starts.to_start", "开工·本年计划开工"),
    ("catch_up.by", "追赶·截至月份"),
    ("rules.number", "规则·版次"),
    ("by", "分组方式"),
];

/// Parts of the names of fields.
const PARTS: &[(&str, &str)] = &[
    ("against_plan", "对年度计划完成率"),
    ("against_promise", "对计划盘子完成率"),
    ("age_31_to_60", "已提出31至60天"),
    ("age_61_to_90", "已提出61至90天"),
    ("age_over_90", "已提出超过90天"),
    ("age_to_30", "已提出30天以内"),
    ("amount_wan", "金额（万元）"),
    ("annual_investment_wan", "年度计划投资（万元）"),
    ("area", "属地代码"),
    ("area_name", "属地"),
    ("as_of", "数据口径"),
    ("basis", "计划口径"),
    ("blue", "蓝灯项目数"),
    ("by", "截至"),
    ("catch_up", "追赶"),
    ("closed_at", "关闭时间"),
    ("code", "代码"),
    ("completed_cumulative_wan", "累计完成投资（万元）"),
    ("completed_wan", "完成投资（万元）"),
    ("computed", "计算所得灯色"),
    ("confirmed", "已确认"),
    ("coverage", "填报覆盖"),
    ("created_at", "录入时间"),
    ("created_by", "录入人"),
    ("current", "调整后计划"),
    ("day", "日期"),
    ("decided_by", "判定规则"),
    ("denominator", "分母"),
    ("denominator_wan", "分母（万元）"),
    ("deviation_points", "偏差（百分点）"),
    ("due", "应报"),
    ("due_in_month", "本月到期节点"),
    ("due_on", "截止日期"),
    ("effective_month", "生效月份"),
    ("ends_after", "有效至月份"),
    ("expected", "时序进度算法"),
    ("expected_percent", "时序进度（%）"),
    ("expires_on", "失效日期"),
    ("filings", "报送"),
    ("finding", "判定"),
    ("findings", "判定依据"),
    ("from_month", "起始月份"),
    ("green", "绿灯项目数"),
    ("green_from_points", "绿灯偏差下限（百分点）"),
    ("grey", "灰灯项目数"),
    ("grey_reason", "灰灯原因"),
    ("group", "产业分组"),
    ("has_started", "是否已开工"),
    ("id", "编号"),
    ("include", "计入范围"),
    ("industry", "行业代码"),
    ("industry_name", "行业"),
    ("initial", "年初计划"),
    ("last_event", "最后事件序号"),
    ("last_rank", "上月名次"),
    ("late", "逾期报送"),
    ("light", "灯色"),
    ("measured", "实测值"),
    ("milestone_red_days", "节点红灯延期天数"),
    ("milestone_yellow_days", "节点黄灯延期天数"),
    ("missing", "未报"),
    ("month", "月份"),
    ("moved", "调整节点数"),
    ("moved_days", "调整天数"),
    ("name", "名称"),
    ("nature", "建设性质"),
    ("number", "序号"),
    ("numerator", "分子"),
    ("numerator_wan", "分子（万元）"),
    ("of", "分组"),
    ("open", "未销号"),
    ("opens_on", "开放日期"),
    ("overdue", "逾期"),
    ("overridden_by", "人工认定"),
    ("owners", "项目单位"),
    ("part", "部分"),
    ("percent", "百分比（%）"),
    ("planned", "计划"),
    ("planned_cumulative_wan", "累计计划投资（万元）"),
    ("planned_wan", "计划投资（万元）"),
    ("progress", "进度"),
    ("project", "项目名称"),
    ("project_count", "项目数"),
    ("project_id", "项目编号"),
    ("projects", "灯色"),
    ("promised", "计划盘子"),
    ("rank", "名次"),
    ("reached_in_month", "本月完成节点"),
    ("reason", "原因"),
    ("red", "红灯项目数"),
    ("registered", "已入库"),
    ("reporting_red_missing", "缺报红灯月数"),
    ("reporting_yellow_missing", "缺报黄灯月数"),
    ("restated_months", "有更正的月份"),
    ("returned", "已退回"),
    ("role", "单位角色"),
    ("rule", "规则"),
    ("rules", "规则"),
    ("scope", "可见范围"),
    ("stage", "库别"),
    ("start_rate_of_due", "应开工项目开工率"),
    ("start_rate_of_year", "全年开工率"),
    ("start_red_months", "开工红灯月数"),
    ("start_yellow_months", "开工黄灯月数"),
    ("started", "已开工"),
    ("starts", "开工"),
    ("state", "状态"),
    ("submitted", "已提交"),
    ("synthetic", "示例数据"),
    ("threshold", "阈值"),
    ("through", "统计至月份"),
    ("through_wan", "截至统计月计划投资（万元）"),
    ("to_start", "计划开工"),
    ("total", "总数"),
    ("total_completion", "总投资完成率"),
    ("total_investment_wan", "总投资（万元）"),
    ("total_known", "总投资是否已知"),
    ("total_unknown_count", "总投资待定项目数"),
    ("unit", "责任单位"),
    ("unit_id", "单位编号"),
    ("version", "版本"),
    ("withdrawn_at", "撤回时间"),
    ("words", "说明"),
    ("year", "年份"),
    ("yellow", "黄灯项目数"),
    ("yellow_from_points", "黄灯偏差下限（百分点）"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_heading_names_each_part_and_the_unit() {
        for (field, zh) in [
            ("completed_wan", "完成投资（万元）"),
            ("against_plan.percent", "对年度计划完成率·百分比（%）"),
            ("findings.2.rule", "判定依据·2·规则"),
            ("finding.unit", "判定·计量单位"),
        ] {
            assert_eq!(heading(field, Language::Chinese), zh);
            assert_eq!(heading(field, Language::English), field);
        }
    }

    #[test]
    fn no_part_stands_twice() {
        let names: BTreeSet<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), PARTS.len());
    }
}

//! Labels of fields in Chinese and English, written once: headings of import files, the history and
//! pages read them here.

use crate::domain::words::Language;

/// The label of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FieldLabel {
    /// Name of the field in the API.
    pub field: &'static str,
    /// Heading of its column in import files: the Chinese label with the unit.
    pub heading: &'static str,
    /// Chinese label.
    pub zh: &'static str,
    /// English label.
    pub en: &'static str,
}

impl FieldLabel {
    /// The label in `language`.
    pub(crate) fn say(&self, language: Language) -> &'static str {
        match language {
            Language::Chinese => self.zh,
            Language::English => self.en,
        }
    }
}

/// A field with a heading of its own in import files.
const fn column(
    field: &'static str,
    heading: &'static str,
    zh: &'static str,
    en: &'static str,
) -> FieldLabel {
    FieldLabel { field, heading, zh, en }
}

/// A field whose heading is its Chinese label.
const fn field(field: &'static str, zh: &'static str, en: &'static str) -> FieldLabel {
    FieldLabel { field, heading: zh, zh, en }
}

/// Fields of projects.
pub(crate) const PROJECT: &[FieldLabel] = &[
    field("id", "项目编号", "id"),
    field("version", "版本", "version"),
    column("code", "国家项目代码", "代码", "code"),
    column("code_reason", "无代码或校验不符的原因", "代码说明", "reason for code"),
    column("name", "项目名称", "名称", "name"),
    column("content", "建设内容及规模", "建设内容", "content"),
    column("industry", "行业", "产业", "industry"),
    column("area", "属地", "区域", "area"),
    field("stage", "库别", "stage"),
    field("nature", "建设性质", "nature"),
    column("total_investment_wan", "总投资（万元）", "总投资", "total investment"),
    field("total_known", "总投资已知", "total investment known"),
    column(
        "invested_before_wan",
        "以前完成投资（万元）",
        "入库前已完成",
        "invested before registration",
    ),
    field("planned_start", "计划开工", "planned start"),
    field("planned_finish", "计划竣工", "planned finish"),
    field("planned_operation", "计划投产", "planned operation"),
    field("actual_start", "实际开工", "actual start"),
    field("actual_finish", "实际竣工", "actual finish"),
    field("actual_operation", "实际投产", "actual operation"),
    column(
        "planned_start_precision",
        "计划开工精度",
        "计划开工精确到",
        "planned start known to the",
    ),
    column(
        "planned_finish_precision",
        "计划竣工精度",
        "计划竣工精确到",
        "planned finish known to the",
    ),
    column(
        "planned_operation_precision",
        "计划投产精度",
        "计划投产精确到",
        "planned operation known to the",
    ),
    column("actual_start_precision", "实际开工精度", "实际开工精确到", "actual start known to the"),
    field("leader", "包保领导", "leader in charge"),
    field("location", "建设地点", "location"),
    field("contractor", "施工单位", "contractor"),
    column("contract_sum_wan", "合同金额（万元）", "合同金额", "contract sum"),
    column("package", "所属打捆项目", "打捆项目", "package"),
    column("phase", "建设期次", "期次", "phase"),
    field("remarks", "备注", "remarks"),
    field("longitude", "经度", "longitude"),
    field("latitude", "纬度", "latitude"),
    field("visibility", "公开范围", "visibility"),
    field("registered_year", "入库年份", "registration year"),
    field("ended_on", "出库日期", "left the register on"),
    field("synthetic", "演示数据", "synthetic data"),
    field("created_at", "登记时间", "created at"),
    field("updated_at", "修改时间", "changed at"),
];

/// What project files have beside the fields of projects.
pub(crate) const BESIDE_PROJECT: &[FieldLabel] = &[
    field("period", "建设起止年限", "period of construction"),
    field("owner", "项目单位", "owner"),
    field("lead", "责任单位", "leading unit"),
    field("support", "配合单位", "supporting unit"),
    field("territory", "属地单位", "territory"),
    field("regulator", "行业主管部门", "regulator"),
    field("contact", "联系人", "contact"),
    field("phone", "联系电话", "telephone"),
    field("external_ids", "其他系统编号", "ids in other systems"),
    field("plan_year", "计划年度", "year of the plan"),
    column("annual_investment_wan", "年度计划投资（万元）", "年度计划", "annual plan"),
    field("goal", "年度目标", "goal"),
];

/// Fields of year plans.
pub(crate) const YEAR_PLAN: &[FieldLabel] = &[
    field("project_id", "项目编号", "project id"),
    field("project_code", "国家项目代码", "national code"),
    field("project", "项目名称", "project"),
    field("year", "年份", "year"),
    field("version", "版本", "version"),
    column("kind", "版本类型", "类型", "kind"),
    field("effective_month", "生效月份", "effective month"),
    column("annual_investment_wan", "年度计划投资（万元）", "年度计划", "annual plan"),
    column("month_01_wan", "1月（万元）", "1月", "January"),
    column("month_02_wan", "2月（万元）", "2月", "February"),
    column("month_03_wan", "3月（万元）", "3月", "March"),
    column("month_04_wan", "4月（万元）", "4月", "April"),
    column("month_05_wan", "5月（万元）", "5月", "May"),
    column("month_06_wan", "6月（万元）", "6月", "June"),
    column("month_07_wan", "7月（万元）", "7月", "July"),
    column("month_08_wan", "8月（万元）", "8月", "August"),
    column("month_09_wan", "9月（万元）", "9月", "September"),
    column("month_10_wan", "10月（万元）", "10月", "October"),
    column("month_11_wan", "11月（万元）", "11月", "November"),
    column("month_12_wan", "12月（万元）", "12月", "December"),
    field("goal", "年度目标", "goal"),
    field("document_number", "文号", "document number"),
    field("reason", "原因", "reason"),
    column("number", "版本序号", "版本", "version"),
];

/// Fields of milestones.
pub(crate) const MILESTONE: &[FieldLabel] = &[
    field("project_id", "项目编号", "project id"),
    field("project_code", "国家项目代码", "national code"),
    field("project", "项目名称", "project"),
    field("id", "节点编号", "id"),
    field("version", "版本", "version"),
    column("code", "节点代码", "代码", "code"),
    column("name", "节点名称", "名称", "name"),
    column("class", "节点类别", "类别", "class"),
    field("position", "顺序", "position"),
    field("baseline_date", "计划日期", "baseline date"),
    field("forecast_date", "预计日期", "forecast date"),
    field("forecast_reason", "调整原因", "reason for change"),
    field("actual_date", "实际日期", "actual date"),
    column("slippage_days", "滞后天数", "延误天数", "slippage (days)"),
    field("weight", "权重", "weight"),
    field("document_number", "文号", "document number"),
    column("evidence", "其他佐证", "佐证", "evidence"),
];

/// Fields of monthly reports.
pub(crate) const REPORT: &[FieldLabel] = &[
    field("id", "月报编号", "id"),
    field("project_id", "项目编号", "project id"),
    field("project_code", "国家项目代码", "national code"),
    field("project", "项目名称", "project"),
    field("month", "月份", "month"),
    field("version", "版本", "version"),
    field("state", "状态", "state"),
    column("completed_wan", "本月完成投资（万元）", "完成投资", "completed"),
    column("physical_percent", "形象进度（%）", "形象进度", "physical progress"),
    column("progress", "形象进度说明", "进展情况", "progress"),
    field("zero_reason", "零投资原因", "reason for zero"),
    column("full_year_forecast_wan", "全年预计完成（万元）", "全年预计", "full-year forecast"),
    column("funds_received_wan", "到位资金（万元）", "到位资金", "funds received"),
    column("funds_paid_wan", "支付资金（万元）", "支付资金", "funds paid"),
    field("issue_ids", "相关事项编号", "issue ids"),
    field("return_reason", "退回原因", "return reason"),
    field("submitted_at", "提交时间", "submitted at"),
    field("confirmed_at", "确认时间", "confirmed at"),
    column("planned_wan", "本月计划（万元）", "本月计划", "planned"),
    column("last_month_wan", "上月完成（万元）", "上月完成", "last month"),
    field("warnings", "提示", "warnings"),
    field("restatements", "更正", "restatements"),
];

/// Fields that records of several kinds have, or that no import file has.
const SHARED: &[FieldLabel] = &[
    field("name", "名称", "name"),
    field("code", "代码", "code"),
    field("industry", "产业", "industry"),
    field("area", "区域", "area"),
    field("visibility", "公开范围", "visibility"),
    field("reason", "原因", "reason"),
    field("month", "月份", "month"),
    field("state", "状态", "state"),
    field("progress", "进展情况", "progress"),
    field("warnings", "提示", "warnings"),
    field("class", "类别", "class"),
    field("weight", "权重", "weight"),
    field("document_number", "文号", "document number"),
    field("number", "版本", "version"),
    field("kind", "类型", "kind"),
    field("months", "分月计划", "months"),
    field("title", "标题", "title"),
    field("category", "类别", "category"),
    field("level", "级别", "level"),
    field("asked", "请求事项", "request"),
    field("due_on", "期限", "due on"),
    field("units", "办理单位", "units"),
    field("items", "责任单位", "units"),
    field("external_ids", "其他系统编号", "ids in other systems"),
    field("raised_on", "提出日期", "raised on"),
    field("raised_by", "提出人", "raised by"),
    field("cleared_on", "销号日期", "cleared on"),
    field("words", "说明", "remarks"),
    field("amount_wan", "更正金额", "amount"),
    field("approver", "批准人", "approver"),
    field("light", "灯", "light"),
    field("from_month", "起始月份", "from month"),
    field("expires_on", "到期日", "expires on"),
    field("withdrawn_at", "撤回时间", "withdrawn at"),
    field("ends_after", "最后适用月份", "last month"),
    field("created_by", "录入人", "entered by"),
    field("opens_on", "开放日期", "opens on"),
    field("closed_at", "关闭时间", "closed at"),
    field("sha256", "内容摘要", "digest"),
    field("username", "用户名", "login name"),
    field("display_name", "姓名", "name"),
    field("role", "角色", "role"),
    field("must_change_password", "须修改密码", "must change the password"),
    field("disabled_at", "停用时间", "disabled at"),
    field("scopes", "权限范围", "scopes"),
    field("expires_at", "到期时间", "expires at"),
    field("hint", "密钥尾号", "secret hint"),
    field("unit", "单位", "unit"),
    field("until", "截止时间", "until"),
    field("group", "类别", "group"),
    field("remaining_wan", "剩余投资", "remaining investment"),
    field("carried_wan", "结转金额", "carried over"),
    field("included", "是否结转", "included"),
    field("note", "备注", "note"),
    field("area_id", "区域", "area"),
    field("client_id", "客户端标识", "client identifier"),
    field("secrets", "密钥", "secrets"),
    field("name_en", "英文名称", "English name"),
    field("credit_code_reason", "无统一社会信用代码的原因", "reason for credit code"),
    field("unit_id", "单位", "unit"),
    field("computed_total", "合计", "computed total"),
    field("envelopes", "计划盘子", "envelopes"),
    field("industry_targets", "产业目标", "industry targets"),
    field("issued_on", "印发日期", "issued on"),
    field("source_sha256", "原文摘要", "digest of the source"),
    field("day", "日期", "day"),
    field("lines", "记录条数", "lines"),
    field("kept_from", "保存起始日", "kept from"),
    field("kept_days", "保存天数", "days kept"),
    field("issuer", "印发机关", "issuer"),
    field("measures", "措施", "measures"),
    field("targets", "目标", "targets"),
    field("year", "年份", "year"),
    field("green_from_points", "绿灯下限（百分点）", "green from (points)"),
    field("yellow_from_points", "黄灯下限（百分点）", "yellow from (points)"),
    field("milestone_red_days", "节点红灯天数", "red milestone (days)"),
    field("milestone_yellow_days", "节点黄灯天数", "yellow milestone (days)"),
    field("start_red_months", "开工红灯月数", "red start (months)"),
    field("restatements", "更正", "restatements"),
    field("active", "是否有效", "active"),
    field("granted_at", "准予时间", "granted at"),
    field("kinds", "事件类型", "event kinds"),
    field("url", "推送地址", "address"),
    field("message_id", "消息编号", "message id"),
    field("disabled_because", "停用原因", "reason for disabling"),
    field("included_count", "结转项目数", "included projects"),
    field("open_months", "未关闭月份", "open months"),
    field("project_count", "项目数", "projects"),
    field("proposed_at", "生成时间", "proposed at"),
    field("proposed_by", "生成人", "proposed by"),
    field("scope", "范围", "scope"),
    field("through", "截至月份", "through"),
    field("confirmed_by", "确认人", "confirmed by"),
    field("legal_ground", "法律依据", "legal ground"),
    field("texts", "要删除的内容", "erased texts"),
    field("events", "涉及的事件数", "events concerned"),
    field("access_log", "涉及的访问记录数", "lines of the access log concerned"),
    field("sequences", "事件序号", "sequences of events"),
    field("access_lines", "访问记录编号", "lines of the access log"),
    field("rows", "数据行", "rows"),
    field("not_as_written", "此前已被改动", "altered before"),
    field("account_id", "账号编号", "account"),
    field("proposed_by_id", "提出人编号", "proposed by (id)"),
    field("decided_by_id", "批准人编号", "approved by (id)"),
];

/// The label of `field` of a record of this kind, such as `report`; `None` if it has none.
pub(crate) fn find(subject_kind: &str, field: &str) -> Option<&'static FieldLabel> {
    let own = match subject_kind {
        "project" => PROJECT,
        "year_plan" => YEAR_PLAN,
        "milestone" => MILESTONE,
        "report" => REPORT,
        _ => &[],
    };
    let tables = [own, SHARED, PROJECT, YEAR_PLAN, MILESTONE, REPORT];
    tables.into_iter().flatten().find(|label| label.field == field)
}

/// The label of `field` in `table`. For constants: a field without a label does not compile.
///
/// # Panics
/// If the table has no such field; the compiler reports it.
#[expect(
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the compiler evaluates it; iterators are not const"
)]
pub(crate) const fn label(table: &[FieldLabel], field: &str) -> FieldLabel {
    let mut at = 0;
    while at < table.len() {
        if is_same(table[at].field, field) {
            return table[at];
        }
        at += 1;
    }
    panic!("this field has no label")
}

#[expect(clippy::indexing_slicing, reason = "the compiler evaluates it; iterators are not const")]
const fn is_same(a: &str, b: &str) -> bool {
    let a = a.as_bytes();
    let b = b.as_bytes();
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_field_has_two_labels_in_a_table() {
        for table in [PROJECT, YEAR_PLAN, MILESTONE, REPORT, SHARED] {
            let fields: BTreeSet<_> = table.iter().map(|label| label.field).collect();
            assert_eq!(fields.len(), table.len());
        }
    }

    #[test]
    fn a_field_is_labelled_by_the_table_of_its_record() {
        assert_eq!(find("report", "completed_wan").unwrap().heading, "本月完成投资（万元）");
        assert_eq!(find("issue", "title").unwrap().say(Language::English), "title");
        assert_eq!(find("issue", "no_such_field"), None);
    }
}

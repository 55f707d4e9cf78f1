//! Chinese and English names of event kinds and subjects.

/// Names of event kinds that cannot be composed from subject and verb.
const KINDS: &[(&str, &str, &str)] = &[
    ("project.moved", "变更项目库别", "project stage changed"),
    ("project.units_changed", "调整项目责任单位", "project units changed"),
    (
        "project.external_ids_changed",
        "修改项目在其他系统的编号",
        "project ids in other systems changed",
    ),
    ("issue.proposed", "申请事项销号", "issue clearance proposed"),
    ("light.overridden", "人工认定红黄绿灯", "light overridden"),
    ("light.override_withdrawn", "撤回红黄绿灯人工认定", "light override withdrawn"),
    ("reporting_month.rescheduled", "调整报告期时间", "reporting month rescheduled"),
    ("reporting_month.late_granted", "准予补报", "late filing granted"),
    ("roll_over.proposed", "生成年度结转方案", "roll-over proposed"),
    ("roll_over.line_changed", "修改结转方案", "roll-over line changed"),
    ("import.completed", "导入文件", "file imported"),
    ("proposal.submitted", "提出申请（待第二人批准）", "proposal made"),
    ("proposal.approved", "批准申请", "proposal approved"),
    ("proposal.refused", "不批准申请", "proposal refused"),
    ("proposal.withdrawn", "撤回申请", "proposal withdrawn"),
    ("proposal.outdated", "申请失效", "proposal no longer possible"),
    ("access_log.day_bound", "固定当日访问记录", "access log of a day bound"),
    ("access_log.days_deleted", "删除到期访问记录", "old access log deleted"),
    ("register.adopted", "纳入数据记录", "row taken into the record"),
    ("session.opened", "登录", "logged in"),
    ("session.ended", "退出登录", "logged out"),
    ("session.ended_by_reuse", "令牌被重复使用，登录已强制失效", "session ended: token reuse"),
    ("user.password_changed", "修改密码", "password changed"),
    ("user.password_reset", "重置密码", "password reset"),
    ("user.totp_enrolled", "获取动态码密钥", "second factor begun"),
    ("user.totp_confirmed", "启用动态码", "second factor confirmed"),
    ("user.totp_removed", "解除动态码", "second factor removed"),
    ("user.recovery_code_used", "使用恢复码登录", "recovery code used"),
    ("user.sessions_ended", "结束账号的全部登录", "all sessions ended"),
    ("client.secret_added", "新增接口客户端密钥", "client secret added"),
    ("client.secret_revoked", "吊销接口客户端密钥", "client secret revoked"),
    ("webhook.secret_added", "新增推送订阅密钥", "webhook secret added"),
    ("webhook.secret_ended", "停用推送订阅旧密钥", "old webhook secret revoked"),
    ("webhook.delivery_retried", "重新推送", "delivery retried"),
];

const SUBJECTS: &[(&str, &str, &str)] = &[
    ("project", "项目", "project"),
    ("report", "月报", "report"),
    ("restatement", "更正", "restatement"),
    ("milestone", "节点", "milestone"),
    ("year_plan", "年度计划", "year plan"),
    ("issue", "协调事项", "issue"),
    ("light", "红黄绿灯", "light"),
    ("light_override", "红黄绿灯人工认定", "light override"),
    ("light_rules", "红黄绿灯规则", "light rules"),
    ("reporting_month", "报告期", "reporting month"),
    ("bulletin", "通报", "bulletin"),
    ("roll_over", "年度结转", "roll-over"),
    ("plan", "政策文件", "plan document"),
    ("industry", "产业", "industry"),
    ("area", "区域", "area"),
    ("unit", "单位", "unit"),
    ("user", "账号", "account"),
    ("session", "登录", "session"),
    ("client", "接口客户端", "machine client"),
    ("webhook", "推送订阅", "webhook"),
    ("import", "导入", "import"),
    ("proposal", "申请", "proposal"),
    ("personal_data", "个人信息", "personal data"),
    ("access_day", "访问记录", "day of the access log"),
];

const VERBS: &[(&str, &str, &str)] = &[
    ("created", "新建", "created"),
    ("updated", "修改", "changed"),
    ("changed", "修改", "changed"),
    ("entered", "录入", "entered"),
    ("adjusted", "调整", "adjusted"),
    ("added", "新增", "added"),
    ("drafted", "起草", "drafted"),
    ("rewritten", "修改", "edited"),
    ("submitted", "提交", "submitted"),
    ("returned", "退回", "returned"),
    ("confirmed", "确认", "confirmed"),
    ("restated", "更正", "restated"),
    ("opened", "开放", "opened"),
    ("closed", "关闭", "closed"),
    ("published", "发布", "published"),
    ("raised", "提出", "raised"),
    ("raised_again", "重新提出", "raised again"),
    ("assigned", "交办", "assigned"),
    ("worked_on", "办理", "worked on"),
    ("escalated", "提级", "escalated"),
    ("cleared", "销号", "cleared"),
    ("disabled", "停用", "disabled"),
    ("deleted", "删除", "deleted"),
    ("erased", "删除", "erased"),
    ("tested", "测试", "tested"),
    ("imported", "导入", "imported"),
];

/// A name in Chinese and in English.
pub(super) type Bilingual = (&'static str, &'static str);

fn find(table: &[(&str, &'static str, &'static str)], code: &str) -> Option<Bilingual> {
    table.iter().find(|(known, ..)| *known == code).map(|(_, zh, en)| (*zh, *en))
}

/// Name of an event kind; `None` if it has none.
pub(crate) fn kind(code: &str) -> Option<(String, String)> {
    if let Some((zh, en)) = find(KINDS, code) {
        return Some((zh.to_owned(), en.to_owned()));
    }
    let (subject, verb) = code.split_once('.')?;
    let subject = find(SUBJECTS, subject)?;
    let verb = find(VERBS, verb)?;
    Some((format!("{}{}", verb.0, subject.0), format!("{} {}", subject.1, verb.1)))
}

/// Name of a kind of subject; `None` if it has none.
pub(crate) fn subject(code: &str) -> Option<Bilingual> {
    find(SUBJECTS, code)
}

/// Common event kinds for the filter, in the order of a month's work.
pub(crate) const COMMON_KINDS: &[&str] = &[
    "report.drafted",
    "report.rewritten",
    "report.submitted",
    "report.returned",
    "report.confirmed",
    "report.restated",
    "milestone.added",
    "milestone.changed",
    "year_plan.entered",
    "year_plan.adjusted",
    "project.created",
    "project.updated",
    "project.moved",
    "project.units_changed",
    "project.external_ids_changed",
    "issue.raised",
    "issue.raised_again",
    "issue.rewritten",
    "issue.assigned",
    "issue.worked_on",
    "issue.escalated",
    "issue.returned",
    "issue.proposed",
    "issue.cleared",
    "light.overridden",
    "light.override_withdrawn",
    "light_rules.changed",
    "reporting_month.opened",
    "reporting_month.rescheduled",
    "reporting_month.late_granted",
    "reporting_month.closed",
    "bulletin.published",
    "import.completed",
];

/// Event kinds of accounts for the filter; visible to auditors only.
pub(crate) const ACCOUNT_KINDS: &[&str] = &[
    "session.opened",
    "session.ended",
    "session.ended_by_reuse",
    "user.created",
    "user.updated",
    "user.disabled",
    "user.password_changed",
    "user.password_reset",
    "user.totp_enrolled",
    "user.totp_confirmed",
    "user.totp_removed",
    "user.recovery_code_used",
    "user.sessions_ended",
    "proposal.submitted",
    "proposal.approved",
    "proposal.refused",
    "proposal.withdrawn",
    "proposal.outdated",
    "personal_data.erased",
    "client.created",
    "client.updated",
    "client.disabled",
    "client.secret_added",
    "client.secret_revoked",
    "access_log.day_bound",
    "access_log.days_deleted",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::domain::event::kind::EventKind;

    /// Every `"subject.verb"` literal in the sources of a folder.
    fn written(folder: &Path) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(written(&path));
                continue;
            }
            // The columns of files have dots in their names too.
            if path.extension().is_none_or(|ending| ending != "rs") || path.ends_with("headings.rs")
            {
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            for literal in text.split('"').skip(1).step_by(2) {
                let code = |part: &str| {
                    !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
                };
                let Some((subject, verb)) = literal.split_once('.') else { continue };
                let done = verb.ends_with("ed") || verb.ends_with("_on") || verb.contains("ed_");
                if code(subject) && code(verb) && done {
                    found.insert(literal.to_owned());
                }
            }
        }
        found
    }

    #[test]
    fn every_event_kind_has_a_name() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let floors = ["domain", "store", "usecases", "http", "api", "background"];
        let all: BTreeSet<_> = floors.iter().flat_map(|f| written(&sources.join(f))).collect();

        let wordless: Vec<_> = all.iter().filter(|code| kind(code).is_none()).collect();

        assert!(wordless.is_empty(), "give words to {wordless:?}");
        let unlisted: Vec<_> = all.iter().filter(|c| c.parse::<EventKind>().is_err()).collect();
        assert!(unlisted.is_empty(), "add {unlisted:?} to EventKind");
        assert!(EventKind::ALL.iter().all(|known| kind(known.as_str()).is_some()));
        assert!(all.len() > 30, "{all:?}");
        assert!(COMMON_KINDS.iter().chain(ACCOUNT_KINDS).all(|code| kind(code).is_some()));
    }

    #[test]
    fn no_code_has_two_names() {
        for table in [KINDS, SUBJECTS, VERBS] {
            let codes: BTreeSet<_> = table.iter().map(|(code, ..)| code).collect();
            assert_eq!(codes.len(), table.len());
        }
    }
}

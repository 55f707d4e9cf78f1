//! Notices about the last action, shown once after the redirect.

use crate::domain::words::Language;
use crate::http::free_text;

/// Notice texts by the code in the `said` parameter.
const NOTICES: &[(&str, &str, &str)] = &[
    ("saved", "已保存。", "Saved."),
    ("draft-saved", "草稿已保存，尚未提交。", "The draft is saved, but not submitted."),
    (
        "check-warnings",
        "草稿已保存，尚未提交：请先核对下列提示，确认无误后再次提交。",
        "The draft is saved, but not submitted: check the warnings below, then submit again.",
    ),
    ("submitted", "已提交，等待审核。", "Submitted for review."),
    ("returned", "已退回。", "Returned."),
    ("confirmed", "已确认，计入完成投资。", "Confirmed; the amount counts as completed."),
    ("month-opened", "报告期已开放。", "The month is open."),
    (
        "month-closed",
        "报告期已关闭，今后只能通过更正修改。",
        "The month is closed; from now on only a restatement changes it.",
    ),
    ("days-moved", "开放和截止日期已调整。", "The dates are changed."),
    ("granted", "已准予补报。", "Late filing is granted."),
    (
        "restated",
        "更正已登记，原报数不变。",
        "The restatement is entered; the report is unchanged.",
    ),
    (
        "published",
        "通报已发布，内容已固化。",
        "The bulletin is published and can no longer change.",
    ),
    ("raised", "事项已提出。", "The issue is raised."),
    ("step-taken", "已办理。", "Done."),
    ("milestone-saved", "节点已更新。", "The milestone is updated."),
    ("stage-moved", "项目库别已变更。", "The stage is changed."),
    (
        "light-overridden",
        "人工认定已录入，到期后自动恢复规则判断。",
        "The light is overridden; the rules apply again after the last day.",
    ),
    ("override-withdrawn", "人工认定已撤回。", "The override is withdrawn."),
    ("account-made", "账号已建立。", "The account is created."),
    ("account-changed", "账号已修改，立即生效。", "The account is changed, effective immediately."),
    (
        "account-waits",
        "已提出申请，须由另一位管理员批准后生效。",
        "Proposed: it takes effect when another administrator approves it.",
    ),
    ("proposal-approved", "已批准，立即生效。", "Approved, effective immediately."),
    ("proposal-refused", "已记录为不批准。", "Refused."),
    ("proposal-withdrawn", "申请已撤回。", "The proposal is withdrawn."),
    ("client-changed", "客户端已修改，立即生效。", "The client is changed, effective immediately."),
    (
        "secret-revoked",
        "密钥已吊销，用它换取的令牌立即失效。",
        "The secret is revoked; its tokens have expired.",
    ),
    ("totp-removed", "动态码已解除。", "The second factor is removed."),
    ("session-ended", "该登录已结束。", "The session has ended."),
    ("sessions-ended", "该账号的登录已全部结束。", "All sessions of the account have ended."),
    (
        "client-waits",
        "已提出申请，须由另一位管理员批准；批准后再新建密钥。",
        "Proposed: another administrator must approve it; then add a secret.",
    ),
    (
        "password-changed",
        "密码已修改，其他设备上的登录已失效。",
        "Your password is changed; other sessions have ended.",
    ),
];

/// Warnings about the texts of a form, by the code in the parameter for them.
const WARNINGS: &[(&str, &str, &str)] = &[
    (
        "telephone-number",
        "请注意：填写的文字中似有电话号码。文字长期保存，不能删除；电话请填在“联系电话”。",
        "Note: a text of the form seems to have a telephone number. Texts are kept for ever; enter telephones in the fields for contacts.",
    ),
    (
        "identity-number",
        "请注意：填写的文字中似有公民身份号码。文字长期保存，不能删除；请勿填写身份证号。",
        "Note: a text of the form seems to have the number of an identity card. Texts are kept for ever; leave it out.",
    ),
];

/// The notice of the `said` parameter, with the warning about the texts of the form; `None` without
/// a known code.
pub(crate) fn from_query(query: &str, language: Language) -> Option<String> {
    let words = |parameter: &str, table: &[(&str, &str, &str)]| {
        let code = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == parameter)?.1;
        let (_, zh, en) = table.iter().find(|(known, ..)| *known == code)?;
        Some(match language {
            Language::Chinese => (*zh).to_owned(),
            Language::English => (*en).to_owned(),
        })
    };
    match (words("said", NOTICES), words(free_text::PARAMETER, WARNINGS)) {
        (Some(notice), Some(warning)) => Some(format!("{notice} {warning}")),
        (notice, warning) => notice.or(warning),
    }
}

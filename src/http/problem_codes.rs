//! The pages `/problems/{code}`, to which the `type` of every problem points: what the code means
//! and what to do.

use actix_web::http::StatusCode;
use actix_web::web::{Path, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::words::Language;
use crate::http::problem::Problem;
use crate::http::problem_body::title;

/// A code with its status and its meaning in Chinese and English.
struct ProblemCode {
    code: &'static str,
    status: u16,
    zh: &'static str,
    en: &'static str,
}

const fn code(code: &'static str, status: u16, zh: &'static str, en: &'static str) -> ProblemCode {
    ProblemCode { code, status, zh, en }
}

/// Every code of a problem. Codes of single fields stand in `errors` and explain themselves there.
const CODES: &[ProblemCode] = &[
    code(
        "bad-parameters",
        400,
        "查询参数未知、重复或格式有误；errors 指出每一个。",
        "A query parameter is unknown, repeated or malformed; `errors` names each.",
    ),
    code(
        "not-json",
        400,
        "请求内容不是 JSON 对象；请检查括号、引号和编码（UTF-8）。",
        "The body is not a JSON object. Check brackets, quotes and the encoding (UTF-8).",
    ),
    code(
        "cut-off",
        400,
        "请求内容没有完整到达；请重新发送。",
        "The body did not arrive whole. Send it again.",
    ),
    code(
        "idempotency-key",
        400,
        "Idempotency-Key 应为 1 至 255 个可见 ASCII 字符。",
        "`Idempotency-Key` takes 1 to 255 visible ASCII characters.",
    ),
    code(
        "oauth-invalid-scope",
        400,
        "所请求的权限范围超出该客户端的范围。",
        "A requested scope is not one of the client's.",
    ),
    code(
        "no-token",
        401,
        "请求没有令牌；请先登录，再带上 Authorization: Bearer。",
        "The request has no token. Log in, then send `Authorization: Bearer`.",
    ),
    code(
        "token-not-good",
        401,
        "令牌无效、过期或已被撤销；请重新登录或换取新令牌。",
        "The token is invalid, expired or revoked. Log in again or get a new one.",
    ),
    code(
        "wrong-credentials",
        401,
        "账号或密码不对，或账号已停用。",
        "Name or password is wrong, or the account is disabled.",
    ),
    code(
        "refresh-not-good",
        401,
        "refresh_token 无效、过期或已被使用；请重新登录。",
        "The refresh token is invalid, expired or used. Log in again.",
    ),
    code(
        "oauth-invalid-client",
        401,
        "接口客户端或密钥不对。",
        "The client or its secret is wrong.",
    ),
    code("forbidden", 403, "当前账号的角色不能做此操作。", "The account's role may not do this."),
    code(
        "scope-missing",
        403,
        "该客户端没有此操作的权限范围；请管理员增加。",
        "The client lacks the scope of this operation; an administrator can add it.",
    ),
    code(
        "password-change-required",
        403,
        "请先修改初始密码。",
        "Change the first password before anything else.",
    ),
    code(
        "not-found",
        404,
        "不存在，或当前账号看不到。",
        "It does not exist, or the account may not see it.",
    ),
    code("nothing-to-publish", 404, "没有可公开的项目。", "There is no project to publish."),
    code(
        "method-not-allowed",
        405,
        "此地址不支持该方法；Allow 列出可用的方法。",
        "The address does not take this method; `Allow` lists those it takes.",
    ),
    code(
        "too-slow",
        408,
        "请求内容没有按时到达；请重试。",
        "The body did not arrive in time. Try again.",
    ),
    code("taken", 409, "编号或名称已被占用。", "A code or name is taken."),
    code(
        "idempotency-running",
        409,
        "同一 Idempotency-Key 的第一次请求仍在处理；按 Retry-After 等待后重试。",
        "The first request with this `Idempotency-Key` is still being executed. Wait as `Retry-After` says, then repeat it.",
    ),
    code(
        "feed-reset",
        410,
        "变更流已重置，例如恢复了备份；请清空镜像，从 after=0 重新读取。",
        "The feed was reset, as by restoring a backup. Empty the mirror and read again from `after=0`.",
    ),
    code(
        "stale",
        412,
        "读取之后已被修改；请重新读取，合并后再提交。",
        "It has changed since it was read. Read it again, merge, and repeat.",
    ),
    code(
        "too-large",
        413,
        "请求内容超过上限；请分成几次。",
        "The body is too large. Send it in parts.",
    ),
    code(
        "file-too-large",
        413,
        "文件超过上限；请分成几个文件。",
        "The file is too large. Send several.",
    ),
    code(
        "unsupported-media-type",
        415,
        "请设置 Content-Type: application/json。",
        "Send `Content-Type: application/json`.",
    ),
    code(
        "file-not-taken",
        415,
        "只接受 .xlsx 和 .csv 文件。",
        "Only .xlsx and .csv files are taken.",
    ),
    code(
        "invalid",
        422,
        "能读懂，但至少有一处内容不符合要求；errors 指出每一处，什么也没有保存。",
        "Readable, but at least one field is wrong; `errors` names each. Nothing was saved.",
    ),
    code(
        "idempotency-key-reused",
        422,
        "该 Idempotency-Key 已用于另一份内容；请换新的键。",
        "The `Idempotency-Key` was used with another body. Choose a new key.",
    ),
    code("file-unreadable", 400, "文件损坏或不是表格。", "The file is damaged, or is no table."),
    code(
        "precondition-required",
        428,
        "修改须带 If-Match，新建须带 If-None-Match: *。",
        "A change needs `If-Match`; creating needs `If-None-Match: *`.",
    ),
    code(
        "too-many-attempts",
        429,
        "尝试过于频繁；按 Retry-After 等待后重试。",
        "Too many attempts. Wait as `Retry-After` says.",
    ),
    code(
        "broken",
        500,
        "系统内部出错，已记录；请把 request_id 告知管理员。",
        "A fault of the server; it was logged. Tell the administrator the `request_id`.",
    ),
    code(
        "busy",
        503,
        "系统繁忙；按 Retry-After 等待后重试。",
        "The server is busy. Wait as `Retry-After` says.",
    ),
    code(
        "issue-state",
        409,
        "事项当前所处环节不允许这一步；detail 列出可做的步骤。",
        "The issue's state does not allow this step; `detail` lists those it allows.",
    ),
    code(
        "issue-top-level",
        409,
        "事项已在最高层级，不能再提级。",
        "The issue is at the highest level already.",
    ),
    code("issue-step-not-yours", 403, "这一步应由其他单位办理。", "Another unit takes this step."),
    code(
        "milestone-reached",
        409,
        "节点已完成，不能再改预计日期。",
        "The milestone was reached; its forecast no longer changes.",
    ),
    code("project-ended", 409, "项目已竣工、投产或终止。", "The project has ended."),
    code(
        "stage-move",
        409,
        "项目不能从当前库别转到该库别。",
        "The project cannot move to this stage from its own.",
    ),
    code(
        "code-required",
        409,
        "建设阶段起须有项目代码，或说明理由。",
        "From construction on, a project needs its national code or a reason.",
    ),
    code(
        "total-required",
        409,
        "建设阶段起须有总投资。",
        "From construction on, a project needs its total investment.",
    ),
    code("before-start", 409, "日期早于开工日期。", "The date is before the start."),
    code("in-future", 409, "日期在未来。", "The date is in the future."),
    code(
        "year-plan-exists",
        409,
        "该年度计划已存在；请用调整。",
        "The year has a plan already. Adjust it.",
    ),
    code(
        "report-state",
        409,
        "月报当前状态不允许这一步；detail 列出可做的步骤。",
        "The report's state does not allow this step; `detail` lists those it allows.",
    ),
    code("month-ahead", 409, "该月尚未开始。", "The month has not begun."),
    code(
        "before-registration",
        409,
        "该月早于项目入库年度。",
        "The month is before the project's registration.",
    ),
    code(
        "zero-reason-required",
        409,
        "完成投资为零须说明原因。",
        "A month without investment needs a reason.",
    ),
    code("month-not-open", 409, "该月尚未开放填报。", "The month was not opened."),
    code(
        "month-overdue",
        409,
        "已过截止日；可申请限时补报。",
        "The due date has passed. A late grant can be given.",
    ),
    code(
        "month-closed",
        409,
        "该月已关闭；只能更正。",
        "The month is closed. Only a restatement changes it.",
    ),
    code("month-published", 409, "该月已发布。", "The month is published."),
    code("month-not-closed", 409, "该月尚未关闭。", "The month is not closed."),
    code(
        "month-still-open",
        409,
        "该月仍开放填报，不需要更正。",
        "The month is open; its report can be changed.",
    ),
    code("month-earlier-open", 409, "更早的月份尚未关闭或发布。", "An earlier month comes first."),
    code("month-later-published", 409, "更晚的月份已发布。", "A later month was published."),
    code("month-not-due", 409, "尚未到截止日。", "The due date has not come."),
    code(
        "month-unreviewed",
        409,
        "该月还有待审核的月报。",
        "Reports of the month wait for review.",
    ),
    code("roll-over-confirmed", 409, "结转方案已确认。", "The roll-over was confirmed."),
    code(
        "roll-over-outdated",
        409,
        "生成之后计划已变化；请重新生成。",
        "Plans have changed since the proposal. Propose again.",
    ),
    code(
        "no-year-before",
        409,
        "没有上一年度的数据可结转。",
        "There is no year before to roll over from.",
    ),
    code("no-version", 400, "该年度没有可用的计划版本。", "The year has no plan version to use."),
    code("already-withdrawn", 409, "人工认定已撤回。", "The override was withdrawn already."),
    code("last-secret", 409, "客户端至少保留一个密钥。", "A client keeps at least one secret."),
    code("two-secrets", 409, "最多同时有两个密钥。", "There are two secrets already."),
    code(
        "too-many-webhooks",
        409,
        "推送订阅已达上限。",
        "The account has as many webhooks as it may have.",
    ),
    code("webhook-disabled", 409, "推送订阅已停用。", "The webhook is disabled."),
    code(
        "form-not-ours",
        403,
        "表单不是本系统的页面发出的，或已过期；请刷新页面。",
        "The form did not come from a page of this server, or expired. Reload the page.",
    ),
];

/// Mounts the pages at the root.
pub(super) fn mount(config: &mut ServiceConfig) {
    config.route("/problems", get().to(list)).route("/problems/{code}", get().to(show));
}

async fn show(request: HttpRequest, asked: Path<String>) -> Result<HttpResponse, Problem> {
    let found = CODES.iter().find(|known| known.code == asked.as_str());
    let known = found.ok_or_else(Problem::not_found)?;
    Ok(page(language(&request), &[known]))
}

async fn list(request: HttpRequest) -> HttpResponse {
    page(language(&request), &CODES.iter().collect::<Vec<_>>())
}

fn language(request: &HttpRequest) -> Language {
    use actix_web::HttpMessage as _;
    request.extensions().get::<Language>().copied().unwrap_or(Language::Chinese)
}

/// A page about these codes. Every text is ours and needs no escaping but for the backquotes.
fn page(language: Language, codes: &[&ProblemCode]) -> HttpResponse {
    let (tag, heading) = match language {
        Language::Chinese => ("zh-CN", "问题代码"),
        Language::English => ("en", "Problem codes"),
    };
    let entry = |known: &&ProblemCode| {
        let status = StatusCode::from_u16(known.status).unwrap_or(StatusCode::BAD_REQUEST);
        let words = match language {
            Language::Chinese => known.zh,
            Language::English => known.en,
        };
        let title = title(status).say(language);
        let words = words.replace('`', "");
        format!(
            "<h2 id=\"{0}\"><code>{0}</code></h2>\n<p>{1} {title}</p>\n<p>{words}</p>\n",
            known.code, known.status
        )
    };
    let entries: String = codes.iter().map(entry).collect();
    let html = format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head><meta charset=\"utf-8\"><title>{heading}</title></head>\n\
         <body>\n<h1><a href=\"/problems\">{heading}</a></h1>\n{entries}</body>\n</html>\n"
    );
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::CODES;

    /// Literals that follow one of `marks` before the next `;` or `)`.
    fn literals(folder: &Path, marks: &[&str], found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                literals(&path, marks, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            for mark in marks {
                for rest in text.split(mark).skip(1) {
                    let inside = rest.split([';', ')']).next().unwrap_or_default();
                    found.extend(inside.split('"').nth(1).map(str::to_owned));
                }
            }
        }
    }

    #[test]
    fn every_code_of_a_problem_has_a_page() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let marks = [
            "Refusal::new(RefusalKind::",
            "Problem::new(StatusCode::",
            "Problem::new(status, ",
            "::conflict(",
            "::unauthenticated(",
            "::unreadable(",
            "Self::new(RefusalKind::",
        ];
        let mut used = BTreeSet::new();
        literals(&sources, &marks, &mut used);
        let is_code = |code: &&String| {
            code.contains('-') && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        };
        let known: BTreeSet<&str> = CODES.iter().map(|known| known.code).collect();
        let missing: Vec<_> =
            used.iter().filter(is_code).filter(|code| !known.contains(code.as_str())).collect();

        assert!(missing.is_empty(), "describe {missing:?}");
        assert!(used.len() > 20, "{used:?}");
        assert_eq!(known.len(), CODES.len(), "a code stands twice");
    }
}

//! Kinds of events.

use crate::domain::text_enum::text_enum;

text_enum! {
    /// Kind of an event, as `noun.verb`. A client ignores events of kinds it does not know.
    EventKind {
        /// Project created.
        ProjectCreated = "project.created" "新建项目",
        /// Project changed.
        ProjectUpdated = "project.updated" "修改项目",
        /// Project stage changed.
        ProjectMoved = "project.moved" "变更项目库别",
        /// Project units changed.
        ProjectUnitsChanged = "project.units_changed" "调整项目责任单位",
        /// Project ids in other systems changed.
        ProjectExternalIdsChanged = "project.external_ids_changed" "修改项目在其他系统的编号",
        /// Year plan entered.
        YearPlanEntered = "year_plan.entered" "录入年度计划",
        /// Year plan adjusted.
        YearPlanAdjusted = "year_plan.adjusted" "调整年度计划",
        /// Milestone added.
        MilestoneAdded = "milestone.added" "新增节点",
        /// Milestone changed.
        MilestoneChanged = "milestone.changed" "修改节点",
        /// Report drafted.
        ReportDrafted = "report.drafted" "起草月报",
        /// Report edited.
        ReportRewritten = "report.rewritten" "修改月报",
        /// Report submitted.
        ReportSubmitted = "report.submitted" "提交月报",
        /// Report returned.
        ReportReturned = "report.returned" "退回月报",
        /// Report confirmed.
        ReportConfirmed = "report.confirmed" "确认月报",
        /// Report restated.
        ReportRestated = "report.restated" "更正月报",
        /// Reporting month opened.
        ReportingMonthOpened = "reporting_month.opened" "开放报告期",
        /// Reporting month rescheduled.
        ReportingMonthRescheduled = "reporting_month.rescheduled" "调整报告期时间",
        /// Late filing granted.
        ReportingMonthLateGranted = "reporting_month.late_granted" "准予补报",
        /// Reporting month closed.
        ReportingMonthClosed = "reporting_month.closed" "关闭报告期",
        /// Bulletin published.
        BulletinPublished = "bulletin.published" "发布通报",
        /// Issue raised.
        IssueRaised = "issue.raised" "提出协调事项",
        /// Issue raised again.
        IssueRaisedAgain = "issue.raised_again" "重新提出协调事项",
        /// Issue edited.
        IssueRewritten = "issue.rewritten" "修改协调事项",
        /// Issue assigned.
        IssueAssigned = "issue.assigned" "交办协调事项",
        /// Issue worked on.
        IssueWorkedOn = "issue.worked_on" "办理协调事项",
        /// Issue escalated.
        IssueEscalated = "issue.escalated" "提级协调事项",
        /// Issue returned.
        IssueReturned = "issue.returned" "退回协调事项",
        /// Issue clearance proposed.
        IssueProposed = "issue.proposed" "申请事项销号",
        /// Issue cleared.
        IssueCleared = "issue.cleared" "销号协调事项",
        /// Light overridden.
        LightOverridden = "light.overridden" "人工认定红黄绿灯",
        /// Light override withdrawn.
        LightOverrideWithdrawn = "light.override_withdrawn" "撤回红黄绿灯人工认定",
        /// Light rules changed.
        LightRulesChanged = "light_rules.changed" "修改红黄绿灯规则",
        /// Roll-over proposed.
        RollOverProposed = "roll_over.proposed" "生成年度结转方案",
        /// Roll-over line changed.
        RollOverLineChanged = "roll_over.line_changed" "修改结转方案",
        /// Roll-over confirmed.
        RollOverConfirmed = "roll_over.confirmed" "确认年度结转",
        /// Plan document entered.
        PlanEntered = "plan.entered" "录入政策文件",
        /// Plan document changed.
        PlanChanged = "plan.changed" "修改政策文件",
        /// Industry created.
        IndustryCreated = "industry.created" "新建产业",
        /// Industry changed.
        IndustryUpdated = "industry.updated" "修改产业",
        /// Area created.
        AreaCreated = "area.created" "新建区域",
        /// Area changed.
        AreaUpdated = "area.updated" "修改区域",
        /// Unit created.
        UnitCreated = "unit.created" "新建单位",
        /// Unit changed.
        UnitUpdated = "unit.updated" "修改单位",
        /// Row taken into the record: its first image.
        RegisterAdopted = "register.adopted" "纳入数据记录",
        /// File imported.
        ImportCompleted = "import.completed" "导入文件",
        /// Lines of a day of the access log bound by their hash.
        AccessLogDayBound = "access_log.day_bound" "固定当日访问记录",
        /// Old days of the access log deleted.
        AccessLogDaysDeleted = "access_log.days_deleted" "删除到期访问记录",
        /// Logged in. Earlier versions recorded it; the access log has log-ins now.
        SessionOpened = "session.opened" "登录",
        /// Logged out. Earlier versions recorded it.
        SessionEnded = "session.ended" "退出登录",
        /// Session ended: token reuse. Earlier versions recorded it.
        SessionEndedByReuse = "session.ended_by_reuse" "令牌被重复使用，登录已强制失效",
        /// Account created.
        UserCreated = "user.created" "新建账号",
        /// Account changed.
        UserUpdated = "user.updated" "修改账号",
        /// Account disabled.
        UserDisabled = "user.disabled" "停用账号",
        /// Password changed.
        UserPasswordChanged = "user.password_changed" "修改密码",
        /// Password reset.
        UserPasswordReset = "user.password_reset" "重置密码",
        /// Second factor begun.
        UserTotpEnrolled = "user.totp_enrolled" "获取动态码密钥",
        /// Second factor confirmed: log-in needs a code.
        UserTotpConfirmed = "user.totp_confirmed" "启用动态码",
        /// Second factor removed.
        UserTotpRemoved = "user.totp_removed" "解除动态码",
        /// Logged in with a recovery code.
        UserRecoveryCodeUsed = "user.recovery_code_used" "使用恢复码登录",
        /// All sessions of an account ended by an administrator.
        UserSessionsEnded = "user.sessions_ended" "结束账号的全部登录",
        /// Proposal made: it waits for a second person.
        ProposalSubmitted = "proposal.submitted" "提出申请（待第二人批准）",
        /// Proposal approved and carried out.
        ProposalApproved = "proposal.approved" "批准申请",
        /// Proposal refused.
        ProposalRefused = "proposal.refused" "不批准申请",
        /// Proposal withdrawn.
        ProposalWithdrawn = "proposal.withdrawn" "撤回申请",
        /// Proposal no longer possible: what it is about has changed.
        ProposalOutdated = "proposal.outdated" "申请失效",
        /// Data of a person erased from the register and from the private parts of events.
        PersonalDataErased = "personal_data.erased" "删除个人信息",
        /// Machine client created.
        ClientCreated = "client.created" "新建接口客户端",
        /// Machine client changed.
        ClientUpdated = "client.updated" "修改接口客户端",
        /// Machine client disabled.
        ClientDisabled = "client.disabled" "停用接口客户端",
        /// Client secret added.
        ClientSecretAdded = "client.secret_added" "新增接口客户端密钥",
        /// Client secret revoked.
        ClientSecretRevoked = "client.secret_revoked" "吊销接口客户端密钥",
        /// Webhook created.
        WebhookCreated = "webhook.created" "新建推送订阅",
        /// Webhook changed.
        WebhookUpdated = "webhook.updated" "修改推送订阅",
        /// Webhook disabled.
        WebhookDisabled = "webhook.disabled" "停用推送订阅",
        /// Webhook deleted.
        WebhookDeleted = "webhook.deleted" "删除推送订阅",
        /// Webhook secret added.
        WebhookSecretAdded = "webhook.secret_added" "新增推送订阅密钥",
        /// Old webhook secret revoked.
        WebhookSecretEnded = "webhook.secret_ended" "停用推送订阅旧密钥",
        /// Webhook tested.
        WebhookTested = "webhook.tested" "测试推送订阅",
        /// Delivery retried.
        WebhookDeliveryRetried = "webhook.delivery_retried" "重新推送",
    }
}

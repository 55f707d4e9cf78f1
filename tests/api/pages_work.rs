//! The pages for daily work over HTTP: filing, review, months, bulletins, accounts.

use major_projects::testing::Role;
use serde_json::json;

use crate::support::actor::Actor;
use crate::support::app::{PASSWORD, TestApp};
use crate::support::browser::{Browser, hidden, words};
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_report_goes_from_a_warning_to_the_overview,
    errors_are_shown_beside_their_fields,
    what_somebody_else_changed_is_shown_and_nothing_typed_is_lost,
    several_reports_are_confirmed_at_once_and_refusals_are_named,
    the_queue_is_narrowed_by_month_place_and_warning,
    a_month_is_opened_moved_closed_published_and_restated,
    an_overdue_owner_is_told_the_next_step_and_files_after_a_grant,
    no_role_can_use_the_forms_of_another,
    an_account_is_made_with_a_password_shown_once,
    a_machine_client_gets_its_secret_once,
];

const JUNE: &str = "2021-06";

/// A project of 甲公司 with a plan of 1200 and a confirmed May of 80. Returns the commission, the
/// project and browsers of owner and reviewer.
async fn owned(app: &TestApp) -> (Actor, i64, Browser, Browser) {
    let commission = app.commission().await;
    let id = commission.project("甲项目", json!({})).await;
    commission.assign(id, &[(app.unit_id("甲公司").await, "owner")]).await;
    commission.plan_year(id, 100).await;
    commission.confirmed(id, "2021-05", "80.00").await;
    app.add_user("owner", Role::Unit, Some("甲公司"), None, false).await;
    let owner = Browser::log_in(app, "owner").await;
    let reviewer = Browser::log_in(app, "commission").await;
    (commission, id, owner, reviewer)
}

/// Completed investment on the overview, exact.
async fn completed(browser: &Browser) -> String {
    let html = browser.open("/?year=2021&through=2021-06").await;
    let card = html.split("完成投资</h2>").nth(1).unwrap();
    card.split("title=\"").nth(1).unwrap().split(" 万元").next().unwrap().to_owned()
}

async fn a_report_goes_from_a_warning_to_the_overview(app: TestApp) {
    let (commission, id, owner, reviewer) = owned(&app).await;
    let (form, key) = (format!("/filing/{id}/{JUNE}"), format!("{id}/{JUNE}"));
    let state = async || {
        let report = commission.get(&format!("/projects/{id}/reports/{JUNE}")).await.expect(200);
        report.json["state"].as_str().unwrap().to_owned()
    };
    let before = completed(&reviewer).await;

    // The list of reports to file, and the form beside last month's figures and the plan.
    let owed = owner.open("/filing").await;
    assert!(owed.contains(&form), "{owed}");
    let empty = words(&owner.open(&form).await);
    for part in ["上月 80.00", "本月计划 100.00", "年度计划剩余 1,120.00"] {
        assert!(empty.contains(part), "{part}: {empty}");
    }

    // 700 of 1200 is more than half: saved with a warning, not submitted yet.
    let odd =
        [("completed_wan", "700"), ("progress", "设备进场"), ("seen", ""), ("action", "submit")];
    let checked = owner.post_form(&form, &odd).await.expect(303);
    assert!(checked.location.contains("said=check-warnings"), "{}", checked.location);
    let shown = owner.open(&checked.location).await;
    assert!(words(&shown).contains("占年度计划 1200.00 万元的 58.33%"), "{}", words(&shown));
    assert_eq!(state().await, "draft");
    let (version, seen) = (hidden(&shown, "version"), hidden(&shown, "seen"));
    assert_eq!((version.as_str(), seen.as_str()), ("1", "half-of-the-year"));
    let again = [&odd[..2], &[("version", "1"), ("seen", &seen), ("action", "submit")]].concat();
    let sent = owner.post_form(&form, &again).await.expect(303);
    assert!(sent.location.starts_with("/filing?"), "{}", sent.location);
    assert!(words(&owner.open(&sent.location).await).contains("已提交，等待审核。"));
    assert_eq!(state().await, "submitted");

    // The commission sees the warning and returns the report; the owner reads the reason.
    let queue = words(&reviewer.open("/review").await);
    assert!(queue.contains("58.33%") && queue.contains("700.00"), "{queue}");
    let back = [("report", key.as_str()), ("reason", "请核对设备款"), ("action", "return")];
    let returned = reviewer.post_form("/review", &back).await.expect(303);
    assert!(words(&reviewer.open(&returned.location).await).contains("已退回。"));
    assert!(words(&owner.open("/filing").await).contains("退回原因：请核对设备款"));
    let shown = owner.open(&form).await;
    assert!(words(&shown).contains("退回原因： 请核对设备款"));

    // 110.50 gives no warning: submitted at once. After confirmation the total rises by exactly
    // that.
    let version = hidden(&shown, "version");
    let right = [("completed_wan", "110.50"), ("version", &version), ("action", "submit")];
    owner.post_form(&form, &right).await.expect(303);
    assert_eq!(completed(&reviewer).await, before);
    let confirm = [("report", key.as_str()), ("action", "confirm")];
    let confirmed = reviewer.post_form("/review", &confirm).await.expect(303);
    assert!(words(&reviewer.open(&confirmed.location).await).contains("已确认，计入完成投资。"));
    assert_eq!(state().await, "confirmed");
    assert_eq!((before.as_str(), completed(&reviewer).await.as_str()), ("80.00", "190.50"));
    // A submitted report cannot be edited; the page shows it without a form.
    let done = owner.open(&form).await;
    assert!(!done.contains("name=\"completed_wan\""));
    assert!(words(&done).contains("110.50 万元"), "{}", words(&done));
}

/// The part of the form that belongs to one field.
fn field<'a>(html: &'a str, name: &str) -> &'a str {
    let start = html.find(&format!("<label for=\"{name}\"")).unwrap_or_else(|| panic!("no {name}"));
    html[start..].split("<label for=").nth(1).unwrap()
}

async fn errors_are_shown_beside_their_fields(app: TestApp) {
    let (commission, id, owner, _) = owned(&app).await;
    let form = format!("/filing/{id}/{JUNE}");
    let reports = format!("/projects/{id}/reports");
    let wrong = [
        ("completed_wan", "一百"),
        ("funds_paid_wan", "-5.00"),
        ("progress", "已填的进展"),
        ("action", "save"),
    ];

    let refused = owner.post_form(&form, &wrong).await.expect(422);
    let empty = owner.post_form(&form, &[("action", "save")]).await.expect(422);
    let negative = owner
        .post_form(
            &form,
            &[("completed_wan", "1"), ("funds_paid_wan", "-5.00"), ("action", "save")],
        )
        .await
        .expect(422);

    assert!(field(&refused.html, "completed_wan").contains("role=\"alert\""), "{}", refused.html);
    assert!(field(&refused.html, "completed_wan").contains("value=\"一百\""));
    assert!(field(&refused.html, "progress").contains("已填的进展"));
    assert!(words(field(&empty.html, "completed_wan")).contains("必须填写"));
    assert!(words(field(&negative.html, "funds_paid_wan")).contains("不能为负"));
    assert_eq!(commission.get(&reports).await.json["total"], 1);

    // Zero is saved as a draft, and needs a reason to be submitted; thousands separators are
    // accepted.
    let zero = owner
        .post_form(&form, &[("completed_wan", "0"), ("seen", "zero-month"), ("action", "submit")]);
    let zero = zero.await.expect(422);
    assert!(words(field(&zero.html, "zero_reason")).contains("请说明原因"));
    assert!(words(&zero.html).contains("草稿已保存，但没有提交。"));
    let (version, money) = (hidden(&zero.html, "version"), "1,090.00");
    let saved = [("completed_wan", money), ("version", &version), ("action", "save")];
    owner.post_form(&form, &saved).await.expect(303);
    let stored = commission.get(&format!("{reports}/{JUNE}")).await.expect(200);
    assert_eq!(
        (&stored.json["completed_wan"], &stored.json["state"]),
        (&json!("1090.00"), &json!("draft"))
    );
}

async fn what_somebody_else_changed_is_shown_and_nothing_typed_is_lost(app: TestApp) {
    let (commission, id, owner, _) = owned(&app).await;
    let (form, path) = (format!("/filing/{id}/{JUNE}"), format!("/projects/{id}/reports/{JUNE}"));
    let first = [("completed_wan", "90"), ("progress", "桩基"), ("action", "save")];
    owner.post_form(&form, &first).await.expect(303);
    commission
        .change(&path, 1, &json!({"completed_wan": "91.00", "progress": "桩基"}))
        .await
        .expect(200);

    let mine =
        [("completed_wan", "92.5"), ("progress", "桩基完成"), ("version", "1"), ("action", "save")];
    let stale = owner.post_form(&form, &mine).await.expect(422);

    let said = words(&stale.html);
    assert!(said.contains("已被他人修改"), "{said}");
    assert!(said.contains("再次保存将以您填写的为准"), "{said}");
    let amount = field(&stale.html, "completed_wan");
    assert!(amount.contains("value=\"92.5\"") && words(amount).contains("现存：91.00"), "{amount}");
    assert!(field(&stale.html, "progress").contains("桩基完成"));
    assert_eq!(commission.get(&path).await.json["completed_wan"], "91.00");
    // Invalid and outdated: the form keeps the version it was sent with, not one its sender has not
    // seen.
    let wrong = [("completed_wan", "-1"), ("version", "1"), ("action", "save")];
    let wrong = owner.post_form(&form, &wrong).await.expect(422);
    assert_eq!(hidden(&wrong.html, "version"), "1");
    // Creating a draft twice is a conflict too.
    let twice = owner.post_form(&form, &first).await.expect(422);
    assert!(words(&twice.html).contains("现存：91.00"));
    let again = [
        ("completed_wan", "92.5"),
        ("version", &hidden(&stale.html, "version")),
        ("action", "save"),
    ];
    owner.post_form(&form, &again).await.expect(303);
    assert_eq!(commission.get(&path).await.json["completed_wan"], "92.50");
}

/// Submits a report as the commission.
async fn submit(commission: &Actor, id: i64, month: &str, completed: &str) {
    let path = format!("/projects/{id}/reports/{month}");
    commission.create(&path, &json!({"completed_wan": completed})).await.expect(201);
    commission.step(&format!("{path}/submission")).await.expect(200);
}

async fn several_reports_are_confirmed_at_once_and_refusals_are_named(app: TestApp) {
    let (commission, one, owner, reviewer) = owned(&app).await;
    let two = commission.project("乙项目", json!({})).await;
    let draft = commission.project("丙草稿", json!({})).await;
    for id in [one, two] {
        submit(&commission, id, JUNE, "10.00").await;
    }
    let path = format!("/projects/{draft}/reports/{JUNE}");
    commission.create(&path, &json!({"completed_wan": "5.00"})).await.expect(201);
    let keys = [one, two, draft].map(|id| format!("{id}/{JUNE}"));
    let ticked = |action| {
        let boxes = keys.iter().map(|key| ("report", key.as_str()));
        boxes.chain([("action", action)]).collect::<Vec<_>>()
    };

    let silent = reviewer.post_form("/review", &ticked("return")).await.expect(422);
    let none = reviewer.post_form("/review", &[("action", "confirm")]).await.expect(422);
    owner.post_form("/review", &ticked("confirm")).await.expect(403);
    let before = completed(&reviewer).await;
    // A reason that was typed is not dropped by a confirmation.
    let mut torn = ticked("confirm");
    torn.push(("reason", "与支付凭证不符"));
    let torn = reviewer.post_form("/review", &torn).await.expect(422);
    assert!(torn.html.contains("与支付凭证不符") && words(&torn.html).contains("清空原因"));
    assert_eq!(completed(&reviewer).await, before);
    let mixed = reviewer.post_form("/review", &ticked("confirm")).await.expect(422);

    assert!(words(&silent.html).contains("必须填写"), "{}", words(&silent.html));
    assert!(silent.html.contains(&format!("value=\"{}\" checked", keys[0])), "boxes stay ticked");
    assert!(words(&none.html).contains("请先勾选月报"));
    let said = words(&mixed.html);
    assert!(said.contains("已确认 2 份，1 份未能确认"), "{said}");
    assert!(said.contains("丙草稿 （2021-06）：月报当前为“草稿”"), "{said}");
    assert_eq!((before.as_str(), completed(&reviewer).await.as_str()), ("80.00", "100.00"));
    // Returned together, with the same reason.
    let reason =
        [&ticked("return")[..2], &[("reason", "数据有误，请重报"), ("action", "return")]].concat();
    let returned = reviewer.post_form("/review?month=2021-06", &reason).await.expect(303);
    assert!(returned.location.contains("month=2021-06"), "{}", returned.location);
    assert!(returned.location.contains("done=2"), "{}", returned.location);
    assert_eq!(completed(&reviewer).await, "80.00");
    // A unit that is only an owner cannot return its own report.
    submit_again(&commission, one).await;
    let own = [("report", keys[0].as_str()), ("reason", "自行撤回"), ("action", "return")];
    let refused = owner.post_form("/review", &own).await.expect(422);
    assert!(words(&refused.html).contains("甲项目 （2021-06）：您的角色无权执行此操作"));
}

async fn submit_again(commission: &Actor, id: i64) {
    commission.step(&format!("/projects/{id}/reports/{JUNE}/submission")).await.expect(200);
}

async fn the_queue_is_narrowed_by_month_place_and_warning(app: TestApp) {
    let (commission, one, _, reviewer) = owned(&app).await;
    let hekou =
        commission.project("河口项目", json!({"area": "hekou", "industry": "new_energy"})).await;
    submit(&commission, one, JUNE, "700.00").await;
    submit(&commission, hekou, "2021-05", "20.00").await;
    let seen = async |query: &str| {
        let page = words(&reviewer.open(&format!("/review?year=2021&{query}")).await);
        // Project names occur only in the queue.
        (page.contains("甲项目"), page.contains("河口项目"))
    };

    assert_eq!(seen("").await, (true, true));
    assert_eq!(seen("month=2021-06").await, (true, false));
    assert_eq!(seen("area=hekou&month=&industry=").await, (false, true));
    assert_eq!(seen("industry=next_gen_it").await, (true, false));
    assert_eq!(seen("warning=any").await, (true, false));
    assert_eq!(seen("warning=none").await, (false, true));
    assert_eq!(seen("warning=half-of-the-year").await, (true, false));
    assert_eq!(seen("warning=zero-month").await, (false, false));
    assert_eq!(seen("state=confirmed").await, (true, false));
    let status = reviewer.get("/review?area=atlantis").await.status;
    assert_eq!(status, 400);
    // Plan and last month are shown beside the figures.
    let row = words(&reviewer.open("/review?month=2021-06").await);
    assert!(row.contains("2021-06 700.00 100.00 80.00"), "{row}");
}

async fn a_month_is_opened_moved_closed_published_and_restated(app: TestApp) {
    let (commission, id, _, reviewer) = owned(&app).await;
    app.add_user("viewer", Role::Viewer, None, None, false).await;
    let viewer = Browser::log_in(&app, "viewer").await;
    app.calendar.turn_to("2023-08-01");
    let (page, forward) = ("/months/2023-07", ("opens_on", "2023-08-01"));

    // Opening from the page; invalid days are named and nothing is opened.
    let wrong = [("month", "2023-07"), ("opens_on", "2023-06-30"), ("due_on", "2023-06-01")];
    let refused = reviewer.post_form("/months?year=2023", &wrong).await.expect(422);
    assert!(words(&refused.html).contains("不能早于当月第一天"), "{}", words(&refused.html));
    assert!(refused.html.contains("value=\"2023-06-30\""), "what was typed stays");
    assert_eq!(reviewer.get(page).await.status, 404);
    let open = [("month", "2023-07"), forward, ("due_on", "2023-08-05")];
    reviewer.post_form("/months?year=2023", &open).await.expect(303);
    assert!(
        words(&reviewer.open("/review?year=2023").await)
            .contains("2023-07 开放 2023-08-05 1 0 0 0 1")
    );

    // Reloading a form's address redirects to its page.
    assert_eq!(reviewer.leads("/months?year=2023").await, "/review?year=2023#months");
    assert_eq!(
        reviewer.leads("/months/2023-07/closing?year=2023").await,
        "/months/2023-07?year=2023"
    );
    assert_eq!(reviewer.leads("/bulletins/2023-07/publication").await, "/bulletins");
    // The other form on the page keeps its own address.
    assert!(refused.html.contains("action=\"/review?year=2023\""));

    // Moving the days needs the current version.
    let days = |version| [("version", version), forward, ("due_on", "2023-08-08")];
    reviewer.post_form(&format!("{page}/days"), &days("1")).await.expect(303);
    let stale = reviewer.post_form(&format!("{page}/days"), &days("1")).await.expect(422);
    assert!(words(&stale.html).contains("已被他人修改"));
    let early = reviewer.post_form(&format!("{page}/closing"), &[]).await.expect(422);
    assert!(words(&early.html).contains("请于其后关闭"), "{}", words(&early.html));

    // The count of missing reports links to their list.
    let missing = words(&viewer.open(&format!("{page}?status=missing&area=dongying")).await);
    assert!(missing.contains("甲项目") && missing.contains("甲公司"), "{missing}");
    assert!(!words(&viewer.open(&format!("{page}?area=hekou")).await).contains("甲项目"));

    // Closing is refused while a report waits for review.
    submit(&commission, id, "2023-07", "40.00").await;
    app.calendar.turn_to("2023-08-09");
    let waits = reviewer.post_form(&format!("{page}/closing"), &[]).await.expect(422);
    assert!(words(&waits.html).contains("还有 1 份月报待审核"), "{}", words(&waits.html));
    let key = format!("{id}/2023-07");
    reviewer.post_form("/review", &[("report", &key), ("action", "confirm")]).await.expect(303);
    let open = reviewer.open("/bulletins").await;
    assert!(!open.contains("/bulletins/2023-07/publication"));
    reviewer.post_form(&format!("{page}/closing"), &[]).await.expect(303);
    assert!(words(&reviewer.open(page).await).contains("已关闭"));

    // Published from the list; the page equals the API.
    assert!(reviewer.open("/bulletins").await.contains("/bulletins/2023-07/publication"));
    let published = reviewer.post_form("/bulletins/2023-07/publication", &[]).await.expect(303);
    let twice = reviewer.post_form("/bulletins/2023-07/publication", &[]).await.expect(422);
    assert!(words(&twice.html).contains("已发布通报"), "{}", words(&twice.html));
    let hash = commission.get("/bulletins/2023-07").await.expect(200).json["sha256"].clone();
    let bulletin = reviewer.open(&published.location).await;
    for part in ["2023年7月重大项目调度通报", "一、计划兑现情况", "40.00", hash.as_str().unwrap()]
    {
        assert!(words(&bulletin).contains(part), "{part}");
    }
    assert!(words(&bulletin).contains("现在的数据与通报一致"));
    assert!(bulletin.contains("/files/bulletins/2023-07?format=xlsx"));

    // A restatement is shown beside the report and to readers of the bulletin.
    let restating = format!("{page}/restatements/{id}");
    assert!(reviewer.open(page).await.contains(&restating));
    let amount = |wan| [("amount_wan", wan), ("reason", "审计核减"), ("approver", "重大项目科")];
    let much = reviewer.post_form(&restating, &amount("-41.00")).await.expect(422);
    assert!(words(field(&much.html, "amount_wan")).contains("最多只能冲减到零"));
    assert!(field(&much.html, "reason").contains("审计核减"));
    reviewer.post_form(&restating, &amount("-4.50")).await.expect(303);
    let after = words(&reviewer.open(&restating).await);
    assert!(after.contains("现计入（含更正） 35.50 万元"), "{after}");
    let compared = words(&viewer.open("/bulletins/2023-07").await);
    assert!(compared.contains("40.00 35.50 -4.50"), "{compared}");
    assert!(compared.contains("审计核减"), "{compared}");
    viewer.post_form(&restating, &amount("1.00")).await.expect(403);
}

async fn an_overdue_owner_is_told_the_next_step_and_files_after_a_grant(app: TestApp) {
    let (commission, id, owner, reviewer) = owned(&app).await;
    let form = format!("/filing/{id}/2023-07");
    app.calendar.turn_to("2023-07-20");

    let unopened = words(&owner.open(&form).await);
    let days = json!({"opens_on": "2023-08-01", "due_on": "2023-08-05"});
    commission.create("/reporting-months/2023-07", &days).await.expect(201);
    app.calendar.turn_to("2023-08-07");
    let overdue = owner.open(&form).await;
    let forced = owner
        .post_form(&form, &[("completed_wan", "12.5"), ("action", "submit")])
        .await
        .expect(422);

    assert!(unopened.contains("请联系发展改革部门开放报告期"), "{unopened}");
    assert!(
        words(&overdue).contains("申请限时补报") && !overdue.contains("name=\"completed_wan\"")
    );
    assert!(words(&forced.html).contains("申请限时补报"), "{}", words(&forced.html));
    assert!(
        field(&forced.html, "completed_wan").contains("value=\"12.5\""),
        "nothing typed is lost"
    );
    assert!(words(&owner.open("/filing").await).contains("已逾期 2 天"));

    let unit = app.unit_id("甲公司").await.to_string();
    let grants = "/months/2023-07/grants";
    let grant = |until| [("unit_id", unit.as_str()), ("until", until), ("reason", "停电")];
    let past = reviewer.post_form(grants, &grant("2021-06-01")).await.expect(422);
    let never = reviewer.post_form(grants, &grant("+262142-12-31")).await.expect(422);
    assert!(never.html.contains("role=\"alert\""));
    let nobody = reviewer.post_form(grants, &[("until", "2021-07-02")]).await.expect(422);
    owner.post_form(grants, &grant("2021-07-02")).await.expect(403);
    // The clock is at 2021-07-01: granted until the end of the next day.
    reviewer.post_form(grants, &grant("2021-07-02")).await.expect(303);

    assert!(words(&past.html).contains("已经过去"), "{}", words(&past.html));
    assert!(words(&nobody.html).contains("必须填写"));
    let month = words(&reviewer.open("/months/2023-07").await);
    assert!(month.contains("甲公司 2021-07-03 00:00 有效 停电"), "{month}");
    assert!(words(&owner.open("/filing").await).contains("限时补报：甲公司"));
    let filed = [("completed_wan", "12.5"), ("action", "submit")];
    owner.post_form(&form, &filed).await.expect(303);
    commission.get(&format!("/projects/{id}/reports/2023-07")).await.expect(200);
}

async fn no_role_can_use_the_forms_of_another(app: TestApp) {
    let (commission, id, owner, reviewer) = owned(&app).await;
    for (name, role) in
        [("viewer", Role::Viewer), ("auditor", Role::Auditor), ("admin", Role::Admin)]
    {
        app.add_user(name, role, None, None, false).await;
    }
    app.add_user("other", Role::Unit, Some("乙公司"), None, false).await;
    let (viewer, admin) =
        (Browser::log_in(&app, "viewer").await, Browser::log_in(&app, "admin").await);
    let (auditor, other) =
        (Browser::log_in(&app, "auditor").await, Browser::log_in(&app, "other").await);
    let form = format!("/filing/{id}/{JUNE}");
    let restating = format!("/months/2021-05/restatements/{id}");
    let pages = [
        "/filing",
        form.as_str(),
        "/review",
        "/months/2021-06",
        "/bulletins",
        "/accounts",
        "/clients",
        &restating,
    ];
    let statuses = async |browser: &Browser| {
        let mut all = Vec::new();
        for page in pages {
            all.push(browser.get(page).await.status);
        }
        all
    };

    assert_eq!(statuses(&owner).await, [200, 200, 200, 200, 200, 403, 403, 403]);
    assert_eq!(statuses(&other).await, [200, 404, 200, 200, 200, 403, 403, 403]);
    assert_eq!(statuses(&reviewer).await, [200, 200, 200, 200, 200, 403, 403, 200]);
    assert_eq!(statuses(&viewer).await, [403, 403, 403, 200, 200, 403, 403, 403]);
    assert_eq!(statuses(&auditor).await, [403, 403, 403, 403, 403, 403, 403, 403]);
    assert_eq!(statuses(&admin).await, [403, 403, 403, 403, 403, 200, 200, 403]);

    let amount = [("completed_wan", "1.00"), ("action", "save")];
    let steps = [
        "/months",
        "/months/2021-06/days",
        "/months/2021-06/closing",
        "/bulletins/2021-06/publication",
    ];
    for step in steps {
        assert_eq!(owner.post_form(step, &[]).await.status, 403, "{step}");
    }
    other.post_form(&form, &amount).await.expect(404);
    viewer.post_form(&form, &amount).await.expect(403);
    admin.post_form(&form, &amount).await.expect(403);
    reviewer.post_form("/accounts", &[("username", "li.na")]).await.expect(403);
    owner.send(&form, &amount).await.expect(403);
    commission.get(&format!("/projects/{id}/reports/{JUNE}")).await.expect(404);
    // An anonymous visitor logs in first and returns; each role starts on its own page.
    let stranger =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let request = stranger.build().unwrap().get(app.root(&form)).header("Accept", "text/html");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 303);
    let to = answer.headers()["location"].to_str().unwrap();
    assert!(to.starts_with("/log-in?next="), "{to}");
    assert_eq!(admin.leads("/").await, "/accounts");
    assert_eq!(auditor.leads("/").await, "/history");
    assert_eq!(viewer.leads("/").await, "");
}

async fn an_account_is_made_with_a_password_shown_once(app: TestApp) {
    app.add_user("admin", Role::Admin, None, None, false).await;
    let admin = Browser::log_in(&app, "admin").await;
    let unit = app.unit_id("甲公司").await.to_string();
    let new =
        [("username", "Li.Na"), ("display_name", "李娜"), ("role", "unit"), ("unit_id", &unit)];

    let unfit = admin.post_form("/accounts", &new[..3]).await.expect(422);
    let made = admin.post_form("/accounts", &new).await.expect(200);
    let taken = admin.post_form("/accounts", &new).await.expect(422);

    assert!(words(field(&unfit.html, "create-unit_id")).contains("该角色必须指定"));
    assert!(field(&unfit.html, "create-display_name").contains("value=\"李娜\""));
    assert!(words(&taken.html).contains("已被占用"));
    let password = secret(&made.html);
    assert!(!admin.open("/accounts").await.contains(&password), "it is shown once");
    // The first password is valid for one log-in, which requires a new one.
    let first = app.log_in("li.na", &password).await;
    assert_eq!(first.get("/projects").await.expect(403).code(), "password-change-required");

    let list = admin.open("/accounts?role=unit&q=%E6%9D%8E").await;
    let row = words(&list);
    assert!(row.contains("li.na 李娜 责任单位 甲公司 待改初始密码"), "{row}");
    let path = list.split("href=\"/accounts/").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/accounts/{path}");
    let version = hidden(&admin.open(&path).await, "version");
    let change = |version| {
        [
            ("version", version),
            ("display_name", "李娜（市局）"),
            ("role", "viewer"),
            ("unit_id", ""),
            ("area_id", ""),
        ]
    };
    admin.post_form(&path, &change(&version)).await.expect(303);
    let stale = admin.post_form(&path, &change(&version)).await.expect(422);
    assert!(words(&stale.html).contains("已被他人修改"));
    assert!(stale.html.contains("value=\"李娜（市局）\""));
    assert!(words(&admin.open("/accounts?role=viewer").await).contains("李娜（市局）"));

    let version = hidden(&admin.open(&path).await, "version");
    let disable = [("version", version.as_str()), ("disabled", "true")];
    admin.post_form(&format!("{path}/disabled"), &disable).await.expect(303);
    first.get("/me").await.expect(401);
    assert!(words(&admin.open("/accounts?disabled=true").await).contains("li.na"));
    assert!(!words(&admin.open("/accounts?disabled=false").await).contains("li.na"));
    let version = hidden(&admin.open(&path).await, "version");
    let enable = [("version", version.as_str()), ("disabled", "false")];
    admin.post_form(&format!("{path}/disabled"), &enable).await.expect(303);
    let reset = admin.post_form(&format!("{path}/password"), &[]).await.expect(200);
    let again = secret(&reset.html);
    assert_ne!(again, password);
    let old = json!({"username": "li.na", "password": password});
    app.stranger().post("/sessions", &old).await.expect(401);
    app.log_in("li.na", &again).await;
    assert_eq!(admin.get("/accounts/987654").await.status, 404);
    assert_ne!(again, PASSWORD);
}

/// The secret shown once on the page.
fn secret(html: &str) -> String {
    let shown = html.split("<code class=\"secret\">").nth(1);
    shown
        .unwrap_or_else(|| panic!("no secret: {}", words(html)))
        .split('<')
        .next()
        .unwrap()
        .to_owned()
}

async fn a_machine_client_gets_its_secret_once(app: TestApp) {
    app.add_user("admin", Role::Admin, None, None, false).await;
    let admin = Browser::log_in(&app, "admin").await;
    let new = [
        ("name", "直报平台"),
        ("role", "viewer"),
        ("scopes", "projects:read"),
        ("scopes", "summaries:read"),
    ];

    let none = admin.post_form("/clients", &new[..2]).await.expect(422);
    let made = admin.post_form("/clients", &new).await.expect(200);

    assert!(words(&none.html).contains("至少 1 项"), "{}", words(&none.html));
    assert!(none.html.contains("value=\"直报平台\""));
    let client_secret = secret(&made.html);
    let list = admin.open("/clients").await;
    assert!(!list.contains(&client_secret), "it is shown once");
    assert!(words(&list).contains("读取项目 读取汇总 有效 —"), "{}", words(&list));
    let id = list.split("href=\"/clients/").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/clients/{id}");
    let client_id = list.split("<code>mp-").nth(1).unwrap().split('<').next().unwrap();
    let credentials = [
        ("grant_type", "client_credentials"),
        ("client_id", &format!("mp-{client_id}")),
        ("client_secret", &client_secret),
    ];
    let token = async || {
        let stranger = app.stranger();
        let request = stranger.request(reqwest::Method::POST, "/oauth/token").form(&credentials);
        stranger.send(request).await.status
    };
    assert_eq!(token().await, 200);

    let one = admin.open(&path).await;
    let fewer = [
        ("version", hidden(&one, "version")),
        ("name", "直报平台".into()),
        ("scopes", "projects:read".into()),
    ];
    let fewer: Vec<(&str, &str)> =
        fewer.iter().map(|(name, value)| (*name, value.as_str())).collect();
    admin.post_form(&path, &fewer).await.expect(303);
    let stale = admin.post_form(&path, &fewer).await.expect(422);
    assert!(words(&stale.html).contains("已被他人修改"));
    assert!(!words(&admin.open("/clients").await).contains("读取汇总 有效"));
    let second = admin.post_form(&format!("{path}/secrets"), &[]).await.expect(200);
    assert_ne!(secret(&second.html), client_secret);
    let third = admin.post_form(&format!("{path}/secrets"), &[]).await.expect(422);
    assert!(words(&third.html).contains("已有两个有效密钥"));
    let one = admin.open(&path).await;
    let first = one.split("/secrets/").find_map(|part| part.split_once("/revocation")).unwrap().0;
    admin.post_form(&format!("{path}/secrets/{first}/revocation"), &[]).await.expect(303);
    assert_eq!(token().await, 401);
}

//! The register's pages over HTTP: projects, issues, history.

use major_projects::testing::Role;
use major_projects::testing::{Calendar as _, Clock as _};
use serde_json::{Value, json};

use crate::support::actor::Actor;
use crate::support::app::{TestApp, set_up};
use crate::support::browser::{Browser, Shown};
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    the_list_equals_the_api_and_sums_to_the_overview,
    filters_are_chips_and_headings_sort,
    a_list_is_paged_and_empty_lists_say_what_to_do,
    a_project_s_page_shows_all_its_data,
    projects_that_are_not_visible_answer_404,
    a_milestone_is_moved_and_reached_on_the_page,
    a_stage_and_a_light_are_the_commission_s_to_change,
    an_issue_lives_its_whole_life_on_its_page,
    issues_are_counted_and_every_number_leads_to_its_list,
    history_is_shown_as_text_and_is_the_auditor_s_first_page,
    the_bar_shows_the_pages_of_the_role_and_the_root_redirects_there,
    a_stranger_is_sent_to_log_in_and_comes_back,
];

/// The demonstration data: 152 projects, January to May confirmed.
async fn demo(app: &TestApp) -> Actor {
    let (today, now) = (app.calendar.today(), app.clock.now());
    let year = major_projects::testing::Year::new(2021).unwrap();
    major_projects::testing::demo::load::load(&app.db, year, today, now, |_, _| ()).await.unwrap();
    app.commission().await
}

/// An amount in 万元 with thousands separators.
fn grouped(value: &Value) -> String {
    let text = value.as_str().unwrap_or_else(|| panic!("no amount: {value}"));
    let (whole, part) = text.split_once('.').unwrap();
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{part}")
}

/// The table row that contains `text`.
fn row<'a>(page: &'a Shown, text: &str) -> &'a str {
    let found = page.html.split("<tr").find(|row| row.contains(text));
    found.unwrap_or_else(|| panic!("no row says {text}: {}", page.html))
}

/// The row of the total.
fn total(page: &Shown) -> &str {
    let rest = page.html.split("<tr class=\"total\">").nth(1);
    rest.and_then(|row| row.split("</tr>").next()).unwrap_or_else(|| panic!("{}", page.html))
}

/// The first link target that starts with `path`.
fn link(page: &Shown, path: &str) -> String {
    let rest = page.html.split(&format!("href=\"{path}")).nth(1);
    let rest = rest.unwrap_or_else(|| panic!("no link to {path}: {}", page.html));
    format!("{path}{}", rest.split('"').next().unwrap()).replace("&#38;", "&").replace("&amp;", "&")
}

/// A project of 甲公司 with a plan of 100 万元 a month that completed 90 from March to May.
async fn one_project(app: &TestApp) -> (Actor, i64) {
    let commission = app.commission().await;
    let id = commission.project("滨河项目", json!({"content": "年产十万吨"})).await;
    commission.assign(id, &[(app.unit_id("甲公司").await, "owner")]).await;
    commission.plan_year(id, 100).await;
    for month in ["2021-03", "2021-04", "2021-05"] {
        commission.confirmed(id, month, "90.00").await;
    }
    (commission, id)
}

/// A browser logged in as the owner of that project.
async fn owner(app: &TestApp) -> Browser {
    app.unit("甲公司").await;
    let name = "甲公司".bytes().take(24).fold(String::new(), |name, b| format!("{name}{b:02x}"));
    Browser::log_in(app, &format!("unit-{name}")).await
}

async fn the_list_equals_the_api_and_sums_to_the_overview(app: TestApp) {
    let commission = demo(&app).await;
    let browser = Browser::log_in(&app, "commission").await;
    let chosen = "year=2021&through=2021-05&basis=current";
    for filter in ["", "&industry=new_energy_materials", "&area=hekou&light=red", "&month=2021-04"]
    {
        let page = browser.get(&format!("/projects?{chosen}{filter}")).await.expect(200);
        let list =
            commission.get(&format!("/summaries/projects?{chosen}{filter}")).await.expect(200);

        let sum = &list.json["sum"];
        let shown = total(&page);
        let planned = sum["planned"].get("annual_investment_wan");
        let planned = planned.unwrap_or(&sum["planned"]["through_wan"]);
        for amount in [&sum["total_investment_wan"], planned, &sum["completed_wan"]] {
            assert!(shown.contains(&grouped(amount)), "{amount} of {filter}: {shown}");
        }
        assert!(page.says(&format!("共 {} 个项目", list.json["total"])), "{filter}");
        for item in list.items() {
            let shown = row(&page, item["name"].as_str().unwrap());
            assert!(shown.contains(&grouped(&item["completed_wan"])), "{item} {shown}");
            assert!(shown.contains(&format!(
                "/projects/{}?{}",
                item["project_id"],
                chosen.replace('&', "&#38;")
            )));
            assert!(shown.contains(item["decided_by"].as_str().unwrap()), "{shown}");
        }
    }
    // The overview equals the sum of the list.
    let overview = browser.get(&format!("/?{chosen}")).await.expect(200);
    let page = browser.get(&format!("/projects?{chosen}")).await.expect(200);
    let table = commission.get(&format!("/summaries/commitments?{chosen}")).await.json;
    for amount in ["/completed_wan", "/registered/total_investment_wan"] {
        let amount = grouped(table["total"].pointer(amount).unwrap());
        assert!(overview.says(&amount) && total(&page).contains(&amount), "{amount}");
    }
    let lights = commission.get(&format!("/summaries/lights?{chosen}")).await.json;
    let red = browser.get(&format!("/projects?{chosen}&light=red")).await.expect(200);
    assert!(red.says(&format!("共 {} 个项目", lights["total"]["projects"]["red"])));
    // The file link requests the API with the same filters.
    let file = link(&red, "/files/summaries/projects");
    assert_eq!(file, format!("/files/summaries/projects?light=red&{chosen}&format=xlsx"));
}

async fn filters_are_chips_and_headings_sort(app: TestApp) {
    let commission = demo(&app).await;
    let browser = Browser::log_in(&app, "commission").await;
    let unit = commission.get("/units?q=%E9%AB%98%E7%AB%AF%E5%8C%96%E5%B7%A5&limit=1").await;
    let (id, name) = (unit.items()[0]["id"].clone(), unit.items()[0]["name"].clone());
    let asked = format!(
        "/projects?year=2021&through=2021-05&area=hekou&area=kenli&light=yellow&unit={id}&role=owner&q=%E7%A4%BA"
    );

    let page = browser.get(&asked).await.expect(200);
    let without =
        browser.get(&link(&page, "/projects?year=2021&#38;through=2021-05&#38;area=kenli")).await;
    let sorted =
        browser.get("/projects?year=2021&through=2021-05&sort=-completed_wan").await.expect(200);
    let api =
        commission.get("/summaries/projects?year=2021&through=2021-05&sort=-completed_wan").await;

    for chip in ["区域：河口区", "区域：垦利区", "红黄绿灯：黄灯", "角色：项目单位", "“示”"]
    {
        assert!(page.says(chip), "{chip}");
    }
    assert!(page.says(&format!("单位：{}", name.as_str().unwrap())));
    assert!(page.says("value=\"kenli\" checked") && !page.says("value=\"dongying\" checked"));
    assert!(!without.says("区域：河口区") && without.says("区域：垦利区"));
    // Parameters without a field in the form become hidden fields.
    assert!(page.says(&format!("<input type=\"hidden\" name=\"unit\" value=\"{id}\">")));
    assert!(sorted.says("aria-sort=\"descending\""));
    assert!(sorted.says("sort=completed_wan"), "the same heading sorts the other way");
    let places: Vec<_> = api
        .items()
        .iter()
        .map(|item| sorted.html.find(&format!("/projects/{}?", item["project_id"])).unwrap())
        .collect();
    assert!(places.is_sorted(), "rows stand as the API has them");
    let wrong = browser.get("/projects?sort=password").await.expect(400);
    assert!(wrong.says("只能按") && wrong.says("deviation_points"));
    browser.get("/projects?colour=red").await.expect(400);
}

async fn a_list_is_paged_and_empty_lists_say_what_to_do(app: TestApp) {
    demo(&app).await;
    let browser = Browser::log_in(&app, "commission").await;

    let mut page = browser.get("/projects?year=2021&through=2021-05&sort=-light").await.expect(200);
    let mut pages = 1;
    let first = total(&page).to_owned();
    while page.says("rel=\"next\"") {
        let next = page.html.split("rel=\"next\" href=\"").nth(1).unwrap();
        let next = next.split('"').next().unwrap().replace("&#38;", "&");
        page = browser.get(&next).await.expect(200);
        assert_eq!(total(&page), first, "every page says the sums of all");
        assert!(page.says("第一页"));
        pages += 1;
        assert!(pages < 9);
    }
    assert_eq!(pages, 4);
    let nothing = browser.get("/projects?year=2021&through=2021-05&q=zzz").await.expect(200);
    assert!(nothing.says("没有符合条件的项目") && nothing.says("查看全部项目"));
    let early = browser.get("/projects?year=2019").await.expect(200);
    assert!(early.says("这一年还没有入库项目"));
}

async fn a_project_s_page_shows_all_its_data(app: TestApp) {
    let (commission, id) = one_project(&app).await;
    let adjusted = json!({"kind": "adjustment", "annual_investment_wan": "1440.00",
        "months": vec!["120.00"; 12], "effective_month": "2021-06", "document_number": "东发改〔2021〕9号",
        "reason": "二期提前开工"});
    commission
        .post(&format!("/projects/{id}/year-plans/2021/adjustments"), &adjusted)
        .await
        .expect(201);
    let milestones = format!("/projects/{id}/milestones");
    let milestone = json!({"code": "main_structure", "baseline_date": "2021-06-01"});
    commission.post(&milestones, &milestone).await.expect(201);
    let issue = json!({"title": "用地指标不足", "category": "land", "level": "county",
        "asked": "请协调 35 亩", "due_on": "2021-07-31"});
    commission.post(&format!("/projects/{id}/issues"), &issue).await.expect(201);
    app.add_user("viewer", Role::Viewer, None, None, false).await;
    let browser = Browser::log_in(&app, "commission").await;
    let path = format!("/projects/{id}?year=2021&through=2021-05");

    let page = browser.get(&path).await.expect(200);
    let viewer = Browser::log_in(&app, "viewer").await.get(&path).await.expect(200);
    let earlier = browser.get(&format!("/projects/{id}?year=2020")).await.expect(200);

    for said in [
        "滨河项目",
        "年产十万吨",
        "甲公司",
        // 270 of 1,200: 22.50 %, 19.17 points behind; 270 more by the end of June.
        "270.00",
        "22.50%",
        "-19.17",
        "投资进度黄灯：完成率较时序进度相差 -19.17 个百分点，低于界限 -5.00。",
        "到 2021-06-30 再完成 270.00 万元，即可恢复绿灯。",
        "年初计划",
        "东发改〔2021〕9号",
        "二期提前开工",
        "1,440.00",
        "主体完成",
        "主体完成 计划 2021-06-01",
        "用地指标不足",
        "badge confirmed",
        "确认月报",
    ] {
        assert!(page.says(said), "{said}: {}", page.html);
    }
    assert!(row(&page, "主体完成</th>").contains("<td>30</td>"), "30 days late on 1 July");
    assert!(row(&page, "2021-04</th>").contains("90.00"));
    assert!(page.says("<title>主体完成 计划 2021-06-01</title>"), "every mark says its day");
    for form in ["/stage?", "/issues?", "/light-overrides?", "milestone="] {
        let offered = format!("/projects/{id}{form}");
        assert!(page.says(&offered) || page.says(form), "{form}");
        assert!(!viewer.says(&format!("action=\"{offered}")), "{form}");
    }
    assert!(!viewer.says("变更历史") && !viewer.says("提出事项"));
    assert!(earlier.says("不在所选年度的项目库中"));
}

async fn projects_that_are_not_visible_answer_404(app: TestApp) {
    let (commission, mine) = one_project(&app).await;
    let theirs = commission.project("他人项目", json!({})).await;
    commission.assign(theirs, &[(app.unit_id("乙公司").await, "owner")]).await;
    let owner = owner(&app).await;

    let list = owner.get("/projects?year=2021&through=2021-05").await.expect(200);

    assert!(list.says("滨河项目") && !list.says("他人项目") && list.says("共 1 个项目"));
    owner.get(&format!("/projects/{mine}?year=2021")).await.expect(200);
    let hidden = owner.get(&format!("/projects/{theirs}?year=2021")).await.expect(404);
    assert!(hidden.says("没有找到"));
    let from = format!("/projects/{mine}");
    let issue = [
        ("title", "x"),
        ("category", "land"),
        ("level", "unit"),
        ("asked", "x"),
        ("due_on", "2021-08-01"),
    ];
    owner.submit(&from, &format!("/projects/{theirs}/issues"), &issue).await.expect(404);
    owner
        .submit(&from, &format!("/projects/{mine}/stage"), &[("stage", "completed")])
        .await
        .expect(403);
    owner
        .submit(&from, &format!("/projects/{mine}/light-overrides"), &[("light", "green")])
        .await
        .expect(403);
    assert_eq!(commission.get(&format!("/projects/{mine}")).await.json["stage"], "construction");
}

async fn a_milestone_is_moved_and_reached_on_the_page(app: TestApp) {
    let (commission, id) = one_project(&app).await;
    let body = json!({"code": "main_structure", "baseline_date": "2021-06-01"});
    let milestone =
        commission.post(&format!("/projects/{id}/milestones"), &body).await.expect(201).id();
    let api = format!("/projects/{id}/milestones/{milestone}");
    let owner = owner(&app).await;
    let form = format!("/projects/{id}?year=2021&through=2021-05&milestone={milestone}");
    let target = format!("{api}?year=2021&through=2021-05&basis=current");

    let shown = owner.get(&form).await.expect(200);
    let version =
        shown.html.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(version, "1");
    let no_reason = [("version", "1"), ("forecast_date", "2021-09-30")];
    let refused = owner.submit(&form, &target, &no_reason).await.expect(422);
    assert!(refused.says("调整预计日期须说明原因") && refused.says("value=\"2021-09-30\""));
    let ahead = [("version", "1"), ("actual_date", "2021-09-30")];
    let refused = owner.submit(&form, &target, &ahead).await.expect(422);
    assert!(refused.says("role=\"alert\"") && refused.says("2021-09-30"));
    let stale = [("version", "7"), ("forecast_date", "2021-09-30"), ("reason", "雨季影响施工")];
    owner.submit(&form, &target, &stale).await.expect(422);
    assert_eq!(commission.get(&api).await.json["forecast_date"], Value::Null, "nothing changed");

    let moved = [("version", "1"), ("forecast_date", "2021-09-30"), ("reason", "雨季影响施工")];
    let done = owner.submit(&form, &target, &moved).await.expect(303);
    let page = owner.get(&done.location).await.expect(200);
    assert!(page.says("节点已更新。"));
    assert!(row(&page, "主体完成</th>").contains("雨季影响施工"));
    assert!(row(&page, "主体完成</th>").contains("<td>121</td>"));
    let reached =
        [("version", "2"), ("actual_date", "2021-06-20"), ("document_number", "验字 3 号")];
    owner.submit(&form, &target, &reached).await.expect(303);
    assert_eq!(commission.get(&api).await.json["actual_date"], "2021-06-20");
    let cleared = [("version", "3"), ("actual_date", "2021-06-20"), ("document_number", "")];
    owner.submit(&form, &target, &cleared).await.expect(303);
    assert_eq!(commission.get(&api).await.json["document_number"], "");
    let taken_back = [("version", "4"), ("take_back", "yes")];
    owner.submit(&form, &target, &taken_back).await.expect(303);
    assert_eq!(commission.get(&api).await.json["actual_date"], Value::Null);
    // GET of a form's address redirects to the page.
    let back = owner.get(&target).await.expect(303);
    assert_eq!(back.location, format!("/projects/{id}?year=2021&through=2021-05&basis=current"));
}

async fn a_stage_and_a_light_are_the_commission_s_to_change(app: TestApp) {
    let (commission, id) = one_project(&app).await;
    let browser = Browser::log_in(&app, "commission").await;
    let from = format!("/projects/{id}?year=2021&through=2021-05");
    let to =
        |below: &str| format!("/projects/{id}/{below}?year=2021&through=2021-05&basis=current");

    let early = [
        ("light", "green"),
        ("reason", "设备已到货，集中入账"),
        ("from_month", "2021-05"),
        ("expires_on", "2021-06-30"),
    ];
    let refused = browser.submit(&from, &to("light-overrides"), &early).await.expect(422);
    let word = [
        ("light", "green"),
        ("reason", "设备已到货，集中入账"),
        ("from_month", "2021-05"),
        ("expires_on", "2021-08-15"),
    ];
    let done = browser.submit(&from, &to("light-overrides"), &word).await.expect(303);
    let page = browser.get(&done.location).await.expect(200);

    assert!(
        refused.says("设备已到货，集中入账")
            && refused.says("<details class=\"do\" id=\"override\" open>")
    );
    assert!(
        page.says("人工认定已录入")
            && page.says("人工认定为绿灯，至 2021-08-15：设备已到货，集中入账")
    );
    let withdrawal = page.html.split("/withdrawal?").next().unwrap();
    let withdrawal = withdrawal.rsplit("action=\"").next().unwrap();
    let done = browser
        .submit(&from, &format!("{withdrawal}/withdrawal?year=2021&through=2021-05"), &[])
        .await
        .expect(303);
    assert!(browser.get(&done.location).await.says("人工认定已撤回"));
    let light =
        commission.get(&format!("/projects/{id}/light?year=2021&through=2021-05")).await.json;
    assert_eq!(light["light"], "yellow");

    let back = [("stage", "reserve"), ("on", "2021-07-01")];
    let refused = browser.submit(&from, &to("stage"), &back).await.expect(422);
    assert!(refused.says("role=\"alert\""));
    let impossible = [("stage", "operating"), ("on", "2021-07-01")];
    browser.submit(&from, &to("stage"), &impossible).await.expect(422);
    assert_eq!(commission.get(&format!("/projects/{id}")).await.json["stage"], "construction");
    let finished = [("stage", "completed"), ("on", "2021-06-30")];
    let done = browser.submit(&from, &to("stage"), &finished).await.expect(303);
    assert!(browser.get(&done.location).await.says("项目库别已变更"));
    assert_eq!(
        commission.get(&format!("/projects/{id}")).await.json["actual_finish"],
        "2021-06-30"
    );
}

async fn an_issue_lives_its_whole_life_on_its_page(app: TestApp) {
    let (commission, id) = one_project(&app).await;
    let (bureau, now) = (app.unit_id("市自然资源局").await, app.clock.now());
    app.db
        .write(move |conn| {
            use major_projects::testing::UnitId;
            use major_projects::testing::UnitKind;
            use major_projects::testing::units;
            let unit = units::get(conn, UnitId(bureau))?;
            let unit = major_projects::testing::Unit { kind: UnitKind::Government, ..unit };
            units::save(conn, &unit)?;
            set_up(conn, now)
        })
        .await
        .unwrap();
    app.unit("市自然资源局").await;
    let owner = owner(&app).await;
    let browser = Browser::log_in(&app, "commission").await;
    let name = "市自然资源局".bytes().take(24).fold(String::new(), |n, b| format!("{n}{b:02x}"));
    let lead = Browser::log_in(&app, &format!("unit-{name}")).await;

    let from = format!("/projects/{id}?year=2021");
    let blank = [
        ("title", "用地指标不足"),
        ("category", "land"),
        ("level", "county"),
        ("due_on", "2021-06-01"),
    ];
    let refused = owner.submit(&from, &format!("/projects/{id}/issues"), &blank).await.expect(422);
    assert!(refused.says("必须填写") && refused.says("value=\"用地指标不足\""));
    let raised = [
        ("title", "用地指标不足"),
        ("category", "land"),
        ("level", "county"),
        ("asked", "请协调 35 亩用地指标"),
        ("due_on", "2021-07-31"),
    ];
    let done = owner.submit(&from, &format!("/projects/{id}/issues"), &raised).await.expect(303);
    let page = owner.get(&done.location).await.expect(200);
    assert!(page.says("事项已提出"));
    let path = link(&page, &format!("/issues/{id}/"));
    let plain = path.split('?').next().unwrap().to_owned();
    let step = |step: &str| format!("{plain}/{step}");

    // The owner may only edit the text; the commission assigns.
    let mine = owner.get(&path).await.expect(200);
    assert!(mine.says("/text?") && !mine.says("/assignment?") && !mine.says("/escalation?"));
    let theirs = browser.get(&path).await.expect(200);
    for offered in ["/assignment?", "/escalation?", "/return?"] {
        assert!(theirs.says(offered), "{offered}");
    }
    assert!(!theirs.says("/clearance?") && theirs.says("市自然资源局"));
    owner
        .submit(&path, &step("assignment"), &[("lead_unit_id", "1"), ("words", "请办理")])
        .await
        .expect(403);
    let refused =
        browser.submit(&path, &step("assignment"), &[("words", "请办理")]).await.expect(422);
    assert!(refused.says("role=\"alert\"") && refused.says("请办理</textarea>"));
    let refused =
        browser.submit(&path, &step("clearance"), &[("words", "已解决")]).await.expect(422);
    assert!(
        refused.says("事项现为“已提出”，不能“销号”；接下来可以：交办"),
        "the way forward is said"
    );
    browser.submit(&path, &step("nonsense"), &[("words", "已解决")]).await.expect(404);
    let bureau = bureau.to_string();
    let assigned =
        [("lead_unit_id", bureau.as_str()), ("due_on", "2021-07-20"), ("words", "请牵头会商")];
    browser.submit(&path, &step("assignment"), &assigned).await.expect(303);

    // The leading unit works on it, though the project is not visible to it.
    let page = lead.get(&path).await.expect(200);
    assert!(page.says("请牵头会商") && !page.says(&format!("href=\"/projects/{id}?")));
    lead.get(&from).await.expect(404);
    lead.submit(&path, &step("work"), &[("words", "已会商，月底落实")]).await.expect(303);
    let done = lead.submit(&path, &step("proposal"), &[("words", "指标已落实")]).await.expect(303);
    let page = lead.get(&done.location).await.expect(200);
    assert!(
        page.says("已办理。") && !page.says("/clearance?"),
        "it does not accept its own solution"
    );
    assert!(page.says("目前由其他单位办理：下一步可以是"));
    browser.submit(&path, &step("clearance"), &[("words", "核实无误")]).await.expect(303);

    let page = owner.get(&path).await.expect(200);
    for said in [
        "提出协调事项",
        "交办协调事项",
        "办理协调事项",
        "申请事项销号",
        "销号协调事项",
        "核实无误",
        "badge i-cleared",
    ] {
        assert!(page.says(said), "{said}: {}", page.html);
    }
    assert!(page.says("事项已销号；如问题重新出现"));
    let steps = commission.get(&format!("/projects/{id}/issues/1/steps")).await.expect(200);
    assert_eq!(steps.items().len(), 5);
}

async fn issues_are_counted_and_every_number_leads_to_its_list(app: TestApp) {
    let (commission, id) = one_project(&app).await;
    for (day, title, category, due) in [
        ("2021-03-01", "甲事项", "land", "2021-06-01"),
        ("2021-05-15", "乙事项", "funds", "2021-12-31"),
        ("2021-07-01", "丙事项", "land", "2021-12-31"),
    ] {
        app.calendar.turn_to(day);
        let body = json!({"title": title, "category": category, "level": "city", "asked": "请协调", "due_on": due});
        commission.post(&format!("/projects/{id}/issues"), &body).await.expect(201);
    }
    let browser = Browser::log_in(&app, "commission").await;
    app.add_user("viewer", Role::Viewer, None, None, false).await;

    let page = browser.get("/issues").await.expect(200);

    let counts: Vec<(String, String)> = page
        .html
        .split("<li class=\"card kpi\">")
        .skip(1)
        .map(|card| {
            let href = card.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
            let count = card.split('>').nth(3).unwrap().split('<').next().unwrap();
            (href.replace("&#38;", "&"), count.to_owned())
        })
        .collect();
    assert_eq!(
        counts.iter().map(|(_, n)| n.as_str()).collect::<Vec<_>>(),
        ["3", "1", "1", "1", "0", "1"]
    );
    for (href, count) in counts {
        let list = browser.get(&href).await.expect(200);
        assert!(list.says(&format!("共 {count} 件")), "{href}");
    }
    let land = browser.get("/issues?category=land&overdue=true").await.expect(200);
    assert!(land.says("甲事项") && !land.says("乙事项") && !land.says("丙事项"));
    assert!(land.says("类别：用地") && land.says("期限：已逾期") && land.says("逾期</strong>"));
    let nothing = browser.get("/issues?state=cleared").await.expect(200);
    assert!(nothing.says("没有符合条件的事项"));
    let api = commission.get("/issues?min_age_days=31&max_age_days=60").await.expect(200);
    assert_eq!((api.items().len(), &api.items()[0]["title"]), (1, &json!("乙事项")));
    let viewer = Browser::log_in(&app, "viewer").await.get("/issues").await.expect(200);
    assert!(viewer.says("丙事项"));
    let empty = owner_of_nothing(&app).await.get("/issues").await.expect(200);
    assert!(empty.says("还没有需协调的事项"));
}

/// A browser logged in as a unit without projects.
async fn owner_of_nothing(app: &TestApp) -> Browser {
    app.unit("丙公司").await;
    let name = "丙公司".bytes().take(24).fold(String::new(), |name, b| format!("{name}{b:02x}"));
    Browser::log_in(app, &format!("unit-{name}")).await
}

async fn history_is_shown_as_text_and_is_the_auditor_s_first_page(app: TestApp) {
    let (commission, id) = one_project(&app).await;
    commission
        .patch(
            &format!("/projects/{id}"),
            2,
            &json!({"total_investment_wan": "12345.60", "area": "hekou"}),
        )
        .await
        .expect(200);
    let other = commission.project("别的项目", json!({})).await;
    app.add_user("auditor", Role::Auditor, None, None, false).await;
    let auditor = Browser::log_in(&app, "auditor").await;
    let owner = owner(&app).await;

    let home = auditor.get("/").await.expect(303);
    let page = auditor.get(&home.location).await.expect(200);
    let changed = auditor.get("/history?kind=project.updated").await.expect(200);
    let of_one = auditor.get(&format!("/history?project={other}")).await.expect(200);
    let by = auditor.get("/history?actor=nobody").await.expect(200);
    let mine = owner.get("/history").await.expect(200);
    let api = commission
        .get(&format!("/history?project={id}&kind=report.confirmed&limit=2"))
        .await
        .expect(200);
    let next = api.json["next_cursor"].as_str().unwrap();
    let next = format!("/history?project={id}&kind=report.confirmed&limit=2&cursor={next}");
    let later = commission.get(&next).await.expect(200);

    assert_eq!(home.location, "/history");
    assert!(page.says("登录") && page.says("确认月报") && page.says("新建项目"));
    let (first, last) = (page.html.find("修改项目").unwrap(), page.html.rfind("确认月报").unwrap());
    assert!(first < last, "the latest stands first");
    for said in
        ["10,000.00 万元", "12,345.60 万元", "东营区", "河口区", "总投资", "区域", "commission"]
    {
        assert!(changed.says(said), "{said}");
    }
    assert!(changed.says("共 1 条") && changed.says("业务操作：修改项目"));
    assert!(!page.says(&format!("href=\"/projects/{id}")), "an auditor finds nothing there");
    assert!(of_one.says("共 1 条") && of_one.says("新建项目"));
    assert!(by.says("没有符合条件的记录"));
    assert!(mine.says("修改项目") && !mine.says("别的项目") && !mine.says("登录</strong>"));
    assert!(mine.says(&format!("href=\"/projects/{id}?")));
    assert_eq!(
        (api.json["total"].as_i64(), api.items().len(), later.items().len()),
        (Some(3), 2, 1)
    );
    assert!(api.items()[0]["id"].as_i64() > later.items()[0]["id"].as_i64());
    assert!(later.json.get("next_cursor").is_none());
}

async fn the_bar_shows_the_pages_of_the_role_and_the_root_redirects_there(app: TestApp) {
    let places = [
        "/?",
        "/promises?",
        "/projects?",
        "/filing?",
        "/review?",
        "/issues?",
        "/bulletins?",
        "/history?",
        "/access-log?",
        "/accounts?",
    ];
    let all = [
        (
            Role::Commission,
            "/ /promises /projects /filing /review /issues /bulletins /history",
            None,
        ),
        (Role::Viewer, "/ /promises /projects /issues /bulletins", None),
        (Role::Auditor, "/history /access-log", Some("/history")),
        (Role::Admin, "/accounts", Some("/accounts")),
    ];
    for (role, offered, home) in all {
        app.add_user(role.as_str(), role, None, None, false).await;
        let browser = Browser::log_in(&app, role.as_str()).await;
        let root = browser.get("/").await;
        assert_eq!((root.status == 303).then_some(root.location.as_str()), home, "{role}");
        let page = match role {
            Role::Auditor => browser.get("/history").await.expect(200),
            Role::Admin => browser.get("/projects").await.expect(403),
            _ => root.expect(200),
        };
        let bar = page
            .html
            .split("<nav class=\"places\"")
            .nth(1)
            .unwrap()
            .split("</nav>")
            .next()
            .unwrap();
        let found: Vec<_> = places
            .iter()
            .filter(|place| bar.contains(&format!("href=\"{place}")))
            .map(|place| place.trim_end_matches('?'))
            .collect();
        assert_eq!(found.join(" "), offered, "{role}");
        for path in ["/projects", "/issues", "/projects/1"] {
            let status = browser.get(path).await.status;
            let may = matches!(role, Role::Commission | Role::Viewer);
            assert_eq!(status == 403, !may, "{role} {path} {status}");
        }
        let history = browser.get("/history").await.status;
        assert_eq!(
            history,
            if matches!(role, Role::Commission | Role::Auditor) { 200 } else { 403 },
            "{role}"
        );
    }
}

async fn a_stranger_is_sent_to_log_in_and_comes_back(app: TestApp) {
    let (_, id) = one_project(&app).await;
    let browser = Browser::new(&app);
    for path in [
        "/projects?light=red".to_owned(),
        format!("/projects/{id}?year=2021"),
        "/issues?open=true".to_owned(),
        "/history".to_owned(),
    ] {
        let refused = browser.get(&path).await.expect(303);
        let form = browser.get(&refused.location).await.expect(200);
        let next = form.hidden("next").replace("&#38;", "&");
        assert_eq!(next, path);
        let password = crate::support::app::PASSWORD;
        let other = Browser::new(&app);
        let fields = [("next", next.as_str()), ("username", "commission"), ("password", password)];
        let let_in = other.send("/log-in", &fields).await.expect(303);
        assert_eq!(let_in.location, path);
        other.get(&path).await.expect(200);
    }
    assert_eq!(browser.cookie("session"), "");
    // An anonymous form, and one without the CSRF token, are refused.
    let sent = browser.send(&format!("/projects/{id}/stage"), &[("stage", "completed")]).await;
    assert_eq!((sent.status, sent.location.as_str()), (303, "/log-in?next=%2F"));
    let commission = Browser::log_in(&app, "commission").await;
    commission.send(&format!("/projects/{id}/stage"), &[("stage", "completed")]).await.expect(403);
}

//! Lights: rules, findings, amount missing to green, and overrides.

use serde_json::{Value, json};

use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_light_says_what_decided_it_and_what_would_turn_it_green,
    lights_are_counted_by_place_and_listed,
    rules_change_from_now_on_and_never_back,
    an_override_is_shown_beside_the_rules_until_it_ends,
    overdue_reports_turn_yellow_then_red,
    a_plan_of_zero_has_no_progress_to_judge,
];

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_else(|| panic!("no {path} in {value}"))
}

/// A project with a plan of 100 万元 a month that completed `monthly` from March to May.
async fn project(commission: &Actor, name: &str, monthly: &str, other: Value) -> i64 {
    let id = commission.project(name, other).await;
    commission.plan_year(id, 100).await;
    for month in ["2021-03", "2021-04", "2021-05"] {
        commission.confirmed(id, month, monthly).await;
    }
    id
}

async fn a_light_says_what_decided_it_and_what_would_turn_it_green(app: TestApp) {
    let commission = app.commission().await;
    let id = project(&commission, "项目", "90.00", json!({})).await;
    let path = format!("/projects/{id}/light?year=2021&through=2021-05");

    let may = commission.get(&path).await.expect(200).json;

    // 270 of 1,200 is 22.50 %; May is 41.67 %: 19.17 points behind. By the end of June 50 - 5 % of
    // 1,200 is 540: 270 more.
    assert_eq!((text(&may, "/light"), text(&may, "/computed")), ("yellow", "yellow"));
    assert_eq!(text(&may, "/decided_by"), "progress");
    let finding = &may["findings"][0];
    assert_eq!(text(finding, "/measured"), "-19.17");
    assert_eq!((text(finding, "/threshold"), text(finding, "/unit")), ("-5.00", "points"));
    assert_eq!(text(&may, "/progress/against_plan/percent"), "22.50");
    assert_eq!(text(&may, "/progress/against_plan/denominator_wan"), "1200.00");
    assert_eq!(text(&may, "/catch_up/amount_wan"), "270.00");
    assert_eq!(text(&may, "/catch_up/by"), "2021-06-30");
    assert_eq!(text(&may, "/catch_up/words"), "到 2021-06-30 再完成 270.00 万元，即可恢复绿灯。");
    let english = commission.request(reqwest::Method::GET, &path).header("Accept-Language", "en");
    let english = commission.send(english).await.expect(200).json;
    assert_eq!(
        text(&english, "/catch_up/words"),
        "Complete another 270.00 万元 by 2021-06-30 to return to green."
    );

    commission.confirmed(id, "2021-06", "270.00").await;
    let june = commission.get(&format!("/projects/{id}/light?year=2021&through=2021-06")).await;
    assert_eq!(text(&june.json, "/light"), "green");
    assert_eq!(text(&june.json, "/findings/0/measured"), "-5.00");
    assert!(june.json.get("catch_up").is_none());
}

async fn lights_are_counted_by_place_and_listed(app: TestApp) {
    let commission = app.commission().await;
    let one = project(&commission, "甲", "180.00", json!({})).await;
    let two = project(&commission, "乙", "20.00", json!({})).await;
    project(&commission, "丙", "20.00", json!({"area": "hekou"})).await;
    let idle = commission
        .project(
            "丁",
            json!({"area": "hekou", "actual_start": null,
        "stage": "reserve", "planned_start": "2021-09-01"}),
        )
        .await;
    commission.assign(one, &[(app.unit_id("甲公司").await, "owner")]).await;
    let ask = "year=2021&through=2021-05";

    let summary =
        commission.get(&format!("/summaries/lights?{ask}&by=area")).await.expect(200).json;
    let red =
        commission.get(&format!("/summaries/lights/projects?{ask}&light=red")).await.expect(200);
    let hekou =
        commission.get(&format!("/summaries/lights/projects?{ask}&area=hekou&limit=1")).await;
    let owner = app.unit("甲公司").await.get(&format!("/summaries/lights?{ask}&by=unit")).await;

    let total = &summary["total"];
    assert_eq!(total["projects"], json!({"green": 1, "yellow": 0, "red": 2, "grey": 1, "blue": 0}));
    // 540 + 60 + 60 of 3,600 is 18.33 %, 23.33 points behind; hekou 60 of 1,200 is 36.67 behind.
    assert_eq!((text(total, "/light"), text(total, "/finding/measured")), ("red", "-23.33"));
    let rows = summary["rows"].as_array().unwrap();
    let lights: Vec<_> = rows.iter().map(|r| (text(r, "/area"), text(r, "/light"))).collect();
    assert_eq!(lights, [("dongying", "yellow"), ("hekou", "red")]);
    assert_eq!(
        rows[1]["projects"],
        json!({"green": 0, "yellow": 0, "red": 1, "grey": 1, "blue": 0})
    );
    assert_eq!(red.json["total"], 2);
    assert_eq!(red.items()[0]["project_id"], two);
    assert_eq!((hekou.json["total"].as_i64(), hekou.items().len()), (Some(2), 1));
    assert_eq!(owner.json["total"]["projects"]["green"], 1);
    assert_eq!(owner.json["total"]["projects"]["red"], 0);
    assert_eq!(text(&owner.json, "/rows/0/unit"), "甲公司");
    let idle = commission.get(&format!("/projects/{idle}/light?{ask}")).await.expect(200).json;
    assert_eq!(
        (text(&idle, "/light"), text(&idle, "/findings/0/grey_reason")),
        ("grey", "not_due")
    );
    let other = app.unit("乙公司").await.get(&format!("/projects/{one}/light?{ask}")).await;
    assert_eq!(other.status, 404);
}

async fn rules_change_from_now_on_and_never_back(app: TestApp) {
    let commission = app.commission().await;
    let id = project(&commission, "项目", "160.00", json!({})).await;
    commission.confirmed(id, "2021-06", "100.00").await;
    let rules = |month: &str, green: &str, yellow: &str| {
        json!({
            "effective_month": month, "green_from_points": green, "yellow_from_points": yellow,
            "start_yellow_months": 1, "start_red_months": 3, "milestone_yellow_days": 30,
            "milestone_red_days": 90, "reporting_yellow_missing": 1, "reporting_red_missing": 2,
            "reason": "下半年从严调度",
        })
    };

    let first = commission.get("/rules/2021").await.expect(200);
    let back = commission.post("/rules/2021/versions", &rules("2021-06", "-1.00", "-2.00")).await;
    let order = commission.post("/rules/2021/versions", &rules("2021-07", "-5.00", "-5.00")).await;
    let changed =
        commission.post("/rules/2021/versions", &rules("2021-07", "-1.00", "-2.00")).await;
    let unit = app.unit("甲公司").await;
    let refused = unit.post("/rules/2021/versions", &rules("2021-08", "-1.00", "-2.00")).await;

    assert_eq!(first.json["versions"][0]["green_from_points"], "-5.00");
    assert_eq!(back.status, 422);
    assert_eq!(back.errors(), [("/effective_month".to_owned(), "retroactive".to_owned())]);
    assert!(text(&back.json, "/errors/0/detail").contains("最早自 2021-07 起生效"));
    assert_eq!(order.errors(), [("/yellow_from_points".to_owned(), "wrong-order".to_owned())]);
    assert_eq!(changed.status, 201, "{}", changed.text);
    assert_eq!(changed.json["versions"].as_array().unwrap().len(), 2);
    assert_eq!(refused.status, 403);

    // June: 480 + 100 of 1,200 is -1.67, green by the old rules. July: 680 is -1.67, yellow by the
    // new rules.
    app.calendar.turn_to("2021-08-01");
    commission.confirmed(id, "2021-07", "100.00").await;
    let light = async |month: &str| {
        let path = format!("/projects/{id}/light?year=2021&through={month}");
        let light = commission.get(&path).await.expect(200).json;
        (text(&light, "/light").to_owned(), light["rules"].as_i64().unwrap())
    };
    assert_eq!(light("2021-06").await, ("green".to_owned(), 0));
    assert_eq!(light("2021-07").await, ("yellow".to_owned(), 1));
}

async fn an_override_is_shown_beside_the_rules_until_it_ends(app: TestApp) {
    let commission = app.commission().await;
    let id = project(&commission, "项目", "20.00", json!({})).await;
    let path = format!("/projects/{id}/light-overrides");
    let word = json!({"light": "green", "reason": "设备已到货，六月集中入账",
        "from_month": "2021-05", "expires_on": "2021-08-15"});
    let light = async |month: &str| {
        let path = format!("/projects/{id}/light?year=2021&through={month}");
        commission.get(&path).await.expect(200).json
    };

    let made = commission.post(&path, &word).await.expect(201);
    let wrong = json!({"light": "blue", "reason": "测试", "from_month": "2021-06",
        "expires_on": "2021-06-30"});
    let wrong = commission.post(&path, &wrong).await;
    let refused = app.area("dongying").await.post(&path, &word).await;

    let may = light("2021-05").await;
    assert_eq!((text(&may, "/light"), text(&may, "/computed")), ("green", "red"));
    assert_eq!(text(&may, "/overridden_by/reason"), "设备已到货，六月集中入账");
    assert_eq!(text(&may, "/overridden_by/created_by"), "commission");
    assert_eq!(text(&may, "/overridden_by/expires_on"), "2021-08-15");
    assert_eq!(text(&light("2021-04").await, "/light"), "red");
    let named: Vec<_> = wrong.errors().into_iter().map(|e| e.1).collect();
    assert_eq!(named, ["not-shown", "in-past"]);
    assert_eq!(refused.status, 403);
    app.calendar.turn_to("2021-10-01");
    assert_eq!(text(&light("2021-07").await, "/light"), "green");
    assert_eq!(
        text(&light("2021-08").await, "/light"),
        "grey",
        "31 August lies behind its last day"
    );

    let withdrawal = format!("{path}/{}/withdrawal", made.id());
    commission.step(&withdrawal).await.expect(200);
    assert_eq!(commission.step(&withdrawal).await.code(), "already-withdrawn");
    assert_eq!(text(&light("2021-05").await, "/light"), "red");
    let all = commission.get(&path).await.expect(200);
    assert_eq!(all.items().len(), 1, "what was said stays readable");
    let counted = commission.get("/summaries/lights?year=2021&through=2021-05").await;
    assert_eq!(counted.json["total"]["projects"]["red"], 1);
}

async fn overdue_reports_turn_yellow_then_red(app: TestApp) {
    app.calendar.turn_to("2023-03-20");
    let commission = app.commission().await;
    let id = commission.project("项目", json!({"registered_year": 2023,
        "planned_start": "2022-03-01", "actual_start": "2022-03-10", "planned_finish": "2024-12-31"}));
    let id = id.await;
    for (month, due) in [("2023-01", "2023-02-05"), ("2023-02", "2023-03-05")] {
        let days = json!({"opens_on": format!("{month}-28"), "due_on": due});
        commission.create(&format!("/reporting-months/{month}"), &days).await.expect(201);
    }
    let reporting = async |month: &str| {
        let path = format!("/projects/{id}/light?year=2023&through={month}");
        let light = commission.get(&path).await.expect(200).json;
        text(&light, "/findings/3/light").to_owned()
    };

    assert_eq!(reporting("2023-01").await, "yellow");
    assert_eq!(reporting("2023-02").await, "red");
    commission.confirmed(id, "2023-01", "5.00").await;
    assert_eq!(reporting("2023-02").await, "yellow");
    app.calendar.turn_to("2023-03-05");
    assert_eq!(reporting("2023-02").await, "green", "on its due date a report is not overdue");
}

async fn a_plan_of_zero_has_no_progress_to_judge(app: TestApp) {
    let commission = app.commission().await;
    let zero = commission.project("零计划", json!({})).await;
    commission.plan_year(zero, 0).await;
    let unplanned = commission.project("无计划", json!({})).await;
    let late =
        commission.project("零计划未开工", json!({"stage": "reserve", "actual_start": null})).await;
    commission.plan_year(late, 0).await;
    for id in [zero, unplanned] {
        for month in ["2021-03", "2021-04", "2021-05"] {
            commission.confirmed(id, month, "1.00").await;
        }
    }
    let light = async |id: i64| {
        let path = format!("/projects/{id}/light?year=2021&through=2021-05");
        commission.get(&path).await.expect(200).json
    };

    for id in [zero, unplanned] {
        let light = light(id).await;
        // It has started, so that rule is green; but there is no progress to be good or bad.
        assert_eq!(text(&light, "/findings/1/light"), "green");
        assert_eq!((text(&light, "/light"), text(&light, "/computed")), ("grey", "grey"));
        assert!(light.get("decided_by").is_none(), "{light}");
        assert_eq!(light["progress"]["expected_percent"], Value::Null);
        assert_eq!(light["progress"]["deviation_points"], Value::Null);
    }
    // What is late is late without a plan too: planned for March, two months before May.
    assert_eq!(text(&light(late).await, "/light"), "yellow");
    let path = "/summaries/projects?year=2021&through=2021-05&light=grey";
    let rows = commission.get(path).await.expect(200);
    assert_eq!(rows.json["total"], 2);
    assert_eq!(text(&rows.items()[0], "/decided_by"), "今年没有计划投资，不判断投资进度。");
    assert!(rows.items()[0].get("expected_percent").is_none(), "{}", rows.text);
    // With one planned project beside them the set is judged by that plan.
    let all = commission.get("/summaries/lights?year=2021&through=2021-05&by=area").await;
    assert_eq!(all.json["total"]["projects"]["green"], 0);
}

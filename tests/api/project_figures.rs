//! Project list with figures: its sums equal the other summaries.

use major_projects::testing::{Calendar as _, Clock as _};
use serde_json::{Value, json};

use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    the_sum_of_a_list_is_what_the_summaries_say,
    the_lists_behind_lights_starts_and_reports_are_as_long_as_their_numbers,
    a_month_of_a_list_is_the_month_of_the_trend,
    a_row_contains_all_figures_of_its_project,
    a_list_is_sorted_and_paged_and_visits_every_project_once,
    invalid_queries_are_refused,
    a_list_contains_only_projects_visible_to_the_reader,
];

/// The demonstration data: 152 projects, January to May confirmed.
async fn demo(app: &TestApp) -> Actor {
    let (today, now) = (app.calendar.today(), app.clock.now());
    let year = major_projects::testing::Year::new(2021).unwrap();
    major_projects::testing::demo::load::load(&app.db, year, today, now, |_, _| ()).await.unwrap();
    app.commission().await
}

async fn ask(actor: &Actor, path: &str) -> Value {
    actor.get(path).await.expect(200).json
}

/// An amount in 万元, in 分.
fn fen(value: &Value) -> i64 {
    let text = value.as_str().unwrap_or_else(|| panic!("no amount: {value}"));
    let (whole, part) = text.split_once('.').unwrap();
    let sign = if text.starts_with('-') { -1 } else { 1 };
    whole.parse::<i64>().unwrap() * 1_000_000 + sign * format!("{part:0<6}").parse::<i64>().unwrap()
}

async fn the_sum_of_a_list_is_what_the_summaries_say(app: TestApp) {
    let commission = demo(&app).await;
    let units = commission.get("/units?q=%E9%AB%98%E7%AB%AF%E5%8C%96%E5%B7%A5&limit=1").await;
    let unit = units.items()[0]["id"].as_i64().unwrap();
    let filters = [
        String::new(),
        "&industry=next_gen_it".to_owned(),
        "&industry=new_energy_materials".to_owned(),
        "&group=emerging".to_owned(),
        "&area=dongying&area=hekou".to_owned(),
        "&stage=construction&nature=new_construction".to_owned(),
        format!("&unit={unit}&role=owner"),
        "&q=%E7%A4%BA%E4%BE%8B&area=kenli".to_owned(),
    ];
    for period in
        ["year=2021&through=2021-05", "year=2021&through=2021-03&basis=initial&expected=curve"]
    {
        for filter in &filters {
            let asked = format!("{period}{filter}");
            let list = ask(&commission, &format!("/summaries/projects?{asked}&limit=1")).await;
            let investment =
                ask(&commission, &format!("/summaries/investment?{asked}&by=area")).await;
            let lights = ask(&commission, &format!("/summaries/lights?{asked}")).await;
            let starts = ask(&commission, &format!("/summaries/milestones?{asked}")).await;

            let (sum, of) = (&list["sum"], &investment["total"]);
            for figure in [
                "project_count",
                "total_investment_wan",
                "planned",
                "completed_wan",
                "against_plan",
                "expected_percent",
                "deviation_points",
                "coverage",
            ] {
                assert_eq!(sum[figure], of[figure], "{figure} of {asked}");
            }
            assert_eq!(list["total"], of["project_count"], "{asked}");
            assert!(list["total"].as_i64().unwrap() > 0, "{asked} finds something");
            assert_eq!(sum["light"], lights["total"]["light"], "{asked}");
            assert_eq!(sum["projects"], lights["total"]["projects"], "{asked}");
            for rate in ["start_rate_of_year", "start_rate_of_due"] {
                assert_eq!(sum[rate], starts["total"][rate], "{asked}");
            }
        }
    }
    let table = ask(&commission, "/summaries/commitments?year=2021&through=2021-05").await;
    for line in table["lines"].as_array().unwrap() {
        let industry = line["industry"].as_str().unwrap();
        let path =
            format!("/summaries/projects?year=2021&through=2021-05&industry={industry}&limit=200");
        let list = ask(&commission, &path).await;
        let sum = &list["sum"];
        assert_eq!(sum["project_count"], line["registered"]["project_count"]);
        assert_eq!(
            sum["planned"]["annual_investment_wan"],
            line["planned"]["annual_investment_wan"]
        );
        assert_eq!(sum["completed_wan"], line["completed_wan"]);
        assert_eq!(sum["coverage"], line["coverage"]);
        // The rows sum to the same total.
        let rows = list["items"].as_array().unwrap();
        let completed: i64 = rows.iter().map(|row| fen(&row["completed_wan"])).sum();
        let total: i64 = rows.iter().map(|row| fen(&row["total_investment_wan"])).sum();
        assert_eq!(completed, fen(&line["completed_wan"]), "{industry}");
        assert_eq!(total, fen(&line["registered"]["total_investment_wan"]), "{industry}");
    }
}

async fn the_lists_behind_lights_starts_and_reports_are_as_long_as_their_numbers(app: TestApp) {
    let commission = demo(&app).await;
    for asked in ["year=2021&through=2021-05", "year=2021&through=2021-06&area=guangrao"] {
        let list = async |more: &str| {
            let path = format!("/summaries/projects?{asked}&limit=200{more}");
            ask(&commission, &path).await
        };
        let lights = ask(&commission, &format!("/summaries/lights?{asked}")).await;
        let mut all = 0;
        for light in ["green", "yellow", "red", "grey", "blue"] {
            let found = list(&format!("&light={light}")).await;
            assert_eq!(found["total"], lights["total"]["projects"][light], "{light} {asked}");
            let rows = found["items"].as_array().unwrap();
            assert!(rows.iter().all(|row| row["light"] == light));
            let completed: i64 = rows.iter().map(|row| fen(&row["completed_wan"])).sum();
            assert_eq!(completed, fen(&found["sum"]["completed_wan"]), "{light} {asked}");
            all += found["total"].as_i64().unwrap();
        }
        let two = list("&light=red&light=yellow").await;
        let either = &lights["total"]["projects"];
        let either = either["red"].as_i64().unwrap() + either["yellow"].as_i64().unwrap();
        assert_eq!(two["total"], either);
        assert_eq!(list("").await["total"], all);

        let starts = ask(&commission, &format!("/summaries/milestones?{asked}")).await;
        let (year, due) =
            (&starts["total"]["start_rate_of_year"], &starts["total"]["start_rate_of_due"]);
        for (part, number) in [
            ("to_start", &year["denominator"]),
            ("started", &year["numerator"]),
            ("due", &due["denominator"]),
            ("started", &due["numerator"]),
        ] {
            let found = list(&format!("&starts={part}")).await;
            assert_eq!(found["total"], *number, "{part} {asked}");
        }
        let count = async |part: &str| list(part).await["total"].as_i64().unwrap();
        assert_eq!(
            count("&starts=not_started").await,
            year["denominator"].as_i64().unwrap() - year["numerator"].as_i64().unwrap()
        );
        assert_eq!(
            count("&starts=overdue").await,
            due["denominator"].as_i64().unwrap() - due["numerator"].as_i64().unwrap()
        );

        let coverage = list("").await["sum"]["coverage"].clone();
        for part in ["due", "confirmed", "submitted", "missing"] {
            let found = list(&format!("&reports={part}")).await;
            assert_eq!(found["sum"]["coverage"][part], coverage[part], "{part} {asked}");
            for row in found["items"].as_array().unwrap() {
                assert!(row["coverage"][part].as_i64().unwrap() > 0, "{part} {row}");
            }
        }
    }
}

async fn a_month_of_a_list_is_the_month_of_the_trend(app: TestApp) {
    let commission = demo(&app).await;
    for filter in ["", "&area=dongying", "&industry=modern_marine"] {
        let path = format!("/summaries/trend?year=2021&through=2021-05{filter}");
        let trend = ask(&commission, &path).await;
        for month in trend["months"].as_array().unwrap() {
            let name = month["month"].as_str().unwrap();
            let path = format!(
                "/summaries/projects?year=2021&through=2021-05&month={name}&limit=200{filter}"
            );
            let list = ask(&commission, &path).await;
            let sum = &list["sum"];
            assert_eq!(list["month"], name);
            assert_eq!(sum["planned"]["through_wan"], month["planned_wan"], "{name}{filter}");
            assert_eq!(sum["completed_wan"], month["completed_wan"], "{name}{filter}");
            let absent = ["expected_percent", "deviation_points"];
            assert!(absent.iter().all(|field| sum.get(field).is_none()), "{sum}");
            assert!(sum["planned"].get("annual_investment_wan").is_none());
            let rows = list["items"].as_array().unwrap();
            let planned: i64 = rows.iter().map(|r| fen(&r["planned"]["through_wan"])).sum();
            assert_eq!(planned, fen(&month["planned_wan"]), "{name}{filter}");
        }
        let by_month = ask(
            &commission,
            &format!("/summaries/investment?year=2021&through=2021-05&by=month{filter}"),
        )
        .await;
        let may = &by_month["rows"][4];
        let list = ask(
            &commission,
            &format!("/summaries/projects?year=2021&through=2021-05&month=2021-05{filter}"),
        )
        .await;
        assert_eq!(list["sum"]["coverage"], may["coverage"], "{filter}");
        assert_eq!(list["sum"]["against_plan"], may["against_plan"], "{filter}");
    }
}

async fn a_row_contains_all_figures_of_its_project(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("甲项目", json!({"invested_before_wan": "730.00"})).await;
    commission.plan_year(id, 100).await;
    for month in ["2021-03", "2021-04", "2021-05"] {
        commission.confirmed(id, month, "90.00").await;
    }
    commission
        .project("乙项目", json!({"area": "hekou", "actual_start": null, "stage": "reserve"}))
        .await;
    let lead = app.unit_id("市某局").await;
    commission.assign(id, &[(app.unit_id("甲公司").await, "owner"), (lead, "lead")]).await;

    let path = format!("/summaries/projects?year=2021&through=2021-05&unit={lead}&role=lead");
    let list = ask(&commission, &path).await;

    // 270 of 1,200 is 22.50 %; May is 41.67 %: 19.17 points behind; 730 + 270 of 10,000 is 10 %.
    assert_eq!((&list["total"], &list["sum"]["project_count"]), (&json!(1), &json!(1)));
    let row = &list["items"][0];
    assert_eq!((row["project_id"].as_i64(), &row["name"]), (Some(id), &json!("甲项目")));
    assert_eq!(row["owners"], json!(["甲公司"]), "owners, whatever role was asked for");
    assert_eq!(
        row["planned"],
        json!({"annual_investment_wan": "1200.00", "through_wan": "500.00"})
    );
    assert_eq!(
        row["against_plan"],
        json!({"numerator_wan": "270.00", "denominator_wan": "1200.00", "percent": "22.50"})
    );
    assert_eq!(row["total_completion"]["percent"], "10.00");
    assert_eq!(
        (&row["expected_percent"], &row["deviation_points"]),
        (&json!("41.67"), &json!("-19.17"))
    );
    assert_eq!(row["coverage"], json!({"due": 3, "confirmed": 3, "submitted": 0, "missing": 0}));
    assert_eq!(row["starts"], json!({"to_start": true, "due": true, "started": true}));
    assert_eq!((&row["has_started"], &row["light"]), (&json!(true), &json!("yellow")));
    assert_eq!(
        row["decided_by"],
        "投资进度黄灯：完成率较时序进度相差 -19.17 个百分点，低于界限 -5.00。"
    );
    assert_eq!(row["catch_up"]["amount_wan"], "270.00");
    let other = ask(&commission, "/summaries/projects?year=2021&through=2021-05&area=hekou").await;
    let idle = &other["items"][0];
    assert_eq!(idle["starts"], json!({"to_start": true, "due": true, "started": false}));
    assert_eq!((&idle["light"], &idle["has_started"]), (&json!("yellow"), &json!(false)));
    let word = json!({"light": "green", "reason": "设备已到货", "from_month": "2021-05",
        "expires_on": "2021-08-15"});
    commission.post(&format!("/projects/{id}/light-overrides"), &word).await.expect(201);
    let row = ask(&commission, &path).await["items"][0].clone();
    assert_eq!(
        (&row["light"], row["decided_by"].as_str()),
        (&json!("green"), Some("人工认定为绿灯，至 2021-08-15：设备已到货"))
    );
}

async fn a_list_is_sorted_and_paged_and_visits_every_project_once(app: TestApp) {
    let commission = demo(&app).await;
    for (sort, field) in [
        ("-completed_wan", "/completed_wan"),
        ("against_plan", "/against_plan/percent"),
        ("-deviation_points,name", "/deviation_points"),
        ("total_investment_wan", "/total_investment_wan"),
        ("name", "/name"),
        ("-light", "/light"),
        ("", "/project_id"),
    ] {
        let path = format!("/summaries/projects?year=2021&through=2021-05&limit=47&sort={sort}");
        let (mut seen, mut next) = (Vec::new(), path.clone());
        for _ in 0..9 {
            let page = ask(&commission, &next).await;
            assert_eq!((&page["total"], &page["sum"]["project_count"]), (&json!(152), &json!(152)));
            seen.extend(page["items"].as_array().unwrap().clone());
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            next = format!("{path}&cursor={cursor}");
        }
        let mut ids: Vec<_> = seen.iter().map(|r| r["project_id"].as_i64().unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((seen.len(), ids.len()), (152, 152), "{sort}");
        let value = |row: &Value| match row.pointer(field) {
            Some(Value::String(text)) if field.ends_with("name") => (0, text.clone()),
            Some(Value::String(text)) if field == "/light" => {
                let order = ["blue", "green", "grey", "yellow", "red"];
                (
                    i64::try_from(order.iter().position(|l| l == text).unwrap()).unwrap(),
                    String::new(),
                )
            }
            Some(Value::String(text)) => (fen(&json!(text)), String::new()),
            Some(Value::Number(number)) => (number.as_i64().unwrap(), String::new()),
            _ => (i64::MIN, String::new()),
        };
        let values: Vec<_> = seen.iter().map(value).collect();
        let fine = values.windows(2).all(|pair| {
            if sort.starts_with('-') { pair[0] >= pair[1] } else { pair[0] <= pair[1] }
        });
        assert!(fine, "{sort}");
    }
}

async fn invalid_queries_are_refused(app: TestApp) {
    let commission = app.commission().await;
    for (query, pointer, code) in [
        ("sort=password", "?sort", "not-one-of"),
        ("sort=name,name", "?sort", "not-one-of"),
        ("month=2020-05", "?month", "out-of-range"),
        ("light=pink", "?light/0", "not-one-of"),
        ("starts=soon", "?starts/0", "not-one-of"),
        ("reports=lost", "?reports/0", "not-one-of"),
        ("limit=201", "?limit", "too-large"),
        ("colour=red", "?colour", "unknown"),
    ] {
        let answer = commission.get(&format!("/summaries/projects?year=2021&{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        assert_eq!(answer.errors(), [(pointer.to_owned(), code.to_owned())], "{query}");
    }
    let list = commission.get("/summaries/projects?year=2021&limit=1&cursor=x").await;
    assert_eq!(list.status, 400, "{}", list.text);
}

async fn a_list_contains_only_projects_visible_to_the_reader(app: TestApp) {
    let commission = demo(&app).await;
    let owner = app.unit("高端化工第1公司示例").await;
    let asked = "/summaries/projects?year=2021&through=2021-04";

    let mine = ask(&owner, asked).await;
    let all = ask(&commission, asked).await;

    assert_eq!((&mine["scope"], &all["scope"]), (&json!("unit"), &json!("all")));
    assert!(mine["total"].as_i64().unwrap() < 152);
    let total = ask(&owner, "/summaries/investment?year=2021&through=2021-04&by=area").await;
    assert_eq!(mine["sum"]["completed_wan"], total["total"]["completed_wan"]);
    for row in mine["items"].as_array().unwrap() {
        assert_eq!(row["owners"], json!(["高端化工第1公司示例"]));
    }
    let file = owner.get(&format!("{asked}&format=csv")).await.expect(200);
    assert_eq!(file.text.lines().count(), 1 + mine["items"].as_array().unwrap().len());
    assert!(file.header("content-disposition").contains("summaries-projects.csv"));
}

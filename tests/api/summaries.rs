//! Summaries, recomputed independently from the API's projects, plans and reports.

use std::collections::BTreeMap;

use major_projects::testing::Year;
use major_projects::testing::demo;
use major_projects::testing::{Calendar, Clock};
use serde_json::{Value, json};

use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::{OnBoth, OnEach, Running};
use crate::tests;

tests![
    OnEach;
    the_promise_table_agrees_with_what_the_register_holds,
    the_parts_of_every_dimension_sum_to_the_whole,
    months_and_trend_agree,
    expected_progress_is_judged_three_ways,
    coverage_counts_what_is_owed,
    every_month_has_the_same_reports_on_its_page_and_in_sums,
    all_summaries_name_the_restated_months,
    a_year_without_a_plan_promises_nothing,
    a_project_with_owners_is_never_listed_as_without_one,
    nothing_cumulative_falls_in_the_demonstration,
];

/// Tests that compare the answers of both databases byte by byte.
pub const SAME: OnBoth =
    &[("summaries::both_databases_answer_the_same_bytes", |s, p| -> Running {
        Box::pin(both_databases_answer_the_same_bytes(s, p))
    })];

async fn load_demo(app: &TestApp) -> Actor {
    let (today, now) = (app.calendar.today(), app.clock.now());
    let year = Year::new(2021).unwrap();
    let loaded = demo::load::load(&app.db, year, today, now, |_, _| ()).await.unwrap();
    assert_eq!(loaded, 152);
    let commission = app.commission().await;
    // Seal all events, so that `last_event` does not depend on timing.
    app.db.write(major_projects::testing::events::seal::seal_all).await.unwrap();
    commission
}

/// An amount in 万元 as 10^-6 万元, computed without the program's code.
fn micro(text: &Value) -> i128 {
    let text = text.as_str().unwrap_or_else(|| panic!("{text} is no text"));
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    assert!((2..=6).contains(&part.len()), "{text}");
    sign * format!("{whole}{part:0<6}").parse::<i128>().unwrap()
}

/// Percentage with two decimals, rounded half away from zero.
fn percent(part: i128, whole: i128) -> String {
    let scaled = part * 10_000;
    let (quotient, rest) = (scaled / whole, scaled % whole);
    let rounded = if rest.abs() * 2 >= whole { quotient + scaled.signum() } else { quotient };
    let sign = if rounded < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", rounded.abs() / 100, rounded.abs() % 100)
}

async fn everything(actor: &Actor, path: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = actor.get(&format!("{path}&limit=37{cursor}")).await.expect(200);
        all.extend(page.items().clone());
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[derive(Default, Debug, PartialEq)]
struct Sums {
    count: i128,
    total: i128,
    planned: i128,
    completed: i128,
    confirmed: i128,
}

/// The register through May 2021, summed per industry from lists and single resources only.
async fn recomputed(actor: &Actor) -> BTreeMap<String, Sums> {
    let mut sums: BTreeMap<String, Sums> = BTreeMap::new();
    for project in everything(actor, "/projects?year=2021").await {
        let id = project["id"].as_i64().unwrap();
        let plan = actor.get(&format!("/projects/{id}/year-plans/2021")).await.expect(200).json;
        let versions = plan["versions"].as_array().unwrap();
        let current = versions.last().unwrap();
        let months: i128 = current["months"].as_array().unwrap().iter().map(micro).sum();
        assert_eq!(months, micro(&current["annual_investment_wan"]));
        let reports = actor.get(&format!("/projects/{id}/reports")).await.expect(200);
        let of = sums.entry(project["industry"].as_str().unwrap().to_owned()).or_default();
        of.count += 1;
        of.total += micro(&project["total_investment_wan"]);
        of.planned += months;
        for report in reports.items().iter().filter(|r| r["state"] == "confirmed") {
            assert!(report["month"].as_str().unwrap() <= "2021-05");
            of.completed += micro(&report["completed_wan"]);
            of.confirmed += 1;
        }
    }
    sums
}

async fn the_promise_table_agrees_with_what_the_register_holds(app: TestApp) {
    let commission = load_demo(&app).await;
    let table =
        commission.get("/summaries/commitments?year=2021&through=2021-05").await.expect(200).json;
    let recomputed = recomputed(&commission).await;

    let lines = table["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 10);
    for line in lines {
        let own = &recomputed[line["industry"].as_str().unwrap()];
        check_line(line, own);
        // The demonstration's sums equal the plan exactly.
        assert_eq!(line["promised"]["project_count"], line["registered"]["project_count"]);
        assert_eq!(
            line["promised"]["total_investment_wan"],
            line["registered"]["total_investment_wan"]
        );
        assert_eq!(
            line["promised"]["annual_investment_wan"],
            line["planned"]["annual_investment_wan"]
        );
    }
    let whole = recomputed.values().fold(Sums::default(), |sum, one| Sums {
        count: sum.count + one.count,
        total: sum.total + one.total,
        planned: sum.planned + one.planned,
        completed: sum.completed + one.completed,
        confirmed: sum.confirmed + one.confirmed,
    });
    check_line(&table["total"], &whole);
    assert_eq!(
        table["total"]["promised"],
        json!({"project_count": 152, "total_investment_wan": "14456800.00", "annual_investment_wan": "3638100.00"})
    );
    assert_eq!((&table["synthetic"], &table["scope"]), (&json!(true), &json!("all")));
    let groups: Vec<_> = table["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| &g["promised"]["project_count"])
        .collect();
    // 9 + 16 + 8 + 18 + 7 + 26, and 25 + 20 + 6 + 17.
    assert_eq!(groups, [&json!(84), &json!(68)]);
    let parents = table["parents"].as_array().unwrap();
    assert_eq!((parents.len(), &parents[0]["industry"]), (1, &json!("new_energy_materials")));
    assert_eq!(parents[0]["promised"]["annual_investment_wan"], "981700.00");
}

fn check_line(line: &Value, own: &Sums) {
    assert_eq!(i128::from(line["registered"]["project_count"].as_i64().unwrap()), own.count);
    assert_eq!(micro(&line["registered"]["total_investment_wan"]), own.total);
    assert_eq!(micro(&line["planned"]["annual_investment_wan"]), own.planned);
    assert_eq!(micro(&line["completed_wan"]), own.completed);
    assert_eq!(line["against_plan"]["numerator_wan"], line["completed_wan"]);
    assert_eq!(micro(&line["against_plan"]["denominator_wan"]), own.planned);
    assert_eq!(line["against_plan"]["percent"], percent(own.completed, own.planned));
    let promised = micro(&line["promised"]["annual_investment_wan"]);
    assert_eq!(line["against_promise"]["percent"], percent(own.completed, promised));
    // 5 of 12 months.
    assert_eq!(line["expected_percent"], "41.67");
    let deviation = own.completed * 12 - own.planned * 5;
    assert_eq!(line["deviation_points"], percent(deviation, own.planned * 12));
    let coverage = &line["coverage"];
    assert_eq!(i128::from(coverage["confirmed"].as_i64().unwrap()), own.confirmed);
    assert_eq!((&coverage["due"], &coverage["missing"]), (&coverage["confirmed"], &json!(0)));
}

async fn the_parts_of_every_dimension_sum_to_the_whole(app: TestApp) {
    let commission = load_demo(&app).await;
    for by in [
        "by=industry",
        "by=group",
        "by=area",
        "by=unit",
        "by=stage",
        "by=nature",
        "by=area&by=industry",
        "by=unit&by=stage",
    ] {
        for filter in ["", "&area=hekou&area=kenli", "&group=emerging", "&stage=construction"] {
            let path = format!("/summaries/investment?year=2021&through=2021-05&{by}{filter}");
            let answer = commission.get(&path).await.expect(200).json;
            let rows = answer["rows"].as_array().unwrap();
            let sum = |pointer: &str| -> i128 {
                let value = |row: &Value| match row.pointer(pointer).unwrap() {
                    Value::Number(n) => i128::from(n.as_i64().unwrap()),
                    text => micro(text),
                };
                rows.iter().map(value).sum::<i128>() - value(&answer["total"])
            };
            assert!(!rows.is_empty(), "{path}");
            for figure in [
                "/project_count",
                "/total_investment_wan",
                "/planned/annual_investment_wan",
                "/planned/through_wan",
                "/completed_wan",
                "/coverage/due",
                "/coverage/confirmed",
            ] {
                assert_eq!(sum(figure), 0, "{path} {figure}");
            }
        }
    }
    // The count equals the list.
    let listed = everything(&commission, "/projects?year=2021&area=hekou").await;
    let counted =
        commission.get("/summaries/investment?year=2021&by=area&area=hekou").await.expect(200).json;
    assert_eq!(counted["total"]["project_count"], listed.len());
    let total: i128 = listed.iter().map(|p| micro(&p["total_investment_wan"])).sum();
    assert_eq!(micro(&counted["total"]["total_investment_wan"]), total);
}

async fn months_and_trend_agree(app: TestApp) {
    let commission = load_demo(&app).await;

    let months = commission
        .get("/summaries/investment?year=2021&through=2021-05&by=month")
        .await
        .expect(200)
        .json;
    let trend = commission.get("/summaries/trend?year=2021&through=2021-05").await.expect(200).json;

    let (rows, trend) = (months["rows"].as_array().unwrap(), trend["months"].as_array().unwrap());
    assert_eq!((rows.len(), trend.len()), (5, 12));
    let (mut planned, mut completed) = (0, 0);
    for (month, at) in trend.iter().zip(0..) {
        planned += micro(&month["planned_wan"]);
        completed += micro(&month["completed_wan"]);
        assert_eq!(micro(&month["planned_cumulative_wan"]), planned);
        assert_eq!(micro(&month["completed_cumulative_wan"]), completed);
        if let Some(row) = rows.get(at) {
            assert_eq!(
                (&row["month"], &row["completed_wan"]),
                (&month["month"], &month["completed_wan"])
            );
            assert_eq!(row["planned"]["through_wan"], month["planned_wan"]);
        }
    }
    assert_eq!(micro(&months["total"]["completed_wan"]), completed);
    assert_eq!(micro(&months["total"]["planned"]["annual_investment_wan"]), planned);
}

async fn expected_progress_is_judged_three_ways(app: TestApp) {
    let commission = app.commission().await;
    // Started in March, planned finish in October 2022: active from March to December.
    let id = commission.project("项目", json!({})).await;
    let mut months = vec!["0.00"; 2];
    months.extend(["100.00"; 10]);
    let plan = json!({"annual_investment_wan": "1000.00", "months": months});
    commission.put(&format!("/projects/{id}/year-plans/2021"), &plan).await.expect(201);
    commission.confirmed(id, "2021-04", "250.00").await;

    for (mode, expected, deviation) in [
        // 5 of 12; 300 of 1000; 3 of 10 active months. 250 of 1000 is 25 %.
        ("calendar", "41.67", "-16.67"),
        ("curve", "30.00", "-5.00"),
        ("active", "30.00", "-5.00"),
    ] {
        let path = format!("/summaries/commitments?year=2021&through=2021-05&expected={mode}");
        let total = commission.get(&path).await.expect(200).json["total"].clone();
        assert_eq!(
            (&total["expected_percent"], &total["deviation_points"]),
            (&json!(expected), &json!(deviation)),
            "{mode}"
        );
    }
}

async fn coverage_counts_what_is_owed(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    commission.project("未开工", json!({"stage": "reserve", "actual_start": null})).await;
    commission.confirmed(id, "2021-03", "1.00").await;
    let april = format!("/projects/{id}/reports/2021-04");
    commission.create(&april, &json!({"completed_wan": "1.00"})).await.expect(201);
    commission.step(&format!("{april}/submission")).await.expect(200);
    let path = format!("/projects/{id}/reports/2021-05");
    commission.create(&path, &json!({"completed_wan": "1.00"})).await.expect(201);
    let coverage = async |through: &str| {
        let path = format!("/summaries/commitments?year=2021&through={through}");
        commission.get(&path).await.expect(200).json["total"]["coverage"].clone()
    };

    // Started in March: March confirmed, April submitted, May a draft, June missing.
    assert_eq!(
        coverage("2021-02").await,
        json!({"due": 0, "confirmed": 0, "submitted": 0, "missing": 0})
    );
    assert_eq!(
        coverage("2021-05").await,
        json!({"due": 3, "confirmed": 1, "submitted": 1, "missing": 1})
    );
    assert_eq!(
        coverage("2021-06").await,
        json!({"due": 4, "confirmed": 1, "submitted": 1, "missing": 2})
    );
    // July has not ended on its first day.
    assert_eq!(coverage("2021-07").await["due"], 4);
    app.calendar.turn_to("2021-08-01");
    assert_eq!(coverage("2021-07").await["due"], 5);
}

/// The month's page left out a report that was filed without being owed, and sums counted it.
async fn every_month_has_the_same_reports_on_its_page_and_in_sums(app: TestApp) {
    let commission = app.commission().await;
    let early = commission.project("提前填报", json!({"actual_start": "2021-02-01"})).await;
    commission.project("未报", json!({"actual_start": "2021-02-01"})).await;
    for month in ["2021-02", "2021-03"] {
        commission.confirmed(early, month, "1.00").await;
    }
    // Construction started in March after all: February is not owed, and has an amount all the same.
    let start = json!({"actual_start": "2021-03-10"});
    let moved = commission.patch(&format!("/projects/{early}"), 1, &start).await.expect(200);
    assert_eq!(moved.json["warnings"][0]["code"], "reported-before-start");
    let months = commission.get("/summaries/filings?year=2021").await.expect(200);
    let path = "/summaries/investment?year=2021&through=2021-03&by=month";
    let sums = commission.get(path).await.expect(200).json;

    for (month, due) in [("2021-02", 2), ("2021-03", 2)] {
        let of_year = months.items().iter().find(|m| m["month"] == month).unwrap();
        let page = commission.get(&format!("/reporting-months/{month}")).await.expect(200).json;
        let list = format!("/reporting-months/{month}/filings");
        let list = commission.get(&list).await.expect(200);
        let rows = sums["rows"].as_array().unwrap();
        let coverage = &rows.iter().find(|row| row["month"] == month).unwrap()["coverage"];
        assert_eq!(coverage, &json!({"due": due, "confirmed": 1, "submitted": 0, "missing": 1}));
        for filings in [&of_year["filings"], &page["filings"]] {
            for part in ["due", "confirmed", "submitted", "missing"] {
                assert_eq!(filings[part], coverage[part], "{month} {part}");
            }
        }
        assert_eq!(list.items().len(), due, "{month}");
    }
}

async fn all_summaries_name_the_restated_months(app: TestApp) {
    let commission = app.commission().await;
    app.calendar.turn_to("2023-07-01");
    let days = json!({"opens_on": "2023-07-01", "due_on": "2023-07-05"});
    commission.create("/reporting-months/2023-06", &days).await.expect(201);
    let id = commission.project("项目", json!({})).await;
    commission.confirmed(id, "2023-06", "10.00").await;
    app.calendar.turn_to("2023-07-06");
    commission.step("/reporting-months/2023-06/closing").await.expect(200);
    let restatement =
        json!({"amount_wan": "5.00", "reason": "漏报设备款", "approver": "重大项目科"});
    let path = format!("/projects/{id}/reports/2023-06/restatements");
    commission.post(&path, &restatement).await.expect(201);

    for path in [
        "commitments",
        "investment?by=area",
        "trend",
        "milestones",
        "rankings",
        "projects",
        "lights",
    ] {
        let mark = if path.contains('?') { '&' } else { '?' };
        for (through, restated) in [("2023-05", json!([])), ("2023-06", json!(["2023-06"]))] {
            let path = format!("/summaries/{path}{mark}year=2023&through={through}");
            let answer = commission.get(&path).await.expect(200).json;
            assert_eq!(answer["restated_months"], restated, "{path}");
        }
    }
}

async fn a_year_without_a_plan_promises_nothing(app: TestApp) {
    let commission = app.commission().await;
    commission.project("项目", json!({"registered_year": 2023})).await;

    let table = commission.get("/summaries/commitments?year=2023").await.expect(200).json;

    assert_eq!(table["lines"].as_array().unwrap().len(), 1);
    assert_eq!(table["total"]["promised"]["project_count"], 0);
    assert_eq!(
        table["total"]["against_promise"],
        json!({"numerator_wan": "0.00", "denominator_wan": "0.00", "percent": null})
    );
    assert_eq!(
        (&table["total"]["deviation_points"], &table["through"]),
        (&Value::Null, &json!("2023-01"))
    );
}

async fn both_databases_answer_the_same_bytes(sqlite: TestApp, postgres: TestApp) {
    assert!(postgres.is_postgres() && !sqlite.is_postgres());
    let (one, two) = (load_demo(&sqlite).await, load_demo(&postgres).await);
    for path in [
        "/summaries/commitments?year=2021&through=2021-05",
        "/summaries/commitments?year=2021&expected=curve&basis=initial&include=submitted",
        "/summaries/commitments?year=2021&expected=active",
        "/summaries/investment?year=2021&through=2021-05&by=area&by=industry",
        "/summaries/investment?year=2021&through=2021-05&by=unit&by=month",
        "/summaries/trend?year=2021",
        "/projects?year=2021&sort=name&limit=200",
        "/projects?sort=-planned_start,code&limit=200",
        "/units?limit=200",
        "/plans/2021",
        "/projects/7/milestones",
        "/projects/7/reports",
        "/projects/7/history",
    ] {
        let (left, right) = (one.get(path).await.expect(200), two.get(path).await.expect(200));
        assert!(left.text == right.text, "{path}:\n{}\n{}", left.text, right.text);
    }
}

async fn a_project_with_owners_is_never_listed_as_without_one(app: TestApp) {
    let commission = app.commission().await;
    let [one, two, three] =
        [app.unit_id("甲公司").await, app.unit_id("乙公司").await, app.unit_id("丙局").await];
    let own = commission.project("甲乙共有", json!({})).await;
    commission.assign(own, &[(one, "owner"), (two, "owner")]).await;
    let led = commission.project("乙有丙牵头", json!({})).await;
    commission.assign(led, &[(two, "owner"), (three, "lead")]).await;
    let none = commission.project("丙牵头无项目单位", json!({})).await;
    commission.assign(none, &[(three, "lead")]).await;
    let rows = async |query: &str| -> Vec<(Option<String>, i64)> {
        let path = format!("/summaries/investment?year=2021&by=unit&{query}");
        let answer = commission.get(&path).await.expect(200);
        let rows = answer.json["rows"].as_array().unwrap();
        let row = |r: &Value| {
            (r["unit"].as_str().map(str::to_owned), r["project_count"].as_i64().unwrap())
        };
        rows.iter().map(row).collect()
    };
    let named = |name: &str| Some(name.to_owned());

    // The lead's projects: one has an owner, one has none.
    assert_eq!(rows(&format!("unit={three}")).await, [(None, 1), (named("乙公司"), 1)]);
    let as_lead = rows(&format!("unit={three}&role=lead")).await;
    assert_eq!(as_lead, [(named("丙局"), 2)]);
    // Of several owners, the requested one.
    assert_eq!(rows(&format!("unit={one}")).await, [(named("甲公司"), 1)]);
    assert_eq!(rows(&format!("unit={two}")).await, [(named("乙公司"), 2)]);
    let all = [(None, 1), (named("甲公司"), 1), (named("乙公司"), 2)];
    assert_eq!(rows("").await, all);
    assert_eq!(rows(&format!("unit={one}&unit={two}&unit={three}")).await, all);
    for path in ["/summaries/lights", "/summaries/milestones", "/summaries/rankings"] {
        let path = format!("{path}?year=2021&by=unit&unit={one}&unit={three}&through=2021-05");
        let rows = commission.get(&path).await.expect(200).json["rows"].clone();
        let without = rows.as_array().unwrap().iter().filter(|r| r.get("unit").is_none()).count();
        assert_eq!(without, 1, "{path}: only the project that has no owner");
    }
}

async fn nothing_cumulative_falls_in_the_demonstration(app: TestApp) {
    let commission = load_demo(&app).await;
    let mut by_project: BTreeMap<i64, BTreeMap<String, Value>> = BTreeMap::new();
    let mut path = "/reports?limit=200".to_owned();
    loop {
        let page = commission.get(&path).await.expect(200);
        for item in page.items() {
            let project = item["project_id"].as_i64().unwrap();
            let month = item["month"].as_str().unwrap().to_owned();
            by_project.entry(project).or_default().insert(month, item.clone());
        }
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        path = format!("/reports?limit=200&cursor={cursor}");
    }

    let mut pairs = 0;
    let mut fell = Vec::new();
    for months in by_project.values() {
        for (earlier, later) in months.values().zip(months.values().skip(1)) {
            pairs += 1;
            for field in ["physical_percent", "funds_received_wan", "funds_paid_wan"] {
                if micro(&later[field]) < micro(&earlier[field]) {
                    fell.push((field, later["project_id"].clone(), later["month"].clone()));
                }
            }
        }
    }
    assert_eq!(pairs, 486);
    assert!(fell.is_empty(), "{fell:?}");
    for code in ["physical-fell", "funds-received-fell", "funds-paid-fell", "forecast-below-done"] {
        let warned = commission.get(&format!("/reports?warning={code}")).await.expect(200);
        assert_eq!(warned.json["total"], 0, "{code}");
    }
}

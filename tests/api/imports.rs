//! Imports: rows that create, change or leave unchanged; all errors at once; all or nothing.

use calamine::Data;
use major_projects::testing::events::seal;
use reqwest::Method;
use serde_json::json;

use crate::clients;
use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::support::workbook::{Grid, text};
use crate::tests;

tests![
    OnEach;
    a_template_opens_and_its_example_imports,
    a_plain_export_of_projects_is_edited_and_comes_back,
    year_plans_are_exported_edited_and_imported_again,
    milestones_are_exported_edited_and_imported_again,
    reports_are_exported_edited_and_imported_again,
    everything_wrong_is_named_at_once_at_its_place,
    one_bad_row_leaves_nothing,
    a_row_taken_back_is_no_duplicate_of_the_next,
    a_dry_run_says_what_would_happen_and_changes_nothing,
    what_changed_since_the_export_is_not_overwritten,
    columns_managed_by_the_register_cannot_be_edited,
    an_owner_imports_its_own_reports_and_no_others,
    a_key_makes_one_import_of_two,
    headings_are_recognised_or_reported,
    cells_are_read_as_spreadsheets_write_them,
    an_ambiguous_project_name_is_refused,
    long_lists_stand_in_a_hidden_sheet,
    a_machine_imports_within_its_scopes_and_role,
    errors_and_headings_speak_english_too,
];

const KINDS: [&str; 4] = ["projects", "year_plans", "milestones", "reports"];
const CODE: &str = "2111-522323-04-01-342068";

/// How many events there are.
async fn events(app: &TestApp, actor: &Actor) -> usize {
    let mut after = 0;
    let mut count = 0;
    app.db.write(seal::seal_all).await.unwrap();
    loop {
        let feed = actor.get(&format!("/events?after={after}&limit=200")).await.expect(200);
        let items = feed.items().len();
        if items == 0 {
            return count;
        }
        count += items;
        after = feed.json["next_after"].as_i64().unwrap();
    }
}

async fn a_template_opens_and_its_example_imports(app: TestApp) {
    let commission = app.commission().await;
    for kind in KINDS {
        let file = commission.download(&format!("/imports/templates/{kind}")).await;
        let (data, notes) = (Grid::open(&file), Grid::sheet(&file, 1));
        assert_eq!(data.0.len(), 2, "{kind}: headings and one example");
        assert!(notes.0.len() > data.0[0].len(), "{kind}: every column is explained");
        let explained: Vec<String> = notes.0.iter().flatten().map(ToString::to_string).collect();
        for heading in &data.0[0] {
            assert!(explained.contains(&heading.to_string()), "{kind}: {heading}");
        }

        let first = commission.import(&format!("kind={kind}"), file.clone()).await.expect(200);
        let before = events(&app, &commission).await;
        let again = commission.import(&format!("kind={kind}"), file).await.expect(200);

        assert_eq!(first.counts(), [1, 0, 0], "{kind}: {}", first.text);
        assert_eq!(again.counts(), [0, 0, 1], "{kind}: {}", again.text);
        assert_eq!(events(&app, &commission).await, before, "{kind}");
        let request = commission
            .request(Method::GET, &format!("/imports/templates/{kind}?format=csv"))
            .header("Accept-Language", "en");
        let csv = commission.send(request).await.expect(200);
        let csv = Grid::of_csv(csv.text.as_bytes());
        assert_eq!((csv.0.len(), csv.0[0].len()), (2, data.0[0].len()));
        assert!(csv.0[0].iter().all(|h| h.to_string().is_ascii()), "{:?}", csv.0[0]);
        let same = commission.import(&format!("kind={kind}"), csv.csv()).await.expect(200);
        assert_eq!(same.counts(), [0, 0, 1], "{kind}");
    }
    let project = commission.get("/projects").await.items()[0].clone();
    assert_eq!(
        (&project["code"], &project["stage"], &project["total_investment_wan"]),
        (&json!(CODE), &json!("construction"), &json!("32780.00"))
    );
    let id = project["id"].as_i64().unwrap();
    let report = commission.get(&format!("/projects/{id}/reports/2021-06")).await.expect(200);
    assert_eq!(report.json["completed_wan"], "1250.00");
    let plan = commission.get(&format!("/projects/{id}/year-plans/2021")).await.expect(200);
    assert_eq!(plan.json["versions"][0]["annual_investment_wan"], "12000.00");
    let history = commission.get(&format!("/projects/{id}/history")).await.expect(200);
    let kinds: Vec<&str> = history.items().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    let told = ["report.drafted", "milestone.added", "year_plan.entered", "project.created"];
    assert_eq!(kinds, told);
}

async fn a_plain_export_of_projects_is_edited_and_comes_back(app: TestApp) {
    let commission = app.commission().await;
    let first = commission
        .project(
            "甲项目",
            json!({"content": "第一行\n=第二行", "longitude": "118.5", "latitude": "37.25"}),
        )
        .await;
    commission.project("=1+1 项目", json!({"leader": "'王", "visibility": "restricted"})).await;
    for (there, form) in [(2, "xlsx"), (3, "csv")] {
        let file = commission.download(&format!("/projects?format={form}&sort=id")).await;
        let is_csv = form == "csv";
        let mut grid = if is_csv { Grid::of_csv(&file) } else { Grid::open(&file) };
        let write = |grid: &Grid| if is_csv { grid.csv() } else { grid.xlsx() };

        let untouched = commission.import("kind=projects", file).await.expect(200);
        assert_eq!(untouched.counts(), [0, 0, there], "{form}: {}", untouched.text);

        let row = grid.row("name", "甲项目");
        let leader = format!("{form} 市长");
        grid.set(row, "leader", text(&leader));
        grid.set(row, "total_investment_wan", text(if is_csv { "12,500.25" } else { "12500.125" }));
        grid.set(row, "planned_finish", text("2022/11/30"));
        let new = grid.0.len();
        for (heading, cell) in [
            ("name", format!("新项目 {form}")),
            ("industry", "new_materials".to_owned()),
            ("area", "东营区".to_owned()),
            ("nature", "扩建".to_owned()),
            ("total_investment_wan", "100".to_owned()),
        ] {
            grid.set(new, heading, text(&cell));
        }
        let edited = write(&grid);
        let before = events(&app, &commission).await;
        let done = commission.import("kind=projects", edited.clone()).await.expect(200);
        let after = events(&app, &commission).await;
        let again = commission.import("kind=projects", edited).await.expect(200);

        assert_eq!(done.counts(), [1, 1, there - 1], "{form}: {}", done.text);
        // One per row, and one for the file.
        assert_eq!(after, before + 3);
        assert_eq!(again.counts(), [0, 0, there + 1], "{form}: {}", again.text);
        assert_eq!(events(&app, &commission).await, after);
        let rows = done.json["rows"].as_array().unwrap();
        let changed = &rows[row - 1];
        assert_eq!((&changed["action"], &changed["id"]), (&json!("change"), &json!(first)));
        assert_eq!(changed["row"], json!(row + 1));
        let fields: Vec<&str> = changed["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["field"].as_str().unwrap())
            .collect();
        assert!(fields.contains(&"leader") && fields.contains(&"total_investment_wan"));
        let project = commission.get(&format!("/projects/{first}")).await.expect(200).json;
        assert_eq!(project["leader"], json!(leader));
        let total = if is_csv { "12500.25" } else { "12500.125" };
        assert_eq!(project["total_investment_wan"], json!(total));
        assert_eq!(project["content"], "第一行\n=第二行");
        let made = commission.get(&format!("/projects?q=新项目%20{form}")).await.expect(200);
        assert_eq!(made.items()[0]["area"], "dongying");
        assert_eq!(made.items()[0]["nature"], "expansion");
    }
}

/// Downloads the current data as a workbook or CSV. Returns its cells and the function that writes
/// them back.
async fn filled(actor: &Actor, path: &str, form: &str) -> (Grid, fn(&Grid) -> Vec<u8>) {
    let request = actor
        .request(Method::GET, &format!("/imports/templates/{path}&filled=true&format={form}"))
        .header("Accept-Language", "en");
    let response = request.send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200, "{path}");
    let file = response.bytes().await.unwrap();
    if form == "csv" { (Grid::of_csv(&file), Grid::csv) } else { (Grid::open(&file), Grid::xlsx) }
}

async fn year_plans_are_exported_edited_and_imported_again(app: TestApp) {
    let commission = app.commission().await;
    let (planned, bare) = (
        commission.project("有计划", json!({})).await,
        commission.project("无计划", json!({})).await,
    );
    commission.plan_year(planned, 100).await;
    for (round, form) in [(1, "xlsx"), (2, "csv")] {
        let (mut grid, write) = filled(&commission, "year_plans?year=2021", form).await;
        let untouched = commission.import("kind=year_plans", write(&grid)).await.expect(200);
        assert_eq!(untouched.counts(), [0, 0, 2], "{form}: {}", untouched.text);

        let row = grid.row("project", "有计划");
        grid.set(row, "month_12_wan", text("50.5"));
        grid.set(row, "annual_investment_wan", text("1150.5"));
        // A changed amount needs a new reason: the exported one belongs to the previous version.
        let refused = commission.import("kind=year_plans", write(&grid)).await;
        let reason = letter(grid.column("reason"));
        assert_eq!(refused.places(), [(2, reason, "reason-required".to_owned())], "{form}");
        grid.set(row, "reason", text("年"));
        let refused = commission.import("kind=year_plans", write(&grid)).await;
        let mut wrong: Vec<String> = refused.places().into_iter().map(|(_, c, e)| c + &e).collect();
        wrong.sort();
        let at = |heading: &str, code: &str| letter(grid.column(heading)) + code;
        let mut expected = vec![at("reason", "too-short")];
        if round == 1 {
            expected.push(at("kind", "not-one-of"));
        }
        expected.sort();
        assert_eq!(wrong, expected, "{form}: {}", refused.text);
        grid.set(row, "kind", text("调整"));
        grid.set(row, "effective_month", text(&format!("2021-{:02}", 6 + round)));
        grid.set(row, "document_number", text(&format!("示例〔2021〕{round}号")));
        grid.set(row, "reason", text("年中调整"));
        grid.set(row, "month_12_wan", text(&format!("{}.5", 50 + round)));
        grid.set(row, "annual_investment_wan", text(&format!("{}.5", 1150 + round)));
        if round == 1 {
            let row = grid.row("project", "无计划");
            for month in 1..=12 {
                grid.set(row, &format!("month_{month:02}_wan"), Data::Float(10.25));
            }
            grid.set(row, "annual_investment_wan", Data::Float(123.0));
        }
        let done = commission.import("kind=year_plans", write(&grid)).await.expect(200);
        let before = events(&app, &commission).await;
        let again = commission.import("kind=year_plans", write(&grid)).await.expect(200);

        let expected = if round == 1 { [1, 1, 0] } else { [0, 1, 1] };
        assert_eq!(done.counts(), expected, "{form}: {}", done.text);
        assert_eq!(again.counts(), [0, 0, 2], "{form}: {}", again.text);
        assert_eq!(events(&app, &commission).await, before);
        let plan =
            commission.get(&format!("/projects/{planned}/year-plans/2021")).await.expect(200);
        let versions = plan.json["versions"].as_array().unwrap();
        assert_eq!(versions.len(), usize::try_from(round).unwrap() + 1);
        let last = versions.last().unwrap();
        assert_eq!(last["annual_investment_wan"], json!(format!("{}.50", 1150 + round)));
        assert_eq!(last["kind"], "adjustment");
    }
    let plan = commission.get(&format!("/projects/{bare}/year-plans/2021")).await.expect(200);
    assert_eq!(plan.json["versions"][0]["months"][3], "10.25");
}

fn letter(column: usize) -> String {
    let last = char::from(b'A' + u8::try_from(column % 26).unwrap());
    if column < 26 { last.to_string() } else { format!("A{last}") }
}

async fn milestones_are_exported_edited_and_imported_again(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let path = format!("/projects/{id}/milestones");
    for (code, day) in [("start", "2021-03-01"), ("main_structure", "2021-10-31")] {
        commission.post(&path, &json!({"code": code, "baseline_date": day})).await.expect(201);
    }
    for (round, form) in [(1, "xlsx"), (2, "csv")] {
        let (mut grid, write) = filled(&commission, "milestones?year=2021", form).await;
        let there = i64::try_from(grid.0.len()).unwrap() - 1;
        let untouched = commission.import("kind=milestones", write(&grid)).await.expect(200);
        assert_eq!(untouched.counts(), [0, 0, there], "{form}: {}", untouched.text);
        let plain = commission.download(&format!("{path}?format={form}")).await;
        let plain = commission.import("kind=milestones", plain).await.expect(200);
        assert_eq!(plain.counts(), [0, 0, there], "{form}: {}", plain.text);

        let row = grid.row("code", "main_structure");
        grid.set(row, "forecast_date", text(&format!("2021-11-{round:02}")));
        grid.set(row, "forecast_reason", text(&format!("雨季 {round}")));
        grid.set(row, "evidence", text(&format!("照片 {round}")));
        if round == 1 {
            grid.set(grid.row("code", "start"), "actual_date", text("2021-03-10"));
        }
        let new = grid.0.len();
        for (heading, cell) in [
            ("project_id", id.to_string()),
            ("code", format!("own_{}", if round == 1 { "one" } else { "two" })),
            ("name", "自定节点".to_owned()),
            ("class", "建设".to_owned()),
            ("baseline_date", "2021-12-01".to_owned()),
            ("forecast_date", "2022-01-01".to_owned()),
            ("forecast_reason", "设备晚到".to_owned()),
        ] {
            grid.set(new, heading, text(&cell));
        }
        let done = commission.import("kind=milestones", write(&grid)).await.expect(200);
        let before = events(&app, &commission).await;
        let again = commission.import("kind=milestones", write(&grid)).await.expect(200);

        let changed = if round == 1 { 2 } else { 1 };
        assert_eq!(done.counts(), [1, changed, there - changed], "{form}: {}", done.text);
        assert_eq!(again.counts(), [0, 0, there + 1], "{form}: {}", again.text);
        assert_eq!(events(&app, &commission).await, before);
        let list = commission.get(&path).await.expect(200);
        let found = |code: &str| list.items().iter().find(|m| m["code"] == code).unwrap().clone();
        assert_eq!(found("main_structure")["forecast_reason"], json!(format!("雨季 {round}")));
        assert_eq!(found("start")["actual_date"], "2021-03-10");
        assert_eq!(found("own_one")["forecast_date"], "2022-01-01");

        grid.set(row, "baseline_date", text("2022-10-31"));
        let moved = commission.import("kind=milestones", write(&grid)).await;
        // The version in the file is outdated, which is reported first.
        assert_eq!((moved.status, moved.places()[0].2.as_str()), (422, "stale"));
    }
}

async fn reports_are_exported_edited_and_imported_again(app: TestApp) {
    let commission = app.commission().await;
    let (one, two) =
        (commission.project("甲", json!({})).await, commission.project("乙", json!({})).await);
    commission.confirmed(one, "2021-05", "100.00").await;
    commission
        .create(
            &format!("/projects/{one}/reports/2021-06"),
            &json!({"completed_wan": "5.00", "progress": "第一行\n第二行"}),
        )
        .await
        .expect(201);
    for (round, form) in [(1, "xlsx"), (2, "csv")] {
        let plain = commission.download(&format!("/reports?format={form}")).await;
        let mut grid = if form == "csv" { Grid::of_csv(&plain) } else { Grid::open(&plain) };
        let there = i64::try_from(grid.0.len()).unwrap() - 1;
        let untouched = commission.import("kind=reports", plain).await.expect(200);
        assert_eq!(untouched.counts(), [0, 0, there], "{form}: {}", untouched.text);
        let row = grid.row("month", "2021-06");
        grid.set(row, "completed_wan", text(&format!("{round}.25")));
        let write = |grid: &Grid| if form == "csv" { grid.csv() } else { grid.xlsx() };
        let done = commission.import("kind=reports", write(&grid)).await.expect(200);
        let again = commission.import("kind=reports", write(&grid)).await.expect(200);
        assert_eq!(done.counts(), [0, 1, there - 1], "{form}: {}", done.text);
        assert_eq!(again.counts(), [0, 0, there], "{form}");

        // The template of a month has a row for every missing report; blank rows are ignored.
        let (mut grid, write) = filled(&commission, "reports?month=2021-06", form).await;
        let blank = commission.import("kind=reports", write(&grid)).await.expect(200);
        assert_eq!(blank.counts(), [0, 0, 2], "{form}: {}", blank.text);
        let row = grid.row("project", "乙");
        grid.set(row, "completed_wan", Data::Float(if round == 1 { 1.5 } else { 2.5 }));
        grid.set(row, "physical_percent", text("12.5"));
        let before = events(&app, &commission).await;
        let done = commission.import("kind=reports", write(&grid)).await.expect(200);
        // One for the row, and one for the file.
        assert_eq!(events(&app, &commission).await, before + 2);
        assert_eq!(done.counts(), if round == 1 { [1, 0, 1] } else { [0, 1, 1] }, "{}", done.text);
        let report = commission.get(&format!("/projects/{two}/reports/2021-06")).await.expect(200);
        assert_eq!(report.json["completed_wan"], json!(format!("{round}.50")));
        assert_eq!(report.json["physical_percent"], "12.50");
    }
    let report = commission.get(&format!("/projects/{one}/reports/2021-06")).await.expect(200);
    assert_eq!(report.json["progress"], "第一行\n第二行");

    // A file cannot change a submitted report.
    let (mut grid, write) = filled(&commission, "reports?month=2021-05", "xlsx").await;
    let row = grid.row("project", "甲");
    grid.set(row, "completed_wan", text("101"));
    let refused = commission.import("kind=reports", write(&grid)).await;
    assert_eq!(refused.places(), [(2, String::new(), "report-state".to_owned())]);
}

async fn everything_wrong_is_named_at_once_at_its_place(app: TestApp) {
    let commission = app.commission().await;
    let heads: &[&str] = &[
        "项目名称",
        "industry",
        "属地",
        "建设性质",
        "总投资（万元）",
        "计划开工",
        "计划竣工",
        "code",
    ];
    let grid = Grid::of(&[
        heads,
        &["好的", "new_materials", "dongying", "新建", "100", "", "", ""],
        &["", "new_materials", "dongying", "新建", "100", "", "", ""],
        &["三", "nowhere", "nirgends", "新建", "100", "", "", ""],
        &["四", "new_materials", "dongying", "造", "一百", "2021-02-30", "", ""],
        &["五", "new_materials", "dongying", "新建", "-5", "2021-03-01", "2020-01-01", ""],
        &["六", "new_materials", "dongying", "新建", "100", "", "", "2601-140100-89-01-123456"],
        &["好的", "new_materials", "dongying", "新建", "100", "", "", ""],
    ]);
    let expected = [
        (3, "A", "required"),
        (4, "B", "not-there"),
        (4, "C", "not-there"),
        (5, "D", "unknown-nature"),
        (5, "E", "wrong-form"),
        (5, "F", "wrong-form"),
        (6, "E", "not-positive"),
        (6, "G", "before-start"),
        (7, "H", "check-digit"),
        (8, "", "duplicate-row"),
    ];
    for (sheet, file) in [("Sheet1", grid.xlsx()), ("CSV", grid.csv())] {
        for dry in ["", "&dry_run=true"] {
            let refused = commission.import(&format!("kind=projects{dry}"), file.clone()).await;
            let mut places = refused.places();
            places.sort();
            let named: Vec<_> =
                places.iter().map(|(r, c, e)| (*r, c.as_str(), e.as_str())).collect();
            assert_eq!((refused.status, named.as_slice()), (422, &expected[..]), "{sheet}");
            assert_eq!(refused.json["errors"][0]["sheet"], sheet);
            let amount = refused.json["errors"].as_array().unwrap().iter();
            let amount = amount.clone().find(|e| e["row"] == 5 && e["column"] == "E").unwrap();
            assert_eq!(amount["pointer"], "/rows/5/total_investment_wan");
            let said = amount["detail"].as_str().unwrap();
            assert!(said.starts_with(&format!("工作表“{sheet}”第 5 行 E 列：")), "{said}");
        }
    }
    assert_eq!(commission.get("/projects").await.json["total"], 0);
}

async fn one_bad_row_leaves_nothing(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("甲", json!({})).await;
    let file = commission.download("/projects?format=xlsx").await;
    let mut grid = Grid::open(&file);
    grid.set(1, "leader", text("王"));
    for (row, total) in [(2, "100"), (3, "0")] {
        for (heading, cell) in [
            ("name", format!("新 {row}")),
            ("industry", "new_materials".to_owned()),
            ("area", "dongying".to_owned()),
            ("nature", "expansion".to_owned()),
            ("total_investment_wan", total.to_owned()),
        ] {
            grid.set(row, heading, text(&cell));
        }
    }
    let before = events(&app, &commission).await;
    let refused = commission.import("kind=projects", grid.xlsx()).await;

    assert_eq!(refused.places().len(), 1, "{}", refused.text);
    assert_eq!(refused.places()[0].0, 4);
    assert_eq!(commission.get("/projects").await.json["total"], 1);
    assert_eq!(commission.get(&format!("/projects/{id}")).await.json["leader"], "");
    assert_eq!(events(&app, &commission).await, before);
    grid.set(3, "total_investment_wan", text("1"));
    assert_eq!(commission.import("kind=projects", grid.xlsx()).await.counts(), [2, 1, 0]);
}

/// The first row is inserted for validation and rolled back; its id may be assigned again.
async fn a_row_taken_back_is_no_duplicate_of_the_next(app: TestApp) {
    let commission = app.commission().await;
    let file = "name,industry,area,stage,nature,total_investment_wan,invested_before_wan\n\
        甲,next_gen_it,dongying,planned,new_construction,100.00,many\n\
        乙,next_gen_it,dongying,planned,new_construction,200.00,\n\
        丙,next_gen_it,dongying,planned,new_construction,300.00,\n";

    let refused = commission.import("kind=projects", file.into()).await.expect(422);

    let errors = refused.json["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{}", refused.text);
    assert_eq!((&errors[0]["row"], &errors[0]["column"]), (&json!(2), &json!("G")));
    assert_eq!(commission.get("/projects").await.json["total"], 0);
}

async fn a_dry_run_says_what_would_happen_and_changes_nothing(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("甲", json!({})).await;
    let file = commission.download("/projects?format=xlsx").await;
    let mut grid = Grid::open(&file);
    grid.set(1, "leader", text("王"));
    for (heading, cell) in [
        ("name", "新"),
        ("industry", "new_materials"),
        ("area", "dongying"),
        ("nature", "expansion"),
        ("total_investment_wan", "1"),
    ] {
        grid.set(2, heading, text(cell));
    }
    let before = events(&app, &commission).await;
    let tried = commission.import("kind=projects&dry_run=true", grid.xlsx()).await.expect(200);

    assert_eq!((tried.counts(), &tried.json["dry_run"]), ([1, 1, 0], &json!(true)));
    let rows = tried.json["rows"].as_array().unwrap();
    let leader = json!({"field": "leader", "before": "", "after": "王"});
    assert_eq!(rows[0]["changes"], json!([leader]));
    assert_eq!((&rows[0]["id"], &rows[1]["label"]), (&json!(id), &json!("新")));
    assert_eq!(rows[1].get("id"), None, "{}", rows[1]);
    assert_eq!(commission.get("/projects").await.json["total"], 1);
    assert_eq!(events(&app, &commission).await, before);
    let done = commission.import("kind=projects&dry_run=false", grid.xlsx()).await.expect(200);
    assert_eq!((done.counts(), done.json["rows"][1]["id"].is_i64()), ([1, 1, 0], true));
}

async fn what_changed_since_the_export_is_not_overwritten(app: TestApp) {
    let commission = app.commission().await;
    let (one, two) =
        (commission.project("甲", json!({})).await, commission.project("乙", json!({})).await);
    let file = commission.download("/projects?format=xlsx&sort=id").await;
    commission.patch(&format!("/projects/{one}"), 1, &json!({"leader": "李"})).await.expect(200);
    let mut grid = Grid::open(&file);

    let untouched = commission.import("kind=projects", grid.xlsx()).await;
    grid.set(2, "leader", text("王"));
    let elsewhere = commission.import("kind=projects", grid.xlsx()).await;
    grid.set(1, "content", text("改"));
    let refused = commission.import("kind=projects", grid.xlsx()).await;

    // A row unchanged since the export would revert the other user's change.
    let version = letter(grid.column("version"));
    assert_eq!(untouched.places(), [(2, version, "stale".to_owned())], "{}", untouched.text);
    assert_eq!(elsewhere.status, 422);
    assert_eq!(refused.status, 422);
    let file = commission.download("/projects?format=xlsx&sort=id").await;
    let mut grid = Grid::open(&file);
    grid.set(2, "leader", text("王"));
    let done = commission.import("kind=projects", grid.xlsx()).await.expect(200);
    assert_eq!(done.counts(), [0, 1, 1]);
    assert_eq!(commission.get(&format!("/projects/{one}")).await.json["leader"], "李");
    assert_eq!(commission.get(&format!("/projects/{two}")).await.json["leader"], "王");
    grid.set(1, "version", Data::Float(99.0));
    let ahead = commission.import("kind=projects", grid.xlsx()).await;
    assert_eq!((ahead.status, ahead.places()[0].2.as_str()), (422, "stale"));
}

async fn columns_managed_by_the_register_cannot_be_edited(app: TestApp) {
    let commission = app.commission().await;
    commission.project("甲", json!({})).await;
    let file = commission.download("/projects?format=xlsx").await;
    let clean = Grid::open(&file);
    for (heading, cell, code) in [
        ("stage", text("completed"), "read-only"),
        ("registered_year", Data::Float(2020.0), "read-only"),
        ("created_at", text("2020-01-01T00:00:00Z"), "read-only"),
        ("synthetic", Data::Bool(true), "read-only"),
        ("name", Data::Empty, "required"),
    ] {
        let mut grid = clean.clone();
        grid.set(1, heading, cell);
        let refused = commission.import("kind=projects", grid.xlsx()).await;
        let column = letter(grid.column(heading));
        assert_eq!(refused.places(), [(2, column, code.to_owned())], "{heading}: {}", refused.text);
        let pointer = &refused.json["errors"][0]["pointer"];
        assert_eq!(*pointer, json!(format!("/rows/2/{heading}")));
    }
    let mut grid = clean.clone();
    grid.set(1, "id", text("987654"));
    let unknown = commission.import("kind=projects", grid.xlsx()).await;
    assert_eq!(unknown.places()[0].2, "unknown-project");
}

async fn an_owner_imports_its_own_reports_and_no_others(app: TestApp) {
    let commission = app.commission().await;
    let (mine, theirs) = (
        commission.project("我的", json!({})).await,
        commission.project("别人的", json!({})).await,
    );
    commission.assign(mine, &[(app.unit_id("甲公司").await, "owner")]).await;
    let owner = app.unit("甲公司").await;
    let heads: &[&str] = &["project_id", "month", "completed_wan"];
    let row = |id: i64| [id.to_string(), "2021-06".to_owned(), "3.5".to_owned()];
    let grid = |ids: &[i64]| {
        let mut grid = Grid::of(&[heads]);
        grid.0.extend(ids.iter().map(|id| row(*id).map(|c| text(&c)).to_vec()));
        grid
    };

    let both = owner.import("kind=reports", grid(&[mine, theirs]).xlsx()).await;
    let own = owner.import("kind=reports", grid(&[mine]).csv()).await;
    let exported = owner.download("/imports/templates/reports?filled=true&month=2021-06").await;

    assert_eq!(both.places(), [(3, "A".to_owned(), "unknown-project".to_owned())]);
    assert_eq!(own.expect(200).counts(), [1, 0, 0]);
    assert_eq!(Grid::open(&exported).0.len(), 2, "its own project alone");
    for kind in ["projects", "year_plans"] {
        let refused = owner.import(&format!("kind={kind}"), grid(&[mine]).xlsx()).await;
        assert_eq!(refused.status, 403, "{kind}");
    }
    let milestone = Grid::of(&[
        &["project_id", "code", "baseline_date"],
        &[&mine.to_string(), "start", "2021-03-01"],
    ]);
    assert_eq!(owner.import("kind=milestones", milestone.xlsx()).await.counts(), [1, 0, 0]);
    // The id alone does not give access to a milestone of another project.
    let path = format!("/projects/{theirs}/milestones");
    let other =
        commission.post(&path, &json!({"code": "start", "baseline_date": "2021-03-01"})).await;
    let by_id = Grid::of(&[
        &["id", "code", "actual_date"],
        &[&other.expect(201).id().to_string(), "start", "2021-03-01"],
    ]);
    let refused = owner.import("kind=milestones", by_id.xlsx()).await;
    assert_eq!((refused.status, refused.places()[0].2.as_str()), (422, "unknown-milestone"));
    assert_eq!(app.stranger().import("kind=reports", Vec::new()).await.status, 401);
    let viewer = app.role(major_projects::testing::Role::Viewer).await;
    assert_eq!(viewer.import("kind=reports", Vec::new()).await.status, 403);
}

async fn a_key_makes_one_import_of_two(app: TestApp) {
    let commission = app.commission().await;
    let template = commission.download("/imports/templates/projects").await;
    let send = |file: Vec<u8>| {
        let request = commission.request(Method::POST, "/imports?kind=projects");
        commission.send(request.header("Idempotency-Key", "i-1").body(file))
    };
    let first = send(template.clone()).await.expect(200);
    let again = send(template.clone()).await.expect(200);
    let mut other = Grid::open(&template);
    other.set(1, "项目名称", text("另一个"));
    let other = send(other.xlsx()).await;

    assert_eq!((first.text, again.header("idempotency-replayed")), (again.text.clone(), "true"));
    assert_eq!((other.status, other.code()), (422, "idempotency-key-reused"));
    assert_eq!(commission.get("/projects").await.json["total"], 1);
}

async fn headings_are_recognised_or_reported(app: TestApp) {
    let commission = app.commission().await;
    let row: &[&str] = &["甲", "new_materials", "dongying", "expansion", "1"];
    let good: &[&str] = &["项目名称 *", "INDUSTRY", "属地", "nature", "总投资(万元)"];
    let titled = Grid::of(&[&["2021 年重点项目"], &[], good, row, &[], &["", "  "]]);
    assert_eq!(commission.import("kind=projects", titled.xlsx()).await.counts(), [1, 0, 0]);

    let refused = |grid: Grid| async {
        let grid = grid;
        commission.import("kind=projects", grid.xlsx()).await
    };
    let typo: &[&str] = &["项目名称", "industry", "属地", "nature", "total_investmet_wan"];
    let typo = refused(Grid::of(&[typo, row])).await;
    assert_eq!(typo.places()[0], (1, "E".to_owned(), "unknown-column".to_owned()));
    assert!(typo.json["errors"][0]["detail"].as_str().unwrap().contains("total_investment_wan"));
    let (one, two): (&[&str], &[&str]) =
        (&["乙", row[1], row[2], "1"], &["丙", row[1], row[2], "1"]);
    let without_nature: &[&str] = &[good[0], good[1], good[2], good[4]];
    let missing = refused(Grid::of(&[without_nature, one, two])).await;
    let codes: Vec<String> = missing.places().into_iter().map(|(_, _, code)| code).collect();
    assert_eq!(codes[0], "missing-column", "{}", missing.text);
    assert_eq!(codes.iter().filter(|c| *c == "missing-column").count(), 1);
    let twice: &[&str] = &["项目名称", "name", "属地"];
    assert_eq!(refused(Grid::of(&[twice, row])).await.places()[0].2, "repeated");
    let no_heading = Grid::of(&[good, &["甲", "new_materials", "dongying", "expansion", "1", "?"]]);
    assert_eq!(refused(no_heading).await.places()[0], (2, "F".to_owned(), "no-heading".to_owned()));
    for nothing in [Grid::of(&[row]), Grid::of(&[&["a", "b"]]), Grid::of(&[])] {
        assert_eq!(refused(nothing).await.places()[0].2, "no-headings");
    }
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in (0_u16..).zip(good) {
        sheet.write_string(0, column, *heading).unwrap();
    }
    let format = rust_xlsxwriter::Format::new();
    sheet.merge_range(1, 0, 3, 0, "甲", &format).unwrap();
    let merged = book.save_to_buffer().unwrap();
    let merged = commission.import("kind=projects", merged).await;
    assert!(merged.places().contains(&(2, "A".to_owned(), "merged".to_owned())), "{}", merged.text);
}

async fn cells_are_read_as_spreadsheets_write_them(app: TestApp) {
    let commission = app.commission().await;
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let heads =
        ["name", "industry", "area", "nature", "total_investment_wan", "planned_start", "content"];
    for (column, heading) in (0_u16..).zip(heads) {
        sheet.write_string(0, column, heading).unwrap();
    }
    for (row, name) in (1_u32..).zip(["甲", "乙"]) {
        for (column, cell) in (0_u16..).zip([name, "new_materials", "dongying", "expansion"]) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    let first = rust_xlsxwriter::ExcelDateTime::from_ymd(2021, 3, 1).unwrap();
    sheet.write_datetime_with_format(1, 5, first, &day).unwrap();
    sheet.write_number(1, 4, 1_234.567_891).unwrap();
    sheet.write_number(1, 6, 5.5).unwrap();
    sheet.write_number(2, 4, 0.333_333_333_333_333_3).unwrap();
    let noon = rust_xlsxwriter::ExcelDateTime::from_ymd(2021, 3, 1).unwrap().and_hms(12, 0, 0);
    sheet.write_datetime_with_format(2, 5, noon.unwrap(), &day).unwrap();
    let refused = commission.import("kind=projects", book.save_to_buffer().unwrap()).await;

    let expected =
        [(3, "E".to_owned(), "not-exact".to_owned()), (3, "F".to_owned(), "wrong-form".to_owned())];
    assert_eq!(refused.places(), expected, "{}", refused.text);
    let sheet = book.worksheet_from_index(0).unwrap();
    sheet.write_string(2, 4, "0.3").unwrap();
    sheet.write_string(2, 5, "2021年3月2日").unwrap();
    let done = commission.import("kind=projects", book.save_to_buffer().unwrap()).await.expect(200);
    assert_eq!(done.counts(), [2, 0, 0]);
    let list = commission.get("/projects?sort=id").await;
    let shown = |n: usize, field: &str| list.items()[n][field].clone();
    assert_eq!(shown(0, "total_investment_wan"), "1234.567891");
    assert_eq!(
        (shown(0, "planned_start"), shown(1, "planned_start")),
        (json!("2021-03-01"), json!("2021-03-02"))
    );
    assert_eq!(
        (shown(0, "content"), shown(1, "total_investment_wan")),
        (json!("5.5"), json!("0.30"))
    );
}

async fn an_ambiguous_project_name_is_refused(app: TestApp) {
    let commission = app.commission().await;
    let heads: &[&str] = &["name", "industry", "area", "nature", "total_investment_wan"];
    let grid =
        |total: &str| Grid::of(&[heads, &["甲", "new_materials", "dongying", "expansion", total]]);
    assert_eq!(commission.import("kind=projects", grid("5").csv()).await.counts(), [1, 0, 0]);
    assert_eq!(commission.import("kind=projects", grid("5.00").csv()).await.counts(), [0, 0, 1]);

    let other = commission.import("kind=projects", grid("6").csv()).await;

    assert_eq!(other.places(), [(2, "A".to_owned(), "same-name".to_owned())]);
    assert_eq!(commission.get("/projects").await.json["total"], 1);
}

async fn long_lists_stand_in_a_hidden_sheet(app: TestApp) {
    let commission = app.commission().await;
    for n in 0..30 {
        let code = format!("zone_with_a_long_code_{n:02}");
        let area =
            json!({"code": code, "name": format!("园区 {n}"), "kind": "zone", "position": n});
        commission.post("/areas", &area).await.expect(201);
    }

    let file = commission.download("/imports/templates/projects").await;

    let part = |name: &str| {
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&file)).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut zip.by_name(name).unwrap(), &mut text).unwrap();
        text
    };
    let areas = commission.get("/areas?limit=200").await.json["total"].as_i64().unwrap();
    let data = part("xl/worksheets/sheet1.xml");
    assert!(data.contains(&format!("<formula1>codes!$A$1:$A${areas}</formula1>")), "a long list");
    assert!(data.contains("\"open,restricted\""), "a short one");
    assert!(part("xl/workbook.xml").contains("name=\"codes\" sheetId=\"3\" state=\"hidden\""));
    assert_eq!(Grid::sheet(&file, 2).0[2].len(), 2, "a code and its name");
    assert_eq!(commission.import("kind=projects", file.clone()).await.counts(), [1, 0, 0]);
}

async fn a_machine_imports_within_its_scopes_and_role(app: TestApp) {
    let admin = app.role(major_projects::testing::Role::Admin).await;
    let commission = app.commission().await;
    let id = commission.project("甲", json!({})).await;
    let report =
        Grid::of(&[&["project_id", "month", "completed_wan"], &[&id.to_string(), "2021-06", "1"]]);
    let template = commission.download("/imports/templates/projects").await;
    let scopes = ["projects:read", "reports:write"];
    let reporter = clients::client(&app, &admin, "填报系统", "commission", &scopes).await;
    let reporter = clients::machine(&app, &reporter).await;
    let reader = clients::client(&app, &admin, "只读系统", "commission", &scopes[..1]).await;
    let reader = clients::machine(&app, &reader).await;

    let projects = reporter.import("kind=projects", template).await;
    let reports = reporter.import("kind=reports", report.csv()).await.expect(200);
    let refused = reader.import("kind=reports", report.csv()).await;

    assert_eq!((projects.status, projects.code()), (403, "scope-missing"));
    assert_eq!((reports.counts(), refused.code()), ([1, 0, 0], "scope-missing"));
    let history = commission.get(&format!("/projects/{id}/history")).await.expect(200);
    assert_eq!(history.items()[0]["actor"], "填报系统");
    reader.get("/imports/templates/reports?filled=true&month=2021-06").await.expect(200);
}

async fn errors_and_headings_speak_english_too(app: TestApp) {
    let commission = app.commission().await;
    let grid = Grid::of(&[&["name", "nature"], &["A", "purchase of things"]]);
    let request = commission.request(Method::POST, "/imports?kind=projects");
    let request = request.header("Accept-Language", "en").body(grid.csv());
    let refused = commission.send(request.header("Content-Type", "text/csv")).await;

    let wrong = &refused.json["errors"][0];
    let said = wrong["detail"].as_str().unwrap();
    assert!(said.starts_with("Sheet \"CSV\", row 2, column B: These words"), "{said}");
    assert!(said.contains("purchase of things (1)"), "{said}");
    assert!(said.contains("nature_of=words:code, where the code is one of new_con"), "{said}");
    assert_eq!((&wrong["row"], &wrong["column"]), (&json!(2), &json!("B")));
}

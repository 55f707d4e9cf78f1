//! Files as offices make them: several sheets, hidden rows, totals, other units, other columns.
//! Nothing of them is left out in silence.

use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::support::workbook::Grid;
use crate::tests;

tests![
    OnEach;
    no_sheet_is_left_out_in_silence,
    hidden_rows_and_sheets_are_named,
    totals_categories_and_notes_are_named_and_skipped_on_request,
    headings_alone_say_so,
    amounts_in_another_unit_are_converted_after_asking,
    amounts_without_a_unit_are_asked_for,
    words_of_real_lists_say_where_they_belong_and_can_be_ignored,
    headings_of_real_lists_are_known,
    a_column_without_heading_can_be_ignored_by_its_letter,
    a_list_as_a_city_publishes_it_goes_in_after_one_round,
];

const HEADS: &[&str] = &["项目名称", "行业", "属地", "建设性质", "总投资（万元）"];
const ROW: &[&str] = &["甲", "new_materials", "dongying", "新建", "100"];

fn codes(answer: &Answer) -> Vec<String> {
    answer.places().into_iter().map(|(_, _, code)| code).collect()
}

/// The words of the error at this place of the list.
fn words(answer: &Answer, nth: usize) -> String {
    answer.json["errors"][nth]["detail"].as_str().unwrap_or_default().to_owned()
}

/// `(row, column, reason)` of every skipped part.
fn skipped(answer: &Answer) -> Vec<(i64, String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or("").to_owned();
    let parts = answer.json["skipped"].as_array().unwrap();
    let part = |p: &Value| (p["row"].as_i64().unwrap_or(0), text(&p["column"]), text(&p["reason"]));
    parts.iter().map(part).collect()
}

/// A workbook of these sheets; a name that begins with `.` is of a hidden sheet.
pub(crate) fn sheets(all: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in all {
        let sheet = book.add_worksheet();
        sheet.set_name(name.trim_start_matches('.')).unwrap();
        sheet.set_hidden(name.starts_with('.'));
        for (row, cells) in (0_u32..).zip(*rows) {
            for (column, cell) in (0_u16..).zip(*cells) {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

async fn total(commission: &Actor) -> Value {
    commission.get("/projects").await.json["total"].clone()
}

async fn no_sheet_is_left_out_in_silence(app: TestApp) {
    let commission = app.commission().await;
    let other: &[&[&str]] = &[&["工程", "投向", "金额"], &["乙", "新材料", "600"]];
    let words_alone: &[&[&str]] = &[&["填表说明"], &["金额以万元为单位"]];
    let file = sheets(&[("新建", &[HEADS, ROW]), ("续建", other), ("须知", words_alone)]);

    let refused = commission.import("kind=projects", file.clone()).await.expect(422);

    assert_eq!(codes(&refused), ["unknown-sheet"], "{}", refused.text);
    assert_eq!(refused.json["errors"][0]["sheet"], "续建");
    let said = words(&refused, 0);
    assert!(said.contains("工程、投向、金额") && said.contains("ignore_sheet=续建"), "{said}");
    assert_eq!(total(&commission).await, 0);

    let done = commission.import("kind=projects&ignore_sheet=续建", file).await.expect(200);
    assert_eq!(done.counts(), [1, 0, 0]);
    let parts = done.json["skipped"].as_array().unwrap();
    let named: Vec<_> = parts.iter().map(|p| (&p["sheet"], &p["reason"])).collect();
    let (other, alone) =
        ((json!("续建"), json!("ignored_sheet")), (json!("须知"), json!("no_table")));
    assert_eq!(named, [(&other.0, &other.1), (&alone.0, &alone.1)], "{}", done.text);
    assert_eq!(done.json["skipped_count"], 2);

    // A sheet whose headings are half known is read, and each of the others is named.
    let half: &[&[&str]] =
        &[&["序号", "项目名称", "所属行业", "建设地点"], &["1", "丙", "new_materials", "东营区"]];
    let file = sheets(&[("新建", &[HEADS, ROW]), ("续建", half)]);
    let refused = commission.import("kind=projects", file).await.expect(422);
    let places = refused.places();
    assert!(places.contains(&(1, "A".to_owned(), "unknown-column".to_owned())), "{}", refused.text);
    let lacks = (1, String::new(), "missing-column".to_owned());
    assert!(places.contains(&lacks), "{}", refused.text);
}

async fn hidden_rows_and_sheets_are_named(app: TestApp) {
    let commission = app.commission().await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let rows = [
        HEADS,
        ROW,
        &["乙", ROW[1], ROW[2], ROW[3], "200"],
        &["丙", ROW[1], ROW[2], ROW[3], "300"],
    ];
    for (row, cells) in (0_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string(row, column, *cell).unwrap();
        }
    }
    sheet.set_row_hidden(2).unwrap();
    let file = book.save_to_buffer().unwrap();

    let refused = commission.import("kind=projects", file.clone()).await.expect(422);

    assert_eq!(refused.places(), [(3, String::new(), "hidden-row".to_owned())], "{}", refused.text);
    assert!(words(&refused, 0).contains("“乙”") && words(&refused, 0).contains("skip_row=hidden"));
    let done = commission.import("kind=projects&skip_row=hidden", file).await.expect(200);
    assert_eq!(done.counts(), [2, 0, 0]);
    assert_eq!(skipped(&done), [(3, String::new(), "hidden_row".to_owned())]);

    let other: &[&str] = &["丁", ROW[1], ROW[2], ROW[3], "1"];
    let file = sheets(&[
        ("一", &[HEADS, ROW]),
        (".二", &[HEADS, other]),
        (".字典", &[&["a", "b"], &["c", "d"]]),
    ]);
    let refused = commission.import("kind=projects", file.clone()).await.expect(422);
    assert_eq!(codes(&refused), ["hidden-sheet"], "{}", refused.text);
    assert!(words(&refused, 0).contains("ignore_sheet=二"), "{}", refused.text);
    let done = commission.import("kind=projects&ignore_sheet=二", file).await.expect(200);
    let reasons: Vec<_> = skipped(&done).into_iter().map(|(_, _, reason)| reason).collect();
    assert_eq!(
        (done.counts(), reasons.as_slice()),
        ([0, 0, 1], &["ignored_sheet".to_owned(), "hidden_sheet".to_owned()][..])
    );
}

async fn totals_categories_and_notes_are_named_and_skipped_on_request(app: TestApp) {
    let commission = app.commission().await;
    let blank = ["", "", ""];
    let group = |name: &'static str| [name, blank[0], blank[1], blank[2], ""];
    let (one, two, three) =
        (group("一、产业项目（2个）"), group("高端化工（2个）"), group("民生类"));
    let (sum, all) = (["小计", "", "", "", "300"], ["合 计：", "", "", "", "300.00"]);
    let second: &[&str] = &["乙", ROW[1], ROW[2], ROW[3], "200"];
    let grid = Grid::of(&[
        &["2021年重点项目"],
        HEADS,
        &["1", "2", "3", "4", "5"],
        &one,
        &two,
        ROW,
        second,
        &sum,
        &["续建项目", "", "", "", "12.5亿元"],
        HEADS,
        &three,
        &all,
        &["注：投资以万元计", "", "", "", ""],
        &["填表人：张某", "", "审核人：李某", "", ""],
    ]);
    let expected = [
        (3, "repeated-heading"),
        (4, "category-row"),
        (5, "category-row"),
        (8, "total-row"),
        (9, "category-row"),
        (10, "repeated-heading"),
        (11, "category-row"),
        (12, "total-row"),
        (13, "note-row"),
        (14, "note-row"),
    ];
    for file in [grid.xlsx(), grid.csv()] {
        let refused = commission.import("kind=projects", file).await.expect(422);
        let places = refused.places();
        let named: Vec<_> = places.iter().map(|(row, _, code)| (*row, code.as_str())).collect();
        assert_eq!(named, expected, "{}", refused.text);
        assert!(words(&refused, 1).contains("一、产业项目（2个）"), "{}", refused.text);
        assert!(words(&refused, 3).contains("skip_row=total"), "{}", refused.text);
    }
    let query = "kind=projects&skip_row=total&skip_row=category&skip_row=heading&skip_row=note";
    let done = commission.import(query, grid.csv()).await.expect(200);
    assert_eq!((done.counts(), &done.json["skipped_count"]), ([2, 0, 0], &json!(10)));
    assert_eq!(total(&commission).await, 2);

    // A project may be called like a total, and a row of an export may clear its cells.
    let called: &[&str] = &["总计量站改造", ROW[1], ROW[2], ROW[3], "5"];
    let done = commission.import("kind=projects", Grid::of(&[HEADS, called]).csv()).await;
    assert_eq!(done.expect(200).counts(), [1, 0, 0]);
    let id = commission.project("清空", json!({"leader": "王"})).await;
    let cleared = Grid::of(&[&["id", "leader", "content"], &[&id.to_string(), "", ""]]);
    assert_eq!(
        commission.import("kind=projects", cleared.csv()).await.expect(200).counts(),
        [0, 1, 0]
    );
    // Merged cells in the heading of a group lose nothing.
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in [(0, HEADS), (2, ROW)] {
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string(row, column, *cell).unwrap();
        }
    }
    sheet.merge_range(1, 0, 1, 4, "一、续建项目", &rust_xlsxwriter::Format::new()).unwrap();
    let file = book.save_to_buffer().unwrap();
    let done = commission.import("kind=projects&skip_row=category", file).await.expect(200);
    assert_eq!(done.counts(), [0, 0, 1]);
}

async fn headings_alone_say_so(app: TestApp) {
    let commission = app.commission().await;
    let alone = Grid::of(&[&["2021年重点项目"], HEADS]);
    for file in [alone.xlsx(), alone.csv()] {
        let refused = commission.import("kind=projects", file).await.expect(422);
        assert_eq!(
            refused.places(),
            [(2, String::new(), "no-rows".to_owned())],
            "{}",
            refused.text
        );
        assert!(words(&refused, 0).contains("只有表头"), "{}", refused.text);
    }
    let file = sheets(&[("一", &[HEADS, ROW]), ("二", &[HEADS])]);
    let done = commission.import("kind=projects", file).await.expect(200);
    assert_eq!(done.counts(), [1, 0, 0]);
    assert_eq!(
        (&done.json["skipped"][0]["sheet"], &done.json["skipped"][0]["reason"]),
        (&json!("二"), &json!("headings_alone"))
    );
}

async fn amounts_in_another_unit_are_converted_after_asking(app: TestApp) {
    let commission = app.commission().await;
    for (nth, (heading, unit, total, factor, wan)) in [
        ("总投资（亿元）", "yi", "1.5", "1 亿元 = 10000 万元", "15000.00"),
        ("总投资/亿元", "yi", "0.00012345", "1 亿元 = 10000 万元", "1.2345"),
        ("总投资（单位：元）", "yuan", "12345678.90", "1 元 = 0.0001 万元", "1234.56789"),
        ("总投资(千元)", "thousand_yuan", "15", "1 千元 = 0.1 万元", "1.50"),
        ("项目总投资（百万元）", "million_yuan", "2.5", "1 百万元 = 100 万元", "250.00"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("项目 {nth}");
        let heads = ["项目名称", "行业", "属地", "建设性质", heading, "以前完成投资（万元）"];
        let row = [name.as_str(), ROW[1], ROW[2], ROW[3], total, "0.5"];
        let grid = Grid::of(&[&heads, &row]);

        let refused = commission.import("kind=projects", grid.xlsx()).await.expect(422);
        assert_eq!(
            refused.places(),
            [(1, "E".to_owned(), "other-unit".to_owned())],
            "{}",
            refused.text
        );
        let said = words(&refused, 0);
        assert!(said.contains(factor) && said.contains(&format!("amount_unit={unit}")), "{said}");
        let other = if unit == "yi" { "yuan" } else { "yi" };
        let wrong =
            commission.import(&format!("kind=projects&amount_unit={other}"), grid.csv()).await;
        assert_eq!(codes(&wrong), ["other-unit"], "{heading}");

        let query = format!("kind=projects&amount_unit={unit}");
        let done = commission.import(&query, grid.csv()).await.expect(200);
        assert_eq!(done.counts(), [1, 0, 0]);
        let found = commission.get(&format!("/projects?q={name}")).await.items()[0].clone();
        assert_eq!(found["total_investment_wan"], wan, "{heading}");
        // A column that says 万元 stays as it is.
        assert_eq!(found["invested_before_wan"], "0.50", "{heading}");
    }
    let fine = Grid::of(&[
        &["项目名称", "行业", "属地", "建设性质", "总投资（元）"],
        &["细", ROW[1], ROW[2], ROW[3], "1.234"],
    ]);
    let refused = commission.import("kind=projects&amount_unit=yuan", fine.csv()).await;
    assert_eq!(refused.places(), [(2, "E".to_owned(), "not-exact".to_owned())]);
    assert_eq!(
        commission.import("kind=projects&amount_unit=dollars", fine.csv()).await.status,
        400
    );
}

async fn amounts_without_a_unit_are_asked_for(app: TestApp) {
    let commission = app.commission().await;
    let heads: &[&str] = &["项目名称", "行业", "属地", "建设性质", "总投资"];
    let plain = Grid::of(&[heads, ROW]);
    let refused = commission.import("kind=projects", plain.csv()).await.expect(422);
    assert_eq!(refused.places(), [(1, "E".to_owned(), "no-unit".to_owned())], "{}", refused.text);
    let done = commission.import("kind=projects&amount_unit=wan", plain.csv()).await.expect(200);
    assert_eq!(done.counts(), [1, 0, 0]);

    // A line above the headings gives the unit of the table.
    let row: &[&str] = &["乙", ROW[1], ROW[2], ROW[3], "8.5"];
    let noted = Grid::of(&[&["某市重点项目"], &["", "", "", "", "单位：亿元"], heads, row]);
    let refused = commission.import("kind=projects", noted.xlsx()).await.expect(422);
    assert_eq!(
        refused.places(),
        [(3, "E".to_owned(), "other-unit".to_owned())],
        "{}",
        refused.text
    );
    let done = commission.import("kind=projects&amount_unit=yi", noted.xlsx()).await.expect(200);
    assert_eq!(done.counts(), [1, 0, 0]);
    let wan =
        Grid::of(&[&["某市重点项目（单位：万元）"], heads, &["丙", ROW[1], ROW[2], ROW[3], "7"]]);
    assert_eq!(commission.import("kind=projects", wan.csv()).await.expect(200).counts(), [1, 0, 0]);
    let list = commission.get("/projects?sort=id").await;
    let totals: Vec<_> = list.items().iter().map(|p| p["total_investment_wan"].clone()).collect();
    assert_eq!(totals, ["100.00", "85000.00", "7.00"]);
}

async fn words_of_real_lists_say_where_they_belong_and_can_be_ignored(app: TestApp) {
    let commission = app.commission().await;
    let heads: Vec<&str> = ["序号", "累计完成投资", "责任人", "存在问题", "本月完成投资（万元）"]
        .into_iter()
        .chain(HEADS.iter().copied())
        .collect();
    let row: Vec<&str> =
        ["1", "50", "李", "无", "3"].into_iter().chain(ROW.iter().copied()).collect();
    let grid = Grid::of(&[&heads, &row]);

    let refused = commission.import("kind=projects", grid.xlsx()).await.expect(422);

    assert_eq!(codes(&refused), ["unknown-column"; 5], "{}", refused.text);
    let parts = ["不保存", "invested_before_wan", "联系人", "需协调事项", "kind=reports"];
    for (nth, part) in parts.into_iter().enumerate() {
        let said = words(&refused, nth);
        let ignore = heads[nth].replace('（', "(").replace('）', ")");
        assert!(said.contains(part), "{said}");
        assert!(said.contains(&format!("ignore_column={ignore}")), "{said}");
    }
    let ignored = format!("&ignore_column={}", heads[..5].join("&ignore_column="));
    let done = commission.import(&format!("kind=projects{ignored}"), grid.xlsx()).await.expect(200);
    assert_eq!((done.counts(), skipped(&done).len()), ([1, 0, 0], 5));
    assert_eq!(skipped(&done)[2], (0, "C".to_owned(), "ignored_column".to_owned()));
    assert_eq!(done.json["skipped"][2]["text"], "责任人");

    // Or the caller says what a column is.
    let named: Vec<&str> =
        row.iter().map(|cell| if *cell == ROW[0] { "另一项目" } else { cell }).collect();
    let grid = Grid::of(&[&heads, &named]);
    let said = "&read_column=累计完成投资:invested_before_wan&read_column=责任人:contact&amount_unit=wan\
        &ignore_column=序号&ignore_column=存在问题&ignore_column=本月完成投资（万元）";
    let refused = commission.import(&format!("kind=projects{said}"), grid.xlsx()).await.expect(422);
    assert_eq!(codes(&refused), ["no-unit"], "a contact without a unit: {}", refused.text);
    let said = said.replace("责任人:contact", "责任人:leader");
    let done = commission.import(&format!("kind=projects{said}"), grid.xlsx()).await.expect(200);
    assert_eq!(done.counts(), [1, 0, 0], "{}", done.text);
}

async fn headings_of_real_lists_are_known(app: TestApp) {
    let commission = app.commission().await;
    let heads: &[&str] = &[
        "工程名称",
        "所属行业",
        "所在县区",
        "建设性质",
        "项目总投资（万元）",
        "主要建设内容及规模",
        "计划开工时间",
        "计划竣工时间",
        "市级包保领导",
    ];
    let row: &[&str] = &[
        "甲",
        "new_materials",
        "东营区",
        "新建",
        "100",
        "年产 5 万吨",
        "2021-03-01",
        "2022-03-01",
        "王",
    ];
    let done = commission.import("kind=projects", Grid::of(&[heads, row]).xlsx()).await.expect(200);
    assert_eq!(done.counts(), [1, 0, 0]);
    let project = commission.get("/projects").await.items()[0].clone();
    assert_eq!((&project["content"], &project["leader"]), (&json!("年产 5 万吨"), &json!("王")));
    assert_eq!(
        (&project["area"], &project["planned_finish"]),
        (&json!("dongying"), &json!("2022-03-01"))
    );
}

async fn a_column_without_heading_can_be_ignored_by_its_letter(app: TestApp) {
    let commission = app.commission().await;
    let row: Vec<&str> = ROW.iter().copied().chain(["?"]).collect();
    let grid = Grid::of(&[HEADS, &row]);
    let refused = commission.import("kind=projects", grid.xlsx()).await.expect(422);
    assert_eq!(refused.places(), [(2, "F".to_owned(), "no-heading".to_owned())]);
    assert!(words(&refused, 0).contains("ignore_column=F"), "{}", refused.text);
    let done = commission.import("kind=projects&ignore_column=F", grid.xlsx()).await.expect(200);
    assert_eq!(done.counts(), [1, 0, 0]);
}

async fn a_list_as_a_city_publishes_it_goes_in_after_one_round(app: TestApp) {
    let commission = app.commission().await;
    let list = "某县2021年重点项目\n\
        ,,,,,,,单位：亿元\n\
        序号,项目名称,建设性质,所属行业,县区,建设内容规模,总投资,2021年计划投资,责任单位,备注\n\
        总计（3个）,,,,,,7.3,2.2,,\n\
        一、产业项目（2个）,,,,,,,,,\n\
        ,新材料（2个）,,,,,,,,\n\
        1,某年产1万吨树脂项目示例,新建,new_materials,东营区,占地 50 亩,4.8,1.2,市工信局,\n\
        2,某薄膜项目示例,扩建,new_materials,东营区,扩建,1.5,-,市工信局,\n\
        二、基础设施（1个）,,,,,,,,,\n\
        3,某道路示例,改建,new_materials,垦利区,全长 3 公里,1,1,市住建局,打包\n";
    let refused = commission.import("kind=projects", list.into()).await.expect(422);
    let named: Vec<String> =
        refused.places().into_iter().map(|(r, c, e)| format!("{r}{c} {e}")).collect();
    let expected = [
        "7I unknown-unit",
        "7H no-months",
        "3A unknown-column",
        "3G other-unit",
        "3H other-unit",
        "4 total-row",
        "5 category-row",
        "6 category-row",
        "9 category-row",
    ];
    assert_eq!(named, expected, "{}", refused.text);

    let query = "kind=projects&amount_unit=yi&skip_row=total&skip_row=category&ignore_column=序号\
        &new_units=lead:government&plan_months=even";
    let done = commission.import(query, list.into()).await.expect(200);
    assert_eq!(done.counts(), [3, 0, 0]);
    assert_eq!(done.json["skipped_count"], 5, "{}", done.text);
    let all = commission.get("/projects?sort=id").await;
    let totals: Vec<_> = all.items().iter().map(|p| p["total_investment_wan"].clone()).collect();
    assert_eq!(totals, ["48000.00", "15000.00", "10000.00"]);
}

//! Cells of imported files: each is what the spreadsheet program shows, or is refused in words.

use diesel::connection::SimpleConnection;
use major_projects::testing::{Conn, Use};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use serde_json::{Value, json};

use crate::import_files::{book, with_sheet};
use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::support::workbook::Grid;
use crate::tests;

tests![
    OnEach;
    numbers_are_what_their_format_shows,
    numbers_have_fifteen_digits,
    dates_are_read_in_both_epochs_and_not_beyond_what_they_show,
    a_formula_without_a_value_is_refused_and_erases_nothing,
    formula_errors_and_booleans_are_named,
    amounts_with_one_meaning_are_taken,
    amounts_without_one_meaning_are_named_exactly,
    days_with_one_meaning_are_taken_and_others_named,
    invisible_characters_are_understood_or_refused,
    text_of_a_broken_encoding_is_refused,
];

const HEADS: [&str; 8] =
    ["项目名称", "行业", "属地", "库别", "建设性质", "总投资（万元）", "计划开工", "计划竣工"];

/// A CSV file of new projects that differ in total investment and planned start.
fn projects(cells: &[(&str, &str)]) -> Vec<u8> {
    let mut rows: Vec<Vec<String>> = vec![HEADS.map(str::to_owned).to_vec()];
    for (nth, (total, start)) in cells.iter().enumerate() {
        let name = format!("试 {nth}");
        let cells =
            [&name, "new_materials", "dongying", "谋划", "新建", total, start, "2032-10-31"];
        rows.push(cells.map(str::to_owned).to_vec());
    }
    let rows: Vec<Vec<&str>> =
        rows.iter().map(|r| r.iter().map(String::as_str).collect()).collect();
    Grid::of(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>()).csv()
}

/// `(column, code, words)` of each error, by row.
fn errors(answer: &Answer) -> Vec<(i64, String, String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or("").to_owned();
    let errors = answer.json["errors"].as_array().cloned().unwrap_or_default();
    let error = |e: &Value| {
        (e["row"].as_i64().unwrap_or(0), text(&e["column"]), text(&e["code"]), text(&e["detail"]))
    };
    errors.iter().map(error).collect()
}

async fn field_of_each(commission: &Actor, field: &str) -> Vec<Value> {
    let list = commission.get("/projects?sort=id&limit=200").await.expect(200);
    list.items().iter().map(|project| project[field].clone()).collect()
}

async fn numbers_are_what_their_format_shows(app: TestApp) {
    let commission = app.commission().await;
    let mut file = Workbook::new();
    let sheet = file.add_worksheet();
    let heads = ["项目编号", "月份", "本月完成投资（万元）", "形象进度（%）", "到位资金（万元）"];
    for (column, heading) in (0_u16..).zip(heads) {
        sheet.write_string(0, column, heading).unwrap();
    }
    let accounting = "_ \"¥\"* #,##0.00_ ;_ \"¥\"* -#,##0.00_ ;_ \"¥\"* \"-\"??_ ;_ @_ ";
    // Progress, its format, and what is shown.
    let rows = [
        (0.42, "0%", "42.00"),
        (1.0, "0%", "100.00"),
        (0.575, "0.0%", "57.50"),
        (0.1234, "0.00%", "12.34"),
        (0.333_333_333_333_333_3, "0.00%", "33.33"),
        (0.29, "0%", "29.00"),
        (42.5, "0.00", "42.50"),
        (0.42, "General", "0.42"),
    ];
    let month = ExcelDateTime::from_ymd(2021, 6, 1).unwrap();
    let as_month = Format::new().set_num_format("yyyy\"年\"m\"月\"");
    let mut ids = Vec::new();
    for (row, (progress, code, _)) in (1_u32..).zip(rows) {
        let id = commission.project(&format!("项目 {row}"), json!({})).await;
        ids.push(id);
        sheet.write_number(row, 0, f64::from(u32::try_from(id).unwrap())).unwrap();
        sheet.write_datetime_with_format(row, 1, &month, &as_month).unwrap();
        let money = Format::new().set_num_format(accounting);
        sheet.write_number_with_format(row, 2, 1_234.5, &money).unwrap();
        let share = Format::new().set_num_format(code);
        sheet.write_number_with_format(row, 3, progress, &share).unwrap();
        let yi = Format::new().set_num_format("0.00\"亿元\"");
        sheet.write_number_with_format(row, 4, 0.5, &yi).unwrap();
    }
    let done = commission.import("kind=reports", file.save_to_buffer().unwrap()).await.expect(200);

    assert_eq!(done.counts(), [8, 0, 0], "{}", done.text);
    for (id, (_, _, shown)) in ids.iter().zip(rows) {
        let report = commission.get(&format!("/projects/{id}/reports/2021-06")).await.expect(200);
        assert_eq!(report.json["physical_percent"], shown);
        assert_eq!(report.json["completed_wan"], "1234.50");
        assert_eq!(report.json["funds_received_wan"], "5000.00");
    }
    let sheet = file.worksheet_from_index(0).unwrap();
    for (column, code) in [(2, "0%"), (4, "0!.0,\"万\"")] {
        let other = Format::new().set_num_format(code);
        sheet.write_number_with_format(1, column, 50_000_000.0, &other).unwrap();
    }
    let refused = commission.import("kind=reports", file.save_to_buffer().unwrap()).await;
    let expected = [
        (2, "C".to_owned(), "wrong-form".to_owned()),
        (2, "E".to_owned(), "other-number-shown".to_owned()),
    ];
    assert_eq!(refused.places(), expected, "{}", refused.text);
}

async fn numbers_have_fifteen_digits(app: TestApp) {
    let commission = app.commission().await;
    let totals = [
        "57.699999999999996",
        "5500.000000000001",
        "0.30000000000000004",
        "1.1E3",
        "7.7000000000000001E-5",
    ];
    let row = |(nth, total): (usize, &&str)| {
        let nth = nth + 2;
        let texts = ["new_materials", "dongying", "谋划", "新建"].map(inline).concat();
        format!(
            "<row r=\"{nth}\">{}{texts}<c><v>{total}</v></c></row>",
            inline(&format!("数 {nth}"))
        )
    };
    let heads = HEADS[..6].iter().map(|h| inline(h)).collect::<String>();
    let rows = totals.iter().enumerate().map(row).collect::<String>();
    let file = with_sheet(&format!("<row r=\"1\">{heads}</row>{rows}"));

    let done = commission.import("kind=projects", file).await.expect(200);

    assert_eq!(done.counts(), [5, 0, 0], "{}", done.text);
    let stored = field_of_each(&commission, "total_investment_wan").await;
    assert_eq!(stored, ["57.70", "5500.00", "0.30", "1100.00", "0.000077"]);
}

fn inline(text: &str) -> String {
    format!("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>")
}

async fn dates_are_read_in_both_epochs_and_not_beyond_what_they_show(app: TestApp) {
    let commission = app.commission().await;
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let styles = format!(
        "<styleSheet xmlns=\"{main}\"><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>\
         <numFmt numFmtId=\"165\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/></numFmts><cellXfs>\
         <xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"57\"/></cellXfs></styleSheet>"
    );
    let file = |serial: &str, style: u32, first_1904: u32| {
        let texts = ["甲", "new_materials", "dongying", "谋划", "新建", "100"].map(inline).concat();
        let heads = HEADS[..7].iter().map(|h| inline(h)).collect::<String>();
        let day = format!("<c s=\"{style}\"><v>{serial}</v></c>");
        let sheet = format!(
            "<worksheet xmlns=\"{main}\"><sheetData><row>{heads}</row><row>{texts}{day}</row></sheetData></worksheet>"
        );
        let workbook = format!(
            "<workbook xmlns=\"{main}\" xmlns:r=\"{rel}\"><workbookPr date1904=\"{first_1904}\"/><sheets>\
             <sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
        );
        book(&[
            ("xl/workbook.xml", workbook.into_bytes()),
            ("xl/styles.xml", styles.clone().into_bytes()),
            ("xl/worksheets/sheet1.xml", sheet.into_bytes()),
        ])
    };
    for (serial, style, first_1904, word) in
        [("44409.5", 1, 0, "时刻"), ("44409", 0, 0, "2021-08-01")]
    {
        let refused = commission.import("kind=projects", file(serial, style, first_1904)).await;
        let errors = errors(&refused);
        assert_eq!((errors.len(), errors[0].1.as_str()), (1, "G"), "{}", refused.text);
        assert!(errors[0].3.contains(word), "{}", refused.text);
    }
    let new = commission.import("kind=projects", file("44409", 1, 0)).await.expect(200);
    let same = commission.import("kind=projects", file("42947", 1, 1)).await.expect(200);

    assert_eq!((new.counts(), same.counts()), ([1, 0, 0], [0, 0, 1]));
    assert_eq!(field_of_each(&commission, "planned_start").await, ["2021-08-01"]);
}

async fn a_formula_without_a_value_is_refused_and_erases_nothing(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("甲", json!({"leader": "王"})).await;
    let file = |cells: &str| {
        let heads =
            ["id", "leader", "invested_before_wan", "planned_operation"].map(inline).concat();
        with_sheet(&format!("<row>{heads}</row><row><c><v>{id}</v></c>{cells}</row>"))
    };
    let without = file(
        "<c t=\"str\"><f>A1</f></c><c><f>SUM(A1:A2)</f><v></v></c><c><f>DATE(2022,8,1)</f></c>",
    );
    let refused = commission.import("kind=projects", without).await;

    let code = "formula-not-calculated".to_owned();
    let expected = ["B", "C", "D"].map(|column| (2, column.to_owned(), code.clone()));
    assert_eq!(refused.places(), expected, "{}", refused.text);
    let project = commission.get(&format!("/projects/{id}")).await.expect(200).json;
    assert_eq!((&project["leader"], &project["version"]), (&json!("王"), &json!(1)));

    let with = file(
        "<c t=\"str\"><f>\"李\"</f><v>李</v></c><c><f>1+1</f><v>2</v></c><c t=\"str\"><f>\"\"</f><v></v></c>",
    );
    let done = commission.import("kind=projects", with).await.expect(200);
    assert_eq!(done.counts(), [0, 1, 0]);
    let project = commission.get(&format!("/projects/{id}")).await.expect(200).json;
    assert_eq!(
        (&project["leader"], &project["invested_before_wan"]),
        (&json!("李"), &json!("2.00"))
    );

    // Programs that do not calculate store zero and ask for a calculation.
    let mut written = Workbook::new();
    let sheet = written.add_worksheet();
    for (column, heading) in (0_u16..).zip(["id", "invested_before_wan"]) {
        sheet.write_string(0, column, heading).unwrap();
    }
    sheet.write_number(1, 0, f64::from(u32::try_from(id).unwrap())).unwrap();
    sheet.write_formula(1, 1, "=SUM(5,6)").unwrap();
    let refused = commission.import("kind=projects", written.save_to_buffer().unwrap()).await;
    assert_eq!(refused.places(), [(2, "B".to_owned(), code)], "{}", refused.text);
    let sheet = written.worksheet_from_index(0).unwrap();
    sheet.write_formula(1, 1, Formula::new("=SUM(5,6)").set_result("11")).unwrap();
    let done = commission.import("kind=projects", written.save_to_buffer().unwrap()).await;
    assert_eq!(done.expect(200).counts(), [0, 1, 0]);
}

async fn formula_errors_and_booleans_are_named(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("甲", json!({})).await;
    let heads = ["id", "invested_before_wan", "leader", "planned_operation"].map(inline).concat();
    let cells =
        "<c t=\"e\"><f>1/0</f><v>#DIV/0!</v></c><c t=\"e\"><v>#N/A</v></c><c t=\"b\"><v>1</v></c>";
    let file = with_sheet(&format!("<row>{heads}</row><row><c><v>{id}</v></c>{cells}</row>"));
    let csv = format!("id,invested_before_wan,leader,planned_operation\n{id},#DIV/0!,#N/A,TRUE\n");

    for file in [file, csv.into_bytes()] {
        let refused = commission.import("kind=projects", file).await;
        let errors = errors(&refused);
        let codes: Vec<(&str, &str)> =
            errors.iter().map(|e| (e.1.as_str(), e.2.as_str())).collect();
        let expected = [("B", "formula-error"), ("C", "formula-error"), ("D", "wrong-form")];
        assert_eq!(codes, expected, "{}", refused.text);
        assert!(
            errors[0].3.contains("#DIV/0!") && errors[1].3.contains("#N/A"),
            "{}",
            refused.text
        );
        assert!(errors[2].3.contains("TRUE"), "{}", refused.text);
    }
    // Text in pieces of different formats is one text, without what is written above it.
    let rich = "<c t=\"inlineStr\"><is><r><t>张</t></r><r><rPr><b/></rPr><t>三</t></r><rPh sb=\"0\" eb=\"1\"><t>zhang</t></rPh></is></c>";
    let heads = ["id", "leader"].map(inline).concat();
    let file = with_sheet(&format!("<row>{heads}</row><row><c><v>{id}</v></c>{rich}</row>"));
    assert_eq!(commission.import("kind=projects", file).await.expect(200).counts(), [0, 1, 0]);
    assert_eq!(commission.get(&format!("/projects/{id}")).await.json["leader"], "张三");
}

async fn amounts_with_one_meaning_are_taken(app: TestApp) {
    let commission = app.commission().await;
    let spellings = [
        ("６０００", "6000.00"),
        ("6，000.00", "6000.00"),
        ("6,000", "6000.00"),
        ("6 000", "6000.00"),
        ("6\u{a0}000", "6000.00"),
        ("6000万元", "6000.00"),
        ("6000 万", "6000.00"),
        ("6千万", "6000.00"),
        ("0.6亿", "6000.00"),
        ("1.25亿元", "12500.00"),
        ("6000元", "0.60"),
        ("６０００．２５", "6000.25"),
        ("+6000", "6000.00"),
        ("6000.", "6000.00"),
        (".5", "0.50"),
        ("1.23E3", "1230.00"),
        ("2E+04", "20000.00"),
        ("8.8e-05", "0.000088"),
    ];
    let cells: Vec<(&str, &str)> =
        spellings.iter().map(|(text, _)| (*text, "2021-08-01")).collect();

    let done = commission.import("kind=projects", projects(&cells)).await.expect(200);

    assert_eq!(done.counts()[0], 18, "{}", done.text);
    let stored = field_of_each(&commission, "total_investment_wan").await;
    assert_eq!(stored, spellings.map(|(_, wan)| wan));
}

async fn amounts_without_one_meaning_are_named_exactly(app: TestApp) {
    let commission = app.commission().await;
    // Text, code and a part of what is said.
    let spellings = [
        ("待定", "wrong-form", "“待定”"),
        ("≈6000", "not-exact", "约数"),
        ("约6000万元", "not-exact", "约数"),
        ("6000-7000", "not-exact", "区间"),
        ("1,23,456", "wrong-form", "“1,23,456”"),
        ("123,456,7", "wrong-form", "“123,456,7”"),
        ("¥6000", "ambiguous-unit", "¥ 表示元"),
        ("￥6000.00", "ambiguous-unit", "万元"),
        ("6000.1234567", "not-exact", "6 位小数"),
        ("6000美元", "wrong-form", "美元"),
        ("(1,500.00)", "not-positive", ""),
        ("42%", "wrong-form", "“42%”"),
    ];
    let cells: Vec<(&str, &str)> =
        spellings.iter().map(|(text, ..)| (*text, "2021-08-01")).collect();

    let refused = commission.import("kind=projects", projects(&cells)).await.expect(422);

    let errors = errors(&refused);
    assert_eq!(errors.len(), spellings.len(), "{}", refused.text);
    for ((row, column, code, words), (text, expected, part)) in errors.iter().zip(spellings) {
        assert_eq!((column.as_str(), code.as_str()), ("F", expected), "{row} {text}: {words}");
        assert!(words.contains(part), "{text}: {words}");
    }
    assert_eq!(commission.get("/projects").await.json["total"], 0);
}

async fn days_with_one_meaning_are_taken_and_others_named(app: TestApp) {
    let commission = app.commission().await;
    let good = [
        "2022-09-03",
        "2022/9/3",
        "2022.9.3",
        "2022年9月3日",
        "2022年9月3号",
        "20220903",
        "2022-09-03 00:00:00",
        "2022-9-3 0:00",
        "2022-09-03T00:00:00Z",
        "2022－09－03",
        "２０２２-０９-０３",
        "3-Sep-22",
        "二〇二二年九月三日",
    ];
    let cells: Vec<(&str, &str)> = good.iter().map(|day| ("100", *day)).collect();
    let done = commission.import("kind=projects", projects(&cells)).await.expect(200);
    assert_eq!(done.counts()[0], 13, "{}", done.text);
    let stored = field_of_each(&commission, "planned_start").await;
    assert!(stored.iter().all(|day| day == "2022-09-03"), "{stored:?}");

    let bad = [
        ("2022.1", "10"),
        ("2022～2024", "一段时间"),
        ("2022.03-2024.12", "一段时间"),
        ("2022年底", "不是确定的日期"),
        ("2022年三季度", "不是确定的日期"),
        ("9/3/2022", "哪个是月"),
        ("44807", "即 2022-09-03"),
        ("2022-02-30", "日历上不存在"),
        ("2022-09-03 14:30", "时刻"),
        ("22-9-3", "不足四位"),
    ];
    let cells: Vec<(&str, &str)> = bad.iter().map(|(day, _)| ("100", *day)).collect();
    let refused = commission.import("kind=projects", projects(&cells)).await.expect(422);
    let errors = errors(&refused);
    assert_eq!(errors.len(), bad.len(), "{}", refused.text);
    for ((_, column, code, words), (day, part)) in errors.iter().zip(bad) {
        assert_eq!((column.as_str(), code.as_str()), ("G", "wrong-form"), "{day}");
        assert!(words.contains(part) && words.contains(&format!("“{day}”")), "{day}: {words}");
    }

    let id = commission.project("月报", json!({})).await;
    for (nth, month) in ["202106", "2021年6月", "2021.06", "2021-06-01 00:00:00", "２０２１年６月"]
        .iter()
        .enumerate()
    {
        let file = format!("project_id,month,completed_wan\n{id},{month},5\n");
        let done = commission.import("kind=reports", file.into_bytes()).await.expect(200);
        let expected = if nth == 0 { [1, 0, 0] } else { [0, 0, 1] };
        assert_eq!(done.counts(), expected, "{month}");
    }
}

async fn invisible_characters_are_understood_or_refused(app: TestApp) {
    let commission = app.commission().await;
    let heads = [
        "项目名称\u{200b}",
        "行业\u{a0}",
        "属 地",
        "\u{3000}库\u{ad}别",
        "\u{feff}建设性质",
        "总\u{2060}投资(万元)",
        "计划开工\u{200e}",
    ];
    let row = [
        "东\u{200b}营\u{feff}港\u{a0}路",
        "new_materials\u{200b}",
        "dongying\u{a0}",
        "\u{3000}谋划",
        "新建\u{ad}",
        "\u{200e}5\u{202f}000\u{200b}",
        "2021-08-01\u{200b}",
    ];
    let grid = Grid::of(&[&heads, &row]);
    for (file, counts) in [(grid.xlsx(), [1, 0, 0]), (grid.csv(), [0, 0, 1])] {
        let done = commission.import("kind=projects", file).await.expect(200);
        assert_eq!(done.counts(), counts, "{}", done.text);
    }
    let project = commission.get("/projects").await.items()[0].clone();
    assert_eq!(project["name"], "东营港 路");
    assert_eq!(
        (&project["total_investment_wan"], &project["planned_start"]),
        (&json!("5000.00"), &json!("2021-08-01"))
    );

    let id = project["id"].as_i64().unwrap();
    for (leader, code) in [
        ("张\u{202e}三", "direction-characters"),
        ("张\u{2067}三\u{2069}", "direction-characters"),
        ("张\u{fffd}三", "damaged-characters"),
    ] {
        let file = Grid::of(&[&["id", "leader"], &[&id.to_string(), leader]]).xlsx();
        let refused = commission.import("kind=projects", file).await;
        assert_eq!(refused.places(), [(2, "B".to_owned(), code.to_owned())], "{}", refused.text);
    }
    // What an earlier release stored with such characters comes back unchanged.
    let stored = commission.project("带零宽", json!({})).await;
    let name = format!("update projects set name = '带\u{200b}零宽' where id = {stored}");
    Conn::open(&app.database.url, Use::Write).unwrap().batch_execute(&name).unwrap();
    let export = commission.download("/projects?format=xlsx").await;
    assert_eq!(commission.import("kind=projects", export).await.expect(200).counts(), [0, 0, 2]);
    let name = &commission.get(&format!("/projects/{stored}")).await.json["name"];
    assert_eq!(name, "带\u{200b}零宽");
}

async fn text_of_a_broken_encoding_is_refused(app: TestApp) {
    let commission = app.commission().await;
    let mut file = "\u{feff}项目名称,行业\n".as_bytes().to_vec();
    file.extend([0xe4, 0xb8, b',', 0xff, b'\n']);
    let refused = commission.import("kind=projects", file).await;
    assert_eq!((refused.status, refused.code()), (400, "file-unreadable"), "{}", refused.text);
}

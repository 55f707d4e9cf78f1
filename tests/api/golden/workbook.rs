//! A bulletin's workbook says what its JSON says, in every cell.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::golden::{Golden, rows};
use crate::support::run::OnEach;
use crate::support::workbook::sheets;
use crate::tests;

use super::columns::{Is, SHEETS, Sheet, at, text};

tests![OnEach; every_cell_of_a_workbook_is_in_the_json];

/// A decimal as the workbook holds it.
fn number(text: &str) -> Value {
    if text.is_empty() { json!("—") } else { json!(text.parse::<f64>().unwrap()) }
}

fn cell(heading: &str, is: Is, row: &Value, names: &BTreeMap<String, String>) -> Value {
    let shown = match is {
        Is::Text(pointer) => text(row, pointer),
        Is::Number(pointer) => return number(&text(row, pointer)),
        Is::Count(pointer) => match at(row, pointer) {
            Value::Null => return json!("—"),
            count => return json!(count.as_f64().unwrap()),
        },
        Is::Word(pointer, words) => {
            let code = text(row, pointer);
            let word = words.iter().find(|(known, _)| *known == code);
            word.unwrap_or_else(|| panic!("no word for {code}")).1.to_owned()
        }
        // The row of the sums has no code.
        Is::Name(pointer) => row
            .pointer(pointer)
            .map_or("合计".to_owned(), |code| names[code.as_str().unwrap()].clone()),
        Is::List(pointer) => {
            let names = at(row, pointer).as_array().unwrap();
            names.iter().map(|name| name.as_str().unwrap()).collect::<Vec<_>>().join("、")
        }
        Is::Made(make) if heading == "追赶量" => return number(&make(row)),
        Is::Made(make) => make(row),
    };
    if shown.is_empty() { Value::Null } else { json!(shown) }
}

/// What the workbook of a bulletin must say, in the form of [`sheets`].
fn expected(bulletin: &Value, names: &BTreeMap<String, String>) -> Value {
    let of_sheet = |sheet: &Sheet| {
        let mut rows = vec![
            vec![json!(format!("{} {}", text(bulletin, "/title"), sheet.title))],
            vec![json!(sheet.note)],
            sheet.columns.iter().map(|(heading, _)| json!(heading)).collect(),
        ];
        if sheet.note.is_empty() {
            rows[1].clear();
        }
        let figures = at(bulletin, "/figures");
        let lines = sheet.rows.iter().flat_map(|pointer| match at(figures, pointer) {
            Value::Array(lines) => lines.clone(),
            total => vec![total.clone()],
        });
        let row = |line: Value| -> Vec<Value> {
            let cells = sheet.columns.iter().map(|(heading, is)| cell(heading, *is, &line, names));
            cells.collect()
        };
        rows.extend(lines.map(row));
        if rows.len() == 3 {
            rows.push(vec![json!("无")]);
        }
        rows.push(Vec::new());
        rows.push(vec![json!("签发：                    审核：                    制表：")]);
        rows.push(vec![json!(format!("通报校验值（SHA-256）：{}", text(bulletin, "/sha256")))]);
        for row in &mut rows {
            while row.last().is_some_and(Value::is_null) {
                row.pop();
            }
        }
        json!({"name": sheet.title.split_once('、').unwrap().1, "rows": rows})
    };
    Value::Array(SHEETS.iter().map(of_sheet).collect())
}

/// Names of areas and industries by their codes.
async fn names(actor: &Actor) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for path in ["/areas", "/industries"] {
        for item in actor.get(path).await.expect(200).items() {
            names.insert(text(item, "/code"), text(item, "/name"));
        }
    }
    names
}

async fn every_cell_of_a_workbook_is_in_the_json(app: TestApp) {
    let golden = Golden::load(app, "answers.jsonl").await;
    let commission = golden.actor("commission");
    // Two that 0.1.0 published, and one that this program publishes.
    commission.step("/reporting-months/2021-05/publication").await.expect(201);
    let names = names(commission).await;
    let months = rows("bulletins").into_iter().map(|b| b["month"].as_str().unwrap().to_owned());

    for month in months.chain(["2021-05".to_owned()]) {
        for name in ["commission", "viewer", "dongying", "owner"] {
            let actor = golden.actor(name);
            let bulletin = actor.get(&format!("/bulletins/{month}")).await.expect(200).json;
            let book = sheets(&actor.download(&format!("/bulletins/{month}?format=xlsx")).await);

            let expected = expected(&bulletin, &names);

            let (book, expected) = (book.as_array().unwrap(), expected.as_array().unwrap());
            assert_eq!(book.len(), expected.len(), "{month}");
            for (sheet, expected) in book.iter().zip(expected) {
                assert_eq!(sheet["name"], expected["name"]);
                let (rows, wanted) = (&sheet["rows"], &expected["rows"]);
                let pairs = rows.as_array().unwrap().iter().zip(wanted.as_array().unwrap());
                for (row, (cells, wanted)) in pairs.enumerate() {
                    assert_eq!(cells, wanted, "{month} for {name}: {} row {row}", sheet["name"]);
                }
                assert_eq!(rows.as_array().unwrap().len(), wanted.as_array().unwrap().len());
            }
        }
    }
}

//! Import files that are broken, randomly mutated, or hostile.

use std::io::{Cursor, Write};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use major_projects::testing::Role;
use reqwest::Client;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::commands::command;
use crate::support::actor::Actor;
use crate::support::app::{PASSWORD, TestApp};
use crate::support::process::Process;
use crate::support::run::{OnEach, PATIENCE};
use crate::support::workbook::{Grid, text};
use crate::tests;

tests![
    OnEach;
    hostile_files_are_refused_each_in_words,
    ten_hostile_files_at_once_stop_nobody,
    mutated_templates_break_nothing,
    a_file_that_is_too_large_or_of_another_sort_is_refused,
];

const SHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const REL: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A workbook of these parts and the mandatory ones.
pub(crate) fn book(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let types = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let root = format!(
        r#"<Relationships xmlns="{package}"><Relationship Id="r1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let book = format!(
        r#"<workbook xmlns="{SHEET}" xmlns:r="{REL}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#
    );
    let sheets = format!(
        r#"<Relationships xmlns="{package}"><Relationship Id="r1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
    );
    let usual = [
        ("[Content_Types].xml", types.to_owned()),
        ("_rels/.rels", root),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", sheets),
        ("xl/worksheets/sheet1.xml", sheet("")),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let own = usual.iter().filter(|(name, _)| parts.iter().all(|(given, _)| given != name));
    for (name, text) in own {
        zip.start_file(*name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    for (name, bytes) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn sheet(rows: &str) -> String {
    format!(r#"<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>"#)
}

pub(crate) fn with_sheet(rows: &str) -> Vec<u8> {
    book(&[("xl/worksheets/sheet1.xml", sheet(rows).into_bytes())])
}

fn with_strings(attributes: &str, items: &str) -> Vec<u8> {
    let strings = format!(r#"<sst xmlns="{SHEET}" {attributes}>{items}</sst>"#);
    book(&[("xl/sharedStrings.xml", strings.into_bytes())])
}

/// The OLE container of old and of encrypted workbooks.
fn ole(name: &str) -> Vec<u8> {
    let mut file = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    file.resize(2048, 0);
    file.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
    file.resize(8192, 0);
    file
}

/// A workbook whose sheet declares a small size but is large.
fn lying() -> Vec<u8> {
    let huge = sheet(&" ".repeat(300 << 20));
    let mut file = book(&[("xl/worksheets/sheet1.xml", huge.as_bytes().to_vec())]);
    let size = u32::try_from(huge.len()).unwrap().to_le_bytes();
    let places: Vec<usize> =
        file.windows(4).enumerate().filter(|(_, w)| *w == size).map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "the size stands somewhere");
    for at in places {
        file[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    file
}

fn entities(part: &str) -> Vec<u8> {
    let laugh = |n: i32| format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10));
    let laughs = (1..12).map(laugh).collect::<Vec<_>>().concat();
    let body = if part.contains("Strings") {
        format!(r#"<sst xmlns="{SHEET}"><si><t>&a11;</t></si></sst>"#)
    } else {
        sheet("")
    };
    let text = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a0 SYSTEM \"file:///etc/passwd\">{laughs}]>{body}"
    );
    book(&[(part, text.into_bytes())])
}

/// The part `rows` as this `many` sheets.
fn named(many: usize, name: fn(usize) -> String, rows: &str) -> Vec<u8> {
    book(&[
        ("xl/workbook.xml", sheets_of_one_part(many, name)),
        ("xl/worksheets/sheet1.xml", sheet(rows).into_bytes()),
    ])
}

fn sheets_of_one_part(many: usize, name: fn(usize) -> String) -> Vec<u8> {
    let one = |n| format!(r#"<sheet name="{}" sheetId="{}" r:id="r1"/>"#, name(n), n + 1);
    let all = (0..many).map(one).collect::<String>();
    format!(r#"<workbook xmlns="{SHEET}" xmlns:r="{REL}"><sheets>{all}</sheets></workbook>"#)
        .into_bytes()
}

/// Many sheets that refer to one part by a `long` name.
fn referred(long: &str) -> Vec<u8> {
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relationships = format!(
        r#"<Relationships xmlns="{package}"><Relationship Id="r1" Type="{REL}/worksheet" Target="worksheets/{long}.xml"/></Relationships>"#
    );
    book(&[
        ("xl/workbook.xml", sheets_of_one_part(4_000, |n| format!("S{n}"))),
        ("xl/_rels/workbook.xml.rels", relationships.into_bytes()),
    ])
}

/// As much as a file may hold: 700,000 cells.
fn full() -> Vec<u8> {
    with_sheet(&format!("<row>{}</row>", "<c><v>1</v></c>".repeat(35)).repeat(20_000))
}

/// Files made to break something, with the status each is refused with.
fn hostile() -> Vec<(&'static str, Vec<u8>, u16)> {
    let rows = |row: fn(u32) -> String| (1..=60_000).map(row).collect::<Vec<_>>().concat();
    let empty_rows = rows(|n| format!("<row r=\"{n}\"/>"));
    let unnumbered = "<row/>".repeat(60_000);
    let formatted = rows(|n| format!("<row r=\"{n}\"><c r=\"A{n}\" s=\"1\"/></row>"));
    let cell = |place: &str| format!("<row><c r=\"{place}\"><v>1</v></c></row>");
    let repeated =
        format!("<row>{}</row>", (0..200).map(|_| "<c t=\"s\"><v>0</v></c>").collect::<String>())
            .repeat(500);
    let repeated = {
        let strings =
            format!(r#"<sst xmlns="{SHEET}"><si><t>{}</t></si></sst>"#, "长".repeat(9_000));
        book(&[
            ("xl/sharedStrings.xml", strings.into_bytes()),
            ("xl/worksheets/sheet1.xml", sheet(&repeated).into_bytes()),
        ])
    };
    let one_font = format!("<font><name val=\"{}\"/></font>", "f".repeat(1_000));
    let styles = format!(
        r#"<styleSheet xmlns="{SHEET}"><fonts>{one_font}</fonts><cellXfs>{}</cellXfs></styleSheet>"#,
        "<xf fontId=\"0\"/>".repeat(200_000)
    );
    // One shared string of blanks in 200,000 cells: longer than any field, and short enough for
    // one.
    let blanks = |long: usize, times: usize| {
        let text = format!("<t xml:space=\"preserve\">{}</t>", " ".repeat(long));
        let strings = format!(r#"<sst xmlns="{SHEET}"><si>{text}</si></sst>"#);
        let row = format!("<row>{}</row>", "<c t=\"s\"><v>0</v></c>".repeat(200));
        book(&[
            ("xl/sharedStrings.xml", strings.into_bytes()),
            ("xl/worksheets/sheet1.xml", sheet(&row.repeat(times)).into_bytes()),
        ])
    };
    let wide = format!("<row>{}</row>", "<c s=\"0\"/>".repeat(200)).repeat(1_500);
    let remarks = "<!-- nothing -->".repeat(300_000);
    // One font, or one number format, of which each format of a cell has a copy.
    let copied = |fonts: &str, numbers: &str| {
        let xf = "<xf numFmtId=\"200\" fontId=\"0\"/>".repeat(9_000);
        let text = format!(
            r#"<styleSheet xmlns="{SHEET}">{numbers}{fonts}<cellXfs>{xf}</cellXfs></styleSheet>"#
        );
        book(&[("xl/styles.xml", text.into_bytes())])
    };
    let long = "f".repeat(400_000);
    let font = format!("<fonts><font><name val=\"{long}\"/></font></fonts>");
    let number = format!("<numFmts><numFmt numFmtId=\"200\" formatCode=\"{long}\"/></numFmts>");
    let good = with_sheet("");
    let mut locked = good.clone();
    let entry = locked.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    locked[entry + 8] |= 1;
    vec![
        ("blanks without end", blanks(400_000, 1_000), 413),
        ("blanks as long as a field", blanks(100_000, 1_000), 413),
        ("one part as many sheets", named(5_000, |n| format!("S{n}"), &wide), 413),
        ("one part as fifty sheets", named(50, |n| format!("S{n}"), &wide), 413),
        ("one part of remarks as fifty sheets", named(50, |n| format!("S{n}"), &remarks), 413),
        ("sheets of one name", named(3, |_| "S".to_owned(), &wide), 400),
        ("a font of 400 kB in each format", copied(&font, ""), 413),
        ("a number of 400 kB in each format", copied("", &number), 413),
        ("a reference of 400 kB in each sheet", referred(&long), 413),
        ("an old workbook", ole("Workbook"), 415),
        ("an encrypted workbook", ole("EncryptedPackage"), 415),
        ("a locked archive", locked, 415),
        ("a far cell", with_sheet(&cell("XFD1048576")), 413),
        ("a far column", with_sheet(&cell("XFD1")), 413),
        ("a row beyond all", with_sheet(&cell("A4294967295")), 413),
        ("a row beyond numbers", with_sheet(&cell("A99999999999999999999")), 413),
        ("a column beyond letters", with_sheet(&cell("AAAAAAAAAAAA1")), 413),
        ("60,000 empty rows", with_sheet(&empty_rows), 413),
        ("60,000 rows without a number", with_sheet(&unnumbered), 413),
        ("60,000 formatted rows", with_sheet(&formatted), 413),
        ("five million strings", with_strings("", &"<si><t/></si>".repeat(5_000_000)), 413),
        (
            "a string of 200 MB",
            with_strings("", &format!("<si><t>{}</t></si>", "x".repeat(200 << 20))),
            413,
        ),
        ("an announced bomb", with_strings("uniqueCount=\"4000000000\"", "<si><t>a</t></si>"), 413),
        ("a string 100,000 times", repeated, 413),
        ("a bomb of formats", book(&[("xl/styles.xml", styles.into_bytes())]), 413),
        ("a lie about its size", lying(), 400),
        ("nested without end", with_sheet(&"<a>".repeat(7_000_000)), 413),
        ("a tag without end", with_sheet(&format!("<row x=\"{}", "y".repeat(60 << 20))), 413),
        ("macros", book(&[("xl/vbaProject.bin", vec![1, 2, 3])]), 415),
        ("links", book(&[("xl/externalLinks/externalLink1.xml", b"<x/>".to_vec())]), 415),
        ("entities in the sheet", entities("xl/worksheets/sheet1.xml"), 400),
        ("entities in the strings", entities("xl/sharedStrings.xml"), 400),
        ("half a workbook", good[..good.len() / 2].to_vec(), 400),
        (
            "cells out of order",
            with_sheet("<row r=\"2\"><c r=\"B2\"><v>1</v></c><c r=\"A2\"><v>1</v></c></row>"),
            400,
        ),
        (
            "a string there is none of",
            with_sheet("<row r=\"1\"><c t=\"s\"><v>7</v></c></row>"),
            400,
        ),
        ("another office file", book(&[("word/document.xml", b"<x/>".to_vec())]), 415),
        ("a web page", b"<html><table><tr><td>1</td></tr></table></html>".to_vec(), 415),
        ("60,000 rows of CSV", format!("name,code\n{}", "a,b\n".repeat(60_000)).into_bytes(), 413),
        (
            "60,000 blank rows of CSV",
            format!("name,code\n{}a,b", "\n".repeat(60_000)).into_bytes(),
            413,
        ),
        ("columns without end", format!("name,code\n{}1", ",".repeat(100_000)).into_bytes(), 413),
        ("a cell of 9 MB", format!("name,code\n{},1", "a".repeat(9 << 20)).into_bytes(), 422),
        ("zero bytes", b"name,code\n\0\0,1".to_vec(), 422),
        ("an open quotation", format!("name,code\n\"{}", "a,b\n".repeat(10_000)).into_bytes(), 400),
        ("nothing", Vec::new(), 422),
    ]
}

/// How often the work of the largest honest file a hostile one may cost before it is refused.
const DEARER: u64 = 3;

async fn hostile_files_are_refused_each_in_words(app: TestApp) {
    // Made first: a connection kept waiting meanwhile would have been closed.
    let (files, full) = (hostile(), full());
    app.add_user("commission", Role::Commission, None, None, false).await;
    let server = Apart::start(&app);
    let commission = server.log_in().await;
    let before = server.work();
    commission.import("kind=projects", full).await.expect(422);
    let honest = server.work() - before;
    for (what, file, status) in files {
        let before = server.work();
        let refused = commission.import("kind=projects", file).await;
        let work = server.work() - before;

        assert_eq!(refused.status, status, "{what}: {}", refused.text);
        assert_eq!(refused.header("content-type"), "application/problem+json", "{what}");
        assert!(refused.json["detail"].as_str().unwrap().chars().count() > 5, "{what}");
        assert!(work <= DEARER * honest, "{what} cost {work}, an honest file {honest}");
    }
    assert_eq!(commission.get("/projects").await.json["total"], 0);
}

/// A server in a separate process.
struct Apart {
    child: Process,
    root: String,
}

impl Apart {
    fn start(app: &TestApp) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut serving = command(app, &["serve", "--listen", &free.to_string()]);
        serving.env("RUST_LOG", "error").stdout(Stdio::null()).stderr(Stdio::null());
        Self { child: Process::start(&mut serving), root: format!("http://{free}/api/v1") }
    }

    async fn log_in(&self) -> Actor {
        let client = Client::builder().no_proxy().build().unwrap();
        let stranger = Actor::new(client.clone(), self.root.clone(), None);
        let body = json!({"username": "commission", "password": PASSWORD});
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let sent = stranger.request(reqwest::Method::POST, "/sessions").json(&body).send();
            if let Ok(answer) = sent.await
                && answer.status().as_u16() == 201
            {
                let session: Value = answer.json().await.unwrap();
                let token = session["access_token"].as_str().unwrap().to_owned();
                return Actor::new(client, self.root.clone(), Some(token));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server does not come up");
    }

    /// The processor time it has taken, in clock ticks: what others do meanwhile does not count.
    fn work(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // The name of the program stands in parentheses; the times are the 14th and 15th field.
        let fields = stat.rsplit_once(')').unwrap().1.split_whitespace();
        fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }

    /// The most memory it ever had, in MB.
    fn peak_mb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }
}

async fn ten_hostile_files_at_once_stop_nobody(app: TestApp) {
    let all = hostile();
    app.add_user("commission", Role::Commission, None, None, false).await;
    let server = Apart::start(&app);
    let commission = server.log_in().await;
    commission.project("甲", json!({})).await;
    let template = commission.download("/imports/templates/projects").await;
    commission.import("kind=projects", template).await.expect(200);
    let before = server.peak_mb();
    let worst = [
        "a far cell",
        "60,000 empty rows",
        "five million strings",
        "a string of 200 MB",
        "a string 100,000 times",
        "a lie about its size",
        "entities in the strings",
        "macros",
        "a cell of 9 MB",
        "nested without end",
    ];
    let files = worst.map(|name| all.iter().find(|(what, ..)| *what == name).unwrap());

    let began = Instant::now();
    let all_refused = AtomicBool::new(false);
    let refused = async {
        join_all(files.map(|(what, file, status)| {
            let commission = &commission;
            async move {
                let mut answer = commission.import("kind=projects", file.clone()).await;
                // Two are read at once; on a slow machine the others are asked to come again.
                while answer.status == 503 {
                    answer = commission.import("kind=projects", file.clone()).await;
                }
                assert_eq!(answer.status, *status, "{what}: {}", answer.text);
            }
        }))
        .await;
        all_refused.store(true, Ordering::Relaxed);
        began.elapsed()
    };
    let usual = async {
        let (mut slowest, mut served) = (Duration::ZERO, 0);
        while !all_refused.load(Ordering::Relaxed) {
            let began = Instant::now();
            commission.get("/projects?limit=5").await.expect(200);
            let unit = json!({"name": format!("公司 {served}"), "kind": "enterprise"});
            commission.post("/units", &unit).await.expect(201);
            slowest = slowest.max(began.elapsed());
            served += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        (slowest, served)
    };
    let (took, (slowest, served)) = join(refused, usual).await;

    let grown = server.peak_mb() - before;
    println!(
        "ten hostile files: {grown} MB in {took:?}; others waited {slowest:?}, {served} served"
    );
    assert!(served >= 10, "{served} others were served meanwhile");
    assert!(slowest < took / 2, "somebody waited {slowest:?} of {took:?}");
    assert!(grown < 200, "{grown} MB");
}

/// Deterministic pseudo-random numbers.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most.max(1)
    }
}

const NUMBERS: [f64; 7] = [0.0, -1.0, 0.1, 0.333_333_333_333_333_3, 2021.0, 44_256.5, 1e300];
const JUNK: [&str; 22] = [
    "",
    "0",
    "-1",
    "1e400",
    "NaN",
    "99999999999999999999",
    "2021-02-30",
    "1899-12-31",
    "=1+1",
    "'",
    "\u{0}",
    "\u{7}",
    "项目",
    "a\nb",
    "true",
    "2021-13",
    "0.0000001",
    "９",
    "../../etc",
    "{\"a\":1}",
    "\u{202e}abc",
    "1,2,3",
];

fn mutated(grid: &Grid, chance: &mut Chance) -> Grid {
    let mut grid = grid.clone();
    for _ in 0..=chance.below(4) {
        let row = chance.below(grid.0.len());
        let column = chance.below(grid.0[row].len());
        match chance.below(8) {
            0 => {
                let copy = grid.0[row].clone();
                grid.0.push(copy);
            }
            1 => {
                for cells in &mut grid.0 {
                    if column < cells.len() {
                        cells.remove(column);
                    }
                }
            }
            2 => grid.0.swap(0, row),
            3 => {
                if let Some(cell) = grid.0[row].get_mut(column) {
                    *cell = calamine::Data::Float(NUMBERS[chance.below(NUMBERS.len())]);
                }
            }
            4 => {
                if let Some(cell) = grid.0[row].get_mut(column) {
                    *cell = text(&"长".repeat(chance.below(7_000)));
                }
            }
            5 => grid.0[row].push(text("extra")),
            _ => {
                if let Some(cell) = grid.0[row].get_mut(column) {
                    // A workbook cannot contain U+0000, but a CSV file can.
                    *cell = text(JUNK[chance.below(JUNK.len())]);
                }
            }
        }
        if grid.0.iter().all(Vec::is_empty) {
            return grid;
        }
        grid.0.retain(|row| !row.is_empty());
    }
    grid
}

/// The example of a template and three more valid rows.
fn longer(mut grid: Grid) -> Grid {
    for nth in 1..4 {
        let row = grid.0.len();
        let mut cells = grid.0[1].clone();
        cells.resize(grid.0[0].len(), calamine::Data::Empty);
        grid.0.push(cells);
        let changes: &[(&str, String)] = match () {
            () if grid.has("行业") => &[
                ("国家项目代码", String::new()),
                ("无代码或校验不符的原因", "申请中".into()),
                ("项目名称", format!("项目 {nth}")),
            ],
            () if grid.has("年份") => &[("年份", format!("{}", 2021 + nth))],
            () if grid.has("节点代码") => {
                &[("节点代码", ["start", "tender", "operation"][nth - 1].into())]
            }
            () => &[("月份", format!("2021-0{}", 6 - nth))],
        };
        for (heading, cell) in changes {
            grid.set(
                row,
                heading,
                if cell.is_empty() { calamine::Data::Empty } else { text(cell) },
            );
        }
    }
    grid
}

/// Current data, to detect a partial import.
async fn state(actor: &Actor, project: i64) -> (Value, Value) {
    let all = actor.get("/projects?limit=200&sort=id").await.expect(200);
    let history = actor.get(&format!("/projects/{project}/history?limit=200")).await.expect(200);
    (all.json, history.json)
}

async fn mutated_templates_break_nothing(app: TestApp) {
    let commission = app.commission().await;
    let mut chance = Chance(20_210_621);
    let (mut taken, mut refused) = (0, 0);
    let mut files = Vec::new();
    for kind in ["projects", "year_plans", "milestones", "reports"] {
        let file = commission.download(&format!("/imports/templates/{kind}")).await;
        commission.import(&format!("kind={kind}"), file.clone()).await.expect(200);
        files.push((kind, file));
    }
    let project = commission.get("/projects").await.items()[0]["id"].as_i64().unwrap();
    // Projects last, because the other examples refer to them.
    for (kind, file) in files.into_iter().rev() {
        let grid = longer(Grid::open(&file));
        for round in 0..40 {
            let changed = match round % 4 {
                0 | 1 => mutated(&grid, &mut chance).xlsx_or_csv(),
                2 => mutated(&grid, &mut chance).csv(),
                _ => {
                    let mut bytes = file.clone();
                    for _ in 0..=chance.below(20) {
                        let at = chance.below(bytes.len());
                        bytes[at] = u8::try_from(chance.below(256)).unwrap();
                    }
                    bytes.truncate(bytes.len() - chance.below(2) * chance.below(400));
                    bytes
                }
            };
            let before = state(&commission, project).await;
            let answer = commission.import(&format!("kind={kind}"), changed).await;
            match answer.status {
                200 => taken += 1,
                400..500 => {
                    refused += 1;
                    let after = state(&commission, project).await;
                    assert_eq!(after, before, "{kind} {round}: {}", answer.text);
                }
                status => panic!("{kind} {round}: {status} {}", answer.text),
            }
        }
    }
    println!("mutated templates: {taken} taken, {refused} refused");
    assert!(taken > 0 && refused > 40, "{taken} taken, {refused} refused");
}

async fn a_file_that_is_too_large_or_of_another_sort_is_refused(app: TestApp) {
    let commission = app.commission().await;
    let large = vec![b'a'; (10 << 20) + 1];
    assert_eq!(commission.import("kind=projects", large).await.status, 413);
    let json = commission.post("/imports?kind=projects", &json!({"name": "甲"})).await;
    assert_eq!((json.status, json.code()), (415, "file-not-taken"));
    for query in ["", "kind=units", "kind=projects&dry_run=perhaps", "kind=projects&other=1"] {
        assert_eq!(commission.import(query, Vec::new()).await.status, 400, "{query}");
    }
    for kind in ["text/csv", "text/csv; charset=utf-8", "application/vnd.ms-excel"] {
        let request = commission.request(reqwest::Method::POST, "/imports?kind=projects");
        let request = request.header("Content-Type", kind).body("name;code\n");
        let answer = commission.send(request).await.expect(422);
        assert_eq!(answer.places(), [(1, String::new(), "no-rows".to_owned())], "{kind}");
    }
    assert_eq!(commission.get("/imports/templates/units").await.status, 404);
    let csv = commission.get("/imports/templates/projects?filled=true&area=nowhere").await;
    assert_eq!((csv.status, csv.errors()[0].0.as_str()), (400, "?area"));
}

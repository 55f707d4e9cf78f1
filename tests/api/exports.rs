//! Files of long lists: every row of one snapshot, complete or visibly cut off.

use diesel::RunQueryDsl as _;
use major_projects::testing::Role;
use major_projects::testing::{Conn, StoreError};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::support::workbook::{Grid, text};
use crate::tests;

tests![
    OnEach;
    a_file_has_every_row_of_a_long_list,
    a_workbook_has_every_row_of_a_long_list,
    a_file_of_a_page_has_the_rows_of_that_page,
    a_file_without_rows_keeps_its_headings,
    a_slow_reader_holds_neither_a_connection_nor_a_snapshot,
    a_file_that_was_cut_off_is_recognised,
    a_wrong_end_line_is_refused,
];

/// More rows than any earlier limit.
const MANY: usize = 20_501;

async fn run(app: &TestApp, sql: String) {
    let job = move |conn: &mut Conn| {
        diesel::sql_query(sql).execute(conn)?;
        Ok::<(), StoreError>(())
    };
    app.tamper(job).await;
}

/// Adds copies of project `of`, with names of their own.
pub async fn copy_project(app: &TestApp, of: i64, copies: usize) {
    let kept = "code_reason, content, industry_id, area_id, stage, nature, actual_start, total_fen, \
        invested_before_fen, leader, visibility, registered_year, synthetic, created_at, updated_at, version";
    run(app, format!(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < {copies}) \
         insert into projects (name, {kept}) select '抄本' || i, {kept} from projects, n where id = {of}"
    ))
    .await;
}

/// Adds events of project `of`, as the program writes them: histories show no others.
async fn add_events(app: &TestApp, of: i64, number: usize) {
    let sql = format!(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < {number}) \
         insert into events (at, actor_kind, actor_name, kind, subject_kind, subject_id, project_id) \
         select at, 'system', 'system', 'project.changed', 'project', {of}, {of} from n, \
         (select min(at) as at from events) as first"
    );
    let insert = move |conn: &mut Conn| Ok::<_, StoreError>(diesel::sql_query(&sql).execute(conn)?);
    app.db.write(insert).await.unwrap();
}

async fn ids_of(actor: &Actor, path: &str) -> Vec<i64> {
    let file = actor.get(path).await.expect(200);
    let text = file.text.strip_prefix('\u{feff}').expect("a byte-order mark");
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let is_id = |name: &str| ["id", "project_id", "项目编号"].contains(&name);
    let column = reader.headers().unwrap().iter().position(is_id).unwrap();
    let ids: Vec<i64> = reader.records().map(|r| r.unwrap()[column].parse().unwrap()).collect();
    assert_eq!(file.header("row-count"), ids.len().to_string(), "{path}");
    ids
}

async fn a_file_has_every_row_of_a_long_list(app: TestApp) {
    let commission = app.commission().await;
    let first = commission.project("一号", json!({"registered_year": 2021})).await;
    copy_project(&app, first, MANY - 1).await;
    add_events(&app, first, MANY).await;

    for (path, least) in [
        ("/projects?sort=-name&format=csv", MANY),
        ("/history?format=csv", MANY + 1),
        ("/summaries/projects?year=2021&format=csv", MANY),
    ] {
        let mut ids = ids_of(&commission, path).await;
        let number = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert!(number >= least, "{path}: {number}");
        assert_eq!(ids.len(), number, "{path}: a row stands twice");
        let json = commission.get(&path.replace("format=csv", "limit=1")).await.expect(200);
        assert_eq!(json.json["total"], number, "{path}");
    }

    let ended = commission.get("/projects?format=csv&end_line=true").await.expect(200);
    assert_eq!(ended.text.lines().last().unwrap(), format!("# complete; rows: {MANY}"));
}

async fn a_workbook_has_every_row_of_a_long_list(app: TestApp) {
    let commission = app.commission().await;
    let body = json!({"name": "公司00000", "kind": "enterprise"});
    commission.post("/units", &body).await.expect(201);
    run(
        &app,
        format!(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < {}) \
         insert into units (name, kind) select '公司' || i, 'enterprise' from n",
            MANY - 1
        ),
    )
    .await;

    let answer = commission.request(Method::GET, "/units?format=xlsx").send().await.unwrap();
    let total = commission.get("/units?limit=1").await.expect(200).json["total"].as_u64().unwrap();
    let total = usize::try_from(total).unwrap();
    assert_eq!(answer.headers()["row-count"], total.to_string());
    let rows = Grid::open(&answer.bytes().await.unwrap()).0;
    assert_eq!(rows.len(), total + 1);
    assert!(total >= MANY, "{total}");
    for name in ["公司00000", "公司1", "公司9999", "公司20500"] {
        assert_eq!(rows.iter().filter(|row| row.contains(&text(name))).count(), 1, "{name}");
    }
}

async fn a_file_of_a_page_has_the_rows_of_that_page(app: TestApp) {
    let commission = app.commission().await;
    for name in ["一", "二", "三"] {
        commission.project(name, json!({})).await;
    }

    let first = commission.get("/projects?limit=2&format=csv&end_line=true").await.expect(200);
    let json = commission.get("/projects?limit=2").await.expect(200);
    let cursor = json.json["next_cursor"].as_str().unwrap();
    let rest = ids_of(&commission, &format!("/projects?cursor={cursor}&format=csv")).await;

    assert_eq!(first.header("row-count"), "2");
    assert_eq!(first.text.lines().last().unwrap(), "# complete; rows: 2");
    assert_eq!(rest.len(), 1);
    let link = format!("</api/v1/projects?limit=2&cursor={cursor}>; rel=\"next\"");
    assert_eq!(json.header("link"), link);
    assert_eq!(json.json["next"], format!("/api/v1/projects?limit=2&cursor={cursor}"));
    let last = commission.get(&format!("/projects?cursor={cursor}")).await.expect(200);
    assert_eq!((last.header("link"), last.json.get("next")), ("", None));
}

async fn a_file_without_rows_keeps_its_headings(app: TestApp) {
    let commission = app.commission().await;
    let ranking = commission.get("/summaries/rankings?year=2021&format=csv").await.expect(200);
    let ranking = Grid::of_csv(ranking.text.as_bytes()).0;
    assert_eq!(ranking.len(), 1);
    for heading in ["部分", "属地代码", "名次", "完成投资（万元）", "年份"] {
        assert!(ranking[0].contains(&text(heading)), "{heading}: {:?}", ranking[0]);
    }
    let headings = async |path: &str| {
        let file = commission.get(path).await.expect(200);
        let rows = Grid::of_csv(file.text.as_bytes()).0;
        (rows.len(), rows[0].iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let empty = headings("/projects?format=csv").await;
    let no_issues = headings("/issues?format=csv").await;
    let no_history = headings("/history?kind=report.confirmed&format=csv").await;
    let book = commission.request(Method::GET, "/projects?format=xlsx").send().await.unwrap();
    let book = Grid::open(&book.bytes().await.unwrap()).0;

    commission.project("一号", json!({})).await;
    let one = headings("/projects?format=csv").await;

    assert_eq!((empty.0, one.0, book.len()), (1, 2, 1));
    assert_eq!(empty.1, one.1, "the headings do not depend on the rows");
    assert_eq!(empty.1[..3], ["id", "code", "code_reason"]);
    assert_eq!(book[0].iter().map(ToString::to_string).collect::<Vec<_>>(), empty.1);
    assert!(no_issues.1.contains(&"title".to_owned()), "{:?}", no_issues.1);
    assert!(no_history.1.contains(&"changes.1.field".to_owned()), "{:?}", no_history.1);
}

/// Sends a GET over a plain connection and leaves the answer unread.
async fn ask_and_wait(app: &TestApp, actor: &Actor, path: &str) -> tokio::net::TcpStream {
    let mut stream = tokio::net::TcpStream::connect(app.server.address).await.unwrap();
    let token = actor.token.clone().unwrap();
    let head = format!(
        "GET /api/v1{path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

async fn a_slow_reader_holds_neither_a_connection_nor_a_snapshot(app: TestApp) {
    let commission = app.commission().await;
    let first = commission.project("一号", json!({"content": "内".repeat(3_600)})).await;
    copy_project(&app, first, 2_000).await;
    let mut readers = Vec::new();
    // More readers than there are connections. Each takes the first byte and no more.
    for _ in 0..6 {
        let mut reader = ask_and_wait(&app, &commission, "/projects?format=csv").await;
        let mut byte = [0_u8; 1];
        reader.read_exact(&mut byte).await.unwrap();
        readers.push(reader);
    }

    commission.project("二号", json!({})).await;
    assert_eq!(commission.get("/projects?limit=1").await.expect(200).json["total"], 2_002);

    let mut text = String::new();
    readers.remove(0).read_to_string(&mut text).await.unwrap();
    assert!(text.contains("抄本2000") && !text.contains("二号"), "the snapshot of its request");
}

async fn a_file_that_was_cut_off_is_recognised(app: TestApp) {
    let commission = app.commission().await;
    let first = commission.project("一号", json!({})).await;
    copy_project(&app, first, 300).await;
    let mut reader = ask_and_wait(&app, &commission, "/projects?format=csv").await;

    let mut answer = Vec::new();
    reader.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();

    let promised = format!("content-length: {}", body.len());
    assert!(head.lines().any(|line| line.eq_ignore_ascii_case(&promised)), "{head}");
    assert!(head.lines().any(|line| line.eq_ignore_ascii_case("row-count: 301")), "{head}");
    let head = commission.send(commission.request(Method::HEAD, "/projects?format=csv")).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
}

async fn a_wrong_end_line_is_refused(app: TestApp) {
    let commission = app.commission().await;
    let viewer = app.role(Role::Viewer).await;
    for bad in ["end_line=1", "end_line=", "end_line=true&end_line=true"] {
        let refused = commission.get(&format!("/projects?format=csv&{bad}")).await.expect(400);
        assert_eq!(refused.errors()[0].0, "?end_line", "{bad}");
    }
    viewer.get("/history?end_line=1").await.expect(403);
}

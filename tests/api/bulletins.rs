//! Bulletins: immutable after publication, chained by hash, printed, compared and verified.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::actor::Actor;
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_closed_month_is_published_once_and_in_order,
    what_was_published_stays_whatever_happens_later,
    bulletins_are_chained_by_their_hashes_and_verify_proves_it,
    every_summary_answers_as_published,
    a_bulletin_holds_late_reports_restatements_and_the_issues_open_when_the_month_closed,
    a_bulletin_goes_out_as_a_workbook_and_as_a_page,
    a_bulletin_shows_each_caller_only_visible_projects,
    a_bulletin_is_served_as_the_text_that_was_hashed,
    an_event_that_lacks_a_field_stops_no_publication,
];

/// Opens and closes January to March 2023 with 100, 90 and 80 万元 in two areas.
pub async fn quarter(app: &TestApp, commission: &Actor) -> (i64, i64) {
    app.calendar.turn_to("2023-01-20");
    let facts = |area: &str| {
        json!({"area": area, "registered_year": 2023, "planned_start": "2022-11-01",
            "actual_start": "2022-11-10", "planned_finish": "2024-10-31"})
    };
    let one = commission.project("甲项目", facts("dongying")).await;
    let two = commission.project("乙项目", facts("hekou")).await;
    for project in [one, two] {
        let body = json!({"annual_investment_wan": "1200.00", "months": vec!["100.00"; 12]});
        commission.put(&format!("/projects/{project}/year-plans/2023"), &body).await.expect(201);
    }
    for (month, amount) in [("2023-01", "100.00"), ("2023-02", "90.00"), ("2023-03", "80.00")] {
        let month: major_projects::testing::Month = month.parse().unwrap();
        app.calendar.turn_to(&month.next().first_day().to_string());
        let due = month.next().first_day() + chrono::Days::new(4);
        let days = json!({"opens_on": month.first_day(), "due_on": due});
        commission.create(&format!("/reporting-months/{month}"), &days).await.expect(201);
        commission.confirmed(one, &month.to_string(), amount).await;
        if month.number() != 2 {
            commission.confirmed(two, &month.to_string(), amount).await;
        }
        app.calendar.turn_to(&(due + chrono::Days::new(1)).to_string());
        commission.step(&format!("/reporting-months/{month}/closing")).await.expect(200);
    }
    (one, two)
}

async fn publish(commission: &Actor, month: &str) -> Value {
    commission.step(&format!("/reporting-months/{month}/publication")).await.expect(201).json
}

async fn a_closed_month_is_published_once_and_in_order(app: TestApp) {
    let commission = app.commission().await;
    quarter(&app, &commission).await;
    let days = json!({"opens_on": "2023-04-01", "due_on": "2023-05-05"});
    commission.create("/reporting-months/2023-04", &days).await.expect(201);
    let publication = async |month: &str| {
        let answer = commission.step(&format!("/reporting-months/{month}/publication")).await;
        (answer.status, answer.code().to_owned())
    };

    assert_eq!(publication("2023-04").await, (409, "month-not-closed".to_owned()));
    assert_eq!(publication("2023-02").await.0, 201);
    assert_eq!(publication("2023-02").await, (409, "month-published".to_owned()));
    assert_eq!(publication("2023-01").await, (409, "month-later-published".to_owned()));
    assert_eq!(publication("2023-09").await.0, 404);
    let unit = app.unit("甲公司").await.step("/reporting-months/2023-03/publication").await;
    assert_eq!(unit.status, 403);
    let month = commission.get("/reporting-months/2023-02").await.expect(200);
    assert_eq!(
        month.json["month"]["state"].as_str().or(month.json["state"].as_str()),
        Some("published")
    );
    assert_eq!(commission.get("/bulletins/2023-03").await.status, 404);
}

async fn what_was_published_stays_whatever_happens_later(app: TestApp) {
    let commission = app.commission().await;
    let (one, two) = quarter(&app, &commission).await;
    let published = publish(&commission, "2023-03").await;
    let kept = commission.get("/bulletins/2023-03/content").await.expect(200).text;

    // 100 + 90 + 80 and 100 + 80 of 2,400 is 18.75 %, 6.25 points behind 25 %.
    let total = &published["figures"]["commitments"]["total"];
    assert_eq!(total["completed_wan"], "450.00");
    assert_eq!(total["against_plan"]["percent"], "18.75");
    assert_eq!(published["figures"]["lights"]["total"]["light"], "yellow");

    // Later changes: restatement, adjustment, rename, move to another area, finish, end.
    let body = json!({"amount_wan": "-30.00", "reason": "审计核减", "approver": "科室"});
    commission
        .post(&format!("/projects/{one}/reports/2023-02/restatements"), &body)
        .await
        .expect(201);
    let body = json!({"kind": "adjustment", "effective_month": "2023-04",
        "annual_investment_wan": "600.00", "months": vec!["50.00"; 12],
        "document_number": "东发改〔2023〕1号", "reason": "压减"});
    commission
        .post(&format!("/projects/{two}/year-plans/2023/adjustments"), &body)
        .await
        .expect(201);
    let patch = json!({"name": "改名", "area": "kenli", "industry": "bio_medicine"});
    let patched = commission.patch(&format!("/projects/{two}"), 1, &patch).await;
    assert!([200, 412, 422].contains(&patched.status), "{}", patched.text);
    let version =
        commission.get(&format!("/projects/{two}")).await.json["version"].as_i64().unwrap();
    let patch = json!({"name": "改名", "area": "kenli"});
    commission.patch(&format!("/projects/{two}"), version, &patch).await.expect(200);

    let again = commission.get("/bulletins/2023-03").await.expect(200).json;
    assert_eq!(again, published);
    assert_eq!(commission.get("/bulletins/2023-03/content").await.text, kept);
    let comparison = commission.get("/bulletins/2023-03/comparison").await.expect(200).json;
    assert_eq!(comparison["differs"], true);
    assert_eq!(comparison["total"]["published"]["numerator_wan"], "450.00");
    assert_eq!(comparison["total"]["now"]["numerator_wan"], "420.00");
    assert_eq!(comparison["total"]["completed_difference_wan"], "-30.00");
    // The adjustment takes effect in April: the plan through March is unchanged.
    assert_eq!(comparison["total"]["planned_difference_wan"], "0.00");
    assert_eq!(comparison["restatements"][0]["amount_wan"], "-30.00");
    let places: Vec<_> =
        comparison["areas"].as_array().unwrap().iter().map(|r| &r["area"]).collect();
    assert_eq!(
        places,
        ["dongying", "hekou", "kenli"],
        "a moved project stands where it stood, too"
    );
}

async fn bulletins_are_chained_by_their_hashes_and_verify_proves_it(app: TestApp) {
    let commission = app.commission().await;
    quarter(&app, &commission).await;
    for month in ["2023-01", "2023-02", "2023-03"] {
        publish(&commission, month).await;
    }
    let list = commission.get("/bulletins").await.expect(200);
    let mut previous = Value::Null;
    for head in list.items() {
        let month = head["month"].as_str().unwrap();
        let kept = commission.get(&format!("/bulletins/{month}/content")).await.expect(200).text;
        let digest = Sha256::digest(kept.as_bytes());
        let hash = digest.iter().fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
        assert_eq!(head["sha256"], json!(hash));
        assert_eq!(head["previous_sha256"], previous);
        let content: Value = serde_json::from_str(&kept).unwrap();
        assert_eq!(content["previous_sha256"], previous);
        previous = json!(hash);
    }
    let unit = app.unit("甲公司").await;
    assert_eq!(unit.get("/bulletins/2023-01/content").await.status, 403);

    let wrong = async || app.wrong().await;
    assert_eq!(wrong().await, Vec::<String>::new());
    let tamper = async |sql: &'static str| {
        use diesel::RunQueryDsl as _;
        let run = move |conn: &mut major_projects::testing::Conn| {
            diesel::sql_query(sql).execute(conn)?;
            Ok::<(), major_projects::testing::StoreError>(())
        };
        app.tamper(run).await;
    };
    tamper(
        "update bulletins set content = replace(content, '90.00', '99.00') where month = '2023-02'",
    )
    .await;
    let found = wrong().await;
    assert!(
        found.iter().any(|w| w.starts_with("bulletin 2023-02: the hash of its content is")),
        "{found:?}"
    );
    tamper(
        "update bulletins set content = replace(content, '99.00', '90.00') where month = '2023-02'",
    )
    .await;
    assert_eq!(wrong().await, Vec::<String>::new());
    tamper("delete from bulletins where month = '2023-03'").await;
    let found = wrong().await;
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].contains("is missing"), "{found:?}");
    assert!(found[2].contains("was deleted without an event"), "{found:?}");
}

async fn every_summary_answers_as_published(app: TestApp) {
    let commission = app.commission().await;
    let (one, _) = quarter(&app, &commission).await;
    for month in ["2023-02", "2023-03"] {
        publish(&commission, month).await;
    }
    let paths = [
        "/summaries/commitments?year=2023",
        "/summaries/investment?year=2023&by=area&by=industry",
        "/summaries/investment?year=2023&by=area&area=dongying&q=甲",
        "/summaries/trend?year=2023&stage=construction",
        "/summaries/milestones?year=2023&by=unit",
        "/summaries/lights?year=2023&by=area",
        "/summaries/lights/projects?year=2023&light=yellow&light=grey",
        "/summaries/rankings?year=2023&by=area",
        "/summaries/projects?year=2023&sort=-completed_wan&reports=missing&reports=confirmed",
        "/summaries/projects?year=2023&month=2023-02&starts=started",
    ];
    let without_instant = |mut answer: Value| {
        for field in ["as_of", "last_event"] {
            answer.as_object_mut().unwrap().remove(field);
        }
        answer
    };
    let mut live = Vec::new();
    for path in paths {
        live.push(commission.get(&format!("{path}&through=2023-03")).await.expect(200).json);
    }
    let body = json!({"amount_wan": "-30.00", "reason": "审计核减", "approver": "科室"});
    commission
        .post(&format!("/projects/{one}/reports/2023-02/restatements"), &body)
        .await
        .expect(201);

    for (path, live) in paths.iter().zip(live) {
        let published = commission.get(&format!("{path}&as_of=published")).await.expect(200).json;
        assert_eq!(without_instant(published), without_instant(live), "{path}");
        let now = commission.get(&format!("{path}&through=2023-03")).await.expect(200).json;
        assert!(now.to_string().contains("420.00") || !path.contains("commitments"));
    }
    let january = "/summaries/trend?year=2023&through=2023-01&as_of=published";
    let january = commission.get(january).await;
    assert_eq!(january.status, 400);
    assert_eq!(january.errors(), [("?as_of".to_owned(), "not-published".to_owned())]);
    assert!(january.json["errors"][0]["detail"].as_str().unwrap().contains("2023-02、2023-03"));
}

async fn a_bulletin_holds_late_reports_restatements_and_the_issues_open_when_the_month_closed(
    app: TestApp,
) {
    let commission = app.commission().await;
    app.calendar.turn_to("2023-01-10");
    let (one, two) = quarter(&app, &commission).await;
    publish(&commission, "2023-02").await;
    app.calendar.turn_to("2023-04-07");
    app.clock.pass_hours(1);
    let commission = app.commission().await;
    let body = json!({"amount_wan": "12.50", "reason": "漏报设备款", "approver": "科室"});
    commission
        .post(&format!("/projects/{two}/reports/2023-02/restatements"), &body)
        .await
        .expect(201);
    let raise = async |project: i64, title: &str| {
        let body = json!({"title": title, "category": "land", "level": "county",
            "asked": "请协调", "due_on": "2023-05-31"});
        let list = format!("/projects/{project}/issues");
        format!("{list}/{}", commission.post(&list, &body).await.expect(201).id())
    };
    // April: one issue is open at the closing and cleared before the publication, another is raised
    // later.
    let days = json!({"opens_on": "2023-04-01", "due_on": "2023-05-05"});
    commission.create("/reporting-months/2023-04", &days).await.expect(201);
    let early = raise(one, "用地").await;
    app.calendar.turn_to("2023-05-06");
    commission.step("/reporting-months/2023-04/closing").await.expect(200);
    app.clock.pass_hours(1);
    let commission = app.commission().await;
    let body = json!({"lead_unit_id": app.unit_id("自然资源局").await, "words": "请办理"});
    commission.post(&format!("{early}/assignment"), &body).await.expect(200);
    for step in ["work", "proposal", "clearance"] {
        commission.post(&format!("{early}/{step}"), &json!({"words": "已办结"})).await.expect(200);
    }
    let late = json!({"title": "后来的", "category": "land", "level": "county", "asked": "请协调",
        "due_on": "2023-05-31"});
    commission.post(&format!("/projects/{one}/issues"), &late).await.expect(201);

    let march = publish(&commission, "2023-03").await;
    let april = publish(&commission, "2023-04").await;

    let figures = &march["figures"];
    assert_eq!(figures["restatements"][0]["amount_wan"], "12.50");
    assert_eq!(figures["restatements"][0]["month"], "2023-02");
    assert_eq!(figures["commitments"]["restated_months"], json!(["2023-02"]));
    assert_eq!(figures["issues"], json!([]));
    let figures = &april["figures"];
    assert_eq!(figures["restatements"], json!([]), "told in March's already");
    let issues = figures["issues"].as_array().unwrap();
    assert_eq!(issues.len(), 1);
    assert_eq!((&issues[0]["title"], &issues[0]["state"]), (&json!("用地"), &json!("raised")));
    assert_eq!(issues[0]["project"], "甲项目");
    let counts = async |query: &str| {
        let path = format!("/summaries/issues?by=category&as_of=published{query}");
        commission.get(&path).await.expect(200).json
    };
    let (of_april, of_march) = (counts("").await, counts("&month=2023-03").await);
    assert_eq!((&of_april["total"]["open"], &of_april["day"]), (&json!(1), &json!("2023-04-30")));
    assert_eq!(of_april["rows"][0]["of"], "land");
    assert_eq!(of_march["total"]["open"], 0);
    assert_eq!(counts("&area=hekou").await["total"]["open"], 0);
    let missing = commission.get("/summaries/issues?as_of=published&month=2023-01").await;
    assert_eq!(missing.errors(), [("?as_of".to_owned(), "not-published".to_owned())]);
    let late: Vec<_> =
        figures["late_reports"].as_array().unwrap().iter().map(|l| &l["status"]).collect();
    assert_eq!(late, ["missing", "missing"]);
    assert_eq!(figures["filings"]["missing"], 2);
}

async fn a_bulletin_goes_out_as_a_workbook_and_as_a_page(app: TestApp) {
    let commission = app.commission().await;
    quarter(&app, &commission).await;
    publish(&commission, "2023-03").await;
    let get = async |query: &str, accept: &str| {
        let path = format!("/bulletins/2023-03{query}");
        let request = commission.request(reqwest::Method::GET, &path).header("Accept", accept);
        commission.send(request).await.expect(200)
    };

    let page = get("", "text/html,application/xhtml+xml").await;
    let asked = get("?format=html", "application/json").await;
    let json = get("", "*/*").await;

    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.text, asked.text);
    // The content security policy allows exactly the style of the page.
    let style = page.text.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let hash = STANDARD.encode(Sha256::digest(style));
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(policy.contains(&format!("style-src 'sha256-{hash}'")), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    for part in ["2023年3月重大项目调度通报", "A4 landscape", "18.75", "−6.25", "东营区", "签发："]
    {
        assert!(page.text.contains(part), "{part}");
    }
    assert_eq!(json.json["figures"]["commitments"]["total"]["completed_wan"], "450.00");
    let request = commission.request(reqwest::Method::GET, "/bulletins/2023-03?format=xlsx");
    let answer = request.send().await.unwrap();
    assert_eq!(
        answer.headers()["content-disposition"],
        "attachment; filename=\"bulletin-2023-03.xlsx\""
    );
    let file = answer.bytes().await.unwrap();
    assert!(file.starts_with(b"PK"), "a workbook is a zip file");
    assert_eq!(commission.get("/bulletins/2023-03?format=pdf").await.status, 400);
}

async fn a_bulletin_shows_each_caller_only_visible_projects(app: TestApp) {
    let commission = app.commission().await;
    let (one, two) = quarter(&app, &commission).await;
    let version =
        commission.get(&format!("/projects/{two}")).await.json["version"].as_i64().unwrap();
    let hidden = json!({"visibility": "restricted"});
    commission.patch(&format!("/projects/{two}"), version, &hidden).await.expect(200);
    commission.assign(one, &[(app.unit_id("甲公司").await, "owner")]).await;
    publish(&commission, "2023-03").await;

    let seen = async |actor: &Actor| {
        let bulletin = actor.get("/bulletins/2023-03").await.expect(200).json;
        let total = bulletin["figures"]["commitments"]["total"].clone();
        (total["completed_wan"].as_str().unwrap().to_owned(), bulletin.to_string())
    };
    let (all, _) = seen(&commission).await;
    let (viewer, text) = seen(&app.role(major_projects::testing::Role::Viewer).await).await;
    let (unit, _) = seen(&app.unit("甲公司").await).await;
    let (area, _) = seen(&app.area("hekou").await).await;

    assert_eq!([all.as_str(), &viewer, &unit, &area], ["450.00", "270.00", "270.00", "180.00"]);
    assert!(!text.contains("乙项目"), "what is restricted is in no bulletin a viewer reads");
}

async fn a_bulletin_is_served_as_the_text_that_was_hashed(app: TestApp) {
    let commission = app.commission().await;
    quarter(&app, &commission).await;
    publish(&commission, "2023-03").await;

    let content = commission.get("/bulletins/2023-03/content").await.expect(200).text;
    let served = commission.get("/bulletins/2023-03").await.expect(200).text;

    let hashed = content.split_once("\"figures\":").unwrap().1;
    let hashed = hashed.rsplit_once(",\"register\":").unwrap().0;
    let served = served.split_once("\"figures\":").unwrap().1;
    assert_eq!(served, format!("{hashed}}}"));
}

/// Fields of `issue.raised`, as release 0.1.0 recorded them.
const RAISED: [&str; 9] = [
    "project_id",
    "title",
    "category",
    "level",
    "asked",
    "due_on",
    "state",
    "raised_on",
    "raised_by",
];

/// Takes another field out of each stored `issue.raised` event.
async fn take_fields_out(app: &TestApp) {
    use diesel::prelude::*;
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        id: i64,
        #[diesel(sql_type = diesel::sql_types::Text)]
        changes: String,
    }
    let run = |conn: &mut major_projects::testing::Conn| {
        let all = "select id, changes from events where kind = 'issue.raised' order by id";
        let rows = diesel::sql_query(all).load::<Row>(conn)?;
        assert_eq!(rows.len(), RAISED.len());
        for (row, field) in rows.iter().zip(RAISED) {
            let mut changes: Vec<Value> = serde_json::from_str(&row.changes).unwrap();
            changes.retain(|change| change["field"] != field);
            let text = serde_json::to_string(&changes).unwrap();
            let update = format!("update events set changes = '{text}' where id = {}", row.id);
            diesel::sql_query(update).execute(conn)?;
        }
        Ok::<(), major_projects::testing::StoreError>(())
    };
    app.tamper(run).await;
}

async fn an_event_that_lacks_a_field_stops_no_publication(app: TestApp) {
    app.calendar.turn_to("2023-01-10");
    let commission = app.commission().await;
    let (one, _) = quarter(&app, &commission).await;
    for month in ["2023-04", "2023-05"] {
        let month: major_projects::testing::Month = month.parse().unwrap();
        let due = month.next().first_day() + chrono::Days::new(4);
        app.calendar.turn_to(&month.next().first_day().to_string());
        let days = json!({"opens_on": month.first_day(), "due_on": due});
        commission.create(&format!("/reporting-months/{month}"), &days).await.expect(201);
        for field in RAISED.iter().filter(|_| month.number() == 4) {
            let body = json!({"title": format!("缺{field}"), "category": "land", "level": "county",
                "asked": "请协调", "due_on": "2023-05-31"});
            commission.post(&format!("/projects/{one}/issues"), &body).await.expect(201);
        }
        app.calendar.turn_to(&(due + chrono::Days::new(1)).to_string());
        commission.step(&format!("/reporting-months/{month}/closing")).await.expect(200);
    }
    app.clock.pass_hours(1);
    take_fields_out(&app).await;
    let commission = app.commission().await;

    let april = publish(&commission, "2023-04").await;
    let may = publish(&commission, "2023-05").await;

    for bulletin in [april, may] {
        let issues = bulletin["figures"]["issues"].as_array().unwrap();
        assert_eq!(issues.len(), RAISED.len());
        for (issue, field) in issues.iter().zip(RAISED) {
            assert_eq!(issue["project_id"], one);
            assert_eq!(issue["project"], "甲项目");
            // The project, the day and the state follow from the event itself.
            let is_known = ["project_id", "raised_on", "state"].contains(&field);
            assert_eq!(issue[field].is_null(), !is_known, "{field}");
        }
    }
    let page = commission.get("/bulletins/2023-04?format=html").await.expect(200).text;
    // Title, request, level and due day each have a column.
    assert_eq!(page.matches("（缺）").count(), 4);
    let path = "/summaries/issues?by=level&as_of=published&month=2023-04";
    let counted = commission.get(path).await.expect(200).json;
    assert_eq!(counted["total"]["open"], 9);
    assert_eq!(counted["rows"][0]["of"], "");
}

//! Search: the same word finds the same thing in every list, on both databases.

use diesel::connection::SimpleConnection;
use major_projects::testing::Config;
use major_projects::testing::Role;
use major_projects::testing::{Clock, Conn, Use, migrate};
use serde_json::{Value, json};

use crate::documents::{document, operations};
use crate::support::actor::Actor;
use crate::support::app::{PASSWORD, TestApp};
use crate::support::database::record_key;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    every_spelling_of_a_word_finds_the_project,
    every_list_with_a_search_takes_every_spelling,
    a_project_is_found_by_its_owner_its_leader_and_its_code,
    wildcards_stand_for_themselves,
    units_and_accounts_are_found_by_every_spelling,
    a_renamed_record_is_found_by_its_new_name_alone,
    two_units_do_not_share_a_name_in_two_spellings,
    an_account_logs_in_by_every_spelling_of_its_name,
    rows_of_an_earlier_release_are_made_searchable,
];

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Names of the items of `path` that contain `q`.
async fn found(actor: &Actor, path: &str, q: &str) -> Vec<String> {
    let mark = if path.contains('?') { '&' } else { '?' };
    let answer = actor.get(&format!("{path}{mark}q={}", encoded(q))).await.expect(200);
    let name = |item: &Value| {
        let name = item["name"].as_str().or(item["display_name"].as_str());
        name.unwrap().to_owned()
    };
    let mut names: Vec<String> = answer.items().iter().map(name).collect();
    assert_eq!(answer.json["total"], names.len(), "{q}");
    names.sort();
    names
}

async fn every_spelling_of_a_word_finds_the_project(app: TestApp) {
    let commission = app.commission().await;
    let cases: &[(&str, &[&str])] = &[
        (
            "污水处理厂Ⅱ期示例",
            &["Ⅱ期", "II期", "ii期", "ⅱ期", "ＩＩ期", "污水处理厂II期示例", " 厂ⅱ期 "],
        ),
        ("Φ800管网示例", &["Φ800", "φ800", "Φ８００", "φ800管"]),
        ("ＣＢＤ地块示例", &["ＣＢＤ", "CBD", "cbd", "ｃｂｄ地块"]),
        ("Ärzte-Haus 示例", &["Ärzte", "ärzte", "A\u{308}RZTE", "a\u{308}rzte-haus"]),
        ("ﬁne 车间示例", &["ﬁne", "FINE", "fine 车间", "fine　车间"]),
        ("厂房100㎡示例", &["100㎡", "100m2", "１００M²"]),
        ("ｶﾞｽ项目示例", &["ガス", "ｶﾞｽ", "カ\u{3099}ス"]),
        ("İzmir 示例", &["İZMIR", "izmir", "IZMIR", "ızmir"]),
        ("Straße 示例", &["strasse", "STRASSE", "STRAẞE", "straße"]),
        ("Vie\u{323}\u{302}t 示例", &["Việt", "VIE\u{302}\u{323}T", "vie\u{323}\u{302}t"]),
        ("（三期）扩建示例", &["(三期)", "（三期）"]),
        ("Σίσυφος 示例", &["ΣΊΣΥΦΟΣ", "σίσυφοσ"]),
        ("电厂示例", &["电厂", "电\u{feff}厂", "电\u{200b}厂示例"]),
    ];
    for (name, _) in cases {
        commission.project(name, json!({})).await;
    }

    for (name, words) in cases {
        for word in words.iter().chain([name]) {
            assert_eq!(found(&commission, "/projects", word).await, [*name], "{word}");
        }
    }
    assert_eq!(found(&commission, "/projects", "示例").await.len(), cases.len());
    assert_eq!(found(&commission, "/projects", "Ⅲ期").await, [""; 0]);
}

async fn every_list_with_a_search_takes_every_spelling(app: TestApp) {
    let commission = app.commission().await;
    let admin = app.role(Role::Admin).await;
    for (name, area, monthly) in
        [("污水处理厂Ⅱ期示例", "dongying", 100), ("光学膜示例", "hekou", 7)]
    {
        let id = commission.project(name, json!({"area": area})).await;
        commission.plan_year(id, monthly).await;
        commission.confirmed(id, "2021-05", "3.00").await;
    }
    for month in 1..=5 {
        let path = format!("/reporting-months/2021-0{month}");
        let days = json!({"opens_on": format!("2021-0{month}-01"), "due_on": "2021-06-05"});
        commission.change(&path, 1, &days).await.expect(200);
        commission.step(&format!("{path}/closing")).await.expect(200);
    }
    commission.step("/reporting-months/2021-05/publication").await.expect(201);
    app.add_user("a.ii", Role::Viewer, None, None, false).await;
    let unit = json!({"name": "水务公司Ⅱ期", "kind": "enterprise"});
    commission.post("/units", &unit).await.expect(201);
    let (mut asked, mut wrong) = (Vec::new(), Vec::new());
    for (path, method, operation) in operations(&document()) {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let takes = |name: &str| parameters.iter().any(|p| p["in"] == "query" && p["name"] == name);
        if !takes("q") {
            continue;
        }
        let actor = if path == "/users" { &admin } else { &commission };
        let path = path.replace("{month}", "2021-05").replace("{kind}", "projects");
        let mut query = String::new();
        for (name, value) in
            [("year", "2021"), ("by", "area"), ("filled", "true"), ("format", "csv")]
        {
            if takes(name) && (name != "format" || path.contains("templates")) {
                query = format!("{query}&{name}={value}");
            }
        }
        let published = if takes("as_of") { vec!["", "&as_of=published"] } else { vec![""] };
        for published in published {
            let mut answers = Vec::new();
            for q in ["Ⅱ", "II", "ii", "ⅱ", "ＩＩ", "光学膜"] {
                let address = format!("{path}?q={}{query}{published}", encoded(q));
                let answer = actor.get(&address).await.expect(200);
                let mut shown = answer.json.clone();
                // What says when it was asked, and which address.
                for changing in ["as_of", "last_event", "next_cursor", "uri", "links"] {
                    shown.as_object_mut().and_then(|shown| shown.remove(changing));
                }
                answers.push(if answer.json.is_null() { json!(answer.text) } else { shown });
            }
            let other = answers.pop().unwrap();
            if answers.iter().any(|answer| *answer != answers[0]) || answers[0] == other {
                wrong.push(format!("{method} {path}{published}: {answers:?} {other}"));
            }
        }
        asked.push(path);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(asked.len() >= 12, "{asked:?}");
}

async fn a_project_is_found_by_its_owner_its_leader_and_its_code(app: TestApp) {
    let commission = app.commission().await;
    let owned = commission.project("甲示例", json!({})).await;
    let supported = commission.project("乙示例", json!({})).await;
    let led = json!({"leader": "欧阳Ｌｉ", "code": "2111-522323-04-01-342068"});
    commission.project("丙示例", led).await;
    let unit = app.unit_id("东营港Ⅱ期热电有限公司").await;
    commission.assign(owned, &[(unit, "owner")]).await;
    commission.assign(supported, &[(unit, "support")]).await;

    assert_eq!(found(&commission, "/projects", "II期热电").await, ["甲示例"]);
    assert_eq!(found(&commission, "/projects", "欧阳LI").await, ["丙示例"]);
    assert_eq!(found(&commission, "/projects", "２１１１－５２２３２３").await, ["丙示例"]);
    // Nothing is found across two fields.
    assert_eq!(found(&commission, "/projects", "示例2111").await, [""; 0]);
    assert_eq!(found(&commission, "/projects", "示例 2111").await, [""; 0]);

    let path = format!("/units/{unit}");
    let version = commission.get(&path).await.json["version"].as_i64().unwrap();
    commission.patch(&path, version, &json!({"name": "城投①公司"})).await.expect(200);
    assert_eq!(found(&commission, "/projects", "城投1公司").await, ["甲示例"]);
    assert_eq!(found(&commission, "/projects", "II期热电").await, [""; 0]);
    // A viewer finds nothing through a project it does not see.
    let hidden = json!({"visibility": "restricted", "leader": "欧阳Ｌｉ"});
    commission.project("丁示例", hidden).await;
    let viewer = app.role(Role::Viewer).await;
    assert_eq!(found(&viewer, "/projects", "欧阳li").await, ["丙示例"]);
}

async fn wildcards_stand_for_themselves(app: TestApp) {
    let commission = app.commission().await;
    for name in ["50%示例", "50示例", "a_b示例", "acb示例", "a\\b示例", "５０％乙示例"]
    {
        commission.project(name, json!({})).await;
    }
    for (q, names) in [
        ("50%", &["50%示例", "５０％乙示例"][..]),
        ("％", &["50%示例", "５０％乙示例"]),
        ("a_b", &["a_b示例"]),
        ("A＿B", &["a_b示例"]),
        ("a\\b", &["a\\b示例"]),
        ("＼", &["a\\b示例"]),
    ] {
        assert_eq!(found(&commission, "/projects", q).await, names, "{q}");
    }
}

async fn units_and_accounts_are_found_by_every_spelling(app: TestApp) {
    let commission = app.commission().await;
    let admin = app.role(Role::Admin).await;
    let unit = json!({"name": "ＡＢＣ（Ⅱ期）Äther公司", "kind": "enterprise",
        "credit_code": "91350100M000100Y43"});
    commission.post("/units", &unit).await.expect(201);
    for q in ["abc", "(ii期)", "äTHER", "A\u{308}ther公司", "91350100m000100y43", "９１３５"]
    {
        assert_eq!(found(&commission, "/units", q).await, ["ＡＢＣ（Ⅱ期）Äther公司"], "{q}");
    }
    let user = json!({"username": "li.ming", "display_name": "李Ⅱ明", "role": "viewer", "password": PASSWORD});
    admin.post("/users", &user).await.expect(201);
    for q in ["ＬＩ．Ｍｉｎｇ", "李ii", "李II明"] {
        assert_eq!(found(&admin, "/users", q).await, ["李Ⅱ明"], "{q}");
    }
    let auditor = app.role(Role::Auditor).await;
    for actor in ["commission", "ＣＯＭＭＩＳＳＩＯＮ"] {
        let history = auditor.get(&format!("/history?actor={}", encoded(actor))).await.expect(200);
        assert!(!history.items().is_empty(), "{actor}");
    }
    assert!(auditor.get("/history?actor=commissio").await.items().is_empty());
}

async fn a_renamed_record_is_found_by_its_new_name_alone(app: TestApp) {
    let commission = app.commission().await;
    let admin = app.role(Role::Admin).await;
    let project = commission.project("旧Ⅱ名示例", json!({})).await;
    commission
        .patch(&format!("/projects/{project}"), 1, &json!({"name": "新①名示例"}))
        .await
        .expect(200);
    let user = json!({"username": "zhao", "display_name": "旧Ⅱ名", "role": "viewer", "password": PASSWORD});
    let user = admin.post("/users", &user).await.expect(201).id();
    let path = format!("/users/{user}");
    let version = admin.get(&path).await.json["version"].as_i64().unwrap();
    admin.patch(&path, version, &json!({"display_name": "新①名"})).await.expect(200);

    for (actor, path, name) in
        [(&commission, "/projects", "新①名示例"), (&admin, "/users", "新①名")]
    {
        assert_eq!(found(actor, path, "新1名").await, [name]);
        assert_eq!(found(actor, path, "旧II名").await, [""; 0]);
    }
}

async fn two_units_do_not_share_a_name_in_two_spellings(app: TestApp) {
    let commission = app.commission().await;
    let unit = |name: &str| json!({"name": name, "kind": "enterprise"});
    let first = commission.post("/units", &unit("ABC Ⅱ公司")).await.expect(201);
    let other = commission.post("/units", &unit("另一公司")).await.expect(201).id();

    for same in ["ABC Ⅱ公司", "ａｂｃ II公司", "abc　ⅱ公司"] {
        let refused = commission.post("/units", &unit(same)).await.expect(409);
        assert_eq!(refused.code(), "taken", "{same}");
        let renamed = commission.patch(&format!("/units/{other}"), 1, &json!({"name": same})).await;
        assert_eq!((renamed.status, renamed.code()), (409, "taken"), "{same}");
    }
    // Its own name in another spelling, and a longer name, are free.
    let own = json!({"name": "ABC II公司"});
    commission.patch(&format!("/units/{}", first.id()), 1, &own).await.expect(200);
    commission.post("/units", &unit("ABC Ⅱ公司分公司")).await.expect(201);
}

async fn an_account_logs_in_by_every_spelling_of_its_name(app: TestApp) {
    app.add_user("li.ming", Role::Viewer, None, None, false).await;
    for name in ["LI.MING", " li.ming ", "ｌｉ．ｍｉｎｇ", "Lı.ming"] {
        app.log_in(name, PASSWORD).await;
    }
    let admin = app.role(Role::Admin).await;
    let again = json!({"username": "ＬＩ.ming", "display_name": "李明", "role": "viewer", "password": PASSWORD});
    assert_eq!(admin.post("/users", &again).await.expect(409).code(), "taken");
    // Another spelling is no further attempt.
    let strict = app.beside(Config { logins_per_minute: 3, ..Config::for_tests() }).await;
    for (name, status) in
        [("somebody", 401), ("ｓomebody", 401), ("SOMEBODY", 401), ("somebodＹ", 429)]
    {
        let guess = json!({"username": name, "password": "a guess"});
        strict.stranger().post("/sessions", &guess).await.expect(status);
    }
}

/// More rows than one transaction fills.
const ROWS: usize = 2_100;

async fn rows_of_an_earlier_release_are_made_searchable(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("污水处理厂Ⅱ期示例", json!({})).await;
    commission.assign(project, &[(app.unit_id("城投①公司").await, "owner")]).await;
    let numbers = format!(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < {ROWS})
         insert into units (name, kind) select 'Ｕ' || i || '号Ⅱ期公司', 'enterprise' from n;
         update projects set search_text = ''; update units set search_text = '';
         update users set search_text = '';"
    );
    Conn::open(&app.database.url, Use::Write).unwrap().batch_execute(&numbers).unwrap();
    assert_eq!(found(&commission, "/projects", "II期").await, [""; 0]);

    for _ in 0..2 {
        let (url, now) = (app.database.url.clone(), app.clock.now());
        let ran = tokio::task::spawn_blocking(move || migrate::migrate(&url, &record_key(), now))
            .await
            .unwrap();
        assert_eq!(ran.unwrap(), [""; 0]);

        for q in ["II期示例", "城投1", "污水"] {
            assert_eq!(found(&commission, "/projects", q).await, ["污水处理厂Ⅱ期示例"], "{q}");
        }
        let all = commission.get(&format!("/units?q={}", encoded("号ii期"))).await;
        assert_eq!(all.json["total"], ROWS);
        let name = format!("Ｕ{ROWS}号Ⅱ期公司");
        assert_eq!(found(&commission, "/units", &format!("u{ROWS}号")).await, [name]);
        let admin = app.role(Role::Admin).await;
        assert_eq!(found(&admin, "/users", "COMMISSION").await, ["commission"]);
    }
}

//! The pages over HTTP: log-in, security headers, and agreement with the API.

use major_projects::testing::Config;
use major_projects::testing::Role;
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::app::{PASSWORD, TestApp};
use crate::support::browser::Browser;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    a_stranger_logs_in_and_comes_back,
    a_wrong_password_is_said_and_nothing_else,
    the_cookie_is_for_pages_and_the_token_for_the_api,
    behind_tls_the_cookie_is_of_this_host_alone,
    logging_out_ends_the_session_at_once,
    logging_in_again_ends_the_former_session,
    a_form_from_elsewhere_does_nothing,
    a_first_password_is_changed_before_anything_else,
    the_overview_equals_the_api,
    each_visitor_sees_the_figures_of_visible_projects_only,
    files_are_the_api_s_own,
    the_language_is_chosen_and_kept,
    pages_have_no_inline_code_and_load_nothing_from_other_sites,
    failures_are_pages_for_people_and_problems_for_programs,
];

async fn a_stranger_logs_in_and_comes_back(app: TestApp) {
    app.add_user("commission", Role::Commission, None, None, false).await;
    let browser = Browser::new(&app);

    let refused = browser.get("/promises?year=2021").await.expect(303);
    let form = browser.get(&refused.location).await.expect(200);
    let next = form.hidden("next");
    let fields = [("next", next.as_str()), ("username", "commission"), ("password", PASSWORD)];
    let let_in = browser.send("/log-in", &fields).await.expect(303);

    assert_eq!(refused.location, "/log-in?next=%2Fpromises%3Fyear%3D2021");
    assert_eq!(let_in.location, "/promises?year=2021");
    let cookie = let_in.headers.get(SET_COOKIE).unwrap().to_str().unwrap();
    for part in ["session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let page = browser.get(&let_in.location).await.expect(200);
    assert!(page.says("兑现表") && page.says("新一代信息技术"));
    // The `next` parameter cannot redirect to another site.
    let fields = [("next", "//example.org/"), ("username", "commission"), ("password", PASSWORD)];
    assert_eq!(browser.send("/log-in", &fields).await.expect(303).location, "/");
}

async fn a_wrong_password_is_said_and_nothing_else(app: TestApp) {
    app.add_user("commission", Role::Commission, None, None, false).await;
    let browser = Browser::new(&app);

    for (name, password) in [("commission", "wrong"), ("nobody", PASSWORD), ("commission", "")] {
        let fields = [("username", name), ("password", password)];
        let refused = browser.send("/log-in", &fields).await.expect(422);
        assert!(refused.says("role=\"alert\""), "{name}");
        assert!(refused.says(&format!("value=\"{name}\"")) && !refused.says(PASSWORD));
        assert_eq!(browser.cookie("session"), "");
    }
    browser.get("/").await.expect(303);
}

async fn the_cookie_is_for_pages_and_the_token_for_the_api(app: TestApp) {
    let commission = app.commission().await;
    let browser = Browser::log_in(&app, "commission").await;

    let as_bearer = browser.request(Method::GET, "/api/v1/projects");
    let as_bearer = as_bearer.bearer_auth(browser.cookie("session"));
    let with_cookie = browser.request(Method::GET, "/api/v1/projects");
    let other = Browser::new(&app);
    let as_cookie = other
        .request(Method::GET, "/")
        .header("Cookie", format!("session={}", commission.token.clone().unwrap()));

    assert_eq!(browser.take(as_bearer).await.status, 401);
    assert_eq!(browser.take(with_cookie).await.status, 401);
    assert_eq!(other.take(as_cookie).await.status, 303);
    browser.get("/").await.expect(200);
}

async fn behind_tls_the_cookie_is_of_this_host_alone(app: TestApp) {
    app.add_user("commission", Role::Commission, None, None, false).await;
    let tls = app.beside(Config { behind_tls: true, ..Config::for_tests() }).await;
    let browser = Browser::new(&tls);

    let fields = [("username", "commission"), ("password", PASSWORD)];
    let let_in = browser.send("/log-in", &fields).await.expect(303);

    let cookie = let_in.headers.get(SET_COOKIE).unwrap().to_str().unwrap();
    assert!(cookie.starts_with("__Host-session=") && cookie.contains("Secure"), "{cookie}");
    assert!(cookie.contains("Path=/") && !cookie.contains("Domain"), "{cookie}");
    let chosen = browser.send("/language", &[("language", "en")]).await.expect(303);
    let cookie = chosen.headers.get(SET_COOKIE).unwrap().to_str().unwrap();
    assert!(cookie.starts_with("__Host-language=en;") && cookie.contains("Secure"), "{cookie}");
    assert!(browser.open("/password").await.contains("Change password"));
    browser.get("/").await.expect(200);
    // A proxy that sets the header has the same effect; the cookie without prefix is not accepted.
    let plain = Browser::log_in(&app, "commission").await;
    let claimed = plain.request(Method::GET, "/").header("X-Forwarded-Proto", "https");
    plain.take(claimed).await.expect(303);
}

async fn logging_out_ends_the_session_at_once(app: TestApp) {
    app.add_user("commission", Role::Commission, None, None, false).await;
    let browser = Browser::log_in(&app, "commission").await;
    let stolen = browser.cookie("session");

    let out = browser.submit("/", "/log-out", &[]).await.expect(303);

    assert_eq!(out.location, "/log-in");
    assert_eq!(browser.cookie("session"), "");
    let cleared = out.headers.get("clear-site-data").unwrap().to_str().unwrap();
    assert_eq!(cleared, "\"cache\", \"storage\"");
    let thief = Browser::new(&app);
    let again = thief.request(Method::GET, "/").header("Cookie", format!("session={stolen}"));
    thief.take(again).await.expect(303);
}

async fn logging_in_again_ends_the_former_session(app: TestApp) {
    app.add_user("commission", Role::Commission, None, None, false).await;
    app.add_user("auditor", Role::Auditor, None, None, false).await;
    let browser = Browser::log_in(&app, "commission").await;
    let former = browser.cookie("session");
    let elsewhere = Browser::log_in(&app, "commission").await;

    let wrong = [("username", "auditor"), ("password", "not it at all")];
    browser.send("/log-in", &wrong).await.expect(422);
    browser.get("/").await.expect(200);
    let fields = [("username", "auditor"), ("password", PASSWORD)];
    browser.send("/log-in", &fields).await.expect(303);

    assert_ne!(browser.cookie("session"), former);
    let thief = Browser::new(&app);
    let again = thief.request(Method::GET, "/").header("Cookie", format!("session={former}"));
    let again = thief.take(again).await.expect(303);
    assert!(again.location.starts_with("/log-in"), "{}", again.location);
    elsewhere.get("/").await.expect(200);
}

async fn a_form_from_elsewhere_does_nothing(app: TestApp) {
    app.add_user("commission", Role::Commission, None, None, false).await;
    let browser = Browser::log_in(&app, "commission").await;
    let other = Browser::log_in(&app, "commission").await;
    let (mine, theirs) =
        (browser.get("/").await.hidden("proof"), other.get("/").await.hidden("proof"));
    assert_ne!(mine, theirs);

    browser.send("/log-out", &[]).await.expect(403);
    browser.send("/log-out", &[("proof", "")]).await.expect(403);
    browser.send("/log-out", &[("proof", theirs.as_str())]).await.expect(403);
    for (name, value) in
        [("Origin", "https://example.org"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")]
    {
        let request = browser.request(Method::POST, "/log-out").form(&[("proof", mine.as_str())]);
        browser.take(request.header(name, value)).await.expect(403);
        let log_in = [("username", "commission"), ("password", PASSWORD)];
        let request = browser.request(Method::POST, "/log-in").form(&log_in).header(name, value);
        browser.take(request).await.expect(403);
    }

    browser.get("/").await.expect(200);
    let here = app.root("");
    let request = browser.request(Method::POST, "/log-out").form(&[("proof", mine.as_str())]);
    browser.take(request.header("Origin", here)).await.expect(303);
}

async fn a_first_password_is_changed_before_anything_else(app: TestApp) {
    app.add_user("new", Role::Viewer, None, None, true).await;
    let browser = Browser::log_in(&app, "new").await;
    let better = "window ladder orchid 93";

    assert_eq!(browser.get("/").await.expect(303).location, "/password");
    let change = |current: &'static str, new: &'static str, again: &'static str| {
        [("current_password", current), ("new_password", new), ("new_again", again)]
    };
    let wrong = [
        change("wrong", better, better),
        change(PASSWORD, "12345678", "12345678"),
        change(PASSWORD, better, "another"),
    ];
    for fields in wrong {
        let again = browser.submit("/password", "/password", &fields).await.expect(422);
        assert!(again.says("role=\"alert\"") && !again.says(better));
    }
    let fields = change(PASSWORD, better, better);
    browser.submit("/password", "/password", &fields).await.expect(303);

    browser.get("/").await.expect(200);
    let fields = [("username", "new"), ("password", PASSWORD)];
    Browser::new(&app).send("/log-in", &fields).await.expect(422);
}

/// An amount in 万元 with thousands separators.
fn grouped(text: &str) -> String {
    let (whole, part) = text.split_once('.').unwrap();
    let mut shown = String::new();
    for (nth, digit) in whole.chars().enumerate() {
        if nth > 0 && (whole.len() - nth) % 3 == 0 {
            shown.push(',');
        }
        shown.push(digit);
    }
    format!("{shown}.{part}")
}

async fn the_overview_equals_the_api(app: TestApp) {
    let commission = app.commission().await;
    let project = commission.project("甲项目", json!({})).await;
    commission.plan_year(project, 800).await;
    commission.confirmed(project, "2021-03", "1234.50").await;
    let browser = Browser::log_in(&app, "commission").await;

    let page = browser.get("/?year=2021&through=2021-05").await.expect(200);
    let promises = browser.get("/promises?year=2021&through=2021-05").await.expect(200);

    let path = "/summaries/commitments?year=2021&through=2021-05";
    let total = commission.get(path).await.expect(200).json["total"].clone();
    let percent = total["against_plan"]["percent"].as_str().unwrap();
    assert_eq!((percent, total["completed_wan"].as_str().unwrap()), ("12.86", "1234.50"));
    assert!(page.says("12.86%") && page.says("1,234.50 万元") && page.says("41.67%"));
    assert!(promises.says("<td>12.86%</td>"));
    for amount in ["promised", "planned"] {
        let annual = total[amount]["annual_investment_wan"].as_str().unwrap();
        assert!(promises.says(&grouped(annual)), "{annual}");
    }
    // The default month is the last one with reports, not the last one that ended.
    let opened = browser.get("/").await.expect(200);
    assert!(opened.says("<option value=\"2021-03\" selected>"));
    assert!(opened.says("/projects?year=2021&#38;through=2021-03&#38;basis=current"));
    browser.get("/rankings?year=2021&by=unit").await.expect(200);
    browser.get("/rankings?by=nonsense").await.expect(400);
}

async fn each_visitor_sees_the_figures_of_visible_projects_only(app: TestApp) {
    let commission = app.commission().await;
    for (name, unit, monthly) in [("甲项目", "甲公司", 111), ("乙项目", "乙公司", 222)]
    {
        let project = commission.project(name, json!({})).await;
        commission.assign(project, &[(app.unit_id(unit).await, "owner")]).await;
        commission.plan_year(project, monthly).await;
    }
    app.add_user("owner", Role::Unit, Some("甲公司"), None, false).await;
    app.add_user("admin", Role::Admin, None, None, false).await;

    let owner = Browser::log_in(&app, "owner").await;
    let page = owner.get("/").await.expect(200);
    let admin = Browser::log_in(&app, "admin").await;

    assert!(page.says("甲公司") && page.says("1,332.00"));
    assert!(!page.says("乙公司") && !page.says("2,664.00"));
    assert_ne!(admin.get("/").await.status, 200);
    admin.get("/promises").await.expect(403);
}

async fn files_are_the_api_s_own(app: TestApp) {
    let commission = app.commission().await;
    commission.project("甲项目", json!({})).await;
    let browser = Browser::log_in(&app, "commission").await;

    let file = browser.get("/files/projects?format=csv").await.expect(200);
    let same = commission.get("/projects?format=csv").await.expect(200);

    assert_eq!(file.html, same.text);
    let named = file.headers.get("content-disposition").unwrap().to_str().unwrap();
    assert_eq!(named, "attachment; filename=\"projects.csv\"");
    Browser::new(&app).get("/files/projects?format=csv").await.expect(303);
    // Only file operations are served here, even with a valid cookie.
    browser.get("/files/me").await.expect(404);
    let post = browser.request(Method::POST, "/files/projects");
    assert_eq!(browser.take(post).await.status, StatusCode::METHOD_NOT_ALLOWED.as_u16());
}

async fn the_language_is_chosen_and_kept(app: TestApp) {
    let browser = Browser::new(&app);
    assert!(browser.get("/log-in").await.says("<html lang=\"zh-CN\">"));

    let fields = [("language", "en"), ("next", "/log-in")];
    browser.send("/language", &fields).await.expect(303);

    assert!(browser.get("/log-in").await.says("<html lang=\"en\">"));
    let fields = [("username", "nobody"), ("password", "wrong")];
    assert!(browser.send("/log-in", &fields).await.says("Log in"));
    let fields = [("language", "zh"), ("next", "/log-in")];
    browser.send("/language", &fields).await.expect(303);
    assert!(browser.get("/log-in").await.says("<html lang=\"zh-CN\">"));
}

async fn pages_have_no_inline_code_and_load_nothing_from_other_sites(app: TestApp) {
    app.add_user("commission", Role::Commission, None, None, false).await;
    let browser = Browser::log_in(&app, "commission").await;

    for path in ["/", "/promises", "/rankings", "/log-in", "/password", "/nowhere"] {
        let page = browser.get(path).await;
        let policy = page.headers.get("content-security-policy").unwrap().to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        assert_eq!(page.headers.get(CACHE_CONTROL).unwrap(), "no-store", "{path}");
        for inside in [" style=", "<style", "javascript:", " onclick=", "http://", "https://"] {
            assert!(!page.says(inside), "{path} has {inside}");
        }
        for tag in page.html.split("<script").skip(1) {
            assert!(tag.starts_with(" type=\"module\" src=\"/assets/"), "{path}: <script{tag:.60}");
        }
        let style = page.html.split("href=\"/assets/app.").nth(1).unwrap();
        let name = format!("/assets/app.{}", style.split('"').next().unwrap());
        let asset = browser.get(&name).await.expect(200);
        assert_eq!(asset.headers.get(CONTENT_TYPE).unwrap(), "text/css; charset=utf-8");
        assert!(asset.headers[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    }
    browser.get("/assets/app.css").await.expect(404);
}

async fn failures_are_pages_for_people_and_problems_for_programs(app: TestApp) {
    let page = Browser::new(&app).get("/nowhere").await.expect(404);
    let problem = app.stranger().get(&app.root("/nowhere")).await.expect(404);

    assert!(page.says("<h1>没有找到</h1>"));
    assert_eq!(problem.code(), "not-found");
    let wrong = app.stranger().get(&app.root("/api/v1/nowhere")).await.expect(404);
    assert_eq!(wrong.code(), "not-found");
}

//! The second factor: codes of an authenticator app (RFC 6238) at log-in.

use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use hmac::{Hmac, KeyInit, Mac};
use major_projects::testing::Clock;
use major_projects::testing::Config;
use major_projects::testing::Role;
use major_projects::testing::StoreError;
use reqwest::Method;
use serde_json::json;
use sha1::Sha1;

use crate::clients;
use crate::commands::{command, run};
use crate::support::actor::{Actor, Answer};
use crate::support::app::{PASSWORD, TestApp};
use crate::support::browser::{Browser, words};
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    log_in_needs_a_code_once_one_was_confirmed,
    a_code_is_taken_once_and_one_step_early_or_late,
    a_code_is_newer_than_the_last_one_used,
    one_of_two_log_ins_with_the_same_code_at_once_is_refused,
    a_recovery_code_is_taken_once,
    a_second_factor_is_removed_by_a_code,
    an_administrator_removes_a_lost_second_factor,
    the_operator_removes_a_lost_second_factor,
    wrong_codes_are_limited_and_logged_as_wrong_passwords_are,
    codes_cannot_be_guessed_by_who_knows_the_password,
    other_roles_and_machines_have_none,
    a_reset_password_does_not_replace_the_code,
    the_setting_lets_nobody_work_without_a_second_factor,
    no_secret_is_stored_or_shown_again,
    the_pages_enrol_log_in_and_remove,
];

/// The code of RFC 6238 for a secret in base 32, so many steps from now; written anew for the test.
pub fn code(app: &TestApp, secret: &str, steps: i64) -> String {
    let key = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let step = app.clock.now().unix_seconds() / 30 + steps;
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).unwrap();
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[19] & 0xf);
    let number = u32::from_be_bytes(hash[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

async fn log_in(app: &TestApp, name: &str, code: Option<&str>) -> Answer {
    let body = match code {
        Some(code) => json!({"username": name, "password": PASSWORD, "code": code}),
        None => json!({"username": name, "password": PASSWORD}),
    };
    app.stranger().post("/sessions", &body).await
}

/// Begins and confirms; returns the secret and the recovery codes.
pub async fn enrol(app: &TestApp, actor: &Actor) -> (String, Vec<String>) {
    let begun = actor.put("/me/totp", &json!({"current_password": PASSWORD})).await.expect(200);
    let secret = begun.json["secret"].as_str().unwrap().to_owned();
    let first = json!({"code": code(app, &secret, 0)});
    let confirmed = actor.put("/me/totp/confirmation", &first).await.expect(200);
    let codes = confirmed.json["recovery_codes"].as_array().unwrap();
    (secret, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

async fn texts(app: &TestApp, sql: &'static str) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        text: String,
    }
    let rows = app.db.read(move |conn| {
        let rows: Vec<Row> = diesel::sql_query(sql).load(conn)?;
        Ok::<_, StoreError>(rows.into_iter().map(|row| row.text).collect())
    });
    rows.await.unwrap()
}

async fn log_in_needs_a_code_once_one_was_confirmed(app: TestApp) {
    let me = app.commission().await;
    let other = app.log_in("commission", PASSWORD).await;
    let none = me.get("/me/totp").await.expect(200);

    let wrong = me.put("/me/totp", &json!({"current_password": "not it at all"})).await.expect(422);
    let early = me.put("/me/totp/confirmation", &json!({"code": "123456"})).await.expect(409);
    let begun = me.put("/me/totp", &json!({"current_password": PASSWORD})).await.expect(200);
    let secret = begun.json["secret"].as_str().unwrap();
    let pending = me.get("/me/totp").await.expect(200);
    // Nothing is needed before a code has shown that the app has the secret.
    log_in(&app, "commission", None).await.expect(201);
    let far = json!({"code": code(&app, secret, 5)});
    let refused = me.put("/me/totp/confirmation", &far).await.expect(422);
    let first = json!({"code": code(&app, secret, 0)});
    let confirmed = me.put("/me/totp/confirmation", &first).await.expect(200);

    assert_eq!(
        none.json,
        json!({"pending": false, "confirmed_at": null, "recovery_codes_left": 0})
    );
    assert_eq!(wrong.errors(), [("/current_password".into(), "wrong-password".into())]);
    assert_eq!(early.code(), "totp-not-begun");
    assert_eq!((secret.len(), &pending.json["pending"]), (32, &json!(true)));
    assert_eq!(
        begun.json["uri"],
        format!(
            "otpauth://totp/Major%20Projects:commission?secret={secret}&issuer=Major%20Projects&algorithm=SHA1&digits=6&period=30"
        )
    );
    assert_eq!(refused.errors(), [("/code".into(), "wrong-code".into())]);
    assert_eq!(confirmed.json["recovery_codes"].as_array().unwrap().len(), 8);
    // The other sessions have ended, as after a change of the password.
    me.get("/me").await.expect(200);
    other.get("/me").await.expect(401);
    let shown = me.get("/me/totp").await.expect(200);
    assert_eq!(
        shown.json,
        json!({"pending": false, "confirmed_at": "2021-07-01T02:00:00.000000Z", "recovery_codes_left": 8})
    );
    let in_use = me.put("/me/totp", &json!({"current_password": PASSWORD})).await.expect(409);
    assert_eq!(in_use.code(), "totp-in-use");

    app.clock.pass_seconds(30);
    for (given, why) in
        [(None, "code-needed"), (Some(" "), "code-needed"), (Some("12345"), "code-wrong")]
    {
        assert_eq!(log_in(&app, "commission", given).await.expect(401).code(), why, "{given:?}");
    }
    // Whether the code is right is not said to those who do not know the password.
    let body = json!({"username": "commission", "password": "not it at all", "code": code(&app, secret, 0)});
    let guessed = app.stranger().post("/sessions", &body).await.expect(401);
    assert_eq!(guessed.code(), "wrong-credentials");
    log_in(&app, "commission", Some(&code(&app, secret, 0))).await.expect(201);
    // Others are asked for none.
    app.role(Role::Auditor).await;
}

async fn a_reset_password_does_not_replace_the_code(app: TestApp) {
    const RESET: &str = "window ladder orchid 93";
    let (me, admin) = (app.commission().await, app.role(Role::Admin).await);
    let (secret, _) = enrol(&app, &me).await;
    let reset = format!("/users/{}/password", me.get("/me").await.id());

    admin.put(&reset, &json!({"password": RESET})).await.expect(200);

    let mut log_in = json!({"username": "commission", "password": RESET});
    let refused = app.stranger().post("/sessions", &log_in).await.expect(401);
    assert_eq!(refused.code(), "code-needed");
    log_in["code"] = json!(code(&app, &secret, 1));
    app.stranger().post("/sessions", &log_in).await.expect(201);
}

async fn the_setting_lets_nobody_work_without_a_second_factor(app: TestApp) {
    let strict = Config { require_second_factor: true, ..Config::for_tests() };
    let app = app.beside(strict).await;
    let (commission, auditor) = (app.commission().await, app.role(Role::Auditor).await);
    let browser = Browser::log_in(&app, "commission").await;

    for (actor, path) in
        [(&commission, "/projects"), (&commission, "/events"), (&auditor, "/access-log")]
    {
        let refused = actor.get(path).await.expect(403);
        assert_eq!(refused.code(), "second-factor-required", "{path}");
    }
    assert_eq!(browser.get("/projects").await.expect(303).location, "/password#totp");
    let own = browser.open("/password").await;
    assert!(own.contains("本单位要求该角色启用动态码"), "{own}");
    // Roles that have none, and one's own account, are not concerned.
    app.role(Role::Viewer).await.get("/projects").await.expect(200);
    commission.get("/me").await.expect(200);
    let (secret, _) = enrol(&app, &commission).await;

    commission.get("/projects").await.expect(200);
    let next = json!({"code": code(&app, &secret, 1)});
    commission.post("/me/totp/removal", &next).await.expect(204);
    commission.get("/projects").await.expect(403);
    auditor.get("/access-log").await.expect(403);
}

async fn a_code_is_taken_once_and_one_step_early_or_late(app: TestApp) {
    let me = app.role(Role::Auditor).await;
    let (secret, _) = enrol(&app, &me).await;
    let used = code(&app, &secret, 0);
    let attempt = async |code: &str| log_in(&app, "auditor", Some(code)).await.status;

    // The code that confirmed it was used by that.
    assert_eq!(attempt(&used).await, 401);
    app.clock.pass_seconds(60);
    let (late, now, early) =
        (code(&app, &secret, -1), code(&app, &secret, 0), code(&app, &secret, 1));
    for far in [-2, 2] {
        assert_eq!(attempt(&code(&app, &secret, far)).await, 401, "{far}");
    }
    assert_eq!(attempt(&late).await, 201);
    assert_eq!(attempt(&late).await, 401);
    assert_eq!(attempt(&now).await, 201);
    assert_eq!(attempt(&early).await, 201);
}

async fn a_code_is_newer_than_the_last_one_used(app: TestApp) {
    let me = app.role(Role::Auditor).await;
    let (secret, _) = enrol(&app, &me).await;
    let attempt = async |code: &str| log_in(&app, "auditor", Some(code)).await.status;
    app.clock.pass_seconds(60);
    let (late, now, early) =
        (code(&app, &secret, -1), code(&app, &secret, 0), code(&app, &secret, 1));

    assert_eq!(attempt(&early).await, 201);
    for again in [&late, &now, &early] {
        assert_eq!(attempt(again).await, 401);
    }
    app.clock.pass_seconds(30);
    assert_eq!(attempt(&early).await, 401);
    let spaced = code(&app, &secret, 1);
    assert_eq!(attempt(&format!("{} {}", &spaced[..3], &spaced[3..])).await, 201);
}

async fn one_of_two_log_ins_with_the_same_code_at_once_is_refused(app: TestApp) {
    let me = app.role(Role::Auditor).await;
    let (secret, recovery) = enrol(&app, &me).await;
    for unused in &recovery[..3] {
        app.clock.pass_seconds(30);
        for given in [&code(&app, &secret, 0), unused] {
            let given = Some(given.as_str());
            let (one, two) =
                tokio::join!(log_in(&app, "auditor", given), log_in(&app, "auditor", given));
            let mut statuses = [one.status, two.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 401], "{} {}", one.text, two.text);
        }
    }
}

async fn a_recovery_code_is_taken_once(app: TestApp) {
    let me = app.role(Role::Admin).await;
    let (_, recovery) = enrol(&app, &me).await;
    let typed = recovery[3].to_lowercase().replace('-', "");

    log_in(&app, "admin", Some(&typed)).await.expect(201);
    let again = log_in(&app, "admin", Some(&recovery[3])).await.expect(401);
    log_in(&app, "admin", Some(&recovery[0])).await.expect(201);

    assert_eq!(again.code(), "code-wrong");
    assert_eq!(me.get("/me/totp").await.json["recovery_codes_left"], 6);
    let used = "select kind as text from events where kind = 'user.recovery_code_used'";
    assert_eq!(texts(&app, used).await.len(), 2);
}

async fn a_second_factor_is_removed_by_a_code(app: TestApp) {
    let me = app.commission().await;
    let (secret, recovery) = enrol(&app, &me).await;
    let remove = async |code: &str| me.post("/me/totp/removal", &json!({"code": code})).await;

    let wrong = remove("000").await.expect(422);
    // The code that confirmed it was used.
    remove(&code(&app, &secret, 0)).await.expect(422);
    app.clock.pass_seconds(30);
    remove(&code(&app, &secret, 0)).await.expect(204);
    let none = remove(&recovery[0]).await.expect(409);

    assert_eq!(wrong.errors(), [("/code".into(), "wrong-code".into())]);
    assert_eq!(none.code(), "totp-not-begun");
    log_in(&app, "commission", None).await.expect(201);
    // Another secret, removed by a recovery code; those of the first are gone.
    let (_, other) = enrol(&app, &me).await;
    remove(&recovery[0]).await.expect(422);
    remove(&other[0]).await.expect(204);
    assert!(texts(&app, "select hash as text from recovery_codes").await.is_empty());
    let events = "select kind as text from events where kind like 'user.totp%' order by id";
    let round = ["user.totp_enrolled", "user.totp_confirmed", "user.totp_removed"];
    assert_eq!(texts(&app, events).await, [round, round].concat());
}

async fn an_administrator_removes_a_lost_second_factor(app: TestApp) {
    let (admin, me) = (app.role(Role::Admin).await, app.commission().await);
    let id = me.get("/me").await.id();
    let path = format!("/users/{id}/totp");

    admin.delete(&path).await.expect(404);
    enrol(&app, &me).await;
    me.delete(&path).await.expect(403);
    admin.delete(&path).await.expect(204);
    admin.delete(&path).await.expect(404);
    me.get("/me").await.expect(401);
    // One's own is removed by a code only.
    enrol(&app, &admin).await;
    let own = admin.delete(&format!("/users/{}/totp", admin.get("/me").await.id())).await;
    assert_eq!(own.expect(403).code(), "own-second-factor");
    log_in(&app, "admin", None).await.expect(401);

    log_in(&app, "commission", None).await.expect(201);
    let by = "select actor_name as text from events where kind = 'user.totp_removed'";
    assert_eq!(texts(&app, by).await, ["admin"]);
}

async fn the_operator_removes_a_lost_second_factor(app: TestApp) {
    let me = app.role(Role::Admin).await;
    let remove = ["user", "remove-totp", "admin"];

    assert!(!run(command(&app, &remove)).await.status.success());
    enrol(&app, &me).await;
    let done = run(command(&app, &remove)).await;

    assert!(done.status.success());
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(said.contains("with the password alone"), "{said}");
    me.get("/me").await.expect(401);
    log_in(&app, "admin", None).await.expect(201);
}

async fn wrong_codes_are_limited_and_logged_as_wrong_passwords_are(app: TestApp) {
    let me = app.commission().await;
    enrol(&app, &me).await;
    let auditor = app.role(Role::Auditor).await;
    let strict = app.beside(Config { logins_per_minute: 4, ..Config::for_tests() }).await;

    for _ in 0..4 {
        assert_eq!(
            log_in(&strict, "commission", Some("000")).await.expect(401).code(),
            "code-wrong"
        );
    }
    let slowed = log_in(&strict, "commission", Some("000")).await.expect(429);
    assert_eq!(slowed.code(), "too-many-attempts");
    // Codes at the removal count with them.
    let mut same = strict.stranger();
    same.token.clone_from(&me.token);
    same.post("/me/totp/removal", &json!({"code": "000"})).await.expect(429);

    for _ in 0..200 {
        let log =
            auditor.get("/access-log?kind=log_in_failed&account=commission").await.expect(200);
        let seen: Vec<_> = log
            .items()
            .iter()
            .map(|l| (l["path"].clone(), l["code"].clone(), l["times"].clone()))
            .collect();
        if seen.contains(&(json!("/sessions"), json!("code-wrong"), json!(4)))
            && seen.iter().any(|(path, ..)| path == "/me/totp/removal")
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the access log lacks them");
}

async fn codes_cannot_be_guessed_by_who_knows_the_password(app: TestApp) {
    let me = app.commission().await;
    let (secret, recovery) = enrol(&app, &me).await;
    // Right codes do not count.
    for code in &recovery[..6] {
        log_in(&app, "commission", Some(code)).await.expect(201);
    }

    for _ in 0..5 {
        log_in(&app, "commission", Some("000")).await.expect(401);
    }
    // From now on a right one is not taken either, nor at the removal.
    let right = code(&app, &secret, 1);
    let slowed = log_in(&app, "commission", Some(&right)).await.expect(429);
    assert!(slowed.header("retry-after").parse::<u64>().unwrap() > 60);
    me.post("/me/totp/removal", &json!({"code": right})).await.expect(429);
    // Others are not concerned, and the password alone does not help.
    let auditor = app.role(Role::Auditor).await;
    enrol(&app, &auditor).await;
    assert_eq!(log_in(&app, "commission", None).await.expect(401).code(), "code-needed");
}

async fn other_roles_and_machines_have_none(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let unit = app.unit("某公司").await;
    let area = app.area("dongying").await;
    let viewer = app.role(Role::Viewer).await;
    let made = clients::client(&app, &admin, "平台", "commission", &["projects:read"]).await;
    let machine = clients::machine(&app, &made).await;
    for actor in [&unit, &area, &viewer, &machine] {
        actor.get("/me/totp").await.expect(403);
        actor.put("/me/totp", &json!({"current_password": PASSWORD})).await.expect(403);
    }
}

async fn no_secret_is_stored_or_shown_again(app: TestApp) {
    let me = app.commission().await;
    let (secret, recovery) = enrol(&app, &me).await;
    let again = me.get("/me/totp").await.expect(200);

    assert!(!again.text.contains(&secret), "{}", again.text);
    let stored = texts(
        &app,
        "select salt as text from totp union all select hash from recovery_codes
         union all select changes from events union all select outcome from idempotency_keys",
    )
    .await;
    assert!(stored.len() > 9, "{stored:?}");
    for text in &stored {
        assert!(!text.contains(&secret) && !recovery.contains(text), "{text}");
    }
}

async fn the_pages_enrol_log_in_and_remove(app: TestApp) {
    let id = app.role(Role::Auditor).await.get("/me").await.id();
    app.role(Role::Admin).await;
    app.role(Role::Viewer).await;
    let auditor = Browser::log_in(&app, "auditor").await;

    let wrong = [("current_password", "not it at all")];
    let refused = auditor.post_form("/password/totp", &wrong).await.expect(422);
    assert!(refused.says("当前密码不正确"), "{}", refused.html);
    let begun =
        auditor.post_form("/password/totp", &[("current_password", PASSWORD)]).await.expect(200);
    let secret = begun.html.split("<code class=\"secret\">").nth(1).unwrap();
    let secret = secret.split('<').next().unwrap().to_owned();
    let page = auditor.open("/password").await;
    assert!(!page.contains(&secret) && page.contains("/password/totp/confirmation"));
    let refused =
        auditor.post_form("/password/totp/confirmation", &[("code", "1")]).await.expect(422);
    assert!(refused.says("动态码不正确"), "{}", refused.html);
    let first = code(&app, &secret, 0);
    let confirmed =
        auditor.post_form("/password/totp/confirmation", &[("code", &first)]).await.expect(200);
    assert_eq!(confirmed.html.matches("<code class=\"secret\">").count(), 8);

    app.clock.pass_seconds(30);
    let now = code(&app, &secret, 0);
    let browser = Browser::new(&app);
    let fields =
        |code: &'static str| [("username", "auditor"), ("password", PASSWORD), ("code", code)];
    let needed = browser.send("/log-in", &fields("")).await.expect(422);
    assert!(needed.says("该账号已启用动态码"), "{}", needed.html);
    assert!(browser.send("/log-in", &fields("1")).await.expect(422).says("动态码不正确"));
    let right = [("username", "auditor"), ("password", PASSWORD), ("code", now.as_str())];
    browser.send("/log-in", &right).await.expect(303);
    assert!(words(&browser.open("/password").await).contains("未用的恢复码： 8"));

    // An administrator removes it; then it is begun again, and removed by its owner.
    let admin = Browser::log_in(&app, "admin").await;
    assert!(words(&admin.open(&format!("/accounts/{id}")).await).contains("解除动态码"));
    let removed = admin.post_form(&format!("/accounts/{id}/totp"), &[]).await.expect(303);
    assert_eq!(removed.location, format!("/accounts/{id}?said=totp-removed"));
    assert!(!words(&admin.open(&format!("/accounts/{id}")).await).contains("解除动态码"));
    // Its sessions have ended.
    let browser = Browser::log_in(&app, "auditor").await;
    let again = browser.post_form("/password/totp", &[("current_password", PASSWORD)]).await;
    let secret = again.expect(200).html;
    let secret = secret.split("<code class=\"secret\">").nth(1).unwrap().split('<').next().unwrap();
    let first = code(&app, secret, 0);
    browser.post_form("/password/totp/confirmation", &[("code", &first)]).await.expect(200);
    app.clock.pass_seconds(30);
    let now = code(&app, secret, 0);
    let gone = browser.post_form("/password/totp/removal", &[("code", &now)]).await.expect(303);
    assert_eq!(gone.location, "/password?said=totp-removed");

    let viewer = Browser::log_in(&app, "viewer").await;
    assert!(!viewer.open("/password").await.contains("/password/totp"));
    viewer.post_form("/password/totp", &[("current_password", PASSWORD)]).await.expect(403);
    let request = viewer.request(Method::GET, "/password/totp");
    assert_eq!(viewer.take(request).await.location, "/password");
}

//! Which passwords are taken.

use major_projects::testing::Role;
use serde_json::json;

use crate::support::actor::{Actor, Answer};
use crate::support::app::{PASSWORD, TestApp};
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    known_words_and_names_in_pinyin_are_refused,
    passwords_of_leaked_lists_are_refused,
    any_characters_are_taken_as_they_are_sent,
    the_last_five_passwords_are_not_taken_again,
    nobody_changes_their_own_role,
];

async fn change(actor: &Actor, from: &str, to: &str) -> Answer {
    actor.put("/me/password", &json!({"current_password": from, "new_password": to})).await
}

async fn known_words_and_names_in_pinyin_are_refused(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let unit = app.unit("海科石化集团").await;
    let new = |password: &str| {
        json!({"username": "li.xm", "display_name": "李晓明", "role": "viewer",
            "password": password})
    };

    for known in [
        "Dongying2021",
        "Guangrao@20260101",
        "Dongying@2021#Kenli",
        "majorprojects2026",
        // A unit of the register, whoever's account it is.
        "haikeshihua2026",
        "Shihuajituan#2026",
    ] {
        let refused = change(&unit, PASSWORD, known).await.expect(422);
        assert_eq!(refused.errors(), [("/new_password".into(), "too-guessable".into())], "{known}");
        let refused = admin.post("/users", &new(known)).await.expect(422);
        assert_eq!(refused.errors(), [("/password".into(), "too-guessable".into())], "{known}");
    }
    for named in ["Xiaoming@8888", "lixiaoming-2021", "李晓明李晓明李晓明1"] {
        admin.post("/users", &new(named)).await.expect(422);
    }
    let made = admin.post("/users", &new("window ladder orchid 93")).await.expect(201);
    let reset = format!("/users/{}/password", made.id());
    admin.put(&reset, &json!({"password": "LiXiaoming#2026"})).await.expect(422);
    admin.put(&reset, &json!({"password": "copper lantern river 48"})).await.expect(200);
}

async fn passwords_of_leaked_lists_are_refused(app: TestApp) {
    let viewer = app.role(Role::Viewer).await;

    // Of ten characters and more, from published lists of what people in China and elsewhere used.
    for leaked in [
        "1234567890",
        "qwertyuiop",
        "password123",
        "1q2w3e4r5t",
        "iloveyou123",
        "sunshine123",
        "princess123",
        "qwerty123456",
        "1qaz2wsx3edc",
        "q1w2e3r4t5y6",
        "zxcvbnm123456",
        "asdfghjkl123",
        "147258369147",
        "abcd1234567890",
        "administrator",
        "Admin@123456",
        "Admin@2026#",
        "P@ssw0rd2026",
        "Passw0rd@123",
        "Qwer@1234567",
        "Abcd@123456",
        "1qaz@WSX3edc",
        "Aa123456!@#",
        "Inspur@2026",
        "Huawei@1234",
        "woaini1314520",
        "5201314woaini",
        "wangyang1314520",
        "qq5201314520",
        "aini1314520",
        "a5201314520",
        "88888888888",
    ] {
        let refused = change(&viewer, PASSWORD, leaked).await;
        assert_eq!(refused.status, 422, "{leaked} is taken");
    }
}

async fn any_characters_are_taken_as_they_are_sent(app: TestApp) {
    let viewer = app.role(Role::Viewer).await;
    let mut current = PASSWORD.to_owned();

    let long = format!("quarry violin meadow {}", "lantern-69 pocket ".repeat(8));
    for new in [" river quarry meadow ", "木星 缝纫机 三叶草 桥墩", "zvkqwmxhrtplgd", long.trim()]
    {
        change(&viewer, &current, new).await.expect(204);
        let cut: String = new.chars().take(9).collect();
        let closes = [new.to_uppercase(), new.trim().to_owned(), format!("{new} "), cut];
        for close in closes {
            if close != new {
                let body = json!({"username": "viewer", "password": close});
                app.stranger().post("/sessions", &body).await.expect(401);
            }
        }
        app.log_in("viewer", new).await;
        new.clone_into(&mut current);
    }
    assert!(current.chars().count() > 64);
}

async fn the_last_five_passwords_are_not_taken_again(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    let viewer = app.role(Role::Viewer).await;
    let id = viewer.get("/me").await.id();
    let reset = format!("/users/{id}/password");
    let nth = |n: usize| {
        let word = ["window", "ladder", "orchid", "copper", "meadow", "pocket"][n];
        format!("{word} quarry violin {n}7")
    };

    let mut current = PASSWORD.to_owned();
    for n in 0..5 {
        // The current one and every earlier one, up to five.
        for used in (0..n).map(nth).chain([PASSWORD.to_owned()]) {
            let refused = change(&viewer, &current, &used).await.expect(422);
            assert_eq!(refused.errors(), [("/new_password".into(), "used-before".into())]);
            let body = json!({"password": used});
            let refused = admin.put(&reset, &body).await.expect(422);
            assert_eq!(refused.errors(), [("/password".into(), "used-before".into())]);
        }
        change(&viewer, &current, &nth(n)).await.expect(204);
        current = nth(n);
    }

    // Five others were used since the first.
    change(&viewer, &current, PASSWORD).await.expect(204);
    change(&viewer, PASSWORD, &nth(1)).await.expect(422);
    change(&viewer, PASSWORD, &nth(0)).await.expect(204);
}

async fn nobody_changes_their_own_role(app: TestApp) {
    let admin = app.role(Role::Admin).await;
    app.add_user("admin.2", Role::Admin, None, None, false).await;
    let other = app.log_in("admin.2", PASSWORD).await;
    let me = admin.get("/me").await;
    let path = format!("/users/{}", me.id());
    let version = me.json["version"].as_i64().unwrap();

    let refused = admin.patch(&path, version, &json!({"role": "commission"})).await.expect(403);
    let unchanged = admin.get("/me").await;
    admin.patch(&path, version, &json!({"role": "admin", "display_name": "我"})).await.expect(200);
    other.patch(&path, version + 1, &json!({"role": "viewer"})).await.expect(200);

    assert_eq!(refused.code(), "own-role");
    assert_eq!(
        (&unchanged.json["role"], &unchanged.json["version"]),
        (&json!("admin"), &json!(version))
    );
    assert_eq!(admin.get("/me").await.json["role"], "viewer");
}

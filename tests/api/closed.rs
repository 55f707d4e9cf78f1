//! Closed and published months stay unchanged under random sequences of calls.

use serde_json::{Value, json};

use crate::bulletins::quarter;
use crate::support::actor::{Actor, Answer};
use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![OnEach; no_sequence_of_calls_changes_what_is_closed];

const MONTHS: [&str; 3] = ["2023-01", "2023-02", "2023-03"];

/// Deterministic random numbers, so that a failure can be repeated.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

/// One random call that could change something. Returns the restated amount, in hundredths of a 万元.
async fn anything(actor: &Actor, chance: &mut Chance, projects: [i64; 2]) -> (Answer, i64) {
    let project = projects[usize::try_from(chance.below(2)).unwrap()];
    let month = chance.of(&MONTHS);
    let report = format!("/projects/{project}/reports/{month}");
    let version = i64::try_from(chance.below(5)).unwrap() + 1;
    let amount = json!({"completed_wan": format!("{}.00", chance.below(300))});
    let answer = match chance.below(12) {
        0 => actor.create(&report, &amount).await,
        1 => actor.change(&report, version, &amount).await,
        2 => actor.step(&format!("{report}/{}", chance.of(&["submission", "confirmation"]))).await,
        3 => actor.post(&format!("{report}/return"), &json!({"reason": "请核对"})).await,
        4 => {
            let wan = i64::try_from(chance.below(11)).unwrap() - 5;
            let body =
                json!({"amount_wan": format!("{wan}.00"), "reason": "更正", "approver": "科室"});
            let answer = actor.post(&format!("{report}/restatements"), &body).await;
            let restated = if answer.status == 201 { wan * 100 } else { 0 };
            return (answer, restated);
        }
        5 => {
            let monthly = chance.below(200);
            let body = json!({"kind": "adjustment", "effective_month": chance.of(&["2023-01", "2023-03", "2023-04", "2023-05"]),
                "annual_investment_wan": format!("{}.00", monthly * 12), "months": vec![format!("{monthly}.00"); 12],
                "document_number": "示例〔2023〕1号", "reason": "调整"});
            actor.post(&format!("/projects/{project}/year-plans/2023/adjustments"), &body).await
        }
        6 => {
            let body = json!({"name": format!("改名{}", chance.below(9)), "area": chance.of(&["kenli", "hekou", "dongying"])});
            actor.patch(&format!("/projects/{project}"), version, &body).await
        }
        7 => {
            let stage = chance.of(&["completed", "terminated", "reserve", "construction"]);
            let body = json!({"stage": stage, "reason": "试一试"});
            actor.post(&format!("/projects/{project}/transitions"), &body).await
        }
        8 => {
            let days = json!({"opens_on": "2023-01-01", "due_on": "2024-12-31"});
            actor.change(&format!("/reporting-months/{month}"), version, &days).await
        }
        9 => {
            actor
                .step(&format!(
                    "/reporting-months/{month}/{}",
                    chance.of(&["closing", "publication"])
                ))
                .await
        }
        10 => {
            let body = json!({"unit_id": 1, "until": "2030-01-01T00:00:00Z", "reason": "停电"});
            actor.post(&format!("/reporting-months/{month}/grants"), &body).await
        }
        _ => {
            actor
                .delete(chance.of(&[
                    "/bulletins/2023-02",
                    "/reporting-months/2023-02",
                    "/projects/1",
                ]))
                .await
        }
    };
    (answer, 0)
}

/// The reports without version: restatements are stored beside them but raise their version.
async fn reports(actor: &Actor, projects: [i64; 2]) -> Vec<Value> {
    let mut all = Vec::new();
    for project in projects {
        let list = actor.get(&format!("/projects/{project}/reports")).await.expect(200);
        let own = |r: &Value| {
            json!([
                r["month"],
                r["state"],
                r["completed_wan"],
                r["submitted_at"],
                r["confirmed_at"]
            ])
        };
        all.extend(list.items().iter().map(own));
    }
    all
}

async fn no_sequence_of_calls_changes_what_is_closed(app: TestApp) {
    let commission = app.commission().await;
    let owner = app.unit("甲公司").await;
    let (one, two) = quarter(&app, &commission).await;
    commission.assign(one, &[(app.unit_id("甲公司").await, "owner")]).await;
    commission.step("/reporting-months/2023-02/publication").await.expect(201);
    let content = commission.get("/bulletins/2023-02/content").await.expect(200).text;
    let before = reports(&commission, [one, two]).await;

    let (mut restated, mut done) = (0, 0);
    for seed in 1..=4 {
        let mut chance = Chance(seed);
        for _ in 0..90 {
            let actor = if chance.below(4) == 0 { &owner } else { &commission };
            let (answer, wan) = anything(actor, &mut chance, [one, two]).await;
            assert!(answer.status < 500, "{}", answer.text);
            restated += wan;
            done += i32::from(answer.status < 300);
        }
    }

    assert!(done > 20, "only {done} calls did anything");
    assert_eq!(commission.get("/bulletins/2023-02/content").await.expect(200).text, content);
    assert_eq!(reports(&commission, [one, two]).await, before);
    let path = "/summaries/investment?year=2023&through=2023-03&by=area";
    let now = commission.get(path).await.expect(200).json["total"]["completed_wan"].clone();
    let expected = 45_000 + restated;
    assert_eq!(now, format!("{}.{:02}", expected / 100, expected % 100));
}

//! A whole year played over the API; every figure of every bulletin is recomputed.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "months, counts and dice are small"
)]

mod ledger;
mod play;
mod recompute;

use serde_json::{Value, json};

use self::ledger::YEAR;
use self::play::Game;
use self::recompute::Month;
use crate::support::app::TestApp;
use crate::support::run::{OnBoth, OnEach, Running};
use crate::tests;

tests![
    OnEach;
    every_figure_of_every_bulletin_comes_out_a_second_time,
];

/// Tests that compare both databases.
pub const SAME: OnBoth = &[("year::a_random_year_gives_the_same_bytes", |s, p| -> Running {
    Box::pin(a_random_year_gives_the_same_bytes(s, p))
})];

/// Twelve months. March is published late, after April was closed.
async fn play(game: &mut Game) -> Vec<(u32, Value)> {
    let mut bulletins = Vec::new();
    for month in 1..=12 {
        game.month(month).await;
        if month == 3 {
            continue;
        }
        if month == 4 {
            bulletins.push((3, game.publish(3).await));
        }
        bulletins.push((month, game.publish(month).await));
    }
    bulletins
}

async fn every_figure_of_every_bulletin_comes_out_a_second_time(app: TestApp) {
    let mut game = Game::begin(app, 20_231_107).await;

    let bulletins = play(&mut game).await;

    let mut before: Option<&Value> = None;
    for (month, figures) in &bulletins {
        Month::of(&game.ledger, *month).check(figures, before);
        before = Some(figures);
    }
    refuses_to_change_what_is_closed(&game, &bulletins).await;
    rolls_over(&game).await;
}

/// Calls on closed months change neither their bulletins nor their reports.
async fn refuses_to_change_what_is_closed(game: &Game, bulletins: &[(u32, Value)]) {
    let commission = &game.commission;
    for project in &game.ledger.projects {
        let reports = format!("/projects/{}/reports", project.id);
        let was = commission.get(&reports).await.expect(200).json;
        for month in [2, 7, 12] {
            let path = format!("{reports}/{YEAR}-{month:02}");
            let version = commission.get(&path).await.json["version"].as_i64().unwrap_or(1);
            let body = json!({"completed_wan": "1.00"});
            let tried = [
                commission.create(&path, &body).await,
                commission.change(&path, version, &body).await,
                commission.step(&format!("{path}/submission")).await,
                commission.post(&format!("{path}/return"), &json!({"reason": "再核"})).await,
                commission.step(&format!("{path}/confirmation")).await,
            ];
            for answer in tried {
                assert!((400..500).contains(&answer.status), "{path}: {}", answer.text);
            }
        }
        assert_eq!(commission.get(&reports).await.json, was);
        let amounts = vec!["1.00"; 12];
        let adjusted = json!({"kind": "correction", "effective_month": format!("{YEAR}-12"),
            "annual_investment_wan": "12.00", "months": amounts, "reason": "补改"});
        let path = format!("/projects/{}/year-plans/{YEAR}/adjustments", project.id);
        let answer = commission.post(&path, &adjusted).await;
        assert!([404, 422].contains(&answer.status), "{}", answer.text);
    }
    for (month, figures) in bulletins {
        let path = format!("/bulletins/{YEAR}-{month:02}");
        assert_eq!(&commission.get(&path).await.expect(200).json["figures"], figures);
        assert_eq!(
            commission.get(&format!("{path}/comparison")).await.expect(200).json["month"],
            format!("{YEAR}-{month:02}")
        );
    }
    assert_eq!(game.app.wrong().await, [""; 0]);
}

/// The unfinished part of every project is rolled over as the ledger says.
async fn rolls_over(game: &Game) {
    let next = YEAR + 1;
    let proposal = game.commission.step(&format!("/roll-overs/{next}/proposal")).await.expect(200);
    let completed = |p: &ledger::Built| -> ledger::Micro {
        let reported = p.reports.values().filter(|r| r.confirmed).map(|r| r.amount).sum::<i128>();
        reported + p.restated.iter().map(|r| r.1).sum::<i128>()
    };
    let remaining: i128 =
        game.ledger.projects.iter().map(|p| (p.total - p.before - completed(p)).max(0)).sum();
    let planned = |p: &ledger::Built| p.versions.last().map_or(0, |v| v.1.iter().sum::<i128>());
    let carried: i128 =
        game.ledger.projects.iter().map(|p| (planned(p) - completed(p)).max(0)).sum();
    assert_eq!(proposal.json["project_count"], game.ledger.projects.len());
    assert_eq!(proposal.json["remaining_wan"], ledger::wan(remaining));
    assert_eq!(proposal.json["carried_wan"], ledger::wan(carried));
    assert_eq!(proposal.json["open_months"], json!([]));
    // All have their planned finish in August of the next year.
    assert_eq!(proposal.json["annual_investment_wan"], ledger::wan(remaining));
    let version = proposal.json["version"].as_i64().unwrap();
    let path = format!("/roll-overs/{next}/confirmation");
    let request = game.commission.request(reqwest::Method::POST, &path);
    let request = request.header("If-Match", format!("\"{version}\""));
    let document = json!({"document_number": "东发改〔2024〕1号"});
    game.commission.send(request.json(&document)).await.expect(200);
    let path = format!("/summaries/commitments?year={next}&through={next}-01");
    let table = game.commission.get(&path).await.expect(200).json;
    assert_eq!(table["total"]["planned"]["annual_investment_wan"], ledger::wan(remaining));
}

async fn a_random_year_gives_the_same_bytes(sqlite: TestApp, postgres: TestApp) {
    let mut contents = Vec::new();
    for app in [sqlite, postgres] {
        let mut game = Game::begin(app, 987_654_321).await;
        let bulletins = play(&mut game).await;
        let mut kept = Vec::new();
        for (month, figures) in &bulletins {
            let path = format!("/bulletins/{YEAR}-{month:02}/content");
            let mut content = game.commission.get(&path).await.expect(200).json;
            // The event chain covers random request ids, so it differs between the databases.
            for chained in ["events", "previous_sha256"] {
                content.as_object_mut().unwrap().remove(chained).unwrap();
            }
            without_last_event(&mut content);
            kept.push(content.to_string());
            Month::of(&game.ledger, *month).check(figures, before(&bulletins, *month));
        }
        contents.push(kept);
    }
    assert_eq!(contents[0], contents[1]);
    assert_eq!(contents[0].len(), 12);
}

/// Removes every `last_event`: events of background work are counted in it, and that work keeps
/// its own time. An event `access_log.day_bound` may come before a publication or after it.
fn without_last_event(content: &mut Value) {
    match content {
        Value::Object(fields) => {
            fields.remove("last_event");
            fields.values_mut().for_each(without_last_event);
        }
        Value::Array(values) => values.iter_mut().for_each(without_last_event),
        _ => {}
    }
}

fn before(bulletins: &[(u32, Value)], month: u32) -> Option<&Value> {
    bulletins.iter().rfind(|(m, _)| *m < month).map(|(_, figures)| figures)
}

//! Concurrent writers lose no updates.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::app::TestApp;
use crate::support::run::OnEach;
use crate::tests;

tests![
    OnEach;
    of_two_writers_with_one_version_exactly_one_wins,
    every_acknowledged_report_is_counted,
    one_month_is_created_once,
    a_month_closes_with_nothing_left_to_review,
];

async fn of_two_writers_with_one_version_exactly_one_wins(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let path = format!("/projects/{id}");
    for round in 1..=5 {
        let writers = (0..8).map(|n| {
            let (commission, path) = (commission.clone(), path.clone());
            async move {
                commission
                    .patch(&path, round, &json!({"leader": format!("{round}-{n}")}))
                    .await
                    .status
            }
        });
        let mut answers = join_all(writers).await;
        answers.sort_unstable();
        assert_eq!(answers, [200, 412, 412, 412, 412, 412, 412, 412], "round {round}");
    }
    assert_eq!(commission.get(&format!("{path}/history")).await.json["total"], 6);
}

async fn every_acknowledged_report_is_counted(app: TestApp) {
    let commission = app.commission().await;
    let mut projects = Vec::new();
    for n in 0..12 {
        projects.push(commission.project(&format!("项目{n}"), json!({})).await);
    }
    let filed = projects.iter().map(|id| {
        let commission = commission.clone();
        async move {
            for month in ["2021-03", "2021-04", "2021-05"] {
                commission.confirmed(*id, month, "1.000001").await;
            }
        }
    });

    join_all(filed).await;

    let table =
        commission.get("/summaries/commitments?year=2021&through=2021-05").await.expect(200);
    // 36 reports of 1.000001 万元.
    assert_eq!(table.json["total"]["completed_wan"], "36.000036");
    assert_eq!(table.json["total"]["coverage"]["confirmed"], 36);
}

async fn one_month_is_created_once(app: TestApp) {
    let commission = app.commission().await;
    let id = commission.project("项目", json!({})).await;
    let writers =
        (0..8).map(|n| {
            let commission = commission.clone();
            let body = json!({"completed_wan": format!("{n}.00")});
            async move {
                commission.create(&format!("/projects/{id}/reports/2021-05"), &body).await.status
            }
        });

    let mut answers = join_all(writers).await;

    answers.sort_unstable();
    assert_eq!(answers, [201, 412, 412, 412, 412, 412, 412, 412]);
    assert_eq!(commission.get(&format!("/projects/{id}/reports")).await.json["total"], 1);
}

/// A submission concurrent with the closing is either included or refused.
async fn a_month_closes_with_nothing_left_to_review(app: TestApp) {
    let commission = app.commission().await;
    let mut projects = Vec::new();
    for n in 0..6 {
        projects.push(commission.project(&format!("项目{n}"), json!({})).await);
    }
    app.calendar.turn_to("2024-06-01");
    for number in 1..=12 {
        let month = format!("2023-{number:02}");
        let path = format!("/reporting-months/{month}");
        let days = json!({"opens_on": format!("{month}-01"), "due_on": format!("{month}-28")});
        commission.create(&path, &days).await.expect(201);
        for id in &projects {
            let report = format!("/projects/{id}/reports/{month}");
            commission.create(&report, &json!({"completed_wan": "1.00"})).await.expect(201);
        }
        let steps = projects.iter().map(|id| format!("/projects/{id}/reports/{month}/submission"));
        let mut steps: Vec<String> = steps.collect();
        steps.insert(number % 7, format!("{path}/closing"));

        let answers = join_all(steps.iter().map(|step| commission.step(step))).await;

        for answer in &answers {
            assert!(matches!(answer.status, 200 | 409), "{}", answer.text);
        }
        let shown = commission.get(&path).await.expect(200);
        if shown.json["state"] == "closed" {
            assert_eq!(shown.json["filings"]["submitted"], 0, "{month}");
        } else {
            assert!(answers.iter().any(|a| a.code() == "month-unreviewed"), "{month}");
        }
    }
}

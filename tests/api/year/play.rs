//! Plays a whole year over the API in the roles of its users.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use major_projects::testing::Calendar as _;
use serde_json::{Value, json};

use super::ledger::{Asked, Built, Filed, Ledger, Line, Micro, Promised, YEAR, last_day, wan};
use crate::support::actor::Actor;
use crate::support::app::TestApp;

/// Deterministic random numbers from a seed.
pub struct Dice(u64);

impl Dice {
    /// The generator known as `SplitMix64`.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from `least` to `most`, both inclusive.
    fn from(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.next().is_multiple_of(n)
    }
}

/// State of the year in progress.
pub struct Game {
    pub app: TestApp,
    pub ledger: Ledger,
    pub commission: Actor,
    dice: Dice,
    units: BTreeMap<&'static str, Actor>,
    opened: BTreeMap<i64, String>,
}

const UNITS: [&str; 5] = ["甲公司", "乙公司", "丙公司", "丁公司", "戊公司"];
const AREAS: [&str; 4] = ["dongying", "hekou", "kenli", "guangrao"];

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(YEAR, month, day).unwrap()
}

/// A day in the month after `month`, when its reports are filed.
fn after(month: u32, days: u64) -> NaiveDate {
    last_day(month) + Days::new(days)
}

impl Game {
    pub async fn begin(app: TestApp, seed: u64) -> Self {
        app.calendar.turn_to(&format!("{YEAR}-01-05"));
        let commission = app.commission().await;
        let mut game = Self {
            app,
            ledger: Ledger::default(),
            commission,
            dice: Dice(seed),
            units: BTreeMap::new(),
            opened: BTreeMap::new(),
        };
        game.ledger.rules.push((1, -500, -2_000));
        game.promise().await;
        game.log_in().await;
        for number in 0..12 {
            game.register(number, 1).await;
        }
        game
    }

    /// Logs in again, because tokens expire within a month.
    async fn log_in(&mut self) {
        self.commission = self.app.commission().await;
        for unit in UNITS {
            let actor = self.app.unit(unit).await;
            self.units.insert(unit, actor);
        }
    }

    /// Enters the plan document: figures for every leaf of the industry tree.
    async fn promise(&mut self) {
        let all = self.commission.get("/industries").await.expect(200);
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        let parents: Vec<String> = all.items().iter().map(|i| text(&i["parent"])).collect();
        let mut envelopes = Vec::new();
        for industry in all.items() {
            let code = text(&industry["code"]);
            if parents.contains(&code) {
                continue;
            }
            let count = self.dice.from(1, 4);
            let total = i128::from(self.dice.from(10_000, 90_000)) * 1_000_000;
            let annual = total / 4;
            envelopes.push(json!({"industry": code, "project_count": count,
                "total_investment_wan": wan(total), "annual_investment_wan": wan(annual)}));
            let promised = (i128::from(count), total, annual);
            let (group, parent) = (text(&industry["group"]), text(&industry["parent"]));
            self.ledger.lines.push(Line { code, group, parent, promised });
        }
        let plan = json!({"title": "年度计划", "issuer": "市", "issued_on": format!("{YEAR}-01-04"),
            "envelopes": envelopes});
        self.commission.create(&format!("/plans/{YEAR}"), &plan).await.expect(201);
    }

    async fn register(&mut self, number: usize, month: u32) {
        let line = self.dice.from(0, 4) as usize;
        let industry = self.ledger.lines[line * 2].code.clone();
        let area = AREAS[self.dice.from(0, 3) as usize];
        let total = i128::from(self.dice.from(20_000, 60_000)) * 1_000_000;
        let before = i128::from(self.dice.from(0, 3)) * 500_250_000;
        // Two in three are under construction; the others start during the year, some late.
        let under_way = !self.dice.one_in(3) || month > 1;
        let planned = if under_way {
            NaiveDate::from_ymd_opt(YEAR - 1, 1 + self.dice.from(0, 11) as u32, 10).unwrap()
        } else {
            day(self.dice.from(1, 6) as u32, 15)
        };
        let name = format!("项目{number:02}");
        let mut facts = json!({
            "industry": industry, "area": area, "registered_year": YEAR,
            "total_investment_wan": wan(total), "invested_before_wan": wan(before),
            "planned_start": planned, "actual_start": null, "planned_finish": format!("{}-08-31", YEAR + 1),
        });
        let actual_start = under_way.then(|| planned + Days::new(5));
        match actual_start {
            Some(start) => facts["actual_start"] = json!(start),
            None => facts["stage"] = json!("reserve"),
        }
        let id = self.commission.project(&name, facts).await;
        let unit = if number == 7 { None } else { Some(UNITS[number % UNITS.len()]) };
        if let Some(unit) = unit {
            let unit_id = self.app.unit_id(unit).await;
            self.commission.assign(id, &[(unit_id, "owner")]).await;
        }
        let mut built = Built {
            id,
            industry,
            area: area.to_owned(),
            unit: unit.map(str::to_owned),
            total,
            before,
            known_from: month,
            planned_start: planned,
            actual_start: actual_start.map(|day| (0, day)),
            versions: Vec::new(),
            reports: BTreeMap::new(),
            restated: Vec::new(),
            milestones: Vec::new(),
            word: None,
        };
        // Project 9 never has a plan.
        if number != 9 {
            let amounts = self.amounts();
            let mut body = json!({"annual_investment_wan": wan(amounts.iter().sum()),
                "months": amounts.map(wan)});
            if month > 1 {
                body["effective_month"] = json!(format!("{YEAR}-{month:02}"));
            }
            self.commission
                .put(&format!("/projects/{id}/year-plans/{YEAR}"), &body)
                .await
                .expect(201);
            built.versions.push((month, amounts));
        }
        for (code, start) in [("main_structure", false), ("completion_acceptance", false)] {
            let baseline = day(self.dice.from(2, 11) as u32, 20);
            let body = json!({"code": code, "name": code, "class": "construction", "baseline_date": baseline});
            let path = format!("/projects/{id}/milestones");
            self.commission.post(&path, &body).await.expect(201);
            built.milestones.push(Promised {
                is_start: start,
                baseline,
                forecasts: Vec::new(),
                actual: None,
            });
        }
        self.ledger.projects.push(built);
    }

    fn amounts(&mut self) -> [Micro; 12] {
        std::array::from_fn(|_| i128::from(self.dice.from(20_000, 90_000)) * 10_001)
    }

    /// Plays one month: opening, filing, review, closing, and other changes.
    pub async fn month(&mut self, month: u32) {
        let text = format!("{YEAR}-{month:02}");
        self.app.calendar.turn_to(&after(month, 1).to_string());
        self.log_in().await;
        let due = after(month, 5);
        let days = json!({"opens_on": after(month, 1), "due_on": due});
        self.commission.create(&format!("/reporting-months/{text}"), &days).await.expect(201);
        self.ledger.due.insert(month, due);
        self.happenings(month).await;
        for index in 0..self.ledger.projects.len() {
            self.file(index, month).await;
        }
        self.app.calendar.turn_to(&after(month, 8).to_string());
        self.commission.step(&format!("/reporting-months/{text}/closing")).await.expect(200);
        self.app.clock.pass_hours(1);
        self.log_in().await;
        for issue in &mut self.ledger.issues {
            if self.opened.contains_key(&issue.id) {
                issue.open_at.push(month);
            }
        }
        self.after_closing(month).await;
    }

    /// Changes while the month is open.
    async fn happenings(&mut self, month: u32) {
        if month == 5 {
            self.register(12, 5).await;
        }
        if month == 7 {
            for index in [0, 3] {
                self.adjust(index).await;
            }
        }
        if month == 8 {
            let body = json!({
                "effective_month": format!("{YEAR}-09"), "green_from_points": "-8.00",
                "yellow_from_points": "-30.00", "start_yellow_months": 1, "start_red_months": 3,
                "milestone_yellow_days": 30, "milestone_red_days": 90,
                "reporting_yellow_missing": 1, "reporting_red_missing": 2, "reason": "四季度从宽",
            });
            self.commission.post(&format!("/rules/{YEAR}/versions"), &body).await.expect(201);
            self.ledger.rules.push((9, -800, -3_000));
        }
        if month == 6 {
            let built = &mut self.ledger.projects[1];
            let (expires_on, light) = (day(9, 15), "green");
            let body = json!({"light": light, "reason": "设备集中入账", "from_month": format!("{YEAR}-06"),
                "expires_on": expires_on});
            let path = format!("/projects/{}/light-overrides", built.id);
            self.commission.post(&path, &body).await.expect(201);
            built.word = Some((6, expires_on, light));
        }
        self.start_and_reach(month).await;
        if month % 3 == 1 {
            let id = self.ledger.projects[month as usize % 5].id;
            let body = json!({"title": format!("事项{month}"), "category": "land", "level": "county",
                "asked": "请协调", "due_on": after(month, 40)});
            let list = format!("/projects/{id}/issues");
            let issue = self.commission.post(&list, &body).await.expect(201).id();
            self.opened.insert(issue, format!("{list}/{issue}"));
            self.ledger.issues.push(Asked { id: issue, open_at: Vec::new() });
        }
    }

    async fn adjust(&mut self, index: usize) {
        let amounts = self.amounts();
        let built = &mut self.ledger.projects[index];
        let body = json!({"kind": "adjustment", "effective_month": format!("{YEAR}-07"),
            "annual_investment_wan": wan(amounts.iter().sum()), "months": amounts.map(wan),
            "document_number": "调〔2023〕7号", "reason": "年中调整"});
        let path = format!("/projects/{}/year-plans/{YEAR}/adjustments", built.id);
        self.commission.post(&path, &body).await.expect(201);
        built.versions.push((7, amounts));
    }

    /// Starts projects, moves and reaches milestones.
    async fn start_and_reach(&mut self, month: u32) {
        for index in 0..self.ledger.projects.len() {
            let built = self.ledger.projects[index].clone();
            let path = format!("/projects/{}", built.id);
            if built.actual_start.is_none()
                && built.planned_start <= last_day(month)
                && self.dice.one_in(2)
            {
                let start = day(month, 20);
                let to = json!({"stage": "construction", "on": start});
                self.commission.post(&format!("{path}/transitions"), &to).await.expect(200);
                self.ledger.projects[index].actual_start = Some((month, start));
            }
            let list = self.commission.get(&format!("{path}/milestones")).await.expect(200);
            for (n, shown) in list.items().iter().enumerate() {
                let promised = &mut self.ledger.projects[index].milestones[n];
                let version = shown["version"].as_i64().unwrap();
                let at = format!("{path}/milestones/{}", shown["id"]);
                if promised.actual.is_some() {
                    continue;
                }
                if promised.baseline.month() <= month && self.dice.one_in(3) {
                    let reached = day(month, 25);
                    let body = json!({"actual_date": reached});
                    self.commission.patch(&at, version, &body).await.expect(200);
                    promised.actual = Some((month, reached));
                } else if self.dice.one_in(12) {
                    let forecast = promised.baseline + Days::new(self.dice.from(5, 120));
                    let body = json!({"forecast_date": forecast, "reason": "工期顺延"});
                    self.commission.patch(&at, version, &body).await.expect(200);
                    promised.forecasts.push((month, forecast));
                }
            }
        }
    }

    /// Files a project's report: on time, returned and corrected, late with a grant, as a draft
    /// only, or not at all.
    async fn file(&mut self, index: usize, month: u32) {
        let built = self.ledger.projects[index].clone();
        let owes = built.actual_start.is_some_and(|(_, start)| start <= last_day(month));
        if !owes {
            return;
        }
        let amount = i128::from(self.dice.from(0, 80_000)) * 10_003;
        let amount = if self.dice.one_in(15) { 0 } else { amount };
        let fate = self.dice.from(0, 99);
        let path = format!("/projects/{}/reports/{YEAR}-{month:02}", built.id);
        let owner = match &built.unit {
            Some(unit) => self.units[unit.as_str()].clone(),
            None => self.commission.clone(),
        };
        let body = |amount: Micro| json!({"completed_wan": wan(amount), "zero_reason": "冬季停工"});
        let (first_submitted, confirmed) = match fate {
            0..=69 => {
                let on = after(month, self.dice.from(1, 5));
                self.app.calendar.turn_to(&on.to_string());
                owner.create(&path, &body(amount)).await.expect(201);
                owner.step(&format!("{path}/submission")).await.expect(200);
                (Some(on), true)
            }
            70..=79 => {
                let on = after(month, 2);
                self.app.calendar.turn_to(&on.to_string());
                owner.create(&path, &body(amount + 1_000_000)).await.expect(201);
                owner.step(&format!("{path}/submission")).await.expect(200);
                let reason = json!({"reason": "请核对金额"});
                self.commission.post(&format!("{path}/return"), &reason).await.expect(200);
                // A correction after the due date does not count as late.
                self.app.calendar.turn_to(&after(month, 6).to_string());
                owner.change(&path, 3, &body(amount)).await.expect(200);
                owner.step(&format!("{path}/submission")).await.expect(200);
                (Some(on), true)
            }
            80..=87 => {
                let on = after(month, 7);
                self.app.calendar.turn_to(&on.to_string());
                if let Some(unit) = &built.unit {
                    let refused = owner.create(&path, &body(amount)).await;
                    assert!(["month-overdue", ""].contains(&refused.code()), "{}", refused.text);
                    let unit = *self.units.keys().find(|name| *name == unit).unwrap();
                    let grant = json!({"unit_id": self.app.unit_id(unit).await, "reason": "经办人变更",
                        "until": "2099-01-01T00:00:00.000000Z"});
                    let grants = format!("/reporting-months/{YEAR}-{month:02}/grants");
                    if refused.status == 409 {
                        self.commission.post(&grants, &grant).await.expect(201);
                        owner.create(&path, &body(amount)).await.expect(201);
                    }
                } else {
                    owner.create(&path, &body(amount)).await.expect(201);
                }
                owner.step(&format!("{path}/submission")).await.expect(200);
                (Some(on), true)
            }
            88..=93 => {
                self.app.calendar.turn_to(&after(month, 3).to_string());
                owner.create(&path, &body(amount)).await.expect(201);
                (None, false)
            }
            _ => return,
        };
        if confirmed {
            self.commission.step(&format!("{path}/confirmation")).await.expect(200);
        }
        let filed = Filed { amount, confirmed, first_submitted };
        self.ledger.projects[index].reports.insert(month, filed);
    }

    /// Changes between closing and publication.
    async fn after_closing(&mut self, month: u32) {
        let restated = match month {
            6 => Some((2, -1_234_567, "核减")),
            10 => Some((6, 98_765_432, "漏报")),
            _ => None,
        };
        if let Some((of, amount, reason)) = restated {
            let counted = |b: &&mut Built| {
                b.reports.get(&of).is_some_and(|r| r.confirmed && r.amount > 2_000_000)
            };
            let built = self.ledger.projects.iter_mut().find(counted).unwrap();
            let path = format!("/projects/{}/reports/{YEAR}-{of:02}/restatements", built.id);
            let body = json!({"amount_wan": wan(amount), "reason": reason, "approver": "科室"});
            self.commission.post(&path, &body).await.expect(201);
            built.restated.push((of, amount, month));
        }
        let cleared = if month.is_multiple_of(4) { self.opened.pop_first() } else { None };
        if let Some((id, path)) = cleared {
            let lead = json!({"lead_unit_id": self.app.unit_id("甲公司").await, "words": "请办理"});
            self.commission.post(&format!("{path}/assignment"), &lead).await.expect(200);
            for step in ["work", "proposal", "clearance"] {
                let words = json!({"words": "已办结"});
                self.commission.post(&format!("{path}/{step}"), &words).await.expect(200);
            }
            assert!(self.ledger.issues.iter().any(|i| i.id == id));
        }
    }

    /// Publishes a closed month and returns the figures of its bulletin.
    pub async fn publish(&mut self, month: u32) -> Value {
        self.app.clock.pass_hours(1);
        self.log_in().await;
        let path = format!("/reporting-months/{YEAR}-{month:02}/publication");
        let bulletin = self.commission.step(&path).await.expect(201).json;
        self.ledger.published_on.insert(month, self.app.calendar.today());
        self.ledger.knows.insert(month, *self.ledger.due.keys().last().unwrap());
        bulletin["figures"].clone()
    }
}

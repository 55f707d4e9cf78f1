//! Recomputes every figure of a bulletin from the ledger.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};

use super::ledger::{Built, Ledger, Line, Micro, YEAR, last_day, wan};

/// Additive sums.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    count: i128,
    total: Micro,
    planned: Micro,
    through: Micro,
    initial: Micro,
    completed: Micro,
    ever: Micro,
    confirmed: i128,
    missing: i128,
    /// Projects with measurable progress, and those of them without reports.
    due: i128,
    silent: i128,
    to_start: i128,
    start_due: i128,
    started: i128,
    in_month: i128,
    reached: i128,
    overdue: i128,
    moved: i128,
    moved_days: i128,
    /// Counts of green, yellow, red, grey.
    lights: [i128; 4],
}

impl Sum {
    fn add(&mut self, o: &Self) {
        for (mine, other) in [
            (&mut self.count, o.count),
            (&mut self.total, o.total),
            (&mut self.planned, o.planned),
            (&mut self.through, o.through),
            (&mut self.initial, o.initial),
            (&mut self.completed, o.completed),
            (&mut self.ever, o.ever),
            (&mut self.confirmed, o.confirmed),
            (&mut self.missing, o.missing),
            (&mut self.due, o.due),
            (&mut self.silent, o.silent),
            (&mut self.to_start, o.to_start),
            (&mut self.start_due, o.start_due),
            (&mut self.started, o.started),
            (&mut self.in_month, o.in_month),
            (&mut self.reached, o.reached),
            (&mut self.overdue, o.overdue),
            (&mut self.moved, o.moved),
            (&mut self.moved_days, o.moved_days),
        ] {
            *mine += other;
        }
        for (mine, other) in self.lights.iter_mut().zip(o.lights) {
            *mine += other;
        }
    }
}

fn divided(part: i128, whole: i128) -> i128 {
    let (quotient, rest) = (part / whole, part % whole);
    if rest.abs() * 2 >= whole { quotient + part.signum() } else { quotient }
}

fn hundredths(n: i128) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", n.abs() / 100, n.abs() % 100)
}

fn percent(part: i128, whole: i128) -> Value {
    if whole == 0 { Value::Null } else { json!(hundredths(divided(part * 10_000, whole))) }
}

fn rate(part: Micro, whole: Micro) -> Value {
    json!({"numerator_wan": wan(part), "denominator_wan": wan(whole), "percent": percent(part, whole)})
}

fn count_rate(part: i128, whole: i128) -> Value {
    json!({"numerator": part, "denominator": whole, "percent": percent(part, whole)})
}

/// The facts that one bulletin includes.
pub struct Month<'a> {
    ledger: &'a Ledger,
    number: u32,
    knows: u32,
    day: NaiveDate,
}

const NAMES: [&str; 4] = ["green", "yellow", "red", "grey"];

impl<'a> Month<'a> {
    pub fn of(ledger: &'a Ledger, month: u32) -> Self {
        Self { ledger, number: month, knows: ledger.knows[&month], day: last_day(month) }
    }

    fn projects(&self) -> impl Iterator<Item = &'a Built> {
        let knows = self.knows;
        self.ledger.projects.iter().filter(move |p| p.known_from <= knows)
    }

    fn start(&self, p: &Built) -> Option<NaiveDate> {
        p.actual_start.filter(|(tick, _)| *tick <= self.knows).map(|(_, day)| day)
    }

    fn owes(&self, p: &Built, month: u32) -> bool {
        let planned = p.versions.first().is_none_or(|(from, _)| *from <= month);
        planned && self.start(p).is_some_and(|start| start <= last_day(month))
    }

    fn plan(&self, p: &Built) -> ([Micro; 12], [Micro; 12]) {
        let in_force = || p.versions.iter().filter(|(from, _)| *from <= self.number);
        let none = (0, [0; 12]);
        (in_force().next().unwrap_or(&none).1, in_force().next_back().unwrap_or(&none).1)
    }

    fn completed(&self, p: &Built, month: u32) -> Micro {
        let report = p.reports.get(&month).filter(|r| r.confirmed).map_or(0, |r| r.amount);
        let restated =
            p.restated.iter().filter(|(of, _, tick)| *of == month && *tick <= self.knows);
        report + restated.map(|(_, amount, _)| amount).sum::<Micro>()
    }

    fn sum(&self, p: &Built) -> Sum {
        let (initial, current) = self.plan(p);
        let completed = (1..=self.number).map(|m| self.completed(p, m)).sum();
        let confirmed = |m: &u32| p.reports.get(m).is_some_and(|r| r.confirmed);
        let through: Micro = current[..self.number as usize].iter().sum();
        let start = self.start(p);
        let started = start.is_some_and(|s| s <= self.day);
        let to_start = start.is_none_or(|s| s.year() == YEAR);
        let due = started || p.planned_start <= self.day;
        let silent = self.owes(p, self.number) && !confirmed(&self.number);
        let mut sum = Sum {
            count: 1,
            total: p.total,
            planned: current.iter().sum(),
            through,
            initial: initial.iter().sum(),
            completed,
            ever: p.before + completed,
            confirmed: (1..=self.number).filter(confirmed).count() as i128,
            missing: (1..=self.number).filter(|m| !confirmed(m) && self.owes(p, *m)).count()
                as i128,
            due: i128::from(through != 0),
            silent: i128::from(through != 0 && silent),
            to_start: i128::from(to_start),
            start_due: i128::from(to_start && due),
            started: i128::from(to_start && started),
            ..Sum::default()
        };
        for m in &p.milestones {
            assert!(!m.is_start);
            let reached = self.reached(m);
            let in_month = m.baseline.month() == self.number && m.baseline.year() == YEAR;
            sum.in_month += i128::from(in_month);
            sum.reached += i128::from(in_month && reached);
            sum.overdue += i128::from(!reached && m.baseline < self.day);
            if let Some(forecast) = self.forecast(m).filter(|f| !reached && *f != m.baseline) {
                sum.moved += 1;
                sum.moved_days += i128::from((forecast - m.baseline).num_days());
            }
        }
        sum
    }

    fn reached(&self, m: &super::ledger::Promised) -> bool {
        m.actual.is_some_and(|(tick, day)| tick <= self.knows && day <= self.day)
    }

    fn forecast(&self, m: &super::ledger::Promised) -> Option<NaiveDate> {
        m.forecasts.iter().filter(|(tick, _)| *tick <= self.knows).map(|(_, day)| *day).next_back()
    }

    fn thresholds(&self) -> (i128, i128) {
        let rules = self.ledger.rules.iter().filter(|(from, ..)| *from <= self.number);
        rules.map(|(_, green, yellow)| (*green, *yellow)).next_back().unwrap()
    }

    fn deviation(&self, sum: &Sum) -> Option<i128> {
        // (completed ÷ planned - month ÷ 12) in hundredths of a point.
        let part = sum.completed * 12 - sum.planned * i128::from(self.number);
        (sum.planned != 0).then(|| divided(part * 10_000, sum.planned * 12))
    }

    /// 0 green, 1 yellow, 2 red; `None` for grey.
    fn progress(&self, sum: &Sum) -> Option<usize> {
        if sum.due == 0 || sum.due == sum.silent {
            return None;
        }
        let (green, yellow) = self.thresholds();
        let deviation = self.deviation(sum)?;
        Some(if deviation >= green { 0 } else { 1 + usize::from(deviation < yellow) })
    }

    fn computed(&self, p: &Built, sum: &Sum) -> Option<usize> {
        let by = |count: i64, yellow: i64, red: i64| {
            usize::from(count >= yellow) + usize::from(count >= red)
        };
        let started = self.start(p).is_some_and(|s| s <= self.day);
        let late = (self.day.year() - p.planned_start.year()) * 12 + self.day.month() as i32
            - p.planned_start.month() as i32;
        let start = if started { Some(0) } else { (late > 0).then(|| by(late.into(), 1, 3)) };
        let slips = p.milestones.iter().filter_map(|m| {
            if self.reached(m) {
                return Some(0);
            }
            let expected = self.forecast(m).map(|f| f.max(self.day));
            let until = expected.or((self.day > m.baseline).then_some(self.day))?;
            Some((until - m.baseline).num_days().max(0))
        });
        let milestones = slips.max().map(|days| by(days, 31, 91));
        let published = self.ledger.published_on[&self.number];
        let due = |m: &u32| self.owes(p, *m) && self.ledger.due[m] < published;
        let owed: Vec<u32> = (1..=self.number).filter(due).collect();
        let missing =
            owed.iter().filter(|m| !p.reports.get(m).is_some_and(|r| r.confirmed)).count();
        let reporting = (!owed.is_empty()).then(|| by(missing as i64, 1, 2));
        let worst = [self.progress(sum), start, milestones, reporting].into_iter().flatten().max();
        worst.filter(|w| !(*w == 0 && (sum.silent > 0 || sum.planned == 0)))
    }

    fn light(&self, p: &Built, sum: &Sum) -> usize {
        let covers = |(from, until, _): &&(u32, NaiveDate, &str)| {
            *from <= self.number && self.day <= *until && *from <= self.knows
        };
        let word = p.word.as_ref().filter(covers);
        let said = word.map(|(.., light)| NAMES.iter().position(|n| n == light).unwrap());
        said.or(self.computed(p, sum)).unwrap_or(3)
    }

    fn catch_up(&self, sum: &Sum) -> Value {
        if !matches!(self.progress(sum), Some(1 | 2)) {
            return Value::Null;
        }
        let target = if self.number < 12 { self.number + 1 } else { 12 };
        let (green, _) = self.thresholds();
        // planned × (target ÷ 12 + green ÷ 10,000), rounded up to the next 分, then to 0.01 万元.
        let (part, whole) = (sum.planned * (i128::from(target) * 10_000 + green * 12), 120_000);
        let wanted = part.div_euclid(whole) + i128::from(part.rem_euclid(whole) > 0);
        let missing = (wanted - sum.completed).max(0);
        let up = (missing + 9_999) / 10_000 * 10_000;
        json!([wan(up), last_day(target).to_string()])
    }

    /// Sums grouped by `of`, including lights.
    fn by(&self, of: impl Fn(&Built) -> Option<String>) -> BTreeMap<String, Sum> {
        let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
        for p in self.projects() {
            let mut sum = self.sum(p);
            sum.lights[self.light(p, &sum)] += 1;
            if let Some(key) = of(p) {
                sums.entry(key).or_default().add(&sum);
            }
        }
        sums
    }

    fn coverage(sum: &Sum) -> Value {
        json!({"due": sum.confirmed + sum.missing, "confirmed": sum.confirmed, "submitted": 0,
            "missing": sum.missing})
    }

    /// Months of the year; nothing where nothing is planned.
    fn expected(&self, sum: &Sum) -> Value {
        if sum.planned == 0 { Value::Null } else { percent(self.number.into(), 12) }
    }

    fn deviation_points(&self, sum: &Sum) -> Value {
        self.deviation(sum).map_or(Value::Null, |d| json!(hundredths(d)))
    }

    /// Compares every figure of `figures`; `before` are the figures of the previous bulletin.
    pub fn check(&self, figures: &Value, before: Option<&Value>) {
        let at = format!("bulletin of {YEAR}-{:02}", self.number);
        self.promises(&figures["commitments"], &at);
        let areas = self.by(|p| Some(p.area.clone()));
        let industries = self.by(|p| Some(p.industry.clone()));
        let whole = self.by(|_| Some(String::new())).remove("").unwrap();
        for (part, name, sums) in
            [("areas", "area", &areas), ("industries", "industry", &industries)]
        {
            let table = &figures[part];
            let mut rows = named(table, name);
            for (key, sum) in sums {
                let row = rows.remove(key).unwrap_or_else(|| panic!("{at}: {part} lacks {key}"));
                self.investment(&row, sum, &format!("{at}, {key}"));
            }
            assert!(rows.is_empty(), "{at}: {rows:?}");
            self.investment(&table["total"], &whole, &at);
        }
        self.trend(&figures["trend"], &at);
        Self::milestones(&figures["milestones"], &areas, &whole, &at);
        self.lights(figures, &areas, &whole, &at);
        let units = self.by(|p| p.unit.clone());
        for (part, name, sums) in [
            ("area_ranking", "area", &areas),
            ("industry_ranking", "industry", &industries),
            ("unit_ranking", "unit", &units),
        ] {
            let last = before.map(|b| named(&b[part], name));
            self.ranking(&figures[part], name, sums, last.as_ref(), &format!("{at}, {part}"));
        }
        self.lists(figures, &at);
    }

    fn promises(&self, table: &Value, at: &str) {
        let mut by = self.by(|p| Some(p.industry.clone()));
        let kept: Vec<(&Line, Sum)> = self
            .ledger
            .lines
            .iter()
            .map(|line| (line, by.remove(&line.code).unwrap_or_default()))
            .collect();
        let total = |wanted: &dyn Fn(&Line) -> bool| {
            let (mut promised, mut sum) = ((0, 0, 0), Sum::default());
            for (line, part) in kept.iter().filter(|(line, _)| wanted(line)) {
                let (count, total, annual) = line.promised;
                promised = (promised.0 + count, promised.1 + total, promised.2 + annual);
                sum.add(part);
            }
            (promised, sum)
        };
        let lines = table["lines"].as_array().unwrap();
        assert_eq!(lines.len(), kept.len(), "{at}");
        for (shown, (line, sum)) in lines.iter().zip(&kept) {
            assert_eq!(shown["industry"], json!(line.code), "{at}");
            self.promise(shown, line.promised, sum, &format!("{at}, {}", line.code));
        }
        for group in table["groups"].as_array().unwrap() {
            let (promised, sum) = total(&|l| json!(l.group) == group["group"]);
            self.promise(group, promised, &sum, &format!("{at}, {}", group["group"]));
        }
        for parent in table["parents"].as_array().unwrap() {
            let (promised, sum) = total(&|l| json!(l.parent) == parent["industry"]);
            self.promise(parent, promised, &sum, &format!("{at}, {}", parent["industry"]));
        }
        let (promised, sum) = total(&|_| true);
        self.promise(&table["total"], promised, &sum, at);
        let restated: Vec<String> = (1..=self.number)
            .filter(|m| {
                let known = |p: &Built| {
                    p.restated.iter().any(|(of, _, tick)| of == m && *tick <= self.knows)
                };
                self.projects().any(known)
            })
            .map(|m| format!("{YEAR}-{m:02}"))
            .collect();
        assert_eq!(table["restated_months"], json!(restated), "{at}");
    }

    fn promise(&self, shown: &Value, promised: (i128, Micro, Micro), sum: &Sum, at: &str) {
        let expected = json!({
            "promised": {"project_count": promised.0, "total_investment_wan": wan(promised.1),
                "annual_investment_wan": wan(promised.2)},
            "registered": {"project_count": sum.count, "total_investment_wan": wan(sum.total)},
            "planned": {"annual_investment_wan": wan(sum.planned), "through_wan": wan(sum.through)},
            "completed_wan": wan(sum.completed),
            "against_promise": rate(sum.completed, promised.2),
            "against_plan": rate(sum.completed, sum.planned),
            "initial": {"annual_investment_wan": wan(sum.initial),
                "against_plan": rate(sum.completed, sum.initial)},
            "current": {"annual_investment_wan": wan(sum.planned),
                "against_plan": rate(sum.completed, sum.planned)},
            "total_completion": rate(sum.ever, sum.total),
            "expected_percent": self.expected(sum),
            "deviation_points": self.deviation_points(sum),
            "coverage": Self::coverage(sum),
        });
        same(shown, &expected, at);
    }

    fn investment(&self, shown: &Value, sum: &Sum, at: &str) {
        let expected = json!({
            "project_count": sum.count, "total_investment_wan": wan(sum.total),
            "planned": {"annual_investment_wan": wan(sum.planned), "through_wan": wan(sum.through)},
            "completed_wan": wan(sum.completed),
            "against_plan": rate(sum.completed, sum.planned),
            "expected_percent": self.expected(sum),
            "coverage": Self::coverage(sum),
        });
        same(shown, &expected, at);
        let deviation = shown.get("deviation_points").cloned().unwrap_or_default();
        assert_eq!(deviation, self.deviation_points(sum), "{at}");
    }

    fn trend(&self, trend: &Value, at: &str) {
        let (mut planned, mut done) = (0, 0);
        for (month, shown) in (1..=12_u32).zip(trend["months"].as_array().unwrap()) {
            let plan: Micro = self.projects().map(|p| self.plan(p).1[month as usize - 1]).sum();
            let completed: Micro = if month <= self.number {
                self.projects().map(|p| self.completed(p, month)).sum()
            } else {
                0
            };
            planned += plan;
            done += completed;
            let expected = json!({
                "month": format!("{YEAR}-{month:02}"), "planned_wan": wan(plan),
                "completed_wan": wan(completed), "planned_cumulative_wan": wan(planned),
                "completed_cumulative_wan": wan(done),
            });
            assert_eq!(shown, &expected, "{at}");
        }
    }

    fn milestones(table: &Value, areas: &BTreeMap<String, Sum>, whole: &Sum, at: &str) {
        let mut rows = named(table, "area");
        let check = |shown: &Value, sum: &Sum, at: &str| {
            let expected = json!({
                "start_rate_of_year": count_rate(sum.started, sum.to_start),
                "start_rate_of_due": count_rate(sum.started, sum.start_due),
                "due_in_month": sum.in_month, "reached_in_month": sum.reached,
                "overdue": sum.overdue, "moved": sum.moved, "moved_days": sum.moved_days,
            });
            same(shown, &expected, at);
        };
        for (area, sum) in areas {
            check(&rows.remove(area).unwrap(), sum, &format!("{at}, {area}"));
        }
        check(&table["total"], whole, at);
    }

    fn lights(&self, figures: &Value, areas: &BTreeMap<String, Sum>, whole: &Sum, at: &str) {
        let table = &figures["lights"];
        let check = |shown: &Value, sum: &Sum, at: &str| {
            let [green, yellow, red, grey] = sum.lights;
            let counts =
                json!({"green": green, "yellow": yellow, "red": red, "grey": grey, "blue": 0});
            assert_eq!(shown["projects"], counts, "{at}");
            assert_eq!(shown["light"], NAMES[self.progress(sum).unwrap_or(3)], "{at}");
            assert_eq!(shown["progress"]["deviation_points"], self.deviation_points(sum), "{at}");
            let catch_up =
                shown.get("catch_up").map_or(Value::Null, |c| json!([c["amount_wan"], c["by"]]));
            assert_eq!(catch_up, self.catch_up(sum), "{at}");
        };
        let mut rows = named(table, "area");
        for (area, sum) in areas {
            check(&rows.remove(area).unwrap(), sum, &format!("{at}, {area}"));
        }
        check(&table["total"], whole, at);
        let behind: Vec<Value> = self
            .projects()
            .filter_map(|p| {
                let sum = self.sum(p);
                let light = self.light(p, &sum);
                let computed = self.computed(p, &sum).unwrap_or(3);
                let decided = computed < 3;
                let catch_up = if decided { self.catch_up(&sum) } else { Value::Null };
                matches!(light, 1 | 2)
                    .then(|| json!([p.id, NAMES[light], NAMES[computed], catch_up]))
            })
            .collect();
        let shown: Vec<Value> = figures["behind"]
            .as_array()
            .unwrap()
            .iter()
            .map(|b| {
                let c =
                    b.get("catch_up").map_or(Value::Null, |c| json!([c["amount_wan"], c["by"]]));
                json!([b["project_id"], b["light"], b["computed"], c])
            })
            .collect();
        assert_eq!(shown, behind, "{at}");
    }

    fn ranking(
        &self,
        table: &Value,
        name: &str,
        sums: &BTreeMap<String, Sum>,
        last: Option<&BTreeMap<String, Value>>,
        at: &str,
    ) {
        let standing = |sum: &Sum| {
            let completion = divided(sum.completed * 10_000, sum.planned);
            (completion, self.deviation(sum).unwrap())
        };
        let all: Vec<_> = sums.values().filter(|s| s.planned != 0).map(standing).collect();
        let mut rows = named(table, name);
        rows.remove("");
        for (key, sum) in sums {
            let row = rows.remove(key).unwrap_or_else(|| panic!("{at} lacks {key}"));
            let rank = (sum.planned != 0)
                .then(|| 1 + all.iter().filter(|other| **other > standing(sum)).count());
            assert_eq!(row["rank"], json!(rank), "{at}, {key}");
            let before = last.and_then(|l| l.get(key)).map_or(Value::Null, |r| r["rank"].clone());
            assert_eq!(row["last_rank"], before, "{at}, {key}");
            let expected = json!({
                "project_count": sum.count, "completed_wan": wan(sum.completed),
                "start_rate_of_year": count_rate(sum.started, sum.to_start),
                "start_rate_of_due": count_rate(sum.started, sum.start_due),
                "coverage": Self::coverage(sum),
                "light": NAMES[self.progress(sum).unwrap_or(3)],
            });
            same(&row, &expected, &format!("{at}, {key}"));
        }
        assert!(rows.is_empty(), "{at}: {rows:?}");
        let ranks: Vec<i64> = table["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["rank"].as_i64().unwrap_or(i64::MAX))
            .collect();
        assert!(ranks.is_sorted(), "{at}");
    }

    /// Late reports, restatements since the previous bulletin, issues open at the closing.
    fn lists(&self, figures: &Value, at: &str) {
        let (due, published) =
            (self.ledger.due[&self.number], self.ledger.published_on[&self.number]);
        let (mut counts, mut listed) = ([0_i64; 4], Vec::new());
        for p in self.projects().filter(|p| self.owes(p, self.number)) {
            let report = p.reports.get(&self.number);
            let confirmed = report.is_some_and(|r| r.confirmed);
            let late = report.and_then(|r| r.first_submitted).unwrap_or(published) > due;
            counts[0] += 1;
            counts[1] += i64::from(confirmed);
            counts[2] += i64::from(!confirmed);
            counts[3] += i64::from(late);
            if late || !confirmed {
                listed.push(json!(p.id));
            }
        }
        let expected = json!({"due": counts[0], "confirmed": counts[1], "submitted": 0, "returned": 0,
            "missing": counts[2], "late": counts[3]});
        assert_eq!(figures["filings"], expected, "{at}");
        let ids = |part: &str, field: &str| -> Vec<Value> {
            figures[part].as_array().unwrap().iter().map(|row| row[field].clone()).collect()
        };
        assert_eq!(ids("late_reports", "project_id"), listed, "{at}");
        let since = self.ledger.knows.range(..self.number).next_back().map_or(0, |(_, k)| *k);
        let news = |tick: u32| tick > since && tick <= self.knows;
        let restated: Vec<Value> = self
            .ledger
            .projects
            .iter()
            .flat_map(|p| p.restated.iter().filter(|r| news(r.2)).map(|r| json!(wan(r.1))))
            .collect();
        assert_eq!(ids("restatements", "amount_wan"), restated, "{at}");
        let open = self.ledger.issues.iter().filter(|i| i.open_at.contains(&self.number));
        assert_eq!(ids("issues", "id"), open.map(|i| json!(i.id)).collect::<Vec<_>>(), "{at}");
    }
}

fn named(table: &Value, name: &str) -> BTreeMap<String, Value> {
    let rows = table["rows"].as_array().unwrap().iter();
    rows.map(|row| (row[name].as_str().unwrap_or_default().to_owned(), row.clone())).collect()
}

/// Checks every expected field.
fn same(shown: &Value, expected: &Value, at: &str) {
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&shown[field], value, "{at}: {field}");
    }
}

//! Reporting months of the portfolio: opens them, then closes and publishes all but the last two.

use chrono::{Days, NaiveDate};

use crate::domain::clock::Timestamp;
use crate::domain::id::ProjectId;
use crate::domain::month::{Month, Year};
use crate::domain::reporting_month::{MonthState, ReportingMonth};
use crate::store::events;
use crate::store::events::{Author, Event};
use crate::store::{Conn, Result, StoreError, plans, reporting_months};
use crate::usecases::ask::{Now, Stamp};
use crate::usecases::bulletins::publish::{self, Publisher};

/// Months that ended before `today`, earliest first.
fn over(year: Year, today: NaiveDate) -> Vec<Month> {
    year.months().filter(|m| m.last_day() < today).collect()
}

/// Opens the months that are over. The plan was published in mid-year, so the early months share
/// one later filing period; the latest month is open for filing.
pub(super) fn open(conn: &mut Conn, year: Year, today: NaiveDate, now: Timestamp) -> Result<()> {
    let plan = plans::find(conn, year)?.ok_or_else(|| StoreError::broken("there is no plan"))?;
    let months = over(year, today);
    for month in &months {
        if reporting_months::find(conn, *month)?.is_some() {
            continue;
        }
        let opens_on = month.next().first_day().max(plan.issued_on).min(today);
        let due_on = if months.last() == Some(month) {
            today + Days::new(9)
        } else {
            let usual =
                (month.next().first_day() + Days::new(4)).max(plan.issued_on + Days::new(9));
            usual.min(today - Days::new(1)).max(opens_on)
        };
        reporting_months::insert(conn, &ReportingMonth::opening(*month, opens_on, due_on))?;
        record(conn, now, "reporting_month.opened", *month)?;
    }
    Ok(())
}

/// Submission date of a project's report: on time for 39 projects of 40.
pub(super) fn submitted_on(due_on: NaiveDate, project: ProjectId, today: NaiveDate) -> NaiveDate {
    let day = match project.0 % 40 {
        0 => due_on + Days::new(1),
        n => due_on - Days::new(n.unsigned_abs() % 3),
    };
    day.min(today)
}

/// Closes and publishes the months that are over, except the last two: the last but one is left
/// open so that a user of the demonstration can close it.
pub(super) fn publish(conn: &mut Conn, year: Year, today: NaiveDate, now: Timestamp) -> Result<()> {
    let months = over(year, today);
    for month in months.iter().take(months.len().saturating_sub(2)) {
        let open = reporting_months::get(conn, *month)?;
        if open.state != MonthState::Open {
            continue;
        }
        let Ok(closed) = open.close(today, 0, now, None) else {
            continue;
        };
        reporting_months::save(conn, &closed)?;
        record(conn, now, "reporting_month.closed", *month)?;
        let stamp = Stamp { author: author(), now: Now { instant: now, today } };
        let publisher = Publisher { username: "demo".to_owned(), stamp };
        publish::decide_by(conn, *month, publisher)
            .and_then(|change| publish::save(conn, change))
            .map_err(StoreError::broken)?;
    }
    Ok(())
}

fn author() -> Author {
    Author::system("demo")
}

fn record(conn: &mut Conn, now: Timestamp, kind: &'static str, month: Month) -> Result<()> {
    let id = reporting_months::get(conn, month)?.id;
    let event = Event::of(kind, "reporting_month", id.0, Vec::new());
    events::record(conn, &author(), now, &event)
}

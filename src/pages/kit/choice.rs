//! Year, month and basis: chosen once, kept in the address of every page.

use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::figures::asked::{AsOf, Include, PeriodQuery, reported_through};
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::figures::summary::Period;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::http::app::App;
use crate::http::problem::Problem;

/// The part of a page's address every page understands; see [`Choice`].
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChoiceQuery {
    /// The year.
    #[param(nullable = false)]
    pub year: Option<Year>,
    /// Through this month.
    #[param(nullable = false)]
    pub through: Option<Month>,
    /// The version of the year plans.
    #[param(nullable = false)]
    pub basis: Option<Basis>,
    /// What was done on the page before.
    #[param(nullable = false)]
    pub said: Option<String>,
}

/// What a page looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The year.
    pub year: Year,
    /// January to this month of it.
    pub through: Month,
    /// The version of the year plans.
    pub basis: Basis,
}

impl Choice {
    /// Read from an address. What is not there, or no longer fits the year, is what one would
    /// usually ask.
    pub fn read(query: &str, today: NaiveDate) -> Self {
        let year = Self::year_of(query, today);
        let through = Self::month_of(query, year);
        let through = through.unwrap_or_else(|| Period::usual_through(year, today));
        Self { year, through, basis: value(query, "basis").unwrap_or(Basis::Current) }
    }

    /// The year an address asks for, or this one.
    fn year_of(query: &str, today: NaiveDate) -> Year {
        value(query, "year").unwrap_or_else(|| Year::of(today))
    }

    /// The month an address asks for, in `year` whichever year it names.
    fn month_of(query: &str, year: Year) -> Option<Month> {
        value::<Month>(query, "through").and_then(|month| Month::new(year, month.number()))
    }

    /// The same, where the month one would usually ask is the last one that was reported.
    ///
    /// # Errors
    /// The database's.
    pub async fn find(app: &App, query: &str, today: NaiveDate) -> Result<Self, Problem> {
        let mut choice = Self::read(query, today);
        if Self::month_of(query, choice.year).is_none() {
            let year = choice.year;
            let look = app.db.read(move |conn| reported_through(conn, year, today));
            choice.through = look.await.map_err(Problem::from)?;
        }
        Ok(choice)
    }

    /// How it is kept in an address.
    pub fn kept(&self) -> String {
        format!("year={}&through={}&basis={}", self.year, self.through, self.basis)
    }

    /// As the API asks for it.
    pub fn asked(&self) -> PeriodQuery {
        PeriodQuery {
            year: self.year,
            through: Some(self.through),
            basis: self.basis,
            expected: ExpectedMode::Calendar,
            include: Include::Confirmed,
            as_of: AsOf::Live,
        }
    }

    /// The years one may choose: around today and the one chosen, the latest first.
    pub fn years(&self, today: NaiveDate) -> Vec<Year> {
        let (first, last) = (self.year.get().min(today.year() - 3), today.year() + 1);
        (first..=last.max(self.year.get())).rev().filter_map(Year::new).collect()
    }
}

fn value<T: FromStr>(query: &str, name: &str) -> Option<T> {
    let found = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
    found.and_then(|(_, text)| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> String {
        Choice::read(query, NaiveDate::from_ymd_opt(2021, 7, 1).unwrap()).kept()
    }

    #[test]
    fn what_is_not_chosen_is_what_one_would_ask() {
        assert_eq!(read(""), "year=2021&through=2021-06&basis=current");
        assert_eq!(read("year=2020"), "year=2020&through=2020-12&basis=current");
        assert_eq!(
            read("through=2021-03&basis=initial"),
            "year=2021&through=2021-03&basis=initial"
        );
    }

    #[test]
    fn another_year_keeps_the_month() {
        let kept = read("year=2022&through=2021-03");

        assert_eq!(kept, "year=2022&through=2022-03&basis=current");
        assert_eq!(read(&kept), kept);
    }

    #[test]
    fn nonsense_in_an_address_is_passed_over() {
        assert_eq!(read("year=x&through=13&basis=?"), read(""));
    }
}

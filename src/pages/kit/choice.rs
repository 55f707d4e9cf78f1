//! Year, month and basis chosen at the head of every page; kept in the page address.

use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::figures::period::Period;
use crate::domain::figures::progress::ExpectedMode;
use crate::domain::month::{Month, Year};
use crate::domain::plan::year_plan::Basis;
use crate::http::app::App;
use crate::http::problem::Problem;
use crate::usecases::figures::query::{AsOf, Include, PeriodQuery};
use crate::usecases::figures::request::open_year;

/// Query parameters that every page accepts; see [`Choice`].
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes parameters that are read for every page")]
pub(crate) struct ChoiceQuery {
    /// Year of the plan.
    #[param(nullable = false)]
    pub year: Option<Year>,
    /// Last month of the figures.
    #[param(nullable = false)]
    pub through: Option<Month>,
    /// Version of the year plans to compare with.
    #[param(nullable = false)]
    pub basis: Option<Basis>,
    /// Code of the notice from the previous page.
    #[param(nullable = false)]
    pub said: Option<String>,
    /// Code of a warning about the texts of the form that led here.
    #[param(nullable = false)]
    pub warned: Option<String>,
}

/// Year, month and basis of the figures on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Year of the plan.
    pub year: Year,
    /// Figures are from January to this month.
    pub through: Month,
    /// Version of the year plans to compare with.
    pub basis: Basis,
    /// True if the projects of the year are synthetic (demonstration data).
    pub synthetic: bool,
}

impl Choice {
    /// Reads the parameters of an address. Missing or inconsistent ones get their defaults.
    pub(crate) fn read(query: &str, today: NaiveDate) -> Self {
        let year = Self::year_of(query, today);
        let through = Self::month_of(query, year);
        let through = through.unwrap_or_else(|| Period::usual_through(year, today));
        let basis = value(query, "basis").unwrap_or(Basis::Current);
        Self { year, through, basis, synthetic: false }
    }

    /// The year parameter, else the current year.
    fn year_of(query: &str, today: NaiveDate) -> Year {
        value(query, "year").unwrap_or_else(|| Year::of(today))
    }

    /// The month parameter, moved into `year`.
    fn month_of(query: &str, year: Year) -> Option<Month> {
        value::<Month>(query, "through").and_then(|month| Month::new(year, month.number()))
    }

    /// The same, but the default month is the latest one with reports.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn find(app: &App, query: &str, today: NaiveDate) -> Result<Self, Problem> {
        let mut choice = Self::read(query, today);
        let year = choice.year;
        let year = app.ask_anonymously(move |asked| open_year(asked, year)).await?;
        if Self::month_of(query, choice.year).is_none() {
            choice.through = year.reported_through;
        }
        choice.synthetic = year.synthetic;
        Ok(choice)
    }

    /// As query parameters.
    pub(crate) fn to_query(self) -> String {
        format!("year={}&through={}&basis={}", self.year, self.through, self.basis)
    }

    /// As parameters of API operations.
    pub(crate) fn period_query(&self) -> PeriodQuery {
        PeriodQuery {
            year: self.year,
            through: Some(self.through),
            basis: self.basis,
            expected: ExpectedMode::Calendar,
            include: Include::Confirmed,
            as_of: AsOf::Live,
        }
    }

    /// Years to choose from: those around today and the chosen one, latest first.
    pub(crate) fn years(&self, today: NaiveDate) -> Vec<Year> {
        let first = self.year.get().min(today.year() - 3);
        let last = today.year() + 1;
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
        Choice::read(query, NaiveDate::from_ymd_opt(2021, 7, 1).unwrap()).to_query()
    }

    #[test]
    fn missing_parameters_get_defaults() {
        assert_eq!(read(""), "year=2021&through=2021-06&basis=current");
        assert_eq!(read("year=2020"), "year=2020&through=2020-12&basis=current");
        assert_eq!(
            read("through=2021-03&basis=initial"),
            "year=2021&through=2021-03&basis=initial"
        );
    }

    #[test]
    fn another_year_keeps_the_month() {
        let address = read("year=2022&through=2021-03");

        assert_eq!(address, "year=2022&through=2022-03&basis=current");
        assert_eq!(read(&address), address);
    }

    #[test]
    fn invalid_parameters_are_ignored() {
        assert_eq!(read("year=x&through=13&basis=?"), read(""));
    }
}

//! Calendar months and years.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::error::FieldError;
use crate::domain::words::Words;

/// Calendar month, written `2021-05`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: NaiveDate,
}

/// Error for a text that is not a month between 1990-01 and 2100-12.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a month such as \"2021-05\", between 1990-01 and 2100-12")]
pub struct MonthError(pub String);

impl Month {
    /// Regular expression of a month, as in the OpenAPI document.
    pub const PATTERN: &str = r"^(199[0-9]|20[0-9][0-9]|2100)-(0[1-9]|1[0-2])$";

    /// Month `number` (1 to 12) of `year`.
    pub fn new(year: Year, number: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year.get(), number, 1).map(|first| Self { first })
    }

    /// Month that contains `day`.
    pub fn of(day: NaiveDate) -> Self {
        Self { first: day.with_day(1).unwrap_or(day) }
    }

    /// First day of the month.
    pub fn first_day(self) -> NaiveDate {
        self.first
    }

    /// Last day of the month.
    pub fn last_day(self) -> NaiveDate {
        (self.first + Months::new(1)) - Days::new(1)
    }

    /// Following month.
    #[must_use]
    pub fn next(self) -> Self {
        Self { first: self.first + Months::new(1) }
    }

    /// Preceding month.
    #[must_use]
    pub fn previous(self) -> Self {
        Self { first: self.first - Months::new(1) }
    }

    /// Number of months from this month to `other`; negative if `other` is earlier.
    pub fn months_until(self, other: Self) -> i64 {
        let years = i64::from(other.first.year()) - i64::from(self.first.year());
        years * 12 + i64::from(other.first.month()) - i64::from(self.first.month())
    }

    /// Year of the month.
    pub fn year(self) -> Year {
        Year(self.first.year())
    }

    /// Month number, 1 to 12.
    pub fn number(self) -> u32 {
        self.first.month()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Self, MonthError> {
        let refuse = || MonthError(text.to_owned());
        let (year, number) = text.split_once('-').ok_or_else(refuse)?;
        if year.len() != 4 || number.len() != 2 || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refuse());
        }
        let year = year.parse().ok().and_then(Year::new).ok_or_else(refuse)?;
        number.parse().ok().and_then(|n| Self::new(year, n)).ok_or_else(refuse)
    }
}

impl From<MonthError> for FieldError {
    fn from(error: MonthError) -> Self {
        let words =
            Words::new("月份应写作 2021-05，在 1990-01 至 2100-12 之间。", format!("{error}."));
        Self::new("", "wrong-form", words)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl PartialSchema for Month {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(Self::PATTERN))
            .description(Some("Calendar month, `YYYY-MM`, from 1990-01 to 2100-12."))
            .examples(["2021-05"])
            .into()
    }
}

impl ToSchema for Month {
    fn name() -> Cow<'static, str> {
        "Month".into()
    }
}

/// Calendar year, 1990 to 2100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Year(i32);

impl Year {
    /// Earliest supported year.
    pub const FIRST: i32 = 1990;
    /// Latest supported year.
    pub const LAST: i32 = 2100;

    /// Year `year`; `None` if it is outside 1990 to 2100.
    pub fn new(year: i32) -> Option<Self> {
        (Self::FIRST..=Self::LAST).contains(&year).then_some(Self(year))
    }

    /// Year that contains `day`.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.year())
    }

    /// Year as a number.
    pub fn get(self) -> i32 {
        self.0
    }

    /// January to December of this year.
    pub fn months(self) -> impl Iterator<Item = Month> {
        (1..=12).filter_map(move |number| Month::new(self, number))
    }

    /// January of this year.
    pub fn january(self) -> Month {
        Month { first: NaiveDate::from_ymd_opt(self.0, 1, 1).unwrap_or_default() }
    }

    /// December of this year.
    pub fn december(self) -> Month {
        Month { first: NaiveDate::from_ymd_opt(self.0, 12, 1).unwrap_or_default() }
    }
}

impl FromStr for Year {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let year = text.parse().ok().and_then(Self::new);
        year.ok_or_else(|| format!("{text:?} is not a year between 1990 and 2100"))
    }
}

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Year {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Path parameters arrive as text, which serde parses into an `i32` too.
        let number = i32::deserialize(deserializer)?;
        Self::new(number).ok_or_else(|| D::Error::custom("a year between 1990 and 2100"))
    }
}

impl PartialSchema for Year {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(Self::FIRST))
            .maximum(Some(Self::LAST))
            .description(Some("Calendar year, 1990 to 2100."))
            .examples([2021])
            .into()
    }
}

impl ToSchema for Year {
    fn name() -> Cow<'static, str> {
        "Year".into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_knows_its_days_and_neighbours() {
        let february = month("2020-02");

        assert_eq!(february.last_day().to_string(), "2020-02-29");
        assert_eq!(february.next(), month("2020-03"));
        assert_eq!(month("2021-01").previous(), month("2020-12"));
        assert_eq!((february.year().get(), february.number()), (2020, 2));
    }

    #[test]
    fn what_is_no_month_is_refused() {
        for bad in [
            "2021-13",
            "2021-00",
            "2021-5",
            "21-05",
            "2021/05",
            "2021-05-01",
            "1989-12",
            "2101-01",
            "",
            "+202-01",
            "2021-+1",
        ] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn months_print_as_they_read_and_sort_like_text(a in 0_u32..1300, b in 0_u32..1300) {
            let nth = |n: u32| Month::new(Year::new(1990 + i32::try_from(n / 12).unwrap()).unwrap(), n % 12 + 1).unwrap();
            let (a, b) = (nth(a), nth(b));
            prop_assert_eq!(a.to_string().parse::<Month>().unwrap(), a);
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }
}

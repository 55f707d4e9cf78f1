//! Amounts of money: stored as an integer number of 分, read and written in 万元 or 亿元.

use std::borrow::Cow;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::error::FieldError;
use crate::domain::words::Words;

/// An amount of money in 分 (CNY 0.01). 1 万元 is 10^6 分, 1 亿元 is 10^10 分.
///
/// In the API and in files it is a decimal string in 万元. A string avoids the usual mistake of
/// confusing 元, 万元 and 亿元, and loses no digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(i64);

/// Reason why a text is not a valid amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a decimal number with at most six decimals.
    #[error("{0:?} is not an amount in 万元 such as \"119500.00\", with at most 6 decimals")]
    Form(String),
    /// Ten or more digits before the decimal point.
    #[error("{0:?} is too large: an amount is below 1,000,000,000 万元")]
    TooLarge(String),
}

impl Fen {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// Regular expression of an amount in 万元, shared by the OpenAPI document and the parser.
    pub const PATTERN: &str = r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$";
    const PER_WAN: i64 = 1_000_000;
    const PER_YI: i64 = 10_000_000_000;

    /// Amount of `fen` 分.
    pub const fn new(fen: i64) -> Self {
        Self(fen)
    }

    /// Number of 分.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Parses an amount in 万元.
    ///
    /// # Errors
    /// [`MoneyError`] if the text is not a decimal number with at most six decimals, or 10^9 or
    /// more.
    pub fn parse_wan(text: &str) -> Result<Self, MoneyError> {
        Self::parse(text, Self::PER_WAN)
    }

    /// Parses an amount in 亿元, the unit of plan documents.
    ///
    /// # Errors
    /// [`MoneyError`], as for 万元.
    pub fn parse_yi(text: &str) -> Result<Self, MoneyError> {
        Self::parse(text, Self::PER_YI)
    }

    fn parse(text: &str, fen_per_unit: i64) -> Result<Self, MoneyError> {
        let form = || MoneyError::Form(text.to_owned());
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let only_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !only_digits(whole) || !only_digits(part) || part.len() > 6 {
            return Err(form());
        }
        if whole.len() > 9 {
            return Err(MoneyError::TooLarge(text.to_owned()));
        }
        let amount = Decimal::from_str(text).map_err(|_| form())?;
        let fen = (amount * Decimal::from(fen_per_unit)).normalize();
        if fen.scale() > 0 {
            return Err(form());
        }
        i64::try_from(fen.mantissa()).map(Self).map_err(|_| MoneyError::TooLarge(text.to_owned()))
    }

    /// Exact amount in 万元, with two to six decimals.
    pub fn to_wan(self) -> String {
        let mut amount = Decimal::from_i128_with_scale(i128::from(self.0), 6).normalize();
        if amount.scale() < 2 {
            amount.rescale(2);
        }
        amount.to_string()
    }

    /// Amount in 万元 with thousands separators, for display: `3,240.00`.
    pub fn to_wan_grouped(self) -> String {
        let text = self.to_wan();
        let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |d| ("-", d));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "00"));
        let length = whole.len();
        let mut grouped = String::with_capacity(text.len() + length / 3);
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (length - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{sign}{grouped}.{part}")
    }

    /// Amount in 亿元 rounded to two decimals, half away from zero, for display: `363.81`.
    pub fn to_yi_rounded(self) -> String {
        let amount = Decimal::from_i128_with_scale(i128::from(self.0), 10);
        let mut rounded =
            amount.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        rounded.rescale(2);
        rounded.to_string()
    }

    /// Rounds down to a multiple of 0.01 万元.
    #[must_use]
    pub fn down_to_hundredth_wan(self) -> Self {
        Self(self.0 - self.0.rem_euclid(Self::PER_WAN / 100))
    }

    /// Rounds up to a multiple of 0.01 万元.
    #[must_use]
    pub fn up_to_hundredth_wan(self) -> Self {
        const HUNDREDTH: i64 = Fen::PER_WAN / 100;
        let over = self.0.rem_euclid(HUNDREDTH);
        if over == 0 { self } else { Self(self.0 - over + HUNDREDTH) }
    }

    /// True if below zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// True if zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

// Overflow aborts the request, because a wrapped sum would be a wrong figure. Each amount is below
// 10^15 分, so it takes more than nine thousand of the largest amounts to overflow.
impl Add for Fen {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.strict_add(other.0))
    }
}

impl AddAssign for Fen {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Fen {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.strict_sub(other.0))
    }
}

impl Neg for Fen {
    type Output = Self;

    fn neg(self) -> Self {
        Self(self.0.strict_neg())
    }
}

impl Sum for Fen {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::add)
    }
}

impl Serialize for Fen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_wan())
    }
}

impl<'de> Deserialize<'de> for Fen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Wan;
        impl Visitor<'_> for Wan {
            type Value = Fen;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(
                    "an amount in 万元 as a string such as \"119500.00\"; a number may lose digits",
                )
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Fen, E> {
                Fen::parse_wan(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Wan)
    }
}

impl PartialSchema for Fen {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(Self::PATTERN))
            .description(Some("Amount in 万元, as a decimal string with up to six decimals."))
            .examples(["119500.00"])
            .into()
    }
}

impl ToSchema for Fen {
    fn name() -> Cow<'static, str> {
        "AmountWan".into()
    }
}

impl From<MoneyError> for FieldError {
    fn from(error: MoneyError) -> Self {
        let (code, zh) = match &error {
            MoneyError::Form(_) => {
                ("wrong-form", "金额应为以万元为单位的数字，最多 6 位小数，例如 \"119500.00\"。")
            }
            MoneyError::TooLarge(_) => {
                ("too-large", "金额过大：应小于 1,000,000,000 万元；请核对单位是否为万元。")
            }
        };
        Self::new("", code, Words::new(zh, format!("{error}.")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn yi_is_rounded_once_half_away_from_zero() {
        let yi = |wan: &str| Fen::parse_wan(wan).unwrap().to_yi_rounded();

        assert_eq!(
            [yi("3638100"), yi("50"), yi("-50"), yi("49.999999")],
            ["363.81", "0.01", "-0.01", "0.00"]
        );
    }

    #[test]
    fn an_amount_goes_up_to_the_next_hundredth_of_a_wan() {
        let up = |wan: &str| Fen::parse_wan(wan).unwrap().up_to_hundredth_wan().to_wan();

        assert_eq!([up("2575.333334"), up("2575.33"), up("0")], ["2575.34", "2575.33", "0.00"]);
    }

    #[test]
    fn amounts_for_people_have_their_thousands_apart() {
        let grouped = |wan: &str| Fen::parse_wan(wan).unwrap().to_wan_grouped();

        assert_eq!(grouped("3240"), "3,240.00");
        assert_eq!(grouped("-1234567.125"), "-1,234,567.125");
        assert_eq!([grouped("0"), grouped("999.5")], ["0.00", "999.50"]);
    }

    #[test]
    fn wan_and_yi_are_read_to_the_fen() {
        for (wan, fen) in [
            ("0", 0),
            ("1", 1_000_000),
            ("119500.00", 119_500_000_000),
            ("-3.25", -3_250_000),
            ("0.000001", 1),
            ("999999999.999999", 999_999_999_999_999),
        ] {
            assert_eq!(Fen::parse_wan(wan), Ok(Fen::new(fen)), "{wan}");
        }
        assert_eq!(Fen::parse_yi("32.78"), Ok(Fen::new(327_800_000_000)));
        assert_eq!(Fen::parse_yi("143"), Ok(Fen::new(1_430_000_000_000)));
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            "-",
            ".5",
            "1.",
            "1e3",
            "1,000",
            " 1",
            "1 ",
            "+1",
            "0.0000001",
            "NaN",
            "一",
            "1.2.3",
            "--1",
        ] {
            assert_eq!(Fen::parse_wan(bad), Err(MoneyError::Form(bad.to_owned())), "{bad:?}");
        }
        assert_eq!(
            Fen::parse_wan("1000000000"),
            Err(MoneyError::TooLarge("1000000000".to_owned()))
        );
    }

    #[test]
    fn at_least_two_decimals_are_printed() {
        for (fen, wan) in [
            (0, "0.00"),
            (119_500_000_000, "119500.00"),
            (1, "0.000001"),
            (-3_250_000, "-3.25"),
            (1_230_000, "1.23"),
            (1_234_000, "1.234"),
        ] {
            assert_eq!(Fen::new(fen).to_wan(), wan);
        }
    }

    #[test]
    fn a_json_number_is_no_amount() {
        let refused = serde_json::from_str::<Fen>("119500.00").unwrap_err().to_string();
        assert!(refused.contains("a number may lose digits"), "{refused}");
        assert_eq!(serde_json::from_str::<Fen>("\"119500.00\"").unwrap().get(), 119_500_000_000);
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(fen in -999_999_999_999_999_i64..=999_999_999_999_999) {
            let printed = Fen::new(fen).to_wan();
            prop_assert_eq!(Fen::parse_wan(&printed), Ok(Fen::new(fen)));
            prop_assert!(printed.split_once('.').is_some_and(|(_, d)| (2..=6).contains(&d.len())));
        }

        #[test]
        fn no_text_breaks_the_reader(text in ".{0,24}") {
            let _ = Fen::parse_wan(&text);
        }
    }
}

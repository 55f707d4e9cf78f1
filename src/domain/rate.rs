//! Rates that keep numerator and denominator, and exact fractions that are rounded once.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZero;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::money::Fen;

/// Number with two decimals, written `32.14`: a percentage or percentage points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hundredths(i64);

impl Hundredths {
    /// Regular expression of such a number, as in the OpenAPI document.
    pub(crate) const PATTERN: &str = r"^-?[0-9]{1,15}\.[0-9]{2}$";

    /// `n` hundredths.
    pub(crate) const fn new(n: i64) -> Self {
        Self(n)
    }

    /// Value in hundredths.
    pub(crate) const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Hundredths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", size / 100, size % 100)
    }
}

impl FromStr for Hundredths {
    type Err = String;

    /// Parses a number with at most two decimals.
    fn from_str(text: &str) -> Result<Self, String> {
        let refuse =
            || format!("{text:?} is not a number with at most two decimals, such as \"42.50\"");
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let only_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !only_digits(whole) || !only_digits(part) || whole.len() > 9 || part.len() > 2 {
            return Err(refuse());
        }
        let hundredths: i64 = format!("{whole}{part:0<2}").parse().map_err(|_| refuse())?;
        Ok(Self(sign * hundredths))
    }
}

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hundredths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl PartialSchema for Hundredths {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(Self::PATTERN))
            .description(Some("Number with two decimals, as a string."))
            .examples(["32.14"])
            .into()
    }
}

impl ToSchema for Hundredths {
    fn name() -> Cow<'static, str> {
        "Hundredths".into()
    }
}

/// Exact fraction with a positive denominator.
///
/// No overflow: sums of money stay below 10^19, and the denominators over which fractions are added
/// stay below 10^5, so the sums fit into `i128`. A sum of money is used as a denominator only in
/// the last division.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ratio {
    numerator: i128,
    denominator: i128,
}

impl Ratio {
    /// `numerator` ÷ `denominator`; `None` unless the denominator is positive.
    pub(crate) fn new(numerator: i128, denominator: i128) -> Option<Self> {
        (denominator > 0).then_some(Self { numerator, denominator })
    }

    /// `numerator` ÷ `denominator`.
    pub(crate) fn of(numerator: i128, denominator: NonZero<u32>) -> Self {
        Self { numerator, denominator: denominator.get().into() }
    }

    /// Exact sum.
    #[must_use]
    pub(crate) fn plus(self, other: Self) -> Self {
        let left = self.numerator.strict_mul(other.denominator);
        let right = other.numerator.strict_mul(self.denominator);
        Self {
            numerator: left.strict_add(right),
            denominator: self.denominator.strict_mul(other.denominator),
        }
    }

    /// Exact difference.
    #[must_use]
    pub(crate) fn minus(self, other: Self) -> Self {
        self.plus(Self { numerator: -other.numerator, ..other })
    }

    /// This amount in 分 as a fraction of `whole`; `None` unless `whole` is positive.
    pub(crate) fn part_of(self, whole: Fen) -> Option<Self> {
        Self::new(self.numerator, self.denominator.strict_mul(whole.get().into()))
    }

    /// True if below zero.
    #[cfg(test)]
    pub(crate) fn is_negative(self) -> bool {
        self.numerator < 0
    }

    /// This amount in 分, rounded up.
    pub(crate) fn rounded_up(self) -> Fen {
        let down = self.numerator.div_euclid(self.denominator);
        let rest = self.numerator.rem_euclid(self.denominator);
        Fen::new(i64::try_from(down + i128::from(rest > 0)).unwrap_or(i64::MAX))
    }

    /// Percentage, rounded once, half away from zero.
    pub(crate) fn percent(self) -> Hundredths {
        let scaled = self.numerator.strict_mul(10_000);
        let doubled = scaled.strict_mul(2).strict_add(self.denominator * scaled.signum());
        let rounded = doubled / self.denominator.strict_mul(2);
        Hundredths(i64::try_from(rounded).unwrap_or(i64::MAX))
    }
}

/// Ratio of two amounts that keeps numerator and denominator, because both are always displayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Numerator.
    pub numerator: Fen,
    /// Denominator.
    pub denominator: Fen,
}

impl Rate {
    /// `numerator` ÷ `denominator`.
    pub(crate) fn new(numerator: Fen, denominator: Fen) -> Self {
        Self { numerator, denominator }
    }

    /// Exact fraction; `None` if the denominator is zero, so that 0 % is never reported.
    pub(crate) fn ratio(self) -> Option<Ratio> {
        Ratio::new(i128::from(self.numerator.get()), i128::from(self.denominator.get()))
    }

    /// Percentage, rounded once; `None` if the denominator is zero.
    pub(crate) fn percent(self) -> Option<Hundredths> {
        self.ratio().map(Ratio::percent)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn percent(part: i128, whole: i128) -> String {
        Ratio::new(part, whole).unwrap().percent().to_string()
    }

    #[test]
    fn figures_other_places_published_come_out() {
        assert_eq!(percent(6_290, 6_474), "97.16");
        assert_eq!(percent(2_101, 9_850), "21.33");
        assert_eq!(percent(7, 15), "46.67");
        assert_eq!(percent(206, 255), "80.78");
        assert_eq!(percent(206, 223), "92.38");
    }

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!(percent(1, 20_000), "0.01");
        assert_eq!(percent(-1, 20_000), "-0.01");
        assert_eq!(percent(1, 20_001), "0.00");
        assert_eq!(percent(-9_523, 100_000), "-9.52");
    }

    #[test]
    fn a_rate_of_nothing_is_none() {
        assert_eq!(Rate::new(Fen::new(5), Fen::ZERO).percent(), None);
    }

    #[test]
    fn a_deviation_is_rounded_once() {
        // 32.14351… % less 41.66666… % is -9.52315… points; the rounded figures differ by -9.53.
        let done =
            Rate::new(Fen::parse_wan("38411.50").unwrap(), Fen::parse_wan("119500").unwrap());
        let expected = Ratio::new(5, 12).unwrap();

        assert_eq!(done.percent().unwrap().to_string(), "32.14");
        assert_eq!(expected.percent().to_string(), "41.67");
        assert_eq!(done.ratio().unwrap().minus(expected).percent().to_string(), "-9.52");
    }

    proptest! {
        #[test]
        fn rounding_is_within_half_a_hundredth(part in -10_i64.pow(15)..10_i64.pow(15), whole in 1_i64..10_i64.pow(15)) {
            let rounded = i128::from(Ratio::new(part.into(), whole.into()).unwrap().percent().get());
            let error = (rounded * i128::from(whole) - i128::from(part) * 10_000).abs() * 2;
            prop_assert!(error <= i128::from(whole));
        }

        #[test]
        fn hundredths_print_as_they_read(n in -10_i64.pow(10)..10_i64.pow(10)) {
            prop_assert_eq!(Hundredths::new(n).to_string().parse::<Hundredths>().unwrap().get(), n);
        }
    }
}

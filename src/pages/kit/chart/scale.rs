//! Linear scale of a chart axis.

use crate::domain::money::Fen;
use crate::domain::words::Language;

/// Unit of axis labels: 亿元 for large amounts, else 万元.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// 10^10 分
    Yi,
    /// 10^6 分
    Wan,
}

impl Unit {
    /// The unit that gives `largest` a short number.
    pub(crate) fn of(largest: Fen) -> Self {
        if largest.get() >= Self::Yi.fen() { Self::Yi } else { Self::Wan }
    }

    const fn fen(self) -> i64 {
        match self {
            Self::Yi => 10_000_000_000,
            Self::Wan => 1_000_000,
        }
    }

    /// Name of the unit.
    pub(crate) fn name(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Yi, Language::Chinese) => "亿元",
            (Self::Wan, Language::Chinese) => "万元",
            (Self::Yi, Language::English) => "100 million yuan",
            (Self::Wan, Language::English) => "10,000 yuan",
        }
    }
}

/// A scale from zero to a round number at or above the largest value.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    top: i64,
    step: i64,
    length: i64,
    /// Unit of the labels.
    pub unit: Unit,
}

impl Scale {
    /// A scale for values up to `largest` on `length` SVG units, with four to eight steps.
    pub(crate) fn new(largest: Fen, length: i64) -> Self {
        let unit = Unit::of(largest);
        let largest = largest.get().max(1);
        // Step sizes 1, 2, 5, 10, 20 … hundredths of the unit: labels need at most two decimals.
        let sizes = (0..16_u32).flat_map(|zeros| [1, 2, 5].map(|digit| (digit, zeros)));
        let step = sizes
            .filter_map(|(digit, zeros)| {
                i64::checked_pow(10, zeros)?.checked_mul(digit)?.checked_mul(unit.fen() / 100)
            })
            .find(|step| largest / step < 7)
            .unwrap_or(i64::MAX / 8);
        let top = (largest + step - 1) / step * step;
        Self { top, step, length, unit }
    }

    /// Distance of `value` from zero, in SVG units.
    pub(crate) fn at(&self, value: Fen) -> i64 {
        let far = i128::from(value.get().max(0)) * i128::from(self.length) / i128::from(self.top);
        i64::try_from(far).unwrap_or(self.length).min(self.length)
    }

    /// Values and labels of the grid lines.
    pub(crate) fn lines(&self) -> Vec<(Fen, String)> {
        let values = (0..=self.top / self.step).map(|n| n * self.step);
        values.map(|value| (Fen::new(value), self.label(value))).collect()
    }

    fn label(&self, value: i64) -> String {
        let hundredths = value / (self.unit.fen() / 100);
        let whole = hundredths / 100;
        let part = hundredths % 100;
        match (part, self.step / (self.unit.fen() / 100)) {
            (_, step) if step % 100 == 0 => whole.to_string(),
            (part, step) if step % 10 == 0 => format!("{whole}.{}", part / 10),
            (part, _) => format!("{whole}.{part:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(largest_wan: &str) -> Vec<String> {
        let scale = Scale::new(Fen::parse_wan(largest_wan).unwrap(), 100);
        scale.lines().into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn lines_stand_at_round_numbers() {
        assert_eq!(labels("3638100"), ["0", "100", "200", "300", "400"]);
        assert_eq!(labels("9"), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels("12000"), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0", "1.2"]);
        assert_eq!(labels("0").first().map(String::as_str), Some("0.00"));
    }

    proptest! {
        #[test]
        fn no_value_leaves_the_drawing(largest in 0_i64..1_000_000_000_000_000, value in -10_i64..1_000_000_000_000_000) {
            let scale = Scale::new(Fen::new(largest), 260);
            let at = scale.at(Fen::new(value));
            prop_assert!((0..=260).contains(&at));
            prop_assert!(scale.lines().len() <= 9);
            prop_assert!(scale.lines().last().unwrap().0.get() >= largest);
        }
    }
}

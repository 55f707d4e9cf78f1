//! What a number format makes of a number: the cell is what the spreadsheet shows.

use crate::api::imports::amount_unit::AmountUnit;

/// What a cell's format shows of its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct NumberFormat {
    /// The number is shown times one hundred, with a per cent sign.
    pub is_percent: bool,
    /// How many decimals are shown; `None` where the format does not say.
    pub decimals: Option<u8>,
    /// Leading zeros are shown up to so many digits.
    pub least_digits: u8,
    /// Unit written after the number.
    pub unit: Option<AmountUnit>,
    /// Something else than the number is shown: a thousandth of it, or nothing.
    pub is_other: bool,
    /// A date is shown without its day.
    pub is_month: bool,
}

/// Formats of dates without a day among those that have a number and no code.
const MONTHS: [u32; 6] = [17, 27, 36, 50, 52, 57];

impl NumberFormat {
    /// The format with this code, and number if it is built in.
    pub(crate) fn of(code: &str, id: Option<u32>) -> Self {
        let mut format = Reading::default().read(code);
        format.is_month |= id.is_some_and(|id| MONTHS.contains(&id));
        format
    }
}

/// State while a code is read.
#[derive(Default)]
struct Reading {
    format: NumberFormat,
    literal: String,
    whole: u8,
    decimals: Option<u8>,
    /// Optional digits or groups of digits.
    has_other_digits: bool,
    comma: bool,
    is_scientific: bool,
    date: String,
}

impl Reading {
    /// Reads the first section: that of positive numbers.
    fn read(mut self, code: &str) -> NumberFormat {
        let mut chars = code.chars();
        while let Some(c) = chars.next() {
            match c {
                ';' => break,
                '"' => self.literal.extend(chars.by_ref().take_while(|c| *c != '"')),
                '\\' | '!' => self.literal.extend(chars.next()),
                '_' | '*' => drop(chars.next()),
                '[' => self.bracket(&chars.by_ref().take_while(|c| *c != ']').collect::<String>()),
                c => self.token(c),
            }
        }
        let is_plain = code.to_ascii_lowercase().starts_with("general") || code.contains('@');
        self.done(is_plain || code.trim().is_empty())
    }

    /// A colour, currency or condition. A condition shows different numbers differently.
    fn bracket(&mut self, inside: &str) {
        self.format.is_other |= inside.starts_with(['<', '>', '=']);
    }

    fn token(&mut self, c: char) {
        match c {
            '0' | '#' | '?' => {
                self.has_other_digits |= self.comma;
                self.comma = false;
                match &mut self.decimals {
                    Some(decimals) => *decimals = decimals.saturating_add(1),
                    None if c == '0' => self.whole = self.whole.saturating_add(1),
                    None => self.has_other_digits = true,
                }
            }
            ',' => self.comma = self.has_digits(),
            '.' => {
                self.format.is_other |= self.comma;
                self.comma = false;
                self.decimals = self.decimals.or(Some(0));
            }
            '%' => self.format.is_percent = true,
            'E' | 'e' | '/' if self.has_digits() => self.is_scientific = true,
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => {
                self.date.push(c.to_ascii_lowercase());
            }
            c if c.is_alphanumeric() => self.literal.push(c),
            _ => {}
        }
    }

    fn has_digits(&self) -> bool {
        self.whole > 0 || self.has_other_digits || self.decimals.is_some()
    }

    /// `is_general` formats show the number as it is.
    fn done(self, is_general: bool) -> NumberFormat {
        let mut format = self.format;
        let is_date = self.date.contains(['y', 'm', 'd', 'h', 's']);
        format.is_other |= self.comma && self.has_digits();
        format.is_other |= !self.has_digits() && !is_general && !is_date;
        format.unit = AmountUnit::called(self.literal.trim());
        if self.has_digits() && !self.is_scientific {
            format.decimals = Some(self.decimals.unwrap_or(0));
            let is_padded = self.whole > 1 && !self.has_other_digits;
            format.least_digits = if is_padded { self.whole } else { 0 };
        }
        format.is_month = self.date.contains('m')
            && self.date.contains('y')
            && !self.date.contains(['d', 'h', 's']);
        format
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str) -> NumberFormat {
        NumberFormat::of(code, None)
    }

    #[test]
    fn formats_say_what_they_show() {
        assert_eq!(of("General"), NumberFormat::default());
        assert_eq!(of("@"), NumberFormat::default());
        for (code, decimals) in [
            ("0", 0),
            ("0.00", 2),
            ("#,##0.00####", 6),
            ("_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", 2),
            ("\"¥\"#,##0.0_);[Red](\"¥\"#,##0.0)", 1),
            ("[$¥-804]#,##0.00", 2),
        ] {
            let format = of(code);
            assert_eq!((format.decimals, format.is_other), (Some(decimals), false), "{code}");
            assert_eq!((format.is_percent, format.unit), (false, None), "{code}");
        }
        assert_eq!((of("0.0%").is_percent, of("0.0%").decimals), (true, Some(1)));
        assert!(!of("0\"%\"").is_percent);
        assert_eq!(of("000000").least_digits, 6);
        assert_eq!(of("0.00\"亿元\"").unit, Some(AmountUnit::Yi));
        assert_eq!(of("#,##0万元").unit, Some(AmountUnit::Wan));
        assert_eq!(of("0.00E+00").decimals, None);
    }

    #[test]
    fn a_format_that_shows_another_number_is_told() {
        for code in ["0,", "#,##0.00,", "0!.0,\"万\"", "[>9]0.00,,\"亿\";0", ";;;", "\"略\""] {
            assert!(of(code).is_other, "{code}");
        }
        for code in ["0", "#,##0", "yyyy-mm-dd", "0.00;;", "@"] {
            assert!(!of(code).is_other, "{code}");
        }
    }

    #[test]
    fn dates_without_a_day_are_told() {
        for code in ["yyyy\"年\"m\"月\"", "mmm-yy", "yyyy/mm", "[$-804]yyyy\"年\"m\"月\";@"] {
            assert!(of(code).is_month, "{code}");
        }
        for code in ["yyyy-mm-dd", "m/d/yy", "m\"月\"d\"日\"", "h:mm", "yyyy-mm-dd hh:mm"] {
            assert!(!of(code).is_month, "{code}");
        }
        assert!(NumberFormat::of("General", Some(57)).is_month);
    }
}

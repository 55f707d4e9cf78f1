//! Amounts as people write them: with separators, with a unit, in parentheses when negative.

use rust_decimal::Decimal;

use crate::api::imports::amount_unit::AmountUnit;
use crate::domain::error::FieldError;
use crate::domain::money::Fen;
use crate::domain::words::Words;

/// Reads an amount of a column with this unit. A unit in the cell is what it says.
///
/// # Errors
/// What is wrong: not a number, two meanings, no meaning, or finer than a 分.
pub(crate) fn amount(text: &str, unit: AmountUnit) -> Result<Fen, FieldError> {
    let bare = text.trim();
    let (bare, currency) = without_currency(bare);
    let (bare, is_negative) = without_parentheses(bare);
    let end = number_end(bare);
    let (digits, suffix) = bare.split_at_checked(end).unwrap_or((bare, ""));
    let suffix: String = suffix.chars().filter(|c| !c.is_whitespace()).collect();
    if vague(bare, &suffix) {
        return Err(approximate(text));
    }
    let number = decimal(digits.trim()).ok_or_else(|| not_an_amount(text))?;
    let number = if is_negative { -number } else { number };
    match (suffix.as_str(), currency) {
        // `¥` says 元 and the column says 万元.
        ("", true) if unit != AmountUnit::Yuan => Err(two_units(text, unit)),
        ("", _) => exact(number, unit, text),
        // No unit of a column, but said of amounts.
        ("千万" | "千万元", _) => {
            let millions = number.checked_mul(Decimal::TEN).ok_or_else(|| too_large(text))?;
            exact(millions, AmountUnit::MillionYuan, text)
        }
        (said, _) => match AmountUnit::called(said) {
            Some(unit) => exact(number, unit, text),
            None => Err(not_an_amount(text)),
        },
    }
}

/// The amount of a number in this unit, if it is a whole number of 分.
///
/// # Errors
/// `not-exact` or `too-large`, quoting `text`.
pub(crate) fn exact(number: Decimal, unit: AmountUnit, text: &str) -> Result<Fen, FieldError> {
    let fen = number.checked_mul(Decimal::from(unit.fen())).map(|fen| fen.normalize());
    let fen = fen.ok_or_else(|| too_large(text))?;
    if fen.scale() > 0 {
        return Err(not_exact(text));
    }
    let within = |fen: &i64| fen.unsigned_abs() < 1_000_000_000_000_000;
    let fen = i64::try_from(fen.mantissa()).ok().filter(within);
    fen.map(Fen::new).ok_or_else(|| too_large(text))
}

fn without_currency(text: &str) -> (&str, bool) {
    for sign in ["¥", "RMB", "CNY", "人民币"] {
        if let Some(rest) = text.strip_prefix(sign) {
            return (rest.trim_start(), true);
        }
    }
    (text, false)
}

/// Accounts write a negative amount in parentheses.
fn without_parentheses(text: &str) -> (&str, bool) {
    match text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        Some(inside) if !inside.starts_with(['-', '+']) => (inside.trim(), true),
        Some(_) | None => (text, false),
    }
}

/// Where the number at the beginning of a text ends.
fn number_end(text: &str) -> usize {
    let mut end = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let next = text.get(at + 1..).unwrap_or_default().chars().next();
        let goes_on = match c {
            '0'..='9' | '.' | ',' | '\'' | ' ' => true,
            '+' | '-' => at == 0 || matches!(before, 'e' | 'E'),
            'e' | 'E' => {
                before.is_ascii_digit()
                    && next.is_some_and(|n| n.is_ascii_digit() || "+-".contains(n))
            }
            _ => false,
        };
        if !goes_on {
            break;
        }
        end = at + c.len_utf8();
        before = c;
    }
    end
}

/// True for amounts that are said to be about so much.
fn vague(text: &str, suffix: &str) -> bool {
    text.starts_with(['约', '近', '≈', '~', '≥', '≤', '>', '<', '超', '不'])
        || text.starts_with("大约")
        || ["左右", "以上", "以下", "余", "多", "上下", "起"].iter().any(|w| suffix.ends_with(w))
        || ["余万", "多万", "余亿", "多亿"].iter().any(|w| suffix.starts_with(w))
        || (text.starts_with(|c: char| c.is_ascii_digit()) && is_range(suffix))
}

fn is_range(suffix: &str) -> bool {
    suffix.strip_prefix(['~', '-', '至', '到']).is_some_and(|rest| !rest.contains('-'))
}

/// A number without its thousands separators, which must be at the right places.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (is_negative, digits) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa).trim_start()),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = ungrouped(whole)?;
    let is_number = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !is_number(part) || whole.len() + part.len() == 0 || whole.len() > 18 || part.len() > 18 {
        return None;
    }
    let sign = if is_negative { "-" } else { "" };
    let zero = if whole.is_empty() { "0" } else { "" };
    let part = if part.is_empty() { "0" } else { part };
    let plain = format!("{sign}{zero}{whole}.{part}");
    match exponent {
        None => Decimal::from_str_exact(&plain).ok(),
        Some(exponent) => {
            let exponent: i32 = exponent.parse().ok()?;
            Decimal::from_scientific(&format!("{plain}e{exponent}")).ok()
        }
    }
}

/// The digits of a whole number, whose groups of three may be separated.
fn ungrouped(whole: &str) -> Option<String> {
    let separator = whole.chars().find(|c| !c.is_ascii_digit());
    let Some(separator) = separator else {
        return Some(whole.to_owned());
    };
    if ![',', ' ', '\''].contains(&separator) {
        return None;
    }
    let mut groups = whole.split(separator);
    let first = groups.next().unwrap_or_default();
    let is_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let well = (1..=3).contains(&first.len()) && is_digits(first);
    let well = well && groups.all(|group| group.len() == 3 && is_digits(group));
    well.then(|| whole.replace(separator, ""))
}

fn quoted(text: &str) -> String {
    text.chars().take(40).collect()
}

fn not_an_amount(text: &str) -> FieldError {
    let text = quoted(text);
    let words = Words::new(
        format!("“{text}”不是金额；请只填数字，例如 119500.00。"),
        format!("{text:?} is not an amount. Give the number alone, such as 119500.00."),
    );
    FieldError::new("", "wrong-form", words)
}

fn approximate(text: &str) -> FieldError {
    let text = quoted(text);
    let words = Words::new(
        format!("“{text}”是约数或区间；请填写一个确定的数。"),
        format!("{text:?} is approximate or a range. Give one number."),
    );
    FieldError::new("", "not-exact", words)
}

fn two_units(text: &str, unit: AmountUnit) -> FieldError {
    let (text, unit) = (quoted(text), unit.zh());
    let words = Words::new(
        format!("“{text}”的单位不明：¥ 表示元，本列单位为{unit}；请去掉 ¥，或写明单位。"),
        format!(
            "The unit of {text:?} is unclear: ¥ means 元, and the column is in {unit}. Remove the ¥, or write the unit."
        ),
    );
    FieldError::new("", "ambiguous-unit", words)
}

fn not_exact(text: &str) -> FieldError {
    let text = quoted(text);
    let words = Words::new(
        format!("“{text}”精确到分以下，无法保存；请四舍五入，以万元为单位至多 6 位小数。"),
        format!(
            "{text:?} is finer than a 分 and cannot be stored. Round it to at most 6 decimals in 万元."
        ),
    );
    FieldError::new("", "not-exact", words)
}

fn too_large(text: &str) -> FieldError {
    let text = quoted(text);
    let words = Words::new(
        format!("金额“{text}”过大：应小于 1,000,000,000 万元；请核对单位。"),
        format!(
            "The amount {text:?} is too large: it must be below 1,000,000,000 万元. Check the unit."
        ),
    );
    FieldError::new("", "too-large", words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wan(text: &str) -> Result<String, &'static str> {
        amount(text, AmountUnit::Wan).map(Fen::to_wan).map_err(|e| e.code)
    }

    #[test]
    fn amounts_with_one_meaning_are_taken() {
        for (text, expected) in [
            ("5,000.00", "5000.00"),
            ("5 000", "5000.00"),
            ("1 234 567.5", "1234567.50"),
            ("5000万元", "5000.00"),
            ("5000 万", "5000.00"),
            ("5千万", "5000.00"),
            ("0.5亿", "5000.00"),
            ("1.2345亿元", "12345.00"),
            ("5000元", "0.50"),
            ("¥5000元", "0.50"),
            ("人民币5000万元", "5000.00"),
            ("+5000", "5000.00"),
            ("5000.", "5000.00"),
            (".5", "0.50"),
            ("-1.5", "-1.50"),
            ("(1,234.50)", "-1234.50"),
            ("9.65E3", "9650.00"),
            ("1E+04", "10000.00"),
            ("7.7e-05", "0.000077"),
            ("2.5E+3万元", "2500.00"),
            ("0", "0.00"),
        ] {
            assert_eq!(wan(text).as_deref(), Ok(expected), "{text}");
        }
        let yi = |text| amount(text, AmountUnit::Yi).map(Fen::to_wan).map_err(|e| e.code);
        assert_eq!(yi("8.5").as_deref(), Ok("85000.00"));
        assert_eq!(yi("300万元").as_deref(), Ok("300.00"));
        assert_eq!(amount("¥12.34", AmountUnit::Yuan).map(Fen::to_wan).as_deref(), Ok("0.001234"));
    }

    #[test]
    fn amounts_with_two_meanings_or_none_are_named() {
        for (text, code) in [
            ("1,23,456", "wrong-form"),
            ("123,456,7", "wrong-form"),
            ("1 23", "wrong-form"),
            ("1,234 567", "wrong-form"),
            ("5.000,00", "wrong-form"),
            ("待定", "wrong-form"),
            ("一百万元", "wrong-form"),
            ("5000美元", "wrong-form"),
            ("5000平方米", "wrong-form"),
            ("2021-08-01", "wrong-form"),
            ("42%", "wrong-form"),
            ("", "wrong-form"),
            ("--5", "wrong-form"),
            ("1e", "wrong-form"),
            ("≈5000", "not-exact"),
            ("约5000", "not-exact"),
            ("5000左右", "not-exact"),
            ("5000余万元", "not-exact"),
            ("5000~6000", "not-exact"),
            ("¥5000", "ambiguous-unit"),
            ("5000.1234567", "not-exact"),
            ("0.001元", "not-exact"),
            ("1000000000", "too-large"),
            ("100000亿", "too-large"),
            ("1e20", "too-large"),
            ("7e28", "too-large"),
            ("7e28千万", "too-large"),
        ] {
            assert_eq!(wan(text), Err(code), "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_amount_reads_back_from_every_spelling(fen in -99_999_999_999_999_i64..=99_999_999_999_999) {
            let amount_is = |text: &str| amount(text, AmountUnit::Wan).map_err(|e| e.code);
            let it = Fen::new(fen);
            prop_assert_eq!(amount_is(&it.to_wan()), Ok(it));
            prop_assert_eq!(amount_is(&it.to_wan_grouped()), Ok(it));
            prop_assert_eq!(amount_is(&format!("{}万元", it.to_wan())), Ok(it));
            let yuan = Decimal::new(fen, 2).to_string();
            prop_assert_eq!(amount(&yuan, AmountUnit::Yuan).map_err(|e| e.code), Ok(it));
        }

        #[test]
        fn no_text_breaks_the_reader(text in ".{0,20}") {
            let _ = amount(&text, AmountUnit::Wan);
        }
    }
}

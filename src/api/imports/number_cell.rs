//! Numbers in cells of a workbook: what the spreadsheet program shows, to its fifteen digits.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use crate::api::imports::amount::exact;
use crate::api::imports::amount_unit::AmountUnit;
use crate::api::imports::column::Form;
use crate::api::imports::number_format::NumberFormat;
use crate::domain::error::FieldError;
use crate::domain::money::Fen;
use crate::domain::rate::Hundredths;
use crate::domain::words::Words;

/// A number with the format it is shown in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShownNumber {
    /// The number as it is stored.
    pub number: f64,
    /// How it is shown.
    pub format: NumberFormat,
}

impl ShownNumber {
    /// The number to fifteen digits, times one hundred if it is shown so.
    fn decimal(self) -> Option<Decimal> {
        let number = fifteen_digits(self.number)?;
        let factor = if self.format.is_percent { Decimal::ONE_HUNDRED } else { Decimal::ONE };
        number.checked_mul(factor).map(|number| number.normalize())
    }

    /// The number as it is shown, rounded, if the format says to how many decimals.
    fn rounded(self) -> Option<Decimal> {
        let decimals = u32::from(self.format.decimals?);
        let half_up = RoundingStrategy::MidpointAwayFromZero;
        Some(self.decimal()?.round_dp_with_strategy(decimals, half_up))
    }

    /// What `take` makes of the number itself, or else of the number that is shown.
    fn taken<T>(self, take: impl Fn(Decimal) -> Option<T>) -> Result<T, FieldError> {
        let taken = self.decimal().and_then(&take).or_else(|| self.rounded().and_then(&take));
        taken.ok_or_else(|| self.not_exact())
    }

    /// A whole number, never a rounded one.
    fn whole(self) -> Result<i64, FieldError> {
        self.decimal().and_then(whole).ok_or_else(not_whole)
    }

    fn not_exact(self) -> FieldError {
        let text = self.number.to_string();
        let words = Words::new(
            format!("数值 {text} 无法精确保存；请按所需的小数位数四舍五入。"),
            format!("The number {text} cannot be stored exactly. Round it to the decimals needed."),
        );
        FieldError::new("", "not-exact", words)
    }

    /// The amount in the unit that is shown with it, or else in the unit of the column.
    fn amount(self, unit: AmountUnit) -> Result<Fen, FieldError> {
        let unit = self.format.unit.unwrap_or(unit);
        let text = self.number.to_string();
        let number = self.decimal().ok_or_else(|| self.not_exact())?;
        let rounded = || exact(self.rounded()?, unit, &text).ok();
        exact(number, unit, &text).or_else(|error| rounded().ok_or(error))
    }

    /// Text of the number, with the leading zeros and the sign that the format shows.
    ///
    /// # Errors
    /// `not-exact` if it has more digits than are kept.
    pub(crate) fn text(self) -> Result<String, FieldError> {
        let kept = |number: Decimal| (number.scale() <= 9).then_some(number);
        let number = self.taken(kept)?;
        if number.abs() >= Decimal::from(1_000_000_000_000_000_i64) {
            return Err(self.not_exact());
        }
        let text = number.normalize().to_string();
        let digits = usize::from(self.format.least_digits);
        let text = if number.scale() == 0 { format!("{text:0>digits$}") } else { text };
        let sign = if self.format.is_percent { "%" } else { "" };
        let unit = self.format.unit.map_or("", AmountUnit::zh);
        Ok(format!("{text}{sign}{unit}"))
    }
}

/// Converts a number in a cell of a column of numbers; `None` for other columns, which read the
/// text that is shown.
///
/// # Errors
/// The reason the cell cannot be read, with an empty pointer.
pub(crate) fn value(
    form: Form,
    unit: AmountUnit,
    shown: ShownNumber,
) -> Result<Option<Value>, FieldError> {
    let format = shown.format;
    let is_share = matches!(form, Form::Percent);
    let is_number =
        matches!(form, Form::Amount | Form::Percent | Form::Degrees | Form::Whole | Form::Ids);
    if !is_number {
        return Ok(None);
    }
    if format.is_other {
        return Err(other_shown());
    }
    if format.is_percent && !is_share {
        return Err(percent_shown(shown));
    }
    Ok(Some(if matches!(form, Form::Amount) {
        json!(shown.amount(unit)?)
    } else if is_share {
        json!(shown.taken(hundredths)?)
    } else if matches!(form, Form::Degrees) {
        json!(shown.taken(degrees)?)
    } else if matches!(form, Form::Ids) {
        json!([shown.whole()?])
    } else {
        json!(shown.whole()?)
    }))
}

/// The number to fifteen significant digits, as spreadsheet programs show and compare numbers.
fn fifteen_digits(number: f64) -> Option<Decimal> {
    let text = format!("{number:.14e}");
    let (mantissa, exponent) = text.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    if exponent < -20 {
        // Finer than anything stored, and not zero.
        return Some(Decimal::new(if number < 0.0 { -1 } else { 1 }, 28));
    }
    let mantissa: Decimal = mantissa.parse().ok()?;
    Decimal::from_scientific(&format!("{}e{exponent}", mantissa.normalize())).ok()
}

/// A number with at most two decimals.
pub(crate) fn hundredths(number: Decimal) -> Option<Hundredths> {
    let number = number.checked_mul(Decimal::ONE_HUNDRED)?.normalize();
    let number = i64::try_from(number.mantissa()).ok().filter(|_| number.scale() == 0)?;
    (number.unsigned_abs() < 100_000_000_000).then(|| Hundredths::new(number))
}

/// A whole number.
pub(crate) fn whole(number: Decimal) -> Option<i64> {
    let number = number.normalize();
    i64::try_from(number.mantissa()).ok().filter(|_| number.scale() == 0)
}

fn degrees(number: Decimal) -> Option<String> {
    let mut number = number.normalize();
    (number.scale() <= 6).then(|| {
        number.rescale(6);
        number.to_string()
    })
}

/// The error of a cell that must hold a whole number.
pub(crate) fn not_whole() -> FieldError {
    FieldError::new("", "wrong-type", Words::new("应为整数。", "Must be a whole number."))
}

fn other_shown() -> FieldError {
    let words = Words::new(
        "单元格的数字格式显示的不是所存的数（例如按千或按万缩小显示）；请改为“常规”格式并核对数值。",
        "The number format of the cell shows another number than is stored, such as a thousandth of it. Set the format to General and check the number.",
    );
    FieldError::new("", "other-number-shown", words)
}

fn percent_shown(shown: ShownNumber) -> FieldError {
    let text = shown.text().unwrap_or_else(|_| shown.number.to_string());
    let words = Words::new(
        format!("单元格显示为 {text}，是百分数；这一列不应填百分数。"),
        format!("The cell shows {text}, a percentage. This column does not take percentages."),
    );
    FieldError::new("", "wrong-form", words)
}

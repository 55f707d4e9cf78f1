//! Converts cells into JSON values of the API.

use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::api::imports::column::{Column, Form, Pair};
use crate::api::imports::content::{CellContent, CellError};
use crate::domain::error::FieldError;
use crate::domain::money::Fen;
use crate::domain::month::{Month, MonthError, Year};
use crate::domain::rate::Hundredths;
use crate::domain::words::Words;
use crate::http::plain_text::TextFlaw;
use crate::usecases::imports::lists::Lists;

/// Converts a cell of `column`.
///
/// # Errors
/// The reason the cell cannot be read, with an empty pointer, which the caller sets.
pub fn value(column: &Column, content: &CellContent, lists: &Lists) -> Result<Value, FieldError> {
    let text = match (column.form, content) {
        (Form::Month, CellContent::Day(day)) => Month::of(*day).to_string(),
        (_, CellContent::Day(day)) => day.to_string(),
        (_, CellContent::Flag(flag)) => flag.to_string(),
        (form, CellContent::Number(number)) => digits(*number, form)?,
        (_, CellContent::Text(text)) => text.trim().replace("\r\n", "\n"),
        (_, CellContent::Rejected(wrong)) => return Err(refused(*wrong)),
    };
    match column.form {
        Form::Text => Ok(Value::String(text)),
        Form::Amount => {
            Fen::parse_wan(&ungrouped(&text)).map(|fen| json!(fen)).map_err(FieldError::from)
        }
        Form::Percent => {
            let digits = text.strip_suffix('%').unwrap_or(&text);
            Hundredths::from_str(digits).map(|p| json!(p)).map_err(|_| not_percent())
        }
        Form::Degrees => degrees(&text),
        Form::Day => day(&text).map(|day| json!(day)).ok_or_else(not_a_day),
        Form::Month => month(&text).map(|month| json!(month)).map_err(FieldError::from),
        Form::Whole => whole(&text).map(Value::from).ok_or_else(not_whole),
        Form::Flag => match text.to_lowercase().as_str() {
            "true" | "是" | "1" => Ok(Value::Bool(true)),
            "false" | "否" | "0" => Ok(Value::Bool(false)),
            _ => Err(not_a_flag()),
        },
        Form::Ids => ids(&text),
        Form::Choice(list) => {
            let pairs = list();
            choice(&text, &pairs).map(Value::from).ok_or_else(|| not_one_of(&pairs))
        }
        Form::Suggested(list) => {
            let known = choice(&text, &list()).map(str::to_owned);
            Ok(Value::String(known.unwrap_or(text)))
        }
        Form::Industry => Ok(Value::String(lists.industry(&text))),
        Form::Area => Ok(Value::String(lists.area(&text))),
    }
}

fn refused(wrong: CellError) -> FieldError {
    let (code, zh, en) = match wrong {
        CellError::Formula => (
            "formula-error",
            "公式有误（如 #REF!），请改正后再导入。",
            "The formula has an error (such as #REF!). Correct it.",
        ),
        CellError::Time => (
            "wrong-form",
            "不应含有时刻，请只填日期。",
            "A time of day is not allowed; give only the date.",
        ),
        CellError::Long => ("too-long", "内容过长。", "Too long."),
        CellError::Nul => return TextFlaw::Nul.at(String::new()),
    };
    FieldError::new("", code, Words::new(zh, en))
}

/// Shortest decimal text that reads back as the same number.
fn digits(number: f64, form: Form) -> Result<String, FieldError> {
    let text = number.to_string();
    let figures = text.bytes().filter(u8::is_ascii_digit).count();
    let decimals = text.split_once('.').map_or(0, |(_, d)| d.len());
    let most = match form {
        Form::Amount | Form::Degrees => 6,
        Form::Percent => 2,
        Form::Text | Form::Industry | Form::Area | Form::Choice(_) | Form::Suggested(_) => 9,
        Form::Whole | Form::Ids | Form::Day | Form::Month | Form::Flag => 0,
    };
    if number.is_finite() && figures <= 15 && decimals <= most {
        return Ok(text);
    }
    let words = Words::new(
        format!("数值 {text} 无法精确保存；请把该单元格设为文本格式，填写至多 {most} 位小数。"),
        format!(
            "The number {text} cannot be stored exactly. Format the cell as text and give at most {most} decimals."
        ),
    );
    Err(FieldError::new("", "not-exact", words))
}

/// Removes thousands separators (`32,780.00`) if they are at the right places.
fn ungrouped(text: &str) -> String {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.split('.').next().unwrap_or(digits);
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let well = (1..=3).contains(&first.len()) && groups.all(|g| g.len() == 3);
    if well && whole.contains(',') { text.replace(',', "") } else { text.to_owned() }
}

fn degrees(text: &str) -> Result<Value, FieldError> {
    let exact = Decimal::from_str(text).ok().map(|d| d.normalize()).filter(|d| d.scale() <= 6);
    match exact {
        Some(mut degrees) => {
            degrees.rescale(6);
            Ok(Value::String(degrees.to_string()))
        }
        None => Err(wrong_form(
            "应为至多 6 位小数的度数，如 118.674700。",
            "Must be degrees with at most six decimals, such as 118.674700.",
        )),
    }
}

/// Parses a day in the forms that people and spreadsheet programs write.
fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim_end_matches('日').replace(['年', '月', '/', '.'], "-");
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<u32>().ok());
    let year = parts.next()??;
    let month = parts.next()??;
    let day = parts.next()??;
    let year = i32::try_from(year).ok().filter(|y| (1900..=2200).contains(y))?;
    NaiveDate::from_ymd_opt(year, month, day)
}

/// Parses a month in the forms that people and spreadsheet programs write, such as `Jun-21` for
/// `2021-06`.
fn month(text: &str) -> Result<Month, MonthError> {
    if let Ok(month) = text.parse() {
        return Ok(month);
    }
    if let Some(day) = day(text).filter(|d| d.day() == 1) {
        return Ok(Month::of(day));
    }
    let spelt = NaiveDate::parse_from_str(&format!("01-{text}"), "%d-%b-%y").ok();
    let plain = text.trim_end_matches('月').replace(['年', '/', '.'], "-");
    let numbered = plain.split_once('-').and_then(|(year, number)| {
        Month::new(Year::new(year.parse().ok()?)?, number.parse().ok()?)
    });
    numbered.or(spelt.map(Month::of)).ok_or_else(|| MonthError(text.to_owned()))
}

fn whole(text: &str) -> Option<i64> {
    let digits = text.strip_suffix(".0").or(text.strip_suffix(".00")).unwrap_or(text);
    digits.parse().ok()
}

fn ids(text: &str) -> Result<Value, FieldError> {
    let parts = text.split([';', '；', ',', '，', '、']).map(str::trim).filter(|p| !p.is_empty());
    let ids: Option<Vec<i64>> = parts.map(whole).collect();
    ids.map(|ids| json!(ids)).ok_or_else(|| {
        wrong_form(
            "应为以分号分隔的编号，如 3; 5。",
            "Must be ids separated by semicolons, such as 3; 5.",
        )
    })
}

/// Code for `text`, which may be the code or its Chinese name.
pub fn choice<'a>(text: &str, pairs: &[(&'a str, &'a str)]) -> Option<&'a str> {
    let by_code = pairs.iter().find(|(code, _)| code.eq_ignore_ascii_case(text));
    by_code.or_else(|| pairs.iter().find(|(_, zh)| *zh == text)).map(|(code, _)| *code)
}

fn not_one_of(pairs: &[Pair]) -> FieldError {
    let zh: Vec<String> = pairs.iter().map(|(code, zh)| format!("{code}（{zh}）")).collect();
    let en: Vec<&str> = pairs.iter().map(|(code, _)| *code).collect();
    let words = Words::new(
        format!("只能是其中之一：{}。", zh.join("、")),
        format!("Must be one of {}.", en.join(", ")),
    );
    FieldError::new("", "not-one-of", words)
}

fn wrong_form(zh: &str, en: &str) -> FieldError {
    FieldError::new("", "wrong-form", Words::new(zh, en))
}

fn not_percent() -> FieldError {
    wrong_form(
        "应为至多两位小数的百分数，如 42.50。",
        "Must be a percentage with at most two decimals, such as 42.50.",
    )
}

fn not_a_day() -> FieldError {
    wrong_form("应为日期，如 2021-06-30。", "Must be a date, such as 2021-06-30.")
}

fn not_whole() -> FieldError {
    FieldError::new("", "wrong-type", Words::new("应为整数。", "Must be a whole number."))
}

fn not_a_flag() -> FieldError {
    FieldError::new("", "wrong-type", Words::new("应为 true 或 false。", "Must be true or false."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::api::imports::column::{Blank, Part, column};
    use crate::domain::labels::FieldLabel;

    const X: FieldLabel = FieldLabel { field: "x", heading: "x", zh: "x", en: "x" };

    fn read(form: Form, content: &CellContent) -> Result<Value, &'static str> {
        let column = column(X, form, (Part::Write, Blank::Kept), ["", ""], "");
        value(&column, content, &Lists::default()).map_err(|e| e.code)
    }

    fn text(form: Form, text: &str) -> Result<Value, &'static str> {
        read(form, &CellContent::Text(text.into()))
    }

    #[test]
    fn amounts_are_taken_exactly_or_not_at_all() {
        for (number, wan) in
            [(32_780.0, "32780.00"), (0.1, "0.10"), (1_234.567_891, "1234.567891"), (-1.5, "-1.50")]
        {
            assert_eq!(read(Form::Amount, &CellContent::Number(number)), Ok(json!(wan)));
        }
        for number in [0.300_000_000_000_000_04, 1e-7, f64::NAN, f64::INFINITY, 1e18] {
            assert_eq!(
                read(Form::Amount, &CellContent::Number(number)),
                Err("not-exact"),
                "{number}"
            );
        }
        assert_eq!(text(Form::Amount, "1,234,567.5"), Ok(json!("1234567.50")));
        for bad in ["1,23", "12,34.5", "一万", "1e3", "￥5"] {
            assert_eq!(text(Form::Amount, bad), Err("wrong-form"), "{bad}");
        }
    }

    #[test]
    fn days_and_months_are_read_as_spreadsheets_write_them() {
        for day in ["2021-03-01", "2021/3/1", "2021.3.1", "2021年3月1日"] {
            assert_eq!(text(Form::Day, day), Ok(json!("2021-03-01")), "{day}");
        }
        for month in ["2021-06", "2021/6", "2021年6月", "Jun-21", "2021/6/1"] {
            assert_eq!(text(Form::Month, month), Ok(json!("2021-06")), "{month}");
        }
        let first = NaiveDate::from_ymd_opt(2021, 6, 1).unwrap();
        assert_eq!(read(Form::Month, &CellContent::Day(first)), Ok(json!("2021-06")));
        for bad in ["2021-02-30", "44256", "昨天", "3/1/21"] {
            assert_eq!(text(Form::Day, bad), Err("wrong-form"), "{bad}");
        }
        assert_eq!(text(Form::Month, "2021-13"), Err("wrong-form"));
    }

    proptest! {
        #[test]
        fn what_is_written_as_a_number_reads_back(fen in -99_999_999_999_999_i64..=99_999_999_999_999) {
            let wan = Fen::new(fen).to_wan();
            let number: f64 = wan.parse().unwrap();
            prop_assert_eq!(read(Form::Amount, &CellContent::Number(number)), Ok(json!(wan)));
        }

        #[test]
        fn no_text_breaks_a_reader(cell in ".{0,20}", number in any::<f64>()) {
            for form in [Form::Text, Form::Amount, Form::Percent, Form::Degrees, Form::Day,
                Form::Month, Form::Whole, Form::Flag, Form::Ids, Form::Industry] {
                let _ = text(form, &cell);
                let _ = read(form, &CellContent::Number(number));
            }
        }
    }
}

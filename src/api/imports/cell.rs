//! Converts cells into JSON values of the API.

use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::api::imports::amount::{amount, decimal};
use crate::api::imports::amount_unit::AmountUnit;
use crate::api::imports::cell_error::CellError;
use crate::api::imports::characters::{cleaned, folded};
use crate::api::imports::column::{Blank, Column, Form, Pair, Part};
use crate::api::imports::content::CellContent;
use crate::api::imports::date_words::DateError;
use crate::api::imports::number_cell::{ShownNumber, hundredths, not_whole};
use crate::api::imports::{date, number_cell, period};
use crate::domain::error::FieldError;
use crate::domain::month::Month;
use crate::domain::rate::Hundredths;
use crate::domain::words::Words;
use crate::usecases::imports::beside::SEPARATORS;
use crate::usecases::imports::lists::Lists;

/// Converts a cell of `column`, whose amounts are in `unit`. A cell that says there is nothing, such
/// as `-`, is null.
///
/// # Errors
/// The reason the cell cannot be read, with an empty pointer, which the caller sets.
pub(crate) fn value(
    column: &Column,
    unit: AmountUnit,
    content: &CellContent,
    lists: &Lists,
) -> Result<Value, FieldError> {
    let text = match content {
        CellContent::Number(number, format) => {
            let shown = ShownNumber { number: *number, format: *format };
            match number_cell::value(column.form, unit, shown)? {
                Some(value) => return Ok(value),
                None => shown.text()?,
            }
        }
        CellContent::Month(first) => return month_cell(column, *first),
        CellContent::Day(day) if matches!(column.form, Form::Month) => Month::of(*day).to_string(),
        CellContent::Day(day) => day.to_string(),
        CellContent::Flag(flag) => flag.to_string().to_uppercase(),
        CellContent::Text(text) => cleaned(text)?,
        CellContent::Rejected(wrong) => return Err((*wrong).into()),
    };
    if let Some(error) = CellError::in_text(&text) {
        return Err(error.into());
    }
    let is_free = matches!(column.form, Form::Text | Form::Suggested(_));
    if says_nothing(&text) && (!is_free || column.part == Part::Key || column.blank == Blank::None)
    {
        return Ok(Value::Null);
    }
    of_text(column, unit, &text, lists)
}

fn of_text(
    column: &Column,
    unit: AmountUnit,
    text: &str,
    lists: &Lists,
) -> Result<Value, FieldError> {
    let plain = folded(text);
    match column.form {
        Form::Text => Ok(Value::String(text.to_owned())),
        Form::Amount => amount(&plain, unit).map(|fen| json!(fen)),
        Form::Percent => percent(&plain).map(|p| json!(p)).ok_or_else(|| not_percent(text)),
        Form::Degrees => degrees(&plain),
        Form::Day => date::day(&plain).map(|day| json!(day)).map_err(|e| e.of(text, "2021-06-30")),
        Form::Date => {
            date::partial(&plain).map(Value::from).map_err(|e| e.of(text, "2021-06-30 或 2021-06"))
        }
        Form::Period => both_ends(&plain, text),
        Form::Names => Ok(names(text)),
        Form::Nature(list) => Ok(nature(&plain, &list()).map_or_else(|| json!(text), Value::from)),
        Form::Month => {
            date::month(&plain).map(|month| json!(month)).map_err(|e| e.of(text, "2021-06"))
        }
        Form::Whole => whole(year_of(column, &plain)).map(Value::from).ok_or_else(not_whole),
        Form::Flag => match plain.to_lowercase().as_str() {
            "true" | "是" | "1" => Ok(Value::Bool(true)),
            "false" | "否" | "0" => Ok(Value::Bool(false)),
            _ => Err(not_a_flag()),
        },
        Form::Ids => ids(&plain),
        Form::Choice(list) => {
            let pairs = list();
            choice(&plain, &pairs).map(Value::from).ok_or_else(|| not_one_of(&pairs))
        }
        Form::Suggested(list) => {
            let known = choice(&plain, &list()).map(str::to_owned);
            Ok(Value::String(known.unwrap_or_else(|| text.to_owned())))
        }
        Form::Industry => Ok(Value::String(lists.industry(text))),
        Form::Area => Ok(Value::String(lists.area(text))),
    }
}

fn both_ends(plain: &str, text: &str) -> Result<Value, FieldError> {
    let (start, finish) =
        period::period(plain).map_err(|e| e.of(text, "2021-2023 或 2021.03-2023.12"))?;
    Ok(json!(format!("{start}/{finish}")))
}

/// Names in one spelling, separated by `; `.
fn names(text: &str) -> Value {
    let parts = text.split(SEPARATORS).map(str::trim);
    let mut names: Vec<&str> = Vec::new();
    for name in parts.filter(|name| !name.is_empty()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { Value::Null } else { json!(names.join("; ")) }
}

/// Code of a construction nature.
fn nature<'a>(text: &str, pairs: &[(&'a str, &'a str)]) -> Option<&'a str> {
    let spelt = match text {
        "技改" | "技术改造" | "改建" | "改造" | "技改扩能" | "改建和技改" | "技改项目"
        | "技术改造项目" => "renovation",
        "改(扩)建" | "改、扩建" | "改建、扩建" | "改建扩建" | "扩改建" | "改扩建项目" => {
            "alteration_and_expansion"
        }
        "新建项目" => "new_construction",
        "续建项目" | "继续建设" => "continuation",
        "扩建项目" => "expansion",
        "搬迁" | "异地迁建" | "搬迁改造" => "relocation",
        "恢复重建" => "restoration",
        "购置" | "设备购置" => "purchase",
        other => other,
    };
    choice(spelt, pairs)
}

/// True for what people write into a cell to say that there is nothing.
fn says_nothing(text: &str) -> bool {
    let plain = folded(text);
    let is_line = !plain.is_empty() && plain.bytes().all(|b| b == b'-');
    is_line || matches!(plain.as_str(), "/" | "\\" | "无" | "N/A" | "n/a" | "暂无")
}

/// A date that is shown without its day is a month.
fn month_cell(column: &Column, first: NaiveDate) -> Result<Value, FieldError> {
    let month = Month::of(first);
    if matches!(column.form, Form::Month) {
        return Ok(json!(month));
    }
    let text = month.to_string();
    if matches!(column.form, Form::Period) {
        return Ok(json!(format!("{text}/{text}")));
    }
    if matches!(column.form, Form::Text | Form::Date) {
        return Ok(Value::String(text));
    }
    Err(DateError::NoDay(month).of(&text, "2021-06-30"))
}

/// A per cent value with or without its sign.
fn percent(text: &str) -> Option<Hundredths> {
    decimal(text.strip_suffix('%').unwrap_or(text).trim_end()).and_then(hundredths)
}

fn degrees(text: &str) -> Result<Value, FieldError> {
    let text = text.trim_end_matches('°').trim_end();
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

/// A year may have its word behind it.
fn year_of<'a>(column: &Column, text: &'a str) -> &'a str {
    let bare = text.strip_suffix('年').filter(|_| column.name.ends_with("year"));
    bare.unwrap_or(text).trim_end()
}

/// A whole number, which may be written with zero decimals or with separators.
fn whole(text: &str) -> Option<i64> {
    decimal(text).and_then(number_cell::whole)
}

fn ids(text: &str) -> Result<Value, FieldError> {
    let parts = text.split([';', ',', '、', ' ', '\n']).map(str::trim).filter(|p| !p.is_empty());
    let ids: Option<Vec<i64>> = parts.map(whole).collect();
    ids.map(|ids| json!(ids)).ok_or_else(|| {
        wrong_form(
            "应为以分号分隔的编号，如 3; 5。",
            "Must be ids separated by semicolons, such as 3; 5.",
        )
    })
}

/// Code for `text`, which may be the code or its Chinese name.
pub(crate) fn choice<'a>(text: &str, pairs: &[(&'a str, &'a str)]) -> Option<&'a str> {
    let by_code = pairs.iter().find(|(code, _)| code.eq_ignore_ascii_case(text));
    by_code.or_else(|| pairs.iter().find(|(_, zh)| *zh == text)).map(|(code, _)| *code)
}

/// The error of a cell that is none of these codes.
pub(crate) fn not_one_of(pairs: &[Pair]) -> FieldError {
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

fn not_percent(text: &str) -> FieldError {
    let text: String = text.chars().take(40).collect();
    wrong_form(
        &format!("“{text}”不是至多两位小数的百分数，应如 42.50。"),
        &format!("{text:?} is not a percentage with at most two decimals, such as 42.50."),
    )
}

fn not_a_flag() -> FieldError {
    FieldError::new("", "wrong-type", Words::new("应为 true 或 false。", "Must be true or false."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::api::imports::column::column;
    use crate::api::imports::number_format::NumberFormat;
    use crate::domain::labels::FieldLabel;
    use crate::domain::money::Fen;

    const X: FieldLabel = FieldLabel { field: "x", heading: "x", zh: "x", en: "x" };
    const FORMS: [Form; 10] = [
        Form::Text,
        Form::Amount,
        Form::Percent,
        Form::Degrees,
        Form::Day,
        Form::Month,
        Form::Whole,
        Form::Flag,
        Form::Ids,
        Form::Industry,
    ];

    fn read(form: Form, content: &CellContent) -> Result<Value, &'static str> {
        let column = column(X, form, (Part::Write, Blank::Kept), ["", ""], "");
        value(&column, AmountUnit::Wan, content, &Lists::default()).map_err(|e| e.code)
    }

    fn text(form: Form, text: &str) -> Result<Value, &'static str> {
        read(form, &CellContent::Text(text.into()))
    }

    fn number(form: Form, number: f64, code: &str) -> Result<Value, &'static str> {
        read(form, &CellContent::Number(number, NumberFormat::of(code, None)))
    }

    #[test]
    fn numbers_are_read_to_fifteen_digits_or_not_at_all() {
        for (n, wan) in [
            (32_780.0, "32780.00"),
            (0.1, "0.10"),
            (1_234.567_891, "1234.567891"),
            (-1.5, "-1.50"),
            (57.699_999_999_999_996, "57.70"),
            (5_500.000_000_000_001, "5500.00"),
            (0.300_000_000_000_000_04, "0.30"),
            (7.7e-5, "0.000077"),
        ] {
            assert_eq!(number(Form::Amount, n, "General"), Ok(json!(wan)), "{n}");
        }
        for n in [1e-7, 0.333_333_333_333_333_3, f64::NAN, f64::INFINITY] {
            assert_eq!(number(Form::Amount, n, "General"), Err("not-exact"), "{n}");
        }
        assert_eq!(number(Form::Amount, 1e18, "General"), Err("too-large"));
        // What is finer than can be stored is what the format shows of it.
        assert_eq!(number(Form::Amount, 3_333.333_333_333_333_5, "#,##0.00"), Ok(json!("3333.33")));
        assert_eq!(number(Form::Amount, 1.1e-16, "0.00"), Ok(json!("0.00")));
        assert_eq!(number(Form::Amount, 1_234.567_8, "0.00"), Ok(json!("1234.5678")));
        assert_eq!(number(Form::Text, 1e15, "0"), Err("not-exact"));
    }

    #[test]
    fn a_number_is_what_its_format_shows() {
        for (form, n, code, shown) in [
            (Form::Percent, 0.42, "0%", "42.00"),
            (Form::Percent, 1.0, "0%", "100.00"),
            (Form::Percent, 0.4256, "0.00%", "42.56"),
            (Form::Percent, 0.425_6, "0%", "42.56"),
            (Form::Percent, 0.333_333_333_333_333_3, "0.0%", "33.30"),
            (Form::Percent, 0.57, "0%", "57.00"),
            (Form::Percent, 42.5, "0.00", "42.50"),
            (Form::Percent, 0.42, "General", "0.42"),
            (Form::Amount, 0.5, "0.00\"亿元\"", "5000.00"),
            (Form::Amount, 5_000.0, "\"¥\"#,##0.00", "5000.00"),
            (Form::Text, 123.0, "000000", "000123"),
            (Form::Text, 0.42, "0%", "42%"),
            (Form::Text, 5.5, "General", "5.5"),
            (Form::Day, 20_210_801.0, "General", "2021-08-01"),
            (Form::Month, 202_106.0, "0", "2021-06"),
            (Form::Month, 2021.06, "General", "2021-06"),
            (Form::Degrees, 118.5, "General", "118.500000"),
        ] {
            assert_eq!(number(form, n, code), Ok(json!(shown)), "{n} as {code}");
        }
        for (form, n, code, error) in [
            (Form::Amount, 0.42, "0%", "wrong-form"),
            (Form::Amount, 50_000_000.0, "0!.0,\"万\"", "other-number-shown"),
            (Form::Amount, 5_000.0, ";;;", "other-number-shown"),
            (Form::Percent, 0.333_333_333_333_333_3, "General", "not-exact"),
            (Form::Whole, 1.5, "0", "wrong-type"),
            (Form::Whole, 0.5, "0%", "wrong-form"),
            (Form::Day, 44_409.0, "General", "wrong-form"),
            (Form::Month, 2021.1, "General", "wrong-form"),
            (Form::Flag, 2.0, "General", "wrong-type"),
        ] {
            assert_eq!(number(form, n, code), Err(error), "{n} as {code}");
        }
        assert_eq!(number(Form::Whole, 3.0, "0.00"), Ok(json!(3)));
        assert_eq!(number(Form::Ids, 3.0, "0"), Ok(json!([3])));
    }

    #[test]
    fn texts_are_read_in_every_spelling_with_one_meaning() {
        assert_eq!(text(Form::Amount, "５，０００．５０"), Ok(json!("5000.50")));
        assert_eq!(text(Form::Amount, "\u{feff}5\u{a0}000\u{200b}"), Ok(json!("5000.00")));
        assert_eq!(text(Form::Amount, "（１，５００）"), Ok(json!("-1500.00")));
        for share in ["42.5%", "４２．５％", "42.50", " 42.5 % "] {
            assert_eq!(text(Form::Percent, share), Ok(json!("42.50")), "{share}");
        }
        for bad in ["42.555", "四成", "42%左右", "1,00"] {
            assert_eq!(text(Form::Percent, bad), Err("wrong-form"), "{bad}");
        }
        assert_eq!(text(Form::Day, "２０２１－０８－０１"), Ok(json!("2021-08-01")));
        assert_eq!(text(Form::Day, "44256"), Err("wrong-form"));
        assert_eq!(text(Form::Whole, "１，２３４"), Ok(json!(1_234)));
        assert_eq!(text(Form::Ids, "3；5、7"), Ok(json!([3, 5, 7])));
        assert_eq!(text(Form::Text, " 东\u{200b}营\r\n港 "), Ok(json!("东营\n港")));
        assert_eq!(text(Form::Text, "东\u{202e}营"), Err("direction-characters"));
        assert_eq!(text(Form::Text, "#REF!"), Err("formula-error"));
        assert_eq!(text(Form::Amount, "######"), Err("formula-error"));
        for nothing in ["-", "—", "——", "/", "无", "－"] {
            assert_eq!(text(Form::Amount, nothing), Ok(Value::Null), "{nothing}");
            assert_eq!(text(Form::Day, nothing), Ok(Value::Null), "{nothing}");
        }
        assert_eq!(text(Form::Text, "无"), Ok(json!("无")));
    }

    #[test]
    fn other_cells_are_what_they_show() {
        let august = NaiveDate::from_ymd_opt(2021, 8, 1).unwrap();
        let cell = |form, content| read(form, &content);
        assert_eq!(cell(Form::Month, CellContent::Day(august)), Ok(json!("2021-08")));
        assert_eq!(cell(Form::Month, CellContent::Month(august)), Ok(json!("2021-08")));
        assert_eq!(cell(Form::Day, CellContent::Month(august)), Err("wrong-form"));
        assert_eq!(cell(Form::Amount, CellContent::Day(august)), Err("wrong-form"));
        assert_eq!(cell(Form::Amount, CellContent::Flag(true)), Err("wrong-form"));
        assert_eq!(cell(Form::Flag, CellContent::Flag(true)), Ok(json!(true)));
        let wrong = CellContent::Rejected(CellError::NotCalculated);
        assert_eq!(cell(Form::Text, wrong), Err("formula-not-calculated"));
    }

    proptest! {
        #[test]
        fn what_is_written_as_a_number_reads_back(fen in -99_999_999_999_999_i64..=99_999_999_999_999) {
            let wan = Fen::new(fen).to_wan();
            let written: f64 = wan.parse().unwrap();
            prop_assert_eq!(number(Form::Amount, written, "#,##0.00####"), Ok(json!(wan)));
        }

        #[test]
        fn noise_behind_the_fifteenth_digit_is_not_read(fen in 1_i64..=99_999_999_999, noise in -1_i64..=1) {
            let wan = Fen::new(fen).to_wan();
            let written: f64 = wan.parse().unwrap();
            let bits = i64::try_from(written.to_bits()).unwrap() + noise;
            let noisy = f64::from_bits(u64::try_from(bits).unwrap());
            prop_assert_eq!(number(Form::Amount, noisy, "General"), Ok(json!(wan)));
        }

        #[test]
        fn no_cell_breaks_a_reader(cell in ".{0,20}", n in any::<f64>(), code in "[0#,.%;!\"万ymd]{0,8}") {
            for form in FORMS {
                let _ = text(form, &cell);
                let _ = number(form, n, &code);
            }
        }
    }
}

//! Days and months as people and spreadsheet programs write them.

use chrono::{Datelike, Days, NaiveDate, NaiveTime};

use crate::api::imports::date_words::DateError;
use crate::domain::month::{Month, Year};

/// Reads a day.
///
/// # Errors
/// Why the text is not one day.
pub(crate) fn day(text: &str) -> Result<NaiveDate, DateError> {
    match read(text)? {
        Said::Day(day) => Ok(day),
        Said::Month(month) => Err(DateError::NoDay(month)),
    }
}

/// What is known of a date, as text: `2021-08-01`, `2021-08` or `2021`.
///
/// # Errors
/// Why the text is not one day, month or year.
pub(crate) fn partial(text: &str) -> Result<String, DateError> {
    match read(text) {
        Ok(Said::Day(day)) => Ok(day.to_string()),
        Ok(Said::Month(month)) => Ok(month.to_string()),
        Err(DateError::YearAlone(year)) => Ok(year.to_string()),
        Err(error) => Err(error),
    }
}

/// Reads a month; a day stands for its month.
///
/// # Errors
/// Why the text is not one month.
pub(crate) fn month(text: &str) -> Result<Month, DateError> {
    let month = match read(text)? {
        Said::Day(day) => Month::of(day),
        Said::Month(month) => month,
    };
    Year::new(month.year().get()).map(|_| month).ok_or(DateError::Other)
}

/// What a text says.
enum Said {
    Day(NaiveDate),
    Month(Month),
}

/// Words for times that are not a day or a month.
const VAGUE: [&str; 12] =
    ["底", "初", "旬", "季度", "半年", "年末", "年中", "月末", "月中", "前", "后", "左右"];

fn read(text: &str) -> Result<Said, DateError> {
    let text = without_weekday(text.trim());
    let date = without_midnight(text)?;
    let date: String = date.chars().filter(|c| !c.is_whitespace()).collect();
    let date = arabic(&date);
    if VAGUE.iter().any(|word| date.contains(word)) {
        return Err(DateError::Vague);
    }
    if is_period(&date) {
        return Err(DateError::Period);
    }
    if !date.is_empty() && date.bytes().all(|b| b.is_ascii_digit()) {
        return of_digits(&date);
    }
    if let Some(year) = date.strip_suffix('年').and_then(year) {
        return Err(DateError::YearAlone(year));
    }
    if date.contains(|c: char| c.is_ascii_alphabetic()) {
        return with_month_name(&date);
    }
    let day_end = date.strip_suffix(['日', '号']);
    let date = day_end.unwrap_or(&date).replace('年', "-");
    let date = if day_end.is_some() {
        date.replace('月', "-")
    } else {
        date.strip_suffix('月').unwrap_or(&date).replace('月', "-")
    };
    of_parts(&date)
}

fn of_parts(date: &str) -> Result<Said, DateError> {
    let Some(separator) = date.chars().find(|c| !c.is_ascii_digit()) else {
        return Err(DateError::Other);
    };
    if !['-', '/', '.'].contains(&separator) {
        return Err(DateError::Other);
    }
    let parts: Vec<&str> = date.split(separator).collect();
    match parts.as_slice() {
        [first, middle, last] if first.len() == 4 => ymd(first, middle, last),
        [first, middle, last] if last.len() == 4 => order_of(first, middle, last),
        // `2021.1` is what a spreadsheet program makes of `2021.10`.
        [year, "1"] if separator == '.' && year.len() == 4 => Err(DateError::TenOrOne),
        [year, number] if year.len() == 4 => of_month(year, number),
        [_, _, _] => Err(DateError::ShortYear),
        _ => Err(DateError::Other),
    }
}

fn number(text: &str) -> Option<u32> {
    let is_short = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if is_short { text.parse().ok() } else { None }
}

fn year(text: &str) -> Option<i32> {
    let year = number(text).filter(|_| text.len() == 4).and_then(|y| i32::try_from(y).ok());
    year.filter(|y| (1900..=2200).contains(y))
}

fn ymd(first: &str, middle: &str, last: &str) -> Result<Said, DateError> {
    let parts = (year(first), number(middle), number(last));
    let (Some(year), Some(month), Some(day)) = parts else {
        return Err(DateError::Other);
    };
    NaiveDate::from_ymd_opt(year, month, day).map(Said::Day).ok_or(DateError::NoSuchDay)
}

/// `8/1/2021` is 1 August to some and 8 January to others; `25/12/2021` is one day.
fn order_of(first: &str, middle: &str, last: &str) -> Result<Said, DateError> {
    match (ymd(last, first, middle), ymd(last, middle, first)) {
        (Ok(Said::Day(one)), Ok(Said::Day(other))) if one != other => Err(DateError::Order),
        (Ok(one), _) | (_, Ok(one)) => Ok(one),
        (Err(error), Err(_)) => Err(error),
    }
}

fn of_month(first: &str, second: &str) -> Result<Said, DateError> {
    let month = year(first).zip(number(second)).and_then(|(year, number)| {
        let first = NaiveDate::from_ymd_opt(year, number, 1)?;
        Some(Said::Month(Month::of(first)))
    });
    month.ok_or(DateError::NoSuchDay)
}

fn of_digits(digits: &str) -> Result<Said, DateError> {
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
    match digits.len() {
        8 => ymd(part(0..4), part(4..6), part(6..8)),
        // `210801` is a day with a short year.
        6 => {
            let is_year = year(part(0..4)).and_then(Year::new).is_some();
            let month = of_month(part(0..4), part(4..6)).ok().filter(|_| is_year);
            month.ok_or(DateError::ShortYear)
        }
        4 => year(digits).map_or(Err(DateError::Other), |y| Err(DateError::YearAlone(y))),
        // Days since 1900, as a spreadsheet program stores a date.
        5 => {
            let days = digits.parse().ok().filter(|days| (20_000..80_000).contains(days));
            let epoch = NaiveDate::from_ymd_opt(1899, 12, 30);
            let day =
                days.zip(epoch).and_then(|(days, epoch)| epoch.checked_add_days(Days::new(days)));
            Err(day.map_or(DateError::Other, DateError::Serial))
        }
        _ => Err(DateError::Other),
    }
}

/// `1-Aug-21` and `Jun-21`, as spreadsheet programs write them.
fn with_month_name(date: &str) -> Result<Said, DateError> {
    for form in ["%d-%b-%y", "%d-%b-%Y"] {
        if let Ok(day) = NaiveDate::parse_from_str(date, form) {
            return if day.year() < 1900 { Err(DateError::Other) } else { Ok(Said::Day(day)) };
        }
    }
    for form in ["%d-%b-%y", "%d-%b-%Y"] {
        if let Ok(day) = NaiveDate::parse_from_str(&format!("01-{date}"), form) {
            let is_late = day.year() >= 1900;
            return if is_late { Ok(Said::Month(Month::of(day))) } else { Err(DateError::Other) };
        }
    }
    Err(DateError::Other)
}

/// True for two years or months, from one to the other.
fn is_period(date: &str) -> bool {
    if date.contains(['~', '至', '到']) {
        return true;
    }
    let has_year = |part: &str| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        year(&digits).is_some()
    };
    let mut parts = date.split('-');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(from), Some(to), None) => has_year(from) && has_year(to),
        _ => date.matches('-').count() >= 5,
    }
}

/// The date without a time of day, which must be midnight: spreadsheet programs and databases add
/// one. An instant of another time zone than Shanghai's and UTC is not read.
fn without_midnight(text: &str) -> Result<&str, DateError> {
    let Some(colon) = text.find(':') else {
        return Ok(text);
    };
    let before = text.get(..colon).unwrap_or_default();
    let start = before.rfind([' ', 'T']).ok_or(DateError::Other)?;
    let time = text.get(start + 1..).unwrap_or_default().trim();
    let zone = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at_checked(zone).unwrap_or((time, ""));
    if !["", "Z", "+08:00", "+0800", "+00:00", "+0000"].contains(&zone) {
        return Err(DateError::Zone);
    }
    let form = |form: &&str| NaiveTime::parse_from_str(time.trim(), form).ok();
    let time = ["%H:%M:%S%.f", "%H:%M"].iter().find_map(form).ok_or(DateError::Other)?;
    let midnight = time == NaiveTime::MIN;
    if midnight { Ok(text.get(..start).unwrap_or_default()) } else { Err(DateError::Time) }
}

fn without_weekday(text: &str) -> &str {
    let bare = text
        .trim_end_matches(')')
        .trim_end_matches(['一', '二', '三', '四', '五', '六', '日', '天']);
    for week in ["星期", "礼拜", "周"] {
        if let Some(date) = bare.strip_suffix(week) {
            return date.trim_end_matches(['(', ' ']);
        }
    }
    text
}

/// Chinese numerals of a date as digits: `二〇二一年八月十五日` becomes `2021年8月15日`.
pub(crate) fn arabic(date: &str) -> String {
    const DIGITS: &str = "〇一二三四五六七八九";
    let value = |c: char| {
        let c = if matches!(c, '零' | '○' | 'Ｏ') { '〇' } else { c };
        DIGITS.chars().position(|digit| digit == c)
    };
    let mut out = String::with_capacity(date.len());
    let mut chars = date.chars().peekable();
    let mut before = None;
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().and_then(value);
        match value(c) {
            Some(digit) => out.push_str(&digit.to_string()),
            None if c == '十' => {
                // 十 is 10, 十五 is 15, 二十 is 20, 二十五 is 25.
                out.push_str(if before.is_some() { "" } else { "1" });
                out.push_str(if next.is_some() { "" } else { "0" });
            }
            None => out.push(c),
        }
        before = value(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_day(text: &str) -> Result<String, DateError> {
        day(text).map(|day| day.to_string())
    }

    fn of_month(text: &str) -> Result<String, DateError> {
        month(text).map(|month| month.to_string())
    }

    #[test]
    fn a_day_is_read_in_every_spelling_with_one_meaning() {
        for text in [
            "2021-08-01",
            "2021/8/1",
            "2021.8.1",
            "2021年8月1日",
            "2021年8月1号",
            "2021 年 8 月 1 日",
            "20210801",
            "2021-08-01 00:00:00",
            "2021-8-1 0:00",
            "2021-08-01T00:00:00Z",
            "2021-08-01T00:00:00.000+08:00",
            "1-Aug-21",
            "2021年8月1日 星期日",
            "2021-08-01(周日)",
            "二〇二一年八月一日",
        ] {
            assert_eq!(of_day(text).as_deref(), Ok("2021-08-01"), "{text}");
        }
        assert_eq!(of_day("25/12/2021").as_deref(), Ok("2021-12-25"));
        assert_eq!(of_day("5/5/2021").as_deref(), Ok("2021-05-05"));
        assert_eq!(of_day("二〇二一年十二月二十五日").as_deref(), Ok("2021-12-25"));
        assert_eq!(of_day("2024年二月二十日").as_deref(), Ok("2024-02-20"));
    }

    #[test]
    fn what_is_not_one_day_is_named_exactly() {
        let august = NaiveDate::from_ymd_opt(2021, 8, 1).unwrap();
        for (text, error) in [
            ("2021年8月", DateError::NoDay(Month::of(august))),
            ("2021-08", DateError::NoDay(Month::of(august))),
            ("2021.08", DateError::NoDay(Month::of(august))),
            ("202108", DateError::NoDay(Month::of(august))),
            ("二〇二一年八月", DateError::NoDay(Month::of(august))),
            ("2021", DateError::YearAlone(2021)),
            ("2021年", DateError::YearAlone(2021)),
            ("2021~2023", DateError::Period),
            ("2021-2023", DateError::Period),
            ("2021.03-2023.12", DateError::Period),
            ("2021年3月至2023年12月", DateError::Period),
            ("2021年底", DateError::Vague),
            ("2021年三季度", DateError::Vague),
            ("2021年8月上旬", DateError::Vague),
            ("2021年上半年", DateError::Vague),
            ("44409", DateError::Serial(august)),
            ("2021-02-30", DateError::NoSuchDay),
            ("2021-13-01", DateError::NoSuchDay),
            ("8/1/2021", DateError::Order),
            ("01/08/2021", DateError::Order),
            ("21-8-1", DateError::ShortYear),
            ("210801", DateError::ShortYear),
            ("2021-08-01 12:30", DateError::Time),
            ("2021-08-01T00:00:00-05:00", DateError::Zone),
            ("2021.1", DateError::TenOrOne),
            ("昨天", DateError::Other),
            ("", DateError::Other),
            ("待定", DateError::Other),
        ] {
            assert_eq!(day(text), Err(error), "{text}");
        }
    }

    #[test]
    fn months_are_read_likewise() {
        for text in [
            "2021-06",
            "2021/6",
            "2021.6",
            "2021.06",
            "2021年6月",
            "2021年06月",
            "202106",
            "Jun-21",
            "2021/6/1",
            "2021-06-30",
            "2021-06-01 00:00:00",
            "二〇二一年六月",
        ] {
            assert_eq!(of_month(text).as_deref(), Ok("2021-06"), "{text}");
        }
        assert_eq!(month("2021.1"), Err(DateError::TenOrOne));
        assert_eq!(of_month("2021.10").as_deref(), Ok("2021-10"));
        assert_eq!(month("2021-13"), Err(DateError::NoSuchDay));
        assert_eq!(month("2021年"), Err(DateError::YearAlone(2021)));
        assert_eq!(month("1900-01"), Err(DateError::Other));
    }

    proptest! {
        #[test]
        fn every_day_reads_back_from_every_spelling(days in 0_u64..70_000) {
            let it = NaiveDate::from_ymd_opt(1950, 1, 1).unwrap() + Days::new(days);
            for form in ["%Y-%m-%d", "%Y/%-m/%-d", "%Y.%m.%d", "%Y年%-m月%-d日", "%Y%m%d",
                "%Y-%m-%d 00:00:00", "%Y-%m-%dT00:00:00Z"] {
                prop_assert_eq!(day(&it.format(form).to_string()), Ok(it));
            }
        }

        #[test]
        fn no_text_breaks_the_reader(text in ".{0,20}", shaped in "[0-9:TZ年月日十二./ -]{0,20}") {
            let _ = (day(&text), month(&text), day(&shaped), month(&shaped));
        }
    }
}

//! Telephone and identity numbers in free text, where they do not belong.

use chrono::NaiveDate;

use crate::domain::fold::fold;

/// A number that names a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PersonalNumber {
    /// Mobile or land line number.
    Telephone,
    /// Number of a citizen's identity card (GB 11643).
    Identity,
}

/// Fewest digits of a number: a land line with its area code.
const FEWEST_DIGITS: usize = 10;

/// What follows an amount or the number of a document.
const UNITS: [&str; 29] = [
    "元", "万", "亿", "千瓦", "千克", "千米", "吨", "米", "平方", "平米", "立方", "亩", "公里",
    "公顷", "公斤", "套", "台", "件", "户", "升", "号", "%", "‰", "kw", "kwh", "mw", "m2", "m3",
    "t",
];

/// The kinds of personal numbers in `text`, each once.
///
/// A mobile number has 11 digits that begin with 13 to 19; a land line its area code and 7 or 8
/// digits; an identity number a province, a date and, with 18 digits, a right check digit. Spaces,
/// dashes, `+86` and full width make no difference. Amounts with a unit, document numbers and longer
/// codes are none.
pub(crate) fn found_in(text: &str) -> Vec<PersonalNumber> {
    if text.chars().filter(|c| c.is_numeric()).count() < FEWEST_DIGITS {
        return Vec::new();
    }
    let text: Vec<char> = plain(text);
    let words = words(&text);
    let mut found = Vec::new();
    for at in 0..words.len() {
        let kind = number_at(&text, &words, at);
        found.extend(kind.filter(|kind| !found.contains(kind)));
    }
    found
}

/// Folded text with one kind of dash, and a dash behind an area code in brackets.
fn plain(text: &str) -> Vec<char> {
    let dash = |c: char| if matches!(c, '‐'..='―' | '−' | '－') { '-' } else { c };
    let folded: String = fold(text).chars().map(dash).collect();
    let mut plain = String::with_capacity(folded.len());
    let mut rest = folded.as_str();
    while let Some((before, after)) = rest.split_once('(') {
        plain.push_str(before);
        match after.split_once(')') {
            Some((area, after)) if is_area(area) => {
                plain.push(' ');
                plain.push_str(area);
                plain.push('-');
                rest = after.trim_start_matches([' ', '-']);
            }
            _ => {
                plain.push('(');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain.chars().collect()
}

/// A run of letters and digits.
#[derive(Clone, Copy, Debug)]
struct Word {
    start: usize,
    end: usize,
}

fn words(text: &[char]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.iter().chain([&' ']).enumerate() {
        match (start, c.is_ascii_alphanumeric()) {
            (None, true) => start = Some(at),
            (Some(first), false) => {
                words.push(Word { start: first, end: at });
                start = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    words
}

/// The personal number that begins with the word `at`.
fn number_at(text: &[char], words: &[Word], at: usize) -> Option<PersonalNumber> {
    let mut last = *words.get(at)?;
    if is_inside_of_code(text, last.start) {
        return None;
    }
    let mut digits = Digits::default();
    for (nth, word) in words.iter().skip(at).take(MOST_WORDS).enumerate() {
        let part: String = text.get(word.start..word.end)?.iter().collect();
        let is_next = nth == 0 || are_joined(text, last.end, word.start);
        last = *word;
        if nth == 0 && (part == "0086" || part == "86" && before(text, word.start) == Some('+')) {
            digits.are_abroad = true;
        } else if is_next && digits.add(&part) {
            match digits.form() {
                Some(form) if ends_at(text, word.end, form) => return Some(form.kind()),
                Some(_) | None => {}
            }
        } else {
            return None;
        }
    }
    None
}

/// Most words that a number is written in, with the prefix of the country.
const MOST_WORDS: usize = 4;

/// Form of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Mobile,
    LandLine,
    Identity,
}

impl Form {
    fn kind(self) -> PersonalNumber {
        match self {
            Self::Mobile | Self::LandLine => PersonalNumber::Telephone,
            Self::Identity => PersonalNumber::Identity,
        }
    }
}

/// Digits that may be a number.
#[derive(Debug, Default)]
struct Digits {
    text: String,
    /// Lengths of the words that they are written in.
    sizes: Vec<usize>,
    /// True behind `+86`: an area code has no 0 then.
    are_abroad: bool,
}

impl Digits {
    /// Adds a word. False if it is none of digits; an identity number may end in `x`.
    fn add(&mut self, word: &str) -> bool {
        let bare = word.strip_suffix('x').unwrap_or(word);
        self.text.push_str(word);
        self.sizes.push(word.len());
        !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit())
    }

    fn form(&self) -> Option<Form> {
        let Self { text, sizes, are_abroad } = self;
        if is_identity(text, sizes) {
            return Some(Form::Identity);
        }
        telephone(text, sizes).or_else(|| {
            let (bare, sizes) = match (are_abroad, sizes.as_slice()) {
                (true, [first, rest @ ..]) => (
                    text.as_str(),
                    std::iter::once(first + 1).chain(rest.iter().copied()).collect(),
                ),
                (false, [_]) => {
                    let bare = text.strip_prefix("0086").or_else(|| text.strip_prefix("86"))?;
                    if let Some(form) = telephone(bare, &[bare.len()]) {
                        return Some(form);
                    }
                    (bare, vec![bare.len() + 1])
                }
                _ => return None,
            };
            telephone(&format!("0{bare}"), &sizes)
        })
    }
}

fn telephone(digits: &str, sizes: &[usize]) -> Option<Form> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if is_mobile(digits, sizes) {
        return Some(Form::Mobile);
    }
    is_land_line(digits, sizes).then_some(Form::LandLine)
}

fn before(text: &[char], at: usize) -> Option<char> {
    at.checked_sub(1).and_then(|at| text.get(at)).copied()
}

/// True for a word that continues a code or an amount, as after `-` with something before it.
fn is_inside_of_code(text: &[char], start: usize) -> bool {
    let Some(sign) = before(text, start) else { return false };
    let other = start.checked_sub(2).and_then(|at| text.get(at)).copied();
    match sign {
        '-' => other.is_some_and(|c| c.is_ascii_alphanumeric()),
        '.' => other.is_some_and(|c| c.is_ascii_digit()),
        '_' | '¥' | '$' | '€' => true,
        _ => false,
    }
}

/// True if one space or dash stands between two words.
fn are_joined(text: &[char], end: usize, start: usize) -> bool {
    start == end + 1 && matches!(text.get(end), Some(' ' | '-'))
}

fn is_mobile(digits: &str, sizes: &[usize]) -> bool {
    let is_grouped = matches!(sizes, [11] | [3, 4, 4] | [3, 8] | [7, 4]);
    is_grouped && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..])
}

/// True for the area codes of cities: 010, 02x and 03xx to 09xx.
fn is_area(text: &str) -> bool {
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    let is_short = text == "010" || text.starts_with("02") && text.len() == 3;
    let is_long = text.len() == 4 && matches!(text.as_bytes(), [b'0', b'3'..=b'9', ..]);
    is_number && (is_short || is_long)
}

fn is_land_line(digits: &str, sizes: &[usize]) -> bool {
    let is_short = digits.starts_with("010") || digits.starts_with("02");
    let Some((area, own)) = digits.split_at_checked(if is_short { 3 } else { 4 }) else {
        return false;
    };
    let is_grouped = match sizes {
        [_] => true,
        [first, rest @ ..] => *first == area.len() && matches!(rest, [7 | 8] | [3 | 4, 4]),
        [] => false,
    };
    let is_own = matches!(own.len(), 7 | 8) && matches!(own.as_bytes(), [b'2'..=b'8', ..]);
    // 0301-20210701 is a number of a day.
    is_area(area) && is_grouped && is_own && date(own).is_none()
}

fn is_identity(digits: &str, sizes: &[usize]) -> bool {
    match sizes {
        [18] | [6, 8, 4] => is_identity_18(digits),
        [15] => {
            let all = digits.bytes().all(|b| b.is_ascii_digit());
            all && is_province(digits) && old_date(digits).is_some()
        }
        _ => false,
    }
}

fn is_identity_18(digits: &str) -> bool {
    const CHECK_DIGITS: [u8; 11] = *b"10x98765432";
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum = digits
        .chars()
        .zip(WEIGHTS)
        .try_fold(0, |sum, (c, weight)| c.to_digit(10).map(|digit| sum + digit * weight));
    let check = sum.and_then(|sum| CHECK_DIGITS.get((sum % 11) as usize));
    let born = digits.get(6..14).filter(|day| day.starts_with("19") || day.starts_with("20"));
    let is_day = born.is_some_and(|day| date(day).is_some());
    is_province(digits) && is_day && digits.bytes().last() == check.copied()
}

/// The date in a number of 15 digits, which has two digits of the year.
fn old_date(digits: &str) -> Option<NaiveDate> {
    date(&format!("19{}", digits.get(6..12)?))
}

fn date(text: &str) -> Option<NaiveDate> {
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse().ok());
    let year = i32::try_from(part(0, 4)?).ok()?;
    NaiveDate::from_ymd_opt(year, part(4, 6)?, part(6, 8)?).filter(|_| text.len() == 8)
}

/// True if a number begins with the code of a province (GB/T 2260).
fn is_province(digits: &str) -> bool {
    let number = digits.get(..2).and_then(|text| text.parse::<u32>().ok());
    matches!(number, Some(11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83))
}

/// Digits of an extension at most.
const EXTENSION: usize = 6;

/// True if a number ends at `end`: no code, amount or unit goes on there.
fn ends_at(text: &[char], end: usize, form: Form) -> bool {
    let rest: String = text.iter().skip(end).take(12).collect();
    let is_digit = |c: char| c.is_ascii_digit();
    if let Some(rest) = rest.strip_prefix('-') {
        let digits = rest.chars().take_while(char::is_ascii_alphanumeric).count();
        let goes_on = rest.chars().nth(digits) == Some('-');
        return digits == 0 || form == Form::LandLine && digits <= EXTENSION && !goes_on;
    }
    if rest.starts_with('_') || rest.strip_prefix('.').is_some_and(|r| r.starts_with(is_digit)) {
        return false;
    }
    let rest = rest.trim_start();
    let is_unit = |unit: &str| {
        let after = rest.strip_prefix(unit);
        // `t` is a unit and `tel` is none.
        after.is_some_and(|r| !unit.is_ascii() || !r.starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    !UNITS.iter().any(|unit| is_unit(unit))
}

#[cfg(test)]
mod tests;

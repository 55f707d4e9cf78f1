//! Why a text is not a day or a month, in words.

use chrono::NaiveDate;

use crate::domain::error::FieldError;
use crate::domain::month::Month;
use crate::domain::words::Words;

/// Why a text is not one day or one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateError {
    /// A month where a day is needed.
    NoDay(Month),
    /// A year alone.
    YearAlone(i32),
    /// From one time to another.
    Period,
    /// About a time, such as 年底.
    Vague,
    /// Day and month may be either way round.
    Order,
    /// `2021.1`, which may have been `2021.10`.
    TenOrOne,
    /// A year of two digits.
    ShortYear,
    /// The number a spreadsheet program stores for this day.
    Serial(NaiveDate),
    /// A day or month that the calendar does not have.
    NoSuchDay,
    /// A time of day.
    Time,
    /// A time of another time zone.
    Zone,
    /// Anything else.
    Other,
}

impl DateError {
    /// The error of a cell that says `text`; `example` is what is expected.
    pub(crate) fn of(self, text: &str, example: &str) -> FieldError {
        let text: String = text.chars().take(40).collect();
        let [zh, en] = self.reason();
        let words = Words::new(
            format!("“{text}”{zh}；应如 {example}。"),
            format!("{text:?} {en}. It must be like {example}."),
        );
        FieldError::new("", "wrong-form", words)
    }

    fn reason(self) -> [String; 2] {
        let (zh, en) = match self {
            Self::NoDay(month) => {
                return [
                    format!("只到月（{month}），没有写明是哪一天"),
                    format!("is a month ({month}) without a day"),
                ];
            }
            Self::YearAlone(year) => {
                return [format!("只有年份（{year} 年）"), format!("is the year {year} alone")];
            }
            Self::Serial(day) => {
                return [
                    format!("是日期的内部序号（即 {day}），请设为日期格式"),
                    format!("is the serial number of {day}; format the cell as a date"),
                ];
            }
            Self::Period => (
                "是一段时间；开工、竣工请分两列填写",
                "is a period; give start and finish in two columns",
            ),
            Self::Vague => ("不是确定的日期", "is not a definite date"),
            Self::Order => ("分不清哪个是月、哪个是日", "may be read as month/day or as day/month"),
            Self::TenOrOne => (
                "可能是 1 月，也可能是 10 月（表格软件会去掉末尾的 0）",
                "may be January or October: spreadsheet programs drop the last 0",
            ),
            Self::ShortYear => ("的年份不足四位", "has no year of four digits"),
            Self::NoSuchDay => ("在日历上不存在", "is not in the calendar"),
            Self::Time => ("含有时刻，只需日期", "has a time of day; give the date alone"),
            Self::Zone => ("属于另一时区", "is in another time zone"),
            Self::Other => ("不是可识别的日期", "is not a date"),
        };
        [zh.to_owned(), en.to_owned()]
    }
}
